# ruff: noqa: T201
"""Runs in a shell of Odoo: users of the portal, each of a company with papers of its own."""

from datetime import date, timedelta

USERS = 8
PAPERS = 100
LINES = 20_000
QUIET = {"tracking_disable": True, "mail_create_nolog": True, "no_reset_password": True}
COLUMNS = """
    SELECT column_name FROM information_schema.columns
     WHERE table_name = 'account_move_line' AND column_name != 'id' AND is_generated = 'NEVER'"""


def fill(env):
    """Make the users; one more has a statement of so many lines."""
    env = env(context={**env.context, **QUIET})
    product = env["product.product"].create({"name": "Advice", "type": "service", "taxes_id": []})
    for number in range(1, USERS + 1):
        partner = _make_user(env, f"load{number}")
        _make_orders(env, partner, product)
        _make_invoices(env, partner, product, PAPERS)
        env.cr.commit()
    _make_long(env, _make_invoices(env, _make_user(env, "load-long"), product, 1))


def open(env):  # noqa: A001
    """Open every page of ours."""
    company = env.ref("base.main_company")
    pages = [
        name
        for name, field in company._fields.items()
        if name.startswith("counterparty_portal_") and field.type == "boolean"
    ]
    company.write(dict.fromkeys(pages, True))


def _make_user(env, login):
    partner = env["res.partner"].create({"name": f"Company {login}", "is_company": True})
    person = env["res.partner"].create({"name": login, "parent_id": partner.id})
    env["res.users"].create(
        {
            "login": login,
            "password": login,
            "partner_id": person.id,
            "group_ids": [(6, 0, env.ref("base.group_portal").ids)],
        }
    )
    return partner


def _make_orders(env, partner, product):
    orders = [
        {
            "partner_id": partner.id,
            "order_line": [(0, 0, {"product_id": product.id, "price_unit": 10 + number})],
        }
        for number in range(PAPERS)
    ]
    env["sale.order"].create(orders).action_confirm()


def _make_invoices(env, partner, product, count):
    today = date.today()
    first = today.replace(month=1, day=1)
    invoices = env["account.move"].create(
        [
            {
                "move_type": "out_invoice",
                "partner_id": partner.id,
                "invoice_date": first + (today - first) * number // count,
                "invoice_date_due": today + timedelta(days=number - count // 2),
                "invoice_line_ids": [
                    (0, 0, {"product_id": product.id, "price_unit": 10 + number, "tax_ids": []})
                ],
            }
            for number in range(count)
        ]
    )
    invoices.action_post()
    return invoices


def _make_long(env, invoice):
    line = invoice.line_ids.filtered(lambda item: item.account_type == "asset_receivable")
    env.flush_all()
    env.cr.execute(COLUMNS)
    columns = ", ".join(name for (name,) in env.cr.fetchall())
    env.cr.execute(
        f"INSERT INTO account_move_line ({columns}) SELECT {columns} FROM account_move_line"
        " CROSS JOIN generate_series(1, %s) WHERE id = %s",
        [LINES, line.id],
    )
