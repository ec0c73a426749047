"""One line over a form: the most important of what the areas have to say."""

from collections.abc import Iterable
from typing import NamedTuple

LEVELS = ("danger", "warning", "info")


class BannerLine(NamedTuple):
    """A candidate for the banner.

    :param level: ``danger``, ``warning`` or ``info``
    :param sequence: lower shows first among lines of the same level
    """

    level: str
    sequence: int
    text: str


def top_line(lines: Iterable[BannerLine]) -> BannerLine | None:
    """Return the line to show: by level, then sequence; the first given wins a tie.

    :raises ValueError: for a level that does not exist
    """
    return min(lines, key=lambda line: (LEVELS.index(line.level), line.sequence), default=None)
