"""Failure factor "the process is not changed": a better list is made, and people work as before."""

from collections.abc import Sequence
from statistics import NormalDist
from typing import Literal, get_args

import numpy as np
import pandas as pd

from crmlab._checks import (
    check_choice,
    check_columns,
    check_count,
    check_fraction,
    check_number,
    check_vector,
)
from crmlab._errors import InputError, InputTypeError
from crmlab._stake import Stake, read_stake
from crmlab._types import Floats, Ints
from crmlab.company import Company
from crmlab.readiness._pricing.expected import choose_best, expect_effect
from crmlab.readiness._pricing.firm import list_assumed, list_money
from crmlab.readiness._pricing.priced import Priced, check_strengths, list_assumptions, price
from crmlab.readiness._pricing.signals import share_limits, signal_row, signal_table

__all__ = ["process_signal", "simulate_unchanged_process"]

Habit = Literal["total_spend", "n_orders", "days_since_last", "tenure"]

_UNITS = {
    "reach": "share of customers",
    "habit": "whom branches took before",
    "busy": "power of the number of customers",
    "persuaded": "share of those holding on",
    "remedy_cost": "currency a year",
}
_RECENCY = "days_since_last"  # of which less is better
_BETWEEN = "0 is a blind choice, 1 is full use of the list."


def simulate_unchanged_process(
    company: Company,
    *,
    unchanged: float | Sequence[float] = (0, 0.25, 0.5, 0.75, 1),
    reach: float = 0.3,
    habit: Habit = "total_spend",
    busy: float = 1.0,
    persuaded: float = 0.6,
    remedy_cost: float = 300_000,
    margin: float | None = None,
    cost_per_contact: float | None = None,
    n_customers: int | None = None,
    lots: int = 400,
    level: float = 0.95,
    seed: int = 0,
) -> Priced:
    """Price a good list of customers that part of the staff do not use.

    An analysis scores everybody by what a contact adds. Each branch has time to contact a share of
    its own customers. A branch that works by the list takes those with the highest scores; one
    that works as before takes those it always took, such as those who spent most, and pays as much
    for it. What the analysis found is then realised in the first kind of branch only. Busy branches
    are the last to change: each is the likelier to hold on, the more customers it has, so that a
    few of them hold more than their share of the customers.

    Parameters
    ----------
    company : Company
        Of `simulate_company` or `load_company`.
    unchanged : float or sequence of float, default=(0, 0.25, 0.5, 0.75, 1)
        Strength: share of the branches that work as before, in [0, 1].
    reach : float, default=0.3
        Share of its customers that a branch has time to contact, in [0, 1].
    habit : {"total_spend", "n_orders", "days_since_last", "tenure"}, default="total_spend"
        Whom branches took before: those who spent most, ordered most often, ordered last, or have
        been customers for longest.
    busy : float, default=1.0
        How much busy branches hold on: the chance to be the next that does not change grows with
        the number of customers to this power, at least 0; 0: all alike.
    persuaded : float, default=0.6
        Remedy: share of the branches holding on that then change, in [0, 1].
    remedy_cost : float, default=300_000
        Of the remedy (the list in the daily plan, training, a look at who was contacted), in
        currency a year.
    margin, cost_per_contact : float, optional
        Of an order and of a contact, in currency. Default: as in the campaign.
    n_customers : int, optional
        Customers of the firm. Default: as many as the company has.
    lots : int, default=400
        Orders in which branches hold on, drawn by lot, over which costs are averaged; at least 1.
    level : float, default=0.95
        Probability between the limits, in (0, 1).
    seed : int, default=0
        Seed of all lots.

    Returns
    -------
    Priced
        For one campaign a year. `detail` has one row per strength: `strength`; `held`, share of the
        customers whose branch works as before; `found`, orders per 100 contacts that the list adds
        over the old way by the trial, which is what the analysis reports, with `found_lower` and
        `found_upper`; `planned`, what it would truly add if all worked by it; `realised`, what it
        does add; `on_list`, share of the contacts that go to customers on the list.

    Raises
    ------
    InputError
        If an option is out of range, or there is no campaign drawn by lot.
    InputTypeError
        If an option has the wrong type, or `company` is not a simulated company.

    Notes
    -----
    The cost is averaged over lots, and effects are those to be expected of customers who look
    alike, so no luck of one campaign is in it. `found` is an estimate from the trial and may miss
    `planned`; that gap is chance, while the gap between `planned` and `realised` is the factor.

    Examples
    --------
    >>> from crmlab.simulate import simulate_company
    >>> found = simulate_unchanged_process(simulate_company(500, seed=1))
    >>> found.table["cost"].is_monotonic_increasing
    True
    >>> bool(found.table["cost"].iloc[0] == 0)
    True
    """
    strengths = check_strengths("unchanged", unchanged)
    check_fraction("reach", reach)
    check_choice("habit", habit, get_args(Habit))
    busy = check_number("busy", busy, low=0, high=20)
    check_fraction("persuaded", persuaded)
    remedy_cost = check_number("remedy_cost", remedy_cost, low=0)
    check_count("lots", lots)
    check_fraction("level", level, open_ends=True)
    check_count("seed", seed, minimum=0)
    stake = read_stake(
        company, margin=margin, cost_per_contact=cost_per_contact, n_customers=n_customers
    )
    assumed = {"reach": reach, "habit": habit, "busy": busy, "persuaded": persuaded}
    assumed["remedy_cost"] = remedy_cost
    branch = _find_branches(company, stake.people.index)
    usual = stake.people[habit].to_numpy(dtype="float64") * (-1 if habit == _RECENCY else 1)
    by_list = choose_best(stake.scores(seed=seed).to_numpy(), reach=reach, group=branch)
    as_before = choose_best(usual, reach=reach, group=branch)
    held = _Holding(np.bincount(branch), busy=busy, lots=lots, seed=seed)
    lift = (by_list - as_before) * expect_effect(stake.people) * stake.margin
    known = {"margin": margin, "cost_per_contact": cost_per_contact}
    return price(
        "P5",
        {u: held.share(u) * lift for u in strengths},
        {u: held.share(u * (1 - persuaded)) * lift for u in strengths},
        remedy_cost=remedy_cost,
        scale=stake.scale,
        level=level,
        detail=_compare(stake, by_list, as_before, {u: held.share(u) for u in strengths}, level),
        assumptions=list_assumptions(
            [
                *list_money(stake, known),
                ("branches", len(held.sizes), "number, each with its nearest customers", "company"),
                ("campaigns", 1, "a year", "company"),
                *list_assumed(_UNITS, assumed),
            ]
        ),
    )


