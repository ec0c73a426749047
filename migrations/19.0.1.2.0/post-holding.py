"""Bring groups of an installed database to this version."""

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL
from odoo.tools.sql import table_exists

TABLES = {
    "include": "counterparty_holding_include_rel",
    "exclude": "counterparty_holding_exclude_rel",
}


def migrate(cr, version):
    """Date what was included and left out by hand: it always was so, and so it stays."""
    for choice, table in TABLES.items():
        if table_exists(cr, table):
            cr.execute(
                SQL(
                    """INSERT INTO counterparty_holding_exception
                              (holding_id, partner_id, choice, create_uid, write_uid,
                               create_date, write_date)
                       SELECT DISTINCT rel.counterparty_holding_id, partner.commercial_partner_id,
                              %(choice)s, %(uid)s::int, %(uid)s::int,
                              now() AT TIME ZONE 'UTC', now() AT TIME ZONE 'UTC'
                         FROM %(table)s rel
                         JOIN res_partner partner ON partner.id = rel.res_partner_id""",
                    choice=choice,
                    uid=SUPERUSER_ID,
                    table=SQL.identifier(table),
                )
            )
            cr.execute(SQL("DROP TABLE %s", SQL.identifier(table)))
            cr.execute("DELETE FROM ir_model_relation WHERE name = %s", [table])
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["counterparty.holding.balance"]._fill_at_install()
