from datetime import date, datetime

from odoo.tests import tagged
from odoo.tests.common import BaseCase

from ..tools.timeline import (
    ANY_ID,
    Bound,
    Leg,
    Position,
    bound_after,
    bound_until,
    format_position,
    kind_of,
    local_day,
    midnight,
    parse_position,
    preview,
    start_of,
)

SOFIA = "Europe/Sofia"
# summer time: three hours ahead
NOON = datetime(2026, 7, 10, 12, 0)
DAY = date(2026, 7, 10)
MIDNIGHT = datetime(2026, 7, 9, 21, 0)


@tagged("post_install", "-at_install", "counterparty_counterparty", "counterparty_history")
class TestToolsTimeline(BaseCase):
    def test_a_day_begins_at_the_midnight_of_the_user(self):
        self.assertEqual(midnight(DAY, SOFIA), MIDNIGHT)
        self.assertEqual(midnight(date(2026, 1, 10), SOFIA), datetime(2026, 1, 9, 22, 0))

    def test_a_midnight_that_is_there_twice_or_never_is_that_of_the_database(self):
        for day, zone, moment in (
            # clocks go back from one to midnight: the second of the two
            (date(2026, 10, 25), "Atlantic/Azores", datetime(2026, 10, 25, 1, 0)),
            (date(2026, 11, 1), "America/Havana", datetime(2026, 11, 1, 5, 0)),
            # clocks go on from midnight to one: the day begins at one
            (date(2026, 3, 8), "America/Havana", datetime(2026, 3, 8, 5, 0)),
        ):
            with self.subTest(day=day, zone=zone):
                self.assertEqual(midnight(day, zone), moment)
        self.assertEqual(local_day(datetime(2026, 7, 9, 21, 0), SOFIA), DAY)
        self.assertEqual(local_day(datetime(2026, 7, 9, 20, 59), SOFIA), date(2026, 7, 9))

    def test_a_page_begins_after_the_last_row(self):
        for place, by_day, moment, expected in [
            # moments: later legs go on at the same moment, earlier ones are through with it
            (2, False, NOON, Bound(NOON, 77)),
            (3, False, NOON, Bound(NOON, ANY_ID)),
            (1, False, NOON, Bound(NOON, None)),
            # days: all rows of a day come after its noon
            (2, True, NOON, Bound(DAY, ANY_ID)),
            (1, True, NOON, Bound(DAY, ANY_ID)),
            # days: at its midnight the same holds as for moments
            (2, True, MIDNIGHT, Bound(DAY, 77)),
            (3, True, MIDNIGHT, Bound(DAY, ANY_ID)),
            (1, True, MIDNIGHT, Bound(DAY, None)),
        ]:
            with self.subTest(place=place, by_day=by_day, moment=moment):
                position = Position(moment, 2, 77)
                self.assertEqual(bound_after(position, place, by_day, SOFIA), expected)

    def test_a_period_holds_its_first_and_its_last_day(self):
        self.assertEqual(bound_until(DAY, True, SOFIA), Bound(DAY, ANY_ID))
        self.assertEqual(bound_until(DAY, False, SOFIA), Bound(datetime(2026, 7, 10, 21, 0), None))
        self.assertEqual(start_of(DAY, True, SOFIA), DAY)
        self.assertEqual(start_of(DAY, False, SOFIA), MIDNIGHT)

    def test_a_position_survives_the_way_to_the_browser_and_back(self):
        position = Position(datetime(2026, 7, 10, 12, 0, 1, 234567), 3, 99)

        self.assertEqual(parse_position(format_position(position)), position)

    def test_what_is_no_position_is_refused(self):
        for cursor in (["today", 1, 2], [1], "x", [NOON.isoformat(), "a", 1], [None, 1, 1]):
            with self.subTest(cursor=cursor), self.assertRaises(ValueError):
                parse_position(cursor)

    def test_a_record_is_what_its_field_says(self):
        leg = Leg("sale.order", {"quotation": ("draft",), "order": ("sale",)}, ("date",))
        named = leg._replace(kind_field="state")

        self.assertEqual(kind_of(named, "sale"), "order")
        self.assertEqual(kind_of(named, "unknown"), "")
        self.assertEqual(kind_of(leg, None), "quotation")

    def test_a_preview_is_a_line_of_text(self):
        for body, expected in [
            ("", ""),
            ("<p>Dear Ioana,</p><p>we&nbsp;pay &amp; wait.</p>", "Dear Ioana, we pay & wait."),
            ("<style>p {color: red}</style><p>Hello</p>", "Hello"),
            ("<p>Hello</p><img src='da", "Hello"),
            ("<style>never closed", ""),
            ("&lt;b&gt;not bold&lt;/b&gt;", "<b>not bold</b>"),
            ("a < b", "a"),
        ]:
            with self.subTest(body=body):
                self.assertEqual(preview(body), expected)
        self.assertEqual(len(preview("word " * 200)), 193)
