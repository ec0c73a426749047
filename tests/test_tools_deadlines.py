import random
from datetime import datetime, timedelta

import pytz

from odoo.tests import BaseCase, tagged

from ..tools.deadlines import (
    Exchange,
    Facts,
    Missed,
    Pause,
    Targets,
    deadline,
    elapsed,
    evaluate,
)
from ..tools.working_time import RoundTheClock, Schedule, Shift, Span, WorkingTime

HOUR = 3600
SOFIA, BUCHAREST, KATHMANDU = "Europe/Sofia", "Europe/Bucharest", "Asia/Kathmandu"
OFFICE = tuple(
    Shift(day, start * 60, end * 60) for day in range(5) for start, end in ((9, 13), (14, 18))
)
ALL_DAY = tuple(Shift(day, 0, 24 * 60) for day in range(7))
SUNDAY_NIGHT = (Shift(6, 2 * 60, 6 * 60),)
# Monday of one week, Tuesday of the other; 2 March 2026 lies in a week 0
RHYTHM = (Shift(0, 540, 1020, 0), Shift(1, 540, 1020, 1))
EARLY = (Shift(0, 7 * 60 + 30, 11 * 60 + 45),)
NO_HOURS = ()
TUESDAY_OFF = ("03-03 00:00", "03-04 00:00")
TUESDAY_AFTERNOON_OFF = ("03-03 13:00", "03-04 00:00")
YEAR_OFF = ("2026-03-02 00:00", "2027-03-01 00:00")

