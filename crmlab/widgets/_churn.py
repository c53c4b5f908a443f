"""A retention campaign: how many customers to contact, and what it earns."""

import html
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import ipywidgets
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from crmlab._checks import check_fraction
from crmlab._errors import InputTypeError
from crmlab.churn import retention_profit_curve
from crmlab.plots import plot_retention_profit

__all__ = ["ChurnView", "churn_explorer", "churn_view"]

_AXES = (0.13, 0.14, 0.83, 0.76)
_POINTS = 400


@dataclass(frozen=True)
class ChurnView:
    """What a campaign earns that contacts the customers with the highest scores.

    Attributes
    ----------
    fraction : float
        Share of the base contacted, in [0, 1]: that asked for, up to a whole group of customers
        of equal score.
    n_contacted, n_base : int
        Customers contacted, and all.
    threshold : float
        Lowest score contacted; infinite where nobody is.
    profit : float
        Of the campaign, in currency.
    best_fraction, best_profit : float
        Share that earns most, and what it earns.
    """

    fraction: float
    n_contacted: int
    n_base: int
    threshold: float
    profit: float
    best_fraction: float
    best_profit: float


def churn_view(
    churned: ArrayLike,
    score: ArrayLike,
    *,
    fraction: float = 0.1,
    accept_rate: float = 0.3,
    value: float = 200.0,
    offer_cost: float = 10.0,
    contact_cost: float = 1.0,
) -> ChurnView:
    """Describe a campaign that contacts a share of the customers, the highest scores first.

    Parameters
    ----------
    churned, score, accept_rate, value, offer_cost, contact_cost
        As in `churn.retention_profit_curve`.
    fraction : float, default=0.1
        Share of the base to contact, in [0, 1].

    Returns
    -------
    ChurnView

    Raises
    ------
    InputError
        If `fraction` is outside [0, 1], or as in `churn.retention_profit_curve`.

    Examples
    --------
    >>> view = churn_view([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1], fraction=0.5, accept_rate=0.5)
    >>> view.n_contacted, view.profit, view.best_fraction, view.best_profit
    (2, 83.0, 0.75, 177.0)
    """
    curve = retention_profit_curve(
        churned, score, accept_rate=accept_rate, value=value, offer_cost=offer_cost,
        contact_cost=contact_cost,
    )  # fmt: skip
    return _look_up(curve, check_fraction("fraction", fraction))


def _look_up(curve: pd.DataFrame, fraction: float) -> ChurnView:
    """The first row that contacts at least a share of the base, beside the best."""
    row = curve.iloc[int((curve["fraction"] >= fraction - 1e-9).to_numpy().argmax())]
    best = curve.iloc[int(curve["profit"].to_numpy().argmax())]
    return ChurnView(
        fraction=float(row["fraction"]),
        n_contacted=int(row["n_contacted"]),
        n_base=int(curve["n_contacted"].iloc[-1]),
        threshold=float(row["threshold"]),
        profit=float(row["profit"]),
        best_fraction=float(best["fraction"]),
        best_profit=float(best["profit"]),
    )


def churn_explorer(
    churned: ArrayLike,
    score: ArrayLike,
    *,
    value: float = 200.0,
    offer_cost: float = 10.0,
    contact_cost: float = 1.0,
    accept_rate: float = 0.3,
    currency: str = "USD",
) -> ipywidgets.VBox:
    """Explore what a retention campaign earns: two sliders, a sentence, the profit curve.

    Parameters
    ----------
    churned, score, value, offer_cost, contact_cost
        As in `churn.retention_profit_curve`.
    accept_rate : float, default=0.3
        Share who accept at the start, in [0, 1].
    currency : str, default="USD"
        Printed after each amount, as plain text.

    Returns
    -------
    ipywidgets.VBox
        Its children are the sliders of the share contacted and of the share who accept, the
        sentence (HTML) and the picture (Image).

    Raises
    ------
    InputError
        As in `churn_view`.
    InputTypeError
        If `currency` is not text.

    See Also
    --------
    churn_view : the numbers without the widget.

    Examples
    --------
    >>> box = churn_explorer([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1])
    >>> contacted, accept, sentence, picture = box.children
    >>> accept.value, contacted.value = 0.5, 0.75
    >>> "3 of 4 customers" in sentence.value and "earns <b>177" in sentence.value
    True
    """
    if not isinstance(currency, str):
        raise InputTypeError(f"`currency` must be text; got {type(currency).__name__}.")
    money = {"value": value, "offer_cost": offer_cost, "contact_cost": contact_cost}
    curves: dict[float, pd.DataFrame] = {}

    def curve_at(accept: float) -> pd.DataFrame:
        if accept not in curves:
            curves[accept] = retention_profit_curve(churned, score, accept_rate=accept, **money)
        return curves[accept]

    first = curve_at(check_fraction("accept_rate", accept_rate))
    start = round(_look_up(first, 0.0).best_fraction, 2)  # a step of the slider
    contacted = _make_slider("Customers contacted", start)
    accept = _make_slider("Accept the offer", float(accept_rate))
    sentence = ipywidgets.HTML()
    # No tooltip: in ipywidgets 8 a browser fails on an Image that has one.
    picture = ipywidgets.Image(format="png", layout={"width": "100%", "max_width": "640px"})

    def show(_: object = None) -> None:
        curve = curve_at(accept.value)
        view = _look_up(curve, contacted.value)
        sentence.value = _write_sentence(view, accept.value, currency)
        picture.value = _draw(curve, view, currency)

    for slider in (contacted, accept):
        slider.observe(show, names="value")
    show()
    return ipywidgets.VBox([contacted, accept, sentence, picture])


def _make_slider(name: str, value: float) -> Any:
    return ipywidgets.FloatSlider(
        value=value, min=0.0, max=1.0, step=0.01, readout_format=".0%", description=name,
        style={"description_width": "initial"}, layout={"width": "100%", "max_width": "640px"},
    )  # fmt: skip


def _write_sentence(view: ChurnView, accept: float, currency: str) -> str:
    """Say in HTML what the picture shows, for those who cannot see it too."""
    unit = html.escape(currency)
    verb = "earns" if view.profit >= 0 else "loses"
    lowest = f" The lowest score among them is {view.threshold:.3g}." if view.n_contacted else ""
    return (
        f"<p>Contacting {view.n_contacted:,} of {view.n_base:,} customers, of whom "
        f"{100 * accept:.0f} % of those who would leave accept, {verb} "
        f"<b>{abs(view.profit):,.0f} {unit}</b>.{lowest} The best is "
        f"{100 * view.best_fraction:.0f} % of the customers: {view.best_profit:,.0f} {unit}.</p>"
    )


def _draw(curve: pd.DataFrame, view: ChurnView, currency: str) -> bytes:
    """Draw the curve with the choice marked, as PNG; nothing of pyplot is opened."""
    figure = Figure(figsize=(6.4, 4.0), dpi=120)
    FigureCanvasAgg(figure)
    ax = figure.add_axes(_AXES)
    # Every so many rows look the same as all, if the best one stays.
    kept = curve.iloc[:: max(1, len(curve) // _POINTS)].index.union([curve["profit"].idxmax()])
    plot_retention_profit(curve.loc[kept.union([len(curve) - 1])], currency=currency, ax=ax)
    ax.axvline(view.fraction, color="0.35", linestyle="--", linewidth=1)
    png = BytesIO()
    figure.savefig(png, format="png")
    return png.getvalue()
