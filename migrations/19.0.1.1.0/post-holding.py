"""Bring groups of an installed database to this version."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Fill what is kept for groups, as an installation does."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["counterparty.holding.balance"]._fill_at_install()
    env["counterparty.holding"].with_context(active_test=False).search([])._replace_contacts()
    # permissions given before are for who owes the order now
    cr.execute(
        """UPDATE sale_order o
              SET counterparty_credit_override_currency_id = o.currency_id,
                  counterparty_credit_override_partner_id = p.commercial_partner_id
             FROM res_partner p
            WHERE p.id = o.partner_invoice_id AND o.counterparty_credit_override > 0
              AND o.counterparty_credit_override_partner_id IS NULL"""
    )
