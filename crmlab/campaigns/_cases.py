"""Three published cases in numbers: what is quoted, what is measured, and what must be assumed."""

import math
from typing import Any

import pandas as pd

from crmlab._checks import check_choice, check_number
from crmlab.campaigns._campaign import Campaign, campaign_profit

__all__ = ["case_campaign", "case_flips", "published_cases"]

_CJ = "Complete Journey"
_BAWA = "Bawa and Shoemaker (1987): regular buyers redeem most"
_GAO = "GAO (1998), Oliveira and Davis (2006): rebates show that it costs little to make"

# assumption, value, low, high, unit, kind, source
_SPICE = (
    ("households", 200_000, 200_000, 200_000, "households", "quoted", "the case"),
    ("issues", 4, 4, 4, "a year", "quoted", "the case: a quarterly"),
    ("cost_per_issue", 0.60, 0.35, 1.00, "USD", "assumed", "print, post and list"),
    ("responding", 0.30, 0.05, 0.60, "share", "assumed", "cooks who buy more"),
    ("extra_purchases", 2.0, 0.5, 3.3, "a year", "assumed", f"doubled at most: {_CJ} has 3.3"),
    ("price", 2.98, 2.00, 5.00, "USD", "measured", f"{_CJ}: of a spice purchase"),
    ("contribution", 0.30, 0.20, 0.45, "share", "assumed", "what the maker keeps"),
)  # fmt: skip
_BABY = (
    ("households", 100_000, 50_000, 200_000, "households", "assumed", "it scales the profit"),
    ("redeeming", 0.24, 0.20, 0.28, "share", "quoted", "the case: of whom, it does not say"),
    ("anyway", 0.50, 0.20, 0.90, "share", "assumed", _BAWA),
    ("spend", 87.0, 26.0, 237.0, "USD", "measured", f"{_CJ}: formula, median to top tenth"),
    ("contribution", 0.40, 0.25, 0.60, "share", "assumed", _GAO),
    ("face_value", 2.0, 1.0, 5.0, "USD", "assumed", "with its handling"),
    ("cost_per_household", 3.0, 1.0, 6.0, "USD", "assumed", "information for a year"),
)  # fmt: skip
_USUAL = (
    *_BABY[:1],
    ("redeeming", 0.045, 0.04, 0.05, "share", "quoted", "the case: 4 to 5 % is usual"),
    *_BABY[2:6],
    ("cost_per_household", 0.10, 0.02, 0.40, "USD", "assumed", "a coupon without information"),
)


def _club(households: int, low: int, high: int, kind: str, source: str, rates: Any) -> tuple:
    """A club for one group, instead of the coupon that everybody gets."""
    return (
        ("households", households, low, high, "households", kind, source),
        ("club_rate", *rates, "share", "assumed", "of the group who use its coupons"),
        ("usual_rate", 0.045, 0.04, 0.05, "share", "quoted", "the infant case: 4 to 5 %"),
        ("anyway", 0.50, 0.20, 0.90, "share", "assumed", _BAWA),
        ("margin", 24.0, 12.0, 48.0, "USD", "assumed", "of a new buyer, in a year"),
        ("extra_cost", 0.60, 0.30, 1.20, "USD", "assumed", "of the club over the coupon"),
    )


_OF_BASE = "Advertising Age: the firm had 25 million households"
_CASES: dict[str, tuple] = {
    "spice newsletter": _SPICE,
    "infant programme": _BABY,
    "usual coupon": _USUAL,
    "diet club": _club(3_000_000, 1_000_000, 6_000_000, "assumed", _OF_BASE, (0.12, 0.06, 0.24)),
    "children's club": _club(
        4_000_000, 4_000_000, 4_000_000, "quoted", "the case", (0.11, 0.05, 0.24)
    ),
    "club for the rest": _club(
        18_000_000, 14_000_000, 20_000_000, "assumed", _OF_BASE, (0.05, 0.045, 0.08)
    ),
}
_COLUMNS = ["case", "assumption", "value", "low", "high", "unit", "kind", "source"]


def published_cases() -> pd.DataFrame:
    """List the assumptions of three published cases, each with its range and its source.

    A newsletter for cooks that was liked and lost money; an infant-formula maker whose coupons
    were redeemed by 24 %; a food maker that divided its households into three groups. What was
    published is little: the rest is measured elsewhere or assumed, and says so.

    Returns
    -------
    DataFrame
        One row per case and assumption; columns `case`, `assumption`, `value`, `low`, `high`,
        `unit`, `kind` ("quoted", "measured" or "assumed") and `source`. Money is in US dollars.

    References
    ----------
    Bawa, K., Shoemaker, R. W. (1987). The effects of a direct mail coupon on brand choice behavior.
    Journal of Marketing Research 24(4).

    Examples
    --------
    >>> cases = published_cases().set_index(["case", "assumption"])
    >>> cases.loc[("infant programme", "redeeming"), ["kind", "unit"]].tolist()
    ['quoted', 'share']
    """
    rows = [(case, *row) for case, given in _CASES.items() for row in given]
    return pd.DataFrame(rows, columns=_COLUMNS).astype(
        {"value": "float64", "low": "float64", "high": "float64"}
    )


