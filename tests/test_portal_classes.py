"""The known ways in which portals of this kind have leaked, and the tests that stand for each.

== ============================== =================================================================
no class                          tests
== ============================== =================================================================
1  records by id (IDOR)           test_portal_matrix: papers_by_person, forms_for_papers_of_others
2  own parent, foreign child      here: a_foreign_child_of_an_own_parent_is_refused
3  links and their keys           test_portal_attacks.TestPortalKeys, TestPortalLinksAtTheEnd;
                                  test_portal_statement: only_the_right_token_opens_a_paper
4  rules of the commercial partner here: who_has_no_company_any_more_sees_nothing;
                                  test_counterparty_authorization: a_contact_that_moves
5  fields by program              test_portal_leaks: our_fields_are_no_ones_to_read,
                                  what_goods_cost_stays_ours
6  public methods                 test_access_methods: strangers_change_nothing
7  hidden fields in domains       test_portal_leaks: margins_stay_ours, counts_groups_and_names
8  attachments                    here: files_of_inner_notes_stay_inside; test_portal_document
9  chatter                        test_portal_request_steps: a_customer_answers_in_the_portal
                                  (note and rating are ignored); test_portal_access:
                                  chatter_and_files_follow_the_authorization; here:
                                  a_message_by_program_is_the_senders_own_words,
                                  no_word_from_inside_is_read_by_its_number
10 mass assignment                test_portal_request: a_form_decides_nothing_but_what_it_asks
11 forms without token, GET       test_portal_matrix: forms_for_papers_of_others, no_get_changes
12 scripts in texts               test_portal_leaks: what_visitors_write_is_text
13 open redirects                 here: no_page_leads_to_another_site
14 templates in texts             test_portal_leaks: what_visitors_write_is_text
15 domains and code as texts      here: no_model_of_ours_keeps_a_domain_as_text
16 stored values of all           test_counterparty_profit_report: salesperson_sees_own_sales
17 reports past record rules      here: reports_without_table_have_rights_and_a_company_rule
18 several companies              test_portal_statement: each_of_our_companies_has_its_own_balance;
                                  test_counterparty_statement: statements_of_another_company
19 right to export                here: exports_of_staff_are_closed_to_visitors
20 formulas in sheets             test_tools_sheets; test_tools_web_form: cells_are_no_formulas
21 bombs in imports               test_tools_tables: a_file_that_unfolds_to_gigabytes;
                                  test_portal_request: files_that_could_run_or_are_too_many
22 limits of size                 test_portal_statement: pages_take_any_parameters;
                                  here: a_paper_of_many_lines_is_a_page
23 limits of rate                 test_portal_attacks.TestPortalAgain; test_portal_request:
                                  too_many_forms_wait_for_an_hour
24 who is known                   test_portal_topics: everybody_may_ask_and_the_answer_is_the_same
25 mails from strangers           test_counterparty_inbox_reply: a_stranger_who_knows_a_message_id,
                                  a_stranger_with_a_number_gets_a_request_of_its_own
26 headers                        test_portal_pages: pages_stay_with_their_reader
27 rights by a portal form        test_portal_manage: people_of_others_and_of_ours_are_refused
== ============================== =================================================================
"""

from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import JsonRpcException, tagged
from odoo.tools import mute_logger

from ..models import counterparty_statement_send
from .common_portal_world import PortalWorldCase


