"""The probability that each of several arms earns most, given what has been seen of them."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.special import betainc, betaincinv

from crmlab._checks import check_number, check_size, check_vector
from crmlab._errors import InputError
from crmlab._types import Floats

__all__ = ["read_costs", "thompson_chances"]

NODES = 256  # of the quadrature; limits of its error are far below 1e-6


def thompson_chances(
    orders: ArrayLike,
    contacts: ArrayLike,
    *,
    margin: float = 1.0,
    cost: ArrayLike = 0.0,
) -> pd.Series:
    """Find with which probability each arm earns most, given orders and contacts so far.

    With this probability Thompson sampling chooses the arm for the next customer: it draws an order
    rate for each arm from what is believed of it, and takes the arm whose draw earns most. An arm
    of which little is known is tried now and then; a bad one is not, once it is known to be bad.

    What is believed of an order rate before anything is seen is uniform on [0, 1]; afterwards it is
    a Beta distribution with 1 + orders and 1 + contacts without an order.

    Parameters
    ----------
    orders, contacts : array-like of shape (n_arms,)
        Whole numbers; orders at most contacts. A Series gives the arms their names.
    margin : float, default=1
        Of an order, in currency, above 0.
    cost : float or array-like of shape (n_arms,), default=0
        Of a contact, in currency.

    Returns
    -------
    Series
        Probability in [0, 1] by arm; they add up to 1.

    Raises
    ------
    InputError
        If there are more orders than contacts, numbers are negative or missing, or lengths differ.
    InputTypeError
        If something is not a number.

    References
    ----------
    Thompson, W. R. (1933). On the likelihood that one unknown probability exceeds another in view
    of the evidence of two samples. Biometrika 25, 285-294.

    Examples
    --------
    >>> import pandas as pd
    >>> thompson_chances(pd.Series({"letter": 9, "call": 4}), [100, 100]).round(2)
    letter    0.92
    call      0.08
    dtype: float64
    """
    won = check_vector("orders", orders)
    asked = check_vector("contacts", contacts)
    if len(won) != len(asked):
        raise InputError(
            f"`contacts` must have a number for each of {len(won)} `orders`; got {len(asked)}."
        )
    if (won > asked).any():
        raise InputError("`orders` must be at most `contacts`; some are more. Count buyers once.")
    check_size("contacts", asked)
    margin = check_number("margin", margin, low=0, open_low=True)
    costs = read_costs(cost, len(won))
    names = orders.index if isinstance(orders, pd.Series) else range(len(won))
    return pd.Series(_chances(1 + won, 1 + asked - won, costs / margin), index=names)


def read_costs(cost: ArrayLike, n_arms: int) -> Floats:
    """One cost of a contact for each arm."""
    if np.ndim(cost) == 0:
        cost = [check_number("cost", cost, low=0)] * n_arms
    costs = check_vector("cost", cost)
    check_size("cost", costs)
    if len(costs) != n_arms:
        raise InputError(
            f"`cost` must be one number, or one for each of {n_arms} arms; got {len(costs)}."
        )
    return costs


def _chances(a: Floats, b: Floats, cost: Floats) -> Floats:
    """Integrate over the quantiles of each arm: how likely all others earn less than that."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    at, weights = (nodes + 1) / 2, weights / 2
    chances = np.empty(len(a))
    for arm in range(len(a)):
        rate = betaincinv(a[arm], b[arm], at)
        others = [each for each in range(len(a)) if each != arm]
        least = [
            betainc(a[other], b[other], np.clip(rate - cost[arm] + cost[other], 0, 1))
            for other in others
        ]
        chances[arm] = (weights * np.prod(least, axis=0)).sum()
    return chances / chances.sum()
