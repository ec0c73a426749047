"""A headless Chromium, driven by its own DevTools protocol.

Debian's browser and the websocket library that Odoo needs for its tests are all it takes:
no driver program and no download.
"""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import websocket

from . import shell, system

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",  # or it refuses to start for root
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--disable-extensions",
    "--disable-sync",
    "--disable-component-update",
    "--disable-background-networking",
    "--disable-default-apps",
    "--no-first-run",
    "--no-default-browser-check",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
    "--remote-debugging-port=0",
)
START_SECONDS = 60
CALL_SECONDS = 60

Event = dict[str, Any]


class Connection:
    """A tab's side of the protocol: commands with answers, and events in between."""

    def __init__(self, address: str, listener: Callable[[str, Event], None]) -> None:
        self._socket = websocket.create_connection(
            address, suppress_origin=True, timeout=CALL_SECONDS
        )
        self._listener = listener
        self._numbers = itertools.count(1)

    def call(self, method: str, **parameters: Any) -> Event:
        """Send a command and return its result, passing on events that come before it."""
        number = next(self._numbers)
        self._socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        deadline = time.monotonic() + CALL_SECONDS
        while time.monotonic() < deadline:
            message = self._receive(deadline - time.monotonic())
            if message and message.get("id") == number:
                if "error" in message:
                    raise shell.Trouble(f"Chromium: {method}: {message['error']['message']}")
                result: Event = message["result"]
                return result
        raise shell.Trouble(f"Chromium did not answer {method} within {CALL_SECONDS} s")

    def listen(self, seconds: float) -> None:
        """Pass on the events of the next moments."""
        deadline = time.monotonic() + seconds
        while (rest := deadline - time.monotonic()) > 0:
            self._receive(rest)

    def close(self) -> None:
        """Leave the tab."""
        self._socket.close()

    def _receive(self, seconds: float) -> Event | None:
        self._socket.settimeout(max(seconds, 0.01))
        try:
            message: Event = json.loads(self._socket.recv())
        except websocket.WebSocketTimeoutException:
            return None
        if "method" in message:
            self._listener(message["method"], message["params"])
        return message


class Browser:
    """A running Chromium."""

    def __init__(self, port: int) -> None:
        self._root = f"http://127.0.0.1:{port}/json"

    def open_tab(self, listener: Callable[[str, Event], None]) -> Connection:
        """Open an empty tab."""
        request = urllib.request.Request(f"{self._root}/new?about:blank", method="PUT")
        with urllib.request.urlopen(request, timeout=CALL_SECONDS) as answer:
            return Connection(json.load(answer)["webSocketDebuggerUrl"], listener)


@contextmanager
def launch() -> Iterator[Browser]:
    """Run Chromium with an empty profile that is thrown away afterwards."""
    if not system.ensure_chromium():
        raise shell.Trouble("pictures need Chromium: sudo apt-get install chromium")
    program = next(filter(None, map(shutil.which, NAMES)))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        process = subprocess.Popen(
            [program, *FLAGS, f"--user-data-dir={profile}", "about:blank"],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            yield Browser(_debugging_port(process, Path(profile)))
        finally:
            process.terminate()
            process.wait()


def _debugging_port(process: subprocess.Popen[bytes], profile: Path) -> int:
    """Wait for the port that Chromium chose; it writes it into its profile."""
    announced = profile / "DevToolsActivePort"
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if announced.is_file() and (text := announced.read_text()):
            return int(text.splitlines()[0])
        time.sleep(0.1)
    raise shell.Trouble(f"Chromium did not start (exit code {process.poll()})")
