"""The levers of lifetime value: a slider each, and what the customers are then worth."""

import html
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Literal

import ipywidgets
import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from crmlab._checks import check_choice, check_number
from crmlab._errors import InputError, InputTypeError
from crmlab._units import Unit
from crmlab.ltv import ltv_levers
from crmlab.plots import plot_levers

__all__ = ["LeverView", "lever_explorer", "lever_view"]

Payment = Literal["advance", "renewal", "arrears"]

_AXES = (0.2, 0.14, 0.74, 0.74)  # room for the names; finding it anew would slow each step
_LEFT = 'style="text-align: left; padding: 0 0.6em"'
_RIGHT = 'style="text-align: right; padding: 0 0.6em"'
_LABELS = {
    "frequency": "Frequency",
    "price": "Price",
    "tenure": "Tenure",
    "margin": "Margin",
    "service_cost": "Service cost",
    "acquisition_cost": "Acquisition cost",
}
_UNITS = {"D": "day", "W": "week", "M": "month", "Q": "quarter", "Y": "year"}


@dataclass(frozen=True, eq=False)
class LeverView:
    """What moved levers do to customer equity.

    Attributes
    ----------
    n_customers : int
        Customers to be won, all alike.
    equity_before, equity_after : float
        Customers times lifetime value, net of acquisition, in currency.
    gain : float
        What all moves bring together, in currency.
    table : DataFrame
        One row per lever: `lever`, `before`, `after`, and `gain_alone`, in currency for all
        customers, had only this lever been moved.
    ahead : DataFrame
        `ltv_levers` at the new position: what the next 10 % of each lever bring.
    best : tuple of str
        The levers whose next 10 % bring most; several where they bring the same.
    """

    n_customers: int
    equity_before: float
    equity_after: float
    gain: float
    table: pd.DataFrame
    ahead: pd.DataFrame
    best: tuple[str, ...]


def lever_view(
    moves: Mapping[str, float] | None = None,
    *,
    price: float,
    frequency: float,
    margin: float,
    retention: float,
    service_cost: float = 0.0,
    acquisition_cost: float = 0.0,
    discount_rate: float,
    payment: Payment = "advance",
    n_customers: int = 1,
    period: Unit = "Y",
    per: Unit = "Y",
) -> LeverView:
    """Move the levers of lifetime value and compare customer equity before and after.

    Parameters
    ----------
    moves : mapping of str to float, optional
        Fraction by which a lever rises, above -1: ``{"price": 0.1, "service_cost": -0.2}``.
        Levers are "price", "frequency", "tenure", "margin", "service_cost" and
        "acquisition_cost"; those left out stay. Margin stops at 1, and tenure at one period.
    price : float
        Price of a purchase, in currency.
    frequency : float
        Purchases per period.
    margin : float
        Fraction of the price that is left after the cost of the goods, at most 1.
    retention : float
        Probability of staying from one period to the next, in [0, 1).
    service_cost : float, default=0.0
        Cost of keeping a customer, in currency per period.
    acquisition_cost : float, default=0.0
        Cost of winning a customer, in currency, paid now.
    discount_rate : float
        Effective rate per `per`, above -1.
    payment : {"advance", "renewal", "arrears"}, default="advance"
        When the margin is paid; see `crmlab.ltv.simple_ltv`.
    n_customers : int, default=1
        Customers to be won, at least 1.
    period, per : {"D", "W", "M", "Q", "Y"}, default="Y"
        Unit of `frequency`, `retention` and `service_cost`, and of `discount_rate`.

    Returns
    -------
    LeverView

    Raises
    ------
    InputError
        If a lever is unknown, a number is missing or out of range, or the value is infinite.
    InputTypeError
        If an argument is not a number.

    See Also
    --------
    crmlab.ltv.ltv_levers : one lever at a time, all by the same fraction.

    Examples
    --------
    >>> view = lever_view(
    ...     {"price": 0.1, "tenure": 0.1}, price=50, frequency=4, margin=0.3, retention=0.8,
    ...     service_cost=10, acquisition_cost=60, discount_rate=0.12, n_customers=100,
    ... )
    >>> round(view.equity_before), round(view.gain), round(view.table["gain_alone"].sum())
    (11500, 3281, 3154)
    """
    terms: dict[str, Any] = {
        "discount_rate": discount_rate, "payment": payment, "n_customers": n_customers,
        "period": period, "per": per,
    }  # fmt: skip
    base = ltv_levers(
        price=price, frequency=frequency, margin=margin, retention=retention,
        service_cost=service_cost, acquisition_cost=acquisition_cost, **terms,
    )  # fmt: skip
    rises = _check_moves(moves or {})
    before = {str(name): float(start) for name, start in base.set_index("lever")["base"].items()}
    after = {lever: _move(lever, start, rises.get(lever, 0.0)) for lever, start in before.items()}
    worth, ahead = _value_before(base), _compare(after, terms)
    alone = [_value_before(_compare(before | {lever: after[lever]}, terms)) for lever in before]
    columns = {"lever": list(before), "before": before.values(), "after": after.values()}
    gains = [n_customers * (value - worth) for value in alone]
    return LeverView(
        n_customers=n_customers,
        equity_before=n_customers * worth,
        equity_after=n_customers * _value_before(ahead),
        gain=n_customers * (_value_before(ahead) - worth),
        table=pd.DataFrame(columns).assign(gain_alone=gains),
        ahead=ahead,
        best=tuple(ahead["lever"][np.isclose(ahead["gain"], ahead["gain"].max())]),
    )


