"""Answers to every exercise, notebook by notebook; a new file ``nbNN`` is found by its name."""

import importlib
import pkgutil

from exercise_cases.case import Case

_NAMES = sorted(module.name for module in pkgutil.iter_modules(__path__) if module.name != "case")
CASES: dict[str, Case] = {
    key: case
    for name in _NAMES
    for key, case in importlib.import_module(f"exercise_cases.{name}").CASES.items()
}
