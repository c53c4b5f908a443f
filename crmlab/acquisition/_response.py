"""What spending achieves: a rate that rises towards a ceiling."""

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.optimize import brentq

from crmlab._checks import check_fraction, check_number, check_vector
from crmlab._errors import InputError
from crmlab._types import Floats

__all__ = ["ResponseCurve"]


@dataclass(frozen=True)
class ResponseCurve:
    """Share of people won, or kept, by the money spent on each.

    The share is ceiling - (ceiling - floor) exp(-slope spend).

    Parameters
    ----------
    ceiling : float
        Share that no spending exceeds, in (0, 1].
    slope : float
        How fast the ceiling is approached, per unit of currency; above 0.
    floor : float, default=0.0
        Share without any spending, from 0 to below the ceiling. At 0, as Blattberg and Deighton
        have it, nobody stays whom nothing was spent on: all who stay are credited to the money.

    References
    ----------
    Blattberg, R. C. and Deighton, J. (1996). Manage marketing by the customer equity test.
    Harvard Business Review 74(4), 136-144.

    Examples
    --------
    Ten dollars per prospect win 5 of 100, twenty win 9:

    >>> curve = ResponseCurve.from_points((10, 0.05), (20, 0.09))
    >>> round(curve.ceiling, 4), round(curve.slope, 4)
    (0.25, 0.0223)
    >>> round(curve.rate(40.0), 4)
    0.1476
    """

    ceiling: float
    slope: float
    floor: float = 0.0

    def __post_init__(self) -> None:
        check_number("ceiling", self.ceiling, low=0, high=1, open_low=True)
        check_number("slope", self.slope, low=0, open_low=True)
        check_number("floor", self.floor, low=0, high=self.ceiling, open_high=True)

    @property
    def room(self) -> float:
        """Share that spending can add: from the floor to the ceiling."""
        return self.ceiling - self.floor

    @classmethod
    def from_ceiling(
        cls, point: tuple[float, float], *, ceiling: float, floor: float = 0.0
    ) -> Self:
        """Make the curve through one point (spend, rate) and a ceiling that somebody judged.

        Raises
        ------
        InputError
            If the rate is not between floor and ceiling, or a number is out of range.
        """
        top = check_number("ceiling", ceiling, low=0, high=1, open_low=True)
        spend, rate = _read_point("point", point)
        if rate >= top:
            raise InputError(
                f"`ceiling` must be above the rate seen already, {rate:g}; got {top:g}."
            )
        low = check_number("floor", floor, low=0, high=1)
        if rate <= low:
            raise InputError(
                f"`floor` must be below the rate seen with spending, {rate:g}; got {low:g}. "
                "Without a difference, spending does nothing."
            )
        return cls(top, -math.log1p(-(rate - low) / (top - low)) / spend, low)

    @classmethod
    def from_points(cls, low: tuple[float, float], high: tuple[float, float]) -> Self:
        """Make the curve through two points (spend, rate).

        Raises
        ------
        InputError
            If the second point does not spend more and achieve more, with less for each unit of
            money; or if the ceiling would be above 1.
        """
        (spend, rate), (more, better) = _read_point("low", low), _read_point("high", high)
        ratio, steps = better / rate, more / spend
        if not (steps > 1 and 1 < ratio < steps):
            raise InputError(
                "`high` must spend more than `low` and achieve more, but less in proportion; got "
                f"{low!r} and {high!r}. Without diminishing returns there is no best spending."
            )
        # (1 - exp(-steps z)) / (1 - exp(-z)) falls from `steps` to 1 as z = slope * spend grows.
        z = brentq(
            lambda z: math.expm1(-steps * z) - ratio * math.expm1(-z),
            *_bracket(ratio, steps),
            xtol=1e-14,
        )
        ceiling = rate / -math.expm1(-z)
        if ceiling > 1 + 1e-9:  # what the search leaves open
            raise InputError(
                f"`high` must imply a ceiling of at most 1; {low!r} and {high!r} imply "
                f"{ceiling:.3g}. Returns hardly diminish between them: judge the ceiling and use "
                "`from_ceiling`."
            )
        return cls(min(ceiling, 1.0), z / spend)

    def rate(self, spend: ArrayLike) -> "float | Floats":
        """Share achieved with so much spent on each.

        Parameters
        ----------
        spend : float or array-like
            Currency per person; 0 or more.

        Returns
        -------
        float or ndarray
            In [floor, ceiling).
        """
        if np.ndim(spend):
            return self.floor - self.room * np.expm1(-self.slope * check_vector("spend", spend))
        each = check_number("spend", spend, low=0)
        return self.floor - self.room * math.expm1(-self.slope * each)


def _read_point(name: str, point: tuple[float, float]) -> tuple[float, float]:
    try:
        spend, rate = point
    except (TypeError, ValueError):
        raise InputError(
            f"`{name}` must be a pair, what is spent on each and the share achieved, such as "
            f"(10, 0.05); got {point!r}."
        ) from None
    check_number(name, spend, low=0, open_low=True, remedy="It is the money spent on each.")
    return float(spend), check_fraction(name, rate, open_ends=True)


def _bracket(ratio: float, steps: float) -> tuple[float, float]:
    """Numbers between which the slope lies."""

    def left(z: float) -> float:
        return math.expm1(-steps * z) - ratio * math.expm1(-z)

    low = 1.0
    while left(low) > 0 and low > 1e-12:
        low /= 2
    high = 1.0
    while left(high) < 0 and high < 700:
        high *= 2
    return low, high
