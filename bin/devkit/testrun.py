"""Run tests inside Odoo, and read what came of them."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from . import database, environment, odoo_log, paths, progress, shell
from .odoo import Environment

ENTRY = paths.DEVKIT / "inside" / "odoo_entry.py"
PASSED, SKIPPED, FAILED = range(3)


@dataclass
class Outcome:
    """What came of one or several runs."""

    outcomes: dict[str, int] = field(default_factory=dict)
    failures: list[tuple[str, str]] = field(default_factory=list)
    skips: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    left_out: int = 0
    logs: list[Path] = field(default_factory=list)

    def count(self, outcome: int) -> int:
        return sum(1 for found in self.outcomes.values() if found == outcome)

    @property
    def failed(self) -> set[str]:
        return {name for name, outcome in self.outcomes.items() if outcome == FAILED}

    @property
    def is_good(self) -> bool:
        return not self.failed and not self.problems

    def add(self, other: "Outcome") -> None:
        for name, outcome in other.outcomes.items():
            self.outcomes[name] = max(outcome, self.outcomes.get(name, PASSED))
        self.failures += other.failures
        self.skips |= other.skips
        self.problems += other.problems
        self.left_out += other.left_out
        self.logs += other.logs

    def closing_line(self) -> str:
        """Return the line that CI reads. What went wrong beside the tests counts as failed."""
        failed = self.count(FAILED) + len(self.problems)
        return f"{self.count(PASSED)} passed, {failed} failed, {self.count(SKIPPED)} skipped"


@contextmanager
def scratch_database(env: Environment, template: str, keep: bool = False) -> Iterator[str]:
    """Clone a template for one run."""
    name = database.scratch_name(env, "test")
    database.clone(env, template, name)
    try:
        yield name
    finally:
        if keep:
            progress.note(f"The database is kept: {name}")
        else:
            database.drop(env, name)


def run(
    env: Environment,
    db: str,
    options: Sequence[str],
    *,
    title: str,
    tags: str,
    kind: str,
    modules: Sequence[str] = (),
    in_post: bool = False,
) -> Outcome:
    """Run Odoo once with tests; see ``inside/odoo_entry.py`` for what the arguments mean."""
    log = paths.state("logs", f"test-{kind}-{db}.log")
    result = log.with_suffix(".json")
    result.unlink(missing_ok=True)
    command = [
        *(str(env.python), str(ENTRY), "server", "-c", str(env.conf), "-d", db),
        *(f"--test-tags={tags}", f"--screenshots={paths.state('screenshots')}"),
        *("--stop-after-init", "--max-cron-threads=0", f"--http-port={environment.free_port()}"),
        *options,
    ]
    variables = {
        "DEVKIT_RESULT": str(result),
        "DEVKIT_KIND": kind,
        "DEVKIT_MODULES": ",".join(modules),
        "DEVKIT_POST": "1" if in_post else "",
    }
    with progress.step(title) as step:
        code = env.run_logged(command, log, step, **variables)
    outcome = _read(result, code, log)
    outcome.problems += [f"logged: {line}" for line in odoo_log.complaints(log, [env.server.host])]
    return outcome


def _read(result: Path, code: int, log: Path) -> Outcome:
    """Return the counts; a run that ended badly without a failing test is a problem of its own."""
    outcome = Outcome(logs=[log])
    if result.exists():
        found = json.loads(result.read_text())
        outcome.outcomes = found["outcomes"]
        outcome.failures = [(name, text) for name, text in found["failures"]]
        outcome.skips = found["skips"]
        outcome.left_out = found["left_out"]
    if code and not outcome.failed:
        outcome.problems.append(
            f"Odoo ended with exit code {code}:\n{odoo_log.what_went_wrong(log)}"
        )
    return outcome


def report(outcome: Outcome) -> None:
    """Print what failed, why tests were skipped, and the closing line."""
    for name, text in outcome.failures:
        print(f"\nFAILED {name}\n{text}", end="")
    for problem in outcome.problems:
        print(f"\nPROBLEM {problem}")
    for reason in sorted(set(outcome.skips.values())):
        count = sum(1 for each in outcome.skips.values() if each == reason)
        print(f"skipped {count}: {shell.tail(reason, 1)}")
    if not outcome.is_good:
        print("\nFull log: " + ", ".join(map(str, outcome.logs)))
    print(f"\n{outcome.closing_line()}", flush=True)
