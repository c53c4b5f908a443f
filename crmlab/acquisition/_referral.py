"""What a recommendation is worth, and whether customers who were recommended are worth more."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from crmlab._checks import check_count, check_number, check_vector
from crmlab._engine import execute
from crmlab._errors import InputError, InputTypeError
from crmlab._intervals import check_resampling, interval_row
from crmlab._types import Floats, Ints, Table
from crmlab.contracts import REFERRALS

__all__ = ["referral_value", "referred_premium"]


def referral_value(
    referrals: Table,
    value: pd.Series,
    *,
    anyway: float | pd.Series,
    saved_cost: float = 0.0,
    reward: float = 0.0,
    depth: int | None = None,
) -> pd.DataFrame:
    """Value of each customer's recommendations: of those they brought, and of whom those brought.

    Somebody who would have come anyway adds nothing by having been recommended but the cost of
    winning them that was saved. So a recommendation adds (1 - anyway) value + anyway saved_cost -
    reward, and whom that customer brings counts for the first one as far as that customer does.

    Parameters
    ----------
    referrals : DataFrame or ibis.Table
        Canonical referrals: `referrer_id`, `customer_id`, `date`.
    value : Series
        Value of each customer, in currency, before the cost of winning; by `customer_id`. Whoever
        is in `referrals` must be in it.
    anyway : float or Series
        Probability that a customer who was recommended would have come without that, in [0, 1]: one
        for all, or one for each by `customer_id`. No table of referrals tells it: it takes a trial
        in which some customers are not asked to recommend.
    saved_cost : float, default=0.0
        What winning a customer otherwise costs, in currency.
    reward : float, default=0.0
        Paid for each recommendation that succeeds, to both sides together, in currency.
    depth : int, optional
        Steps of a chain that count: 1 for those brought directly only. Default: all.

    Returns
    -------
    DataFrame
        A row per customer of `value`, by `customer_id`; columns

        * `n_direct`, `n_indirect` : customers brought, and brought by those within `depth`
        * `own` : the customer's value
        * `direct` : what their own recommendations add, in currency
        * `indirect` : what the recommendations of those they brought add, as far as these came for
          their sake
        * `referral_value` : `direct + indirect`, which the firm would lose if the customer had
          never recommended anybody
        * `credited` : `direct`, and of `own` what is left when the one who brought the customer
          has theirs. It adds up, over all customers, to their value less the rewards paid;
          `referral_value` does not, since a chain counts for everybody above it

    Raises
    ------
    InputError
        If an option is out of range, somebody in `referrals` has no value, a chain goes in a
        circle, or somebody brought a customer before having been brought.
    ContractError
        If the table breaks its contract: who was recommended twice, or by themselves.

    References
    ----------
    Kumar, V., Petersen, J. A. and Leone, R. P. (2010). Driving profitability by encouraging
    customer referrals: who, when, and how. Journal of Marketing 74(5), 1-17: those who would have
    come anyway are worth the cost saved. There the cost saved counts for the others as well; here
    it does not, since nobody would have paid it for somebody who would not have come.

    Examples
    --------
    Anna brought Ben, and Ben brought Cara:

    >>> chain = pd.DataFrame(
    ...     {"referrer_id": ["Anna", "Ben"], "customer_id": ["Ben", "Cara"],
    ...      "date": pd.to_datetime(["2025-01-01", "2025-02-01"])}
    ... )
    >>> worth = pd.Series({"Anna": 100.0, "Ben": 80, "Cara": 40})
    >>> value = referral_value(chain, worth, anyway=0.5, saved_cost=20, reward=10)
    >>> value[["own", "direct", "indirect", "referral_value", "credited"]]
                   own  direct  indirect  referral_value  credited
    customer_id
    Anna         100.0    40.0      10.0            50.0     140.0
    Ben           80.0    20.0       0.0            20.0      50.0
    Cara          40.0     0.0       0.0             0.0      10.0
    """
    saved = check_number("saved_cost", saved_cost, low=0)
    paid = check_number("reward", reward, low=0)
    steps = None if depth is None else check_count("depth", depth)
    worth = _read_value(value)
    parent, child, day = _read_links(referrals, value.index)
    chance = _read_anyway(anyway, value.index, child)
    n = len(worth)
    level = _count_steps_up(parent, child, value.index)
    _refuse_early(parent, child, day, value.index)
    gain = (1 - chance) * worth[child] + chance * saved - paid
    direct = _add_up(parent, gain, n)
    if steps is None or steps >= level.max(initial=0):
        total = _add_up_chains(parent, child, gain, 1 - chance, level)
        count = _add_up_chains(parent, child, np.ones(len(child)), np.ones(len(child)), level)
    else:
        total, count = np.zeros(n), np.zeros(n)
        for _ in range(steps):  # one more step down the chain each time
            total = _add_up(parent, gain + (1 - chance) * total[child], n)
            count = _add_up(parent, 1 + count[child], n)
    kept = worth.copy()
    kept[child] = chance * (worth[child] - saved)
    n_direct = np.bincount(parent, minlength=n)
    return pd.DataFrame(
        {
            "n_direct": n_direct,
            "n_indirect": count.round().astype("int64") - n_direct,
            "own": worth,
            "direct": direct,
            "indirect": total - direct,
            "referral_value": total,
            "credited": kept + direct,
        },
        index=value.index.rename("customer_id"),
    )


def referred_premium(
    value: ArrayLike,
    referred: ArrayLike,
    *,
    level: float = 0.95,
    n_resamples: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Value of customers who were recommended, as a multiple of that of the others.

    Parameters
    ----------
    value : array-like of shape (n_customers,)
        Value per customer, in currency, all over the same length of time since they came.
    referred : array-like of shape (n_customers,)
        True where the customer was recommended.
    level : float, default=0.95
        Probability between the limits, in (0, 1).
    n_resamples : int, default=1000
        Number of resamples of customers; at least 40 at level 0.95.
    seed : int, default=0
        Seed of the random draws.

    Returns
    -------
    DataFrame
        One row: `estimate, lower, upper, level`, the ratio of the two means; `mean_referred`,
        `mean_other`, in currency; `n_referred`, `n_other`.

    Raises
    ------
    InputError
        If there are fewer than two customers of a kind, or the others' mean is not above 0, in the
        data or in a resample: a multiple of nothing says nothing.

    Notes
    -----
    Limits come from resampling both kinds of customer. The ratio compares those who came one way
    with those who came another: it is not what recommending does to a customer.

    References
    ----------
    Schmitt, P., Skiera, B. and Van den Bulte, C. (2011). Referral programs and customer value.
    Journal of Marketing 75(1), 46-59, who found a ratio of about 1.16 at a German bank.

    Examples
    --------
    >>> premium = referred_premium([30, 10, 20, 40, 15, 25], [1, 1, 0, 0, 0, 0])
    >>> premium[["estimate", "mean_referred", "mean_other"]]
       estimate  mean_referred  mean_other
    0       0.8           20.0        25.0
    """
    check_resampling(level=level, n_resamples=n_resamples, seed=seed)
    amount = check_vector("value", value, negative=True)
    flag = check_vector("referred", referred, flags=True)
    if len(flag) != len(amount):
        raise InputError(
            f"`value` and `referred` must have the same length; got {len(amount):,} and "
            f"{len(flag):,}."
        )
    if not np.isin(flag, (0, 1)).all():
        raise InputError("`referred` must be true or false for each customer.")
    kinds = amount[flag == 1], amount[flag == 0]
    for name, kind in zip(("were", "were not"), kinds, strict=True):
        if len(kind) < 2:
            raise InputError(
                f"`referred` must have two customers who {name} recommended, or more; got "
                f"{len(kind)}."
            )
    rng = np.random.default_rng(seed)
    yes, no = (_resample_means(kind, n_resamples, rng) for kind in kinds)
    means = float(kinds[0].mean()), float(kinds[1].mean())
    if means[1] <= 0 or (no <= 0).any():
        raise InputError(
            f"`value` must have a mean above 0 among those not recommended, in each resample too; "
            f"got {means[1]:g}. Compare the means themselves."
        )
    lower, upper = np.quantile(yes / no, [(1 - level) / 2, (1 + level) / 2])
    row = interval_row(means[0] / means[1], lower, upper, level=level)
    return row.assign(
        mean_referred=means[0], mean_other=means[1], n_referred=len(kinds[0]), n_other=len(kinds[1])
    )


