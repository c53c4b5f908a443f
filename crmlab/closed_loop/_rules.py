"""Options that the functions of this room share: checked once, and the limits over seeds."""

from collections.abc import Iterator, Sequence
from typing import Any, TypedDict

import numpy as np
import pandas as pd
from scipy.stats import t as student

from crmlab._checks import check_count, check_fraction, check_number, check_size
from crmlab._errors import InputError, InputTypeError
from crmlab._types import Floats
from crmlab.closed_loop._market import Market, read_market
from crmlab.closed_loop._turns import Rules
from crmlab.company import Company
from crmlab.simulate import simulate_company

__all__ = [
    "Terms",
    "check_rules",
    "check_seeds",
    "limits_of_mean",
    "list_assumptions",
    "list_markets",
]

MOST = 1_000  # periods
SIZE = 5_000  # customers of a company that a seed makes


class Terms(TypedDict):
    """Whose campaign it is, as `read_market` takes it."""

    campaign_id: str
    margin: float | None
    cost_per_contact: float | None
    n_customers: int | None


def check_rules(**given: Any) -> Rules:
    """Check the options of a loop by their names and make its rules."""
    flags = ("closed", "operational", "analytical", "collaborative")
    checked: dict[str, Any] = {name: bool(given[name]) for name in flags}
    checked["periods"] = check_count("periods", given["periods"])
    check_number("periods", checked["periods"], low=1, high=MOST)
    for name in ("capacity", "test", "change", "channel_spread", "carried_out", "recorded",
                 "memory"):  # fmt: skip
        checked[name] = check_fraction(name, given[name])
    checked["prior"] = check_number("prior", given["prior"], low=0)
    check_size("prior", checked["prior"])
    if checked["test"] > checked["capacity"]:
        raise InputError(
            f"`test` must be at most `capacity`, {checked['capacity']:g}, since those tested are "
            f"contacted too; got {checked['test']:g}."
        )
    return Rules(**checked)


def list_markets(
    companies: Company | Sequence[Company] | None, seeds: int, terms: Terms
) -> Iterator[Market]:
    """A market for each seed: of the given companies in turn, else of a new one."""
    if companies is None:
        for seed in range(seeds):
            yield read_market(simulate_company(SIZE, seed=seed), **terms)
        return
    given = [companies] if isinstance(companies, Company) else companies
    if not isinstance(given, Sequence) or not all(isinstance(each, Company) for each in given):
        raise InputTypeError(
            "`companies` must be a simulated company or a list of them; "
            f"got {type(companies).__name__}."
        )
    if not given:
        raise InputError("`companies` must hold at least one company; got none.")
    markets = [read_market(company, **terms) for company in given[:seeds]]
    for seed in range(seeds):
        yield markets[seed % len(markets)]


def check_seeds(seeds: int, level: float) -> None:
    """Refuse a number of seeds without limits, and a level that is not a probability."""
    check_count("seeds", seeds, minimum=2)
    check_number("seeds", seeds, low=2, high=10_000)
    check_fraction("level", level, open_ends=True)


def limits_of_mean(values: Floats, level: float) -> tuple[float, float, float]:
    """Mean over seeds and its limits by Student's t."""
    mean = float(values.mean())
    error = float(values.std(ddof=1)) / np.sqrt(len(values))
    half = float(student.ppf((1 + level) / 2, len(values) - 1)) * error
    return mean, mean - half, mean + half


def list_assumptions(rows: Sequence[tuple[str, Any, str, str]]) -> pd.DataFrame:
    """Assumptions as a table: name, value, unit, source."""
    return pd.DataFrame(list(rows), columns=["name", "value", "unit", "source"])
