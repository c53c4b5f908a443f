"""Names of segments by scores: a table of rules, laid out over every cell and checked."""

from dataclasses import dataclass
from typing import Any

import ibis
import numpy as np
import pandas as pd

from crmlab._checks import check_columns
from crmlab._errors import InputError, InputTypeError
from crmlab._types import Ints
from crmlab.segmentation._measures import SCORES

__all__ = ["RFM_RULES", "Rules", "read_rules"]

# The names and cells that practice uses most, on five bins of recency and of frequency.
RFM_RULES = pd.DataFrame(
    [
        ("champions", 5, 5, 4, 5),
        ("loyal", 3, 4, 4, 5),
        ("potential loyalists", 4, 5, 2, 3),
        ("new", 5, 5, 1, 1),
        ("promising", 4, 4, 1, 1),
        ("need attention", 3, 3, 3, 3),
        ("about to sleep", 3, 3, 1, 2),
        ("cannot lose", 1, 2, 5, 5),
        ("at risk", 1, 2, 3, 4),
        ("hibernating", 1, 2, 1, 2),
    ],
    columns=["segment", "r_from", "r_to", "f_from", "f_to"],
)
_BOUNDS = [(f"{name[0]}_from", f"{name[0]}_to") for name in SCORES]


@dataclass(frozen=True)
class Rules:
    """Rules that were checked: `segments` in the order of the table, `table` with all six bounds.

    `cells` holds the position of the segment of each cell, by recency, frequency and money.
    """

    segments: list[str]
    table: pd.DataFrame
    cells: Ints

    def look_up(self, scores: list[Ints]) -> Ints:
        """Position of each customer's segment."""
        r, f, m = (score - 1 for score in scores)
        return self.cells[r, f, m]

    def expression(self, customers: Any) -> Any:
        """The segment of each customer of an Ibis table with scores."""
        cases = []
        for row in self.table.to_dict("records"):
            inside = ibis.literal(True)
            for score, (low, high) in zip(SCORES, _BOUNDS, strict=True):
                inside = inside & customers[score].between(row[low], row[high])
            cases.append((inside, row["segment"]))
        return ibis.cases(*cases)


def read_rules(rules: Any, n_bins: int) -> Rules:
    """Check that every cell of scores belongs to one segment, and to no other."""
    if rules is None:
        if n_bins != 5:
            raise InputError(
                f"`rules` must be given where `n_bins` is not 5; got `n_bins` {n_bins}. "
                "The usual names, RFM_RULES, are for five bins."
            )
        rules = RFM_RULES
    table = _read_bounds(rules, n_bins)
    segments = list(dict.fromkeys(table["segment"]))
    cells = np.full((n_bins,) * 3, -1)
    for row in table.to_dict("records"):
        box = tuple(slice(row[low] - 1, row[high]) for low, high in _BOUNDS)
        held = cells[box]
        if (held >= 0).any():
            at = np.argwhere(held >= 0)[0]
            other = segments[held[tuple(at)]]
            place = at + [one.start for one in box]
            raise InputError(
                f"`rules` must give each cell of scores to one segment; {_name_cell(place)} is in "
                f"both {other!r} and {row['segment']!r}."
            )
        cells[box] = segments.index(row["segment"])
    if (cells < 0).any():
        raise InputError(
            f"`rules` must give every cell of scores to a segment; {(cells < 0).sum():,} of "
            f"{cells.size:,} have none, such as {_name_cell(np.argwhere(cells < 0)[0])}. "
            "Add a rule for the rest."
        )
    return Rules(segments, table, cells)


def _read_bounds(rules: Any, n_bins: int) -> pd.DataFrame:
    """The rules with all bounds; those that are not there are no bounds."""
    if not isinstance(rules, pd.DataFrame):
        raise InputTypeError(f"`rules` must be a DataFrame; got {type(rules).__name__}.")
    names = ["segment", *(name for pair in _BOUNDS for name in pair)]
    check_columns(rules.columns, ["segment"], what="`rules`")
    if unknown := [name for name in rules.columns if name not in names]:
        raise InputError(
            f"`rules` must have columns among {', '.join(map(repr, names))}; got {unknown[0]!r}."
        )
    if not all(isinstance(name, str) and name for name in rules["segment"]):
        raise InputError("`rules` must name a segment in every row, as text.")
    table = pd.DataFrame({"segment": rules["segment"].to_numpy(dtype=object)})
    for low, high in _BOUNDS:
        table[low] = rules[low].to_numpy() if low in rules else 1
        table[high] = rules[high].to_numpy() if high in rules else n_bins
        for name in (low, high):
            whole = pd.api.types.is_integer_dtype(table[name])
            if not whole or not table[name].between(1, n_bins).all():
                raise InputError(f"`rules` must hold whole numbers from 1 to {n_bins} in {name!r}.")
        if (table[low] > table[high]).any():
            name = table.loc[table[low] > table[high], "segment"].iloc[0]
            raise InputError(f"`rules` must not have {low!r} above {high!r}; {name!r} has.")
    return table


def _name_cell(place: Any) -> str:
    return ", ".join(f"{score} {int(one) + 1}" for score, one in zip(SCORES, place, strict=True))
