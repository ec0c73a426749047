"""A provisioned Odoo: where its parts are, and how to run it."""

import csv
import io
import os
import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from . import paths, postgres, progress, shell

TESTING = re.compile(r" odoo\.addons\.\S+: Starting (\S+) \.\.\.")
LOADING = re.compile(r"Loading module (\S+) \((\d+)/(\d+)\)")


@dataclass(frozen=True)
class Environment:
    """What it takes to run Odoo with the addon; made by ``environment.ensure``."""

    python: Path
    odoo_path: Path
    odoo_version: str
    constraints: str
    addons: Path
    data_dir: Path
    server: postgres.Server
    checkout: Path = paths.CHECKOUT

    @property
    def addons_path(self) -> str:
        return str(self.addons)

    @property
    def pg_args(self) -> list[str]:
        """Return the connection options of Odoo's commands."""
        return [
            f"--db_host={self.server.host}",
            f"--db_port={self.server.port}",
            f"--db_user={self.server.user}",
        ]

    @property
    def conf(self) -> Path:
        """Write and return the configuration file; some of Odoo's commands take nothing else."""
        values = {
            "addons_path": self.addons_path,
            "data_dir": self.data_dir,
            "db_host": self.server.host,
            "db_port": self.server.port,
            "db_user": self.server.user,
            "list_db": False,
            "without_demo": True,  # databases cloned from a template follow the template
        }
        path = paths.state("conf", f"{paths.short_hash(repr(values))}.conf")
        if not path.exists():
            part = path.with_suffix(f".{os.getpid()}")
            part.write_text(
                "[options]\n" + "".join(f"{name} = {value}\n" for name, value in values.items())
            )
            part.replace(path)
        return path

    @property
    def variables(self) -> dict[str, str]:
        """Return the process environment, without what would lead Odoo or Python elsewhere."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if name not in {"ODOO_RC", "PYTHONHOME"}
        }
        return {**kept, "PYTHONPATH": str(self.odoo_path), "PYTHONUNBUFFERED": "1"}

    def odoo_command(self, arguments: Sequence[str], db: str | None = None) -> list[str]:
        """Return a command line; the first argument may be a command of Odoo, such as ``shell``."""
        command, rest = "server", list(arguments)
        if rest and not rest[0].startswith("-"):
            command = rest.pop(0)
            if command in {"i18n", "module"} and rest and not rest[0].startswith("-"):
                command, rest = f"{command} {rest[0]}", rest[1:]
        database = ["-d", db] if db else []
        return [
            str(self.python),
            "-m",
            "odoo",
            *command.split(),
            "-c",
            str(self.conf),
            *database,
            *rest,
        ]

    def run_odoo(
        self,
        arguments: Sequence[str],
        db: str | None = None,
        *,
        input: str | None = None,
        check: bool = True,
    ) -> subprocess.CompletedProcess[str]:
        """Run Odoo to its end and collect its output."""
        return shell.run(
            self.odoo_command(arguments, db), input=input, env=self.variables, check=check
        )

    def run_logged(
        self, command: Sequence[str], log: Path, step: progress.Step, **variables: str
    ) -> int:
        """Run a long command with its log in a file, showing the modules as they load."""
        with (
            open(log, "w") as file,
            subprocess.Popen(
                shell.bound(command),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                env={**self.variables, **variables},
                cwd=log.parent,
            ) as running,
        ):
            try:
                for line in running.stdout or ():
                    file.write(line)
                    _show_progress(line, step)
            except BaseException:
                running.terminate()
                raise
        return running.returncode

    def psql(self, db: str, sql: str) -> str:
        """Run SQL and return its output, columns parted by ``|``."""
        return self._psql(db, sql, "-At").strip()

    def rows(self, db: str, sql: str) -> list[list[str]]:
        """Run a query and return its rows as text; null is an empty string."""
        return list(csv.reader(io.StringIO(self._psql(db, sql, "--csv", "-t"))))

    def _psql(self, db: str, sql: str, *options: str) -> str:
        server = self.server
        where = ["-h", server.host, "-p", str(server.port), "-U", server.user, "-d", db]
        return shell.run(
            [postgres.psql(), "-Xq", "-v", "ON_ERROR_STOP=1", *options, *where], input=sql
        ).stdout

    def with_checkout(self, checkout: Path, addons: Path) -> "Environment":
        """Return the same Odoo with another checkout of the addon."""
        return replace(self, checkout=checkout, addons=addons)


def _show_progress(line: str, step: progress.Step) -> None:
    if found := LOADING.search(line):
        step.show(f"module {found[2]} of {found[3]} ({found[1]})")
    elif found := TESTING.search(line):
        step.show(found[1])
