"""Who gets what by every route of ours, and by every model that portal users reach.

Routes are read from the host's map of routes: a new one without a line in ``ADDRESSES`` fails.
"""

from contextlib import suppress

from odoo import Command
from odoo.exceptions import MissingError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.res_users_portal import RULED
from .common_portal_world import MISSING, MODULE, PortalWorldCase

# address of a page -> which of our papers it shows, None when none of anybody
PAGES = {
    "/my/authorizations": "authorization",
    "/my/balance": "invoice",
    "/my/balance/page/<int:page>": "invoice",
    "/my/balance/pay": None,
    "/my/company": None,
    "/my/deliveries": "delivery",
    "/my/deliveries/page/<int:page>": "delivery",
    "/my/documents": "document",
    "/my/documents/page/<int:page>": "document",
    "/my/expenses": None,
    "/my/expenses/page/<int:page>": None,
    "/my/offer": None,
    "/my/prices": None,
    "/my/prices/page/<int:page>": None,
    "/my/requests": "request",
    "/my/requests/page/<int:page>": "request",
    "/my/requests/new": None,
    "/my/statement": "invoice",
    "/my/statement/page/<int:page>": "invoice",
    "/my/statements": "statement",
    "/my/statements/page/<int:page>": "statement",
    "/my/supplier": "bill",
    "/my/supplier/page/<int:page>": "bill",
    "/my/topics": None,
    "/my/topics/data": None,
    "/my/waiting": None,
    "/request": None,
    "/request/follow": None,
    "/topics": None,
    "/topics/confirm": None,
}
# address of one paper -> how it is filled in
ADDRESSES = {
    "/counterparty/preview/<int:partner_id>/<string:page>": "/counterparty/preview/{partner}/home",
    "/counterparty/statements/<int:statement_id>/xlsx": "/counterparty/statements/{statement}/xlsx",
    "/counterparty/statements/print/<string:ids>": "/counterparty/statements/print/{statement}",
    "/my/documents/<int:document_id>/file": "/my/documents/{document}/file",
    "/my/requests/<int:request_id>": "/my/requests/{request}",
    "/my/requests/<int:request_id>/<string:step>": "/my/requests/{request}/close",
    "/my/requests/new/<string:code>": None,
    "/my/statements/<int:statement_id>": "/my/statements/{statement}",
    "/my/statements/<int:statement_id>/<string:kind>": "/my/statements/{statement}/xlsx",
    "/request/new/<string:code>": None,
}
# forms, and what a visitor who means harm sends with them
FORMS = {
    "/my/authorizations/<int:authorization_id>/end": {},
    "/my/authorizations/new": {"person": "{helper}", "scope": "orders", "company": "{partner}"},
    "/my/balance/transaction/<int:company>/<string:ids>": None,
    "/my/company/certificate": {"kind": "1", "name": "x"},
    "/my/company/change": {"name": "Harm"},
    "/my/company/contact": {"contact_name": "Harm", "company": "{partner}"},
    "/my/company/fields": {"x": "Harm"},
    "/my/offer": {"product": "x", "quantity": "1", "order": "{order}"},
    "/my/prices/xlsx": {},
    "/my/represent": {"partner": "{partner}"},
    "/my/requests/<int:request_id>/<string:step>": {},
    "/my/requests/new/<string:code>": {"name": "x", "description": "x", "document": "{order}"},
    "/my/statement/issue": {"counterparty": "{partner}"},
    "/my/statement/send": {"counterparty": "{partner}"},
    "/my/statements/<int:statement_id>/answer": {"answer": "confirmed", "name": "Harm"},
    "/my/statements/<int:statement_id>/<string:kind>": {},
    "/my/topics": {"topic": "1"},
    "/request/answers": None,
    "/request/follow": {"number": "1", "email": "x@example.com"},
    "/request/new/<string:code>": {"name": "x", "description": "x"},
    "/topics": {"email": "x@example.com"},
    "/topics/confirm": {"token": "x"},
    "/counterparty/history/xlsx": {"partner_id": "{partner}"},
}
# routes of the host that we only change, tested with what we change
HOSTS = {
    "/my", "/my/home", "/my/address/submit", "/my/invoices/overdue",
    "/invoice/transaction/<int:invoice_id>",
}  # fmt: skip
# what may be written by looking: logs of who looked, and what the host itself keeps
LOGS = {
    "counterparty_document_download", "counterparty_preview", "res_device_log", "res_users_log",
}  # fmt: skip
# models that portal users may read, and what of them: a new one without a line here fails
REACHED = {
    **dict.fromkeys(RULED, "rules of ours"),
    "calendar.event": "own, below",
    "mail.message": "of papers that are seen, below",
    "mail.notification": "what the visitor was told itself",
    "payment.token": "cards that the visitor has saved itself",
    "res.partner": "of the own company, below",
    "res.users": "of the own company, below",
    **dict.fromkeys(
        (
            "account.payment.term", "discuss.channel", "ir.filters", "mail.message.subtype",
            "payment.method", "res.company", "res.country", "res.country.group",
            "res.country.state", "res.currency", "res.currency.rate", "res.lang",
        ),
        "no paper of a counterparty",
    ),
    **dict.fromkeys(
        (
            "auth.passkey.key", "auth.passkey.key.create", "auth_totp.device", "auth_totp.wizard",
            "discuss.call.history", "discuss.channel.member", "res.users.apikeys",
            "res.users.apikeys.description", "res.users.identitycheck",
        ),
        "how the visitor signs in and talks",
    ),
}  # fmt: skip
# a NUL where no route of ours takes it is the host's
NUMBERS = ("0", "-1", "2147483648", "99999999999999999999", "x", "1.5")
TEXTS = (
    "x", "%00", "..%2F..%2Fetc", "%F0%9F%98%80", "<svg onload=alert(1)>", "'OR 1=1--", "x" * 900,
)  # fmt: skip
NAMES = (
    "access_token", "all", "company", "counterparty", "currency", "date_from", "date_to", "done",
    "filterby", "invoice", "kind", "order", "page", "search", "side", "sortby", "tab", "token",
)  # fmt: skip


