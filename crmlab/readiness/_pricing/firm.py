"""The firm a factor is priced for: its money, its remedies, and what another margin changes."""

from collections.abc import Mapping

from crmlab._checks import check_fraction, check_number, check_size
from crmlab._stake import Terms

__all__ = ["list_money", "margin_ratio", "read_remedy"]


def margin_ratio(terms: Terms) -> float:
    """The firm's margin relative to that of the simulated company, by which all margins move."""
    planned = float(terms.plan["margin"])
    return terms.margin / planned if planned else 1.0


def list_money(
    terms: Terms, given: Mapping[str, float | None]
) -> list[tuple[str, float, str, str]]:
    """Margin and cost of a contact as assumptions; `given` is what the caller gave for each."""
    units = {"margin": "currency an order", "cost_per_contact": "currency a contact"}
    return [
        (name, getattr(terms, name), unit, "company" if given[name] is None else "assumed")
        for name, unit in units.items()
    ]


def read_remedy(remedy_share: float, remedy_cost: float) -> tuple[float, float]:
    """The share of a factor that a remedy takes away, and what it costs in a year, checked."""
    share = check_fraction("remedy_share", remedy_share)
    cost = check_number("remedy_cost", remedy_cost, low=0)
    check_size("remedy_cost", cost)
    return share, cost
