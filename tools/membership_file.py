"""What a file of memberships must keep to: every fault with its line, none of them hidden."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import NamedTuple

from .periods import Period, is_valid, overlap, peak

COLUMNS = (
    "owner",
    "member",
    "kind",
    "since",
    "until",
    "equity",
    "equity_min",
    "equity_max",
    "votes",
    "votes_min",
    "votes_max",
    "control",
    "control_document",
    "status",
    "source",
    "note",
)
REQUIRED = ("owner", "member", "kind")
CONTROLS = {"": "auto", "auto": "auto", "yes": "yes", "no": "no"}
STATUSES = {"": "confirmed", "confirmed": "confirmed", "reported": "reported"}
MILLIONTH = Decimal("0.000001")
SUM_TOLERANCE = 0.01


class Fault(NamedTuple):
    """Why a line cannot be imported; the code is worded by the caller.

    :param detail: what the wording needs: a value, another line, a sum
    """

    line: int
    code: str
    detail: str = ""


class KindRules(NamedTuple):
    """What a kind of membership allows."""

    id: int
    is_ownership: bool
    is_exclusive: bool
    is_whole: bool
    allows_self: bool


class Row(NamedTuple):
    """A line of the file, or a membership that is there already (line 0)."""

    line: int
    owner: int
    member: int
    kind: int
    period: Period
    basis: str = "unknown"
    equity: float = 0.0
    low: float = 0.0
    high: float = 0.0
    votes: float | None = None
    votes_range: tuple[float, float] | None = None
    control: str = "auto"
    control_document: str = ""
    status: str = "confirmed"
    source: str = ""
    note: str = ""


def parse_rows(
    lines: Iterable[tuple[int, Mapping[str, str]]],
    partners: Mapping[str, Sequence[int]],
    kinds: Mapping[str, KindRules],
    date_formats: Sequence[str] = (),
) -> tuple[list[Row], list[Fault]]:
    """Return the lines that can be understood, and the faults of the others.

    :param partners: text of the file → ids of the commercial entities it may mean
    :param kinds: code or name in lower case → rules
    :param date_formats: how dates may be written beside ISO, as for ``strptime``
    """
    rows, faults = [], []
    for line, cells in lines:
        problems: list[Fault] = []
        row = _parse(line, cells, partners, kinds, date_formats, problems)
        faults += problems
        if not problems:
            rows.append(row)
    return rows, faults


def check_rows(
    rows: Sequence[Row], present: Sequence[Row], kinds: Iterable[KindRules]
) -> list[Fault]:
    """Return the faults of rows among each other and with those that are there already."""
    rules = {kind.id: kind for kind in kinds}
    by_member: dict[int, list[Row]] = defaultdict(list)
    for row in (*present, *rows):
        by_member[row.member].append(row)
    faults = [
        Fault(row.line, "self")
        for row in rows
        if row.owner == row.member and not rules[row.kind].allows_self
    ]
    for siblings in by_member.values():
        faults += _check_member(siblings, rules)
    return sorted(faults)


def _check_member(siblings: Sequence[Row], rules: Mapping[int, KindRules]) -> list[Fault]:
    faults = []
    for number, row in enumerate(siblings):
        for other in siblings[:number]:
            if not row.line or row.kind != other.kind or not overlap(row.period, other.period):
                continue
            if row.owner == other.owner:
                faults.append(Fault(row.line, "overlap", str(other.line)))
            elif rules[row.kind].is_exclusive:
                faults.append(Fault(row.line, "exclusive", str(other.line)))
    parts = [
        (row.period, 100.0 if rules[row.kind].is_whole else row.low)
        for row in siblings
        if row.status == "confirmed" and rules[row.kind].is_ownership
    ]
    total, _day = peak(parts)
    last = max(row.line for row in siblings)
    if total > 100 + SUM_TOLERANCE and last:
        faults.append(Fault(last, "sum", f"{total:.6f}".rstrip("0").rstrip(".")))
    return faults


def _parse(
    line: int,
    cells: Mapping[str, str],
    partners: Mapping[str, Sequence[int]],
    kinds: Mapping[str, KindRules],
    date_formats: Sequence[str],
    faults: list[Fault],
) -> Row:
    ends = {name: _partner(line, name, cells, partners, faults) for name in ("owner", "member")}
    kind = kinds.get(cells.get("kind", "").lower())
    if kind is None:
        faults.append(Fault(line, "kind", cells.get("kind", "")))
    start, end = (_day(line, name, cells, date_formats, faults) for name in ("since", "until"))
    period = Period(start, end)
    if not is_valid(period):
        faults.append(Fault(line, "period"))
    equity = _percent(line, "equity", cells, faults)
    shares = _range(line, "equity", "range", cells, faults)
    votes = _percent(line, "votes", cells, faults)
    basis = "exact" if equity is not None else "range" if shares else "unknown"
    low, high = shares or (0.0, 0.0)
    control = _choice(line, "control", CONTROLS, cells, faults)
    if control in ("yes", "no") and not cells.get("control_document"):
        faults.append(Fault(line, "document"))
    certain = {"exact": equity or 0.0, "range": low}.get(basis, 0.0)
    return Row(
        line,
        ends["owner"],
        ends["member"],
        kind.id if kind else 0,
        period,
        basis,
        equity or 0.0,
        certain,
        high if basis == "range" else 0.0,
        votes,
        _range(line, "votes", "votes_range", cells, faults) if votes is None else None,
        control,
        cells.get("control_document", ""),
        _choice(line, "status", STATUSES, cells, faults),
        cells.get("source", ""),
        cells.get("note", ""),
    )


def _partner(
    line: int,
    name: str,
    cells: Mapping[str, str],
    partners: Mapping[str, Sequence[int]],
    faults: list[Fault],
) -> int:
    text = cells.get(name, "")
    found = partners.get(text, ())
    if len(found) == 1:
        return found[0]
    faults.append(Fault(line, "unknown" if not found else "ambiguous", text))
    return 0


def _day(
    line: int,
    name: str,
    cells: Mapping[str, str],
    formats: Sequence[str],
    faults: list[Fault],
) -> date | None:
    text = cells.get(name, "")
    if not text:
        return None
    with suppress(ValueError):
        return datetime.fromisoformat(text).date()
    for pattern in formats:
        with suppress(ValueError):
            return datetime.strptime(text, pattern).date()
    faults.append(Fault(line, "date", text))
    return None


def _range(
    line: int, name: str, code: str, cells: Mapping[str, str], faults: list[Fault]
) -> tuple[float, float] | None:
    """Return the smallest and the largest percentage; an end that nobody knows is 0 or 100."""
    low, high = (_percent(line, f"{name}_{end}", cells, faults) for end in ("min", "max"))
    if low is None and high is None:
        return None
    if low is not None and high is not None and low > high:
        faults.append(Fault(line, code))
    return low or 0.0, 100.0 if high is None else high


def _percent(line: int, name: str, cells: Mapping[str, str], faults: list[Fault]) -> float | None:
    """Return a percentage with six decimals, halves rounded up; a decimal comma is a point."""
    text = cells.get(name, "").removesuffix("%").strip()
    if not text:
        return None
    try:
        number = Decimal(text.replace(",", "."))
    except InvalidOperation:
        faults.append(Fault(line, "number", text))
        return None
    if not number.is_finite() or not 0 <= number <= 100:
        faults.append(Fault(line, "percent", text))
        return None
    return float(number.quantize(MILLIONTH, ROUND_HALF_UP))


def _choice(
    line: int,
    name: str,
    choices: Mapping[str, str],
    cells: Mapping[str, str],
    faults: list[Fault],
) -> str:
    text = cells.get(name, "").lower()
    if text not in choices:
        faults.append(Fault(line, name, text))
    return choices.get(text, "")
