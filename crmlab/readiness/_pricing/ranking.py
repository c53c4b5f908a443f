"""Failure factor "nobody decided what counts": profit, loyalty or value."""

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crmlab._checks import (
    check_choice,
    check_count,
    check_fraction,
    check_vector,
)
from crmlab._errors import InputError, InputTypeError
from crmlab._stake import Terms, read_terms
from crmlab._types import Floats, Ints
from crmlab.company import Company
from crmlab.readiness._pricing.firm import list_money, margin_ratio, read_remedy
from crmlab.readiness._pricing.priced import Priced, check_strengths, list_assumptions, price
from crmlab.readiness._pricing.signals import share_limits, signal_row, signal_table

__all__ = ["ranking_signal", "rankings", "simulate_wrong_ranking"]

RANKINGS = ("profit", "loyalty", "value")
_GRID = (0.0, 0.25, 0.5, 0.75, 1.0)


def simulate_wrong_ranking(
    company: Company,
    *,
    wrong: float | Sequence[float] = _GRID,
    ranking: Literal["profit", "loyalty"] = "profit",
    top: float = 0.2,
    saved: float = 0.05,
    remedy_share: float = 1.0,
    remedy_cost: float = 1_000_000.0,
    margin: float | None = None,
    cost_per_contact: float | None = None,
    n_customers: int | None = None,
    level: float = 0.95,
    seed: int = 0,
) -> Priced:
    """Price a budget of care that goes to the best by a ranking that looks back.

    A firm can care for so many customers in a year, `top` of them. Care of a customer costs a
    contact and earns a part of what the customer is to bring next year. Whom to care for nobody
    decided: a part of the places is filled by value, from the best down, as far as care pays. The
    rest is filled by the other ranking, from its best down, whoever is not cared for already;
    those who fill it do not see where care pays. By the right ranking all places are filled by
    value.

    Parameters
    ----------
    company : Company
        Of `simulate_company` or `load_company`.
    wrong : float or sequence of float, default=(0, 0.25, 0.5, 0.75, 1)
        Share of the places filled by the wrong ranking, in [0, 1].
    ranking : {"profit", "loyalty"}, default="profit"
        The wrong one, as `rankings` measures it.
    top : float, default=0.2
        Places, as a share of the customers, in (0, 1).
    saved : float, default=0.05
        Share of the next year's margin that care earns, in [0, 1].
    remedy_share : float, default=1.0
        Share of the misled places that a decision puts right, in [0, 1].
    remedy_cost : float, default=1_000_000.0
        Of measuring value and deciding by it, in currency a year.
    margin, cost_per_contact : float, optional
        Of an order and of a contact of another firm, in currency. What a customer brings moves in
        proportion to the margin. Default: as in the campaign K06.
    n_customers : int, optional
        Customers of the firm. Default: as many as the company has.
    level : float, default=0.95
        Probability between the limits, in (0, 1).
    seed : int, default=0
        Of the lot between customers who are equal.

    Returns
    -------
    Priced
        `detail` has by `strength`: `places`; `best_reached`, share of the places of the right
        ranking whose customers are cared for; `value_held`, what those cared for are to bring next
        year, and `value_best`, the same by the right ranking; `regretted`, contacts that earn
        less than they cost. Money in currency, for the firm.

    Raises
    ------
    InputError
        If an option is out of range, or the company has no campaign drawn by lot.
    InputTypeError
        If `company` is not a simulated company, or an option has the wrong type.

    Notes
    -----
    Value is the margin to be expected, which the simulation knows and a firm has to estimate; a
    ranking by an estimate loses a part of the difference. That care earns the same part of
    everybody's margin is an assumption too: where the loyal come anyway, they gain less by care,
    and a ranking by loyalty costs more than is shown here.

    References
    ----------
    Reinartz, W. and Kumar, V. (2002). The mismanagement of customer loyalty. Harvard Business
    Review 80 (7), 86-94.

    See Also
    --------
    rankings : Who is best by each, and what they hold.
    ranking_signal : How a firm would notice.

    Examples
    --------
    >>> from crmlab.simulate import simulate_company
    >>> priced = simulate_wrong_ranking(simulate_company(1_000, seed=1), wrong=[0, 1])
    >>> priced.detail[["strength", "places", "best_reached"]].round(2)
       strength  places  best_reached
    0       0.0   200.0           1.0
    1       1.0   200.0           0.5
    """
    strengths = check_strengths("wrong", wrong)
    check_choice("ranking", ranking, RANKINGS[:2])
    part = check_fraction("top", top, open_ends=True)
    earns = check_fraction("saved", saved)
    right, spent = read_remedy(remedy_share, remedy_cost)
    check_fraction("level", level, open_ends=True)
    check_count("seed", seed, minimum=0)
    terms = read_terms(
        company, margin=margin, cost_per_contact=cost_per_contact, n_customers=n_customers
    )
    care = _Care(_measure(company), terms, ranking, part, earns, seed)
    assumed = [
        ("top", part, "share of the customers", "assumed"),
        ("saved", earns, "share of the next year's margin", "assumed"),
        *list_money(terms, {"margin": margin, "cost_per_contact": cost_per_contact}),
        ("remedy_share", right, "share of the misled places", "assumed"),
        ("remedy_cost", spent, "currency a year", "assumed"),
    ]
    return price(
        "P3",
        {each: care.lose(each) for each in strengths},
        {each: care.lose(each * (1 - right)) for each in strengths},
        remedy_cost=spent, scale=terms.scale, level=level,
        detail=pd.DataFrame([care.describe(each) for each in strengths], dtype=float),
        assumptions=list_assumptions(assumed),
    )  # fmt: skip


