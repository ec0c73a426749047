"""Show the checkout to Odoo under the addon's name, and tell when it has changed."""

import ast
import hashlib
import os
import shutil
from pathlib import Path

from . import paths

# What the addon needs until the checkout has a manifest to read.
DEPENDS = [
    "account",
    "stock_account",
    "sale_management",
    "sale_stock",
    "sale_crm",
    "sale_margin",
    "purchase_stock",
    "account_payment",
    "mass_mailing",
    "calendar",
    "contacts",
    "resource",
    "rating",
    "portal",
    "portal_rating",
    "phone_validation",
    "utm",
    "link_tracker",
    "base_import",
    "web_hierarchy",
]
NOT_PART_OF_THE_ADDON = {"bin", "docs"}
NOT_IN_DATABASE = {*NOT_PART_OF_THE_ADDON, "tests"}


def depends(checkout: Path = paths.CHECKOUT) -> list[str]:
    """Return the modules that the manifest names."""
    manifest = checkout / "__manifest__.py"
    if not manifest.exists():
        return DEPENDS
    return list(ast.literal_eval(manifest.read_text())["depends"])


def link(checkout: Path = paths.CHECKOUT) -> Path:
    """Return an addons path on which the checkout, whatever its folder's name, is the addon.

    The links lie outside the checkout, one for each of its entries: a link to the checkout as
    a whole would lead Odoo's export of terms into hidden folders, and a link inside it round
    in circles.
    """
    addons = paths.state("addons", paths.checkout_key(checkout))
    folder = addons / paths.ADDON
    folder.mkdir(parents=True, exist_ok=True)
    wanted = {entry.name: entry for entry in checkout.iterdir() if _belongs(entry)}
    for present in list(folder.iterdir()):
        target = wanted.pop(present.name, None)
        if target is None or not present.is_symlink() or present.readlink() != target:
            _remove(present)
            if target is not None:
                present.symlink_to(target)
    for name, target in wanted.items():
        (folder / name).symlink_to(target)
    return addons


def fingerprint(checkout: Path = paths.CHECKOUT) -> str:
    """Return a hash of everything whose change asks for an upgrade of a database."""
    digest = hashlib.sha256()
    for entry in sorted(checkout.iterdir()):
        if _belongs(entry) and entry.name not in NOT_IN_DATABASE:
            for file in sorted(_files(entry)):
                digest.update(f"{file.relative_to(checkout)}\0".encode())
                digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _belongs(entry: Path) -> bool:
    return (
        not entry.name.startswith((".", "__pycache__")) and entry.name not in NOT_PART_OF_THE_ADDON
    )


def _files(entry: Path) -> list[Path]:
    if entry.is_file():
        return [entry]
    found: list[Path] = []
    for folder, folders, names in os.walk(entry):
        folders[:] = [name for name in folders if name != "__pycache__"]
        found += [Path(folder, name) for name in names if not name.endswith((".pyc", "~", ".swp"))]
    return [file for file in found if file.is_file()]


def _remove(entry: Path) -> None:
    if entry.is_dir() and not entry.is_symlink():
        shutil.rmtree(entry)
    else:
        entry.unlink()
