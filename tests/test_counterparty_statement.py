import io
from datetime import datetime

from openpyxl import load_workbook
from psycopg2 import IntegrityError

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.counterparty_statement_send import KEEP_CRON
from .common_statement import StatementCase

FROZEN = {"name": "X-1", "date_to": "2026-01-01", "fingerprint": "0", "content": False}


@tagged("post_install", "-at_install", "counterparty_portal")
class TestCounterpartyStatement(StatementCase):
    # ------------------------------------------------------------
    # Frozen
    # ------------------------------------------------------------

    def test_a_statement_stays_as_it_was_issued(self):
        self._move(100)
        issued = self._issue("statement")
        before = issued._get_content()

        self._move(55)

        self.assertEqual(issued._get_content(), before)
        self.assertEqual(before["ledgers"][0]["closing"], 100)
        self.assertTrue(issued.is_intact)
        self.assertEqual(self._issue("statement")._get_content()["ledgers"][0]["closing"], 155)

    def test_what_is_frozen_cannot_be_written(self):
        self._move(100)
        issued = self._issue()

        for name, value in FROZEN.items():
            with self.subTest(field=name), self.assertRaises(UserError):
                issued.write({name: value})

    def test_nobody_forges_a_paper_its_balances_or_its_answer(self):
        self._move(100)
        issued = self._issue().with_user(self.clerk)
        issued.action_mark_sent()
        line = issued.balance_ids

        for values in (
            {"state": "confirmed"},
            {"answered_name": "Chief", "answered_at": "2026-12-31"},
            {"answer_note": "agreed"},
            {"sent_at": "2026-01-01"},
            {"partner_id": self.slowpay.id},
        ):
            with self.subTest(values=values), self.assertRaises(UserError):
                issued.write(values)
        for values in ({"amount": 1.0}, {"answered_amount": 1.0, "is_answered": True}):
            with self.subTest(values=values), self.assertRaises(AccessError):
                line.write(values)
        with self.assertRaises(AccessError):
            line.unlink()
        with self.assertRaises(AccessError):
            line.create({"statement_id": issued.id, "section": "payable", "amount": 1.0,
                         "currency_id": self.own.id})  # fmt: skip
        with self.assertRaises(AccessError):
            issued.create({"name": "SA-X", "partner_id": self.slowpay.id, "date_to": "2026-12-31",
                           "company_id": self.company.id, "state": "confirmed"})  # fmt: skip
        issued.user_id = self.clerk
        issued.action_cancel()
        self.assertEqual(issued.state, "cancelled")

    def test_content_that_was_changed_behind_is_seen(self):
        self._move(100)
        issued = self._issue()
        attachment = self.env["ir.attachment"].search(
            [
                ("res_model", "=", issued._name),
                ("res_id", "=", issued.id),
                ("res_field", "=", "content"),
            ]
        )

        attachment.raw = issued._get_raw_content().replace(b"100", b"900")
        issued.invalidate_recordset()

        self.assertFalse(issued.is_intact)

    def test_numbers_are_drawn_once(self):
        self._move(100)
        self._move(100, partner_id=self.slowpay.id)

        issued = self._issue(partners=self.northwind | self.slowpay)

        self.assertEqual(len(set(issued.mapped("name"))), 2)
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            issued[1].sudo().copy({"name": issued[0].name})
            self.env.flush_all()

    def test_what_went_out_is_kept(self):
        self._move(100)
        draft, sent = self._issue(), self._issue()
        sent.action_mark_sent()

        draft.unlink()
        with self.assertRaises(UserError):
            sent.unlink()
        sent.action_cancel()
        self.assertEqual(sent.state, "cancelled")
        with self.assertRaises(UserError):
            sent.unlink()

    # ------------------------------------------------------------
    # Content
    # ------------------------------------------------------------

    def test_confirmation_has_balances_and_the_documents_behind_them(self):
        invoice = self._move(100, due="2026-04-01")
        self._pay(invoice, 60)
        self._entry(self.advances, -25)

        content = self._issue()._get_content()

        self.assertEqual(
            [(one["section"], one["closing"]) for one in content["ledgers"]],
            [("receivable", 40), ("advance_received", -25)],
        )
        self.assertEqual(
            [(item[0], item[6], item[7]) for item in content["open"]],
            [("advance_received", -25, -25), ("receivable", 100, 40)],
        )
        self.assertEqual(content["totals"], {str(self.own.id): 15})

    def test_confirmation_says_what_each_document_is_for(self):
        self._move(100, ref="Contract 17")
        issued = self._issue()

        [item] = issued._get_content()["open"]
        html = issued._get_html().decode()
        cells = load_workbook(io.BytesIO(issued._get_xlsx())).worksheets[1].iter_rows()

        self.assertIn("Contract 17", item[8])
        self.assertIn("Contract 17", html)
        self.assertIn(item[8], [row[8].value for row in cells])

    def test_paper_from_before_the_explanations_is_still_shown(self):
        self._move(100)
        issued = self._issue()
        old = issued._get_content()
        old["open"] = [item[:8] for item in old["open"]]
        self.patch(type(self.Statement), "_get_content", lambda _self: old)

        self.assertIn("100.00", issued._get_html().decode())
        self.assertTrue(issued._get_xlsx())

    def test_only_the_form_of_romania_serves_as_conciliation(self):
        self._move(100)
        for code, expected in (("RO", True), ("ES", False)):
            self.company.partner_id.country_id = self.env.ref(f"base.{code.lower()}")
            with self.subTest(country=code):
                html = self._issue()._get_html().decode()
                self.assertEqual("conciliation" in html, expected)

    def test_names_and_registers_are_frozen_too(self):
        self._move(100)
        self.northwind.write({"vat": "US123", "company_registry": "J40/1/2020"})
        self.company.partner_id.bank_ids = [
            (0, 0, {"acc_number": "RO49 AAAA", "partner_id": self.company.partner_id.id})
        ]
        self.northwind.bank_ids = [
            (0, 0, {"acc_number": "RO50 BBBB", "partner_id": self.northwind.id})
        ]

        content = self._issue()._get_content()
        self.northwind.name = "Southwind"

        self.assertEqual(content["partner"]["name"], "Northwind")
        self.assertEqual(content["partner"]["registry"], "J40/1/2020")
        self.assertEqual([bank[0] for bank in content["company"]["banks"]], ["RO49 AAAA"])
        # where others have their money is not for everybody who gets the statement
        self.assertNotIn("RO50 BBBB", str(content))

    def test_paper_workbook_and_record_have_the_same_figures(self):
        self._move(1234.5, ref="=1+1")
        issued = self._issue("statement")

        html = issued._get_html().decode()
        pages = load_workbook(io.BytesIO(issued._get_xlsx())).worksheets

        self.assertIn("1,234.50", html)
        self.assertIn(issued.fingerprint, html)
        cells = [cell.value for row in pages[0].iter_rows() for cell in row if cell.value]
        self.assertIn(1234.5, cells)
        self.assertIn(issued.fingerprint, cells)
        self.assertNotIn("=1+1", cells)
        self.assertEqual(issued.balance_ids.amount, 1234.5)

    def test_days_of_the_workbook_are_days(self):
        self._move(1234.5, day="2026-03-04")
        issued = self._issue("statement")

        pages = load_workbook(io.BytesIO(issued._get_xlsx())).worksheets

        for page in pages:
            cells = [cell.value for row in page.iter_rows() for cell in row if cell.value]
            self.assertIn(datetime(2026, 3, 4), cells)
            texts = [cell for cell in cells if isinstance(cell, str)]
            self.assertFalse([text for text in texts if text.startswith("2026-")])

    def test_paper_speaks_the_language_of_its_reader(self):
        self.env["res.lang"]._activate_lang("ro_RO")
        self._move(100)
        self.northwind.lang = "ro_RO"
        issued = self._issue()

        self.assertEqual(issued._get_lang(), "ro_RO")
        html = issued._get_html().decode()
        self.assertIn('data-oe-lang="ro_RO"', html)
        self.assertIn("31.12.2026", html)

    def test_addresses_are_written_as_the_reader_writes_them(self):
        self.env["res.lang"]._activate_lang("ro_RO")
        country = self.env.ref("base.ro")
        country.with_context(lang="ro_RO").name = "România"
        self.northwind.write({"lang": "ro_RO", "country_id": country.id})
        self._move(100)

        content = self._issue()._get_content()

        self.assertIn("România", content["partner"]["address"])

    def test_paper_is_made_once_and_no_upload_takes_its_place(self):
        self._move(100)
        issued = self._issue()
        self.patch(type(self.Statement), "_can_make_pdf", lambda _self: True)
        self.patch(
            type(self.env["ir.actions.report"]),
            "_render_qweb_pdf",
            lambda _self, _report, _ids, data=None: (b"%PDF-1.4 ours", "pdf"),
        )
        name, content = issued._get_file()
        issued.message_post(body="x", attachments=[(name, b"%PDF-1.4 forged")])
        self.assertEqual(content, b"%PDF-1.4 ours")

        kept = issued._keep_file()
        self.assertEqual(issued._keep_file(), kept)
        self.patch(
            type(self.env["ir.actions.report"]),
            "_render_qweb_pdf",
            lambda _self, _report, _ids, data=None: (b"%PDF-1.4 new", "pdf"),
        )

        # whatever becomes of layout, names and languages
        self.company.name = "Renamed Ltd"
        issued.recipient_id.lang = self._language("ro_RO")
        self.assertEqual(issued._get_pdf(), b"%PDF-1.4 ours")
        self.assertEqual(issued._keep_file(), kept)
        with self.assertRaises(IntegrityError), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            kept.unlink()
        issued.action_cancel()
        self.assertEqual(issued._get_pdf(), b"%PDF-1.4 new")

    def _language(self, code):
        self.env["res.lang"]._activate_lang(code)
        return code

    def test_what_is_printed_or_marked_as_sent_is_kept(self):
        self._move(100)
        self._move(50, partner_id=self.slowpay.id)
        papers = self._issue(partners=self.northwind | self.slowpay)
        made = []
        self._make_pdfs_by(made)
        printed, marked = papers

        printed.with_user(self.clerk).action_print()
        papers.action_mark_sent()
        self.assertFalse(marked.paper_id)
        self._run_keep()

        self.assertEqual(printed.paper_id.raw, b"%PDF-1.4 1")
        self.assertEqual(marked.paper_id.raw, b"%PDF-1.4 2")
        printed.action_print()
        self.assertEqual(made, [printed.ids, marked.ids])
        # a draft that never went out leaves nothing
        draft = self._issue()
        draft.action_print()
        paper = draft.paper_id
        draft.unlink()
        self.assertFalse(paper.exists())

    def test_one_paper_that_cannot_be_made_does_not_hold_up_the_others(self):
        self._move(100)
        self._move(50, partner_id=self.slowpay.id)
        papers = self._issue(partners=self.northwind | self.slowpay)
        papers.action_mark_sent()
        bad, good = papers
        self.patch(
            type(self.Statement),
            "_get_file",
            lambda record: ("x.html", b"<p/>") if record == good else 1 / 0,
        )

        with mute_logger("odoo.addons.counterparty_crm.models.counterparty_statement_send"):
            self._run_keep()

        self.assertEqual((bad.paper_id.name, good.paper_id.name), (False, "x.html"))

    def test_a_page_that_was_sent_stays_the_paper_when_pdfs_can_be_made(self):
        self._move(100)
        issued = self._issue()
        self.patch(type(self.env["ir.actions.report"]), "get_wkhtmltopdf_state", lambda _self: "x")
        sent = issued._keep_file().raw

        self._make_pdfs_by([])

        self.assertNotIn("pdf", issued._get_costly_files())
        self.assertEqual(issued._find_paper().raw, sent)

    def _run_keep(self):
        with self.enter_registry_test_mode():
            self.env.ref(KEEP_CRON).method_direct_trigger()

    def _make_pdfs_by(self, made):
        def render(_self, _report, ids, data=None):
            made.append(ids)
            return f"%PDF-1.4 {len(made)}".encode(), "pdf"

        self.patch(type(self.Statement), "_can_make_pdf", lambda _self: True)
        self.patch(type(self.env["ir.actions.report"]), "_render_qweb_pdf", render)

    def test_a_server_without_pdf_maker_gives_a_page(self):
        self._move(100)
        issued = self._issue()
        self.patch(type(self.env["ir.actions.report"]), "get_wkhtmltopdf_state", lambda _self: "x")

        name, content = issued._get_file()

        self.assertTrue(name.endswith(".html"))
        self.assertIn(b"Balance confirmation", content)

    # ------------------------------------------------------------
    # Rights
    # ------------------------------------------------------------

    def test_clerks_issue_and_auditors_read(self):
        self._move(100)
        issued = self._issue()
        auditor = self._accountant("aude", "account.group_account_readonly")
        seller = self._accountant("sam", "sales_team.group_sale_salesman")
        run = {"date_to": "2026-12-31", "company_id": self.company.id}

        self.env["counterparty.statement.run"].with_user(self.clerk).create(run).action_prepare()

        self.assertEqual(issued.with_user(auditor).name, issued.name)
        with self.assertRaises(AccessError):
            self.env["counterparty.statement.run"].with_user(auditor).create(run)
        for model in ("counterparty.statement", "counterparty.statement.balance"):
            self.assertFalse(self.env[model].with_user(seller).has_access("read"))

    def test_statements_of_another_company_are_invisible(self):
        self._move(100)
        issued = self._issue()
        other = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self._accountant("stan", "account.group_account_invoice")
        stranger.write({"company_ids": [(6, 0, other.ids)], "company_id": other.id})

        for records in (issued, issued.balance_ids, self.rule):
            as_stranger = records.with_user(stranger)
            with self.subTest(model=records._name):
                self.assertFalse(as_stranger.search([("id", "in", records.ids)]))
                self.assertFalse(as_stranger.has_access("read"))

    # ------------------------------------------------------------
    # Set-off
    # ------------------------------------------------------------

    def test_set_off_is_proposed_to_who_owes_and_is_owed(self):
        self._move(100)
        self._move(45, kind="in_invoice")
        self._entry(self.advances, -25)

        [(currency, proposal)] = self.northwind.with_company(
            self.company
        )._get_counterparty_set_off()

        self.assertEqual((currency, proposal.amount), (self.own.id, 45))
        action = self._issue().action_set_off()
        self.assertEqual(action["report_name"], "counterparty_crm.report_counterparty_set_off")
        html, _kind = (
            self.env["ir.actions.report"]
            .with_company(self.company)
            ._render_qweb_html(action["report_name"], self.northwind.ids)
        )
        self.assertIn("45.00", html.decode())

    def test_what_is_credited_is_not_set_off(self):
        self._move(100)
        self._move(30, kind="out_refund")
        self._move(80, kind="in_invoice")
        partner = self.northwind.with_company(self.company)

        [(_currency, proposal)] = partner._get_counterparty_set_off()
        self.assertEqual(proposal.amount, 70)

        self._move(70, kind="out_refund")
        self.assertFalse(partner._get_counterparty_set_off())

    def test_nothing_is_proposed_where_only_one_owes(self):
        self._move(100)
        issued = self._issue()

        with self.assertRaises(UserError):
            issued.action_set_off()
        seller = self._accountant("sid", "sales_team.group_sale_salesman")
        with self.assertRaises(AccessError):
            self.northwind.with_user(seller)._get_counterparty_set_off()


