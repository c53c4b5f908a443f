"""The spend that a gamma-gamma model reads: checked, and its correlation with frequency."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

import numpy as np
import pandas as pd
from scipy import stats

from crmlab.ltv._fitting.maximum import Floats
from crmlab.ltv._fitting.rows import (
    Rule,
    check_frame,
    check_rows,
    number_rows,
    read_column,
    read_weights,
    sample_rows,
)

__all__ = ["Spend", "correlate", "frequency_rules", "read_spend", "spend_rules"]


@dataclass(frozen=True)
class Spend:
    """What each row's customers spent.

    Attributes
    ----------
    x, m, weight : ndarray of shape (n_rows,)
        Repeat purchases, their mean spend, and customers of each row.
    z : ndarray of shape (n_rows,)
        Covariate of the level of spend, log(1 + x) on the scale of the data.
    """

    x: Floats
    m: Floats
    weight: Floats
    z: Floats

    def __len__(self) -> int:
        return len(self.x)

    @property
    def n_customers(self) -> float:
        """Customers in all rows."""
        return float(self.weight.sum())

    def rows(self, which: Any) -> Self:
        """Some of the rows."""
        return type(self)(self.x[which], self.m[which], self.weight[which], self.z[which])

    def sample(self, size: int) -> Self:
        """About `size` customers at even steps through the rows, as distinct rows."""
        which, weight = sample_rows(self.weight, size)
        return replace(self.rows(which), weight=weight)

    def informative(self) -> Self:
        """The rows that carry information: a repeat purchase, at a price, by someone."""
        return self.rows((self.x > 0) & (self.m > 0) & (self.weight > 0))

    def distinct(self) -> Self:
        """The distinct rows in ascending order, with their customers."""
        at, first = number_rows([self.x, self.m])
        weight = np.bincount(at, weights=self.weight, minlength=len(first)).astype(float)
        return replace(self.rows(first), weight=weight)


def read_spend(summary: pd.DataFrame, *, positive: bool) -> Spend:
    """Check a summary and take from it what a spend model uses.

    With `positive`, a repeat buyer's mean spend of zero or less is an error.
    """
    check_frame(summary, ["frequency", "monetary_value"])
    table = {name: read_column(summary, name) for name in ("frequency", "monetary_value")}
    check_rows(spend_rules(table, positive=positive), len(summary))
    x, m = table.values()
    return Spend(x, m, read_weights(summary), np.log1p(x))


def spend_rules(table: Mapping[str, Any], *, positive: bool) -> list[Rule]:
    """Rules on rows of spend, for arrays and for engines' columns."""
    x, m = table["frequency"], table["monetary_value"]
    rules = [
        *frequency_rules(x),
        (
            (x == 0) & (m != 0),
            "`monetary_value` must be the mean of repeat purchases, 0 where `frequency` is 0",
            "The mean of all purchases is `mean_spend`. `rfm_summary` gives both.",
        ),
    ]
    if positive:
        rules.append(
            (
                (x > 0) & (m <= 0),
                "`monetary_value` must be above 0 where `frequency` is",
                "Zero or less is left after returns or free items: look at them, or set "
                "nonpositive='exclude'.",
            )
        )
    return rules


def frequency_rules(x: Any) -> list[Rule]:
    """Rules on frequencies, for arrays and for engines' columns."""
    return [
        (x < 0, "`frequency` must not be negative", "It counts purchases after the first."),
        (
            x % 1 != 0,
            "`frequency` must be whole numbers",
            "It counts purchases; a rate or an average will not do.",
        ),
    ]


def correlate(spend: Spend, *, level: float) -> pd.DataFrame:
    """Make the row of `GammaGamma.independence_test`, its width from each customer's influence."""
    n = spend.n_customers
    row = {"estimate": 0.0, "lower": -1.0, "upper": 1.0, "level": float(level), "p_value": 1.0}
    if n >= 4 and np.ptp(spend.x) > 0 and np.ptp(spend.m) > 1e-9 * spend.m.max():
        share = spend.weight / n
        a, b = (_standardise(column, share) for column in (spend.x, spend.m))
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


def _standardise(column: Floats, share: Floats) -> Floats:
    """Bring a column to mean 0 and variance 1."""
    off = column - share @ column
    return off / math.sqrt(share @ off**2)
