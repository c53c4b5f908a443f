"""Actual against expected by how often customers bought, and by how they were ranked."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from crmlab._checks import check_count, check_fraction, check_vector
from crmlab._errors import InputError, InputTypeError
from crmlab.ltv._fitting.maximum import Floats
from crmlab.ltv._fitting.rows import check_frame, number_rows, read_column, read_weights
from crmlab.ltv._forecasting.protocols import (
    NewCustomerModel,
    RepeatModel,
    check_repeat_model,
    read_customers,
)
from crmlab.ltv._formulas.arguments import common_index

__all__ = [
    "frequency_calibration",
    "holdout_by_frequency",
    "holdout_deciles",
    "read_outcomes",
    "top_decile_captured",
]


# ------------------------------------------------------------------------------- over frequencies


def frequency_calibration(
    model: NewCustomerModel,
    summary: pd.DataFrame,
    *,
    max_purchases: int = 7,
    unit: str | None = None,
) -> pd.DataFrame:
    """Count customers by repeat purchases, as they are and as the model expects them.

    Parameters
    ----------
    model : fitted model of repeat purchases
    summary : DataFrame
        As in the model's `fit`, usually the very one; `n_customers` may count alike customers.
    max_purchases : int, default=7
        Customers with so many or more share the last row.
    unit : {"D", "W", "M", "Q", "Y"}, optional
        Unit of time of a summary that does not say it.

    Returns
    -------
    DataFrame
        One row per number of purchases: `purchases` (text: "0", "1", …, "7+"), `actual` and
        `expected`, customers (number). Each customer is expected over the time observed. Both
        columns have the same sum.

    Raises
    ------
    NotFittedError, InputTypeError, InputError
        If the model is not fitted, the summary has impossible rows, or `max_purchases` is below 1.

    References
    ----------
    Fader, Hardie and Lee (2005), "Counting Your Customers the Easy Way", Marketing Science 24(2),
    figure 1.

    Examples
    --------
    >>> from crmlab.customer_base import rfm_summary
    >>> from crmlab.datasets import load_cdnow
    >>> from crmlab.ltv import BetaGeoNBD
    >>> summary = rfm_summary(load_cdnow(sample=True), observation_end="1997-09-30", unit="W")
    >>> frequency_calibration(BetaGeoNBD().fit(summary), summary, max_purchases=3).round(1)
      purchases  actual  expected
    0         0    1411    1407.7
    1         1     439     460.3
    2         2     214     192.5
    3        3+     293     296.5
    """
    check_repeat_model(model, new_customers=True)
    max_purchases = check_count("max_purchases", max_purchases)
    read_customers(model, summary, unit)
    weight, (frequency, _, *alike) = (
        read_weights(summary),
        [read_column(summary, name) for name in model.columns],
    )
    at, first = number_rows(alike)
    customers = np.bincount(at, weights=weight)
    names = model.columns[3:]
    expected = np.zeros(max_purchases + 1)
    for row, number in zip(first, customers, strict=True):
        length, *values = (float(column[row]) for column in alike)
        options: Any = {"covariates": dict(zip(names, values, strict=True))} if names else {}
        each = model.purchase_distribution(length, max_purchases=max_purchases - 1, **options)
        expected += number * np.append(each, max(1 - each.sum(), 0.0))
    place = np.minimum(frequency, max_purchases).astype("int64")
    actual = np.bincount(place, weights=weight, minlength=max_purchases + 1)
    return pd.DataFrame(
        {
            "purchases": _class_names(max_purchases),
            "actual": actual.astype("int64"),
            "expected": expected,
        }
    )


def _class_names(max_purchases: int) -> list[str]:
    return [*map(str, range(max_purchases)), f"{max_purchases}+"]


def holdout_by_frequency(
    model: RepeatModel,
    holdout: pd.DataFrame,
    *,
    max_purchases: int = 7,
    unit: str | None = None,
) -> pd.DataFrame:
    """Compare holdout purchases, actual and expected, by purchases in the calibration period.

    Parameters
    ----------
    model : fitted model of repeat purchases
        Fitted to the calibration columns of `holdout`.
    holdout : DataFrame
        As `customer_base.calibration_holdout` returns it: the summary, `frequency_holdout`
        (purchases) and `duration_holdout` (in the summary's unit).
    max_purchases : int, default=7
        Customers with so many repeat purchases in calibration or more share the last row.
    unit : {"D", "W", "M", "Q", "Y"}, optional
        Unit of time of a summary that does not say it.

    Returns
    -------
    DataFrame
        One row per number of calibration purchases that occurs: `purchases` (text: "0", …,
        "7+"), `n_customers`, and `actual` and `expected`, holdout purchases per customer.

    Raises
    ------
    NotFittedError, InputTypeError, InputError
        If the model is not fitted, columns are missing, the summary has impossible rows, or
        `max_purchases` is below 1.

    References
    ----------
    Fader, Hardie and Lee (2005), "Counting Your Customers the Easy Way", Marketing Science 24(2),
    figure 4.

    Examples
    --------
    >>> from crmlab.customer_base import calibration_holdout
    >>> from crmlab.datasets import load_cdnow
    >>> from crmlab.ltv import BetaGeoNBD
    >>> orders = load_cdnow(sample=True)
    >>> split = calibration_holdout(orders, calibration_end="1997-09-30", unit="W")
    >>> holdout_by_frequency(BetaGeoNBD().fit(split), split, max_purchases=3).round(2)
      purchases  n_customers  actual  expected
    0         0         1411    0.24      0.23
    1         1          439    0.70      0.52
    2         2          214    1.39      1.04
    3        3+          293    3.22      3.01
    """
    check_repeat_model(model)
    max_purchases = check_count("max_purchases", max_purchases)
    check_frame(holdout, ["frequency", "frequency_holdout", "duration_holdout"])
    bought = read_column(holdout, "frequency_holdout")
    if (bought < 0).any():
        raise InputError(
            "`frequency_holdout` must not be negative; "
            f"{(bought < 0).sum():,} of {len(bought):,} rows are."
        )
    expected = _expect_holdout(model, holdout, unit)
    weight = read_weights(holdout)
    place = np.minimum(read_column(holdout, "frequency"), max_purchases).astype("int64")
    customers, actual, foretold = (
        np.bincount(place, weights=weight * each, minlength=max_purchases + 1)
        for each in (np.ones(len(place)), bought, expected)
    )
    seen = np.flatnonzero(customers)
    return pd.DataFrame(
        {
            "purchases": np.array(_class_names(max_purchases))[seen],
            "n_customers": customers[seen].astype("int64"),
            "actual": actual[seen] / customers[seen],
            "expected": foretold[seen] / customers[seen],
        }
    )


def _expect_holdout(model: RepeatModel, holdout: pd.DataFrame, unit: str | None) -> Floats:
    """Expected purchases of each customer over its own holdout."""
    read_customers(model, holdout, unit)
    duration = read_column(holdout, "duration_holdout")
    expected = np.empty(len(holdout))
    for length in np.unique(duration):
        which = duration == length
        rows = model.read(holdout[which])
        expected[which] = model.purchases(model.theta_, rows, float(length))
    return expected


# ----------------------------------------------------------------------------------- over ranks


def holdout_deciles(expected: ArrayLike, actual: ArrayLike, *, n_bins: int = 10) -> pd.DataFrame:
    """Group customers by what was expected of them, and show what they then did.

    Groups are cut by rank and their sizes differ by one at most; the first ones take what is left
    over. Customers of whom the same was expected are alike here: each counts with their mean, so
    that the order of the rows changes nothing.

    Parameters
    ----------
    expected : array-like of shape (n_customers,)
        What was expected of each customer: purchases, or currency.
    actual : array-like of shape (n_customers,)
        What each did in the holdout, in the same unit; not negative. Two Series need one index.
    n_bins : int, default=10
        Number of groups, from 1 to the number of customers.

    Returns
    -------
    DataFrame
        One row per group: `decile` (1, of whom most was expected, to `n_bins`), `n_customers`,
        `expected` and `actual` (means per customer), `share` and `cumulative_share` (of the
        actual total, in [0, 1]), `cumulative_customer_share` (of customers, in [0, 1]).

    Raises
    ------
    InputTypeError, InputError
        If entries are missing, no numbers or (of `actual`) negative, the indexes differ, nobody
        did anything, or there are fewer customers than groups.

    Examples
    --------
    >>> table = holdout_deciles([4, 3, 1, 1], [6, 1, 2, 0], n_bins=2)
    >>> table[["decile", "n_customers", "expected", "actual", "share"]].round(3)
       decile  n_customers  expected  actual  share
    0       1            2       3.5     3.5  0.778
    1       2            2       1.0     1.0  0.222
    """
    foretold, done = _read_pair(expected, actual)
    n_customers = len(done)
    n_bins = check_count("n_bins", n_bins)
    if n_bins > n_customers:
        raise InputError(
            f"`n_bins` must be at most the number of customers, {n_customers:,}; got {n_bins:,}. "
            "Ask for fewer groups."
        )
    order, alike = _rank(foretold, done)
    size = np.full(n_bins, n_customers // n_bins)
    size[: n_customers % n_bins] += 1
    end = size.cumsum()
    held = np.add.reduceat(alike, end - size)
    return pd.DataFrame(
        {
            "decile": np.arange(1, n_bins + 1),
            "n_customers": size,
            "expected": np.add.reduceat(foretold[order], end - size) / size,
            "actual": held / size,
            "share": held / held.sum(),
            "cumulative_share": held.cumsum() / held.sum(),
            "cumulative_customer_share": end / n_customers,
        }
    )


def top_decile_captured(
    expected: ArrayLike, actual: ArrayLike, *, top: float = 0.1, relative: bool = False
) -> float:
    """Share of the actual total brought by the customers of whom most was expected.

    A cut-off inside a customer is interpolated. Of customers of whom the same was expected each
    counts with their mean, so that the order of the rows changes nothing; where the same was
    expected of all, the result is `top`.

    Parameters
    ----------
    expected, actual : array-like of shape (n_customers,)
        As in `holdout_deciles`.
    top : float, default=0.1
        Fraction of customers, in [0, 1].
    relative : bool, default=False
        Whether to divide by the share that the best customers in hindsight brought, the most that
        any ranking can reach.

    Returns
    -------
    float
        Share in [0, 1].

    Raises
    ------
    InputTypeError, InputError
        If entries are missing, no numbers or (of `actual`) negative, the indexes differ, nobody
        did anything, or `top` is outside [0, 1] (with `relative`: or 0).

    Examples
    --------
    >>> top_decile_captured([9, 5, 2, 1], [6, 0, 3, 1], top=0.5)
    0.6
    >>> round(top_decile_captured([9, 5, 2, 1], [6, 0, 3, 1], top=0.5, relative=True), 3)
    0.667
    """
    foretold, done = _read_pair(expected, actual)
    check_fraction("top", top)
    if relative and top == 0:
        raise InputError("`top` must be above 0 with `relative`; nobody holds nothing at best.")
    share = _hold(_rank(foretold, done)[1], top)
    return share / _hold(np.sort(done)[::-1], top) if relative else share


def _read_pair(expected: Any, actual: Any) -> tuple[Floats, Floats]:
    """Both columns, checked and lined up."""
    foretold, done = read_outcomes("expected", expected), read_outcomes("actual", actual)
    common_index(expected=expected, actual=actual)
    if (done < 0).any():
        raise InputError(
            f"`actual` must not be negative; {(done < 0).sum():,} of {len(done):,} are. "
            "Shares of a total need purchases or spend, not profit: clip it at 0 first."
        )
    if not done.any():
        raise InputError("`actual` must have a positive total; nobody did anything.")
    return foretold, done


def _rank(expected: Floats, actual: Floats) -> tuple[NDArray[np.intp], Floats]:
    """Order by expectation, highest first, and in it the mean actual of those expected alike."""
    at, values = pd.factorize(expected, sort=True)
    mean = np.bincount(at, weights=actual) / np.bincount(at, minlength=len(values))
    order = np.argsort(-at, kind="stable")
    return order, mean[at[order]]


def _hold(ranked: Floats, top: float) -> float:
    so_far = np.concatenate([[0.0], ranked.cumsum()])
    return float(np.interp(top * len(ranked), np.arange(len(so_far)), so_far) / so_far[-1])


def read_outcomes(name: str, value: Any) -> Floats:
    """Return one number per customer, finite and not missing."""
    if np.ndim(value) == 0:
        raise InputTypeError(f"`{name}` must be a column, one number per customer; got one number.")
    return check_vector(name, value, negative=True)
