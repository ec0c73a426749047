import base64

from freezegun import freeze_time

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .test_counterparty_document import DocumentCase

SECRET = "ZX-998877"
# what a trace of a document hangs on
LINKED = {
    "counterparty.document",
    "mail.message",
    "mail.mail",
    "mail.activity",
    "mail.notification",
    "ir.attachment",
}
# what holds the text of messages without a link to them
QUEUES = {"bus.bus", "mail.push", "ir.logging", "mail.link.preview"}
TEXTS = ("char", "text", "html", "many2one", "selection", "json", "binary")


@tagged("post_install", "-at_install", "counterparty_counterparty")
class TestCounterpartyDocumentTraces(DocumentCase):
    """A sweep over every model that may hold a trace of a personal document."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        other = cls._user("kurt", "group_personal_documents")
        cls.outsiders = cls.user | cls.officer | cls.manager | cls.plain | cls.portal
        cls.outsiders |= cls._user(
            "adam", "group_manager", "base.group_system", "base.group_erp_manager"
        )
        cls.outsiders |= cls._user("abby", "group_user", "account.group_account_manager")
        cls.paper = cls.env["counterparty.document"].create(
            {
                "kind_id": cls.env.ref("counterparty_crm.kind_identity").id,
                "partner_id": cls.ada.id,
                "responsible_id": cls.keeper.id,
                "number": SECRET,
                "name": f"Passport {SECRET}",
                "note": f"<p>{SECRET}</p>",
                "file": base64.b64encode(SECRET.encode()),
                "file_name": f"{SECRET}.txt",
            }
        )
        written = cls.paper.with_user(cls.keeper).with_context(mail_notrack=False)
        message = written.message_post(
            body=SECRET,
            subject=SECRET,
            partner_ids=other.partner_id.ids,
            attachments=[(f"{SECRET}.txt", SECRET.encode())],
            subtype_xmlid="mail.mt_comment",
        )
        written.activity_schedule(
            "mail.mail_activity_data_todo", summary=SECRET, note=SECRET, user_id=cls.keeper.id
        )
        written.write({"number": f"{SECRET}-2"})
        cls.env["mail.mail"].create({"mail_message_id": message.id, "body_html": SECRET})
        cls.env["mail.message.reaction"].create(
            {"message_id": message.id, "content": "+", "partner_id": cls.keeper.partner_id.id}
        )
        cls.env.flush_all()

    def _models(self):
        """Return the models that link to a trace, or to any record by its model and number."""
        for name, model in self.env.registry.items():
            if model._abstract or model._transient or not model._auto:
                continue
            fields = model._fields.values()
            if (
                name in LINKED | QUEUES
                or any(field.comodel_name in LINKED for field in fields)
                or any(field.type == "many2one_reference" for field in fields)
            ):
                yield name

    def _read(self, records, names):
        """Return what may be read of the fields as one text."""
        try:
            return str(records.read(names))
        except AccessError:
            # a field of the host that leads to what the user may not read
            return "".join(self._read(records, [name]) for name in names) if names[1:] else ""

    def test_no_model_tells_outsiders_a_byte(self):
        names = list(self._models())
        self.assertGreater(len(names), 20)
        for name in names:
            for user in self.outsiders:
                Model = self.env[name].with_user(user).with_context(active_test=False)
                if not Model.has_access("read"):
                    continue
                shown = Model.fields_get(attributes=["type"])
                readable = [key for key in shown if shown[key]["type"] in TEXTS]
                with self.subTest(model=name, user=user.login):
                    self.env.invalidate_all()
                    records = Model.search([], order="id desc", limit=40)
                    self.assertNotIn(SECRET, self._read(records, readable))
                    self.assertNotIn(SECRET, str(Model.name_search("", limit=40)))
                    self.assertNotIn(
                        SECRET, str(records.export_data(["display_name"])["datas"])
                        if user.has_group("base.group_allow_export") else "",
                    )  # fmt: skip

    def test_those_with_the_right_are_swept_over_with_success(self):
        """The sweep would find a byte if there was one."""
        told = self.env["mail.notification"].with_user(self.keeper)
        for Model in (told, self.env["mail.message"].with_user(self.keeper)):
            names = [name for name, field in Model._fields.items() if field.type in TEXTS]
            found = Model.search([], order="id desc", limit=40)
            self.assertIn(SECRET, self._read(found, names))

    def test_groups_of_what_hangs_on_it_tell_nothing(self):
        for name in ("mail.notification", "mail.message", "mail.activity", "ir.attachment"):
            for user in self.outsiders - self.portal:
                Model = self.env[name].with_user(user)
                for field in Model._fields.values():
                    if not field.store or field.type not in ("char", "many2one", "text"):
                        continue
                    if not Model._has_field_access(field, "read"):
                        continue
                    with self.subTest(model=name, user=user.login, field=field.name):
                        groups = Model.formatted_read_group([], [field.name], ["__count"])
                        self.assertNotIn(SECRET, str(groups))

    @freeze_time("2026-03-17 10:00:00")
    def test_reminder_of_a_personal_document_leaves_no_trace_for_others(self):
        contract = self._document("contract", self.ada, date_to="2026-03-20")
        self.paper.date_to = "2026-03-20"

        (self.paper | contract)._remind()

        self.assertEqual(str(self.paper.reminded_on), "2026-03-17")
        noted = self.env["counterparty.reminder"].search([("partner_id", "=", self.ada.id)])
        self.assertEqual(noted.mapped("res_id"), contract.ids)

    def test_timeline_and_tiles_tell_outsiders_nothing(self):
        Timeline = self.env["counterparty.timeline"]
        for user in self.outsiders - self.plain - self.portal:
            with self.subTest(user=user.login):
                page = Timeline.with_user(user).get_page(self.ada.id)
                tiles = self.ada.with_user(user).get_counterparty_tiles()
                discounts = self.ada.with_user(user).get_counterparty_discounts()
                shown = f"{page['rows']}{tiles}{discounts}"
                self.assertNotIn(SECRET, shown)
                self.assertNotIn("Identity", shown)

    def test_subjects_of_mails_name_no_document(self):
        self.assertNotIn(SECRET, self.paper.with_user(self.keeper)._message_compute_subject())
        contract = self._document(name="Lease")
        self.assertIn("Lease", contract._message_compute_subject())

    def test_deleting_the_contact_says_the_same_of_all_papers(self):
        contract = self._document("contract", self.ben)
        self.officer.group_ids = [Command.link(self.env.ref("base.group_partner_manager").id)]
        self.env["ir.model.access"].create(
            {
                "name": "delete contacts",
                "model_id": self.env.ref("base.model_res_partner").id,
                "group_id": self.env.ref("base.group_partner_manager").id,
                "perm_unlink": True,
            }
        )
        texts = []
        for partner in (self.ada, self.ben):
            with self.assertRaises(UserError) as refused:
                partner.with_user(self.officer).unlink()
            texts.append(str(refused.exception).replace(partner.display_name, "X"))

        self.assertEqual(texts[0], texts[1])
        self.assertNotIn("ocument", texts[0])
        contract.unlink()
        self.ben.with_user(self.officer).unlink()

    def test_outsiders_post_no_message_and_follow_nothing(self):
        for user in self.outsiders:
            with self.subTest(user=user.login):
                paper = self.paper.with_user(user)
                paper.message_subscribe(user.partner_id.ids)
                for method, arguments in (
                    ("message_post", []),
                    ("activity_schedule", ["mail.mail_activity_data_todo"]),
                ):
                    with self.subTest(method=method), self.assertRaises(AccessError):
                        getattr(paper, method)(*arguments)
        self.assertFalse(self.paper.message_partner_ids & self.outsiders.partner_id)
