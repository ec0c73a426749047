"""Databases: templates that cost minutes once, and clones of them that cost a second."""

import json
import os
import shutil
import time
from pathlib import Path

from . import addon, lock, odoo_log, paths, progress, shell
from .odoo import Environment

# Its demo provider lets tests and the demo story pay without an account anywhere.
DEVELOPMENT_MODULES = ("payment_demo",)
COPY_LIMIT = 60  # seconds


def exists(env: Environment, name: str) -> bool:
    return bool(env.rows("postgres", f"select 1 from pg_database where datname = '{name}'"))


def filestore(env: Environment, name: str) -> Path:
    return env.data_dir / "filestore" / name


def drop(env: Environment, name: str) -> None:
    """Drop a database, even one that a killed run left processes on, and its files."""
    try:
        env.psql("postgres", f'drop database if exists "{name}"')
    except (
        shell.Trouble
    ):  # force comes second: it refuses where autovacuum, not ours to end, is at work
        env.psql("postgres", f'drop database if exists "{name}" with (force)')
    shutil.rmtree(filestore(env, name), ignore_errors=True)


def clone(env: Environment, template: str, name: str) -> None:
    """Copy a database in a second. Attachments never change in place, so their files are linked."""
    _wait_for_copies(env, name)
    drop(env, name)
    if filestore(env, template).is_dir():
        shutil.copytree(filestore(env, template), filestore(env, name), copy_function=os.link)
    env.psql("postgres", f'create database "{name}" template "{template}"{_copy_strategy(env)}')


def _wait_for_copies(env: Environment, name: str) -> None:
    """Wait until the server has ended the copy that a killed run has begun under this name.

    It goes on without its client, and until it ends there is no database to drop.
    """
    deadline = time.monotonic() + COPY_LIMIT
    running = (
        "select 1 from pg_stat_activity where pid != pg_backend_pid() and state = 'active'"
        f" and query ilike 'create database \"{name}\"%'"
    )
    while env.rows("postgres", running) and time.monotonic() < deadline:
        time.sleep(0.2)


def scratch_name(env: Environment, purpose: str) -> str:
    """Return a name for a database of this process; drop those of processes that were killed."""
    prefix = f"run_{paths.checkout_key(env.checkout)}_"
    for (name,) in env.rows(
        "postgres", f"select datname from pg_database where datname ~ '^{prefix}.*_[0-9]+$'"
    ):
        if not Path("/proc", name.rsplit("_", 1)[1]).exists():
            drop(env, name)
    return f"{prefix}{purpose}_{os.getpid()}"


def rename(env: Environment, name: str, final: str) -> None:
    """Rename a database and its files; the database comes last: its name says that all is done."""
    drop(env, final)
    if filestore(env, name).is_dir():
        filestore(env, name).rename(filestore(env, final))
    env.psql("postgres", f'alter database "{name}" rename to "{final}"')


def note_stamp(env: Environment, name: str, stamp: dict[str, str]) -> None:
    """Keep with the database what it was made from."""
    env.psql("postgres", f"""comment on database "{name}" is $stamp${json.dumps(stamp)}$stamp$""")


def stamp_of(env: Environment, name: str) -> dict[str, str]:
    sql = f"select shobj_description(oid, 'pg_database') from pg_database where datname = '{name}'"
    found = env.rows("postgres", sql)
    stamp: dict[str, str] = json.loads(found[0][0]) if found and found[0][0] else {}
    return stamp


def module_state(env: Environment, name: str, module: str = paths.ADDON) -> str:
    """Return a module's state; Odoo's exit code is 0 even for a module it cannot find."""
    return (
        env.psql(name, f"select state from ir_module_module where name = '{module}'") or "unknown"
    )


def ensure_template(env: Environment, demo: bool) -> str:
    """Return a database with what we depend on, without us; made once for each set of versions."""
    modules = sorted({*addon.depends(env.checkout), *DEVELOPMENT_MODULES})
    key = paths.short_hash(json.dumps([modules, env.odoo_version, env.constraints]))
    name = f"{'demo' if demo else 'deps'}_{key}"
    with lock.hold(f"database-{name}"):
        if exists(env, name) and filestore(env, name).is_dir():
            return name
        part = f"{name}_part"
        drop(env, part)
        title = "Building a database with " + ("demo data" if demo else "no demo data") + ", once"
        arguments = ["-i", ",".join(modules), "--with-demo" if demo else "--without-demo"]
        _install(env, part, arguments, title, modules[0])
        rename(env, part, name)
        os.sync()  # the cluster does without; this one costs minutes
    return name


def install_addon(env: Environment, name: str, title: str = "Installing the addon") -> Path:
    """Install the addon; demo data follows the database. Return the log."""
    return _install(env, name, ["-i", paths.ADDON], title, paths.ADDON)


def install_modules(env: Environment, name: str, modules: tuple[str, ...]) -> Path:
    """Install modules of stock that the addon can do without. Return the log."""
    title = f"Installing {', '.join(modules)}"
    return _install(env, name, ["-i", ",".join(modules)], title, modules[0])


def upgrade_addon(env: Environment, name: str, title: str = "Upgrading the addon") -> Path:
    """Upgrade the addon, as an administrator does after an update of its files. Return the log."""
    return _install(env, name, ["-u", paths.ADDON], title, paths.ADDON)


def serve_name(env: Environment, demo: bool = True) -> str:
    return f"serve_{paths.checkout_key(env.checkout)}_{'demo' if demo else 'empty'}"


def ensure_demo(env: Environment, demo: bool = True) -> str:
    """Return the database of bin/serve, with the addon as the checkout has it."""
    name = serve_name(env, demo)
    made_from = {"odoo": env.odoo_version, "addon": addon.fingerprint(env.checkout)}
    with lock.hold(f"database-{name}"):
        present = stamp_of(env, name) if filestore(env, name).is_dir() else {}
        if present == made_from:
            return name
        if present.get("odoo") == env.odoo_version:
            upgrade_addon(env, name, "Upgrading the database to the checkout")
        else:
            if present:
                progress.note(f"Odoo itself has changed: database {name} is made anew")
            part = f"{name}_part"
            clone(env, ensure_template(env, demo), part)
            install_addon(env, part)
            note_stamp(env, part, {"odoo": env.odoo_version})
            rename(env, part, name)
        note_stamp(env, name, made_from)
    return name


def _install(env: Environment, name: str, arguments: list[str], title: str, proof: str) -> Path:
    log = paths.state("logs", f"build-{name}.log")
    command = env.odoo_command(
        [*arguments, "--stop-after-init", "--no-http", "--max-cron-threads=0"], name
    )
    with progress.step(title) as step:
        code = env.run_logged(command, log, step)
    state = module_state(env, name, proof) if exists(env, name) else "not there"
    if code or state != "installed":
        raise shell.Trouble(
            f"{proof} is {state} (exit code {code}):\n{odoo_log.what_went_wrong(log)}\nsee {log}"
        )
    return log


def _copy_strategy(env: Environment) -> str:
    """Copy files rather than log their pages, in half the time; servers know how from 15 on."""
    version = int(env.psql("postgres", "show server_version_num"))
    return " strategy file_copy" if version >= 150000 else ""
