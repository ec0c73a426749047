"""Employees with advances and papers, and every page of the portal switched on."""

import base64

from odoo import Command

from ..models.res_company_portal import PAGES
from .common_portal import PortalPageCase


class PortalPeopleCase(PortalPageCase):
    """Every page is switched on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param("counterparty_crm.request_portal", "True")
        pages = (*PAGES, "balance", "statement")
        cls.company.write({f"counterparty_portal_{page}": True for page in pages})

    # ------------------------------------------------------------
    # Employees
    # ------------------------------------------------------------

    def _advance(self, partner, amount):
        """Post an advance to an employee, on an account that statements count as such."""
        accounts = self.env["account.account"]
        staff = accounts.search([("code", "=", "542900")]) or accounts.create(
            {"name": "Advances to staff", "code": "542900", "account_type": "asset_current"}
        )
        rules = self.env["counterparty.statement.account"]
        found = rules.search(
            [("company_id", "=", self.company.id), ("code_prefix", "in", ("542", "542900"))]
        )
        found.section = "employee"
        if not found:
            rules.create(
                {"company_id": self.company.id, "section": "employee", "code_prefix": "542900"}
            )
        cash = accounts.create(
            {"name": "Till", "code": f"5311{partner.id}", "account_type": "asset_current"}
        )
        move = self.env["account.move"].create(
            {
                "move_type": "entry",
                "date": "2026-02-01",
                "line_ids": [
                    Command.create(
                        {"partner_id": partner.id, "account_id": account.id, "balance": balance}
                    )
                    for account, balance in ((staff, amount), (cash, -amount))
                ],
            }
        )
        move.action_post()
        return move

    def _contract(self, partner, name):
        kinds = self.env["counterparty.document.kind"]
        return self.env["counterparty.document"].create(
            {
                "name": name,
                "kind_id": kinds.search([("is_personal", "=", True)], limit=1).id,
                "partner_id": partner.id,
                "file": base64.b64encode(b"text"),
                "file_name": "contract.txt",
                "is_shared": True,
                "responsible_id": False,
            }
        )
