"""Whom to call this week so that they stay, what it should bring, and how far to trust that."""

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from crmlab._checks import check_count
from crmlab._words import count_words, money_words, name_money
from crmlab.reviews._scores import score_base
from crmlab.reviews._watch_calls import CallTerms, Costs, Power
from crmlab.reviews._watch_figures import TABLES, WHY_NOT, make_list
from crmlab.reviews._watch_past import NoList, find_horizon, learn, read_known

__all__ = ["ChurnWatchlist", "review_churn_watchlist"]

_CALLS = [
    "why", "what_to_do", "group", "place", "expected_gain", "currency", "probability", "value",
    "lost_value", "kind", "consent", "days_since_last",
]  # fmt: skip


@dataclass(frozen=True)
class ChurnWatchlist:
    """Whom to call this week.

    Amounts are in currency. Where `problem` says why no list can be made, tables have no rows.

    Attributes
    ----------
    problem : str
        Why no list can be made; empty where there is one.
    decided : DataFrame
        Per customer who is looked at, index `customer_id`: as `churn.winback_list` returns it, with
        `group` ("treat", "control", or nothing for those who are not on the list).
    counts : DataFrame
        Index `customers`, in words; `n_customers` of the whole base and `expected_gain` of a call
        to each of them (missing where none was counted).
    scenarios : DataFrame
        Index `assumption`; `gain`, `lower`, `upper`: total gain of the calls, and the range in
        which chance alone leaves it; for fewer than ten who are called it is too narrow.
    past : DataFrame
        Index `split`, "time-ordered" and "random rows": `called`, `left` (share of them), the gain
        `expected_gain` that was expected, the `gain` with what they did, and of as many calls to
        those of most value (`gain_dearest`) and at random (`gain_random`).
    judged : DataFrame
        As `churn.validate_churn` returns it.
    gains : DataFrame
        As `churn.gains_table` returns it for the latest past day; shares alone, on a straight
        line, where the model put nobody above another.
    drift : DataFrame
        As `ChurnModel.drift` returns it for the customers at risk today.
    power : Power or None
        What the comparison with the control group can show.
    scores : DataFrame
        Per customer `r_score`, `f_score`, `m_score`, `rfm` and `segment`; missing where the base
        cannot be scored.
    summary : DataFrame
        As `rfm_summary` returns it.
    horizon : int
        Days in which customers may leave; 0 without a list.
    days : list of Timestamp
        Past days that were learnt from, the latest first.
    last_day : Timestamp
        The last day known.
    costs : Costs or None
        What an offer and a call cost.
    asks_consent : bool
        Whether the answers of customers to being contacted were given.
    terms : CallTerms
        What is assumed.
    currency : str
        Name written beside amounts; empty where it is not known.
    """

    problem: str
    summary: pd.DataFrame = field(repr=False)
    scores: pd.DataFrame = field(repr=False)
    last_day: pd.Timestamp
    asks_consent: bool
    terms: CallTerms = field(repr=False)
    currency: str
    decided: pd.DataFrame = field(repr=False)
    counts: pd.DataFrame = field(repr=False)
    scenarios: pd.DataFrame = field(repr=False)
    past: pd.DataFrame = field(repr=False)
    judged: pd.DataFrame = field(repr=False)
    gains: pd.DataFrame = field(repr=False)
    drift: pd.DataFrame = field(repr=False)
    horizon: int
    days: list[pd.Timestamp] = field(repr=False)
    costs: Costs | None
    power: Power | None

    @property
    def money_name(self) -> str:
        """Name of the money in headings: its code, or in words that it is not known."""
        return name_money(self.currency)

    @property
    def calls(self) -> pd.DataFrame:
        """The list: those to call and the control group, the largest expected gain first.

        Index `customer_id`; `why` and `what_to_do` in words, `group` ("treat" or "control"),
        `place`, `expected_gain` (of a call), its `currency`, `probability` of leaving, `value`
        that is lost then, `lost_value` of partial defectors, `kind`, `consent`, `days_since_last`
        and the columns of `scores`.
        """
        if self.problem:
            return pd.DataFrame(columns=[*_CALLS, *self.scores.columns]).rename_axis("customer_id")
        table = self.decided[self.decided["decision"] == "call"]
        do = table["group"].map({"treat": "call", "control": "leave alone: control group"})
        days = self.summary["days_since_last"].reindex(table.index)  # one without rows would grow
        table = table.assign(
            what_to_do=do, currency=self.currency, days_since_last=days,
            consent="given" if self.asks_consent else "not known: ask first",
        )  # fmt: skip
        money = dict.fromkeys(["expected_gain", "value", "lost_value"], 2)
        return table[_CALLS].round({**money, "probability": 3}).join(self.scores)

    @property
    def ranks(self) -> bool:
        """Whether the model tells who leaves sooner; else all at risk have one probability."""
        at_risk = self.decided.loc[self.decided["probability"] > 0, "probability"]
        return len(at_risk) < 2 or bool(at_risk.min() < at_risk.max())

    @property
    def called(self) -> pd.DataFrame:
        """Those who are really called: rows of `calls` without the control group."""
        calls = self.calls
        return calls[calls["group"] == "treat"]

    def key_figures(self) -> dict[str, str]:
        """The figures at the head of a page: what each means, and the figure as it is read."""
        if self.problem or self.power is None or self.costs is None:
            return {"customers on the list": "0"}
        usual, n_called = self.scenarios.iloc[0], self.power.n_called
        cost = self.costs.contact * n_called
        return {
            f"to call, of a capacity of {self.terms.capacity:,}": f"{n_called:,}",
            "left alone as a control group": f"{self.power.n_control:,}",
            f"expected gain in {self.money_name} ({self.terms.level:.0%} by chance alone "
            f"{_range(usual)})": f"{usual['gain']:,.0f}",
            f"cost of the calls in {self.money_name}, without offers": f"{cost:,.0f}",
        }

    def findings(self) -> list[str]:
        """What the tables say, in sentences that begin with their subject in bold Markdown."""
        if self.problem:
            return [f"**No list can be made.** {self.problem}"]
        return [
            "**Whom to call.** " + self._on_list(),
            "**What it should bring.** " + self._on_gain(),
            "**Consent.** " + self._on_consent(),
            "**Whether it works.** " + self._on_power(),
            "**How far to trust the scores.** " + self._on_past(),
            "**Whether the model is still young.** " + self._on_drift(),
        ]

    def notes(self) -> list[str]:
        """What was assumed, and what was done with the data."""
        base = f"{count_words(len(self.summary), 'customer')} until {self.last_day:%d %B %Y}"
        if self.problem or self.costs is None:
            return [f"{base}."]
        terms, money = self.terms, self.currency
        days = ", ".join(f"{day:%d %B %Y}" for day in self.days)
        assumed = " (no cost was given: 10% and 5% of a mean purchase)"
        return [
            f"{base}. Leaving means a silence that is long for this customer, within "
            f"{count_words(self.horizon, 'day')}. Past days that were learnt from: {days}.",
            f"A customer is worth the margin of {terms.margin:.0%} on what those who stay spend in "
            f"{terms.value_days:,} days, less {money_words(terms.serving_cost, money)} a year for "
            "serving them.",
            f"An offer that is taken costs {money_words(self.costs.offer, money, decimals=2)}, a "
            f"call {money_words(self.costs.contact, money, decimals=2)}"
            f"{assumed if self.costs.assumed else ''}.",
            f"{terms.accept_rate:.0%} of those who are called are assumed to accept. No data say "
            "so: the control group will.",
        ]

    def _on_list(self) -> str:
        calls = self.calls
        if calls.empty:
            return "Nobody: no call should bring more than it costs. The table below says why."
        n_partial = int((calls["kind"] == "partial defector").sum())
        n_called = len(self.called)
        free = self.terms.capacity - n_called
        room = f" {count_words(free, 'call')} of the capacity stay free." if free else ""
        negative = self.counts["n_customers"].get(WHY_NOT["no value"], 0)
        dear = count_words(negative, "customer who costs", "customers who cost")
        verb = "is" if negative == 1 else "are"
        return (
            f"{count_words(len(calls), 'customer is', 'customers are')} worth a call: "
            f"{n_called:,} to be called and {len(calls) - n_called:,}, drawn at random with the "
            f"seed {self.terms.seed}, to be left alone.{room} {n_partial:,} of them still come "
            f"but spend much less than they did. {dear} more than they bring {verb} "
            "left out."
        )

    def _on_gain(self) -> str:
        usual, money = self.scenarios.iloc[0], self.currency
        if self.called.empty:
            return "Nothing, since nobody is called."
        low, high = self.scenarios["lower"].min(), self.scenarios["upper"].max()
        called = self.called
        fallen = called.loc[called["kind"] == "partial defector", "expected_gain"].sum()
        return (
            f"{money_words(usual['gain'], money)} in all, calls and offers paid "
            f"({self.terms.level:.0%} by chance alone {_range(usual)}). With other assumptions, "
            f"and chance beside, it is from {low:,.0f} to {high:,.0f}. Of it {fallen:,.0f} would "
            "come from customers who spend less than they did, whom the test of the past below "
            "does not cover."
        )

    def _on_consent(self) -> str:
        n_refused = int(self.counts["n_customers"].get(WHY_NOT["no consent"], 0))
        channel = self.terms.channel
        if not self.asks_consent:
            return (
                "No answers of customers were given, so nobody is left out for want of consent. "
                f"Call nobody by this list before you know that they agreed to marketing by "
                f"{channel}: give the answers as `consents`."
            )
        return (
            f"{count_words(n_refused, 'customer')} who have not agreed to marketing by {channel} "
            f"{'is' if n_refused == 1 else 'are'} left out. Every answer in the file counts, the "
            "latest of each customer."
        )

    def _on_power(self) -> str:
        power = self.power
        if power is None or pd.isna(power.detectable):
            return "Too few customers are on the list for a control group."
        words = (
            f"With {power.n_called:,} called and {power.n_control:,} left alone, one list shows a "
            f"fall of the share who leave by {100 * power.detectable:.1f} points or more (80% "
            f"power). The assumptions promise {100 * power.expected:.1f}."
        )
        if pd.isna(power.n_lists):
            return words
        if power.n_lists <= 1:
            return f"{words} The group is large enough."
        return (
            f"{words} So one list proves nothing: it takes about {power.n_lists:,.0f} of this "
            "size. Keep the group every week, and compare all weeks together."
        )

    def _on_past(self) -> str:
        then, money = self.past.iloc[0], self.currency
        judged, random = self.judged.iloc[0], self.judged.iloc[1]
        auc = (
            f"The same model, made on {self.days[0]:%d %B %Y} from what was known then, put one "
            f"who left above one who stayed {judged['auc']:.0%} of the time; a random split, which "
            f"nobody will see in practice, says {random['auc']:.0%}. It foretold that "
            f"{judged['mean_predicted']:.0%} would leave, and {judged['churn_rate']:.0%} did."
        )
        if not self.ranks:
            auc += (
                " The model of today ranks nobody: customers whom it had not seen left no sooner "
                "the higher it put them. So all at risk have the same probability, and the list "
                "goes by value alone."
            )
        if not then["called"]:
            return f"{auc} It would have called nobody."
        best = then["gain"] > max(then["gain_dearest"], then["gain_random"])
        lesson = "" if best else " So on that day the scores added nothing to a simpler list."
        return (
            f"{auc} Its {count_words(int(then['called']), 'call')} would have brought "
            f"{money_words(then['gain'], money)}, where {then['expected_gain']:,.0f} was expected, "
            f"as many calls to the customers of most value {then['gain_dearest']:,.0f}, and at "
            f"random {then['gain_random']:,.0f}.{lesson}"
        )

    def _on_drift(self) -> str:
        large = [_plain(name) for name in self.drift.index[self.drift["psi"] >= 0.25]]
        if not large:
            return "Customers today are like those of the training."
        return (
            f"Customers today differ much from those of the training in {_join(large)}. Their "
            "probabilities are less sure than the test says."
        )


