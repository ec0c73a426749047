"""What visitors with bad intentions have tried: by program, by links, by sending again."""

from datetime import date

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..models.counterparty_request_submission import TooManySubmissionsError
from ..tools import web_form
from .common_portal_world import MODULE, SCOPES, PortalWorldCase


@tagged("post_install", "-at_install", "counterparty_portal")
class TestPortalKeys(PortalWorldCase):
    """Links and names, asked for and changed by program."""

    def test_keys_are_told_to_readers_only(self):
        theirs = self.theirs
        papers = [theirs.papers["order"], theirs.papers["invoice"], theirs.papers["purchase"],
                  theirs.request, theirs.statement]  # fmt: skip
        for visibility in ("company", "authorization"):
            self.company.counterparty_portal_visibility = visibility
            for user in (self.anna, self.dana, self.plain_user):
                for paper in papers:
                    self.env.invalidate_all()
                    asked = paper.with_user(user)
                    if asked.has_access("read"):
                        continue
                    with (
                        self.subTest(user=user.login, paper=paper._name, visibility=visibility),
                        self.assertRaises(AccessError),
                    ):
                        asked.get_portal_url()

    def test_readers_get_no_key_where_authorizations_count(self):
        order = self.mine.papers["order"]
        self.assertRegex(order.with_user(self.dana).get_portal_url(), "access_token=.{20}")
        self._by_authorization()
        self.assertEqual(
            order.with_user(self.dana).get_portal_url(anchor="x"),
            f"/my/orders/{order.id}?access_token=#x",
        )
        self._enter(self.dana, self.alfa)
        self.assertEqual(self._get(f"/my/orders/{order.id}?access_token=").status_code, 200)

    def test_pages_of_documents_hold_no_key_where_authorizations_count(self):
        key = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}"
        papers = self.mine.papers
        sent = papers["order"].copy()
        sent.action_quotation_sent()
        shown = [papers["invoice"], papers["open"], papers["order"], papers["purchase"], sent]
        for paper in shown:
            paper._portal_ensure_token()
        keys = [paper.access_token for paper in shown]
        self._enter(self.dana, self.alfa)
        # the host keeps what was in a list to lead on to the next one
        for url in ("/my/invoices", "/my/orders", "/my/purchase", "/my/quotes"):
            self._get(url)
        for paper in shown:
            with self.subTest(visibility="company", paper=paper._name):
                self.assertRegex(self._get(paper.access_url).text, key)
        self._by_authorization()
        for paper in shown:
            for query in ("", "?access_token=wrong"):
                with self.subTest(paper=paper._name, query=query):
                    answer = self._get(f"{paper.access_url}{query}")
                    self.assertEqual(answer.status_code, 200)
                    for known in keys:
                        self._check_hidden(known, answer.text)
                    self.assertNotRegex(answer.text, f"access_token={key}")
        # what the page leads to opens by rights, and a link that was mailed opens as ever
        answer = self._get(f"{papers['order'].access_url}?access_token=&report_type=html")
        self.assertEqual(answer.status_code, 200)
        link = sent.get_portal_url()
        self.assertIn(sent.access_token, self._get(link).text)
        self.row._end()
        self.assertEqual(self._get(sent.access_url).status_code, 303)
        self.assertEqual(self._get(link).status_code, 200)
        self.env.invalidate_all()
        self.assertEqual([paper.access_token for paper in shown], keys, "nothing was renewed")

    def test_pages_offer_no_payment_to_who_may_only_look(self):
        invoice = self.mine.papers["open"]
        self.row.scope_pay = False
        self._enter(self.dana, self.alfa)

        page = self._get(f"{invoice.access_url}?payment=True").text

        self._check_shown("not authorized to pay", page)
        self.assertFalse('data-bs-target="#pay_with"' in page)

    def test_a_company_renames_itself_by_approval_only(self):
        alfa = self.alfa_login.with_user(self.alfa_login)
        for values in ({"name": "Renamed"}, {"email": "new@alfa.example"}):
            with self.subTest(values=values), self.assertRaisesRegex(UserError, "approved"):
                alfa.write(values)
        alfa.write({"name": self.alfa.name, "tz": "Europe/Sofia"})
        self.anna.with_user(self.anna).write({"name": "Anna Vale"})
        self.company.counterparty_portal_changes = False
        alfa.write({"email": "new@alfa.example"})
        self.assertEqual(self.alfa.email, "new@alfa.example")

    def test_a_language_that_is_not_there_is_refused(self):
        for user in (self.anna, self.alfa_login, self.plain_user):
            with self.subTest(user=user.login), self.assertRaisesRegex(ValueError, "xx_XX"):
                user.with_user(user).write({"lang": "xx_XX"})
            user.with_user(user).write({"lang": "en_US", "tz": "Pacific/Kiritimati"})

    def test_a_language_that_was_taken_away_stops_no_paper(self):
        paper = self.mine.statement
        (paper.partner_id | paper.recipient_id).lang = "xx_XX"
        self.assertEqual(paper._get_lang(), self.company.partner_id.lang or "en_US")
        self.assertTrue(paper._get_file()[1])


