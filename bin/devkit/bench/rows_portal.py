"""Counterparties look at their statement and balance, however long their history is."""

from __future__ import annotations

from datetime import date
from typing import Any

from .row import Limit, Row, Side

LINES = 20_000
PAGE = 100
START, END = date(2000, 1, 1), date(2100, 1, 1)
# models that visitors of the portal read by rules of ours, which employees must not pay for
RULED = (
    "sale.order",
    "sale.order.line",
    "account.move",
    "account.move.line",
    "purchase.order",
    "purchase.order.line",
    "stock.picking",
)
LIST = 80
COUNT_LIMIT = 10_001
COLUMNS = """
    SELECT column_name FROM information_schema.columns
     WHERE table_name = 'account_move_line' AND column_name != 'id' AND is_generated = 'NEVER'"""
SAMPLE = """
    SELECT l.id, p.commercial_partner_id, l.company_id
      FROM account_move_line l
      JOIN account_account a ON a.id = l.account_id AND a.account_type = 'asset_receivable'
      JOIN res_partner p ON p.id = l.partner_id
     WHERE l.parent_state = 'posted' AND l.reconciled IS NOT TRUE
       AND NOT EXISTS (SELECT FROM account_move_line o WHERE o.partner_id = l.partner_id OFFSET %s)
     ORDER BY l.id LIMIT 1"""
# the least it can cost: all lines of the account in their order, with a running sum
BOUND = """
    SELECT l.id, l.date, l.move_name, SUM(l.amount_currency) OVER (ORDER BY l.date, l.id)
      FROM account_move_line l WHERE l.partner_id = %s AND l.account_id = %s
       AND l.parent_state = 'posted' ORDER BY l.date, l.id"""

Prepared = dict[str, Any]


def _prepare(env: Any) -> Prepared:
    # rows of groups leave half a million lines of one counterparty behind
    env.cr.execute(SAMPLE, [PAGE])
    line, partner, company = env.cr.fetchone()
    account = env["account.move.line"].browse(line).account_id.id
    return {
        "line": line,
        "partner": env["res.partner"].browse(partner),
        "company": env["res.company"].browse(company),
        "account": account,
    }


def _multiply(env: Any, prepared: Prepared) -> None:
    """Give the counterparty its lines, before each run: what a run has written is undone."""
    env.cr.execute(COLUMNS)
    columns = ", ".join(name for (name,) in env.cr.fetchall())
    env.cr.execute(
        f"INSERT INTO account_move_line ({columns}) SELECT {columns} FROM account_move_line"
        " CROSS JOIN generate_series(1, %s) WHERE id = %s",
        [LINES, prepared["line"]],
    )
    env.cr.execute("ANALYZE account_move_line")


def _first_page(env: Any, prepared: Prepared) -> int:
    from odoo.addons.counterparty_crm.tools import statement

    ledgers = env["counterparty.statement.source"]._get_ledgers(
        prepared["partner"], prepared["company"], START, END
    )
    return sum(len(ledger.lines) for ledger in statement.page(ledgers, 0, PAGE))


def _bound(env: Any, prepared: Prepared) -> int:
    env.cr.execute(BOUND, [prepared["partner"].id, prepared["account"]])
    return len(env.cr.fetchall())


def _balance(env: Any, prepared: Prepared) -> int:
    source = env["counterparty.statement.source"]
    whose = prepared["partner"], prepared["company"]
    return len(source._get_balances(*whose)) + len(source._get_open_page(*whose, 0, LIST))


def _issue(env: Any, prepared: Prepared) -> int:
    records = env["counterparty.statement"]
    issued = records._issue(
        prepared["partner"],
        prepared["company"],
        kind="statement",
        date_from=START,
        date_to=END,
    )
    return len(issued)


def _search(model: str) -> Side:
    def run(env: Any, _prepared: None) -> int:
        records = env[model]
        return len(records.search([], limit=LIST)) + records.search_count([], limit=COUNT_LIMIT)

    return Side(run)


ROWS = [
    *(
        # within noise of stock, and not a query more
        Row(
            f"employee searches {model}",
            Limit(ratio=1.1, queries=0),
            ours=_search(model),
            stock=_search(model),
        )
        for model in RULED
    ),
    Row(
        "statement of 20,000 lines, first page",
        Limit(seconds=3.0),
        ours=Side(_first_page, _prepare, _multiply),
        bound=Side(_bound, _prepare, _multiply),
        repeat=3,
    ),
    Row(
        "balance of a counterparty with 20,000 open items",
        Limit(seconds=2.0),
        ours=Side(_balance, _prepare, _multiply),
        repeat=3,
    ),
    Row(
        "statement of 20,000 lines, issued and kept",
        Limit(seconds=6.0),
        ours=Side(_issue, _prepare, _multiply),
        repeat=1,
    ),
]
