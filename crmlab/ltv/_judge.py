"""Tables that judge a fitted model: how it tracks sales, fits the base, ranks, and covers."""

import datetime as dt
import math
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import norm

from crmlab._checks import check_choice, check_columns, check_count, check_fraction
from crmlab._engine import execute
from crmlab._units import UNIT_DAYS
from crmlab.customer_base._days import PERIODS, Day, Period, day_of, index_of, read_days, starts
from crmlab.ltv._continuous_model import ContinuousModel
from crmlab.ltv._count_model import CountModel
from crmlab.ltv._counts import check_frame, codes_of, numbers_of, weights_of
from crmlab.ltv._numbers import Floats, common_index, numbers

__all__ = [
    "frequency_calibration",
    "holdout_by_frequency",
    "holdout_deciles",
    "interval_coverage",
    "randomised_pit",
    "top_decile_captured",
    "tracking_table",
]

# ------------------------------------------------------------------------------ over the calendar


def tracking_table(
    model: Any,
    transactions: Any,
    *,
    calibration_end: Day,
    observation_end: Day | None = None,
    period: Period = "W",
) -> pd.DataFrame:
    """Follow actual and expected repeat purchases through calibration and holdout.

    Only customers whose first purchase is by `calibration_end` count, on both sides: a model of
    repeat purchases says nothing about customers still to be won.

    Parameters
    ----------
    model : BetaGeoNBD, ModifiedBetaGeoNBD, ParetoNBD or NBD
        Fitted to the same customers up to `calibration_end`. It must know its unit of time, and
        have no covariates.
    transactions : DataFrame or ibis.Table
        Canonical transactions: ``customer_id``, ``date``, ``amount``.
    calibration_end : date
        Last day of the calibration period.
    observation_end : date, optional
        Last day of the holdout. Default: the last day in the table.
    period : {"W", "M", "Q", "Y"}, default="W"
        Weeks, counted in both directions from `calibration_end`, or calendar months, quarters
        or years; one in which calibration ends is cut there.

    Returns
    -------
    DataFrame
        One row per period, from the first purchase on:

        ``period``, ``end``
            first and last day (Timestamp);
        ``actual``
            repeat purchases, that is days on which a customer bought again (int);
        ``expected``
            what the model expects of new customers, from the day each was won (float);
        ``cumulative_actual``, ``cumulative_expected``
            both added up;
        ``holdout``
            whether the period lies after `calibration_end`;
        ``complete``
            whether it has its full length: the first, the last and one cut in two may not.

        ``attrs`` keeps ``period``, ``calibration_end`` and ``n_customers``.

    Raises
    ------
    ContractError
        If columns are missing or lines are invalid.
    NotFittedError, TypeError, ValueError
        If the model is not fitted, has no unit or has covariates, or a date is out of order.

    References
    ----------
    Fader, Hardie and Lee (2005), "Counting Your Customers the Easy Way", Marketing Science 24(2),
    figures 2 and 3.

    Examples
    --------
    >>> from crmlab.customer_base import rfm_summary
    >>> from crmlab.datasets import load_cdnow
    >>> from crmlab.ltv import BetaGeoNBD
    >>> orders = load_cdnow(sample=True)
    >>> model = BetaGeoNBD().fit(rfm_summary(orders, observation_end="1997-09-30", unit="W"))
    >>> track = tracking_table(model, orders, calibration_end="1997-09-30", period="Q")
    >>> track[["actual", "expected", "cumulative_actual", "holdout"]].round(1)
       actual  expected  cumulative_actual  holdout
    0     812     695.3                812    False
    1     920    1022.1               1732    False
    2     725     776.5               2457    False
    3     731     640.1               3188     True
    4     656     540.9               3844     True
    5     495     485.6               4339     True
    """
    check_choice("period", period, PERIODS)
    unit = _unit_of(model)
    cut = day_of("calibration_end", calibration_end)
    if cut is None:
        raise ValueError("`calibration_end` must be a date; got None.")
    daily, end = _daily(transactions, cut, day_of("observation_end", observation_end))
    day = daily["day"].to_numpy(dtype="datetime64[D]")
    first, last, complete = _periods(pd.Timestamp(day[0]).date(), cut, end, period)
    repeat = np.concatenate([[0], daily["repeat"].to_numpy(dtype="int64").cumsum()])
    actual = repeat[np.searchsorted(day, last, side="right")]
    expected = _expected_by(model, day, daily["born"].to_numpy(dtype="int64"), last, unit)
    table = pd.DataFrame(
        {
            "period": first.astype("datetime64[s]"),
            "end": last.astype("datetime64[s]"),
            "actual": np.diff(actual, prepend=0),
            "expected": np.diff(expected, prepend=0.0),
            "cumulative_actual": actual,
            "cumulative_expected": expected,
            "holdout": first > np.datetime64(cut),
            "complete": complete,
        }
    )
    table.attrs = {
        "period": period,
        "calibration_end": cut.isoformat(),
        "n_customers": int(daily["born"].sum()),
    }
    return table


