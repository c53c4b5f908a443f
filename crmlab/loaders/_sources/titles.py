"""Find the header of a table below rows of title, in text and in sheets alike."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any

__all__ = [
    "SAMPLE",
    "count_filled",
    "count_things",
    "find_header_row",
    "find_named_row",
    "find_width",
    "is_blank",
    "is_filled",
    "is_rule",
    "say_header",
    "say_once",
]

# So many rows are looked at.
SAMPLE = 50
_RULE = re.compile(r"[-=_+:|*~\s]*[-=_]{2}[-=_+:|*~\s]*")
# A number, an amount or a date, with a currency code or unit at most: never a name of ours.
_VALUE = re.compile(r"[\W_]*\d[\d\W]*[A-Za-z]{0,3}")


def is_filled(cell: Any) -> bool:
    """Whether something stands in a cell."""
    return cell is not None and bool(str(cell).strip())


def is_blank(row: Iterable[Any]) -> bool:
    """Whether nothing stands in any cell."""
    return not any(map(is_filled, row))


def count_filled(row: Iterable[Any]) -> int:
    """Count the cells in which something stands."""
    return sum(map(is_filled, row))


def find_width(rows: Sequence[Sequence[Any]]) -> int:
    """The number of fields of the table in `rows`.

    That number which most cells belong to, so that many short titles do not outvote a short table;
    a line that is alone in its number of fields has no vote where others agree.
    """
    counts = Counter(map(len, rows))
    shared = {width: n for width, n in counts.items() if n > 1} or counts
    return max(shared, key=lambda width: (width * shared[width], width))


def find_header_row(rows: Sequence[Sequence[Any]], width: int, least: int = 0) -> int:
    """The position of the header among `rows`, the first of which stands on top.

    The first row with at least half of `width` cells filled, and at least `least` fields; those
    above it are titles. Below titles it must hold names only, with values in the rows that follow:
    else the first row is the header, whatever it looks like.
    """
    full = [
        (position, _holds_names(row))
        for position, row in enumerate(rows)
        if 2 * count_filled(row) >= width and len(row) >= least
    ]
    if not full:
        return 0
    (position, named), *below = full
    return position if named and not (below and all(names for _, names in below)) else 0


def find_named_row(rows: Iterable[Sequence[Any]], named: Collection[str]) -> int | None:
    """The position of the first row that holds all the names that are looked for, if any does."""
    wanted = set(named)
    for position, row in enumerate(rows):
        if wanted and wanted <= {str(cell).strip() for cell in row if is_filled(cell)}:
            return position
    return None


def is_rule(row: Sequence[Any]) -> bool:
    """Whether a row draws a line, such as -----+------, and holds nothing."""
    text = "".join(str(cell) for cell in row if is_filled(cell))
    return _RULE.fullmatch(text) is not None


def _holds_names(row: Sequence[Any]) -> bool:
    named = [cell for cell in row if is_filled(cell)]
    return all(isinstance(cell, str) and not _VALUE.fullmatch(cell.strip()) for cell in named)


def count_things(n: int, thing: str) -> str:
    """Say how many things there are, as in 2 lines."""
    return f"{n:,} {thing}{'' if n == 1 else 's'}"


def say_header(position: int, thing: str, above: str = "") -> str:
    """Say where a header was found that is not on top."""
    return f"{thing} {position:,}, below {above or count_things(position - 1, thing) + ' of title'}"


def say_once(readings: Iterable[str]) -> str:
    """Join what is said of several files, each reading once."""
    return "; ".join(dict.fromkeys(filter(None, readings)))
