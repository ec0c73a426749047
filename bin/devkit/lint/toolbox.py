"""The linters' own Python environment, made on first use and remade when a pin changes."""

from __future__ import annotations

import shutil
import subprocess
import sys
import venv
from pathlib import Path

from devkit import lock, paths, progress, shell

REQUIREMENTS = Path(__file__).with_name("requirements.txt")
STAMP = "requirements.txt"


def ensure() -> Path:
    """Return the folder of the linters' programs, installing them if needed."""
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
    shutil.rmtree(target, ignore_errors=True)
    with progress.step("Installing the linters"):
        try:
            venv.create(target, with_pip=True)
        except subprocess.CalledProcessError as error:
            raise shell.Trouble(
                "this Python cannot make virtual environments; on Debian: apt install python3-venv"
            ) from error
        pip = [target / "bin/python", "-m", "pip", "--disable-pip-version-check", "--quiet"]
        shell.run([*pip, "install", "--no-deps", "-r", REQUIREMENTS])
    shutil.copyfile(REQUIREMENTS, target / STAMP)
