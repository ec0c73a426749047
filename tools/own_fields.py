"""Fields that users define for a type: their keys, and how an edited list becomes a definition."""

import hashlib
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

WITH_OPTIONS = ("selection", "tags")
WITH_MODEL = ("many2one",)
TAG_COLORS = 11
# as the host stores them
DATE = r"\d{4}-\d{2}-\d{2}"
TIME = r" \d{2}:\d{2}:\d{2}"


class FieldLine(NamedTuple):
    """One own field as edited.

    :param key: its key in stored values, empty for a new field
    :param options: labels to choose from, for a selection or tags
    :param model: name of the linked model, for links
    :param is_partner_filled: partners fill it in on their page
    """

    key: str
    label: str
    kind: str
    options: Sequence[str] = ()
    model: str = ""
    is_partner_filled: bool = False


def field_key(label: str, prefix: str = "field") -> str:
    """Return the key of a label: the same label gives the same key, so values come back with it.

    Letters beyond the Latin ones have no plain form: such labels get a fixed short hash.

    :param prefix: what the hash begins with
    """
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    if slug:
        return slug
    digest = hashlib.sha256(label.strip().casefold().encode()).hexdigest()
    return f"{prefix}_{digest[:8]}"


def definition(
    lines: Iterable[FieldLine],
    present: Sequence[Mapping],
    kinds: Collection[str] | None = None,
    stored: Mapping[str, Collection] | None = None,
) -> list[dict]:
    """Return the definition of edited lines; what else the present one says of a field stays.

    :param present: the definition before the change
    :param kinds: kinds of fields that can be edited, by default all; others stay in their place
    :param stored: ``{key: values}`` that fields of former times have left; a new field of the same
        name and another kind gets a key of its own, one of the same kind brings them back
    :raises ValueError: when two lines have the same key; its argument is the second label
    """
    known = {entry["name"]: dict(entry) for entry in present}
    result: dict[str, dict] = {}
    for line in lines:
        key = line.key or field_key(line.label)
        left = () if line.key else (stored or {}).get(key, ())
        if not all(fits_kind(value, line.kind) for value in left):
            key = f"{key}_{line.kind}"
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
    entries = list(result.values())
    for place, entry in enumerate(present):
        if kinds is not None and entry["type"] not in kinds and entry["name"] not in result:
            entries.insert(place, dict(entry))
    return entries


def partner_filled_keys(
    lines: Iterable[FieldLine], entries: Iterable[Mapping], kinds: Collection[str]
) -> list[str]:
    """Return the keys of the fields that partners fill in.

    :param entries: the definition that came of the lines
    :param kinds: kinds of fields that can be edited
    """
    edited = [entry for entry in entries if entry["type"] in kinds]
    return [
        entry["name"] for line, entry in zip(lines, edited, strict=True) if line.is_partner_filled
    ]


def fits_kind(value, kind: str) -> bool:
    """Tell whether a stored value is one of a kind of field; what is empty fits every kind."""
    if value in (None, False, "", []):
        return True
    if kind == "boolean":
        return value is True
    if kind == "tags":
        return isinstance(value, list)
    if kind in ("integer", "many2one"):
        return isinstance(value, int) and value is not True
    if kind == "float":
        return isinstance(value, int | float) and value is not True
    pattern = {"date": DATE, "datetime": DATE + TIME}.get(kind, "(?s).*")
    return isinstance(value, str) and bool(re.fullmatch(pattern, value))


def kept_values(stored: Mapping, written: Mapping, present: Iterable[Mapping]) -> dict:
    """Return written values together with stored ones that nobody sees at present.

    Whoever edits a role sees neither removed fields nor removed options: saving it must not lose
    what comes back with a field or an option of the same name.

    :param stored: ``{key: value}`` before
    :param written: ``{key: value}`` as edited
    :param present: the definition of the fields
    """
    known = {entry["name"]: entry for entry in present}
    values = {key: value for key, value in stored.items() if key not in known} | dict(written)
    for key, entry in known.items():
        kind, before = entry["type"], stored.get(key)
        if kind not in WITH_OPTIONS or not before:
            continue
        options = {option[0] for option in entry.get(kind) or ()}
        if kind == "selection" and before not in options and not values.get(key):
            values[key] = before
        elif kind == "tags" and isinstance(before, list):
            unseen = [tag for tag in before if tag not in options]
            if unseen:
                shown = [tag for tag in values.get(key) or () if tag not in unseen]
                values[key] = shown + unseen
    return values


def removed_keys(
    lines: Iterable[FieldLine], present: Iterable[Mapping], kinds: Collection[str] | None = None
) -> list[str]:
    """Return the keys of fields that the edited lines no longer hold.

    :param kinds: kinds of fields that can be edited, by default all
    """
    kept = {line.key for line in lines}
    return [
        entry["name"]
        for entry in present
        if entry["name"] not in kept and (kinds is None or entry["type"] in kinds)
    ]


def removed_options(
    lines: Iterable[FieldLine], present: Iterable[Mapping]
) -> dict[str, dict[str, str]]:
    """Return ``{field key: {option key: label}}`` of options that the edited lines no longer hold.

    A renamed option is none of them, and neither are those of a removed field.
    """
    known = {entry["name"]: entry for entry in present}
    removed = {}
    for line in lines:
        entry = known.get(line.key, {})
        if line.kind not in WITH_OPTIONS or entry.get("type") != line.kind:
            continue
        former = entry.get(line.kind) or ()
        kept = {option[0] for option in _options(line, former)}
        gone = {option[0]: option[1] for option in former if option[0] not in kept}
        if gone:
            removed[line.key] = gone
    return removed


def _options(line: FieldLine, present: Sequence[Sequence]) -> list[list]:
    """Return the options with their keys: a label keeps its key, and so does a renamed one.

    Of as many options as before, a new label in the place of one that is gone is that one renamed.
    """
    labels = list(dict.fromkeys(line.options))
    known = {option[1]: list(option) for option in present}
    if len(labels) == len(present):
        for label, option in zip(labels, present, strict=True):
            if label not in known and option[1] not in labels:
                known[label] = [option[0], label, *option[2:]]
    options: list[list] = []
    for number, label in enumerate(labels):
        option = known.get(label) or [_option_key(label, [*known.values(), *options]), label]
        if line.kind == "tags" and len(option) == 2:
            option.append(number % TAG_COLORS + 1)
        options.append(option)
    return options


def _option_key(label: str, taken: Iterable[Sequence]) -> str:
    """Return the key of a new option; labels that differ in signs alone get one of their own."""
    key = field_key(label)
    if key not in {option[0] for option in taken}:
        return key
    digest = hashlib.sha256(label.encode()).hexdigest()
    return f"{key}_{digest[:8]}"
