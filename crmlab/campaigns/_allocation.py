"""Who gets which offer by which channel, when contacts share a budget and other limits."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crmlab._checks import check_choice, check_count, check_day, check_number
from crmlab._errors import InputError, InputTypeError
from crmlab._types import Day, Floats, Ints, Table
from crmlab.campaigns._allocate._inputs import (
    Offers,
    read_costs,
    read_eligible,
    read_offers,
)
from crmlab.campaigns._allocate._possible import check_possible
from crmlab.campaigns._allocate._problem import Limits, Problem
from crmlab.campaigns._allocate._rounding import used_by
from crmlab.campaigns._allocate._solve import solve
from crmlab.contracts import PURPOSES

__all__ = ["Allocation", "allocate_contacts"]

_SETS = 4000  # of offers that go together, at most


@dataclass(frozen=True)
class Allocation:
    """A plan of contacts, what it earns, and how much a better plan could earn at most.

    Attributes
    ----------
    plan : DataFrame
        One row per contact, in the order of the customers: `customer_id`, `offer`, `channel`,
        `value` (expected margin before the cost of the contact) and `cost`, in currency.
    value, cost : float
        Sums of the plan, in currency.
    profit : float
        `value` less `cost`, which the plan makes large.
    bound : float
        No plan that keeps the limits has a higher profit.
    gap : float
        What the plan may lack, as a share of the bound.
    duals : DataFrame
        One row per limit: `limit` ("budget", "channel_capacity", "offer_max", "offer_min"), `of`
        (channel or offer), `allowed`, `used`, and `price`: what one unit more of the limit can add
        to the bound at most (of a minimum: one contact fewer asked for), in currency.
    """

    plan: pd.DataFrame
    value: float
    cost: float
    profit: float
    bound: float
    gap: float
    duals: pd.DataFrame

    def __repr__(self) -> str:
        return (
            f"Allocation({len(self.plan):,} contacts, profit {self.profit:,.2f}, "
            f"at most {self.bound:,.2f}, gap {self.gap:.4%})"
        )


def allocate_contacts(
    value: pd.DataFrame,
    *,
    cost: float | Mapping[Any, float] | pd.DataFrame | None = None,
    budget: float | None = None,
    channel_capacity: Mapping[Any, int] | int | None = None,
    offer_min: Mapping[Any, int] | None = None,
    offer_max: Mapping[Any, int] | None = None,
    contacts_per_customer: int = 1,
    exclusive: Sequence[Iterable[Hashable]] | None = None,
    eligible: pd.DataFrame | None = None,
    consents: Table | None = None,
    purpose: str = "marketing",
    on: Day | None = None,
    currency: str | Mapping[Any, str] | None = None,
) -> Allocation:
    """Decide who gets which offer by which channel, so that profit is largest within the limits.

    A contact is made only where it earns more than it costs, except where a minimum asks for it. A
    customer gets an offer once at most, by whichever channel is best.

    Parameters
    ----------
    value : DataFrame
        Expected margin of each contact before its cost, in currency; such as the uplift times the
        margin. Either one row per customer (`customer_id` as index or column) and a column per
        offer, or per pair (offer, channel); or tidy, with columns `customer_id`, `offer`, `value`
        and perhaps `channel`, `cost` and `currency`, where contacts that are not listed may not
        be made.
    cost : float, mapping or DataFrame
        Cost of a contact, in currency, 0 or more: one number; by channel, offer or (offer,
        channel); or a table like `value`. May be left out where `value` is tidy with a `cost`.
    budget : float, optional
        Most that all contacts may cost.
    channel_capacity : mapping of channel to int, or int, optional
        Most contacts by each channel; a number where there is one channel only.
    offer_min, offer_max : mapping of offer to int, optional
        Fewest and most contacts with an offer.
    contacts_per_customer : int, default=1
        Most contacts to one customer.
    exclusive : list of groups of offers, optional
        Of each group a customer gets one offer at most.
    eligible : DataFrame of bool, optional
        Who may get what: one row per customer, columns as `value`, or one per channel or offer.
    consents : DataFrame or ibis.Table, optional
        Canonical consents; channels are then email, phone and post, and who has not consented
        to one is not contacted by it.
    purpose, on
        What for and when they are contacted, as in `privacy.consented`.
    currency : str or mapping of offer to str, optional
        What amounts are in. Several currencies are refused.

    Returns
    -------
    Allocation
        `plan`, `profit`, `bound`, `gap` and the price of each limit in `duals`.

    Raises
    ------
    InputError
        If limits cannot be kept together (they are named), nobody may get an offer, offers are in
        several currencies, a customer stands there twice, or a number is out of range.
    InputTypeError
        If an argument has the wrong type.

    Notes
    -----
    Each limit that customers share gets a price. At given prices every customer takes what is best
    for them alone, and the sum is a bound that no plan exceeds: the Lagrangian dual. It is
    minimised by damped Newton steps, then exactly, by a linear program of the few customers who
    waver. Their shares are rounded to whole contacts, and exchanges mend and improve the plan. A
    problem of a few hundred possible contacts is branched upon until the gap closes, or an effort
    is spent. The same input gives the same plan.

    References
    ----------
    Fisher, M. L. (1981). The Lagrangian relaxation method for solving integer programming
    problems. Management Science 27(1), 1-18. Marsten, R. E., Hogan, W. W. and Blankenship, J. W.
    (1975). The boxstep method for large-scale optimization. Operations Research 23(3), 389-405.

    Examples
    --------
    >>> value = pd.DataFrame(
    ...     {("camp", "email"): [30, 8, 12, 3], ("camp", "phone"): [42, 9, 30, 5],
    ...      ("books", "email"): [10, 9, 11, 2]},
    ...     index=pd.Index(["a", "b", "c", "d"], name="customer_id"),
    ... )
    >>> found = allocate_contacts(value, cost={"email": 1, "phone": 5}, budget=8)
    >>> found.plan
      customer_id   offer channel  value  cost
    0           a    camp   email   30.0   1.0
    1           b   books   email    9.0   1.0
    2           c    camp   phone   30.0   5.0
    3           d    camp   email    3.0   1.0
    >>> found.profit, found.gap
    (64.0, 0.0)
    """
    read = read_offers(value, currency)
    check_choice("purpose", purpose, PURPOSES)
    check_day("on", on)
    costs = read_costs(cost, read)
    allowed = read_eligible(read, eligible, consents, purpose=purpose, on=on)
    contacts = check_count("contacts_per_customer", contacts_per_customer)
    limits = _read_limits(read, costs, budget, channel_capacity, offer_min, offer_max)
    groups, sets = _read_exclusive(read, exclusive, contacts)
    profit = read.value - (costs if costs.ndim == 2 else costs[:, None])
    if allowed is not None:
        profit[~allowed] = -np.inf
    profit, unit = _to_unit(profit)
    problem = Problem(profit, costs, limits, min(contacts, len(groups)), groups, sets)
    sure = check_possible(problem)
    plan, bound, prices = solve(problem, sure)
    return _describe(read, problem, plan, bound * unit, prices * unit)


def _to_unit(profit: Floats) -> tuple[Floats, float]:
    """Profits in a unit in which they are neither tiny nor huge, and the unit: a power of two."""
    largest = float(np.abs(profit, where=np.isfinite(profit), out=np.zeros_like(profit)).max())
    if not largest or 1e-3 < largest < 1e12:
        return profit, 1.0
    exponent = int(np.frexp(largest)[1]) - 10
    return np.ldexp(profit, -exponent), float(np.ldexp(1.0, exponent))


def _read_limits(
    read: Offers,
    costs: Floats,
    budget: float | None,
    capacity: Any,
    least: Any,
    most: Any,
) -> Limits:
    """Every limit that was given, in one table."""
    names: list[tuple[str, object]] = []
    use, bound, unit = [], [], []

    def add(kind: str, label: object, row: Any, number: float, size: float = 1.0) -> None:
        names.append((kind, label))
        use.append(np.asarray(row, dtype=float) / size)
        bound.append(number / size)
        unit.append(abs(size))

    if budget is not None:
        money = check_number("budget", budget, low=0)
        mean = costs if costs.ndim == 1 else costs.mean(axis=1)
        size = float(mean.mean()) or 1.0
        add("budget", "", mean, money, size)
    channels = np.array([read.channels.index(channel) for _, channel in read.pairs])
    offers = np.array([read.offers.index(offer) for offer, _ in read.pairs])
    for label, number in _counts("channel_capacity", capacity, read.channels).items():
        add("channel_capacity", label, channels == read.channels.index(label), number)
    highest = _counts("offer_max", most, read.offers)
    for label, number in highest.items():
        add("offer_max", label, offers == read.offers.index(label), number)
    for label, number in _counts("offer_min", least, read.offers).items():
        if number > highest.get(label, np.inf):
            raise InputError(
                f"`offer_min` must not exceed `offer_max`; of {label!r} they are {number:,} and "
                f"{highest[label]:,}."
            )
        if number:
            add("offer_min", label, offers == read.offers.index(label), number, -1.0)
    table = np.array(use).reshape(len(names), len(read.pairs))
    return Limits(names, table, np.array(bound, dtype=float), np.array(unit, dtype=float))


def _counts(name: str, given: Any, known: list[Hashable]) -> dict[Hashable, int]:
    """Contacts by channel or offer, checked."""
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        if name != "channel_capacity" or len(known) > 1:
            what = "channel" if name == "channel_capacity" else "offer"
            raise InputTypeError(f"`{name}` must be a mapping of {what}s; got {given!r}.")
        given = {known[0]: given}
    unknown = [label for label in given if label not in known]
    if unknown:
        raise InputError(
            f"`{name}` must name {', '.join(map(repr, known))}; got {unknown[0]!r}, which `value` "
            "does not have."
        )
    return {
        label: check_count(f"{name}[{label!r}]", number, minimum=0)
        for label, number in given.items()
    }


def _read_exclusive(
    read: Offers, exclusive: Any, contacts: int
) -> tuple[list[Ints], list[tuple[int, ...]] | None]:
    """Groups of columns of which a customer gets one; where they overlap, sets that go together."""
    given = _check_exclusive(read, exclusive)
    offers = read.offers
    used = [offer for group in given for offer in group]
    overlap = len(set(used)) < len(used)
    merged = [] if overlap else given
    single = [[offer] for offer in offers if overlap or offer not in used]
    groups = [
        np.array([j for j, pair in enumerate(read.pairs) if pair[0] in group])
        for group in [*merged, *single]
    ]
    if not overlap or contacts == 1:
        return groups, None
    apart = {
        frozenset((offers.index(a), offers.index(b)))
        for group in given
        for a, b in combinations(group, 2)
    }
    sets: list[tuple[int, ...]] = [()]
    start = 0
    for _ in range(min(contacts, len(offers))):
        before, start = sets[start:], len(sets)
        for members in before:
            for g in range(members[-1] + 1 if members else 0, len(offers)):
                if not any(frozenset((g, other)) in apart for other in members):
                    sets.append((*members, g))
        if len(sets) > _SETS:
            raise InputError(
                f"`exclusive` has groups that overlap, and more than {_SETS:,} sets of offers go "
                "together. Use groups that do not overlap, or fewer contacts per customer."
            )
    return groups, sets


def _check_exclusive(read: Offers, exclusive: Any) -> list[list[Hashable]]:
    if exclusive is None:
        return []
    if isinstance(exclusive, str | Mapping) or not isinstance(exclusive, Iterable):
        raise InputTypeError(f"`exclusive` must be a list of groups of offers; got {exclusive!r}.")
    found = []
    for group in exclusive:
        if isinstance(group, str) or not isinstance(group, Iterable):
            raise InputTypeError(
                f"`exclusive` must be a list of groups of offers; got {group!r} as a group."
            )
        members = list(group)
        unknown = [offer for offer in members if offer not in read.offers]
        if unknown:
            raise InputError(
                f"`exclusive` must name offers of `value`, {', '.join(map(repr, read.offers))}; "
                f"got {unknown[0]!r}."
            )
        found.append(list(dict.fromkeys(members)))
    return found


def _describe(
    read: Offers, problem: Problem, plan: NDArray[np.integer], bound: float, prices: Floats
) -> Allocation:
    row, slot = np.nonzero(problem.n_columns > np.sort(plan, axis=0).T)
    column = np.sort(plan, axis=0)[slot, row].astype(np.int64)
    value = read.value[column, row]
    cost = problem.cost[column] if problem.cost.ndim == 1 else problem.cost[column, row]
    table = pd.DataFrame(
        {
            "customer_id": read.customers.take(row),
            "offer": _labels([offer for offer, _ in read.pairs], column),
            "channel": _labels([channel for _, channel in read.pairs], column),
            "value": value,
            "cost": cost,
        }
    )
    profit = float(value.sum() - cost.sum())
    bound = max(bound, profit)
    size = max(abs(bound), abs(profit))
    gap = (bound - profit) / size if size else 0.0
    return Allocation(
        table, float(value.sum()), float(cost.sum()), profit, bound, gap,
        _list_prices(problem, plan, prices),
    )  # fmt: skip


def _labels(names: list[Any], column: Ints) -> pd.Index:
    return pd.Index(names).take(column)


def _list_prices(problem: Problem, plan: NDArray[np.integer], prices: Floats) -> pd.DataFrame:
    limits = problem.limits
    sign: NDArray[np.float64] = limits.unit * np.where(limits.minimum, -1.0, 1.0)
    return pd.DataFrame(
        {
            "limit": pd.array([kind for kind, _ in limits.names], dtype="str"),
            "of": [label for _, label in limits.names],
            "allowed": limits.most * sign,
            "used": used_by(problem, plan) * sign,
            "price": prices / limits.unit,
        }
    )
