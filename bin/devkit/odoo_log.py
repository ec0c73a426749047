"""Read Odoo's log files."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from . import paths, shell

RECORD = re.compile(
    r"^\d{4}-\d\d-\d\d \S+ \d+ (?P<level>[A-Z]+) \S+ (?P<logger>[\w.]+): (?P<text>.*)", re.S
)
OUR_NAME = "counterparty"
# A failing test, and the count of failing tests, are told by the tests' own results.
TOLD_BY_TESTS = re.compile(r"(FAIL|ERROR): |Module \S+: \d+ failures")


class Record(NamedTuple):
    """One message, with the lines that follow its first."""

    level: str
    logger: str
    text: str


def records(log: Path) -> list[Record]:
    """Return the messages of level WARNING and higher."""
    blocks = re.split(r"\n(?=\d{4}-\d\d-\d\d )", log.read_text(errors="replace"))
    found = (RECORD.match(block) for block in blocks)
    return [
        Record(*match.groups())
        for match in found
        if match and match["level"] in {"WARNING", "ERROR", "CRITICAL"}
    ]


def what_went_wrong(log: Path) -> str:
    """Return the first error with a traceback, or the first at all: the others follow from it."""
    errors = [record for record in records(log) if record.level != "WARNING"]
    traced = [record for record in errors if "Traceback" in record.text]
    chosen = (traced or errors)[:1]
    text = _without_hosts_frames(chosen[0].text) if chosen else log.read_text(errors="replace")
    return shell.tail(text, 40)


def _without_hosts_frames(text: str) -> str:
    """Leave frames of Odoo and of libraries out of tracebacks: the cause is in our own."""
    kept, keep = [], True
    for line in text.splitlines():
        if line.startswith("  File "):
            keep = f"/{paths.ADDON}/" in line.replace(str(paths.state()), "")
        elif not line.startswith("    "):
            keep = True
        if keep:
            kept.append(line)
    return "\n".join(kept)


def complaints(log: Path, ignored: Iterable[str] = ()) -> list[str]:
    """Return the warnings and errors that concern our module, by their logger or their text.

    The paths of the state folder bear our name as well; what they lead to need not be ours.
    """
    found = []
    for record in records(log):
        searched = f"{record.logger} {record.text}".replace(str(paths.state()), "")
        for word in ignored:
            searched = searched.replace(word, "")
        if OUR_NAME in searched and not TOLD_BY_TESTS.match(record.text):
            found.append(f"{record.level} {record.logger}: {record.text}")
    return list(dict.fromkeys(found))