def case_campaign(case: str, **changes: float) -> Campaign:
    """Put a published case into the form of a campaign.

    Parameters
    ----------
    case : str
        Name of a case in `published_cases`.
    **changes : float
        Other values of its assumptions, 0 or more.

    Returns
    -------
    Campaign
        Of a year. A club is compared with the usual coupon: the new buyers that this brings, and
        all who would have bought anyway, are its baseline.

    Raises
    ------
    InputError
        If the case or an assumption is unknown, or a value is out of range.
    InputTypeError
        If a value is not a number.

    Examples
    --------
    Not even if every cook bought two jars more would the newsletter pay.

    >>> from crmlab.campaigns import campaign_profit
    >>> money = campaign_profit(case_campaign("spice newsletter")).set_index("measure")["estimate"]
    >>> money[["profit", "break_even_rate"]].round(2).tolist()
    [-372720.0, 1.34]
    """
    return _make(case, _read_values(case, changes))


def _read_values(case: str, changes: dict[str, float]) -> dict[str, float]:
    """The value of each assumption, some of them changed."""
    given = _assumptions(case)
    values = {str(name): float(value) for name, value in given["value"].items()}
    for name, value in changes.items():
        check_choice("assumption", name, values)
        most = 1.0 if given.loc[name, "unit"] == "share" else math.inf
        values[name] = check_number(name, value, low=0, high=most)
    return values


def _assumptions(case: str) -> pd.DataFrame:
    check_choice("case", case, _CASES)
    cases = published_cases()
    return cases[cases["case"] == case].set_index("assumption")


def _make(case: str, of: dict[str, float]) -> Campaign:
    heads = round(of["households"])
    if case == "spice newsletter":
        return Campaign(
            n_contacted=heads,
            response_rate=of["responding"],
            margin_per_response=of["extra_purchases"] * of["price"] * of["contribution"],
            cost_per_contact=of["issues"] * of["cost_per_issue"],
        )
    if "club_rate" in of:
        return Campaign(
            n_contacted=heads,
            response_rate=of["club_rate"],
            baseline_rate=of["anyway"] * of["club_rate"] + (1 - of["anyway"]) * of["usual_rate"],
            margin_per_response=of["margin"],
            cost_per_contact=of["extra_cost"],
        )
    return Campaign(
        n_contacted=heads,
        response_rate=of["redeeming"],
        baseline_rate=of["redeeming"] * of["anyway"],
        margin_per_response=of["spend"] * of["contribution"],
        cost_per_contact=of["cost_per_household"],
        cost_per_response=of["face_value"],
    )


def case_flips(case: str, **changes: float) -> pd.DataFrame:
    """Find which assumption of a published case can turn its decision, alone.

    Each assumption goes from its lowest to its highest value while the others stay.

    Parameters
    ----------
    case, **changes
        As for `case_campaign`.

    Returns
    -------
    DataFrame
        Indexed by assumption, the widest swing of the profit first; those with a range only.
        Columns `value`, `low`, `high`, `profit_low` and `profit_high` (currency, at those ends),
        `flips_at` (the value at which the profit is 0, in its range or not; missing where no value
        above 0 does it) and `in_range`, whether it lies between `low` and `high`.

    Raises
    ------
    InputError, InputTypeError
        As in `case_campaign`.

    See Also
    --------
    tipping_points : the same for the numbers of any campaign, without ranges.

    Examples
    --------
    >>> case_flips("infant programme")["flips_at"].round(2).head(3).to_dict()
    {'spend': 72.5, 'anyway': 0.58, 'cost_per_household': 3.7}
    >>> bool(case_flips("spice newsletter")["in_range"].any())
    False
    """
    values = _read_values(case, changes)
    ranges = _assumptions(case)[["low", "high"]].query("low < high")
    rows = {}
    for row in ranges.itertuples():
        name, low, high = str(row.Index), float(row.low), float(row.high)  # type: ignore[arg-type]
        at_low, at_high = (_profit(case, values | {name: end}) for end in (low, high))
        at = _zero(low, high, at_low, at_high)
        rows[name] = {
            "value": values[name],
            "low": low,
            "high": high,
            "profit_low": at_low,
            "profit_high": at_high,
            "flips_at": at,
            "in_range": low <= at <= high,
        }
    table = pd.DataFrame.from_dict(rows, orient="index").rename_axis("assumption")
    swing = (table["profit_high"] - table["profit_low"]).abs()
    return table.loc[swing.sort_values(ascending=False, kind="stable").index]


def _profit(case: str, values: dict[str, float]) -> float:
    money = campaign_profit(_make(case, values)).set_index("measure")["estimate"]
    return float(money["profit"])


def _zero(low: float, high: float, at_low: float, at_high: float) -> float:
    """Where a straight line through two points is 0; every profit here is one."""
    if at_low == at_high or not all(map(math.isfinite, (at_low, at_high))):
        return math.nan
    zero = low - at_low * (high - low) / (at_high - at_low)
    return zero if zero > 1e-9 * high else math.nan
