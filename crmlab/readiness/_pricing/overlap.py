"""Failure factor "no common strategy": departments mail the same people in the same weeks."""

from collections.abc import Sequence
from math import nan
from statistics import NormalDist

import numpy as np
import pandas as pd
from scipy.special import expit, logit

from crmlab._checks import check_columns, check_count, check_fraction, check_number
from crmlab._errors import InputError, InputTypeError
from crmlab._stake import Terms, read_terms
from crmlab._types import Floats, Ints
from crmlab.campaigns import DuplicatedSpend, duplicated_spend
from crmlab.company import Company
from crmlab.readiness._pricing.firm import list_money, read_remedy
from crmlab.readiness._pricing.priced import Priced, check_strengths, list_assumptions, price
from crmlab.readiness._pricing.signals import (
    check_alike,
    share_beyond,
    share_limits,
    signal_row,
    signal_table,
)

__all__ = ["overlap_signal", "simulate_overlap"]

_UNKNOWN = (nan, nan, nan)  # value and limits that the table cannot tell
_N_LOTS = 200  # over which what a customer loses is averaged
_GRID = (0.0, 0.25, 0.5, 0.75, 1.0)


def simulate_overlap(
    company: Company,
    *,
    overlap: float | Sequence[float] = _GRID,
    departments: int = 3,
    fatigue: float | None = None,
    remedy_share: float = 0.8,
    remedy_cost: float = 1_000_000.0,
    margin: float | None = None,
    cost_per_contact: float | None = None,
    n_customers: int | None = None,
    level: float = 0.95,
    seed: int = 0,
) -> Priced:
    """Price departments that mail the same people, against one plan with as many letters.

    In one plan the departments divide those who may be contacted among them, and everybody gets
    one letter of campaign K06. Without it the first department mails those everybody thinks of,
    the customers with most orders. Each other department puts some of these on its list too, and
    leaves out as many of its own. Then:

    1. who is left out gets no letter, and orders what is ordered without one;
    2. who gets several decides once, with all of them on the table: a further letter costs what a
       letter costs and sells nothing;
    3. and it tires: each one lowers the log odds of the response by `fatigue`.

    Parameters
    ----------
    company : Company
        Of `simulate_company` or `load_company`.
    overlap : float or sequence of float, default=(0, 0.25, 0.5, 0.75, 1)
        Share of each later department's list that is on the list of the first one too, in [0, 1].
    departments : int, default=3
        Departments that mail, at least 2, at most one for each person.
    fatigue : float, optional
        Change of log odds of a response per earlier contact, as `contact.contact_fatigue`
        estimates it; at most 0. Default: as the company was made.
    remedy_share : float, default=0.8
        Share of the overlap that a common plan takes away, in [0, 1].
    remedy_cost : float, default=1_000_000.0
        Of the common plan, in currency a year.
    margin, cost_per_contact : float, optional
        Of an order and of a letter of another firm, in currency. Default: as in the campaign.
    n_customers : int, optional
        Customers of the firm. Default: as many as the company has.
    level : float, default=0.95
        Probability between the limits, in (0, 1).
    seed : int, default=0
        Of the lots that decide who is mailed twice, and who is left out.

    Returns
    -------
    Priced
        `detail` has by `strength`, for the firm: `letters`; `repeated`, letters to people who got
        one; `spent_twice`, what those cost (currency); `left_out`, people without a letter;
        `orders_missed` of those, and `orders_tired`, lost to several letters.

    Raises
    ------
    InputError
        If an option is out of range, or the company has no campaign drawn by lot.
    InputTypeError
        If `company` is not a simulated company, or an option has the wrong type.

    Notes
    -----
    As many letters are sent with and without the plan, so that what they cost cancels, and the
    loss is in orders. What a customer loses is the average over 200 lots, in which who is hit at
    one overlap is hit at each larger one. Fatigue takes orders from those whom a letter persuades:
    the share of them that stays is the share that stays of all responses.

    Where letters to everybody pay, as in the simulated company, it matters much that people are
    left out, and little which.

    See Also
    --------
    overlap_signal : How a firm would notice.

    Examples
    --------
    >>> from crmlab.simulate import simulate_company
    >>> priced = simulate_overlap(simulate_company(1_000, seed=1), overlap=[0, 0.5])
    >>> priced.detail[["strength", "letters", "repeated", "left_out"]].round(1)
       strength  letters  repeated  left_out
    0       0.0    464.0       0.0       0.0
    1       0.5    464.0     155.0     155.0
    """
    strengths = check_strengths("overlap", overlap)
    n_lists = check_count("departments", departments, minimum=2)
    share, spent = read_remedy(remedy_share, remedy_cost)
    check_fraction("level", level, open_ends=True)
    check_count("seed", seed, minimum=0)
    terms = read_terms(
        company, margin=margin, cost_per_contact=cost_per_contact, n_customers=n_customers
    )
    tires = 0.0 - company.truth.settings.contact_fatigue if fatigue is None else fatigue
    tires = check_number("fatigue", tires, high=0, remedy="It is 0 where contacts do not tire.")
    people = _read_people(company, terms.plan, seed)
    if n_lists > len(people):
        raise InputError(
            f"`departments` must be at most {len(people):,}, one for each person who may be "
            f"contacted; got {n_lists:,}."
        )
    lists = _Lists(len(people), n_lists, seed)
    response = float(people["outcome_treated"].mean())
    kept = _keep(response, tires, n_lists)
    rows, lost, left = [], {}, {}
    for each in strengths:
        rows.append({"strength": each} | _count(people, lists.send(each), kept, terms))
        lost[each] = _lose(people, lists.send(each), kept, terms)
        left[each] = _lose(people, lists.send(each * (1 - share)), kept, terms)
    assumed = [
        ("departments", n_lists, "departments", "assumed"),
        ("fatigue", tires, "log odds", "company" if fatigue is None else "assumed"),
        ("response", response, "share of letters", "company"),
        *list_money(terms, {"margin": margin, "cost_per_contact": cost_per_contact}),
        ("campaigns", 1, "a year", "assumed"),
        ("remedy_share", share, "share of the overlap", "assumed"),
        ("remedy_cost", spent, "currency a year", "assumed"),
    ]
    return price(
        "P1", lost, left, remedy_cost=spent, scale=terms.scale, level=level,
        detail=pd.DataFrame(rows, dtype=float), assumptions=list_assumptions(assumed),
    )  # fmt: skip


