"""Which failure factor costs a firm most, how sure the order is, and which remedies to pay for."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from crmlab._checks import check_choice, check_count, check_fraction, check_number, check_size
from crmlab._errors import InputError, InputTypeError
from crmlab._stake import share_reading
from crmlab.company import Company
from crmlab.readiness._check.factors import FAILURE_FACTORS
from crmlab.readiness._pricing.entries import simulate_missing_entries
from crmlab.readiness._pricing.identities import price_split_identities
from crmlab.readiness._pricing.overlap import simulate_overlap
from crmlab.readiness._pricing.priced import Priced
from crmlab.readiness._pricing.process import simulate_unchanged_process
from crmlab.readiness._pricing.ranking import simulate_wrong_ranking
from crmlab.readiness._pricing.solutions import simulate_wrong_solution
from crmlab.readiness._pricing.sourcing import simulate_outsourcing
from crmlab.simulate import simulate_company

__all__ = [
    "FirmTerms", "RankedFactors", "RemedyChoice", "choose_remedies", "price_by_seed",
    "rank_factors", "rank_prices",
]  # fmt: skip

# By factor: the function that prices it, and its argument for the strength.
_PRICES: dict[str, tuple[Callable[..., Priced], str]] = {
    "P1": (simulate_overlap, "overlap"),
    "P2": (simulate_missing_entries, "missing"),
    "P3": (simulate_wrong_ranking, "wrong"),
    "P4": (simulate_outsourcing, "unchecked"),
    "P5": (simulate_unchanged_process, "unchanged"),
    "P6": (simulate_wrong_solution, "wrong"),
    "P7": (price_split_identities, "share"),
}
_NAMES = {factor.id: factor.name for factor in FAILURE_FACTORS}
_STRENGTH = 0.25  # of every factor, where none is given
_COLUMNS = [
    "name", "strength", "cost", "lower", "upper", "remedy_cost", "remedy", "remedy_lower",
    "remedy_upper",
]  # fmt: skip
_SIMULATED = 5_000  # customers of each simulated firm; sums are scaled to those of the reader's
_STABLE = 0.9  # share of the seeds from which on a rank is called stable


@dataclass(frozen=True)
class RankedFactors:
    """The failure factors by what they cost, and how far chance alone decides the order.

    Attributes
    ----------
    table : DataFrame
        Index `factor`, the dearest first: `name`, `strength`; `cost`, the mean over the seeds, in
        currency a year, and `lower`, `upper`, between which the seeds lie with probability `level`;
        `remedy_cost`, `remedy` (what it brings back less its cost), `remedy_lower`,
        `remedy_upper`; `rank` by the mean cost (1 is the dearest), `mean_rank` over the seeds,
        `share_of_seeds` in which the factor has just this rank, and `stable`, whether that is at
        least 0.9.
    by_seed : DataFrame
        One row per seed and factor: `seed`, `factor`, `strength`, `cost`, `remedy_cost`,
        `remedy`, `rank`.
    assumptions : DataFrame
        Index `factor`: what no table tells, with `name`, `value`, `unit`, `source`.
    n_seeds : int
        Firms simulated.
    level : float
        Probability between the limits.
    """

    table: pd.DataFrame = field(repr=False)
    by_seed: pd.DataFrame = field(repr=False)
    assumptions: pd.DataFrame = field(repr=False)
    n_seeds: int
    level: float

    @property
    def stable(self) -> bool:
        """Whether every factor keeps its rank in at least 0.9 of the seeds."""
        return bool(self.table["stable"].all())


@dataclass(frozen=True)
class RemedyChoice:
    """The remedies that bring most within a budget.

    Attributes
    ----------
    chosen : list of str
        Factors whose remedies are paid for.
    cost : float
        Of these remedies, in currency a year.
    worth, lower, upper : float
        What they bring back less what they cost: mean over the seeds, and its limits.
    table : DataFrame
        Index `factor`: `name`, `remedy_cost`, `remedy` (net of its cost), `chosen`.
    sets : DataFrame
        Every set of remedies, the best first, those above the budget last: `remedies` (ids),
        `cost`, `worth`, `affordable`.
    """

    chosen: list[str]
    cost: float
    worth: float
    lower: float
    upper: float
    table: pd.DataFrame = field(repr=False)
    sets: pd.DataFrame = field(repr=False)


def rank_factors(
    *,
    n_customers: int = 5_000,
    seeds: int = 20,
    margin: float | None = None,
    cost_per_contact: float | None = None,
    strengths: float | Mapping[str, float] | None = None,
    channels: Mapping[str, float] | None = None,
    remedy_costs: Mapping[str, float] | None = None,
    level: float = 0.95,
    seed: int = 0,
) -> RankedFactors:
    """Rank the seven failure factors by what each costs a firm in a year.

    Each factor is priced alone, on a firm of its own for each seed. The strengths are on scales of
    their own: half of the records split and half of the staff working as before are not the same
    distance from a firm that does well. So the order is one of these strengths, not of the factors.

    Parameters
    ----------
    n_customers : int, default=5_000
        Customers of the firm; sums of money are scaled to them.
    seeds : int, default=20
        Firms to simulate, at least two.
    margin, cost_per_contact : float, optional
        Money of another firm, in currency. Default: those of the simulated campaign.
    strengths : float or mapping of str to float, optional
        Of all factors, or by factor, in [0, 1]; factors left out keep the default, 0.25.
    channels : mapping of str to float, optional
        Share of the firm's contacts by "email", "phone" and "post"; they sum to 1. The cost of a
        contact is then what the simulated campaigns pay, by these shares.
    remedy_costs : mapping of str to float, optional
        Of each factor's remedy, in currency a year. Default: those of each price, in won; give your
        own with money of another currency.
    level : float, default=0.95
        Probability between the limits, in (0, 1).
    seed : int, default=0
        The first of the seeds.

    Returns
    -------
    RankedFactors

    Raises
    ------
    InputError
        If a number is out of range, a factor or channel is unknown, shares of channels do not sum
        to 1, or both they and `cost_per_contact` are given.
    InputTypeError
        If an argument is of another type.

    Notes
    -----
    Limits are quantiles over the seeds: they hold how customers and their behaviour vary from firm
    to firm, and not how wrong the assumptions may be.

    Examples
    --------
    A firm that telephones, with half of its records split; two to three seconds for each seed::

        ranked = rank_factors(strengths={"P7": 0.5}, channels={"phone": 0.8, "post": 0.2})
        ranked.table[["cost", "mean_rank", "stable"]]
    """
    at = {factor: [each] for factor, each in _check_strengths_given(strengths).items()}
    terms = FirmTerms(
        n_customers=n_customers, seeds=seeds, margin=margin, cost_per_contact=cost_per_contact,
        channels=channels, remedy_costs=remedy_costs, level=level, seed=seed,
    )  # fmt: skip
    by_seed, assumptions = price_by_seed(at, terms)
    return rank_prices(by_seed, assumptions, terms)


@dataclass(frozen=True)
class FirmTerms:
    """The firm that prices are for, and how many of its kind are simulated, as `rank_factors`."""

    n_customers: int
    seeds: int
    margin: float | None
    cost_per_contact: float | None
    channels: Mapping[str, float] | None
    remedy_costs: Mapping[str, float] | None
    level: float
    seed: int

    def __post_init__(self) -> None:
        check_count("n_customers", self.n_customers)
        check_size("n_customers", self.n_customers)
        for name in ("margin", "cost_per_contact"):
            amount = getattr(self, name)
            if amount is not None:
                check_size(name, check_number(name, amount, low=0))
        check_count("seeds", self.seeds, minimum=2)
        check_count("seed", self.seed, minimum=0)
        check_fraction("level", self.level, open_ends=True)
        if self.channels is not None and self.cost_per_contact is not None:
            raise InputError(
                "`channels` and `cost_per_contact` exclude each other; give one of them."
            )
        if self.channels is not None and not isinstance(self.channels, Mapping):
            raise InputTypeError(
                f"`channels` must be a mapping; got {type(self.channels).__name__}."
            )
        _check_remedy_costs(self.remedy_costs)


def price_by_seed(
    strengths: Mapping[str, Sequence[float]], terms: FirmTerms
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Price factors at each strength on a firm for each seed; prices, and what was assumed.

    Prices have the columns `seed`, `factor`, `strength`, `cost`, `remedy_cost` and `remedy`.
    """
    frames, assumed = [], pd.DataFrame()
    for each in range(terms.seed, terms.seed + terms.seeds):
        company = simulate_company(_SIMULATED, seed=each)
        cost = terms.cost_per_contact
        if terms.channels is not None:
            cost = _mix_channels(company, terms.channels)
        money = {"margin": terms.margin, "cost_per_contact": cost, "level": terms.level}
        money |= {"n_customers": terms.n_customers, "seed": each}
        with share_reading():
            priced = {
                factor: _PRICES[factor][0](company, **{_PRICES[factor][1]: list(at)}, **money)
                for factor, at in strengths.items()
            }
        frames.append(_stack(priced).assign(seed=each))
        assumed = pd.concat(
            {factor: one.assumptions for factor, one in priced.items()}, names=["factor"]
        ).reset_index(level=1, drop=True)
    prices = pd.concat(frames, ignore_index=True)
    given = prices["factor"].map(dict(terms.remedy_costs or {})).fillna(prices["remedy_cost"])
    prices["remedy"] += prices["remedy_cost"] - given  # what comes back stays
    return prices.assign(remedy_cost=given), assumed


