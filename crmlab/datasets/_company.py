"""The simulated company: its tables, and the truth that no real company knows."""

from dataclasses import dataclass, fields
from typing import Any

import pandas as pd

__all__ = ["Company", "Truth"]


@dataclass(frozen=True, repr=False)
class Truth:
    """What made the tables, and what happens after them.

    Parameters
    ----------
    people : DataFrame
        Index `customer_id`: latent rates, whether alive, and the year after the last day.
    effects : DataFrame
        Per customer and campaign: type and both potential outcomes.
    links : DataFrame
        Which record of which source system is which person.
    pairs : DataFrame
        Planted complements and substitutes of the catalogue.
    settings : object
        The `CompanySettings` it was made with.
    """

    people: pd.DataFrame
    effects: pd.DataFrame
    links: pd.DataFrame
    pairs: pd.DataFrame
    settings: Any

    def __repr__(self) -> str:
        return _described("Truth", self)


@dataclass(frozen=True, repr=False)
class Company:
    """One simulated company: a DataFrame per canonical table, and `truth`."""

    transactions: pd.DataFrame
    products: pd.DataFrame
    customers: pd.DataFrame
    identities: pd.DataFrame
    consents: pd.DataFrame
    campaigns: pd.DataFrame
    contacts: pd.DataFrame
    responses: pd.DataFrame
    coupons: pd.DataFrame
    referrals: pd.DataFrame
    complaints: pd.DataFrame
    spend: pd.DataFrame
    subscriptions: pd.DataFrame
    instructors: pd.DataFrame
    visits: pd.DataFrame
    branches: pd.DataFrame
    truth: Truth

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """Every observable table by its name."""
        return _frames(self)

    def __repr__(self) -> str:
        return _described("Company", self)


def _frames(holder: object) -> dict[str, pd.DataFrame]:
    values = {field.name: getattr(holder, field.name) for field in fields(holder)}  # type: ignore[arg-type]
    return {name: value for name, value in values.items() if isinstance(value, pd.DataFrame)}


def _described(name: str, holder: object) -> str:
    sizes = ", ".join(f"{table}: {len(frame):,}" for table, frame in _frames(holder).items())
    return f"{name}({sizes})"
