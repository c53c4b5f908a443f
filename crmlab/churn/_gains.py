"""How many of those who leave are among the customers with the highest scores."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from crmlab._checks import check_count, check_fraction
from crmlab._errors import InputError
from crmlab.churn._ranked import rank_customers

__all__ = ["gains_table", "lift"]


def gains_table(churned: ArrayLike, score: ArrayLike, *, n_groups: int = 10) -> pd.DataFrame:
    """Cut customers into groups of equal size by score, the highest first.

    Where a cut falls among customers of equal score, their churners are shared out evenly, so
    that the order of the rows changes nothing.

    Parameters
    ----------
    churned : array-like of bool, of shape (n_customers,)
        Who left.
    score : array-like of shape (n_customers,)
        Higher for those who are more likely to leave; any scale.
    n_groups : int, default=10
        Number of groups, from 1 to the number of customers.

    Returns
    -------
    DataFrame
        One row per group; columns

        * `group` : 1 (highest scores) to `n_groups`
        * `n_customers`, `churners`, `churn_rate` : in the group; churners may be a fraction where
          scores are equal
        * `lift` : churn rate of the group over that of all
        * `cumulative_customer_share`, `gain` : share of all customers, and of all who left, in
          this group and those above, in [0, 1]
        * `cumulative_lift` : gain / share of customers
        * `lowest_score`, `highest_score` : in the group

    Raises
    ------
    InputError
        If everybody or nobody left, all scores are equal, or there are fewer customers than
        groups.

    Examples
    --------
    >>> table = gains_table([1, 1, 0, 1, 0, 0], [9, 8, 7, 3, 2, 1], n_groups=3)
    >>> table[["group", "churners", "lift", "gain"]].round(2)
       group  churners  lift  gain
    0      1       2.0   2.0  0.67
    1      2       1.0   1.0  1.00
    2      3       0.0   0.0  1.00
    """
    ranked = rank_customers(churned, score)
    n, n_groups = int(ranked.n), check_count("n_groups", n_groups)
    if n_groups > n:
        raise InputError(
            f"`n_groups` must be at most the number of customers, {n:,}; got {n_groups:,}."
        )
    size = np.full(n_groups, n // n_groups)
    size[: n % n_groups] += 1
    end = size.cumsum()
    found = ranked.churners_among(end.astype(float))
    churners = np.diff(found, prepend=0.0)
    rate = ranked.n_churned / n
    return pd.DataFrame(
        {
            "group": np.arange(1, n_groups + 1),
            "n_customers": size,
            "churners": churners,
            "churn_rate": churners / size,
            "lift": churners / size / rate,
            "cumulative_customer_share": end / n,
            "gain": found / ranked.n_churned,
            "cumulative_lift": found / end / rate,
            "lowest_score": ranked.score_of(end),
            "highest_score": ranked.score_of(end - size + 1),
        }
    )


def lift(churned: ArrayLike, score: ArrayLike, *, top: float = 0.1) -> float:
    """Churn rate among the customers with the highest scores, over that of all.

    Parameters
    ----------
    churned, score
        As in `gains_table`.
    top : float, default=0.1
        Share of customers, in (0, 1]. A cut inside customers of equal score takes their mean.

    Returns
    -------
    float
        1 where the score says nothing; at most 1 / `top`.

    Raises
    ------
    InputError
        As in `gains_table`, and if `top` is not in (0, 1].

    Examples
    --------
    >>> lift([1, 1, 0, 0, 0, 0, 0, 0, 0, 0], range(10, 0, -1), top=0.2)
    5.0
    """
    if check_fraction("top", top) == 0:
        raise InputError("`top` must be above 0; got 0. Nobody is in an empty group.")
    ranked = rank_customers(churned, score)
    found = float(ranked.churners_among(np.array([top * ranked.n]))[0])
    return found / (top * ranked.n) / (ranked.n_churned / ranked.n)
