"""What closing the loop adds, and what each part of CRM adds, by taking it away."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from crmlab.closed_loop._loop import earn_possible, earn_profit
from crmlab.closed_loop._rules import (
    Terms,
    check_rules,
    check_seeds,
    limits_of_mean,
    list_markets,
)
from crmlab.closed_loop._turns import draw_truth
from crmlab.company import Company

__all__ = ["ComparedLoops", "compare_loops"]

# What is taken away, and how it is told.
WITHOUT = {
    "closing the loop": {"closed": False},
    "operational": {"operational": False},
    "analytical": {"analytical": False},
    "collaborative": {"collaborative": False},
    "all of them": {
        "closed": False, "operational": False, "analytical": False, "collaborative": False,
    },
}  # fmt: skip


@dataclass(frozen=True)
class ComparedLoops:
    """What a closed loop with all its parts earns more than one without a part.

    Attributes
    ----------
    table : DataFrame
        One row per `part`: "closing the loop", "operational", "analytical", "collaborative", "all
        of them". In currency over all periods: `gain`, the mean over seeds of the profit with it
        less that without it; `lower`, `upper`, limits of the mean by Student's t. `better`, share
        of seeds in which the part pays, in [0, 1]; `seeds`; `level`.
    by_seed : DataFrame
        One row per `seed`: `full`, the profit of a closed loop with all parts; that without each
        part, named as in `table`; `possible`, of a firm that knows all. In currency.
    """

    table: pd.DataFrame
    by_seed: pd.DataFrame

    def __repr__(self) -> str:
        first = self.table.iloc[0]
        return (
            f"ComparedLoops({first['seeds']} seeds: closing the loop adds {first['gain']:,.0f} "
            f"({first['lower']:,.0f} to {first['upper']:,.0f}))"
        )


def compare_loops(
    companies: Company | Sequence[Company] | None = None,
    *,
    seeds: int = 20,
    periods: int = 8,
    capacity: float = 0.4,
    test: float = 0.1,
    change: float = 0.1,
    channel_spread: float = 0.5,
    carried_out: float = 0.7,
    recorded: float = 0.7,
    memory: float = 0.8,
    prior: float = 20.0,
    campaign_id: str = "K06",
    margin: float | None = None,
    cost_per_contact: float | None = None,
    n_customers: int | None = None,
    level: float = 0.95,
) -> ComparedLoops:
    """Compare the closed loop with the open one, and with loops that lack a part of CRM.

    Everything else is the same: customers, changes, channels, capacity and luck. The parts do not
    add up to "all of them", since one makes use of another.

    Parameters
    ----------
    companies : Company or list of Company, optional
        Played in turn, one for each seed. Default: for each seed a new company of 5,000 customers,
        which takes half a second.
    seeds : int, default=20
        At least 2.
    periods, capacity, test, change, channel_spread, carried_out, recorded, memory, prior
        As of `run_loop`.
    campaign_id, margin, cost_per_contact, n_customers
        As of `run_loop`.
    level : float, default=0.95
        Probability between the limits, in (0, 1).

    Returns
    -------
    ComparedLoops

    Raises
    ------
    InputError
        If an option is out of range, or a company has no campaign drawn by lot.
    InputTypeError
        If `companies` are not simulated companies, or an option has the wrong type.

    Notes
    -----
    A part may cost more than it brings. A closed loop goes on testing, and where nothing changes
    (`change` of 0) or everybody may be contacted and most contacts pay (`capacity` of 1), there is
    little left to learn that would change what is done.

    Examples
    --------
    >>> from crmlab.datasets import load_company
    >>> compared = compare_loops(load_company(), seeds=5)
    >>> compared.table["part"].tolist()
    ['closing the loop', 'operational', 'analytical', 'collaborative', 'all of them']
    """
    check_seeds(seeds, level)
    full = check_rules(
        periods=periods, closed=True, operational=True, analytical=True, collaborative=True,
        capacity=capacity, test=test, change=change, channel_spread=channel_spread,
        carried_out=carried_out, recorded=recorded, memory=memory, prior=prior,
    )  # fmt: skip
    rows = []
    terms: Terms = {
        "campaign_id": campaign_id, "margin": margin, "cost_per_contact": cost_per_contact,
        "n_customers": n_customers,
    }  # fmt: skip
    for seed, market in enumerate(list_markets(companies, seeds, terms)):
        truth = draw_truth(market, full, seed)
        earned = {
            part: earn_profit(market, replace(full, **off), truth, seed)
            for part, off in {"full": {}, **WITHOUT}.items()
        }
        possible = float(earn_possible(market, full, truth).sum())
        rows.append({"seed": seed, **earned, "possible": possible})
    by_seed = pd.DataFrame(rows)
    return ComparedLoops(_tell_gains(by_seed, level), by_seed)


def _tell_gains(by_seed: pd.DataFrame, level: float) -> pd.DataFrame:
    rows = []
    for part in WITHOUT:
        gain = (by_seed["full"] - by_seed[part]).to_numpy()
        mean, lower, upper = limits_of_mean(gain, level)
        rows.append(
            {"part": part, "gain": mean, "lower": lower, "upper": upper,
             "better": float((gain > 0).mean()), "seeds": len(gain), "level": level}
        )  # fmt: skip
    return pd.DataFrame(rows)
