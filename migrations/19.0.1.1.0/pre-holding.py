"""Prepare the tables of groups of an installed database for this version."""


def migrate(cr, version):
    """Add the column of deliveries without order empty: few lines of millions have any."""
    cr.execute(
        "ALTER TABLE sale_order_line ADD COLUMN IF NOT EXISTS counterparty_delivered_total numeric"
    )
