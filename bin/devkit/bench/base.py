"""The databases that rows are measured in, before the addon comes."""

from __future__ import annotations

from devkit import database, lock
from devkit.odoo import Environment

from . import scale


def ensure(env: Environment, factor: float, modules: tuple[str, ...] = ()) -> str:
    """Return the scaled database without our addon.

    :param modules: what of stock is installed besides, in a copy of its own that is made once:
        other rows are measured without it
    """
    name = scale.ensure(env, factor)
    if not modules:
        return name
    wider = "_".join((name, *modules))
    with lock.hold(f"database-{wider}"):
        if not database.exists(env, wider):
            part = f"{wider}_part"
            database.clone(env, name, part)
            database.install_modules(env, part, modules)
            env.psql(part, "VACUUM ANALYZE")
            database.rename(env, part, wider)
    return wider
