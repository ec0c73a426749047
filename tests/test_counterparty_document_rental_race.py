from contextlib import ExitStack

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_race import RaceCase


@tagged("post_install", "-at_install", "counterparty_counterparty")
class TestCounterpartyDocumentRentalRace(RaceCase):
    """ "Invoice this period" pressed in two tabs, by two workers: each has its own transaction."""

    def setUp(self):
        super().setUp()
        with self.registry.cursor() as cr:
            env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True})
            partner = env["res.partner"].create({"name": "Race tenant", "is_company": True})
            rental = env["counterparty.document"].create(
                {
                    "kind_id": env.ref("counterparty_crm.kind_rental").id,
                    "partner_id": partner.id,
                    "rental_object": "Raced forklift",
                    "rental_rate": 300,
                }
            )
            self.partner_id, self.rental_id = partner.id, rental.id
        self.addCleanup(self._remove_world)

    def _remove_world(self):
        with self.registry.cursor() as cr:
            rental = self._rental(cr)
            partner = rental.partner_id
            self._drafts(cr).unlink()
            rental.unlink()
            partner.counterparty_role_ids.unlink()
            partner.unlink()

    def _rental(self, cr):
        env = api.Environment(cr, SUPERUSER_ID, {})
        return env["counterparty.document"].browse(self.rental_id)

    def _drafts(self, cr):
        return self._rental(cr).env["account.move"].search([("partner_id", "=", self.partner_id)])

    def _count(self):
        with self.registry.cursor() as cr:
            return len(self._rental(cr).rental_period_ids), len(self._drafts(cr))

    def test_the_second_tab_waits_and_starts_again(self):
        """The waiter on the lock does not go on with the periods of before."""
        with self.registry.cursor() as first, self.registry.cursor() as second:
            theirs = self._rental(second)
            theirs.read(["rental_rate"])  # its snapshot is taken before the first commits
            opened = self._rental(first).action_invoice_period()

            refused = self._come_second(first, second, theirs.action_invoice_period)
            # what the host's repeated call finds
            again = self._rental(second).action_invoice_period()

        self.assertEqual(refused, 1)
        self.assertEqual(again["res_id"], opened["res_id"])
        self.assertEqual(self._count(), (1, 1))

    def test_workers_with_the_same_snapshot_make_one_draft(self):
        with ExitStack() as stack:
            cursors = [stack.enter_context(self.registry.cursor()) for _number in range(3)]
            rentals = [self._rental(cr) for cr in cursors]
            for rental in rentals:
                rental.read(["rental_rate"])  # nobody sees yet what the others do
            opened = rentals[0].action_invoice_period()
            cursors[0].commit()

            for rental in rentals[1:]:
                with mute_logger("odoo.sql_db"), self.assertRaises(SerializationFailure):
                    rental.action_invoice_period()
                rental.env.cr.rollback()
                # as the host repeats the call
                rental.env.invalidate_all()
                self.assertEqual(rental.action_invoice_period()["res_id"], opened["res_id"])
                rental.env.cr.commit()

        self.assertEqual(self._count(), (1, 1))
