from freezegun import freeze_time

from odoo.tests import tagged
from odoo.tools.safe_eval import safe_eval

from .common import CounterpartyCase


@tagged("post_install", "-at_install", "counterparty_counterparty", "counterparty_foundation")
@freeze_time("2026-03-15 10:00:00")
class TestResPartnerSearch(CounterpartyCase):
    """Freight is customer and supplier, foods a prospect, first bank a bank; the rest nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls._role(cls, cls.freight)
        cls._role(cls, cls.freight, cls.supplier)
        cls._role(cls, cls.foods, is_prospect=True)
        cls._role(cls, cls.first_bank, cls.bank)
        cls._role(cls, cls.late_payer, date_to="2026-03-14")
        cls._role(cls, cls.tax_office, cls.authority, date_from="2026-03-16")
        cls._role(cls, cls.cora, cls.employee)
        cls.world = (cls.holding | cls.foods | cls.freight | cls.first_bank | cls.tax_office) | (
            cls.late_payer | cls.ada | cls.ben | cls.cora
        )
        cls.reader = cls.env.ref("base.user_admin")
        cls.env.flush_all()

    def _find(self, *domain, user=None):
        Partner = self.env["res.partner"].with_user(user or self.user)
        return Partner.search([("id", "in", self.world.ids), *domain]).sudo()

    def assert_found(self, condition, expected):
        with self.subTest(condition=condition):
            self.assertEqual(self._find(condition), expected.sorted())

    # ------------------------------------------------------------
    # Types
    # ------------------------------------------------------------

    def test_list_shows_contacts_that_play_a_role_themselves(self):
        action = self.env.ref("counterparty_crm.res_partner_action_counterparty")

        found = self.env["res.partner"].with_user(self.user).search(safe_eval(action.domain))

        self.assertLessEqual(self.freight | self.ada | self.cora, found)
        self.assertNotIn(self.ben, found)
        self.assertEqual(found.filtered("counterparty_is_own"), found)
        others = self.env["res.partner"].search([("counterparty_is_own", "=", False)])
        self.assertIn(self.ben, others)
        self.assertFalse(others & found)

    def test_types_are_searched_by_any_operator(self):
        customers = self.freight | self.cora | self.foods | self.ben
        banks = self.first_bank
        field = "counterparty_type_ids"
        for condition, expected in [
            ((field, "=", self.customer.id), customers),
            ((field, "in", self.customer.ids), customers),
            ((field, "in", (self.customer | self.bank).ids), customers | banks),
            ((field, "not in", self.customer.ids), self.world - customers),
            ((field, "!=", self.customer.id), self.world - customers),
            ((field, "ilike", "custom"), customers),
            ((field, "not ilike", "custom"), self.world - customers),
            ((field, "like", "Custom"), customers),
            ((field, "=ilike", "CUSTOMER"), customers),
            ((field, "any", [("code", "=", "bank")]), banks),
            ((field, "not any", [("code", "=", "bank")]), self.world - banks),
            ((f"{field}.code", "=", "bank"), banks),
            ((f"{field}.code", "in", ["bank", "customer"]), banks | customers),
            ((f"{field}.name", "ilike", "bank"), banks),
        ]:
            self.assert_found(condition, expected)

    def test_counterparties_without_role_are_found(self):
        nobody = self.holding | self.tax_office | self.late_payer | self.ada
        field = "counterparty_type_ids"
        for condition, expected in [
            ((field, "=", False), nobody),
            ((field, "!=", False), self.world - nobody),
            ((field, "in", [False, self.bank.id]), nobody | self.first_bank),
            ((field, "not in", [False, self.bank.id]), self.world - nobody - self.first_bank),
        ]:
            self.assert_found(condition, expected)

    def test_archived_type_is_found_by_its_roles(self):
        self.bank.active = False

        self.assertEqual(
            self._find(("counterparty_type_ids", "in", self.bank.ids)), self.first_bank
        )

    def test_several_roles_are_found(self):
        several = self.freight | self.cora
        field = "counterparty_several_roles"
        for condition, expected in [
            ((field, "=", True), several),
            ((field, "=", False), self.world - several),
            ((field, "!=", True), self.world - several),
            ((field, "!=", False), several),
            ((field, "in", [True, False]), self.world),
        ]:
            self.assert_found(condition, expected)

    def test_several_roles_found_are_those_that_say_so(self):
        found = self._find(("counterparty_several_roles", "=", True))

        self.assertEqual(found, self.world.filtered("counterparty_several_roles").sorted())

    def test_filters_of_the_list_find_what_they_say(self):
        self.freight.user_id = self.user
        kinds = self.env["counterparty.document.kind"]
        loose = kinds.create({"name": "Loose", "code": "loose", "has_validity": False})
        contract = self.env.ref("counterparty_crm.kind_contract")
        for partner, kind, last in (
            (self.foods, contract, "2026-03-20"),
            # of a contact, which shows it too
            (self.cora, contract, "2026-03-20"),
            (self.first_bank, contract, "2027-03-20"),
            (self.tax_office, loose, "2026-03-20"),
        ):
            self.env["counterparty.document"].create(
                {"partner_id": partner.id, "kind_id": kind.id, "date_to": last}
            )
        domains = {
            "mine": self.freight,
            "prospects": self.foods,
            "without_role": self.holding | self.tax_office | self.late_payer | self.ada,
            "expiring": self.foods | self.freight | self.cora,
        }
        view = self.env.ref("counterparty_crm.res_partner_view_search_counterparty")
        arch = self.env["res.partner"].with_user(self.user)._get_view(view.id, "search")[0]
        for name, expected in domains.items():
            with self.subTest(filter=name):
                text = arch.xpath(f"//filter[@name='{name}']/@domain")[0]
                domain = safe_eval(text, {"uid": self.user.id})
                self.assertEqual(self._find(*domain), expected.sorted())

    def test_searches_follow_changes_at_once(self):
        customers = ("counterparty_type_ids", "in", self.customer.ids)
        several = ("counterparty_several_roles", "=", True)

        self._role(self.ada)
        self.assertIn(self.ada, self._find(customers))
        self.ada.parent_id = self.first_bank
        expected = self.ada | self.first_bank | self.freight | self.cora
        self.assertEqual(self._find(several), expected.sorted())
        self.cora.parent_id = self.holding
        self.assertNotIn(self.cora, self._find(customers))
        self._roles(self.first_bank).unlink()
        self.assertNotIn(self.ada, self._find(customers))

    # ------------------------------------------------------------
    # Groups and panel
    # ------------------------------------------------------------

    def test_list_groups_by_type(self):
        groups = (
            self.env["res.partner"]
            .with_user(self.user)
            .formatted_read_group(
                [("id", "in", self.world.ids)], ["counterparty_type_ids"], ["__count"]
            )
        )

        counts = {}
        for group in groups:
            kind = group["counterparty_type_ids"]
            counts[kind[1] if kind else False] = group["__count"]
            domain = group["__extra_domain"]
            self.assertEqual(len(self._find(*domain)), group["__count"], kind)
        self.assertEqual(counts, {"Customer": 4, "Supplier": 2, "Bank": 1, "Employee": 1, False: 4})

    def test_list_groups_by_type_then_by_another_field(self):
        groups = self.env["res.partner"].formatted_read_group(
            [("id", "in", self.freight.ids)], ["counterparty_type_ids", "is_company"], ["__count"]
        )

        found = {(group["counterparty_type_ids"][1], group["is_company"]) for group in groups}
        self.assertEqual(found, {("Customer", True), ("Supplier", True)})

    def test_grouped_list_opens_in_the_web_client(self):
        result = (
            self.env["res.partner"]
            .with_user(self.user)
            .web_read_group(
                [("id", "in", self.world.ids)],
                ["counterparty_type_ids"],
                ["__count"],
                limit=80,
                auto_unfold=True,
                unfold_read_specification={"display_name": {}},
            )
        )

        self.assertEqual(result["length"], 5)

    def test_groups_of_types_follow_the_order_asked_for(self):
        groups = self.env["res.partner"].formatted_read_group(
            [("id", "in", self.world.ids), ("counterparty_type_ids", "!=", False)],
            ["counterparty_type_ids"],
            ["__count"],
            order="__count desc, counterparty_type_ids",
            limit=2,
        )

        names = [group["counterparty_type_ids"][1] for group in groups]
        self.assertEqual(names, ["Customer", "Supplier"])

    def test_other_groups_are_left_alone(self):
        groups = self.env["res.partner"].formatted_read_group(
            [("id", "in", self.world.ids)], ["is_company"], ["__count"]
        )

        counts = {group["is_company"]: group["__count"] for group in groups}
        self.assertEqual(counts, {True: 6, False: 3})

    def test_search_panel_offers_the_types_with_counts(self):
        result = (
            self.env["res.partner"]
            .with_user(self.user)
            .search_panel_select_multi_range(
                "counterparty_type_ids",
                enable_counters=True,
                expand=True,
                search_domain=[("id", "in", self.world.ids)],
            )
        )

        counts = {value["display_name"]: value["__count"] for value in result["values"]}
        self.assertEqual(
            counts,
            {
                "Customer": 4,
                "Supplier": 2,
                "Bank": 1,
                "Public Authority": 0,
                "Holding": 0,
                "Employee": 1,
            },
        )

    def test_other_companies_count_nowhere(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.first_bank.company_id = other

        found = self._find(("counterparty_type_ids", "in", self.bank.ids))
        groups = (
            self.env["res.partner"]
            .with_user(self.user)
            .formatted_read_group([], ["counterparty_type_ids"], ["__count"])
        )

        self.assertFalse(found)
        kinds = [group["counterparty_type_ids"] for group in groups]
        self.assertNotIn(self.bank.id, [kind[0] for kind in kinds if kind])

    # ------------------------------------------------------------
    # Queries
    # ------------------------------------------------------------

    def test_fields_of_ours_cost_the_same_for_one_and_for_fifty(self):
        partners = self.env["res.partner"].create(
            [{"name": f"Partner {number}", "is_company": True} for number in range(50)]
        )
        for partner in partners:
            self._role(partner)
            self._role(partner, self.supplier, date_to="2020-01-01")
        Partner = self.env["res.partner"].with_user(self.reader)
        allowed = Partner.fields_get()
        shown = Partner.get_view(view_type="form")["models"]["res.partner"]
        shown = [name for name in shown if name in allowed]
        stock = [name for name in shown if not name.startswith("counterparty_")]
        ours = [name for name in shown if name.startswith("counterparty_")]
        self.assertIn("counterparty_open_role_ids", ours)

        # rules are looked up once for all
        self._count(partners[:1], ours)
        one, fifty = self._count(partners[:1], ours), self._count(partners, ours)
        form, without = self._count(partners[:1], shown), self._count(partners[:1], stock)

        self.assertEqual(one, fifty)
        # which roles, what they hold, sales with payments, and requests on their button
        self.assertLessEqual(form - without, 4)

    def test_fields_of_ours_cost_the_same_for_one_and_for_fifty_contacts(self):
        contacts = self.env["res.partner"].create(
            [{"name": f"Person {number}", "parent_id": self.freight.id} for number in range(50)]
        )
        for contact in contacts:
            self._role(contact, self.employee)
        ours = ["counterparty_open_role_ids", "counterparty_sections", "counterparty_banner"]

        one, fifty = self._count(contacts[:1], ours), self._count(contacts, ours)

        self.assertEqual(one, fifty)

    def _count(self, partners, names):
        """Return the queries of reading fields with warm registry caches, as users do."""
        partners = partners.with_user(self.reader)
        partners.read(names)
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        partners.read(names)
        return self.env.cr.sql_log_count - before