@tagged("post_install", "-at_install", "counterparty_portal")
class TestPortalHeadPapers(PortalWorldCase):
    """A head's delegate gets no paper of days on which the company was not in the group."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["counterparty.membership"].create(
            {
                "owner_id": cls.holding.id,
                "member_id": cls.alfa.id,
                "kind_id": cls.env.ref(f"{MODULE}.membership_kind_owned").id,
                "equity": 100,
                "date_from": "2026-06-01",
            }
        )
        cls.of_head = cls._authorize(cls.ella, cls.alfa, *SCOPES, head_id=cls.holding.id)

    def test_papers_of_the_whole_are_not_the_heads(self):
        paper = self.mine.statement
        self._enter(self.ella, self.alfa)

        self._check_hidden(paper.name, self._get("/my/statements").text)
        for end in ("", "/html", "/xlsx"):
            answer = self._get(f"/my/statements/{paper.id}{end}")
            self.assertEqual(answer.headers.get("Location", "")[-3:], "/my")
        self._post(
            f"/my/statements/{paper.id}/answer", page="/my/security", answer="confirmed", name="E"
        )
        self.assertEqual(paper.state, "sent")

    def test_it_keeps_what_was_issued_to_itself(self):
        self._enter(self.ella, self.alfa)
        answer = self._post(
            "/my/statement/issue", page="/my/statement", date_from="2026-01-01",
            date_to="2026-12-31",
        )  # fmt: skip
        page = self.url_open(answer.headers["Location"]).text
        self._check_hidden(self.mine.marks["invoice"], page)
        own = self.env["counterparty.statement"].search([("is_partial", "=", True)])
        self.assertEqual(own.create_uid, self.ella)
        self._check_shown(own.name, self._get("/my/statements").text)

        self._enter(self.anna)
        self._check_hidden(own.name, self._get("/my/statements").text)
        self.assertNotEqual(self._get(f"/my/statements/{own.id}").status_code, 200)

    def test_the_member_sees_nothing_of_the_head(self):
        self._sign_in(self.alfa_login)
        self._check_hidden(self.ella.partner_id.name, self._get("/my/authorizations").text)
        self._check_hidden(self.holding.name, self._get("/my/authorizations").text)
        self._post(f"/my/authorizations/{self.of_head.id}/end", page="/my/security")
        self.assertEqual(self.of_head.state, "current")

    def test_a_head_acts_for_a_member_of_today_only(self):
        self.alfa.property_product_pricelist = self.env["product.pricelist"].create({"name": "P"})
        self._enter(self.ella, self.alfa)
        self._check_hidden("does not cover this page", self._get("/my/prices").text)
        self.env["counterparty.membership"].search(
            [("member_id", "=", self.alfa.id)]
        ).date_to = "2026-06-30"

        self._check_shown("does not cover this page", self._get("/my/prices").text)
        self._check_hidden(self.theirs.partner.name, self._get("/my/company").text)
        self._check_hidden(self.mine.marks["authorization"], self._get("/my/company").text)

    def test_a_head_that_sees_some_days_hands_on_nothing(self):
        self._enter(self.ella, self.alfa)
        self.assertNotEqual(self._get("/my/authorizations").status_code, 200)


@tagged("post_install", "-at_install", "counterparty_portal")
class TestPortalAgain(PortalWorldCase):
    """The same form sent again and again is one form; too many are stopped."""

    def _many(self, url, count=4, user=None, page=None, files=None, **values):
        self._enter(user)
        for _time in range(count):
            self._post(url, page=page or "/my/company", files=files, form_key="same", **values)

    def test_one_key_adds_one_contact_and_one_certificate(self):
        people = len(self.alfa.child_ids)
        for number in range(3):
            self._many("/my/company/contact", 1, self.alfa_login, contact_name=f"Same key {number}")
        self.assertEqual(len(self.alfa.child_ids), people + 1)

        documents = self.env["counterparty.document"].search_count([])
        self._enter(self.alfa_login)
        for _time in range(3):
            self._post(
                "/my/company/certificate", page="/my/company", form_key="other",
                certificate_name="ISO", files={"files": ("a.txt", b"words", "text/plain")},
            )  # fmt: skip
        self.assertEqual(self.env["counterparty.document"].search_count([]), documents + 1)

    def test_one_key_mails_one_address_once(self):
        topic = self.env["mailing.list"].create({"name": "Steel", "is_public": True})
        consents = self.env["counterparty.consent"]
        before = consents.search_count([])
        self._enter(None)
        form = {"form_key": "k", "topic": str(topic.id)}
        for _time in range(4):
            self._post("/topics", email="s@example.com", **form)
        self.assertEqual(consents.search_count([]), before + 1)

        # the same key with the addresses of others counts as forms of their own
        self.env["ir.config_parameter"].set_param(f"{MODULE}.request_form_limit", "1")
        codes = [
            self._post("/topics", email=f"s{number}@example.com", **form).status_code
            for number in range(web_form.NETWORK_FACTOR + 2)
        ]
        self.assertEqual(codes[-3:], [429, 429, 429])
        self.assertEqual(consents.search_count([]), before + web_form.NETWORK_FACTOR)

    def test_one_key_authorizes_once(self):
        self._enter(self.alfa_login)
        rows = self.env["counterparty.authorization"].search_count([])
        for scope in ("orders", "invoices"):
            self._post(
                "/my/authorizations/new", form_key="k", page="/my/authorizations",
                person=str(self.anna.partner_id.id), scope=scope,
            )  # fmt: skip
        self.assertEqual(self.env["counterparty.authorization"].search_count([]), rows + 1)

    def test_the_same_change_is_asked_once(self):
        self._enter(self.alfa_login)
        changes = self.env["counterparty.change"]
        for key in ("a", "b"):
            self._post("/my/company/change", page="/my/company", form_key=key, name="Alfa SA")
        self.assertEqual(changes.search([("partner_id", "=", self.alfa.id)]).mapped("new_value"),
                         ["Alfa SA"])  # fmt: skip

    def test_an_office_answers_for_its_sixty_clients(self):
        """By link, from one network: each answer is held to its own link."""
        submissions = self.env["counterparty.request.submission"]
        submissions.search([]).unlink()
        self.env["ir.config_parameter"].set_param(f"{MODULE}.request_form_limit", "2")
        for number in range(2 * web_form.NETWORK_FACTOR + 3):
            submissions._accept("action", None, f"answer {number}", "192.0.2.7")
        # and leaves room for forms of strangers from there
        submissions._accept("form", None, "one@example.com", "192.0.2.7")
        for number in range(2 * web_form.NETWORK_FACTOR - 1):
            submissions._accept("form", None, f"{number}@example.com", "192.0.2.7")
        with self.assertRaises(TooManySubmissionsError):
            submissions._accept("form", None, "last@example.com", "192.0.2.7")
        with self.assertRaises(TooManySubmissionsError):
            for _time in range(3):
                submissions._accept("action", None, "answer 1", "192.0.2.8")

    def test_every_form_is_held_to_the_limit(self):
        limit = self.env["ir.config_parameter"]
        request = self.mine.request
        file = {"files": ("iso.txt", b"words", "text/plain")}
        period = {"date_from": "2026-01-01", "date_to": "2026-12-31"}
        forms = [
            ("/my/statement/issue", "/my/statement", {**period, "format": "xlsx"}, None),
            ("/my/statement/send", "/my/statement", period, None),
            ("/my/prices/xlsx", "/my/prices", {}, None),
            ("/my/requests/new/help", None, {"name": "x", "description": "x"}, None),
            ("/my/offer", None, {"description": "x"}, None),
            ("/my/company/change", "/my/company", {"name": "Alfa {}"}, None),
            ("/my/company/contact", "/my/company", {"contact_name": "C{}"}, None),
            ("/my/company/certificate", "/my/company", {"certificate_name": "x"}, file),
            ("/my/topics", None, {}, None),
            (
                "/my/authorizations/new", "/my/authorizations",
                {"person": str(self.anna.partner_id.id), "scope": "orders"}, None,
            ),
            (
                f"/my/statements/{self.mine.statement.id}/answer", "/my/statement",
                {"answer": "disputed", "name": "A", "note": "x"}, None,
            ),
            (f"/my/requests/{request.id}/close", "/my/requests/new/help", {}, None),
        ]  # fmt: skip
        self._enter(self.alfa_login)
        for url, page, values, files in forms:
            self.env["counterparty.request.submission"].search([]).unlink()
            limit.set_param(f"{MODULE}.request_form_limit", "1")
            codes = []
            for number in range(2):
                if url.endswith("/close"):
                    request._reopen_by_partner("Again", request.partner_id) if number else None
                sent = {name: value.replace("{}", str(number)) for name, value in values.items()}
                codes.append(
                    self._post(url, page or url, files, form_key=f"{url}{number}", **sent)
                    .status_code
                )  # fmt: skip
            with self.subTest(url=url):
                self.assertLess(codes[0], 400)
                self.assertEqual(codes[1], 429)

    def test_a_paper_by_link_is_made_by_a_button_some_times_an_hour_and_kept(self):
        self.env["ir.config_parameter"].set_param(f"{MODULE}.request_form_limit", "3")
        papers = self.mine.statement.sudo()
        for _time in range(4):
            papers |= papers._issue(
                self.alfa, self.company, kind="confirmation", date_to=date(2026, 12, 31)
            )
        papers.action_mark_sent()
        made = []
        self._make_pdfs_by(lambda _self, _report, ids, data=None: (made.append(ids), b"%PDF-1 x"))
        self._enter(None)
        codes = []
        for paper in papers:
            page = f"/my/statements/{paper.id}?access_token={paper._portal_ensure_token()}"
            link = page.replace("?", "/pdf?")

            # looking makes nothing
            answer = self._get(link)
            self.assertEqual(answer.headers["Location"].partition("/my/")[2], page[4:])
            self.assertFalse(paper.paper_id)
            codes.append(
                self._post(
                    f"/my/statements/{paper.id}/pdf", page, access_token=paper.access_token
                ).status_code
            )

        self.assertEqual(codes, [200, 200, 200, 429, 429])
        self.assertEqual(len(made), 3)
        first = papers[0]
        again = self._get(f"/my/statements/{first.id}/pdf?access_token={first.access_token}")
        self.assertEqual((again.content, len(made)), (b"%PDF-1 x", 3))

    def _make_pdfs_by(self, function):
        self.patch(type(self.env["counterparty.statement"]), "_can_make_pdf", lambda _self: True)
        self.patch(
            type(self.env["ir.actions.report"]),
            "_render_qweb_pdf",
            lambda *args, **kwargs: (function(*args, **kwargs)[1], "pdf"),
        )


@tagged("post_install", "-at_install", "counterparty_portal")
class TestPortalForeignAddress(PortalWorldCase):
    """Whoever enters the address of somebody else learns and changes nothing of it."""

    def test_topics_of_an_address_are_its_owners(self):
        steel = self.env["mailing.list"].create({"name": "Steel prices", "is_public": True})
        consents = self.env["counterparty.consent"]
        consents._give("victim@example.com", steel, "web")
        self.anna.partner_id.email = "victim@example.com"
        self._sign_in(self.anna)

        page = self._get("/my/topics").text
        self.assertFalse("checked" in page, "the page shows what somebody else hears about")
        self._check_hidden("Steel", str(self._get("/my/topics/data").json()["topics"]))
        self.assertEqual(self._get("/my/topics/data").json()["consents"], [])
        self._post("/my/topics", page="/my/topics")
        self.assertEqual(consents._get_chosen("victim@example.com"), steel)


@tagged("post_install", "-at_install", "counterparty_portal")
class TestPortalLinksAtTheEnd(PortalWorldCase):
    """Links that a delegate has seen stop working on the day after its last."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.context_today(cls.env.user)
        cls.order = cls.mine.papers["order"]
        cls.row.date_from = date(2020, 1, 1)

    def _run_out(self, days=1, **values):
        self.token = self.order._portal_ensure_token()
        self.row.write({"date_to": fields.Date.subtract(self.today, days=days), **values})
        self._work()

    def _work(self):
        with self.enter_registry_test_mode():
            self.env.ref(f"{MODULE}.ir_cron_authorization_links").method_direct_trigger()

    def test_links_are_renewed_once(self):
        self._run_out()
        self.assertNotEqual(self.order._portal_ensure_token(), self.token)
        self.assertTrue(self.row.links_renewed_on)

        kept = self.order._portal_ensure_token()
        self._work()
        self.assertEqual(self.order._portal_ensure_token(), kept)

    def test_links_stay_where_nothing_is_lost(self):
        cases = {
            "not asked for": {"renews_links": False},
            "long ago": {"days": 31},
            "today is the last day": {"days": 0},
        }
        for name, values in cases.items():
            with self.subTest(case=name):
                self._run_out(**values)
                self.assertEqual(self.order._portal_ensure_token(), self.token)
                self.row.renews_links = True
        self._authorize(self.dana, self.alfa, "orders")
        self._run_out()
        self.assertEqual(self.order._portal_ensure_token(), self.token)

    def test_whoever_archives_it_or_moves_its_last_day_ends_it_with_its_links(self):
        for values in ({"active": False}, {"date_to": "2020-02-01"}):
            row = self._authorize(self.ella, self.alfa, "orders", "statement")
            token = self.order._portal_ensure_token()
            self.order.message_subscribe(partner_ids=self.ella.partner_id.ids)
            row.write(values)
            with self.subTest(values=values):
                self.assertEqual(row.state, "ended")
                self.assertNotEqual(self.order._portal_ensure_token(), token)
                self.assertNotIn(self.ella.partner_id, self.order.message_partner_ids)
                self.assertEqual(bool(row.ended_by_id), "active" in values)
        row = self._authorize(self.ella, self.alfa, "orders", "statement")
        token = self.order._portal_ensure_token()
        row.unlink()
        self.assertNotEqual(self.order._portal_ensure_token(), token)

    def test_what_is_prolonged_after_its_end_ends_anew(self):
        self._run_out()
        self.row.date_to = fields.Date.add(self.today, days=30)
        self.assertFalse(self.row.links_renewed_on)
        token = self.order._portal_ensure_token()
        # a day comes on which nobody touches it
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE counterparty_authorization SET date_to = %s WHERE id = %s",
            [fields.Date.subtract(self.today, days=1), self.row.id],
        )
        self.env.invalidate_all()
        self._work()
        self.assertNotEqual(self.order._portal_ensure_token(), token)

    def test_a_partner_that_ends_one_renews_its_links(self):
        token = self.order._portal_ensure_token()
        self._sign_in(self.alfa_login)
        self._post(f"/my/authorizations/{self.row.id}/end", page="/my/authorizations")
        self.assertEqual(self.row.state, "ended")
        self.assertNotEqual(self.order._portal_ensure_token(), token)


