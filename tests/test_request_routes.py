from odoo.tests import tagged
from odoo.tools import mute_logger

from ..controllers.portal_request import RequestPortal
from ..controllers.public_request import PublicRequest
from .common_portal_request import FORM, PortalRequestCase

STEPS = ("close", "reopen", "follow_up", "rate")
SENT = {
    "name": "Gate is stuck",
    "description": "Since this morning.",
    "partner_name": "Ana Pop",
    "partner_email": "ana@x.example",
}
ASKED = {"number": "RQ-1", "email": "ana@x.example"}
OWNER, OTHER, LINK, WRONG, NOBODY = "owner", "other customer", "link", "wrong link", "nobody"


@tagged("post_install", "-at_install", "counterparty_request")
class TestRequestRoutes(PortalRequestCase):
    """Every door of the desk, for whom it opens and for whom it stays shut."""

    def setUp(self):
        super().setUp()
        self.record = self._own(partner_email="carl@foods.example")
        self.record._portal_ensure_token()

    def _doors(self):
        """Return each door: route, method, address, what is sent, who gets in, who does not."""
        one, anybody = self.record.access_url, (OWNER, OTHER, NOBODY)
        customers, own = (OWNER, OTHER), (OWNER, LINK)
        strangers = (OTHER, WRONG, NOBODY)
        new = "/my/requests/new"
        return [
            ("/my/requests", "GET", "/my/requests", {}, customers, (NOBODY,)),
            ("/my/requests/page/<int:page>", "GET", "/my/requests/page/1", {},
             customers, (NOBODY,)),
            (new, "GET", new, {}, customers, (NOBODY,)),
            (f"{new}/<string:code>", "GET", f"{new}/help", {}, customers, (NOBODY,)),
            (f"{new}/<string:code>", "POST", f"{new}/help", SENT, customers, (NOBODY,)),
            ("/my/requests/<int:request_id>", "GET", one, {}, own, strangers),
            *(
                ("/my/requests/<int:request_id>/<string:step>", method, f"{one}/{step}",
                 {"text": "Again", "rating": "5"}, own, strangers)
                for step in STEPS
                for method in ("GET", "POST")
            ),
            ("/request", "GET", "/request", {}, anybody, ()),
            ("/request/new/<string:code>", "GET", "/request/new/help", {}, anybody, ()),
            ("/request/new/<string:code>", "POST", "/request/new/help", SENT, anybody, ()),
            ("/request/follow", "GET", "/request/follow", {}, anybody, ()),
            ("/request/follow", "POST", "/request/follow", ASKED, anybody, ()),
        ]  # fmt: skip

    def _knock(self, who, method, url, sent):
        """Return whether somebody gets in."""
        login = {OWNER: "carl", OTHER: "dora"}.get(who)
        self.authenticate(login, login)
        token = self.record.access_token
        if who in (LINK, WRONG):
            sent = {**sent, "access_token": token if who == LINK else f"{token[:-1]}?"}
        if method == "GET":
            query = f"?access_token={sent['access_token']}" if "access_token" in sent else ""
            answer = self._get(f"{url}{query}")
        else:
            page = {NOBODY: "/web/login", LINK: "/web/login", WRONG: "/web/login"}.get(who)
            answer = self._post(url, page=page or "/my/security", **sent)
        # what was done leads to the request, what is refused elsewhere
        target = answer.headers.get("Location", "")
        return answer.status_code == 200 or (
            "/my/requests/" in target and "/web/login" not in target
        )

    def test_every_door_opens_for_those_it_is_for(self):
        for _route, method, url, sent, welcome, _refused in self._doors():
            for who in welcome:
                with self.subTest(method=method, url=url, who=who):
                    self._prepare(url)
                    self.assertTrue(self._knock(who, method, url, sent))

    @mute_logger("odoo.http")
    def test_every_door_stays_shut_for_others_and_nothing_changes(self):
        for _route, method, url, sent, _welcome, refused in self._doors():
            for who in refused:
                with self.subTest(method=method, url=url, who=who):
                    self._prepare(url)
                    before, count = self._picture(), self._count()
                    self.assertFalse(self._knock(who, method, url, sent))
                    self.assertEqual((self._picture(), self._count()), (before, count))

    def test_no_door_is_open_while_pages_are_switched_off(self):
        """The link that somebody was sent goes on working; nothing else does."""
        parameters = self.env["ir.config_parameter"]
        for name in ("counterparty_crm.request_portal", FORM):
            parameters.set_param(name, False)
        self._prepare("")
        before, count = self._picture(), self._count()

        for _route, method, url, sent, welcome, _refused in self._doors():
            for who in () if url.startswith(self.record.access_url) else welcome:
                with self.subTest(method=method, url=url, who=who), mute_logger("odoo.http"):
                    self.assertFalse(self._knock(who, method, url, sent))

        self.assertEqual((self._picture(), self._count()), (before, count))

    def test_every_route_is_a_door_of_the_list(self):
        known = {(route, method) for route, method, *_rest in self._doors()}
        for controller in (RequestPortal, PublicRequest):
            for name in dir(controller):
                routing = getattr(getattr(controller, name), "original_routing", None)
                if not routing or routing.get("type") == "jsonrpc":
                    # offers published answers: has tests of its own
                    continue
                for route in routing["routes"]:
                    for method in routing.get("methods") or ("GET",):
                        if route.startswith(("/my/requests", "/request")):
                            self.assertIn((route, method), known)

    def _prepare(self, url):
        """Bring the request into the state in which a step makes sense, with a clean count."""
        step = url.rpartition("/")[2]
        self.env["counterparty.request.submission"].search([]).unlink()
        request = self.record
        if step == "follow_up":
            if request.state != "closed":
                request._close("employee")
            request.sudo().write({"solved_at": "2020-01-01 10:00:00"})
        elif request.state in ("solved", "closed"):
            request.sudo().write({"solved_at": self.env.cr.now()})
            request._reopen("employee")
        if step in ("reopen", "rate"):
            request._solve()
        self.env.flush_all()

    def _picture(self):
        self.env.invalidate_all()
        names = ("state", "cycle", "rated_cycle", "write_date", "message_ids", "child_ids")
        return self.record.read(names)
