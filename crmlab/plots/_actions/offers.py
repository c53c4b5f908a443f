"""Pictures of what to offer next: offers and how good they are, moves up, resupply, wallets."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from crmlab._checks import check_choice, check_column
from crmlab._errors import InputError
from crmlab.plots._canvas import (
    BLUE,
    GREEN,
    INK,
    RED,
    SKY,
    check_table,
    finish,
    format_money,
    format_numbers,
    format_percent,
    make_axes,
    money,
    percent,
)

__all__ = [
    "plot_offer_validation",
    "plot_offers",
    "plot_resupply",
    "plot_share_of_wallet",
    "plot_upsell_paths",
]

_MEASURES = {"margin": "margin per customer (currency)", "hit rate": "hit rate (% of customers)"}
_MOST_BARS = 12


def plot_offers(offers: pd.DataFrame, *, currency: str = "", ax: Axes | None = None) -> Axes:
    """Draw what is offered, and what is to be expected of it.

    Parameters
    ----------
    offers : DataFrame
        As `next_best_offer` returns it: `decision`, `item`, `expected_margin`.
    currency : str, default=""
        Unit of money.
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If a column is missing, `offers` has no rows, or nobody gets an offer.

    Examples
    --------
    >>> offers = pd.DataFrame(
    ...     {"decision": ["offer", "offer", "no consent"], "item": ["tent", "gas", None],
    ...      "expected_margin": [9.0, 3.0, None]}
    ... )
    >>> plot_offers(offers).get_title()
    '2 offers of 3 customers are worth 12; tent brings most'
    """
    check_table("offers", offers, ["decision", "item", "expected_margin"])
    made = offers[offers["decision"] == "offer"]
    if made.empty:
        raise InputError("`offers` must hold an offer; nobody gets one.")
    by = made.groupby("item")["expected_margin"].agg(["sum", "size"])
    by = by.sort_values("sum", ascending=False, kind="stable").head(_MOST_BARS)
    at = np.arange(len(by))[::-1]
    ax = make_axes(ax)
    bars = ax.barh(at, by["sum"], color=BLUE)
    ax.set_yticks(at, [str(each) for each in by.index])
    ax.bar_label(bars, [f"{n:,} offers" for n in by["size"]], padding=3, fontsize=9)
    ax.margins(x=0.15)
    format_money(ax.xaxis)
    n = offers["customer_id"].nunique() if "customer_id" in offers else len(offers)
    total = f"{money(float(made['expected_margin'].sum()))} {currency}".strip()
    return finish(
        ax,
        title=f"{len(made):,} offers of {n:,} customers are worth {total}; "
        f"{by.index[0]} brings most",
        x=f"expected margin ({currency or 'currency'})",
        y="item",
        grid=False,
    )


def plot_offer_validation(
    table: pd.DataFrame, *, measure: str = "margin", currency: str = "", ax: Axes | None = None
) -> Axes:
    """Draw what each way to choose offers would have brought, by both splits.

    Parameters
    ----------
    table : DataFrame
        As `validate_offers` returns it.
    measure : {"margin", "hit rate"}, default="margin"
        Which one is drawn.
    currency : str, default=""
        Unit of money.
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If a column is missing, `table` has no rows, or `measure` is not one of the two.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"split": "time-ordered", "method": ["next best offer", "popularity"],
    ...      "measure": "margin", "estimate": [9.0, 6.0], "lower": [8.0, 5.0],
    ...      "upper": [10.0, 7.0], "gain": [3.0, 0.0], "gain_lower": [1.0, 0.0],
    ...      "gain_upper": [5.0, 0.0]}
    ... )
    >>> plot_offer_validation(table).get_title()
    'The next best offer brings 9, popularity 6: better'
    """
    check_choice("measure", measure, _MEASURES)
    numbers = ["estimate", "lower", "upper", "gain_lower", "gain_upper"]
    check_table("table", table, ["split", "method", "measure", *numbers])
    table = table[table["measure"] == measure]
    if table.empty:
        raise InputError(f"`table` must hold the measure {measure!r}; it does not.")
    methods = list(dict.fromkeys(table["method"]))
    ax = make_axes(ax)
    looks = {"time-ordered": (BLUE, "o", 0.0), "random customers": (INK, "s", -0.22)}
    for split, rows in table.groupby("split", sort=False):
        color, marker, shift = looks.get(str(split), (GREEN, "o", 0.0))
        y = np.array([len(methods) - 1 - methods.index(each) for each in rows["method"]]) + shift
        middle, lower, upper = (rows[name].to_numpy(dtype=float) for name in numbers[:3])
        ax.errorbar(
            middle, y, xerr=[middle - lower, upper - middle], fmt=marker, color=color, capsize=3,
            label=str(split),
        )  # fmt: skip
    ax.set_yticks(np.arange(len(methods))[::-1], methods)
    ax.set_ylim(-0.6, len(methods) - 0.4)
    ax.legend(fontsize=9, frameon=False, loc="best")
    (format_money if measure == "margin" else format_percent)(ax.xaxis)
    unit = _MEASURES[measure].replace("currency", currency or "currency")
    return finish(
        ax, title=_judgement(table, measure, currency), x=unit, y="way to choose", grid=False
    )


def _judgement(table: pd.DataFrame, measure: str, currency: str) -> str:
    first = table[table["split"] == table["split"].iloc[0]].set_index("method")
    if not {"next best offer", "popularity"} <= set(first.index):
        return f"{measure} of {len(first)} ways to choose".capitalize()
    best, usual = first.loc["next best offer"], first.loc["popularity"]

    def write(number: float) -> str:
        if measure == "hit rate":
            return percent(number)
        return f"{money(number)} {currency}".strip()

    verdict = "no clear difference"
    if best["gain_lower"] > 0:
        verdict = "better"
    elif best["gain_upper"] < 0:
        verdict = "worse"
    verb = "brings" if measure == "margin" else "hits"
    return (
        f"The next best offer {verb} {write(best['estimate'])}, popularity "
        f"{write(usual['estimate'])}: {verdict}"
    )


def plot_upsell_paths(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how often customers move between tiers, beside what unrelated purchases would show.

    Parameters
    ----------
    table : DataFrame
        As `upsell_paths` returns it.
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If a column is missing, `table` has no rows, or nobody bought again.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"tier": ["basic", "basic"], "next_tier": ["premium", "(none)"], "move": ["up", "none"],
    ...      "n_purchases": 10, "n_moves": [3, 7], "probability": [0.3, 0.7],
    ...      "lower": [0.1, 0.4], "upper": [0.6, 0.9], "if_unrelated": [0.25, 0.75]}
    ... )
    >>> plot_upsell_paths(table).get_title()
    '30% of purchases are followed by a higher tier, 25% if tiers were unrelated'
    """
    names = ["probability", "lower", "upper", "if_unrelated"]
    check_table("table", table, ["tier", "next_tier", "move", "n_purchases", "n_moves", *names])
    moves = table[table["move"] != "none"]
    if moves.empty:
        raise InputError("`table` must hold a move; nobody bought again within the horizon.")
    middle, lower, upper, unrelated = (check_column(moves, name) for name in names)
    y = np.arange(len(moves))[::-1]
    color = [{"up": GREEN, "down": RED}.get(move, INK) for move in moves["move"]]
    ax = make_axes(ax)
    ax.hlines(y, lower, upper, color=color, linewidth=2)
    ax.scatter(middle, y, color=color, zorder=3)
    ax.scatter(unrelated, y, marker="|", s=180, color="black", label="if tiers were unrelated")
    ax.set_yticks(y, [f"{a} → {b}" for a, b in zip(moves["tier"], moves["next_tier"], strict=True)])
    ax.set_ylim(-0.6, len(moves) - 0.4)
    ax.set_xlim(left=0)
    ax.legend(fontsize=9, frameon=False, loc="best")
    format_percent(ax.xaxis)
    up = (moves["move"] == "up").to_numpy()
    n = moves["n_purchases"].to_numpy(dtype=float)
    total = float(table.drop_duplicates("tier")["n_purchases"].sum())
    share = float(moves["n_moves"].to_numpy(dtype=float)[up].sum()) / total
    chance = float((unrelated * n)[up].sum()) / total
    return finish(
        ax,
        title=f"{percent(share)} of purchases are followed by a higher tier, {percent(chance)} if "
        "tiers were unrelated",
        x="probability of the next purchase (% of purchases)",
        y="move",
        grid=False,
    )