def _find_branches(company: Company, people: pd.Index) -> Ints:
    """Number of the branch nearest to each customer; branches without customers have none."""
    customers = company.customers.set_index("customer_id").loc[people]
    branches = company.branches
    if branches.empty:
        raise InputError("`company` must have a branch; it has none.")
    # A degree of longitude is shorter than one of latitude; the same factor serves all of Korea.
    shrink = np.cos(np.radians(36.5))
    east = customers[["longitude"]].to_numpy() - branches["longitude"].to_numpy()
    north = customers[["latitude"]].to_numpy() - branches["latitude"].to_numpy()
    nearest = ((east * shrink) ** 2 + north**2).argmin(axis=1)
    return np.unique(nearest, return_inverse=True)[1]


class _Holding:
    """In which order branches hold on to the old way, over many lots.

    The smallest of exponential times whose rates are weights is drawn in proportion to them.
    """

    def __init__(self, sizes: Ints, *, busy: float, lots: int, seed: int) -> None:
        self.sizes = sizes
        rng = np.random.default_rng([seed, 5])
        weight = (sizes / sizes.max()) ** busy
        times = rng.exponential(size=(lots, sizes.size)) / np.maximum(weight, 1e-300)
        self._ranks = times.argsort(axis=1).argsort(axis=1)

    def share(self, unchanged: float) -> float:
        """Share of the customers in branches that hold on; one of the branches may do in part.

        A branch has too few customers to tell its own lift from chance, so all lose the same a
        customer, and only how many customers they have matters.
        """
        holding = np.clip(unchanged * self.sizes.size - self._ranks, 0, 1).mean(axis=0)
        return float(holding @ self.sizes) / float(self.sizes.sum())


