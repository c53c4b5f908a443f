"""Whom to approach: sliders over the profit of an order of customers."""

import html
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import ipywidgets
import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from crmlab._checks import check_column, check_columns, check_fraction, check_number
from crmlab._errors import InputError, InputTypeError
from crmlab.plots import plot_profit_curve

__all__ = ["UpliftView", "uplift_explorer", "uplift_view"]

_AXES = (0.13, 0.14, 0.83, 0.74)  # room for the labels; finding it anew would slow each step
_POINTS = 201  # of the drawn curve


@dataclass(frozen=True)
class UpliftView:
    """What treating the customers of highest score earns.

    Attributes
    ----------
    share : float
        Fraction of customers treated, in [0, 1].
    n_customers, n_base : float
        Customers treated, and in all.
    gain : float
        Outcome gained over treating nobody.
    spent, profit : float
        Cost of treating them, and value x gain less that, in currency.
    profit_all : float
        Profit of treating everybody, in currency.
    best_share, best_profit : float
        Share at which the measured profit is highest, and that profit in currency.
    curve : DataFrame
        `customer_share` and `estimate`, profit in currency, for a picture.
    """

    share: float
    n_customers: float
    n_base: float
    gain: float
    spent: float
    profit: float
    profit_all: float
    best_share: float
    best_profit: float
    curve: pd.DataFrame


def uplift_view(
    curve: pd.DataFrame, *, share: float = 0.2, value: float, cost: float
) -> UpliftView:
    """Describe what treating the customers of highest score earns.

    Parameters
    ----------
    curve : DataFrame
        As `crmlab.uplift.uplift_curve` returns it: `customer_share`, `n_customers`, `gain`.
    share : float, default=0.2
        Fraction of customers treated, in [0, 1].
    value : float
        Margin of one unit of outcome, in currency.
    cost : float
        Cost of treating a customer, in currency; 0 or more.

    Returns
    -------
    UpliftView

    Raises
    ------
    InputError
        If a column is missing or a number is out of range.
    InputTypeError
        If an argument has the wrong type.

    See Also
    --------
    crmlab.uplift.profit_curve : the same with limits.

    Examples
    --------
    >>> curve = pd.DataFrame(
    ...     {"customer_share": [0, 0.5, 1], "n_customers": [0, 50, 100], "gain": [0, 10, 12]}
    ... )
    >>> view = uplift_view(curve, share=0.5, value=30, cost=2)
    >>> view.profit, view.profit_all, view.best_share
    (200.0, 160.0, 0.5)
    """
    at = check_fraction("share", share)
    worth = check_number("value", value)
    each = check_number("cost", cost, low=0)
    shares, heads, gain = _read(curve)
    drawn = np.unique(np.concatenate([np.linspace(0, 1, _POINTS), [at]]))
    profit = worth * gain - each * heads
    best = int(profit.argmax())
    treated, gained = (float(np.interp(at, shares, column)) for column in (heads, gain))
    return UpliftView(
        share=at,
        n_customers=treated,
        n_base=float(heads[-1]),
        gain=gained,
        spent=each * treated,
        profit=worth * gained - each * treated,
        profit_all=float(profit[-1]),
        best_share=float(shares[best]),
        best_profit=float(profit[best]),
        curve=pd.DataFrame({"customer_share": drawn, "estimate": np.interp(drawn, shares, profit)}),
    )


def _read(curve: pd.DataFrame) -> list[Any]:
    if not isinstance(curve, pd.DataFrame):
        raise InputTypeError(f"`curve` must be a DataFrame; got {type(curve).__name__}.")
    columns = ["customer_share", "n_customers", "gain"]
    check_columns(curve.columns, columns, what="`curve`")
    shares, heads, gain = (check_column(curve, name, negative=True) for name in columns)
    if shares[0] != 0 or shares[-1] != 1 or (np.diff(shares) < 0).any():
        raise InputError("`curve` must go from nobody to everybody, as `uplift_curve` returns it.")
    return [shares, heads, gain]


def uplift_explorer(
    curve: pd.DataFrame, *, share: float = 0.2, value: float, cost: float, currency: str = "USD"
) -> ipywidgets.VBox:
    """Explore how many customers to treat: sliders for the share and the cost, words, a picture.

    Parameters
    ----------
    curve, share, value
        As for `uplift_view`.
    cost : float
        Cost of treating a customer at the start, in currency; above 0. Its slider goes to three
        times as much.
    currency : str, default="USD"
        Printed after amounts, as plain text.

    Returns
    -------
    ipywidgets.VBox
        Its children are the two sliders, the words (HTML) and the picture (Image).

    Raises
    ------
    InputError, InputTypeError
        As `uplift_view`, and if `currency` is not text.

    Examples
    --------
    >>> curve = pd.DataFrame(
    ...     {"customer_share": [0, 0.5, 1], "n_customers": [0, 50, 100], "gain": [0, 10, 12]}
    ... )
    >>> treated, price, words, picture = uplift_explorer(curve, value=30, cost=2).children
    >>> treated.value = 0.5
    >>> "earns <b>200 USD</b>" in words.value
    True
    """
    if not isinstance(currency, str):
        raise InputTypeError(f"`currency` must be text; got {type(currency).__name__}.")
    top = 3 * check_number("cost", cost, low=0, open_low=True)
    uplift_view(curve, share=share, value=value, cost=cost)
    treated = _make_slider("Treated", share, top=1.0, step=0.01, shown=".0%")
    price = _make_slider("Cost per customer", cost, top=top, step=top / 60, shown=",.4g")
    words = ipywidgets.HTML()
    # No tooltip: in ipywidgets 8 a browser fails on an Image that has one.
    picture = ipywidgets.Image(format="png", layout={"width": "100%", "max_width": "640px"})

    def show(_: object = None) -> None:
        view = uplift_view(curve, share=treated.value, value=value, cost=price.value)
        words.value = _write_words(view, html.escape(currency))
        picture.value = _draw_picture(view, currency)

    for slider in (treated, price):
        slider.observe(show, names="value")
    show()
    return ipywidgets.VBox([treated, price, words, picture])


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
        style={"description_width": "9em"},
        layout={"width": "100%", "max_width": "640px"},
    )


def _write_words(view: UpliftView, currency: str) -> str:
    """Say in HTML what the picture shows, for those who cannot see it too."""
    return (
        f"<p>Treating the best <b>{view.share:.0%}</b>, {view.n_customers:,.0f} of "
        f"{view.n_base:,.0f} customers, costs {view.spent:,.0f} {currency}, gains "
        f"{view.gain:,.4g} and earns <b>{view.profit:,.0f} {currency}</b>. Treating everybody "
        f"earns {view.profit_all:,.0f} {currency}; the highest point measured is "
        f"{view.best_profit:,.0f} {currency} at {view.best_share:.0%}, which chance helped to "
        "find.</p>"
    )


def _draw_picture(view: UpliftView, currency: str) -> bytes:
    """Draw the profit with the chosen share marked, as PNG; nothing of pyplot is opened."""
    figure = Figure(figsize=(6.4, 4.0), dpi=120)
    FigureCanvasAgg(figure)
    ax = plot_profit_curve(view.curve, currency=currency, ax=figure.add_axes(_AXES))
    ax.axvline(view.share, color="black", linestyle=":", linewidth=1.5)
    png = BytesIO()
    figure.savefig(png, format="png")
    return png.getvalue()
