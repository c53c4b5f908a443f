"""A learner's function as a notebook holds it: a cell of source text, executed."""

import inspect
import itertools
import linecache
import textwrap

import numpy as np
import pandas as pd

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


def as_answer(exercise, answer):
    """What a learner gives: the function of a cell where the exercise asks for code."""
    if isinstance(exercise, CodeExercise) and isinstance(answer, str):
        return cell(answer)
    return answer


def body(line, arguments="spend, top"):
    """Source of a function with these lines in its body."""
    return f"def learned({arguments}):\n" + textwrap.indent(inspect.cleandoc(line), "    ")
