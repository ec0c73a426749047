"""Bring roles of an installed database to this version."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Derive the roles that documents tell and the database does not hold yet."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["counterparty.role"]._fill_from_documents()
