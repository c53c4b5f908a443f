"""How much to spend on winning and on keeping: the customer equity test."""

import math
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import wrightomega

from crmlab._checks import check_choice, check_number, check_vector
from crmlab._errors import InputTypeError
from crmlab._units import UNIT_DAYS, Unit, rate_per
from crmlab.acquisition._response import ResponseCurve

__all__ = ["check_curve", "optimal_spend", "spend_curve"]


def optimal_spend(
    acquisition: ResponseCurve,
    retention: ResponseCurve,
    *,
    margin: float,
    discount_rate: float,
    current: tuple[float, float] | None = None,
    period: Unit = "Y",
    per: Unit = "Y",
) -> pd.DataFrame:
    """Spending on winning and on keeping that makes customer equity largest.

    Equity per prospect = a [m + (r m - R) / (1 + d - r)] - A: with A spent on a prospect the share
    a is won, pays the margin m at once, and in each later period is kept with probability r by
    spending R on each of those there before. Money of later periods counts from their end.

    Parameters
    ----------
    acquisition : ResponseCurve
        Share of prospects won, by money spent on each prospect.
    retention : ResponseCurve
        Share of customers kept for another period, by money spent on each customer and period.
    margin : float
        Margin per customer and period before this spending, in currency; 0 or more.
    discount_rate : float
        Effective rate per `per`, above 0.
    current : pair of float, optional
        What is spent now on each prospect and on each customer, for comparison.
    period : {"D", "W", "M", "Q", "Y"}, default="Y"
        Unit of `margin` and of the spending on customers.
    per : {"D", "W", "M", "Q", "Y"}, default="Y"
        Unit of `discount_rate`.

    Returns
    -------
    DataFrame
        Row "optimal", and "current" where asked, by ``plan``; columns

        * `acquisition_spend`, `retention_spend` : on each prospect; on each customer and period
        * `acquisition_rate`, `retention_rate` : shares won and kept
        * `customer_value` : of a customer when won, spending on keeping taken off, in currency
        * `cost_to_win`, `cost_to_keep` : average cost of a customer won or kept, in currency
        * `marginal_cost_to_win`, `marginal_cost_to_keep` : of the next one; at the optimum both
          equal `customer_value`, where anything is spent
        * `equity` : per prospect, in currency

    Raises
    ------
    InputError
        If a number is out of range.
    InputTypeError
        If a curve is not a `ResponseCurve`.

    Notes
    -----
    Closed form. Keeping does not depend on winning: with k, c, f slope, ceiling and floor of
    keeping, q = (1 + d - c) / (c - f) and L = k m (1 + d) - 1, the best R solves k R + W = L with
    W e^(-kR) = q, so k R = L - W(q e^L), W Lambert's function, or 0. Then A = ln(k (c - f) V) / k
    for winning, V the customer's value, or 0. The ratio of average costs is no guide to either.

    References
    ----------
    Blattberg, R. C. and Deighton, J. (1996). Manage marketing by the customer equity test.
    Harvard Business Review 74(4), 136-144. Pfeifer, P. E. (2005). The optimal ratio of acquisition
    and retention costs. Journal of Targeting, Measurement and Analysis for Marketing 13(2),
    179-188: marginal costs equal the customer's value.

    Examples
    --------
    >>> winning = ResponseCurve.from_ceiling((10, 0.05), ceiling=0.3)
    >>> keeping = ResponseCurve.from_ceiling((20, 0.6), ceiling=0.9)
    >>> plan = optimal_spend(
    ...     winning, keeping, margin=100, discount_rate=0.1, current=(10, 20)
    ... )
    >>> plan[["acquisition_spend", "retention_spend", "customer_value", "equity"]].round(1)
             acquisition_spend  retention_spend  customer_value  equity
    plan
    optimal               13.9             44.7           235.5     1.9
    current               10.0             20.0           180.0    -1.0
    """
    check_curve("acquisition", acquisition)
    check_curve("retention", retention)
    each = check_number("margin", margin, low=0)
    rate = _read_rate(discount_rate, period, per)
    keep = _best_keeping(retention, each, rate)
    win = _best_winning(acquisition, _value(retention, keep, each, rate))
    plans = {"optimal": (win, keep)}
    if current is not None:
        plans["current"] = _read_current(current)
    rows = [_describe(acquisition, retention, *plan, each, rate) for plan in plans.values()]
    return pd.DataFrame(rows, index=pd.Index(list(plans), name="plan"))


