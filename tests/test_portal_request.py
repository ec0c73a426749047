import io
import zipfile

from odoo.tests import JsonRpcException, tagged
from odoo.tools import mute_logger

from ..tools import web_form
from .common_portal_request import PORTAL, PortalRequestCase

FORM = {"name": "Gate is stuck", "description": "Since this morning."}
STEPS = ("close", "reopen", "follow_up", "rate")


@tagged("post_install", "-at_install", "counterparty_request")
class TestPortalRequest(PortalRequestCase):
    """Every route of the portal, for those it is for and those it is not."""

    # ------------------------------------------------------------
    # List
    # ------------------------------------------------------------

    def test_a_customer_lists_own_requests_only(self):
        mine, foreign = self._own(name="Mine"), self._request(name="Foreign")
        hidden = self._own(name="Hidden", confidentiality="internal")
        self._sign_in()

        page = self._get("/my/requests").text

        self.assertIn(mine.number, page)
        self.assertNotIn(foreign.number, page)
        self.assertNotIn(hidden.number, page)

    def test_the_list_takes_any_parameters(self):
        self._own()
        self._sign_in()

        for query in (
            "sortby=x",
            "filterby=x",
            "search=%00%25'",
            "sortby=name&filterby=all",
            "x=1",
        ):
            with self.subTest(query=query):
                self.assertEqual(self._get(f"/my/requests?{query}").status_code, 200)
        for page in ("0", "2", "99999", "99999999999999999999"):
            with self.subTest(page=page):
                self.assertEqual(self._get(f"/my/requests/page/{page}").status_code, 200)

    def test_filter_and_search_find_what_they_say(self):
        live, done = self._own(name="Alpha"), self._own(name="Beta")
        done._close("employee")
        self._sign_in()

        self.assertNotIn("Beta", self._get("/my/requests").text)
        self.assertNotIn("Alpha", self._get("/my/requests?filterby=done").text)
        self.assertIn("Beta", self._get("/my/requests?filterby=done").text)
        page = self._get(f"/my/requests?filterby=all&search={live.number}").text
        self.assertIn("Alpha", page)
        self.assertNotIn("Beta", page)

    def test_strangers_sign_in_first(self):
        for url in ("/my/requests", "/my/requests/new", "/my/requests/new/help"):
            with self.subTest(url=url):
                self.assertIn("/web/login", self._get(url).headers["Location"])

    def test_nothing_shows_while_it_is_switched_off(self):
        self.env["ir.config_parameter"].set_param(PORTAL, False)
        self._own()
        self._sign_in()

        for url in ("/my/requests", "/my/requests/new", "/my/requests/new/help"):
            with self.subTest(url=url):
                self.assertEqual(self._get(url).headers["Location"].rstrip("/")[-3:], "/my")
        self.assertNotIn("/my/requests", self._get("/my/home").text)
        count = self._count()
        self._post("/my/requests/new/help", page="/my/security", **FORM)
        self.assertEqual(self._count(), count)

    def test_the_home_page_leads_there(self):
        self._own()
        self._sign_in()

        self.assertIn("/my/requests", self._get("/my/home").text)
        counters = self.make_jsonrpc_request(
            "/my/counters", {"counters": ["counterparty_request_count"]}
        )
        self.assertEqual(counters["counterparty_request_count"], 1)

    # ------------------------------------------------------------
    # New
    # ------------------------------------------------------------

    def test_a_new_request_shows_its_number_at_once(self):
        self._sign_in()

        answer = self._post("/my/requests/new/help", **FORM)

        request = self._last()
        self.assertEqual(answer.status_code, 303)
        self.assertIn(request.number, self.url_open(answer.headers["Location"]).text)
        self.assertEqual(request.partner_id, self.carl.partner_id)
        self.assertEqual(request.channel, "portal")
        self.assertEqual((request.name, request.state), ("Gate is stuck", "new"))
        self.assertEqual(request.category_id, self.categories["help"])
        self.assertIn("Since this morning.", request.description)
        self.assertIn(self.carl.partner_id, request.message_partner_ids)

    def test_a_form_decides_nothing_but_what_it_asks(self):
        self._sign_in()

        self._post(
            "/my/requests/new/help",
            **FORM,
            partner_id=str(self.late_payer.id),
            user_id=str(self.user.id),
            state="closed",
            priority="3",
            company_id="99",
            team_id="1",
            number="RQ-1",
            channel="email",
            confidentiality="internal",
            campaign_id="1",
            opened_at="2020-01-01",
            partner_email="other@x.example",
            partner_name="Other",
            wanted_place="Smuggled in",
        )

        request = self._last()
        self.assertEqual(request.partner_id, self.carl.partner_id)
        self.assertEqual(request.partner_email, "carl@foods.example")
        self.assertFalse(request.user_id)
        self.assertEqual((request.state, request.priority), ("new", "0"))
        self.assertEqual((request.channel, request.confidentiality), ("portal", "partner"))
        self.assertNotEqual(request.number, "RQ-1")
        self.assertFalse(request.wanted_place)

    def test_the_form_asks_what_the_category_asks(self):
        self._sign_in()

        page = self._get("/my/requests/new/service").text

        self.assertIn('name="date"', page)
        self.assertIn('name="place"', page)
        self.assertNotIn('name="amount"', page)
        self.assertNotIn('name="date"', self._get("/my/requests/new/help").text)

    def test_what_is_required_must_be_there(self):
        self._sign_in()
        count = self._count()

        answer = self._post("/my/requests/new/service", **FORM, place="Main Street 1")

        self.assertEqual(answer.status_code, 422)
        self.assertIn("Please fill this in", answer.text)
        self.assertIn("Main Street 1", answer.text)
        self.assertEqual(self._count(), count)

    def test_asked_answers_are_kept(self):
        self._sign_in()

        self._post(
            "/my/requests/new/service", **FORM, place="Main Street 1", date="2030-03-04T10:00"
        )

        request = self._last()
        self.assertEqual(request.wanted_place, "Main Street 1")
        self.assertEqual(str(request.wanted_date), "2030-03-04 08:00:00")  # Sofia, winter
        self.assertFalse(request.missing_fields)

    def test_money_comes_back_to_the_customer(self):
        self._sign_in()

        self._post("/my/requests/new/charge", **FORM, amount="1.234,50")

        request = self._last()
        self.assertEqual((request.direction, request.amount), ("reimburse", 1234.5))

    def test_nonsense_is_refused_with_the_reason(self):
        self._sign_in()
        count = self._count()
        cases = [
            ("service", {"date": "31.02.", "place": "x"}, "no day and time"),
            ("charge", {"amount": "1e309"}, "in digits"),
            ("help", {"name": " \x00 "}, "Please fill this in"),
        ]
        for category, values, text in cases:
            with self.subTest(category=category):
                answer = self._post(f"/my/requests/new/{category}", **{**FORM, **values})
                self.assertEqual(answer.status_code, 422)
                self.assertIn(text, answer.text)
        self.assertEqual(self._count(), count)

    def test_own_documents_may_be_chosen_no_others(self):
        mine = self._order(self.foods, confirmed=True)
        foreign = self._order(self.freight, confirmed=True)
        mine.partner_id.commercial_partner_id.message_subscribe(self.carl.partner_id.ids)
        self._sign_in()

        page = self._get("/my/requests/new/account").text
        self.assertIn(f'value="sale.order,{mine.id}"', page)
        self.assertNotIn(f"sale.order,{foreign.id}", page)

        self._post("/my/requests/new/account", **FORM, subject=f"sale.order,{mine.id}")
        self.assertEqual(self._last().subject_ref, mine)
        for value in (
            f"sale.order,{foreign.id}",
            f"res.users,{self.user.id}",
            "sale.order,x",
            "sale.order,99999999999",
            "sale.order,0",
            ",",
        ):
            with self.subTest(value=value):
                self._post("/my/requests/new/account", **FORM, subject=value)
                self.assertFalse(self._last().subject_ref)

    def test_what_is_not_among_the_own_documents_may_be_asked_about(self):
        self._order(self.foods, confirmed=True)
        self._sign_in()

        page = self._get("/my/requests/new/account").text
        self.assertIn('value="Another one, or none"', page)
        answer = self._post("/my/requests/new/account", **FORM, subject="Another one, or none")

        self.assertEqual(answer.status_code, 303)
        self.assertFalse(self._last().subject_ref)
        self.assertIn("Another one, or none", self._last().description)

    def test_a_product_is_recognised_by_its_exact_name(self):
        self._sign_in()

        self._post("/my/requests/new/help", **FORM, product="Advice")
        self.assertEqual(self._last().product_id, self.service)
        self._post("/my/requests/new/help", **FORM, product="The blue one")
        self.assertFalse(self._last().product_id)
        self.assertIn("Product: The blue one", self._last().description)

    def test_files_come_with_the_first_message(self):
        self._sign_in()

        self._post("/my/requests/new/help", **FORM, files=[("files", ("../../gate.pdf", b"PDF"))])

        request = self._last()
        files = request.message_ids.attachment_ids
        self.assertEqual(files.mapped("name"), ["gate.pdf"])
        self.assertEqual(files.raw, b"PDF")
        message = request.message_ids.filtered("attachment_ids")
        self.assertEqual(message.author_id, self.carl.partner_id)

    def test_files_that_could_run_or_are_too_many_are_refused(self):
        self._sign_in()
        count = self._count()
        cases = [
            [("files", ("gate.svg", b"<svg/>"))],
            [("files", ("gate.html", b"<p/>"))],
            [("files", ("gate.exe", b"MZ"))],
            [("files", ("gate.pdf", b""))],
            [("files", (f"{number}.pdf", b"x")) for number in range(6)],
        ]
        for files in cases:
            with self.subTest(files=files[0][1][0]):
                answer = self._post("/my/requests/new/help", **FORM, files=files)
                self.assertEqual(answer.status_code, 422)
        self.assertEqual(self._count(), count)

    def test_files_that_are_too_large_are_refused_with_nothing_saved(self):
        self._sign_in()
        bomb = io.BytesIO()
        with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("zeros.txt", bytes(50 * 1024**2))
        before = self._count(), self.env["ir.attachment"].search_count([])
        large = ("files", ("large.pdf", bytes(web_form.MAX_BYTES + 1)))
        answer = self._post(
            "/my/requests/new/help", **FORM, files=[("files", ("small.pdf", b"x")), large]
        )
        self.assertEqual(answer.status_code, 422)
        self.assertIn("large.pdf", answer.text)
        self.assertEqual((self._count(), self.env["ir.attachment"].search_count([])), before)
        # an archive is a file that nobody here unpacks
        files = [("files", ("bomb.zip", bomb.getvalue()))]
        self._post("/my/requests/new/help", **FORM, files=files)
        self.assertEqual(self._last().message_ids.attachment_ids.raw, bomb.getvalue())

    def test_long_and_strange_texts_are_kept_as_far_as_they_go(self):
        self._sign_in()
        half = "\ud800".encode("utf-8", "surrogatepass")
        for name, text, kept in (
            ("n" * 300, "words", "n" * 200),
            ("x" * 10**6, "y" * 10**6, None),
            ("Ship \u202e\u05d0 \U0001f69a", "\U0001f600 Șină\x00", "Ship \u05d0 \U0001f69a"),
            (b"cut " + half + b" off", "words", None),
        ):
            count = self._count()
            answer = self._post("/my/requests/new/help", name=name, description=text)
            with self.subTest(name=str(name)[:9]):
                self.assertIn(answer.status_code, (303, 400, 413, 422))
                if answer.status_code != 303:
                    self.assertEqual(self._count(), count)
                    continue
                request = self._last()
                self.assertLessEqual(len(request.name), web_form.LINE)
                self.assertTrue(kept is None or request.name.startswith(kept))
                self.assertNotIn("\u202e", request.name)
                self.assertEqual(self._get(request.access_url).status_code, 200)
                self.assertEqual(self._get("/my/requests").status_code, 200)

    def test_a_form_sent_twice_makes_one_request(self):
        self._sign_in()

        first = self._post("/my/requests/new/help", **FORM, form_key="a" * 32)
        count = self._count()
        again = self._post("/my/requests/new/help", **FORM, form_key="a" * 32)

        self.assertEqual(self._count(), count)
        self.assertEqual(first.headers["Location"], again.headers["Location"])

    def test_the_key_of_another_form_opens_nothing(self):
        own, foreign = self._own(), self._request(partner_email="ada@northwind.example")
        self.env["counterparty.request.submission"].create(
            {"kind": "form", "form_key": "c" * 32, "request_id": foreign.id}
        )
        self._sign_in()

        answer = self._post(f"{own.access_url}/close", form_key="c" * 32, access_token="x")

        self.assertNotIn(f"/requests/{foreign.id}", answer.headers["Location"])
        self.assertEqual(own.state, "closed")

    def test_what_was_filled_in_waits_for_an_answer(self):
        self._sign_in()

        self._post("/my/requests/new/help", **FORM, form_key="d" * 32)

        self.assertTrue(self._last().awaiting_since)

    def test_hidden_and_unknown_categories_are_not_offered(self):
        self.categories["help"].portal_visible = False
        self._sign_in()
        count = self._count()

        self.assertNotIn("/new/help", self._get("/my/requests/new").text)
        self.assertEqual(self._get("/my/requests/new/help").status_code, 303)
        self.assertEqual(self._get("/my/requests/new/x").status_code, 303)
        self._post("/my/requests/new/help", page="/my/requests/new/service", **FORM)
        self.assertEqual(self._count(), count)

    def test_requests_follow_whom_one_acts_for(self):
        own, theirs = self._own(name="Own question"), self._request(
            "help", self.late_payer, name="Their question"
        )  # fmt: skip
        self.env["counterparty.authorization"].create(
            {
                "representative_id": self.carl.partner_id.id,
                "partner_id": self.late_payer.id,
                "date_from": "2020-01-01",
                "request_scope": "all",
            }
        )
        self._sign_in()
        counter = {"counters": ["counterparty_request_count"]}
        for chosen, shown, asker in (
            (self.foods, own, self.carl.partner_id),
            (self.late_payer, theirs, self.late_payer),
        ):
            self._post("/my/represent", page="/my/home", partner=str(chosen.id))
            page = self._get("/my/requests?filterby=all").text
            with self.subTest(chosen=chosen.name):
                for request in (own, theirs):
                    self.assertEqual(request.name in page, request == shown)
                found = self.make_jsonrpc_request("/my/counters", counter)
                self.assertEqual(found, {"counterparty_request_count": 1})
                form = self._get("/my/requests/new/help").text
                self.assertTrue(f"<strong>{chosen.name}</strong>" in form, "nobody is named")
                self._post("/my/requests/new/help", **FORM)
                self.assertEqual(self._last().partner_id, asker)
                self._last().unlink()
        self._post("/my/represent", page="/my/home", partner="all")
        page = self._get("/my/requests?filterby=all").text
        self.assertTrue(own.name in page and theirs.name in page)

    def test_too_many_forms_wait_for_an_hour(self):
        self.env["ir.config_parameter"].set_param("counterparty_crm.request_form_limit", "2")
        self._sign_in()
        for _number in range(2):
            self._post("/my/requests/new/help", **FORM)
        count = self._count()

        answer = self._post("/my/requests/new/help", **FORM)

        self.assertEqual(answer.status_code, 429)
        self.assertEqual(self._count(), count)
        self._sign_in("dora")
        self.assertEqual(self._post("/my/requests/new/help", **FORM).status_code, 303)

    # ------------------------------------------------------------
    # One request
    # ------------------------------------------------------------

    def test_the_page_shows_what_the_customer_needs(self):
        request = self._own(name='"><svg onload=alert(1)>', description="<p>Hello desk</p>")
        self._sign_in()

        answer = self._get(request.access_url)

        self.assertEqual(answer.status_code, 200)
        self.assertIn(request.number, answer.text)
        self.assertIn("Hello desk", answer.text)
        self.assertNotIn("<svg onload", answer.text)
        self.assertEqual(answer.headers["Referrer-Policy"], "no-referrer")
        self.assertEqual(answer.headers["Cache-Control"], "no-store")

    def test_no_internal_word_is_on_the_page_or_in_its_messages(self):
        request = self._own(user_id=self.user.id)
        request.message_post(body="Between us", subtype_xmlid="mail.mt_note")
        self._write_as(request, self.user.partner_id, "Dear customer")
        self._sign_in()

        page = self._get(request.access_url).text
        messages = self.make_jsonrpc_request(
            "/mail/chatter_fetch", {"thread_model": request._name, "thread_id": request.id}
        )

        self.assertNotIn("Between us", page)
        self.assertNotIn("Una", page)
        self.assertIn("Dear customer", str(messages))
        self.assertNotIn("Between us", str(messages))

    def test_foreign_hidden_and_missing_requests_answer_the_same(self):
        foreign = self._request()
        hidden = self._own(confidentiality="internal")
        self._sign_in()

        for number in (foreign.id, hidden.id, 0, 99999999, 10**20):
            for step in ("", *(f"/{step}" for step in STEPS)):
                with self.subTest(number=number, step=step):
                    answer = self._get(f"/my/requests/{number}{step}")
                    self.assertEqual(answer.status_code, 303)
                    self.assertEqual(answer.headers["Location"].rstrip("/")[-3:], "/my")
        foreign._portal_ensure_token()
        for query in ("", "?access_token=", "?access_token=x", "?access_token=%00%C8%99"):
            with self.subTest(query=query):
                answer = self._get(f"/my/requests/{foreign.id}{query}")
                self.assertEqual(answer.status_code, 303)

    def test_nobody_closes_what_is_foreign(self):
        foreign = self._request()
        foreign._solve()
        self._sign_in()

        for step in STEPS:
            answer = self._post(
                f"/my/requests/{foreign.id}/{step}", page="/my/security", text="x", rating="5"
            )
            self.assertEqual(answer.headers["Location"].rstrip("/")[-3:], "/my")

        self.assertEqual((foreign.state, foreign.rated_cycle), ("solved", 0))
        self.assertFalse(foreign.child_ids)

    def test_the_holder_of_the_link_needs_no_login(self):
        request = self._request(partner_email="ben@x.example")
        url = request.get_portal_url()

        self.assertIn(request.number, self._get(url).text)
        other = self._request()
        other._portal_ensure_token()
        wrong = url[:-1] + ("0" if url[-1] != "0" else "1")
        for foreign in (wrong, url.replace(f"/{request.id}?", f"/{other.id}?")):
            with self.subTest(url=foreign):
                self.assertEqual(self._get(foreign).status_code, 303)

    def test_without_a_link_a_stranger_signs_in_first(self):
        request = self._own()

        for number in (request.id, 99999999):
            answer = self._get(f"/my/requests/{number}")
            self.assertTrue(
                answer.headers["Location"].endswith(f"/web/login?redirect=/my/requests/{number}")
            )

    def test_a_link_dies_when_the_request_becomes_internal_or_somebody_elses(self):
        request = self._request(partner_email="ben@x.example")
        url = request.get_portal_url()
        token = request.access_token

        request.confidentiality = "internal"
        self.assertEqual(self._get(url).status_code, 303)
        call = {"thread_model": request._name, "thread_id": request.id, "token": token}
        with mute_logger("odoo.http"), self.assertRaises(JsonRpcException):
            self.make_jsonrpc_request("/mail/chatter_fetch", call)

        request.write({"confidentiality": "partner", "partner_email": "eve@x.example"})
        self.assertEqual(self._get(url).status_code, 303)

    def test_the_link_of_a_merged_request_leads_on(self):
        request, target = self._own(), self._own()
        self._sign_in()
        request._merge_into(target)

        answer = self._get(request.access_url)

        self.assertEqual(answer.headers["Location"].rpartition("/my/")[2], f"requests/{target.id}")
        link = request.get_portal_url()
        self.authenticate(None, None)
        self.assertIn(target.access_token, self._get(link).headers["Location"])

        # one that was merged before links were made then
        target.access_token = False
        self.assertEqual(self._get(link).status_code, 200)
        self.env.invalidate_all()
        self.assertFalse(target.access_token)

    # ------------------------------------------------------------
    # Nothing changes on GET
    # ------------------------------------------------------------

    def test_looking_changes_nothing(self):
        solved, closed = self._own(), self._own()
        solved._solve()
        closed._close("employee")
        self._sign_in()
        self.env.flush_all()
        urls = ["/my/requests", "/my/requests/new", "/my/requests/new/help"]
        for request in (solved, closed):
            request._portal_ensure_token()
            urls += [f"{request.access_url}{step}" for step in ("", *(f"/{s}" for s in STEPS))]
        names = ("state", "closed_at", "rated_cycle", "reopen_count", "write_date")
        before = (solved | closed).read(names)

        for url in urls:
            self.assertLess(self._get(f"{url}?rating=5&text=x&rate=1").status_code, 400, url)

        self.env.invalidate_all()
        self.assertEqual((solved | closed).read(names), before)
        self.assertFalse((solved | closed).rating_ids)

    @mute_logger("odoo.http")
    def test_a_form_without_its_token_is_refused(self):
        request = self._own()
        self._sign_in()
        count = self._count()

        urls = ["/my/requests/new/help", *(f"{request.access_url}/{step}" for step in STEPS)]
        for url in urls:
            for token in ({}, {"csrf_token": "x"}):
                with self.subTest(url=url, token=token):
                    answer = self.url_open(url, data={**FORM, **token, "text": "x", "rating": "5"})
                    self.assertEqual(answer.status_code, 400)

        self.env.invalidate_all()
        self.assertEqual((request.state, self._count()), ("new", count))
