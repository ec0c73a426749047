"""A database with as many partners as a large company has, made in plain SQL.

Rows are copies of demo rows with a few columns changed: whatever columns a table has or gets,
the copies are complete. Areas that need more documents add a statement to ``_statements``.
"""

from __future__ import annotations

from pathlib import Path

from devkit import database, lock, paths, progress
from devkit.odoo import Environment

FIRST_ID = 1_000_000  # generated records start here, far above the demo's
COMPANIES = 100_000


def ensure(env: Environment, scale: float) -> str:
    """Return the scaled database without our addon, made once for each demo template."""
    template = database.ensure_template(env, demo=True)
    key = paths.short_hash(f"{template} {scale} {Path(__file__).read_text()}")
    name = f"bench_{key}"
    with lock.hold(f"database-{name}"):
        if not database.exists(env, name):
            part = f"{name}_part"
            database.clone(env, template, part)
            companies = round(COMPANIES * scale)
            with progress.step(f"Generating {companies:,} companies and their documents"):
                for statement in _statements(companies):
                    env.psql(part, statement)
            database.rename(env, part, name)
    return name


def _statements(companies: int) -> list[str]:
    """Return SQL in the order of execution; ``n`` counts the copies from 1."""
    return [
        _copies("res_partner", SOURCE_PARTNER, companies, COMPANY),
        _copies("res_partner", SOURCE_PARTNER, companies // 5, CONTACT, offset=companies),
        TAGS,
        _copies("sale_order", SOURCE_ORDER, companies * 4 // 5, ORDER),
        _copies("account_move", SOURCE_INVOICE, companies * 3 // 5, INVOICE),
        _copies("account_move", SOURCE_BILL, companies // 10, BILL, offset=companies),
        _copies("crm_lead", SOURCE_LEAD, companies // 5, LEAD),
        _copies("utm_campaign", SOURCE_CAMPAIGN, 100, CAMPAIGN),
        _copies("account_move", SOURCE_INVOICE, companies * 3, SALE, offset=5 * companies),
        _copies("account_move_line", SOURCE_LINE, companies * 10, _line(companies)),
        _copies("sale_order", SOURCE_ORDER, companies, ORDERED, offset=5 * companies),
        _copies("sale_order_line", SOURCE_ORDER_LINE, companies * 3, _order_line(companies)),
        # the addon is measured as an administrator installs it: without a demo story to load
        "UPDATE ir_module_module SET demo = false",
        "ANALYZE",
    ]


def _copies(
    table: str, source: str, count: int, changes: dict[str, str], *, offset: int = 0
) -> str:
    """Copy one row many times; the record's id is FIRST_ID + offset + n."""
    columns = {"id": f"{FIRST_ID} + {offset} + n", **changes}
    changed = ", ".join(f"'{name}', {value}" for name, value in columns.items())
    return f"""
        INSERT INTO {table}
        SELECT copy.* FROM generate_series(1, {count}) n,
               (SELECT t AS row FROM {table} t WHERE {source} ORDER BY id LIMIT 1) source,
               LATERAL jsonb_populate_record(
                   source.row, jsonb_build_object({changed})) copy;
        SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}));
    """


DAY = "(date '2020-01-01' + n % 2000)"

SOURCE_PARTNER = """is_company AND active AND parent_id IS NULL
    AND id NOT IN (SELECT partner_id FROM res_company)"""
COMPANY = {
    "name": "'Company ' || n",
    "complete_name": "'Company ' || n",
    "commercial_company_name": "'Company ' || n",
    "commercial_partner_id": f"{FIRST_ID} + n",
    "email": "'company' || n || '@example.com'",
    "email_normalized": "'company' || n || '@example.com'",
    "user_id": "CASE WHEN n % 3 = 0 THEN 2 END",
    "country_id": "1 + n % 60",
    "state_id": "NULL",
    "customer_rank": "(n % 10 < 9)::int",
    "supplier_rank": "(n % 10 = 9)::int",
    "create_date": DAY,
}
CONTACT = COMPANY | {
    "name": "'Contact ' || n",
    "complete_name": "'Company ' || n || ', Contact ' || n",
    "is_company": "false",
    "parent_id": f"{FIRST_ID} + n",
    "customer_rank": "0",
    "supplier_rank": "0",
}

# stock's own many-to-many beside our roles: one tag for all, two for every sixth
TAGS = f"""
    WITH tag AS (SELECT array_agg(id ORDER BY id) AS ids FROM res_partner_category)
    INSERT INTO res_partner_res_partner_category_rel (partner_id, category_id)
    SELECT p.id, ids[1 + p.id % 4] FROM res_partner p, tag
     WHERE p.id >= {FIRST_ID} AND parent_id IS NULL
     UNION SELECT p.id, ids[5] FROM res_partner p, tag
     WHERE p.id >= {FIRST_ID} AND parent_id IS NULL AND p.id % 6 = 0
"""

SOURCE_ORDER = "state = 'sale'"
ORDER = {
    "name": "'BENCH' || n",
    "partner_id": f"{FIRST_ID} + n",
    "partner_invoice_id": f"{FIRST_ID} + n",
    "partner_shipping_id": f"{FIRST_ID} + n",
    "state": "CASE n % 4 WHEN 0 THEN 'draft' ELSE 'sale' END",
    "date_order": DAY,
    "opportunity_id": "NULL",
}

SOURCE_INVOICE = "state = 'posted' AND move_type = 'out_invoice'"
SOURCE_BILL = "state = 'posted' AND move_type = 'in_invoice'"
INVOICE = {
    "name": "'BENCH/' || n",
    "partner_id": f"{FIRST_ID} + n",
    "commercial_partner_id": f"{FIRST_ID} + n",
    "partner_shipping_id": f"{FIRST_ID} + n",
    "date": DAY,
    "invoice_date": DAY,
    "invoice_date_due": f"{DAY} + 30",
    "sequence_number": "n",
    "sequence_prefix": "'BENCH/'",
}
BILL = INVOICE | {"name": "'BENCHBILL/' || n", "sequence_prefix": "'BENCHBILL/'"}

SOURCE_LEAD = "type = 'opportunity' AND active"
LEAD = {
    "name": "'Opportunity ' || n",
    "partner_id": f"{FIRST_ID} + 5 * n",
    "create_date": DAY,
}

# sales with lines: few customers buy most, as everywhere; a campaign brought three of a hundred
BUYER = f"{FIRST_ID} + 1 + floor(99999 * power((n::bigint * 7919 % 100003) / 100003.0, 4))::int"
SOURCE_CAMPAIGN = "id > 0"
CAMPAIGN = {
    "name": "'bench ' || n",
    "title": "jsonb_build_object('en_US', 'Campaign ' || n)",
}
SALE = INVOICE | {
    "name": "'SALE/' || n",
    "sequence_prefix": "'SALE/'",
    "partner_id": BUYER,
    "commercial_partner_id": BUYER,
    "partner_shipping_id": BUYER,
    "move_type": "CASE WHEN n % 25 = 0 THEN 'out_refund' ELSE 'out_invoice' END",
    "campaign_id": f"CASE WHEN n % 33 = 0 THEN {FIRST_ID} + 1 + n % 100 END",
}
SOURCE_LINE = """display_type = 'product' AND product_id IS NOT NULL AND parent_state = 'posted'
    AND move_id IN (SELECT id FROM account_move WHERE move_type = 'out_invoice')"""


def _line(companies: int) -> dict[str, str]:
    move = f"(n % {3 * companies})"
    return {
        "partner_id": BUYER.replace("n::", f"(1 + {move})::"),
        "move_id": f"{FIRST_ID} + {5 * companies} + 1 + {move}",
        "product_id": "((SELECT array_agg(id ORDER BY id) FROM product_product))[1 + n % 20]",
        "quantity": "1 + n % 5",
        "balance": "-(10 + n % 990)",
        "price_subtotal": "10 + n % 990",
        "date": f"(date '2020-01-01' + (1 + {move}) % 2000)",
    }


ORDERED = ORDER | {
    "name": "'SALES' || n",
    "partner_id": BUYER,
    "state": "'sale'",
    "campaign_id": f"CASE WHEN n % 20 = 0 THEN {FIRST_ID} + 1 + n % 100 END",
}
SOURCE_ORDER_LINE = "state = 'sale' AND product_id IS NOT NULL AND display_type IS NULL"


def _order_line(companies: int) -> dict[str, str]:
    return {
        "order_id": f"{FIRST_ID} + {5 * companies} + 1 + n % {companies}",
        "price_subtotal": "10 + n % 990",
    }
