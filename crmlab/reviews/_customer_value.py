"""What a customer base will still bring, on how many that rests, and whom the firm may lose."""

from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from crmlab._checks import check_choice, check_count, check_fraction, check_number
from crmlab.concentration import lorenz_curve, share_needed
from crmlab.customer_base import rfm_summary
from crmlab.ltv import (
    ConvergenceError,
    backtest,
    customer_lifetime_value,
    frequency_calibration,
    predictive_intervals,
)
from crmlab.reviews._models import PURCHASE_MODELS, FittedModels, fit_models, known_for_longer

__all__ = ["CustomerValueReview", "review_customer_value"]

_AHEAD = 13  # weeks of the forecast that is tested
_N_DRAWS = 500
_DOUBTFUL = (0.2, 0.8)  # probability to be a customer
_TIERS = {"top 10%": 0.1, "next 20%": 0.3, "next 30%": 0.6, "last 40%": 1.0}
_BANDS = {"to 20%": 0.2, "to 50%": 0.5, "to 80%": 0.8, "over 80%": 1.0}
_TESTED = ["expected_total", "actual_total", "total_error", "total_coverage"]
_ONCE = "bought once"


@dataclass(frozen=True)
class Terms:
    """How value is counted: margin, weeks ahead, yearly discount rate, level of intervals."""

    margin: float
    horizon: int
    discount_rate: float
    level: float

    def __post_init__(self) -> None:
        check_fraction("margin", self.margin)
        check_count("horizon", self.horizon)
        check_number("discount_rate", self.discount_rate, low=-1, open_low=True)
        check_fraction("level", self.level, open_ends=True)

    def as_options(self, **changes: float) -> dict[str, Any]:
        """Arguments of `customer_lifetime_value`, some of them changed."""
        return vars(self) | changes


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
    worth : Series
        Value of the whole base, with its interval.
    share_needed : float
        Share of customers who hold 80 % of it.
    purchases_ahead, spending_ahead : Series
        Purchases and spending of the next 13 weeks, with the interval in which they will really
        be.
    backtest : DataFrame
        Index `origin`; the same forecast of periods that are known by now, as `ltv.backtest`
        returns it by origin. Without rows where the history is too short for it.
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
        Name written beside amounts.
    """

    customers: pd.DataFrame = field(repr=False)
    worth: pd.Series = field(repr=False)
    share_needed: float
    purchases_ahead: pd.Series = field(repr=False)
    spending_ahead: pd.Series = field(repr=False)
    backtest: pd.DataFrame = field(repr=False)
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
        worth, money, doubtful = self.worth, self.currency, self.doubtful
        bought, spent = self.purchases_ahead, self.spending_ahead
        level = f"{self.terms.level:.0%} interval"
        return {
            f"{money}: worth today of the margin to come in {self.terms.horizon} weeks ({level} "
            f"{_range(worth)})": f"{worth['estimate']:,.0f}",
            f"of {len(self.customers):,} customers hold 80% of it": f"{self.n_needed:,}",
            f"{money} a customer": f"{self.customers['value'].mean():,.2f}",
            f"purchases expected in the next 13 weeks ({level} "
            f"{_range(bought)})": f"{bought['estimate']:,.0f}",
            f"{money} of spending expected in these ({level} "
            f"{_range(spent)})": f"{spent['estimate']:,.0f}",
            f"{money} at stake with {len(doubtful):,} customers who may have "
            "left": f"{doubtful['at_stake'].sum():,.0f}",
        }

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
            f"after {self.last_day:%d %B %Y} is worth {money} {worth['estimate']:,.0f} today "
            f"({terms.level:.0%} interval {_range(worth)}), at a margin of {terms.margin:.0%} and "
            f"{terms.discount_rate:.0%} a year for waiting. New customers are not in it.",
            f"**On how many it rests.** {self.n_needed:,} customers, {self.share_needed:.0%} of "
            "all, hold 80% of it.",
            f"**The next 13 weeks.** Expect {bought['estimate']:,.0f} purchases ({terms.level:.0%} "
            f"interval {_range(bought)}) and {money} {spent['estimate']:,.0f} of spending "
            f"({_range(spent)}).",
            "**How far to trust that.** These intervals hold only if the model does. "
            + self._on_backtest(),
            "**Whom we may lose.** " + self._on_doubtful(),
        ]

    def notes(self) -> list[str]:
        """What was done with the data and the models."""
        n_all, n_repeat = len(self.customers), int((self.customers["purchases"] > 1).sum())
        n_new, n_free = n_all - self.n_fitted, self.models.spend.n_nonpositive_
        lines = [
            f"{n_all:,} customers until {self.last_day:%d %B %Y}, of whom {n_repeat:,} bought "
            f"again. Model: {self.models.name}."
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
            return (
                "These data are too short, or too few, to forecast what is known by now: it is "
                "not tested here."
            )
        misses = " and ".join(f"{error:+.1%}" for error in past["total_error"])
        n_held = int(past["total_coverage"].sum())
        advice = (
            "Plan with misses of this size, not with the interval."
            if n_held < len(past)
            else "That is a good sign, not a proof."
        )
        return (
            "Forecast in the same way, the purchases of the last periods of 13 weeks were missed "
            f"by {misses}. Their interval held {n_held} of {len(past)} times. {advice}"
        )

    def _on_doubtful(self) -> str:
        doubtful = self.doubtful
        if doubtful.empty:
            return NOBODY_DOUBTFUL
        stake = doubtful["at_stake"]
        return (
            f"{len(doubtful):,} customers are still ours with a probability between 20% and 80%. "
            f"They count for {self.currency} {doubtful['value'].sum():,.0f}. If all were still "
            f"ours, it would be {self.currency} {stake.sum():,.0f} more: {stake.mean():,.2f} each. "
            "Bringing them back must cost less than that, even if it never failed."
        )


NOBODY_DOUBTFUL = "Nobody's probability to be a customer is between 20% and 80%."


def review_customer_value(
    orders: Any,
    *,
    observation_end: Any = None,
    horizon: int = 104,
    margin: float = 0.3,
    discount_rate: float = 0.1,
    model: str = "auto",
    level: float = 0.9,
    currency: str = "money",
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
    currency : str, default="money"
        Name written beside amounts.

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
    customers = _value_customers(summary, models, terms)
    value = customers["value"]
    worth = _value_base(summary, models, terms.as_options(), total=True).iloc[0]
    ahead: dict[str, Any] = {"level": level, "total": True, "n_draws": _N_DRAWS}
    bought = predictive_intervals(models.purchases, summary, _AHEAD, **ahead)
    spent = predictive_intervals(models.purchases, summary, _AHEAD, spend=models.spend, **ahead)
    return CustomerValueReview(
        customers=customers,
        worth=worth,
        share_needed=share_needed(value),
        purchases_ahead=bought.iloc[0],
        spending_ahead=spent.iloc[0],
        backtest=_test_on_past(orders, models, level=level, observation_end=observation_end),
        tiers=_value_tiers(summary, models, terms, value),
        bands=_count_bands(customers),
        scenarios=_value_scenarios(summary, models, terms),
        calibration=frequency_calibration(models.purchases, known_for_longer(summary)),
        last_day=_find_last_day(summary),
        n_fitted=len(known_for_longer(summary)),
        models=models,
        terms=terms,
        currency=currency,
    )


def _find_last_day(summary: pd.DataFrame) -> pd.Timestamp:
    """The end of observation: the same for all, as last purchase plus the days since."""
    first = summary.iloc[0]
    return first["last_purchase"] + pd.Timedelta(first["days_since_last"], unit="D")


def _range(interval: pd.Series) -> str:
    return f"{interval['lower']:,.0f} to {interval['upper']:,.0f}"


def _value_base(
    summary: pd.DataFrame, models: FittedModels, options: dict[str, Any], **more: Any
) -> pd.DataFrame:
    return customer_lifetime_value(models.purchases, models.spend, summary, **options, **more)


def _value_customers(summary: pd.DataFrame, models: FittedModels, terms: Terms) -> pd.DataFrame:
    """Value, probability to be a customer and what is at stake, for each."""
    value = _value_base(summary, models, terms.as_options())["estimate"]
    alive = models.purchases.probability_alive(summary)
    return pd.DataFrame(
        {
            "purchases": summary["frequency"] + 1,
            "days_since_last": summary["days_since_last"],
            "value": value,
            "alive": alive,
            "at_stake": value / alive.clip(lower=1e-9) - value,
            "doubtful": alive.between(*_DOUBTFUL),
        }
    )


def _test_on_past(
    orders: Any, models: FittedModels, *, level: float, observation_end: Any
) -> pd.DataFrame:
    """The forecast of periods known by now; empty where the history is too short for it."""
    try:
        past = backtest(
            orders, {models.name: models.purchases}, horizon=_AHEAD, n_origins=2, level=level,
            observation_end=observation_end, by_origin=True,
        )  # fmt: skip
    except ValueError:  # too short a history, or nothing to compare with
        return pd.DataFrame(columns=_TESTED, index=pd.DatetimeIndex([], name="origin"))
    return past[(past["model"] == models.name) & ~past["failed"]].set_index("origin")


def _value_tiers(
    summary: pd.DataFrame, models: FittedModels, terms: Terms, value: pd.Series
) -> pd.DataFrame:
    rank = value.rank(ascending=False, method="first") / len(value)
    tier = pd.cut(rank, [0, *_TIERS.values()], labels=list(_TIERS)).astype("str")
    tier = tier.rename("customers by value")
    tiers = _value_base(summary, models, terms.as_options(), by=tier)
    tiers = tiers.reindex([name for name in _TIERS if name in tiers.index])
    estimate = tiers["estimate"]
    return tiers.assign(share=estimate / estimate.sum(), each=estimate / tiers["n_customers"])


def _count_bands(customers: pd.DataFrame) -> pd.DataFrame:
    """Customers and value by the probability to be a customer; those who bought once apart."""
    bands = pd.cut(customers["alive"], [-1, *_BANDS.values()], labels=list(_BANDS))
    bands = bands.cat.set_categories([*_BANDS, _ONCE]).where(customers["purchases"] > 1, _ONCE)
    value = customers["value"].groupby(bands, observed=False)
    table = value.agg(n_customers="size", value="sum")
    return table.assign(share=table["value"] / customers["value"].sum())


def _value_scenarios(summary: pd.DataFrame, models: FittedModels, terms: Terms) -> pd.DataFrame:
    """The value of the base under other assumptions, and with another model."""
    horizon = terms.horizon
    changes: dict[str, dict[str, float]] = {
        "as assumed": {},
        f"{horizon // 2} weeks ahead": {"horizon": horizon // 2},
        f"{horizon * 2} weeks ahead": {"horizon": horizon * 2},
        "margin a tenth lower": {"margin": 0.9 * terms.margin},
        "waiting costs 5 points more": {"discount_rate": terms.discount_rate + 0.05},
    }
    totals = {
        case: _value_base(summary, models, terms.as_options(**change), total=True)
        for case, change in changes.items()
    }
    name, kind = PURCHASE_MODELS["bg_nbd" if models.name == "MBG/NBD" else "mbg_nbd"]
    try:
        other = FittedModels(name, kind().fit(known_for_longer(summary)), models.spend, [])
        totals[f"other model: {name}"] = _value_base(summary, other, terms.as_options(), total=True)
    except ConvergenceError:
        pass  # it has no estimate on these data, so there is nothing to compare with
    value = pd.concat(totals).droplevel(1)["estimate"].rename_axis("assumption")
    return pd.DataFrame({"value": value, "change": value / value["as assumed"] - 1})
