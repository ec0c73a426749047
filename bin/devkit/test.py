"""Install the addon into a clone of a prepared database and run its tests.

WHAT is the name of an area (counterparty, holding, request, campaign, profit, portal, history,
foundation) or Odoo test tags, such as :TestRole or /sale_crm; several are added up. Without it
all tests of the addon run. Tests of other modules run with the addon installed.
"""

import argparse
import re

from . import database, environment, odoo_log, paths, shell, testrun
from .odoo import Environment
from .testrun import Outcome


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="bin/test", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    only = parser.add_mutually_exclusive_group()
    only.add_argument(
        "--python-only", action="store_true", help="leave out tests that need HTTP or a browser"
    )
    only.add_argument("--browser-only", action="store_true", help="run only those")
    parser.add_argument("--keep", action="store_true", help="keep the database, to look into it")
    parser.add_argument("what", nargs="*", metavar="WHAT", help="an area, or Odoo test tags")
    known, unknown = parser.parse_known_args()
    for argument in unknown:  # tags that exclude begin with a dash
        if argument.startswith("--"):
            parser.error(f"unknown option {argument}")
    known.what += unknown
    return known


def selection(what: list[str]) -> str:
    """Translate areas to Odoo test tags; tags that name no module mean ours."""
    parts = [part for argument in what for part in re.split(r",(?![^\[]*\])", argument) if part]
    tags = [_tag(part) for part in parts]
    if all(tag.startswith("-") for tag in tags):
        tags.insert(0, f"/{paths.ADDON}")
    return ",".join(tags)


def _tag(part: str) -> str:
    if part.startswith(":"):
        return f"/{paths.ADDON}{part}"
    if re.fullmatch(r"\w+", part):
        return f"counterparty_{part}/{paths.ADDON}"
    return part


def modules_of(tags: str) -> set[str]:
    """Return the modules whose tests are selected."""
    chosen = [tag for tag in re.split(r",(?![^\[]*\])", tags) if not tag.startswith("-")]
    return {
        found[1] if (found := re.search(r"/(\w+)(?![\w/.]*\.py)", tag)) else paths.ADDON
        for tag in chosen
    }


def run_all(env: Environment, db: str, tags: str, *, python: bool, browser: bool) -> Outcome:
    """Run Python tests while installing, then browser tests, for those first build all bundles."""
    modules = modules_of(tags)
    others = sorted(modules - {paths.ADDON})
    install = ["-i", paths.ADDON]
    outcome = testrun.run(
        env, db, install, title="Installing and testing", tags=tags, kind="python"
    )
    if (state := database.module_state(env, db)) != "installed":
        reason = odoo_log.what_went_wrong(outcome.logs[-1])
        outcome.problems = [f"the addon is {state} after its installation:\n{reason}"]
        return outcome
    wanted_in_browser = outcome.left_out
    if not python:
        outcome = Outcome(problems=outcome.problems, logs=outcome.logs)
    if others and python:
        title = f"Testing {', '.join(others)} with the addon"
        outcome.add(
            testrun.run(
                env, db, [], title=title, tags=tags, kind="python", modules=others, in_post=True
            )
        )
    if browser and (wanted_in_browser or others):
        ours = sorted(modules)
        title = "Testing in the browser"
        outcome.add(
            testrun.run(
                env, db, [], title=title, tags=tags, kind="browser", modules=ours, in_post=True
            )
        )
    if not outcome.outcomes:
        outcome.problems.append(f"no test matches {tags}")
    return outcome


def body() -> int:
    arguments = _arguments()
    tags = selection(arguments.what)
    env = environment.ensure(browser=not arguments.python_only)
    template = database.ensure_template(env, demo=False)
    with testrun.scratch_database(env, template, arguments.keep) as db:
        outcome = run_all(
            env, db, tags, python=not arguments.browser_only, browser=not arguments.python_only
        )
    testrun.report(outcome)
    return 0 if outcome.is_good else 1


if __name__ == "__main__":
    shell.main(body)
