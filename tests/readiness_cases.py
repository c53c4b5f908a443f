"""Prices of failure factors that are known, in place of those of simulated firms."""

import numpy as np
import pandas as pd

from crmlab.readiness import RankedFactors
from crmlab.readiness._pricing.priced import list_assumptions, price

FACTORS = [f"P{n}" for n in range(1, 8)]
BASE = dict(zip(FACTORS, [100, 90, 300, 20, 60, 0, 500], strict=True))
NOISE = {"P1": 12.0, "P2": 12.0}  # these two change places
REMEDY = dict(zip(FACTORS, [5, 40, 10, 30, 25, 1, 60], strict=True))


def stand_in(factor):
    """A price that is known: a base times the strength, and what the seed adds."""

    def simulate(company, *, strength, margin, cost_per_contact, n_customers, level, seed):
        noise = np.random.default_rng([seed, int(factor[1])]).normal() * NOISE.get(factor, 0)
        lost = {at: np.full(2, (BASE[factor] + noise) * at) for at in strength}
        scale = n_customers / 5_000 * (1 if cost_per_contact is None else cost_per_contact)
        rows = [("margin", margin, "currency", "assumed")]
        return price(
            factor, lost, {at: each / 2 for at, each in lost.items()}, scale=scale, level=level,
            remedy_cost=REMEDY[factor], detail=pd.DataFrame(), assumptions=list_assumptions(rows),
        )  # fmt: skip

    return simulate


def ranked_stand_in():
    """Ranked factors of two firms, as far as a choice of remedies reads them."""
    by_seed = pd.DataFrame(
        {"seed": [0, 0, 1, 1], "factor": ["P1", "P2"] * 2, "remedy": [3.0, 1.0, 5.0, 1.0]}
    )
    table = pd.DataFrame(
        {"name": ["one", "two"], "remedy_cost": [2.0, 1.0], "remedy": [4.0, 1.0]},
        index=pd.Index(["P1", "P2"], name="factor"),
    )
    return RankedFactors(table, by_seed, pd.DataFrame(), n_seeds=2, level=0.9)