class _Care:
    """Places of care, and who fills them by which ranking."""

    def __init__(
        self, people: pd.DataFrame, terms: Terms, ranking: str, top: float, saved: float, seed: int
    ) -> None:
        self.scale = terms.scale
        self.value = people["value"].to_numpy() * margin_ratio(terms)
        self.gain = saved * self.value - terms.cost_per_contact
        self.n_places = round(top * len(people))
        lot = np.random.default_rng([seed, 4]).permutation(len(people))
        self.by_value = np.lexsort((lot, -self.value))
        self.by_other = np.lexsort((lot, -people[ranking].to_numpy()))
        self.best = self.choose(0.0)

    def choose(self, wrong: float) -> NDArray[np.bool_]:
        """Who is cared for where this share of the places is filled by the wrong ranking."""
        n_other = round(wrong * self.n_places)
        n_value = self.n_places - n_other
        placed = np.zeros(len(self.value), dtype=bool)
        placed[self.by_value[:n_value]] = True
        chosen = placed & (self.gain > 0)  # by value one sees where care does not pay
        waiting = self.by_other[~placed[self.by_other]]
        chosen[waiting[:n_other]] = True
        return chosen

    def lose(self, wrong: float) -> Floats:
        """What is lost on each customer, in currency a year."""
        chosen = self.choose(wrong).astype(float)
        lost: Floats = self.gain * (self.best - chosen)
        return lost

    def describe(self, wrong: float) -> dict[str, float]:
        chosen = self.choose(wrong)
        places = np.zeros(len(chosen), dtype=bool)
        places[self.by_value[: self.n_places]] = True
        n_best = int(self.best.sum())
        return {
            "strength": wrong,
            "places": self.n_places * self.scale,
            "best_reached": (chosen & self.best).sum() / n_best if n_best else float("nan"),
            "value_held": float(self.value[chosen].sum()) * self.scale,
            "value_best": float(self.value[places].sum()) * self.scale,
            "regretted": (chosen & (self.gain < 0)).sum() * self.scale,
        }


def _measure(company: Company) -> pd.DataFrame:
    """Profit, loyalty and value of each customer on the last day of the company."""
    orders = company.transactions
    customers = company.customers.set_index("customer_id").sort_index()
    lines = orders.assign(margin=orders["amount"] - orders["cost"]).groupby("customer_id")
    made = company.contacts[company.contacts["treated"].astype(bool)]
    spent = made.groupby("customer_id")["cost"].sum().reindex(customers.index).fillna(0.0)
    earned = lines["margin"].sum().reindex(customers.index).fillna(0.0)
    last = lines["date"].max().reindex(customers.index)
    loyal = (last - customers["joined"]).dt.days.clip(lower=0).fillna(0.0)
    value = company.truth.people["expected_next_year_margin"].reindex(customers.index)
    return pd.DataFrame({"profit": earned - spent, "loyalty": loyal, "value": value}, dtype=float)


def rankings(company: Company, *, top: float = 0.2, seed: int = 0) -> pd.DataFrame:
    """Compare the best customers by profit, by loyalty and by value, and what each will bring.

    *Profit* is what the orders so far brought, less what contacts cost. *Loyalty* is the days
    from joining to the last order. *Value* is the margin to be expected in the next year, which
    the simulation knows and a firm has to estimate.

    Parameters
    ----------
    company : Company
        Of `simulate_company` or `load_company`.
    top : float, default=0.2
        Share of customers that counts as best, in (0, 1).
    seed : int, default=0
        Of the lot between customers who are equal.

    Returns
    -------
    DataFrame
        One row per ranking: `ranking`; `n_best`, customers; `also_profit`, `also_loyalty`,
        `also_value`, share of them that are best by these as well; `next_year`, what they did
        bring in the next year (currency), and `share`, of what all brought; `missed`, what they
        brought less than the best by value (currency).

    Raises
    ------
    InputError
        If `top` is out of range.
    InputTypeError
        If `company` is not a simulated company, or an option has the wrong type.

    See Also
    --------
    crmlab.segmentation.compare_rankings : The same for any table of rankings.

    Examples
    --------
    >>> from crmlab.simulate import simulate_company
    >>> found = rankings(simulate_company(1_000, seed=1))
    >>> found[["ranking", "n_best", "also_value", "share"]].round(2)
       ranking  n_best  also_value  share
    0   profit     200        0.50   0.52
    1  loyalty     200        0.34   0.37
    2    value     200        1.00   0.76
    """
    part = check_fraction("top", top, open_ends=True)
    check_count("seed", seed, minimum=0)
    read_terms(company)
    people = _measure(company)
    brought = company.truth.people["next_year_margin"].reindex(people.index).to_numpy(dtype=float)
    best = _find_best({name: people[name].to_numpy() for name in RANKINGS}, part, seed)
    held = {name: float(brought[best[name]].sum()) for name in RANKINGS}
    rows = [
        {"ranking": name, "n_best": len(best[name])}
        | {f"also_{other}": _share(best[name], best[other]) for other in RANKINGS}
        | {"next_year": held[name], "share": held[name] / brought.sum(),
           "missed": held["value"] - held[name]}
        for name in RANKINGS
    ]  # fmt: skip
    return pd.DataFrame(rows)


