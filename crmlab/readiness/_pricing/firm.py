"""The firm a factor is priced for: its money, its remedies, and what another margin changes."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from crmlab._checks import check_fraction, check_number, check_size
from crmlab._stake import Terms
from crmlab.company import Company

__all__ = ["list_assumed", "list_money", "margin_ratio", "read_remedy", "read_worth"]

_MONEY = {"margin": "currency an order", "cost_per_contact": "currency a contact"}


def margin_ratio(terms: Terms) -> float:
    """The firm's margin relative to that of the simulated company, by which all margins move."""
    planned = float(terms.plan["margin"])
    return terms.margin / planned if planned else 1.0


def read_worth(company: Company, terms: Terms) -> pd.Series:
    """Margin to be expected of every customer in the next year, by id, in currency."""
    worth = company.truth.people["expected_next_year_margin"].astype("float64").fillna(0)
    return worth.sort_index() * margin_ratio(terms)


def list_money(
    terms: Terms, given: Mapping[str, float | None]
) -> list[tuple[str, float, str, str]]:
    """Margin and cost of a contact as assumptions; `given` is what the caller gave for each."""
    return [
        (name, getattr(terms, name), _MONEY[name], "company" if value is None else "assumed")
        for name, value in given.items()
    ]


def list_assumed(
    units: Mapping[str, str], values: Mapping[str, Any]
) -> list[tuple[str, Any, str, str]]:
    """What no table tells, with its units."""
    return [(name, value, units[name], "assumed") for name, value in values.items()]


def read_remedy(remedy_share: float, remedy_cost: float) -> tuple[float, float]:
    """The share of a factor that a remedy takes away, and what it costs in a year, checked."""
    share = check_fraction("remedy_share", remedy_share)
    cost = check_number("remedy_cost", remedy_cost, low=0)
    check_size("remedy_cost", cost)
    return share, cost
