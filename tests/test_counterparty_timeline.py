from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tests.common import new_test_user

from ..models import counterparty_timeline, counterparty_timeline_whose
from .common import MODULE
from .common_timeline import TimelineCase

FAMILY = "partner_id"
# the lists of the host: what a timeline must show of each model, no more and no less
LISTS = {
    "sale.order": [],
    "purchase.order": [],
    "stock.picking": [],
    "account.move": [("move_type", "!=", "entry")],
    "account.payment": [],
    "crm.lead": [("active", "in", [True, False])],
    "counterparty.request": [],
    "counterparty.document": [],
    "counterparty.interaction": [("origin", "=", "manual")],
}
SAID = [("message_type", "in", ["comment", "email", "email_outgoing"])]


@tagged("post_install", "-at_install", "counterparty_counterparty", "counterparty_history")
class TestCounterpartyTimeline(TimelineCase):
    """Everybody sees what their own lists show, page by page."""

    # ------------------------------------------------------------
    # The user's own lists
    # ------------------------------------------------------------

    def _own_lists(self, user, companies):
        """Return ``{(model, id)}`` of the lists of a user, each by its own search."""
        env = self.env(user=user, context={"allowed_company_ids": companies.ids})
        family = (self.customer | self.contact).ids
        found = set()
        for model, domain in LISTS.items():
            if env[model].has_access("read"):
                records = env[model].search([(FAMILY, "in", family), *domain])
                found |= {(model, record.id) for record in records}
        meetings = env["calendar.event"].search([("partner_ids", "in", family)])
        orders = self.env["sale.order"].search([("partner_id", "in", family)]).ids
        activities = (
            env["mail.activity"]
            .with_context(active_test=False)
            .search(
                [
                    "|",
                    "&",
                    ("res_model", "=", "res.partner"),
                    ("res_id", "in", family),
                    "&",
                    ("res_model", "=", "sale.order"),
                    ("res_id", "in", orders),
                ]
            )
        )
        messages = env["mail.message"].search(
            [
                *SAID,
                "|",
                "|",
                ("author_id", "in", family),
                ("partner_ids", "in", family),
                "&",
                ("model", "=", "res.partner"),
                ("res_id", "in", family),
            ]
        )
        for records in (meetings, activities, messages):
            found |= {(records._name, record.id) for record in records}
        return found

    def _shown(self, user, companies):
        Timeline = (
            self.env["counterparty.timeline"]
            .with_user(user)
            .with_context(allowed_company_ids=companies.ids)
        )
        legs = Timeline._get_legs()
        page = Timeline.get_page(self.customer.id, None, None, 2000)
        self.assertFalse(page["next"])
        keys = [row["key"].split("-") for row in page["rows"]]
        shown = [(legs[int(place)].model, int(row_id)) for place, row_id in keys]
        self.assertEqual(len(shown), len(set(shown)), "each record once")
        return set(shown)

    def test_rows_equal_what_the_lists_of_each_user_show(self):
        other = self.env["res.company"].create({"name": "Branch"})
        (self.admin | self.officer).company_ids |= other
        self.env["sale.order"].create({"partner_id": self.customer.id, "company_id": other.id})
        everything = {}
        for user, companies in [
            (self.admin, self.company),
            (self.admin, self.company | other),
            (self.officer, self.company),
            (self.officer, other),
            (self.seller, self.company),
            (self.accountant, self.company),
        ]:
            with self.subTest(user=user.login, companies=companies.mapped("name")):
                shown = self._shown(user, companies)

                self.assertEqual(shown, self._own_lists(user, companies))
                everything[user, companies] = shown
        # they do differ, or nothing would be proved
        self.assertGreaterEqual(len({frozenset(own) for own in everything.values()}), 5)

    def test_a_salesperson_sees_own_documents_only(self):
        orders = [row["id"] for row in self._rows(self.seller, kinds=["order"])]

        self.assertEqual(orders, self.order.ids)
        self.assertEqual([row["kind"] for row in self._rows(self.seller, kinds=["invoice"])], [])

    def test_messages_under_documents_of_others_are_not_read(self):
        texts = self._titles(kinds=["message"])
        self.assertIn("When will it come?", texts)

        self.order.user_id = self.officer
        self.env.flush_all()

        self.assertNotIn("When will it come?", self._titles(self.seller, kinds=["message"]))

    def test_what_drops_out_of_a_page_is_filled_up(self):
        for number in range(30):
            order = self._order(confirmed=False, user_id=self.officer.id)
            order.message_post(
                body=f"Secret {number}", message_type="email", author_id=self.contact.id
            )
        self.customer.message_ids[-1:].date = "2020-01-01"
        self.env.flush_all()

        page = self._timeline(self.seller).get_page(
            self.customer.id, {"kinds": ["message"]}, None, 2
        )

        self.assertEqual(len(page["rows"]), 2)
        self.assertFalse([row for row in page["rows"] if "Secret" in row["title"]])

    def test_people_without_our_rights_see_nothing(self):
        for groups in ("base.group_portal", "base.group_user", "base.group_public"):
            user = new_test_user(self.env, f"nobody_{groups}", groups=groups)
            with self.subTest(groups), self.assertRaises(AccessError):
                self._timeline(user).get_page(self.customer.id)

    def test_a_counterparty_of_another_company_stays_closed(self):
        other = self.env["res.company"].create({"name": "Branch"})
        self.customer.sudo().company_id = False
        partner = self.env["res.partner"].create({"name": "Theirs", "company_id": other.id})

        with self.assertRaises(AccessError):
            self._timeline().get_page(partner.id)

    def test_private_meetings_of_others_are_only_busy(self):
        self.meeting.write({"user_id": self.admin.id, "privacy": "private"})
        self.env.flush_all()

        row = self._rows(self.seller, kinds=["meeting"])[0]

        self.assertNotIn("Prices", row["title"])

    # ------------------------------------------------------------
    # Pages, periods, texts
    # ------------------------------------------------------------

    def test_pages_hold_everything_once_and_in_order(self):
        whole = [row["key"] for row in self._rows()]
        for size in (1, 2, 3, 7):
            with self.subTest(size=size):
                keys, cursor = [], None
                while cursor is not False:
                    page = self._timeline().get_page(self.customer.id, None, cursor, size)
                    self.assertLessEqual(len(page["rows"]), size)
                    keys += [row["key"] for row in page["rows"]]
                    cursor = page["next"]

                self.assertEqual(keys, whole)

    def test_rows_fall_by_day(self):
        days = [row["day"] for row in self._rows()]

        self.assertEqual(days, sorted(days, reverse=True))
        self.assertGreater(len(set(days)), 3)

    def test_one_moment_is_cut_where_a_page_ends(self):
        orders = self.env["sale.order"]
        for _number in range(5):
            orders |= self._order(confirmed=False)
        orders.date_order = "2026-02-02 22:00:00"  # midnight in Sofia
        bills = self.env["account.move"]
        for _number in range(3):
            bills |= self._invoice(day="2026-02-03")
        self.env.flush_all()

        whole = [row["key"] for row in self._rows()]
        keys, cursor = [], None
        while cursor is not False:
            page = self._timeline().get_page(self.customer.id, None, cursor, 2)
            keys += [row["key"] for row in page["rows"]]
            cursor = page["next"]

        self.assertEqual(keys, whole)

    def test_a_period_holds_its_first_and_last_day(self):
        self.order.date_order = "2026-03-09 22:30:00"  # past midnight in Sofia
        self.env.flush_all()

        period = {"since": "2026-03-10", "until": "2026-03-10"}
        rows = self._rows(kinds=["order", "invoice"], **period)

        self.assertEqual({row["day"] for row in rows}, {"2026-03-10"})
        self.assertEqual(
            {(row["model"], row["id"]) for row in rows},
            {("sale.order", self.order.id), ("account.move", self.invoice.id)},
        )

    def test_a_text_is_looked_for_in_numbers_and_words(self):
        self.assertEqual(self._titles(text=self.order.name)[-1:], [self.order.name])
        self.assertEqual(self._titles(text="next year"), ["Prices of next year"])
        self.assertEqual(self._titles(text="100%_\\'; DROP"), [])

    def test_kinds_narrow_the_list(self):
        kinds = {row["kind"] for row in self._rows()}
        self.assertLessEqual(
            {"order", "quotation", "invoice", "credit_note", "bill", "payment_in", "purchase"}
            | {"lead", "meeting", "activity", "message", "document", "interaction"},
            kinds,
        )
        for kind in kinds:
            with self.subTest(kind):
                expected = [row["key"] for row in self._rows() if row["kind"] == kind]
                self.assertEqual([row["key"] for row in self._rows(kinds=[kind])], expected)
        self.assertEqual(self._rows(kinds=["nonsense"]), [])

    def test_a_credit_note_counts_against_us(self):
        amounts = [row["amount"] for row in self._rows(kinds=["credit_note"])]

        self.assertEqual(amounts, [-self.invoice.amount_total])

    def test_broken_positions_are_refused(self):
        for cursor in (["x", 1, 2], ["9999-12-31T23:59:59", 0, 1], ["0001-01-01", 0, 1]):
            with self.subTest(cursor=cursor), self.assertRaises(UserError):
                self._timeline().get_page(self.customer.id, {}, cursor)

    def test_days_that_somebody_is_still_typing_narrow_nothing(self):
        whole = len(self._rows())
        for filters in [
            {"since": "soon"},
            {"since": "0001-01-01"},
            {"until": "9999-12-31"},
            {"since": "20260-01-01"},
        ]:
            with self.subTest(filters=filters):
                self.assertEqual(len(self._rows(**filters)), whole)

    # ------------------------------------------------------------
    # Whose timeline
    # ------------------------------------------------------------

    def test_a_contact_shows_its_own_documents_alone(self):
        rows = self._rows(partner=self.contact)

        self.assertIn("Shelves", [row["title"] for row in rows])
        self.assertNotIn(self.order.name, [row["title"] for row in rows])

    def test_contacts_that_the_user_does_not_see_are_not_named(self):
        order = self._order(confirmed=False, partner_id=self.contact.id)
        self.env.flush_all()

        def named():
            return {
                row["partner"] for row in self._rows(kinds=["quotation"]) if row["id"] == order.id
            }

        self.assertEqual(named(), {"Ben Cole"})
        self.env.cr.execute(
            "UPDATE res_partner SET company_id = %s WHERE id = %s",
            [self.other_company.id, self.contact.id],
        )
        self.env.invalidate_all()

        self.assertEqual(named(), {""})

    def test_archived_counterparties_and_contacts_keep_their_history(self):
        before = {row["key"] for row in self._rows()}

        (self.customer | self.contact).active = False
        self.env.flush_all()

        self.assertEqual({row["key"] for row in self._rows()}, before)

    def test_a_merge_brings_the_histories_together(self):
        twin = self.env["res.partner"].create({"name": "Northwind Ltd", "is_company": True})
        order = self._order(confirmed=False, partner_id=twin.id)
        self.env.flush_all()

        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        wizard._merge((self.customer | twin).ids, self.customer)
        self.env.flush_all()

        self.assertIn(order.name, self._titles(kinds=["quotation"]))

    def test_the_whole_group_shows_the_members_that_the_user_sees(self):
        sister = self.env["res.partner"].create({"name": "Southwind", "is_company": True})
        head = self.env["res.partner"].create({"name": "Winds", "is_company": True})
        kind = self.env.ref(f"{MODULE}.membership_kind_owned")
        self.env["counterparty.membership"].create(
            [
                {"owner_id": head.id, "member_id": member.id, "kind_id": kind.id}
                for member in (sister, self.customer)
            ]
        )
        self.env["counterparty.holding"].create({"name": "Winds", "head_id": head.id})
        order = self._order(confirmed=False, partner_id=sister.id)
        self.env.flush_all()

        self.assertNotIn(order.name, self._titles())
        self.assertIn(order.name, self._titles(group=True))

    def test_a_large_family_shows_the_same(self):
        expected = [row["key"] for row in self._rows()]

        with patch.object(counterparty_timeline_whose, "LITERALS", 1):
            self.assertEqual([row["key"] for row in self._rows()], expected)

    def test_each_member_asked_alone_shows_the_same(self):
        expected = [row["key"] for row in self._rows()]

        with patch.object(counterparty_timeline_whose, "FEW", 0):
            self.assertEqual([row["key"] for row in self._rows()], expected)

    # ------------------------------------------------------------
    # Cost, paper and sheet
    # ------------------------------------------------------------

    def test_a_page_of_documents_costs_few_queries(self):
        for _number in range(20):
            self._order(confirmed=False)
        self.env.flush_all()
        kinds = {"kinds": ["quotation", "order", "invoice", "payment_in", "delivery"]}
        Timeline = self._timeline()
        Timeline.get_page(self.customer.id, kinds, None, 5)
        self.env.invalidate_all()

        # the user and the right, the partner, its family, which models have rows, the page
        with self.assertQueryCount(8):
            Timeline.get_page(self.customer.id, kinds, None, 20)

    def test_models_without_rows_are_not_planned(self):
        lone = self.env["res.partner"].create({"name": "Lone", "is_company": True})
        order = self._order(confirmed=False, partner_id=lone.id)
        self.env.flush_all()
        Timeline = self._timeline()
        legs = Timeline._get_legs()

        present, many = Timeline._find_present(legs, lone.ids, {})
        rows = self._rows(partner=lone)

        # the order itself, and what is planned about orders
        found = {legs[place].model for place in present}
        self.assertEqual(found, {"sale.order", "mail.activity"})
        self.assertEqual(list(present.values()), [lone.ids] * 2)
        self.assertEqual([row["id"] for row in rows], order.ids)
        self.assertFalse(many)
        self.assertEqual(Timeline._find_present(legs, lone.ids, {"kinds": ["invoice"]})[0], {})

    def test_nothing_at_all_is_an_empty_page(self):
        lone = self.env["res.partner"].create({"name": "Lone", "is_company": True})
        self.env.flush_all()

        page = self._timeline().get_page(lone.id)

        self.assertEqual((page["rows"], page["next"]), ([], False))
        self.assertTrue(page["kinds"])

    def test_the_sheet_holds_what_is_shown(self):
        columns, rows = self._timeline()._prepare_table(
            self.customer.id, {"kinds": ["invoice"]}, 100
        )

        self.assertEqual(len(columns), len(rows[0]))
        self.assertEqual(
            rows[0][:3], [fields.Date.to_date("2026-03-10"), "Invoice", self.invoice.name]
        )
        self.assertEqual(rows[0][5:7], [self.invoice.amount_total, self.company.currency_id.name])

    def test_the_sheet_goes_on_over_pages(self):
        with patch.object(counterparty_timeline, "MOST", 3):
            _columns, rows = self._timeline()._prepare_table(self.customer.id, {}, 100)

        self.assertEqual(len(rows), len(self._rows()))

    def test_a_sheet_that_was_cut_says_so(self):
        columns, rows = self._timeline()._prepare_table(self.customer.id, {}, 3)

        self.assertEqual(len(rows), 4)
        self.assertEqual(len(rows[-1]), len(columns))
        self.assertIn("latest 3 entries", rows[-1][1])

    def test_the_print_says_what_was_left_out(self):
        printed = self._timeline()._prepare_print(
            self.customer.id, {"kinds": ["invoice"], "since": "2026-01-01", "text": "INV"}
        )

        self.assertIn("Invoices", printed["said"])
        self.assertIn("INV", printed["said"])
        html = self.env["ir.actions.report"]._render_qweb_html(
            "counterparty_crm.report_counterparty_timeline",
            self.customer.ids,
            {"filters": {"kinds": ["invoice"]}},
        )[0]
        self.assertIn(self.invoice.name.encode(), html)
        self.assertNotIn(self.order.name.encode(), html)

    def test_a_planned_meeting_stands_before_what_has_happened(self):
        self.meeting.write(
            {
                "start": fields.Datetime.now() + timedelta(days=10),
                "stop": fields.Datetime.now() + timedelta(days=10, hours=1),
            }
        )
        self.env.flush_all()

        first = self._rows()[0]

        self.assertEqual((first["kind"], first["state"]), ("meeting", "Planned"))
