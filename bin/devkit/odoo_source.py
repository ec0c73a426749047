"""Find or fetch Odoo 19.0 itself. It is not on PyPI; Debian unstable packages it."""

import ast
import os
import shutil
from pathlib import Path

from . import debian, paths, progress, shell

SERIES = (19, 0)
PACKAGES = paths.DEVKIT / "packages.txt"

# Debian leaves this file out while mail's manifest lists it. Without it the web client's bundle
# holds a console.error, and every browser test that loads the bundle fails.
MISSING_SCRIPT = "odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"


def ensure() -> Path:
    """Return the folder that holds the package ``odoo``: yours, or a private one of ours."""
    if given := os.environ.get("ODOO_PATH"):
        source = Path(given).expanduser().resolve()
        _require_series(source, "ODOO_PATH")
        return source
    prefix = paths.state("odoo", paths.short_hash(PACKAGES.read_text()))
    source = prefix / "usr/lib/python3/dist-packages"
    if not prefix.exists():
        _build(prefix)
    return source


def version(source: Path) -> str:
    """Return what tells one Odoo from another: its release, and where it is from."""
    stamp = source.parents[3] / "PACKAGE" if len(source.parents) > 3 else Path()
    packaged = stamp.read_text() if stamp.is_file() else str(source)
    return f"{'.'.join(map(str, _version_info(source)))} {packaged}"


def _build(prefix: Path) -> None:
    """Unpack under another name, then rename: a prefix is whole or absent."""
    part = prefix.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    downloads = paths.state("downloads")
    with progress.step("Downloading Odoo") as step:
        archives = [
            debian.fetch(package, downloads, step) for package in debian.read_pins(PACKAGES)
        ]
    debian.unpack(archives, part)
    source = part / "usr/lib/python3/dist-packages"
    _require_series(source, "the archive's odoo-19")
    script = source / MISSING_SCRIPT
    if not script.exists():
        script.parent.mkdir(parents=True, exist_ok=True)
        script.write_text("/* Left out of Debian's package; video calls lack background blur. */\n")
    (part / "PACKAGE").write_text(archives[0].name)
    part.rename(prefix)
    for leftover in (downloads, paths.state("apt")):
        shutil.rmtree(leftover, ignore_errors=True)
    _warn_about_dangling_links(prefix)


def _require_series(source: Path, what: str) -> None:
    found = _version_info(source)
    if found[:2] != SERIES:
        raise shell.Trouble(
            f"{what} is Odoo {'.'.join(map(str, found[:2]))}, but this addon is for 19.0: {source}"
        )


def _version_info(source: Path) -> tuple[int | str, ...]:
    """Read the release without importing Odoo, which needs its libraries."""
    release = source / "odoo/release.py"
    if not release.is_file():
        raise shell.Trouble(f"there is no Odoo in {source}: it should hold odoo/release.py")
    for node in ast.parse(release.read_text()).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "version_info":
            assert isinstance(node.value, ast.Tuple)
            return tuple(ast.literal_eval(element) for element in node.value.elts[:3])
    raise shell.Trouble(f"{release} has no version_info")


def _warn_about_dangling_links(prefix: Path) -> None:
    addons = prefix / "usr/lib/python3/dist-packages/odoo/addons"
    dangling = [
        link for link in addons.glob("*/static/**/*") if link.is_symlink() and not link.exists()
    ]
    if dangling:
        progress.note(
            f"{len(dangling)} fonts or icons of the web client are missing, e.g. {dangling[0].name}"
        )
