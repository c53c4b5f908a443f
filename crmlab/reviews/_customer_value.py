"""What a customer base will still bring, on how many that rests, and whom the firm may lose."""

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from crmlab._checks import check_choice
from crmlab._words import count_words, money_words, name_money
from crmlab.concentration import lorenz_curve, share_needed
from crmlab.customer_base import rfm_summary
from crmlab.ltv import frequency_calibration, predictive_intervals
from crmlab.reviews._actions import list_actions, list_customers
from crmlab.reviews._models import PURCHASE_MODELS, FittedModels, fit_models, known_for_longer
from crmlab.reviews._scores import score_base
from crmlab.reviews._valuation import (
    AHEAD,
    DOUBTFUL,
    Terms,
    count_bands,
    find_last_day,
    forecast_past,
    value_base,
    value_customers,
    value_scenarios,
    value_tiers,
)  # fmt: skip

__all__ = ["CustomerValueReview", "review_customer_value"]

_N_DRAWS = 500
_FEWEST_LEAVING = 0.01  # share of customers


@dataclass(frozen=True)
class CustomerValueReview:
    """What a base will still bring.

    Amounts are in currency, times in weeks; an interval is a row `estimate`, `lower`, `upper`,
    `level`.

    Attributes
    ----------
    customers : DataFrame
        Per customer, index `customer_id`: `purchases`, `days_since_last`, `value` (still to come,
        worth today), `alive` (probability to be a customer), `at_stake` (what the value would gain
        were that certain) and `doubtful` (whether `alive` is from 20 % to 80 %).
    scores : DataFrame
        Per customer `r_score`, `f_score`, `m_score`, `rfm` and `segment`, as `RFMSegmenter` gives
        them for the whole base; missing where it cannot be scored.
    worth : Series
        Value of the whole base, with its interval.
    share_needed : float
        Share of customers who hold 80 % of it.
    purchases_ahead, spending_ahead : Series
        Purchases and spending of the next 13 weeks, with the interval in which they will really
        be.
    backtest : DataFrame
        Index `origin`; the same forecast of periods that are known by now, as `ltv.backtest`
        returns it by origin. Where "auto" chose the model, it is NBD at an origin at which the
        chosen one has no fit. Without rows where `untested` says why.
    untested : str
        Why no period that is known by now was forecast; empty where one was.
    tiers : DataFrame
        Index `customers by value`; `n_customers`, the value with its interval, `share` and `each`.
    bands : DataFrame
        Index probability to be a customer, in words; `n_customers`, `value` and `share`.
    scenarios : DataFrame
        Index `assumption`; `value` and `change` (fraction of the value as assumed).
    calibration : DataFrame
        As `ltv.frequency_calibration` returns it.
    last_day : Timestamp
        The last day known.
    n_fitted : int
        Customers the models were fitted to: those known for longer than a day.
    models : FittedModels
        The models.
    terms : Terms
        How value is counted.
    currency : str
        Name written beside amounts; empty where it is not known.
    """

    customers: pd.DataFrame = field(repr=False)
    scores: pd.DataFrame = field(repr=False)
    worth: pd.Series = field(repr=False)
    share_needed: float
    purchases_ahead: pd.Series = field(repr=False)
    spending_ahead: pd.Series = field(repr=False)
    backtest: pd.DataFrame = field(repr=False)
    untested: str
    tiers: pd.DataFrame = field(repr=False)
    bands: pd.DataFrame = field(repr=False)
    scenarios: pd.DataFrame = field(repr=False)
    calibration: pd.DataFrame = field(repr=False)
    last_day: pd.Timestamp
    n_fitted: int
    models: FittedModels = field(repr=False)
    terms: Terms
    currency: str

    @property
    def money_name(self) -> str:
        """Name of the money in headings: its code, or in words that it is not known."""
        return name_money(self.currency)

    @property
    def lorenz(self) -> pd.DataFrame:
        """Lorenz curve of the value."""
        return lorenz_curve(self.customers["value"])

    @property
    def doubtful(self) -> pd.DataFrame:
        """The customers who may have left, rows of `customers`; most at stake first."""
        return self.customers[self.customers["doubtful"]].sort_values(
            "at_stake", ascending=False, kind="stable"
        )

    def key_figures(self) -> dict[str, str]:
        """The figures at the head of a page: what each means, and the figure as it is read."""
        worth, money, doubtful = self.worth, self.money_name, self.doubtful
        bought, spent = self.purchases_ahead, self.spending_ahead
        level = f"{self.terms.level:.0%} interval"
        figures = {
            f"worth today in {money}: the margin to come in {self.terms.horizon} weeks ({level} "
            f"{_range(worth)})": f"{worth['estimate']:,.0f}",
            f"of {count_words(len(self.customers), 'customer')} hold 80% of it": (
                f"{self.n_needed:,}"
            ),
            f"worth of a customer on average, in {money}": f"{self.customers['value'].mean():,.2f}",
            f"purchases expected in the next 13 weeks ({level} "
            f"{_range(bought)})": f"{bought['estimate']:,.0f}",
            f"spending expected in these, in {money} ({level} "
            f"{_range(spent)})": f"{spent['estimate']:,.0f}",
        }
        if self.sees_dropout and len(doubtful):
            who = count_words(len(doubtful), "customer")
            label = f"at stake, in {money}, with {who} who may have left"
            figures[label] = f"{doubtful['at_stake'].sum():,.0f}"
        return figures

    @property
    def sees_dropout(self) -> bool:
        """Whether the model sees customers leave: at least 1 in 100 is at 80 % or below."""
        return bool((self.customers["alive"] <= DOUBTFUL[1]).mean() >= _FEWEST_LEAVING)

    @property
    def on_dropout(self) -> str:
        """The section on those who may have left, its heading and first words; else empty."""
        if not self.sees_dropout:
            return ""
        return (
            "## Whom we may lose\n\nThe probability that somebody is still a customer falls with "
            "silence, and faster for those who used to buy often. It is an estimate: nobody has "
            "told us that they left. Customers who bought only once have shown no rhythm yet, so "
            "they stand apart."
        )

    @property
    def shown_bands(self) -> pd.DataFrame:
        """`bands`; without rows where the model sees nobody leave."""
        return self.bands if self.sees_dropout else self.bands.head(0)

    @property
    def shown_doubtful(self) -> pd.DataFrame:
        """`doubtful`; without rows where the model sees nobody leave."""
        return self.doubtful if self.sees_dropout else self.doubtful.head(0)

    @property
    def actions(self) -> pd.DataFrame:
        """What to do: index `do`; its `cost`, its `risk` and what would change it, in words."""
        return list_actions(sees_dropout=self.sees_dropout)

    @property
    def to_do(self) -> pd.DataFrame:
        """The customers that the page advises to do something about.

        One row each, index `customer_id`: those who may have left, most at stake first, then the
        others of those who hold 80 % of the value. `why` and `what_to_do` in words, `tested`
        (whether half of them are to be left alone), `value`, `at_stake` and their `currency`,
        `probability` (to be a customer), `purchases`, `days_since_last` and the columns of
        `scores`.
        """
        serve = self.customers.nlargest(self.n_needed, "value")
        table = list_customers(self.shown_doubtful, serve)
        table.insert(5, "currency", self.currency)
        return table.join(self.scores)

    @property
    def n_needed(self) -> int:
        """Customers who hold 80 % of the value."""
        return round(self.share_needed * len(self.customers))

    def findings(self) -> list[str]:
        """What the tables say, in sentences that begin with their subject in bold Markdown."""
        worth, bought, spent = self.worth, self.purchases_ahead, self.spending_ahead
        terms, money = self.terms, self.currency
        return [
            f"**What the base is worth.** What today's customers buy in the {terms.horizon} weeks "
            f"after {self.last_day:%d %B %Y} is worth {money_words(worth['estimate'], money)} "
            f"today ({terms.level:.0%} interval {_range(worth)}), at a margin of "
            f"{terms.margin:.0%} and {terms.discount_rate:.0%} a year for waiting. New customers "
            "are not in it.",
            f"**On how many it rests.** {count_words(self.n_needed, 'customer')}, "
            f"{self.share_needed:.0%} of all, {'holds' if self.n_needed == 1 else 'hold'} 80% of "
            "it.",
            f"**The next 13 weeks.** Expect {bought['estimate']:,.0f} purchases ({terms.level:.0%} "
            f"interval {_range(bought)}) and spending of "
            f"{money_words(spent['estimate'], money)} ({_range(spent)}).",
            "**How far to trust that.** These intervals hold only if the model does. "
            + self._on_backtest(),
            "**Whom we may lose.** " + self._on_doubtful(),
        ]

    def notes(self) -> list[str]:
        """What was done with the data and the models."""
        n_all, n_repeat = len(self.customers), int((self.customers["purchases"] > 1).sum())
        n_new, n_free = n_all - self.n_fitted, self.models.spend.n_nonpositive_
        lines = [
            f"{count_words(n_all, 'customer')} until {self.last_day:%d %B %Y}, of whom "
            f"{n_repeat:,} bought again. Model: {self.models.name}."
        ]
        if n_new:
            lines.append(
                "Customers who first bought on the last day, valued but left out of the fit: "
                f"{n_new:,}."
            )
        if n_free:
            lines.append(
                "Repeat buyers who spent nothing on average, left out of the fit of spending: "
                f"{n_free:,.0f}."
            )
        if n_repeat < 100:
            lines.append("Fewer than 100 customers bought again. Take every figure here as rough.")
        return lines + self.models.notes

    def _on_backtest(self) -> str:
        past = self.backtest
        if past.empty:
            return self.untested
        misses = " and ".join(f"{error:+.1%}" for error in past["total_error"])
        n_held = int(past["total_coverage"].sum())
        advice = (
            "Plan with misses of this size, not with the interval."
            if n_held < len(past)
            else "That is a good sign, not a proof."
        )
        return (
            f"Forecast in the same way, the purchases of the last periods of {AHEAD} weeks were "
            f"missed by {misses}. Their interval held {n_held} of {len(past)} times. {advice}"
        )

    def _on_doubtful(self) -> str:
        doubtful, money = self.doubtful, self.currency
        if not self.sees_dropout:
            return (
                "The model sees next to nobody leave in these data, so it cannot say whom we may "
                "lose: watch who goes quiet."
            )
        if doubtful.empty:
            return NOBODYDOUBTFUL
        worth = money_words(doubtful["value"].sum(), money)
        more = money_words(doubtful["at_stake"].sum(), money)
        limit = "Bringing them back must cost less than that, even if it never failed."
        if len(doubtful) == 1:
            return (
                "1 customer is still ours with a probability between 20% and 80%, and counts for "
                f"{worth}. If that were certain, it would be {more} more. {limit}"
            )
        return (
            f"{len(doubtful):,} customers are still ours with a probability between 20% and 80%. "
            f"They count for {worth}. If all were still ours, it would be {more} more: "
            f"{doubtful['at_stake'].mean():,.2f} each. {limit}"
        )


