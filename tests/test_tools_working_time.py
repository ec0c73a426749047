import random
from datetime import date, datetime, timedelta

import pytz

from odoo.tests import BaseCase, tagged

from ..tools.working_time import (
    NoWorkingTimeError,
    RoundTheClock,
    Schedule,
    Shift,
    Span,
    WorkingTime,
    week_of,
)

HOUR = 3600
OFFICE = tuple(
    Shift(day, start * 60, end * 60) for day in range(5) for start, end in ((9, 13), (14, 18))
)
MONDAY = datetime(2026, 3, 2)


def working(shifts=OFFICE, zone="UTC", leaves=(), origin=MONDAY):
    return WorkingTime(Schedule(tuple(shifts), zone, tuple(leaves)), origin)


def count_minutes(shifts, zone, leaves, start, end):
    """Count worked minutes one by one: slow, and so simple that it must be right."""
    zone, minutes, moment = pytz.timezone(zone), 0, start
    while moment < end:
        local = pytz.utc.localize(moment).astimezone(zone)
        minute = local.hour * 60 + local.minute
        works = any(
            shift.weekday == local.weekday()
            and shift.start <= minute < shift.end
            and shift.week in (None, week_of(local.date()))
            for shift in shifts
        )
        minutes += works and not any(span.start <= moment < span.end for span in leaves)
        moment += timedelta(minutes=1)
    return minutes