def _read_people(company: Company, plan: pd.Series, seed: int) -> pd.DataFrame:
    """Who may be contacted, the best known first, and what a letter does to each."""
    effects = company.truth.effects
    effects = effects[effects["campaign_id"] == plan["campaign_id"]]
    people = effects.set_index("customer_id").sort_index()
    orders = company.transactions
    orders = orders[orders["date"] < plan["start"]]
    known = orders.groupby("customer_id")["order_id"].nunique()
    people["n_orders"] = known.reindex(people.index).fillna(0)
    people["lot"] = np.random.default_rng([seed, 1]).permutation(len(people))
    return people.sort_values(["n_orders", "lot"], ascending=[False, True])


class _Lists:
    """The lists of the departments, drawn many times.

    The first department mails the first people, and so on. In each lot and for each later
    department two orders are drawn: in which its own people are left out, and in which those of
    the first department are put on its list instead.
    """

    def __init__(self, n_people: int, n_lists: int, seed: int) -> None:
        rng = np.random.default_rng([seed, 2])
        self.first, *self.others = np.array_split(np.arange(n_people), n_lists)
        self.n_people = n_people
        self.left_out = [_draw_orders(rng, len(own)) for own in self.others]
        self.put_on = [_draw_orders(rng, len(self.first)) for _ in self.others]

    def send(self, overlap: float) -> Ints:
        """Letters to each person, by lot."""
        letters = np.ones((_N_LOTS, self.n_people), dtype=np.int64)
        for own, out, on in zip(self.others, self.left_out, self.put_on, strict=True):
            moved = round(overlap * len(own))
            letters[:, own] -= out < moved
            letters[:, self.first] += on < moved
        return letters


def _draw_orders(rng: np.random.Generator, size: int) -> Ints:
    return rng.permuted(np.tile(np.arange(size), (_N_LOTS, 1)), axis=1)


