"""Walls between rooms: what begins with an underscore is used in its own package only."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "crmlab"


def imported(tree: ast.Module) -> Iterator[str]:
    """Full names of what a module imports; `from a import b` is `a.b`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def trespasses(module: str, source: str) -> list[str]:
    """Imports of another package's private modules or names."""
    found = []
    for name in imported(ast.parse(source)):
        parts = name.split(".")
        private = next((at for at, part in enumerate(parts) if part.startswith("_")), None)
        if parts[0] == "crmlab" and private is not None:
            owner = ".".join(parts[:private])
            if not f"{module}.".startswith(f"{owner}."):
                found.append(f"{module} imports {name}")
    return found


@pytest.mark.slow
def test_no_module_imports_what_is_private_to_another_package():
    found = []
    for path in PACKAGE.rglob("*.py"):
        module = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
        found += trespasses(module, path.read_text(encoding="utf-8"))
    assert not found, "Use the package's own name, or sink what both need: " + "; ".join(found)


@pytest.mark.parametrize(
    ("line", "allowed"),
    [
        ("from crmlab.loaders import read_table", True),
        ("from crmlab._checks import check_count", True),
        ("from crmlab.ltv._fitting.model import Model", True),
        ("from crmlab.loaders._files import expand", False),
        ("from crmlab.loaders import _files", False),
        ("import crmlab.loaders._files", False),
        ("from crmlab.ltvish._fitting import model", False),
    ],
)
def test_a_wall_stands_where_a_private_name_begins(line, allowed):
    assert (trespasses("crmlab.ltv._forecasting.score", line) == []) is allowed
