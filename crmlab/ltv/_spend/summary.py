"""The spend that a gamma-gamma model reads: checked, and its correlation with frequency."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from crmlab.ltv._fitting.maximum import Floats
from crmlab.ltv._noncontract.summary import (
    check_frame,
    check_rows,
    codes_of,
    every_few,
    numbers_of,
    weights_of,
)

__all__ = ["Spend", "correlation_row", "read_spend", "uncountable"]


@dataclass(frozen=True)
class Spend:
    """What each row's customers spent.

    Attributes
    ----------
    x, m, weight : ndarray of shape (n_rows,)
        Repeat purchases, their mean spend, and customers of each row.
    """

    x: Floats
    m: Floats
    weight: Floats

    @property
    def n_customers(self) -> float:
        """Customers in all rows."""
        return float(self.weight.sum())

    def rows(self, which: Any) -> "Spend":
        """Some of the rows."""
        return Spend(self.x[which], self.m[which], self.weight[which])

    def sketch(self, size: int) -> "Spend":
        """About `size` customers at even steps through the rows, as distinct rows."""
        which, weight = every_few(self.weight, size)
        return replace(self.rows(which), weight=weight)

    def telling(self) -> "Spend":
        """The rows that say something: a repeat purchase, at a price, by someone."""
        return self.rows((self.x > 0) & (self.m > 0) & (self.weight > 0))

    def distinct(self) -> "Spend":
        """The distinct rows in ascending order, with their customers."""
        at, first = codes_of([self.x, self.m])
        weight = np.bincount(at, weights=self.weight, minlength=len(first)).astype(float)
        return Spend(self.x[first], self.m[first], weight)


def read_spend(summary: pd.DataFrame, *, positive: bool) -> Spend:
    """Check a summary and take from it what a spend model uses.

    With `positive`, a repeat buyer's mean spend of zero or less is an error.
    """
    check_frame(summary, ["frequency", "monetary_value"])
    x, m = numbers_of(summary, "frequency"), numbers_of(summary, "monetary_value")
    spend = Spend(x, m, weights_of(summary))
    check_rows(_impossible(spend, summary.attrs), len(x))
    if positive:
        check_rows(
            [
                (
                    (x > 0) & (m <= 0),
                    "`monetary_value` must be above 0 where `frequency` is",
                    "Zero or less is left after returns or free items: look at them, or set "
                    "nonpositive='exclude'.",
                )
            ],
            len(x),
        )
    return spend


def correlation_row(spend: Spend, *, level: float) -> pd.DataFrame:
    """The row of `GammaGamma.independence_test`, its width from each customer's influence."""
    n = spend.n_customers
    row = {"estimate": 0.0, "lower": -1.0, "upper": 1.0, "level": float(level), "p_value": 1.0}
    if n >= 4 and np.ptp(spend.x) > 0 and np.ptp(spend.m) > 1e-9 * spend.m.max():
        share = spend.weight / n
        a, b = (_standard(column, share) for column in (spend.x, spend.m))
        # Short of 1, so that its logarithm stays finite.
        r = float(np.clip(share @ (a * b), -1 + 1e-12, 1 - 1e-12))
        influence = a * b - r * (a**2 + b**2) / 2
        error = math.sqrt(float(share @ influence**2) / (n - 3)) / (1 - r**2)
        centre, t = math.atanh(r), stats.t(n - 2)
        reach = t.ppf((1 + level) / 2) * error
        row |= {
            "estimate": r,
            "lower": math.tanh(centre - reach),
            "upper": math.tanh(centre + reach),
            "p_value": float(2 * t.sf(abs(centre) / max(error, 1e-300))),
        }
    return pd.DataFrame([row | {"n_customers": n}])


def _standard(column: Floats, share: Floats) -> Floats:
    """A column at mean 0 and variance 1."""
    off = column - share @ column
    return off / math.sqrt(share @ off**2)


def uncountable(x: Floats) -> list[tuple[NDArray[np.bool_], str, str]]:
    """Rules on frequencies: who breaks it, the rule, the remedy."""
    return [
        (x < 0, "`frequency` must not be negative", "It counts purchases after the first."),
        (
            x != np.floor(x),
            "`frequency` must be whole numbers",
            "It counts purchases; a rate or an average will not do.",
        ),
    ]


def _impossible(spend: Spend, attrs: Mapping[Any, Any]) -> list[tuple[NDArray[np.bool_], str, str]]:
    first_counted = np.full(len(spend.x), attrs.get("first_purchase") == "include")
    return [
        *uncountable(spend.x),
        (
            first_counted | ((spend.x == 0) & (spend.m != 0)),
            "`monetary_value` must be the mean of repeat purchases, 0 where `frequency` is 0",
            "Build the summary with rfm_summary(..., first_purchase='exclude').",
        ),
    ]