def _keep(response: float, fatigue: float, n_lists: int) -> Floats:
    """Share of responses that stay, by the number of letters, from none to one of each list."""
    if not 0 < response < 1:
        return np.ones(n_lists + 1)
    earlier = np.maximum(np.arange(n_lists + 1) - 1, 0)
    kept: Floats = expit(logit(response) + fatigue * earlier) / response
    kept[:2] = 1.0  # one letter, or none, tires nobody
    return kept


def _lose(people: pd.DataFrame, letters: Ints, kept: Floats, terms: Terms) -> Floats:
    """What the firm loses on each person against one letter for everybody, in currency."""
    effect = people["effect"].to_numpy(dtype=float)
    missed = effect * (letters == 0).mean(axis=0)
    tired = np.maximum(effect, 0) * (1 - kept[letters]).mean(axis=0)
    more = (letters - 1).mean(axis=0)
    lost: Floats = terms.margin * (missed + tired) + terms.cost_per_contact * more
    return lost


def _count(people: pd.DataFrame, letters: Ints, kept: Floats, terms: Terms) -> dict[str, float]:
    """What becomes of the letters, for the firm."""
    scale = terms.scale
    effect = people["effect"].to_numpy(dtype=float)
    unreached = (letters == 0).mean(axis=0)
    repeated = np.maximum(letters - 1, 0).mean(axis=0).sum() * scale
    return {
        "letters": letters.mean(axis=0).sum() * scale,
        "repeated": repeated,
        "spent_twice": repeated * terms.cost_per_contact,
        "left_out": unreached.sum() * scale,
        "orders_missed": (effect * unreached).sum() * scale,
        "orders_tired": (np.maximum(effect, 0) * (1 - kept[letters]).mean(axis=0)).sum() * scale,
    }


