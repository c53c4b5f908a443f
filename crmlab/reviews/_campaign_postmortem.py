"""What a campaign earned, against those left alone, and what to do next."""

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from crmlab._words import count_words, money_words, name_money
from crmlab.reviews._postmortem_next import WaveTerms
from crmlab.reviews._postmortem_past import judge_campaign

__all__ = ["CampaignPostmortem", "review_campaign_postmortem"]

_DECISIONS = {
    "repeat": "Send the next wave.",
    "test": "Test again, before more is spent.",
    "stop": "Do not repeat it as it was.",
    "": "Nothing can be decided.",
}


@dataclass(frozen=True)
class CampaignPostmortem:
    """What a campaign added, what it cost, and what to do next.

    Amounts are in currency. Where `problem` says why no effect can be told, tables have no rows.

    Attributes
    ----------
    problem : str
        Why no effect can be told; empty where there is one.
    campaign_id, name : str
        The campaign, and what it is called.
    n_contacted, n_responders : int
        Customers contacted, and those of them who ordered.
    n_repeated, n_repeated_orders : int
        Contacts and orders of the campaign that repeat another row in all columns; they count.
    result : DataFrame
        As `campaigns.incremental_result` returns it, index `measure`.
    decision : str
        "repeat" where the whole interval of the profit is above 0, "stop" where it is below,
        "test" where it holds 0; empty with a problem.
    balance : DataFrame
        As `uplift.balance_table` returns it, index `feature`.
    chance_of_lot : float
        Probability that a lot makes the arms as unlike as they were before; missing where
        nothing was known of them.
    tips : DataFrame
        As `campaigns.tipping_points` returns it, index `assumption`.
    ways : DataFrame
        Index `policy`: mass, segment and one-to-one in the test of this campaign, as
        `campaigns.compare_targeting` returns them, each customer judged by a model of the other
        half. Without rows where fewer than 50 responded in an arm.
    way : str
        Whom the next wave reaches: "mass", "segment" or "one-to-one".
    n_tested : int
        Customers of both arms.
    n_needed : int or None
        Customers of a test that would tell such a profit from none with a probability of 90 %;
        None where it is next to 0.
    wave : DataFrame
        The next wave, the largest expected gain first, index `customer_id`: `why`, `what_to_do`
        (words), `group` ("treat" or "control"), `place`, `expected_gain` of a contact, its
        `currency`, `expected_effect`, `consent`, `days_since_last`, and RFM scores and segment.
    counts : DataFrame
        Index `customers`, in words; `n_customers` of the base, each counted once.
    first_day, last_day : Timestamp
        First contact of the campaign, and last order known.
    asks_consent : bool
        Whether the answers of customers to being contacted were given.
    terms : WaveTerms
        What is assumed of the next wave.
    currency : str
        Name written beside amounts; empty where it is not known.
    """

    problem: str
    campaign_id: str
    name: str
    n_contacted: int
    n_responders: int
    n_repeated: int
    n_repeated_orders: int
    result: pd.DataFrame = field(repr=False)
    decision: str
    balance: pd.DataFrame = field(repr=False)
    chance_of_lot: float
    tips: pd.DataFrame = field(repr=False)
    ways: pd.DataFrame = field(repr=False)
    way: str
    n_tested: int
    n_needed: int | None
    wave: pd.DataFrame = field(repr=False)
    counts: pd.DataFrame = field(repr=False)
    first_day: pd.Timestamp
    last_day: pd.Timestamp
    asks_consent: bool
    terms: WaveTerms = field(repr=False)
    currency: str

    @property
    def money_name(self) -> str:
        """Name of the money in headings: its code, or in words that it is not known."""
        return name_money(self.currency)

    def key_figures(self) -> dict[str, str]:
        """The figures at the head of a page: what each means, and the figure as it is read."""
        if self.problem:
            return {
                "contacted": f"{self.n_contacted:,}",
                "of them ordered, whatever the reason": f"{self.n_responders:,}",
            }
        profit, more = _row(self.result, "profit"), _row(self.result, "responders")
        return {
            f"profit added in {self.money_name} ({self.terms.level:.0%}: {_range(profit)})": (
                f"{profit['estimate']:,.0f}"
            ),
            f"orders added ({self.terms.level:.0%}: {_range(more)})": f"{more['estimate']:,.0f}",
            f"cost in {self.money_name}": f"{_row(self.result, 'cost')['estimate']:,.0f}",
            "in the next wave": f"{len(self.wave):,}",
        }

    def findings(self) -> list[str]:
        """What the tables say, in sentences that begin with their subject in bold Markdown."""
        if self.problem:
            return [f"**No effect can be told.** {self.problem}", "**Applause.** " + self._on_all()]
        return [
            "**What it added.** " + self._on_result(),
            "**Applause is not profit.** " + self._on_applause(),
            "**What it cost.** " + self._on_cost(),
            f"**What next.** {_DECISIONS[self.decision]} " + self._on_next(),
            "**Whom.** " + self._on_ways(),
            "**Whether a lot decided.** " + self._on_balance(),
            "**Consent.** " + self._on_consent(),
        ]

    def notes(self) -> list[str]:
        """What was assumed, and what was done with the data."""
        terms = self.terms
        found = [
            f"Campaign {self.campaign_id}{f', {self.name}' if self.name else ''}, first contact on "
            f"{self.first_day:%d %B %Y}; orders are known until {self.last_day:%d %B %Y}."
        ]
        repeated = {"contacts": self.n_repeated, "orders": self.n_repeated_orders}
        found += [
            f"Among {name} {n:,} repeat another row in all columns. They count as if each had been "
            "made; if they are copies, drop them, and read this again."
            for name, n in repeated.items() if n
        ]  # fmt: skip
        if self.problem:
            return found
        return [
            *found,
            f"Limits hold with a probability of {terms.level:.0%}, for one look at the end.",
            f"In the next wave {terms.control:.0%} are left alone, drawn by lot with the seed "
            f"{terms.seed}: the next report of this kind needs them.",
            "A customer who responded to this campaign may be in the next wave again.",
        ]

    def _on_all(self) -> str:
        return (
            f"{count_words(self.n_responders, 'customer')} of {self.n_contacted:,} contacted "
            "ordered. How many would have ordered anyway nobody knows, so this is no result. Leave "
            "some alone next time, drawn by lot."
        )

    def _on_result(self) -> str:
        rate, more = _row(self.result, "response_rate"), _row(self.result, "responders")
        profit = _row(self.result, "profit")
        return (
            f"Of those contacted {rate['treated']:.1%} ordered, of those left alone "
            f"{rate['control']:.1%}. So the campaign added {more['estimate']:,.0f} orders "
            f"({self.terms.level:.0%}: {_range(more)}) and "
            f"{money_words(profit['estimate'], self.currency)} of profit ({_range(profit)}), its "
            "contacts paid."
        )

    def _on_applause(self) -> str:
        profit, more = _row(self.result, "profit"), _row(self.result, "responders")
        return (
            f"{more['treated']:,.0f} customers ordered, which looks like "
            f"{money_words(profit['treated'], self.currency)}. But {more['control']:,.0f} of them "
            "would have come without it."
        )

    def _on_cost(self) -> str:
        cost, discount = (_row(self.result, name)["estimate"] for name in ("cost", "discount"))
        gain = _row(self.result, "return")
        coupons = f", and coupons {money_words(discount, self.currency)}" if discount else ""
        tip = _row(self.tips, "cost_per_contact")["tips_at"]
        limit = back = ""
        if pd.notna(tip):
            most = money_words(tip, self.currency)
            limit = f" A contact might have cost up to {most} before nothing was left."
        if pd.notna(gain["estimate"]):
            back = (
                f" Each unit of money brought {gain['estimate']:.2f} beyond itself "
                f"({gain['lower']:.2f} to {gain['upper']:.2f})."
            )
        return f"Contacts cost {money_words(cost, self.currency)}{coupons}.{back}{limit}"

    def _on_next(self) -> str:
        size = (
            f"A test that tells such a profit from none nine times in ten takes {self.n_needed:,} "
            f"customers; this one had {self.n_tested:,}." if self.n_needed else ""
        )  # fmt: skip
        if self.decision == "repeat":
            return f"Even the lower limit of the profit is above 0. {size}"
        if self.decision == "test":
            half = "Half of the next wave is left alone, so that it is a test."
            if self.wave.empty:
                half = "By what is known no contact should bring its cost, so nobody is listed."
            return f"The profit may be above 0 or below. {size} {half}"
        return "Even the upper limit of the profit is below 0, so that there is no next wave."

    def _on_ways(self) -> str:
        if self.decision == "stop":
            return "Nobody."
        if self.ways.empty:
            return (
                "Too few responded to tell one customer from another: the next wave is drawn by "
                "lot among all who may be contacted."
            )
        best, other = _row(self.ways, self.way), _row(self.ways, "one-to-one")
        told = (
            "Had this campaign reached as large a part of its customers as the next wave can, "
            f"contacting {_CALLED[self.way]} would have earned most: "
            f"{money_words(best['estimate'], self.currency)} ({_range(best)})."
        )
        sure = other["over_mass_lower"] > 0 or other["over_mass_upper"] < 0
        return (
            f"{told} Choosing customers one by one earned "
            f"{money_words(other['over_mass'], self.currency)} more than as many drawn by lot "
            f"({other['over_mass_lower']:,.0f} to {other['over_mass_upper']:,.0f})"
            + ("." if sure else ", which chance may have made.")
        )

    def _on_balance(self) -> str:
        if pd.isna(self.chance_of_lot):
            return "Nothing was known of the customers before, so this cannot be looked at."
        return (
            "In what was known before, the two groups are as alike as a lot makes them "
            f"(probability of more unlike ones: {self.chance_of_lot:.0%})."
        )

    def _on_consent(self) -> str:
        channel = self.terms.channel
        if not self.asks_consent:
            return (
                "No answers of customers were given. Contact nobody by this list before you know "
                f"that they agreed to marketing by {channel}: give the answers as `consents`."
            )
        n_refused = int(self.counts["n_customers"].get("has not agreed to be contacted", 0))
        return (
            f"{count_words(n_refused, 'customer')} who have not agreed to marketing by {channel} "
            f"{'is' if n_refused == 1 else 'are'} left out of the next wave."
        )


