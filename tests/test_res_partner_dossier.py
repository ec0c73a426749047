from odoo.tests import tagged

from .common import CounterpartyCase

TABLE = {
    "contacts addresses": "customer supplier bank state holding employee",
    "banks events files": "customer supplier bank state employee",
    "personal users fields": "customer supplier employee",
    "holding": "customer supplier holding",
    "offers sales cards": "customer",
    "contracts": "customer supplier bank state employee",
    "rentals": "customer supplier",
    "purchases discounts articles": "supplier",
    "financial payments": "customer supplier bank state employee",
    "customs": "supplier state",
    "stock": "customer supplier",
}


@tagged("post_install", "-at_install", "counterparty_counterparty")
class TestResPartnerDossier(CounterpartyCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = cls._user("sam", "group_user", "sales_team.group_sale_salesman_all_leads")
        cls.clerk = cls._user(
            "carla", "group_user", "account.group_account_invoice", "purchase.group_purchase_user"
        )

    def _tiles(self, partner, user=None):
        tiles = partner.with_user(user or self.env.user).get_counterparty_tiles()
        return {
            (tile["code"], entry["key"]): entry["count"]
            for tile in tiles
            for entry in tile["entries"]
        }

    def test_types_show_exactly_the_sections_of_the_table(self):
        for code in ("customer", "supplier", "bank", "state", "holding", "employee"):
            with self.subTest(type=code):
                wanted = {
                    section
                    for sections, types in TABLE.items()
                    if code in types.split()
                    for section in sections.split()
                }
                kind = self.env.ref(f"counterparty_crm.type_{code}")
                self.assertEqual(set(kind.section_ids.mapped("code")), wanted)

    def test_every_section_has_a_tile_for_those_who_may_see_all(self):
        self.env.user.group_ids += self.env.ref("counterparty_crm.group_personal_documents")

        codes = [tile["code"] for tile in self.late_payer.get_counterparty_tiles()]

        self.assertEqual(codes, list(self.env["counterparty.section"]._get_all_codes()))

    def test_documents_of_contacts_count_for_the_company(self):
        self._order(self.foods)
        self._order(self.ben, confirmed=True)
        self._order(self.freight)

        counts = self._tiles(self.foods, self.seller)

        self.assertEqual(counts["offers", "open"], 1)
        self.assertEqual(counts["sales", "orders"], 1)
        self.assertEqual(counts["contacts", "persons"], 1)

    def test_a_contact_counts_what_is_its_own(self):
        self._order(self.foods)
        self._order(self.ben)

        self.assertEqual(self._tiles(self.ben, self.seller)["offers", "open"], 1)

    def test_documents_of_archived_contacts_still_count(self):
        self._order(self.ben, confirmed=True)
        self.ben.active = False

        counts = self._tiles(self.foods)

        self.assertEqual(counts["sales", "orders"], 1)
        self.assertEqual(counts["contacts", "persons"], 0)

    def test_companies_below_are_no_contacts(self):
        self._company("Northwind Retail", parent_id=self.holding.id)

        counts = self._tiles(self.holding)

        self.assertEqual(counts["contacts", "persons"], 0)
        self.assertEqual(counts["holding", "below"], 1)
        self.assertNotIn(("holding", "members"), counts)

    def test_the_tile_of_the_holding_counts_memberships_in_force(self):
        kind = self.env.ref("counterparty_crm.membership_kind_owned")
        for member, until in ((self.foods, False), (self.freight, "2020-12-31")):
            self.env["counterparty.membership"].create(
                {
                    "owner_id": self.holding.id,
                    "member_id": member.id,
                    "kind_id": kind.id,
                    "date_to": until,
                }
            )

        head, member = self._tiles(self.holding), self._tiles(self.foods)

        self.assertEqual((head["holding", "members"], head["holding", "owners"]), (1, 0))
        self.assertEqual((member["holding", "members"], member["holding", "owners"]), (0, 1))

    def test_an_ended_role_keeps_its_section_while_documents_are_open(self):
        self._role(self.freight, self.supplier, date_from="2020-01-01", date_to="2020-12-31")
        self._role(self.freight, self.bank)
        self._purchase(self.freight)

        counts = self._tiles(self.freight, self.clerk)

        self.assertNotIn(",purchases,", self.freight.counterparty_sections)
        self.assertEqual(counts["purchases", "requests"], 1)

    def test_every_tile_opens_what_it_counts(self):
        self._order(self.foods)
        self._order(self.ben, confirmed=True)
        self._purchase(self.foods, confirmed=True)
        self.env["res.partner.bank"].create({"acc_number": "BG80BNBG", "partner_id": self.ben.id})
        self.env["product.supplierinfo"].create(
            {
                "partner_id": self.foods.id,
                "product_tmpl_id": self.service.product_tmpl_id.id,
                "discount": 3,
            }
        )

        for (section, key), count in self._tiles(self.foods).items():
            with self.subTest(section=section, key=key):
                action = self.foods.action_open_counterparty_tile(section, key)
                listed = self.env[action["res_model"]].search_count(action["domain"])
                self.assertEqual(listed, count)
                self.assertIn(self.foods.name, action["name"])

    def test_empty_list_of_a_tile_says_what_it_is_for(self):
        action = self.foods.action_open_counterparty_tile("rentals", "documents")

        self.assertIn("Keep every paper in one register", action["help"])

    def test_what_the_user_may_not_read_has_no_entry(self):
        self._order(self.foods)
        self._purchase(self.foods)

        seen = self._tiles(self.foods, self.seller)

        self.assertIn(("offers", "open"), seen)
        self.assertNotIn(("purchases", "requests"), seen)
        self.assertNotIn(("payments", "sent"), seen)

    def test_record_rules_apply_to_counts(self):
        own = self._user("olga", "group_user", "sales_team.group_sale_salesman")
        self._order(self.foods, user_id=self.seller.id)
        self._order(self.foods, user_id=own.id)

        self.assertEqual(self._tiles(self.foods, own)["offers", "open"], 1)
        self.assertEqual(self._tiles(self.foods, self.seller)["offers", "open"], 2)

    def test_our_accounts_show_on_the_bank(self):
        bank = self.env["res.bank"].create({"name": "First", "partner_id": self.first_bank.id})
        account = self.env["res.partner.bank"].create(
            {
                "acc_number": "RO49AAAA1B31",
                "partner_id": self.env.company.partner_id.id,
                "bank_id": bank.id,
            }
        )
        self.env["account.journal"].create(
            {"name": "First Bank", "type": "bank", "code": "FB1", "bank_account_id": account.id}
        )

        self.assertEqual(self._tiles(self.first_bank)["banks", "ours"], 1)

    def test_banks_are_linked_to_the_company_of_their_name(self):
        bank = self.env["res.bank"].create({"name": " first BANK"})
        twice = self.env["res.bank"].create({"name": "Twin"})
        self._company("Twin")
        self._company("Twin")

        linked = self.env["res.bank"].with_user(self.user)._link_counterparties()

        self.assertIn(bank, linked)
        self.assertEqual(bank.partner_id, self.first_bank)
        self.assertFalse(twice.partner_id)

    def test_our_responsibles_are_people_not_roles(self):
        for kind in (self.bank, self.customer):
            self._role(self.first_bank, kind, responsible_id=self.user.id)

        self.assertEqual(self._tiles(self.first_bank)["users", "responsible"], 1)

    def test_who_has_no_right_of_ours_sees_no_dossier(self):
        for user in (self.plain, self.portal):
            with self.subTest(user=user.login):
                tiles = user.partner_id.with_user(user).get_counterparty_tiles()
                self.assertEqual(tiles, [])

    def test_what_is_not_installed_has_no_tile(self):
        """Loyalty cards show where the host's loyalty programmes are installed, and only there."""
        keys = [key for section, key in self._tiles(self.late_payer) if section == "cards"]

        self.assertEqual("loyalty" in keys, "loyalty.card" in self.env)

    def test_responsibles_show_no_section_that_no_role_asks_for(self):
        self._role(self.first_bank, self.bank, responsible_id=self.user.id)

        tiles = {tile["code"]: tile for tile in self.first_bank.get_counterparty_tiles()}

        entries = {entry["key"]: entry for entry in tiles["users"]["entries"]}
        self.assertEqual(entries["responsible"]["count"], 1)
        self.assertFalse(entries["responsible"]["reveals"])
        self.assertTrue(entries["logins"]["reveals"])

    def test_one_query_per_host_model(self):
        # the web client says in which time zone it is
        partner = self.foods.with_user(self.clerk).with_context(tz="UTC")
        models = {
            entry.model
            for entry in partner._get_counterparty_tile_entries()
            if partner._may_open_counterparty_tile(entry)
        }
        partner.get_counterparty_tiles()
        self.env.invalidate_all()
        partner.read(["name"])

        # two more for the roles, whose responsibles count
        with self.assertQueryCount(len(models) + 2):
            partner.get_counterparty_tiles()

    def test_number_of_queries_does_not_grow_with_documents(self):
        self._tiles(self.foods)
        before = self.env.cr.sql_log_count
        self._tiles(self.foods)
        few = self.env.cr.sql_log_count - before
        self.env["sale.order"].create(
            [{"partner_id": partner.id} for partner in (self.foods, self.ben) * 10]
        )
        self.env.flush_all()

        with self.assertQueryCount(few):
            self._tiles(self.foods)

    def test_section_of_users_shows_its_tile_before_it_has_a_kind(self):
        self.env["counterparty.section"].create({"name": "Claims", "code": "claims"})

        self.assertEqual(self._tiles(self.foods)["claims", "documents"], 0)

    def test_sections_of_users_show_their_kinds(self):
        section = self.env["counterparty.section"].create({"name": "Permits", "code": "permits"})
        kind = self.env["counterparty.document.kind"].create(
            {"name": "Permit", "code": "permit", "section_id": section.id}
        )
        self.env["counterparty.document"].create(
            {"kind_id": kind.id, "partner_id": self.foods.id, "number": "7"}
        )

        counts = self._tiles(self.foods, self.user)

        self.assertEqual(counts["permits", "documents"], 1)

    def test_declaration_shows_on_supplier_and_office(self):
        self.env["counterparty.document"].create(
            {
                "kind_id": self.env.ref("counterparty_crm.kind_customs").id,
                "partner_id": self.freight.id,
                "office_id": self.tax_office.id,
                "number": "26BG001234567890A1",
            }
        )

        for partner in (self.freight, self.tax_office):
            self.assertEqual(self._tiles(partner, self.user)["customs", "documents"], 1)
        self.assertEqual(self._tiles(self.foods, self.user)["customs", "documents"], 0)

    def test_new_records_from_a_tile_are_the_partners(self):
        action = self.foods.action_open_counterparty_tile("contracts", "documents")

        self.assertEqual(action["context"]["default_partner_id"], self.foods.id)
        self.assertTrue(action["context"]["create"])
        self.assertFalse(
            self.foods.action_open_counterparty_tile("payments", "sent")["context"]["create"]
        )
