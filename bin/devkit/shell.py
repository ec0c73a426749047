"""Run commands, and turn what goes wrong into one line for the person at the keyboard."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn

Argument = str | os.PathLike[str]


class Trouble(Exception):  # noqa: N818 - not an error of the program: a message for its user
    """Something that the user can read and act on, without a traceback."""


def run(
    command: Sequence[Argument],
    *,
    input: str | None = None,
    env: Mapping[str, str] | None = None,
    cwd: Argument | None = None,
    check: bool = True,
) -> subprocess.CompletedProcess[str]:
    """Run a command, collect its output, and raise its last lines when it fails."""
    done = subprocess.run(
        [os.fspath(part) for part in command],
        input=input,
        stdin=subprocess.DEVNULL if input is None else None,
        capture_output=True,
        text=True,
        errors="replace",
        env=env,
        cwd=cwd,
        check=False,
    )
    if check and done.returncode:
        said = tail(done.stderr or done.stdout)
        raise Trouble(f"{Path(command[0]).name} failed ({done.returncode}): {said}")
    return done


def bound(command: Sequence[Argument]) -> list[str]:
    """Return the command so that it is told to end when this process is killed, however hard."""
    setpriv = shutil.which("setpriv")
    return [
        *([setpriv, "--pdeathsig=TERM"] if setpriv else []),
        *(os.fspath(part) for part in command),
    ]


def tail(text: str, lines: int = 15) -> str:
    return "\n".join(text.strip().splitlines()[-lines:])


def main(body: Callable[[], int]) -> NoReturn:
    """Run a command's body; print trouble as one message, and leave quietly on Ctrl-C."""
    for request in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(request, _leave)
    try:
        code = body()
    except Trouble as trouble:
        print(f"error: {trouble}", file=sys.stderr)
        code = 1
    except KeyboardInterrupt:
        print("\ninterrupted", file=sys.stderr)
        code = 130
    sys.exit(code)


def _leave(number: int, _frame: object) -> NoReturn:
    """Unwind on a request to end, so that servers are stopped and scratch databases dropped."""
    sys.exit(128 + number)
