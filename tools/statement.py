"""A statement of account: pure arithmetic on journal items.

Amounts are positive where the partner owes more, in the currency of their ledger.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from .statement_accounts import EMPLOYEE_SIDE, SECTIONS, SUPPLIER_SIDE

# last day of each bucket, in days after the due date; what is later has none
BUCKETS = (0, 30, 60, 90, 120)
OLDEST = "more"

Key = tuple[str, int]


class Item(NamedTuple):
    """A posted journal item in the period.

    :param section: code of the section that its account stands in
    :param currency: id of the currency
    :param kind: what the item comes from: invoice, payment ...
    :param due: the day on which it is due, if any
    """

    id: int
    section: str
    currency: int
    day: date
    amount: float
    document: str = ""
    kind: str = ""
    text: str = ""
    due: date | None = None
    move: int = 0


class Line(NamedTuple):
    """An item with the balance after it."""

    item: Item
    balance: float

    @property
    def debit(self) -> float:
        """What the partner owes more by it."""
        return max(self.item.amount, 0.0)

    @property
    def credit(self) -> float:
        """What the partner owes less by it."""
        return max(-self.item.amount, 0.0)


class Ledger(NamedTuple):
    """One section in one currency: opening, lines, closing.

    :param is_begun: its first lines stand on a page before; it opens with the balance after them
    :param is_continued: its last lines stand on a page after
    """

    section: str
    currency: int
    opening: float
    debit: float
    credit: float
    closing: float
    lines: Sequence[Line]
    is_begun: bool = False
    is_continued: bool = False


class Open(NamedTuple):
    """What is still open of an item at a day, or of several of the same age added up.

    :param due: the day on which it is due; the first one of several
    :param count: of how many items this is
    :param text: what the books say it is for
    """

    section: str
    currency: int
    day: date | None
    due: date | None
    amount: float
    document: str = ""
    kind: str = ""
    total: float = 0.0
    id: int = 0
    move: int = 0
    count: int = 1
    text: str = ""


class Ageing(NamedTuple):
    """Open items of one section and currency, by how long they are due.

    :param buckets: first what is not due yet, last what is due longest; in the section's direction
    :param credits: items against the direction of the section, not applied yet (not positive)
    :param advances: paid before the invoice, never due
    """

    buckets: tuple[float, ...]
    credits: float
    advances: float
    total: float


class Balance(NamedTuple):
    """Where a partner stands in one currency; all but ``net`` are not negative."""

    receivable: float = 0.0
    overdue: float = 0.0
    credits: float = 0.0
    prepaid: float = 0.0
    payable: float = 0.0
    payable_overdue: float = 0.0
    supplier_credits: float = 0.0
    prepaid_to: float = 0.0
    net: float = 0.0


# ------------------------------------------------------------
# Parties
# ------------------------------------------------------------


def registry_of(registry: str | None, vat: str | None) -> str:
    """Return the number of a company in its register, as papers name it beside the tax number.

    The host takes the tax number for it in Romania, where it is none; in Bulgaria (EIK) it is what
    the VAT number of a company holds. Ten digits would be those of a person, which no paper tells.
    """
    number = (vat or "").replace(" ", "").upper()
    if registry and not (number.startswith("RO") and registry in number):
        return registry
    digits = number.removeprefix("BG")
    is_company = digits != number and len(digits) == 9 and digits.isdecimal()
    return digits if is_company else ""


# ------------------------------------------------------------
# Periods
# ------------------------------------------------------------


def clean_period(start: date | None, end: date | None, today: date) -> tuple[date, date, bool]:
    """Return a period that can be shown, and whether it is the one that was asked for.

    Without both ends it is the year so far; a period ends with the last possible day of the host.
    """
    first = today.replace(month=1, day=1)
    start, end = start or (first if not end or end >= first else end), end or today
    if start > end:
        return first, today, False
    return start, end, True


# ------------------------------------------------------------
# Opening + lines = closing
# ------------------------------------------------------------


def ledgers(
    openings: Mapping[Key, float], items: Iterable[Item], digits: Mapping[int, int]
) -> list[Ledger]:
    """Return the ledgers of a period, sections in their order, empty ones left out.

    :param openings: balance before the first day by section and currency
    :param items: items of the period, in the order of the statement
    :param digits: decimals by currency
    """
    found: dict[Key, list[Item]] = {key: [] for key in openings}
    for item in items:
        found.setdefault((item.section, item.currency), []).append(item)
    order = list(SECTIONS)
    result = []
    for key in sorted(found, key=lambda key: (key[1], order.index(key[0]))):
        ledger = _ledger(*key, openings.get(key, 0.0), found[key], digits.get(key[1], 2))
        if ledger.lines or ledger.opening:
            result.append(ledger)
    return result


def _ledger(
    section: str, currency: int, opening: float, items: Iterable[Item], digits: int
) -> Ledger:
    opening = balance = round(opening, digits) + 0.0
    debit = credit = 0.0
    lines = []
    for item in items:
        balance = round(balance + item.amount, digits) + 0.0
        line = Line(item, balance)
        debit, credit = round(debit + line.debit, digits), round(credit + line.credit, digits)
        lines.append(line)
    return Ledger(section, currency, opening, debit, credit, balance, lines)


def page(found: Iterable[Ledger], offset: int, limit: int) -> list[Ledger]:
    """Return the ledgers with only those lines that stand on one page; sums stay those of all.

    A page opens with the balance that the page before ended with. A ledger without a line stands
    on the page on which it comes.
    """
    result, position = [], 0
    for ledger in found:
        size = max(len(ledger.lines), 1)
        first, last = max(offset - position, 0), min(offset + limit - position, size)
        if first < last:
            begun = {"is_begun": True, "opening": ledger.lines[first - 1].balance} if first else {}
            result.append(
                ledger._replace(lines=ledger.lines[first:last], is_continued=last < size, **begun)
            )
        position += size
    return result


def page_count(found: Iterable[Ledger]) -> int:
    """Return how many rows :func:`page` counts."""
    return sum(max(len(ledger.lines), 1) for ledger in found)


def totals(found: Iterable[Ledger], digits: Mapping[int, int]) -> dict[int, float]:
    """Return the closing balance of all sections by currency: not set off, only added."""
    result: dict[int, float] = {}
    for ledger in found:
        value = result.get(ledger.currency, 0.0) + ledger.closing
        result[ledger.currency] = round(value, digits.get(ledger.currency, 2)) + 0.0
    return result


# ------------------------------------------------------------
# What is open
# ------------------------------------------------------------


def bucket(due: date | None, day: date) -> int:
    """Return the index of the bucket that an item stands in; 0 is not due yet."""
    late = (day - due).days if due else 0
    return next((at for at, last in enumerate(BUCKETS) if late <= last), len(BUCKETS))


def ageing(items: Iterable[Open], day: date, digits: Mapping[int, int]) -> dict[Key, Ageing]:
    """Return the open items by section and currency; the parts add up to the total."""
    result: dict[Key, Ageing] = {}
    for item in items:
        key, places = (item.section, item.currency), digits.get(item.currency, 2)
        section = SECTIONS[item.section]
        old = result.get(key) or Ageing((0.0,) * (len(BUCKETS) + 1), 0.0, 0.0, 0.0)
        buckets, credits, advances = list(old.buckets), old.credits, old.advances
        if section.is_advance:
            advances = round(advances + item.amount, places)
        elif item.amount * section.sign < 0 and section.side != EMPLOYEE_SIDE:
            credits = round(credits + item.amount, places)
        else:
            at = bucket(item.due, day)
            buckets[at] = round(buckets[at] + item.amount, places)
        total = round(old.total + item.amount, places)
        result[key] = Ageing(tuple(buckets), credits, advances, total)
    return result


def balances(items: Iterable[Open], day: date, digits: Mapping[int, int]) -> dict[int, Balance]:
    """Return where a partner stands, by currency.

    An employee owes what was advanced and is owed what was laid out: both are shown.
    """
    result: dict[int, Balance] = {}
    for item in items:
        old = result.get(item.currency, Balance())
        places = digits.get(item.currency, 2)
        parts = {name: getattr(old, name) + part for name, part in _parts(item, day).items()}
        parts["net"] = old.net + item.amount
        result[item.currency] = old._replace(
            **{name: round(value, places) + 0.0 for name, value in parts.items()}
        )
    return result


def _parts(item: Open, day: date) -> dict[str, float]:
    """Return which parts of a balance an open item adds to."""
    section = SECTIONS[item.section]
    size = abs(item.amount)
    if section.is_advance:
        # an advance that was used up too far is owed like anything else
        if item.amount * section.sign > 0:
            return {"prepaid" if section.sign < 0 else "prepaid_to": size}
        return {"receivable" if item.amount > 0 else "payable": size}
    # nobody told an employee by when an advance is accounted for
    is_late = section.side != EMPLOYEE_SIDE and bucket(item.due, day) > 0
    if section.side == SUPPLIER_SIDE:
        if item.amount > 0:
            return {"supplier_credits": size}
        return {"payable": size, **({"payable_overdue": size} if is_late else {})}
    if item.amount > 0:
        return {"receivable": size, **({"overdue": size} if is_late else {})}
    return {"payable": size} if section.side == EMPLOYEE_SIDE else {"credits": size}


def is_worth_sending(closings: Iterable[float], minimum: float, with_zero: bool) -> bool:
    """Tell whether a partner with these closing balances gets a paper.

    :param minimum: smallest absolute balance, in any currency
    :param with_zero: also partners who owe and are owed nothing
    """
    sizes = [abs(value) for value in closings]
    if not any(sizes):
        return with_zero
    return max(sizes) >= minimum


# ------------------------------------------------------------
# Frozen
# ------------------------------------------------------------


def canonical(content: Mapping) -> bytes:
    """Return content as bytes that are the same whenever the content is."""
    return json.dumps(
        content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str
    ).encode()


def fingerprint(content: bytes) -> str:
    """Return the hash under which a frozen statement is known."""
    return hashlib.sha256(content).hexdigest()


def day_before(day: date) -> date:
    """Return the last day of the period before."""
    return day - timedelta(days=1)
