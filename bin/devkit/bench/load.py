"""Measures pages of the portal under load: several users at once, stock beside us in one minute.

Two copies of one database are served, with the addon and without. Users ask for the same page on
one server and then on the other, again and again, so that a busy moment of the machine meets
both. What counts is the time that one visit of twenty takes longer than.
"""

from __future__ import annotations

import http.client
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from math import ceil
from pathlib import Path
from urllib.parse import urlsplit

from devkit import database, environment, lock, paths, progress, shell
from devkit.odoo import Environment

from .measure import Cost, Result
from .row import Limit

USERS = 8
WORKERS = 2
ROUNDS = 12
VISITS = 2  # of each user in a burst
SLOW = 0.95
LONG = "load-long"  # the user with a long history
PEOPLE = Path(__file__).with_name("load_people.py")
COUNTERS = re.compile(r'data-placeholder_count="([^"]+)"')
HOME, COUNTED = "/my/home", "/my/counters"
TICKS = 100  # of a second, as /proc counts


@dataclass(frozen=True)
class Page:
    """A page of ours beside one of stock.

    :param is_counted: the figures on its cards are asked for, too, as the page's script does
    :param users: how many look at it at once
    """

    name: str
    limit: Limit
    ours: str
    stock: str = ""
    is_counted: bool = False
    users: tuple[str, ...] = tuple(f"load{number}" for number in range(1, USERS + 1))


PAGES = [
    Page("load: home with our cards", Limit(ratio=1.25), HOME, HOME),
    # eleven figures instead of seven, in three calls instead of two
    Page("load: home and its counters", Limit(ratio=1.8), HOME, HOME, is_counted=True),
    Page("load: balance beside orders", Limit(ratio=1), "/my/balance", "/my/orders"),
    Page(
        "load: statement of 100 lines beside invoices",
        Limit(ratio=1),
        "/my/statement",
        "/my/invoices",
    ),
    Page(
        "load: statement of 20,000 lines, one user",
        Limit(seconds=3),
        "/my/statement",
        users=(LONG,),
    ),
]


def measure_all(env: Environment, names: list[str], *, clock: str, rounds: int) -> list[Result]:
    """Return the results of the pages whose names contain one of the texts; of all without."""
    pages = [page for page in PAGES if not names or any(name in page.name for name in names)]
    with ExitStack() as stack:
        ours = stack.enter_context(_copy(env, "load"))
        stock = stack.enter_context(_copy(env, "stock"))
        database.install_addon(env, ours)
        _shell(env, ours, "open")
        sites = {
            name: stack.enter_context(_serve(env, base))
            for name, base in (("ours", ours), ("stock", stock))
        }
        return [_measure(sites, page, clock, rounds) for page in pages]


# ------------------------------------------------------------
# Databases and servers
# ------------------------------------------------------------


def _ensure_base(env: Environment) -> str:
    """Return the database with the users and their papers, made once for each demo template."""
    template = database.ensure_template(env, demo=True)
    name = f"load_{paths.short_hash(f'{template} {PEOPLE.read_text()}')}"
    with lock.hold(f"database-{name}"):
        if not database.exists(env, name):
            part = f"{name}_part"
            database.clone(env, template, part)
            with progress.step("Generating users of the portal and their papers"):
                _shell(env, part, "fill")
            env.psql(part, "UPDATE ir_module_module SET demo = false")
            env.psql(part, "VACUUM ANALYZE")
            database.rename(env, part, name)
    return name


def _shell(env: Environment, name: str, step: str) -> None:
    script = f"{PEOPLE.read_text()}\n{step}(env)\nenv.cr.commit()\nprint('all done')\n"
    ran = env.run_odoo(["shell", "--no-http", "--log-level=warn"], db=name, input=script)
    if "all done" not in ran.stdout:
        raise shell.Trouble(f"{step} of {PEOPLE.name} failed: {shell.tail(ran.stderr)}")


@contextmanager
def _copy(env: Environment, purpose: str) -> Iterator[str]:
    base, name = _ensure_base(env), database.scratch_name(env, purpose)
    database.clone(env, base, name)
    try:
        yield name
    finally:
        database.drop(env, name)


@contextmanager
def _serve(env: Environment, name: str) -> Iterator[Site]:
    options = (
        f"--workers={WORKERS}",
        "--max-cron-threads=0",
        f"--gevent-port={environment.free_port()}",
    )
    with environment.server(env, name, options=options) as url:
        yield Site(env, name, url)