_CALLED = {
    "mass": "as many drawn by lot",
    "segment": "the best segments",
    "one-to-one": "customers chosen one by one",
}


def review_campaign_postmortem(
    contacts: Any,
    responses: Any,
    orders: Any,
    *,
    campaigns: Any = None,
    campaign_id: str | None = None,
    margin: float | None = None,
    window_days: int | None = None,
    assignment: str | None = None,
    consents: Any = None,
    channel: str | None = None,
    capacity: int | None = None,
    control: float = 0.2,
    level: float = 0.95,
    seed: int = 1,
    currency: str = "",
) -> CampaignPostmortem:
    """Say what a campaign added against those left alone, what it cost, and what to do next.

    Parameters
    ----------
    contacts, responses : DataFrame or ibis.Table
        Canonical contacts, controls among them with `treated` false, and responses of both arms.
    orders : DataFrame or ibis.Table
        Canonical transactions: what was known of customers before, and who may be in the next wave.
    campaigns : DataFrame or ibis.Table, optional
        Canonical campaigns: `design`, `price` and `margin`, `channel`, `name`.
    campaign_id : str, optional
        The campaign. Default: the latest whose controls a lot drew.
    margin : float, optional
        Margin as a fraction of the amount ordered, above 0, at most 1. Default: margin / price in
        `campaigns`.
    window_days : int, optional
        Days from the first contact in which responses count. Default: all that are known.
    assignment : {"random"}, optional
        Pass "random" where a lot drew the controls and `campaigns` does not say so.
    consents : DataFrame or ibis.Table, optional
        Canonical consents; every answer counts. Default: none are known, and the list says so.
    channel : {"email", "phone", "post"}, optional
        Of the next wave. Default: that of the contacts.
    capacity : int, optional
        Most customers who are contacted in the next wave. Default: as many as in this campaign.
    control : float, default=0.2
        Share of the next wave that is left alone, in (0, 1); half where the decision is to test
        again.
    level : float, default=0.95
        Probability of the intervals, in (0, 1).
    seed : int, default=1
        Of what is drawn by lot.
    currency : str, default=""
        Name written beside amounts; empty where it is not known.

    Returns
    -------
    CampaignPostmortem
        With a `problem` in words, and without a result, where no lot drew the controls or there
        are none.

    Raises
    ------
    ContractError
        If a table breaks its contract.
    InputError, InputTypeError
        If an option is out of range or of the wrong type, the campaign is not known, or neither
        `margin` nor `campaigns` tells the margin.

    Examples
    --------
    >>> from crmlab.datasets import load_company
    >>> company = load_company()
    >>> review = review_campaign_postmortem(
    ...     company.contacts, company.responses, company.transactions,
    ...     campaigns=company.campaigns, consents=company.consents, currency="KRW",
    ... )
    >>> review.campaign_id, review.decision, len(review.wave)
    ('K06', 'repeat', 1525)
    """
    return CampaignPostmortem(
        **judge_campaign(
            contacts, responses, orders, campaigns, consents, campaign_id=campaign_id,
            channel=channel, margin=margin, window_days=window_days, assignment=assignment,
            capacity=capacity, control=control, level=level, seed=seed, currency=currency,
        ),
        asks_consent=consents is not None,
        currency=currency,
    )  # fmt: skip


def _row(table: pd.DataFrame, name: str) -> dict[str, Any]:
    return {str(column): table[column][name] for column in table}


def _range(row: dict[str, Any]) -> str:
    return f"{row['lower']:,.0f} to {row['upper']:,.0f}"
