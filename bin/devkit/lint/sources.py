"""Which files of the checkout are checked, and by which name Odoo's linters see them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from devkit import paths

SAMPLES = Path("bin/devkit/lint/rules")
CACHES = {"__pycache__", "node_modules"}


@dataclass(frozen=True)
class Sources:
    """The checkout's files, as paths relative to its root.

    Files are found on disk and not asked from git: a new file is to be checked before
    it is added, not after.
    """

    root: Path = paths.CHECKOUT

    @cached_property
    def files(self) -> list[Path]:
        """Every file but hidden folders, caches and the deliberately bad samples."""
        return sorted(path for path in self._walk() if path.parent != SAMPLES)

    def _walk(self) -> Iterator[Path]:
        for folder, names, files in os.walk(self.root):
            names[:] = [name for name in names if name not in CACHES and name[0] != "."]
            base = Path(folder).relative_to(self.root)
            # in a second worktree .git is a file with a path of the machine
            yield from (base / name for name in files if name != ".git")

    @cached_property
    def python(self) -> list[Path]:
        """Python files: the addon's and ours."""
        return [path for path in self.files if path.suffix == ".py"]

    @cached_property
    def addon_python(self) -> list[Path]:
        """Python that Odoo loads: all of it except our commands."""
        return [path for path in self.python if path.parts[0] != "bin"]

    @cached_property
    def catalogues(self) -> list[Path]:
        """Translations of the addon."""
        return [path for path in self.files if path.suffix == ".po"]

    def read(self, path: Path) -> str:
        """Return a file's text."""
        return (self.root / path).read_text(encoding="utf-8")


def named_link(root: Path) -> Path:
    """Return a link to the checkout that bears the addon's technical name.

    Linters take a module's name from its folder, and a checkout may be called anything.
    """
    link = paths.state("lint", paths.checkout_key(root), paths.ADDON)
    if not link.is_symlink() or link.readlink() != root:
        fresh = link.with_name(f"{paths.ADDON}.{os.getpid()}")
        fresh.symlink_to(root)
        fresh.replace(link)
    return link
