"""Top-down and bottom-up: a goal without facts, facts without the goal, and both linked."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlab._checks import check_choice, check_fraction, check_number, check_size
from crmlab._types import Floats, Ints
from crmlab.closed_loop._market import Market
from crmlab.closed_loop._rules import Terms, check_seeds, limits_of_mean, list_markets
from crmlab.closed_loop._turns import Knowledge, split
from crmlab.company import Company

__all__ = ["ComparedTeams", "compare_teams"]

# Team: whether it has the firm's goal, whether it has facts.
TEAMS = {
    "neither": (False, False),
    "top-down": (True, False),
    "bottom-up": (False, True),
    "linked": (True, True),
}
BELIEFS = ("spend", "youth", "subscription")


@dataclass(frozen=True)
class ComparedTeams:
    """What the same campaign earns when strategy, facts, both or neither decide whom it reaches.

    Attributes
    ----------
    table : DataFrame
        One row per `team`: "neither", "top-down", "bottom-up", "linked". `strategy`, `facts`,
        whether it has them; `contacts`, mean over seeds; in currency `profit` (what contacts are
        to be expected to add, less their cost, mean over seeds) with limits `lower`, `upper`, and
        `short`, what "linked" earns more, with `short_lower`, `short_upper`, by Student's t;
        `seeds`; `level`.
    by_seed : DataFrame
        One row per `seed`: the profit of each team, and `possible`, with the truth known.
    """

    table: pd.DataFrame
    by_seed: pd.DataFrame

    def __repr__(self) -> str:
        profit = self.table.set_index("team")["profit"]
        return "ComparedTeams(" + ", ".join(f"{k} {v:,.0f}" for k, v in profit.items()) + ")"


def compare_teams(
    companies: Company | Sequence[Company] | None = None,
    *,
    seeds: int = 20,
    capacity: float = 0.4,
    trial: float = 0.4,
    belief: str = "spend",
    prior: float = 20.0,
    campaign_id: str = "K06",
    margin: float | None = None,
    cost_per_contact: float | None = None,
    n_customers: int | None = None,
    level: float = 0.95,
) -> ComparedTeams:
    """Compare who decides whom a campaign reaches: strategy first, facts first, or both linked.

    All have the same customers, letters and capacity, and the same trial has been run.

    * "neither": a lot decides;
    * "top-down": the strategy says what the firm wants, profit that would not have come by itself,
      and believes it will come from one kind of customer (`belief`). Nobody asks the trial;
    * "bottom-up": the analysts contact the groups with most orders per letter in the trial. Nobody
      told them that some would have ordered anyway;
    * "linked": the goal comes from above, the facts from below: those groups in which letters added
      most in the trial, against those left alone, as long as that is worth a letter.

    Parameters
    ----------
    companies : Company or list of Company, optional
        As of `compare_loops`.
    seeds : int, default=20
        At least 2.
    capacity : float, default=0.4
        Share of customers who can be contacted, in [0, 1].
    trial : float, default=0.4
        Share of customers contacted in the trial, drawn by lot, in (0, 1). The others are left
        alone.
    belief : {"spend", "youth", "subscription"}, default="spend"
        Where the strategy expects its profit: customers who have spent most so far, younger
        learners, subscribers.
    prior : float, default=20
        As of `run_loop`.
    campaign_id, margin, cost_per_contact, n_customers
        As of `run_loop`.
    level : float, default=0.95
        Probability between the limits, in (0, 1).

    Returns
    -------
    ComparedTeams

    Raises
    ------
    InputError
        If an option is out of range, or a company has no campaign drawn by lot.
    InputTypeError
        If `companies` are not simulated companies, or an option has the wrong type.

    Notes
    -----
    A strategy may happen to believe what is true: with `belief="youth"` in the company's camp
    campaign it nearly does. The comparison says what facts add to this belief, not to every one.

    Linked is not always best. What a letter adds is a difference of two rates, and the trial of a
    firm with 5,000 customers tells it less surely than the rate of orders; there, "bottom-up" earns
    as much. With `n_customers` of 50,000 the difference is told well, and "linked" earns most.

    References
    ----------
    Fernandez-Loria, C. and Provost, F. (2022). Causal decision making and causal effect estimation
    are not the same... and why it matters. INFORMS Journal on Data Science 1, 4-16.

    Examples
    --------
    >>> from crmlab.datasets import load_company
    >>> teams = compare_teams(load_company(), seeds=5, n_customers=50_000)
    >>> teams.table.sort_values("profit")["team"].tolist()
    ['neither', 'top-down', 'bottom-up', 'linked']
    """
    check_seeds(seeds, level)
    check_fraction("capacity", capacity)
    check_fraction("trial", trial, open_ends=True)
    check_choice("belief", belief, BELIEFS)
    check_size("prior", check_number("prior", prior, low=0))
    profits, contacts = [], []
    terms: Terms = {
        "campaign_id": campaign_id, "margin": margin, "cost_per_contact": cost_per_contact,
        "n_customers": n_customers,
    }  # fmt: skip
    for seed, market in enumerate(list_markets(companies, seeds, terms)):
        chosen = _choose(market, capacity, _run_trial(market, trial, seed), belief, prior)
        worth = _worth(market)
        profits.append({"seed": seed} | {team: float(n @ worth) for team, n in chosen.items()})
        contacts.append({team: int(n.sum()) for team, n in chosen.items()})
    by_seed = pd.DataFrame(profits)
    return ComparedTeams(_tell_teams(by_seed, pd.DataFrame(contacts), level), by_seed)


def _run_trial(market: Market, share: float, seed: int) -> Knowledge:
    """Contact a share of each group by letter, leave the others alone, and count orders."""
    letters = split(round(share * market.n.sum()), market.n)
    customers = np.column_stack([market.n - letters, letters])
    chance = market.groups[["untreated", "treated"]].to_numpy()
    orders = np.random.default_rng([seed, 4]).binomial(customers, chance)
    return Knowledge(customers.astype(float), orders.astype(float))


def _choose(
    market: Market, capacity: float, seen: Knowledge, belief: str, prior: float
) -> dict[str, Ints]:
    """Contacts of each group, by team."""
    room = int(capacity * market.n.sum())
    words = market.groups.index.str
    believed = {
        "spend": market.groups["spend"].to_numpy(),
        "youth": words.startswith("younger").astype(float),
        "subscription": words.endswith("subscriber").astype(float),
    }[belief]
    added = seen.added(prior)[:, 0]
    earned = added * market.margin - market.cost["post"]
    truly = _worth(market)
    return {
        "neither": split(room, market.n),
        "top-down": _fill(market.n, room, believed),
        "bottom-up": _fill(market.n, room, seen.response),
        "linked": _fill(np.where(earned > 0, market.n, 0), room, earned),
        "possible": _fill(np.where(truly > 0, market.n, 0), room, truly),
    }


def _fill(n: Ints, room: int, rank: Floats) -> Ints:
    """Contact group after group, the highest rank first; a lot decides among groups alike."""
    contacts = np.zeros_like(n)
    for value in np.unique(rank)[::-1]:
        equal = rank == value
        contacts[equal] = split(room - int(contacts.sum()), n[equal])
    return contacts


def _worth(market: Market) -> Floats:
    """What a letter really earns, in currency, by group."""
    effect = (market.groups["treated"] - market.groups["untreated"]).to_numpy()
    return effect * market.margin - market.cost["post"]


def _tell_teams(by_seed: pd.DataFrame, contacts: pd.DataFrame, level: float) -> pd.DataFrame:
    rows = []
    for team, (strategy, facts) in TEAMS.items():
        profit, lower, upper = limits_of_mean(by_seed[team].to_numpy(), level)
        short = limits_of_mean((by_seed["linked"] - by_seed[team]).to_numpy(), level)
        told = {"team": team, "strategy": strategy, "facts": facts}
        rows.append(
            {**told, "contacts": contacts[team].mean(), "profit": profit, "lower": lower,
             "upper": upper, "short": short[0], "short_lower": short[1],
             "short_upper": short[2], "seeds": len(by_seed), "level": level}
        )  # fmt: skip
    return pd.DataFrame(rows)
