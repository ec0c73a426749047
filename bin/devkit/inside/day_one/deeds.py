"""What people do every day: it must go on working, and send nothing more than it did."""

from collections.abc import Callable
from typing import Any

import facts
import outbox
from facts import Facts
from population import Population

from odoo.api import Environment
from odoo.exceptions import UserError
from odoo.modules.registry import Registry

Deed = Callable[[Any, Population], Any]


def done(db: str, user_id: int, people: Population) -> Facts:
    """Return what came of each deed; none is kept."""
    return {name: _try(db, user_id, deed, people) for name, deed in DEEDS.items()}


def _try(db: str, user_id: int, deed: Deed, people: Population) -> str:
    with Registry(db).cursor() as cr:
        env = Environment(cr, user_id, {"lang": "en_US"})
        rows = _rows(env)
        try:
            outcome = deed(env, people)
            env.flush_all()
            outcome = facts.text([outcome, _more(rows, _rows(env))])
        except UserError as error:  # refusals of all kinds, missing rights among them
            outcome = f"{type(error).__name__}: {error.args[0]}"
        cr.rollback()
    return outcome


def _rows(env: Any) -> dict[str, int]:
    return {table: int(count.split()[0]) for table, count in outbox.counts(env).items()}


def _more(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {table: after[table] - before[table] for table in after if after[table] != before[table]}


def _confirm_quotation(env: Any, people: Population) -> Any:
    order = env["sale.order"].browse(people.quotation_id)
    order.action_confirm()
    return [order.state, order.amount_total, len(order.order_line)]


def _post_invoice(env: Any, people: Population) -> Any:
    invoice = env["account.move"].browse(people.draft_invoice_id)
    invoice.action_post()
    return [invoice.state, invoice.amount_total, len(invoice.line_ids)]


def _confirm_purchase(env: Any, people: Population) -> Any:
    purchase = env["purchase.order"].browse(people.rfq_id)
    purchase.button_confirm()
    return [purchase.state, purchase.amount_total]


def _edit_partner(env: Any, people: Population) -> Any:
    partner = env["res.partner"].browse(people.partner_ids[0])
    partner.write({"phone": "+1 555 0100", "comment": "called"})
    return partner.read(["phone", "comment", "commercial_company_name"])[0]


def _add_contact(env: Any, people: Population) -> Any:
    values = {"name": "New Contact", "parent_id": people.partner_ids[0]}
    return env["res.partner"].create(values).complete_name


DEEDS: dict[str, Deed] = {
    "confirm a quotation": _confirm_quotation,
    "post an invoice": _post_invoice,
    "confirm a purchase": _confirm_purchase,
    "edit a partner": _edit_partner,
    "add a contact": _add_contact,
}
