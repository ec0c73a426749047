"""Files and functions stay small enough to be read at one sitting."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ..sources import Sources
from .finding import Finding

FILE_SHOULD, FILE_MUST = 400, 600
FUNCTION_MUST = 50
STORY_MUST = 60  # a test may tell a whole story


def check_files(sources: Sources) -> Iterator[Finding]:
    """Warn about long Python files and refuse very long ones."""
    for path in sources.python:
        count = len(sources.read(path).splitlines())
        if count > FILE_SHOULD:
            limit = FILE_MUST if count > FILE_MUST else FILE_SHOULD
            yield Finding(path, 1, f"{count} lines, limit {limit}", count <= FILE_MUST)


def check_functions(sources: Sources) -> Iterator[Finding]:
    """Refuse functions that need scrolling."""
    for path in sources.python:
        limit = STORY_MUST if path.parts[0] == "tests" else FUNCTION_MUST
        for node in ast.walk(ast.parse(sources.read(path), str(path))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                count = (node.end_lineno or node.lineno) - node.lineno + 1
                if count > limit:
                    message = f"{node.name}() has {count} lines, limit {limit}"
                    yield Finding(path, node.lineno, message)