@tagged("post_install", "-at_install", "counterparty_portal")
class TestPortalFollowersAtTheEnd(PortalWorldCase):
    """A delegate who follows papers hears no more of them when it has lost them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.papers = [cls.mine.request, cls.mine.papers["invoice"], cls.mine.papers["order"]]
        for paper in cls.papers:
            paper.message_subscribe(partner_ids=cls.dana.partner_id.ids)

    def _told(self, paper, **values):
        message = paper.message_post(
            body="Words", message_type="comment", subtype_xmlid="mail.mt_comment", **values
        )
        return self.dana.partner_id in message.notified_partner_ids

    def _check_told(self, expected):
        for paper in self.papers:
            with self.subTest(paper=paper._name):
                self.assertEqual(self._told(paper), expected)

    def test_it_hears_while_it_is_authorized(self):
        self._check_told(True)

    def test_it_hears_no_more_on_the_day_after(self):
        self.row.date_to = "2020-02-01"
        self._check_told(False)

    def test_it_hears_no_more_of_what_is_taken_away(self):
        self.row.scope_orders = False
        self.assertTrue(self._told(self.mine.papers["invoice"]))
        self.assertFalse(self._told(self.mine.papers["order"]))

    def test_it_follows_nothing_any_more(self):
        self.row._end()
        for paper in self.papers:
            with self.subTest(paper=paper._name):
                self.assertNotIn(self.dana.partner_id, paper.message_partner_ids)
        self._check_told(False)

    def test_a_person_without_login_hears_no_more(self):
        self.dana.active = False
        self._check_told(True)
        self.row.date_to = "2020-02-01"
        self._check_told(False)

    def test_it_keeps_its_own_and_what_it_is_written(self):
        own = self.env["counterparty.request"].create(
            {
                "name": "Own",
                "partner_id": self.dana.partner_id.id,
                "category_id": self.mine.request.category_id.id,
            }
        )
        own.message_subscribe(partner_ids=self.dana.partner_id.ids)
        self.row._end()
        self.assertTrue(self._told(own))
        self.assertTrue(self._told(self.mine.request, partner_ids=self.dana.partner_id.ids))

    def test_links_to_requests_it_saw_open_nothing_any_more(self):
        request = self.mine.request
        link = f"/my/requests/{request.id}?access_token={request._portal_ensure_token()}"
        self._enter(None)
        self.assertEqual(self._get(link).status_code, 200)
        self.row._end()
        self.row._renew_links()
        self.assertNotEqual(self._get(link).status_code, 200)

        kept = request._portal_ensure_token()
        for values in ({"request_scope": "own"}, {"representative_id": self.anna.partner_id.id}):
            row = self._authorize(self.ella, self.alfa, "orders", "requests", **values)
            row._end()
            row._renew_links()
            with self.subTest(**values):
                self.assertEqual(request._portal_ensure_token(), kept)
