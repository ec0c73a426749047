"""What the scaled database holds: partners, products, orders, invoices with all their items.

At scale 1: 100,000 companies, of which few buy most; 5,000 products; 300,000 invoices over more
than five years with a million product lines, each with its tax and its receivable as the host
posts them, four of five paid; 200,000 orders, delivered and most of them invoiced, with 200,000
transfers, 240,000 payments and 100,000 letters; 100 campaigns. The largest customer has 50,000
documents.
Above scale 1 the documents grow, the partners do not.
"""

from __future__ import annotations

from .scale import FIRST_ID, Copies

COMPANIES = 100_000
PRODUCTS = 5_000
CAMPAIGNS = 100


def describe(scale: float) -> str:
    """Say what the database of a scale holds."""
    companies, size = _sizes(scale)
    return f"{companies:,} companies and {10 * size:,} invoice lines"


def content(scale: float) -> list[Copies | str]:
    """Return copies and statements in the order of execution."""
    companies, size = _sizes(scale)
    return [
        *_partners(companies),
        *_products(),
        *_documents_without_lines(companies),
        *_sales(companies, size),
        *_bills_and_payments(companies, size),
        *_history(companies, size),
    ]


def _sizes(scale: float) -> tuple[int, int]:
    return round(COMPANIES * min(scale, 1)), round(COMPANIES * scale)


DAY = "(date '2020-01-01' + n % 2000)"

# ------------------------------------------------------------
# Partners
# ------------------------------------------------------------

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


