from datetime import timedelta

from odoo import fields
from odoo.tests import JsonRpcException, tagged
from odoo.tools import mute_logger

from ..controllers import portal_statement
from .common_portal import PortalPageCase

BAD_QUERIES = (
    "page=2",
    "page=abc",
    "page=",
    "date_from=2026-02-31",
    "date_from=2026-12-01&date_to=2026-01-01",
    "date_from=9999-99-99&date_to=x",
    "date_from=%27%3B+DROP+TABLE",
    "date_from=1900-01-01&date_to=2199-12-31",
    "side=x",
    "currency=x",
    "currency=-1",
    "currency=99999999999999999999",
    "counterparty=0",
    "counterparty=99999999999999999999",
    "counterparty=x",
    "company=0",
    "company=99999999999999999999",
    "company=x",
    "x=%00",
)
BAD_PAGES = ("0", "2", "99999", "99999999999999999999")
BAD_IDS = ("0", "999999", "99999999999999999999")


class StatementPageCase(PortalPageCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.write(
            {
                "counterparty_portal_balance": True,
                "counterparty_portal_statement": True,
                "counterparty_portal_pay": True,
            }
        )
        cls.mine = cls._invoice(cls.alfa, day="2026-03-01", price=123.45)
        cls.foreign = cls._invoice(cls.beta, day="2026-03-02", price=987.65)

    def _paper(self, partner=None, kind="confirmation", state="sent"):
        paper = self.env["counterparty.statement"]._issue(
            partner or self.alfa,
            self.company,
            kind=kind,
            date_from=fields.Date.to_date("2026-01-01"),
            date_to=fields.Date.to_date("2026-12-31"),
        )
        if state == "sent":
            paper.action_mark_sent()
        return paper

    def _count(self):
        return self.env["counterparty.statement"].search_count([])

    def _check_private(self, answer):
        self.assertEqual(answer.headers["Cache-Control"], "no-store")
        self.assertEqual(answer.headers["Referrer-Policy"], "no-referrer")
        self.assertIn("frame-ancestors", answer.headers["Content-Security-Policy"])


@tagged("post_install", "-at_install", "counterparty_portal")
class TestPortalStatement(StatementPageCase):
    # ------------------------------------------------------------
    # Balance and statement
    # ------------------------------------------------------------

    def test_balance_shows_what_is_open_of_the_own_company(self):
        self._sign_in(self.anna)

        answer = self._get("/my/balance")

        self._check_shown(self.mine.name, answer.text)
        self._check_shown("123.45", answer.text)
        self._check_hidden(self.foreign.name, answer.text)
        self._check_hidden("987.65", answer.text)
        self._check_private(answer)

    def test_statement_shows_every_line_of_the_period(self):
        self._sign_in(self.anna)

        page = self._get("/my/statement?date_from=2026-01-01&date_to=2026-12-31")

        self._check_shown(self.mine.name, page.text)
        self._check_hidden(self.foreign.name, page.text)
        self._check_private(page)
        before = self._get("/my/statement?date_from=2025-01-01&date_to=2025-12-31").text
        self._check_hidden(self.mine.name, before)
        after = self._get("/my/statement?date_from=2026-06-01&date_to=2026-12-31").text
        self._check_hidden(self.mine.name, after)
        self._check_shown("123.45", after)

    def test_pages_of_a_long_statement_lead_to_each_other(self):
        self.patch(portal_statement, "STEP", 1)
        self._invoice(self.alfa, day="2026-05-05", price=10)
        self._sign_in(self.anna)
        terms = "?date_from=2026-01-01&date_to=2026-12-31"

        first = self._get(f"/my/statement{terms}").text
        last = self._get(f"/my/statement/page/2{terms}").text

        self._check_shown("Opening balance", first)
        self._check_shown("Continued on the next page", first)
        self._check_hidden("Closing balance", first)
        self._check_shown("Carried forward", last)
        self._check_hidden("Opening balance", last)
        self._check_shown("133.45", last)

    def test_a_currency_that_was_chosen_is_that_of_ages_too(self):
        self._sign_in(self.anna)
        chosen = self.env.ref("base.EUR")
        self.assertNotEqual(chosen, self.company.currency_id)

        page = self._get(f"/my/statement?date_from=2026-01-01&currency={chosen.id}").text
        self._check_hidden("How old is what is open today", page)
        # none that there is: all of them
        page = self._get("/my/statement?date_from=2026-01-01&currency=7654321").text
        self._check_shown("How old is what is open today", page)
        self._check_shown(self.mine.name, page)

    def test_pages_take_any_parameters(self):
        self._sign_in(self.anna)

        for query in BAD_QUERIES:
            for url in ("/my/statement", "/my/balance", "/my/statements", "/my/balance/pay"):
                with self.subTest(url=url, query=query):
                    self.assertEqual(self._get(f"{url}?{query}").status_code, 200)
        for number in BAD_PAGES:
            for url in ("/my/statement", "/my/balance", "/my/statements"):
                with self.subTest(url=url, page=number):
                    self.assertEqual(self._get(f"{url}/page/{number}").status_code, 200)
        for query in ("invoice=x", "invoice=-1&invoice=99999999999999999999", "all=%00"):
            with self.subTest(query=query):
                self.assertEqual(self._get(f"/my/balance/pay?{query}").status_code, 200)

    def test_another_counterparty_cannot_be_asked_for(self):
        self._sign_in(self.anna)

        page = self._get(f"/my/statement?date_from=2026-01-01&counterparty={self.beta.id}").text

        self._check_hidden(self.foreign.name, page)
        self._check_shown(self.mine.name, page)

    def test_each_of_our_companies_has_its_own_balance(self):
        other = self.env["res.company"].create({"name": "Our Other Company"})
        foreign = self.env["res.company"].create({"name": "Not for Anna"})
        (other | foreign).counterparty_portal_balance = True
        self.anna.company_ids |= other
        self._sign_in(self.anna)

        page = self._get(f"/my/balance?company={other.id}").text
        self._check_shown("Our Other Company", page)
        self._check_hidden(self.mine.name, page)
        for company in (self.company, foreign):
            page = self._get(f"/my/balance?company={company.id}").text
            self._check_shown(self.mine.name, page)
            self._check_hidden("Not for Anna", page)

    def test_by_authorization_nothing_leads_to_an_account_that_is_not_shown(self):
        self._by_authorization()
        self.company.counterparty_portal_prices = True
        self._sign_in(self.anna)
        for url in ("/my/balance", "/my/statement"):
            self._check_hidden(f'"{url}"', self._get("/my/home").text)
            self._check_hidden(f'"{url}"', self._get("/my/statements").text)
        self._check_shown("Nobody has authorized you", self._get("/my/prices").text)

        self._authorize(self.anna, self.alfa, "statement", "orders")

        for url in ("/my/balance", "/my/statement"):
            self._check_shown(f'"{url}"', self._get("/my/home").text)
        self._check_hidden("Nobody has authorized you", self._get("/my/prices").text)

    def test_pages_that_are_switched_off_do_not_exist(self):
        self.company.write(
            {"counterparty_portal_balance": False, "counterparty_portal_statement": False}
        )
        self._sign_in(self.anna)

        for url in ("/my/balance", "/my/statement", "/my/balance/pay"):
            with self.subTest(url=url):
                self.assertEqual(self._get(url).headers["Location"].split("8069")[-1][-3:], "/my")
        self._check_hidden("/my/balance", self._get("/my/home").text)

    def test_strangers_sign_in_first(self):
        for url in ("/my/balance", "/my/statement", "/my/statements", "/my/statements/1"):
            with self.subTest(url=url):
                answer = self._get(url)
                self.assertIn("/web/login", answer.headers.get("Location", ""))

    def test_by_authorization_only_who_is_authorized_sees_figures(self):
        self._by_authorization()
        row = self._authorize(self.anna, self.alfa, "statement")
        self._sign_in(self.alan)
        self.assertEqual(self._get("/my/balance").status_code, 303)
        self._sign_in(self.anna)
        self._check_shown("123.45", self._get("/my/balance").text)

        row.date_to = fields.Date.today() - timedelta(days=1)

        for url in ("/my/balance", "/my/statement"):
            with self.subTest(url=url):
                self.assertEqual(self._get(url).status_code, 303)

    # ------------------------------------------------------------
    # Issue
    # ------------------------------------------------------------

    def test_a_download_is_frozen_once(self):
        self._sign_in(self.anna)
        terms = {"date_from": "2026-01-01", "date_to": "2026-12-31", "side": "all"}
        before = self._count()

        urls = {
            self._post("/my/statement/issue", "/my/statement", format=kind, **terms).headers[
                "Location"
            ]
            for kind in ("xlsx", "html", "xlsx")
        }

        self.assertEqual(self._count(), before + 1)
        self.assertEqual(len(urls), 2)
        for url in urls:
            answer = self._get(url)
            self.assertEqual(answer.status_code, 200)
            self._check_private(answer)

    def test_nothing_is_issued_without_the_token_of_the_form(self):
        self._sign_in(self.anna)
        before = self._count()

        with mute_logger("odoo.http"):
            answer = self.url_open("/my/statement/issue", data={"csrf_token": "x"})

        self.assertEqual(answer.status_code, 400)
        self.assertEqual(self._count(), before)

    def test_nothing_changes_by_looking(self):
        paper = self._paper()
        self._sign_in(self.anna)
        before = self._count(), paper.state, len(paper.message_ids)

        for url in (
            "/my/home",
            "/my/balance",
            "/my/statement",
            "/my/statements",
            f"/my/statements/{paper.id}",
            f"/my/statements/{paper.id}/xlsx",
            f"/my/statements/{paper.id}/html",
            f"/my/statements/{paper.id}/answer",
            "/my/balance/pay?all=1",
        ):
            self._get(url)

        self.env.invalidate_all()
        self.assertEqual((self._count(), paper.state, len(paper.message_ids)), before)

    # ------------------------------------------------------------
    # Papers
    # ------------------------------------------------------------

    def test_papers_of_others_answer_as_if_there_were_none(self):
        foreign, draft = self._paper(self.beta), self._paper(state="draft")
        self._sign_in(self.anna)
        nothing = self._get("/my/statements/99999999")

        for number in (str(foreign.id), str(draft.id), *BAD_IDS):
            for end in ("", "/pdf", "/xlsx", "/html", "/nonsense"):
                with self.subTest(number=number, end=end):
                    answer = self._get(f"/my/statements/{number}{end}")
                    self.assertEqual(answer.status_code, nothing.status_code)
                    self.assertEqual(answer.headers["Location"], nothing.headers["Location"])
        self._check_hidden(foreign.name, self._get("/my/statements").text)
        self.env["counterparty.statement"].search([]).sudo().flush_recordset()
        self.assertEqual(foreign.state, "sent")

    @mute_logger("odoo.http")
    def test_nobody_writes_into_the_conversation_of_a_paper(self):
        paper = self._paper()
        token, before = paper._portal_ensure_token(), paper.message_ids
        for user, key in ((None, token), (None, "ü"), (self.anna, token), (self.anna, None)):
            if user:
                self._sign_in(user)
            with self.subTest(user=bool(user), key=key), self.assertRaises(JsonRpcException):
                self.make_jsonrpc_request(
                    "/mail/message/post",
                    {
                        "thread_model": paper._name,
                        "thread_id": paper.id,
                        "post_data": {"body": "Hello", "token": key},
                        "token": key,
                    },
                )
        paper.invalidate_recordset()
        self.assertEqual(paper.message_ids, before)

    def test_what_waits_for_an_answer_comes_first(self):
        done, waiting, statement = self._paper(), self._paper(), self._paper(kind="statement")
        done._answer(True, name="Anna")
        self._sign_in(self.anna)

        page = self._get("/my/statements").text

        places = [page.index(paper.name) for paper in (waiting, done, statement)]
        self.assertEqual(places, sorted(places))

    def test_only_the_right_token_opens_a_paper(self):
        paper, other = self._paper(), self._paper(self.beta)
        token, foreign = paper._portal_ensure_token(), other._portal_ensure_token()
        url = f"/my/statements/{paper.id}?access_token="

        self.assertEqual(self._get(url + token).status_code, 200)
        for wrong in ("x", foreign, token[:-1], token + "0", "%C3%BC", ""):
            with self.subTest(token=wrong):
                self.assertNotEqual(self._get(url + wrong).status_code, 200)

    def test_portal_users_read_nothing_of_it_by_rpc(self):
        paper = self._paper()
        self._sign_in(self.anna)
        for model in ("counterparty.statement", "counterparty.statement.balance"):
            with (
                self.subTest(model=model),
                mute_logger("odoo.http"),
                self.assertRaises(JsonRpcException),
            ):
                self.make_jsonrpc_request(
                    f"/web/dataset/call_kw/{model}/search_read",
                    {"model": model, "method": "search_read", "args": [[]], "kwargs": {}},
                )
        with mute_logger("odoo.http"), self.assertRaises(JsonRpcException):
            self.make_jsonrpc_request(
                "/web/dataset/call_kw/counterparty.statement/action_cancel",
                {
                    "model": "counterparty.statement",
                    "method": "action_cancel",
                    "args": [paper.ids],
                    "kwargs": {},
                },
            )
        self.assertEqual(paper.state, "sent")

    # ------------------------------------------------------------
    # Answers
    # ------------------------------------------------------------

    def test_a_visitor_confirms(self):
        paper = self._paper()
        self._sign_in(self.anna)
        url = f"/my/statements/{paper.id}"

        answer = self._post(f"{url}/answer", url, answer="confirmed", name="Anna, accountant")

        self.assertIn("done=confirmed", answer.headers["Location"])
        self.assertEqual((paper.state, paper.answered_way), ("confirmed", "portal"))
        self.assertEqual(paper.answered_by_id, self.anna.partner_id)
        self.assertTrue(paper.answered_address)
        again = self._post(
            f"{url}/answer", "/my/statement", answer="disputed", name="Anna", note="No"
        )
        self.assertEqual((again.status_code, paper.state), (422, "confirmed"))

    def test_the_holder_of_the_link_objects_with_amounts_and_file(self):
        paper = self._paper()
        paper._portal_ensure_token()
        page = paper.get_portal_url()
        line = paper.balance_ids

        answer = self._post(
            f"/my/statements/{paper.id}/answer",
            page,
            files={"files": ("ledger.pdf", b"%PDF-1.4", "application/pdf")},
            access_token=paper.access_token,
            answer="disputed",
            name="Bob",
            **{f"amount_{line.id}": "-1.000,50"},
        )

        self.assertEqual(answer.status_code, 303)
        self.assertEqual((paper.state, paper.answered_way), ("disputed", "link"))
        self.assertEqual(line.answered_amount, -1000.5)
        self.assertEqual(paper.answer_attachment_ids.name, "ledger.pdf")

    def test_what_was_filled_in_wrong_is_said_and_nothing_kept(self):
        paper = self._paper()
        self._sign_in(self.anna)
        url = f"/my/statements/{paper.id}"
        amount = f"amount_{paper.balance_ids.id}"
        cases = [
            {"answer": "disputed", "name": "Anna"},
            {"answer": "disputed", "name": "Anna", amount: "NaN"},
            {"answer": "disputed", "name": "Anna", amount: "1e309"},
        ]
        for values in cases:
            with self.subTest(values=values):
                answer = self._post(f"{url}/answer", url, **values)
                self.assertEqual(answer.status_code, 422)
                self.assertEqual(paper.state, "sent")
        refused = self._post(
            f"{url}/answer",
            url,
            files={"files": ("x.exe", b"MZ", "application/x-msdownload")},
            answer="confirmed",
            name="Anna",
        )
        self.assertEqual((refused.status_code, paper.state), (422, "sent"))

    def test_texts_of_visitors_are_no_code(self):
        paper = self._paper()
        self._sign_in(self.anna)
        url = f"/my/statements/{paper.id}"
        attack = '"><svg onload=alert(1)>{{ 7*7 }}'

        self._post(f"{url}/answer", url, answer="disputed", name=attack, note=attack)

        page = self._get(url).text
        self._check_hidden("<svg onload", page)
        self._check_shown("{{ 7*7 }}", page)
        self.assertNotIn("<svg", paper.message_ids[:1].body)

    def test_a_confirmation_waits_on_the_home_page(self):
        self._paper()
        self._sign_in(self.anna)

        self._check_shown("Balances to confirm", self._get("/my/waiting").text)
        counters = self.make_jsonrpc_request(
            "/my/counters", {"counters": ["counterparty_statement_count"]}
        )
        self.assertEqual(counters["counterparty_statement_count"], 1)

    # ------------------------------------------------------------
    # Staff
    # ------------------------------------------------------------

    def test_staff_without_accounts_prints_nothing(self):
        paper = self._paper()
        self.authenticate("admin", "admin")
        self.assertEqual(self._get(f"/counterparty/statements/{paper.id}/xlsx").status_code, 200)

        self._sign_in(self.anna)

        for url in (f"print/{paper.id}", f"{paper.id}/xlsx", "print/x-0-99999999999", "print/"):
            with self.subTest(url=url):
                answer = self._get(f"/counterparty/statements/{url}")
                self.assertEqual(answer.status_code, 404)

    def test_staff_prints_each_paper_in_the_language_of_its_reader(self):
        self.env["res.lang"]._activate_lang("ro_RO")
        self.alfa.lang = "ro_RO"
        paper = self._paper()
        self.patch(type(paper), "_can_make_pdf", lambda _self: False)
        self.authenticate("admin", "admin")

        html = self._get(f"/counterparty/statements/print/{paper.id}").text

        self.assertIn('data-oe-lang="ro_RO"', html)
        self.assertIn(paper.date_to.strftime("%d.%m.%Y"), html)
        self.assertIn(self.company.name, html)


@tagged("post_install", "-at_install", "counterparty_portal")
class TestPortalStatementRequest(StatementPageCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param("counterparty_crm.request_portal", "True")
        cls.category = cls.env.ref("counterparty_crm.request_category_statement")

    def _send(self, **values):
        terms = {"date_from": "2026-01-01", "date_to": "2026-12-31", "form_key": "k1", **values}
        return self._post("/my/statement/send", "/my/statement", **terms)

    def _requests(self):
        return self.env["counterparty.request"].search([("category_id", "=", self.category.id)])

    def test_send_me_my_statement_is_answered_by_itself(self):
        self._sign_in(self.anna)

        answer = self._send()
        self._send()

        request = self._requests()
        self.assertEqual(len(request), 1)
        self.assertIn(f"/my/requests/{request.id}", answer.headers["Location"])
        self._check_shown(request.number, self._get(answer.headers["Location"]).text)
        self.assertEqual((request.state, request.closed_by), ("closed", "system"))
        self.assertEqual(request.statement_id.partner_id, self.alfa)
        answered = request.message_ids.filtered("attachment_ids")
        self.assertEqual(len(answered), 1)
        self.assertIn(request.statement_id.name, answered.attachment_ids.name)
        # days as the reader writes them
        for text in (request.description, answered.body):
            self.assertIn("12/31/2026", text)
            self.assertNotIn("2026-12-31", text)

    def test_a_currency_that_was_chosen_is_that_of_the_mail(self):
        self._sign_in(self.anna)
        chosen = self.env.ref("base.EUR")
        page = self._get(f"/my/statement?date_from=2026-01-01&currency={chosen.id}").text
        self.assertEqual(page.count(f'name="currency" value="{chosen.id}"'), 2)

        self._send(currency=chosen.id)

        self.assertEqual(self._requests().statement_id._get_content()["currency"], chosen.id)

    def test_the_form_of_the_category_is_answered_too(self):
        self.category.portal_visible = True
        self._sign_in(self.anna)

        self._post("/my/requests/new/statement", name="Balance", description="Please")

        self.assertEqual(self._requests().state, "closed")

    def test_without_the_right_to_it_the_team_answers(self):
        self.category.portal_visible = True
        self._by_authorization()
        self._sign_in(self.alan)

        self._post("/my/requests/new/statement", name="Balance", description="Please")

        self.assertEqual(self._requests().state, "new")
        self.assertFalse(self._requests().statement_id)

    def test_the_statement_of_another_company_goes_with_the_authorization(self):
        delta = self._company("Delta Ltd")
        dana = self._portal("dana", parent_id=delta.id)
        row = self._authorize(dana, self.alfa, "statement")
        self._sign_in(dana)
        self._post("/my/represent", page="/my/home", partner=str(self.alfa.id))

        self._send(counterparty=str(self.alfa.id))

        request = self._requests()
        paper = request.statement_id
        self.assertEqual((request.state, paper.partner_id), ("closed", self.alfa))
        self.assertFalse(request.message_ids.attachment_ids)
        bodies = "".join(request.message_ids.mapped("body"))
        self.assertIn(f"/my/statements/{paper.id}", bodies)
        self.assertNotIn("access_token", bodies)
        self.assertEqual(self._get(paper.access_url).status_code, 200)
        row._end()
        self._check_hidden("123.45", self._get(request.access_url).text)
        self.assertEqual(self._get(paper.access_url).status_code, 303)
        files = self.env["ir.attachment"].search([("res_model", "=", request._name)])
        self.assertFalse(files.filtered(lambda file: file.res_id == request.id))

    def test_who_represents_several_says_of_which_the_statement_is(self):
        delta = self._company("Delta Ltd")
        self._by_authorization()
        dana = self._portal("dana", parent_id=delta.id)
        self._authorize(dana, self.alfa, "statement")
        self._authorize(dana, self.beta, "statement")
        requests = self.env["counterparty.request"].with_user(dana).with_company(self.company)

        answers = dict.fromkeys(("subject", "product", "lot", "place", "phone", "wanted_date"), "")
        answers |= {"name": "Statement", "description": "Please", "amount": ""}
        request = requests._create_from_form(self.category, answers).sudo()

        self.assertFalse(request.statement_id)
        self.assertEqual(request.state, "new")
