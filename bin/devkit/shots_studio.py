"""Start a server, visit screens as their users, and keep pictures of them."""

from __future__ import annotations

import argparse
import io
import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image

from . import database, environment, paths, progress, shell, shots, shots_plan
from .odoo import Environment
from .shots_browser import Browser, launch
from .shots_page import Page
from .shots_plan import Shot

PICTURES = paths.CHECKOUT / "docs" / "images"
COLOURS = 256


def body() -> int:
    """Make the pictures; return 1 if a screen could not be shown or reported an error."""
    options = shots.parse()
    plan = [_ad_hoc(options)] if options.url else shots_plan.read(options.names)
    folder = Path(options.out) if options.out else PICTURES
    folder.mkdir(parents=True, exist_ok=True)
    env = environment.ensure()
    name = options.db or database.ensure_demo(env)
    studio = Studio(env, name, folder)
    with _served(env, name, options.server) as base, launch() as browser:
        failures = sum(studio.take(shot, browser, base) for shot in plan)
    progress.note(f"{len(plan)} screens, {failures} with problems")
    return 1 if failures else 0


def _ad_hoc(options: argparse.Namespace) -> Shot:
    return Shot(
        name=options.name,
        path=options.url,
        login=options.login,
        widths=tuple(options.width or (1400,)),
        height=options.height,
        fit=options.fit,
        wait=options.wait,
        clicks=tuple(options.click),
    )


@contextmanager
def _served(env: Environment, name: str, running: str | None) -> Iterator[str]:
    """Give the address of a server: one that runs already, or one of our own."""
    if running:
        yield running.rstrip("/")
        return
    with environment.server(env, name) as base:
        yield base.rstrip("/")


class Studio:
    """Takes pictures of one database's screens and keeps them in a folder."""

    def __init__(self, env: Environment, name: str, folder: Path) -> None:
        self._env = env
        self._name = name
        self._folder = folder
        self._sessions: dict[str, str] = {}

    def take(self, shot: Shot, browser: Browser, base: str) -> bool:
        """Picture a screen in each width; tell whether it had problems."""
        problems: list[str] = []
        for width in shot.widths:
            session = self._sign_in(base, shot.login)
            page = Page(browser, base, session, width, shot.height)
            try:
                target = self._folder / shot.file_name(width)
                size = _save(self._show(page, shot), target)
                progress.note(f"{target} {size // 1024} kB")
            except shell.Trouble as trouble:
                page.problems.append(str(trouble))
            problems += [f"{shot.name} {width}: {text}" for text in page.problems]
            page.close()
        for problem in problems:
            progress.note(f"  ! {problem}")
        return bool(problems)

    def _show(self, page: Page, shot: Shot) -> bytes:
        """Bring the page to the state that the shot describes."""
        page.open(shot.address(self._find))
        if shot.wait:
            page.wait_for(shot.wait)
        for target in shot.clicks:
            page.click(target)
        if shot.fit:
            page.fit()
        return page.picture()

    def _find(self, xml_id: str) -> int:
        """Return a record's number."""
        module, _, name = xml_id.partition(".")
        query = f"select res_id from ir_model_data where module = '{module}' and name = '{name}'"
        rows = self._env.rows(self._name, query)
        if not rows:
            raise shell.Trouble(f"no record {xml_id} in {self._name}")
        return int(rows[0][0])

    def _sign_in(self, base: str, login: str) -> str:
        """Return a session of a demo user, whose password is the login; none for visitors."""
        if login and login not in self._sessions:
            self._sessions[login] = _authenticate(base, self._name, login)
        return self._sessions.get(login, "")


def _authenticate(base: str, name: str, login: str) -> str:
    body = {"jsonrpc": "2.0", "params": {"db": name, "login": login, "password": login}}
    request = urllib.request.Request(
        f"{base}/web/session/authenticate",
        data=json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=120) as answer:
        if "error" in json.load(answer):
            raise shell.Trouble(f"{login} cannot sign in to {name}")
        cookies = answer.headers.get_all("Set-Cookie") or []
    session: str = next(text for text in cookies if text.startswith("session_id="))
    return session.partition("=")[2].partition(";")[0]


def _save(png: bytes, target: Path) -> int:
    """Write a picture with few colours, which screens do not miss; return its size."""
    image = Image.open(io.BytesIO(png)).convert("RGB")
    small = image.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    small.save(target, optimize=True)
    return target.stat().st_size


if __name__ == "__main__":
    shell.main(body)
