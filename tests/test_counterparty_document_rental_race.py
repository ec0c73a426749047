import threading
from contextlib import ExitStack

from psycopg2.errors import SerializationFailure

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, get_db_name, tagged
from odoo.tools import mute_logger

PATIENCE = 30


@tagged("post_install", "-at_install", "counterparty_counterparty")
class TestCounterpartyDocumentRentalRace(BaseCase):
    """ "Invoice this period" pressed in two tabs, by two workers: each has its own transaction."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
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
        refused = []

        with self.registry.cursor() as first, self.registry.cursor() as second:
            theirs = self._rental(second)
            theirs.read(["rental_rate"])  # its snapshot is taken before the first commits
            opened = self._rental(first).action_invoice_period()

            def press():
                try:
                    theirs.action_invoice_period()
                except SerializationFailure as failure:
                    refused.append(failure)

            waiter = threading.Thread(target=press)
            with mute_logger("odoo.sql_db"):
                waiter.start()
                waiter.join(timeout=1)
                self.assertTrue(waiter.is_alive())
                first.commit()
                waiter.join(timeout=PATIENCE)
            second.rollback()
            # what the host's repeated call finds
            again = self._rental(second).action_invoice_period()

        self.assertEqual(len(refused), 1)
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
