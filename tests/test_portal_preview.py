from lxml import html

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_portal import PortalPageCase

WAITING_CARD = "//div[contains(@class, 'o_portal_index_card')][a/@href='/my/waiting']"


@tagged("post_install", "-at_install", "counterparty_portal")
class TestPortalPreview(PortalPageCase):
    """Managers look as a contact: in its rights, without changing anything, and logged."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.config_parameter"].set_param("counterparty_crm.request_portal", "True")
        cls.manager.password = "mona-mona"
        cls.user.password = "una-una"
        values = {"category_id": cls.env.ref("counterparty_crm.request_category_help").id}
        cls.mine = cls.env["counterparty.request"].create(
            {"name": "Of Anna", "partner_id": cls.anna.partner_id.id, **values}
        )
        cls.other = cls.env["counterparty.request"].create(
            {"name": "Of Bela", "partner_id": cls.bela.partner_id.id, **values}
        )

    def _preview(self, partner, page="home"):
        return self._get(f"/counterparty/preview/{partner.id}/{page}")

    def _looks(self):
        return self.env["counterparty.preview"].search([])

    def test_a_manager_sees_what_the_contact_sees(self):
        self._sign_in(self.manager)

        page = self._preview(self.anna.partner_id, "requests")

        self._check_shown("Of Anna", page.text)
        self._check_hidden("Of Bela", page.text)
        self._check_shown("You look at the portal as", page.text)
        self.assertIn("script-src 'none'", page.headers["Content-Security-Policy"])
        self.assertIn("no-store", page.headers["Cache-Control"])
        looks = self._looks()
        self.assertEqual((looks.user_id, looks.partner_id), (self.manager, self.anna.partner_id))
        self.assertEqual(looks.page, "requests")
        self.assertEqual(self._preview(self.anna.partner_id).status_code, 200)

    def test_each_page_can_be_looked_at(self):
        pages = ("balance", "statement")
        self.company.write({f"counterparty_portal_{page}": True for page in pages})
        self._invoice(self.alfa)
        self._sign_in(self.manager)
        for page in ("home", "balance", "statement", "requests"):
            with self.subTest(page=page):
                answer = self._preview(self.anna.partner_id, page)
                self.assertEqual(answer.status_code, 200)
                self._check_shown("You look at the portal as", answer.text)

    def test_the_home_page_shows_what_waits_without_a_script(self):
        self.company.counterparty_portal_statement = True
        self._invoice(self.alfa)
        paper = self.env["counterparty.statement"]._issue(
            self.alfa, self.company, kind="confirmation", date_to=fields.Date.today()
        )
        paper.action_mark_sent()
        self._sign_in(self.manager)

        page = self._preview(self.anna.partner_id)

        self._check_hidden("o_portal_doc_spinner", page.text)
        home = html.fromstring(page.content)
        [card] = home.xpath(WAITING_CARD)
        self.assertNotIn("d-none", card.get("class"))
        self.assertEqual(card.text_content().split(), ["1", "Waiting", "for", "you"])
        other = html.fromstring(self._preview(self.bela.partner_id).content)
        for card in other.xpath(WAITING_CARD):
            self.assertIn("d-none", card.get("class"))

    def test_no_form_can_be_sent(self):
        self._sign_in(self.manager)
        policy = self._preview(self.anna.partner_id).headers["Content-Security-Policy"]
        self.assertIn("form-action 'none'", policy)

    def test_the_manager_stays_signed_in_as_itself(self):
        self._sign_in(self.manager)
        self._preview(self.anna.partner_id)

        self._check_shown(self.manager.name, self._get("/my/home").text)
        self._check_hidden("You look at the portal as", self._get("/my/home").text)

    @mute_logger("odoo.http")
    def test_nobody_else_looks_and_nothing_else_is_shown(self):
        cases = [
            (self.user, self.anna.partner_id, "home"),
            (self.anna, self.alan.partner_id, "home"),
            (self.manager, self.user.partner_id, "home"),
            (self.manager, self.beta, "home"),
            (self.manager, self.anna.partner_id, "__class__"),
            (self.manager, self.anna.partner_id, "account"),
        ]
        for user, partner, page in cases:
            with self.subTest(user=user.login, partner=partner.name, page=page):
                self._sign_in(user)
                self.assertEqual(self._preview(partner, page).status_code, 404)
        self._sign_in(self.manager)
        self.assertEqual(self._get(f"/counterparty/preview/{2**70}/home").status_code, 404)
        self.assertFalse(self._looks())

    def test_who_has_no_login_cannot_be_looked_at(self):
        self.assertEqual(
            self.anna.partner_id.action_preview_counterparty_portal()["type"], "ir.actions.act_url"
        )
        with self.assertRaisesRegex(UserError, "no login"):
            self.ben.action_preview_counterparty_portal()
