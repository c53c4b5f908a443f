"""The sentence on a learner's function: right, or which mistake it holds."""

import inspect
import pickle
from typing import Any

import numpy as np

from crmlab.exercises._code import _process
from crmlab.exercises._code._compare import kind, labels, show
from crmlab.exercises._code._forms import Form, write_form
from crmlab.exercises._code._reference import Reference, agree, refer
from crmlab.exercises._code._source import NotTaken, take
from crmlab.exercises._code._trial import Outcome
from crmlab.exercises._items import CodeExercise
from crmlab.prose import join

__all__ = ["verdict"]

_UNTOUCHED = "not attempted yet. Put your code in place of ... and run the cell again."
_SLOWER = 10  # times as long as the right function, beside the limit, a function may take
_NOT_HERE = "cannot be checked here."
_STOPPED = {
    "time": "not yet. Your function did not return within {seconds:.0f} s; does a loop end?",
    "end": "not yet. Your function ended the process that ran it; leave out exit() and the like.",
    "start": f"{_NOT_HERE} The process for your function did not start; run the cell again.",
}
# What Python makes of a function that is no plain one, and the remedy.
_UNUSUAL = {
    "generator": "it returns a generator; use return in place of yield.",
    "coroutine": "it returns a coroutine; write def without async.",
    "async_generator": "it returns a generator; write def without async, and return for yield.",
    "function": "it returns a function; put brackets after its name to call it.",
    "method": "it returns a method; put brackets after its name to call it.",
    "type": "it returns a class; put brackets after its name to call it.",
    "ellipsis": "it returns ...; put your result in its place.",
}


def verdict(
    exercise: CodeExercise, function: object, *, seed: int | None = None, help_: str = ""
) -> str:
    """Judge a function: "not attempted", "right", or "not yet" with the reason and the help."""
    if function is ...:
        return _UNTOUCHED
    try:
        request = take(function)
    except NotTaken as refusal:
        return f"not yet. {refusal} Expected: {exercise.unit}."
    except Exception:  # an object of the learner's own may raise anything
        return f"not yet. This cannot be read as a function. Expected: {exercise.unit}."
    if request is None:
        return _UNTOUCHED
    try:
        return _try(exercise, function, request, seed=seed, help_=help_)
    except Exception as error:  # not the learner's fault, such as data that are not installed
        return f"{_NOT_HERE} {type(error).__name__}: {error}"


def _try(
    exercise: CodeExercise,
    function: object,
    request: dict[str, Any],
    *,
    seed: int | None,
    help_: str,
) -> str:
    """Have the function tried on the hidden inputs, and judge the outcomes."""
    reference = refer(exercise, seed)
    if reason := _check_arguments(exercise, function, reference):
        return f"not yet. {reason}"
    # A function that fits a model, or a busy computer, needs more.
    seconds = _process.LIMIT + _SLOWER * reference.seconds
    try:
        answer = _process.ask(request | {"inputs": reference.inputs}, seconds=seconds)
    except _process.Stopped as stopped:
        return _STOPPED[stopped.reason].format(seconds=seconds)
    try:
        return _judge(exercise, reference, answer, help_)
    except (KeyError, TypeError, IndexError, ValueError):  # someone else wrote the answer
        return _STOPPED["end"]


def _check_arguments(exercise: CodeExercise, function: Any, reference: Reference) -> str | None:
    """Say how many arguments it should take, where it cannot be called with those."""
    arguments = pickle.loads(reference.inputs[0])
    try:
        inspect.signature(function).bind(*arguments)
    except TypeError:
        expected = ", ".join(list(inspect.signature(exercise.answer).parameters)[: len(arguments)])
        parameters = inspect.signature(function).parameters.values()
        if named := [one.name for one in parameters if one.kind is one.KEYWORD_ONLY]:
            return f"It takes {join(named)} by name only; it is given {expected} in this order."
        taken = len(parameters)
        return f"It takes {_count(taken, 'argument')}; it is given {len(arguments)}: {expected}."
    return None


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number:,} {what}s"