NOBODYDOUBTFUL = "Nobody's probability to be a customer is between 20% and 80%."


def review_customer_value(
    orders: Any,
    *,
    observation_end: Any = None,
    horizon: int = 104,
    margin: float = 0.3,
    discount_rate: float = 0.1,
    model: str = "auto",
    level: float = 0.9,
    currency: str = "",
) -> CustomerValueReview:
    """Value a customer base, and say how far to trust it.

    Parameters
    ----------
    orders : DataFrame or ibis.Table
        Canonical transactions: ``customer_id``, ``date``, ``amount`` (currency).
    observation_end : date, optional
        Last day known; later lines are left out. Default: the last day in the table.
    horizon : int, default=104
        Weeks ahead in which value is counted.
    margin : float, default=0.3
        Share of the spending that is kept.
    discount_rate : float, default=0.1
        Effective rate a year.
    model : {"auto", "bg_nbd", "mbg_nbd", "pareto_nbd", "nbd"}, default="auto"
        How purchases are forecast. "auto" is BG/NBD, replaced or held near ordinary parameters
        where the data do not determine it; the notes say so.
    level : float, default=0.9
        Probability of the intervals.
    currency : str, default=""
        Name written beside amounts; empty where it is not known.

    Returns
    -------
    CustomerValueReview

    Raises
    ------
    ContractError
        If columns are missing or lines are invalid.
    ConvergenceError
        If the model that was asked for has no fit.
    InputError, InputTypeError
        If an option is out of range or of the wrong type, or fewer than ten customers bought
        again.

    Examples
    --------
    >>> from crmlab.datasets import load_cdnow
    >>> review = review_customer_value(load_cdnow(sample=True), currency="USD")
    >>> review.models.name, len(review.backtest)
    ('BG/NBD', 2)
    """
    check_choice("model", model, ["auto", *PURCHASE_MODELS])
    terms = Terms(margin, horizon, discount_rate, level)
    summary = rfm_summary(orders, observation_end=observation_end, unit="W")
    models = fit_models(summary, model=model)
    customers = value_customers(summary, models, terms)
    value = customers["value"]
    worth = value_base(summary, models, terms.as_options(), total=True).iloc[0]
    ahead: dict[str, Any] = {"level": level, "total": True, "n_draws": _N_DRAWS}
    bought = predictive_intervals(models.purchases, summary, AHEAD, **ahead)
    spent = predictive_intervals(models.purchases, summary, AHEAD, spend=models.spend, **ahead)
    past, untested = forecast_past(
        orders, models, level=level, observation_end=observation_end, choose=model == "auto"
    )
    return CustomerValueReview(
        customers=customers,
        scores=score_base(summary),
        worth=worth,
        share_needed=share_needed(value),
        purchases_ahead=bought.iloc[0],
        spending_ahead=spent.iloc[0],
        backtest=past,
        untested=untested,
        tiers=value_tiers(summary, models, terms, value),
        bands=count_bands(customers),
        scenarios=value_scenarios(summary, models, terms),
        calibration=frequency_calibration(models.purchases, known_for_longer(summary)),
        last_day=find_last_day(summary),
        n_fitted=len(known_for_longer(summary)),
        models=models,
        terms=terms,
        currency=currency,
    )


def _range(interval: pd.Series) -> str:
    return f"{interval['lower']:,.0f} to {interval['upper']:,.0f}"
