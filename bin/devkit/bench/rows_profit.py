"""Sales are read by customer, month and campaign, posted, checked and filled."""

from __future__ import annotations

from typing import Any

from .row import Limit, Row, Side
from .scale import FIRST_ID

REPORT = "counterparty.profit.report"
TOP = 80
LARGEST = FIRST_ID + 1
OWN = [("is_internal", "=", False)]
MONEY = ["revenue:sum", "profit:sum"]
STOCK_MONEY = ["price_subtotal:sum", "price_margin:sum"]


def _fill(env: Any) -> None:
    """Write the facts that the installation left to the background; they stay."""
    facts = env["counterparty.sale.fact"].sudo()
    if facts._get_fill_progress():
        while facts._fill_chunk(2000):
            env.cr.commit()
        env.cr.execute("ANALYZE counterparty_sale_fact")
        env.cr.commit()


def _group(model: str, *arguments: Any, **options: Any) -> Side:
    def run(env: Any, _prepared: None) -> int:
        return len(env[model]._read_group(*arguments, **options))

    ours = model.startswith("counterparty.")
    return Side(run, _fill) if ours else Side(run)


def _sql(statement: str) -> Side:
    def run(env: Any, _prepared: None) -> int:
        env.cr.execute(statement)
        return len(env.cr.fetchall())

    return Side(run, _fill)


def _check(env: Any, _prepared: None) -> int:
    return 1 + len(env["counterparty.sale.fact"]._find_differences())


def _refill(env: Any, _prepared: None) -> int:
    facts = env["counterparty.sale.fact"].sudo()
    facts._fill_at_install()
    count = 0
    while done := facts._fill_chunk(2000):
        count += done
    return count


def _forget(env: Any, _prepared: None) -> None:
    env.cr.execute("DELETE FROM counterparty_sale_fact")


class _Drafts:
    """A hundred draft invoices of three lines, made anew for each run."""

    def __init__(self, env: Any) -> None:
        self.products = env["product.product"].search([("sale_ok", "=", True)], limit=3)
        self.moves: Any = None

    def make(self, env: Any) -> None:
        lines = [
            (0, 0, {"product_id": product.id, "quantity": 2, "price_unit": 50})
            for product in self.products
        ]
        self.moves = env["account.move"].create(
            [
                {
                    "move_type": "out_invoice",
                    "partner_id": FIRST_ID + number,
                    "invoice_date": "2026-03-01",
                    "invoice_line_ids": lines,
                }
                for number in range(1, 101)
            ]
        )
        env.flush_all()


def _post(env: Any, drafts: _Drafts) -> int:
    moves = env["account.move"].browse(drafts.moves.ids)
    moves.action_post()
    env.flush_all()
    return len(moves)


def _post_and_draft(env: Any, drafts: _Drafts) -> int:
    moves = env["account.move"].browse(drafts.moves.ids)
    moves.button_draft()
    moves.action_post()
    env.flush_all()
    return len(moves)


def _make(env: Any, drafts: _Drafts) -> None:
    drafts.make(env)


def _make_posted(env: Any, drafts: _Drafts) -> None:
    drafts.make(env)
    drafts.moves.action_post()
    env.flush_all()


BY_PARTNER_SQL = f"""
    SELECT commercial_partner_id, sum(revenue), sum(profit) FROM counterparty_sale_fact
     GROUP BY 1 ORDER BY 3 DESC LIMIT {TOP}"""
BY_MONTH_SQL = """
    SELECT commercial_partner_id, date_trunc('month', date), sum(revenue), sum(profit)
      FROM counterparty_sale_fact GROUP BY 1, 2"""

ROWS = [
    Row(
        "profit by customer, top 80",
        Limit(ratio=0.1),
        ours=_group(
            REPORT,
            OWN,
            ["commercial_partner_id"],
            MONEY,
            order="profit:sum desc",
            limit=TOP,
        ),
        stock=_group(
            "account.invoice.report",
            [],
            ["commercial_partner_id"],
            STOCK_MONEY,
            order="price_margin:sum desc",
            limit=TOP,
        ),
        bound=_sql(BY_PARTNER_SQL),
        repeat=5,
    ),
    Row(
        "profit by customer and month",
        Limit(ratio=0.25),
        ours=_group(REPORT, OWN, ["commercial_partner_id", "date:month"], MONEY),
        stock=_group(
            "account.invoice.report",
            [],
            ["commercial_partner_id", "invoice_date:month"],
            STOCK_MONEY,
        ),
        bound=_sql(BY_MONTH_SQL),
        repeat=5,
    ),
    Row(
        "profit of one customer by month",
        Limit(ratio=1 / 15),
        ours=_group(REPORT, [*OWN, ("commercial_partner_id", "=", LARGEST)], ["date:month"], MONEY),
        stock=_group(
            "account.invoice.report",
            [("commercial_partner_id", "=", LARGEST)],
            ["invoice_date:month"],
            STOCK_MONEY,
        ),
        repeat=5,
    ),
    Row(
        "profit of 100 campaigns",
        Limit(ratio=1 / 30),
        ours=_group("counterparty.campaign.report", OWN, ["campaign_id"], MONEY),
        stock=_group(
            "sale.report",
            [("campaign_id", "!=", False)],
            ["campaign_id"],
            ["price_subtotal:sum", "margin:sum"],
        ),
        repeat=5,
    ),
    Row(
        "post 100 invoices",
        Limit(ratio=1.03, queries=2),
        ours=Side(_post, _Drafts, _make),
        stock=Side(_post, _Drafts, _make),
        repeat=5,
    ),
    Row(
        "draft and post 100 invoices",
        Limit(ratio=1.03, queries=4),
        ours=Side(_post_and_draft, _Drafts, _make_posted),
        stock=Side(_post_and_draft, _Drafts, _make_posted),
        repeat=5,
    ),
    Row("check the facts", Limit(seconds=5), ours=Side(_check, _fill), repeat=3),
    Row(
        "write the facts of the past",
        Limit(seconds=30),
        ours=Side(_refill, before=_forget),
        repeat=1,
    ),
]
