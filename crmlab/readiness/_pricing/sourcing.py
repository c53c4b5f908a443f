"""Failure factor "outsourced without a checklist": what nobody asked of the provider."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, combinations
from math import prod

import numpy as np
import pandas as pd

from crmlab._checks import check_count, check_fraction, check_number, check_size
from crmlab._stake import Stake, read_stake
from crmlab._types import Floats
from crmlab.company import Company
from crmlab.readiness._pricing.checklist import ITEMS
from crmlab.readiness._pricing.expected import choose_best, expect_effect, expect_over
from crmlab.readiness._pricing.firm import list_assumed, list_money, read_worth
from crmlab.readiness._pricing.priced import Priced, check_strengths, list_assumptions, price

__all__ = ["simulate_outsourcing"]

_HARMS = ("targeting", "late", "fit", "leak", "silence", "locked")
_OF_CAMPAIGNS = _HARMS[:3]


def simulate_outsourcing(
    company: Company,
    *,
    unchecked: float | Sequence[float] = (0, 0.25, 0.5, 0.75, 1),
    reach: float = 0.3,
    days_late: float = 7,
    fit: float = 0.9,
    leaving: float = 0.02,
    silence: float = 2.0,
    switch: float = 0.3,
    exit_cost: float = 2_000_000,
    locked: float = 2.0,
    asked: float = 0.9,
    remedy_cost: float = 200_000,
    margin: float | None = None,
    cost_per_contact: float | None = None,
    n_customers: int | None = None,
    level: float = 0.95,
    seed: int = 0,
) -> Priced:
    """Price a contract with a provider in which part of the checklist was not asked.

    An item that is asked is settled before the contract. One that is not goes wrong within the
    year with the chance in `SOURCING_CHECKLIST`, and brings a harm. Of a campaign: customers are
    ranked by past spend in place of what a contact adds (targeting), letters go out late, or the
    standard offer fits less. Of customers: data leak, and some leave, more where nobody tells them.
    A firm that met any harm changes the provider with some probability, and pays for leaving; more
    if nobody asked how data come back. So items are not added up: a second reason for a bad list
    does no more harm, and an exit clause costs nothing until the firm wants to leave.

    Parameters
    ----------
    company : Company
        Of `simulate_company` or `load_company`.
    unchecked : float or sequence of float, default=(0, 0.25, 0.5, 0.75, 1)
        Strength: share of the checklist that is not asked, in [0, 1]; each item is left out with
        this probability, and the cost is averaged over all that can then happen.
    reach : float, default=0.3
        Share of customers for whom there is a letter, in [0, 1].
    days_late : float, default=7
        Days that letters are late, at least 0; the campaign's window says what effect is left.
    fit : float, default=0.9
        Effect of the standard offer, as a fraction of that of the firm's own, in [0, 1].
    leaving : float, default=0.02
        Share of all customers who leave after a leak, in [0, 1].
    silence : float, default=2.0
        How many times as many leave if they hear of it from others, at least 1; never more than
        all.
    switch : float, default=0.3
        Probability that a firm that met a harm changes the provider within the year, in [0, 1].
    exit_cost : float, default=2_000_000
        Of changing the provider, in currency, at least 0.
    locked : float, default=2.0
        How many times as much that costs if data do not come back in order, at least 1.
    asked : float, default=0.9
        Remedy: share of what was left out that is asked after all, in [0, 1].
    remedy_cost : float, default=200_000
        Of the remedy (somebody who goes through the checklist with the provider), in currency.
    margin, cost_per_contact : float, optional
        Of an order and of a contact, in currency. Default: as in the campaign. Another margin
        changes what all customers are worth in proportion.
    n_customers : int, optional
        Customers of the firm. Default: as many as the company has.
    level : float, default=0.95
        Probability between the limits, in (0, 1).
    seed : int, default=0
        Seed of the lot that decides which half of the customers a score is learned from.

    Returns
    -------
    Priced
        For one campaign a year and all customers. `detail` has one row per strength: `strength`;
        `targeting`, `late`, `fit`, `leak`, `silence`, `locked`, the probability of each harm; and
        in currency `campaign_lost`, `customers_lost`, `exit_lost`, which add up to the cost.

    Raises
    ------
    InputError
        If an option is out of range, or there is no campaign drawn by lot.
    InputTypeError
        If an option has the wrong type, or `company` is not a simulated company.

    See Also
    --------
    build_or_outsource : what both ways cost and bring over the years.

    Notes
    -----
    Effects and worth are those to be expected, so no luck of one year is in the cost; limits are
    for the customers, not for the chances of the checklist, which are assumed. Change those that
    do not fit your firm before you believe the sum.

    Examples
    --------
    >>> from crmlab.simulate import simulate_company
    >>> found = simulate_outsourcing(simulate_company(500, seed=1))
    >>> found.table["cost"].is_monotonic_increasing
    True
    >>> found.detail.loc[4, ["targeting", "leak", "locked"]].astype(float).round(3).to_dict()
    {'targeting': 0.49, 'leak': 0.04, 'locked': 0.4}
    """
    strengths = check_strengths("unchecked", unchecked)
    terms = _Terms(reach, days_late, fit, leaving, silence, switch, exit_cost, locked)
    terms.check()
    check_fraction("asked", asked)
    check_size("remedy_cost", check_number("remedy_cost", remedy_cost, low=0))
    check_count("seed", seed, minimum=0)
    stake = read_stake(
        company, margin=margin, cost_per_contact=cost_per_contact, n_customers=n_customers
    )
    cases = _read_cases(company, stake, terms, seed)
    parts = {u: cases.expect(u) for u in strengths}
    left = {u: cases.expect(u * (1 - asked)) for u in strengths}
    known = {"margin": margin, "cost_per_contact": cost_per_contact}
    return price(
        "P4",
        {u: np.sum([*each.values()], axis=0) for u, each in parts.items()},
        {u: np.sum([*each.values()], axis=0) for u, each in left.items()},
        remedy_cost=remedy_cost,
        scale=stake.scale,
        level=level,
        detail=_tell_parts(parts, stake.scale),
        assumptions=list_assumptions(
            [
                *list_money(stake, known),
                ("campaigns", 1, "a year", "company"),
                *list_assumed(_UNITS, vars(terms) | {"asked": asked, "remedy_cost": remedy_cost}),
                *_list_chances(),
            ]
        ),
    )


def _tell_parts(parts: dict[float, dict[str, Floats]], scale: float) -> pd.DataFrame:
    """Probability of each harm by strength, and what is lost where."""
    rows = [
        {"strength": u}
        | _chances(u)
        | {name: float(part.sum()) * scale for name, part in lost.items()}
        for u, lost in parts.items()
    ]
    return pd.DataFrame(rows, dtype=float)


def _list_chances() -> list[tuple[str, float, str, str]]:
    unit = "a year, if not asked"
    return [(f"chance of {item!r}", chance, unit, "assumed") for item, *_, chance, _ in ITEMS]


_UNITS = {
    "reach": "share of customers",
    "days_late": "days",
    "fit": "fraction of the effect",
    "leaving": "share of customers, after a leak",
    "silence": "times as many",
    "switch": "probability, after a harm",
    "exit_cost": "currency",
    "locked": "times as much",
    "asked": "share of what was left out",
    "remedy_cost": "currency a year",
}


@dataclass(frozen=True)
class _Terms:
    """What each harm does."""

    reach: float
    days_late: float
    fit: float
    leaving: float
    silence: float
    switch: float
    exit_cost: float
    locked: float

    def check(self) -> None:
        for name in ("reach", "fit", "leaving", "switch"):
            check_fraction(name, getattr(self, name))
        for name, low in {"days_late": 0, "silence": 1, "exit_cost": 0, "locked": 1}.items():
            check_size(name, check_number(name, getattr(self, name), low=low))


@dataclass(frozen=True)
class _Cases:
    """What each customer of the firm costs in every case."""

    campaign: dict[frozenset[str], Floats]
    customers: dict[frozenset[str], Floats]
    leave: float  # cost of changing the provider, times the probability after a harm
    locked: float

    def expect(self, unchecked: float) -> dict[str, Floats]:
        """Cost on average over all that can happen when such a share is not asked."""
        chance = _chances(unchecked)
        unharmed = prod(1 - chance[name] for name in ("targeting", "late", "fit", "leak"))
        leave = self.leave * (1 - unharmed) * (1 + (self.locked - 1) * chance["locked"])
        customers = expect_over(
            {name: chance[name] for name in ("leak", "silence")}, self.customers
        )
        return {
            "campaign_lost": expect_over(
                {name: chance[name] for name in _OF_CAMPAIGNS}, self.campaign
            ),
            "customers_lost": customers,
            "exit_lost": np.full_like(customers, leave),
        }


def _chances(unchecked: float) -> dict[str, float]:
    """Probability of each harm: that not all of its items turn out well."""
    return {
        harm: 1 - prod(1 - unchecked * chance for *_, its, chance, _ in ITEMS if its == harm)
        for harm in _HARMS
    }


def _read_cases(company: Company, stake: Stake, terms: _Terms, seed: int) -> _Cases:
    plans = company.campaigns
    window = float(plans.loc[plans["design"] == "randomised", "window_days"].iloc[0])
    everybody = read_worth(company, stake)
    worth = everybody.to_numpy(dtype="float64")
    place = everybody.index.get_indexer(stake.people.index)
    campaign = {}
    for case, each in _lose_campaign(stake, terms, window, seed).items():
        campaign[case] = np.zeros_like(worth)
        campaign[case][place] = each
    return _Cases(
        campaign=campaign,
        customers={
            frozenset(): 0 * worth,
            frozenset({"silence"}): 0 * worth,
            frozenset({"leak"}): terms.leaving * worth,
            frozenset({"leak", "silence"}): min(terms.leaving * terms.silence, 1) * worth,
        },
        leave=terms.switch * terms.exit_cost / (worth.size * stake.scale),
        locked=terms.locked,
    )


def _lose_campaign(
    stake: Stake, terms: _Terms, window: float, seed: int
) -> dict[frozenset[str], Floats]:
    """What is lost on each customer of the campaign under each set of harms."""
    effect = expect_effect(stake.people) * stake.margin
    scores = stake.scores(seed=seed).to_numpy()
    spent = stake.people["total_spend"].to_numpy(dtype="float64")
    gains = {}
    for case in chain.from_iterable(combinations(_OF_CAMPAIGNS, n) for n in range(4)):
        letter = choose_best(spent if "targeting" in case else scores, reach=terms.reach)
        power = max(1 - terms.days_late / window, 0) if "late" in case else 1.0
        power *= terms.fit if "fit" in case else 1.0
        gains[frozenset(case)] = letter * (power * effect - stake.cost_per_contact)
    return {case: gains[frozenset()] - gain for case, gain in gains.items()}
