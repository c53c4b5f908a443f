"""Customer equity: the number of customers times their lifetime value."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from crmlab._errors import InputError, InputTypeError
from crmlab.ltv._formulas.arguments import Floats, common_index, read_numbers
from crmlab.ltv._formulas.arithmetic import Period, check_finite, find_rate

__all__ = ["customer_equity"]


def customer_equity(
    value: ArrayLike,
    *,
    n_customers: ArrayLike | None = None,
    n_new: ArrayLike | None = None,
    value_new: ArrayLike | None = None,
    acquisition_cost: ArrayLike | None = None,
    discount_rate: float | None = None,
    period: Period = "Y",
    per: Period = "Y",
) -> pd.DataFrame:
    """Add up the lifetime value of the customers there are, and of those still to be won.

    Parameters
    ----------
    value : array-like of shape (n_customers,) or (n_segments,), or float
        Lifetime value per existing customer, in currency; may be negative.
    n_customers : array-like of shape (n_segments,) or float, optional
        Customers behind each value, where `value` is per segment or one number for all.
        Default: one each.
    n_new : array-like of shape (n_cohorts,), optional
        Customers expected to join 1, 2, … periods from now. Default: existing customers only.
    value_new : float or array-like of shape (n_cohorts,), optional
        Lifetime value of a new customer on the day of joining, in currency, before
        `acquisition_cost`. Needed with `n_new`.
    acquisition_cost : float or array-like of shape (n_cohorts,), optional
        Cost of winning a new customer, in currency, paid on that day. Needed with `n_new`; 0
        where `value_new` is net of it.
    discount_rate : float, optional
        Effective rate per `per`, above -1. Needed with `n_new`.
    period : {"D", "W", "M", "Q", "Y"}, default="Y"
        Time from one entry of `n_new` to the next.
    per : {"D", "W", "M", "Q", "Y"}, default="Y"
        Unit of `discount_rate`.

    Returns
    -------
    DataFrame
        One row per part; columns

        * `part` : "existing", "future" (only with `n_new`) and "total"
        * `n_customers` : customers, a float since expected numbers may be fractions
        * `value_per_customer` : `equity / n_customers`; for future customers as of today and
          net of acquisition
        * `equity` : present value in currency

    Raises
    ------
    InputError
        If a number is missing or out of range, there is no customer, lengths or indexes differ,
        or of the arguments on new customers some are given and others are not.
    InputTypeError
        If an argument does not hold numbers.

    Notes
    -----
    The cost of winning the existing customers is spent and does not count any more. `value_new`
    less `acquisition_cost` may be negative: then each customer to be won destroys value.

    References
    ----------
    Gupta, S., Lehmann, D. R. and Stuart, J. A. (2004). Valuing customers. Journal of Marketing
    Research 41(1), 7-18, where new cohorts are added to the existing one.

    Examples
    --------
    >>> customer_equity(250.0, n_customers=1_200)
           part  n_customers  value_per_customer    equity
    0  existing       1200.0               250.0  300000.0
    1     total       1200.0               250.0  300000.0
    >>> customer_equity(
    ...     [400.0, 100.0], n_new=[10, 10], value_new=150.0, acquisition_cost=40.0,
    ...     discount_rate=0.1,
    ... ).round(2)
           part  n_customers  value_per_customer   equity
    0  existing          2.0              250.00   500.00
    1    future         20.0               95.45  1909.09
    2     total         22.0              109.50  2409.09
    """
    parts = {"existing": _value_existing(value, n_customers)}
    future = {
        "value_new": value_new, "acquisition_cost": acquisition_cost, "discount_rate": discount_rate
    }  # fmt: skip
    _check_together(n_new, future)
    if discount_rate is not None:
        rate = find_rate(discount_rate, period, per)
        parts["future"] = _value_future(n_new, value_new, acquisition_cost, rate)
    heads, equity = (np.array(column) for column in zip(*parts.values(), strict=True))
    heads, equity = np.append(heads, heads.sum()), np.append(equity, equity.sum())
    check_finite(equity)
    table = {"n_customers": heads, "value_per_customer": equity / heads, "equity": equity}
    return pd.DataFrame({"part": [*parts, "total"], **table})


def _value_existing(value: Any, n_customers: Any) -> tuple[float, float]:
    """The number of existing customers and their value."""
    worth = read_numbers("value", value, negative=True)
    if n_customers is None:
        if worth.ndim == 0:
            raise InputError(
                f"`value` must hold one number per customer; got {value!r}. "
                "Say with `n_customers` how many have it."
            )
        heads = np.ones_like(worth)
    else:
        heads = read_numbers("n_customers", n_customers)
        common_index(value=value, n_customers=n_customers)
        heads = np.broadcast_to(heads, np.broadcast_shapes(heads.shape, worth.shape))
    return _add_up("n_customers", heads, worth)


def _value_future(
    n_new: Any, value_new: Any, acquisition_cost: Any, rate: float
) -> tuple[float, float]:
    """The number of customers to come, and their value today net of acquisition."""
    heads = read_numbers("n_new", n_new)
    if heads.ndim == 0:
        raise InputTypeError(f"`n_new` must hold one number per future period; got {n_new!r}.")
    worth = read_numbers("value_new", value_new, negative=True)
    spent = read_numbers("acquisition_cost", acquisition_cost)
    common_index(n_new=n_new, value_new=value_new, acquisition_cost=acquisition_cost)
    joins = np.arange(1, heads.size + 1)
    with np.errstate(over="ignore", invalid="ignore"):
        return _add_up("n_new", heads, (worth - spent) * np.exp(-joins * np.log1p(rate)))


def _add_up(name: str, heads: Floats, worth: Floats) -> tuple[float, float]:
    n_customers = float(heads.sum())
    if not n_customers > 0:
        raise InputError(f"`{name}` must not be zero throughout; there is no customer to count.")
    with np.errstate(over="ignore", invalid="ignore"):
        return n_customers, float((heads * worth).sum())


def _check_together(n_new: Any, future: dict[str, Any]) -> None:
    """Raise InputError unless all or none of the arguments on new customers are given."""
    missing = [f"`{name}`" for name, given in future.items() if given is None]
    if n_new is None and len(missing) < len(future):
        given = next(name for name, value in future.items() if value is not None)
        raise InputError(f"`{given}` is about new customers; give `n_new`, or leave it out.")
    if n_new is not None and missing:
        raise InputError(f"`n_new` needs {' and '.join(missing)} too; got None.")
