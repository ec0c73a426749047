"""Fetch Debian packages by pinned content, without root and without touching the system's apt.

The archive's address is never written down here: it is whatever this machine's apt uses.
"""

import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from . import paths, progress, shell

APT_HELPER = "/usr/lib/apt/apt-helper"
KEYRING = "/usr/share/keyrings/debian-archive-keyring"


@dataclass(frozen=True)
class Package:
    """A package at one version, and the suite to look in once that version is gone."""

    suite: str
    name: str
    pool_path: str
    sha256: str
    size: int

    @property
    def file_name(self) -> str:
        return self.pool_path.rsplit("/", 1)[1]


def read_pins(table: Path) -> list[Package]:
    """Read pinned packages, one a line: suite, name, path in the pool, SHA-256, bytes."""
    rows = [line.split() for line in table.read_text().splitlines() if not line.startswith("#")]
    return [
        Package(suite, name, path, sha256, int(size)) for suite, name, path, sha256, size in rows
    ]


def mirror() -> str:
    """Return the archive that this machine's apt is configured for, ending in a slash."""
    if os.path.exists(APT_HELPER):
        if chosen := os.environ.get("DEBIAN_MIRROR"):
            return chosen.rstrip("/") + "/"
        query = ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages"]
        for address in shell.run(query, check=False).stdout.split():
            if address.endswith("/debian/"):
                return address
    raise shell.Trouble(
        "this machine's apt knows no Debian archive: set DEBIAN_MIRROR to the address of one, "
        "or ODOO_PATH to the folder of an Odoo 19.0 that holds odoo/"
    )


def fetch(package: Package, folder: Path, step: progress.Step) -> Path:
    """Return the package's file, from the folder, the pool, or the archive's present index."""
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / package.file_name
    if target.exists():
        return target
    part = target.with_suffix(".part")
    if _download_pinned(package, part, step):
        part.rename(target)
        return target
    progress.note(
        f"{package.file_name} has left the archive: "
        f"taking the present {package.name} of {package.suite}"
    )
    return _download_present(package, folder)


def _download_pinned(package: Package, target: Path, step: progress.Step) -> bool:
    """Download from the pool; apt checks the content. Tell whether it is there."""
    address = mirror() + package.pool_path
    command = [
        APT_HELPER,
        *_apt_options(),
        "download-file",
        address,
        str(target),
        f"SHA256:{package.sha256}",
    ]
    target.unlink(missing_ok=True)
    null = subprocess.DEVNULL
    with subprocess.Popen(shell.bound(command), stdin=null, stdout=null, stderr=null) as running:
        while running.poll() is None:
            if target.exists():
                step.show(f"{package.name} {target.stat().st_size * 100 // package.size} %")
            time.sleep(0.05)
    return running.returncode == 0


def _download_present(package: Package, folder: Path) -> Path:
    """Download the suite's present version, through signed lists of our own."""
    options = _private_lists(package.suite)
    scratch = folder / f"{package.name}.present"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    shell.run(["apt-get", *options, "download", package.name], cwd=scratch)
    return next(scratch.glob("*.deb"))


def _private_lists(suite: str) -> list[str]:
    """Read a suite's index into the state folder; return the apt options that use it."""
    root = paths.state("apt", suite)
    sources = root / "sources.list"
    for folder in ("lists/partial", "cache/archives/partial"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    (root / "status").touch()
    keyring = next(
        (KEYRING + end for end in (".gpg", ".pgp") if Path(KEYRING + end).exists()), None
    )
    if keyring is None:
        raise shell.Trouble("Debian's keys are missing: apt-get install debian-archive-keyring")
    sources.write_text(f"deb [signed-by={keyring}] {mirror()} {suite} main\n")
    options = [
        *_apt_options(),
        *("-o", f"Dir::State={root}"),
        *("-o", f"Dir::State::lists={root}/lists"),
        *("-o", f"Dir::State::status={root}/status"),
        *("-o", f"Dir::Cache={root}/cache"),
        *("-o", f"Dir::Etc::sourcelist={sources}"),
        *("-o", "Dir::Etc::sourceparts=/dev/null"),
        *("-o", "Dir::Etc::preferences=/dev/null"),
        *("-o", "Dir::Etc::preferencesparts=/dev/null"),
        *("-o", "Acquire::Languages=none"),
    ]
    shell.run(["apt-get", *options, "update"])
    return options


def _apt_options() -> list[str]:
    """Download as the present user: apt's own user may not enter the state folder."""
    user = shell.run(["id", "-un"]).stdout.strip()
    return ["-o", f"APT::Sandbox::User={user}"]


def unpack(archives: list[Path], folder: Path) -> None:
    """Unpack packages over each other into a folder, without installing anything."""
    folder.mkdir(parents=True)
    files = 0
    with progress.step(f"Unpacking {len(archives)} packages") as step:
        for archive in archives:
            command = shell.bound(["dpkg-deb", "--vextract", archive, folder])
            with subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
            ) as running:
                for _line in running.stdout or ():
                    files += 1
                    if files % 500 == 0:
                        step.show(f"{files:,} files")
            if running.returncode:
                raise shell.Trouble(f"{archive} could not be unpacked; is the disk full?")
