"""A private PostgreSQL cluster behind a unix socket, or the server that PGHOST names."""

import getpass
import os
import shutil
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from . import paths, progress, shell, system

# Nothing in this cluster is worth an fsync: it holds what one command builds again.
SETTINGS = {
    "listen_addresses": "''",
    "unix_socket_permissions": "0700",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "jit": "off",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "max_connections": "100",
    "log_min_messages": "fatal",
}


@dataclass(frozen=True)
class Server:
    host: str
    port: int
    user: str


def ensure() -> Server:
    """Return a server that answers, starting our own unless PGHOST names another."""
    if host := os.environ.get("PGHOST"):
        server = Server(
            host,
            int(os.environ.get("PGPORT", "5432")),
            os.environ.get("PGUSER") or getpass.getuser(),
        )
        if not shutil.which("psql"):
            system.require(["postgresql-client"], "PGHOST")
        if server.user == "postgres":
            raise shell.Trouble(
                "Odoo refuses the role postgres: set PGUSER to a role that may create databases"
            )
        if not _answers("psql", server):
            raise shell.Trouble(
                f"PostgreSQL does not answer user {server.user} at {host}, port {server.port}"
            )
        return server
    return _Cluster().ensure()


def stop() -> None:
    """Stop our own server, if it runs."""
    _Cluster().stop()


def psql() -> str:
    """Return the client: the one on the path, or the one that came with the server."""
    return shutil.which("psql") or str(_binaries() / "psql")


def _binaries() -> Path:
    """Return the folder of the newest installed server's programs, which is not on the path."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3])
    )
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path is None:
        system.install_postgresql()
        return _binaries()
    return Path(on_path).resolve().parent


def _answers(client: str, server: Server, user: str | None = None) -> bool:
    command = [
        client,
        "-XAtq",
        "-h",
        server.host,
        "-p",
        str(server.port),
        "-U",
        user or server.user,
    ]
    return shell.run([*command, "-d", "postgres", "-c", "select 1"], check=False).returncode == 0


class _Cluster:
    """Our own cluster. PostgreSQL refuses to run as root: root's belongs to another user."""

    def __init__(self) -> None:
        key = paths.short_hash(str(paths.state()))
        self.binaries = _binaries()
        self.as_other_user = system.is_root()
        # A socket's path must stay within 107 bytes, which a deep home folder would exceed.
        self.socket = Path(f"/tmp/counterparty_crm-{os.geteuid()}-{key}")
        # The other user cannot enter root's home folder.
        self.data = (
            Path(f"/var/tmp/counterparty_crm-{key}")
            if self.as_other_user
            else paths.state("postgres")
        )
        self.log = self.data / "server.log"
        self.server = Server(str(self.socket), 5432, "odoo")

    def ensure(self) -> Server:
        if self._is_up():
            return self.server
        if not self.data.exists():
            self._create()
        if not self._start():
            self._start_over()
        if not self._is_up():
            self._as_superuser("create role odoo login createdb")
        return self.server

    def stop(self) -> None:
        if self.data.exists():
            self._run("pg_ctl", "stop", "-D", self.data, "-m", "fast", check=False)

    def _is_up(self) -> bool:
        return _answers(str(self.binaries / "psql"), self.server)

    def _create(self) -> None:
        """Make the cluster under another name, so that a half-made one is never started."""
        part = self.data.with_suffix(".part")
        with progress.step("Creating a private PostgreSQL cluster"):
            self._discard(part)
            self._make_folder(part)
            self._run(
                "initdb",
                "-D",
                part,
                "-U",
                "postgres",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C.UTF-8",
                "-N",
            )
            with open(part / "postgresql.conf", "a") as conf:
                conf.writelines(f"{name} = {value}\n" for name, value in SETTINGS.items())
            part.rename(self.data)

    def _start(self) -> bool:
        """Start the server; wait for a killed one's last processes to leave its memory."""
        self._make_folder(self.socket)
        for _attempt in range(3):
            arguments = (
                "start",
                "-D",
                self.data,
                "-l",
                self.log,
                "-w",
                "-t",
                "120",
                "-o",
                f"-k {self.socket}",
            )
            if self._run("pg_ctl", *arguments, check=False):
                return True
            if _answers(str(self.binaries / "psql"), self.server, user="postgres"):
                return True
            self.stop()
            time.sleep(1)
        return False

    def _start_over(self) -> None:
        """Put aside a cluster that a crash of the machine has damaged: nothing in it is unique."""
        broken = self.data.with_suffix(".broken")
        progress.note(
            f"The private PostgreSQL cluster does not start; it is kept in {broken} and made anew"
        )
        self._discard(broken)
        self.data.rename(broken)
        self._create()
        if not self._start():
            raise shell.Trouble(
                f"PostgreSQL does not start: {shell.tail(self.log.read_text(errors='replace'))}"
            )

    def _as_superuser(self, sql: str) -> None:
        self._run(
            "psql",
            "-XAtq",
            "-h",
            self.socket,
            "-p",
            "5432",
            "-U",
            "postgres",
            "-d",
            "postgres",
            "-c",
            sql,
        )

    def _make_folder(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.as_other_user:
            shutil.chown(folder, "postgres", "postgres")

    def _discard(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)

    def _run(self, program: str, *arguments: shell.Argument, check: bool = True) -> bool:
        """Run one of PostgreSQL's programs; its server must not keep our terminal or pipes open."""
        prefix = (
            ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
            if self.as_other_user
            else []
        )
        command = [*prefix, str(self.binaries / program), *(os.fspath(part) for part in arguments)]
        with open(paths.state("logs", "postgres.log"), "a") as log:
            done = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,  # Ctrl-C in the command must not reach the server
                check=False,
            )
        if check and done.returncode:
            raise shell.Trouble(f"{program} failed; see {paths.state('logs', 'postgres.log')}")
        return done.returncode == 0
