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
    text = _as_text(key)
    named = " of this key" if text is None else f' "{text}"' if type(key) is str else f" {text}"
    if text is not None and (meant := _guess(text, keys)):
        return f'There is no exercise{named}; did you mean "{meant}"?'
    listed = _in_notebook(text or "", keys) or keys
    return f"There is no exercise{named}. There are: {', '.join(listed)}."


def _as_text(key: object) -> str | None:
    """A short key as text; other objects and endless numbers have none."""
    if (type(key) is int and abs(key) < 1_000_000) or type(key) in (str, float):
        text = str(key)
        return text if 0 < len(text) <= 20 else None
    return None


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


def _guess(text: str, keys: Collection[str]) -> str | None:
    """Find the key that is meant by 2.1, "2.1", "02.01", "2-1" or "Exercise 02.1"."""
    numbers = re.findall(r"\d+", text)
    if len(numbers) == 2:
        meant = f"{int(numbers[0]):02}.{int(numbers[1])}"
        return meant if meant in keys else None
    near = difflib.get_close_matches(text, keys, n=1, cutoff=0.75)
    return near[0] if near else None


def _in_notebook(text: str, keys: Collection[str]) -> list[str]:
    """Keys of the notebook that the text names."""
    number = re.match(r"\D*(\d+)", text)
    return [other for other in keys if number and other.startswith(f"{int(number[1]):02}.")]
