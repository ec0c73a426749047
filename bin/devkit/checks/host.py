"""The host's own tests, run with the addon installed: nobody's process may break by our arrival."""

from pathlib import Path

from .. import odoo_log, paths, testrun
from ..odoo import Environment
from ..testrun import Outcome
from .context import Context, Failed

KNOWN = paths.DEVKIT / "checks" / "host_failures.txt"
MODULES = ("utm", "sale_crm", "portal", "mass_mailing", "base")
PARTNER_FILES = [
    "test_format_address_mixin",
    "test_res_company",
    "test_res_partner",
    "test_res_partner_bank",
    "test_res_partner_merge",
    "test_res_users",
]
TAGS = ",".join(
    [f"/{module}" for module in MODULES if module != "base"]
    + [f"/base/tests/{name}.py" for name in PARTNER_FILES]
)
HEADER = """\
# Tests of Odoo 19.0 that fail in a database with demo data, without our addon: they were written
# for installation module by module, or meet data of modules loaded later. Written by
# bin/check --record-host; a test that fails with the addon and is not here fails the check.
"""


def hosts_tests_pass_as_without_us(context: Context) -> None:
    db = context.scratch(context.installed(demo=True), "host")
    outcome = _run(context.env, db, "Running the host's tests with the addon")
    # a statement of a test that fails anyway may list our columns among those of its table
    complaints = [
        problem
        for problem in outcome.problems
        if "exit code" not in problem and "odoo.sql_db: bad query" not in problem
    ]
    broken = sorted(outcome.failed - set(_known()))
    texts = [f"{name}\n{text}" for name, text in outcome.failures if name in broken]
    if texts or complaints:
        raise Failed(f"{len(broken)} tests of the host fail with us", texts + complaints)
    if outcome.count(testrun.PASSED) < 100:
        raise Failed("the host's tests did not run", [odoo_log.what_went_wrong(outcome.logs[0])])


def record(context: Context) -> None:
    """Write down what fails without us."""
    db = context.bare(True, "host")
    outcome = _run(context.env, db, "Running the host's tests without the addon")
    KNOWN.write_text(HEADER + "".join(f"{name}\n" for name in sorted(outcome.failed)))
    print(outcome.closing_line())


def _known(table: Path = KNOWN) -> list[str]:
    return [line for line in table.read_text().splitlines() if not line.startswith("#")]


def _run(env: Environment, db: str, title: str) -> Outcome:
    return testrun.run(
        env, db, [], title=title, tags=TAGS, kind="all", modules=MODULES, in_post=True
    )
