"""The top customers: a slider over the Lorenz curve."""

import html
from dataclasses import dataclass
from io import BytesIO
from math import ceil

import ipywidgets
import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import ArrayLike, NDArray

from crmlab._checks import check_fraction
from crmlab._errors import InputError, InputTypeError
from crmlab.concentration import lorenz_curve
from crmlab.plots import plot_lorenz

__all__ = ["ParetoView", "pareto_explorer", "pareto_view"]

_SMALLEST_TOP = 0.01  # the slider's first step
_AXES = (0.11, 0.13, 0.85, 0.78)  # room for the labels; finding it anew would slow each step
_POINTS = 500  # a drawn curve with more looks the same and takes longer


@dataclass(frozen=True)
class ParetoView:
    """What the top customers hold.

    Attributes
    ----------
    top : float
        Fraction of customers in the top group, in (0, 1].
    n_customers : int
        Customers in the top group, the one in whom the cut falls included.
    n_base : int
        Customers in all.
    share : float
        Share of all money that the top group holds, in [0, 1], as `concentration.top_share`
        gives it: of a customer in whom the cut falls, only the part above it counts.
    money : float
        The same in currency.
    total : float
        Money of all customers, in currency.
    threshold : float
        Smallest value of a customer in the top group, in currency.
    """

    top: float
    n_customers: int
    n_base: int
    share: float
    money: float
    total: float
    threshold: float


@dataclass(frozen=True)
class _Base:
    """A base sorted once, so that every step of the slider only looks up."""

    value: NDArray[np.float64]  # ascending
    total: float
    curve: pd.DataFrame

    def view(self, top: float) -> ParetoView:
        """Look up the customers above the cut."""
        n_base = len(self.value)
        n_customers = max(1, ceil(round(top * n_base, 6)))  # 0.07 * 100 is a little over 7
        below = np.interp(1 - top, self.curve["customer_share"], self.curve["value_share"])
        share = 1 - float(below)
        return ParetoView(
            top=top,
            n_customers=n_customers,
            n_base=n_base,
            share=share,
            money=share * self.total,
            total=self.total,
            threshold=float(self.value[n_base - n_customers]),
        )


def _sort_base(value: ArrayLike) -> _Base:
    """Sort and sum the base; `lorenz_curve` checks it."""
    curve = lorenz_curve(value)
    ascending = np.sort(np.asarray(value, dtype=float))
    return _Base(ascending, float(ascending.sum()), curve)


def pareto_view(value: ArrayLike, *, top: float = 0.2) -> ParetoView:
    """Describe the most valuable customers: how many, their share, their money.

    Parameters
    ----------
    value : array-like of shape (n_customers,)
        Value per customer over one period, in currency; no negatives.
    top : float, default=0.2
        Fraction of customers counted as "top", in (0, 1].

    Returns
    -------
    ParetoView

    Raises
    ------
    InputError
        If `top` is outside (0, 1], or `value` is empty, negative, missing or all zeros.
    InputTypeError
        If `top` is not a number or `value` does not hold numbers.

    See Also
    --------
    crmlab.concentration.top_share : the share alone.

    Examples
    --------
    >>> view = pareto_view([80, 10, 5, 3, 2], top=0.4)
    >>> view.n_customers, round(view.share, 3), view.threshold
    (2, 0.9, 10.0)
    """
    if check_fraction("top", top) == 0:
        raise InputError(f"`top` must be above 0; got {top!r}. An empty group holds nothing.")
    return _sort_base(value).view(float(top))