@tagged("post_install", "-at_install", "counterparty_portal")
class TestPortalClasses(PortalWorldCase):
    """Those classes of leaks that have no better place."""

    def test_a_foreign_child_of_an_own_parent_is_refused(self):
        """Amounts of the lines of a foreign paper are not written through an own one."""
        mine, theirs = self.mine.statement, self.theirs.statement
        foreign = theirs.balance_ids[0]
        self._enter(self.anna)

        self._post(
            f"/my/statements/{mine.id}/answer",
            page=f"/my/statements/{mine.id}",
            answer="disputed",
            name="Anna",
            note="see amounts",
            **{f"amount_{foreign.id}": "1"},
        )

        self.assertEqual((mine.state, theirs.state), ("disputed", "sent"))
        self.assertFalse(foreign.is_answered)

    def test_who_has_no_company_any_more_sees_nothing(self):
        papers = {"order": self.mine.papers["order"], "invoice": self.mine.papers["invoice"]}
        self.assertTrue(self._seen(self.anna, papers))
        self.anna.partner_id.parent_id = False
        self.assertFalse(self._seen(self.anna, papers))

        self.assertTrue(self._seen(self.dana, papers))
        (self.alfa.user_ids | self.alfa.child_ids.user_ids).active = False
        for represented in (str(self.alfa.id), "all"):
            self.alfa.active = True
            self._enter(self.dana)
            self._post("/my/represent", page="/my/home", partner=represented)
            self._check_shown(self.mine.marks["statement"], self._get("/my/statements").text)
            self.alfa.active = False
            for url in ("/my/statements", "/my/balance", "/my/documents"):
                with self.subTest(represented=represented, url=url):
                    text = self._get(url).text
                    for mark in ("statement", "invoice", "document"):
                        self._check_hidden(self.mine.marks[mark], text)

    @mute_logger("odoo.http")
    def test_files_of_inner_notes_stay_inside(self):
        request = self.mine.request
        file = self.env["ir.attachment"].create(
            {"name": "inner.txt", "raw": b"inner words", "res_model": "counterparty.request",
             "res_id": request.id}
        )  # fmt: skip
        request.message_post(
            body="Inner words", attachment_ids=file.ids, subtype_xmlid="mail.mt_note"
        )
        self._enter(self.anna)
        self.assertNotEqual(self._get(f"/web/content/{file.id}").status_code, 200)
        self._check_hidden("inner.txt", self._get(f"/my/requests/{request.id}").text)
        self._check_hidden("nner words", self._get(f"/my/requests/{request.id}").text)

        foreign = self.env["ir.attachment"].create({"name": "foreign.txt", "raw": b"foreign"})
        with self.assertRaises(JsonRpcException):
            self.make_jsonrpc_request(
                "/mail/message/post",
                {
                    "thread_model": "counterparty.request",
                    "thread_id": request.id,
                    "post_data": {"body": "x", "attachment_ids": foreign.ids},
                    "attachment_tokens": ["forged"],
                },
            )
        self.assertFalse(foreign.res_id)

    def test_a_message_by_program_is_the_senders_own_words(self):
        inside = self.env.ref("mail.mt_note")
        foreign = self.env["ir.attachment"].create({"name": "foreign.txt", "raw": b"foreign"})
        self.mine.request.with_user(self.anna).message_post(
            body="By program",
            author_id=self.env.user.partner_id.id,
            email_from="boss@example.com",
            subtype_xmlid="mail.mt_note",
            message_type="email",
            partner_ids=self.bela.partner_id.ids,
            attachment_ids=foreign.ids,
        )
        said = self.mine.request.message_ids.sorted("id")[-1]
        self.assertEqual(said.author_id, self.anna.partner_id)
        self.assertNotIn("boss@example.com", said.email_from)
        self.assertNotEqual(said.subtype_id, inside)
        self.assertFalse(said.partner_ids | said.notified_partner_ids & self.bela.partner_id)
        self.assertFalse(said.attachment_ids)
        self.assertFalse(foreign.res_id)

    def test_no_word_from_inside_is_read_by_its_number(self):
        """The host hides notes of people alone; what programs note is read by its number."""
        papers = (self.mine.request, self.mine.papers["order"], self.mine.papers["invoice"],
                  self.alfa)  # fmt: skip
        for paper in papers:
            inside = [
                paper._message_log(body="Inner words"),
                paper.message_post(body="Inner words", subtype_xmlid="mail.mt_note"),
                paper.message_post(
                    body="Inner words", message_type="comment", subtype_xmlid="mail.mt_note"
                ),
            ]
            said = paper.message_post(
                body="Words", message_type="comment", subtype_xmlid="mail.mt_comment"
            )
            for user in (self.anna, self.alfa_login, self.dana):
                self.env.invalidate_all()
                for message in inside:
                    with (
                        self.subTest(paper=paper._name, user=user.login),
                        self.assertRaises(AccessError),
                    ):
                        message.with_user(user).read(["body"])
                if paper.with_user(user).has_access("read"):
                    self.assertIn("Words", said.with_user(user).body)
        own = self.mine.request.with_user(self.anna).sudo()._message_log(body="By myself")
        self.assertIn("By myself", own.with_user(self.anna).body)
        told = self.alfa.message_notify(body="To you", partner_ids=self.anna.partner_id.ids)
        self.assertIn("To you", told.with_user(self.anna).body)

    def test_no_page_leads_to_another_site(self):
        evil = "https://evil.example/"
        query = "&".join(f"{name}={evil}" for name in ("redirect", "callback", "url", "next"))
        self._enter(self.alfa_login)
        for rule, (methods, kind, _auth) in self._get_routes().items():
            if kind != "http" or "<" in rule or "GET" not in methods:
                continue
            with self.subTest(route=rule):
                self._check_hidden(
                    "evil.example", self._get(f"{rule}?{query}").headers.get("Location", "")
                )
        for url in ("/my/represent", "/my/company/contact", "/my/topics", "/my/company/change"):
            with self.subTest(route=url):
                answer = self._post(
                    url, page="/my/company", redirect=evil, callback=evil, partner="all", name="N",
                    contact_name="N",
                )  # fmt: skip
                self.assertEqual(answer.status_code, 303)
                self._check_hidden("evil.example", answer.headers["Location"])

    def test_no_model_of_ours_keeps_a_domain_as_text(self):
        found = {
            f"{name}.{field.name}"
            for name in self.env.registry
            if name.startswith("counterparty.")
            for field in self.env[name]._fields.values()
            if field.store and field.type in ("char", "text")
            and any(word in field.name for word in ("domain", "python", "formula", "expression"))
        }  # fmt: skip
        self.assertEqual(found, set())

    def test_reports_without_table_have_rights_and_a_company_rule(self):
        rules, rights = self.env["ir.rule"], self.env["ir.model.access"]
        visitors = self.env.ref("base.group_portal") | self.env.ref("base.group_public")
        for name in self.env.registry:
            model = self.env[name]
            if not name.startswith("counterparty.") or model._abstract or model._auto:
                continue
            with self.subTest(model=name):
                lines = rights.search([("model_id.model", "=", name)])
                self.assertFalse(lines.group_id & visitors)
                self.assertTrue(all(line.group_id for line in lines))
                if "company_id" in model._fields and lines:
                    texts = rules.search([("model_id.model", "=", name)]).mapped("domain_force")
                    self.assertTrue(any("company" in (text or "") for text in texts))

    @mute_logger("odoo.http")
    def test_exports_of_staff_are_closed_to_visitors(self):
        for user in (self.anna, self.plain_user):
            self._enter(user)
            with self.subTest(user=user.login):
                for url in (
                    f"/counterparty/statements/{self.mine.statement.id}/xlsx",
                    f"/counterparty/statements/print/{self.mine.statement.id}",
                ):
                    self.assertEqual(self._get(url).status_code, 404)
                answer = self._post(
                    "/counterparty/history/xlsx", page="/my/security", partner_id=str(self.alfa.id)
                )
                self.assertGreaterEqual(answer.status_code, 400)
                self.assertLess(answer.status_code, 500)

    def test_a_paper_of_many_lines_is_a_page(self):
        paper = self.mine.statement
        with patch.object(counterparty_statement_send, "MAX_PDF_LINES", 0):
            self.assertTrue(paper._is_long())
            self.assertTrue(paper._get_file()[0].endswith(".html"))
            self._enter(self.anna)
            page = f"/my/statements/{paper.id}"
            # what takes seconds is made by a button, where it is counted
            for kind in ("pdf", "xlsx", "html"):
                with self.subTest(kind=kind):
                    answer = self._get(f"{page}/{kind}")
                    self.assertTrue(answer.headers["Location"].partition("?")[0].endswith(page))
                    answer = self._post(f"{page}/{kind}", page=page)
                    is_text = answer.headers["Content-Type"].startswith("text/html")
                    self.assertEqual((answer.status_code, is_text), (200, kind != "xlsx"))
            # a paper is made once, the others each time
            self.env["ir.config_parameter"].set_param("counterparty_crm.request_form_limit", "4")
            codes = [
                self._post(f"{page}/{kind}", page=page).status_code
                for kind in ("pdf", "xlsx", "html", "pdf")
            ]
        self.assertEqual(codes, [200, 200, 429, 200])
        self.assertFalse(paper._is_long())
        for kind in ("xlsx", "html"):
            self.assertEqual(self._get(f"{page}/{kind}").status_code, 200)


