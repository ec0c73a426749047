"""Choose a Python, and make the virtual environment that Odoo runs in."""

import os
import shutil
import subprocess
from pathlib import Path

from . import paths, progress, shell, system

# 3.11 and 3.12 have every library of Odoo as a wheel; 3.13 lacks the one that draws barcodes.
ACCEPTED = ("3.11", "3.12", "3.13", "3.10")
REQUIREMENTS = paths.DEVKIT / "requirements.txt"
CONSTRAINTS = paths.DEVKIT / "constraints.txt"
PROBE = """
import ctypes, ensurepip, ssl, sys, venv
print("%d.%d" % sys.version_info[:2], sys.executable)
"""
DONE = "counterparty-complete"


def ensure() -> Path:
    """Return a Python that can import what Odoo needs: yours, or a virtual environment of ours."""
    if given := os.environ.get("ODOO_PYTHON"):
        python = Path(shutil.which(os.path.expanduser(given)) or given).absolute()
        _require_libraries(python)
        return python
    known = sorted(paths.state("venv").glob(f"*-{_libraries_key()}/{DONE}"))
    if not known:
        return _build(*_choose())
    return known[0].parent / "bin/python"


def constraints_key() -> str:
    """Return what tells one set of library versions from another."""
    return os.environ.get("ODOO_PYTHON") or _libraries_key()


def _libraries_key() -> str:
    return paths.short_hash(REQUIREMENTS.read_text() + CONSTRAINTS.read_text())


def _choose() -> tuple[str, str]:
    """Return the version and path of the best usable Python; ask apt for one if need be."""
    found = _usable()
    if not found:
        system.require(["python3-venv"], "Odoo")
        found = _usable()
    for version in ACCEPTED:
        if version in found:
            return version, found[version]
    raise shell.Trouble(f"no usable Python: Odoo 19 wants one of {', '.join(ACCEPTED)}, with venv")


def _usable() -> dict[str, str]:
    """Try each Python on the path by running it: a name may be a version manager's empty shim."""
    found: dict[str, str] = {}
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    for name in [*(f"python{version}" for version in ACCEPTED), "python3"]:
        for candidate in (Path(folder, name) for folder in folders):
            if not os.access(candidate, os.X_OK):
                continue
            answer = shell.run([candidate, "-c", PROBE], check=False)
            if answer.returncode == 0:
                version, executable = answer.stdout.split(maxsplit=1)
                found.setdefault(version, executable.strip())
    return found


def _build(version: str, base: str) -> Path:
    """Make the environment in its final place, since it cannot be moved; its stamp comes last."""
    folder = paths.state("venv", f"{version}-{_libraries_key()}")
    shutil.rmtree(folder, ignore_errors=True)
    with progress.step(f"Installing Odoo's libraries for Python {version}") as step:
        shell.run([base, "-m", "venv", folder])
        python = folder / "bin/python"
        if not _pip_install(python, ["--constraint", str(CONSTRAINTS)], step):
            progress.note(
                "The tested library versions do not fit this Python; taking the newest allowed ones"
            )
            if not _pip_install(python, [], step):
                raise shell.Trouble(f"pip could not install Odoo's libraries; see {_pip_log()}")
        _require_libraries(python)
    (folder / DONE).touch()
    return python


def _pip_install(python: Path, options: list[str], step: progress.Step) -> bool:
    """Install the requirements, counting what pip collects."""
    pip: list[shell.Argument] = [python, "-m", "pip", "install", "--no-input"]
    command = shell.bound([*pip, *options, "--requirement", REQUIREMENTS])
    total = sum(1 for line in CONSTRAINTS.read_text().splitlines() if not line.startswith("#"))
    collected = 0
    with (
        open(_pip_log(), "w") as log,
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as running,
    ):
        for line in running.stdout or ():
            log.write(line)
            if line.startswith("Collecting "):
                collected += 1
                step.show(f"library {min(collected, total)} of {total}")
            elif line.startswith("Installing collected"):
                step.show("unpacking")
    return running.returncode == 0


def _pip_log() -> Path:
    return paths.state("logs", "pip.log")


def _require_libraries(python: Path) -> None:
    """Import what breaks first, to say so now rather than in the middle of a database."""
    answer = shell.run(
        [python, "-c", "import babel, lxml_html_clean, psycopg2, PIL, reportlab, werkzeug"],
        check=False,
    )
    if answer.returncode:
        raise shell.Trouble(f"{python} lacks libraries of Odoo: {shell.tail(answer.stderr, 1)}")
