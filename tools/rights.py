"""Presets of rights: what people of a department usually need."""

from collections.abc import Collection

LEVELS = ("group_user", "group_officer", "group_manager")
EXTRAS = ("group_cost_profit", "group_personal_documents", "group_credit_override")

# preset -> groups given; the highest level comes first
PRESETS: dict[str, tuple[str, ...]] = {
    "sales": ("group_user",),
    "accounts": ("group_officer", "group_cost_profit"),
    "management": ("group_manager", "group_cost_profit", "group_credit_override"),
}


def level_of(groups: Collection[str]) -> str | None:
    """Return the highest level among the groups somebody has."""
    return next((level for level in reversed(LEVELS) if level in groups), None)


def missing_groups(preset: str, groups: Collection[str]) -> tuple[str, ...]:
    """Return what a preset still has to add; a preset never takes a right away.

    :raises KeyError: for a preset that does not exist
    """
    level = level_of(groups)
    higher = LEVELS.index(level) if level else -1
    return tuple(
        group
        for group in PRESETS[preset]
        if group not in groups and not (group in LEVELS and LEVELS.index(group) <= higher)
    )
