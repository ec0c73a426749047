import re

from odoo.tests import HttpCase, new_test_user

from .common_request import RequestCase

PORTAL = "counterparty_crm.request_portal"
FORM = "counterparty_crm.request_form"


class PortalRequestCase(RequestCase, HttpCase):
    """Two customers with a login, a stranger, and pages that are switched on."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param(PORTAL, "True")
        cls.env["ir.config_parameter"].set_param(FORM, "True")
        cls.carl = new_test_user(
            cls.env, "carl", groups="base.group_portal", password="carl", tz="Europe/Sofia"
        )
        cls.carl.partner_id.write({"parent_id": cls.foods.id, "email": "carl@foods.example"})
        cls.dora = new_test_user(cls.env, "dora", groups="base.group_portal", password="dora")

    def _own(self, category="help", **values):
        """Create a request of carl."""
        return self._request(category, self.carl.partner_id, **values)

    def _sign_in(self, login="carl"):
        self.authenticate(login, login)

    def _get(self, url):
        return self.url_open(url, allow_redirects=False)

    def _post(self, url, page=None, files=None, **values):
        """Send a form as its page does, with the token of the session.

        Where the page shows no form, as somebody does who has kept the token from elsewhere.
        """
        for place in (page or url, "/my/security"):
            html = self.url_open(place).text
            if found := re.search(r'name="csrf_token"[^>]*value="([^"]+)"', html):
                break
        self.assertTrue(found or "csrf_token" in values, f"no form on {page or url}")
        if found:
            values.setdefault("csrf_token", found[1])
        answer = self.url_open(url, data=values, files=files, allow_redirects=False)
        self.env.invalidate_all()
        return answer

    def _count(self):
        return self.env["counterparty.request"].search_count([])

    def _last(self):
        return self.env["counterparty.request"].search([], order="id desc", limit=1)

    def _said(self, request, text):
        """Return the message with a text; tracking may have followed it."""
        return request.message_ids.filtered(lambda message: text in (message.body or ""))
