"""Run every rule of the house and print its findings, one per line."""

from __future__ import annotations

import sys

from ..sources import Sources
from . import catalogues, identities, layers, reasons, sizes, traces

RULES = [
    sizes.check_files,
    sizes.check_functions,
    layers.check_imports,
    reasons.check_sudo,
    reasons.check_public_routes,
    traces.check_paths,
    traces.check_todos,
    catalogues.check_complete,
    identities.check_ids,
]


def main() -> int:
    """Return 1 if a rule is broken; warnings are printed but break nothing."""
    sources = Sources()
    findings = sorted(finding for rule in RULES for finding in rule(sources))
    for finding in findings:
        print(finding)
    return int(any(not finding.is_warning for finding in findings))


if __name__ == "__main__":
    sys.exit(main())
