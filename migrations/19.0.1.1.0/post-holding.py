"""Bring groups of an installed database to this version."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Fill what is kept for groups, as an installation does."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["counterparty.holding.balance"]._fill_at_install()