def _fill(address, **values):
    """Return an address of the map with values for its parts."""
    for part in ("page", "company"):
        address = address.replace(f"<int:{part}>", values.get(part, "1"))
    return address


@tagged("post_install", "-at_install", "counterparty_portal")
class TestPortalMatrix(PortalWorldCase):
    """Route and model, by person, own, foreign and missing, before and after the end."""

    def _address(self, rule, side=None):
        pattern = ADDRESSES[rule]
        return pattern.format(
            partner=side.partner.id if side else MISSING,
            statement=side.statement.id if side else MISSING,
            document=side.document.id if side else MISSING,
            request=side.request.id if side else MISSING,
        )

    def _check_nothing_of(self, side, text):
        for mark in side.marks.values():
            self._check_hidden(mark, text)

    # ------------------------------------------------------------
    # Routes
    # ------------------------------------------------------------

    def test_every_route_is_in_a_table(self):
        routes = set(self._get_routes())

        self.assertEqual(routes - set(PAGES) - set(ADDRESSES) - set(FORMS) - HOSTS, set())
        self.assertEqual((set(PAGES) | set(ADDRESSES) | set(FORMS)) - routes, set())

    def _pages_shown(self):
        """Return which pages show papers of Alfa to whoever is signed in."""
        shown = set()
        for rule, kind in PAGES.items():
            answer = self.url_open(_fill(rule))
            self.assertLess(answer.status_code, 500)
            if self.session.uid not in (self.bela.id,):
                self._check_nothing_of(self.theirs, answer.text)
            if kind and self.mine.marks[kind] in answer.text:
                shown.add(kind)
        return shown

    def test_pages_by_person(self):
        everything = {kind for kind in PAGES.values() if kind}
        # the host shows a contact no deliveries but its own
        by_company = everything - {"authorization", "delivery"}
        cases = [
            # visibility, who, whom it represents, what it sees of Alfa
            ("company", None, None, set()),
            ("company", self.anna, None, by_company),
            ("company", self.alfa_login, None, everything),
            ("company", self.ella, None, set()),
            ("company", self.bela, None, set()),
            ("company", self.dana, self.alfa, everything),
            ("authorization", self.anna, None, {"request"}),
            ("authorization", self.alan, None, set()),
            ("authorization", self.alfa_login, None, everything),
            ("authorization", self.bela, None, set()),
            ("authorization", self.dana, self.alfa, everything),
        ]
        for visibility, user, represented, expected in cases:
            self.company.counterparty_portal_visibility = visibility
            with self.subTest(visibility=visibility, user=user.login if user else None):
                self._enter(user, represented)
                self.assertEqual(self._pages_shown(), expected)

    def test_pages_after_the_end_in_the_same_session(self):
        for visibility in ("company", "authorization"):
            self.company.counterparty_portal_visibility = visibility
            row = self._authorize(self.ella, self.alfa, "statement", "deliveries", "documents",
                                  "requests", "manage", "invoices")  # fmt: skip
            self._enter(self.ella, self.alfa)
            self.assertTrue(self._pages_shown())
            for ending in ("date", "hand"):
                with self.subTest(visibility=visibility, ending=ending):
                    if ending == "date":
                        row.date_to = "2020-02-01"
                    else:
                        row.date_to = False
                        self.assertTrue(self._pages_shown())
                        row._end()
                    self.assertEqual(self._pages_shown(), set())

    @mute_logger("odoo.http")
    def test_papers_by_person(self):
        """Foreign answers as missing does, whoever asks."""
        who_sees = {
            "anna": {"document", "request", "statement"},
            "dana": {"document", "request", "statement"},
        }
        kinds = {"document_id": "document", "request_id": "request", "statement_id": "statement"}
        people = (None, self.anna, self.dana, self.ella, self.bela, self.plain_user)
        for user in people:
            self._enter(user, self.alfa if user == self.dana else None)
            login = user.login if user else None
            for rule in (rule for rule in ADDRESSES if ADDRESSES[rule]):
                staff = rule.startswith("/counterparty/")
                kind = next((kinds[name] for name in kinds if name in rule), "staff")
                with self.subTest(user=login, route=rule):
                    missing = self._get(self._address(rule))
                    mine = self._get(self._address(rule, self.mine))
                    foreign = self._get(self._address(rule, self.theirs))
                    sees = not staff and kind in who_sees.get(login, ())
                    self.assertEqual(mine.status_code == 200, sees)
                    if not sees:
                        self._check_same(mine, missing)
                        self._check_nothing_of(self.mine, mine.text)
                    if user != self.bela:
                        self._check_same(foreign, missing)
                        self._check_nothing_of(self.theirs, foreign.text)

    def _check_same(self, answer, missing):
        self.assertEqual(answer.status_code, missing.status_code)
        place, other = answer.headers.get("Location"), missing.headers.get("Location")
        self.assertEqual(bool(place), bool(other))
        if "/web/login" not in (place or ""):
            self.assertEqual(place, other)

    @mute_logger("odoo.http")
    def test_papers_after_the_end(self):
        self._enter(self.dana, self.alfa)
        rules = [rule for rule in ADDRESSES if rule.startswith("/my/") and ADDRESSES[rule]]
        for rule in rules:
            self.assertEqual(self._get(self._address(rule, self.mine)).status_code, 200, rule)

        self.row._end()

        for rule in rules:
            with self.subTest(route=rule):
                answer = self._get(self._address(rule, self.mine))
                self._check_same(answer, self._get(self._address(rule)))

    def _state(self, side):
        """Return what forms could have changed of a counterparty."""
        self.env.invalidate_all()
        of_company = [("partner_id", "=", side.partner.id)]
        return (
            side.authorization.state, side.statement.state, side.request.state,
            side.partner.name, side.partner.child_ids.ids, side.request.message_ids.ids,
            self.env["counterparty.authorization"].search_count(of_company),
            self.env["counterparty.statement"].search_count(of_company),
            self.env["counterparty.change"].search_count(of_company),
            self.env["counterparty.document"].search_count(of_company),
            self.env["counterparty.request"].search_count(
                [("partner_id.commercial_partner_id", "=", side.partner.id)]
            ),
        )  # fmt: skip

    def _form_address(self, rule, side):
        return (
            rule.replace("<int:authorization_id>", str(side.authorization.id))
            .replace("<int:request_id>", str(side.request.id))
            .replace("<int:statement_id>", str(side.statement.id))
            .replace("<string:step>", "close")
            .replace("<string:kind>", "pdf")
            .replace("<string:code>", "help")
        )

    @mute_logger("odoo.http")
    def test_forms_for_papers_of_others_do_nothing(self):
        theirs = self.theirs
        before = self._state(theirs)
        parts = {
            "partner": theirs.partner.id,
            "helper": theirs.authorization.representative_id.id,
            "order": theirs.papers["order"].id,
        }
        for user in (None, self.anna, self.dana, self.ella):
            self._enter(user, self.alfa if user == self.dana else None)
            for rule, values in FORMS.items():
                if values is None:
                    continue
                address = self._form_address(rule, theirs)
                sent = {name: value.format(**parts) for name, value in values.items()}
                with self.subTest(user=user.login if user else None, route=rule):
                    if user:
                        bare = self.url_open(address, data=sent or {"x": "1"})
                        self.assertEqual(bare.status_code, 400, "a form without its token")
                    answer = self._post(address, page="/my/security" if user else "/topics", **sent)
                    self.assertLess(answer.status_code, 500)
                    self._check_nothing_of(theirs, answer.text)
        self.assertEqual(self._state(theirs), before)

    @mute_logger("odoo.http")
    def test_forms_after_the_end_do_nothing(self):
        """A form that was open when the authorization ended, sent a minute later."""
        mine = self.mine
        self._enter(self.dana, self.alfa)
        self.assertEqual(self._get(f"/my/statements/{mine.statement.id}").status_code, 200)
        self.row._end()
        before = self._state(mine)
        parts = {
            "partner": mine.partner.id,
            "helper": mine.authorization.representative_id.id,
            "order": mine.papers["order"].id,
        }
        for rule, values in FORMS.items():
            if values is None or rule.startswith("/request"):
                continue
            sent = {name: value.format(**parts) for name, value in values.items()}
            with self.subTest(route=rule):
                answer = self._post(self._form_address(rule, mine), page="/my/security", **sent)
                self.assertLess(answer.status_code, 500)
                self._check_nothing_of(mine, answer.text)
                self.assertEqual(self._state(mine), before)

    # ------------------------------------------------------------
    # Nonsense, and looking
    # ------------------------------------------------------------

    def _wrong_addresses(self, auth=None):
        for rule, (methods, kind, needed) in sorted(self._get_routes().items()):
            if "GET" not in methods or kind != "http" or rule in HOSTS:
                continue
            if auth and needed != auth:
                continue
            if "<int" in rule:
                for number in NUMBERS:
                    yield _replace(rule, number, "home")
            if "<string" in rule:
                for text in (text for text in TEXTS if text != "%00"):
                    yield _replace(rule, "1", text)
            for text in (*TEXTS[:5], "99999999999999999999", "-1"):
                query = "&".join(f"{name}={text}" for name in NAMES)
                yield f"{_replace(rule, '1', 'home')}?{query}"

    @mute_logger("odoo.http")
    def test_every_get_survives_wrong_parameters_and_changes_nothing(self):
        self._enter(self.alfa_login)
        for address in self._wrong_addresses():
            before = self._written()
            answer = self._get(address)
            if answer.status_code >= 500 or "<svg onload" in answer.text:
                self.fail(f"{answer.status_code} {address[:200]}")
            if changed := self._changed(before):
                self.fail(f"{address[:200]} writes {changed}")

    @mute_logger("odoo.http")
    def test_public_gets_survive_wrong_parameters(self):
        self._enter(None)
        for address in self._wrong_addresses(auth="public"):
            answer = self._get(address)
            if answer.status_code >= 500 or "<svg onload" in answer.text:
                self.fail(f"{answer.status_code} {address[:200]}")

    def _written(self):
        """Return how often rows of each table were written in this transaction."""
        self.env.flush_all()
        self.env.cr.execute(
            "SELECT relname, n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables"
        )
        return dict(self.env.cr.fetchall())

    def _changed(self, before):
        after = self._written()
        return {name for name, count in after.items() if count != before.get(name, 0)} - LOGS

    @mute_logger("odoo.http")
    def test_no_get_changes_anything(self):
        for user in (self.dana, self.anna, None):
            self._enter(user, self.alfa if user == self.dana else None)
            self._get("/my/home")  # the host makes its bundles on the first page
            addresses = [_fill(rule) for rule in PAGES]
            addresses += [self._address(rule, self.mine) for rule in ADDRESSES if ADDRESSES[rule]]
            for address in addresses:
                before = self._written()
                self._get(address)
                if changed := self._changed(before):
                    self.fail(f"{address[:200]} writes {changed}")

    # ------------------------------------------------------------
    # Models
    # ------------------------------------------------------------

    def test_models_by_person(self):
        papers = {**self.mine.papers, "request": self.mine.request}
        foreign = {**self.theirs.papers, "request": self.theirs.request}
        transfers = {"delivery", "receipt"}
        everything = set(papers)
        cases = [
            ("company", self.anna, everything - transfers),
            ("company", self.alfa_login, everything),
            ("company", self.dana, everything),
            ("company", self.ella, set()),
            ("company", self.bela, set()),
            ("authorization", self.anna, {"request"}),
            ("authorization", self.alan, set()),
            ("authorization", self.alfa_login, everything),
            ("authorization", self.dana, everything),
            ("authorization", self.bela, set()),
        ]
        for visibility, user, expected in cases:
            self.company.counterparty_portal_visibility = visibility
            with self.subTest(visibility=visibility, user=user.login):
                self.assertEqual(self._seen(user, papers), expected)
                if user != self.bela:
                    self.assertEqual(self._seen(user, foreign), set())
        self.row._end()
        self.assertEqual(self._seen(self.dana, papers), set())

    def test_every_model_that_visitors_reach_is_in_a_table(self):
        """Those of ours, and those of the modules that ours needs."""
        module = self.env["ir.module.module"].search([("name", "=", MODULE)])
        needed = module.upstream_dependencies(exclude_states=("uninstalled",))
        modules = {MODULE, *needed.mapped("name")}
        visitors = (self.anna, self.env.ref("base.public_user"))
        for name, model in self.env.registry.items():
            if model._abstract or model._original_module not in modules:
                continue
            for user in visitors:
                if self.env[name].with_user(user).has_access("read"):
                    with self.subTest(model=name, user=user.login):
                        self.assertIn(name, REACHED)
        lines = self.env["ir.model.data"].search(
            [("module", "=", MODULE), ("model", "=", "ir.model.access")]
        )
        outside = (
            self.env["ir.model.access"]
            .browse(lines.mapped("res_id"))
            .filtered(lambda line: not line.group_id or line.group_id in self._get_outside_groups())
        )
        self.assertLessEqual(set(outside.model_id.mapped("model")), set(RULED))

    def _get_outside_groups(self):
        groups = self.env["res.groups"]
        for name in ("base.group_portal", "base.group_public"):
            groups |= self.env.ref(name).all_implied_ids
        return groups

    def _others(self, side):
        """Return records of the host that tell something of a counterparty."""
        order = side.papers["order"]
        said = order.message_post(body=f"About {order.name}", subtype_xmlid="mail.mt_comment")
        guest = side.authorization.representative_id
        return {
            "contact": guest,
            "company": side.partner,
            "login": side.partner.child_ids.user_ids[:1],
            "message": said,
            "note": order.message_post(body="Inside", subtype_xmlid="mail.mt_note"),
            "meeting": self.env["calendar.event"].create(
                {"name": "Talk", "start": "2026-03-01 10:00", "stop": "2026-03-01 11:00",
                 "partner_ids": [Command.set(guest.ids)]}
            ),
        }  # fmt: skip

    def test_models_of_the_host_by_person(self):
        mine, theirs = self._others(self.mine), self._others(self.theirs)
        company = {"company", "contact"}
        for visibility, user, expected in (
            ("company", self.anna, {*company, "login", "message"}),
            ("authorization", self.anna, {*company, "login"}),
            ("company", self.dana, {"message"}),
            ("authorization", self.dana, {"message"}),
            ("authorization", self.ella, set()),
        ):
            self.company.counterparty_portal_visibility = visibility
            with self.subTest(visibility=visibility, user=user.login):
                self.assertEqual(self._seen(user, mine), expected)
                self.assertEqual(self._seen(user, theirs), set())
        self.row._end()
        self.assertEqual(self._seen(self.dana, mine), set())

    def test_nobody_of_the_portal_writes_a_ruled_model(self):
        for name in RULED:
            for user in (self.anna, self.dana, self.env.ref("base.public_user")):
                model = self.env[name].with_user(user)
                with self.subTest(model=name, user=user.login):
                    for operation in ("create", "unlink"):
                        self.assertFalse(model.has_access(operation))

    def test_of_missing_records_nothing_is_told(self):
        for name in RULED:
            model = self.env[name].with_user(self.dana)
            with self.subTest(model=name):
                self.assertFalse(model.search([("id", "=", MISSING)]))
                with suppress(MissingError):
                    self.assertFalse(model.browse(MISSING).read(["display_name"]))


def _replace(rule, number, text):
    for part in ("<int:page>", "<int:company>", "<int:statement_id>", "<int:document_id>",
                 "<int:request_id>", "<int:partner_id>", "<int:authorization_id>"):  # fmt: skip
        rule = rule.replace(part, number)
    for part in ("<string:page>", "<string:kind>", "<string:step>", "<string:code>",
                 "<string:ids>"):  # fmt: skip
        rule = rule.replace(part, text)
    return rule
