"""Mass, segment or one-to-one: sliders over the cost of a contact, the margin, and of knowing."""

import html
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import ipywidgets
import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from crmlab._checks import check_number
from crmlab._errors import InputTypeError
from crmlab._types import Floats
from crmlab.closed_loop import price_targeting

__all__ = ["TargetingView", "targeting_explorer", "targeting_view"]

_AXES = (0.16, 0.12, 0.80, 0.78)
_COLOURS = ["#d55e00", "#0173b2", "#029e73"]  # told apart by colour-blind readers, too


@dataclass(frozen=True)
class TargetingView:
    """What three ways of targeting earn in a year, and which of them earns most.

    Attributes
    ----------
    table : DataFrame
        By `policy`: `n_contacted`, `estimate`, `lower`, `upper`, in currency a year.
    best : str
        Way that earns most, or "nobody" where no way earns anything.
    sure : bool
        Whether the best is above each other way in the limits of the difference.
    worth : float
        Most that knowing each customer may cost in a year to earn as much as the better of mass
        and segment targeting, in currency; below 0, not even for nothing.
    """

    table: pd.DataFrame
    best: str
    sure: bool
    worth: float


def targeting_view(
    bases: pd.DataFrame,
    *,
    margin: float,
    cost_per_contact: float,
    cost_of_knowing: float,
    cost_of_segments: float = 0.0,
    budget: float | None = None,
    campaigns: int = 4,
) -> TargetingView:
    """Describe which way of targeting wins at a cost of contact, a margin and a cost of knowing.

    Parameters
    ----------
    bases : DataFrame
        `Targeting.bases` of `crmlab.closed_loop.simulate_targeting`, of one share learned from.
    margin, cost_per_contact, cost_of_knowing, cost_of_segments, budget, campaigns
        As for `crmlab.closed_loop.price_targeting`; one cost of a contact.

    Returns
    -------
    TargetingView

    Raises
    ------
    InputError
        If a number is out of range, or `bases` lacks a column.
    InputTypeError
        If an argument has the wrong type.

    Examples
    --------
    >>> bases = pd.DataFrame(
    ...     {"seed": [0] * 4 + [1] * 4, "customer_id": list("abcdabcd"), "learned": 1.0,
    ...      "score": [0.9, 0.8, 0.1, 0.0] * 2, "segment": list("xyxy") * 2,
    ...      "effect": [1, 1, 0, 0, 1, 1, 0, 0]}
    ... )
    >>> view = targeting_view(bases, margin=9, cost_per_contact=3, cost_of_knowing=2, campaigns=1)
    >>> view.best, view.worth
    ('one-to-one', 6.0)
    """
    cost = check_number("cost_per_contact", cost_per_contact, low=0, open_low=True)
    found = price_targeting(
        bases, margin=margin, cost_per_contact=cost, cost_of_knowing=cost_of_knowing,
        cost_of_segments=cost_of_segments, budget=budget, campaigns=campaigns,
    )  # fmt: skip
    table = found.table.set_index("policy")
    profit = dict(zip(table.index, table["estimate"].tolist(), strict=True))
    each = found.by_seed.pivot(index="seed", columns="policy", values="estimate")
    best = max(profit, key=lambda name: profit[name])
    rivals = [*each.drop(columns=best).to_numpy().T, np.zeros(len(each))]
    sure = all(_is_above(each[best].to_numpy() - rival) for rival in rivals)
    return TargetingView(
        table=table[["n_contacted", "estimate", "lower", "upper"]],
        best=best if profit[best] > 0 else "nobody",
        sure=sure,
        worth=cost_of_knowing + profit["one-to-one"] - max(profit["mass"], profit["segment"]),
    )


def _is_above(difference: Floats) -> bool:
    """Whether a mean over companies is above 0 by two standard errors."""
    error = difference.std(ddof=1) / np.sqrt(difference.size)
    return bool(difference.mean() > 2 * error)


