"""A small world for the tests: one holding with two members, and those around it."""

from datetime import timedelta

from odoo import Command, fields
from odoo.tests.common import TransactionCase, new_test_user

MODULE = "counterparty_crm"
QUIET = {
    "mail_create_nolog": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
    "no_reset_password": True,
}


class CounterpartyCase(TransactionCase):
    """Counterparties, contacts and one user per right; nothing of the demo data."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, **QUIET))
        cls.customer = cls.env.ref(f"{MODULE}.type_customer")
        cls.supplier = cls.env.ref(f"{MODULE}.type_supplier")
        cls.bank = cls.env.ref(f"{MODULE}.type_bank")
        cls.authority = cls.env.ref(f"{MODULE}.type_state")
        cls.head = cls.env.ref(f"{MODULE}.type_holding")
        cls.employee = cls.env.ref(f"{MODULE}.type_employee")
        cls._set_up_partners()
        cls._set_up_users()
        cls.service = cls.env["product.product"].create(
            {"name": "Advice", "type": "service", "list_price": 100.0}
        )
        cls.env.flush_all()

    @classmethod
    def _set_up_partners(cls):
        cls.holding = cls._company("Northwind Group")
        cls.foods = cls._company("Northwind Foods")
        cls.freight = cls._company("Northwind Freight")
        cls.first_bank = cls._company("First Bank")
        cls.tax_office = cls._company("Tax Office")
        cls.late_payer = cls._company("Slowpay Ltd")
        cls.ada = cls._person("Ada Vale")
        cls.ben = cls._person("Ben Cole", parent_id=cls.foods.id)
        cls.cora = cls._person("Cora Dunn", parent_id=cls.freight.id)

    @classmethod
    def _set_up_users(cls):
        cls.user = cls._user("una", "group_user")
        cls.officer = cls._user("oscar", "group_officer")
        cls.manager = cls._user("mona", "group_manager")
        cls.plain = cls._user("pia")
        cls.portal = new_test_user(cls.env, "porter", groups="base.group_portal")
        cls.profit_user = cls._user("prue", "group_cost_profit")

    # ------------------------------------------------------------
    # Builders
    # ------------------------------------------------------------

    @classmethod
    def _company(cls, name, **values):
        return cls.env["res.partner"].create({"name": name, "is_company": True, **values})

    @classmethod
    def _person(cls, name, **values):
        return cls.env["res.partner"].create({"name": name, **values})

    @classmethod
    def _user(cls, login, *groups, **values):
        """Create an internal user with groups of ours (short names) or others (full ids)."""
        names = [name if "." in name else f"{MODULE}.{name}" for name in groups]
        names = ",".join(["base.group_user", *names])
        return new_test_user(cls.env, login, groups=names, name=login.capitalize(), **values)

    def _role(self, partner=None, kind=None, **values):
        """Create a role; of the late payer as customer, open and without a first day."""
        return self.env["counterparty.role"].create(
            {
                "partner_id": (partner or self.late_payer).id,
                "type_id": (kind or self.customer).id,
                "date_from": False,
                **values,
            }
        )

    def _roles(self, partner):
        return self.env["counterparty.role"].search([("partner_id", "=", partner.id)])

    def _lead(self, partner=None, **values):
        return self.env["crm.lead"].create(
            {
                "name": "New warehouse",
                "type": "opportunity",
                "partner_id": (partner or self.late_payer).id,
                **values,
            }
        )

    def _order(self, partner=None, confirmed=False, **values):
        """Create a quotation of one service, or an order confirmed on its day."""
        order = self.env["sale.order"].create(
            {
                "partner_id": (partner or self.late_payer).id,
                "order_line": [Command.create({"product_id": self.service.id})],
                **values,
            }
        )
        if confirmed:
            order.action_confirm()
            order.write({"date_order": values.get("date_order", order.date_order)})
        return order

    def _purchase(self, partner=None, confirmed=False, **values):
        """Create a request for quotation of one service, or an order confirmed on its day."""
        order = self.env["purchase.order"].create(
            {
                "partner_id": (partner or self.late_payer).id,
                "order_line": [Command.create({"product_id": self.service.id, "price_unit": 40.0})],
                **values,
            }
        )
        if confirmed:
            order.button_confirm()
            order.write({"date_approve": values.get("date_order", order.date_approve)})
        return order

    def _commit(self):
        """Do what follows a commit, inside the transaction of the test."""
        with self.enter_registry_test_mode():
            self.env.cr.postcommit.run()
        self.env.invalidate_all()

    @staticmethod
    def _day(distance=0):
        """Return a day before (negative) or after today."""
        return fields.Date.today() + timedelta(days=distance)
