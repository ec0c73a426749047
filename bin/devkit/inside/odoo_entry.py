"""Run Odoo and count its tests one by one; started by Odoo's Python, in a folder of its own.

Odoo's closing line counts neither skips nor what a failing ``setUpClass`` hid, and its exit code
is 0 when no test ran. So this counts for itself. Variables:

- ``DEVKIT_RESULT``: the file to write, as JSON
- ``DEVKIT_KIND``: ``python`` leaves out every ``HttpCase``, ``browser`` runs nothing else;
  ``all`` runs both, but skips what needs a browser. It goes by class, so nobody forgets a tag.
- ``DEVKIT_MODULES``: run the tests of these modules only
- ``DEVKIT_POST``: run ``at_install`` tests with the others, once everything is loaded
"""

import json
import os
import sys
import unittest
from typing import Any

import odoo.cli
from odoo.tests import common, loader, result, suite

PASSED, SKIPPED, FAILED = range(3)
KIND = os.environ.get("DEVKIT_KIND", "all")
MODULES = set(filter(None, os.environ.get("DEVKIT_MODULES", "").split(",")))
ALL_IN_POST = bool(os.environ.get("DEVKIT_POST"))


class Tally:
    """The worst outcome of each test, and what was said about it."""

    def __init__(self) -> None:
        self.outcomes: dict[str, int] = {}
        self.failures: list[tuple[str, str]] = []
        self.skips: dict[str, str] = {}
        self.left_out = 0

    def note(self, test: Any, outcome: int) -> None:
        name = self._name(test)
        self.outcomes[name] = max(outcome, self.outcomes.get(name, PASSED))

    def note_failure(self, test: Any, text: str) -> None:
        self.note(test, FAILED)
        self.failures.append((self._name(test), text))

    def note_skip(self, test: Any, reason: str) -> None:
        self.note(test, SKIPPED)
        self.skips[self._name(test)] = reason

    @staticmethod
    def _name(test: Any) -> str:
        """Return the test's name; a subtest counts with its test."""
        while hasattr(test, "test_case"):
            test = test.test_case
        return str(test.id())

    def write(self, path: str) -> None:
        with open(path, "w") as file:
            json.dump(self.__dict__, file)


def count_results(tally: Tally) -> None:
    """Wrap Odoo's result class. A failure that is to be retried is not one yet."""
    cls = result.OdooTestResult
    start, skip, error, failure = cls.startTest, cls.addSkip, cls.addError, cls.addFailure

    def start_test(self: Any, test: Any) -> None:
        tally.note(test, PASSED)
        start(self, test)

    def add_skip(self: Any, test: Any, reason: str) -> None:
        tally.note_skip(test, reason)
        skip(self, test, reason)

    def add_problem(original: Any) -> Any:
        def add(self: Any, test: Any, err: Any) -> None:
            if not self._soft_fail:
                tally.note_failure(test, self._exc_info_to_string(err, test))
            original(self, test, err)

        return add

    cls.startTest, cls.addSkip = start_test, add_skip
    cls.addError, cls.addFailure = add_problem(error), add_problem(failure)


def select_tests(tally: Tally) -> None:
    """Wrap the making of suites, to choose by module, phase and class."""
    original = loader.make_suite

    def make_suite(module_names: list[str], position: str = "at_install") -> Any:
        names = [name for name in module_names if not MODULES or name in MODULES]
        positions = [position]
        if ALL_IN_POST:
            positions = [] if position == "at_install" else ["at_install", "post_install"]
        tests = [test for each in positions for test in original(names, each)]
        chosen = [test for test in tests if _is_wanted(test)]
        tally.left_out += len(tests) - len(chosen)
        return suite.OdooSuite(chosen)

    loader.make_suite = make_suite


def _is_wanted(test: Any) -> bool:
    if KIND == "all":
        return True
    return isinstance(test, common.HttpCase) == (KIND == "browser")


def skip_browsers() -> None:
    """Leave out what drives Chromium, and let bundles be made when a test asks for one."""

    def refuse(self: Any, *args: Any, **kwargs: Any) -> None:
        raise unittest.SkipTest("no browser in this run")

    common.HttpCase.browser_js = refuse
    suite.OdooSuite.has_http_case = lambda self: False


def main() -> None:
    tally = Tally()
    count_results(tally)
    select_tests(tally)
    if KIND == "all":
        skip_browsers()
    try:
        odoo.cli.main()
    finally:
        tally.write(os.environ["DEVKIT_RESULT"])


if __name__ == "__main__":
    sys.argv[0] = "odoo"
    main()
