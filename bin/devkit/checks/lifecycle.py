"""The addon's life in a database: installed, updated, upgraded, uninstalled."""

import ast
import os
import shutil
import subprocess
from pathlib import Path

from .. import addon, database, paths, shell
from ..odoo import Environment
from . import snapshot
from .context import Context, Failed, Skipped, quietly


def installs_without_demo_data(context: Context) -> None:
    context.installed(demo=False)


def installs_with_demo_data(context: Context) -> None:
    context.installed(demo=True)


def updates_change_nothing(context: Context) -> None:
    """Update twice; tables and records must be as they were after installation."""
    env = context.env
    db = context.scratch(context.installed(demo=False), "update")
    schema, records = snapshot.schema(env, db), snapshot.records(env, db, paths.ADDON)
    for which in ("first", "second"):
        quietly(env, database.upgrade_addon(env, db, f"Updating, {which} time"))
        _require_same(f"the {which} update changed the schema", schema, snapshot.schema(env, db))
        _require_same(
            f"the {which} update changed records", records, snapshot.records(env, db, paths.ADDON)
        )


def upgrades_from_the_previous_version(context: Context) -> None:
    """Install the previous version with demo data, upgrade, compare with a fresh installation."""
    env, fresh = context.env, context.installed(demo=True)
    previous = _previous(env.checkout)
    db = context.bare(True, "upgrade")
    database.install_addon(
        _at(env, previous), db, f"Installing the previous version ({previous[:9]})"
    )
    quietly(env, database.upgrade_addon(env, db))
    _require_same(
        "an upgraded schema differs from a fresh one",
        snapshot.schema(env, fresh),
        snapshot.schema(env, db),
    )
    ours = snapshot.identifiers(env, fresh, paths.ADDON), snapshot.identifiers(env, db, paths.ADDON)
    _require_same("an upgraded database's records differ from a fresh one's", *ours)


def uninstall_leaves_nothing(context: Context) -> None:
    """Uninstall with and without demo data; the database must define what it did before us."""
    for demo in (False, True):
        _uninstall(context, demo)


def _uninstall(context: Context, demo: bool) -> None:
    env = context.env
    before = database.ensure_template(env, demo)
    db = context.scratch(context.installed(demo), "uninstall")
    env.run_odoo(["module", "uninstall", paths.ADDON], db)
    if (state := database.module_state(env, db)) != "uninstalled":
        raise Failed(f"the addon is {state} after its removal", [])
    _require_same("the schema changed", snapshot.schema(env, before), snapshot.schema(env, db))
    definitions = snapshot.definitions(env, before), snapshot.definitions(env, db)
    _require_same("definitions changed", *definitions)
    if not demo:
        identifiers = snapshot.identifiers(env, db, paths.ADDON)
        _require_same("identifiers of ours are left", set(), identifiers)
    _require_same("something of ours is left", set(), snapshot.traces(env, db, paths.ADDON))


def _require_same(what: str, before: set[str], after: set[str]) -> None:
    if lines := snapshot.differences(before, after):
        raise Failed(what, lines)


def _at(env: Environment, commit: str) -> Environment:
    """Return the environment with the addon as a commit has it, outside the checkout."""
    folder = paths.state("previous", commit)
    if not folder.exists():
        part = folder.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir()
        archive = folder.with_suffix(".tar")
        shell.run(["git", "-C", env.checkout, "archive", "--output", archive, commit])
        shell.run(["tar", "-xf", archive, "-C", part])
        archive.unlink()
        part.rename(folder)
    return env.with_checkout(folder, addon.link(folder))


def _previous(checkout: Path) -> str:
    """Return the commit that was landed or tagged before, or the last one of another version."""
    given = os.environ.get("COUNTERPARTY_PREVIOUS")
    head = _git(checkout, "rev-parse", "HEAD")
    if not head:
        raise Skipped("the checkout has no history")
    tag = _git(checkout, "describe", "--tags", "--abbrev=0", "HEAD")
    for name in filter(None, (given, "origin/main", tag)):
        commit = _git(checkout, "rev-parse", "--verify", "--quiet", f"{name}^{{commit}}")
        if commit and commit != head and _version_at(checkout, commit):
            return commit
    present = ast.literal_eval((checkout / "__manifest__.py").read_text())["version"]
    # the last commit before the one that opened the present version
    opened = None
    for commit in _git(
        checkout, "log", "--first-parent", "--format=%H", "--", "__manifest__.py"
    ).split():
        if _version_at(checkout, commit) not in (present, None):
            return _git(checkout, "rev-parse", f"{opened}^" if opened else "HEAD")
        opened = commit
    raise Skipped(
        "history has no earlier landing, tag or version; COUNTERPARTY_PREVIOUS may name a commit"
    )


def _version_at(checkout: Path, commit: str) -> str | None:
    manifest = _git(checkout, "show", f"{commit}:__manifest__.py")
    return ast.literal_eval(manifest)["version"] if manifest else None


def _git(checkout: Path, *arguments: str) -> str:
    try:
        return shell.run(["git", "-C", checkout, *arguments], check=False).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""
