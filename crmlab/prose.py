"""Text that follows the numbers: sentences of a notebook that stay true when a parameter moves.

A sentence that a parameter can turn is not written beside the code, it is told by the code. These
few words keep such a cell short enough to be read.

Examples
--------
>>> share, expected, actual = 0.34, 1164, 1151
>>> tell(
...     f"{about(share)} of the customers came again. The shop sold "
...     f"{compare(actual, expected, 'more than', 'less than', 'as much as')} expected."
... )
About a third of the customers came again. The shop sold less than expected.
"""

from collections.abc import Sequence

from crmlab._checks import check_number
from crmlab._words import count_words

__all__ = ["Told", "about", "compare", "count_words", "either", "join", "tell"]

_FRACTIONS = {
    "hardly any": 0.0,
    "about a tenth": 1 / 10,
    "about a fifth": 1 / 5,
    "about a quarter": 1 / 4,
    "about a third": 1 / 3,
    "about two fifths": 2 / 5,
    "about half": 1 / 2,
    "about three fifths": 3 / 5,
    "about two thirds": 2 / 3,
    "about three quarters": 3 / 4,
    "about four fifths": 4 / 5,
    "about nine tenths": 9 / 10,
    "nearly all": 1.0,
}


class Told(str):
    """A text that a notebook shows as Markdown, and a console as it is."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)

    def _repr_markdown_(self) -> str:
        return str(self)


def tell(text: str) -> Told:
    """Show a text that was made from numbers, as the last line of a cell.

    Parameters
    ----------
    text : str
        Markdown. The first letter of each paragraph becomes a capital one.

    Returns
    -------
    Told

    Examples
    --------
    >>> tell("nearly all of it.")
    Nearly all of it.
    """
    paragraphs = text.strip().split("\n\n")
    return Told("\n\n".join(part[:1].upper() + part[1:] for part in paragraphs))


def about(share: float) -> str:
    """Say a share as a simple fraction.

    Parameters
    ----------
    share : float
        In [0, 1].

    Returns
    -------
    str
        The nearest of hardly any, a tenth, a fifth, a quarter, a third, ... and nearly all; "none"
        and "all" only for 0 and 1.

    Raises
    ------
    InputError
        If `share` is outside [0, 1].

    Examples
    --------
    >>> about(0.34), about(0.48), about(0.99), about(1)
    ('about a third', 'about half', 'nearly all', 'all')
    """
    share = check_number("share", share, low=0, high=1)
    if share in (0, 1):
        return "all" if share else "none"
    return min(_FRACTIONS, key=lambda words: abs(_FRACTIONS[words] - share))


def compare(
    one: float, other: float, more: str, less: str, same: str, *, within: float = 0.0
) -> str:
    """Choose the words for a number that is larger, smaller or the same.

    Parameters
    ----------
    one, other : float
        The numbers.
    more, less, same : str
        Words for `one` above, below and equal to `other`.
    within : float, default=0.0
        Largest difference, as a share of `other`, that counts as the same.

    Returns
    -------
    str

    Raises
    ------
    InputError
        If `within` is negative.

    Examples
    --------
    >>> compare(103, 100, "more", "less", "as much", within=0.05)
    'as much'
    """
    if abs(one - other) <= check_number("within", within, low=0) * abs(other):
        return same
    return more if one > other else less


def either(condition: object, yes: str, no: str) -> str:
    """Choose one of two words.

    Parameters
    ----------
    condition : bool
        What decides.
    yes, no : str
        The words.

    Returns
    -------
    str

    Examples
    --------
    >>> lower, upper = 1067, 1265
    >>> either(lower <= 1151 <= upper, "inside", "outside")
    'inside'
    """
    return yes if condition else no


def join(words: Sequence[object], *, none: str = "none") -> str:
    """Write a list in a sentence.

    Parameters
    ----------
    words : sequence
        What to list.
    none : str, default="none"
        What to say where there is nothing to list.

    Returns
    -------
    str

    Examples
    --------
    >>> join(["CD shop", "grocery", "charity"]), join([1]), join([])
    ('CD shop, grocery and charity', '1', 'none')
    """
    texts = [str(word) for word in words]
    if len(texts) < 2:
        return texts[0] if texts else none
    return f"{', '.join(texts[:-1])} and {texts[-1]}"
