"""A learner's function as a notebook holds it: a cell of source text, executed."""

import ast
import inspect
import itertools
import json
import linecache
import textwrap
from functools import cache

import numpy as np
import pandas as pd

from crmlab._paths import notebooks_dir
from crmlab.exercises._items import CodeExercise

_CELLS = itertools.count(1)


def cell(source, **names):
    """Execute a cell beside the notebook's own names, and return what it defines last."""
    source = textwrap.dedent(source).strip("\n")
    name = f"<ipython-input-{next(_CELLS)}>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    space = {"__name__": "__main__", "pd": pd, "np": np, **names}
    before = set(space)
    exec(compile(source, name, "exec"), space)
    return space[[name for name in space if name not in before and name != "__builtins__"][-1]]


@cache
def imports_of(number):
    """What the notebook of a number imports, by the names that it gives."""
    (path,) = notebooks_dir().glob(f"{number}_*.ipynb")
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    code = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    space = {}
    for part in code:
        for line in ast.parse(part).body:
            if isinstance(line, ast.Import | ast.ImportFrom):
                exec(ast.unparse(line), space)
    return {name: value for name, value in space.items() if name != "__builtins__"}


def as_answer(exercise, answer):
    """What a learner gives: the function of a cell where the exercise asks for code."""
    if isinstance(exercise, CodeExercise) and isinstance(answer, str):
        return cell(answer, **imports_of(exercise.key[:2]))
    return answer


def body(line, arguments="spend, top"):
    """Source of a function with these lines in its body."""
    return f"def learned({arguments}):\n" + textwrap.indent(inspect.cleandoc(line), "    ")
