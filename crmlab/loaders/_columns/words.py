"""Read words that mean something to crmlab: what became of an order, and its currency."""

import functools
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import ibis

from crmlab._engine import execute
from crmlab.contracts import ContractError
from crmlab.loaders._columns.text import Cells, is_blank, trim

__all__ = ["WORD_PROBLEMS", "find_meanings", "find_words", "read_word"]

WORD_PROBLEMS = ("unknown",)
# A column with more words than this holds something else.
_MOST = 200


@functools.cache
def _load_words() -> dict[str, dict[str, str]]:
    """Column -> their word -> ours."""
    text = (Path(__file__).parent / "words.toml").read_text(encoding="utf-8")
    return {
        column: {word: ours for ours, words in known.items() for word in words}
        for column, known in tomllib.loads(text).items()
    }


def find_words(name: str, more: Mapping[str, str]) -> dict[str, str]:
    """What each word of a column means, folded; `more` comes first."""
    return {_fold(word): ours for word, ours in (_load_words()[name] | dict(more)).items()}


def _fold(word: str) -> str:
    return " ".join(word.casefold().replace("_", " ").replace("-", " ").split())


def read_word(
    name: str, table: Any, theirs: str, words: Mapping[str, str], *, written: Any
) -> Cells:
    """Read a column of words; `unknown` of the cells lists those that mean nothing yet.

    `written` is the same table without steps of other columns, which is faster to look through.
    """
    meant = find_meanings(name, written[theirs], words)
    text = _tidy(table[theirs])
    known = [(text == word, ours) for word, ours in meant.items() if ours]
    value = ibis.cases(*known) if known else ibis.null("string")
    unknown = [word for word, ours in meant.items() if ours is None and word]
    problem = ibis.ifelse(text.isin(unknown), "unknown", None) if unknown else None
    return Cells(table, value, problem, _say(name, meant), unknown=tuple(unknown))


def find_meanings(name: str, column: Any, words: Mapping[str, str]) -> dict[str, str | None]:
    """Each word of a column -> what it means, None for nothing yet; in one query."""
    found = _list_distinct(name, _tidy(column))
    return {word: _find_meaning(name, word, words) for word in found}


def _tidy(column: Any) -> Any:
    text = trim(column.cast("string"))
    return ibis.ifelse(is_blank(text), "", text)


def _list_distinct(name: str, text: Any) -> list[str]:
    values = execute(text.name("word").as_table().distinct().limit(_MOST + 1))["word"].tolist()
    if len(values) > _MOST:
        raise ContractError(
            f"`{name}` must hold a few words; it has more than {_MOST} different ones, such as "
            f"{min(values)!r}. Map another column, or none."
        )
    return sorted(values)


def _find_meaning(name: str, word: str, words: Mapping[str, str]) -> str | None:
    """Ours for theirs; None for a word that means nothing yet, "" for a cell without one."""
    if (ours := words.get(_fold(word))) is not None:
        return ours
    if name == "currency" and len(word) == 3 and word.isascii() and word.isalpha():
        return word.upper()
    return None if word else ""


def _say(name: str, meant: Mapping[str, str | None]) -> str:
    """The words that are not ours already, and what they are taken for."""
    if name == "currency":
        return ", ".join(sorted({ours for ours in meant.values() if ours}))
    pairs = [f"{word or '(empty)'} = {ours}" for word, ours in meant.items() if ours]
    return ", ".join(pairs)
