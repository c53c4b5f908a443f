"""Failure factor "customer data are not integrated": several accounts for one person, in money."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd
from sklearn.isotonic import IsotonicRegression

from crmlab._checks import check_columns, check_count, check_fraction, check_number
from crmlab._errors import InputError, InputTypeError
from crmlab._stake import read_stake, read_terms
from crmlab._types import Floats, Ints
from crmlab.company import Company
from crmlab.readiness._identity.reading import read_lines, read_purchases, summarise
from crmlab.readiness._identity.split import draw_accounts
from crmlab.readiness._pricing.firm import margin_ratio
from crmlab.readiness._pricing.priced import Priced, check_strengths, list_assumptions, price
from crmlab.readiness._pricing.signals import signal_row, signal_table

__all__ = ["identity_signal", "price_split_identities"]


def price_split_identities(
    company: Company,
    *,
    share: float | Sequence[float] = (0, 0.05, 0.1, 0.2, 0.4),
    accounts: int = 2,
    mailings: int = 2,
    top: float = 0.2,
    care: float = 0.1,
    linked: float = 0.8,
    remedy_cost: float = 300_000,
    margin: float | None = None,
    cost_per_contact: float | None = None,
    n_customers: int | None = None,
    lots: int = 20,
    level: float = 0.95,
    seed: int = 0,
) -> Priced:
    """Price customers who have several accounts: double mail, and best customers overlooked.

    Customers are split as in `simulate_split_identities`. Two things follow. Everybody on the file
    gets each mailing once an account, so a split customer gets it twice. And the firm has places
    for its best customers, who get a service that keeps a part of their margin; whoever bought on
    two accounts looks like two ordinary customers and loses the place to somebody who spent less,
    or holds two places where one would do. Places are given by what an account spent; what they
    earn follows what the person is worth.

    Parameters
    ----------
    company : Company
        Of `simulate_company` or `load_company`; each customer there is one person.
    share : float or sequence of float, default=(0, 0.05, 0.1, 0.2, 0.4)
        Strength: share of the customers who are split, in [0, 1].
    accounts : int, default=2
        Accounts of a customer who is split, at least 2.
    mailings : int, default=2
        Mailings a year that each account on the file gets.
    top : float, default=0.2
        Places for the best, as a share of those who bought, in (0, 1).
    care : float, default=0.1
        Share of next year's margin that the service keeps, in [0, 1].
    linked : float, default=0.8
        Remedy: share of the split customers whose accounts are joined again, in [0, 1].
    remedy_cost : float, default=300_000
        Of the remedy (linking, and looking through what is in doubt), in currency a year.
    margin : float, optional
        Of an order, in currency; what customers are worth moves with it. Default: as in the
        campaign.
    cost_per_contact : float, optional
        Of a mailing to one account, in currency. Default: as in the campaign by post.
    n_customers : int, optional
        Customers of the firm. Default: as many as the company has.
    lots : int, default=20
        Lots of who is split and what is booked where, over which costs are averaged. The first of
        them is that of `simulate_split_identities` with the same seed.
    level : float, default=0.95
        Probability between the limits, in (0, 1).
    seed : int, default=0
        Seed of all lots.

    Returns
    -------
    Priced
        `detail` has one row per strength: `strength`; `accounts`, on the file of the firm;
        `double_mail`, mailings to people who get the same one already; `double_mail_cost`, in
        currency; `overlooked`, share of the best by person who hold no place; `places_doubled`,
        share of the places that go to somebody who holds one already; `care_lost`, what the
        service keeps less for want of the right people, in currency.

    Raises
    ------
    InputError
        If an option is out of range, or there is no campaign drawn by lot.
    InputTypeError
        If an option has the wrong type, or `company` is not a simulated company.

    See Also
    --------
    simulate_split_identities : what the same does to every figure of a report.

    Notes
    -----
    Worth is the average margin to be expected next year of customers with nearly the same spend
    (groups of 5 %), so that one customer with a large order decides nothing. That the best are
    split more often than others, as they use more channels, is left out: it would cost more. The
    number of places is fixed, so their own cost is the same either way; `identity_bias` counts the
    best as a share of the accounts, which gives more places as accounts grow. Mail goes to those
    who may be contacted.

    Examples
    --------
    >>> from crmlab.simulate import simulate_company
    >>> found = price_split_identities(simulate_company(500, seed=1), lots=5)
    >>> found.detail["double_mail"].is_monotonic_increasing
    True
    >>> bool(found.table["cost"].iloc[0] == 0)
    True
    """
    strengths = check_strengths("share", share)
    check_fraction("top", top, open_ends=True)
    for name, value in {"care": care, "linked": linked}.items():
        check_fraction(name, value)
    remedy_cost = check_number("remedy_cost", remedy_cost, low=0)
    for name, value, fewest in (("accounts", accounts, 2), ("lots", lots, 1)):
        check_count(name, value, minimum=fewest)
    for name, value in {"mailings": mailings, "seed": seed}.items():
        check_count(name, value, minimum=0)
    firm: dict[str, Any] = {
        "margin": margin,
        "cost_per_contact": cost_per_contact,
        "n_customers": n_customers,
    }
    stake, ratio = read_stake(company, **firm), margin_ratio(read_terms(company, **firm))
    file = _read_file(company, stake.people.index, accounts=accounts, lots=lots, seed=seed)
    file = replace(file, worth=file.worth * ratio)
    mail = mailings * stake.cost_per_contact
    again = {u: u * (1 - linked) for u in strengths}
    found = {u: file.split(u, top=top) for u in {*strengths, *again.values()}}
    loss = {u: each.lose(care=care, mail=mail) for u, each in found.items()}
    return price(
        "P7",
        {u: loss[u] for u in strengths},
        {u: loss[again[u]] for u in strengths},
        remedy_cost=remedy_cost,
        scale=stake.scale,
        level=level,
        detail=pd.DataFrame(
            [
                {"strength": u} | found[u].count(stake.scale, care=care, mailings=mailings,
                                                 cost=stake.cost_per_contact)
                for u in strengths
            ],
            dtype=float,
        ),
        assumptions=list_assumptions(
            [
                ("cost_per_contact", stake.cost_per_contact, "currency a mailing",
                 "company" if cost_per_contact is None else "assumed"),
                ("margin", stake.margin, "currency an order",
                 "company" if margin is None else "assumed"),
                ("worth", "by spend", "margin of the next year", "company"),
                ("accounts", accounts, "of a split customer", "assumed"),
                ("mailings", mailings, "a year to each account", "assumed"),
                ("top", top, "places, share of buyers", "assumed"),
                ("care", care, "share of the margin that the service keeps", "assumed"),
                ("linked", linked, "share of split customers", "assumed"),
                ("remedy_cost", remedy_cost, "currency a year", "assumed"),
            ]
        ),
    )  # fmt: skip


@dataclass(frozen=True)
class _Held:
    """Who is split and who holds places, on average over the lots, by person."""

    worth: Floats
    may_mail: Floats
    extra: Floats  # accounts beyond the first
    best: Floats  # 1 for those who hold a place where everybody has one account
    served: Floats  # how often somebody holds a place
    doubled: float  # share of the places that go to somebody who holds one already

    def lose(self, *, care: float, mail: float) -> Floats:
        """Currency lost on each: mail that comes twice, and margin the service keeps no more."""
        return self.extra * self.may_mail * mail + (self.best - self.served) * care * self.worth

    def count(self, scale: float, *, care: float, mailings: int, cost: float) -> dict[str, float]:
        double = float((self.extra * self.may_mail).sum()) * mailings * scale
        missed = float((self.best * (1 - self.served)).sum())
        return {
            "accounts": (self.extra.size + float(self.extra.sum())) * scale,
            "double_mail": double,
            "double_mail_cost": double * cost,
            "overlooked": missed / max(float(self.best.sum()), 1.0),
            "places_doubled": self.doubled,
            "care_lost": float(((self.best - self.served) * self.worth).sum()) * care * scale,
        }


@dataclass(frozen=True)
class _File:
    """What each person spent on each account, if all were split, in each lot."""

    worth: Floats
    may_mail: Floats
    ranks: list[Ints]
    spent: list[Floats]  # of shape (n_people, accounts)

    def split(self, share: float, *, top: float) -> _Held:
        n_people = self.worth.size
        total = self.spent[0].sum(axis=1)
        n_places = round(top * int((total > 0).sum()))
        best = _give_places(total[:, None], n_places) > 0
        extra, served, doubled = np.zeros(n_people), np.zeros(n_people), 0
        for rank, spent in zip(self.ranks, self.spent, strict=True):
            is_split = rank < round(share * n_people)
            together = np.zeros_like(spent)
            together[:, 0] = total
            held = _give_places(np.where(is_split[:, None], spent, together), n_places)
            extra += is_split * (spent.shape[1] - 1)
            served += held > 0
            doubled += int((held - (held > 0)).sum())
        n_lots = len(self.ranks)
        return _Held(
            self.worth, self.may_mail, extra / n_lots, best.astype(float), served / n_lots,
            doubled / max(n_places * n_lots, 1),
        )  # fmt: skip


def _give_places(spent: Floats, n_places: int) -> Ints:
    """Places that each person holds when they go to the accounts with the highest spend."""
    order = np.argsort(-spent, axis=None, kind="stable")[:n_places]
    return np.bincount(order // spent.shape[1], minlength=len(spent))


def _read_file(
    company: Company, may_mail: pd.Index, *, accounts: int, lots: int, seed: int
) -> _File:
    lines = read_lines(company.transactions)
    end = company.transactions["date"].max().date()
    people = summarise(lines, lines.customer_id, end)
    bought = read_purchases(lines, people, end)
    owner, amount = bought["person"].to_numpy(), bought["amount"].to_numpy(dtype="float64")
    ranks, spent = [], []
    for lot in range(lots):
        rank, account = draw_accounts(
            len(people), len(bought), accounts=accounts, seed=seed + lot * _NEXT_LOT
        )
        sums = np.bincount(
            owner * accounts + account, weights=amount, minlength=len(people) * accounts
        )
        ranks.append(rank)
        spent.append(sums.reshape(-1, accounts))
    worth = company.truth.people["expected_next_year_margin"].reindex(people.index).fillna(0)
    return _File(
        _average_worth(spent[0].sum(axis=1), worth.to_numpy(dtype="float64")),
        people.index.isin(may_mail).astype(float),
        ranks,
        spent,
    )


def _average_worth(spent: Floats, worth: Floats) -> Floats:
    """Average worth of those with nearly the same spend; who spent more is never worth less."""
    group = np.argsort(np.argsort(spent, kind="stable")) * _GROUPS // spent.size
    means = pd.Series(worth).groupby(group).mean()
    smooth = IsotonicRegression().fit_transform(means.index, means)
    return np.asarray(pd.Series(smooth, index=means.index).reindex(group))


def identity_signal(
    identities: pd.DataFrame, *, household: int = 6, level: float = 0.95
) -> pd.DataFrame:
    """Count records that share a phone number or an address for mail, without linking anything.

    Parameters
    ----------
    identities : DataFrame
        One row per record: `source`, the system it stands in, and `phone`, `email` or both; with
        `name`, the strictest signal can be told as well.
    household : int, default=6
        Most records of one system that may share a value in earnest; what more share is a
        switchboard, a shop or a placeholder, and is left out. At least 2.
    level : float, default=0.95
        Probability between the limits, in (0, 1).

    Returns
    -------
    DataFrame
        `signal`, `value`, `lower`, `upper`, `level`, `n`, `reading`, for each of phone and e-mail
        that there is:

        ``phone_within``, ``email_within``
            share of records with a value that share it with another record of the same system;
        ``phone_between``, ``email_between``
            share that share it with a record of another system;
        ``name_within``, ``name_between``
            the same for records that share phone or e-mail *and* the name: hardly ever two people.

        `n` counts the records with a value. Limits treat records that share a value as drawn
        together. Where nothing is filled, `value` and limits are missing.

    Raises
    ------
    InputError
        If columns are missing, there is no record, a source is missing, or an option is out of
        range.
    InputTypeError
        If `identities` is not a DataFrame, or an option has the wrong type.

    Notes
    -----
    Families share a phone, so the first four count too many; people change numbers and systems
    write names in their own ways, so the last two count too few. The truth lies between: link
    with `crmlab.identity.link_customers` before money is spent.

    References
    ----------
    Cochran, W. G. (1977). Sampling Techniques, chapter 6: limits of a ratio of sums over groups.

    Examples
    --------
    >>> records = pd.DataFrame({
    ...     "source": ["web", "web", "shop", "shop"],
    ...     "name": ["Kim", "Lee", "Kim", "Park"],
    ...     "phone": ["010-1234-5678", "010-1234-5678", "01012345678", "010-9999-0000"],
    ... })
    >>> identity_signal(records)[["signal", "value", "n"]]
              signal  value  n
    0   phone_within   0.50  4
    1  phone_between   0.75  4
    2    name_within   0.00  4
    3   name_between   0.50  4
    """
    check_fraction("level", level, open_ends=True)
    check_count("household", household, minimum=2)
    records = _read_records(identities, household)
    fields = [name for name in ("phone", "email") if name in records]
    rows = []
    for field in fields:
        for where in ("within", "between"):
            shares = _shares_with(records, [field], where)
            rows.append(_signal_row(f"{field}_{where}", shares, records[field], level))
    if "name" in records:
        contact = records[fields].bfill(axis=1).iloc[:, 0].where(records["name"].notna())
        for where in ("within", "between"):
            tied = [_shares_with(records, [field, "name"], where) for field in fields]
            rows.append(_signal_row(f"name_{where}", np.logical_or.reduce(tied), contact, level))
    return signal_table(rows, level=level)


def _read_records(identities: pd.DataFrame, household: int) -> pd.DataFrame:
    """Values written alike in all systems; those that too many share are missing."""
    if not isinstance(identities, pd.DataFrame):
        raise InputTypeError(f"`identities` must be a DataFrame; got {type(identities).__name__}.")
    fields = [name for name in ("phone", "email") if name in identities]
    check_columns(
        identities.columns, ["source", *(fields or ["phone", "email"])], what="`identities`"
    )
    if identities.empty:
        raise InputError("`identities` must have at least one record; got none.")
    n_empty = int(identities["source"].isna().sum())
    if n_empty:
        raise InputError(
            f"`identities` must have `source` filled on every row; {n_empty:,} are empty."
        )
    records = pd.DataFrame({"source": identities["source"].astype("str").to_numpy()})
    for name in [*fields, *(["name"] if "name" in identities else [])]:
        column = identities[name].reset_index(drop=True)
        text = column.astype("str").where(column.notna())
        records[name] = _CLEANERS[name](text)
    for name in fields:
        size = records.groupby(["source", name])[name].transform("size")
        too_many = records.loc[size > household, name].unique()
        records[name] = records[name].mask(records[name].isin(too_many))
    return records


def _clean_phone(text: pd.Series) -> pd.Series:
    """The last eight digits: prefixes of countries and carriers are written in many ways."""
    digits = text.str.replace(r"\.0$", "", regex=True).str.replace(r"\D", "", regex=True)
    return digits.str[-8:].where(digits.str.len() >= 7)


def _clean_email(text: pd.Series) -> pd.Series:
    small = text.str.strip().str.lower()
    return small.where(small.str.contains("@", regex=False, na=False))


def _clean_name(text: pd.Series) -> pd.Series:
    small = text.str.replace(r"\s", "", regex=True).str.lower()
    return small.where(small.str.len() > 0)


_CLEANERS = {"phone": _clean_phone, "email": _clean_email, "name": _clean_name}
_GROUPS = 20  # of customers with nearly the same spend
_NEXT_LOT = 1_000_003  # so that lots of neighbouring seeds are different lots


def _shares_with(records: pd.DataFrame, by: list[str], where: str) -> np.ndarray:
    """Whether each record shares these fields with another of the same system, or of another."""
    everywhere = records.groupby(by)["source"].transform("size")
    here = records.groupby([*by, "source"])["source"].transform("size")
    return ((here > 1) if where == "within" else (everywhere > here)).to_numpy()


def _signal_row(
    signal: str, shares: np.ndarray, value: pd.Series, level: float
) -> dict[str, object]:
    """Share of the records with a value, with limits for groups of records that share one."""
    has = value.notna().to_numpy()
    n, wide = int(has.sum()), float("nan")
    if not n:
        return signal_row(signal, wide, wide, wide, 0, "Nothing is filled: this cannot tell.")
    share = float(shares[has].mean())
    rest = pd.Series(shares[has] - share).groupby(value[has].to_numpy()).sum()
    z = NormalDist().inv_cdf((1 + level) / 2)
    # Where none or all share, the sum of squares is 0: then as for one of n more.
    wide = z * float(np.sqrt((rest**2).sum())) / n or 1 - (1 - level) ** (1 / n)
    lower, upper = max(share - wide, 0.0), min(share + wide, 1.0)
    return signal_row(signal, share, lower, upper, n, _say(signal, share, n))


def _say(signal: str, share: float, n: int) -> str:
    field, where = signal.split("_")
    place = "another record of their own system" if where == "within" else "another system"
    what = {"phone": "a phone number", "email": "an e-mail address"}.get(
        field, "the name and a phone number or e-mail address"
    )
    doubt = (
        "the same person, hardly ever two" if field == "name" else "one person twice, or a family"
    )
    if not share:
        return f"None of {n:,} records shares {what} with {place}."
    return f"{share:.1%} of {n:,} records share {what} with {place}: {doubt}."
