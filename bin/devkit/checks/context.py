"""What the checks share: databases that are made once for all of them."""

from dataclasses import dataclass, field
from pathlib import Path

from .. import database, odoo_log
from ..odoo import Environment


class Failed(Exception):  # noqa: N818 - an outcome, told to the reader line by line
    """What a check found wrong."""

    def __init__(self, what: str, lines: list[str]) -> None:
        super().__init__("\n    ".join([what, *lines]))


class Skipped(Exception):  # noqa: N818 - an outcome
    """Why a check could not be made."""


@dataclass
class Context:
    env: Environment
    _installed: dict[bool, str | None] = field(default_factory=dict)
    _made: list[str] = field(default_factory=list)

    def scratch(self, template: str, purpose: str) -> str:
        """Return a new clone, which goes when the checks end."""
        name = database.scratch_name(self.env, purpose)
        self._made.append(name)
        database.clone(self.env, template, name)
        return name

    def bare(self, demo: bool, purpose: str) -> str:
        """Return a database with what we depend on, without us."""
        return self.scratch(database.ensure_template(self.env, demo), purpose)

    def installed(self, demo: bool) -> str:
        """Return a database with the addon just installed; clone it to change it."""
        if demo not in self._installed:
            self._installed[demo] = None
            name = self.bare(demo, "demo" if demo else "plain")
            quietly(self.env, database.install_addon(self.env, name))
            self._installed[demo] = name
        if (found := self._installed[demo]) is None:
            raise Skipped("the addon does not install")
        return found

    def close(self) -> None:
        for name in self._made:
            database.drop(self.env, name)


def quietly(env: Environment, log: Path) -> None:
    """Fail when a log has warnings of ours."""
    if found := odoo_log.complaints(log, [env.server.host]):
        raise Failed("warnings were logged", found)
