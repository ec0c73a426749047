"""Bring the request desk into an installed database."""

from odoo import SUPERUSER_ID, Command, api


def migrate(cr, version):
    """Give each company its row of numbers, and the area to those who use ours."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["res.company"].search([])._create_request_sequences()
    area = env.ref("counterparty_crm.group_area_request")
    env.ref("counterparty_crm.group_user").write({"implied_ids": [Command.link(area.id)]})
