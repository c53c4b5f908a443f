"""Mass, segment and one-to-one targeting on one base and budget, over companies made by chance."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from crmlab._checks import (
    check_choice,
    check_column,
    check_columns,
    check_count,
    check_fraction,
    check_number,
    check_size,
)
from crmlab._errors import InputError, InputTypeError
from crmlab.campaigns import compare_targeting
from crmlab.closed_loop._bases import make_bases

__all__ = ["Targeting", "price_targeting", "simulate_targeting"]

_WAYS = ["mass", "segment", "one-to-one"]
_FEWEST = 1_000  # customers; in a smaller trial hardly anybody orders
_MOST = 2_000_000  # customers of all companies together


@dataclass(frozen=True)
class Targeting:
    """What three ways of targeting earn in a year, and the customers that it was counted on.

    Attributes
    ----------
    table : DataFrame
        One row per share learned from, cost of a contact and way:

        * `learned`, `cost_per_contact`, `policy` ("mass", "segment", "one-to-one")
        * `n_contacted` : contacts of a year, mean over companies
        * `cost`, `knowing` : of the contacts and of knowing the customers in a year, in currency
        * `estimate`, `lower`, `upper` : profit of a year over contacting nobody, in currency, the
          mean over companies with limits
        * `over`, `over_lower`, `over_upper` : by how much it is above that of `against`
        * `ahead` : share of the companies in which it is above that of `against`
        * `worth`, `worth_lower`, `worth_upper` : most that knowing the customers in this way may
          cost in a year to be as good as `against`, in currency; below 0, not even for nothing
        * `against`, `level`
    by_seed : DataFrame
        The same of each company: `seed`, `learned`, `cost_per_contact`, `policy`, `n_contacted`,
        `cost`, `estimate`.
    bases : DataFrame
        One row per customer who may be contacted, and share learned from: `seed`, `customer_id`,
        `learned`; `score`, orders that a contact is expected to add, learned from a trial;
        `segment`; `effect`, orders that it really adds.
    """

    table: pd.DataFrame
    by_seed: pd.DataFrame
    bases: pd.DataFrame

    def __repr__(self) -> str:
        rows = self.table.groupby("policy", sort=False)["estimate"].mean()
        said = ", ".join(f"{policy} {profit:,.0f}" for policy, profit in rows.items())
        return f"Targeting({said}; {self.bases['seed'].nunique()} companies)"


def simulate_targeting(
    *,
    n_customers: int = 5_000,
    seeds: int = 20,
    learned: float | Sequence[float] = 1.0,
    margin: float | None = None,
    cost_per_contact: float | Sequence[float] | None = None,
    budget: float | None = None,
    campaigns: int = 4,
    cost_of_knowing: float = 4_000_000.0,
    cost_of_segments: float = 1_000_000.0,
    against: str = "mass",
    level: float = 0.95,
    seed: int = 0,
) -> Targeting:
    """Simulate what mass, segment and one-to-one targeting earn on the same base and budget.

    Companies are drawn with seeds that follow each other. In each a trial of its summer camp, by
    lot, has shown what a contact adds, and the next campaigns of a year choose by it:

    * "mass" contacts everybody, or as many as the budget pays for, by lot. It needs no trial.
    * "segment" knows whether a customer subscribes and has ordered in the last 90 days, and how
      much a contact is expected to add in each of these four groups.
    * "one-to-one" knows six facts about each customer, and how much a contact is expected to add
      to this one. The same model stands behind both; the segment has the mean of its customers.

    What each way earned is counted with the true effects, which no real firm knows.

    Parameters
    ----------
    n_customers : int, default=5_000
        Customers of each company, 1,000 or more; about half may be contacted.
    seeds : int, default=20
        Companies, 2 or more.
    learned : float or sequence of float, default=1.0
        Share of the trial that the scores are learned from, in (0, 1]; several are compared on the
        same customers. It times `n_customers` must be 1,000 or more.
    margin : float, optional
        Margin of an order, in currency, before the cost of contact. Default: of the company.
    cost_per_contact : float or sequence of float, optional
        In currency, above 0. Default: of the company. Several are compared on the same customers.
    budget : float, optional
        Most that a campaign may spend on contacts, in currency. Default: no limit.
    campaigns : int, default=4
        Campaigns a year, each of which earns as the one of the trial would; assumed.
    cost_of_knowing, cost_of_segments : float, default=4_000_000 and 1_000_000
        What one-to-one and segment targeting cost in a year, whoever is contacted (data, people,
        trials), in currency; assumed.
    against : {"mass", "segment", "one-to-one"}, default="mass"
        Way that the others are compared with.
    level : float, default=0.95
        Probability between the limits, in (0, 1).
    seed : int, default=0
        Seed of the first company.

    Returns
    -------
    Targeting

    Raises
    ------
    InputError
        If a number is out of range.
    InputTypeError
        If an option has the wrong type.

    Notes
    -----
    Limits are Student's, for the mean over companies like these: they hold how much the companies
    differ and what chance did in each trial. A single firm may lie outside. In the campaign the
    score is nobody's own outcome: it is learned from the other half of the customers.

    References
    ----------
    Hitsch, G. J., Misra, S. and Zhang, W. W. (2024). Heterogeneous treatment effects and optimal
    targeting policy evaluation. Quantitative Marketing and Economics 22, 115-168.

    Examples
    --------
    >>> found = simulate_targeting(n_customers=1_000, seeds=2, budget=300_000)
    >>> found.table[["policy", "n_contacted", "cost", "knowing"]].round()
           policy  n_contacted       cost    knowing
    0        mass        800.0  1200000.0        0.0
    1     segment        600.0   900000.0  1000000.0
    2  one-to-one        770.0  1155000.0  4000000.0
    """
    number = check_count("n_customers", n_customers, minimum=_FEWEST)
    many = check_count("seeds", seeds, minimum=2)
    first = check_count("seed", seed, minimum=0)
    shares = _check_many("learned", learned, low=0, high=1, open_low=True)
    if number * shares[0] < _FEWEST:
        raise InputError(
            f"`learned` must be at least {_FEWEST / number:g} with {number:,} customers; got "
            f"{shares[0]:g}. In a smaller trial hardly anybody orders."
        )
    if number * many > _MOST:
        raise InputError(
            f"`n_customers` times `seeds` must be at most {_MOST:,}; got {number * many:,}. "
            "Simulate smaller companies, or fewer."
        )
    numbers = range(first, first + many)
    money: dict[str, Any] = {
        "budget": budget, "campaigns": campaigns, "cost_of_knowing": cost_of_knowing,
        "cost_of_segments": cost_of_segments, "against": against, "level": level,
    }  # fmt: skip
    _check_money(margin=1.0 if margin is None else margin, **money)
    bases, own = make_bases(number, numbers, shares)
    return price_targeting(
        bases,
        margin=own["margin"] if margin is None else margin,
        cost_per_contact=own["cost_per_contact"] if cost_per_contact is None else cost_per_contact,
        **money,
    )


def price_targeting(
    bases: pd.DataFrame,
    *,
    margin: float,
    cost_per_contact: float | Sequence[float],
    budget: float | None = None,
    campaigns: int = 4,
    cost_of_knowing: float = 4_000_000.0,
    cost_of_segments: float = 1_000_000.0,
    against: str = "mass",
    level: float = 0.95,
) -> Targeting:
    """Count what the ways of targeting earn with other money, on customers simulated before.

    Parameters
    ----------
    bases : DataFrame
        `Targeting.bases`, or a table with its columns.
    margin, cost_per_contact, budget, campaigns, cost_of_knowing, cost_of_segments, against, level
        As for `simulate_targeting`.

    Returns
    -------
    Targeting

    Raises
    ------
    InputError
        If a number is out of range, a column of `bases` is missing, or it holds one company only.
    InputTypeError
        If an option has the wrong type, or `bases` is not a DataFrame.

    Examples
    --------
    Contacts that cost a third of what an order leaves, and an order in two contacts:

    >>> bases = pd.DataFrame(
    ...     {"seed": [0] * 4 + [1] * 4, "customer_id": list("abcdabcd"), "learned": 1.0,
    ...      "score": [0.9, 0.4, 0.2, 0.0] * 2, "segment": list("xxyy") * 2,
    ...      "effect": [1, 1, 0, 0, 1, 0, 1, 0]}
    ... )
    >>> found = price_targeting(bases, margin=9, cost_per_contact=3, campaigns=1,
    ...                         cost_of_knowing=2, cost_of_segments=1)
    >>> found.table[["policy", "n_contacted", "estimate", "over", "worth"]]
           policy  n_contacted  estimate  over  worth
    0        mass          4.0       6.0   0.0    0.0
    1     segment          2.0       6.5   0.5    1.5
    2  one-to-one          2.0       5.5  -0.5    1.5
    """
    each = _check_money(
        margin=margin, budget=budget, campaigns=campaigns, cost_of_knowing=cost_of_knowing,
        cost_of_segments=cost_of_segments, against=against, level=level,
    )  # fmt: skip
    companies = _check_bases(bases)
    costs = _check_many("cost_per_contact", cost_per_contact, low=0, open_low=True)
    check_size("cost_per_contact", max(costs))
    found = [
        _price_company(rows, cost, each["margin"], budget).assign(learned=learned, seed=number)
        for (learned, number), rows in companies
        for cost in costs
    ]
    by_seed = pd.concat(found, ignore_index=True)
    by_seed[["n_contacted", "cost", "gain"]] *= campaigns
    paid = (0.0, each["cost_of_segments"], each["cost_of_knowing"])
    known = dict(zip(_WAYS, paid, strict=True))
    by_seed["estimate"] = by_seed["gain"] - by_seed["policy"].map(known)
    first = ["learned", "cost_per_contact"]
    rows = [
        _summarise(part, known, against, level).assign(
            **{name: part[name].iloc[0] for name in first}
        )
        for _, part in by_seed.groupby(first)
    ]
    shown = ["seed", "learned", "cost_per_contact", "policy", "n_contacted", "cost", "estimate"]
    table = pd.concat(rows, ignore_index=True)
    table = table[[*first, *table.columns.drop(first)]]
    return Targeting(table, by_seed[shown], bases)


def _check_money(
    *,
    margin: Any,
    budget: Any,
    campaigns: Any,
    cost_of_knowing: Any,
    cost_of_segments: Any,
    against: Any,
    level: Any,
) -> dict[str, float]:
    found = {
        "margin": check_number("margin", margin, low=0),
        "campaigns": check_count("campaigns", campaigns),
        "cost_of_knowing": check_number("cost_of_knowing", cost_of_knowing, low=0),
        "cost_of_segments": check_number("cost_of_segments", cost_of_segments, low=0),
    }
    if budget is not None:
        found["budget"] = check_number("budget", budget, low=0)
    for name, number in found.items():
        check_size(name, number)
    check_choice("against", against, _WAYS)
    check_fraction("level", level, open_ends=True)
    return found


def _check_many(name: str, value: Any, **rules: Any) -> list[float]:
    """Numbers in ascending order, each once; one number makes one."""
    given = np.atleast_1d(np.asarray(value, dtype=object)).tolist()
    if not given:
        raise InputError(f"`{name}` must hold at least one number; got none.")
    return sorted({check_number(name, each, **rules) for each in given})


def _check_bases(bases: Any) -> list[tuple[Any, pd.DataFrame]]:
    """The customers by share learned from and company."""
    if not isinstance(bases, pd.DataFrame):
        raise InputTypeError(
            f"`bases` must be a DataFrame, as `Targeting.bases`; got {type(bases).__name__}."
        )
    check_columns(
        bases.columns,
        ["seed", "customer_id", "learned", "score", "segment", "effect"],
        what="`bases`",
    )
    for name in ("score", "effect"):
        check_column(bases, name, what="`bases`", negative=True)
    if (many := bases["seed"].nunique()) < 2:
        raise InputError(
            f"`bases` must hold two companies (`seed`) or more; got {many}. One alone does not "
            "show how much companies differ."
        )
    return list(bases.groupby(["learned", "seed"]))


def _price_company(
    rows: pd.DataFrame, cost: float, margin: float, budget: float | None
) -> pd.DataFrame:
    """Contacts, their cost and what they earn in one campaign of one company."""
    found = compare_targeting(
        rows["score"].to_numpy() * margin,
        cost=cost,
        budget=budget,
        segments=rows["segment"].to_numpy(),
        true_value=rows["effect"].to_numpy() * margin,
    )
    found = found.rename(columns={"estimate": "gain"})[["policy", "n_contacted", "cost", "gain"]]
    return found.assign(cost_per_contact=cost)


def _summarise(
    by_seed: pd.DataFrame, known: dict[str, float], against: str, level: float
) -> pd.DataFrame:
    """Mean over companies with limits, for one share learned from and one cost of a contact."""
    wide = by_seed.pivot(index="seed", columns="policy")
    profit, gain = wide["estimate"], wide["gain"]
    rows = []
    for policy in _WAYS:
        mean, low, high = _limits(profit[policy], level)
        over, over_low, over_high = _limits(profit[policy] - profit[against], level)
        worth, worth_low, worth_high = _limits(gain[policy] - profit[against], level)
        rows.append(
            {"policy": policy, "n_contacted": wide["n_contacted"][policy].mean(),
             "cost": wide["cost"][policy].mean(), "knowing": known[policy],
             "estimate": mean, "lower": low, "upper": high,
             "over": over, "over_lower": over_low, "over_upper": over_high,
             "ahead": float((profit[policy] > profit[against]).mean()),
             "worth": worth, "worth_lower": worth_low, "worth_upper": worth_high,
             "against": against, "level": level}
        )  # fmt: skip
    return pd.DataFrame(rows)


def _limits(each: pd.Series, level: float) -> tuple[float, float, float]:
    """Mean over companies, with limits of Student."""
    n, mean = len(each), float(each.mean())
    half = float(stdtrit(n - 1, (1 + level) / 2) * each.std() / np.sqrt(n))
    return mean, mean - half, mean + half