def _find_best(values: Mapping[str, Floats], top: float, seed: int) -> dict[str, Ints]:
    """Places of the best by each of these, equal ones by one lot."""
    n = len(next(iter(values.values())))
    lot = np.random.default_rng([seed, 4]).permutation(n)
    size = max(round(top * n), 1)
    return {name: np.lexsort((lot, -value))[:size] for name, value in values.items()}


def _share(one: Ints, other: Ints) -> float:
    return np.isin(one, other).sum() / len(one)


def ranking_signal(
    table: pd.DataFrame, *, top: float = 0.2, level: float = 0.95, seed: int = 0
) -> pd.DataFrame:
    """Look for how far a firm's own rankings disagree on who is best.

    Parameters
    ----------
    table : DataFrame
        One row per customer, and a column for each ranking, two at least, more is better: what
        each department sorts its customers by, such as profit, loyalty and value. Where a ranking
        knows nothing of a customer the number is missing, and the customer not among its best.
    top : float, default=0.2
        Share of customers that counts as best, in (0, 1).
    level : float, default=0.95
        Probability between the limits, in (0, 1).
    seed : int, default=0
        Of the lot between customers who are equal.

    Returns
    -------
    DataFrame
        One row per pair of rankings, and one for all: `signal`, such as "best by profit and
        loyalty"; `value`, share of the best by one who are best by the other; `lower`, `upper`,
        `level`; `n`, customers called best; `reading`, a sentence.

    Raises
    ------
    InputError
        If there are fewer than two columns or customers, or a column is not finite or the same for
        all.
    InputTypeError
        If the table or an option has the wrong type.

    Notes
    -----
    Two rankings without anything in common share `top` of their best. Limits are Wilson's.

    See Also
    --------
    simulate_wrong_ranking : What it costs.

    Examples
    --------
    >>> table = pd.DataFrame({"profit": [9, 5, 1, -2, 0], "loyalty": [1, 4, 3, 2, 0]})
    >>> ranking_signal(table, top=0.4)[["signal", "value", "n"]]
                           signal  value  n
    0  best by profit and loyalty    0.5  2
    """
    part = check_fraction("top", top, open_ends=True)
    check_fraction("level", level, open_ends=True)
    check_count("seed", seed, minimum=0)
    values = _read_columns(table)
    best = _find_best(values, part, seed)
    pairs = [(pair, _share(best[pair[0]], best[pair[1]])) for pair in combinations(best, 2)]
    size = len(best[pairs[0][0][0]])
    rows = [_pair_row(pair, share, size, part, level) for pair, share in pairs]
    if len(best) > 2:
        counts = np.bincount(np.concatenate(list(best.values())))
        everywhere = float((counts == len(best)).sum() / size)
        low, high = share_limits(everywhere, size, level=level)
        text = f"{everywhere:.0%} of the best by one ranking are best by all {len(best)}."
        rows.append(signal_row("best by all", everywhere, low, high, size, text))
    return signal_table(rows, level=level)


def _read_columns(table: Any) -> dict[str, Floats]:
    if not isinstance(table, pd.DataFrame):
        raise InputTypeError(f"`table` must be a DataFrame; got {type(table).__name__}.")
    numbers = table.drop(columns="customer_id", errors="ignore")
    if numbers.shape[1] < 2 or len(numbers) < 2:
        raise InputError(
            "`table` must have at least two rankings and two customers; got "
            f"{numbers.shape[1]} columns and {len(numbers):,} rows."
        )
    values = {}
    for name in numbers.columns:
        found = check_vector(str(name), numbers[name], negative=True, missing=True)
        values[str(name)] = np.where(np.isnan(found), -np.inf, found)
        if (values[str(name)] == values[str(name)][0]).all():
            raise InputError(
                f"`{name}` must put some customers before others; all {len(found):,} are alike."
            )
    return values


def _pair_row(
    pair: tuple[str, str], share: float, size: int, top: float, level: float
) -> dict[str, Any]:
    low, high = share_limits(share, size, level=level)
    text = f"Of the best by {pair[0]}, {share:.0%} are best by {pair[1]}"
    if low <= top <= high:
        text += "; two lists drawn by lot would share about as many."
    else:
        text += f", where two lists drawn by lot would share {top:.0%}."
    return signal_row(f"best by {pair[0]} and {pair[1]}", share, low, high, size, text)
