"""A learner's function taken out of the notebook: its source, and what it needs of the rest.

Modules, and what can be imported, are named to the other process; functions of the notebook are
sent along as source, and so are plain constants in CAPITALS. Other data of the notebook are
refused: a function that reads them says nothing about other inputs.
"""

import __future__

import ast
import builtins
import dis
import inspect
import pickle
import sys
import textwrap
import types
from collections.abc import Iterator
from typing import Any

from crmlab.exercises._show import name_kind

__all__ = ["NotTaken", "take"]

_READS = ("LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS")
_WRITES = ("STORE_NAME", "STORE_GLOBAL", "DELETE_NAME")
_PLAIN = (bool, int, float, str)


class NotTaken(Exception):
    """Nothing to run: the message says why, in a sentence for the learner."""


def take(function: Any) -> dict[str, Any] | None:
    """Return what another process needs to build the function, or None while its body is ``...``.

    Raises
    ------
    NotTaken
        If it is no function, has no source, or uses data of the notebook.
    """
    if not inspect.isfunction(function):
        raise NotTaken(_refuse(function))
    if function.__name__ == "<lambda>":
        raise NotTaken("A lambda cannot be read here; write the function with def and return.")
    parts = _Parts(function.__name__)
    if _is_importable(function) and _has_no_source(function):
        parts.references[function.__name__] = pickle.dumps(function)
        return parts.as_request()
    source = _read_source(function)
    if _is_untouched(source):
        return None
    parts.add(function.__name__, function, source)
    return parts.as_request()


def _refuse(given: object) -> str:
    """Say what was given in place of a function."""
    if inspect.isclass(given):
        return "This is a class; give the function."
    if isinstance(given, str):
        return "This is text; give the function itself, its name without quotes."
    if callable(given):
        return "This was not written with def in a cell; give a function of your own."
    kind = "nothing" if given is None else name_kind(type(given).__name__)
    return f"This is {kind}, not a function; give its name, without brackets after it."


def _has_no_source(function: types.FunctionType) -> bool:
    try:
        inspect.getsource(function)
    except (OSError, TypeError):
        return True
    return False


def _read_source(function: types.FunctionType) -> str:
    try:
        source = textwrap.dedent(inspect.getsource(function))
        ast.parse(source)
    except (OSError, TypeError, SyntaxError, IndentationError):
        raise NotTaken(
            f"The source of {function.__name__} cannot be read; "
            "write it with def in a cell of a notebook, without %%time and the like."
        ) from None
    return source


def _is_untouched(source: str) -> bool:
    """Whether the body is a docstring at most, and ``...`` or ``pass``."""
    function = ast.parse(source).body[0]
    if not isinstance(function, ast.FunctionDef):
        return False
    return all(
        isinstance(line, ast.Pass)
        or (isinstance(line, ast.Expr) and isinstance(line.value, ast.Constant)
            and (line.value.value is ... or isinstance(line.value.value, str)))
        for line in function.body
    )  # fmt: skip


class _Parts:
    """What goes to the other process, gathered from the function on."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.sources: dict[str, str] = {}
        self.modules: dict[str, str] = {}
        self.references: dict[str, bytes] = {}
        self.constants: dict[str, Any] = {}
        self._begun: set[str] = set()

    def as_request(self) -> dict[str, Any]:
        """The parts by their names; helpers come before what uses them."""
        return {
            "name": self.name,
            "sources": list(self.sources.items()),
            "modules": self.modules,
            "references": self.references,
            "constants": self.constants,
            "path": list(sys.path),
        }

    def add(self, name: str, thing: Any, source: str) -> None:
        """Add a function or a class, after all that it uses."""
        self._begun.add(name)
        space = _names_around(thing)
        for used in _names_read(source):
            if used in space and used not in self._begun:
                self._add_used(used, space[used], by=name)
        self.sources[name] = source

    def _add_used(self, name: str, value: Any, *, by: str) -> None:
        if _stands_for_builtin(name, value):
            return
        if inspect.ismodule(value) and value.__name__ in sys.modules:
            self.modules[name] = value.__name__
        elif _is_importable(value):
            self.references[name] = pickle.dumps(value)
        elif inspect.isfunction(value) or inspect.isclass(value):
            self.add(name, value, _read_helper(name, value, by=by))
        elif name.isupper() and type(value) in _PLAIN:
            self.constants[name] = value
        elif not name.startswith("__"):
            raise NotTaken(f"{by} uses `{name}` of the notebook; take it as an argument.")


def _names_around(thing: Any) -> dict[str, Any]:
    """What a function finds around it: the notebook's names, and those of a function around it."""
    if inspect.isclass(thing):
        return dict(vars(sys.modules[thing.__module__]))
    inner = inspect.unwrap(thing)
    cells = zip(inner.__code__.co_freevars, inner.__closure__ or (), strict=True)
    return dict(inner.__globals__) | {name: _look_into(cell) for name, cell in cells}


def _look_into(cell: types.CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:  # not set yet
        return None


def _names_read(source: str) -> list[str]:
    """Names that the source takes from outside, in the order in which it reads them."""
    later = __future__.annotations.compiler_flag  # a type hint is not needed to run
    code = compile(source, "<answer>", "exec", later, dont_inherit=True)
    own = {step.argval for step in dis.get_instructions(code) if step.opname in _WRITES}
    read = [
        step.argval
        for part in _walk(code)
        for step in dis.get_instructions(part)
        if step.opname in _READS
    ]
    return [name for name in dict.fromkeys(read) if name not in own]


def _walk(code: types.CodeType) -> Iterator[types.CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield from _walk(constant)


def _stands_for_builtin(name: str, value: Any) -> bool:
    """Whether a notebook put this in place of open, exit or quit."""
    if not hasattr(builtins, name):
        return False
    if inspect.unwrap(value) is getattr(builtins, name):
        return True
    return str(getattr(value, "__module__", None)).startswith(("IPython", "ipykernel"))


def _is_importable(value: Any) -> bool:
    """Whether pickle would name it by its module, which the other process can import."""
    module = getattr(value, "__module__", None)
    if not callable(value) or module == "__main__":
        return False
    if vars(builtins).get(getattr(value, "__name__", "")) is value:
        return True
    if inspect.isfunction(value) or inspect.isclass(value):
        place: Any = sys.modules.get(str(module))
        for part in value.__qualname__.split("."):
            place = getattr(place, part, None)
        return place is value
    try:
        return len(pickle.dumps(value)) < 200  # a ufunc, or a function of C
    except Exception:
        return False


def _read_helper(name: str, value: Any, *, by: str) -> str:
    """Read the source of what a cell defined, which must define it under this name."""
    try:
        source = textwrap.dedent(inspect.getsource(value))
        body = ast.parse(source).body[0]
    except (OSError, TypeError, SyntaxError, IndexError):
        body = None
    targets = body.targets if isinstance(body, ast.Assign) else []
    defined = {getattr(target, "id", None) for target in targets} | {getattr(body, "name", None)}
    if name in defined:
        return source
    raise NotTaken(f"{by} uses `{name}` of the notebook; define it inside {by}.")
