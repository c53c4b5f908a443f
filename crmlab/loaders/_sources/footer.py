"""Tell what stands below a table, such as `57 records downloaded`, from a row that is torn."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from crmlab.loaders._sources.titles import count_things, is_filled

__all__ = ["BLANK", "Loose", "is_stray", "say_footer", "split_end"]

_QUOTED = 80
# Words enough for a sentence: one or two may be an id whose line is cut off.
_SENTENCE = 3
_SIGNS = ("--", "==", "**", "(")


@dataclass(frozen=True)
class Loose:
    """A line that may stand below the table; one that fits the header has its `row`, too."""

    text: str
    alone: bool = True
    row: Any = None


BLANK = Loose("")


def is_stray(row: Sequence[Any], width: int) -> bool:
    """Whether a row that fits the header holds one cell only, as a note in a sheet does."""
    return width > 2 and len(list(islice(filter(is_filled, row), 2))) == 1


def split_end(end: Sequence[Loose], *, after_rows: bool) -> int:
    """How many of the lines at the `end`, after the last full row, belong to the table still.

    What comes after a blank line stands below the table, and so does a sentence in one field. In
    a file without any full row, lines of several fields are rows that are torn.
    """
    if not after_rows and any(not line.alone for line in end):
        return len(end)
    n_kept = next((n for n, line in enumerate(end) if line is BLANK), len(end))
    while n_kept and _is_sentence(end[n_kept - 1]):
        n_kept -= 1
    return n_kept


def _is_sentence(line: Loose) -> bool:
    """Whether a line is no beginning of a row: a sentence, or set off by a sign like a dash."""
    signed = line.text.lstrip().startswith(_SIGNS)
    many = len(line.text.split()) >= _SENTENCE
    return line.row is None and line.alone and (signed or many)


def say_footer(lines: Sequence[str], thing: str) -> str:
    """Say how many lines stand below the table, and quote the first where it is short."""
    if not lines:
        return ""
    text = lines[0].strip(" ,;|\t")
    quoted = repr(text) if len(text) <= _QUOTED else ""
    first = quoted and (f": {quoted}" if len(lines) == 1 else f", the first {quoted}")
    return f"{count_things(len(lines), thing)} below the table{first}"
