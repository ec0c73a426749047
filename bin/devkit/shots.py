"""Make the pictures of docs/images, or look at any screen of the demo."""

from __future__ import annotations

import argparse

from . import environment, libraries, shell


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="bin/shot",
        description=__doc__,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these of shots.toml")
    parser.add_argument("--out", metavar="DIR", help="folder for the pictures")
    single = parser.add_argument_group("one screen that is not in the list")
    single.add_argument("--url", metavar="PATH", help="such as /odoo/contacts/{base.main_partner}")
    single.add_argument("--login", default="admin", help="user; the password is the same word")
    single.add_argument("--width", "--w", type=int, action="append", help="may be repeated")
    single.add_argument("--height", type=int, default=900)
    single.add_argument("--fit", action="store_true", help="grow until all of the screen shows")
    single.add_argument("--click", action="append", default=[], help="selector, or text=...")
    single.add_argument("--wait", default="", help="selector that shows up last")
    single.add_argument("--name", default="screen", help="of the picture")
    parser.add_argument("--db", help="another database than that of bin/serve")
    parser.add_argument("--server", metavar="URL", help="a server that already runs")
    return parser.parse_args()


def body() -> int:
    """Check the command line before anything costs time, then go on with the pictures."""
    parse()
    return libraries.run_module(environment.ensure(), "shots_studio")


if __name__ == "__main__":
    shell.main(body)
