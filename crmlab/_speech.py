"""Say remedies in the words of the command line: its options instead of Python's arguments."""

import ast
import re
import shlex
from collections.abc import Mapping
from typing import Any

__all__ = ["speak"]

# Options whose names are not those of the arguments; a text of them is repeated for each value.
_OWN = {"columns": "--column", "statuses": "--status", "guests": "--guest", "rates": "--rate"}
_SAME = (
    *("layout", "count", "currency", "where", "returns", "duplicates", "date_format", "dayfirst"),
    *("timezone", "not_after", "not_before", "decimal", "encoding", "separator", "sheet", "header"),
)
_NAME = "|".join([*_OWN, *_SAME])
_TEXT = r"""(?:'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")"""
_VALUE = rf"(?:{_TEXT}|\{{(?:{_TEXT}|[^{{}}'\"])*\}}|\[(?:{_TEXT}|[^\[\]'\"])*\]|True|False|\d+)"
# `decimal`, `decimal=`, `decimal=','`, or without ticks decimal=','.
_ARGUMENT = re.compile(rf"`({_NAME})(?:=({_VALUE})?)?`|\b({_NAME})=({_VALUE})")
# What else is called otherwise on the command line.
_WORDS = {
    "audit": {"`source`": "FILE"},
    "report": {"`source`": "--data"},
}
_CALL = re.compile(r"`audit_transactions(\(source\)\.quarantined)?`")


def speak(message: str, command: str = "audit") -> str:
    """Write the arguments that a message names as options of a command.

    Parameters
    ----------
    message : str
        Words for those who write Python.
    command : str, default="audit"
        Which command is asked: `audit`, or `report`, whose options are parameters.

    Returns
    -------
    str

    Examples
    --------
    >>> speak("pass `timezone=`, or map them with columns={'Total (₩)': 'amount'}.")
    "pass --timezone, or map them with --column 'Total (₩)=amount'."
    >>> speak("Keep one with currency='USD', or pass rates={'EUR': ...}.", "report")
    'Keep one with -p currency=USD, or pass -p rates=EUR=....'
    """
    write = _write_parameter if command == "report" else _write_option

    def replace(found: re.Match[str]) -> str:
        name, text = found[1] or found[3], found[2] or found[4]
        try:
            return write(name, None if text is None else ast.literal_eval(text))
        except (SyntaxError, ValueError):  # only looks like a value
            return found[0]

    message = _CALL.sub(
        "`crmlab audit FILE --quarantined rows.csv`", _ARGUMENT.sub(replace, message)
    )
    for theirs, ours in _WORDS.get(command, {}).items():
        message = message.replace(theirs, ours)
    return message


def _write_option(name: str, value: Any) -> str:
    """An option of the audit, with its value; repeated for each of several."""
    if name == "dayfirst":
        both = {True: "--dayfirst", False: "--monthfirst"}
        return both.get(value, "--dayfirst or --monthfirst")
    option = _OWN.get(name, f"--{name.replace('_', '-')}")
    texts = [text for part in _split_lists(value) for text in _list_texts(part)]
    return " ".join(f"{option} {shlex.quote(text)}" for text in texts) or option


def _split_lists(value: Any) -> list[Any]:
    """A mapping to lists as one mapping for each of their items."""
    if not isinstance(value, Mapping):
        return [value]
    pairs = [(key, one if isinstance(one, list) else [one]) for key, one in value.items()]
    return [{key: item} for key, items in pairs for item in items]


def _write_parameter(name: str, value: Any) -> str:
    """A parameter of a report; columns have an option of their own."""
    if name == "columns":
        return _write_option(name, value)
    texts = _list_texts(value)
    return "-p " + shlex.quote(f"{name}={','.join(texts)}") if texts else f"-p {name}="


def _list_texts(value: Any) -> list[str]:
    """Each part of a value as one writes it: pairs, items, or the value itself."""
    if value is None:
        return []
    if isinstance(value, Mapping):
        return [f"{key}={_write_value(one)}" for key, one in value.items()]
    return [_write_value(one) for one in (value if isinstance(value, list) else [value])]


def _write_value(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return "|".join(map(_write_value, value))
    return "..." if value is ... else str(value)
