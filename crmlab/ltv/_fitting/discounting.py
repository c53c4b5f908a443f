"""Time to come: a horizon, and what a yearly rate of interest means in a model's unit."""

import math
from typing import Any

from crmlab._checks import check_number
from crmlab._errors import InputError
from crmlab._units import force_of_interest

__all__ = ["check_horizon", "find_force"]


def check_horizon(horizon: Any, *, finite: bool = True) -> float:
    """Return `horizon` as a float of at least 0."""
    remedy = "It is a length of time in the unit of the summary."
    return check_number("horizon", horizon, low=0, finite=finite, remedy=remedy)


def find_force(unit: str | None, discount_rate: float, per: str, horizon: float) -> float:
    """Return a discount rate as a force of interest per unit of a model."""
    if unit is None:
        raise InputError(
            "The model must know its unit of time to discount by the year; it does not. "
            "Fit it with `unit`, such as fit(summary, unit='W')."
        )
    force = force_of_interest(discount_rate, unit, per=per)
    if math.isinf(horizon) and force <= 0:
        raise InputError(
            f"`discount_rate` must be above 0 for an infinite horizon; got {discount_rate!r}. "
            "Give a finite `horizon`."
        )
    return force
