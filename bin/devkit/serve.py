"""Serve Odoo with the addon and its demo story, from nothing to http://127.0.0.1:8069."""

import argparse
import time

from . import database, environment, paths, postgres, progress, shell


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bin/serve", description=__doc__)
    parser.add_argument("--port", type=int, default=8069, help="port of the web server (8069)")
    parser.add_argument(
        "--empty", action="store_true", help="serve a second database, without demo data"
    )
    parser.add_argument(
        "--stop-database", action="store_true", help="only stop the private PostgreSQL server"
    )
    parser.add_argument(
        "options", nargs="*", metavar="-- OPTION", help="passed on to Odoo, e.g. -- --dev=xml"
    )
    return parser.parse_args()


def body() -> int:
    arguments = _arguments()
    if arguments.stop_database:
        postgres.stop()
        return 0
    _require_free(arguments.port)
    env = environment.ensure(browser=False)
    name = database.ensure_demo(env, demo=not arguments.empty)
    _require_free(arguments.port)
    log = paths.state("logs", f"{name}.log")
    with environment.server(env, name, arguments.port, options=arguments.options, log=log) as url:
        progress.note(
            f"\n    {url}\n    user admin, password admin\n\nLog: {log}\nCtrl-C stops it."
        )
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            progress.note("\nStopping ...")
    return 0


def _require_free(port: int) -> None:
    if not environment.is_free(port):
        raise shell.Trouble(f"port {port} is taken by another program: choose one with --port")


if __name__ == "__main__":
    shell.main(body)
