from odoo import Command
from odoo.tests import tagged

from .common_portal_people import PortalPeopleCase


@tagged("post_install", "-at_install", "counterparty_portal")
class TestTourCounterpartyPortal(PortalPeopleCase):
    """Supplier, employee and head's delegate walk their pages in the browser."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # logins of companies take the name of the user
        cls.alfa.name = "Alfa Ltd"

    def _walk(self, tour, user, url="/my/home"):
        self.start_tour(url, f"counterparty_portal_{tour}", login=user.login)

    @classmethod
    def _portal(cls, login, partner_id=None, **partner):
        user = super()._portal(login, partner_id, **partner)
        # what start_tour signs in with
        user.password = login
        return user

    # ------------------------------------------------------------
    # Supplier
    # ------------------------------------------------------------

    def _supply(self):
        product = self.env["product.template"].create({"name": "Crate"})
        for partner, code in ((self.alfa, "ALFA-CODE"), (self.beta, "BETA-CODE")):
            self._papers(partner)["bill"].ref = f"BILL-{partner.name}"
            product.seller_ids = [
                Command.create({"partner_id": partner.id, "product_code": code, "price": 7.0})
            ]

    def test_a_supplier_walks_its_side(self):
        self._supply()

        self._walk("supplier", self.alfa_login)

    def test_by_authorization_a_supplier_walks_while_it_is_authorized(self):
        self._supply()
        self._by_authorization()
        self._walk("supplier_unauthorized", self.anna, "/my/supplier")

        row = self._authorize(self.anna, self.alfa, "supplier", "statement")
        self._walk("supplier", self.anna)

        row._end()
        self._walk("supplier_unauthorized", self.anna, "/my/supplier")

    # ------------------------------------------------------------
    # Employee
    # ------------------------------------------------------------

    def _employ(self):
        emma, eric = self._portal("emma"), self._portal("eric")
        designer = self.env["counterparty.type.designer"].create({"type_id": self.employee.id})
        designer.line_ids = [
            Command.create({"name": "Shirt size", "kind": "char", "is_partner_filled": True})
        ]
        designer.action_save()
        for user, name, amount in ((emma, "Emma", 311.25), (eric, "Eric", 422.75)):
            self._role(user.partner_id, self.employee)
            self._advance(user.partner_id, amount)
            self._contract(user.partner_id, f"Contract of {name}")
            self.env["counterparty.request"].create(
                {
                    "name": f"Question of {name}",
                    "partner_id": user.partner_id.id,
                    "category_id": self.env.ref("counterparty_crm.request_category_help").id,
                }
            )
        return emma

    def test_an_employee_walks_its_pages(self):
        emma = self._employ()

        self._walk("employee", emma)

        own = emma.partner_id.counterparty_role_ids
        self.assertEqual(own._get_stored_own_values()["shirt_size"], "L")

    def test_by_authorization_an_employee_walks_the_same_pages(self):
        emma = self._employ()
        self._by_authorization()

        self._walk("employee", emma)

    # ------------------------------------------------------------
    # Head's delegate
    # ------------------------------------------------------------

    def _hold(self):
        """Return the delegate of a head with two members, authorized for one of them."""
        hugo = self._portal("hugo", parent_id=self.holding.id)
        for member in (self.alfa, self.beta):
            self.env["counterparty.membership"].create(
                {
                    "owner_id": self.holding.id,
                    "member_id": member.id,
                    "equity": 60,
                    "date_from": "2026-02-01",
                }
            )
        self._invoice(self.alfa, day="2026-01-15", price=101.25)
        self._invoice(self.alfa, day="2026-03-15", price=202.5)
        self._invoice(self.beta, day="2026-03-15", price=555.75)
        self._invoice(self.holding, day="2026-03-15", price=404.25)
        self._authorize(hugo, self.alfa, "statement", "invoices", head_id=self.holding.id)
        return hugo

    def test_a_heads_delegate_walks_the_member_for_its_days(self):
        hugo = self._hold()

        self._walk("delegate", hugo)

    def test_by_authorization_a_heads_delegate_walks_the_same_pages(self):
        hugo = self._hold()
        self._by_authorization()

        self._walk("delegate", hugo)

    def test_a_member_walks_past_head_and_sister(self):
        self._hold()

        self._walk("member", self.alfa_login)
