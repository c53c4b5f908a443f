"""Pictures of whom campaigns reach, and what their limits cost."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from crmlab._checks import check_column
from crmlab.plots._canvas import (
    BLUE,
    INK,
    RED,
    check_table,
    finish,
    format_money,
    format_percent,
    make_axes,
    money,
    note,
    percent,
)

__all__ = ["plot_allocation", "plot_targeting"]

_LIMITS = {
    "budget": "budget",
    "channel_capacity": "capacity of {}",
    "offer_max": "most of {}",
    "offer_min": "fewest of {}",
}


def plot_allocation(duals: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw how far each limit of a plan is used; those that hold profit back are dark.

    Parameters
    ----------
    duals : DataFrame
        As `allocate_contacts` returns it: `limit`, `of`, `allowed`, `used`, `price`.
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If a column is missing or `duals` has no rows.

    Examples
    --------
    >>> from crmlab.campaigns import allocate_contacts
    >>> value = pd.DataFrame({"camp": [9.0, 7, 4, 2], "books": [3.0, 6, 5, 1]})
    >>> found = allocate_contacts(value, cost=1, budget=3, offer_max={"camp": 2})
    >>> plot_allocation(found.duals).get_title()
    'Profit is held back by the budget: one unit more adds up to ...'
    """
    check_table("duals", duals, ["limit", "of", "allowed", "used", "price"])
    allowed, used, price = (
        check_column(duals, name, what="`duals`") for name in ("allowed", "used", "price")
    )
    names = [
        _LIMITS.get(str(kind), str(kind)).format(of)
        for kind, of in zip(duals["limit"], duals["of"], strict=True)
    ]
    share = np.divide(used, allowed, out=np.ones(used.size), where=allowed > 0)
    ax = make_axes(ax)
    place = np.arange(len(names))[::-1]
    held = price > 1e-9 * max(price.max(), 1e-300)
    ax.barh(place, share, color=[BLUE if each else "0.75" for each in held], height=0.7)
    ax.axvline(1, color=INK, linewidth=0.8)
    asked = (duals["limit"] == "offer_min").to_numpy()
    for i in np.flatnonzero(held):
        text = f"up to +{money(price[i])} for one {'fewer' if asked[i] else 'more'}"
        note(ax, text, (share[i], place[i]), (4, 0), ha="left", va="center")
    ax.set_yticks(place, names)
    ax.set_xlim(0, max(1.0, float(share.max())) * 1.35)
    format_percent(ax.xaxis)
    title = "No limit holds profit back"
    if held.any():
        most = int(price.argmax())
        verb = "one fewer asked for" if asked[most] else "one unit more"
        title = f"Profit is held back by the {names[most]}: {verb} adds up to {money(price[most])}"
    return finish(ax, title=title, x="used, of what is allowed or asked for (%)", y="limit")


def plot_targeting(table: pd.DataFrame, *, currency: str = "", ax: Axes | None = None) -> Axes:
    """Draw what mass, segment and one-to-one marketing earn with one budget.

    Parameters
    ----------
    table : DataFrame
        As `compare_targeting` returns it: `policy`, `cost`, `estimate`, `lower`, `upper`, `level`.
    currency : str, default=""
        Written on the axis.
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
    >>> from crmlab.campaigns import compare_targeting
    >>> table = compare_targeting([9, 8, 1, 0] * 25, cost=2, true_value=[10, 6, 2, 0] * 25)
    >>> plot_targeting(table).get_title()
    'One-to-one earns most: 300, mass 250'
    """
    check_table("table", table, ["policy", "cost", "estimate", "lower", "upper", "level"])
    estimate, lower, upper, cost, level = (
        check_column(table, name, what="`table`", negative=True)
        for name in ("estimate", "lower", "upper", "cost", "level")
    )
    names = table["policy"].astype("str").tolist()
    ax = make_axes(ax)
    place = np.arange(len(names))
    colours = [RED if value < 0 else BLUE for value in estimate]
    ax.bar(place, estimate, color=colours, width=0.6)
    ax.errorbar(place, estimate, yerr=[estimate - lower, upper - estimate], fmt="none",
                color=INK, capsize=4, linewidth=1.2)  # fmt: skip
    ax.axhline(0, color=INK, linewidth=0.8)
    labels = [f"{name}\nspent {money(each)}" for name, each in zip(names, cost, strict=True)]
    ax.set_xticks(place, labels)
    ax.margins(y=0.15)
    format_money(ax.yaxis)
    best, worst = int(estimate.argmax()), int(estimate.argmin())
    title = f"{names[best].capitalize()} earns {money(estimate[best])}"
    if best != worst:
        title = (
            f"{names[best].capitalize()} earns most: {money(estimate[best])}, "
            f"{names[worst]} {money(estimate[worst])}"
        )
    return finish(
        ax,
        title=title,
        x="policy",
        y=f"profit ({currency or 'currency'}; {percent(level[0])} limits)",
    )
