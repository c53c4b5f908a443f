"""A failure factor in money: what it costs, and what its remedy is worth, with limits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd

from crmlab._checks import check_fraction
from crmlab._errors import InputError
from crmlab._types import Floats

__all__ = ["Priced", "check_strengths", "list_assumptions", "price"]


@dataclass(frozen=True)
class Priced:
    """What a failure factor costs a firm in a year, and what its remedy is worth.

    Attributes
    ----------
    factor : str
        Id of the factor, "P1" to "P7".
    table : DataFrame
        One row per strength, from the weakest: `strength`; `cost`, `lower`, `upper`, what the
        firm loses in a year, in currency; `remedy_cost`; `remedy`, `remedy_lower`,
        `remedy_upper`, what the remedy brings back less what it costs; `level`.
    detail : DataFrame
        What stands behind, one row per strength; columns as its function says.
    assumptions : DataFrame
        `name`, `value`, `unit`, `source` ("company" where a table tells it, else "assumed").
    """

    factor: str
    table: pd.DataFrame
    detail: pd.DataFrame
    assumptions: pd.DataFrame

    def __repr__(self) -> str:
        last = self.table.iloc[-1]
        return (
            f"Priced({self.factor}: cost {last['cost']:,.0f} "
            f"({last['lower']:,.0f} to {last['upper']:,.0f}), remedy {last['remedy']:,.0f})"
        )


def price(
    factor: str,
    lost: Mapping[float, Floats],
    left: Mapping[float, Floats],
    *,
    remedy_cost: float,
    scale: float,
    level: float,
    detail: pd.DataFrame,
    assumptions: pd.DataFrame,
) -> Priced:
    """Add up what each customer costs at each strength, without and with the remedy.

    Parameters
    ----------
    factor : str
        Id of the factor.
    lost, left : mapping of float to ndarray of shape (n_customers,)
        By strength, what the firm loses on each customer in a year, in currency: as things are,
        and once the remedy is in place.
    remedy_cost : float
        Of the remedy, in currency a year, for the firm.
    scale : float
        Customers of the firm for each of these.
    level : float
        Probability between the limits, in (0, 1).
    detail, assumptions : DataFrame
        As in `Priced`.

    Returns
    -------
    Priced

    Notes
    -----
    Limits are normal, for customers drawn from a large population: the variance of a sum is the
    sum of squares about the mean. Where nobody loses anything they are exactly 0.
    """
    check_fraction("level", level, open_ends=True)
    z = NormalDist().inv_cdf((1 + level) / 2)
    rows = []
    for strength in sorted(lost):
        cost, error = _total(lost[strength], scale, z)
        back, back_error = _total(lost[strength] - left[strength], scale, z)
        worth = back - remedy_cost
        rows.append(
            {"strength": strength, "cost": cost, "lower": cost - error, "upper": cost + error,
             "remedy_cost": remedy_cost, "remedy": worth, "remedy_lower": worth - back_error,
             "remedy_upper": worth + back_error, "level": level}
        )  # fmt: skip
    return Priced(factor, pd.DataFrame(rows, dtype=float), detail, assumptions)


def check_strengths(name: str, value: float | Sequence[float]) -> list[float]:
    """Fractions in [0, 1] in ascending order, each once; one number makes one."""
    given = np.atleast_1d(np.asarray(value, dtype=object)).tolist()
    if not given:
        raise InputError(f"`{name}` must hold at least one fraction; got none.")
    return sorted({check_fraction(name, each) for each in given})


def list_assumptions(rows: Sequence[tuple[str, Any, str, str]]) -> pd.DataFrame:
    """Assumptions as a table: name, value, unit, source."""
    return pd.DataFrame(list(rows), columns=["name", "value", "unit", "source"])


def _total(each: Floats, scale: float, z: float) -> tuple[float, float]:
    """A sum over the firm's customers, and half the width of its limits."""
    return float(each.sum()) * scale, z * scale * float(np.sqrt(each.size * each.var()))
