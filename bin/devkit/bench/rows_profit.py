"""Sales are read by customer, month and campaign, posted, checked and filled."""

from __future__ import annotations

from typing import Any

from .row import Limit, Row, Side, nothing
from .scale import FIRST_ID

REPORT = "counterparty.profit.report"
STOCK = "account.invoice.report"
TOP = 80
LARGEST = FIRST_ID + 1
OWN = [("is_internal", "=", False)]
# the same documents: the host's report has drafts and bills as well
POSTED = [
    ("state", "=", "posted"),
    ("move_type", "in", ("out_invoice", "out_refund", "out_receipt")),
]
MONEY = ["revenue:sum", "profit:sum"]
STOCK_MONEY = ["price_subtotal:sum", "price_margin:sum"]
INTERACTIONS = 300_000

# ------------------------------------------------------------
# What must be there first
# ------------------------------------------------------------


def _fill(env: Any) -> None:
    """Write the facts that the installation left to the background; they stay."""
    _log_interactions(env)
    facts = env["counterparty.sale.fact"].sudo()
    if facts._get_fill_progress():
        while facts._fill_chunk():
            env.cr.commit()
        _tidy(facts)
        env.cr.execute("ANALYZE counterparty_sale_fact")
    # what nobody can beat: the four columns that the questions are about, and nothing else
    env.cr.execute(
        """CREATE TABLE IF NOT EXISTS bench_bound AS
           SELECT commercial_partner_id, date, revenue, profit FROM counterparty_sale_fact"""
    )
    env.cr.execute("ANALYZE bench_bound")
    env.cr.commit()


def _tidy(facts: Any) -> None:
    """Write the indexes anew, as the job does when the past is there."""
    for name in facts._get_indexes():
        facts._tidy_index(name)


def _log_interactions(env: Any) -> None:
    """Let campaigns have reached customers, now and then."""
    env.cr.execute("SELECT FROM counterparty_interaction WHERE res_model = 'bench' LIMIT 1")
    if not env.cr.rowcount:
        env.cr.execute(
            """INSERT INTO counterparty_interaction (date, commercial_partner_id, partner_id,
                   kind, direction, importance, campaign_id, res_model, res_id)
               SELECT timestamp '2020-01-01' + n %% 2000 * interval '1 day', p, p, 'call', 'out',
                      '0', %(first)s + 1 + n %% 100, 'bench', n
                 FROM generate_series(1, %(count)s) n
                CROSS JOIN LATERAL (SELECT %(first)s + 1 + n %% least(100000, (
                    SELECT count(*) FROM res_partner WHERE id > %(first)s AND is_company)) p) p""",
            {"first": FIRST_ID, "count": INTERACTIONS},
        )
        env.cr.execute("ANALYZE counterparty_interaction")
        env.cr.commit()


# ------------------------------------------------------------
# Reading
# ------------------------------------------------------------


def _group(method: str, model: str, *arguments: Any, **options: Any) -> Side:
    def run(env: Any, _prepared: None) -> int:
        return len(getattr(env[model], method)(*arguments, **options))

    return Side(run, _fill if model.startswith("counterparty.") else nothing)


def _page(model: str, domain: list[Any], aggregates: list[str]) -> Side:
    """Read what the web client shows: names, and the domain of each group."""
    return _group(
        "formatted_read_group",
        model,
        domain,
        ["commercial_partner_id"],
        aggregates,
        order=f"{aggregates[1]} desc",
        limit=TOP,
    )


def _sql(statement: str) -> Side:
    def run(env: Any, _prepared: None) -> int:
        env.cr.execute(statement)
        return len(env.cr.fetchall())

    return Side(run, _fill)


def _look_up(env: Any, _prepared: None) -> int:
    """Find the interactions of a customer inside a window, as the posting does for a line."""
    env.cr.execute(
        """SELECT count(*) FROM counterparty_interaction i
             JOIN utm_campaign campaign ON campaign.id = i.campaign_id
            WHERE i.commercial_partner_id = %s AND i.campaign_id IS NOT NULL
              AND i.date < date '2024-01-01' AND i.date >= date '2024-01-01' - 90""",
        [LARGEST],
    )
    return int(1 + env.cr.fetchone()[0])


# ------------------------------------------------------------
# Writing
# ------------------------------------------------------------


