"""A company in use: two thousand partners, documents of all kinds, and those who work there."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

COMPANIES, CONTACTS, PERSONS = 700, 900, 400
CUSTOMERS, SUPPLIERS = 30, 15
SAMPLE = 40
PASSWORD = "as long as the host asks for"  # of a user in a scratch database
SILENT = {
    "tracking_disable": True,
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "no_reset_password": True,
}

# Each kind of user, with the rights that its work asks for and nothing else.
KINDS = {
    "employee": "base.group_user",
    "seller": "sales_team.group_sale_salesman",
    "seller_of_all": "sales_team.group_sale_salesman_all_leads",
    "sales_administrator": "sales_team.group_sale_manager",
    "accountant": "account.group_account_invoice",
    "purchaser": "purchase.group_purchase_user",
    "portal": "base.group_portal",
}


@dataclass(frozen=True)
class Population:
    """Who looks, and at what; only ids, because the registry changes between the two days."""

    users: dict[str, int]
    portal_login: str
    partner_ids: list[int]
    order_ids: list[int]
    portal_order_id: int
    portal_invoice_id: int
    quotation_id: int
    draft_invoice_id: int
    rfq_id: int


def generate(env: Any) -> Population:
    """Fill the database; nothing is mailed, and the same is made each time."""
    env = env(context={**env.context, **SILENT})
    companies, contacts = _create_partners(env)
    customer = contacts.filtered(lambda partner: partner.parent_id == companies[0])[:1]
    users = {kind: _create_user(env, kind, group, customer) for kind, group in KINDS.items()}
    product = _create_product(env)
    sellers = [users["seller"], users["seller_of_all"], env["res.users"]]
    orders = _create_orders(env, companies[:CUSTOMERS], product, sellers)
    invoices = _create_moves(env, "out_invoice", companies[:CUSTOMERS], product)
    suppliers = companies[CUSTOMERS : CUSTOMERS + SUPPLIERS]
    _create_moves(env, "in_invoice", suppliers, product)
    purchases = _create_purchases(env, suppliers, product)
    draft = _create_move(env, "out_invoice", companies[1], product, 0)
    for shared in (orders[0], invoices[0]):
        shared._portal_ensure_token()  # else the first visit writes it
    sample = companies[: SAMPLE // 2] + suppliers[:5] + contacts[:5] + customer
    return Population(
        users={kind: user.id for kind, user in users.items()},
        portal_login=users["portal"].login,
        partner_ids=(sample + _partners_of_the_host(env)).ids,
        order_ids=(orders[:5] + orders[-5:]).ids,
        portal_order_id=orders[0].id,
        portal_invoice_id=invoices[0].id,
        quotation_id=orders[-CUSTOMERS // 2 :].filtered(lambda o: o.user_id == sellers[0])[:1].id,
        draft_invoice_id=draft.id,
        rfq_id=purchases[-1].id,
    )


def _partners_of_the_host(env: Any) -> Any:
    """Return some that were there; not people with a user: new rights touch these."""
    return env["res.partner"].search([("user_ids", "=", False)], order="id", limit=SAMPLE // 4)


def _create_partners(env: Any) -> tuple[Any, Any]:
    """Create companies, their contacts, and people who belong to nobody."""
    country = env.ref("base.be").id
    companies = env["res.partner"].create(
        [
            {
                "name": f"Company {number:04}",
                "is_company": True,
                "email": f"office{number}@company.example",
                "city": f"Town {number % 40}",
                "country_id": country,
            }
            for number in range(COMPANIES)
        ]
    )
    contacts = env["res.partner"].create(
        [
            {
                "name": f"Contact {number:04}",
                "parent_id": companies[number % COMPANIES].id,
                "email": f"contact{number}@company.example",
            }
            for number in range(CONTACTS)
        ]
    )
    env["res.partner"].create([{"name": f"Person {number:04}"} for number in range(PERSONS)])
    return companies, contacts


def _create_user(env: Any, kind: str, group: str, customer: Any) -> Any:
    values = {
        "name": kind.replace("_", " ").capitalize(),
        "login": f"{kind}@day-one.example",
        "password": PASSWORD,
        "group_ids": [(6, 0, env.ref(group).ids)],
    }
    if kind == "portal":
        values |= {"partner_id": customer.id, "name": customer.name}
    return env["res.users"].create(values)


def _create_product(env: Any) -> Any:
    values = {"name": "Article", "type": "consu", "list_price": 100, "standard_price": 35}
    return env["product.product"].create(values)


def _create_orders(env: Any, customers: Any, product: Any, sellers: list[Any]) -> Any:
    """Create an order for each customer; the first half is confirmed, the rest was sent."""
    orders = env["sale.order"].create(
        [
            {
                "partner_id": customer.id,
                "user_id": sellers[number % len(sellers)].id,
                "order_line": [(0, 0, {"product_id": product.id, "product_uom_qty": number + 1})],
            }
            for number, customer in enumerate(customers)
        ]
    )
    orders[: len(orders) // 2].action_confirm()
    orders[len(orders) // 2 :].action_quotation_sent()
    return orders


def _create_moves(env: Any, kind: str, partners: Any, product: Any) -> Any:
    moves = env["account.move"]
    for number, partner in enumerate(partners):
        moves |= _create_move(env, kind, partner, product, number)
    moves.action_post()
    return moves


def _create_move(env: Any, kind: str, partner: Any, product: Any, number: int) -> Any:
    line = {"product_id": product.id, "quantity": number + 1, "price_unit": 100}
    return env["account.move"].create(
        {
            "move_type": kind,
            "partner_id": partner.id,
            "ref": f"{kind} {number}",
            "invoice_date": date.today() - timedelta(days=number),
            "invoice_line_ids": [(0, 0, line)],
        }
    )


def _create_purchases(env: Any, suppliers: Any, product: Any) -> Any:
    """Create an order to each supplier; the first half is confirmed, the rest was asked for."""
    line = {"product_id": product.id, "product_qty": 3, "price_unit": 35}
    purchases = env["purchase.order"].create(
        [{"partner_id": supplier.id, "order_line": [(0, 0, line)]} for supplier in suppliers]
    )
    purchases[: len(purchases) // 2].button_confirm()
    return purchases
