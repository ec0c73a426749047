"""Fields that users define for a type: their keys, and how an edited list becomes a definition."""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

WITH_OPTIONS = ("selection", "tags")
WITH_MODEL = ("many2one", "many2many")
TAG_COLORS = 11


class FieldLine(NamedTuple):
    """One own field as edited.

    :param key: its key in stored values, empty for a new field
    :param options: labels to choose from, for a selection or tags
    :param model: name of the linked model, for links
    """

    key: str
    label: str
    kind: str
    options: Sequence[str] = ()
    model: str = ""


def field_key(label: str) -> str:
    """Return the key of a label: the same label gives the same key, so values come back with it.

    Letters beyond the Latin ones have no plain form: such labels get a fixed short hash.
    """
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    if slug:
        return slug
    digest = hashlib.sha256(label.strip().casefold().encode()).hexdigest()
    return f"field_{digest[:8]}"


def definition(lines: Iterable[FieldLine], present: Iterable[Mapping]) -> list[dict]:
    """Return the definition of edited lines; what else the present one says of a field stays.

    :param present: the definition before the change
    :raises ValueError: when two lines have the same key; its argument is the second label
    """
    known = {entry["name"]: dict(entry) for entry in present}
    result: dict[str, dict] = {}
    for line in lines:
        key = line.key or field_key(line.label)
        if key in result:
            raise ValueError(line.label)
        entry = known.get(key, {})
        if entry.get("type") != line.kind:
            entry = {}
        entry = {**entry, "name": key, "string": line.label, "type": line.kind}
        if line.kind in WITH_OPTIONS:
            entry[line.kind] = _options(line, entry.get(line.kind) or ())
        if line.kind in WITH_MODEL:
            entry["comodel"] = line.model
        result[key] = entry
    return list(result.values())


def removed_keys(lines: Iterable[FieldLine], present: Iterable[Mapping]) -> list[str]:
    """Return the keys of fields that the edited lines no longer hold."""
    kept = {line.key for line in lines}
    return [entry["name"] for entry in present if entry["name"] not in kept]


def _options(line: FieldLine, present: Sequence[Sequence]) -> list[list]:
    known = {option[1]: list(option) for option in present}
    options = []
    for number, label in enumerate(dict.fromkeys(line.options)):
        option = known.get(label) or [field_key(label), label]
        if line.kind == "tags" and len(option) == 2:
            option.append(number % TAG_COLORS + 1)
        options.append(option)
    return options
