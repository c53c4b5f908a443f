"""Pictures of winning customers: cost, payback, chains of recommendations and their reward."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from crmlab._checks import check_column, check_count, check_number
from crmlab._errors import InputError
from crmlab._types import Floats
from crmlab.plots._canvas import (
    BLUE,
    CLEAR,
    GREEN,
    INK,
    RED,
    SKY,
    check_table,
    finish,
    format_money,
    make_axes,
    money,
    note,
)

__all__ = [
    "plot_acquisition_cost",
    "plot_payback",
    "plot_referral_growth",
    "plot_referral_value",
    "plot_reward",
]

_LOOKS = [(BLUE, "-"), (RED, "--"), (GREEN, "-."), (SKY, ":"), (INK, (0, (5, 1)))]


def plot_acquisition_cost(
    table: pd.DataFrame, *, currency: str = "", ax: Axes | None = None
) -> Axes:
    """Draw the cost of a new customer by channel, in its parts, with its limits.

    Parameters
    ----------
    table : DataFrame
        As `acquisition_cost` returns it by channel: `channel`, `n_customers`, `direct`,
        `overhead`, `welcome`, `estimate`, `lower`, `upper`. Channels through which nobody came are
        left out and named.
    currency : str, default=""
        Name of the currency.
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If a column is missing, a channel has several rows, or nobody came at all.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"channel": ["tv", "web"], "n_customers": [10, 20], "direct": [900.0, 600],
    ...      "overhead": [100.0, 100], "welcome": 0.0, "estimate": [100.0, 35],
    ...      "lower": [60.0, 25], "upper": [180.0, 52]}
    ... )
    >>> plot_acquisition_cost(table, currency="EUR").get_title()
    'A new customer costs from 35 EUR (web) to 100 EUR (tv)'
    """
    parts = ["direct", "overhead", "welcome"]
    check_table("table", table, ["channel", "n_customers", *parts, "estimate", "lower", "upper"])
    if table["channel"].duplicated().any():
        raise InputError("`table` must have one row for each channel; some have several.")
    came = table[table["n_customers"] > 0].sort_values("estimate", kind="stable")
    if came.empty:
        raise InputError("`table` must have a channel through which somebody came; it has none.")
    n, cost = (came[name].to_numpy(dtype=float) for name in ("n_customers", "estimate"))
    names = came["channel"].astype(str).tolist()
    ax = make_axes(ax)
    at, below = np.arange(len(names)), np.zeros(len(names))
    for name, colour in zip(parts, [BLUE, SKY, GREEN], strict=True):
        height = came[name].to_numpy(dtype=float) / n
        if height.any():
            ax.bar(at, height, bottom=below, color=colour, width=0.6, label=name)
            below = below + height
    limits = [cost - came["lower"], came["upper"] - cost]
    ax.errorbar(at, cost, limits, fmt="none", ecolor=INK, capsize=3)
    ax.set_xticks(at, names)
    ax.legend(fontsize=9, frameon=False, loc="upper left")
    format_money(ax.yaxis)
    unit = f" {currency}".rstrip()
    lost = sorted(set(table["channel"].astype(str)) - set(names))
    return finish(
        ax,
        title=f"A new customer costs from {money(cost[0])}{unit} ({names[0]}) to "
        f"{money(cost[-1])}{unit} ({names[-1]})"
        + (f"; nobody came through {', '.join(lost)}" if lost else ""),
        x="channel",
        y=f"cost per new customer ({currency or 'currency'})",
    )


def plot_payback(
    curve: pd.DataFrame, *, unit: str = "months", currency: str = "", ax: Axes | None = None
) -> Axes:
    """Draw how far a new customer is from having paid back what winning it cost.

    Parameters
    ----------
    curve : DataFrame
        As `payback_curve` returns it: `tenure`, `cost`, `estimate`, `lower`, `upper`, and `group`
        where there are several, of which five at most are drawn.
    unit : str, default="months"
        What periods are called.
    currency : str, default=""
        Name of the currency.
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If a column is missing, `curve` has no rows, or there are more than five groups.

    Examples
    --------
    >>> from crmlab.acquisition import payback_curve
    >>> plot_payback(payback_curve(pd.DataFrame([[20.0] * 4] * 3), 50)).get_title()
    'What winning a customer cost is back after 2.5 months'
    """
    check_table("curve", curve, ["tenure", "cost", "estimate", "lower", "upper"])
    if curve["tenure"].duplicated().any():
        check_table("curve", curve, ["group"])
    several = "group" in curve
    groups = {"all": curve}
    if several:
        groups = {str(name): rows for name, rows in curve.groupby("group", sort=True)}
    if len(groups) > len(_LOOKS):
        raise InputError(f"`curve` must have at most five groups; got {len(groups)}. Choose some.")
    ax = make_axes(ax)
    ax.axhline(0, color=INK, linewidth=0.8)
    back = {}
    for (name, table), (colour, line) in zip(groups.items(), _LOOKS, strict=False):
        table = table.sort_values("tenure")
        t = check_column(table, "tenure", what="`curve`")
        owed = check_column(table, "cost", what="`curve`")
        net = check_column(table, "estimate", what="`curve`", negative=True) - owed
        ax.plot(t, net, color=colour, linestyle=line, linewidth=2, label=name)
        if len(groups) == 1:
            ax.fill_between(
                t, table["lower"] - owed, table["upper"] - owed, color=colour, alpha=0.2
            )
        back[name] = _first_crossing(t, net)
    if several:
        ax.legend(fontsize=9, frameon=False, loc="lower right")
    ax.set_xlim(0, float(curve["tenure"].max()))
    format_money(ax.yaxis)
    return finish(
        ax,
        title=_say_payback(back, unit, float(curve["tenure"].max())),
        x=f"time since the customer came (number of {unit})",
        y=f"margin so far less cost, per customer ({currency or 'currency'})",
    )


def _first_crossing(t: Floats, net: Floats) -> float:
    """Where a line first reaches zero, between its points; infinite if it does not."""
    reached = np.flatnonzero(net >= 0)
    if not reached.size:
        return float("inf")
    at = reached[0]
    if at == 0:
        return float(t[0])
    return float(t[at - 1] - net[at - 1] * (t[at] - t[at - 1]) / (net[at] - net[at - 1]))


def _say_payback(back: dict[str, float], unit: str, last: float) -> str:
    first, late = min(back, key=back.__getitem__), max(back, key=back.__getitem__)
    never = f"not within {last:.0f} {unit}"
    when = {
        name: f"after {at:.1f} {unit}" if np.isfinite(at) else never for name, at in back.items()
    }
    if len(back) == 1:
        return f"What winning a customer cost is back {when[first]}"
    return f"The cost is back first for {first}, {when[first]}, and last for {late}, {when[late]}"


def plot_referral_value(
    table: pd.DataFrame, *, n_groups: int = 10, currency: str = "", ax: Axes | None = None
) -> Axes:
    """Draw the value of recommendations of customers who are worth much and little themselves.

    Parameters
    ----------
    table : DataFrame
        As `referral_value` returns it: `own` and `referral_value`; at least `n_groups` customers.
    n_groups : int, default=10
        Groups of equal size by `own`, at least 2.
    currency : str, default=""
        Name of the currency.
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If a column is missing, or there are fewer customers than groups.

    Examples
    --------
    >>> table = pd.DataFrame({"own": [9.0, 7, 3, 1], "referral_value": [0.0, 2, 5, 1]})
    >>> plot_referral_value(table, n_groups=2).get_title()
    'The most valuable 50% of customers bring 25% of what recommendations add'
    """
    check_table("table", table, ["own", "referral_value"])
    groups = check_count("n_groups", n_groups, minimum=2)
    if len(table) < min(groups, 2):
        raise InputError(f"`table` must have a customer for each of {groups} groups.")
    groups = min(groups, len(table))
    own, brought = (
        check_column(table, name, what="`table`", negative=True)
        for name in ("own", "referral_value")
    )
    # Customers of equal value are ordered by what they brought: row order must not matter.
    order = np.lexsort((-brought, -own))
    cut = np.array_split(order, groups)
    heights = np.array([[own[at].mean(), brought[at].mean()] for at in cut])
    ax = make_axes(ax)
    at = np.arange(1, groups + 1)
    ax.bar(at - 0.2, heights[:, 0], width=0.4, color=BLUE, label="own value")
    ax.bar(at + 0.2, heights[:, 1], width=0.4, color=RED, label="value of recommendations")
    ax.axhline(0, color=INK, linewidth=0.8)
    ax.set_xticks(at)
    ax.legend(fontsize=9, frameon=False)
    format_money(ax.yaxis)
    total = brought.sum()
    share = f"{brought[cut[0]].sum() / total:.0%}" if total > 0 else "nothing"
    return finish(
        ax,
        title=f"The most valuable {1 / groups:.0%} of customers bring {share} of what "
        "recommendations add",
        x="group of customers by own value (1 = most valuable)",
        y=f"mean per customer ({currency or 'currency'})",
    )


def plot_referral_growth(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how many customers there are after each generation, with the range of single futures.

    Parameters
    ----------
    table : DataFrame
        As `simulate_referrals` returns it: `generation`, `estimate`, `lower`, `upper`, `level`,
        `reproduction`.
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If a column is missing or `table` has no rows.

    Examples
    --------
    >>> from crmlab.acquisition import simulate_referrals
    >>> table = simulate_referrals(100, recommending=0.5, told=5, conversion=0.1)
    >>> plot_referral_growth(table).get_title()
    'Each customer brings 0.25: 100 become 133 in 10 generations'
    """
    check_table(
        "table", table, ["generation", "estimate", "lower", "upper", "level", "reproduction"]
    )
    table = table.sort_values("generation")
    step, mean, low, high = (
        check_column(table, name, what="`table`")
        for name in ("generation", "estimate", "lower", "upper")
    )
    ax = make_axes(ax)
    level = f"{table['level'].iloc[0]:.0%} of futures"
    ax.fill_between(step, low, high, color=BLUE, alpha=0.2, label=level)
    ax.plot(step, mean, color=BLUE, linewidth=2.5, marker="o", markersize=4, label="mean")
    ax.set_ylim(0)
    ax.legend(fontsize=9, frameon=False, loc="lower right")
    format_money(ax.yaxis)
    brings = float(table["reproduction"].iloc[0])
    return finish(
        ax,
        title=f"Each customer brings {brings:.2f}: {money(mean[0])} become {money(mean[-1])} in "
        f"{step[-1]:.0f} generations",
        x="generation (number)",
        y="customers so far (number)",
    )


