"""In which order lines that reverse others can be computed."""

from collections.abc import Iterator, Mapping


def waves(origins: Mapping[int, int]) -> Iterator[list[int]]:
    """Yield lines that may be computed together, until all are given.

    A line waits for the line that it reverses, and for earlier lines that reverse the same one,
    because the original gives away no more than it has.

    :param origins: line -> the line that it reverses
    """
    pending = dict(sorted(origins.items()))
    while pending:
        first: dict[int, int] = {}
        for line, origin in pending.items():
            if origin not in pending:
                first.setdefault(origin, line)
        # lines that reverse each other in a circle wait for nobody
        wave = sorted(first.values()) or list(pending)
        yield wave
        for line in wave:
            del pending[line]
