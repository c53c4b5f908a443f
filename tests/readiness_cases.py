"""Prices of failure factors that are known, in place of those of simulated firms."""

import numpy as np
import pandas as pd

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
