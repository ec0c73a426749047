"""What was done about documents stands in the history of whom it was done for."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Say of done activities whose documents they were about."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["mail.activity"]._fill_counterparties()
