"""An XML id names one thing.

Odoo takes a second record or template of the same id for a change of the first one and
says nothing: a page or a setting is gone, and only a user finds out. Files may add fields
to a record of another file, and links to a field; they may not set the same field twice.
Only the demo story may tell a record of the data differently.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from ..sources import Sources
from .finding import Finding

FOLDERS = {"data", "demo", "report", "security", "views", "wizard"}
KINDS = ("record", "template", "menuitem")


@dataclass
class _Named:
    """What the files read so far say of one XML id."""

    what: str
    where: Path
    node: etree._Element
    fields: set[str] = field(default_factory=set)


def check_ids(sources: Sources) -> Iterator[Finding]:
    """Refuse an XML id that names two things, or sets a field of one thing twice."""
    seen: dict[str, _Named] = {}
    for path in sources.files:
        if path.suffix != ".xml" or path.parts[0] not in FOLDERS:
            continue
        tree = etree.fromstring(sources.read(path).encode())
        for node in tree.iter(*KINDS):
            if name := node.get("id"):
                yield from _meet(seen, path, node, name)


def _meet(
    seen: dict[str, _Named], path: Path, node: etree._Element, name: str
) -> Iterator[Finding]:
    what = node.get("model") or node.tag
    fields = {child.get("name") for child in node.iterchildren("field") if not _adds(child)}
    known = seen.setdefault(name, _Named(what, path, node))
    if known.node is node:
        known.fields = fields
        return
    is_story = path.parts[0] == "demo" != known.where.parts[0]
    again = "" if is_story else ", ".join(sorted(known.fields & fields))
    if known.what != what:
        yield Finding(path, node.sourceline, f"{name} is a {known.what} in {known.where}")
    elif again:
        yield Finding(path, node.sourceline, f"{name} has {again} in {known.where}")
    elif node.tag != "record":
        yield Finding(path, node.sourceline, f"{name} is another {what} in {known.where}")
    known.fields |= fields


def _adds(value: etree._Element) -> bool:
    """Tell whether a field only gets links beside those it has."""
    return value.get("eval", "").startswith("[Command.link(")
