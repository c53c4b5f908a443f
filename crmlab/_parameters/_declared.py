"""Parameters as they are declared, and the values given for them."""

import ast
import difflib
import io
import tokenize
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from crmlab._errors import InputError, InputTypeError
from crmlab._notebooks import Notebook, has_tag
from crmlab._parameters._ranges import check_unit, find_ends, is_date
from crmlab._parameters._values import TYPES, convert, list_items, parse_text, write_date

__all__ = ["Parameter", "check_values", "read_parameters"]

_RESERVED = ("name", "out")  # `run_report` keeps these for itself
_AS_TEXT = {
    "bool": "true or false",
    "dict[str, str]": "theirs=ours, separated by commas",
    "dict[str, float]": "name=number, separated by commas",
    "dict[str, list[str]]": "column=value|value, separated by commas",
}


@dataclass(frozen=True)
class Parameter:
    """One parameter of a report template.

    Attributes
    ----------
    name : str
        Name to pass to `run_report`, or to `-p` on the command line.
    type : str
        `bool`, `int`, `float`, `str`, `list[...]` of these, `dict[str, str]`, `dict[str, float]`
        or `dict[str, list[str]]`, all of them possibly followed by `| None`.
    default : object
        Value used when the parameter is not given.
    description : str
        Unit and meaning, `unit; meaning`. A unit that reads `... in [0, 1]`, `one of D | W | M`,
        `date`, `date in [1997-06-30, 1998-03-31]`, `IANA name`, `encoding name` or `file` (a file,
        folder or pattern that is there)
        is enforced.

    Examples
    --------
    >>> top = Parameter("top", "float", 0.2, "share in [0, 1]; customers counted as top")
    >>> top.parse("0.1")
    0.1
    >>> print(top)
    top: float = 0.2  (share in [0, 1]; customers counted as top)
    >>> top.ends
    (0.0, 1.0)
    """

    name: str
    type: str
    default: Any
    description: str

    def __str__(self) -> str:
        """Write the declaration in one line."""
        return f"{self.name}: {self.type} = {self.default!r}  ({self.description})"

    def parse(self, text: str) -> Any:
        """Read a value written on a command line.

        Parameters
        ----------
        text : str
            `true`, `yes`, `false` or `no` for a bool; items separated by commas for a list;
            `name=value` pairs separated by commas for a dict, or the dict as JSON; where a value
            is a list, its items are separated by `|`; `none` where None is allowed.

        Returns
        -------
        object
            The value in its declared type.

        Raises
        ------
        InputError
            If the text is not such a value.
        """
        if self._optional and text.strip().lower() in ("", "none"):
            return None
        try:
            value = parse_text(self._kind, text)
        except ValueError:
            raise InputError(self._type_message(text, self._hint)) from None
        return self.check(value)

    def check(self, value: Any) -> Any:
        """Return a Python value in the declared type.

        Whole numbers pass as floats, numpy scalars as plain numbers, tuples as lists, and a date
        as its ISO text where the unit is `date`.

        Raises
        ------
        InputTypeError
            If the value has another type.
        InputError
            If it is not a number, outside the declared range, not one of the declared words, or
            not a date, time zone, encoding or file where the unit asks for one.
        """
        if self._optional and value is None:
            return None
        if is_date(self.unit) and self._kind == "str":
            value = write_date(value)
        try:
            checked = convert(self._kind, value)
        except TypeError:
            raise InputTypeError(self._type_message(value)) from None
        for item in list_items(checked):
            check_unit(self.name, self.unit, item)
        return checked

    @property
    def _optional(self) -> bool:
        return self.type.endswith(" | None")

    @property
    def unit(self) -> str:
        """The description up to its first semicolon."""
        return self.description.partition(";")[0].strip()

    @property
    def ends(self) -> tuple[Any, Any] | None:
        """Lowest and highest value of the declared range; None where it has not both."""
        return find_ends(self._kind, self.unit)

    @property
    def _kind(self) -> str:
        return self.type.removesuffix(" | None")

    @property
    def _hint(self) -> str:
        if self._kind.startswith("list"):
            return " Separate the items with commas."
        how = _AS_TEXT.get(self._kind)
        return f" Write {how}." if how else ""

    def _type_message(self, value: object, hint: str = "") -> str:
        article = "an" if self._kind == "int" else "a"
        nothing = " or None" if self._optional else ""
        return f"`{self.name}` must be {article} {self._kind}{nothing}; got {value!r}.{hint}"


def read_parameters(notebook: Notebook, *, report: str) -> list[Parameter]:
    """Read the declarations of a template's `parameters` cell.

    Parameters
    ----------
    notebook : mapping
        The template.
    report : str
        Its name, for messages.

    Returns
    -------
    list of Parameter
        In the order of the cell; empty if there is no such cell.

    Raises
    ------
    InputError
        If a line does not read `name: type = value  # unit; meaning`, or a default breaks the
        rule of its own line.
    """
    cells = [cell for cell in notebook["cells"] if has_tag(cell, "parameters")]
    if not cells:
        return []
    source = cells[0]["source"]
    try:
        statements = ast.parse(source).body
    except SyntaxError as error:
        raise InputError(f"the parameters of report {report!r} are not Python; {error}.") from error
    comments = {
        token.start[0]: token.string.lstrip("# ")
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.COMMENT
    }
    return [_read_declaration(statement, comments, report) for statement in statements]


def _read_declaration(node: ast.stmt, comments: Mapping[int, str], report: str) -> Parameter:
    """Read one statement of the cell."""
    where = f"line {node.lineno} of the parameters of report {report!r}"
    comment = comments.get(node.end_lineno or node.lineno, "")
    if not (isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value):
        raise InputError(f"{where} must read `name: type = value  # unit; meaning`.")
    if not comment:
        raise InputError(f"{where} must end in a comment `# unit; meaning`.")
    name, kind = node.target.id, ast.unparse(node.annotation)
    if kind.removesuffix(" | None") not in TYPES:
        raise InputError(f"{where} must have a type among {', '.join(TYPES)}; got {kind}.")
    if name in _RESERVED:
        raise InputError(f"{where} must have another name; `{name}` belongs to `run_report`.")
    try:
        value = ast.literal_eval(node.value)
        return Parameter(name, kind, Parameter(name, kind, value, comment).check(value), comment)
    except (TypeError, ValueError) as error:
        raise InputError(f"{where} has a default that cannot be used: {error}") from error


def check_values(
    parameters: Sequence[Parameter], given: Mapping[str, Any], *, report: str, text: bool = False
) -> dict[str, Any]:
    """Check given values against a template's declarations.

    Parameters
    ----------
    parameters : sequence of Parameter
        What the template takes.
    given : mapping
        Name to value.
    report : str
        Name of the report, for messages.
    text : bool, default=False
        Whether the values are texts of a command line, to be read by declared type.

    Returns
    -------
    dict
        The given values only, in their declared types.

    Raises
    ------
    InputError
        If a name is unknown or a value breaks its declaration.
    """
    known = {parameter.name: parameter for parameter in parameters}
    for name in given:
        if name not in known:
            raise InputError(_unknown_message(name, known, report))
    return {
        name: known[name].parse(value)
        if text and isinstance(value, str)
        else known[name].check(value)
        for name, value in given.items()
    }


def _unknown_message(name: str, known: Mapping[str, Parameter], report: str) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    suggestion = f" Did you mean `{close[0]}`?" if close else ""
    listed = "".join(f"\n  {parameter}" for parameter in known.values()) or " no parameters."
    return f"`{name}` is not a parameter of report {report!r}.{suggestion} It takes:{listed}"
