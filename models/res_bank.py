from odoo import api, fields, models
from odoo.tools import SQL


class ResBank(models.Model):
    _inherit = "res.bank"

    # counterparty: who reads a bank may know which contact it is
    partner_id = fields.Many2one(
        "res.partner",
        string="Counterparty",
        index="btree_not_null",
        domain="[('is_company', '=', True)]",
        help="The bank as a counterparty: its contacts, contracts and documents.",
    )

    @api.model
    def _link_counterparties(self):
        """Link banks without counterparty to the one company that carries their name.

        :return: the banks that were linked
        """
        self.env["res.partner"].flush_model(["name", "is_company", "active"])
        self.flush_model(["name", "partner_id"])
        rows = self.env.execute_query(
            SQL(
                """SELECT bank.id, MIN(partner.id) FROM res_bank bank
                     JOIN res_partner partner
                       ON lower(btrim(bank.name)) = lower(btrim(partner.name))
                    WHERE bank.partner_id IS NULL AND partner.is_company AND partner.active
                    GROUP BY bank.id HAVING COUNT(*) = 1"""
            )
        )
        # those who set up counterparties name the bank; its other data stays the accountants'
        for bank_id, partner_id in rows:
            self.sudo().browse(bank_id).partner_id = partner_id
        return self.browse([bank_id for bank_id, _partner_id in rows])
