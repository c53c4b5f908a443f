"""Where a campaign breaks even: sliders over response, those who would have come anyway, cost."""

import html
import math
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import ipywidgets
import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from crmlab._checks import check_fraction, check_number
from crmlab._errors import InputTypeError
from crmlab.campaigns import Campaign, campaign_profit

__all__ = ["BreakEvenView", "break_even_explorer", "break_even_view"]

_AXES = (0.13, 0.14, 0.83, 0.76)
_POINTS = 101  # of the drawn line


@dataclass(frozen=True)
class BreakEvenView:
    """What a campaign earns, and the response at which it would earn nothing.

    Attributes
    ----------
    response_rate, anyway : float
        Fraction of those contacted who respond; fraction of these who would have come anyway.
    responses, incremental : float
        Customers who respond; those among them whom the campaign brought.
    margin, cost, profit : float
        Of those whom it brought; of the campaign; the difference, in currency.
    break_even_rate : float
        Response rate at which the profit is 0, with the same fraction who would have come anyway;
        above 1 where everybody would not be enough, infinite where no response brings anything.
    curve : DataFrame
        `response_rate` and `profit`, in currency, for a picture.
    """

    response_rate: float
    anyway: float
    responses: float
    incremental: float
    margin: float
    cost: float
    profit: float
    break_even_rate: float
    curve: pd.DataFrame


def break_even_view(
    *,
    n_contacted: int,
    response_rate: float,
    margin_per_response: float,
    cost_per_contact: float,
    fixed_cost: float = 0.0,
    cost_per_response: float = 0.0,
    anyway: float = 0.0,
) -> BreakEvenView:
    """Describe what a campaign earns beside the response at which it would earn nothing.

    Parameters
    ----------
    n_contacted, margin_per_response, cost_per_contact, fixed_cost, cost_per_response
        As for `crmlab.campaigns.Campaign`; one margin.
    response_rate : float
        Fraction of those contacted who respond, in [0, 1].
    anyway : float, default=0.0
        Fraction of those who respond who would have come anyway, in [0, 1].

    Returns
    -------
    BreakEvenView

    Raises
    ------
    InputError
        If a number is out of range.
    InputTypeError
        If an argument is not a number.

    Examples
    --------
    >>> view = break_even_view(
    ...     n_contacted=10_000,
    ...     response_rate=0.02,
    ...     margin_per_response=40,
    ...     cost_per_contact=0.6,
    ...     anyway=0.5,
    ... )
    >>> view.profit, view.break_even_rate
    (-2000.0, 0.03)
    """
    rate = check_fraction("response_rate", response_rate)
    share = check_fraction("anyway", anyway)
    margin = check_number("margin_per_response", margin_per_response)
    plan = Campaign(
        n_contacted=n_contacted,
        response_rate=rate,
        baseline_rate=share * rate,
        margin_per_response=margin,
        cost_per_contact=cost_per_contact,
        fixed_cost=fixed_cost,
        cost_per_response=cost_per_response,
    )
    money = campaign_profit(plan).set_index("measure")["estimate"]
    nobody = -(n_contacted * plan.cost_per_contact + plan.fixed_cost)
    each = n_contacted * ((1 - share) * margin - plan.cost_per_response)  # for a rate of 1
    even = -nobody / each if each > 0 else math.inf
    rates = np.linspace(0, _right_end(rate, even), _POINTS)
    return BreakEvenView(
        response_rate=rate,
        anyway=share,
        responses=float(money["responses"]),
        incremental=float(money["incremental_responses"]),
        margin=float(money["margin"]),
        cost=float(money["cost"]),
        profit=float(money["profit"]),
        break_even_rate=float(even),
        curve=pd.DataFrame({"response_rate": rates, "profit": nobody + each * rates}),
    )


def _right_end(rate: float, even: float) -> float:
    """How far the line goes: beyond the response and, where it is in reach, the break-even."""
    reach = max(rate, even if even <= 1 else 0.0)
    return min(max(1.5 * reach, 0.02), 1.0)


