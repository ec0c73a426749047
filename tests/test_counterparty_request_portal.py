from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..models.counterparty_request_portal import PORTAL_FIELDS
from .common_request import RequestCase


@tagged("post_install", "-at_install", "counterparty_request")
class TestCounterpartyRequestPortal(RequestCase):
    """What a portal user reaches by remote calls, past all pages."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.carl = new_test_user(cls.env, "carl", groups="base.group_portal")
        cls.request = cls.env["counterparty.request"].create(
            {
                "name": "Gate is stuck",
                "category_id": cls.categories["help"].id,
                "partner_id": cls.carl.partner_id.id,
            }
        )
        cls.theirs = cls.request.with_user(cls.carl)

    # ------------------------------------------------------------
    # Records
    # ------------------------------------------------------------

    def test_customers_see_their_own_and_those_beneath_them(self):
        self.ben.parent_id = self.carl.partner_id
        beneath = self._request(partner=self.ben)
        self.carl.partner_id.parent_id = self.freight
        self._request(partner=self.cora)  # a colleague
        self._request(partner=self.freight)
        self._request(partner=self.carl.partner_id, confidentiality="internal")

        found = self.theirs.search([])

        self.assertEqual(found.sudo(), self.request | beneath)

    def test_nothing_of_another_company(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        strange = self._request(partner=self.carl.partner_id, company_id=other.id, team_id=False)

        self.assertNotIn(strange.id, self.theirs.search([]).ids)

    def test_customers_change_nothing_by_themselves(self):
        with self.assertRaises(AccessError):
            self.theirs.write({"name": "x"})
        with self.assertRaises(AccessError):
            self.theirs.create({"name": "x"})
        with self.assertRaises(AccessError):
            self.theirs.unlink()

    def test_the_public_user_reads_nothing(self):
        with self.assertRaises(AccessError):
            self.request.with_user(self.env.ref("base.public_user")).read(["name"])

    # ------------------------------------------------------------
    # Fields and methods
    # ------------------------------------------------------------

    def test_customers_read_an_explicit_list_of_fields(self):
        readable = set(self.theirs.fields_get())

        self.assertEqual(readable, PORTAL_FIELDS)
        for name in self.request._fields:
            if name not in PORTAL_FIELDS:
                with self.subTest(field=name), self.assertRaises(AccessError):
                    self.theirs.read([name])

    def test_hidden_fields_do_not_answer_by_search_order_or_group(self):
        with self.assertRaises(AccessError):
            self.theirs.search([("access_token", "!=", False)])
        with self.assertRaises(AccessError):
            self.theirs.search([("user_id.login", "=", "una")])
        with self.assertRaises(AccessError):
            self.theirs.search([], order="user_id")
        with self.assertRaises(AccessError):
            self.theirs._read_group([], ["user_id"])

    def test_no_public_method_moves_a_request(self):
        names = [
            name
            for name in dir(type(self.request))
            if name.startswith("action_") and callable(getattr(type(self.request), name))
        ]
        self.assertIn("action_close", names)
        before = self.request.read(["state", "user_id", "write_date"])

        for name in names:
            with self.subTest(method=name):
                try:
                    with self.env.cr.savepoint(), mute_logger("odoo.models"):
                        getattr(self.theirs, name)()
                        self.env.flush_all()
                except Exception:
                    self.env.invalidate_all()
                self.assertEqual(self.request.read(["state", "user_id", "write_date"]), before)

    # ------------------------------------------------------------
    # Messages
    # ------------------------------------------------------------

    def test_a_customer_writes_as_nobody_else(self):
        message = self.theirs.message_post(
            body="Hello",
            author_id=self.user.partner_id.id,
            email_from="boss@x.example",
            subtype_xmlid="mail.mt_note",
            message_type="notification",
            partner_ids=self.ada.ids,
        )

        message = message.sudo()
        self.assertEqual(message.author_id, self.carl.partner_id)
        self.assertNotIn("boss", message.email_from)
        self.assertEqual(message.subtype_id, self.env.ref("mail.mt_comment"))
        self.assertEqual(message.message_type, "comment")
        self.assertFalse(message.partner_ids)

    def test_what_is_closed_takes_no_messages(self):
        self.request._close("employee")

        with self.assertRaises(UserError) as error:
            self.theirs.message_post(body="Hello")

        self.assertIn(self.request.number, str(error.exception))

    def test_internal_notes_are_not_found(self):
        note = self.request.message_post(body="Between us", subtype_xmlid="mail.mt_note")
        answer = self.request.message_post(
            body="Dear customer", message_type="comment", subtype_xmlid="mail.mt_comment"
        )

        found = (
            self.env["mail.message"]
            .with_user(self.carl)
            .search([("model", "=", self.request._name), ("res_id", "=", self.request.id)])
        )

        self.assertIn(answer.id, found.ids)
        self.assertNotIn(note.id, found.ids)

    def test_files_are_reached_by_their_messages_only(self):
        note = self.request.message_post(
            body="Between us", subtype_xmlid="mail.mt_note", attachments=[("plan.txt", b"secret")]
        )
        self.env.flush_all()

        with self.assertRaises(AccessError):
            note.attachment_ids.with_user(self.carl).read(["raw"])
        found = self.env["ir.attachment"].with_user(self.carl)
        with self.assertRaises(AccessError):
            found.search([("res_model", "=", self.request._name)])

    def test_files_of_others_cannot_be_sent_along(self):
        file = self.env["ir.attachment"].create({"name": "plan.txt", "raw": b"secret"})

        message = self.theirs.message_post(body="Mine now", attachment_ids=file.ids)

        self.assertFalse(message.sudo().attachment_ids)

    # ------------------------------------------------------------
    # Links
    # ------------------------------------------------------------

    def test_a_change_of_contact_renews_the_link(self):
        token = self.request._portal_ensure_token()

        self.request.partner_phone = "123"
        self.assertEqual(self.request.access_token, token)
        self.carl.partner_id.email = "carl@x.example"
        self.request.partner_email = "carl@x.example"
        kept = self.request._portal_ensure_token()
        self.request.partner_id = self.ada
        self.request.partner_email = "ada@x.example"

        self.assertTrue(kept)
        self.assertFalse(self.request.access_token)

    def test_two_clicks_rate_once(self):
        self.request._solve()
        self.request._rate_by_partner(5, "", self.carl.partner_id)

        with self.assertRaises(UserError):
            self.request._rate_by_partner(1, "", self.carl.partner_id)

        self.assertEqual(self.request.rating_ids.mapped("rating"), [5.0])
