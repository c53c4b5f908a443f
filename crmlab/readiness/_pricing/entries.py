"""Failure factor "staff do not enter data": the list is drawn from what was entered."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crmlab._checks import check_choice, check_count, check_fraction, check_number, check_size
from crmlab._stake import Terms, read_terms
from crmlab._types import Floats, Ints
from crmlab.company import Company
from crmlab.readiness._pricing.firm import list_money, margin_ratio
from crmlab.readiness._pricing.priced import Priced, check_strengths, list_assumptions, price

__all__ = ["simulate_missing_entries"]

Flags = NDArray[np.bool_]
_N_LOTS = 100
_GRID = (0.0, 0.25, 0.5, 0.75, 1.0)
_REMEDIES = ("both", "appraisal", "training")


def simulate_missing_entries(
    company: Company,
    *,
    missing: float | Sequence[float] = _GRID,
    dependence: float = 1.0,
    capacity: float = 0.1,
    saved: float = 0.3,
    remedy: Literal["both", "appraisal", "training"] = "both",
    appraisal_closes: float = 0.4,
    appraisal_cost: float = 500_000.0,
    training_closes: float = 0.3,
    training_cost: float = 1_000_000.0,
    margin: float | None = None,
    cost_per_contact: float | None = None,
    n_customers: int | None = None,
    level: float = 0.95,
    seed: int = 0,
) -> Priced:
    """Price entries that staff do not make, by what the list drawn from the others loses.

    After a visit the instructor is to enter how satisfied the customer is. Once a year the firm
    draws a list from the entries: it calls those with the most money at risk, which is the margin
    expected of them times the probability that something goes wrong. A call saves a part.

    1. Bad news is entered less readily, and so is anything on a busy day: how reluctant staff
       are rises with the customer's dissatisfaction and the instructor's visits in a month, each
       by `dependence`, beside a lot.
    2. At each strength the entries with the greatest reluctance are missing.
    3. Who has no entry is not found by the search, and so is not on the list: the next customer
       gets the call, who has less at risk.
    4. A remedy closes gaps, the easy ones first: what stays missing is the bad news.

    Parameters
    ----------
    company : Company
        Of `simulate_company` or `load_company`.
    missing : float or sequence of float, default=(0, 0.25, 0.5, 0.75, 1)
        Share of the customers without an entry, in [0, 1].
    dependence : float, default=1.0
        Log odds of a missing entry per standard deviation of dissatisfaction, and per standard
        deviation of the instructor's visits; at least 0, where entries are missing at random.
    capacity : float, default=0.1
        Calls, as a share of the customers, in (0, 1].
    saved : float, default=0.3
        Share of the next year's margin that a call saves where something goes wrong, in [0, 1].
    remedy : {"both", "appraisal", "training"}, default="both"
        What the firm does: entries count in the appraisal, or staff are trained again and again.
    appraisal_closes, training_closes : float, default=0.4 and 0.3
        Share of the gaps that each closes, in [0, 1]; the second of both, of those that are left.
    appraisal_cost, training_cost : float, default=500_000.0 and 1_000_000.0
        In currency a year.
    margin, cost_per_contact : float, optional
        Of an order and of a call of another firm, in currency. What a customer brings moves in
        proportion to the margin. Default: as in the campaign K06.
    n_customers : int, optional
        Customers of the firm. Default: as many as the company has.
    level : float, default=0.95
        Probability between the limits, in (0, 1).
    seed : int, default=0
        Of the lots that decide what is missing.

    Returns
    -------
    Priced
        `detail` has by `strength`: `entered`, customers with an entry; `calls`; `at_risk_called`,
        those of the calls without gaps that are still made (share); `satisfaction_entered` and
        `satisfaction_missing`, means of both groups (standard deviations; missing where nobody is
        in it); `cost_at_random`, what as many gaps cost if they were spread by lot;
        `cost_averaged`, what they cost if the search put those without an entry on the list as
        average customers; `appraisal`, `training` and `both`, what each remedy is worth less its
        cost. Money in currency a year for the firm.

    Raises
    ------
    InputError
        If an option is out of range, or the company has no campaign drawn by lot.
    InputTypeError
        If `company` is not a simulated company, or an option has the wrong type.

    Notes
    -----
    Margin to be expected, satisfaction and the rate of bad experiences are the truth of the
    simulation, so the entries that are made are right. What a customer loses is the average over
    100 lots, in which a gap at one strength is a gap at each larger one. Customers without an
    instructor count as visited on an average day.

    A search that leaves out empty fields is what a data base does unless told otherwise. To put
    those customers on the list as average ones costs nothing: `cost_averaged` is what then stays.

    References
    ----------
    Rubin, D. B. (1976). Inference and missing data. Biometrika 63 (3), 581-592.

    See Also
    --------
    entry_signal : How a firm would notice.

    Examples
    --------
    >>> from crmlab.simulate import simulate_company
    >>> priced = simulate_missing_entries(simulate_company(1_000, seed=1), missing=[0, 0.5])
    >>> priced.detail[["strength", "entered", "satisfaction_entered"]].round(1)
       strength  entered  satisfaction_entered
    0       0.0   1000.0                  -0.0
    1       0.5    500.0                   0.4
    """
    strengths = check_strengths("missing", missing)
    depends = check_number("dependence", dependence, low=0, high=100)
    calls = check_number("capacity", capacity, low=0, high=1, open_low=True)
    saves = check_fraction("saved", saved)
    check_choice("remedy", remedy, _REMEDIES)
    plans = _read_remedies(appraisal_closes, appraisal_cost, training_closes, training_cost)
    check_count("seed", seed, minimum=0)
    terms = read_terms(
        company, margin=margin, cost_per_contact=cost_per_contact, n_customers=n_customers
    )
    desk = _Desk(_read_people(company, terms, saves), terms, calls, depends, seed)
    lost = {each: desk.lose(each) for each in strengths}
    left = {
        name: {each: desk.lose(each * (1 - plan.closes)) for each in strengths}
        for name, plan in plans.items()
    }
    rows = [
        desk.describe(each)
        | {name: desk.add(lost[each] - left[name][each]) - plans[name].cost for name in plans}
        for each in strengths
    ]
    assumed = [
        ("dependence", depends, "log odds per standard deviation", "assumed"),
        ("capacity", calls, "calls a customer and year", "assumed"),
        ("saved", saves, "share of the next year's margin", "assumed"),
        *list_money(terms, {"margin": margin, "cost_per_contact": cost_per_contact}),
        *_list_other(company, plans),
    ]
    return price(
        "P2", lost, left[remedy], remedy_cost=plans[remedy].cost, scale=terms.scale, level=level,
        detail=pd.DataFrame(rows, dtype=float), assumptions=list_assumptions(assumed),
    )  # fmt: skip


@dataclass(frozen=True)
class _Remedy:
    closes: float
    cost: float


def _read_remedies(
    appraisal_closes: float, appraisal_cost: float, training_closes: float, training_cost: float
) -> dict[str, _Remedy]:
    costs = {"appraisal_cost": appraisal_cost, "training_cost": training_cost}
    costs = {name: check_number(name, cost, low=0) for name, cost in costs.items()}
    for name, cost in costs.items():
        check_size(name, cost)
    first = _Remedy(check_fraction("appraisal_closes", appraisal_closes), costs["appraisal_cost"])
    then = _Remedy(check_fraction("training_closes", training_closes), costs["training_cost"])
    closes = 1 - (1 - first.closes) * (1 - then.closes)
    both = _Remedy(closes, first.cost + then.cost)
    return {"appraisal": first, "training": then, "both": both}


def _list_other(company: Company, plans: dict[str, _Remedy]) -> list[tuple[str, float, str, str]]:
    remedies = [
        (f"{name}_{what}", value, unit, "assumed")
        for name in _REMEDIES[1:]
        for what, value, unit in (
            ("closes", plans[name].closes, "share of the gaps"),
            ("cost", plans[name].cost, "currency a year"),
        )
    ]
    return [
        ("bad_experiences", company.truth.settings.bad_experiences, "a year", "company"),
        ("lists", 1, "a year", "assumed"),
        *remedies,
    ]


def _read_people(company: Company, terms: Terms, saved: float) -> pd.DataFrame:
    """What each customer has at risk, how satisfied they are, and how busy the instructor."""
    truth = company.truth.people.sort_index()
    settings = company.truth.settings
    rate = settings.bad_experiences * np.exp(-settings.satisfaction_slope * truth["satisfaction"])
    people = pd.DataFrame({"satisfaction": truth["satisfaction"], "risk": -np.expm1(-rate)})
    people["stake"] = saved * margin_ratio(terms) * truth["expected_next_year_margin"]
    people["busy"] = _read_busy(company.visits).reindex(people.index)
    return people


def _read_busy(visits: pd.DataFrame) -> pd.Series:
    """Visits that the instructor had planned in the customer's last month, by `customer_id`."""
    load = visits.groupby(["instructor_id", "month"])["planned"].transform("sum")
    last = visits.assign(load=load).sort_values(["month", "instructor_id"])
    busy: pd.Series = last.groupby("customer_id")["load"].last().astype("float64")
    return busy


