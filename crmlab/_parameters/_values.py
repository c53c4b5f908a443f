"""Values of declared types: taken from Python, or read from the text of a command line."""

import datetime
import json
import re
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

__all__ = ["TYPES", "convert", "list_items", "parse_text", "write_date"]

_SCALARS: dict[str, type] = {"bool": bool, "int": int, "float": float, "str": str}
_DICT = re.compile(r"dict\[str, (.+)\]")
TYPES = [
    *_SCALARS,
    *(f"list[{scalar}]" for scalar in _SCALARS),
    "dict[str, str]",
    "dict[str, float]",
    "dict[str, list[str]]",
]
_TRUTH = {"true": True, "yes": True, "false": False, "no": False}


def write_date(value: Any) -> Any:
    """Write a date or a point in time in ISO form; anything else passes."""
    if isinstance(value, np.datetime64):
        value = pd.Timestamp(value)
    if not isinstance(value, datetime.date):
        return value
    return value.isoformat().removesuffix("T00:00:00")


def convert(kind: str, value: Any) -> Any:
    """Return the value in a declared type; TypeError if it is of another."""
    if isinstance(value, np.generic):
        value = value.item()
    if kind.startswith("list["):
        if not isinstance(value, list | tuple):
            raise TypeError
        return [convert(kind[5:-1], item) for item in value]
    if mapped := _DICT.fullmatch(kind):
        if not isinstance(value, Mapping):
            raise TypeError
        return {convert("str", key): convert(mapped[1], item) for key, item in value.items()}
    if kind == "float" and type(value) is int:
        value = float(value)
    if type(value) is not _SCALARS[kind]:  # isinstance would let True pass as a number
        raise TypeError
    return value


def parse_text(kind: str, text: str) -> Any:
    """Return the value that a text means; ValueError if it means none."""
    if kind.startswith("list["):
        return [parse_text(kind[5:-1], item) for item in _split(text, ",")]
    if mapped := _DICT.fullmatch(kind):
        return _parse_pairs(kind, mapped[1], text.strip())
    if kind == "bool":
        if text.strip().lower() not in _TRUTH:
            raise ValueError
        return _TRUTH[text.strip().lower()]
    return _SCALARS[kind](text)


def _parse_pairs(kind: str, of: str, text: str) -> dict[str, Any]:
    """Return the dict that a text means, as pairs or as JSON."""
    if text.startswith("{"):
        try:
            return dict(convert(kind, json.loads(text)))
        except TypeError as error:
            raise ValueError from error
    pairs = [item.rpartition("=") for item in _split(text, ",")]  # a header may hold a sign itself
    if not all(key and value for key, _, value in pairs):
        raise ValueError
    return {
        key.strip(): _split(value, "|") if of == "list[str]" else parse_text(of, value.strip())
        for key, _, value in pairs
    }


def _split(text: str, mark: str) -> list[str]:
    return [item.strip() for item in text.split(mark) if item.strip()]


def list_items(value: Any) -> list[Any]:
    """The values that a unit speaks of: the items of a list, and not the names in a dict."""
    if isinstance(value, dict):
        return [item for each in value.values() for item in list_items(each)]
    return value if isinstance(value, list) else [value]
