"""The linters' own Python environment, made on first use and remade when a pin changes."""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
from pathlib import Path

from devkit import lock, paths, progress, shell, system

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
STAMP = "requirements.txt"


def ensure() -> Path:
    """Return the folder of the linters' programs, installing them if needed."""
    if sys.version_info < (3, 11):
        raise shell.Trouble("the linters need Python 3.11 or later")
    target = paths.state(f"lint-venv-{sys.version_info.major}.{sys.version_info.minor}")
    with lock.hold("lint"):
        if not _is_current(target):
            _build(target)
    return target / "bin"


def _is_current(target: Path) -> bool:
    stamp = target / STAMP
    return stamp.is_file() and stamp.read_bytes() == REQUIREMENTS.read_bytes()


def _build(target: Path) -> None:
    """Install every pin; the stamp comes last, so an interrupted build is done again.

    The folder has its final name from the start: programs of a virtual environment
    hold its absolute path and would break when moved.
    """
    with progress.step("Installing the linters"):
        _create(target)
        pip = [str(target / "bin/python"), "-m", "pip", "--disable-pip-version-check", "--quiet"]
        shell.run([*pip, "install", "--no-deps", "-r", str(REQUIREMENTS)])
    shutil.copyfile(REQUIREMENTS, target / STAMP)


def _create(target: Path) -> None:
    """Make an empty environment; Debian's Python can only do so with another package."""
    try:
        venv.create(target, clear=True, with_pip=True)
    except subprocess.CalledProcessError:
        system.require(["python3-venv"], "bin/lint")
        venv.create(target, clear=True, with_pip=True)
