"""Check what tests inside one database cannot see: the addon's life in a database, and its host."""

import argparse
import time
from collections.abc import Callable

from . import environment, progress, shell
from .checks import day_one, host, lifecycle
from .checks.context import Context, Failed, Skipped

CHECKS: dict[str, Callable[[Context], None]] = {
    "install": lifecycle.installs_without_demo_data,
    "install-demo": lifecycle.installs_with_demo_data,
    "update": lifecycle.updates_change_nothing,
    "upgrade": lifecycle.upgrades_from_the_previous_version,
    "uninstall": lifecycle.uninstall_leaves_nothing,
    "day-one": day_one.nobody_is_surprised_on_day_one,
    "host": host.hosts_tests_pass_as_without_us,
}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/check", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="CHECK", help=f"of: {', '.join(CHECKS)} (all)")
    parser.add_argument(
        "--record-host", action="store_true", help="write down which host's tests fail without us"
    )
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(CHECKS):
        parser.error(f"no such check: {', '.join(sorted(unknown))}")
    return arguments


def _run(name: str, context: Context) -> bool:
    """Run one check and print its outcome and time."""
    started = time.monotonic()
    outcome, detail = "ok", ""
    try:
        CHECKS[name](context)
    except (Failed, shell.Trouble) as failure:
        outcome, detail = "FAILED", f": {failure}"
    except Skipped as reason:
        outcome, detail = "skipped", f": {reason}"
    title = CHECKS[name].__name__.replace("_", " ")
    progress.note(f"check {name}: {title}: {outcome} ({time.monotonic() - started:.0f} s){detail}")
    return outcome != "FAILED"


def body() -> int:
    arguments = _arguments()
    context = Context(environment.ensure(browser=False))
    try:
        if arguments.record_host:
            host.record(context)
            return 0
        outcomes = [_run(name, context) for name in arguments.names or CHECKS]
    finally:
        context.close()
    return 0 if all(outcomes) else 1


if __name__ == "__main__":
    shell.main(body)