def _partners(companies: int) -> list[Copies | str]:
    return [
        Copies("res_partner", SOURCE_PARTNER, companies, COMPANY),
        Copies("res_partner", SOURCE_PARTNER, companies // 5, CONTACT, offset=companies),
        TAGS,
    ]


# ------------------------------------------------------------
# Products
# ------------------------------------------------------------

CATEGORY = {
    "name": "'Category ' || n",
    "complete_name": "source.complete_name || ' / Category ' || n",
    "parent_id": "source.id",
    "parent_path": f"source.parent_path || {FIRST_ID} + n || '/'",
}
TEMPLATE = {
    "name": "jsonb_build_object('en_US', 'Product ' || n)",
    "default_code": "'P' || n",
    "categ_id": f"{FIRST_ID} + 1 + n % 72",
    "is_storable": "n % 3 > 0",
    "list_price": "10 + n % 990",
}
PRODUCT = {
    "product_tmpl_id": f"{FIRST_ID} + n",
    "default_code": "'P' || n",
    "combination_indices": "NULL",
    # one of fifty has no cost
    "standard_price": """CASE WHEN n % 50 > 0 THEN jsonb_build_object('1', 4 + n % 600) END""",
}


def _products() -> list[Copies | str]:
    return [
        Copies("product_category", "parent_id IS NULL", 72, CATEGORY),
        Copies("product_template", "type = 'consu' AND is_storable", PRODUCTS, TEMPLATE),
        Copies("product_product", "active", PRODUCTS, PRODUCT),
    ]


# ------------------------------------------------------------
# Documents without lines: what roles and lists of partners read
# ------------------------------------------------------------

SOURCE_ORDER = "state = 'sale'"
ORDER = {
    "name": "'BENCH' || n",
    "partner_id": f"{FIRST_ID} + n",
    "partner_invoice_id": f"{FIRST_ID} + n",
    "partner_shipping_id": f"{FIRST_ID} + n",
    "state": "CASE n % 4 WHEN 0 THEN 'draft' ELSE 'sale' END",
    "date_order": DAY,
    "opportunity_id": "NULL",
    "campaign_id": "NULL",
    "medium_id": "NULL",
    "source_id": "NULL",
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
    "campaign_id": "NULL",
    "medium_id": "NULL",
    "source_id": "NULL",
}
BILL = INVOICE | {"name": "'BENCHBILL/' || n", "sequence_prefix": "'BENCHBILL/'"}
LEAD = {
    "name": "'Opportunity ' || n",
    "partner_id": f"{FIRST_ID} + 5 * n",
    "create_date": DAY,
}


def _documents_without_lines(companies: int) -> list[Copies | str]:
    return [
        Copies("sale_order", SOURCE_ORDER, companies * 4 // 5, ORDER),
        Copies("account_move", SOURCE_INVOICE, companies * 3 // 5, INVOICE),
        Copies("account_move", SOURCE_BILL, companies // 10, BILL, offset=companies),
        Copies("crm_lead", "type = 'opportunity' AND active", companies // 5, LEAD),
    ]


# ------------------------------------------------------------
# Sales: orders, invoices and what they are made of
# ------------------------------------------------------------

CAMPAIGN = {
    "name": "'bench ' || n",
    "title": "jsonb_build_object('en_US', 'Campaign ' || n)",
}
SOURCE_ORDER_LINE = "state = 'sale' AND product_id IS NOT NULL AND display_type IS NULL"
SOURCE_LINE = """display_type = 'product' AND product_id IS NOT NULL AND company_id = 1
    AND parent_state = 'posted'
    AND move_id IN (SELECT id FROM account_move WHERE move_type = 'out_invoice')"""

# of a document's number: few customers buy most, as everywhere; some are addressed to a contact
BUYER = """
    SELECT buyer, CASE WHEN {i} % 10 < 3 AND buyer <= {companies} / 5
                       THEN {companies} + buyer ELSE buyer END AS addressee
      FROM (SELECT 1 + floor(({companies} - 1) * power(
                ({i}::bigint * 7919 % 100003) / 100003.0, 4))::int) b (buyer)"""
# of the number of an invoice and of its line
PRODUCT_OF = f"{FIRST_ID} + 1 + (({{i}}::bigint * 31 + {{k}} * 1013) % {PRODUCTS})::int"
AMOUNT_OF = "(10 + ({i}::bigint * 7 + {k} * 131) % 990)::numeric"
QUANTITY_OF = "(1 + ({i} + {k}) % 5)::numeric"

# three invoices have sixteen items: 4, 3 and 3 lines, each with its tax and its receivable
ITEM = """
    SELECT place.*, day.day, buyer.buyer, whole.net, whole.tax,
           CASE WHEN refund THEN -1 ELSE 1 END
               * CASE kind WHEN 'product' THEN -{amount} WHEN 'tax' THEN -whole.tax
                           ELSE whole.net + whole.tax END AS amount
      FROM (SELECT i, kind, k, lines, i % 25 = 0 AS refund
              FROM (SELECT (n - 1) / 16 AS trio, (n - 1) % 16 AS r) at
              JOIN LATERAL (SELECT CASE WHEN r < 6 THEN 0 WHEN r < 11 THEN 1 ELSE 2 END AS j,
                                   CASE WHEN r < 6 THEN r WHEN r < 11 THEN r - 6 ELSE r - 11 END
                                       AS k) inside ON true
              JOIN LATERAL (SELECT CASE j WHEN 0 THEN 4 ELSE 3 END AS lines,
                                   trio * 3 + j + 1 AS i) of ON true
              JOIN LATERAL (SELECT CASE WHEN k < lines THEN 'product' WHEN k = lines THEN 'tax'
                                        ELSE 'payment_term' END AS kind) kind ON true) place
     CROSS JOIN LATERAL (SELECT date '2020-01-01' + i % 2000 AS day) day
     CROSS JOIN LATERAL ({buyer}) buyer
     CROSS JOIN LATERAL (SELECT net, round(net * 0.15, 2) AS tax
                           FROM (SELECT sum({each}) AS net
                                   FROM generate_series(0, lines - 1) e) sum) whole"""


SOLD = {
    "partner_id": f"{FIRST_ID} + addressee",
    "partner_shipping_id": f"{FIRST_ID} + addressee",
}


def _orders(companies: int, size: int, offset: int) -> list[Copies | str]:
    buyer = BUYER.format(i="n", companies=companies)
    return [
        Copies("utm_campaign", "id > 0", CAMPAIGNS, CAMPAIGN),
        Copies(
            "sale_order",
            SOURCE_ORDER,
            2 * size,
            ORDER
            | SOLD
            | {
                "name": "'SALES' || n",
                "state": "'sale'",
                "partner_invoice_id": f"{FIRST_ID} + addressee",
                "campaign_id": _campaign(20),
            },
            offset=offset,
            shape=buyer,
        ),
        Copies(
            "sale_order_line",
            SOURCE_ORDER_LINE,
            6 * size,
            _order_line(offset),
            shape=BUYER.format(i="((n - 1) / 3 + 1)", companies=companies),
        ),
        Copies("stock_move", "state = 'done' AND is_out", 6 * size, _delivery()),
    ]


def _sales(companies: int, size: int) -> list[Copies | str]:
    buyer = BUYER.format(i="n", companies=companies)
    offset = 5 * companies
    return [
        *_orders(companies, size, offset),
        Copies(
            "account_move",
            SOURCE_INVOICE,
            3 * size,
            INVOICE
            | SOLD
            | {
                "name": "'SALE/' || n",
                "sequence_prefix": "'SALE/'",
                "commercial_partner_id": f"{FIRST_ID} + buyer",
                "move_type": "CASE WHEN n % 25 = 0 THEN 'out_refund' ELSE 'out_invoice' END",
                "campaign_id": _campaign(33),
            },
            offset=offset,
            shape=buyer,
        ),
        Copies(
            "account_move_line",
            SOURCE_LINE,
            16 * size,
            _item(offset),
            shape=ITEM.format(
                buyer=BUYER.format(i="i", companies=companies),
                amount=AMOUNT_OF.format(i="i", k="k"),
                each=AMOUNT_OF.format(i="i", k="e"),
            ),
        ),
        # the first three lines of an invoice are those of the order of the same number
        f"""INSERT INTO sale_order_line_invoice_rel (order_line_id, invoice_line_id)
            SELECT {FIRST_ID} + 3 * (i - 1) + k + 1, {FIRST_ID} + item.n
              FROM generate_series(1, {16 * size}) item (n)
             CROSS JOIN LATERAL (SELECT (item.n - 1) / 16 AS trio, (item.n - 1) % 16 AS r) at
             CROSS JOIN LATERAL (SELECT CASE WHEN r < 6 THEN 0 WHEN r < 11 THEN 1 ELSE 2 END AS j)
                 inside
             CROSS JOIN LATERAL (SELECT trio * 3 + j + 1 AS i,
                 CASE j WHEN 0 THEN r WHEN 1 THEN r - 6 ELSE r - 11 END AS k) place
             WHERE k < 3 AND i <= {2 * size} AND i % 25 > 0""",
    ]


def _campaign(every: int) -> str:
    return f"CASE WHEN n % {every} = 0 THEN {FIRST_ID} + 1 + (n / {every}) % {CAMPAIGNS} END"


def _order_line(offset: int) -> dict[str, str]:
    i, k = "((n - 1) / 3 + 1)", "((n - 1) % 3)"
    amount = AMOUNT_OF.format(i=i, k=k)
    return {
        "order_id": f"{FIRST_ID} + {offset} + {i}",
        "order_partner_id": SOLD["partner_id"],
        "product_id": PRODUCT_OF.format(i=i, k=k),
        "product_uom_id": "1",
        "product_uom_qty": QUANTITY_OF.format(i=i, k=k),
        "price_subtotal": amount,
        "purchase_price": f"round({amount} * 0.6 / {QUANTITY_OF.format(i=i, k=k)}, 2)",
        "margin": f"{amount} * 0.4",
        # one of fifty waits for its delivery
        "qty_delivered_method": "'stock_move'",
        "qty_delivered": f"CASE WHEN n % 50 = 0 THEN 0 ELSE {QUANTITY_OF.format(i=i, k=k)} END",
    }


def _delivery() -> dict[str, str]:
    """Deliver what was ordered; the value of the goods is a little more than was expected."""
    i, k = "((n - 1) / 3 + 1)", "((n - 1) % 3)"
    return {
        "sale_line_id": f"{FIRST_ID} + n",
        "product_id": PRODUCT_OF.format(i=i, k=k),
        "picking_id": f"{FIRST_ID} + {i}",
        "state": "CASE WHEN n % 50 = 0 THEN 'assigned' ELSE 'done' END",
        "product_qty": QUANTITY_OF.format(i=i, k=k),
        "product_uom_qty": QUANTITY_OF.format(i=i, k=k),
        "quantity": QUANTITY_OF.format(i=i, k=k),
        "value": f"round({AMOUNT_OF.format(i=i, k=k)} * 0.62, 2)",
        "date": f"(date '2020-01-01' + {i} % 2000)",
    }


def _amounts(balance: str) -> dict[str, str]:
    return {
        "balance": balance,
        "amount_currency": balance,
        "debit": f"greatest({balance}, 0)",
        "credit": f"greatest(-({balance}), 0)",
    }


def _item(offset: int) -> dict[str, str]:
    receivable, income, tax = (
        f"(SELECT id FROM account_account WHERE account_type = '{kind}' ORDER BY id LIMIT 1)"
        for kind in ("asset_receivable", "income", "liability_current")
    )
    product = "kind = 'product'"
    return {
        "move_id": f"{FIRST_ID} + {offset} + i",
        "move_name": "'SALE/' || i",
        "display_type": "kind",
        "partner_id": f"{FIRST_ID} + buyer",
        "product_id": f"CASE WHEN {product} THEN {PRODUCT_OF.format(i='i', k='k')} END",
        "product_uom_id": f"CASE WHEN {product} THEN 1 END",
        "account_id": f"""CASE kind WHEN 'product' THEN {income} WHEN 'tax' THEN {tax}
                               ELSE {receivable} END""",
        "tax_line_id": """CASE kind WHEN 'tax' THEN (SELECT min(id) FROM account_tax
                               WHERE type_tax_use = 'sale' AND company_id = 1) END""",
        "tax_group_id": """CASE kind WHEN 'tax' THEN (SELECT min(id) FROM account_tax_group) END""",
        "tax_base_amount": "CASE kind WHEN 'tax' THEN net END",
        "date_maturity": "CASE kind WHEN 'payment_term' THEN day + 30 END",
        "name": """CASE kind WHEN 'product' THEN '[P' || i % 5000 || '] Product ' || i % 5000
                        WHEN 'tax' THEN '15%' ELSE 'SALE/' || i END""",
        "sequence": "CASE kind WHEN 'product' THEN 100 + k ELSE 10000 END",
        "quantity": f"CASE WHEN {product} THEN {QUANTITY_OF.format(i='i', k='k')} ELSE 0 END",
        "price_unit": f"""CASE WHEN {product} THEN
                              round(abs(amount) / {QUANTITY_OF.format(i="i", k="k")}, 2) END""",
        "price_subtotal": f"CASE WHEN {product} THEN abs(amount) ELSE 0 END",
        "price_total": f"CASE WHEN {product} THEN round(abs(amount) * 1.15, 2) ELSE 0 END",
        **_amounts("amount"),
        "amount_residual": "CASE WHEN kind = 'payment_term' AND i % 5 = 0 THEN amount ELSE 0 END",
        "amount_residual_currency": """CASE WHEN kind = 'payment_term' AND i % 5 = 0
                                            THEN amount ELSE 0 END""",
        "reconciled": "kind = 'payment_term' AND i % 5 > 0",
        "date": "day",
        "invoice_date": "day",
        "create_date": "day",
    }


# ------------------------------------------------------------
# Bills, and payments of four invoices of five
# ------------------------------------------------------------


def _bills_and_payments(companies: int, size: int) -> list[Copies | str]:
    bills, entries = 5 * companies + 3 * size, 5 * companies + 4 * size
    days = {
        "move_id": f"{FIRST_ID} + {{offset}} + (n - 1) / {{items}} + 1",
        "date": DAY.replace("n", "((n - 1) / {items})"),
    }
    return [
        Copies("account_move", SOURCE_BILL, size // 2, BILL | _vendor(companies), offset=bills),
        Copies(
            "account_move_line",
            "parent_state = 'posted' AND move_id IN (SELECT id FROM account_move "
            "WHERE move_type = 'in_invoice') AND display_type = 'product' AND company_id = 1",
            size // 2 * 3,
            {name: value.format(offset=bills, items=3) for name, value in days.items()}
            | {
                "display_type": "(array['product', 'tax', 'payment_term'])[1 + (n - 1) % 3]",
                **_amounts("(array[100, 15, -115])[1 + (n - 1) % 3]"),
                "partner_id": f"{FIRST_ID} + 9 + ((n - 1) / 3) % ({companies} / 10) * 10",
            },
            offset=16 * size,
        ),
        Copies(
            "account_move",
            "state = 'posted' AND move_type = 'entry' AND company_id = 1",
            size * 12 // 5,
            {
                "name": "'BNK/' || n",
                "date": DAY,
                "sequence_number": "n",
                "sequence_prefix": "'BNK/'",
                "partner_id": "NULL",
            },
            offset=entries,
        ),
        Copies(
            "account_move_line",
            "parent_state = 'posted' AND company_id = 1 AND move_id IN (SELECT id FROM "
            "account_move WHERE move_type = 'entry')",
            size * 12 // 5 * 2,
            {name: value.format(offset=entries, items=2) for name, value in days.items()}
            | {
                "display_type": "CASE n % 2 WHEN 1 THEN 'product' ELSE 'payment_term' END",
                **_amounts("CASE n % 2 WHEN 1 THEN 1 ELSE -1 END * (10 + (n - 1) / 2 % 990)"),
                "name": "'BNK/' || n / 2",
                "product_id": "NULL",
            },
            offset=16 * size + size // 2 * 3,
        ),
    ]


# ------------------------------------------------------------
# History: deliveries of the orders, payments of the invoices, letters
# ------------------------------------------------------------

LETTER = {
    "model": "'res.partner'",
    "res_id": f"{FIRST_ID} + buyer",
    "author_id": f"{FIRST_ID} + addressee",
    "message_type": "'email'",
    "message_id": "'<bench' || n || '@example.com>'",
    "subject": "'Letter ' || n",
    "parent_id": "NULL",
    "date": DAY,
}


def _history(companies: int, size: int) -> list[Copies | str]:
    buyer = BUYER.format(i="n", companies=companies)
    return [
        Copies(
            "stock_picking",
            "partner_id IS NOT NULL AND picking_type_id IN "
            "(SELECT id FROM stock_picking_type WHERE code = 'outgoing')",
            2 * size,
            {
                "name": "'OUT/' || n",
                "partner_id": SOLD["partner_id"],
                "state": "'done'",
                "scheduled_date": DAY,
                "date_done": DAY,
            },
            shape=buyer,
        ),
        f"""INSERT INTO account_payment (id, name, journal_id, company_id, currency_id, state,
                                         payment_type, partner_type, partner_id, date, amount)
            SELECT {FIRST_ID} + n, 'PAY/' || n, journal.id, 1, company.currency_id, 'paid',
                   'inbound', 'customer', {FIRST_ID} + buyer, {DAY}, 10 + n % 990
              FROM generate_series(1, {size * 12 // 5}) n
             CROSS JOIN LATERAL ({buyer}) buyer
             CROSS JOIN (SELECT min(id) AS id FROM account_journal
                          WHERE type = 'bank' AND company_id = 1) journal
              JOIN res_company company ON company.id = 1;
            SELECT setval('account_payment_id_seq', (SELECT max(id) FROM account_payment))""",
        Copies(
            "mail_message",
            "model = 'res.partner' AND message_type = 'email'",
            size,
            LETTER,
            shape=buyer,
        ),
    ]


def _vendor(companies: int) -> dict[str, str]:
    vendor = f"{FIRST_ID} + 9 + (n - 1) % ({companies} / 10) * 10"
    return {
        "name": "'VENDOR/' || n",
        "sequence_prefix": "'VENDOR/'",
        "partner_id": vendor,
        "commercial_partner_id": vendor,
        "partner_shipping_id": vendor,
    }
