"""How well the name of an owner's column fits one of ours."""

import difflib
import functools
import re
import unicodedata

from crmlab.contracts import Contract
from crmlab.loaders._header.words import list_words, means_other

__all__ = ["EXACT", "SURE", "find_close", "is_word", "score_name"]

# From EXACT on a name is a word of ours; from SURE on one of our words is most of it.
EXACT, SURE = 50.0, 20.0
_PART, _MISSPELT = 25.0, 45.0

_UNIT = re.compile(r"[(\[{][^)\]}]*[)\]}]")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_BREAK = re.compile(r"[\W_]+")


@functools.lru_cache(maxsize=4096)
def _split_name(name: str) -> list[str]:
    """The words of a name in small letters: `*InvoiceDate` and `invoice_date (UTC)` are two."""
    plain = unicodedata.normalize("NFKC", name)
    plain = _UNIT.sub(" ", plain) if _BREAK.sub("", _UNIT.sub(" ", plain)) else plain
    return [word for word in _BREAK.split(_HUMP.sub(" ", plain).casefold()) if word]


@functools.lru_cache(maxsize=512)
def _rank_words(contract: Contract, column: str) -> dict[str, int]:
    """The words of a column, written as one, and how many are better known."""
    words = ("".join(_split_name(word)) for word in list_words(contract, column))
    return {word: rank for rank, word in reversed(list(enumerate(words)))}


def is_word(contract: Contract, column: str, theirs: str) -> bool:
    """Whether a name is one of those that owners give to a column of ours."""
    return "".join(_split_name(theirs)) in _rank_words(contract, column)


def score_name(contract: Contract, column: str, theirs: str) -> float:
    """How well a name fits a column of ours: 0 not at all, `EXACT` or more if it is a word of it.

    A name is also taken apart: "Amazon order id" ends in a word of ours, "date of the sale"
    begins with one.
    """
    parts, ranks = _split_name(theirs), _rank_words(contract, column)
    whole = "".join(parts)
    if whole in ranks:
        return EXACT + 50 / (1 + 0.02 * ranks[whole])
    if 0.6 < len(theirs) / len(column) < 1.6 and find_close(column, [theirs]):
        return _MISSPELT
    found = [
        _PART * (len(piece) / len(whole)) + bonus - 0.05 * ranks[piece]
        for piece, rest, bonus in _cut(parts)
        if piece in ranks and not means_other(rest)
    ]
    return max([0.0, *found])


def _cut(parts: list[str]) -> list[tuple[str, list[str], float]]:
    """The ends and the beginnings of a name, with what is left over."""
    cuts = [("".join(parts[at:]), parts[:at], 10.0) for at in range(1, len(parts))]
    cuts += [("".join(parts[:at]), parts[at:], 5.0) for at in range(1, len(parts))]
    whole = "".join(parts)
    if re.search("[가-힣]", whole):  # Korean writes words as one
        cuts += [(whole[at:], [whole[:at]], 10.0) for at in range(1, len(whole) - 1)]
    return cuts


def find_close(name: str, names: list[str]) -> str | None:
    """The name that differs only in case or spelling, if there is one."""
    folded = {_fold(one): one for one in names}
    close = difflib.get_close_matches(_fold(name), folded, n=1, cutoff=0.8)
    return folded[close[0]] if close else None


def _fold(name: str) -> str:
    return name.strip().casefold().replace(" ", "_")
