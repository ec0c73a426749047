import base64

from psycopg2.errors import CheckViolation

from odoo import Command
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .test_counterparty_document import DocumentCase

SECRET = "ZX-998877"


@tagged("post_install", "-at_install", "counterparty_counterparty")
class TestCounterpartyDocumentPrivacy(DocumentCase):
    """Nobody but those with the right reaches a byte of a personal document."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.outsiders = cls.user | cls.officer | cls.manager | cls.plain | cls.portal
        cls.outsiders |= cls._user("adam", "group_manager", "base.group_system")

    def setUp(self):
        super().setUp()
        self.paper = self._document(
            "identity",
            self.ada,
            number=SECRET,
            name=f"Passport {SECRET}",
            note=f"<p>{SECRET}</p>",
            file=base64.b64encode(SECRET.encode()),
            file_name="passport.txt",
        )
        self.env.flush_all()

    def _as(self, user):
        return self.env["counterparty.document"].with_user(user)

    def test_those_with_the_right_see_it(self):
        document = self.paper.with_user(self.keeper)

        self.assertEqual(document.number, SECRET)
        self.assertEqual(base64.b64decode(document.file), SECRET.encode())
        self.assertIn(document, self._as(self.keeper).search([("partner_id", "=", self.ada.id)]))

    def test_the_right_alone_opens_the_way_to_them(self):
        clerk = self._user("hilda", "group_personal_documents")
        menus = self.env["ir.ui.menu"].with_user(clerk)._visible_menu_ids()

        self.assertIn(self.env.ref("counterparty_crm.counterparty_document_menu").id, menus)
        self.assertIn(self.env.ref("counterparty_crm.counterparty_menu_root").id, menus)
        codes = [t["code"] for t in self.ada.with_user(clerk).get_counterparty_tiles()]
        self.assertIn("personal", codes)

    def test_reading_and_form_are_refused(self):
        for user in self.outsiders:
            with self.subTest(user=user.login):
                user.group_ids += self.env.ref("base.group_allow_export")
                for method, arguments in (
                    ("read", [["number"]]),
                    ("web_read", [{"number": {}}]),
                    ("export_data", [["number", "note"]]),
                ):
                    with self.assertRaises(AccessError):
                        getattr(self.paper.with_user(user), method)(*arguments)
                with self.assertRaises(AccessError):
                    self.paper.with_user(user).write({"number": "1"})
                with self.assertRaises(AccessError):
                    self.paper.with_user(user).copy()

    def test_search_group_and_name_search_find_nothing(self):
        for user in self.outsiders - self.plain - self.portal:
            with self.subTest(user=user.login):
                documents = self._as(user)
                domain = [("number", "=", SECRET)]
                self.assertFalse(documents.search(domain))
                self.assertFalse(documents.search_count(domain))
                self.assertFalse(documents.search([("note", "ilike", SECRET)]))
                self.assertFalse(documents.name_search(SECRET))
                self.assertFalse(documents.web_search_read(domain, {"number": {}})["records"])
                groups = documents.formatted_read_group([], ["number"], ["__count"])
                self.assertNotIn(SECRET, str(groups))
                kinds = documents.formatted_read_group([], ["kind_id"], ["__count"])
                self.assertNotIn("Passport", str(kinds))

    def test_partner_gives_nothing_away(self):
        for user in self.outsiders - self.plain - self.portal:
            with self.subTest(user=user.login):
                ada = self.ada.with_user(user)
                codes = [tile["code"] for tile in ada.get_counterparty_tiles()]
                self.assertNotIn("personal", codes)
                self.assertFalse(ada.counterparty_document_ids)
                found = (
                    self.env["res.partner"]
                    .with_user(user)
                    .search([("counterparty_document_ids.number", "=", SECRET)])
                )
                self.assertFalse(found)
        keeper = self.ada.with_user(self.keeper)
        tiles = {tile["code"]: tile for tile in keeper.get_counterparty_tiles()}
        self.assertEqual(tiles["personal"]["entries"][0]["count"], 1)

    def test_attachments_are_closed(self):
        in_field = self.env["ir.attachment"].sudo().search(
            [("res_model", "=", "counterparty.document"), ("res_id", "=", self.paper.id),
             ("res_field", "=", "file")]
        )  # fmt: skip
        in_chatter = self.env["ir.attachment"].create(
            {
                "name": SECRET,
                "raw": SECRET.encode(),
                "res_model": "counterparty.document",
                "res_id": self.paper.id,
            }
        )
        self.assertTrue(in_field)

        for user in self.outsiders - self.portal:
            with self.subTest(user=user.login):
                for attachment in in_field | in_chatter:
                    with self.assertRaises(AccessError):
                        attachment.with_user(user).read(["raw"])
                if user == self.plain:
                    # has no access to documents at all: the search itself is refused
                    continue
                Attachment = self.env["ir.attachment"].with_user(user)
                self.assertFalse(Attachment.search([("name", "=", SECRET)]))
                self.assertFalse(
                    Attachment.search(
                        [("res_model", "=", "counterparty.document"), ("res_field", "=", "file")]
                    )
                )

    def test_chatter_and_changes_are_closed(self):
        self.paper.with_context(mail_notrack=False).write({"number": f"{SECRET}-2"})
        message = self.paper.message_post(body=f"See {SECRET}")
        self.env.flush_all()

        for user in self.outsiders:
            with self.subTest(user=user.login):
                Message = self.env["mail.message"].with_user(user)
                self.assertFalse(
                    Message.search(
                        [("model", "=", "counterparty.document"), ("res_id", "=", self.paper.id)]
                    )
                )
                with self.assertRaises(AccessError):
                    message.with_user(user).read(["body"])
                with self.assertRaises(AccessError):
                    self.paper.with_user(user).message_post(body="Hello")

    def test_nobody_else_is_followed_up_or_addressed(self):
        others = self.outsiders.partner_id | self.ada
        message = self.paper.with_user(self.keeper).message_post(
            body=f"See {SECRET}",
            partner_ids=(others | self.keeper.partner_id).ids,
            subtype_xmlid="mail.mt_comment",
        )
        self.paper.message_subscribe(others.ids)

        self.assertFalse(self.paper.message_partner_ids & others)
        self.assertFalse(message.partner_ids & others)
        self.assertFalse(message.notified_partner_ids & others)
        mails = self.env["mail.mail"].sudo().search([("mail_message_id", "=", message.id)])
        self.assertFalse(mails.recipient_ids & others)
        with self.assertRaises(AccessError):
            message.with_user(self.user).read(["body"])

    def test_what_hangs_on_a_message_tells_outsiders_nothing(self):
        other = self._user("kurt", "group_personal_documents")
        message = self.paper.with_user(self.keeper).message_post(
            body=SECRET, partner_ids=other.partner_id.ids, subtype_xmlid="mail.mt_comment"
        )
        told = message.sudo().notification_ids
        mail = self.env["mail.mail"].create({"mail_message_id": message.id, "body_html": SECRET})
        later = self.env["mail.message.schedule"].create(
            {"mail_message_id": message.id, "scheduled_datetime": "2099-01-01"}
        )
        translated = self.env["mail.message.translation"].create(
            {"message_id": message.id, "source_lang": "en", "target_lang": "ro", "body": SECRET}
        )
        changed = self.env["mail.tracking.value"].create(
            {"mail_message_id": message.id, "new_value_char": SECRET}
        )
        self.assertTrue(told)
        both = self._user("adah", "group_personal_documents", "base.group_system")
        self.env.invalidate_all()

        for records in (told, mail, later, translated, changed):
            for user in self.outsiders:
                with self.subTest(model=records._name, user=user.login):
                    theirs = records.with_user(user)
                    self.assertFalse(theirs.has_access("read"))
                    if theirs.browse().has_access("read"):
                        self.assertFalse(theirs.search([("id", "in", records.ids)]))
                        groups = theirs.formatted_read_group(
                            [], [theirs._counterparty_message_field], ["__count"]
                        )
                        self.assertNotIn(SECRET, str(groups))
            with self.subTest(model=records._name):
                seen = records.with_user(both)
                self.assertEqual(seen.search([("id", "in", records.ids)]), records)

    def test_a_follower_who_lost_the_right_gets_no_more_mail(self):
        other = self._user("kurt", "group_user", "group_personal_documents")
        self.paper.message_subscribe(other.partner_id.ids)
        self.assertIn(other.partner_id, self.paper.message_partner_ids)
        other.group_ids -= self.env.ref("counterparty_crm.group_personal_documents")

        message = self.paper.with_user(self.keeper).message_post(
            body=SECRET, subtype_xmlid="mail.mt_comment"
        )

        self.assertNotIn(other.partner_id, message.notified_partner_ids)

    def test_activities_are_for_those_with_the_right(self):
        with self.assertRaises(ValidationError):
            self.paper.activity_schedule("mail.mail_activity_data_todo", user_id=self.officer.id)

        activity = self.paper.activity_schedule(
            "mail.mail_activity_data_todo", summary=SECRET, user_id=self.keeper.id
        )

        with self.assertRaises(ValidationError):
            activity.user_id = self.officer
        for user in self.outsiders - self.portal:
            with self.subTest(user=user.login):
                self.assertFalse(
                    self.env["mail.activity"].with_user(user).search([("summary", "=", SECRET)])
                )

    def test_responsible_must_have_the_right(self):
        with self.assertRaises(ValidationError):
            self.paper.responsible_id = self.officer

    def test_outsiders_cannot_enter_personal_documents(self):
        with self.assertRaises(AccessError):
            self._as(self.manager).create(
                {
                    "kind_id": self._kind("identity").id,
                    "partner_id": self.ada.id,
                    "responsible_id": False,
                }
            )

    def test_protection_cannot_be_lifted(self):
        with self.assertRaises(UserError):
            self.paper.kind_id = self._kind("certificate")
        with self.assertRaises(UserError):
            self._kind("identity").with_user(self.manager).is_personal = False

    @mute_logger("odoo.sql_db")
    def test_what_acts_on_orders_cannot_be_personal(self):
        for usage in ("card", "agreement", "rental", "customs"):
            values = {"name": "Secret", "code": f"secret_{usage}", "usage": usage}
            with self.subTest(usage=usage), self.assertRaises(CheckViolation):
                self.env["counterparty.document.kind"].create({**values, "is_personal": True})

    def test_merged_counterparty_keeps_documents_closed(self):
        twin = self._person("Ada Vale (old)")
        self.env["base.partner.merge.automatic.wizard"].create({})._merge(
            (self.ada | twin).ids, twin
        )

        self.assertEqual(self.paper.partner_id, twin)
        self.assertFalse(self._as(self.manager).search([("partner_id", "=", twin.id)]))

    def test_lists_of_many_kinds_leave_personal_ones_out(self):
        open_paper = self._document("contract", self.ada)

        found = self._as(self.manager).search([("partner_id", "=", self.ada.id)])

        self.assertEqual(found, open_paper)
        self.assertEqual(
            self.env["res.partner"].with_user(self.manager).browse(self.ada.id)
            .read(["counterparty_document_ids"])[0]["counterparty_document_ids"],
            open_paper.ids,
        )  # fmt: skip

    def test_personal_kinds_of_other_sections_are_not_printed_nor_counted(self):
        kind = self.env["counterparty.document.kind"].create(
            {"name": "Medical Note", "code": "medical", "is_personal": True}
        )
        self.paper.copy({"kind_id": kind.id, "number": SECRET})
        self._document("certificate", self.ada)

        dossier = self.ada.with_user(self.keeper)._get_counterparty_dossier()

        files = self.env.ref("counterparty_crm.section_files").name
        counts = [count for name, _label, count in dossier["tiles"] if name == files]
        self.assertEqual(len(dossier["documents"]), 1)
        self.assertEqual(counts, [1])

    def test_portal_users_get_no_tiles(self):
        partner = self.portal.partner_id.with_user(self.portal)

        self.assertEqual(partner.get_counterparty_tiles(), [])

    # ------------------------------------------------------------
    # Names through links
    # ------------------------------------------------------------

    def test_links_tell_outsiders_a_neutral_name(self):
        renewal = self._document("identity", self.ada, previous_id=self.paper.id)

        neutral = renewal.with_user(self.user).sudo().previous_id.display_name
        real = renewal.with_user(self.keeper).previous_id.display_name

        self.assertNotIn(SECRET, neutral)
        self.assertIn(SECRET, real)

    def test_personal_documents_are_linked_by_nothing_else(self):
        own = self._document("certificate", self.ada, responsible_id=self.user.id)
        agreement = self._document("agreement", self.foods, responsible_id=self.user.id)
        line = {"percent": 5.0, "document_id": agreement.id}
        discount = self.env["counterparty.document.discount"].create(line)
        seller = self._user("sid", "group_user", "sales_team.group_sale_salesman_all_leads")
        order = self._order(self.ada)

        for record, values in (
            (own.with_user(self.user), {"previous_id": self.paper.id}),
            (discount.with_user(self.officer), {"document_id": self.paper.id}),
            (order.with_user(seller), {"counterparty_card_id": self.paper.id}),
        ):
            with self.subTest(record=record), self.assertRaises(UserError):
                record.write(values)

    def test_deleting_a_role_does_not_tell_of_personal_documents(self):
        role = self._role(self.ada, self.employee, date_from="2020-01-01")
        role.sudo().type_id.section_ids |= self.paper.section_id

        role.with_user(self.officer).unlink()

        self.assertFalse(role.exists())
        self.assertTrue(self.paper.exists())

    def test_a_renewal_is_of_the_same_counterparty_and_not_of_itself(self):
        contract = self._document("contract", self.foods)
        other = self._document("contract", self.freight)

        for previous in (contract, other):
            with self.subTest(previous=previous), self.assertRaises(ValidationError):
                contract.previous_id = previous

    # ------------------------------------------------------------
    # Right withdrawn
    # ------------------------------------------------------------

    def test_who_lost_the_right_loses_what_was_written_and_assigned(self):
        former = self._user("kurt", "group_user", "group_personal_documents")
        written = self.paper.with_user(former).message_post(body=SECRET)
        told = self.paper.with_user(self.keeper).message_post(
            body=SECRET, partner_ids=former.partner_id.ids, subtype_xmlid="mail.mt_comment"
        )
        task = self.paper.activity_schedule(
            "mail.mail_activity_data_todo", summary=SECRET, user_id=former.id
        )
        for record in (written, told, task):
            self.assertIn(record, record.with_user(former).search([("id", "=", record.id)]))

        # without the hook: a right may also go another way
        self.patch(type(self.paper), "_drop_personal_traces", lambda documents: None)
        former.group_ids -= self.env.ref("counterparty_crm.group_personal_documents")
        self.env.invalidate_all()

        for record in (written, told, task):
            with self.subTest(record=record):
                theirs = record.with_user(former)
                self.assertFalse(theirs.search([("id", "=", record.id)]))
                self.assertFalse(theirs.has_access("read"))
        self.assertTrue(told.with_user(self.keeper).has_access("read"))

    def test_followers_notifications_and_tasks_go_with_the_right(self):
        right = self.env.ref("counterparty_crm.group_personal_documents")
        for withdraw in (
            lambda user: user.write({"group_ids": [Command.unlink(right.id)]}),
            lambda user: right.write({"user_ids": [Command.unlink(user.id)]}),
        ):
            former = self._user(f"kurt{right.id}{id(withdraw)}", "group_personal_documents")
            self.paper.message_subscribe(former.partner_id.ids)
            told = self.paper.with_user(self.keeper).message_post(
                body=SECRET, partner_ids=former.partner_id.ids, subtype_xmlid="mail.mt_comment"
            )
            task = self.paper.activity_schedule("mail.mail_activity_data_todo", user_id=former.id)
            kept = self.paper.activity_schedule(
                "mail.mail_activity_data_todo", user_id=self.keeper.id
            )
            self.assertIn(former.partner_id, told.notified_partner_ids)

            withdraw(former)
            self.env.invalidate_all()

            self.assertNotIn(former.partner_id, self.paper.message_partner_ids)
            self.assertNotIn(former.partner_id, told.notified_partner_ids)
            self.assertFalse(task.exists())
            self.assertTrue(kept.exists())

    def test_messages_of_open_documents_stay_readable(self):
        contract = self._document("contract", self.foods)
        message = contract.message_post(body="Hello")

        theirs = message.with_user(self.user)

        self.assertTrue(theirs.has_access("read"))
        self.assertTrue(theirs.search([("id", "=", message.id)]))
