"""Provision everything, and serve."""

import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from . import addon, lock, odoo_source, paths, postgres, python_env, shell, system
from .odoo import Environment

START_LIMIT = 300  # seconds until a started server must answer


def ensure(*, browser: bool = True) -> Environment:
    """Return a usable Odoo, fetching and making what is missing; seconds when nothing is."""
    with lock.hold():
        server = postgres.ensure()
        odoo_path = odoo_source.ensure()
        python = python_env.ensure()
        system.ensure_pdf()
        if browser:
            system.ensure_chromium()
        links = addon.link()
    return Environment(
        python=python,
        odoo_path=odoo_path,
        odoo_version=odoo_source.version(odoo_path),
        constraints=python_env.constraints_key(),
        addons=links,
        data_dir=paths.state("data"),
        server=server,
    )


def is_free(port: int) -> bool:
    """Tell whether nothing listens on a port of this machine."""
    with closing(socket.socket()) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("", port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """Return a port that nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def server(
    env: Environment,
    db: str,
    port: int | None = None,
    *,
    options: Sequence[str] = (),
    log: Path | None = None,
) -> Iterator[str]:
    """Serve a database until the block ends; enter it when the login page answers."""
    port = port or free_port()
    log = log or paths.state("logs", f"server-{db}.log")
    # a well-known password: for this machine only
    where = ["--http-interface=127.0.0.1", f"--http-port={port}"]
    command = env.odoo_command([*where, f"--db-filter=^{db}$", *options], db)
    with open(log, "w") as file:
        running = subprocess.Popen(
            shell.bound(command),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            env=env.variables,
            start_new_session=True,  # Ctrl-C reaches us; we end Odoo in order
        )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_until_answering(url, running, log)
        yield url
    finally:
        _stop(running)


def _wait_until_answering(url: str, running: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + START_LIMIT
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    while time.monotonic() < deadline:
        if running.poll() is not None:
            raise shell.Trouble(
                f"Odoo stopped at once: {shell.tail(log.read_text(errors='replace'))}\nsee {log}"
            )
        try:
            with opener.open(f"{url}/web/login", timeout=60):
                return
        except urllib.error.HTTPError as error:
            raise shell.Trouble(f"the login page fails with {error.code}; see {log}") from error
        except OSError:
            time.sleep(0.2)
    raise shell.Trouble(f"Odoo did not answer within {START_LIMIT} seconds; see {log}")


def _stop(running: "subprocess.Popen[bytes]") -> None:
    """Let Odoo finish its requests, then insist."""
    if running.poll() is None:
        running.terminate()
        try:
            running.wait(timeout=20)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()