@tagged("post_install", "-at_install", "counterparty_portal")
class TestPortalBadInput(PortalWorldCase):
    """What people type by mistake or on purpose, and what they are told."""

    def test_amounts_of_an_objection(self):
        paper = self.mine.statement
        line = paper.balance_ids[0]
        self._enter(self.anna)
        for text in ("1e309", "NaN", "inf", "12,34,56", "abc", "1" * 60, "\x00"):
            with self.subTest(text=text[:8]):
                answer = self._object(paper, line, text)
                self.assertIn(answer.status_code, (400, 422))
                self.assertEqual(paper.state, "sent")
        for text, amount in (("0", 0.0), ("-1,5", -1.5), ("1.5", 1.5), ("1.234,5", 1234.5)):
            with self.subTest(text=text):
                self.assertEqual(self._object(paper, line, text).status_code, 303)
                self.assertEqual(line.answered_amount, amount)

    def _object(self, paper, line, text):
        return self._post(
            f"/my/statements/{paper.id}/answer",
            page=f"/my/statements/{paper.id}",
            answer="disputed",
            name="Anna",
            **{f"amount_{line.id}": text},
        )

    def test_days_of_an_authorization(self):
        self._enter(self.alfa_login)
        rows = self.env["counterparty.authorization"]
        count = rows.search_count([])
        yesterday = fields.Date.subtract(fields.Date.today(), days=1)
        for day in (str(yesterday), "2026-02-31", "x", "0000-00-00"):
            with self.subTest(day=day):
                answer = self._post(
                    "/my/authorizations/new", page="/my/authorizations", scope="orders",
                    person=str(self.anna.partner_id.id), date_to=day,
                )  # fmt: skip
                self.assertEqual(answer.status_code, 422)
        self.assertEqual(rows.search_count([]), count)

    def test_texts_that_are_too_long_or_strange(self):
        self._enter(self.alfa_login)
        people = len(self.alfa.child_ids)
        for name in (
            "x" * 5000,
            "\u202eevil",
            "🙂" * 50,
            "a\x00b",
            "\ud800".encode("utf-8", "surrogatepass"),
        ):
            with self.subTest(name=repr(name)[:12]):
                answer = self._post("/my/company/contact", page="/my/company", contact_name=name)
                self.assertLess(answer.status_code, 500)
        for child in self.alfa.child_ids[people:]:
            self.assertLessEqual(len(child.name), 300)
            self.assertNotIn("\u202e", child.name)

    def test_periods_of_a_statement(self):
        self._enter(self.anna)
        for query in ("date_from=2019-01-01&date_to=2019-01-31",
                      "date_from=2026-03-01&date_to=2026-03-01",
                      "date_from=2030-01-01&date_to=2030-12-31"):  # fmt: skip
            with self.subTest(query=query):
                self.assertEqual(self._get(f"/my/statement?{query}").status_code, 200)
        early = self._get("/my/statement?date_from=2019-01-01&date_to=2019-01-31").text
        self._check_hidden(self.mine.marks["invoice"], early)
