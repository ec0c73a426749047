"""Let the planner know the months of sale facts, which came with this version."""


def migrate(cr, version):
    """Count the new column; without, reports by month would sort where they can hash."""
    cr.execute("ANALYZE counterparty_sale_fact")
