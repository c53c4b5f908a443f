"""Profit, loyalty or lifetime value: which customers are best by each, and what that costs."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from crmlab._checks import check_column, check_columns, check_count, check_fraction, check_size
from crmlab._errors import InputError, InputTypeError
from crmlab._types import Floats
from crmlab.segmentation._names import check_names
from crmlab.segmentation._ranks import bin_by_edges, find_edges

__all__ = ["MEASURES", "best_of", "compare_rankings", "value_tiers"]

MEASURES = ("profit", "loyalty", "lifetime_value")


def value_tiers(
    customers: pd.DataFrame, *, by: Sequence[str] = MEASURES, n_tiers: int = 5
) -> pd.DataFrame:
    """Put customers into tiers by each of several measures, tier 1 being best.

    Which customers are best depends on what counts: the money they brought (profit), how they stay
    (loyalty), or what they will still bring (lifetime value). Equal customers share a tier.

    Parameters
    ----------
    customers : DataFrame
        One row per customer, with the columns `by`; more is better in each. Profit, for example,
        from `customer_profit`, loyalty as tenure or probability to be alive, lifetime value from
        `customer_lifetime_value`.
    by : sequence of str, default=("profit", "loyalty", "lifetime_value")
        Columns to rank by; numbers, negative ones too.
    n_tiers : int, default=5
        Number of tiers, from 2 to the number of customers.

    Returns
    -------
    DataFrame
        Indexed as `customers`, a column ``x_tier`` (int, 1 to `n_tiers`) for each column ``x``.
        A customer in tier t has at most ``t / n_tiers`` of all customers at or above it, unless
        equal customers take more room.

    Raises
    ------
    InputError
        If a column is missing, not finite or the same for all, or there are fewer customers than
        tiers.

    See Also
    --------
    compare_rankings : How the rankings disagree, in money.

    Examples
    --------
    >>> customers = pd.DataFrame(
    ...     {"profit": [9.0, 5, 1, -2], "loyalty": [1, 4, 3, 2], "lifetime_value": [3.0, 8, 9, 0]}
    ... )
    >>> value_tiers(customers, n_tiers=2)
       profit_tier  loyalty_tier  lifetime_value_tier
    0            1             2                    2
    1            1             1                    1
    2            2             1                    1
    3            2             2                    2
    """
    check_count("n_tiers", n_tiers, minimum=2)
    values = _read_values(customers, "by", by)
    if n_tiers > len(customers):
        raise InputError(
            f"`n_tiers` must be at most the number of customers, {len(customers):,}; "
            f"got {n_tiers:,}. Ask for fewer tiers."
        )
    return pd.DataFrame(
        {
            f"{name}_tier": n_tiers + 1 - bin_by_edges(value, find_edges(value, n_tiers))
            for name, value in values.items()
        },
        index=customers.index,
    )


def compare_rankings(
    customers: pd.DataFrame,
    *,
    by: Sequence[str] = MEASURES,
    money: Sequence[str] = ("profit", "lifetime_value"),
    top: float = 0.2,
) -> pd.DataFrame:
    """Show in money how rankings disagree on who is best.

    The best customers by each ranking are taken, the same number each time, and what they hold is
    set against what the best by that money itself hold. Where equal customers stand at the
    border, each of them counts with the same part, so that the order of rows decides nothing.

    Parameters
    ----------
    customers : DataFrame
        One row per customer, with the columns `by` and `money`.
    by : sequence of str, default=("profit", "loyalty", "lifetime_value")
        Columns to rank by; more is better.
    money : sequence of str, default=("profit", "lifetime_value")
        Columns in currency to add up.
    top : float, default=0.2
        Share of customers that counts as best, in (0, 1].

    Returns
    -------
    DataFrame
        One row per ranking and money:

        ``ranked_by``, ``money``
            names of the columns;
        ``n_customers``
            customers taken (float: `top` times all);
        ``n_shared``
            of them, those who are among the best by that money, too;
        ``amount``
            what those taken hold, in currency;
        ``best``
            what the best by that money hold, in currency;
        ``missed``
            ``best - amount``, in currency: what this ranking costs; never below 0.

    Raises
    ------
    InputError
        If a column is missing, not finite or the same for all, or `top` is out of range.

    References
    ----------
    Reinartz, W. and Kumar, V. (2002). The mismanagement of customer loyalty. Harvard Business
    Review, 80(7), 86-94.

    Examples
    --------
    >>> customers = pd.DataFrame(
    ...     {"profit": [9.0, 5, 1, -2], "loyalty": [1, 4, 3, 2], "lifetime_value": [3.0, 8, 9, 0]}
    ... )
    >>> compare_rankings(customers, top=0.25, money=["lifetime_value"])[
    ...     ["ranked_by", "n_shared", "amount", "best", "missed"]
    ... ]
            ranked_by  n_shared  amount  best  missed
    0          profit       0.0     3.0   9.0     6.0
    1         loyalty       0.0     8.0   9.0     1.0
    2  lifetime_value       1.0     9.0   9.0     0.0
    """
    top = check_fraction("top", top)
    if top == 0:
        raise InputError("`top` must be above 0; got 0. Nobody would be best.")
    ranked = _read_values(customers, "by", by)
    amounts = _read_values(customers, "money", money)
    chosen = {name: best_of(value, top) for name, value in (amounts | ranked).items()}
    rows = []
    for name in ranked:
        for of, amount in amounts.items():
            best = float(chosen[of] @ amount)
            held = float(chosen[name] @ amount)
            shared = float(np.minimum(chosen[name], chosen[of]).sum())
            n = top * len(customers)
            rows.append((name, of, n, shared, held, best, max(best - held, 0.0)))
    return pd.DataFrame(
        rows,
        columns=["ranked_by", "money", "n_customers", "n_shared", "amount", "best", "missed"],
    )


def best_of(value: Floats, top: float) -> Floats:
    """The part of each customer that is among the best: 1, 0, or between for ties at the border."""
    room = top * len(value)
    places = min(int(np.ceil(room)), len(value))
    border = np.partition(value, len(value) - places)[len(value) - places]
    above, level = value > border, value == border
    return above + level * (room - above.sum()) / level.sum()


def _read_values(customers: pd.DataFrame, option: str, names: Sequence[str]) -> dict[str, Floats]:
    if not isinstance(customers, pd.DataFrame):
        raise InputTypeError(f"`customers` must be a DataFrame; got {type(customers).__name__}.")
    names = check_names(option, names)
    if not names:
        raise InputError(f"`{option}` must name at least one column; got none.")
    check_columns(customers.columns, names, what="`customers`")
    values = {name: check_column(customers, name, negative=True) for name in names}
    for name, value in values.items():
        check_size(name, value)
        if value.min() == value.max():
            raise InputError(
                f"`{name}` must differ between customers; it is the same for all of them. "
                f"Leave it out of `{option}`."
            )
    return values
