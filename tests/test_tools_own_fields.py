from odoo.tests import BaseCase, tagged

from ..tools.own_fields import (
    FieldLine,
    definition,
    field_key,
    kept_values,
    partner_filled_keys,
    removed_keys,
    removed_options,
)


@tagged("post_install", "-at_install", "counterparty_counterparty")
class TestToolsOwnFields(BaseCase):
    def test_keys_are_plain_and_the_same_for_the_same_label(self):
        cases = [
            ("Policy limit", "policy_limit"),
            ("  Policy-limit ", "policy_limit"),
            ("Poliță nr. 1", "polita_nr_1"),
            ("Año", "ano"),
        ]
        for label, key in cases:
            with self.subTest(label=label):
                self.assertEqual(field_key(label), key)
        cyrillic = field_key("Лимит по полица")
        self.assertRegex(cyrillic, r"^field_[0-9a-f]{8}$")
        self.assertEqual(field_key(" лимит по полица "), cyrillic)
        self.assertNotEqual(field_key("Лимит"), cyrillic)

    def test_new_fields_get_their_definition(self):
        lines = [
            FieldLine("", "Policy limit", "float"),
            FieldLine("", "Cover", "selection", ("fleet", "cargo", "fleet")),
            FieldLine("", "Broker", "many2one", (), "res.partner"),
        ]

        self.assertEqual(
            definition(lines, []),
            [
                {"name": "policy_limit", "string": "Policy limit", "type": "float"},
                {
                    "name": "cover",
                    "string": "Cover",
                    "type": "selection",
                    "selection": [["fleet", "fleet"], ["cargo", "cargo"]],
                },
                {
                    "name": "broker",
                    "string": "Broker",
                    "type": "many2one",
                    "comodel": "res.partner",
                },
            ],
        )

    def test_tags_have_colours(self):
        [entry] = definition([FieldLine("", "Risks", "tags", ("fire", "flood"))], [])

        self.assertEqual(entry["tags"], [["fire", "fire", 1], ["flood", "flood", 2]])

    def test_what_the_host_knows_of_a_field_stays(self):
        present = [{"name": "limit", "string": "Limit", "type": "float", "suffix": "EUR"}]

        [entry] = definition([FieldLine("limit", "Policy limit", "float")], present)

        self.assertEqual(entry["suffix"], "EUR")
        self.assertEqual(entry["string"], "Policy limit")

    def test_options_keep_their_keys(self):
        present = [
            {"name": "c", "string": "C", "type": "selection", "selection": [["k1", "fleet"]]}
        ]

        [entry] = definition([FieldLine("c", "C", "selection", ("cargo", "fleet"))], present)

        self.assertEqual(entry["selection"], [["cargo", "cargo"], ["k1", "fleet"]])

    def test_renamed_options_keep_their_keys(self):
        present = [
            {
                "name": "c",
                "string": "C",
                "type": "tags",
                "tags": [["fleet", "fleet", 4], ["cargo", "cargo", 5]],
            }
        ]
        cases = [
            # renamed, in its place
            (("vehicle fleet", "cargo"), [["fleet", "vehicle fleet", 4], ["cargo", "cargo", 5]]),
            # only moved
            (("cargo", "fleet"), [["cargo", "cargo", 5], ["fleet", "fleet", 4]]),
            # another one, after one is gone: not renamed
            (("cargo",), [["cargo", "cargo", 5]]),
        ]
        for labels, expected in cases:
            with self.subTest(labels=labels):
                [entry] = definition([FieldLine("c", "C", "tags", labels)], present)
                self.assertEqual(entry["tags"], expected)

    def test_options_that_differ_in_signs_have_keys_of_their_own(self):
        for labels in (("A", "A+", "A-"), ("C", "C++", "C#")):
            with self.subTest(labels=labels):
                [entry] = definition([FieldLine("", "Class", "selection", labels)], [])
                keys = [key for key, _label in entry["selection"]]
                self.assertEqual(len(set(keys)), 3)
                self.assertEqual([label for _key, label in entry["selection"]], list(labels))

    def test_removed_options_are_named(self):
        choice = {"name": "c", "type": "selection", "selection": [["k1", "fleet"], ["k2", "cargo"]]}
        tags = {"name": "t", "type": "tags", "tags": [["x", "fire", 1]]}
        cases = [
            # one of two goes
            (FieldLine("c", "C", "selection", ("fleet",)), {"c": {"k2": "cargo"}}),
            # renamed in its place
            (FieldLine("c", "C", "selection", ("fleet", "freight")), {}),
            # moved
            (FieldLine("c", "C", "selection", ("cargo", "fleet")), {}),
            (FieldLine("t", "T", "tags", ()), {"t": {"x": "fire"}}),
            # a field that is gone as a whole, a new one, one of another kind
            (FieldLine("", "C", "selection", ("a",)), {}),
            (FieldLine("c", "C", "char"), {}),
        ]
        for line, removed in cases:
            with self.subTest(line=line):
                self.assertEqual(removed_options([line], [choice, tags]), removed)

    def test_what_nobody_sees_is_kept(self):
        present = [
            {"name": "c", "type": "selection", "selection": [["a", "A"]]},
            {"name": "t", "type": "tags", "tags": [["x", "X", 1], ["y", "Y", 1]]},
            {"name": "n", "type": "integer"},
        ]
        cases = [
            # a removed field
            ({"gone": 1, "n": 2}, {"n": 3}, {"gone": 1, "n": 3}),
            # a removed choice: kept until another one is made
            ({"c": "old"}, {"c": False}, {"c": "old"}),
            ({"c": "old"}, {"c": "a"}, {"c": "a"}),
            ({"c": "a"}, {"c": False}, {"c": False}),
            # removed tags beside those that show
            ({"t": ["x", "old"]}, {"t": ["y"]}, {"t": ["y", "old"]}),
            ({"t": ["x", "old"]}, {"t": False}, {"t": ["old"]}),
            ({"t": ["x"]}, {"t": []}, {"t": []}),
            ({"n": 2}, {"n": False}, {"n": False}),
        ]
        for stored, written, kept in cases:
            with self.subTest(stored=stored, written=written):
                self.assertEqual(kept_values(stored, written, present), kept)

    def test_kinds_that_are_not_edited_stay_in_their_place(self):
        present = [
            {"name": "m", "string": "M", "type": "many2many", "comodel": "res.partner"},
            {"name": "s", "string": "S", "type": "separator"},
            {"name": "g", "string": "G", "type": "char"},
            {"name": "w", "string": "W", "type": "html"},
        ]
        kinds = ("char", "float")

        kept = definition([FieldLine("g", "G", "char")], present, kinds)

        self.assertEqual(kept, present)
        self.assertEqual(removed_keys([], present, kinds), ["g"])
        self.assertEqual(len(definition([], present, kinds)), 3)

    def test_values_of_another_kind_do_not_come_back(self):
        cases = [
            ("char", ["abc", False], "lim"),
            ("date", ["abc"], "lim_date"),
            ("date", ["2026-01-05"], "lim"),
            ("date", ["2026-01-05 10:00:00"], "lim_date"),
            ("datetime", ["2026-01-05 10:00:00"], "lim"),
            ("integer", ["abc"], "lim_integer"),
            ("integer", [5, None], "lim"),
            ("integer", [True], "lim_integer"),
            ("float", [5, 1.5], "lim"),
            ("boolean", [True, False], "lim"),
            ("boolean", [1.5], "lim_boolean"),
            ("tags", ["abc"], "lim_tags"),
            ("many2one", ["abc"], "lim_many2one"),
            ("text", [5], "lim_text"),
        ]
        for kind, values, key in cases:
            with self.subTest(kind=kind, values=values):
                line = FieldLine("", "Lim", kind, ("abc",), "res.partner")
                [entry] = definition([line], [], stored={"lim": values})
                self.assertEqual(entry["name"], key)
        [kept] = definition([FieldLine("lim", "Lim", "date")], [], stored={"lim": ["abc"]})
        self.assertEqual(kept["name"], "lim")

    def test_two_fields_of_one_name_are_refused(self):
        lines = [FieldLine("", "Limit", "char"), FieldLine("", "limit", "float")]

        with self.assertRaises(ValueError):
            definition(lines, [])

    def test_removed_fields_are_named(self):
        present = [{"name": "a"}, {"name": "b"}]

        self.assertEqual(removed_keys([FieldLine("a", "A", "char")], present), ["b"])

    def test_keys_that_partners_fill_in_follow_their_lines(self):
        separator = {"name": "line", "string": "Line", "type": "separator"}
        lines = [
            FieldLine("", "Limit", "float"),
            FieldLine("since", "In force", "date", is_partner_filled=True),
            FieldLine("", "Note", "char", is_partner_filled=True),
        ]
        kinds = ("float", "date", "char")
        entries = definition(lines, [separator], kinds)

        self.assertEqual(partner_filled_keys(lines, entries, kinds), ["since", "note"])