def plot_resupply(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how far customers are on the way to their next purchase.

    Parameters
    ----------
    table : DataFrame
        As `resupply` returns it: `status`, `days_since_last`, `median_days`.
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
    >>> table = pd.DataFrame(
    ...     {"status": ["due", "not yet", "overdue"], "days_since_last": [30, 5, 300],
    ...      "median_days": 30.0}
    ... )
    >>> plot_resupply(table).get_title()
    '33% are due now, 33% are overdue'
    """
    check_table("table", table, ["status", "days_since_last", "median_days"])
    since, usual = (check_column(table, name) for name in ("days_since_last", "median_days"))
    ratio = np.minimum(since / np.maximum(usual, 1e-9), 5.0)
    ax = make_axes(ax)
    edges = np.linspace(0, 5, 26)
    status = table["status"].to_numpy()
    colors = {"not yet": SKY, "due": GREEN, "overdue": RED}
    shown = [name for name in colors if (status == name).any()]
    ax.hist(
        [ratio[status == name] for name in shown], bins=edges.tolist(), stacked=True,
        color=[colors[name] for name in shown], label=shown,
    )  # fmt: skip
    ax.axvline(1, color=INK, linestyle="--", linewidth=1)
    ax.legend(fontsize=9, frameon=False)
    format_numbers(ax.yaxis)
    due, late = (float((status == name).mean()) for name in ("due", "overdue"))
    return finish(
        ax,
        title=f"{percent(due)} are due now, {percent(late)} are overdue",
        x="days since the last purchase over the usual interval (1 = due; 5 = 5 or more)",
        y="customers and items (number)",
    )


def plot_share_of_wallet(
    table: pd.DataFrame, *, currency: str = "", ax: Axes | None = None
) -> Axes:
    """Draw what is spent on each item, and what similar customers say could be.

    Parameters
    ----------
    table : DataFrame
        As ``share_of_wallet(..., by="item")`` returns it: `item`, `spent`, `open`.
    currency : str, default=""
        Unit of money.
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If a column is missing, `table` has no rows, or it has one row per customer.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"item": ["tent", "gas"], "spent": [60.0, 30.0], "open": [40.0, 10.0]}
    ... )
    >>> plot_share_of_wallet(table).get_title()
    'Ours is 64% of the wallet; tent has most open, 40'
    """
    if "n_peers" in getattr(table, "columns", []):
        raise InputError('`table` must have one row per item; make it with by="item".')
    check_table("table", table, ["item", "spent", "open"])
    whole = float(table["spent"].sum() + table["open"].sum())
    shown = table.sort_values("open", ascending=False, kind="stable").head(_MOST_BARS)
    y = np.arange(len(shown))[::-1]
    spent, left = (check_column(shown, name) for name in ("spent", "open"))
    ax = make_axes(ax)
    ax.barh(y, spent, color=BLUE, label="ours")
    ax.barh(y, left, left=spent, color="white", edgecolor=BLUE, hatch="///", label="open")
    ax.set_yticks(y, [str(each) for each in shown["item"]])
    ax.legend(fontsize=9, frameon=False)
    format_money(ax.xaxis)
    share = float(table["spent"].sum()) / whole if whole > 0 else 1.0
    amount = f"{money(float(left[0]))} {currency}".strip()
    most = shown["item"].iloc[0]
    return finish(
        ax,
        title=f"Ours is {percent(share)} of the wallet; {most} has most open, {amount}",
        x=f"spend, as similar customers would ({currency or 'currency'})",
        y="item",
        grid=False,
    )