@tagged("post_install", "-at_install", "counterparty_request")
class TestToolsWorkingTime(BaseCase):
    def test_a_week_of_the_office_has_forty_hours(self):
        calendar = working()

        week = calendar.between(MONDAY, MONDAY + timedelta(days=7))

        self.assertEqual(week, 40 * HOUR)

    def test_lunch_and_night_are_not_worked(self):
        calendar = working()
        cases = [
            # hours of Monday, worked hours
            (8, 9, 0),
            (9, 10, 1),
            (12, 15, 2),
            (13, 14, 0),
            (0, 24, 8),
            (18, 33, 0),
            (18, 34, 1),
        ]
        for start, end, hours in cases:
            with self.subTest(start=start, end=end):
                first = MONDAY + timedelta(hours=start)
                last = MONDAY + timedelta(hours=end)
                self.assertEqual(calendar.between(first, last), hours * HOUR)

    def test_work_that_fills_a_shift_ends_with_it(self):
        calendar = working()

        done = calendar.after(MONDAY + timedelta(hours=14), 4 * HOUR)

        self.assertEqual(done, MONDAY + timedelta(hours=18))

    def test_nothing_to_work_is_done_at_once(self):
        saturday = MONDAY + timedelta(days=5)

        self.assertEqual(working().after(saturday, 0), saturday)

    def test_nothing_is_worked_backwards(self):
        later = MONDAY + timedelta(days=1)

        self.assertEqual(working().between(later, MONDAY), 0)
        self.assertEqual(RoundTheClock().between(later, MONDAY), 0)

    def test_the_second_after_the_shift_counts_nothing(self):
        calendar = working()
        evening = MONDAY + timedelta(hours=18)

        self.assertEqual(calendar.worked(evening + timedelta(seconds=1)), calendar.worked(evening))
        self.assertEqual(
            calendar.worked(evening) - calendar.worked(evening - timedelta(seconds=1)), 1
        )

    def test_shifts_that_touch_or_overlap_count_once(self):
        shifts = [Shift(0, 540, 720), Shift(0, 660, 780), Shift(0, 780, 840)]

        day = working(shifts).between(MONDAY, MONDAY + timedelta(days=1))

        self.assertEqual(day, 5 * HOUR)

    def test_leaves_that_overlap_are_taken_once(self):
        at = [MONDAY + timedelta(hours=hour) for hour in range(24)]
        calendar = working(leaves=[Span(at[10], at[12]), Span(at[11], at[15])])

        self.assertEqual(calendar.between(at[0], at[23]), 4 * HOUR)
        self.assertEqual(calendar.after(at[9], 2 * HOUR), at[16])

    def test_the_rhythm_of_two_weeks_goes_on_across_the_year(self):
        # 2026 has a week 53: weeks counted within the year would repeat the odd one
        mondays = [date(2026, 12, 21) + timedelta(weeks=week) for week in range(4)]

        self.assertEqual({week_of(day) for day in mondays[::2]}, {week_of(mondays[0])})
        self.assertNotEqual(week_of(mondays[0]), week_of(mondays[1]))

    def test_a_calendar_without_hours_never_answers(self):
        for shifts in ([], [Shift(0, 540, 540)]):
            with self.subTest(shifts=shifts), self.assertRaises(NoWorkingTimeError):
                working(shifts).after(MONDAY, 1)

    def test_too_much_work_is_refused_wherever_the_table_begins(self):
        shifts = [Shift(0, 540, 541)]  # a minute a week
        for origin in (MONDAY, MONDAY - timedelta(days=3000)):
            calendar = working(shifts, origin=origin)
            with self.subTest(origin=origin):
                self.assertEqual(
                    calendar.after(MONDAY, 500 * 60),
                    MONDAY + timedelta(weeks=499, hours=9, minutes=1),
                )
                with self.assertRaises(NoWorkingTimeError):
                    calendar.after(MONDAY, 600 * 60)

    def test_a_moment_before_the_beginning_is_refused(self):
        with self.assertRaisesRegex(ValueError, "before the beginning"):
            working().worked(MONDAY - timedelta(seconds=1))

    def test_the_answer_does_not_depend_on_the_beginning(self):
        late = MONDAY + timedelta(days=400, hours=10)
        for days in (0, 1, 200, 1000):
            calendar = working(origin=MONDAY - timedelta(days=days))
            with self.subTest(days=days):
                self.assertEqual(
                    calendar.after(late, 100 * HOUR), working().after(late, 100 * HOUR)
                )

    def test_the_spells_are_those_of_the_day(self):
        at = [MONDAY + timedelta(hours=hour) for hour in range(24)]

        self.assertEqual(
            working().spells(at[10], at[15]), [Span(at[10], at[13]), Span(at[14], at[15])]
        )

    def test_random_calendars_agree_with_counting_minutes(self):
        chance = random.Random(2026)
        zones = ["Europe/Sofia", "Europe/Bucharest", "America/New_York", "Asia/Kathmandu", "UTC"]
        changes = [datetime(2026, 3, 27), datetime(2026, 10, 23), datetime(2026, 11, 19)]
        for number in range(60):
            zone = chance.choice(zones)
            # no shift begins or ends in the hour that a night of change has twice or never
            shifts = [
                Shift(chance.randrange(7), start, (start or 240) + chance.randrange(30, 400))
                for start in chance.sample([0, 0, *range(240, 1000, 15)], 6)
            ]
            shifts = [shift._replace(week=chance.choice([None, 0, 1])) for shift in shifts]
            origin = chance.choice(changes) + timedelta(minutes=chance.randrange(2000))
            leave = origin + timedelta(minutes=chance.randrange(3000))
            leaves = [Span(leave, leave + timedelta(minutes=chance.randrange(900)))]
            end = origin + timedelta(minutes=chance.randrange(1, 6000))
            calendar = working(shifts, zone, leaves, origin)
            with self.subTest(number=number, zone=zone):
                worked = calendar.between(origin, end)
                self.assertEqual(worked, 60 * count_minutes(shifts, zone, leaves, origin, end))
                if worked:
                    done = calendar.after(origin, worked)
                    self.assertLessEqual(done, end)
                    self.assertEqual(calendar.between(origin, done), worked)
                    self.assertEqual(
                        calendar.between(origin, done - timedelta(seconds=1)), worked - 1
                    )
