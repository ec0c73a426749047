from odoo import Command
from odoo.tests import tagged

from .common_portal import PortalPageCase

FIELDS = (
    {"name": "Fleet size", "kind": "integer", "is_partner_filled": True},
    {"name": "Covers", "kind": "tags", "options": "Cargo, Fire", "is_partner_filled": True},
    {"name": "Audited", "kind": "boolean", "is_partner_filled": True},
    {"name": "Contact hours", "kind": "text", "is_partner_filled": True},
    {"name": "Our rating", "kind": "char"},
)


@tagged("post_install", "-at_install", "counterparty_portal")
class TestPortalOwnFields(PortalPageCase):
    """Partners fill in the own fields that are marked for them, and no others."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.counterparty_portal_changes = True
        cls.insurer = cls.env["counterparty.type"].create({"name": "Insurer", "code": "insurer"})
        designer = cls.env["counterparty.type.designer"].create({"type_id": cls.insurer.id})
        designer.line_ids = [Command.create(values) for values in FIELDS]
        designer.action_save()
        cls.role, cls.foreign = cls.env["counterparty.role"].create(
            [
                {"partner_id": partner.id, "type_id": cls.insurer.id, "date_from": False}
                for partner in (cls.alfa, cls.beta)
            ]
        )
        cls.role.role_properties = {"our_rating": "SECRET-B", "fleet_size": 3, "covers": ["fire"]}

    def _name(self, key, role=None):
        return f"own_{(role or self.role).id}_{key}"

    def _fill_in(self, role=None, **values):
        """Send own fields as their form does; those that are not named are not sent."""
        values = {self._name(key, role): value for key, value in values.items()}
        return self._post("/my/company/fields", page="/my/company", **values)

    def _values(self, role=None):
        return (role or self.role)._get_stored_own_values()

    def test_marked_fields_are_shown_with_their_values(self):
        self._sign_in(self.anna)

        page = self._get("/my/company").text

        self._check_shown("Fleet size", page)
        self.assertRegex(page, rf'name="{self._name("fleet_size")}"[^>]*value="3"')
        self.assertRegex(page, r'value="fire" checked')
        self._check_hidden("Our rating", page)
        self._check_hidden("SECRET-B", page)
        self._check_hidden(self._name("fleet_size", self.foreign), page)

    def test_what_a_partner_fills_in_is_saved_and_told(self):
        self._sign_in(self.anna)

        answer = self._fill_in(
            fleet_size="12", covers=["", "cargo", "fire"], audited=["", "1"],
            contact_hours="9-17 <b>",
        )  # fmt: skip

        self.assertIn("done=filled", answer.headers["Location"])
        values = self._values()
        self.assertEqual((values["fleet_size"], values["covers"]), (12, ["cargo", "fire"]))
        self.assertEqual((values["audited"], values["contact_hours"]), (True, "9-17 <b>"))
        self.assertEqual(values["our_rating"], "SECRET-B")
        said = self.alfa.message_ids[:1]
        self.assertIn("“Fleet size”", said.body)
        self.assertTrue(said.is_internal or said.subtype_id.internal)
        self.assertEqual(said.author_id, self.anna.partner_id)
        self._check_shown("9-17 &lt;b&gt;", self._get("/my/company?done=filled").text)

    def test_what_was_not_sent_stays_and_what_was_emptied_goes(self):
        self._sign_in(self.anna)

        self._fill_in(covers="")

        values = self._values()
        self.assertEqual(values["fleet_size"], 3)
        self.assertFalse(values["covers"])
        before = self.alfa.message_ids
        self._fill_in(fleet_size="3")
        self.assertEqual(self.alfa.message_ids, before, "nothing changed, nothing to tell")

    def test_fields_that_are_not_marked_stay(self):
        self._sign_in(self.anna)

        self._fill_in(our_rating="A", fleet_size="4", note="x", date_to="2020-01-01", x="1")

        values = self._values()
        self.assertEqual((values["our_rating"], values["fleet_size"]), ("SECRET-B", 4))
        self.assertNotIn("x", values)
        self.assertFalse(self.role.note)
        self.assertFalse(self.role.date_to)

    def test_nonsense_saves_nothing_and_is_shown_again(self):
        self._sign_in(self.anna)
        for bad in ({"fleet_size": "many"}, {"covers": "sea"}, {"contact_hours": "x" * 20_001}):
            with self.subTest(bad=next(iter(bad))):
                answer = self._fill_in(audited=["", "1"], **bad)
                self.assertEqual(answer.status_code, 422)
                self._check_shown("This cannot be right.", answer.text)
        self.assertFalse(self._values().get("audited"))
        self.assertEqual(self._values()["fleet_size"], 3)

    def test_roles_of_others_and_former_ones_stay(self):
        self.foreign.date_from = "2020-01-01"
        former = self._role(self.beta, self.insurer, date_from="2019-01-01", date_to="2019-12-31")
        self._sign_in(self.anna)
        self._fill_in(self.foreign, fleet_size="66")
        self.assertFalse(self._values(self.foreign).get("fleet_size"))

        self._sign_in(self.bela)
        self._fill_in(former, fleet_size="66")
        self.assertFalse(self._values(former).get("fleet_size"))
        self._fill_in(self.foreign, fleet_size="7")
        self.assertEqual(self._values(self.foreign)["fleet_size"], 7)

    def test_by_authorization_only_managers_fill_in(self):
        self._by_authorization()
        self._sign_in(self.anna)
        self._check_hidden("Fleet size", self._get("/my/company").text)
        self._fill_in(fleet_size="5")
        self.assertEqual(self._values()["fleet_size"], 3)

        row = self._authorize(self.anna, self.alfa, "manage")
        self._fill_in(fleet_size="5")
        self.assertEqual(self._values()["fleet_size"], 5)

        row._end()
        self._fill_in(fleet_size="6")
        self.assertEqual(self._values()["fleet_size"], 5)

    def test_nothing_is_saved_while_switched_off_without_token_or_on_get(self):
        self._sign_in(self.anna)
        answer = self._post("/my/company/fields", csrf_token="x", **{self._name("fleet_size"): "8"})
        self.assertEqual(answer.status_code, 400)
        self._get(f"/my/company/fields?{self._name('fleet_size')}=8")
        self.company.counterparty_portal_changes = False
        self._fill_in(fleet_size="8")
        self.assertEqual(self._values()["fleet_size"], 3)
