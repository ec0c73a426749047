"""Say what is being done and how far it is, on a terminal and in a log alike."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

LOG_INTERVAL = 10  # seconds between two lines of one step where lines cannot be overwritten


class Step:
    """One piece of work of more than a few seconds."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.outcome = "done"
        self._interactive = sys.stdout.isatty()
        self._started = time.monotonic()
        self._last = self._started

    def show(self, detail: str) -> None:
        """Show how far the step is, for example ``40 %`` or ``module 40 of 92``."""
        now = time.monotonic()
        if self._interactive:
            if now - self._last > 0.1:
                self._last = now
                print(f"\r\033[K{self.name}: {detail}", end="", flush=True)
        elif now - self._last >= LOG_INTERVAL:
            self._last = now
            print(f"{self.name}: {detail}", flush=True)

    def close(self, outcome: str) -> None:
        seconds = time.monotonic() - self._started
        start = "\r\033[K" if self._interactive else ""
        print(f"{start}{self.name}: {outcome} ({seconds:.0f} s)", flush=True)


@contextmanager
def step(name: str) -> Iterator[Step]:
    """Announce a step, and say whether and in what time it was done."""
    current = Step(name)
    if current._interactive:
        print(f"{name} ...", end="", flush=True)
    else:
        print(f"{name} ...", flush=True)
    try:
        yield current
    except BaseException:
        current.close("not finished")
        raise
    current.close(current.outcome)


def note(text: str) -> None:
    print(text, flush=True)
