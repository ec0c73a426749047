"""One page of Odoo in the browser: open it, wait until it is still, use it, picture it."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

from . import shell
from .shots_browser import Browser, Event

NARROW = 768  # below, Odoo shows its screens for phones
TALLEST = 2600
STILL_SECONDS = 0.7
PATIENCE_SECONDS = 120  # the first page after an update waits for all assets to be built

# Requests whose end is never told: workers load in a process of their own.
ENDLESS = ("/bus/", "/websocket", "/web/service-worker")

# What keeps a screen from being finished: Odoo's own signs of work, fonts and pictures.
IS_STILL = """
(() => document.readyState === "complete"
    && document.fonts.status === "loaded"
    && (!odoo.__WOWL_DEBUG__ || !document.querySelector(".o_web_client")
        || document.querySelector(".o_action_manager > *, .o_app_menu, .o_home_menu") !== null)
    && document.querySelector(
        ".o_loading_indicator, .o_blockUI, .o_view_sample_data_loading, .o-mail-Thread-loading"
    ) === null
    && [...document.images].every((image) => image.complete || image.loading === "lazy"))()
"""

# How much taller the window must be for its inner scrolling areas to show all they hold.
HIDDEN_HEIGHT = """
Math.max(0, ...[...document.querySelectorAll("html, body *")]
    .filter((area) => area.tagName === "HTML" || (area.clientHeight > innerHeight / 3
        && ["auto", "scroll"].includes(getComputedStyle(area).overflowY)))
    .map((area) => area.scrollHeight - area.clientHeight))
"""

# A selector, or the text of something to click: the smallest element that shows it.
FIND = """
((wanted) => {
    const text = wanted.startsWith("text=") ? wanted.slice(5) : null;
    const all = document.querySelectorAll(text === null ? wanted : "a, button, .nav-link, label, "
        + ".dropdown-item, .o_tab, [role=tab], [role=button], span, td, div");
    const shown = [...all].filter((e) => e.getClientRects().length
        && (text === null || e.textContent.trim() === text));
    return text === null ? shown[0] : shown.find((e) => e.matches("a, button, [role]")) || shown[0];
})(%s)
"""

ERROR_SIGNS = ".o_error_dialog, .o_error_detail, .o_notification_manager .bg-danger"


class Page:
    """A tab of a signed-in user with a window of a given size."""

    def __init__(self, browser: Browser, base: str, session: str, width: int, height: int) -> None:
        self.problems: list[str] = []
        self._base = base
        self._width = width
        self._pending: dict[str, str] = {}
        self._quiet_since = time.monotonic()
        self._tab = browser.open_tab(self._on_event)
        for domain in ("Page", "Runtime", "Network", "Log"):
            self._tab.call(f"{domain}.enable")
        if session:
            self._tab.call("Network.setCookie", name="session_id", value=session, url=base)
        if width < NARROW:
            self._tab.call("Emulation.setTouchEmulationEnabled", enabled=True)
        self._resize(height)

    def open(self, path: str) -> None:
        """Go to an address and wait until nothing moves any more."""
        answer = self._tab.call("Page.navigate", url=self._base + path)
        if answer.get("errorText"):
            raise shell.Trouble(f"{path}: {answer['errorText']}")
        self._settle()

    def click(self, target: str) -> None:
        """Click a selector, or ``text=What it says``, and wait for what follows."""
        self.wait_for(target)
        self._evaluate(FIND.strip() % json.dumps(target) + ".click()")
        self._settle()

    def wait_for(self, target: str) -> None:
        """Wait until an element is visible."""
        present = FIND.strip() % json.dumps(target) + " !== undefined"
        deadline = time.monotonic() + PATIENCE_SECONDS / 4
        while not self._evaluate(present):
            if time.monotonic() > deadline:
                raise shell.Trouble(f"not on the page: {target}")
            self._tab.listen(0.2)

    def fit(self) -> None:
        """Make the window as tall as what it shows."""
        height = self._evaluate("window.innerHeight") + self._evaluate(HIDDEN_HEIGHT)
        self._resize(min(round(height), TALLEST))
        self._settle()

    def picture(self) -> bytes:
        """Return the window as PNG, and note an error that it shows to the user."""
        signs = json.dumps(ERROR_SIGNS)
        shown = self._evaluate(f"document.querySelector({signs})?.textContent.trim() ?? ''")
        if shown:
            self.problems.append(f"the page shows an error: {' '.join(shown.split())[:300]}")
        answer = self._tab.call("Page.captureScreenshot", format="png")
        return base64.b64decode(answer["data"])

    def close(self) -> None:
        """Close the tab."""
        self._tab.call("Page.close")
        self._tab.close()

    def _resize(self, height: int) -> None:
        self._tab.call(
            "Emulation.setDeviceMetricsOverride",
            width=self._width,
            height=height,
            deviceScaleFactor=1,
            mobile=self._width < NARROW,
        )

    def _settle(self) -> None:
        """Wait until the page is still and the network has been quiet for a moment."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        self._quiet_since = time.monotonic()
        while time.monotonic() < deadline:
            self._tab.listen(0.15)
            quiet = not self._pending and time.monotonic() - self._quiet_since > STILL_SECONDS
            if quiet and self._evaluate(IS_STILL):
                return
        waiting = ", ".join(list(self._pending.values())[:3]) or "it still shows work"
        self.problems.append(f"not still within {PATIENCE_SECONDS} s: {waiting}")

    def _evaluate(self, expression: str) -> Any:
        answer = self._tab.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in answer:
            return None  # between two documents there is nothing to ask
        return answer["result"].get("value")

    def _on_event(self, method: str, event: Event) -> None:
        handler = getattr(self, f"_on_{method.replace('.', '_')}", None)
        if handler:
            handler(event)

    def _on_Network_requestWillBeSent(self, event: Event) -> None:  # noqa: N802
        address = event["request"]["url"]
        if not any(part in address for part in ENDLESS):
            self._pending[event["requestId"]] = address
        self._quiet_since = time.monotonic()

    def _on_Network_loadingFinished(self, event: Event) -> None:  # noqa: N802
        self._pending.pop(event["requestId"], None)
        self._quiet_since = time.monotonic()

    _on_Network_loadingFailed = _on_Network_loadingFinished  # noqa: N815

    def _on_Network_responseReceived(self, event: Event) -> None:  # noqa: N802
        response = event["response"]
        if response["status"] >= 400:
            self.problems.append(f"HTTP {response['status']}: {response['url']}")

    def _on_Runtime_consoleAPICalled(self, event: Event) -> None:  # noqa: N802
        if event["type"] in {"error", "assert"}:
            texts = [str(a.get("value") or a.get("description", "")) for a in event["args"]]
            self.problems.append(f"console error: {' '.join(texts)[:500]}")

    def _on_Runtime_exceptionThrown(self, event: Event) -> None:  # noqa: N802
        details = event["exceptionDetails"]
        text = details.get("exception", {}).get("description") or details["text"]
        self.problems.append(f"uncaught: {text[:500]}")