def _resample_means(value: Floats, n_resamples: int, rng: np.random.Generator) -> Floats:
    amounts, counts = np.unique(value, return_counts=True)
    n = len(value)
    share = counts / n
    return np.array([rng.multinomial(n, share) @ amounts / n for _ in range(n_resamples)])


def _read_value(value: Any) -> Floats:
    if not isinstance(value, pd.Series):
        raise InputTypeError(
            f"`value` must be a Series of values by customer_id; got {type(value).__name__}."
        )
    if value.index.has_duplicates:
        raise InputError("`value` must have one value for each customer; a customer has two.")
    return np.array(check_vector("value", value, negative=True))


def _read_links(referrals: Table, people: pd.Index) -> tuple[Ints, Ints, Ints]:
    """Rows of `people` of each referrer and of whom they brought, and the day in days."""
    rows = execute(REFERRALS.require(referrals).select("referrer_id", "customer_id", "date"))
    names = ["referrer_id", "customer_id"]
    parent, child = (people.get_indexer(pd.Index(rows[name])) for name in names)
    for name, found in zip(names, (parent, child), strict=True):
        if count := int((found < 0).sum()):
            raise InputError(
                f"`value` must have everybody who is in `referrals`; {count:,} of `{name}` are not "
                f"in it, such as {rows[name][found < 0].iloc[0]!r}. Give 0 to those who brought "
                "nothing."
            )
    dates = pd.to_datetime(rows["date"])
    if getattr(dates.dtype, "tz", None) is not None:
        dates = dates.dt.tz_localize(None)
    day = dates.to_numpy().astype("datetime64[D]").astype("int64")
    return parent.astype("int64"), child.astype("int64"), day