def _check(env: Any, _prepared: None) -> int:
    found = env["counterparty.sale.fact"]._find_differences()
    if found:
        raise ValueError(f"{len(found)} documents differ, such as {list(found.items())[:5]}")
    return 1


def _refill(env: Any, _prepared: None) -> int:
    facts = env["counterparty.sale.fact"].sudo()
    facts._fill_at_install()
    count = 0
    while done := facts._fill_chunk():
        count += done
    _tidy(facts)
    return count


def _forget(env: Any, _prepared: None) -> None:
    env.cr.execute("TRUNCATE counterparty_sale_fact")


def _size(*tables: str) -> Side:
    def run(env: Any, _prepared: None) -> float:
        env.cr.execute(
            "SELECT sum(pg_total_relation_size(t::regclass)) / 1e6 FROM unnest(%s) t",
            [list(tables)],
        )
        return float(env.cr.fetchone()[0])

    ours = tables[0].startswith("counterparty_")
    return Side(run, _fill if ours else nothing)


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


def _prepare_drafts(env: Any) -> _Drafts:
    if "counterparty.sale.fact" in env:
        _fill(env)
    return _Drafts(env)


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
    SELECT commercial_partner_id, sum(revenue), sum(profit) FROM bench_bound
     GROUP BY 1 ORDER BY 3 DESC LIMIT {TOP}"""
BY_MONTH_SQL = """
    SELECT commercial_partner_id, date_trunc('month', date::timestamp)::date, sum(revenue),
           sum(profit)
      FROM bench_bound GROUP BY 1, 2"""

ROWS = [
    Row(
        "profit by customer, top 80",
        Limit(ratio=0.1, bound=1.2),
        ours=_page(REPORT, OWN, MONEY),
        stock=_page(STOCK, POSTED, STOCK_MONEY),
        bound=_sql(BY_PARTNER_SQL),
        repeat=5,
    ),
    Row(
        "profit by customer and month",
        Limit(ratio=0.25, bound=1.2),
        ours=_group("_read_group", REPORT, OWN, ["commercial_partner_id", "date:month"], MONEY),
        stock=_group(
            "_read_group",
            STOCK,
            POSTED,
            ["commercial_partner_id", "invoice_date:month"],
            STOCK_MONEY,
        ),
        bound=_sql(BY_MONTH_SQL),
        repeat=5,
    ),
    Row(
        "profit of one customer by month",
        Limit(ratio=1 / 15),
        ours=_group(
            "formatted_read_group",
            REPORT,
            [*OWN, ("commercial_partner_id", "=", LARGEST)],
            ["date:month"],
            MONEY,
        ),
        stock=_group(
            "formatted_read_group",
            STOCK,
            [*POSTED, ("commercial_partner_id", "=", LARGEST)],
            ["invoice_date:month"],
            STOCK_MONEY,
        ),
        repeat=5,
    ),
    Row(
        "profit of 100 campaigns",
        Limit(ratio=1 / 30),
        ours=_group(
            "formatted_read_group", "counterparty.campaign.report", OWN, ["campaign_id"], MONEY
        ),
        stock=_group(
            "formatted_read_group",
            "sale.report",
            [("state", "=", "sale")],
            ["campaign_id"],
            ["price_subtotal:sum", "margin:sum"],
        ),
        repeat=5,
    ),
    Row(
        "interactions of a customer",
        Limit(seconds=0.001),
        ours=Side(_look_up, _fill),
        repeat=5,
    ),
    Row(
        "post 100 invoices",
        Limit(ratio=1.03, queries=2),
        ours=Side(_post, _prepare_drafts, _make),
        stock=Side(_post, _prepare_drafts, _make),
        repeat=5,
    ),
    Row(
        "draft and post 100 invoices",
        Limit(ratio=1.03, queries=2),
        ours=Side(_post_and_draft, _prepare_drafts, _make_posted),
        stock=Side(_post_and_draft, _prepare_drafts, _make_posted),
        repeat=5,
    ),
    Row(
        "storage of the facts",
        Limit(ratio=0.25),
        ours=_size("counterparty_sale_fact", "counterparty_sale_fact_kept"),
        stock=_size("account_move_line"),
        repeat=1,
        unit="MB",
    ),
    Row("check the facts", Limit(seconds=5, grows=True), ours=Side(_check, _fill), repeat=5),
    Row(
        "write the facts of the past",
        Limit(seconds=30, grows=True),
        ours=Side(_refill, _fill, before=_forget),
        repeat=3,
    ),
]