def targeting_explorer(
    bases: pd.DataFrame,
    *,
    margin: float,
    cost_per_contact: float,
    cost_of_knowing: float,
    cost_of_segments: float = 0.0,
    budget: float | None = None,
    campaigns: int = 4,
    currency: str = "USD",
) -> ipywidgets.VBox:
    """Explore which way of targeting wins: three sliders, words and bars.

    Parameters
    ----------
    bases, cost_of_segments, budget, campaigns
        As for `targeting_view`.
    margin, cost_per_contact : float
        At the start, in currency, above 0. Their sliders go to three times as much.
    cost_of_knowing : float
        At the start, in currency a year, above 0. Its slider goes to three times as much.
    currency : str, default="USD"
        Printed after amounts, as plain text.

    Returns
    -------
    ipywidgets.VBox
        Its children are the sliders of the cost of a contact, of the margin and of the cost of
        knowing, the words (HTML) and the picture (Image).

    Raises
    ------
    InputError, InputTypeError
        As `targeting_view`, and if `currency` is not text.

    Examples
    --------
    >>> bases = pd.DataFrame(
    ...     {"seed": [0] * 4 + [1] * 4, "customer_id": list("abcdabcd"), "learned": 1.0,
    ...      "score": [0.9, 0.8, 0.1, 0.0] * 2, "segment": list("xyxy") * 2,
    ...      "effect": [1, 1, 0, 0, 1, 1, 0, 0]}
    ... )
    >>> box = targeting_explorer(bases, margin=9, cost_per_contact=3, cost_of_knowing=2)
    >>> contact, margin, knowing, words, picture = box.children
    >>> contact.value = 9.0
    >>> "Contacting <b>nobody</b>" in words.value
    True
    """
    if not isinstance(currency, str):
        raise InputTypeError(f"`currency` must be text; got {type(currency).__name__}.")
    starts: dict[str, Any] = {"cost_per_contact": cost_per_contact, "margin": margin,
              "cost_of_knowing": cost_of_knowing}  # fmt: skip
    tops = {
        name: 3 * check_number(name, value, low=0, open_low=True) for name, value in starts.items()
    }
    fixed: dict[str, Any] = {
        "cost_of_segments": cost_of_segments,
        "budget": budget,
        "campaigns": campaigns,
    }
    targeting_view(bases, **starts, **fixed)
    labels = ("Cost of a contact", "Margin of an order", "Knowing each, a year")
    sliders = [
        _make_slider(label, starts[name], top=tops[name])
        for label, name in zip(labels, starts, strict=True)
    ]
    words = ipywidgets.HTML()
    # No tooltip: in ipywidgets 8 a browser fails on an Image that has one.
    picture = ipywidgets.Image(format="png", layout={"width": "100%", "max_width": "640px"})

    def show(_: object = None) -> None:
        now = {name: slider.value for name, slider in zip(starts, sliders, strict=True)}
        view = targeting_view(bases, **now, **fixed)
        words.value = _write_words(view, html.escape(currency))
        picture.value = _draw_picture(view, currency)

    for slider in sliders:
        slider.observe(show, names="value")
    show()
    return ipywidgets.VBox([*sliders, words, picture])


def _make_slider(label: str, start: float, *, top: float) -> ipywidgets.FloatSlider:
    return ipywidgets.FloatSlider(
        value=float(start),
        min=top / 60,
        max=top,
        step=top / 60,
        readout_format=",.4g",
        description=label,
        continuous_update=False,
        style={"description_width": "12em"},
        layout={"width": "100%", "max_width": "640px"},
    )


def _write_words(view: TargetingView, currency: str) -> str:
    """Say in HTML what the picture shows, for those who cannot see it too."""
    said = ", ".join(
        f"{name} {row.estimate:,.0f} ({row.lower:,.0f} to {row.upper:,.0f})"
        for name, row in zip(view.table.index, view.table.itertuples(), strict=True)
    )
    if view.best == "nobody":
        first = "Contacting <b>nobody</b> is best: no way earns anything."
    else:
        doubt = "" if view.sure else ", but not beyond chance"
        first = f"<b>{view.best.capitalize()}</b> earns most{doubt}."
    worth = (
        f"Knowing each customer may cost up to <b>{view.worth:,.0f} {currency}</b> a year."
        if view.worth > 0
        else "Knowing each customer would not pay <b>even for nothing</b>."
    )
    return f"<p>{first} {worth} Profit of a year in {currency}: {said}.</p>"


def _draw_picture(view: TargetingView, currency: str) -> bytes:
    """Draw the profit of the three ways with limits, as PNG; pyplot stays closed."""
    figure = Figure(figsize=(6.4, 3.8), dpi=120)
    FigureCanvasAgg(figure)
    ax = figure.add_axes(_AXES)
    table = view.table
    unit, word = _unit_of(table)
    each = table / unit
    place = np.arange(len(table))
    ax.bar(place, each["estimate"], color=_COLOURS, width=0.6)
    error = [each["estimate"] - each["lower"], each["upper"] - each["estimate"]]
    ax.errorbar(place, each["estimate"], yerr=np.array(error), fmt="none", color="0.35", capsize=4)
    ax.axhline(0, color="0.6", linewidth=1)
    ax.set_xticks(place, table.index)
    ax.set_title(f"{view.best.capitalize()} earns most", fontsize=11)
    if view.best == "nobody":
        ax.set_title("No way earns anything", fontsize=11)
    ax.set_ylabel(f"profit of a year ({word}{currency})")
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:,.4g}")
    png = BytesIO()
    figure.savefig(png, format="png")
    return png.getvalue()


def _unit_of(table: pd.DataFrame) -> tuple[float, str]:
    """Unit of the axis, so that its numbers have few digits."""
    largest = float(table[["lower", "upper"]].abs().to_numpy().max())
    for unit, word in ((1e9, "billion "), (1e6, "million "), (1e3, "thousand ")):
        if largest >= 2 * unit:
            return unit, word
    return 1.0, ""