def rank_prices(
    by_seed: pd.DataFrame, assumptions: pd.DataFrame, terms: FirmTerms
) -> RankedFactors:
    """Rank prices of `price_by_seed` that hold each factor at one strength."""
    ranks = by_seed.groupby("seed")["cost"].rank(method="min", ascending=False)
    by_seed = by_seed.assign(rank=ranks)
    table = _summarise(by_seed, terms.level)
    return RankedFactors(table, by_seed, assumptions, n_seeds=terms.seeds, level=terms.level)


def choose_remedies(ranked: RankedFactors, *, budget: float) -> RemedyChoice:
    """Choose the remedies that bring most within a budget, out of every set of them.

    Parameters
    ----------
    ranked : RankedFactors
        As `rank_factors` returns it.
    budget : float
        For all remedies together, in currency a year, not negative.

    Returns
    -------
    RemedyChoice
        Of equal sets the cheapest.

    Raises
    ------
    InputError
        If `budget` is negative or not finite.
    InputTypeError
        If `ranked` is something else.

    Notes
    -----
    What remedies bring is added up. Where two of them save the same letter, as one plan for the
    firm and linked records may, the sum is too high.

    Examples
    --------
    What two million won a year are best spent on::

        choose_remedies(rank_factors(), budget=2_000_000).chosen
    """
    if not isinstance(ranked, RankedFactors):
        raise InputTypeError(
            f"`ranked` must be what rank_factors returns; got {type(ranked).__name__}."
        )
    limit = check_number("budget", budget, low=0)
    check_size("budget", limit)
    table = ranked.table[["name", "remedy_cost", "remedy"]]
    taken = np.arange(2 ** len(table))[:, None] >> np.arange(len(table)) & 1  # a row for each set
    cost = taken @ table["remedy_cost"].to_numpy()
    sets = pd.DataFrame(
        {
            "remedies": [", ".join(sorted(table.index[row == 1])) for row in taken],
            "cost": cost,
            "worth": taken @ table["remedy"].to_numpy(),
            "affordable": cost <= limit,
        }
    )
    order = sets.assign(dear=~sets["affordable"], loss=-sets["worth"].round(6))
    sets = sets.loc[order.sort_values(["dear", "loss", "cost", "remedies"]).index]
    chosen = table.index[taken[sets.index[0]] == 1]
    worth = ranked.by_seed[ranked.by_seed["factor"].isin(chosen)].groupby("seed")["remedy"].sum()
    lower, upper = _limits(
        worth.reindex(ranked.by_seed["seed"].unique(), fill_value=0), ranked.level
    )
    best = sets.iloc[0]
    return RemedyChoice(
        chosen=sorted(chosen),
        cost=float(best["cost"]),
        worth=float(best["worth"]),
        lower=lower,
        upper=upper,
        table=table.assign(chosen=table.index.isin(chosen)),
        sets=sets.reset_index(drop=True),
    )


