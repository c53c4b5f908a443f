"""Build a CRM system or rent one: what both are worth over the years, and how sure that is."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlab._checks import check_count, check_fraction, check_number, check_size
from crmlab._errors import InputError, InputTypeError
from crmlab._types import Floats

__all__ = ["Sourcing", "build_or_outsource"]

Range = float | Sequence[float]

_UNITS = {
    "users": "staff who use it",
    "benefit": "currency a year",
    "build_cost": "currency",
    "build_months": "months until it works",
    "run_cost": "currency a year",
    "setup_cost": "currency",
    "setup_months": "months until it works",
    "fee": "currency a user and month",
    "fee_growth": "a year, fraction",
    "fit": "fraction of the benefit",
    "exit_cost": "currency",
}


@dataclass(frozen=True)
class Sourcing:
    """What building and outsourcing are worth, over many draws of what is uncertain.

    Attributes
    ----------
    table : DataFrame
        Rows "build", "outsource" and "difference" (build less outsource): `option`;
        `net_present_value`, `lower`, `upper`, in currency, the average and the range of the draws;
        `better`, the share of draws in which that option is worth more (missing for the
        difference); `level`.
    by_year : DataFrame
        One row per option and year, 0 to the last: `option`, `year`, `value`, `lower`, `upper`,
        the net present value of all that was paid and earned until then; `level`.
    break_even : DataFrame
        `measure`, `value`, `unit`, `reading`: at which fee both are worth the same on average, at
        how many users, and in which year building is ahead and stays so; missing where never.
    exits : DataFrame
        One row, leaving the provider: `probability` over the years, `cost`, its average present
        value in all draws, `cost_if_left`, in those with an exit, in currency.
    assumptions : DataFrame
        `name`, `low`, `likely`, `high`, `unit`.
    """

    table: pd.DataFrame
    by_year: pd.DataFrame
    break_even: pd.DataFrame
    exits: pd.DataFrame
    assumptions: pd.DataFrame

    def __repr__(self) -> str:
        build, outsource, _ = self.table["net_present_value"]
        share = self.table["better"].iloc[0]
        return (
            f"Sourcing(build {build:,.0f}, outsource {outsource:,.0f}, "
            f"build is better in {share:.0%} of the draws)"
        )


def build_or_outsource(
    *,
    users: Range,
    benefit: Range,
    build_cost: Range,
    run_cost: Range,
    fee: Range,
    setup_cost: Range = 0.0,
    build_months: Range = (6, 9, 18),
    setup_months: Range = (1, 2, 4),
    fee_growth: Range = (0, 0.03, 0.1),
    fit: Range = (0.7, 0.85, 1),
    exit_chance: float = 0.05,
    exit_cost: Range = 0.0,
    years: int = 5,
    discount_rate: float = 0.1,
    level: float = 0.9,
    n_draws: int = 10_000,
    seed: int = 0,
) -> Sourcing:
    """Compare the net present value of building a CRM system with that of renting one.

    Building costs most at once, brings nothing until it works, and then fits. Renting starts soon
    and costs a fee for each user and month, which rises; it brings what the standard product fits;
    and the firm may have to leave the provider, pay for that, set up another one and wait again.
    Nobody knows these numbers, so each may be a range: each draw takes all of them at once, both
    ways see the same firm, and the answer is how often each is better, not one number.

    Parameters
    ----------
    users : float or sequence of float
        Staff who use it, above 0. Here and wherever a sequence is allowed: one number is certain;
        two are the least and the most, all between alike; three are least, likeliest and most.
    benefit : float or sequence of float
        What a system that fits brings in a year, in currency.
    build_cost : float or sequence of float
        Of building it, paid at the start, in currency.
    run_cost : float or sequence of float
        Of running what was built, in currency a year, from the month it works.
    fee : float or sequence of float
        Of renting, in currency a user and month, from the month it works.
    setup_cost : float or sequence of float, default=0
        Of setting up what is rented, paid at the start, in currency.
    build_months, setup_months : float or sequence of float, default=(6, 9, 18) and (1, 2, 4)
        Until it works.
    fee_growth : float or sequence of float, default=(0, 0.03, 0.1)
        Rise of the fee from one year to the next, as a fraction, at least 0.
    fit : float or sequence of float, default=(0.7, 0.85, 1)
        Share of the benefit that a standard product brings, in [0, 1].
    exit_chance : float, default=0.05
        Probability in each year that the provider is left (or gives up), in [0, 1].
    exit_cost : float or sequence of float, default=0
        Of leaving: taking the data back, training again, in currency. The set-up is paid again too.
    years : int, default=5
        Years looked at, 1 to 50. Payments fall on the end of their year.
    discount_rate : float, default=0.1
        A year, as a fraction, at least 0.
    level : float, default=0.9
        Probability between the limits, in (0, 1).
    n_draws : int, default=10_000
        Draws, at least 100.
    seed : int, default=0
        Seed of the draws.

    Returns
    -------
    Sourcing

    Raises
    ------
    InputError
        If a number is out of range, or a range is not in order.
    InputTypeError
        If an option has the wrong type.

    References
    ----------
    Brealey, R., Myers, S. and Allen, F. Principles of Corporate Finance, chapters on net present
    value and on simulation.

    Examples
    --------
    >>> firm = dict(users=40, benefit=60e6, build_cost=(80e6, 100e6, 200e6), run_cost=15e6)
    >>> found = build_or_outsource(**firm, fee=60_000, exit_cost=10e6)
    >>> found.table["option"].tolist()
    ['build', 'outsource', 'difference']
    >>> certain = build_or_outsource(
    ...     users=10, benefit=100, build_cost=150, build_months=0, run_cost=0, fee=0.5, fit=1,
    ...     setup_months=0, fee_growth=0, exit_chance=0, years=2, discount_rate=0,
    ... )
    >>> certain
    Sourcing(build 50, outsource 80, build is better in 0% of the draws)
    """
    years = check_count("years", years)
    check_number("years", years, high=50)
    discount_rate = check_number("discount_rate", discount_rate, low=0)
    check_fraction("level", level, open_ends=True)
    check_fraction("exit_chance", exit_chance)
    check_count("n_draws", n_draws, minimum=100)
    check_count("seed", seed, minimum=0)
    given = {
        "users": users, "benefit": benefit, "build_cost": build_cost,
        "build_months": build_months, "run_cost": run_cost, "setup_cost": setup_cost,
        "setup_months": setup_months, "fee": fee, "fee_growth": fee_growth, "fit": fit,
        "exit_cost": exit_cost,
    }  # fmt: skip
    ranges = {name: _read_range(name, value) for name, value in given.items()}
    rng = np.random.default_rng(seed)
    drawn = {name: _draw(rng, ends, n_draws) for name, ends in ranges.items()}
    leaves = rng.random((n_draws, years)) < exit_chance
    weight = (1 + discount_rate) ** -np.arange(years + 1.0)
    build = _pay_for_build(drawn, years) * weight
    fees, other, exits = (flow * weight for flow in _pay_for_rent(drawn, leaves))
    values = {"build": build.sum(axis=1), "outsource": (other - fees).sum(axis=1)}
    return Sourcing(
        table=_compare(values, level),
        by_year=pd.concat(
            [_add_up("build", build, level), _add_up("outsource", other - fees, level)],
            ignore_index=True,
        ),
        break_even=_break_even(ranges, values, build, other - fees, float(fees.sum(axis=1).mean())),
        exits=_count_exits(leaves, exits),
        assumptions=_assume(ranges, exit_chance, discount_rate, years),
    )


def _read_range(name: str, value: Range) -> tuple[float, float, float]:
    """Least, likeliest and most; the likeliest is missing where all between are alike."""
    given = [value] if np.ndim(value) == 0 else list(value)  # type: ignore[arg-type]
    if isinstance(value, str) or not 1 <= len(given) <= 3:
        kind = InputTypeError if isinstance(value, str) else InputError
        raise kind(
            f"`{name}` must be a number, (least, most) or (least, likeliest, most); got {value!r}."
        )
    high = 1 if name == "fit" else np.inf
    numbers = [
        check_number(name, each, low=0, high=high, open_low=name == "users") for each in given
    ]
    check_size(name, numbers)
    if numbers != sorted(numbers):
        raise InputError(f"`{name}` must go from the least to the most; got {value!r}.")
    return numbers[0], numbers[1] if len(numbers) == 3 else np.nan, numbers[-1]


def _draw(rng: np.random.Generator, ends: tuple[float, float, float], n: int) -> Floats:
    """Draws from a triangle, or from all between alike; each takes one number of the stream."""
    low, likely, high = ends
    at = rng.random(n)
    if high <= low:
        return np.full(n, low)
    if np.isnan(likely):
        return low + at * (high - low)
    rise = (likely - low) / (high - low)
    return np.where(
        at < rise,
        low + (high - low) * np.sqrt(at * rise),
        high - (high - low) * np.sqrt((1 - at) * (1 - rise)),
    )


def _share_live(months: Floats, years: int) -> Floats:
    """Share of each year, 0 to the last, in which it works; year 0 is the start, without time."""
    return np.clip(np.arange(years + 1) - months[:, None] / 12, 0, 1) * (np.arange(years + 1) > 0)


def _pay_for_build(drawn: dict[str, Floats], years: int) -> Floats:
    """What building brings less what it costs, by draw and year."""
    flow = _share_live(drawn["build_months"], years)
    flow = flow * (drawn["benefit"] - drawn["run_cost"])[:, None]
    flow[:, 0] -= drawn["build_cost"]
    return flow


def _pay_for_rent(drawn: dict[str, Floats], leaves: np.ndarray) -> tuple[Floats, Floats, Floats]:
    """Fees; all else that renting brings less what it costs; what of that is for leaving."""
    years = leaves.shape[1]
    live = _share_live(drawn["setup_months"], years)
    # Who leaves waits for the next system as long as for the first, within the year.
    idle = live[:, 1:] * np.minimum(drawn["setup_months"][:, None] / 12, 1) * leaves
    live[:, 1:] -= idle
    rise = (1 + drawn["fee_growth"][:, None]) ** np.maximum(np.arange(years + 1) - 1, 0)
    rate = rise * (12 * drawn["users"] * drawn["fee"])[:, None]
    fees = live * rate
    worth = (drawn["benefit"] * drawn["fit"])[:, None]
    paid = (drawn["exit_cost"] + drawn["setup_cost"])[:, None] * leaves
    other = live * worth
    other[:, 0] -= drawn["setup_cost"]
    other[:, 1:] -= paid
    exits = np.zeros_like(other)
    exits[:, 1:] = paid + idle * (worth - rate[:, 1:])
    return fees, other, exits


def _compare(values: dict[str, Floats], level: float) -> pd.DataFrame:
    gap = values["build"] - values["outsource"]
    draws = {**values, "difference": gap}
    better = [float((gap > 0).mean()), float((gap < 0).mean()), np.nan]
    return pd.DataFrame(
        [
            {"option": name, "net_present_value": each.mean()} | _limits(each, level)
            for name, each in draws.items()
        ]
    ).assign(better=better, level=level)


def _limits(draws: Floats, level: float) -> dict[str, float]:
    lower, upper = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2])
    return {"lower": float(lower), "upper": float(upper)}


def _add_up(option: str, flow: Floats, level: float) -> pd.DataFrame:
    total = flow.cumsum(axis=1)
    rows = [
        {"option": option, "year": year, "value": total[:, year].mean()}
        | _limits(total[:, year], level)
        for year in range(total.shape[1])
    ]
    return pd.DataFrame(rows).assign(level=level)


def _break_even(
    ranges: dict[str, tuple[float, float, float]],
    values: dict[str, Floats],
    build: Floats,
    rent: Floats,
    fees: float,
) -> pd.DataFrame:
    """Fee, users and year at which both are worth the same on average."""
    gap = float(values["build"].mean() - values["outsource"].mean())
    # Fees are in proportion to fee and users, so both may be this many times what they are.
    times = 1 - gap / fees if fees > 0 else np.nan
    times = times if times > 0 else np.nan
    ahead = (build.mean(axis=0) - rent.mean(axis=0)).cumsum() > 0
    stays = np.logical_and.accumulate(ahead[::-1])[::-1]
    year = float(stays.argmax()) if stays.any() else np.nan
    rows = [
        ("fee", times * _middle(ranges["fee"]), _UNITS["fee"], _say_break_even(times, "fee")),
        ("users", times * _middle(ranges["users"]), _UNITS["users"],
         _say_break_even(times, "number of users")),
        ("year", year, "years from the start",
         "Building is never ahead in these years." if np.isnan(year)
         else f"From year {year:.0f} on, building is ahead on average and stays so."),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["measure", "value", "unit", "reading"])


def _middle(ends: tuple[float, float, float]) -> float:
    """Average of the range."""
    low, likely, high = ends
    return (low + high) / 2 if np.isnan(likely) else (low + likely + high) / 3


def _say_break_even(times: float, what: str) -> str:
    if np.isnan(times):
        return f"There is no {what} above 0 at which both are worth the same."
    return f"Both are worth the same at {times:.2f} times the {what} assumed; above it, build."


def _count_exits(leaves: np.ndarray, exits: Floats) -> pd.DataFrame:
    left = leaves.any(axis=1)
    cost = exits.sum(axis=1)
    return pd.DataFrame(
        {
            "probability": [float(left.mean())],
            "cost": [float(cost.mean())],
            "cost_if_left": [float(cost[left].mean()) if left.any() else np.nan],
        }
    )


def _assume(
    ranges: dict[str, tuple[float, float, float]],
    exit_chance: float,
    discount_rate: float,
    years: int,
) -> pd.DataFrame:
    """Every number that went in, with its range."""
    rows = [(name, *ends, _UNITS[name]) for name, ends in ranges.items()]
    for name, value, unit in (
        ("exit_chance", exit_chance, "a year"),
        ("discount_rate", discount_rate, "a year, fraction"),
        ("years", years, "years"),
    ):
        rows.append((name, value, value, value, unit))
    table = pd.DataFrame(rows, columns=["name", "low", "likely", "high", "unit"])
    table["likely"] = table["likely"].fillna((table["low"] + table["high"]) / 2)
    return table
