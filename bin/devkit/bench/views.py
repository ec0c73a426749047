"""What the web client reads for a view, so that rows measure what a user waits for."""

from __future__ import annotations

from typing import Any

Specification = dict[str, Any]
NAMED = {"many2one", "many2one_reference", "reference"}
LINES = {"one2many", "many2many"}
LINE_LIMIT = 40  # as the web client shows lines of a form


def specification(env: Any, xml_id: str | None, model: str, kind: str) -> Specification:
    """Return the fields of a view with what is read of the records they point to."""
    from lxml import etree

    view_id = env.ref(xml_id).id if xml_id else False
    arch = env[model].get_view(view_id, kind)["arch"]
    return _fields(env, env[model], etree.fromstring(arch))


def _fields(env: Any, model: Any, node: Any) -> Specification:
    """Collect fields outside of the views that are nested in other fields."""
    found: Specification = {}
    for child in node:
        if child.tag == "field":
            name = child.get("name")
            found[name] = found.get(name) or _field(env, model._fields[name], child)
        else:
            found |= {k: v for k, v in _fields(env, model, child).items() if k not in found}
    return found


def _field(env: Any, field: Any, node: Any) -> Specification:
    if field.type in NAMED:
        return {"fields": {"display_name": {}}}
    if field.type not in LINES or node.get("invisible") in {"1", "True"}:
        return {}
    if "tags" in node.get("widget", ""):
        colour: Specification = {"color": {}} if "color_field" in node.get("options", "") else {}
        return {"fields": {"display_name": {}} | colour}
    nested = next((child for child in node if child.tag in {"list", "kanban"}), None)
    if nested is None:
        return {}
    return {"fields": _fields(env, env[field.comodel_name], nested), "limit": LINE_LIMIT}
