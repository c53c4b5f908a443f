"""One base seen in two ways, as people and as the entries a firm keeps: what differs, by how much.

People and entries that belong together form a *group*: a person with all accounts, or several
people who were merged by mistake with all of theirs. Groups are drawn with replacement for the
limits, so both views of a person are always drawn together.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from crmlab._types import Floats
from crmlab.concentration import top_share_of
from crmlab.ltv import BetaGeoNBD, ConvergenceError

__all__ = ["Comparison", "Plan", "Resampling", "View", "make_view"]

Counts = NDArray[np.int64]
Positions = NDArray[np.intp]

_AT_RISK = 0.5  # probability of being alive below which a customer is at risk

# Measures in the order of the table, with their units.
_UNITS = {
    "customers": "number",
    "buyers": "number",
    "mean_frequency": "repeat purchases",
    "one_purchase_share": "share",
    "revenue": "currency",
    "spend_per_buyer": "currency",
    "top_share": "share",
    "best_overlooked": "share",
    "mean_probability_alive": "share",
    "buyers_alive": "number",
    "buyers_at_risk": "number",
    "campaign_cost": "currency",
    "wasted_mailings": "number",
    "people_missed": "number",
}


@dataclass(frozen=True)
class Plan:
    """A campaign to everyone on the file, and the fraction of buyers that count as best."""

    cost_per_mailing: float
    mailings: int
    top: float


@dataclass(frozen=True)
class Resampling:
    """How limits are found."""

    level: float
    n_resamples: int
    seed: int


@dataclass(frozen=True)
class View:
    """One way of telling customers apart.

    Attributes
    ----------
    n_entries : int
        Entries on the file, buyers and others.
    buyer : ndarray of shape (n_buyers,)
        Which entries bought.
    frequency, spend : ndarray of shape (n_buyers,)
        Their repeat purchases, and their revenue in currency.
    alive : ndarray of shape (n_buyers,)
        Their probability of being alive; missing where the model has no answer.
    problem : str
        Why it has none.
    """

    n_entries: int
    buyer: Positions
    frequency: Floats
    spend: Floats
    alive: Floats
    problem: str

    @cached_property
    def ascending(self) -> Positions:
        """Buyers from the lowest spend to the highest."""
        return np.argsort(self.spend, kind="stable")

    def count(self, times: Counts, *, top: float) -> dict[str, float]:
        """What a report on this view says when each entry counts so many times."""
        weight = times[self.buyer]
        n_buyers, revenue = float(weight.sum()), float(weight @ self.spend)
        order = self.ascending
        return {
            "customers": float(times.sum()),
            "buyers": n_buyers,
            "mean_frequency": float(weight @ self.frequency) / n_buyers,
            "one_purchase_share": float(weight @ (self.frequency == 0)) / n_buyers,
            "revenue": revenue,
            "spend_per_buyer": revenue / n_buyers,
            "top_share": top_share_of(self.spend[order], weight[order], top=top),
        }

    def predict(self) -> dict[str, float]:
        """What the model of this view says about who is still a customer."""
        at_risk = float((self.alive < _AT_RISK).sum()) if not self.problem else np.nan
        return {
            "mean_probability_alive": float(self.alive.mean()),
            "buyers_alive": float(self.alive.sum()),
            "buyers_at_risk": at_risk,
        }

    def find_best(self, times: Counts, *, top: float) -> NDArray[np.bool_]:
        """Whether each entry is among the best buyers; those who tie with the last are as well."""
        order = self.ascending[::-1]
        running = np.cumsum(times[self.buyer][order])
        last = order[np.searchsorted(running, top * running[-1])]
        best = np.zeros(self.n_entries, dtype=bool)
        best[self.buyer] = self.spend >= self.spend[last]
        return best


def make_view(summary: pd.DataFrame, buyer: Positions, n_entries: int) -> View:
    """A view from its summary."""
    alive, problem = _probability_alive(summary)
    return View(
        n_entries=n_entries,
        buyer=buyer,
        frequency=summary["frequency"].to_numpy(dtype="float64"),
        # Equal to `total_spend` but for rounding, so that published shares of the best stay.
        spend=(summary["mean_spend"] * (summary["frequency"] + 1)).to_numpy(dtype="float64"),
        alive=alive,
        problem=problem,
    )


def _probability_alive(summary: pd.DataFrame) -> tuple[Floats, str]:
    """Probability that each buyer is alive under BG/NBD, or missing with the reason."""
    # Customers who first bought on the last day tell a model nothing.
    known = summary[summary["T"] > 0]
    if known.empty:
        return np.full(len(summary), np.nan), "Everyone first bought on the last day observed."
    try:
        model = BetaGeoNBD().fit(known)
    except ConvergenceError as error:
        return np.full(len(summary), np.nan), str(error)
    return model.probability_alive(summary).to_numpy(), ""


@dataclass(frozen=True)
class Comparison:
    """People against entries.

    Attributes
    ----------
    truth, view : View
        Entries of the first are people.
    person, entry : ndarray of shape (n_pairs,)
        Which person has which entry.
    """

    truth: View
    view: View
    person: Positions
    entry: Positions

    @cached_property
    def groups(self) -> tuple[Positions, Positions, int]:
        """The group of each person and of each entry, and the number of groups."""
        n_people = self.truth.n_entries
        size = n_people + self.view.n_entries
        ties = sparse.coo_array(
            (np.ones(len(self.person), dtype=bool), (self.person, n_people + self.entry)),
            shape=(size, size),
        )
        n_groups, group = sparse.csgraph.connected_components(ties, directed=False)
        return group[:n_people], group[n_people:], n_groups

    @cached_property
    def surplus(self) -> Counts:
        """Entries less people of each group."""
        people, entries, n_groups = self.groups
        return np.bincount(entries, minlength=n_groups) - np.bincount(people, minlength=n_groups)

    def measures(self, times: Counts, plan: Plan) -> dict[str, tuple[float, float]]:
        """Truth and view of each measure without a model, each group counting so many times."""
        people, entries, _ = self.groups
        true = self.truth.count(times[people], top=plan.top)
        seen = self.view.count(times[entries], top=plan.top)
        found = {name: (true[name], seen[name]) for name in true}
        overlooked = self._best_overlooked(times[people], times[entries], top=plan.top)
        each = plan.mailings * plan.cost_per_mailing
        return found | {
            "best_overlooked": (0.0, overlooked),
            "campaign_cost": (true["customers"] * each, seen["customers"] * each),
            "wasted_mailings": (0.0, float(times @ self.surplus.clip(min=0)) * plan.mailings),
            "people_missed": (0.0, float(times @ (-self.surplus).clip(min=0))),
        }

    def _best_overlooked(self, people: Counts, entries: Counts, *, top: float) -> float:
        best = self.truth.find_best(people, top=top)
        hits = self.view.find_best(entries, top=top)[self.entry]
        recognised = np.bincount(self.person, weights=hits, minlength=len(best)) > 0
        return float(people @ (best & ~recognised)) / float(people @ best)

    def table(self, plan: Plan, resampling: Resampling) -> pd.DataFrame:
        """One row per measure: what is true, what the view says, the bias and its limits."""
        once = np.ones(self.groups[2], dtype="int64")
        true, seen = self.truth.predict(), self.view.predict()
        found = self.measures(once, plan) | {name: (true[name], seen[name]) for name in true}
        limits = self._limits(plan, resampling)
        rows = []
        for name, unit in _UNITS.items():
            truth, value = found[name]
            bias = _difference(value, truth)
            lower, upper = limits.get(name, (np.nan, np.nan))
            problem = self._problem() if name in true else ""
            relative = bias / truth if truth else np.nan
            rows.append((name, unit, truth, value, bias, relative, lower, upper, problem))
        columns = ["measure", "unit", "truth", "value", "bias", "relative_bias", "lower", "upper"]
        table = pd.DataFrame(rows, columns=[*columns, "problem"])
        table.insert(8, "level", resampling.level)
        return table

    def _problem(self) -> str:
        parts = {"truth": self.truth.problem, "view": self.view.problem}
        return " ".join(f"{name}: {problem}" for name, problem in parts.items() if problem)

    def _limits(self, plan: Plan, resampling: Resampling) -> dict[str, tuple[float, float]]:
        """Percentile limits of each bias that needs no model."""
        rng = np.random.default_rng(resampling.seed)
        n_groups = self.groups[2]
        draws: dict[str, list[float]] = {}
        for _ in range(resampling.n_resamples):
            times = np.bincount(rng.integers(n_groups, size=n_groups), minlength=n_groups)
            for name, (truth, value) in self.measures(times, plan).items():
                draws.setdefault(name, []).append(_difference(value, truth))
        tails = [(1 - resampling.level) / 2, (1 + resampling.level) / 2]
        return {name: tuple(np.quantile(biases, tails)) for name, biases in draws.items()}


def _difference(value: float, truth: float) -> float:
    """Value less truth; sums of the same amounts in another order do not differ."""
    return 0.0 if math.isclose(value, truth, rel_tol=1e-9) else value - truth
