from odoo import Command, fields

from .common import CounterpartyCase


class RequestCase(CounterpartyCase):
    """A desk with a team of its own; una works on requests, oscar leads."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.uri = cls._user("uri", "group_user")
        cls.team = cls.env["counterparty.request.team"].create(
            {
                "name": "Front Desk",
                "leader_id": cls.officer.id,
                "member_ids": [
                    fields.Command.create({"user_id": user.id}) for user in (cls.user, cls.uri)
                ],
            }
        )
        cls.categories = {
            category.code: category
            for category in cls.env["counterparty.request.category"].search([])
        }

    def _request(self, category="help", partner=None, **values):
        """Create a request of the late payer; nobody has it."""
        return self.env["counterparty.request"].create(
            {
                "name": "Second pallet is missing",
                "category_id": self.categories[category].id,
                "partner_id": (self.late_payer if partner is None else partner).id,
                "team_id": self.team.id,
                **values,
            }
        )

    def _batch(self, count, **values):
        """Return values of so many calls of a campaign."""
        partners = self.late_payer | self.ben | self.cora
        return [
            {
                "name": f"Call {number}",
                "channel": "campaign",
                "category_id": self.categories["help"].id,
                "partner_id": partners[number % 3].id,
                "generation_key": f"call:{number}",
                **values,
            }
            for number in range(count)
        ]

    def _tell(self):
        """Let the job tell of what happened; return the messages it sent."""
        Message = self.env["mail.message"]
        last = Message.search([], order="id desc", limit=1).id
        self.env["counterparty.request"].search([("untold", "!=", False)])._tell_words()
        return Message.search([("id", ">", last)], order="id")

    def _write_as(self, request, author, body="Hello", **values):
        """Post a public message of somebody."""
        return request.message_post(
            body=body,
            author_id=author.id,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            **values,
        )


class InvoicedRequestCase(RequestCase):
    """A desk that has to do with invoices."""

    def _invoice(self, partner=None, **values):
        move = self.env["account.move"].create(
            {
                "move_type": "out_invoice",
                "partner_id": (partner or self.late_payer).id,
                "invoice_line_ids": [
                    Command.create({"name": "Advice", "price_unit": 100.0, "tax_ids": False})
                ],
                **values,
            }
        )
        move.action_post()
        return move

    def _pay(self, invoice, amount=None):
        wizard = self.env["account.payment.register"].with_context(
            active_model="account.move", active_ids=invoice.ids
        )
        payment = wizard.create({"amount": amount} if amount else {})
        payment.action_create_payments()
