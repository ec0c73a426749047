"""Take the foreign keys from sale facts: what they name is guarded by the models themselves."""

from odoo.tools import SQL

COLUMNS = (
    "move_id",
    "company_id",
    "commercial_partner_id",
    "partner_id",
    "product_id",
    "categ_id",
    "user_id",
    "team_id",
    "medium_id",
    "source_id",
)


def migrate(cr, version):
    """Drop the constraints and what the host noted of them."""
    names = [f"counterparty_sale_fact_{column}_fkey" for column in COLUMNS]
    for name in names:
        cr.execute(
            SQL(
                "ALTER TABLE counterparty_sale_fact DROP CONSTRAINT IF EXISTS %s",
                SQL.identifier(name),
            )
        )
    cr.execute("DELETE FROM ir_model_constraint WHERE name = ANY(%s)", [names])