def _unit_of(model: Any) -> str:
    """The unit of a fitted model that can follow new customers through time."""
    _check_model(model, ContinuousModel)
    if model._coefficient_names():
        raise ValueError(
            "`model` must have no covariates to be tracked; it has "
            f"{', '.join(model._coefficient_names())}. Fit one without them."
        )
    if model.unit_ is None:
        raise ValueError(
            "`model` must know its unit of time to be tracked by the calendar; it does not. "
            "Set summary.attrs['unit'] before fitting, or `unit` of the model."
        )
    return str(model.unit_)


def _check_model(model: Any, kind: type[CountModel] = CountModel) -> None:
    """Raise unless `model` is a fitted model of this kind."""
    if not isinstance(model, kind):
        what = "purchases" if kind is CountModel else "purchases in continuous time"
        name = model.__name__ if isinstance(model, type) else type(model).__name__
        raise TypeError(f"`model` must be a fitted model of {what}; got {name}.")
    model._check_fitted()


def _daily(transactions: Any, cut: dt.date, asked: dt.date | None) -> tuple[pd.DataFrame, dt.date]:
    """Customers born and repeat purchases by day, of customers born by `cut`; and the end."""
    days, end = read_days(transactions, asked)
    if end < cut:
        raise ValueError(
            f"`calibration_end` must not lie after the end of observation, {end}; got {cut}."
        )
    days = days.filter(days.bought)
    days = days.mutate(first=days.day.min().over(group_by=days.customer_id))
    days = days.filter(days.first <= cut)
    daily = execute(
        days.group_by("day")
        .aggregate(born=(days.day == days.first).sum(), repeat=(days.day > days.first).sum())
        .order_by("day")
    )
    if daily.empty:
        raise ValueError(f"`calibration_end` must lie on or after the first purchase; got {cut}.")
    return daily, end


