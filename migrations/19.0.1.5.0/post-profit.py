"""Bring old credit notes in sale facts of earlier versions to what a filling says since 1.4."""

import logging

from odoo import SUPERUSER_ID, api

_logger = logging.getLogger(__name__)


def migrate(cr, version):
    """Link what earlier versions took for sales of their own; closed periods stay as they are."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    if changed := env["counterparty.sale.fact"]._amend_past_credits():
        _logger.info("sale facts: %s lines of old credit notes follow their invoices", changed)
