"""How a dossier counts what each of its sections holds."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple


class TileEntry(NamedTuple):
    """One count on the tile of a section, and the list that it opens.

    :param section: code of the section
    :param key: identifies the entry inside its section
    :param label: what is counted, in the user's language
    :param model: name of the counted model
    :param where: the field values that count: ``{field: values}``; every field is grouped by
    :param without: the field values that do not count: ``{field: values}``
    :param action: external id of the action whose views the list takes, empty for the default ones
    :param defaults: context keys for new records of the list
    :param reveals: whether records show a section that no role in force asks for
    :param distinct: a field of ``where`` whose different values are counted instead of the records
    """

    section: str
    key: str
    label: str
    model: str
    where: Mapping[str, Sequence] = {}
    without: Mapping[str, Sequence] = {}
    action: str = ""
    defaults: Mapping[str, object] = {}
    reveals: bool = True
    distinct: str = ""


def group_fields(entries: Iterable[TileEntry]) -> list[str]:
    """Return the fields that one grouped query must have to serve all entries of a model."""
    names = (name for entry in entries for name in (*entry.where, *entry.without))
    return list(dict.fromkeys(names))


def entry_count(entry: TileEntry, groups: Iterable[Mapping[str, object]]) -> int:
    """Return how many records of the groups belong to the entry.

    :param groups: one mapping per group: its field values and its ``__count``
    """
    counted = [
        group
        for group in groups
        if all(group[name] in values for name, values in entry.where.items())
        and not any(group[name] in values for name, values in entry.without.items())
    ]
    if entry.distinct:
        return len({group[entry.distinct] for group in counted})
    return sum(int(group["__count"]) for group in counted)


def by_model(entries: Iterable[TileEntry]) -> dict[str, list[TileEntry]]:
    """Return the entries of each model, models in the order in which they come first."""
    result: dict[str, list[TileEntry]] = {}
    for entry in entries:
        result.setdefault(entry.model, []).append(entry)
    return result
