"""Commands that need libraries go on in Odoo's own Python environment, which has them."""

from __future__ import annotations

import subprocess
import sys

from . import paths
from .odoo import Environment


def run_module(env: Environment, module: str) -> int:
    """Run a module of the devkit with this command's arguments; return its exit code."""
    variables = {**env.variables, "PYTHONPATH": str(paths.DEVKIT.parent)}
    variables["PYTHONDONTWRITEBYTECODE"] = "1"
    command = [str(env.python), "-m", f"devkit.{module}", *sys.argv[1:]]
    return subprocess.run(command, env=variables, check=False).returncode
