"""How large functions, modules and rooms of the package are, in one table.

Run: .venv/bin/python benchmarks/code_size.py

A function is counted in lines of code, its signature with them; docstrings, comments, blank lines
and the functions inside it are not. A module is counted whole.
"""

import ast
import statistics
import sys
import tokenize
import tomllib
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "crmlab"
FUNCTION = (ast.FunctionDef, ast.AsyncFunctionDef)
NOTHING = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT,
           tokenize.ENCODING, tokenize.ENDMARKER}  # fmt: skip


def code_lines(path: Path) -> set[int]:
    """Numbers of the lines that hold more than a comment."""
    with path.open("rb") as file:
        tokens = [each for each in tokenize.tokenize(file.readline) if each.type not in NOTHING]
    return {line for each in tokens for line in range(each.start[0], each.end[0] + 1)}


def lines_of(node: ast.AST) -> set[int]:
    """Numbers of the lines from the first to the last of a node."""
    return set(range(node.lineno, node.end_lineno + 1))


def function_sizes(path: Path) -> dict[str, int]:
    """Lines of code of each function of a module, by name."""
    tree, code = ast.parse(path.read_text(encoding="utf-8")), code_lines(path)
    sizes = {}
    for node in (each for each in ast.walk(tree) if isinstance(each, FUNCTION)):
        own = lines_of(node)
        if ast.get_docstring(node) is not None:
            own -= lines_of(node.body[0])
        for inner in ast.walk(node):
            if inner is not node and isinstance(inner, FUNCTION):
                own -= lines_of(inner)
        sizes[f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"] = len(own & code)
    return sizes


def main() -> None:
    paths = sorted(PACKAGE.rglob("*.py"))
    functions: dict[str, int] = {}
    for path in paths:
        functions |= function_sizes(path)
    ordered = sorted(functions.values())
    modules = {str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines())
               for path in paths}  # fmt: skip
    inside = [path for path in paths if path.name != "__init__.py"]  # the door is no module
    rooms = Counter(str(path.parent.relative_to(ROOT)) for path in inside)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    largest = max(functions, key=lambda name: functions[name])
    print(f"functions      {len(ordered):,}")
    print(f"  median       {statistics.median(ordered):.0f} lines of code")
    print(f"  90th percent {ordered[int(0.9 * len(ordered))]}")
    print(f"  largest      {functions[largest]}  {largest}")
    print(f"modules        {len(modules):,}")
    print(f"  over 400     {[name for name, size in modules.items() if size > 400] or 'none'}")
    print(f"rooms over 16  {[name for name, n in rooms.items() if n > 16] or 'none'}")
    print(f"hard dependencies {len(project['dependencies'])}")


if __name__ == "__main__":
    sys.exit(main())