# what, zone, shifts, leaves, start, hours, pauses, deadline; all times as the clock on the
# wall of the zone shows them, in 2026 unless said
GOLDEN = [
    ("from the opening", SOFIA, OFFICE, [], "03-02 09:00", 1, [], "03-02 10:00"),
    ("a quarter", SOFIA, OFFICE, [], "03-02 09:00", 0.25, [], "03-02 09:15"),
    ("across lunch", SOFIA, OFFICE, [], "03-02 12:30", 1, [], "03-02 14:30"),
    ("from within lunch", SOFIA, OFFICE, [], "03-02 13:15", 1, [], "03-02 15:00"),
    ("until lunch", SOFIA, OFFICE, [], "03-02 12:00", 1, [], "03-02 13:00"),
    ("until closing", SOFIA, OFFICE, [], "03-02 17:00", 1, [], "03-02 18:00"),
    ("over the night", SOFIA, OFFICE, [], "03-02 17:00", 1.5, [], "03-03 09:30"),
    ("before opening", SOFIA, OFFICE, [], "03-02 03:00", 2, [], "03-02 11:00"),
    ("Friday 17:55", SOFIA, OFFICE, [], "03-06 17:55", 1, [], "03-09 09:55"),
    ("Friday 17:55, a day", SOFIA, OFFICE, [], "03-06 17:55", 8, [], "03-09 17:55"),
    ("Friday at closing", SOFIA, OFFICE, [], "03-06 18:00", 1, [], "03-09 10:00"),
    ("Saturday", SOFIA, OFFICE, [], "03-07 11:00", 1, [], "03-09 10:00"),
    ("Sunday midnight", SOFIA, OFFICE, [], "03-08 23:59", 8, [], "03-09 18:00"),
    ("a day", SOFIA, OFFICE, [], "03-02 09:00", 8, [], "03-02 18:00"),
    ("a week", SOFIA, OFFICE, [], "03-02 09:00", 40, [], "03-06 18:00"),
    ("more than a week", SOFIA, OFFICE, [], "03-02 09:00", 41, [], "03-09 10:00"),
    (
        "pause by day",
        SOFIA, OFFICE, [], "03-02 09:00", 4, [("03-02 10:00", "03-02 11:00")], "03-02 15:00",
    ),
    (
        "pause at night",
        SOFIA, OFFICE, [], "03-02 16:00", 4, [("03-02 20:00", "03-03 08:00")], "03-03 11:00",
    ),
    (
        "pause over lunch",
        SOFIA, OFFICE, [], "03-02 09:00", 4, [("03-02 12:30", "03-02 14:30")], "03-02 15:00",
    ),
    (
        "pause over the weekend",
        SOFIA, OFFICE, [], "03-06 16:00", 4, [("03-06 17:00", "03-09 10:00")], "03-09 13:00",
    ),
    (
        "pause on the weekend",
        SOFIA, OFFICE, [], "03-06 16:00", 4, [("03-07 10:00", "03-08 10:00")], "03-09 11:00",
    ),
    (
        "two pauses, the second too late",
        SOFIA, OFFICE, [], "03-02 09:00", 4,
        [("03-02 10:00", "03-02 10:30"), ("03-02 15:00", "03-02 16:00")], "03-02 14:30",
    ),
    (
        "pause after the deadline",
        SOFIA, OFFICE, [], "03-02 09:00", 1, [("03-02 11:00", "03-02 12:00")], "03-02 10:00",
    ),
    (
        "pause at the deadline",
        SOFIA, OFFICE, [], "03-02 09:00", 1, [("03-02 10:00", "03-02 12:00")], "03-02 10:00",
    ),
    (
        "pause that lasts",
        SOFIA, OFFICE, [], "03-02 09:00", 4, [("03-02 10:00", None)], None,
    ),
    (
        "pause that lasts, after the deadline",
        SOFIA, OFFICE, [], "03-02 09:00", 1, [("03-02 11:00", None)], "03-02 10:00",
    ),
    (
        "pauses that overlap",
        SOFIA, OFFICE, [], "03-02 09:00", 2,
        [("03-02 10:00", "03-02 11:00"), ("03-02 10:30", "03-02 11:30")], "03-02 12:30",
    ),
    (
        "pause from before the start",
        SOFIA, OFFICE, [], "03-02 09:00", 1, [("03-02 08:00", "03-02 10:00")], "03-02 11:00",
    ),
    (
        "holiday inside",
        SOFIA, OFFICE, [TUESDAY_OFF], "03-02 17:00", 4, [], "03-04 12:00",
    ),
    (
        "half a holiday",
        SOFIA, OFFICE, [TUESDAY_AFTERNOON_OFF], "03-02 17:00", 8, [], "03-04 12:00",
    ),
    (
        "holiday inside a pause",
        SOFIA, OFFICE, [TUESDAY_OFF], "03-02 17:00", 1, [("03-02 17:30", "03-04 09:30")],
        "03-04 10:00",
    ),
    (
        "started on the holiday",
        SOFIA, OFFICE, [TUESDAY_OFF], "03-03 11:00", 1, [], "03-04 10:00",
    ),
    (
        "a year of leave",
        SOFIA, OFFICE, [YEAR_OFF], "03-02 09:00", 1, [], "2027-03-01 10:00",
    ),
    ("spring, through the night", SOFIA, ALL_DAY, [], "03-28 22:00", 8, [], "03-29 07:00"),
    ("spring, through the night", BUCHAREST, ALL_DAY, [], "03-28 22:00", 8, [], "03-29 07:00"),
    ("autumn, through the night", SOFIA, ALL_DAY, [], "10-24 22:00", 8, [], "10-25 05:00"),
    ("autumn, through the night", BUCHAREST, ALL_DAY, [], "10-24 22:00", 8, [], "10-25 05:00"),
    ("spring, over the weekend", SOFIA, OFFICE, [], "03-27 17:00", 2, [], "03-30 10:00"),
    ("spring, over the weekend", BUCHAREST, OFFICE, [], "03-27 17:00", 2, [], "03-30 10:00"),
    ("autumn, over the weekend", SOFIA, OFFICE, [], "10-23 17:00", 2, [], "10-26 10:00"),
    ("autumn, over the weekend", BUCHAREST, OFFICE, [], "10-23 17:00", 2, [], "10-26 10:00"),
    ("the short night", SOFIA, SUNDAY_NIGHT, [], "03-29 02:00", 3, [], "03-29 06:00"),
    ("the long night", BUCHAREST, SUNDAY_NIGHT, [], "10-25 02:00", 5, [], "10-25 06:00"),
    (
        "pause in the short night",
        BUCHAREST, ALL_DAY, [], "03-29 01:00", 2, [("03-29 02:00", "03-29 05:00")],
        "03-29 06:00",
    ),
    ("two weeks", SOFIA, RHYTHM, [], "03-02 16:00", 2, [], "03-10 10:00"),
    ("two weeks, in the other one", SOFIA, RHYTHM, [], "03-09 12:00", 9, [], "03-16 10:00"),
    ("half hours", SOFIA, EARLY, [], "03-02 11:30", 0.5, [], "03-09 07:45"),
    ("a zone of quarters", KATHMANDU, OFFICE, [], "03-02 17:00", 2, [], "03-03 10:00"),
    ("no hours at all", SOFIA, NO_HOURS, [], "03-06 17:55", 8, [], "03-07 01:55"),
]  # fmt: skip


