"""Install the addon into a database in use, and write down what its users saw before and after.

Started by Odoo's Python with Odoo's own options; a process of its own, because the host installs
from its Apps screen inside a running server, and that is the day to be looked at. Variables:

- ``DAY_ONE_RESULT``: the file to write, as JSON
- ``DAY_ONE_WITHOUT``: a module to uninstall first, so that it comes with the addon
"""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import deeds
import outbox
import population
import portal
import screens
from facts import Snapshot
from population import Population

from odoo.api import SUPERUSER_ID, Environment
from odoo.http import root
from odoo.modules.registry import Registry
from odoo.tools import config

ADDON = "counterparty_crm"


@contextmanager
def opened(db: str) -> Iterator[Any]:
    """Open the database as the host's own user, and keep what was done."""
    with Registry(db).cursor() as cr:
        yield Environment(cr, SUPERUSER_ID, {"lang": "en_US"})


def main() -> None:
    config.parse_config(sys.argv[1:], setup_logging=True)
    root.initialize()
    (db,) = config["db_name"]
    if module := os.environ.get("DAY_ONE_WITHOUT"):
        with opened(db) as env:
            _module(env, module).button_immediate_uninstall()
    with opened(db) as env:
        _forget_demo(env)
        people = population.generate(env)
    before = _look(db, people)
    before["everybody"] = _sent(db)
    with opened(db) as env:
        env["ir.module.module"].update_list()
        _module(env, ADDON).button_immediate_install()
    sent = _sent(db)  # first of all: even looking at a portal page may send something
    after = {**_look(db, people), "everybody": sent}
    Path(os.environ["DAY_ONE_RESULT"]).write_text(json.dumps({"before": before, "after": after}))


def _module(env: Any, name: str) -> Any:
    return env["ir.module.module"].search([("name", "=", name)])


def _forget_demo(env: Any) -> None:
    """Take the demo data for what a company has entered, so that ours does not join it."""
    env["ir.module.module"].search([]).demo = False


def _sent(db: str) -> dict[str, dict[str, str]]:
    with opened(db) as env:
        return {"outbox": outbox.counts(env)}


def _look(db: str, people: Population) -> Snapshot:
    """Return all that each kind of user sees and can do."""
    found: Snapshot = {}
    for kind, user_id in people.users.items():
        with opened(db) as env:
            user_env = env(user=user_id, su=False, context={"lang": "en_US", "bin_size": True})
            found[kind] = screens.seen(user_env, people)
        found[kind]["deeds"] = deeds.done(db, user_id, people)
    visitor = portal.Visitor(db, people)
    found["portal"]["pages"] = visitor.pages()
    found["portal"]["margins"] |= visitor.margins()
    return found


if __name__ == "__main__":
    main()
