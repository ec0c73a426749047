from datetime import date

from freezegun import freeze_time
from psycopg2.errors import CheckViolation

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .holding_common import HoldingCase


@tagged("post_install", "-at_install", "counterparty_holding")
class TestCounterpartyMembership(HoldingCase):
    def test_a_second_period_names_the_row_it_overlaps(self):
        with self.assertRaisesRegex(ValidationError, "Northwind Group.*01/01/2020 to an open end"):
            self._membership(
                self.holding, self.foods, 5, date_from="2024-01-01", date_to="2024-12-31"
            )

    def test_periods_that_only_touch_are_fine(self):
        self.to_foods.date_to = "2023-12-31"

        later = self._membership(self.holding, self.foods, 80, date_from="2024-01-01")

        self.assertTrue(later.is_open)
        self.assertFalse(self.to_foods.is_open)

    def test_two_open_rows_of_one_kind_read_a_sentence(self):
        with self.assertRaises(ValidationError), mute_logger("odoo.sql_db"):
            self._membership(self.holding, self.foods, 0)

    def test_confirmed_owners_never_have_more_than_all(self):
        with self.assertRaisesRegex(ValidationError, r"110 % on 03/01/2022"):
            self._membership(self.late_payer, self.freight, 50, date_from="2022-03-01")

    def test_owners_since_nobody_knows_when_read_no_unknown_day(self):
        self._membership(self.holding, self.late_payer, 60)

        with self.assertRaises(ValidationError) as refused:
            self._membership(self.foods, self.late_payer, 60)

        self.assertIn("would have 120 % together", str(refused.exception))

    def test_owners_of_too_much_are_named_with_their_shares(self):
        hidden = self.env["res.company"].create({"name": "Sofia Office"})
        self._membership(self.foods, self.late_payer, 30)
        self._membership(self.holding, self.late_payer, 60)
        self.holding.company_id = hidden

        with self.assertRaises(ValidationError) as refused:
            self.env["counterparty.membership"].with_user(self.officer).create(
                {"owner_id": self.freight.id, "member_id": self.late_payer.id, "equity": 20.5}
            )

        message, *owners = str(refused.exception).splitlines()
        self.assertIn("would have 110.5 %", message)
        self.assertEqual(
            owners,
            [
                "a counterparty of another company: 60 %",
                f"{self.foods.display_name}: 30 %",
                f"{self.freight.display_name}: 20.5 %",
            ],
        )

    def test_a_corrected_owner_that_is_there_already_is_named(self):
        row = self._membership(self.late_payer, self.foods, 10, status="reported")

        with self.assertRaisesRegex(ValidationError, "already belongs to"):
            row.owner_id = self.holding

    def test_reported_owners_may_contradict(self):
        row = self._membership(self.late_payer, self.freight, 50, status="reported")

        with self.assertRaises(ValidationError):
            row.status = "confirmed"

    def test_owners_of_different_times_do_not_add_up(self):
        self.to_freight.date_to = "2022-12-31"

        self._membership(self.late_payer, self.freight, 90, date_from="2023-01-01")

        self.assertEqual(len(self.freight.counterparty_owner_ids), 2)

    def test_of_a_range_the_certain_part_counts(self):
        values = {"share_basis": "range", "equity_min": 40, "equity_max": 60}
        row = self._membership(self.late_payer, self.freight, **values)

        self.assertEqual(row.share_text, "40–60 %")
        with self.assertRaises(ValidationError):
            row.equity_min = 41

    def test_a_branch_has_one_owner_at_a_time(self):
        self._membership(self.holding, self.late_payer, kind=self.branch, date_from="2024-01-01")

        with self.assertRaisesRegex(ValidationError, "only one owner.*Northwind Group"):
            self._membership(self.foods, self.late_payer, kind=self.branch, date_from="2025-01-01")

    def test_nobody_belongs_to_itself_unless_the_kind_allows_it(self):
        with self.assertRaises(ValidationError):
            self._membership(self.foods, self.foods, 5)
        self.owned.copy({"name": "Treasury shares", "allows_self": True})
        treasury = self.env["counterparty.membership.kind"].search([("allows_self", "=", True)])
        self.to_foods.equity = 95

        self.assertTrue(self._membership(self.foods, self.foods, 5, kind=treasury))

    def test_a_contact_is_refused_and_its_company_offered(self):
        with self.assertRaisesRegex(ValidationError, "contact of Northwind Foods.*choose"):
            self._membership(self.holding, self.ben, 0)

        form = Form(self.env["counterparty.membership"])
        form.member_id = self.ben
        self.assertEqual(form.member_id, self.foods)

    def test_percentages_lie_between_0_and_100(self):
        for values in ({"equity": 100.01}, {"equity": -1}, {"voting": 101}):
            with self.subTest(values=values), mute_logger("odoo.sql_db"):
                with self.assertRaises(CheckViolation):
                    self.to_freight.write(values)
                    self.env.flush_all()
                self.env.invalidate_all()

    def test_a_share_nobody_entered_is_not_known(self):
        owned = self._membership(self.late_payer, self.first_bank)
        golden = self._membership(self.late_payer, self.tax_office, has_voting=True, voting=51)
        family = self._membership(self.holding, self.late_payer, kind=self.franchise)

        self.assertEqual((owned.share_basis, owned.share_text), ("unknown", "not known"))
        self.assertEqual((golden.share_basis, golden.share_text), ("exact", "0 %"))
        self.assertFalse(family.share_text)

    def test_six_decimals_stay(self):
        self.to_freight.equity = 33.333333
        self.env.flush_all()
        self.env.invalidate_all()

        self.assertEqual(self.to_freight.equity, 33.333333)
        self.assertEqual(self.to_freight.share_text, "33.333333 %")

    def test_registered_control_needs_its_document(self):
        with self.assertRaisesRegex(ValidationError, "register document"):
            self.to_freight.control = "yes"
        document = self.env["counterparty.document"].create(
            {
                "name": "Shareholders' agreement",
                "kind_id": self.env.ref("counterparty_crm.kind_contract").id,
                "partner_id": self.freight.id,
            }
        )

        self.to_freight.write({"control": "yes", "control_document_id": document.id})

        with self.assertRaises(ValidationError):
            self.to_freight.control_document_id = False
        self.to_freight.control_document = "J40/1234"
        self.assertEqual(self.to_freight.control, "yes")

    def test_loops_are_allowed_and_flagged(self):
        back = self._membership(self.freight, self.holding, 10)

        self.assertTrue(back.is_mutual)
        self.assertTrue(self.to_freight.is_mutual)
        self.assertFalse(self.to_foods.is_mutual)
        self.assertEqual(
            (back | self.to_freight | self.to_foods).mapped("is_circular"), [True, True, False]
        )

    def test_a_loop_over_several_companies_is_flagged_while_it_lasts(self):
        down = self._membership(self.freight, self.late_payer, 30)
        back = self._membership(self.late_payer, self.holding, 5, date_from="2022-01-01")
        aside = self._membership(self.foods, self.first_bank, 10)
        ring = self.to_freight | down | back

        self.assertEqual(set(ring.mapped("is_circular")), {True})
        self.assertFalse(aside.is_circular)
        self.assertFalse(any(ring.mapped("is_mutual")))
        past = ring.with_context(counterparty_as_of="2021-06-30")
        self.assertFalse(any(past.mapped("is_circular")))
        rows = self.env["counterparty.holding.member"].with_context(
            counterparty_holding_ids=self.group.ids
        )
        circular = rows.search([]).filtered("is_circular").partner_id
        self.assertEqual(circular, self.freight | self.late_payer | self.holding)

    def test_own_shares_are_a_loop(self):
        kind = self.owned.copy({"name": "Own shares", "allows_self": True})

        self.assertTrue(self._membership(self.foods, self.foods, 0, kind=kind).is_circular)

    def test_a_member_cannot_become_a_contact(self):
        with self.assertRaisesRegex(ValidationError, "Northwind Freight.*contact of Slowpay"):
            self.freight.write({"is_company": False, "parent_id": self.late_payer.id})

    def test_a_kind_cannot_change_against_its_memberships(self):
        loose = self.franchise.copy({"name": "Agency"})
        for owner in (self.holding, self.foods):
            self._membership(owner, self.late_payer, 60, kind=loose)

        for rule in ("is_exclusive", "counts_ownership"):
            with self.subTest(rule=rule), self.assertRaises(ValidationError):
                loose[rule] = not loose[rule]
                self.env.flush_all()

    def test_who_ended_a_membership_and_when_is_kept(self):
        self.to_freight.with_user(self.officer).date_to = "2026-01-31"

        self.assertEqual(self.to_freight.ended_by_id, self.officer)
        self.assertTrue(self.to_freight.ended_on)
        self.to_freight.date_to = False
        self.assertFalse(self.to_freight.ended_by_id)

    def test_whoever_moves_a_planned_end_has_ended_it(self):
        self.to_freight.date_to = "2030-12-31"
        self.assertEqual(self.to_freight.ended_by_id, self.env.user)

        self.to_freight.with_user(self.officer).date_to = self.today

        self.assertEqual(self.to_freight.ended_by_id, self.officer)
        self.to_freight.date_to = self.today
        self.assertEqual(self.to_freight.ended_by_id, self.officer)

    def test_archiving_a_member_keeps_it_and_deleting_it_is_refused(self):
        self.freight.active = False

        self.assertIn("Northwind Freight", self._members())
        with self.assertRaisesRegex(UserError, "Northwind Freight cannot be deleted.*Archive it"):
            self.freight.unlink()

    def test_the_head_of_a_group_and_who_is_included_stay(self):
        self.group.include_ids = self.first_bank
        self.group.active = False

        for partner in (self.holding, self.first_bank):
            with self.subTest(partner=partner.name), self.assertRaises(UserError):
                partner.unlink()
        self.tax_office.unlink()

    def test_who_belongs_to_nothing_any_more_is_deleted(self):
        (self.to_freight | self.to_foods).unlink()

        self.freight.child_ids.unlink()
        self.freight.unlink()

        self.assertFalse(self.freight.exists())

    def test_a_contact_with_memberships_of_before_is_told_apart(self):
        """A database may hold contacts that were made of members past every check."""
        self.assertFalse(self.freight.counterparty_banner)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET parent_id = %(to)s, commercial_partner_id = %(to)s,"
            " is_company = FALSE WHERE id = %(id)s",
            {"to": self.late_payer.id, "id": self.freight.id},
        )
        self.env.invalidate_all()

        contact = self.freight.with_user(self.user)
        self.assertRegex(contact.counterparty_banner, "contact of Slowpay Ltd: no group counts")
        self.assertEqual(contact.counterparty_banner_level, "warning")
        self.to_freight.unlink()
        self.env.invalidate_all()
        self.assertFalse(contact.counterparty_banner)

    def test_users_read_and_officers_write(self):
        row = self.to_freight
        self.assertEqual(row.with_user(self.user).share_text, "60 %")
        with self.assertRaises(AccessError):
            row.with_user(self.user).equity = 50
        row.with_user(self.officer).equity = 50
        with self.assertRaises(AccessError):
            row.with_user(self.portal).read(["equity"])

    def test_partners_of_another_company_stay_hidden(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        secret = self._company("Secret Ltd", company_id=other.id)
        row = self._membership(self.holding, secret, 0, kind=self.franchise)

        found = self.env["counterparty.membership"].with_user(self.user).search([])

        self.assertNotIn(row, found)
        self.assertIn(self.to_foods, found)

    def test_core_kinds_and_used_kinds_stay(self):
        used = self.owned.copy({"name": "Trust"})
        self._membership(self.holding, self.late_payer, 0, kind=used)

        for kind in (self.owned, used):
            with self.subTest(kind=kind.name), self.assertRaises(UserError):
                kind.unlink()


@tagged("post_install", "-at_install", "counterparty_holding")
@freeze_time("2026-03-15 10:00:00")
class TestCounterpartyMembershipChange(HoldingCase):
    def _change(self, rows, **values):
        wizard = (
            self.env["counterparty.membership.change"]
            .with_user(self.officer)
            .create({"membership_ids": rows.ids, **values})
        )
        wizard.action_apply()

    def test_end_as_of_a_day(self):
        self._change(self.to_freight, change="end", day="2026-02-28")

        self.assertEqual(self.to_freight.date_to, date(2026, 2, 28))
        self.assertIn("Northwind Freight", self._members("2026-02-28"))
        self.assertNotIn("Northwind Freight", self._members("2026-03-01"))

    def test_move_leaves_the_past_as_it_was(self):
        self._change(self.to_freight, change="move", day="2026-03-01", owner_id=self.foods.id)

        self.assertEqual(self.to_freight.date_to, date(2026, 2, 28))
        new = self.freight.counterparty_owner_ids - self.to_freight
        self.assertEqual((new.owner_id, new.equity), (self.foods, 60.0))
        self.assertEqual(new.date_from, date(2026, 3, 1))

    def test_a_new_share_starts_on_its_day(self):
        self._change(self.to_freight, change="share", day="2026-01-01", equity=75)

        new = self.freight.counterparty_owner_ids - self.to_freight
        self.assertEqual((new.equity, new.date_from), (75.0, date(2026, 1, 1)))
        self.assertEqual(self.to_freight.equity, 60.0)

    def test_a_correction_changes_the_row_itself(self):
        self._change(self.to_freight, change="correct", equity=61)

        self.assertEqual(self.to_freight.equity, 61.0)
        self.assertEqual(len(self.freight.counterparty_owner_ids), 1)

    def test_a_day_outside_the_period_is_refused_with_the_period(self):
        with self.assertRaisesRegex(UserError, "01/01/2021"):
            self._change(self.to_freight, change="end", day="2020-06-01")

    def test_a_move_to_an_impossible_day_names_that_day(self):
        with self.assertRaisesRegex(UserError, "not in force on 05/01/2019"):
            self._change(self.to_freight, change="move", day="2019-05-01", owner_id=self.foods.id)

    def test_several_keep_their_shares_when_nobody_chose_one(self):
        rows = self.to_freight | self.to_foods

        self._change(rows, change="correct", source="Register")

        self.assertEqual(rows.mapped("equity"), [60.0, 100.0])
        self.assertEqual(set(rows.mapped("source")), {"Register"})
        for change in ("correct", "share"):
            with self.subTest(change=change), self.assertRaisesRegex(UserError, "Choose"):
                self._change(rows, change=change, day="2026-01-01")

    def test_a_correction_changes_the_owner_from_the_start(self):
        self._change(self.to_freight, change="correct", owner_id=self.foods.id)

        self.assertEqual(self.to_freight.owner_id, self.foods)
        self.assertEqual(self.to_freight.equity, 60.0)

    def test_what_has_ended_is_neither_moved_nor_given_a_share(self):
        self.to_freight.date_to = "2026-02-28"

        for values in ({"change": "move", "owner_id": self.foods.id}, {"change": "share"}):
            with self.subTest(**values), self.assertRaisesRegex(UserError, "not in force on 03/01"):
                self._change(self.to_freight, day="2026-03-01", equity=10, **values)

    def test_several_at_once(self):
        self._change(self.to_freight | self.to_foods, change="end", day="2026-03-14")

        self.assertEqual(self._members(), {"Northwind Group"})


@tagged("post_install", "-at_install", "counterparty_holding")
class TestCounterpartyMembershipMerge(HoldingCase):
    @mute_logger("odoo.addons.base.wizard.base_partner_merge")
    def _merge(self, source, target):
        self.env["base.partner.merge.automatic.wizard"].create(
            {
                "state": "selection",
                "partner_ids": [(6, 0, (source | target).ids)],
                "dst_partner_id": target.id,
            }
        ).action_merge()
        self.env.invalidate_all()

    def test_the_same_said_twice_becomes_one(self):
        twin = self._membership(self.holding, self.late_payer, 60, date_from="2024-01-01")

        self._merge(self.late_payer, self.freight)

        self.assertFalse(twin.exists())
        self.assertEqual(self.freight.counterparty_owner_ids, self.to_freight)

    def test_touching_periods_join(self):
        self.to_freight.date_to = "2023-12-31"
        later = self._membership(self.holding, self.late_payer, 60, date_from="2024-01-01")

        self._merge(self.late_payer, self.freight)

        row = self.freight.counterparty_owner_ids
        self.assertEqual(len(row | later.exists()), 1)
        self.assertEqual((row.date_from, row.date_to), (date(2021, 1, 1), False))

    def test_what_the_merged_had_of_each_other_vanishes(self):
        inner = self._membership(self.freight, self.late_payer, 20)

        self._merge(self.late_payer, self.freight)

        self.assertFalse(inner.exists())

    def test_contradictions_are_refused_with_both_shares(self):
        self._membership(self.holding, self.late_payer, 40)

        with self.assertRaisesRegex(UserError, "60 %.*40 %"):
            self._merge(self.late_payer, self.freight)

    def test_memberships_of_the_source_move(self):
        row = self._membership(self.late_payer, self.first_bank, 30)

        self._merge(self.late_payer, self.freight)

        self.assertEqual(row.owner_id, self.freight)

    def test_a_group_follows_its_head(self):
        self._merge(self.holding, self.late_payer)

        self.assertEqual(self.group.head_id, self.late_payer)

    def test_two_heads_are_refused_with_both_groups(self):
        group = self.env["counterparty.holding"].create(
            {"name": "Slow group", "head_id": self.late_payer.id}
        )

        with self.assertRaisesRegex(UserError, "Northwind.*Slow group"):
            self._merge(self.late_payer, self.holding)
        group.active = False
        self._merge(self.late_payer, self.holding)

        self.assertEqual(group.head_id, self.holding)

    def test_owners_that_would_have_more_than_all_are_refused(self):
        self._membership(self.first_bank, self.late_payer, 100)

        with self.assertRaisesRegex(UserError, "Northwind Foods.*100 %.*Slowpay.*100 %"):
            self._merge(self.late_payer, self.foods)

    def test_two_owners_where_there_is_one_are_refused(self):
        branch = self._company("Depot")
        self._membership(self.holding, branch, kind=self.branch, status="reported")
        self._membership(self.first_bank, self.late_payer, kind=self.branch, status="reported")

        with self.assertRaisesRegex(UserError, "Depot.*Slowpay"):
            self._merge(self.late_payer, branch)
