"""Failure factor "customer data are not integrated": several accounts for one person, in money."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.isotonic import IsotonicRegression

from crmlab._checks import check_count, check_fraction, check_number
from crmlab._stake import ORDER_COLUMNS, Stake, read_stake
from crmlab._types import Floats, Ints
from crmlab.company import Company
from crmlab.readiness._identity.reading import read_lines, read_purchases, summarise
from crmlab.readiness._identity.split import draw_accounts
from crmlab.readiness._pricing.firm import list_assumed, list_money, read_worth
from crmlab.readiness._pricing.priced import Priced, check_strengths, list_assumptions, price

__all__ = ["price_split_identities"]

_UNITS = {
    "accounts": "of a split customer",
    "mailings": "a year to each account",
    "top": "places, share of buyers",
    "care": "share of the margin that the service keeps",
    "linked": "share of split customers",
    "remedy_cost": "currency a year",
}
_GROUPS = 20  # of customers with nearly the same spend
_NEXT_LOT = 1_000_003  # so that lots of neighbouring seeds are different lots


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
    margin, cost_per_contact : float, optional
        Of an order of the campaign and of a mailing to one account, in currency. Default: as in
        the campaign. Another margin changes what all customers are worth in proportion.
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
    parts = {"care": care, "linked": linked}
    for name, value in parts.items():
        check_fraction(name, value)
    remedy_cost = check_number("remedy_cost", remedy_cost, low=0)
    for name, value, fewest in (("accounts", accounts, 2), ("lots", lots, 1)):
        check_count(name, value, minimum=fewest)
    for name, value in {"mailings": mailings, "seed": seed}.items():
        check_count(name, value, minimum=0)
    stake = read_stake(
        company, margin=margin, cost_per_contact=cost_per_contact, n_customers=n_customers
    )
    file = _read_file(company, stake, accounts=accounts, lots=lots, seed=seed)
    assumed = {"accounts": accounts, "mailings": mailings, "top": top, **parts}
    assumed["remedy_cost"] = remedy_cost
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
            [{"strength": u} | found[u].count(stake, care, mailings) for u in strengths],
            dtype=float,
        ),
        assumptions=list_assumptions(
            [
                *list_money(stake, {"margin": margin, "cost_per_contact": cost_per_contact}),
                ("worth", "by spend", "margin of the next year", "company"),
                *list_assumed(_UNITS, assumed),
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

    def count(self, stake: Stake, care: float, mailings: int) -> dict[str, float]:
        double = float((self.extra * self.may_mail).sum()) * mailings * stake.scale
        missed = float((self.best * (1 - self.served)).sum())
        return {
            "accounts": (self.extra.size + float(self.extra.sum())) * stake.scale,
            "double_mail": double,
            "double_mail_cost": double * stake.cost_per_contact,
            "overlooked": missed / max(float(self.best.sum()), 1.0),
            "places_doubled": self.doubled,
            "care_lost": float(((self.best - self.served) * self.worth).sum()) * care * stake.scale,
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


def _read_file(company: Company, stake: Stake, *, accounts: int, lots: int, seed: int) -> _File:
    lines = read_lines(company.transactions[ORDER_COLUMNS])
    end = company.transactions["date"].max().date()
    people = summarise(lines, lines.customer_id, end)
    bought = read_purchases(lines, people, end)
    owner, amount = bought["person"].to_numpy(), bought["amount"].to_numpy(dtype="float64")
    ranks, spent = [], []
    for lot in range(lots):
        rank, account = draw_accounts(
            len(people), len(bought), accounts=accounts, seed=seed + lot * _NEXT_LOT
        )
        sums = np.zeros((len(people), accounts))
        np.add.at(sums, (owner, account), amount)
        ranks.append(rank)
        spent.append(sums)
    worth = read_worth(company, stake).reindex(people.index).to_numpy()
    return _File(
        _average_worth(spent[0].sum(axis=1), worth),
        people.index.isin(stake.people.index).astype(float),
        ranks,
        spent,
    )


def _average_worth(spent: Floats, worth: Floats) -> Floats:
    """Average worth of those with nearly the same spend; who spent more is never worth less."""
    group = np.argsort(np.argsort(spent, kind="stable")) * _GROUPS // spent.size
    means = pd.Series(worth).groupby(group).mean()
    smooth = IsotonicRegression().fit_transform(means.index, means)
    return np.asarray(pd.Series(smooth, index=means.index).reindex(group))
