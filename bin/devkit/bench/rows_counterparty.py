"""Partners become counterparties with roles: forms, lists and the derivation at install."""

from __future__ import annotations

import ast
from itertools import cycle
from typing import Any

from .row import Limit, Row, Side
from .scale import FIRST_ID
from .views import specification

PAGE = 80
COUNT_LIMIT = 10001  # as the web client's pager
LIST = {"ours": "counterparty_crm.res_partner_view_list_counterparty", "stock": None}
DOMAIN = [("parent_id", "=", False)]
ACTION = "counterparty_crm.res_partner_action_counterparty"
CUSTOMERS = "counterparty_crm.res_partner_action_customer"

Prepared = dict[str, Any]


# ------------------------------------------------------------
# Partner form
# ------------------------------------------------------------


def _prepare_form(env: Any) -> Prepared:
    spec = specification(env, "base.view_partner_form", "res.partner", "form")
    return {"spec": spec, "ids": cycle(range(FIRST_ID + 1, FIRST_ID + 51))}


def _read_form(env: Any, prepared: Prepared) -> int:
    partner = env["res.partner"].browse(next(prepared["ids"]))
    return len(partner.web_read(prepared["spec"]))


# ------------------------------------------------------------
# Lists
# ------------------------------------------------------------


def _domain(env: Any, action: str) -> list[Any]:
    """Return the domain that a menu opens with."""
    domain: list[Any] = ast.literal_eval(env.ref(action).domain)
    return domain


def _prepare_list(which: str, action: str | None = None) -> Any:
    def prepare(env: Any) -> Prepared:
        domain = _domain(env, action) if action else DOMAIN
        return {"spec": specification(env, LIST[which], "res.partner", "list"), "domain": domain}

    return prepare


def _read_list(env: Any, prepared: Prepared) -> int:
    found = env["res.partner"].web_search_read(
        prepared["domain"], prepared["spec"], limit=PAGE, count_limit=COUNT_LIMIT
    )
    return len(found["records"])


def _group(field: str, action: str | None = None) -> Side:
    def run(env: Any, _prepared: None) -> int:
        domain = _domain(env, action) if action else DOMAIN
        found = env["res.partner"].web_read_group(domain, [field], ["__count"], limit=PAGE)
        return len(found["groups"])

    return Side(run)


def _count_panel(env: Any, _prepared: None) -> int:
    found = env["res.partner"].search_panel_select_multi_range(
        "counterparty_type_ids",
        search_domain=_domain(env, ACTION),
        enable_counters=True,
        expand=True,
    )
    return len(found["values"])


# ------------------------------------------------------------
# Derivation
# ------------------------------------------------------------


def _forget_roles(env: Any, _prepared: None) -> None:
    env.cr.execute("DELETE FROM counterparty_role")
    env.invalidate_all()


def _derive(env: Any, _prepared: None) -> int:
    added: int = env["counterparty.role"]._fill_at_install()
    env.flush_all()
    return added


# ------------------------------------------------------------
# Lower bounds
# ------------------------------------------------------------


def _sql(statement: str) -> Side:
    def run(env: Any, _prepared: None) -> int:
        env.cr.execute(statement)
        return len(env.cr.fetchall())

    return Side(run)


PAGE_SQL = f"""
    SELECT * FROM res_partner WHERE active AND parent_id IS NULL
     ORDER BY complete_name, id DESC LIMIT {PAGE}"""
COUNTRY_SQL = """
    SELECT country_id, count(*) FROM res_partner
     WHERE active AND parent_id IS NULL GROUP BY country_id"""
EVIDENCE_SQL = """
    SELECT partner_id, min(day) FROM (
        SELECT partner_id, date_order::date AS day FROM sale_order
        UNION ALL SELECT partner_id, invoice_date FROM account_move WHERE state = 'posted'
        UNION ALL SELECT id, create_date::date FROM res_partner WHERE customer_rank > 0
    ) document GROUP BY partner_id"""

STOCK_LIST = Side(_read_list, _prepare_list("stock"))

# stock's list is what the user was used to wait for; tags are the host's own several values of a
# partner; the bound of a group-by is what a column of the partner itself costs
ROWS = [
    Row(
        "partner form",
        # of all areas together; roles alone stay within 2 queries and 3 %
        Limit(ratio=1.10, queries=8),
        ours=Side(_read_form, _prepare_form),
        stock=Side(_read_form, _prepare_form),
        bound=_sql(f"SELECT * FROM res_partner WHERE id = {FIRST_ID + 1}"),
        repeat=100,
    ),
    Row(
        "list page of 80",
        Limit(ratio=1.3),
        ours=Side(_read_list, _prepare_list("ours", ACTION)),
        stock=STOCK_LIST,
        bound=_sql(PAGE_SQL),
    ),
    Row(
        "list page of 80, one type",
        Limit(ratio=1.3),
        ours=Side(_read_list, _prepare_list("ours", CUSTOMERS)),
        stock=STOCK_LIST,
        bound=_sql(PAGE_SQL),
    ),
    Row(
        "group by type",
        Limit(ratio=1.3),
        ours=_group("counterparty_type_ids", ACTION),
        stock=STOCK_LIST,
        bound=_sql(COUNTRY_SQL),
    ),
    Row(
        "group by type, beside tags",
        Limit(ratio=1.3),
        ours=_group("counterparty_type_ids", ACTION),
        stock=_group("category_id"),
        bound=_sql(COUNTRY_SQL),
    ),
    Row(
        "search panel by type",
        Limit(seconds=1),
        ours=Side(_count_panel),
        bound=_sql(COUNTRY_SQL),
    ),
    Row(
        "derive all roles",
        Limit(seconds=20),
        ours=Side(_derive, before=_forget_roles),
        bound=_sql(EVIDENCE_SQL),
        repeat=3,
    ),
]
