from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, Command, api, fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models import payment_transaction
from .common_race import RaceCase


@tagged("post_install", "-at_install", "counterparty_portal")
class TestPortalPaymentRace(RaceCase):
    """Two people of a customer pay the same invoice at the same instant, by two workers."""

    def setUp(self):
        super().setUp()
        # the provider of the database stands for one that pays at once
        self.patch(payment_transaction, "LATER", ())
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
            partner = env["res.partner"].create({"name": "Race payer", "is_company": True})
            invoice = env["account.move"].create(
                {
                    "move_type": "out_invoice",
                    "partner_id": partner.id,
                    "invoice_date": fields.Date.today(),
                    "invoice_line_ids": [
                        Command.create({"name": "Advice", "price_unit": 100, "tax_ids": []})
                    ],
                }
            )
            invoice.action_post()
            self.partner_id, self.invoice_id = partner.id, invoice.id
        self.addCleanup(self._remove_world)

    def _remove_world(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"force_delete": True})
            invoice = env["account.move"].browse(self.invoice_id)
            env["payment.transaction"].search([("invoice_ids", "in", invoice.ids)]).unlink()
            invoice.button_draft()
            invoice.unlink()
            # who has done business keeps its role as long as there are records of it
            cr.execute("DELETE FROM counterparty_role WHERE partner_id = %s", [self.partner_id])
            env.invalidate_all()
            env["res.partner"].browse(self.partner_id).unlink()

    def _pay(self, cr):
        """Do what the route does: bar the others, then create the transaction."""
        env = api.Environment(cr, SUPERUSER_ID, {})
        invoice = env["account.move"].browse(self.invoice_id)
        payment = env["counterparty.portal.payment"]._prepare_payment(
            invoice.commercial_partner_id, invoice.company_id, invoice.ids
        )
        transactions = env["payment.transaction"]
        transactions.create(
            {
                "provider_id": env["payment.provider"].search([], limit=1).id,
                "payment_method_id": env["payment.method"].search([], limit=1).id,
                "reference": f"RACE-{transactions.search_count([])}",
                "amount": payment["amount"],
                "currency_id": payment["currency"].id,
                "partner_id": payment["partner"].id,
                **payment["values"],
            }
        )

    def _count(self):
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {})
            return env["payment.transaction"].search_count(
                [("invoice_ids", "in", [self.invoice_id])]
            )

    def test_the_second_starts_again_and_is_told(self):
        with self.registry.cursor() as first, self.registry.cursor() as second:
            # the second has looked before the first began
            second.execute("SELECT count(*) FROM payment_transaction")
            self._pay(first)
            first.commit()

            with mute_logger("odoo.sql_db"), self.assertRaises(SerializationFailure):
                self._pay(second)
            second.rollback()
            # as the host repeats it
            with self.assertRaisesRegex(UserError, "in progress"):
                self._pay(second)

        self.assertEqual(self._count(), 1)
