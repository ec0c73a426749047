"""Let discounts on lines of their own lower the profit of sale facts of earlier versions."""

import logging

from odoo import SUPERUSER_ID, api

_logger = logging.getLogger(__name__)


def migrate(cr, version):
    """Move discounts from revenue without cost to the profit of the months they were given in."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    if changed := env["counterparty.sale.fact"]._set_discounts_apart():
        _logger.info("sale facts: discounts lower the profit in %s rows", changed)
