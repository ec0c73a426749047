from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .test_counterparty_document import DocumentCase


@tagged("post_install", "-at_install", "counterparty_counterparty")
class TestCounterpartyDocumentSharing(DocumentCase):
    """What the partner may see is proposed by the kind and decided per document."""

    def test_nothing_is_shown_before_a_manager_says_so(self):
        kinds = self.env["counterparty.document.kind"].search([("is_core", "=", True)])

        self.assertFalse(any(kinds.mapped("is_shared_with_partner")))
        self.assertFalse(self._document().is_shared)

    def test_kind_proposes_and_the_document_decides(self):
        earlier = self._document()
        self._kind("contract").with_user(self.manager).is_shared_with_partner = True

        with Form(self.env["counterparty.document"].with_user(self.officer)) as form:
            form.kind_id = self._kind("contract")
            form.partner_id = self.foods
            self.assertTrue(form.is_shared)
            form.is_shared = False
        proposed = self._document()

        self.assertFalse(earlier.is_shared)
        self.assertTrue(proposed.is_shared)
        self.assertFalse(form.record.is_shared)

    def test_decision_stays_when_the_kind_changes(self):
        self._kind("certificate").is_shared_with_partner = True
        hidden, shown = self._document(), self._document(is_shared=True)

        hidden.kind_id = self._kind("certificate")
        shown.kind_id = self._kind("other")

        self.assertEqual((hidden | shown).mapped("is_shared"), [False, True])

    def test_renewal_is_shown_like_what_it_renews(self):
        document = self._document(date_from="2026-01-01", date_to="2026-12-31", is_shared=True)

        document.action_renew()

        self.assertTrue(document.next_ids.is_shared)

    def test_several_documents_are_shown_and_hidden_at_once(self):
        documents = self._document() | self._document("certificate")

        documents.with_user(self.officer).action_share()
        self.assertEqual(documents.mapped("is_shared"), [True, True])
        documents.with_user(self.officer).action_unshare()
        self.assertEqual(documents.mapped("is_shared"), [False, False])

    def test_colleagues_documents_are_not_theirs_to_show(self):
        with self.assertRaises(AccessError):
            self._document().with_user(self.user).action_share()

    def test_personal_kinds_never_propose(self):
        kind = self.env["counterparty.document.kind"].create(
            {"name": "Diploma", "code": "diploma", "is_personal": True}
        )
        open_kind = kind.create({"name": "Map", "code": "map", "is_shared_with_partner": True})

        open_kind.is_personal = True
        self.assertFalse(open_kind.is_shared_with_partner)
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"):
            kind.is_shared_with_partner = True
            kind.flush_recordset()

    def test_personal_document_is_shown_by_those_alone_who_see_it(self):
        paper = self._document("identity", partner=self.ada, is_shared=False)

        with self.assertRaises(AccessError):
            paper.with_user(self.officer).action_share()
        paper.with_user(self.keeper).action_share()

        self.assertTrue(paper.is_shared)
        with self.assertRaises(AccessError):
            paper.with_user(self.officer).read(["number"])