def _check_strengths_given(strengths: Any) -> dict[str, float]:
    used = dict.fromkeys(_PRICES, _STRENGTH)
    if strengths is None:
        return used
    if not isinstance(strengths, Mapping):
        return dict.fromkeys(_PRICES, check_fraction("strengths", strengths))
    unknown = [each for each in strengths if each not in used]
    if unknown:
        raise InputError(
            f"`strengths` must be by factor, {', '.join(map(repr, used))}; got {unknown[0]!r}."
        )
    return used | {name: check_fraction("strengths", each) for name, each in strengths.items()}


def _check_remedy_costs(costs: Any) -> None:
    if costs is None:
        return
    if not isinstance(costs, Mapping):
        raise InputTypeError(f"`remedy_costs` must be a mapping; got {type(costs).__name__}.")
    for name, each in costs.items():
        check_choice("remedy_costs", name, _PRICES)
        check_size("remedy_costs", check_number("remedy_costs", each, low=0))


def _mix_channels(company: Company, channels: Any) -> float:
    """Cost of a contact by these shares of channels, as the company's campaigns pay."""
    costs = company.campaigns.groupby("channel")["cost_per_contact"].mean()
    unknown = [each for each in channels if each not in costs.index]
    if unknown:
        known = ", ".join(map(repr, costs.index))
        raise InputError(f"`channels` must be of {known}; got {unknown[0]!r}.")
    shares = pd.Series({name: check_fraction("channels", each) for name, each in channels.items()})
    total = float(shares.sum())
    if abs(total - 1) > 1e-6:  # shares written with few decimals
        raise InputError(f"`channels` must sum to 1; got {total:.6g}.")
    return float((shares * costs.reindex(shares.index)).sum() / total)