@tagged("post_install", "-at_install", "counterparty_portal")
class TestCounterpartyStatementAnswer(StatementCase):
    def setUp(self):
        super().setUp()
        self._move(100)
        self.paper = self._issue()
        self.paper.action_mark_sent()

    def test_confirmation_keeps_who_when_and_from_where(self):
        self.paper._answer(
            True, name="Ben Cole", partner=self.ben, way="portal", address="10.0.0.1"
        )

        self.assertEqual(self.paper.state, "confirmed")
        self.assertEqual(self.paper.answered_by_id, self.ben)
        self.assertEqual(self.paper.answered_address, "10.0.0.1")
        self.assertTrue(self.paper.answered_at)
        self.assertEqual(self.paper.balance_ids.difference, 0)
        with self.assertRaises(UserError):
            self.paper._answer(False, name="Ben Cole", note="No")

    def test_objection_names_the_difference_and_tells_the_responsible(self):
        self.paper.user_id = self.clerk

        line = self.paper.balance_ids
        self.paper._answer(
            False, name="Ben", note="One is paid", amounts={line.id: 60.0}, files=[("a.txt", b"x")]
        )

        self.assertEqual((self.paper.state, line.difference), ("disputed", -40))
        self.assertEqual(self.paper.answer_attachment_ids.name, "a.txt")
        self.assertEqual(self.paper.activity_ids.user_id, self.clerk)

    def test_objection_without_a_word_is_none(self):
        with self.assertRaises(UserError):
            self.paper._answer(False, name="Ben")

        self.assertEqual(self.paper.state, "sent")

    def test_what_was_disputed_may_be_confirmed_later(self):
        self.paper._answer(False, name="Ben", note="No")
        self.paper._answer(True, name="Ben")

        self.assertEqual(self.paper.state, "confirmed")
        self.assertEqual(len(self.paper.message_ids.filtered(lambda one: "objects" in one.body)), 1)

    def test_statements_drafts_and_withdrawn_ones_take_no_answer(self):
        draft, statement, gone = self._issue(), self._issue("statement"), self._issue()
        statement.action_mark_sent()
        gone.action_cancel()

        for record in (draft, statement, gone):
            with self.subTest(record=record.display_name), self.assertRaises(UserError):
                record._answer(True, name="Ben")

    def test_staff_records_signed_paper(self):
        context = self.paper.action_answer()["context"]
        reply = self.env["counterparty.statement.reply"].with_user(self.clerk)
        reply = reply.with_context(**context).create(
            {
                "answer": "disputed",
                "signed_by": "Maria, accountant",
                "paper": "eA==",
                "paper_name": "signed.pdf",
            }
        )
        reply.line_ids.answered_amount = 90

        reply.action_record()

        self.assertEqual((self.paper.state, self.paper.answered_way), ("disputed", "paper"))
        self.assertEqual(self.paper.balance_ids.difference, -10)
        self.assertEqual(self.paper.answer_attachment_ids.mapped("name"), ["signed.pdf"])
