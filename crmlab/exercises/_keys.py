"""Keys and seeds: what is meant by one that is written in another way, and what is none."""

import difflib
import re
from collections.abc import Collection

import numpy as np

__all__ = ["check_seed", "explain_key"]


def explain_key(key: object, keys: Collection[str]) -> str:
    """Say that there is no exercise of this key, and which one may be meant.

    Examples
    --------
    >>> explain_key(2.1, ["02.1", "02.2"])
    'There is no exercise 2.1; did you mean "02.1"?'
    >>> explain_key("07.1", ["02.1", "02.2"])
    'There is no exercise "07.1". There are: 02.1, 02.2.'
    """
    named = f" {key!r}".replace("'", '"') if type(key) in (str, float, int) else " of this key"
    if meant := _guess(key, keys):
        return f'There is no exercise{named}; did you mean "{meant}"?'
    listed = _in_notebook(key, keys) or keys
    return f"There is no exercise{named}. There are: {', '.join(listed)}."


def check_seed(seed: object) -> str | None:
    """Say what a seed must be, where this is none.

    Examples
    --------
    >>> check_seed(7) is None, check_seed(-1)
    (True, 'A seed is a whole number from 0, such as seed=7.')
    """
    whole = isinstance(seed, int | np.integer) and not isinstance(seed, bool)
    if seed is None or (whole and int(seed) >= 0):  # type: ignore[call-overload]
        return None
    return "A seed is a whole number from 0, such as seed=7."


def _guess(key: object, keys: Collection[str]) -> str | None:
    """Find the key that is meant by 2.1, "2.1", "02.01", "2-1" or "Exercise 02.1"."""
    if type(key) not in (str, float, int):
        return None
    numbers = re.findall(r"\d+", str(key))
    if len(numbers) == 2:
        meant = f"{int(numbers[0][:9]):02}.{int(numbers[1][:9])}"
        return meant if meant in keys else None
    near = difflib.get_close_matches(str(key)[:20], keys, n=1, cutoff=0.75)
    return near[0] if near else None


def _in_notebook(key: object, keys: Collection[str]) -> list[str]:
    """Keys of the notebook that the key names."""
    number = re.match(r"\D*(\d{1,9})", str(key)) if type(key) in (str, float, int) else None
    return [other for other in keys if number and other.startswith(f"{int(number[1]):02}.")]
