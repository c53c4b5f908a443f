"""Internal rate of return: where there is one, and refused where there is not."""

import math

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq

from crmlab._checks import check_size, check_vector
from crmlab._errors import InputError
from crmlab._types import Floats

__all__ = ["internal_rate_of_return"]

_MOST = 240  # periods: twenty years of months


def internal_rate_of_return(cash_flows: ArrayLike) -> float:
    """Rate per period at which what comes in is worth what went out, where there is one only.

    Parameters
    ----------
    cash_flows : array-like of shape (n_periods,)
        Money per period in currency, the first now: what is spent is negative, what comes in is
        positive. At most 240.

    Returns
    -------
    float
        Effective rate per period, above -1: 0.1 is 10 % per period.

    Raises
    ------
    InputError
        If money only goes out or only comes in, if no rate or several rates fit, or the one that
        fits is of a loan rather than of an investment.
    InputTypeError
        If a flow is not a number.

    Notes
    -----
    A campaign that pays first and again at the end, such as for returned goods, may have two rates
    or none: neither then says whether it pays. All rates above -1 are looked for, between the
    turning points of the present value, and one is given only where it is the only one.

    References
    ----------
    Lorie, J. H. and Savage, L. J. (1955). Three problems in rationing capital. Journal of Business
    28(4), 229-239: the pump whose flows of -1,600, 10,000 and -10,000 have rates of 25 % and 400 %.

    Examples
    --------
    >>> round(internal_rate_of_return([-100, 60, 60]), 4)
    0.1307
    >>> internal_rate_of_return([-1600, 10_000, -10_000])
    Traceback (most recent call last):
    crmlab.InputError: `cash_flows` must have one internal rate of return; got 2: 25.0 %, 400.0 %...
    """
    flows = check_vector("cash_flows", cash_flows, negative=True)
    check_size("cash_flows", flows)
    if flows.size > _MOST:
        raise InputError(
            f"`cash_flows` must hold at most {_MOST} periods; got {flows.size:,}. Take longer ones."
        )
    if not ((flows > 0).any() and (flows < 0).any()):
        raise InputError(
            f"`cash_flows` must go out and come in; all are {_one_way(flows)}. Without both there "
            "is no rate of return."
        )
    spent = flows[flows != 0]
    rates = sorted(_rates(flows))
    divides = (spent[0] < 0) != (spent[-1] < 0) or len(
        rates
    ) > 1  # else values touch 0 and turn back
    if len(rates) != 1 or not divides:
        listed = ", ".join(_percent(rate) for rate in rates)
        found = f"{len(rates)}: {listed}" if rates and divides else "none"
        raise InputError(
            f"`cash_flows` must have one internal rate of return; got {found}. Compare present "
            "values at your own discount rate instead."
        )
    if spent[0] > 0:
        raise InputError(
            f"`cash_flows` must begin with what is spent; got {spent[0]:g}. "
            f"Money that comes in first is a loan, at {_percent(rates[0])} a period."
        )
    return rates[0]


def _one_way(flows: Floats) -> str:
    if (flows == 0).all():
        return "0"
    return "0 or more" if (flows >= 0).all() else "0 or less"


def _percent(rate: float) -> str:
    return f"{rate * 100:.1f} %"


def _rates(flows: Floats) -> list[float]:
    """All rates above -1: those of at least 0, and, from the end backwards, those below."""
    scaled = np.trim_zeros(flows / np.abs(flows).max())
    # Present value in x = 1 / (1 + rate); with x up to 1, and value at the end in y = 1 / x.
    at_least_zero = [1 / x - 1 for x in _roots(scaled, include_end=True)]
    below = [y - 1 for y in _roots(scaled[::-1], include_end=False)]
    return at_least_zero + below


def _roots(coefficients: Floats, *, include_end: bool) -> list[float]:
    """Roots in (0, 1] of a polynomial, lowest power first: each between two turning points."""
    marks = np.array([0.0, 1.0])
    signs = np.sign(coefficients[coefficients != 0])
    if (np.diff(signs) != 0).sum() == 1:  # one root at most, by Descartes' rule
        inner = _between(coefficients, marks)
        return [root for root in inner if root > 0 and (include_end or root < 1)]
    for order in range(coefficients.size - 2, -1, -1):
        derived = _differentiate(coefficients, order)
        inner = _between(derived, marks)
        marks = np.unique(np.concatenate([[0.0], inner, [1.0]]))
    return [root for root in inner if root > 0 and (include_end or root < 1)]


def _differentiate(coefficients: Floats, order: int) -> Floats:
    """Coefficients of a derivative, scaled to at most 1."""
    found = coefficients
    for _ in range(order):
        found = found[1:] * np.arange(1, found.size)
        found = found / max(np.abs(found).max(), 1e-300)
    return found


def _between(coefficients: Floats, marks: Floats) -> list[float]:
    """Roots of a polynomial that moves one way between neighbouring marks, ends included."""

    def value(x: float) -> float:
        return float(np.polynomial.polynomial.polyval(x, coefficients))

    values = [value(mark) for mark in marks]
    tiny = 1e-13 * float(np.abs(coefficients).sum())
    roots = [float(mark) for mark, v in zip(marks, values, strict=True) if abs(v) <= tiny]
    for low, high, first, last in zip(marks, marks[1:], values, values[1:], strict=False):
        if min(abs(first), abs(last)) > tiny and math.copysign(1, first) != math.copysign(1, last):
            roots.append(float(brentq(value, low, high, xtol=1e-15)))
    return sorted(roots)
