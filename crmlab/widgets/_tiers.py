"""Who is best: by profit, loyalty or lifetime value, and what choosing by one costs the others."""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import ipywidgets
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from crmlab._checks import check_choice, check_fraction
from crmlab._errors import InputError, InputTypeError
from crmlab.plots import plot_rankings
from crmlab.segmentation import compare_rankings

__all__ = ["TierView", "tier_explorer", "tier_view"]

_AXES = (0.13, 0.16, 0.84, 0.70)  # room for the labels; finding it anew would slow each step
_MEASURES = ("profit", "loyalty", "lifetime_value")
_SHARES = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5)


@dataclass(frozen=True)
class TierView:
    """What serving the best customers by one ranking does.

    Attributes
    ----------
    ranked_by : str
        Column that decides who is best.
    top : float
        Share of customers served, in (0, 1].
    n_customers : float
        Customers served.
    rankings : DataFrame
        As `segmentation.compare_rankings` returns it, for every ranking.
    missed : dict of str to float
        By money: what the ranking chosen leaves to others, in currency.
    shared : dict of str to float
        By money: customers served who are among the best by it, too.
    """

    ranked_by: str
    top: float
    n_customers: float
    rankings: pd.DataFrame
    missed: dict[str, float]
    shared: dict[str, float]


def tier_view(
    customers: pd.DataFrame,
    *,
    ranked_by: str = "loyalty",
    top: float = 0.2,
    by: Sequence[str] = _MEASURES,
    money: Sequence[str] = ("profit", "lifetime_value"),
) -> TierView:
    """Read what serving the best customers by one ranking brings, and what it misses.

    Parameters
    ----------
    customers : DataFrame
        One row per customer, with the columns `by` and `money`.
    ranked_by : str, default="loyalty"
        Which of `by` decides.
    top : float, default=0.2
        Share of customers served, in (0, 1].
    by : sequence of str, default=("profit", "loyalty", "lifetime_value")
        Columns to rank by; more is better.
    money : sequence of str, default=("profit", "lifetime_value")
        Columns in currency to add up.

    Returns
    -------
    TierView

    Raises
    ------
    InputError
        If a column is missing or the same for all, or an option has a value it cannot have.

    Examples
    --------
    >>> customers = pd.DataFrame(
    ...     {"profit": [9.0, 5, 1, -2], "loyalty": [1, 4, 3, 2], "lifetime_value": [3.0, 8, 9, 0]}
    ... )
    >>> tier_view(customers, ranked_by="loyalty", top=0.25).missed
    {'profit': 4.0, 'lifetime_value': 1.0}
    """
    check_fraction("top", top)
    rankings = compare_rankings(customers, by=by, money=money, top=top)
    check_choice("ranked_by", ranked_by, by)
    rows = rankings[rankings["ranked_by"] == ranked_by].set_index("money")
    return TierView(
        ranked_by=ranked_by,
        top=float(top),
        n_customers=float(rows["n_customers"].iloc[0]),
        rankings=rankings,
        missed={str(name): float(one) for name, one in rows["missed"].items()},
        shared={str(name): float(one) for name, one in rows["n_shared"].items()},
    )


def tier_explorer(
    customers: pd.DataFrame,
    *,
    by: Sequence[str] = _MEASURES,
    money: Sequence[str] = ("profit", "lifetime_value"),
    currency: str = "won",
) -> ipywidgets.VBox:
    """Explore who is best: move the share served and the ranking, read what it misses in money.

    Parameters
    ----------
    customers : DataFrame
        One row per customer, with the columns `by` and `money`.
    by : sequence of str, default=("profit", "loyalty", "lifetime_value")
        Columns to rank by; more is better.
    money : sequence of str, default=("profit", "lifetime_value")
        Columns in currency to add up.
    currency : str, default="won"
        Printed after amounts, as plain text.

    Returns
    -------
    ipywidgets.VBox
        Its children are the choice of the ranking, the slider, the words (HTML) and the picture
        (Image).

    Raises
    ------
    InputError
        If a column is missing, not finite or the same for all.
    InputTypeError
        If `currency` is not text.

    See Also
    --------
    tier_view : the numbers without the widget.

    Examples
    --------
    >>> customers = pd.DataFrame(
    ...     {"profit": [9.0, 5, 1, -2], "loyalty": [1, 4, 3, 2], "lifetime_value": [3.0, 8, 9, 0]}
    ... )
    >>> choice, slider, words, picture = tier_explorer(customers).children
    >>> slider.value = 0.5
    >>> choice.value = "loyalty"
    >>> "2 customers" in words.value
    True
    """
    if not isinstance(currency, str):
        raise InputTypeError(f"`currency` must be text; got {type(currency).__name__}.")
    if len(customers) < 2:
        raise InputError("`customers` must hold at least two customers.")
    compare_rankings(customers, by=by, money=money)  # refused before anything is shown
    choice = ipywidgets.Dropdown(
        options=[(name.replace("_", " "), name) for name in by], description="Ranked by"
    )
    slider = ipywidgets.SelectionSlider(
        options=[(f"{share:.0%}", share) for share in _SHARES],
        value=0.2,
        description="Served",
        layout={"width": "100%", "max_width": "640px"},
    )
    words = ipywidgets.HTML()
    # No tooltip: in ipywidgets 8 a browser fails on an Image that has one.
    picture = ipywidgets.Image(format="png", layout={"width": "100%", "max_width": "640px"})

    def show(_: object = None) -> None:
        view = tier_view(customers, ranked_by=choice.value, top=slider.value, by=by, money=money)
        words.value = _write_words(view, html.escape(currency))
        picture.value = _draw_picture(view, currency)

    choice.observe(show, names="value")
    slider.observe(show, names="value")
    show()
    return ipywidgets.VBox([choice, slider, words, picture])


def _write_words(view: TierView, currency: str) -> str:
    """Say in HTML what the choice does, for those who cannot see the picture too."""
    name = html.escape(view.ranked_by.replace("_", " "))
    parts = []
    for kind, missed in view.missed.items():
        what = html.escape(kind.replace("_", " "))
        share = view.shared[kind] / view.n_customers
        parts.append(
            f"<li>{share:.0%} of them are among the best by {what}, too; the others cost "
            f"<b>{missed:,.0f} {currency}</b> of {what}.</li>"
        )
    return (
        f"<p>The best {view.top:.0%} by {name}: <b>{view.n_customers:,.0f} customers</b>.</p>"
        f"<ul>{''.join(parts)}</ul>"
    )


def _draw_picture(view: TierView, currency: str) -> bytes:
    """Draw what each ranking holds, as PNG; nothing of pyplot is opened."""
    figure = Figure(figsize=(6.4, 3.4), dpi=120)
    FigureCanvasAgg(figure)
    plot_rankings(view.rankings, currency=currency, ax=figure.add_axes(_AXES))
    png = BytesIO()
    figure.savefig(png, format="png")
    return png.getvalue()
