"""What to picture: the list in shots.toml, and single screens named on the command line."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import shell

if sys.version_info >= (3, 11):
    import tomllib
else:  # the copy that pip brings into every environment
    from pip._vendor import tomli as tomllib

PLAN = Path(__file__).with_name("shots.toml")
REFERENCE = re.compile(r"\{([\w.]+)\}")
ACTION = re.compile(r"/action-([a-z]\w*\.\w+)")


@dataclass(frozen=True)
class Shot:
    """A screen as one user sees it, in one or several window widths."""

    name: str
    path: str  # {module.xml_id} stands for that record's number
    login: str = "admin"
    widths: tuple[int, ...] = (1400, 390)
    height: int = 900
    fit: bool = False  # grow the window until all of the screen shows
    wait: str = ""  # a selector that shows up last
    clicks: tuple[str, ...] = ()

    def file_name(self, width: int) -> str:
        """Return the picture's name: the width tells apart desk and phone."""
        return f"{self.name}-{width}.png"

    def address(self, find: Callable[[str], int]) -> str:
        """Return the path with record numbers filled in.

        Actions are looked up for one reason: instead of an unknown one, Odoo shows another.
        """
        for xml_id in ACTION.findall(self.path):
            find(xml_id)
        return REFERENCE.sub(lambda match: str(find(match[1])), self.path)


def read(names: list[str], plan: Path = PLAN) -> list[Shot]:
    """Return the listed shots, or only those named; a name may end in ``*``."""
    rows = tomllib.loads(plan.read_text(encoding="utf-8")).get("shot", [])
    shots = [_shot(row) for row in rows]
    if not names:
        return shots
    chosen = [shot for shot in shots if any(Path(shot.name).match(name) for name in names)]
    if not chosen:
        raise shell.Trouble(f"no such picture; there are: {' '.join(shot.name for shot in shots)}")
    return chosen


def _shot(row: dict[str, Any]) -> Shot:
    values: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value for key, value in row.items()
    }
    try:
        return Shot(**values)
    except TypeError as error:
        raise shell.Trouble(f"{PLAN.name}: {row.get('name', row)}: {error}") from error