def break_even_explorer(
    *,
    n_contacted: int,
    response_rate: float,
    margin_per_response: float,
    cost_per_contact: float,
    fixed_cost: float = 0.0,
    cost_per_response: float = 0.0,
    anyway: float = 0.0,
    currency: str = "USD",
) -> ipywidgets.VBox:
    """Explore when a campaign pays: three sliders, words, and the line of its profit.

    Parameters
    ----------
    n_contacted, margin_per_response, fixed_cost, cost_per_response
        As for `break_even_view`.
    response_rate, anyway : float
        At the start, in [0, 1]. The slider of the response goes to four times as much.
    cost_per_contact : float
        At the start, in currency, above 0. Its slider goes to three times as much.
    currency : str, default="USD"
        Printed after amounts, as plain text.

    Returns
    -------
    ipywidgets.VBox
        Its children are the sliders of the response, of those who would have come anyway and of
        the cost per contact, the words (HTML) and the picture (Image).

    Raises
    ------
    InputError, InputTypeError
        As `break_even_view`, and if `currency` is not text.

    Examples
    --------
    >>> box = break_even_explorer(
    ...     n_contacted=10_000, response_rate=0.02, margin_per_response=40, cost_per_contact=0.6
    ... )
    >>> response, anyway, cost, words, picture = box.children
    >>> anyway.value = 0.5
    >>> "loses <b>2,000 USD</b>" in words.value
    True
    """
    if not isinstance(currency, str):
        raise InputTypeError(f"`currency` must be text; got {type(currency).__name__}.")
    dearest = 3 * check_number("cost_per_contact", cost_per_contact, low=0, open_low=True)
    terms: dict[str, Any] = {
        "n_contacted": n_contacted, "margin_per_response": margin_per_response,
        "fixed_cost": fixed_cost, "cost_per_response": cost_per_response,
    }  # fmt: skip
    break_even_view(
        **terms, response_rate=response_rate, anyway=anyway, cost_per_contact=cost_per_contact
    )
    most = min(max(4 * response_rate, 0.04), 1.0)
    response = _make_slider("Response", response_rate, top=most, step=most / 200, shown=".1%")
    share = _make_slider("Would have come anyway", anyway, top=1.0, step=0.01, shown=".0%")
    cost = _make_slider(
        "Cost per contact", cost_per_contact, top=dearest, step=dearest / 60, shown=",.4g"
    )
    words = ipywidgets.HTML()
    # No tooltip: in ipywidgets 8 a browser fails on an Image that has one.
    picture = ipywidgets.Image(format="png", layout={"width": "100%", "max_width": "640px"})

    def show(_: object = None) -> None:
        view = break_even_view(
            **terms, response_rate=response.value, anyway=share.value, cost_per_contact=cost.value
        )
        words.value = _write_words(view, html.escape(currency))
        picture.value = _draw_picture(view, currency)

    for slider in (response, share, cost):
        slider.observe(show, names="value")
    show()
    return ipywidgets.VBox([response, share, cost, words, picture])


def _make_slider(
    label: str, start: float, *, top: float, step: float, shown: str
) -> ipywidgets.FloatSlider:
    return ipywidgets.FloatSlider(
        value=float(start),
        min=0.0,
        max=top,
        step=step,
        readout_format=shown,
        description=label,
        style={"description_width": "12em"},
        layout={"width": "100%", "max_width": "640px"},
    )


def _write_words(view: BreakEvenView, currency: str) -> str:
    """Say in HTML what the picture shows, for those who cannot see it too."""
    verb = "earns" if view.profit >= 0 else "loses"
    return (
        f"<p>{view.responses:,.0f} respond, and {view.incremental:,.0f} of them come because of "
        f"the campaign. They bring {view.margin:,.0f} {currency}, and it costs "
        f"{view.cost:,.0f} {currency}: it {verb} <b>{abs(view.profit):,.0f} {currency}</b>. "
        f"{_say_even(view.break_even_rate)}</p>"
    )


def _say_even(even: float) -> str:
    if math.isinf(even):
        return "No response pays: each one brings less than it costs."
    if even > 1:
        return "It would not pay even if everybody responded."
    return f"It breaks even at a response of <b>{even:.2%}</b>."


def _draw_picture(view: BreakEvenView, currency: str) -> bytes:
    """Draw the profit by response with the present one marked, as PNG; pyplot stays closed."""
    figure = Figure(figsize=(6.4, 4.0), dpi=120)
    FigureCanvasAgg(figure)
    ax = figure.add_axes(_AXES)
    percent = 100 * view.curve["response_rate"]
    unit, word = _unit_of(view)
    ax.plot(percent, view.curve["profit"] / unit, color="C0", linewidth=2)
    ax.axhline(0, color="0.6", linewidth=1)
    ax.plot([100 * view.response_rate], [view.profit / unit], "o", color="C1", markersize=9)
    if view.break_even_rate <= 1:
        ax.axvline(100 * view.break_even_rate, color="0.35", linestyle="--", linewidth=1)
    ax.set_title("The dot is the response; at the dashed line the profit is 0", fontsize=11)
    ax.set_xlabel("response (%)")
    ax.set_ylabel(f"profit ({word}{currency})")
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:,.4g}")
    png = BytesIO()
    figure.savefig(png, format="png")
    return png.getvalue()


def _unit_of(view: BreakEvenView) -> tuple[float, str]:
    """Unit of the axis, so that its numbers have few digits."""
    largest = float(view.curve["profit"].abs().max())
    for unit, word in ((1e9, "billion "), (1e6, "million "), (1e3, "thousand ")):
        if largest >= 2 * unit:
            return unit, word
    return 1.0, ""
