from odoo.tests import BaseCase, tagged

from ..tools.dossier import TileEntry, by_model, entry_count, group_fields

OPEN = TileEntry("offers", "open", "Open", "sale.order", {"state": ["draft", "sent"]})
SOLD = TileEntry("sales", "orders", "Orders", "sale.order", {"state": ["sale"]})
BILLS = TileEntry(
    "financial", "bills", "Bills", "account.move", {"type": ["bill"], "state": ["posted"]}
)
CHEAPER = TileEntry("discounts", "articles", "Cheaper", "article", without={"discount": [0.0]})


@tagged("post_install", "-at_install", "counterparty_counterparty")
class TestToolsDossier(BaseCase):
    def test_an_entry_counts_the_groups_whose_values_it_names(self):
        groups = [
            {"state": "draft", "__count": 2},
            {"state": "sent", "__count": 3},
            {"state": "sale", "__count": 5},
        ]

        self.assertEqual(entry_count(OPEN, groups), 5)
        self.assertEqual(entry_count(SOLD, groups), 5)
        self.assertEqual(entry_count(OPEN, []), 0)

    def test_all_named_fields_must_fit(self):
        groups = [
            {"type": "bill", "state": "posted", "__count": 1},
            {"type": "bill", "state": "cancel", "__count": 4},
            {"type": "entry", "state": "posted", "__count": 9},
        ]

        self.assertEqual(entry_count(BILLS, groups), 1)

    def test_different_values_are_counted_where_an_entry_says_so(self):
        people = TileEntry("users", "ours", "Ours", "role", {"user": [1, 2]}, distinct="user")
        groups = [
            {"user": 1, "type": "a", "__count": 3},
            {"user": 1, "type": "b", "__count": 1},
            {"user": 2, "type": "a", "__count": 1},
            {"user": 9, "type": "a", "__count": 1},
        ]

        self.assertEqual(entry_count(people, groups), 2)

    def test_values_that_do_not_count_are_left_out(self):
        groups = [{"discount": 0.0, "__count": 7}, {"discount": 2.5, "__count": 1}]

        self.assertEqual(entry_count(CHEAPER, groups), 1)

    def test_one_query_serves_all_entries_of_a_model(self):
        grouped = by_model([OPEN, BILLS, SOLD])

        self.assertEqual(list(grouped), ["sale.order", "account.move"])
        self.assertEqual(group_fields(grouped["sale.order"]), ["state"])
        self.assertEqual(group_fields(grouped["account.move"]), ["type", "state"])
        self.assertEqual(group_fields([CHEAPER]), ["discount"])
