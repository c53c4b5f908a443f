"""Names of columns that an option holds."""

from collections.abc import Iterable
from typing import Any

from crmlab._errors import InputTypeError

__all__ = ["check_names"]


def check_names(option: str, names: Any) -> list[str]:
    """Return the names in a list; refuse a single word, and what holds none."""
    if isinstance(names, str) or not isinstance(names, Iterable):
        raise InputTypeError(f"`{option}` must be names of columns in a list; got {names!r}.")
    return list(names)
