"""Pictures of segments: what they bring, who moves, how many there are, which ranking pays."""

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
    format_percent,
    make_axes,
    money,
    percent,
)

__all__ = ["plot_migration", "plot_rankings", "plot_segment_counts", "plot_segments"]

_MONEY = {"revenue_before": "of the earlier period", "revenue_after": "of the later period"}
_MOST_NUMBERS = 14  # cells in a row that have room for a number


def plot_segments(profile: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw the share of customers and the share of value of each segment, side by side.

    Parameters
    ----------
    profile : DataFrame
        As `profile_segments` returns it: `segment`, `customer_share` and `value_share`
        (fractions).
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If a column is missing, there are no rows, or a share is missing.

    Examples
    --------
    >>> profile = pd.DataFrame(
    ...     {"segment": ["a", "b"], "customer_share": [0.2, 0.8], "value_share": [0.7, 0.3]}
    ... )
    >>> plot_segments(profile).get_title()
    'a: 20% of customers, 70% of value'
    """
    check_table("profile", profile, ["segment", "customer_share", "value_share"])
    customers = check_column(profile, "customer_share")
    value = check_column(profile, "value_share", negative=True)
    names = [str(name) for name in profile["segment"]]
    ax = make_axes(ax)
    at = np.arange(len(profile))
    ax.barh(at - 0.2, customers, height=0.4, color=SKY, label="customers")
    ax.barh(at + 0.2, value, height=0.4, color=BLUE, label="value")
    ax.set_yticks(at, names)
    ax.invert_yaxis()
    format_percent(ax.xaxis)
    ax.legend(fontsize=8, frameon=False)
    best = int(np.argmax(value - customers))
    finish(
        ax,
        title=f"{names[best]}: {percent(customers[best])} of customers, "
        f"{percent(value[best])} of value",
        x="share of all (%)",
        y="segment",
        grid=False,
    )
    ax.grid(axis="x", alpha=0.3)
    return ax


def plot_migration(moves: pd.DataFrame, *, of: str = "n_customers", ax: Axes | None = None) -> Axes:
    """Draw where the customers, or the money, of each segment went, as a heat map.

    Each row adds up to 100 %. Segments nobody was in are left out.

    Parameters
    ----------
    moves : DataFrame
        As `migration_matrix` returns it: `before`, `after` (segments), `n_customers`,
        `revenue_before` and `revenue_after` (currency).
    of : {"n_customers", "revenue_before", "revenue_after"}, default="n_customers"
        What is shared out.
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If a column is missing, `of` is another word, or there is nothing to share out.

    Examples
    --------
    >>> moves = pd.DataFrame({
    ...     "before": ["a", "a", "b", "b"], "after": ["a", "(lost)", "a", "(lost)"],
    ...     "n_customers": [6, 4, 1, 9], "revenue_before": [60.0, 20.0, 5.0, 9.0],
    ...     "revenue_after": [70.0, 0.0, 30.0, 0.0],
    ... })
    >>> plot_migration(moves).get_title()
    '65% of the earlier customers bought no more, 30% stayed in their segment'
    """
    check_table("moves", moves, ["before", "after", "n_customers", *_MONEY])
    check_choice("of", of, ["n_customers", *_MONEY])
    table = _share_out(moves, of)
    ax = make_axes(ax)
    ax.imshow(table.to_numpy(), cmap="Blues", vmin=0, vmax=1, aspect="auto")
    ax.set_xticks(range(table.shape[1]), table.columns, rotation=40, ha="right", fontsize=8)
    ax.set_yticks(range(len(table)), table.index, fontsize=8)
    if table.shape[1] <= _MOST_NUMBERS:
        shares = table.to_numpy()
        for row, column in np.argwhere(~np.isnan(shares)):
            part = shares[row, column]
            ax.text(
                column, row, f"{100 * part:.0f}", ha="center", va="center", fontsize=7,
                color="white" if part > 0.6 else "black",
            )  # fmt: skip
    what = "customers" if of == "n_customers" else f"revenue {_MONEY[of]}"
    return finish(
        ax,
        title=_migration_title(moves),
        x=f"segment in the later period (% of the row's {what})",
        y="segment in the earlier period",
        grid=False,
    )


def _share_out(moves: pd.DataFrame, of: str) -> pd.DataFrame:
    """Rows of shares, in the order in which the table names its segments."""
    order = {side: list(dict.fromkeys(moves[side].astype(str))) for side in ("before", "after")}
    sums = moves.assign(before=moves["before"].astype(str), after=moves["after"].astype(str))
    table = sums.pivot_table(index="before", columns="after", values=of, aggfunc="sum")
    table = table.reindex(index=order["before"], columns=order["after"])
    table = table.loc[table.sum(axis=1) > 0, table.sum() > 0].astype(float)
    if table.empty:
        raise InputError(f"`moves` must hold something above zero in `{of}` to share out.")
    return table.div(table.sum(axis=1), axis=0)


def _migration_title(moves: pd.DataFrame) -> str:
    known = moves[moves["before"].astype(str) != "(won)"]
    n_customers = known["n_customers"].sum()
    if not n_customers:
        return "Nobody bought in the earlier period"
    after = known["after"].astype(str)
    lost = known.loc[after == "(lost)", "n_customers"].sum() / n_customers
    stayed = known.loc[after == known["before"].astype(str), "n_customers"].sum() / n_customers
    return (
        f"{percent(lost)} of the earlier customers bought no more, "
        f"{percent(stayed)} stayed in their segment"
    )


def plot_segment_counts(selection: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw silhouette and stability by number of segments, and the number chosen.

    Parameters
    ----------
    selection : DataFrame
        As `KMeansSegmenter` learns it in `selection_`: `n_segments`, `silhouette`, `stability`
        (at most 1) and `chosen`.
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If a column is missing or there are no rows, as where the number was given.

    Examples
    --------
    >>> selection = pd.DataFrame({
    ...     "n_segments": [2, 3], "silhouette": [0.3, 0.4], "stability": [0.7, 0.9],
    ...     "chosen": [False, True],
    ... })
    >>> plot_segment_counts(selection).get_title()
    '3 segments: silhouette 0.40, stability 0.90'
    """
    check_table("selection", selection, ["n_segments", "silhouette", "stability", "chosen"])
    ax = make_axes(ax)
    k = selection["n_segments"].astype(int)
    ax.plot(k, selection["stability"].astype(float), "o-", color=BLUE, label="stability")
    ax.plot(k, selection["silhouette"].astype(float), "s--", color=GREEN, label="silhouette")
    chosen = selection[selection["chosen"].astype(bool)]
    title = "No number of segments was chosen"
    if len(chosen):
        best = chosen.iloc[0]
        ax.axvline(int(best["n_segments"]), color=INK, linewidth=1, linestyle=":")
        title = (
            f"{int(best['n_segments'])} segments: silhouette {best['silhouette']:.2f}, "
            f"stability {best['stability']:.2f}"
        )
    ax.set_xticks(k)
    ax.set_ylim(min(0.0, float(selection["silhouette"].min())), 1.02)
    ax.legend(fontsize=8, frameon=False)
    return finish(ax, title=title, x="segments (number)", y="index (1 = best)")


def plot_rankings(rankings: pd.DataFrame, *, currency: str = "", ax: Axes | None = None) -> Axes:
    """Draw the money that the best customers by each ranking hold, beside the most they could.

    Parameters
    ----------
    rankings : DataFrame
        As `compare_rankings` returns it: `ranked_by`, `money` (names), `amount`, `best` and
        `missed` (currency).
    currency : str, default=""
        Written on the axis of amounts.
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If a column is missing or there are no rows.

    Examples
    --------
    >>> rankings = pd.DataFrame({
    ...     "ranked_by": ["loyalty", "profit"], "money": ["profit", "profit"],
    ...     "amount": [40.0, 100.0], "best": [100.0, 100.0], "missed": [60.0, 0.0],
    ... })
    >>> plot_rankings(rankings).get_title()
    'Choosing by loyalty misses 60 of 100 in profit'
    """
    check_table("rankings", rankings, ["ranked_by", "money", "amount", "best", "missed"])
    ax = make_axes(ax)
    kinds = list(dict.fromkeys(rankings["money"]))
    names = list(dict.fromkeys(rankings["ranked_by"]))
    width = 0.8 / len(kinds)
    colours = [BLUE, SKY, GREEN, RED]
    for at, kind in enumerate(kinds):
        rows = rankings[rankings["money"] == kind].set_index("ranked_by").reindex(names)
        place = np.arange(len(names)) + (at - (len(kinds) - 1) / 2) * width
        colour = colours[at % len(colours)]
        ax.bar(place, rows["amount"], width=width, color=colour, label=_words(kind))
        ax.hlines(rows["best"], place - width / 2, place + width / 2, color=INK, linewidth=1.2)
    ax.set_xticks(range(len(names)), [_words(name) for name in names])
    ax.axhline(0, color=INK, linewidth=0.8)
    format_money(ax.yaxis)
    ax.margins(y=0.2)
    ax.legend(loc="upper center", ncols=len(kinds), fontsize=8, frameon=False)
    worst = rankings.iloc[int(np.argmax(rankings["missed"]))]
    title = "Every ranking finds the same money"
    if worst["missed"] > 0:
        title = (
            f"Choosing by {_words(worst['ranked_by'])} misses {money(worst['missed'])} of "
            f"{money(worst['best'])} in {_words(worst['money'])}"
        )
    unit = f"amount ({currency})" if currency else "amount (currency)"
    return finish(ax, title=title, x="best customers chosen by", y=f"{unit}; line: the most")


def _words(name: str) -> str:
    return str(name).replace("_", " ")
