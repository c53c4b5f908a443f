"""A closed loop beside an open one: switches for the parts of CRM, sliders for time and test."""

import html
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import ipywidgets
import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from crmlab._checks import check_count, check_fraction
from crmlab._errors import InputError, InputTypeError
from crmlab.closed_loop import run_loop
from crmlab.company import Company
from crmlab.plots import plot_loop

__all__ = ["LoopView", "loop_explorer", "loop_view"]

_AXES = (0.15, 0.14, 0.81, 0.76)  # room for the labels; finding it anew would slow each step
_MOST = 24  # periods on the slider
_PARTS = ("operational", "analytical", "collaborative")


@dataclass(frozen=True)
class LoopView:
    """What a closed loop earns beside an open one with the same parts of CRM.

    Attributes
    ----------
    profit : float
        Of the closed loop over all periods, in currency.
    open_profit : float
        Of the open loop, which learns in the first period alone, in currency.
    gain : float
        What closing the loop adds, in currency; below 0 where it costs more than it brings.
    possible : float
        Profit of a firm with the same capacity that knows what each contact adds, in currency.
    deepest : float
        How far the closed loop was behind at worst, added up so far, in currency; at most 0.
    paid_back : int
        First period from which on it is not behind again; 0 if it is behind at the end.
    table, beside : DataFrame
        `table` of `run_loop`, closed and open.
    """

    profit: float
    open_profit: float
    gain: float
    possible: float
    deepest: float
    paid_back: int
    table: pd.DataFrame
    beside: pd.DataFrame


def loop_view(
    company: Company,
    *,
    periods: int = 8,
    test: float = 0.1,
    operational: bool = True,
    analytical: bool = True,
    collaborative: bool = True,
    capacity: float = 0.4,
    change: float = 0.1,
    seed: int = 0,
) -> LoopView:
    """Describe what a closed loop earns beside an open one with the same parts of CRM.

    Parameters
    ----------
    company, periods, test, operational, analytical, collaborative, capacity, change, seed
        As for `crmlab.closed_loop.run_loop`.

    Returns
    -------
    LoopView

    Raises
    ------
    InputError, InputTypeError
        As `crmlab.closed_loop.run_loop`.

    Examples
    --------
    >>> from crmlab.datasets import load_company
    >>> view = loop_view(load_company(), periods=3)
    >>> view.gain < 0, view.paid_back
    (True, 0)
    """
    options: dict[str, Any] = {
        "periods": periods, "test": test, "operational": operational, "analytical": analytical,
        "collaborative": collaborative, "capacity": capacity, "change": change, "seed": seed,
    }  # fmt: skip
    table = run_loop(company, **options).table
    beside = run_loop(company, closed=False, **options).table
    ahead = (table["profit"] - beside["profit"]).cumsum().to_numpy()
    behind = np.flatnonzero(ahead < 0)
    free = int(behind[-1]) + 2 if len(behind) else 1
    profit, open_profit = float(table["profit"].sum()), float(beside["profit"].sum())
    return LoopView(
        profit=profit,
        open_profit=open_profit,
        gain=profit - open_profit,
        possible=float(table["possible"].sum()),
        deepest=min(float(ahead.min()), 0.0),
        paid_back=0 if free > len(ahead) else free,
        table=table,
        beside=beside,
    )


def loop_explorer(
    company: Company,
    *,
    periods: int = 8,
    test: float = 0.1,
    capacity: float = 0.4,
    change: float = 0.1,
    seed: int = 0,
    currency: str = "USD",
) -> ipywidgets.VBox:
    """Explore the loop: switches for the parts of CRM, sliders for periods and test.

    Parameters
    ----------
    company, capacity, change, seed
        As for `crmlab.closed_loop.run_loop`.
    periods : int, default=8
        At the start; the slider goes from 1 to 24.
    test : float, default=0.1
        Share of each group that stays in the test at the start; the slider goes to `capacity`.
    currency : str, default="USD"
        Printed after amounts, as plain text.

    Returns
    -------
    ipywidgets.VBox
        Its children are three switches (operational, analytical, collaborative), the sliders of
        periods and test, the words (HTML) and the picture (Image).

    Raises
    ------
    InputError, InputTypeError
        As `loop_view`, if the slider does not reach `periods`, and if `currency` is not text.

    Examples
    --------
    >>> from crmlab.datasets import load_company
    >>> box = loop_explorer(load_company(), periods=1, currency="KRW")
    >>> operational, analytical, collaborative, often, tested, words, picture = box.children
    >>> "<b>as much as</b>" in words.value
    True
    >>> often.value = 2
    >>> "less than</b> the open one" in words.value
    True
    """
    if not isinstance(currency, str):
        raise InputTypeError(f"`currency` must be text; got {type(currency).__name__}.")
    if check_count("periods", periods) > _MOST:
        raise InputError(f"`periods` must be at most {_MOST} for its slider; got {periods}.")
    top = check_fraction("capacity", capacity)
    fixed: dict[str, Any] = {"capacity": capacity, "change": change, "seed": seed}
    loop_view(company, periods=periods, test=test, **fixed)
    parts = [ipywidgets.Checkbox(value=True, description=each, **_LOOKS) for each in _PARTS]
    often = ipywidgets.IntSlider(value=periods, min=1, max=_MOST, description="Periods", **_LOOKS)
    tested = ipywidgets.FloatSlider(
        value=test, min=0.0, max=top, step=0.01, readout_format=".0%", description="In the test",
        **_LOOKS,
    )  # fmt: skip
    words = ipywidgets.HTML()
    # No tooltip: in ipywidgets 8 a browser fails on an Image that has one.
    picture = ipywidgets.Image(format="png", layout={"width": "100%", "max_width": "640px"})

    def show(_: object = None) -> None:
        held = {name: part.value for name, part in zip(_PARTS, parts, strict=True)}
        # A slider may stand a hair beside its ends.
        share = min(max(tested.value, 0.0), top)
        view = loop_view(company, periods=often.value, test=share, **held, **fixed)
        words.value = _write_words(view, html.escape(currency))
        picture.value = _draw_picture(view)

    for each in (*parts, often, tested):
        each.observe(show, names="value")
    show()
    return ipywidgets.VBox([*parts, often, tested, words, picture])


_LOOKS: dict[str, Any] = {
    "style": {"description_width": "9em"},
    "layout": {"width": "100%", "max_width": "640px"},
}


def _write_words(view: LoopView, currency: str) -> str:
    """Say in HTML what the picture shows, for those who cannot see it too."""
    more = "more" if view.gain > 0 else "less"
    told = f"{abs(view.gain):,.0f} {currency} {more} than" if view.gain else "as much as"
    back = f"is paid back in period {view.paid_back}" if view.paid_back else "is not paid back"
    late = f" At worst it is {-view.deepest:,.0f} {currency} behind, which {back}."
    return (
        f"<p>Over {len(view.table)} periods the closed loop earns {view.profit:,.0f} {currency}, "
        f"<b>{told}</b> the open one. A firm that knew what each contact adds would earn "
        f"{view.possible:,.0f} {currency}.{late if view.deepest else ''}</p>"
    )


def _draw_picture(view: LoopView) -> bytes:
    """Draw both loops by period, as PNG; nothing of pyplot is opened."""
    figure = Figure(figsize=(6.4, 4.0), dpi=120)
    FigureCanvasAgg(figure)
    plot_loop(view.table, beside=view.beside, ax=figure.add_axes(_AXES))
    png = BytesIO()
    figure.savefig(png, format="png")
    return png.getvalue()
