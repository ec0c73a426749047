"""What may differ between the day before the installation and the day after it.

For people without rights of ours: nothing. People in sales get rights of ours with their host's
ones and may see more: what bears our name. Nobody may see less, or get mail or work from it.

Margins are the one exception, because the host shows them to whoever reads an order, customers
on the portal included. They need "sees cost and profit" from now on:

- where the company saw them before, those who sell go on seeing them. Others who read orders
  (billing, portal) lose them: what was paid for goods is not part of their work;
- where they arrive with us, only those see them whom the installation gives that right:
  administrators of sales. For everybody else the order must look as it did before.
"""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass

Facts = dict[str, str]
Snapshot = dict[str, dict[str, Facts]]

OURS = re.compile("counterparty")
MARGIN = re.compile(r"\b(margin|margin_percent|purchase_price)\b")
# Names sections of the form, for the form's own expressions, which are evaluated for everybody.
NEUTRAL = re.compile(r"^res\.partner(\(\d+\))?\.counterparty_sections$")
# Accountants may read, by RPC, figures added up from invoices that they read anyway; no menu shows.
FIGURES = re.compile(
    r"^read counterparty\.(sale\.fact|(profit|campaign|profit\.holding)\.report"
    r"|holding\.(figure|sale))$"
)
# By RPC they may also make papers of the journal items that they keep anyway; menus and buttons
# show with our rights only, and nothing is sent by itself.
STATEMENTS = re.compile(
    r"^((read|create|write) counterparty\.statement(\.\w+)*"
    r"|unlink counterparty\.statement\.reply(\.line)?)$"  # rows of a dialog
)
ACCOUNTANTS = frozenset({"accountant"})
# Customers may read requests of their own; before they ask for something there are none, and the
# pages that show them are switched off.
CUSTOMERS = frozenset({"portal"})
REQUESTS = re.compile(r"^read counterparty\.request$")
# Computing margins for the first time, the host dates the orders anew.
DATED_BY_MARGINS = re.compile(r"^sale\.order\(\d+\)\.write_date$")
SELLERS = frozenset({"seller", "seller_of_all", "sales_administrator"})
# What each must have been able to do before, else nothing is shown by their doing it afterwards.
DUTIES = {
    "seller": "confirm a quotation",
    "accountant": "post an invoice",
    "purchaser": "confirm a purchase",
}
LONGEST = 200
MOST_LINES = 8  # of one kind of user and one aspect


@dataclass(frozen=True)
class Arrival:
    """A way in which the host's margins and the addon come together."""

    name: str
    title: str
    without: str  # the module that is to come with us
    see_margins: frozenset[str]  # afterwards
    lose_margins: frozenset[str]


MARGINS_WERE_THERE = Arrival(
    name="margins_there",
    title="margins were there",
    without="",
    see_margins=SELLERS,
    lose_margins=frozenset({"accountant", "portal"}),
)
MARGINS_ARRIVE = Arrival(
    name="margins_arrive",
    title="margins come with us",
    without="sale_margin",
    see_margins=frozenset({"sales_administrator"}),
    lose_margins=frozenset(),
)


def compare(before: Snapshot, after: Snapshot, arrival: Arrival) -> list[str]:
    """Return everything that somebody would notice and should not."""
    return [*_incomplete(before), *_differences(before, after, arrival), *_margins(after, arrival)]


def _differences(before: Snapshot, after: Snapshot, arrival: Arrival) -> Iterator[str]:
    for kind, aspects in before.items():
        for aspect in sorted(aspects.keys() - {"margins"}):  # those are told by what must be
            old, new = aspects[aspect], after[kind][aspect]
            found = [
                _difference(kind, name, old.get(name), new.get(name), arrival)
                for name in sorted(old.keys() | new.keys())
            ]
            problems = list(filter(None, found))
            yield from (f"{kind}, {aspect}: {problem}" for problem in problems[:MOST_LINES])
            if (more := len(problems) - MOST_LINES) > 0:
                yield f"{kind}, {aspect}: ... and {more} more"


def _difference(kind: str, name: str, old: str | None, new: str | None, arrival: Arrival) -> str:
    if old == new:
        return ""
    if old is None:
        return "" if _may_gain(kind, name, arrival) else f"newly there: {name}: {_short(new)}"
    if new is None:
        return "" if _may_lose(kind, name, arrival) else f"gone: {name}: {_short(old)}"
    if arrival.without and DATED_BY_MARGINS.search(name):
        return ""
    return f"changed: {name}: {_change(old, new)}"


def _may_gain(kind: str, name: str, arrival: Arrival) -> bool:
    if NEUTRAL.search(name):
        return True
    if kind in SELLERS and OURS.search(name):
        return True
    if kind in ACCOUNTANTS and (FIGURES.search(name) or STATEMENTS.search(name)):
        return True
    if kind in CUSTOMERS and REQUESTS.search(name):
        return True
    return bool(arrival.without and kind in arrival.see_margins and MARGIN.search(name))


def _may_lose(kind: str, name: str, arrival: Arrival) -> bool:
    return kind in arrival.lose_margins and bool(MARGIN.search(name))


def _margins(after: Snapshot, arrival: Arrival) -> Iterator[str]:
    """Require the rule for margins of everybody, also where no screen shows them."""
    for kind, aspects in after.items():
        expected = "read" if kind in arrival.see_margins else "refused"
        for field, found in aspects.get("margins", {}).items():
            if found != expected:
                yield f"{kind}, margins: {field} is {found}, not {expected}"


def _incomplete(before: Snapshot) -> Iterator[str]:
    """Refuse a comparison that would pass because there was nothing to compare."""
    for kind, aspects in before.items():
        for aspect, facts in aspects.items():
            if not facts:
                yield f"{kind}, {aspect}: nothing was there to compare"
    for kind, deed in DUTIES.items():
        if not before[kind]["deeds"][deed].startswith("["):
            yield f"{kind}, deeds: could not {deed}: {before[kind]['deeds'][deed]}"
    for page, text in before["portal"]["pages"].items():
        if text.startswith("status") and not text.startswith("status 200"):
            yield f"portal, pages: {page} did not open: {text.splitlines()[0]}"


def _change(old: str, new: str) -> str:
    """Return the lines that differ, or both texts where they have one line each."""
    if "\n" not in old + new:
        return f"{_short(old)} became {_short(new)}"
    lines = list(difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=0))
    changed = [line for line in lines[2:] if not line.startswith("@@")]
    return "".join(f"\n        {_short(line)}" for line in changed[:MOST_LINES])


def _short(text: str) -> str:
    text = text.replace("\n", ", ")
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} ..."
