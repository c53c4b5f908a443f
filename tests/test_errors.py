"""Whose fault an error is: a refused input is an InputError, and nothing else is."""

import ast
import pickle
from pathlib import Path

import pytest

import crmlab
from crmlab.contracts import ContractError
from crmlab.ltv import ConvergenceError

PACKAGE = Path(crmlab.__file__).parent
# Answers that cannot be read as a number, text or labels: the engine catches them itself.
CAUGHT = {"exercises/_engine.py"}


def test_a_refused_input_is_a_value_error_and_a_wrong_type_a_type_error_too():
    assert issubclass(crmlab.InputError, ValueError)
    assert issubclass(crmlab.InputTypeError, crmlab.InputError)
    assert issubclass(crmlab.InputTypeError, TypeError)
    assert issubclass(ContractError, crmlab.InputError)
    assert issubclass(ConvergenceError, crmlab.InputError)


@pytest.mark.parametrize("kind", [crmlab.InputError, crmlab.InputTypeError, ContractError])
def test_an_error_is_called_as_users_import_it_and_survives_another_process(kind):
    assert kind.__module__ in ("crmlab", "crmlab.contracts")
    again = pickle.loads(pickle.dumps(kind("no good")))
    assert (type(again), str(again)) == (kind, "no good")


def plain_refusals(source):
    """Lines that raise a ValueError or a TypeError with a message."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Raise)
        and isinstance(node.exc, ast.Call)
        and getattr(node.exc.func, "id", "") in ("ValueError", "TypeError")
    ]


@pytest.mark.slow
def test_every_refusal_is_an_input_error():
    found = [
        f"{name}:{line}"
        for path in sorted(PACKAGE.rglob("*.py"))
        for name in [path.relative_to(PACKAGE).as_posix()]
        if name not in CAUGHT
        for line in plain_refusals(path.read_text(encoding="utf-8"))
    ]
    assert not found, f"Raise InputError or InputTypeError instead: {', '.join(found)}"


def test_a_plain_refusal_is_found():
    assert plain_refusals("def f():\n    raise ValueError('no')\n") == [2]
    assert plain_refusals("try:\n    f()\nexcept TypeError:\n    raise\n") == []