def overlap_signal(
    contacts: pd.DataFrame,
    *,
    within: int = 30,
    department: str = "campaign_id",
    clusters: pd.Series | pd.DataFrame | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Look in a list of contacts for departments that contact the same people.

    Parameters
    ----------
    contacts : DataFrame
        Contacts with `customer_id`, `date` and the column named by `department`; `cost` (currency)
        where it is known. Where there is a column `treated`, controls are passed over.
    within : int, default=30
        Days after a contact in which one of another department is one too many, at least 0.
    department : str, default="campaign_id"
        Column that says who paid for the contact.
    clusters : Series or DataFrame, optional
        Who is one person, as for `campaigns.duplicated_spend`. Default: a customer is a person.
    level : float, default=0.95
        Probability between the limits, in (0, 1).

    Returns
    -------
    DataFrame
        One row per signal: `signal`, `value`, `lower`, `upper`, `level`, `n` (what it is counted
        over) and `reading`, a sentence. "repeated contacts" and "people contacted twice" are
        shares; "spent on repeats" is in currency, where there is a cost; "repeats found by
        linking", with `clusters`, is the share of repeats that no single system can show.

    Raises
    ------
    InputError
        If a column is missing, has gaps, ids are text here and numbers there, or a number is out
        of range.
    InputTypeError
        If a table or option has the wrong type.

    See Also
    --------
    crmlab.campaigns.duplicated_spend : The contacts, and which departments they come from.
    simulate_overlap : What it costs.

    Examples
    --------
    >>> contacts = pd.DataFrame(
    ...     {"customer_id": ["a", "a", "b", "c"], "campaign_id": ["cars", "vans", "cars", "vans"],
    ...      "date": pd.to_datetime(["2024-03-01", "2024-03-09", "2024-03-01", "2024-03-05"])}
    ... )
    >>> found = overlap_signal(contacts)
    >>> found[["signal", "value", "n"]]
                       signal     value  n
    0       repeated contacts  0.250000  4
    1  people contacted twice  0.333333  3
    """
    days = check_count("within", within, minimum=0)
    table = _with_cost(contacts)
    check_alike("customer_id", table["customer_id"])
    found = duplicated_spend(
        table, within=days, department=department, clusters=clusters, level=level
    )
    z = NormalDist().inv_cdf((1 + level) / 2)
    people = _by_person(table, found, clusters)
    several = len(set(table.loc[_made(table), department])) > 1
    repeats, made = people["repeats"].to_numpy(float), people["made"].to_numpy(float)
    share = repeats.sum() / made.sum()
    error = z * float(np.sqrt(((repeats - share * made) ** 2).sum())) / made.sum()
    twice = float((repeats > 0).mean())
    spread = z * float(np.sqrt(twice * (1 - twice) / len(people)))
    hidden = share_beyond(len(people), level=level)  # where none is seen, or all are
    error, spread = error or hidden, spread or hidden
    rows = [
        _share_row("repeated contacts", share, error, found.n_contacts, several, days),
        _share_row("people contacted twice", twice, spread, len(people), several, days),
    ]
    if "cost" in contacts.columns:
        most = hidden * float(table.loc[_made(table), "cost"].sum())
        rows.append(_spent_row(found, several, most))
    if clusters is not None:
        rows.append(_linked_row(found, level))
    return signal_table(rows, level=level)


def _with_cost(contacts: pd.DataFrame) -> pd.DataFrame:
    """The contacts; where nobody knows what they cost, they are counted."""
    if not isinstance(contacts, pd.DataFrame):
        raise InputTypeError(f"`contacts` must be a DataFrame; got {type(contacts).__name__}.")
    check_columns(contacts.columns, ["customer_id", "date"], what="`contacts`")
    return contacts if "cost" in contacts.columns else contacts.assign(cost=0.0)


def _made(table: pd.DataFrame) -> pd.Series:
    """Rows of contacts that were made, not those of controls."""
    everybody = pd.Series(True, index=table.index)
    return table["treated"].astype(bool) if "treated" in table.columns else everybody


def _by_person(
    table: pd.DataFrame, found: DuplicatedSpend, clusters: pd.Series | pd.DataFrame | None
) -> pd.DataFrame:
    """Contacts made and repeats of each person."""
    ids = table.loc[_made(table), "customer_id"]
    person = "customer " + ids.astype("str")
    again = "customer " + found.contacts["customer_id"].astype("str")
    if clusters is not None:
        if isinstance(clusters, pd.DataFrame):
            clusters = clusters.set_index("customer_id")["cluster_id"]
        person = ids.map(clusters).astype("str").where(ids.isin(clusters.index), person)
        same = found.contacts["customer_id"]
        again = same.map(clusters).astype("str").where(same.isin(clusters.index), again)
    made = person.value_counts()
    repeats = again.value_counts().reindex(made.index, fill_value=0)
    return pd.DataFrame({"made": made, "repeats": repeats})


def _share_row(
    signal: str, share: float, error: float, n: int, several: bool, days: int
) -> dict[str, object]:
    whom = {
        "repeated contacts": "of the contacts come",
        "people contacted twice": "of the people contacted had one",
    }[signal]
    if not several:
        nothing = "All contacts are of one department, so the table cannot tell."
        return signal_row(signal, *_UNKNOWN, n, nothing)
    text = f"{share:.1%} {whom} within {days} days of another department's."
    if share == 0:
        text = f"No contact comes within {days} days of another department's."
    return signal_row(signal, share, max(share - error, 0), min(share + error, 1), n, text)


def _spent_row(found: DuplicatedSpend, several: bool, most: float) -> dict[str, object]:
    spent, low, high = found.interval[["estimate", "lower", "upper"]].to_numpy(dtype=float)[0]
    high = high if found.n_repeated else most
    text = f"Repeats cost {spent:,.0f}; what the second contact sold must be asked of a test."
    if not several:
        text, spent, low, high = "With one department nothing repeats another.", 0.0, 0.0, 0.0
    return signal_row("spent on repeats", spent, max(low, 0), high, found.n_contacts, text)


def _linked_row(found: DuplicatedSpend, level: float) -> dict[str, object]:
    n = found.n_repeated
    if not n:
        nothing = "There are no repeats, so the table cannot tell what linking finds."
        return signal_row("repeats found by linking", *_UNKNOWN, 0, nothing)
    share = max(n - found.n_repeated_unlinked, 0) / n
    text = f"{share:.0%} of the repeats show only once the systems are linked."
    low, high = share_limits(share, n, level=level)
    return signal_row("repeats found by linking", share, low, high, n, text)
