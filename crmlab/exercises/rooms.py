"""All that the notebooks ask, notebook by notebook: for the course around them.

Each private room ``_nbNN`` beside this module is found by its name: a new one is not listed.
"""

import importlib
import pkgutil
import re

import crmlab.exercises
from crmlab.exercises._items import Block, CodeExercise, Drawn, Exercise, Memo, QuizItem
from crmlab.exercises._variants import solve, vary

__all__ = [
    "Block",
    "CodeExercise",
    "Drawn",
    "Exercise",
    "Memo",
    "QuizItem",
    "load_blocks",
    "solve",
    "vary",
]


def load_blocks() -> dict[str, Block]:
    """Load what each notebook asks.

    Returns
    -------
    dict of str to Block
        By number of the notebook, such as "02", in order.

    Examples
    --------
    >>> len(load_blocks()["02"].quiz)
    6
    """
    names = sorted(module.name for module in pkgutil.iter_modules(crmlab.exercises.__path__))
    return {
        name[3:]: importlib.import_module(f"crmlab.exercises.{name}").BLOCK
        for name in names
        if re.fullmatch(r"_nb\d\d", name)
    }
