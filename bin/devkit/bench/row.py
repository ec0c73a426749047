"""What a row of the table is: what is measured, and how much it may cost."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from . import __path__ as here


def nothing(_env: Any) -> None:
    """Prepare nothing."""


@dataclass(frozen=True)
class Side:
    """One way of doing the work: ours, stock Odoo's, or the least it can cost.

    ``run(env, prepared)`` is what is timed. It returns how many things it found, because
    work that finds nothing costs nothing and proves nothing. In a row of another unit than
    seconds, what it returns is the result itself. ``prepare(env)`` is called once;
    ``before(env, prepared)`` before each run. Whatever they write is rolled back.
    """

    run: Callable[[Any, Any], int]
    prepare: Callable[[Any], Any] = nothing
    before: Callable[[Any, Any], object] | None = None


@dataclass(frozen=True)
class Limit:
    """What a row may cost; unset limits do not apply."""

    ratio: float | None = None  # of stock's time
    bound: float | None = None  # of the bound's time
    queries: int | None = None  # more than stock
    total: int | None = None  # queries of all, whatever stock asks
    seconds: float | None = None
    grows: bool = False  # the seconds are those of scale 1

    def at(self, scale: float) -> Limit:
        """Return the limit that holds in a database of a scale above 1."""
        if not self.grows or self.seconds is None or scale <= 1:
            return self
        return replace(self, seconds=self.seconds * scale)

    def __str__(self) -> str:
        parts = []
        if self.ratio is not None:
            parts.append(f"x {self.ratio:.3g}")
        if self.bound is not None:
            parts.append(f"x {self.bound:g} of bound")
        if self.queries is not None:
            parts.append(f"+{self.queries} queries")
        if self.total is not None:
            parts.append(f"{self.total} queries")
        if self.seconds is not None:
            parts.append(f"{self.seconds:g} s")
        return ", ".join(parts)


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    name: str
    limit: Limit
    ours: Side
    stock: Side | None = None
    bound: Side | None = None  # measured in the database with the addon
    repeat: int = 25
    unit: str = "s"  # or "MB"
    modules: tuple[str, ...] = ()  # of stock, without which there is nothing to compare with

    @property
    def sides(self) -> dict[str, Side]:
        """Return what is measured, by name."""
        sides = {"ours": self.ours, "stock": self.stock, "bound": self.bound}
        return {name: side for name, side in sides.items() if side}


def all_rows() -> list[Row]:
    """Return the rows of every area."""
    names = sorted(module.name for module in pkgutil.iter_modules(here))
    areas = [name for name in names if name.startswith("rows_")]
    modules = [importlib.import_module(f"{__package__}.{name}") for name in areas]
    return [row for module in modules for row in module.ROWS]
