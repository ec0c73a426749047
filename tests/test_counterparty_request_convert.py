from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from .common_request import InvoicedRequestCase

SELLER = "sales_team.group_sale_salesman"


@tagged("post_install", "-at_install", "counterparty_request")
class TestCounterpartyRequestConvert(InvoicedRequestCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.kinds = {
            kind.code: kind for kind in cls.env["counterparty.request.conversion"].search([])
        }
        cls.seller = cls._user("sam", SELLER, "group_user")
        cls.campaign = cls.env["utm.campaign"].create({"title": "Spring"})

    # ------------------------------------------------------------
    # Once, known on both sides
    # ------------------------------------------------------------

    def test_a_question_becomes_a_quotation_that_knows_it(self):
        request = self._request(
            "information", product_id=self.service.id, campaign_id=self.campaign.id
        )
        self.late_payer.user_id = self.seller

        order = request._convert(self.kinds["quotation"])

        self.assertEqual(order.state, "draft")
        self.assertEqual(order.order_line.product_id, self.service)
        self.assertEqual((order.campaign_id, order.user_id), (self.campaign, self.seller))
        self.assertEqual((order.origin, order.counterparty_request_id), (request.number, request))
        self.assertEqual(request.document_ids._get_document(), order)
        self.assertEqual(request.state, "open")

    def test_converting_twice_gives_the_same_document(self):
        request = self._request("information")

        first = request._convert(self.kinds["opportunity"])
        second = request._convert(self.kinds["opportunity"])
        another = request._convert(self.kinds["opportunity"], another=True)

        self.assertEqual(first, second)
        self.assertNotEqual(first, another)
        self.assertEqual(request.document_count, 2)

    def test_a_cancelled_document_makes_room_for_a_new_one(self):
        request = self._request("information")
        first = request._convert(self.kinds["quotation"])
        first._action_cancel()

        self.assertNotEqual(request._convert(self.kinds["quotation"]), first)

    def test_a_deleted_document_leaves_no_link(self):
        request = self._request("information")
        request._convert(self.kinds["lead"]).unlink()

        self.assertFalse(request.document_ids)

    def test_documents_are_found_by_their_request(self):
        request = self._request("information")
        lead = request._convert(self.kinds["lead"])
        Lead = self.env["crm.lead"]

        self.assertEqual(Lead.search([("counterparty_request_id", "=", request.id)]), lead)
        self.assertNotIn(lead, Lead.search([("counterparty_request_id", "=", False)]))

    def test_what_becomes_of_the_document_is_written_back_once(self):
        request = self._request("information", product_id=self.service.id)
        order = request._convert(self.kinds["quotation"])

        order.action_confirm()
        order.write({"state": "sale"})

        notes = request.message_ids.filtered(lambda message: "Sales Order" in (message.body or ""))
        self.assertEqual(len(notes), 1)
        self.assertIn(order.name, notes.body)

    def test_documents_of_modules_we_can_do_without_report_by_their_history(self):
        request = self._request(partner=self.freight)
        task = self.env["counterparty.request"].create(
            {"name": "Stands in for a task", "category_id": request.category_id.id}
        )
        # a thread with a tracked state, as a task has
        self.env["counterparty.request.document"].create(
            {"request_id": request.id, "res_model": task._name, "res_id": task.id}
        )
        path = "odoo.addons.counterparty_crm.models.mail_thread.TRACKED_MODELS"
        self.env.flush_all()
        # the host does not track a record in the transaction that creates it
        self.env.cr.precommit.run()
        loud = task.with_env(self.env(context={}))
        with patch(path, (task._name,)):
            for priority in ("0", "1"):
                loud.action_hold()
                loud.priority = priority
                self.env.flush_all()
                loud.env.cr.precommit.run()

        notes = request.message_ids.filtered(lambda message: "On hold" in (message.body or ""))
        self.assertEqual(len(notes), 1)
        self.assertIn(task.number, notes.body)

    def test_they_name_their_request_in_their_notes(self):
        request, task = self._request(), self._request(name="Stands in for a task")
        path = "odoo.addons.counterparty_crm.models.counterparty_request_convert.TRACKED_MODELS"

        request._link_document(task, self.kinds["task"])
        self.assertNotIn(request.number, "".join(task.message_ids.mapped("body")))
        with patch(path, (task._name,)):
            other = self._request(name="Stands in for another")
            request._link_document(other, self.kinds["task"])

        self.assertIn(request.number, other.message_ids[0].body)

    # ------------------------------------------------------------
    # Rights
    # ------------------------------------------------------------

    def test_without_rights_nothing_is_made(self):
        request = self._request("information").with_user(self.user)

        with self.assertRaisesRegex(UserError, "You may not create"):
            request._convert(self.kinds["quotation"])
        with self.assertRaisesRegex(UserError, "ask somebody who sells"):
            request.action_convert()

        self.assertFalse(request.document_ids)
        self.assertEqual(request.state, "new")

    def test_the_dialog_offers_what_the_user_may_create(self):
        request = self._request("information").with_user(self.seller)

        action = request.action_convert()

        wizard = self.env[action["res_model"]].with_user(self.seller).browse(action["res_id"])
        self.assertEqual(wizard.conversion_ids.mapped("code"), ["lead", "opportunity", "quotation"])
        wizard.conversion_id = self.kinds["quotation"]
        order = self.env["sale.order"].browse(wizard.action_convert()["res_id"])
        self.assertIn(order.name, wizard.existing)
        self.assertEqual(wizard.action_convert()["res_id"], order.id)
        self.assertNotEqual(wizard.action_convert_another()["res_id"], order.id)

    def test_what_is_missing_stops_the_conversion(self):
        request = self._request("service")

        with self.assertRaisesRegex(UserError, "Wanted Date"):
            request._convert(self.kinds["meeting"])

    def test_a_stranger_gets_a_lead_but_no_order(self):
        request = self._request(
            "information", self.env["res.partner"], partner_name="Nora", partner_email="n@x.example"
        )

        lead = request._convert(self.kinds["lead"])
        self.assertEqual((lead.contact_name, lead.email_from), ("Nora", "n@x.example"))
        with self.assertRaisesRegex(UserError, "who asks"):
            request._convert(self.kinds["quotation"])

    # ------------------------------------------------------------
    # Words and files
    # ------------------------------------------------------------

    def test_what_nobody_described_takes_the_words_of_the_counterparty(self):
        request = self._request("information", description=False)
        request.message_post(body="Call them", subtype_xmlid="mail.mt_note")
        self._write_as(request, self.uri.partner_id, "We heard you were interested")
        self._write_as(
            request, self.late_payer, "100 red chairs", attachments=[("plan.txt", b"Ground floor")]
        )
        self._write_as(request, self.late_payer, "And a table")

        lead = request._convert(self.kinds["lead"])

        self.assertIn("100 red chairs", lead.description)
        self.assertNotIn("table", lead.description)
        files = self.env["ir.attachment"].search(
            [("res_model", "=", "crm.lead"), ("res_id", "=", lead.id)]
        )
        self.assertEqual((files.name, files.raw), ("plan.txt", b"Ground floor"))

    def test_a_description_speaks_for_itself(self):
        request = self._request("information", description="Chairs, as on the phone")
        self._write_as(request, self.late_payer, "Any news?", attachments=[("a.txt", b"a")])

        lead = request._convert(self.kinds["lead"])

        self.assertIn("as on the phone", lead.description)
        self.assertFalse(
            self.env["ir.attachment"].search_count(
                [("res_model", "=", "crm.lead"), ("res_id", "=", lead.id)]
            )
        )

    def test_what_an_employee_passed_on_is_no_text_of_an_invitation(self):
        request = self._request(
            "information",
            description=False,
            channel="email",
            wanted_date="2030-03-20 08:00:00",
        )
        request.message_post(
            body="A difficult one, please call",
            author_id=self.uri.partner_id.id,
            message_type="email",
            subtype_xmlid="mail.mt_comment",
        )

        lead = request._convert(self.kinds["lead"])
        meeting = request._convert(self.kinds["meeting"])

        self.assertIn("difficult", lead.description)
        self.assertNotIn("difficult", meeting.description or "")

    # ------------------------------------------------------------
    # Each kind
    # ------------------------------------------------------------

    def test_a_service_becomes_a_visit_and_mails_nobody(self):
        start = fields.Datetime.to_datetime("2030-03-20 08:00:00")
        request = self._request(
            "service",
            wanted_date=start,
            wanted_hours=2,
            wanted_place="Ruse",
            user_id=self.user.id,
        )
        before = self.env["mail.mail"].search_count([])

        meeting = request._convert(self.kinds["meeting"])

        self.assertEqual((meeting.start, meeting.duration), (start, 2))
        self.assertEqual(meeting.location, "Ruse")
        self.assertEqual(meeting.partner_ids, self.user.partner_id | self.late_payer)
        self.assertEqual(self.env["mail.mail"].search_count([]), before)

    def test_the_amount_is_what_changes_hands_taxes_included(self):
        tax = self.env["account.tax"].create({"name": "VAT 20", "amount": 20.0})
        self.service.taxes_id = tax
        invoice = self._invoice()
        part = self._request(
            "charge", direction="reimburse", amount=10, product_id=self.service.id,
            subject_ref=f"account.move,{invoice.id}",
        )  # fmt: skip

        note = part._convert(self.kinds["credit_note"])

        self.assertEqual((note.amount_total, note.amount_untaxed), (10.0, 8.33))
        self.assertEqual(note.reversed_entry_id, invoice)

    def test_a_recovery_offers_a_link_to_pay(self):
        first, second = self._invoice(), self._invoice()
        request = self._request("charge", direction="recover", invoice_ids=first.ids)

        action = request.action_payment_link()
        self.assertEqual(action["res_model"], "payment.link.wizard")
        self.assertEqual(action["context"]["active_id"], first.id)

        request.invoice_ids |= second
        self.assertEqual(request.action_payment_link()["res_model"], "account.move")
        self._pay(first | second)
        with self.assertRaisesRegex(UserError, "still to be paid"):
            request.action_payment_link()

    def test_a_refund_becomes_a_draft_credit_note(self):
        invoice = self._invoice()
        about = self._request("account", subject_ref=f"account.move,{invoice.id}")
        free = self._request("charge", direction="reimburse", amount=25.0)

        reversal = about._convert(self.kinds["credit_note"])
        note = free._convert(self.kinds["credit_note"])

        self.assertEqual((reversal.reversed_entry_id, reversal.state), (invoice, "draft"))
        self.assertEqual((note.move_type, note.state), ("out_refund", "draft"))
        self.assertEqual(note.invoice_line_ids.price_unit, 25.0)

    def test_only_what_was_asked_is_paid_back(self):
        invoice = self._invoice()
        part = self._request(
            "charge",
            direction="reimburse",
            amount=10.0,
            invoice_ids=[Command.set(invoice.ids)],
        )
        whole = self._request(
            "charge",
            direction="reimburse",
            amount=100.0,
            invoice_ids=[Command.set(invoice.ids)],
        )

        note = part._convert(self.kinds["credit_note"])
        reversal = whole._convert(self.kinds["credit_note"])

        self.assertEqual((note.reversed_entry_id, note.amount_untaxed), (invoice, 10.0))
        self.assertEqual((reversal.reversed_entry_id, reversal.amount_untaxed), (invoice, 100.0))

    def test_the_same_figure_in_another_currency_is_another_amount(self):
        invoice = self._invoice()
        currencies = self.env["res.currency"].with_context(active_test=False)
        other = currencies.search([("id", "!=", invoice.currency_id.id)], limit=1)
        other.active = True
        request = self._request(
            "charge",
            direction="reimburse",
            amount=100.0,
            currency_id=other.id,
            invoice_ids=[Command.set(invoice.ids)],
        )

        note = request._convert(self.kinds["credit_note"])

        self.assertEqual((note.reversed_entry_id, note.currency_id), (invoice, other))

    def test_what_we_recover_is_not_paid_out(self):
        request = self._request("charge", direction="recover", amount=10.0)

        self.assertFalse(request.conversion_ids & self.kinds["credit_note"])
        for code in ("credit_note", "vendor_bill"):
            with self.subTest(code=code), self.assertRaisesRegex(UserError, "pay it out"):
                request._convert(self.kinds[code])

    def test_what_we_recover_becomes_a_draft_invoice(self):
        request = self._request("charge", direction="recover", amount=25.0)
        back = self._request("charge", direction="reimburse", amount=25.0)

        invoice = request._convert(self.kinds["invoice"])

        self.assertIn(self.kinds["invoice"], request.conversion_ids)
        self.assertEqual((invoice.move_type, invoice.state), ("out_invoice", "draft"))
        self.assertEqual(invoice.invoice_line_ids.price_unit, 25.0)
        self.assertNotIn(self.kinds["invoice"], back.conversion_ids)
        with self.assertRaisesRegex(UserError, "would demand it"):
            back._convert(self.kinds["invoice"])

        # paid, it ends the recovery
        invoice.action_post()
        self._pay(invoice)
        self.assertEqual(request.state, "solved")

    def test_a_refund_to_a_supplier_becomes_a_draft_bill(self):
        request = self._request("charge", direction="reimburse", amount=25.0)

        bill = request._convert(self.kinds["vendor_bill"])

        self.assertEqual((bill.move_type, bill.state), ("in_invoice", "draft"))

    def test_a_payment_is_registered_as_a_draft(self):
        invoice = self._invoice()
        request = self._request("account", subject_ref=f"account.move,{invoice.id}")

        payment = request._convert(self.kinds["payment"])

        self.assertEqual((payment.state, payment.amount), ("draft", invoice.amount_residual))
        self.assertEqual((payment.payment_type, payment.partner_type), ("inbound", "customer"))

    def test_a_warranty_becomes_a_return_or_a_replacement_for_nothing(self):
        goods = self.env["product.product"].create({"name": "Scanner", "is_storable": True})
        order = self._order(
            confirmed=True, order_line=[Command.create({"product_id": goods.id, "price_unit": 9})]
        )
        order.picking_ids.move_ids.write({"quantity": 1, "picked": True})
        order.picking_ids.with_context(skip_sms=True).button_validate()
        request = self._request("warranty", product_id=goods.id)

        returned = request._convert(self.kinds["return"])
        replacement = request._convert(self.kinds["replacement"])

        self.assertEqual(returned.return_id, order.picking_ids - returned)
        self.assertEqual(request.sold_on, fields.Date.context_today(request))
        self.assertEqual(returned.move_ids.product_uom_qty, 1)
        self.assertEqual((replacement.state, replacement.amount_total), ("draft", 0))
        replacement.order_line.product_uom_qty = 3
        self.assertEqual(replacement.amount_total, 0)

    def test_a_replacement_costs_nothing_where_discounts_follow_pricelists(self):
        features = ("product.group_product_pricelist", "sale.group_discount_per_so_line")
        for feature in features:
            self.env.user.group_ids |= self.env.ref(feature)
        pricelist = self.env["product.pricelist"].create({"name": "Wholesale"})
        self.late_payer.property_product_pricelist = pricelist
        self.service.list_price = 80.0
        request = self._request("warranty", product_id=self.service.id)

        order = request._convert(self.kinds["replacement"])
        order.order_line.product_uom_qty = 3

        self.assertEqual(order.pricelist_id, pricelist)
        self.assertEqual(order.amount_total, 0)

    def test_a_warranty_knows_from_the_documents_when_it_was_sold(self):
        invoice = self._invoice(
            invoice_date="2026-02-03",
            invoice_line_ids=[Command.create({"product_id": self.service.id, "price_unit": 9})],
        )
        request = self._request("warranty", product_id=self.service.id).with_user(self.user)
        elsewhere = self._request("warranty", self.freight, product_id=self.service.id)

        self.assertEqual(request.sold_on, invoice.invoice_date)
        self.assertFalse(elsewhere.sold_on)

    def test_what_the_host_lets_fewer_make_is_not_offered_to_others(self):
        storer = self._user("stan", "stock.group_stock_user", "group_user")
        buyer = self._user("bea", "purchase.group_purchase_user", "group_user")
        made = self.kinds["return"] | self.kinds["credit_note"]
        for user, kinds in (
            (self.seller, ()),
            (buyer, ()),
            (storer, ("return",)),
        ):
            with self.subTest(user=user.login):
                allowed = made.with_user(user)._filter_allowed()
                self.assertEqual(allowed.mapped("code"), list(kinds))
        request = self._request("warranty", user_id=self.seller.id)
        with self.assertRaisesRegex(UserError, "You may not create"):
            request.with_user(self.seller)._convert(self.kinds["return"])

    def test_nothing_delivered_nothing_returned(self):
        request = self._request("warranty", product_id=self.service.id)

        with self.assertRaisesRegex(UserError, "Nothing was delivered"):
            request._convert(self.kinds["return"])

    def test_whoever_has_to_act_gets_the_purchase_order(self):
        request = self._request(
            "account",
            subject_ref=f"sale.order,{self._order().id}",
            product_id=self.service.id,
            responsible_partner_id=self.freight.id,
        )

        order = request._convert(self.kinds["purchase"])

        self.assertEqual((order.partner_id, order.state), (self.freight, "draft"))
        self.assertEqual(order.order_line.product_id, self.service)

    def test_what_is_not_installed_is_refused(self):
        if "hr.expense" in self.env:
            self.skipTest("expenses are installed")
        request = self._request("charge", direction="reimburse", amount=1.0)

        with self.assertRaisesRegex(UserError, "not installed"):
            request._convert(self.kinds["expense"])

        self.assertNotIn(self.kinds["expense"], request.conversion_ids)

    # ------------------------------------------------------------
    # Automatically
    # ------------------------------------------------------------

    def test_a_category_converts_by_itself_once_nothing_is_missing(self):
        category = self.categories["warranty"]
        category.automatic_conversion_id = self.kinds["replacement"]
        request = self._request("warranty")
        self.assertFalse(request.document_ids)

        request.product_id = self.service
        request.name = "Broken again"

        order = request.document_ids._get_document()
        self.assertEqual((order.state, order.order_line.product_id), ("draft", self.service))

    def test_automatic_conversion_needs_no_rights_of_the_agent(self):
        category = self.categories["information"]
        category.automatic_conversion_id = self.kinds["quotation"]

        request = self._request("information").with_user(self.user)

        self.assertEqual(request.document_ids.document_state, "Quotation")

    def test_a_draft_waits_for_what_it_needs_itself(self):
        category = self.categories["information"]
        category.automatic_conversion_id = self.kinds["replacement"]

        request = self._request("information")
        self.assertFalse(request.document_ids)
        request.product_id = self.service

        self.assertTrue(request.document_ids)

    def test_a_failed_draft_is_noted_and_left_to_the_agent(self):
        self.categories["warranty"].automatic_conversion_id = self.kinds["replacement"]
        refusal = UserError("Locked")

        with patch.object(type(self.env["sale.order"]), "create", side_effect=refusal):
            request = self._request("warranty", product_id=self.service.id)

        self.assertEqual(request.state, "new")
        self.assertTrue(request.message_ids.filtered(lambda m: "Locked" in (m.body or "")))

    def test_only_drafts_are_made_automatically(self):
        self.assertFalse(self.kinds["return"].makes_draft)
        drafts = [kind for kind in self.kinds.values() if kind.makes_draft]
        self.assertEqual(len(drafts), len(self.kinds) - 1)

    def test_a_deleted_draft_does_not_come_back(self):
        self.categories["warranty"].automatic_conversion_id = self.kinds["replacement"]
        request = self._request("warranty", product_id=self.service.id)
        request.document_ids._get_document().unlink()
        self.assertFalse(request.document_ids)

        request.product_id = False
        request.product_id = self.service
        self.assertFalse(request.document_ids)

        # the button still makes one
        self.assertTrue(request._convert(self.kinds["replacement"]))

    def test_a_failed_draft_is_tried_once(self):
        self.categories["warranty"].automatic_conversion_id = self.kinds["replacement"]
        refusal = UserError("Locked")
        orders = type(self.env["sale.order"])

        with patch.object(orders, "create", side_effect=refusal) as create:
            request = self._request("warranty", product_id=self.service.id)
            request.user_id = self.user
            request.user_id = self.uri

        self.assertEqual(create.call_count, 1)
        notes = request.message_ids.filtered(lambda message: "Locked" in (message.body or ""))
        self.assertEqual(len(notes), 1)