def _judge(exercise: CodeExercise, reference: Reference, answer: dict[str, Any], help_: str) -> str:
    """Name the first thing that is wrong with the outcomes."""
    if "failed" in answer:
        return f"not yet. I{_tell_error(answer['failed'])[1:]}"
    given, tolerance = answer["outcomes"], exercise.tolerance
    if len(given) != len(reference.expected):
        raise IndexError("not the answer to these inputs")
    if not all(map(agree, given[: len(answer["again"])], answer["again"], [tolerance] * 2)):
        return (
            "not yet. Called again with the same input it returns something else; "
            "leave out random numbers and what is kept between calls."
        )
    right = list(map(agree, given, reference.expected, [tolerance] * len(given)))
    if all(right) and not any(outcome["changed"] for outcome in given):
        return f"right. {exercise.right}"
    if (known := reference.recognise(given, tolerance)) is not None:
        return f"not yet. {exercise.mistakes[known].why}"
    if all(right):
        return f"not yet. {_tell_change(reference, given)}"
    reason = _explain(reference, given, right, printed=answer["printed"])
    return (
        f"not yet. {reason}" if reason.endswith("?") or not help_ else f"not yet. {reason} {help_}"
    )


def _tell_change(reference: Reference, given: list[Outcome]) -> str:
    at = next(at for at, outcome in enumerate(given) if outcome["changed"])
    argument = pickle.loads(reference.inputs[at])[given[at]["changed"][0]]
    is_array = isinstance(argument, np.ndarray)
    what = "array" if is_array else kind(write_form(argument)).removeprefix("a ")
    return f"It changes the {what} that it is given; work on a copy."


def _explain(
    reference: Reference, given: list[Outcome], right: list[bool], *, printed: bool
) -> str:
    """Show the smallest input on which it is not right, and what is wrong there."""
    at = min((at for at, ok in enumerate(right) if not ok), key=lambda at: len(reference.shown[at]))
    share = f"Right for {sum(right)} of {_count(len(right), 'input')}. " if any(right) else ""
    fault = _find_fault(given[at], reference.expected[at], printed=printed)
    return f"{share}For {reference.shown[at]}: {fault}"


def _find_fault(given: Outcome, expected: Outcome, *, printed: bool) -> str:
    if "raised" in given:
        return _tell_error(given)
    if "raised" in expected:
        return f"it should raise {expected['raised']}."
    if given["type"] == "NoneType":
        if printed:
            return "the result is printed, but nothing is returned; does it end in return?"
        return "nothing is returned; does it end in return?"
    if given["type"] in _UNUSUAL:
        return _UNUSUAL[given["type"]]
    return _tell_difference(given["value"], expected["value"])


def _tell_difference(given: Form, expected: Form) -> str:
    """Name the kind, the columns or the length where they differ, else show both values."""
    if kind(given) != kind(expected):
        shown = dict.fromkeys([kind(given), show(given)])  # some values have nothing to show
        return f"it returns {', '.join(shown)}; {kind(expected)} is expected."
    for part in (_name_columns, _name_length):
        if (one := part(given)) != (other := part(expected)):
            return f"it returns {one}; {other} is expected."
    return f"it returns {show(given)}; {show(expected)} is expected."


def _name_columns(form: Form) -> str | None:
    if not isinstance(form, dict) or "table" not in form:
        return None
    return "a table with the columns " + ", ".join(sorted(map(show, labels(form) or [])))


def _name_length(form: Form) -> str | None:
    if not isinstance(form, dict):
        return None
    if "table" in form:
        return f"a table of {_count(len(form['labels']), 'row')}"
    held = form.get("values", form.get("list", form.get("set"))) or []
    return f"{kind(form)} of {_count(len(held), 'item')}"


def _tell_error(error: Outcome) -> str:
    """Name an error, its message and the line, without a traceback."""
    line = error.get("line")
    where = f" in line {line[1]} of {line[0]}" if line else ""
    said = f": {error['said'].splitlines()[0]}" if error["said"].strip() else ""
    return f"it raises {error['raised']}{where}{said}".rstrip(".") + "."