def _reluct(people: pd.DataFrame, dependence: float, seed: int) -> Ints:
    """Place of each customer by reluctance to enter, the greatest first, in each lot."""
    lot = np.random.default_rng([seed, 3]).logistic(size=(_N_LOTS, len(people)))
    pull = _standardise(people["busy"]) - _standardise(people["satisfaction"])
    order = np.argsort(-(dependence * pull + lot), axis=1, kind="stable")
    return np.argsort(order, axis=1, kind="stable")


def _standardise(values: pd.Series) -> Floats:
    """In standard deviations from the mean; 0 where it is missing, or there is no spread."""
    spread = float(values.std(ddof=0))
    centred = (values - values.mean()).fillna(0.0).to_numpy(dtype=float)
    return centred / spread if spread > 0 else centred * 0.0


class _Desk:
    """The people who draw the list and call, and what their calls bring."""

    def __init__(
        self, people: pd.DataFrame, terms: Terms, capacity: float, dependence: float, seed: int
    ) -> None:
        self.people = people
        self.scale = terms.scale
        self.place = _reluct(people, dependence, seed)
        self.by_lot = _reluct(people, 0.0, seed)
        self.n_calls = round(capacity * len(people))
        stake, risk = people["stake"].to_numpy(), people["risk"].to_numpy()
        self.gain = stake * risk - terms.cost_per_contact
        self.taken_for_average = stake * risk.mean() - terms.cost_per_contact
        nobody = np.zeros((1, len(people)), dtype=bool)
        self.without_gaps = self.call(nobody)[0]

    def call(self, gap: Flags, *, averaged: bool = False) -> Flags:
        """Who is called in each lot: those with the most at risk, as far as a call pays."""
        found = self.gain > 0
        if averaged:
            found |= self.taken_for_average > 0
        who = np.flatnonzero(found)
        instead = self.taken_for_average[who] if averaged else -np.inf
        score = np.where(gap[:, who], instead, self.gain[who])
        order = np.argsort(-score, axis=1, kind="stable")[:, : self.n_calls]
        listed = np.zeros(score.shape, dtype=bool)
        np.put_along_axis(listed, order, True, axis=1)
        called = np.zeros(gap.shape, dtype=bool)
        called[:, who] = listed & (score > 0)
        return called

    def lose(self, missing: float, *, averaged: bool = False, place: Ints | None = None) -> Floats:
        """What is lost on each customer against a list without gaps, on average over the lots."""
        gap = self.find_gaps(missing, self.place if place is None else place)
        lost: Floats = self.gain * (self.without_gaps - self.call(gap, averaged=averaged).mean(0))
        return lost

    def find_gaps(self, missing: float, place: Ints) -> Flags:
        gap: Flags = place < round(missing * len(self.people))
        return gap

    def add(self, each: Floats) -> float:
        """A sum for the firm."""
        return float(each.sum()) * self.scale

    def describe(self, missing: float) -> dict[str, float]:
        gap = self.find_gaps(missing, self.place)
        called = self.call(gap)
        felt = np.broadcast_to(self.people["satisfaction"].to_numpy(), gap.shape)
        wanted = self.without_gaps.sum()
        still = (called & self.without_gaps).mean(axis=0).sum()
        return {
            "strength": missing,
            "entered": self.add((~gap).mean(axis=0)),
            "calls": self.add(called.mean(axis=0)),
            "at_risk_called": still / wanted if wanted else float("nan"),
            "satisfaction_entered": float(felt[~gap].mean()) if (~gap).any() else float("nan"),
            "satisfaction_missing": float(felt[gap].mean()) if gap.any() else float("nan"),
            "cost_at_random": self.add(self.lose(missing, place=self.by_lot)),
            "cost_averaged": self.add(self.lose(missing, averaged=True)),
        }