def _read_anyway(anyway: Any, people: pd.Index, child: Ints) -> Floats:
    """The probability of each who was recommended."""
    if not isinstance(anyway, pd.Series):
        return np.full(len(child), check_number("anyway", anyway, low=0, high=1))
    if anyway.index.has_duplicates:
        raise InputError(
            "`anyway` must have one probability for each customer; a customer has two."
        )
    if not len(child):
        return np.empty(0)
    found = anyway.reindex(people[child])
    if found.isna().any():
        raise InputError(
            f"`anyway` must have a probability for everybody who was recommended; "
            f"{int(found.isna().sum()):,} have none, such as {found.index[found.isna()][0]!r}."
        )
    chance = check_vector("anyway", found)
    if chance.max(initial=0.0) > 1:
        raise InputError(f"`anyway` must be in [0, 1]; got {chance.max():g}.")
    return chance


def _add_up(parent: Ints, each: Floats, n: int) -> Floats:
    """Sum of what each referrer brought."""
    return np.bincount(parent, each, minlength=n).astype("float64")


def _add_up_chains(parent: Ints, child: Ints, each: Floats, passed: Floats, level: Ints) -> Floats:
    """Sum of what each referrer's whole chain brought, from its end upwards."""
    total = np.zeros(len(level))
    order = np.argsort(-level[child], kind="stable")
    ends = np.flatnonzero(np.diff(level[child][order], append=-1)) + 1
    first = 0
    for end in ends.tolist():
        rows = order[first:end]
        np.add.at(total, parent[rows], each[rows] + passed[rows] * total[child[rows]])
        first = end
    return total


def _count_steps_up(parent: Ints, child: Ints, people: pd.Index) -> Ints:
    """Steps from each to somebody who came alone; raise where a chain goes in a circle."""
    ahead = np.full(len(people), -1, dtype="int64")
    ahead[child] = parent
    steps = (ahead >= 0).astype("int64")
    for _ in range(len(people).bit_length()):  # twice as far each time, past the end of any chain
        on = ahead >= 0
        steps = steps + np.where(on, steps[ahead], 0)
        ahead = np.where(on, ahead[ahead], -1)
    if (ahead >= 0).any():
        raise InputError(
            f"`referrals` must lead back to somebody who came alone; the chain of "
            f"{people[ahead[ahead >= 0][0]]!r} goes in a circle."
        )
    return steps


def _refuse_early(parent: Ints, child: Ints, day: Ints, people: pd.Index) -> None:
    """Whom somebody brought before being brought came without the one further up."""
    came = np.full(len(people), np.iinfo("int64").min)
    came[child] = day
    early = day < came[parent]
    if early.any():
        at = int(np.flatnonzero(early)[0])
        raise InputError(
            f"`referrals` must not come before the referrer was brought; {int(early.sum()):,} of "
            f"{len(child):,} do, such as that of {people[child[at]]!r} by {people[parent[at]]!r}. "
            "Correct the dates, or leave out the row that brought the referrer."
        )
