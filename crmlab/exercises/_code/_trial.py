"""A function tried on inputs: what it returns or raises, and whether it changes what it is given.

The right function and the typical mistakes are tried in the notebook's process, the learner's in
another, by the same rules.
"""

import pickle
import warnings
from collections.abc import Callable, Iterable
from types import TracebackType
from typing import Any

import pandas as pd

from crmlab.exercises._code._forms import write_form

__all__ = ["FILE", "Outcome", "tell_error", "try_out"]

FILE = "your {}"  # the file name under which a learner's code is compiled

Outcome = dict[str, Any]  # JSON: "type" and "value", or "raised", "said" and "line"; "changed"


def _leave_all() -> None:
    """Nothing needs to be mended after a function of the course."""


def try_out(
    function: Callable[..., Any],
    inputs: Iterable[bytes],
    *,
    mend: Callable[[], None] = _leave_all,
) -> list[Outcome]:
    """Call the function with each pickled tuple of arguments, and mend what it may have broken."""
    outcomes: list[Outcome] = []
    for arguments in inputs:
        # Filling the memory takes long: once is enough.
        if outcomes and outcomes[-1].get("raised") == "MemoryError":
            outcomes.append(outcomes[-1])
        else:
            outcomes.append(_try_once(function, arguments, mend))
    return outcomes


def _try_once(function: Callable[..., Any], packed: bytes, mend: Callable[[], None]) -> Outcome:
    arguments = pickle.loads(packed)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                value = function(*arguments)
            finally:
                mend()
            outcome = {"type": type(value).__name__, "value": write_form(value)}
    except BaseException as error:  # also SystemExit and KeyboardInterrupt
        outcome = tell_error(error)
    pairs = zip(arguments, pickle.loads(packed), strict=True)
    return outcome | {"changed": [at for at, pair in enumerate(pairs) if not _is_same(*pair)]}


def _is_same(given: Any, intact: Any) -> bool:
    """Whether an argument is as it was; tables are compared as a whole, which is quick."""
    try:
        if isinstance(intact, pd.DataFrame | pd.Series):
            return bool(intact.equals(given))
        return write_form(given) == write_form(intact)
    except Exception:  # not to be compared, which is no fault of the function
        return True


def tell_error(error: BaseException) -> Outcome:
    """Name an error, and the last line of the learner's code that it went through."""
    try:
        said = str(error)[:300]
    except Exception:
        said = ""
    return {"raised": type(error).__name__, "said": said, "line": _find_line(error.__traceback__)}


def _find_line(trace: TracebackType | None) -> list[Any] | None:
    """Return the name of the function and the line in it, or None."""
    line = None
    while trace is not None:
        name = trace.tb_frame.f_code.co_filename
        if name.startswith(FILE.format("")):
            line = [name.removeprefix(FILE.format("")), trace.tb_lineno]
        trace = trace.tb_next
    return line
