"""Command line of `bin/lint`."""

from __future__ import annotations

import argparse
import os
import subprocess
import time

from devkit.paths import DEVKIT

from . import sources, toolbox
from .tools import TOOLS, Context, Tool


def main(arguments: list[str] | None = None) -> int:
    """Run the chosen linters and return 1 if any of them found something."""
    options = _parse(arguments)
    checked = sources.Sources()
    link = sources.named_link(checked.root)
    context = Context(toolbox.ensure(), link, checked, options.fix)
    chosen = [tool for tool in TOOLS if not options.tools or tool.name in options.tools]
    failed = [tool.name for tool in chosen if not _passes(tool, context)]
    print(f"lint: {len(chosen) - len(failed)} passed, {len(failed)} failed", end="")
    print(f" ({', '.join(failed)})" if failed else "")
    return 1 if failed else 0


def _parse(arguments: list[str] | None) -> argparse.Namespace:
    listing = "\n".join(f"  {tool.name:11} {tool.purpose}" for tool in TOOLS)
    parser = argparse.ArgumentParser(
        prog="bin/lint",
        description="Check the addon's code, views and translations.",
        epilog=f"tools:\n{listing}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("tools", nargs="*", metavar="TOOL", help="run only these (default: all)")
    parser.add_argument("--fix", action="store_true", help="let ruff repair and lay out the code")
    options = parser.parse_args(arguments)
    unknown = set(options.tools) - {tool.name for tool in TOOLS}
    if unknown:
        parser.error(f"no such tool: {', '.join(sorted(unknown))}")
    return options


def _passes(tool: Tool, context: Context) -> bool:
    """Run one linter, print its verdict and, if it found something, its findings."""
    command = tool.command(context)
    if not command:
        print(f"  - {tool.name:11} nothing to check")
        return True
    started = time.monotonic()
    environment = {**os.environ, "PYTHONPATH": str(DEVKIT.parent), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        command,
        cwd=context.sources.root,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    verdict = "FAILED" if done.returncode else "ok"
    print(f"  - {tool.name:11} {verdict:7}{time.monotonic() - started:5.1f} s", flush=True)
    if done.stdout.strip() and (done.returncode or tool.name == "house"):
        findings = done.stdout.strip().replace(f"{context.addon}/", "")
        print("\n".join(f"      {line}" for line in findings.splitlines()))
    return not done.returncode