def _check_moves(moves: Mapping[str, float]) -> dict[str, float]:
    """Return the moves as floats above -1, each of a known lever."""
    for lever in moves:
        check_choice("moves", lever, _LABELS)
    return {
        lever: check_number(
            f"moves[{lever!r}]", rise, low=-1, open_low=True, remedy="Write a rise by 10 % as 0.1."
        )
        for lever, rise in moves.items()
    }


def _move(lever: str, start: float, rise: float) -> float:
    """Raise one lever within what is possible."""
    end = start * (1 + rise)
    if lever == "margin":
        return min(end, 1.0)
    return max(end, 1.0) if lever == "tenure" else end


def _value_before(levers: pd.DataFrame) -> float:
    """Value of a customer before any lever of the table moves."""
    return float((levers["value"] - levers["gain"]).iloc[0])


def _compare(levers: dict[str, float], terms: dict[str, Any]) -> pd.DataFrame:
    """`ltv_levers` at these levers."""
    rest: dict[str, Any] = {name: number for name, number in levers.items() if name != "tenure"}
    return ltv_levers(**rest, retention=1 - 1 / levers["tenure"], **terms)


def lever_explorer(*, currency: str = "USD", **economics: Any) -> ipywidgets.VBox:
    """Explore the levers of lifetime value: a slider each, a table, what to move next.

    Parameters
    ----------
    currency : str, default="USD"
        Printed after amounts, as plain text.
    **economics : float, int or str
        The business before any move: the keyword arguments of `lever_view`. A cost of zero has
        no slider.

    Returns
    -------
    ipywidgets.VBox
        Its children are the sliders, the words (HTML) and the picture (Image).

    Raises
    ------
    InputError
        If a number is missing or out of range, or `discount_rate` is negative.
    InputTypeError
        If an argument is missing or not a number, or `currency` is not text.

    See Also
    --------
    lever_view : the numbers without the widget.

    Examples
    --------
    >>> explorer = lever_explorer(
    ...     price=50, frequency=4, margin=0.3, retention=0.8, discount_rate=0.12, n_customers=100
    ... )
    >>> *sliders, words, picture = explorer.children
    >>> [slider.description for slider in sliders]
    ['Frequency', 'Price', 'Tenure', 'Margin']
    >>> sliders[2].value = 0.1
    >>> "21,000 USD before, 22,265 USD after" in words.value
    True
    """
    if not isinstance(currency, str):
        raise InputTypeError(f"`currency` must be text; got {type(currency).__name__}.")
    start = lever_view(**economics)
    if economics["discount_rate"] < 0:
        raise InputError(
            "`discount_rate` must not be negative here, since a longer tenure could be worth "
            f"infinitely much; got {economics['discount_rate']!r}."
        )
    positive = start.table.loc[start.table["before"] > 0, "lever"]
    sliders = {
        lever: _make_slider(label) for lever, label in _LABELS.items() if lever in set(positive)
    }
    words = ipywidgets.HTML()
    # No tooltip: in ipywidgets 8 a browser fails on an Image that has one.
    picture = ipywidgets.Image(format="png", layout={"width": "100%", "max_width": "640px"})
    unit = _UNITS[economics.get("period", "Y")]

    def show(_: object = None) -> None:
        moves = {lever: slider.value for lever, slider in sliders.items()}
        view = lever_view(moves, **economics)
        words.value = _write_words(view, html.escape(currency), unit)
        picture.value = _draw_picture(view)

    for slider in sliders.values():
        slider.observe(show, names="value")
    show()
    return ipywidgets.VBox([*sliders.values(), words, picture])


