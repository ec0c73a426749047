"""Install into a database in use: people notice new possibilities, and nothing else.

An administrator installs on Monday, and on Tuesday nobody may miss, receive or be shown anything
that the installation did not announce. The host's margins are met in two ways: the company saw
them already, or they arrive as a dependency of ours; see ``day_one_rules``.
"""

import json
from typing import Any

from .. import odoo_log, paths, progress
from . import day_one_rules
from .context import Context, Failed, quietly
from .day_one_rules import MARGINS_ARRIVE, MARGINS_WERE_THERE, Arrival

ENTRY = paths.DEVKIT / "inside" / "day_one"


def nobody_is_surprised_on_day_one(context: Context) -> None:
    """Compare what users see before and after, once for each way in which margins are met."""
    findings = []
    for arrival in (MARGINS_WERE_THERE, MARGINS_ARRIVE):
        found = day_one_rules.compare(**_both_days(context, arrival), arrival=arrival)
        findings += [f"where {arrival.title}, {line}" for line in found]
    if findings:
        raise Failed("people notice more than new possibilities", findings)


def _both_days(context: Context, arrival: Arrival) -> dict[str, Any]:
    """Return what was seen before and after the installation."""
    env, db = context.env, context.bare(True, f"day_one_{arrival.name}")
    log = paths.state("logs", f"day-one-{db}.log")
    result = log.with_suffix(".json")
    result.unlink(missing_ok=True)
    command = [str(env.python), str(ENTRY), "-c", str(env.conf), "-d", db]
    variables = {"DAY_ONE_RESULT": str(result), "DAY_ONE_WITHOUT": arrival.without}
    with progress.step(f"Living through the day of installation where {arrival.title}") as step:
        code = env.run_logged(command, log, step, **variables)
    if code or not result.exists():
        raise Failed(f"the day ended with exit code {code}", [odoo_log.what_went_wrong(log)])
    quietly(env, log)
    days: dict[str, Any] = json.loads(result.read_text())
    return days
