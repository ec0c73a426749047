from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common_request_mail import RequestMailCase


@tagged("post_install", "-at_install", "counterparty_request")
class TestCounterpartyRequestWho(RequestMailCase):
    """Who asked, who takes part and who waits, whatever becomes of a request."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.nobody = cls.ben.browse()
        cls.colleague = cls._person("Carol Vale", email="carol@northwind.example")
        cls.colleague.parent_id = cls.freight

    def _of_nora(self, **values):
        return self._request(
            partner=self.nobody, partner_email="nora@x.example", partner_name="Nora", **values
        )

    # ------------------------------------------------------------
    # After the end
    # ------------------------------------------------------------

    def test_a_colleague_who_answers_after_the_end_is_the_contact(self):
        request = self._receive()
        request._close("employee")

        followed = self._answer(request, From="carol@northwind.example")

        self.assertEqual(followed.parent_id, request)
        self.assertEqual(followed.partner_id, self.colleague)
        self.assertEqual(followed.partner_email, "carol@northwind.example")
        self.assertEqual(followed.partner_name, "Carol Vale")

    def test_the_acting_supplier_after_the_end_is_heard_by_employees_alone(self):
        supplier = self._person("Sue Parts", email="sue@parts.example")
        request = self._receive()
        request.write({"responsible_partner_id": supplier.id, "user_id": self.user.id})
        request._close("employee")
        count = request.search_count([])

        self._answer(request, From="sue@parts.example", body="It costs you 5 EUR")

        self.assertEqual(request.search_count([]), count)
        message = self._messages(request).filtered(lambda m: "5 EUR" in m.body)
        self.assertTrue(message.is_internal)
        self.assertEqual(message.notified_partner_ids, self.user.partner_id)
        self.assertEqual(request.state, "closed")

    def test_whoever_was_in_copy_stays_in_copy_after_the_end(self):
        request = self._receive(Cc="ben@foods.example")
        request._close("employee")

        followed = self._answer(request, From="ben@foods.example")

        self.assertEqual((followed.parent_id, followed.partner_id), (request, self.ada))
        self.assertIn("ben@foods.example", followed.email_cc)

    # ------------------------------------------------------------
    # Mails of machines
    # ------------------------------------------------------------

    def test_a_program_joins_nothing_by_a_number(self):
        request = self._receive()

        self._receive(
            From="bot@evil.example",
            Subject=f"[{request.number}] invoice",
            Auto_Submitted="auto-replied",
            body="Pay here",
        )

        self.assertFalse(request.message_ids.filtered(lambda m: "Pay here" in (m.body or "")))

    # ------------------------------------------------------------
    # Merge
    # ------------------------------------------------------------

    def test_a_stranger_takes_part_in_what_their_request_goes_on_as(self):
        target, source = self._receive(), self._of_nora()

        source._merge_into(target)

        self.assertTrue(target._is_participant("nora@x.example"))
        source.action_undo_merge()
        self.assertFalse(target._is_participant("nora@x.example"))

    def test_what_was_wanted_goes_over_and_comes_back(self):
        target, source = self._request(), self._request("charge", direction="recover", amount=7)
        invoice = self.env["account.move"].create(
            {"move_type": "out_invoice", "partner_id": self.late_payer.id}
        )
        source.write(
            {
                "wanted_place": "Sibiu",
                "invoice_ids": [Command.set(invoice.ids)],
                "line_ids": [Command.create({"name": "Shelf"})],
            }
        )
        lines = source.line_ids

        source._merge_into(target)

        self.assertEqual((target.direction, target.amount), ("recover", 7))
        self.assertEqual((target.wanted_place, target.invoice_ids), ("Sibiu", invoice))
        self.assertEqual(target.line_ids, lines)
        source.action_undo_merge()
        self.assertFalse(target.direction or target.amount or target.wanted_place)
        self.assertFalse(target.invoice_ids or target.line_ids)
        self.assertEqual(source.line_ids, lines)

    # ------------------------------------------------------------
    # Contact
    # ------------------------------------------------------------

    def test_another_contact_without_address_has_not_that_of_the_former(self):
        silent = self._person("Bob Silent")
        request = self._request(partner=self.ada)
        token = request._portal_ensure_token()

        request.partner_id = silent

        self.assertFalse(request.partner_email)
        self.assertNotEqual(request.access_token, token)

    def test_a_contact_who_is_chosen_later_completes_what_is_made_by_itself(self):
        kind = self.env.ref("counterparty_crm.request_conversion_lead")
        self.categories["information"].write(
            {"conversion_ids": [Command.link(kind.id)], "automatic_conversion_id": kind.id}
        )
        request = self._of_nora(category="information")
        self.assertFalse(request.document_ids)

        request.partner_id = self.ben

        self.assertEqual(request.document_ids._get_document()._name, "crm.lead")

    def test_answers_that_reach_nobody_are_no_answers(self):
        request = self._request(partner=self.nobody, partner_name="Caller")
        wizard = self.env["counterparty.request.answer"].create(
            {"request_ids": [Command.set(request.ids)], "body": "<p>Hello</p>"}
        )

        with self.assertRaisesRegex(UserError, "No address"):
            wizard.action_apply()

        self.assertFalse(request.first_response_at)

    # ------------------------------------------------------------
    # Rights
    # ------------------------------------------------------------

    def test_nobody_learns_whose_a_document_is_that_they_may_not_read(self):
        move = self.env["account.move"].create(
            {"move_type": "out_invoice", "partner_id": self.freight.id}
        )
        request = self._request(user_id=self.user.id)

        with self.assertRaises(ValidationError) as caught:
            request.with_user(self.user).subject_ref = f"account.move,{move.id}"

        self.assertNotIn(self.freight.name, str(caught.exception))

    def test_whoever_may_not_change_a_request_makes_nothing_of_it(self):
        kind = self.env.ref("counterparty_crm.request_conversion_meeting")
        request = self._request("service", user_id=self.uri.id, wanted_date="2030-01-01 10:00:00")
        ola = self._user("ola", "group_user")
        wizard = self.env["counterparty.request.convert"].with_user(ola)
        wizard = wizard.create({"request_id": request.id, "conversion_id": kind.id})

        with self.assertRaises(AccessError):
            wizard.action_convert()