def spend_curve(
    acquisition: ResponseCurve,
    retention: ResponseCurve,
    spend: ArrayLike,
    *,
    on: str,
    margin: float,
    discount_rate: float,
    period: Unit = "Y",
    per: Unit = "Y",
) -> pd.DataFrame:
    """Customer equity by the spending on winning, or on keeping, the other at its best.

    Parameters
    ----------
    acquisition, retention, margin, discount_rate, period, per
        As for `optimal_spend`.
    spend : array-like of shape (n_points,)
        Currency per prospect, or per customer and period; 0 or more.
    on : {"acquisition", "retention"}
        What it is spent on.

    Returns
    -------
    DataFrame
        `on`; `spend` and `equity` per prospect, in currency; `rate`, the share won or kept;
        `optimal`, the best spending, the same in every row.

    Raises
    ------
    InputError, InputTypeError
        As `optimal_spend`.

    Examples
    --------
    >>> winning = ResponseCurve.from_ceiling((10, 0.05), ceiling=0.3)
    >>> keeping = ResponseCurve.from_ceiling((20, 0.6), ceiling=0.9)
    >>> spend_curve(
    ...     winning, keeping, [0, 20, 40], on="retention", margin=100, discount_rate=0.1
    ... ).round(2)
              on  spend  rate  equity  optimal
    0  retention    0.0   0.0    0.00    44.69
    1  retention   20.0   0.6    0.00    44.69
    2  retention   40.0   0.8    1.77    44.69
    """
    check_choice("on", on, ["acquisition", "retention"])
    best = optimal_spend(
        acquisition, retention, margin=margin, discount_rate=discount_rate, period=period, per=per
    ).loc["optimal"]
    each, rate = float(margin), _read_rate(discount_rate, period, per)
    money = check_vector("spend", spend)
    win = money if on == "acquisition" else np.full(money.size, best["acquisition_spend"])
    keep = money if on == "retention" else np.full(money.size, best["retention_spend"])
    value = np.array([_value(retention, one, each, rate) for one in keep])
    if on == "retention":  # winning is at its best for each
        win = np.array([_best_winning(acquisition, one) for one in value])
    curve = acquisition if on == "acquisition" else retention
    equity = np.asarray(acquisition.rate(win)) * value - win
    return pd.DataFrame(
        {"on": on, "spend": money, "rate": curve.rate(money), "equity": equity,
         "optimal": best[f"{on}_spend"]}
    )  # fmt: skip


def check_curve(name: str, curve: Any) -> None:
    """Raise unless `curve` is a ResponseCurve."""
    if not isinstance(curve, ResponseCurve):
        raise InputTypeError(
            f"`{name}` must be a ResponseCurve, such as ResponseCurve.from_ceiling((10, 0.05), "
            f"ceiling=0.3); got {type(curve).__name__}."
        )


def _read_rate(discount_rate: float, period: str, per: str) -> float:
    check_choice("period", period, UNIT_DAYS)
    check_number("discount_rate", discount_rate, low=0, open_low=True)
    return rate_per(discount_rate, period, per=per)


def _read_current(current: Any) -> tuple[float, float]:
    pair = check_vector("current", current, remedy="Spending is written positive.")
    if pair.size != 2:
        raise InputTypeError(
            f"`current` must be two numbers, on a prospect and on a customer; got {pair.size}."
        )
    return float(pair[0]), float(pair[1])


def _value(curve: ResponseCurve, spend: float, margin: float, rate: float) -> float:
    """Value of a customer when won: the margin now, and later ones less what keeping costs."""
    kept = float(curve.rate(float(spend)))
    return margin + (kept * margin - spend) / (1 + rate - kept)


def _best_keeping(curve: ResponseCurve, margin: float, rate: float) -> float:
    """Spending per customer and period at which one more customer kept costs what it is worth."""
    k = curve.slope
    level = k * margin * (1 + rate) - 1
    q = (1 + rate - curve.ceiling) / curve.room
    # W(q e^L) = omega(L + ln q), which does not overflow.
    best = level - float(wrightomega(level + math.log(q)))
    return max(best, 0.0) / k


def _best_winning(curve: ResponseCurve, value: float) -> float:
    worth = curve.slope * curve.room * value
    return math.log(worth) / curve.slope if worth > 1 else 0.0


def _marginal(curve: ResponseCurve, spend: float) -> float:
    """Cost of the next customer: one over the slope of the curve there."""
    return math.exp(min(curve.slope * spend, 700.0)) / (curve.slope * curve.room)


def _describe(
    acquisition: ResponseCurve,
    retention: ResponseCurve,
    win: float,
    keep: float,
    margin: float,
    rate: float,
) -> dict[str, float]:
    won, kept = float(acquisition.rate(win)), float(retention.rate(keep))
    value = _value(retention, keep, margin, rate)
    return {
        "acquisition_spend": win,
        "retention_spend": keep,
        "acquisition_rate": won,
        "retention_rate": kept,
        "customer_value": value,
        "cost_to_win": win / won if won else np.nan,
        "cost_to_keep": keep / kept if kept else np.nan,
        "marginal_cost_to_win": _marginal(acquisition, win),
        "marginal_cost_to_keep": _marginal(retention, keep),
        "equity": won * value - win,
    }
