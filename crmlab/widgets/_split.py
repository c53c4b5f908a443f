"""One budget, two uses: move money between winning and keeping, and read what it earns."""

import html
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import ipywidgets
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from crmlab._checks import check_fraction
from crmlab._errors import InputTypeError
from crmlab.acquisition import ResponseCurve, budget_split
from crmlab.plots import plot_budget_split

__all__ = ["SplitView", "split_explorer", "split_view"]

_AXES = (0.17, 0.15, 0.79, 0.74)  # room for the labels; finding it anew would slow each step


@dataclass(frozen=True)
class SplitView:
    """What one way to split a budget earns, beside the best.

    Attributes
    ----------
    share : float
        Of the budget that goes into keeping, in [0, 1].
    budget : float
        In currency.
    n_won, n_kept : float
        Customers expected.
    equity : float
        Value of those customers less the budget, in currency.
    next_won, next_kept : float
        Value that one more unit of currency adds in winning, and in keeping.
    best_share, best_equity : float
        The split that earns most, and what it earns; the share is missing without a budget.
    """

    share: float
    budget: float
    n_won: float
    n_kept: float
    equity: float
    next_won: float
    next_kept: float
    best_share: float
    best_equity: float


def split_view(
    acquisition: ResponseCurve,
    retention: ResponseCurve,
    *,
    share: float = 0.5,
    budget: float,
    n_prospects: float,
    n_customers: float,
    value_won: float,
    value_kept: float | None = None,
) -> SplitView:
    """Read what a split of the budget earns, and how far it is from the best.

    Parameters
    ----------
    acquisition, retention, budget, n_prospects, n_customers, value_won, value_kept
        As in `acquisition.budget_split`.
    share : float, default=0.5
        Of the budget that goes into keeping, in [0, 1].

    Returns
    -------
    SplitView

    Raises
    ------
    InputError, InputTypeError
        If `share` is outside [0, 1], or as in `acquisition.budget_split`.

    Examples
    --------
    >>> winning = ResponseCurve.from_ceiling((10, 0.05), ceiling=0.3)
    >>> keeping = ResponseCurve.from_ceiling((20, 0.6), ceiling=0.9, floor=0.5)
    >>> view = split_view(
    ...     winning, keeping, budget=30_000, n_prospects=2_000, n_customers=500, value_won=200
    ... )
    >>> round(view.equity), round(view.best_share, 2), round(view.best_equity)
    (49356, 0.29, 50035)
    """
    rest: dict[str, Any] = {
        "budget": budget, "n_prospects": n_prospects, "n_customers": n_customers,
        "value_won": value_won, "value_kept": value_kept,
    }  # fmt: skip
    at = check_fraction("share", share)
    chosen = budget_split(acquisition, retention, shares=[at], **rest).iloc[0]
    best = chosen["best"] if budget else at
    peak = budget_split(acquisition, retention, shares=[best], **rest).iloc[0]
    return SplitView(
        share=at,
        budget=float(budget),
        n_won=float(chosen["n_won"]),
        n_kept=float(chosen["n_kept"]),
        equity=float(chosen["equity"]),
        next_won=float(chosen["next_won"]),
        next_kept=float(chosen["next_kept"]),
        best_share=float(chosen["best"]),
        best_equity=float(peak["equity"]),
    )


def split_explorer(
    acquisition: ResponseCurve,
    retention: ResponseCurve,
    *,
    share: float = 0.5,
    budget: float,
    n_prospects: float,
    n_customers: float,
    value_won: float,
    value_kept: float | None = None,
    currency: str = "won",
) -> ipywidgets.VBox:
    """Explore the split of a budget: two sliders, what the next unit of money brings, the curve.

    Parameters
    ----------
    acquisition, retention, n_prospects, n_customers, value_won, value_kept
        As in `acquisition.budget_split`.
    share : float, default=0.5
        Of the budget that goes into keeping at the start, in [0, 1].
    budget : float
        At the start, in currency; the slider goes from 0 to three times as much.
    currency : str, default="won"
        Printed after amounts, as plain text.

    Returns
    -------
    ipywidgets.VBox
        Its children are the sliders of the share for keeping and of the budget (in % of that at
        the start), the words (HTML) and the picture (Image).

    Raises
    ------
    InputError
        As in `split_view`.
    InputTypeError
        As in `split_view`, or if `currency` is not text.

    See Also
    --------
    split_view : the numbers without the widget.

    Examples
    --------
    >>> winning = ResponseCurve.from_ceiling((10, 0.05), ceiling=0.3)
    >>> keeping = ResponseCurve.from_ceiling((20, 0.6), ceiling=0.9, floor=0.5)
    >>> box = split_explorer(
    ...     winning, keeping, budget=30_000, n_prospects=2_000, n_customers=500, value_won=200
    ... )
    >>> split, money, words, picture = box.children
    >>> split.value = 0.15
    >>> "15 % for keeping" in words.value
    True
    """
    if not isinstance(currency, str):
        raise InputTypeError(f"`currency` must be text; got {type(currency).__name__}.")
    terms: dict[str, Any] = {
        "n_prospects": n_prospects, "n_customers": n_customers, "value_won": value_won,
        "value_kept": value_kept,
    }  # fmt: skip
    split_view(acquisition, retention, share=share, budget=budget, **terms)  # refused at once
    split = _make_slider("For keeping", float(share), 1.0)
    money = _make_slider("Budget", 1.0, 3.0)
    words = ipywidgets.HTML()
    # No tooltip: in ipywidgets 8 a browser fails on an Image that has one.
    picture = ipywidgets.Image(format="png", layout={"width": "100%", "max_width": "640px"})

    def show(_: object = None) -> None:
        spent = budget * money.value
        view = split_view(acquisition, retention, share=split.value, budget=spent, **terms)
        words.value = _write_words(view, html.escape(currency))
        table = budget_split(acquisition, retention, budget=spent, **terms)
        picture.value = _draw_picture(table, view, currency)

    for slider in (split, money):
        slider.observe(show, names="value")
    show()
    return ipywidgets.VBox([split, money, words, picture])


def _make_slider(name: str, value: float, high: float) -> Any:
    return ipywidgets.FloatSlider(
        value=value, min=0.0, max=high, step=0.05, readout_format=".0%", description=name,
        layout={"width": "100%", "max_width": "640px"},
    )  # fmt: skip


def _write_words(view: SplitView, currency: str) -> str:
    """Say in HTML what the split does, for those who cannot see the picture too."""
    more = "keeping" if view.next_kept > view.next_won else "winning"
    if abs(view.next_kept - view.next_won) < 0.005:
        more = "either: both bring the same"
    lost = view.best_equity - view.equity
    return (
        f"<p>{view.budget:,.0f} {currency}, {view.share:.0%} for keeping: "
        f"<b>{view.n_won:,.0f} new customers, {view.n_kept:,.0f} kept</b>.</p>"
        f"<p>The next {currency} adds {view.next_won:.2f} in winning and {view.next_kept:.2f} in "
        f"keeping, so it belongs into {more}. The best split earns {lost:,.0f} {currency} more.</p>"
    ).replace("%", " %")


def _draw_picture(table: Any, view: SplitView, currency: str) -> bytes:
    """Draw the curve with the choice marked, as PNG; nothing of pyplot is opened."""
    figure = Figure(figsize=(6.4, 3.6), dpi=120)
    FigureCanvasAgg(figure)
    plot_budget_split(table, chosen=view.share, currency=currency, ax=figure.add_axes(_AXES))
    png = BytesIO()
    figure.savefig(png, format="png")
    return png.getvalue()
