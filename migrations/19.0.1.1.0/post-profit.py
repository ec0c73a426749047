"""Bring the rights and facts of profit to this version."""

import logging

from odoo import SUPERUSER_ID, api

from odoo.addons.counterparty_crm.hooks import narrow_margins_kept

_logger = logging.getLogger(__name__)


def migrate(cr, version):
    """Narrow what the installation gave to sellers; count services without a cost apart."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    if narrowed := narrow_margins_kept(env):
        _logger.info(
            "sellers see margins of orders as before, profit only by the right for it: %s",
            ", ".join(narrowed.mapped("login")),
        )
    if services := env["counterparty.sale.fact"]._set_services_apart():
        _logger.info("services without a cost are counted apart in %s sale facts", services)