def _make_slider(label: str) -> ipywidgets.FloatSlider:
    return ipywidgets.FloatSlider(
        value=0.0,
        min=-0.5,
        max=1.0,
        step=0.05,
        readout_format="+.0%",
        description=label,
        style={"description_width": "8em"},
        layout={"width": "100%", "max_width": "640px"},
    )


def _write_words(view: LeverView, currency: str, unit: str) -> str:
    """Say in HTML what the sliders did, for those who cannot see the picture too."""
    units = {"price": currency, "frequency": f"per {unit}", "tenure": f"{unit}s", "margin": "",
             "service_cost": f"{currency} per {unit}", "acquisition_cost": currency}  # fmt: skip
    columns = (view.table[name] for name in ("lever", "before", "after", "gain_alone"))
    rows = "".join(
        f"<tr><th {_LEFT}>{_LABELS[lever]}</th><td {_RIGHT}>{before:,.2f}</td>"
        f"<td {_RIGHT}>{after:,.2f}</td><td {_LEFT}>{units[lever]}</td>"
        f"<td {_RIGHT}>{gain:+,.0f}</td></tr>"
        for lever, before, after, gain in zip(*columns, strict=True)
        if before > 0
    )
    *others, last = (_LABELS[lever].lower() for lever in view.best)
    best = f"{', '.join(others)} or {last}" if others else last
    verb = "less" if view.best[0].endswith("cost") else "more"
    return (
        f"<p>Customer equity of {view.n_customers:,} customers: {view.equity_before:,.0f} "
        f"{currency} before, {view.equity_after:,.0f} {currency} after, "
        f"<b>{view.gain:+,.0f} {currency}</b>.</p>"
        f"<table><tr><th {_LEFT}>lever</th><th {_RIGHT}>before</th><th {_RIGHT}>after</th>"
        f"<th></th><th {_RIGHT}>gain</th></tr>{rows}</table>"
        f"<p>The gain in {currency} is that of each move alone. "
        f"From here, 10 % {verb} <b>{best}</b> brings most: "
        f"{view.ahead['gain_total'].max():+,.0f} {currency}.</p>"
    )


def _draw_picture(view: LeverView) -> bytes:
    """Draw what the next 10 % of each lever bring, as PNG; nothing of pyplot is opened."""
    figure = Figure(figsize=(6.4, 3.4), dpi=120)
    FigureCanvasAgg(figure)
    plot_levers(view.ahead, ax=figure.add_axes(_AXES))
    png = BytesIO()
    figure.savefig(png, format="png")
    return png.getvalue()
