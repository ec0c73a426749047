"""Bring contacts with counterparties into an installed database."""

from odoo import SUPERUSER_ID, Command, api


def migrate(cr, version):
    """Count the contacts of the past once, and give the area to those who use ours."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    area = env.ref("counterparty_crm.group_area_history")
    env.ref("counterparty_crm.group_user").write({"implied_ids": [Command.link(area.id)]})
    env["counterparty.interaction"]._fill_at_install()
    # what an upgrade does not bring to types that may have been changed by hand
    for code, days in (("customer", 90), ("supplier", 180)):
        env["counterparty.type"]._get_core(code).silence_days = days
