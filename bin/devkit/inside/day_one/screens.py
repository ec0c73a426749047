"""What the web client is told for a user: menus, fields, rights, rows and values."""

from collections.abc import Iterator
from typing import Any

import elements
import facts
from facts import Facts
from population import Population

FIELDS = ("res.partner", "sale.order", "sale.order.line", "account.move", "purchase.order")
ROWS = (*FIELDS, "crm.lead", "product.template", "stock.picking", "mail.activity", "utm.campaign")
MARGINS = (
    "sale.order.margin",
    "sale.order.margin_percent",
    "sale.order.line.margin",
    "sale.order.line.margin_percent",
    "sale.order.line.purchase_price",
)
# Counted from now for as long as an order is a quotation.
CLOCKS = {"expected_date"}
TOLD_OF_A_FIELD = ["type", "string", "required", "readonly", "selection", "domain"]

Pairs = Iterator[tuple[str, str]]


def seen(env: Any, people: Population) -> dict[str, Facts]:
    """Return all that one user sees."""
    partners, orders = people.partner_ids, people.order_ids
    return {
        "views": facts.each(elements.VIEWS, lambda model: elements.shown(env[model])),
        "menus": facts.each(["menus"], lambda _: _menus(env)),
        "fields": facts.each(FIELDS, lambda model: _fields(env[model])),
        "rights": dict(_rights(env)),
        "rows": facts.each(ROWS, lambda model: [(model, str(env[model].search_count([])))]),
        "partners": facts.each(["res.partner"], lambda model: _values(env[model], partners)),
        "orders": facts.each(["sale.order"], lambda model: _values(env[model], orders)),
        "margins": facts.each(MARGINS, lambda name: [(name, _readable(env, name))]),
    }


def _menus(env: Any) -> Pairs:
    for number, menu in env["ir.ui.menu"].load_menus(False).items():
        if number != "root":
            yield menu["xmlid"] or str(number), menu["name"]


def _fields(model: Any) -> Pairs:
    model.check_access("read")
    for field, description in model.fields_get(attributes=TOLD_OF_A_FIELD).items():
        yield f"{model._name}.{field}", facts.text(description)


def _rights(env: Any) -> Pairs:
    for mode in ("read", "write", "create", "unlink"):
        for model in env["ir.model.access"]._get_allowed_models(mode):
            yield f"{mode} {model}", "yes"


def _readable(env: Any, name: str) -> str:
    """Tell whether a user may read a field, whether a view shows it or not."""
    model, field = name.rsplit(".", 1)
    if field not in env[model]._fields:
        return "not there"
    env[model].search([], limit=1).read([field])
    return "read"


def _values(model: Any, ids: list[int]) -> Pairs:
    """Return every value that the user may read of the records, field by field: some refuse."""
    records = model.search([("id", "in", ids)], order="id")
    fields = model.fields_get(attributes=["type"]).keys() - CLOCKS
    yield from facts.each(fields, lambda field: _values_of(records, field)).items()


def _values_of(records: Any, field: str) -> Pairs:
    for values in records.web_read({field: {}}):
        yield f"{records._name}({values['id']}).{field}", facts.text(values[field])