def _stack(priced: Mapping[str, Priced]) -> pd.DataFrame:
    columns = ["strength", "cost", "remedy_cost", "remedy"]
    tables = {factor: one.table[columns] for factor, one in priced.items()}
    return pd.concat(tables, names=["factor"]).reset_index(level=0).reset_index(drop=True)


def _summarise(by_seed: pd.DataFrame, level: float) -> pd.DataFrame:
    grouped = by_seed.groupby("factor")
    table = grouped[["strength", "cost", "remedy_cost", "remedy"]].mean()
    table.insert(0, "name", table.index.map(_NAMES))
    for column, prefix in (("cost", ""), ("remedy", "remedy_")):
        table[f"{prefix}lower"] = grouped[column].quantile((1 - level) / 2)
        table[f"{prefix}upper"] = grouped[column].quantile((1 + level) / 2)
    table = table[_COLUMNS]
    table = table.assign(rank=table["cost"].rank(method="min", ascending=False).astype(int))
    table["mean_rank"] = grouped["rank"].mean()
    kept = by_seed["rank"] == by_seed["factor"].map(table["rank"])
    table["share_of_seeds"] = kept.groupby(by_seed["factor"]).mean()
    table["stable"] = table["share_of_seeds"] >= _STABLE
    return table.sort_values("cost", ascending=False, kind="stable")


def _limits(values: pd.Series, level: float) -> tuple[float, float]:
    low, high = values.quantile([(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)
