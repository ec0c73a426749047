"""Programs that only the system's package manager can bring: installed when root, else named."""

import os
import shutil
from pathlib import Path

from . import paths, progress, shell

# Debian's PostgreSQL package would create and start a cluster of its own, which nobody asked for.
NO_MAIN_CLUSTER = Path("/etc/postgresql-common/createcluster.d/counterparty_crm.conf")


def is_root() -> bool:
    return os.geteuid() == 0


def require(packages: list[str], purpose: str) -> None:
    """Install packages, or raise with the command that a plain user can pass on."""
    if not install(packages):
        raise shell.Trouble(
            f"{purpose} needs {' '.join(packages)}: sudo apt-get install {' '.join(packages)}"
        )


def install(packages: list[str]) -> bool:
    """Install packages when this user may; tell whether that was possible."""
    if not (is_root() and shutil.which("apt-get")):
        return False
    apt = ["apt-get", "-y", "-o", "DPkg::Lock::Timeout=600", "--no-install-recommends"]
    with progress.step(f"Installing {' '.join(packages)}") as step:
        _mend_interrupted_dpkg()
        _run_apt([*apt, "update"])
        installed = _run_apt([*apt, "install", *packages])
        if not installed:
            step.outcome = "not possible"
    return installed


def install_postgresql() -> None:
    """Install the server without letting it create a cluster of its own."""
    if is_root():
        NO_MAIN_CLUSTER.parent.mkdir(parents=True, exist_ok=True)
        NO_MAIN_CLUSTER.write_text("create_main_cluster = false\n")
    try:
        require(["postgresql"], "the database")
    finally:
        if is_root():
            NO_MAIN_CLUSTER.unlink(missing_ok=True)


def ensure_chromium() -> bool:
    """Tell whether browser tests and pictures can be made, installing Chromium if possible."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return any(map(shutil.which, names)) or install(["chromium"])


def ensure_pdf() -> None:
    """Install wkhtmltopdf where the archive has it; say once that all but PDF works without it."""
    said = paths.state("no-wkhtmltopdf")
    if shutil.which("wkhtmltopdf") or said.exists() or install(["wkhtmltopdf"]):
        return
    progress.note(
        "No PDF without wkhtmltopdf: apt-get install wkhtmltopdf, where the archive has it"
    )
    said.touch()


def _mend_interrupted_dpkg() -> None:
    """Finish what a killed installation left half configured, or apt refuses to work."""
    if shell.run(["dpkg", "--audit"], check=False).stdout.strip():
        shell.run(["dpkg", "--configure", "-a"], env=_quiet_apt(), check=False)


def _run_apt(command: list[str]) -> bool:
    done = shell.run(command, env=_quiet_apt(), check=False)
    if done.returncode:
        progress.note(shell.tail(done.stderr, 3))
    return done.returncode == 0


def _quiet_apt() -> dict[str, str]:
    return {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