def _compare(
    stake: Stake, by_list: Floats, as_before: Floats, held: dict[float, float], level: float
) -> pd.DataFrame:
    """What the list adds: found by the trial, if all worked by it, and as it is; per 100."""
    n = max(float(by_list.sum()), 1.0)
    found, error = _find_lift(stake.people, by_list - as_before, n)
    wide = NormalDist().inv_cdf((1 + level) / 2) * error
    planned = 100 * float(expect_effect(stake.people) @ (by_list - as_before)) / n
    overlap = float(by_list @ as_before) / n
    table = pd.DataFrame({"strength": list(held), "held": list(held.values())}, dtype=float)
    table["found"] = 100 * found
    table["found_lower"], table["found_upper"] = 100 * (found - wide), 100 * (found + wide)
    table["planned"] = planned
    table["realised"] = planned * (1 - table["held"])
    table["on_list"] = 1 - table["held"] * (1 - overlap)
    return table


def _find_lift(people: pd.DataFrame, change: Floats, n: float) -> tuple[float, float]:
    """Lift per contact by the trial, and its standard error: those treated against the others.

    Customers whom both ways contact, or neither, cancel; the rest count plus or minus one.
    """
    treated = people["treated"].to_numpy(dtype=bool)
    outcome = people["outcome"].to_numpy(dtype="float64")
    lift, variance = 0.0, 0.0
    for sign in (1, -1):
        changed = change == sign
        arms = [outcome[changed & treated], outcome[changed & ~treated]]
        if min(arm.size for arm in arms) < 2:
            continue
        weight = changed.sum() / n
        lift += sign * weight * (arms[0].mean() - arms[1].mean())
        variance += weight**2 * sum(arm.var(ddof=1) / arm.size for arm in arms)
    return lift, float(np.sqrt(variance))


def process_signal(
    scores: pd.Series, contacts: pd.DataFrame, *, level: float = 0.95
) -> pd.DataFrame:
    """Ask a firm's own records whether contacts follow the scores that the analysis gave.

    Parameters
    ----------
    scores : Series
        What the analysis said of each customer, by customer id; higher means sooner.
    contacts : DataFrame
        `customer_id` of those contacted since. Where there is a column `treated`, rows without
        are those left alone on purpose, and count as not contacted.
    level : float, default=0.95
        Probability between the limits, in (0, 1).

    Returns
    -------
    DataFrame
        `signal`, `value`, `lower`, `upper`, `level`, `n`, `reading`, with the rows

        ``on_list``
            share of the contacted who are among the first so many by score;
        ``beyond_chance``
            how far that lies between a blind choice, 0, and full use of the list, 1;
        ``order_kept``
            probability that one who was contacted has the higher score than one who was not; a
            half if nobody looked at the scores;
        ``not_scored``
            share of those contacted who have no score.

    Raises
    ------
    InputError
        If a column is missing, an id stands twice in `scores`, a score is missing, or nobody or
        everybody with a score was contacted.
    InputTypeError
        If `scores` is not a Series, or `contacts` not a DataFrame.

    References
    ----------
    Wilson, E. B. (1927) for limits of shares; Newcombe, R. G. (2006), Statistics in Medicine 25,
    method 5, for `order_kept`.

    Examples
    --------
    >>> scores = pd.Series(range(100), index=[f"c{i:02}" for i in range(100)])
    >>> contacts = pd.DataFrame({"customer_id": [f"c{i:02}" for i in range(0, 100, 4)]})
    >>> process_signal(scores, contacts)[["signal", "value"]].round(2)
              signal  value
    0        on_list   0.24
    1  beyond_chance  -0.01
    2     order_kept   0.48
    3     not_scored   0.00
    """
    check_fraction("level", level, open_ends=True)
    score, reached, n_unknown = _read_signal(scores, contacts)
    n_all, n = score.size, int(reached.sum())
    listed, chance = choose_best(score, reach=n / n_all), n / n_all
    share = float(listed[reached].sum()) / n
    limits = share_limits(share, n, level=level)
    scaled, lower, upper = ((each - chance) / (1 - chance) for each in (share, *limits))
    order = _order_kept(score, reached, NormalDist().inv_cdf((1 + level) / 2))
    unknown, n_sent = n_unknown / (n + n_unknown), n + n_unknown
    rows = [
        signal_row("on_list", share, *limits, n, _say_share(share, limits, chance)),
        signal_row("beyond_chance", scaled, lower, upper, n, _BETWEEN),
        signal_row("order_kept", *order, n_all, _say_order(order)),
        signal_row(
            "not_scored", unknown, *share_limits(unknown, n_sent, level=level), n_sent,
            f"{n_unknown:,} of those contacted were never scored.",
        ),
    ]  # fmt: skip
    return signal_table(rows, level=level)


