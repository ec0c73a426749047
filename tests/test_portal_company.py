import json

from odoo.exceptions import AccessError, UserError
from odoo.tests import JsonRpcException, tagged
from odoo.tools import mute_logger

from .common_portal import PortalPageCase

ADDRESS = {
    "name": "anna",
    "email": "anna@example.com",
    "phone": "123456",
    "street": "Main 1",
    "city": "Sofia",
    "zip": "1000",
}


@tagged("post_install", "-at_install", "counterparty_portal")
class TestPortalCompany(PortalPageCase):
    """Partners add; what identifies a company changes after somebody approves."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.counterparty_portal_changes = True
        cls.alfa.write({"name": "Alfa Ltd", "vat": "A-1", "email": "office@alfa.example"})

    def _ask(self, **values):
        values = {"name": "Alfa Ltd", "vat": "A-1", "email": "office@alfa.example", **values}
        return self._post("/my/company/change", page="/my/company", **values)

    def _changes(self):
        return self.env["counterparty.change"].search([("partner_id", "=", self.alfa.id)])

    def test_a_change_waits_for_approval(self):
        self._sign_in(self.anna)

        self._ask(name="Alfa Group", bank="BG80BNBG96611020345678")

        changes = self._changes()
        self.assertEqual(set(changes.mapped("kind")), {"name", "bank"})
        self.assertEqual(self.alfa.name, "Alfa Ltd")
        self.assertFalse(self.alfa.bank_ids)
        self.assertEqual(changes.request_id.partner_id, self.anna.partner_id)
        self._check_shown("Alfa Group", self._get("/my/company").text)

        changes.with_user(
            self._user("olga", "group_officer", "base.group_partner_manager")
        ).action_approve()

        self.assertEqual(self.alfa.name, "Alfa Group")
        self.assertEqual(self.alfa.bank_ids.acc_number, "BG80BNBG96611020345678")
        self.assertEqual(changes.request_id.state, "solved")

    def test_what_was_refused_stays(self):
        self._sign_in(self.anna)
        self._ask(email="new@alfa.example")

        self._changes().with_user(self.officer).action_refuse()

        self.assertEqual(self.alfa.email, "office@alfa.example")
        self.assertEqual(self._changes().state, "refused")

    def test_what_changed_meanwhile_is_not_overwritten(self):
        self._sign_in(self.anna)
        self._ask(vat="A-2")
        self.alfa.vat = "A-3"

        with self.assertRaisesRegex(UserError, "A-3"):
            self._changes().action_approve()

        self.assertEqual(self.alfa.vat, "A-3")

    def test_an_officer_approves_an_account_and_brings_an_old_one_back(self):
        self._sign_in(self.anna)
        for number in ("BG80BNBG96611020345678", "RO49AAAA1B31007593840000"):
            self._ask(bank=number)
        changes = self.env["counterparty.change"].search([("kind", "=", "bank")])
        account = self.env["res.partner.bank"].create(
            {"partner_id": self.alfa.id, "acc_number": "RO49 AAAA 1B31 0075 9384 0000"}
        )
        account.active = False
        changes.invalidate_recordset()

        changes.with_user(self.officer).action_approve()

        self.assertEqual(set(changes.mapped("state")), {"approved"})
        self.assertTrue(account.active)
        self.assertEqual(len(self.alfa.bank_ids), 2)

    def test_by_authorization_a_mere_contact_sees_no_data_of_its_company(self):
        self.alfa.vat = "ALFA-7"
        self.env["res.partner.bank"].create(
            {"partner_id": self.alfa.id, "acc_number": "RO49AAAA1B31007593840000"}
        )
        self._by_authorization()
        self._sign_in(self.anna)
        page = self._get("/my/company").text
        self._check_hidden("ALFA-7", page)
        self._check_hidden(self.alan.partner_id.email, page)
        self._check_shown("Nobody has authorized you", page)
        self._ask(vat="X")
        self.assertFalse(self._changes())

        row = self._authorize(self.anna, self.alfa, "documents")
        self._check_shown("ALFA-7", self._get("/my/company").text)
        self._ask(bank="BG80BNBG96611020345678")
        self._check_hidden("RO49AAAA1B31007593840000", self._get("/my/company").text)
        self._check_hidden("RO49AAAA", self._changes().request_id.description)
        row._end()
        self._check_hidden("ALFA-7", self._get("/my/company").text)

    def test_the_first_tax_number_waits_for_approval_too(self):
        self.alfa.vat = False
        self._sign_in(self.alfa_login)
        for url, values in (
            ("/my/company/change", {}),
            ("/my/address/submit", {**ADDRESS, "partner_id": str(self.alfa.id)}),
        ):
            values |= {"name": "Alfa Ltd", "email": "office@alfa.example", "vat": "BE0477472701"}
            with self.subTest(url=url):
                self.env["counterparty.change"].search([]).unlink()
                self._post(url, page="/my/company", **self._complete(values))
                self.assertFalse(self.alfa.vat)
                self.assertEqual(self._changes().mapped("kind"), ["vat"])

    def _complete(self, values):
        country = self.env.ref("base.bg")
        return {**values, "country_id": str(country.id)}

    def test_by_authorization_a_mere_contact_changes_no_address_of_its_company(self):
        office = self._office()
        values = self._complete({**ADDRESS, "name": "Invoices", "partner_id": str(office.id)})

        def change(email):
            self._post("/my/address/submit", page="/my/account", **{**values, "email": email})
            return office.email

        self._sign_in(self.anna)
        self.assertEqual(change("one@alfa.example"), "one@alfa.example", "as the host does")
        self._by_authorization()
        with mute_logger("odoo.http"):
            self.assertEqual(change("thief@evil.example"), "one@alfa.example")
            with self.assertRaises(JsonRpcException):
                self.make_jsonrpc_request("/my/address/archive", {"partner_id": office.id})
        row = self._authorize(self.anna, self.alfa, "manage")
        self.assertEqual(change("two@alfa.example"), "two@alfa.example")
        row._end()
        with mute_logger("odoo.http"):
            self.assertEqual(change("thief@evil.example"), "two@alfa.example")
        self._sign_in(self.alfa_login)
        self.assertEqual(change("three@alfa.example"), "three@alfa.example")
        self.assertTrue(office.active)

    def _add(self, **values):
        """Send the host's form of a new address."""
        values = self._complete({**ADDRESS, "name": "A", "email": "thief@evil.example", **values})
        answer = self._post("/my/address/submit", page="/my/account", **values)
        return json.loads(answer.text)

    def test_by_authorization_a_mere_contact_adds_no_address_of_its_company(self):
        office = self._office()
        ways = (
            {"address_type": "billing"},
            {"address_type": "delivery"},
            {"address_type": "delivery", "use_delivery_as_billing": "true"},
        )
        self._by_authorization()
        self._sign_in(self.anna)
        for values in ways:
            with self.subTest(**values):
                self.assertIn("messages", self._add(**values))
                found = self.alfa.address_get(["invoice", "delivery"])
                self.assertEqual(found["invoice"], office.id)
                self.assertEqual(found["delivery"], self.alfa.id)
        self._authorize(self.anna, self.alfa, "manage")
        for values in ways:
            with self.subTest(authorized=True, **values):
                self.assertIn("redirectUrl", self._add(**values))
        self.company.counterparty_portal_visibility = "company"
        self._sign_in(self.alan)
        self.assertIn("redirectUrl", self._add(name="As the host does"))
        self.assertTrue(self.alfa.child_ids.filtered(lambda one: one.name == "As the host does"))

    def _office(self):
        return self.env["res.partner"].create(
            {**ADDRESS, "name": "Invoices", "type": "invoice", "parent_id": self.alfa.id,
             "country_id": self.env.ref("base.bg").id}
        )  # fmt: skip

    def test_a_new_address_brings_the_company_no_tax_number(self):
        self.alfa.vat = False
        values = self._complete({**ADDRESS, "name": "Store", "email": "store@alfa.example"})
        for user in (self.anna, self.alfa_login):
            self._sign_in(user)
            for kind in ("delivery", "billing"):
                with self.subTest(user=user.login, kind=kind):
                    self._post(
                        "/my/address/submit",
                        page="/my/account",
                        address_type=kind,
                        vat="BE0477472701",
                        **values,
                    )
                    self.assertFalse(self.alfa.vat)
        self.assertTrue(self.alfa.child_ids.filtered(lambda child: child.name == "Store"))

    def test_what_stands_there_already_is_not_thanked_for(self):
        self.env["res.partner.bank"].create(
            {"partner_id": self.alfa.id, "acc_number": "RO49 AAAA 1B31 0075 9384 0000"}
        )
        self._sign_in(self.alfa_login)
        changes = self.env["counterparty.change"]
        for number, (values, done, count) in enumerate((
            ({}, "known", 0),
            ({"name": self.alfa.name}, "known", 0),
            ({"bank": "ro49aaaa1b31007593840000"}, "known", 0),
            # the number of the account alone is another one
            ({"bank": "31007593840000"}, "asked", 1),
            ({"bank": "31007593840000"}, "known", 1),
        )):  # fmt: skip
            answer = self._post(
                "/my/company/change", page="/my/company", form_key=f"k{number}", **values
            )
            with self.subTest(values=values, number=number):
                self.assertTrue(answer.headers["Location"].endswith(f"done={done}"))
                self.assertEqual(changes.search_count([("partner_id", "=", self.alfa.id)]), count)
        self._check_shown("waits for our approval", self._get("/my/company?done=known").text)

    def test_by_authorization_a_mere_contact_leaves_the_seat_of_its_company(self):
        self.alfa.street = "Seat 1"
        person = self.anna.partner_id
        self._sign_in(self.anna)
        self._submit(person, street="As the host does")
        self.assertEqual(self.alfa.street, "As the host does")
        self._by_authorization()

        self.assertIn("redirectUrl", self._submit(person, street="Evil 1", phone="777"))
        self.assertEqual((person.phone, person.street), ("777", "Evil 1"))
        self.assertEqual(self.alfa.street, "As the host does")
        self.assertEqual(self.alan.partner_id.street, "As the host does")

        self._authorize(self.anna, self.alfa, "manage")
        self._submit(person, street="New seat 2")
        self.assertEqual(self.alfa.street, "New seat 2")

    def test_only_officers_approve(self):
        self._sign_in(self.anna)
        self._ask(vat="A-2")
        for user in (self.user, self.anna):
            with self.subTest(user=user.login), self.assertRaises(AccessError):
                self._changes().with_user(user).action_approve()

    def test_nonsense_and_nothing_new_ask_for_nothing(self):
        self._sign_in(self.anna)
        self.assertEqual(self._ask(email="nowhere").status_code, 422)
        self.assertEqual(self._ask(bank="1").status_code, 422)
        self._ask()
        self.assertFalse(self._changes())

    def test_partners_add_contacts_of_their_own_company_only(self):
        self._sign_in(self.anna)

        self._post(
            "/my/company/contact",
            page="/my/company",
            contact_name="Nina New",
            contact_email="nina@alfa.example",
            parent_id=str(self.beta.id),
            user_id=str(self.user.id),
            credit_limit="99",
        )

        nina = self.env["res.partner"].search([("name", "=", "Nina New")])
        self.assertEqual((nina.parent_id, nina.email), (self.alfa, "nina@alfa.example"))
        self.assertFalse(nina.user_id)
        answer = self._post("/my/company/contact", page="/my/company", contact_name="")
        self.assertEqual(answer.status_code, 422)

    def test_partners_add_certificates(self):
        self._sign_in(self.anna)
        file = {"files": ("iso.pdf", b"%PDF-1.4", "application/pdf")}

        self._post(
            "/my/company/certificate",
            page="/my/company",
            certificate_name="ISO 9001",
            certificate_until="2030-01-31",
            files=file,
        )

        document = self.env["counterparty.document"].search([("partner_id", "=", self.alfa.id)])
        self.assertEqual((document.name, document.kind_id.code), ("ISO 9001", "certificate"))
        self.assertEqual(str(document.date_to), "2030-01-31")
        self.assertEqual(document.file_name, "iso.pdf")
        self.assertTrue(document.with_context(bin_size=False).file)
        for bad in ({"files": ("x.exe", b"MZ", "application/pdf")}, {"files": ("e.pdf", b"", "")}):
            answer = self._post(
                "/my/company/certificate", page="/my/company", certificate_name="x", files=bad
            )
            self.assertEqual(answer.status_code, 422)
        self.assertEqual(self.env["counterparty.document"].search_count([("name", "=", "x")]), 0)

    # ------------------------------------------------------------
    # The host's form
    # ------------------------------------------------------------

    def _submit(self, partner, **values):
        country = self.env.ref("base.bg")
        return json.loads(
            self._post(
                "/my/address/submit",
                page="/my/account",
                partner_id=str(partner.id),
                country_id=str(country.id),
                **{**ADDRESS, **values},
            ).text
        )

    def test_a_mere_contact_never_renames_its_company(self):
        self._sign_in(self.anna)
        for is_on in (True, False):
            self.company.counterparty_portal_changes = is_on
            with self.subTest(is_on=is_on):
                answer = self._submit(self.anna.partner_id, company_name="HACKED SRL")
                self.assertEqual(self.alfa.name, "Alfa Ltd")
                self.assertEqual("messages" in answer, not is_on)
        self.assertEqual(self._changes().mapped("new_value"), ["HACKED SRL"])
        self._post(
            "/my/address/submit", page="/my/account", company_name="HACKED", **ADDRESS,
            country_id=str(self.env.ref("base.bg").id), address_type="delivery",
        )  # fmt: skip
        self.assertEqual(self.alfa.name, "Alfa Ltd")

    def test_the_company_itself_asks_where_it_is_switched_on(self):
        self._sign_in(self.alfa_login)

        self._submit(self.alfa, name="Alfa Ltd", email="new@alfa.example", street="New 5")

        self.assertEqual((self.alfa.email, self.alfa.street), ("office@alfa.example", "New 5"))
        self.assertEqual(self._changes().new_value, "new@alfa.example")

    def test_nothing_shows_while_it_is_switched_off(self):
        self.company.counterparty_portal_changes = False
        self._sign_in(self.alfa_login)
        self.assertEqual(self._get("/my/company").headers["Location"].rstrip("/")[-3:], "/my")
        self._post("/my/company/change", page="/my/account", name="Other")
        self.assertFalse(self._changes())
        self._submit(self.alfa, name="Alfa Ltd", email="new@alfa.example")
        self.assertEqual(self.alfa.email, "new@alfa.example")