def utc(text, zone):
    """Return the UTC moment of a time on the wall, ``None`` for none."""
    if text is None:
        return None
    text = text if len(text) > 11 else f"2026-{text}"
    local = pytz.timezone(zone).localize(datetime.strptime(text, "%Y-%m-%d %H:%M"))
    return local.astimezone(pytz.utc).replace(tzinfo=None)


def march(day, hour=0, minute=0):
    return datetime(2026, 3, day, hour, minute)


def office(leaves=(), zone="UTC"):
    return WorkingTime(Schedule(OFFICE, zone, tuple(leaves)), datetime(2026, 1, 1))


class Stopwatch:
    """A clock as one would build it by hand: it keeps what is left, event after event."""

    def __init__(self, calendar, start, target):
        self.calendar, self.left, self.since = calendar, target, start
        self.final = None

    def pause(self, moment):
        if self.since is None or self.final:
            return
        used = self.calendar.between(self.since, moment)
        if used >= self.left:
            self.final = self.calendar.after(self.since, self.left)
        self.left -= used
        self.since = None

    def go_on(self, moment):
        if self.since is None:
            self.since = moment

    @property
    def deadline(self):
        if self.final or self.since is None:
            return self.final
        return self.calendar.after(self.since, self.left)


class History:
    """A random life of a request, event after event."""

    targets = Targets(4 * HOUR, 2 * HOUR, 20 * HOUR)

    def __init__(self, seed):
        self.chance = random.Random(seed)
        leave = march(2) + timedelta(hours=self.chance.randrange(400))
        leaves = [Span(leave, leave + timedelta(hours=self.chance.randrange(1, 60)))]
        zone = self.chance.choice([SOFIA, BUCHAREST, "UTC"])
        self.calendar = office(leaves, zone)
        self.now = march(20) + timedelta(minutes=self.chance.randrange(20000))
        self.facts = Facts(self.now)
        self.watch = Stopwatch(self.calendar, self.now, self.targets.resolution)

    def step(self):
        """Let some time pass and something happen."""
        self.now += timedelta(seconds=self.chance.randrange(1, 60 * 900))
        paused = self.facts.pauses and self.facts.pauses[-1].end is None
        moves = ["resume"] if paused else ["pause", "ask", "answer", "nothing"]
        if self.facts.solved:
            moves = ["reopen"]
        elif not paused:
            moves.append("solve")
        getattr(self, self.chance.choice(moves))()

    def nothing(self):
        """Let the time pass alone."""

    def pause(self):
        self.facts = self.facts._replace(pauses=(*self.facts.pauses, Pause(self.now, None)))
        self.watch.pause(self.now)

    def resume(self):
        *others, last = self.facts.pauses
        self.facts = self.facts._replace(pauses=(*others, last._replace(end=self.now)))
        self.watch.go_on(self.now)

    def solve(self):
        self.facts = self.facts._replace(solved=self.now)
        self.watch.pause(self.now)

    def reopen(self):
        pause = Pause(self.facts.solved, self.now)
        self.facts = self.facts._replace(solved=None, pauses=(*self.facts.pauses, pause))
        self.watch.go_on(self.now)

    def ask(self):
        exchanges = self.facts.exchanges
        if not exchanges or exchanges[-1].answered:
            exchanges = (*exchanges, Exchange(self.now, None))
        self.facts = self.facts._replace(exchanges=exchanges)

    def answer(self):
        exchanges = [
            exchange if exchange.answered else exchange._replace(answered=self.now)
            for exchange in self.facts.exchanges
        ]
        self.facts = self.facts._replace(
            exchanges=tuple(exchanges), answered=self.facts.answered or self.now
        )


