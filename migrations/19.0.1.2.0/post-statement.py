"""Bring statements of account into an installed database."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Give each company the accounts in statements that its chart of accounts brings."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["counterparty.statement.account"]._fill_at_install()