def _read_signal(scores: pd.Series, contacts: pd.DataFrame) -> tuple[Floats, np.ndarray, int]:
    if not isinstance(scores, pd.Series):
        raise InputTypeError(
            f"`scores` must be a Series by customer id; got {type(scores).__name__}."
        )
    if not isinstance(contacts, pd.DataFrame):
        raise InputTypeError(f"`contacts` must be a DataFrame; got {type(contacts).__name__}.")
    score = check_vector("scores", scores, negative=True)
    if scores.index.has_duplicates:
        twice = scores.index[scores.index.duplicated()][0]
        raise InputError(f"`scores` must hold each customer once; {twice!r} stands twice.")
    check_columns(contacts.columns, ["customer_id"], what="`contacts`")
    sent = contacts[contacts["treated"].astype(bool)] if "treated" in contacts else contacts
    who = pd.Index(sent["customer_id"].dropna().unique())
    reached = scores.index.isin(who)
    if not 0 < reached.sum() < score.size:
        found = "nobody" if not reached.any() else "everybody"
        raise InputError(
            f"`contacts` must reach some of the customers in `scores`; they reach {found}. "
            "Only a choice can follow scores or not."
        )
    return score, reached, int((~who.isin(scores.index)).sum())


def _order_kept(score: Floats, reached: np.ndarray, z: float) -> tuple[float, float, float]:
    """Probability of the right order, ties half, with limits on the scale of log odds."""
    rank = pd.Series(score).rank().to_numpy()
    m, n = int(reached.sum()), int((~reached).sum())
    area = float((rank[reached].sum() - m * (m + 1) / 2) / (m * n))
    spread = (m + n) / 2 - 1
    factor = 1 + spread * ((1 - area) / (2 - area) + area / (1 + area))
    held = min(max(area, 0.5 / (m * n)), 1 - 0.5 / (m * n))
    error = np.sqrt(held * (1 - held) * factor / (m * n)) / (held * (1 - held))
    odds = np.log(held / (1 - held))
    lower, upper = (1 / (1 + np.exp(-(odds + side * z * error))) for side in (-1, 1))
    return area, min(float(lower), area), max(float(upper), area)


def _say_share(share: float, limits: tuple[float, float], chance: float) -> str:
    start = f"{share:.0%} of the contacts went to customers on the list; a blind choice has "
    if limits[0] > chance:
        return f"{start}{chance:.0%}: the list is used, in part or in full."
    if limits[1] < chance:
        return f"{start}{chance:.0%}: those on the list are passed over."
    return f"{start}{chance:.0%}: these numbers cannot tell whether anybody looks at the list."


def _say_order(order: tuple[float, float, float]) -> str:
    if order[1] > 0.5:
        return "Those contacted have the higher scores more often than not."
    if order[2] < 0.5:
        return "Those contacted have the lower scores: staff follow another order."
    return "Scores of those contacted and of the others cannot be told apart."
