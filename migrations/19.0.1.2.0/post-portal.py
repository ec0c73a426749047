"""Bring the portal into an installed database."""

from odoo import SUPERUSER_ID, Command, api


def migrate(cr, version):
    """Give the area to those who use ours; every portal contact keeps what it sees."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    # areas are given once, so that an administrator may take them back
    area = env.ref("counterparty_crm.group_area_portal")
    env.ref("counterparty_crm.group_user").write({"implied_ids": [Command.link(area.id)]})
