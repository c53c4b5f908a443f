"""The threshold of a match: who is merged, who is not, and what both mistakes cost."""

import html
from dataclasses import dataclass
from io import BytesIO

import ipywidgets
import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from crmlab._checks import check_columns, check_count
from crmlab._errors import InputError, InputTypeError
from crmlab.plots import plot_link_thresholds

__all__ = ["LinkageView", "linkage_explorer", "linkage_view"]

_AXES = (0.12, 0.17, 0.84, 0.70)  # room for the labels; finding it anew would slow each step
_COLUMNS = ["n_people", "n_true_people", "n_reached", "precision", "recall", "f1"]


@dataclass(frozen=True)
class LinkageView:
    """What one threshold does.

    Attributes
    ----------
    threshold : float
        Probability from which two records count as one person.
    precision, recall, f1 : float
        Of the linked pairs, in [0, 1].
    n_people, n_true_people : int
        People found, and people there are.
    wasted_mailings : int
        Mailings a year to people who get the same one already.
    people_missed : int
        People who get none, since they were merged with somebody else.
    wasted_money : float
        What the wasted mailings cost a year, in currency.
    """

    threshold: float
    precision: float
    recall: float
    f1: float
    n_people: int
    n_true_people: int
    wasted_mailings: int
    people_missed: int
    wasted_money: float


def linkage_view(
    table: pd.DataFrame, threshold: float, *, cost_per_mailing: float, mailings: int = 1
) -> LinkageView:
    """Read what a threshold does, and what its mistakes cost a mailing to everybody found.

    Parameters
    ----------
    table : DataFrame
        As `identity.threshold_table` returns it when it knows the truth.
    threshold : float
        One of the thresholds of the table.
    cost_per_mailing : float
        Cost of one mailing to one person found, in currency.
    mailings : int, default=1
        Mailings a year.

    Returns
    -------
    LinkageView

    Raises
    ------
    InputError
        If a column or the threshold is not in the table, or a number is out of range.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"n_people": [98, 110], "n_true_people": 100, "n_reached": [96, 100],
    ...      "precision": [0.9, 1.0], "recall": [0.99, 0.8], "f1": [0.94, 0.89]},
    ...     index=pd.Index([0.5, 0.99], name="threshold"),
    ... )
    >>> view = linkage_view(table, 0.99, cost_per_mailing=1_000, mailings=4)
    >>> view.wasted_mailings, view.wasted_money, view.people_missed
    (40, 40000.0, 0)
    """
    check_columns(table.columns, _COLUMNS, what="The table of thresholds")
    check_count("mailings", mailings)
    if not 0 <= cost_per_mailing < float("inf"):
        raise InputError(
            f"`cost_per_mailing` must be finite and not negative; got {cost_per_mailing!r}."
        )
    if threshold not in table.index:
        raise InputError(f"`threshold` must be one of {list(table.index)}; got {threshold!r}.")
    row = table[_COLUMNS].astype(float).to_dict("index")[threshold]
    wasted = int(row["n_people"] - row["n_reached"]) * mailings
    return LinkageView(
        threshold=float(threshold),
        precision=row["precision"],
        recall=row["recall"],
        f1=row["f1"],
        n_people=int(row["n_people"]),
        n_true_people=int(row["n_true_people"]),
        wasted_mailings=wasted,
        people_missed=int(row["n_true_people"] - row["n_reached"]),
        wasted_money=float(wasted * cost_per_mailing),
    )


def linkage_explorer(
    table: pd.DataFrame, *, cost_per_mailing: float, mailings: int = 1, currency: str = "won"
) -> ipywidgets.VBox:
    """Explore the threshold of a match: precision, recall, wasted mailings and people missed.

    Parameters
    ----------
    table : DataFrame
        As `identity.threshold_table` returns it when it knows the truth.
    cost_per_mailing : float
        Cost of one mailing to one person found, in currency.
    mailings : int, default=1
        Mailings a year.
    currency : str, default="won"
        Printed after amounts, as plain text.

    Returns
    -------
    ipywidgets.VBox
        Its children are the slider, the words (HTML) and the picture (Image).

    Raises
    ------
    InputError
        If a column is missing or a number out of range.
    InputTypeError
        If `currency` is not text.

    See Also
    --------
    linkage_view : the numbers without the widget.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"n_people": [98, 110], "n_true_people": 100, "n_reached": [96, 100],
    ...      "precision": [0.9, 1.0], "recall": [0.99, 0.8], "f1": [0.94, 0.89]},
    ...     index=pd.Index([0.5, 0.99], name="threshold"),
    ... )
    >>> explorer = linkage_explorer(table, cost_per_mailing=1_000, mailings=4)
    >>> slider, words, picture = explorer.children
    >>> slider.value = 0.99
    >>> "40,000 won" in words.value
    True
    """
    if not isinstance(currency, str):
        raise InputTypeError(f"`currency` must be text; got {type(currency).__name__}.")
    thresholds = sorted(table.index)
    middle = min(thresholds, key=lambda value: abs(value - 0.9))
    slider = ipywidgets.SelectionSlider(
        options=[(f"{value:g}", value) for value in thresholds],
        value=middle,
        description="Threshold",
        layout={"width": "100%", "max_width": "640px"},
    )
    words = ipywidgets.HTML()
    # No tooltip: in ipywidgets 8 a browser fails on an Image that has one.
    picture = ipywidgets.Image(format="png", layout={"width": "100%", "max_width": "640px"})

    def show(_: object = None) -> None:
        view = linkage_view(
            table, slider.value, cost_per_mailing=cost_per_mailing, mailings=mailings
        )
        words.value = _write_words(view, html.escape(currency))
        picture.value = _draw_picture(table, view)

    slider.observe(show, names="value")
    show()
    return ipywidgets.VBox([slider, words, picture])


def _write_words(view: LinkageView, currency: str) -> str:
    """Say in HTML what the threshold does, for those who cannot see the picture too."""
    off = view.n_people - view.n_true_people
    return (
        f"<p>From a probability of {view.threshold:g} two records count as one person: "
        f"<b>{view.n_people:,} people</b>, {off:+,} against the truth.</p>"
        f"<p>Of the pairs linked {view.precision:.1%} are right (precision); of the true pairs "
        f"{view.recall:.1%} are found (recall).</p>"
        f"<p>Wasted: <b>{view.wasted_mailings:,} mailings a year, {view.wasted_money:,.0f} "
        f"{currency}</b>. Missed: <b>{view.people_missed:,} people</b> who were taken for somebody "
        f"else and get none.</p>"
    )


def _draw_picture(table: pd.DataFrame, view: LinkageView) -> bytes:
    """Draw the curves with the threshold chosen, as PNG; nothing of pyplot is opened."""
    figure = Figure(figsize=(6.4, 3.4), dpi=120)
    FigureCanvasAgg(figure)
    ax = plot_link_thresholds(table.reset_index(), ax=figure.add_axes(_AXES))
    # Few thresholds stand at even steps, so ask the curve where this one is.
    place = np.asarray(ax.lines[0].get_xdata())[sorted(table.index).index(view.threshold)]
    ax.axvline(float(place), color="0.4", linewidth=1, linestyle="--")
    png = BytesIO()
    figure.savefig(png, format="png")
    return png.getvalue()