def review_churn_watchlist(
    orders: Any,
    *,
    as_of: Any = None,
    horizon: int | None = None,
    consents: Any = None,
    channel: str = "phone",
    capacity: int = 100,
    control: float = 0.2,
    margin: float = 0.3,
    value_days: int = 365,
    accept_rate: float = 0.1,
    offer_cost: float | None = None,
    contact_cost: float | None = None,
    serving_cost: float = 0.0,
    level: float = 0.9,
    seed: int = 1,
    currency: str = "",
) -> ChurnWatchlist:
    """List whom to call this week so that they stay, and say what that should bring.

    A model of leaving learns from past days and is judged on the latest whose outcome is known.
    Those whose call should bring more than it costs are ordered by that gain; a part of them,
    drawn at random, is left alone.

    Parameters
    ----------
    orders : DataFrame or ibis.Table
        Canonical transactions: ``customer_id``, ``date``, ``amount`` (currency).
    as_of : date, optional
        Day of the list, within the data; later lines are left out. Default: the last day.
    horizon : int, optional
        Days in which customers may leave, at least 1. Default: the median of the silences from
        which customers count as gone, at least 28 and at most a third of the history.
    consents : DataFrame or ibis.Table, optional
        Canonical consents, as in `privacy.consented`; every answer counts, whatever its day.
        Default: none are known, and the list says so.
    channel : {"email", "phone", "post"}, default="phone"
        By what customers are contacted.
    capacity : int, default=100
        Most customers who can be called, at least 1; the control group is not among them.
    control : float, default=0.2
        Share of the list that is left alone, in (0, 1).
    margin : float, default=0.3
        Share of the spending that is kept, in [0, 1].
    value_days : int, default=365
        Days of spending that are lost with a customer.
    accept_rate : float, default=0.1
        Share who accept, in [0, 1].
    offer_cost, contact_cost : float, optional
        Of an offer that is taken and of a call, in currency, at least 0. Default: 10 % and 5 % of
        a mean purchase.
    serving_cost : float, default=0
        Of serving a customer for a year, in currency, at least 0.
    level : float, default=0.9
        Probability of the ranges, in (0, 1).
    seed : int, default=1
        Of the control group. The same seed keeps a customer in the same group, as a rule.
    currency : str, default=""
        Name written beside amounts; empty where it is not known.

    Returns
    -------
    ChurnWatchlist
        With a `problem` in words, and without a list, where the orders are too few, too short or
        of one kind: fewer than ten who bought again, 85 days, or ten who left and ten who stayed.

    Raises
    ------
    ContractError
        If columns are missing or lines are invalid.
    InputError, InputTypeError
        If an option is out of range or of the wrong type, or `as_of` is outside the data.

    Examples
    --------
    >>> from crmlab.datasets import load_cdnow
    >>> review = review_churn_watchlist(load_cdnow(sample=True), capacity=40, currency="USD")
    >>> review.horizon, len(review.called), len(review.calls)
    (181, 40, 50)
    """
    terms = CallTerms(
        channel, capacity, control, margin, value_days, accept_rate, offer_cost, contact_cost,
        serving_cost, level, seed,
    )  # fmt: skip
    if horizon is not None:
        check_count("horizon", horizon)
    known = read_known(orders, as_of)
    common: dict[str, Any] = {
        "summary": known.summary, "scores": score_base(known.summary), "terms": terms,
        "last_day": pd.Timestamp(known.day), "asks_consent": consents is not None,
        "currency": currency,
    }  # fmt: skip
    try:
        past = learn(known, find_horizon(known, horizon))
    except NoList as reason:
        empty: dict[str, Any] = {
            name: pd.DataFrame(columns=columns, index=pd.Index([], dtype="str"))
            for name, columns in TABLES.items()
        }
        empty |= {"horizon": 0, "days": [], "costs": None, "power": None}
        return ChurnWatchlist(problem=str(reason), **common, **empty)
    return ChurnWatchlist(problem="", **common, **make_list(known, past, consents, terms))


def _range(row: pd.Series) -> str:
    return f"{row['lower']:,.0f} to {row['upper']:,.0f}"


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _join(names: list[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + " and " + names[-1]
