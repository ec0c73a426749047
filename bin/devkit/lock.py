"""One run at a time does the work that all runs share."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from . import paths, progress

_held: set[str] = set()


@contextmanager
def hold(name: str = "provision") -> Iterator[None]:
    """Hold a lock between processes; entering it again in the same process is free.

    The kernel lets go of it when this process ends, however it ends. Python opens files
    without inheritance, so that a PostgreSQL server started under the lock does not keep it.
    """
    if name in _held:
        yield
        return
    with open(paths.state("locks", name), "w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            progress.note("Waiting for another run to finish its preparations ...")
            fcntl.flock(handle, fcntl.LOCK_EX)
        _held.add(name)
        try:
            yield
        finally:
            _held.discard(name)
