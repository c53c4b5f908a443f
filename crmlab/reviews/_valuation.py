"""What a base of customers is worth, by customer and in groups, and how a forecast did before."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from crmlab._checks import check_count, check_fraction, check_number
from crmlab.ltv import NBD, ConvergenceError, backtest, customer_lifetime_value
from crmlab.reviews._models import PURCHASE_MODELS, FittedModels, known_for_longer

__all__ = [
    "AHEAD", "DOUBTFUL", "Terms", "count_bands", "find_last_day", "forecast_past", "value_base",
    "value_customers", "value_scenarios", "value_tiers",
]  # fmt: skip

AHEAD = 13  # weeks of the forecast that is tested
DOUBTFUL = (0.2, 0.8)  # probability to be a customer
_TIERS = {"top 10%": 0.1, "next 20%": 0.3, "next 30%": 0.6, "last 40%": 1.0}
_BANDS = {"to 20%": 0.2, "to 50%": 0.5, "to 80%": 0.8, "over 80%": 1.0}
_TESTED = ["expected_total", "actual_total", "total_error", "total_coverage"]
_ONCE = "bought once"
_TOO_SHORT = (
    "These data are too short, or too few, to forecast what is known by now: it is not tested here."
)


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


def find_last_day(summary: pd.DataFrame) -> pd.Timestamp:
    """The end of observation: the same for all, as last purchase plus the days since."""
    first = summary.iloc[0]
    return first["last_purchase"] + pd.Timedelta(first["days_since_last"], unit="D")


def value_base(
    summary: pd.DataFrame, models: FittedModels, options: dict[str, Any], **more: Any
) -> pd.DataFrame:
    return customer_lifetime_value(models.purchases, models.spend, summary, **options, **more)


def value_customers(summary: pd.DataFrame, models: FittedModels, terms: Terms) -> pd.DataFrame:
    """Value, probability to be a customer and what is at stake, for each."""
    value = value_base(summary, models, terms.as_options())["estimate"]
    alive = models.purchases.probability_alive(summary)
    return pd.DataFrame(
        {
            "purchases": summary["frequency"] + 1,
            "days_since_last": summary["days_since_last"],
            "value": value,
            "alive": alive,
            "at_stake": value / alive.clip(lower=1e-9) - value,
            "doubtful": alive.between(*DOUBTFUL),
        }
    )


def forecast_past(
    orders: Any, models: FittedModels, *, level: float, observation_end: Any, choose: bool
) -> tuple[pd.DataFrame, str]:
    """The forecast of periods known by now; or without rows, and why there is none."""

    def forecast(name: str, model: Any) -> pd.DataFrame:
        past = backtest(
            orders, {name: model}, horizon=AHEAD, n_origins=2, level=level,
            observation_end=observation_end, by_origin=True,
        )  # fmt: skip
        return past[past["model"] == name].set_index("origin")

    try:
        past = forecast(models.name, models.purchases)
        if choose and past["failed"].any():  # chosen again from what was known then
            other = forecast("NBD", NBD())
            past = pd.concat([past[~past["failed"]], other[past["failed"]]]).sort_index()
    except ValueError:  # too short a history, or nothing to compare with
        return pd.DataFrame(columns=_TESTED, index=pd.DatetimeIndex([], name="origin")), _TOO_SHORT
    held = past[~past["failed"]]
    if len(held):
        return held, ""
    why = past["reason"].iloc[0].rstrip(".")
    return held, f"It could not be tested: fitted to what was known earlier, {why}."


def value_tiers(
    summary: pd.DataFrame, models: FittedModels, terms: Terms, value: pd.Series
) -> pd.DataFrame:
    rank = value.rank(ascending=False, method="first") / len(value)
    tier = pd.cut(rank, [0, *_TIERS.values()], labels=list(_TIERS)).astype("str")
    tier = tier.rename("customers by value")
    tiers = value_base(summary, models, terms.as_options(), by=tier)
    tiers = tiers.reindex([name for name in _TIERS if name in tiers.index])
    estimate = tiers["estimate"]
    return tiers.assign(share=estimate / estimate.sum(), each=estimate / tiers["n_customers"])


def count_bands(customers: pd.DataFrame) -> pd.DataFrame:
    """Customers and value by the probability to be a customer; those who bought once apart."""
    bands = pd.cut(customers["alive"], [-1, *_BANDS.values()], labels=list(_BANDS))
    bands = bands.cat.set_categories([*_BANDS, _ONCE]).where(customers["purchases"] > 1, _ONCE)
    value = customers["value"].groupby(bands, observed=False)
    table = value.agg(n_customers="size", value="sum")
    return table.assign(share=table["value"] / customers["value"].sum())


def value_scenarios(summary: pd.DataFrame, models: FittedModels, terms: Terms) -> pd.DataFrame:
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
        case: value_base(summary, models, terms.as_options(**change), total=True)
        for case, change in changes.items()
    }
    name, kind = PURCHASE_MODELS["bg_nbd" if models.name == "MBG/NBD" else "mbg_nbd"]
    try:
        other = FittedModels(name, kind().fit(known_for_longer(summary)), models.spend, [])
        totals[f"other model: {name}"] = value_base(summary, other, terms.as_options(), total=True)
    except ConvergenceError:
        pass  # it has no estimate on these data, so there is nothing to compare with
    value = pd.concat(totals).droplevel(1)["estimate"].rename_axis("assumption")
    return pd.DataFrame({"value": value, "change": value / value["as assumed"] - 1})
