"""A customer with whom a little of everything passed, and people who see different parts of it."""

from datetime import timedelta

from odoo import Command, fields
from odoo.tests.common import new_test_user

from .common import MODULE
from .common_profit import ProfitCase


class TimelineCase(ProfitCase):
    """Documents, meetings, activities and messages of one customer, some of them of others."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls._user("sven", "sales_team.group_sale_salesman")
        cls.accountant = cls._user("anna", "account.group_account_invoice")
        cls.officer = cls._user(
            "olga",
            "sales_team.group_sale_salesman_all_leads",
            "purchase.group_purchase_user",
            "stock.group_stock_user",
            "account.group_account_invoice",
            f"{MODULE}.group_officer",
        )
        cls.admin = cls.env.ref("base.user_admin")
        cls.admin.company_ids |= cls.company
        cls.admin.company_id = cls.company

    @classmethod
    def _user(cls, login, *groups):
        return new_test_user(
            cls.env,
            login,
            groups=",".join(["base.group_user", f"{MODULE}.group_user", *groups]),
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
            tz="Europe/Sofia",
        )

    def setUp(self):
        super().setUp()
        self._make_history()
        self.env.flush_all()

    def _make_history(self):
        """Let a little of everything pass between us and the customer, some of it of others."""
        self.order = self._order(user_id=self.seller.id)
        self._order(confirmed=False, partner_id=self.contact.id)
        self._order(user_id=self.officer.id)
        self.invoice = self._invoice()
        self._credit(self.invoice)
        self._invoice(post=False, kind="in_invoice")
        self.env["account.payment"].create(
            {"partner_id": self.customer.id, "amount": 30.0, "payment_type": "inbound"}
        )
        self.env["purchase.order"].create({"partner_id": self.customer.id})
        leads = self.env["crm.lead"].create(
            [
                {"name": name, "partner_id": self.contact.id, "user_id": user.id}
                for name, user in (("Shelves", self.seller), ("Racks", self.officer))
            ]
        )
        leads[0].action_set_lost()
        self._make_contacts()

    def _make_contacts(self):
        """Let us have met, called, written and agreed something."""
        self.meeting = self.env["calendar.event"].create(
            {
                "name": "Prices of next year",
                "start": "2026-03-15 09:00:00",
                "stop": "2026-03-15 10:00:00",
                "partner_ids": [Command.set((self.customer | self.contact).ids)],
            }
        )
        call = self.env.ref("mail.mail_activity_data_call")
        planned, done = (
            self.customer.activity_schedule(
                activity_type_id=call.id,
                summary=summary,
                user_id=self.officer.id,
                # whatever the hour: this evening it is tomorrow in Sofia
                date_deadline=fields.Date.today() + timedelta(days=3),
            )
            for summary in ("Ask about the shelves", "Called about the racks")
        )
        done.action_done()
        self.activities = planned | done
        self.customer.message_post(body="They move in May.", message_type="comment")
        self.order.message_post(
            body="When will it come?", message_type="email", author_id=self.contact.id
        )
        self.order.message_post(
            body="Next week.", message_type="comment", partner_ids=self.customer.ids
        )
        self.env["counterparty.interaction"]._insert_interactions(
            [
                {
                    "date": "2026-03-12 10:00:00",
                    "partner_id": self.contact.id,
                    "kind": "call",
                    "origin": origin,
                    "note": note,
                }
                for origin, note in (("manual", "They want racks"), ("event", "Repeated"))
            ]
        )
        self.env["counterparty.document"].create(
            {
                "name": "Frame contract",
                "partner_id": self.customer.id,
                "kind_id": self.env.ref(f"{MODULE}.kind_contract").id,
                "date_from": "2026-01-01",
            }
        )

    def _timeline(self, user=None):
        return (
            self.env["counterparty.timeline"]
            .with_user(user or self.officer)
            .with_context(allowed_company_ids=self.company.ids)
        )

    def _rows(self, user=None, partner=None, **filters):
        page = self._timeline(user).get_page((partner or self.customer).id, filters, None, 2000)
        return page["rows"]

    def _titles(self, *args, **filters):
        return [row["title"] for row in self._rows(*args, **filters)]