def pareto_explorer(
    value: ArrayLike, *, top: float = 0.2, currency: str = "USD"
) -> ipywidgets.VBox:
    """Explore how much the top customers hold: a slider, a sentence, the Lorenz curve.

    The base is sorted once; a step of the slider takes less than a tenth of a second with a
    million customers.

    Parameters
    ----------
    value : array-like of shape (n_customers,)
        Value per customer over one period, in currency; no negatives.
    top : float, default=0.2
        Fraction of customers counted as "top" at the start, in [0.01, 1].
    currency : str, default="USD"
        Printed after each amount, as plain text.

    Returns
    -------
    ipywidgets.VBox
        Its children are the slider, the sentence (HTML) and the picture (Image).

    Raises
    ------
    InputError
        If `top` is outside [0.01, 1], or `value` is empty, negative, missing or all zeros.
    InputTypeError
        If `top` is not a number, `currency` is not text or `value` does not hold numbers.

    See Also
    --------
    pareto_view : the numbers without the widget.

    Examples
    --------
    >>> slider, sentence, picture = pareto_explorer([80, 10, 5, 3, 2]).children
    >>> slider.value = 0.4
    >>> "2 of 5 customers. They hold <b>90.0 %</b>" in sentence.value
    True
    """
    if check_fraction("top", top) < _SMALLEST_TOP:
        raise InputError(
            f"`top` must be at least {_SMALLEST_TOP}, where the slider starts; got {top!r}."
        )
    if not isinstance(currency, str):
        raise InputTypeError(f"`currency` must be text; got {type(currency).__name__}.")
    base = _sort_base(value)
    drawn = _thin_curve(base.curve)
    slider = ipywidgets.FloatSlider(
        value=float(top),
        min=_SMALLEST_TOP,
        max=1.0,
        step=0.01,
        readout_format=".0%",
        description="Top customers",
        style={"description_width": "initial"},
        layout={"width": "100%", "max_width": "640px"},
    )
    sentence = ipywidgets.HTML()
    # No tooltip: in ipywidgets 8 a browser fails on an Image that has one.
    picture = ipywidgets.Image(format="png", layout={"width": "100%", "max_width": "640px"})

    def show(_: object = None) -> None:
        view = base.view(slider.value)
        sentence.value = _write_sentence(view, currency)
        picture.value = _draw_picture(drawn, view)

    slider.observe(show, names="value")
    show()
    return ipywidgets.VBox([slider, sentence, picture])


def _write_sentence(view: ParetoView, currency: str) -> str:
    """Say in HTML what the picture shows, for those who cannot see it too."""
    unit = html.escape(currency)
    inside = view.n_customers - view.top * view.n_base > 1e-6
    last = " (the last one in part)" if inside else ""
    return (
        f"<p>The top <b>{100 * view.top:.4g} %</b> are {view.n_customers:,} of "
        f"{view.n_base:,} customers{last}. They hold <b>{100 * view.share:.1f} %</b> of the "
        f"money: {_amount(view.money, view.total)} of {_amount(view.total, view.total)} {unit}. "
        f"The smallest of them brings {_amount(view.threshold, view.threshold)} {unit}.</p>"
    )


def _amount(money: float, largest: float) -> str:
    """Write money to the cent, or without where the largest amount beside it is a thousand up."""
    return f"{money:,.2f}" if largest < 1_000 else f"{money:,.0f}"


def _draw_picture(drawn: pd.DataFrame, view: ParetoView) -> bytes:
    """Draw the curve with the top group marked, as PNG; nothing of pyplot is opened."""
    figure = Figure(figsize=(6.4, 4.0), dpi=120)
    FigureCanvasAgg(figure)
    ax = figure.add_axes(_AXES)
    plot_lorenz(_add_cut(drawn, view), top=view.top, of="money", ax=ax)
    png = BytesIO()
    figure.savefig(png, format="png")
    return png.getvalue()


def _thin_curve(curve: pd.DataFrame) -> pd.DataFrame:
    """Keep the points that a drawing can show: even steps along either axis."""
    steps = np.linspace(0, 1, _POINTS)
    kept = [np.searchsorted(curve[axis], steps) for axis in ("customer_share", "value_share")]
    return curve.iloc[np.unique(kept)]


def _add_cut(drawn: pd.DataFrame, view: ParetoView) -> pd.DataFrame:
    """Add the point of the cut, so that the picture gives the same share as the sentence."""
    cut = pd.DataFrame({"customer_share": [1 - view.top], "value_share": [1 - view.share]})
    return pd.concat([drawn, cut]).sort_values(["customer_share", "value_share"])
