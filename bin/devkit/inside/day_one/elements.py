"""What views may show: the place of each element, with what decides whether it shows."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from lxml import etree

VIEWS = {
    "res.partner": ("form", "list", "kanban", "search"),
    "sale.order": ("form", "list", "kanban", "search"),
}
# Looks, and when the client asks back: neither hides nor shows anything.
UNSEEN_ATTRIBUTES = {"class", "style", "on_change"}
# There is one of each where it is, so what is in it need not name it.
FRAMES = {"form", "header", "kanban", "list", "notebook", "search", "sheet", "templates"}
NEVER = {"1", "True", "true"}
OURS = "counterparty"


def shown(model: Any) -> Iterator[tuple[str, str]]:
    """Return the elements of a model's views, and the actions in their menus."""
    asked = [(False, kind) for kind in VIEWS[model._name]]
    for kind, view in model.get_views(asked, {"toolbar": True})["views"].items():
        yield from _elements(model.env, f"{model._name} {kind}:", view["arch"])
        for place, actions in view.get("toolbar", {}).items():
            for action in actions:
                name = _xmlid(model.env, action["id"])
                yield f"{model._name} {kind}: {place} {name}", action["name"]


def _elements(env: Any, view: str, arch: str) -> Iterator[tuple[str, str]]:
    """Return the elements by place, those of one place together: nothing else tells them apart."""
    places = defaultdict(list)
    for place, attributes in _walk(env, etree.fromstring(arch), view):
        places[place].append(attributes)
    for place, found in places.items():
        yield place, "\n".join(sorted(found))


def _walk(env: Any, node: Any, parent: str) -> Iterator[tuple[str, str]]:
    if not isinstance(node.tag, str) or _is_never_visible(node):
        return
    name = "" if node.tag in FRAMES else _own_name(env, node) or _name_inside(node)
    place = f"{parent}/{node.tag}" + (f"[{name}]" if name else "")
    attributes = {name: node.get(name) for name in sorted({*node.keys()} - UNSEEN_ATTRIBUTES)}
    attributes["text"] = " ".join((node.text or "").split())
    yield place, "\n".join(f"{name}: {value}" for name, value in attributes.items() if value)
    for child in node:
        yield from _walk(env, child, place)


def _is_never_visible(node: Any) -> bool:
    return bool({node.get("invisible"), node.get("column_invisible")} & NEVER)


def _own_name(env: Any, node: Any) -> str:
    """Return an element's name; that of a button for an action is the action's number."""
    name = node.get("name") or node.get("for") or ""
    return _xmlid(env, int(name)) if name.isdigit() else name


def _name_inside(node: Any) -> str:
    """Name an element without a name after the first one in it that has one and is not ours."""
    for child in node.iterchildren("*"):
        name = child.get("name") or child.get("for") or _name_inside(child)
        if name and OURS not in name:
            return f"with {name.removeprefix('with ')}"
    return ""


def _xmlid(env: Any, action_id: int) -> str:
    # A button leads to an action that its user may not read before pressing it.
    known = env["ir.model.data"].sudo()
    domain = [("model", "=like", "ir.actions.%"), ("res_id", "=", action_id)]
    found = known.search(domain, order="id", limit=1)
    return found.complete_name or str(action_id)