def plot_reward(
    table: pd.DataFrame, *, chosen: float | None = None, currency: str = "", ax: Axes | None = None
) -> Axes:
    """Draw what recommendations add by the reward for them, and mark the best.

    Parameters
    ----------
    table : DataFrame
        As `reward_curve` returns it: `reward`, `gain` and `best`.
    chosen : float, optional
        Reward to be marked as well, 0 or more.
    currency : str, default=""
        Name of the currency.
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If a column is missing, `table` has no rows, or `chosen` is negative.

    Examples
    --------
    >>> table = pd.DataFrame({"reward": [0, 10, 20], "gain": [80.0, 120, 110], "best": 13.0})
    >>> plot_reward(table, currency="EUR").get_title()
    'Best reward: 13 EUR for each success'
    """
    check_table("table", table, ["reward", "gain", "best"])
    table = table.sort_values("reward")
    reward = check_column(table, "reward", what="`table`")
    gain = check_column(table, "gain", what="`table`", negative=True)
    best = float(table["best"].iloc[0])
    ax = make_axes(ax)
    ax.axhline(0, color=INK, linewidth=0.8)
    ax.plot(reward, gain, color=BLUE, linewidth=2.5)
    ax.axvline(best, color=GREEN, linestyle="--", linewidth=1.5)
    amount = f"{money(best)} {currency}".strip()
    note(ax, f"best {amount}", (best, float(gain.min())), (4, 2), ha="left", color=GREEN)
    if chosen is not None:
        at = check_number("chosen", chosen, low=0)
        ax.axvline(at, color=RED, linestyle=":", linewidth=2)
        said = f"chosen {money(at)} {currency}".strip()
        note(ax, said, (at, float(gain.min())), (4, 16), ha="left", color=RED, bbox=CLEAR)
    format_money(ax.xaxis)
    format_money(ax.yaxis)
    paid = f"Best reward: {amount} for each success"
    return finish(
        ax,
        title=paid if best > 0 else "No reward pays: those who recommend do so without one",
        x=f"reward for each success ({currency or 'currency'})",
        y=f"added by recommendations ({currency or 'currency'})",
    )