@tagged("post_install", "-at_install", "counterparty_request")
class TestToolsDeadlines(BaseCase):
    def test_golden_rows(self):
        self.assertGreaterEqual(len(GOLDEN), 40)
        for what, zone, shifts, leaves, start, hours, pauses, expected in GOLDEN:
            spans = tuple(Span(utc(a, zone), utc(b, zone)) for a, b in leaves)
            calendar = WorkingTime(Schedule(shifts, zone, spans), datetime(2026, 1, 1))
            pauses = tuple(Pause(utc(a, zone), utc(b, zone)) for a, b in pauses)
            facts = Facts(utc(start, zone), pauses=pauses)
            with self.subTest(what=what, zone=zone):
                clock = evaluate(facts, Targets(int(hours * HOUR)), calendar, facts.opened)

                self.assertEqual(clock.first_deadline, utc(expected, zone))
                self.assertIs(clock.round_the_clock, shifts is NO_HOURS)

    def test_random_histories_agree_with_a_stopwatch_at_every_step(self):
        for seed in range(1000):
            history, kept = History(seed), Missed()
            for _number in range(history.chance.randrange(3, 14)):
                before = evaluate(history.facts, history.targets, history.calendar, history.now)
                kept = before.missed
                history.step()
                full = evaluate(history.facts, history.targets, history.calendar, history.now)
                step = evaluate(history.facts, history.targets, history.calendar, history.now, kept)

                if not history.facts.solved:
                    self.assertEqual(full.resolution_deadline, history.watch.deadline, seed)
                self.assertEqual(step, full, seed)

    def test_random_histories_lose_no_time(self):
        for seed in range(1000):
            history = History(seed)
            for _number in range(10):
                history.step()
            calendar, pauses = history.calendar, history.facts.pauses
            opened, now = history.facts.opened, history.now

            running = elapsed(calendar, opened, now, pauses)
            paused = sum(
                calendar.between(max(start, opened), min(end or now, now)) for start, end in pauses
            )

            self.assertEqual(running + paused, calendar.between(opened, now), seed)

    def test_a_change_of_the_promise_answers_as_a_fresh_beginning(self):
        for seed in range(200):
            history = History(seed)
            for _number in range(8):
                history.step()
            for hours in (1, 8, 40):
                targets = Targets(hours * HOUR, hours * HOUR, hours * HOUR)
                first = evaluate(history.facts, history.targets, history.calendar, history.now)

                changed = evaluate(
                    history.facts, targets, history.calendar, history.now, first.missed
                )
                fresh = evaluate(history.facts, targets, history.calendar, history.now)

                for name in ("first_deadline", "next_deadline", "resolution_deadline", "due_at"):
                    self.assertEqual(getattr(changed, name), getattr(fresh, name), seed)
                for was, later in zip(first.missed, changed.missed, strict=True):
                    self.assertGreaterEqual(later, was)

    def test_status_by_the_hour(self):
        targets = Targets(4 * HOUR, 2 * HOUR, 8 * HOUR)
        opened = march(2, 9)
        answered = Facts(opened, answered=march(2, 10))
        late = Facts(opened, answered=march(2, 16))
        cases = [
            # facts, hour of Monday, status, due at
            (Facts(opened), 9, "ok", march(2, 13)),
            (Facts(opened), 11, "ok", march(2, 13)),
            (Facts(opened), 12.5, "risk", march(2, 13)),
            (Facts(opened), 13, "risk", march(2, 13)),
            (Facts(opened), 14.5, "breached", march(2, 13)),
            (answered, 12, "ok", march(2, 18)),
            (answered, 17, "risk", march(2, 18)),
            (answered, 18, "risk", march(2, 18)),
            (answered, 18.5, "breached", march(2, 18)),
            (late, 16, "ok", march(2, 18)),
            (late, 16.5, "risk", march(2, 18)),
            (Facts(opened, solved=march(2, 12)), 19, "ok", None),
            (Facts(opened, solved=march(2, 15)), 19, "breached", None),
            (Facts(opened, pauses=(Pause(march(2, 10), None),)), 12, "paused", None),
            (Facts(opened, pauses=(Pause(march(2, 15), None),)), 17, "paused", None),
            (
                answered._replace(exchanges=(Exchange(march(2, 11), None),)),
                11.5, "ok", march(2, 13),
            ),
            (
                answered._replace(exchanges=(Exchange(march(2, 11), None),)),
                13.5, "breached", march(2, 13),
            ),
        ]  # fmt: skip
        for facts, hour, status, due in cases:
            now = march(2) + timedelta(hours=hour)
            with self.subTest(facts=facts, hour=hour):
                clock = evaluate(facts, targets, office(), now)

                self.assertEqual((clock.status, clock.due_at), (status, due))

    def test_without_a_promise_the_working_hours_are_still_counted(self):
        facts = Facts(march(2, 9), answered=march(2, 15), solved=march(3, 10))

        clock = evaluate(facts, Targets(), office(), march(4))

        self.assertEqual(clock.status, "none")
        self.assertIsNone(clock.due_at)
        self.assertIsNone(clock.check_at)
        self.assertEqual(clock.first_seconds, 5 * HOUR)
        self.assertEqual(clock.resolution_seconds, 9 * HOUR)

    def test_hours_leave_the_pauses_out(self):
        facts = Facts(
            march(2, 9),
            answered=march(2, 15),
            solved=march(3, 10),
            pauses=(Pause(march(2, 12), march(2, 14)), Pause(march(2, 17), march(3, 9, 30))),
        )

        clock = evaluate(facts, Targets(), office(), march(4))

        self.assertEqual(clock.first_seconds, 4 * HOUR)
        self.assertEqual(clock.resolution_seconds, 6.5 * HOUR)

    def test_a_second_mail_does_not_shorten_the_first_promise(self):
        facts = Facts(march(2, 9), exchanges=(Exchange(march(2, 9), None),))
        targets = Targets(4 * HOUR, 1 * HOUR)

        clock = evaluate(facts, targets, office(), march(2, 10))

        self.assertIsNone(clock.next_deadline)
        self.assertEqual(clock.due_at, march(2, 13))

    def test_without_a_first_promise_each_message_is_owed_an_answer(self):
        facts = Facts(march(2, 9), exchanges=(Exchange(march(2, 9), None),))

        clock = evaluate(facts, Targets(None, 1 * HOUR), office(), march(2, 9))

        self.assertEqual(clock.due_at, march(2, 10))

    def test_a_late_answer_stays_late_after_it_is_given(self):
        facts = Facts(
            march(2, 9),
            answered=march(2, 10),
            exchanges=(
                Exchange(march(2, 9), march(2, 10)),
                Exchange(march(2, 11), march(2, 15)),
                Exchange(march(2, 16), march(2, 17)),
            ),
        )

        clock = evaluate(facts, Targets(4 * HOUR, 2 * HOUR), office(), march(2, 17))

        self.assertEqual(clock.missed, Missed(following=True))
        self.assertEqual(clock.status, "ok")

    def test_a_promise_is_kept_in_the_second_of_its_deadline(self):
        second = timedelta(seconds=1)
        for answered, missed in ((march(2, 13), False), (march(2, 13) + second, True)):
            with self.subTest(answered=answered):
                facts = Facts(march(2, 9), answered=answered)
                clock = evaluate(facts, Targets(4 * HOUR), office(), march(2, 18))

                self.assertIs(clock.missed.first, missed)

    def test_a_broken_promise_stays_broken_when_more_is_allowed(self):
        facts = Facts(march(2, 9))
        broken = evaluate(facts, Targets(1 * HOUR), office(), march(2, 12))

        clock = evaluate(facts, Targets(8 * HOUR), office(), march(2, 12), broken.missed)

        self.assertTrue(clock.missed.first)
        self.assertEqual(clock.due_at, march(2, 18))
        self.assertEqual(clock.status, "ok")

    def test_an_end_without_the_first_answer_breaks_its_promise_alone(self):
        facts = Facts(march(2, 9), solved=march(2, 10), unanswered=True)
        for targets, missed in (
            (Targets(4 * HOUR, 4 * HOUR, 8 * HOUR), Missed(first=True)),
            (Targets(None, 4 * HOUR, 8 * HOUR), Missed()),
        ):
            with self.subTest(targets=targets):
                clock = evaluate(facts, targets, office(), march(4, 9))

                self.assertEqual(clock.missed, missed)
                self.assertIsNone(clock.due_at)

    def test_solving_counts_as_a_pause_once_reopened(self):
        targets = Targets(resolution=4 * HOUR)
        facts = Facts(march(2, 9), pauses=(Pause(march(2, 11), march(3, 9)),))

        clock = evaluate(facts, targets, office(), march(3, 9))
        counted = evaluate(facts._replace(pauses=()), targets, office(), march(3, 9))

        self.assertEqual(clock.resolution_deadline, march(3, 11))
        self.assertEqual(counted.resolution_deadline, march(2, 13))

    def test_following_the_next_check_meets_every_change_of_the_status(self):
        facts = Facts(march(2, 9))
        targets = Targets(4 * HOUR, None, 12 * HOUR)
        now, seen = march(2, 9), []
        while now:
            clock = evaluate(facts, targets, office(), now)
            seen.append((now, clock.status))
            now = clock.check_at

        second = timedelta(seconds=1)
        self.assertEqual(
            seen,
            [
                (march(2, 9), "ok"),
                (march(2, 12) + second, "risk"),
                (march(2, 13) + second, "breached"),
                (march(3, 10) + second, "breached"),
                (march(3, 14) - timedelta(hours=1) + second, "breached"),
            ],
        )

    def test_a_calendar_without_hours_counts_all_hours_and_says_so(self):
        empty = WorkingTime(Schedule(()), march(1))
        facts = Facts(march(6, 17), pauses=(Pause(march(6, 18), march(6, 20)),))

        clock = evaluate(facts, Targets(2 * HOUR, None, 8 * HOUR), empty, march(6, 17))

        self.assertTrue(clock.round_the_clock)
        self.assertEqual(clock.first_deadline, march(6, 21))
        self.assertEqual(
            clock._replace(round_the_clock=False),
            evaluate(facts, Targets(2 * HOUR, None, 8 * HOUR), RoundTheClock(), march(6, 17)),
        )

    def test_deadline_and_elapsed_are_two_sides_of_one_coin(self):
        chance = random.Random(6)
        calendar = office(zone=SOFIA)
        for number in range(300):
            start = march(20) + timedelta(minutes=chance.randrange(20000))
            pauses, moment = [], start
            for _pause in range(chance.randrange(4)):
                moment += timedelta(minutes=chance.randrange(1, 1500))
                pauses.append(Pause(moment, moment + timedelta(minutes=chance.randrange(900))))
                moment = pauses[-1].end
            target = chance.randrange(1, 60 * HOUR)

            due = deadline(calendar, start, target, pauses)

            self.assertEqual(elapsed(calendar, start, due, pauses), target, number)
