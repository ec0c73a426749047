"""Deadlines of a request: a pure function of what happened, what was promised and the calendar.

Nothing here counts "time used so far": a deadline is worked out from the facts each time, so a
change of the promise, the calendar or a pause gives the same answer as a fresh beginning.

A clock runs from its start to its stop, stands still in pauses, and counts working time alone:
its deadline is the first moment at which the promised working time has run. Pauses that begin
after that moment move nothing any more.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

from .working_time import NoWorkingTimeError, RoundTheClock, WorkingTime

SECOND = timedelta(seconds=1)
STATUSES = ("none", "ok", "paused", "risk", "breached")


class Pause(NamedTuple):
    """A time in which no clock runs; ``end`` is ``None`` while it lasts."""

    start: datetime
    end: datetime | None


class Exchange(NamedTuple):
    """The partner wrote and waits; ``answered`` is ``None`` while they wait."""

    asked: datetime
    answered: datetime | None


class Targets(NamedTuple):
    """Promised working time in seconds; ``None`` promises nothing.

    :param risk: per cent of a promise after which it is at risk
    """

    first: int | None = None
    following: int | None = None
    resolution: int | None = None
    risk: int = 75


class Facts(NamedTuple):
    """The life of a request as far as the clocks care.

    :param answered: first public answer by a person
    :param solved: since when it is solved for good, so far; ``None`` while it is worked on
    :param pauses: times that do not count, among them those between a solution and a reopening
    :param exchanges: messages of the partner and their answers, oldest first
    :param unanswered: ended for good without the first answer that was owed
    """

    opened: datetime
    answered: datetime | None = None
    solved: datetime | None = None
    pauses: tuple[Pause, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    unanswered: bool = False


class Missed(NamedTuple):
    """Which promises were broken; a broken one stays broken, whatever is promised later."""

    first: bool = False
    following: bool = False
    resolution: bool = False


class Run(NamedTuple):
    """One clock: its deadline, and what is known of its end.

    :param deadline: ``None`` without a promise and while the clock stands still
    :param risk_at: when the promise begins to be at risk
    :param running: neither stopped nor paused
    :param missed: stopped, or still running, after the deadline
    """

    deadline: datetime | None
    risk_at: datetime | None
    running: bool
    paused: bool
    missed: bool


class Clock(NamedTuple):
    """What the clocks of a request say at one moment.

    :param due_at: the earliest deadline that still runs: "answer by"
    :param check_at: when time alone changes the status next; ``None`` when it never does
    :param first_seconds: working time to the first answer, ``None`` before it
    :param resolution_seconds: working time to the solution, ``None`` before it
    :param round_the_clock: the calendar offered no hours, so all hours were counted
    """

    first_deadline: datetime | None
    next_deadline: datetime | None
    resolution_deadline: datetime | None
    due_at: datetime | None
    status: str
    check_at: datetime | None
    first_seconds: int | None
    resolution_seconds: int | None
    missed: Missed
    round_the_clock: bool


class Account(NamedTuple):
    """How one clock came to its deadline: for people who ask.

    :param name: ``first``, ``next`` or ``resolution``
    :param end: when it stopped for good, ``None`` while it goes on
    :param used: working seconds that ran
    :param stopped: working seconds in which it stood still
    """

    name: str
    start: datetime
    end: datetime | None
    target: int
    used: int
    stopped: int
    deadline: datetime | None


NO_RUN = Run(None, None, running=False, paused=False, missed=False)
Calendar = WorkingTime | RoundTheClock


def evaluate(
    facts: Facts,
    targets: Targets,
    calendar: Calendar,
    now: datetime,
    kept: Missed = Missed(),  # noqa: B008  a constant
) -> Clock:
    """Return what the clocks say at a moment.

    A calendar without hours is answered as if all hours were worked, never with an error.

    :param kept: promises known to be broken, by what was promised before
    """
    try:
        return _evaluate(facts, targets, calendar, now, kept)
    except NoWorkingTimeError:
        clock = _evaluate(facts, targets, RoundTheClock(), now, kept)
        return clock._replace(round_the_clock=True)


def elapsed(
    calendar: Calendar, start: datetime, stop: datetime, pauses: Iterable[Pause] = ()
) -> int:
    """Return the working seconds from start to stop that lie outside the pauses."""
    paused = sum(calendar.between(a, b) for a, b in _clipped(pauses, start, stop))
    return calendar.between(start, stop) - paused


def deadline(
    calendar: Calendar, start: datetime, target: int, pauses: Iterable[Pause] = ()
) -> datetime | None:
    """Return when the target has run, ``None`` while a pause holds it up.

    :param target: seconds of working time, more than zero
    """
    wanted = target
    for first, end in _clipped(pauses, start, None):
        if calendar.between(start, first) >= wanted:
            break
        if end is None:
            return None
        wanted += calendar.between(first, end)
    return calendar.after(start, wanted)


def explain(facts: Facts, targets: Targets, calendar: Calendar, now: datetime) -> list[Account]:
    """Return the account of each clock that was ever started, in the order of their starts.

    A calendar without hours is answered as if all hours were worked.
    """
    try:
        return _explain(facts, targets, calendar, now)
    except NoWorkingTimeError:
        return _explain(facts, targets, RoundTheClock(), now)


# ------------------------------------------------------------
# The parts
# ------------------------------------------------------------


def _evaluate(
    facts: Facts, targets: Targets, calendar: Calendar, now: datetime, kept: Missed
) -> Clock:
    solved = facts.solved
    first = _run(calendar, facts, targets.first, targets.risk, now, facts.opened, facts.answered)
    following, open_exchange = _run_exchanges(facts, targets, calendar, now)
    resolution = _run(calendar, facts, targets.resolution, targets.risk, now, facts.opened, None)
    runs = (first, open_exchange, resolution)
    never = bool(targets.first) and facts.unanswered
    missed = Missed(
        kept.first or first.missed or never,
        kept.following or following,
        kept.resolution or resolution.missed,
    )
    resolution_seconds = None
    if solved:
        resolution_seconds = elapsed(calendar, facts.opened, solved, facts.pauses)
    return Clock(
        first_deadline=first.deadline,
        next_deadline=open_exchange.deadline,
        resolution_deadline=resolution.deadline,
        due_at=min((run.deadline for run in runs if run.running), default=None),
        status=_status(runs, missed, targets, facts, now),
        check_at=_check_at(runs, now),
        first_seconds=_first_seconds(calendar, facts),
        resolution_seconds=resolution_seconds,
        missed=missed,
        round_the_clock=False,
    )


def _run(
    calendar: Calendar,
    facts: Facts,
    target: int | None,
    risk: int,
    now: datetime,
    start: datetime,
    stop: datetime | None,
) -> Run:
    """Return one clock; it stops at its own stop or when the request is solved."""
    if not target:
        return NO_RUN
    stop = min((moment for moment in (stop, facts.solved) if moment), default=None)
    pauses = list(_clipped(facts.pauses, start, stop))
    paused = bool(pauses) and pauses[-1].end is None
    due = deadline(calendar, start, target, pauses)
    if due is None:
        return Run(None, None, running=False, paused=True, missed=False)
    missed = (stop or now) > due
    if stop or paused:
        return Run(due, None, running=False, paused=paused, missed=missed)
    risk_at = deadline(calendar, start, max(1, target * risk // 100), pauses)
    return Run(due, risk_at, running=True, paused=False, missed=missed)


def _explain(facts: Facts, targets: Targets, calendar: Calendar, now: datetime) -> list[Account]:
    clocks = [
        ("first", targets.first, facts.opened, facts.answered),
        *(("next", targets.following, *exchange) for exchange in _later_exchanges(facts, targets)),
        ("resolution", targets.resolution, facts.opened, None),
    ]
    accounts = []
    for name, target, start, stop in clocks:
        if target:
            end = min((moment for moment in (stop, facts.solved) if moment), default=None)
            used = elapsed(calendar, start, end or now, facts.pauses)
            accounts.append(
                Account(
                    name,
                    start,
                    end,
                    target,
                    used,
                    calendar.between(start, end or now) - used,
                    deadline(calendar, start, target, _clipped(facts.pauses, start, end)),
                )
            )
    return accounts


def _later_exchanges(facts: Facts, targets: Targets) -> list[Exchange]:
    """Return the exchanges that the second promise is about.

    Until the first answer the first promise alone counts: a second mail does not shorten it.
    """
    if not targets.first:
        return list(facts.exchanges)
    if facts.answered is None:
        return []
    return [exchange for exchange in facts.exchanges if exchange.asked >= facts.answered]


def _run_exchanges(
    facts: Facts, targets: Targets, calendar: Calendar, now: datetime
) -> tuple[bool, Run]:
    """Return whether a later answer came late, and the clock of the one still owed."""
    missed, open_run = False, NO_RUN
    for asked, answered in _later_exchanges(facts, targets):
        run = _run(calendar, facts, targets.following, targets.risk, now, asked, answered)
        missed = missed or run.missed
        if answered is None:
            open_run = run
    return missed, open_run


def _status(
    runs: Iterable[Run], missed: Missed, targets: Targets, facts: Facts, now: datetime
) -> str:
    """Return one word for the request: that of the clocks still running, or the outcome."""
    if not (targets.first or targets.following or targets.resolution):
        return "breached" if any(missed) else "none"
    if facts.solved:
        return "breached" if any(missed) else "ok"
    if any(pause.end is None for pause in facts.pauses):
        return "paused"
    running = [run for run in runs if run.running]
    if any(run.missed for run in running):
        return "breached"
    return "risk" if any(run.risk_at < now for run in running) else "ok"


def _check_at(runs: Iterable[Run], now: datetime) -> datetime | None:
    """Return when a running clock passes its risk or its deadline next."""
    moments = [moment for run in runs if run.running for moment in (run.risk_at, run.deadline)]
    # a promise is kept in the very second of its deadline, and broken one later
    return min((moment + SECOND for moment in moments if moment + SECOND > now), default=None)


def _first_seconds(calendar: Calendar, facts: Facts) -> int | None:
    if facts.answered is None:
        return None
    return elapsed(calendar, facts.opened, facts.answered, facts.pauses)


def _clipped(pauses: Iterable[Pause], start: datetime, stop: datetime | None) -> Iterable[Pause]:
    """Yield what of the pauses lies from start to stop, in order and without overlaps.

    A pause that reaches beyond the stop, running or not, ends there.
    """
    reached = start
    for first, end in sorted(pauses, key=lambda pause: pause.start):
        first = max(first, reached)
        if stop is not None:
            end = stop if end is None else min(end, stop)
        if end is None:
            yield Pause(first, None)
            return
        if end > first:
            yield Pause(first, end)
            reached = end
