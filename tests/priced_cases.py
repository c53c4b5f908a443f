"""Companies on which failure factors are priced, made once for all tests."""

import dataclasses
import functools

from crmlab.simulate import simulate_company

SEEDS = range(20)


@functools.cache
def company(seed=1):
    return simulate_company(1_000, seed=seed)


def shuffled(company, seed=9):
    """The same company with the rows of each table in another order."""
    tables = ("transactions", "customers", "campaigns", "contacts", "visits")
    rows = {
        name: getattr(company, name).sample(frac=1, random_state=seed).reset_index(drop=True)
        for name in tables
    }
    truth = dataclasses.replace(
        company.truth,
        people=company.truth.people.sample(frac=1, random_state=seed),
        effects=company.truth.effects.sample(frac=1, random_state=seed),
    )
    return dataclasses.replace(company, truth=truth, **rows)