def _periods(
    first: dt.date, cut: dt.date, end: dt.date, period: Period
) -> tuple[NDArray[np.datetime64], NDArray[np.datetime64], NDArray[np.bool_]]:
    """First and last day of each period, and whether it has its full length."""
    if period == "W":
        before = -((cut - first).days // 7 + 1)
        ends = np.datetime64(cut) + 7 * np.arange(before, (end - cut).days // 7 + 2)
    else:
        index = pd.Series(range(index_of(first, period), index_of(end, period) + 2))
        ends = starts(index, period).to_numpy(dtype="datetime64[D]") - 1
    edges = np.array([first - dt.timedelta(1), cut, end], dtype="datetime64[D]")
    inside = ends[(ends >= edges[0]) & (ends <= edges[2])]
    last = np.unique(np.concatenate([edges, inside]))
    whole = np.isin(last, ends)
    return last[:-1] + 1, last[1:], whole[:-1] & whole[1:]


def _expected_by(
    model: Any,
    born_on: NDArray[np.datetime64],
    born: NDArray[np.int64],
    last: NDArray[np.datetime64],
    unit: str,
) -> Floats:
    """Repeat purchases expected by the end of each day in `last`, of customers born on days."""
    age = np.maximum((last[:, None] - born_on).astype("int64"), 0)
    ages, at = np.unique(age, return_inverse=True)
    each = model.expected_purchases_new(ages / UNIT_DAYS[unit]).to_numpy()
    return each[at.reshape(age.shape)] @ born


# ------------------------------------------------------------------------------- over frequencies


def frequency_calibration(
    model: Any, summary: pd.DataFrame, *, max_purchases: int = 7
) -> pd.DataFrame:
    """Count customers by repeat purchases, as they are and as the model expects them.

    Parameters
    ----------
    model : fitted model of repeat purchases
    summary : DataFrame
        As in the model's `fit`, usually the very one; `n_customers` may count alike customers.
    max_purchases : int, default=7
        Customers with so many or more share the last row.

    Returns
    -------
    DataFrame
        One row per number of purchases: `purchases` (text: "0", "1", …, "7+"), `actual` and
        `expected`, customers (number). Each customer is expected over the time observed. Both
        columns have the same sum.

    Raises
    ------
    NotFittedError, TypeError, ValueError
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
    _check_model(model)
    max_purchases = check_count("max_purchases", max_purchases)
    rows, _ = model._read(summary)
    at, first = codes_of([rows.T, *rows.z.T])
    customers = np.bincount(at, weights=rows.weight)
    names = model._covariates()
    expected = np.zeros(max_purchases + 1)
    for length, z, number in zip(rows.T[first], rows.z[first], customers, strict=True):
        options = {"covariates": dict(zip(names, z, strict=True))} if names else {}
        chance = model.purchase_distribution(length, max_purchases=max_purchases - 1, **options)
        expected += number * np.append(chance, max(1 - chance.sum(), 0.0))
    place = np.minimum(rows.x, max_purchases).astype("int64")
    actual = np.bincount(place, weights=rows.weight, minlength=max_purchases + 1)
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
    model: Any, holdout: pd.DataFrame, *, max_purchases: int = 7
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

    Returns
    -------
    DataFrame
        One row per number of calibration purchases that occurs: `purchases` (text: "0", …,
        "7+"), `n_customers`, and `actual` and `expected`, holdout purchases per customer.

    Raises
    ------
    NotFittedError, TypeError, ValueError
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
    _check_model(model)
    max_purchases = check_count("max_purchases", max_purchases)
    check_frame(holdout, ["frequency", "frequency_holdout", "duration_holdout"])
    bought = numbers_of(holdout, "frequency_holdout")
    if (bought < 0).any():
        raise ValueError(
            "`frequency_holdout` must not be negative; "
            f"{(bought < 0).sum():,} of {len(bought):,} rows are."
        )
    expected = _expected_holdout(model, holdout)
    weight = weights_of(holdout)
    place = np.minimum(numbers_of(holdout, "frequency"), max_purchases).astype("int64")
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


def _expected_holdout(model: Any, holdout: pd.DataFrame) -> Floats:
    """Expected purchases of each customer over its own holdout."""
    duration = numbers_of(holdout, "duration_holdout")
    expected = np.empty(len(holdout))
    for length in np.unique(duration):
        which = duration == length
        part = holdout[which]
        part.attrs = holdout.attrs
        expected[which] = model.expected_purchases(part, float(length))
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
    TypeError, ValueError
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
    foretold, done = _pair(expected, actual)
    n_customers = len(done)
    n_bins = check_count("n_bins", n_bins)
    if n_bins > n_customers:
        raise ValueError(
            f"`n_bins` must be at most the number of customers, {n_customers:,}; got {n_bins:,}. "
            "Ask for fewer groups."
        )
    order, alike = _ranked(foretold, done)
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
    TypeError, ValueError
        If entries are missing, no numbers or (of `actual`) negative, the indexes differ, nobody
        did anything, or `top` is outside [0, 1] (with `relative`: or 0).

    Examples
    --------
    >>> top_decile_captured([9, 5, 2, 1], [6, 0, 3, 1], top=0.5)
    0.6
    >>> round(top_decile_captured([9, 5, 2, 1], [6, 0, 3, 1], top=0.5, relative=True), 3)
    0.667
    """
    foretold, done = _pair(expected, actual)
    check_fraction("top", top)
    if relative and top == 0:
        raise ValueError("`top` must be above 0 with `relative`; nobody holds nothing at best.")
    share = _held(_ranked(foretold, done)[1], top)
    return share / _held(np.sort(done)[::-1], top) if relative else share


def _pair(expected: Any, actual: Any) -> tuple[Floats, Floats]:
    """Both columns, checked and lined up."""
    foretold, done = _column("expected", expected), _column("actual", actual)
    common_index(expected=expected, actual=actual)
    if (done < 0).any():
        raise ValueError(
            f"`actual` must not be negative; {(done < 0).sum():,} of {len(done):,} are. "
            "Shares of a total need purchases or spend, not profit: clip it at 0 first."
        )
    if not done.any():
        raise ValueError("`actual` must have a positive total; nobody did anything.")
    return foretold, done


def _column(name: str, value: Any) -> Floats:
    array = numbers(name, value, negative=True)
    if array.ndim == 0:
        raise TypeError(f"`{name}` must be a column, one number per customer; got one number.")
    return array


def _ranked(expected: Floats, actual: Floats) -> tuple[NDArray[np.intp], Floats]:
    """Order by expectation, highest first, and in it the mean actual of those expected alike."""
    at, values = pd.factorize(expected, sort=True)
    mean = np.bincount(at, weights=actual) / np.bincount(at, minlength=len(values))
    order = np.argsort(-at, kind="stable")
    return order, mean[at[order]]


def _held(ranked: Floats, top: float) -> float:
    so_far = np.concatenate([[0.0], ranked.cumsum()])
    return float(np.interp(top * len(ranked), np.arange(len(so_far)), so_far) / so_far[-1])


# ------------------------------------------------------------------------------- over intervals


def interval_coverage(
    intervals: pd.DataFrame, actual: ArrayLike, *, level: float = 0.95
) -> pd.DataFrame:
    """Share of customers, or segments, whose interval held what really happened.

    Parameters
    ----------
    intervals : DataFrame
        As `predictive_intervals` returns it: `lower`, `upper` and one common `level`.
    actual : array-like of shape (n_rows,)
        What happened; a Series needs the index of `intervals`.
    level : float, default=0.95
        Probability of the Wilson interval around the share, in (0, 1). It takes the rows as
        independent.

    Returns
    -------
    DataFrame
        One row: `estimate` (share of intervals that held, ends included), `lower`, `upper`,
        `level` (of these two), `nominal` (the level of `intervals`) and `n` (number of them).
        Counts are whole numbers, so honest intervals for them cover more than `nominal`; for
        those look at `randomised_pit`.

    Raises
    ------
    TypeError, ValueError
        If columns are missing, levels differ, entries are missing or no numbers, the index
        differs, or `level` is outside (0, 1).

    References
    ----------
    Wilson (1927), "Probable Inference, the Law of Succession, and Statistical Inference", JASA
    22(158). Brown, Cai and DasGupta (2001), "Interval Estimation for a Binomial Proportion",
    Statistical Science 16(2).

    Examples
    --------
    >>> import pandas as pd
    >>> held = pd.DataFrame({"lower": [0, 1, 0, 2], "upper": [2, 4, 1, 6], "level": 0.9})
    >>> interval_coverage(held, [1, 4, 3, 5]).round(3)
       estimate  lower  upper  level  nominal  n
    0      0.75  0.301  0.954   0.95      0.9  4
    """
    check_fraction("level", level, open_ends=True)
    if not isinstance(intervals, pd.DataFrame):
        raise TypeError(f"`intervals` must be a DataFrame; got {type(intervals).__name__}.")
    check_columns(intervals.columns, ["lower", "upper", "level"], what="`intervals`")
    done = _column("actual", actual)
    common_index(intervals=intervals["lower"], actual=actual)
    lower, upper, nominal = (_column(name, intervals[name]) for name in ("lower", "upper", "level"))
    if np.ptp(nominal) > 0:
        raise ValueError(
            "`intervals` must have one `level`; "
            f"got {', '.join(f'{each:g}' for each in np.unique(nominal))}. Judge each by itself."
        )
    share = float(((lower <= done) & (done <= upper)).mean())
    low, high = _wilson(share, len(done), level)
    return pd.DataFrame(
        {
            "estimate": [share],
            "lower": low,
            "upper": high,
            "level": float(level),
            "nominal": nominal[0],
            "n": len(done),
        }
    )


def _wilson(share: float, n: int, level: float) -> tuple[float, float]:
    z = float(norm.ppf((1 + level) / 2))
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    reach = z / (1 + z**2 / n) * math.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return max(centre - reach, 0.0), min(centre + reach, 1.0)


def randomised_pit(draws: pd.DataFrame, actual: ArrayLike, *, seed: int = 0) -> pd.Series:
    """Where in its predictive distribution each outcome fell, ties broken at random.

    If the distributions are right, the values are uniform between 0 and 1, also for counts and
    for few draws: a heap in the middle says too wide, heaps at both ends too narrow, one at an
    end too low or too high.

    Parameters
    ----------
    draws : DataFrame of shape (n_customers, n_draws)
        As `predictive_draws` returns it.
    actual : array-like of shape (n_customers,)
        What happened; a Series needs the index of `draws`.
    seed : int, default=0
        Seed of the random tie-breaking.

    Returns
    -------
    Series
        Randomised probability-integral transform, in [0, 1], indexed as `draws`.

    Raises
    ------
    TypeError, ValueError
        If `draws` has no rows or columns, entries are missing or no numbers, or the index
        differs.

    References
    ----------
    Czado, Gneiting and Held (2009), "Predictive Model Assessment for Count Data", Biometrics
    65(4).

    Examples
    --------
    >>> import pandas as pd
    >>> draws = pd.DataFrame([[0, 0, 0, 1], [2, 3, 5, 9]])
    >>> randomised_pit(draws, [1, 0]).between([0.6, 0.0], [1.0, 0.2]).tolist()
    [True, True]
    """
    if not isinstance(draws, pd.DataFrame):
        raise TypeError(f"`draws` must be a DataFrame; got {type(draws).__name__}.")
    if draws.empty:
        raise ValueError("`draws` must have at least one row and one column; got none.")
    rng = np.random.default_rng(check_count("seed", seed, minimum=0))
    done = _column("actual", actual)
    common_index(draws=draws.iloc[:, 0], actual=actual)
    try:
        drawn = draws.to_numpy(dtype="float64", na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise TypeError(f"`draws` must hold numbers; {error}.") from error
    if not np.isfinite(drawn).all():
        raise ValueError("`draws` must be finite and not missing.")
    below = (drawn < done[:, None]).sum(axis=1)
    ties = (drawn == done[:, None]).sum(axis=1)
    # The outcome is one more draw: its rank among all of them, spread over its own place.
    place = (below + rng.random(len(done)) * (ties + 1)) / (drawn.shape[1] + 1)
    return pd.Series(place, index=draws.index, name="pit")
