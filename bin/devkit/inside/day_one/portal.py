"""What a customer sees on the portal, asked for as a browser does."""

import re
from collections.abc import Iterator
from typing import Any

import facts
from facts import Facts
from lxml import html
from population import PASSWORD, Population
from werkzeug.test import Client
from werkzeug.wrappers import Response

from odoo.http import root

PAGES = (
    "/my",
    "/my/account",
    "/my/addresses",
    "/my/security",
    "/my/quotes",
    "/my/orders",
    "/my/orders/{order}",
    "/my/invoices",
    "/my/invoices/{invoice}",
    "/my/purchase",
)
COUNTERS = (
    "quotation_count",
    "order_count",
    "invoice_count",
    "bill_count",
    "rfq_count",
    "purchase_count",
)
TOLD = (
    "href",
    "action",
    "name",
    "type",
    "value",
    "placeholder",
    "title",
    "class",
    "hidden",
    "disabled",
)
# New with each page, or with each start of the server.
VOLATILE = re.compile(r"(?<=access_token=)[\w-]+|(?<=unique=)\w+|(?<=/web/assets/)\w+")
BROWSER = {"REMOTE_ADDR": "127.0.0.1"}
SILENT_TAGS = {"script", "style", "link", "meta", "template"}


class Visitor:
    """A signed-in customer."""

    def __init__(self, db: str, people: Population) -> None:
        self._people = people
        self._client = Client(root, Response)
        login = {"db": db, "login": people.portal_login, "password": PASSWORD}
        answer = self._call("/web/session/authenticate", login)
        if not answer.get("result", {}).get("uid"):
            raise RuntimeError(f"the customer cannot sign in: {facts.text(answer)}")

    def pages(self) -> Facts:
        """Return the pages as text, and the figures that they ask for afterwards."""
        numbers = {"order": self._people.portal_order_id, "invoice": self._people.portal_invoice_id}
        found = {page: self._page(page.format(**numbers)) for page in PAGES}
        found["/my/counters"] = facts.text(self._call("/my/counters", {"counters": COUNTERS}))
        return found

    def margins(self) -> Facts:
        """Tell what a customer gets by asking the server past all pages."""
        fields = ("margin", "margin_percent")
        return {f"sale.order.{field} over RPC": self._read(field) for field in fields}

    def _read(self, field: str) -> str:
        args = [[self._people.portal_order_id], ["name", field]]
        params = {"model": "sale.order", "method": "read", "args": args, "kwargs": {}}
        answer = self._call("/web/dataset/call_kw/sale.order/read", params)
        if "result" in answer:
            return "read" if field in answer["result"][0] else "not there"
        name = answer["error"]["data"]["name"]
        return facts.REFUSED if name == "odoo.exceptions.AccessError" else name

    def _call(self, url: str, params: dict[str, Any]) -> Any:
        body = {"jsonrpc": "2.0", "method": "call", "params": params}
        return self._client.post(url, json=body, environ_base=BROWSER).json

    def _page(self, url: str) -> str:
        response = self._client.get(url, environ_base=BROWSER)
        lines = [f"status {response.status_code}"]
        if body := response.get_data(as_text=True):
            lines += _lines(html.fromstring(body).find("body"))
        return VOLATILE.sub("*", "\n".join(lines))


def _lines(node: Any) -> Iterator[str]:
    """Return one line for each element, so that two pages can be compared line by line."""
    if not isinstance(node.tag, str) or node.tag in SILENT_TAGS or node.get("name") == "csrf_token":
        return
    attributes = [f'{name}="{node.get(name)}"' for name in TOLD if node.get(name) is not None]
    inside = " ".join((node.text or "").split())
    yield " ".join([f"<{node.tag}", *attributes]) + f"> {inside}"
    for child in node:
        yield from _lines(child)
        if after := " ".join((child.tail or "").split()):
            yield after
