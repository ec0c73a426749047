"""Say by a group, and not with each reading of a field, who may read the links of documents."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Let visitors read links where no company goes by authorizations."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["res.company"]._open_portal_links()