# ------------------------------------------------------------
# Users
# ------------------------------------------------------------


@dataclass
class Site:
    """A server, and who is signed in there."""

    env: Environment
    name: str
    url: str
    sessions: dict[str, str] = field(default_factory=dict)
    counters: dict[str, list[str]] = field(default_factory=dict)

    def sign_in(self, user: str) -> None:
        """Keep the session of a user."""
        params = {"db": self.name, "login": user, "password": user}
        _body, cookies = self._ask("/web/session/authenticate", "", params)
        self.sessions[user] = next(
            cookie.split(";")[0] for cookie in cookies if cookie.startswith("session_id=")
        )

    def visit(self, user: str, path: str, *, is_counted: bool) -> None:
        """Look at a page as a browser does."""
        body, _cookies = self._ask(path, self.sessions[user])
        if not is_counted:
            return
        needed = COUNTERS.findall(body)
        calls = min(ceil(len(needed) / 5), 3)
        size = ceil(len(needed) / calls)
        for start in range(0, len(needed), size):
            part = {"counters": needed[start : start + size]}
            self._ask(COUNTED, self.sessions[user], part)

    def _ask(self, path: str, session: str, params: object = None) -> tuple[str, list[str]]:
        site = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=120)
        headers = {"Cookie": f"{session}; tz=UTC", "Connection": "close"}
        if params is None:
            site.request("GET", path, headers=headers)
        else:
            call = json.dumps({"jsonrpc": "2.0", "method": "call", "params": params})
            headers["Content-Type"] = "application/json"
            site.request("POST", path, call, headers)
        answer = site.getresponse()
        body = answer.read().decode()
        site.close()
        if answer.status != 200 or '"error":' in body[:200]:
            raise shell.Trouble(f"{path} on {self.name} answered {answer.status}: {body[:200]}")
        return body, answer.headers.get_all("Set-Cookie") or []

    def cpu(self) -> float:
        """Return the seconds that the server and its database have worked."""
        marks = (f"--db-filter=^{self.name}$", f" {self.name} [local]")
        return sum(_ticks(process, marks) for process in Path("/proc").glob("[0-9]*")) / TICKS


def _ticks(process: Path, marks: tuple[str, str]) -> int:
    """Return how long a process has worked; none for those of others."""
    try:
        line = (process / "cmdline").read_text().replace("\0", " ")
        if not any(mark in line for mark in marks):
            return 0
        after_name = (process / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0  # it has ended meanwhile
    return int(after_name[11]) + int(after_name[12])


# ------------------------------------------------------------
# Measure
# ------------------------------------------------------------


def _measure(sites: dict[str, Site], page: Page, clock: str, rounds: int) -> Result:
    paths_of = {side: path for side in sites if (path := getattr(page, side))}
    times: dict[str, list[float]] = {side: [] for side in paths_of}
    work = dict.fromkeys(paths_of, 0.0)
    with progress.step(page.name):
        for side, path in paths_of.items():
            for user in page.users:
                if user not in sites[side].sessions:
                    sites[side].sign_in(user)
            _burst(sites[side], path, page)  # fills the caches
        for turn in range(rounds):
            for side in list(paths_of) if turn % 2 else reversed(paths_of):
                before = sites[side].cpu()
                times[side] += _burst(sites[side], paths_of[side], page)
                work[side] += sites[side].cpu() - before
    costs = {}
    for side, found in times.items():
        slow = sorted(found)[ceil(SLOW * len(found)) - 1]
        costs[side] = Cost(work[side] / len(found) if clock == "cpu" else slow, 0)
    return Result(page.name, page.limit, **costs)


def _burst(site: Site, path: str, page: Page) -> list[float]:
    """Let all users visit a page at once, and return how long each visit took."""
    times: list[float] = []
    troubles: list[Exception] = []

    def visit(user: str) -> None:
        try:
            for _visit in range(VISITS):
                started = time.monotonic()
                site.visit(user, path, is_counted=page.is_counted)
                times.append(time.monotonic() - started)
        except (OSError, shell.Trouble) as error:
            troubles.append(error)

    threads = [threading.Thread(target=visit, args=(user,)) for user in page.users]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if troubles:
        raise shell.Trouble(f"{page.name}: {troubles[0]}")
    return times
