"""Rules of the code in a notebook: it shows what crmlab computes, and computes nothing itself."""

import ast
import re
from collections.abc import Iterator

from crmlab.course._form._practice import is_answer_cell
from crmlab.course._form._subject import Subject

__all__ = ["RULES"]

_ALGORITHMS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda, ast.While)
_OUTSIDE = re.compile(r"https?:|fetch_\w+\(|read_csv\(\s*['\"]|open\(\s*['\"]")


def every_parameter_is_used(subject: Subject) -> Iterator[str]:
    """A parameter that nothing reads promises what it does not keep."""
    read = {
        node.id
        for _, node in subject.nodes(ast.Name)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)
    }
    for parameter in subject.parameters:
        if parameter.name not in read:
            yield f"parameter `{parameter.name}` is used nowhere"


def imports_stand_in_one_cell(subject: Subject) -> Iterator[str]:
    """The reader sees at one place what is needed."""
    cells = {id(cell) for cell, _ in subject.nodes(ast.Import, ast.ImportFrom)}
    if len(cells) != 1:
        yield f"imports must stand in one cell; they stand in {len(cells)}"


def no_algorithm_is_defined(subject: Subject) -> Iterator[str]:
    """What is worth a function is worth a tested one; a learner's own function is practice."""
    for cell, node in subject.nodes(*_ALGORITHMS):
        if not is_answer_cell(cell):
            yield f"a cell defines an algorithm: {ast.unparse(node)[:60]!r}"


def needs_nothing_from_outside(subject: Subject) -> Iterator[str]:
    """No network and no file beside the notebook."""
    for cell in subject.code:
        if found := _OUTSIDE.search(cell["source"]):
            yield f"a cell reaches outside: {found[0]!r}"


def asserts_teach(subject: Subject) -> Iterator[str]:
    """A learner who moves a parameter reads what it means, not an empty AssertionError."""
    for _, node in subject.nodes(ast.Assert):
        if isinstance(node, ast.Assert) and node.msg is None:
            yield f"an assert has no message: {ast.unparse(node)[:80]!r}"


def cells_end_without_a_semicolon(subject: Subject) -> Iterator[str]:
    """The tests of stored outputs cannot read it."""
    for cell in subject.code:
        if cell["source"].rstrip().endswith(";"):
            yield f"a cell ends in a semicolon: {cell['source'][-40:]!r}"


RULES = (
    every_parameter_is_used,
    imports_stand_in_one_cell,
    no_algorithm_is_defined,
    needs_nothing_from_outside,
    asserts_teach,
    cells_end_without_a_semicolon,
)
