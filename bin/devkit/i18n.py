"""Export the addon's terms to i18n/, and bring its translations up to date with them."""

from __future__ import annotations

import argparse

from . import environment, libraries, shell


def parse() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="bin/pot", description=__doc__)
    parser.add_argument(
        "--check",
        action="store_true",
        help="write nothing; fail if a file would change",
    )
    parser.add_argument(
        "--suggest",
        action="store_true",
        help="translate new terms as Odoo does where its modules agree",
    )
    return parser.parse_args()


def body() -> int:
    """Check the command line before anything costs time, then go on with the catalogues."""
    parse()
    return libraries.run_module(environment.ensure(browser=False), "i18n_update")


if __name__ == "__main__":
    shell.main(body)
