"""Bring the rights of an installed database to this version."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Give the areas of this version to those who use ours."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    # areas are given once, so that an administrator may take them back
    env.ref("counterparty_crm.group_user").implied_ids |= env.ref(
        "counterparty_crm.group_area_profit"
    )
