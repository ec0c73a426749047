import base64

from odoo.tests import tagged

from .common_portal import PortalPageCase


@tagged("post_install", "-at_install", "counterparty_portal")
class TestPortalDocument(PortalPageCase):
    """Documents of the register in the portal, and who has taken them along."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.counterparty_portal_documents = True
        cls.contract = cls._document(cls.alfa, "Contract 1")
        cls.foreign = cls._document(cls.beta, "Contract 2")
        cls.kept = cls._document(cls.alfa, "Contract 3", is_shared=False)
        cls.personal = cls._document(cls.anna.partner_id, "Labour 4", kind="labour_contract")
        cls.env.flush_all()

    @classmethod
    def _document(cls, partner, name, kind="certificate", **values):
        found = cls.env["counterparty.document.kind"].search([("code", "=", kind)], limit=1)
        if not found:
            found = cls.env["counterparty.document.kind"].search(
                [("is_personal", "=", kind != "certificate")], limit=1
            )
        return cls.env["counterparty.document"].create(
            {
                "name": name,
                "kind_id": found.id,
                "partner_id": partner.id,
                "file": base64.b64encode(b"<script>alert(1)</script>"),
                "file_name": "paper.html",
                "is_shared": True,
                "responsible_id": False,
                **values,
            }
        )

    def _file(self, document):
        number = document if isinstance(document, int) else document.id
        return self._get(f"/my/documents/{number}/file")

    def test_a_contact_sees_what_is_shared_with_its_company(self):
        self._sign_in(self.anna)
        page = self._get("/my/documents").text

        self._check_shown("Contract 1", page)
        self._check_shown("Labour 4", page)
        for name in ("Contract 2", "Contract 3"):
            self._check_hidden(name, page)
        self._sign_in(self.alan)
        self._check_hidden("Labour 4", self._get("/my/documents").text)
        self._sign_in(self.alfa_login)
        self._check_hidden("Labour 4", self._get("/my/documents").text)

    def test_files_are_downloads_and_logged(self):
        self._sign_in(self.anna)

        answer = self._file(self.contract)

        self.assertEqual(answer.status_code, 200)
        self.assertIn("attachment", answer.headers["Content-Disposition"])
        self.assertIn("default-src 'none'", answer.headers["Content-Security-Policy"])
        self.assertIn("no-store", answer.headers["Cache-Control"])
        self.assertEqual(self.contract.download_ids.user_id, self.anna)

    def test_foreign_kept_and_missing_files_are_all_not_found(self):
        self._sign_in(self.alan)
        answers = set()
        for document in (self.foreign, self.kept, self.personal, 0, 2**31, 10**20):
            with self.subTest(document=str(document)):
                answer = self._file(document)
                self.assertEqual(answer.status_code, 404)
                answers.add(len(answer.text))
        self.assertFalse(self.env["counterparty.document.download"].search_count([]))

    def test_a_delegate_sees_them_until_the_end(self):
        self._by_authorization()
        self._sign_in(self.anna)
        self._check_hidden("Contract 1", self._get("/my/documents").text)
        self._check_shown("Labour 4", self._get("/my/documents").text)
        row = self._authorize(self.bela, self.alfa, "documents")
        self._sign_in(self.bela)
        self._post("/my/represent", page="/my/home", partner=str(self.alfa.id))
        self._check_shown("Contract 1", self._get("/my/documents").text)
        self.assertEqual(self._file(self.contract).status_code, 200)
        self.assertEqual(self._file(self.personal).status_code, 404)

        row._end()

        self._check_hidden("Contract 1", self._get("/my/documents").text)
        self.assertEqual(self._file(self.contract).status_code, 404)

    def test_nothing_shows_while_it_is_switched_off(self):
        self.company.counterparty_portal_documents = False
        self._sign_in(self.anna)
        self.assertEqual(self._get("/my/documents").headers["Location"].rstrip("/")[-3:], "/my")
        self.assertEqual(self._file(self.contract).status_code, 404)

    def test_the_list_takes_any_parameters(self):
        self._sign_in(self.anna)
        for query in ("page=x", "search=%00%25'", "search=" + "x" * 3000):
            self.assertEqual(self._get(f"/my/documents?{query}").status_code, 200)
