"""How often to contact: sliders over the profit of a customer by the number of contacts."""

import html
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import ipywidgets
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from crmlab._checks import check_count
from crmlab._errors import InputError, InputTypeError
from crmlab.contact import contact_frequency
from crmlab.plots import plot_contact_frequency

__all__ = ["ContactView", "contact_explorer", "contact_view"]

_AXES = (0.15, 0.14, 0.81, 0.76)  # room for the labels; finding it anew would slow each step


@dataclass(frozen=True)
class ContactView:
    """What a number of contacts a year brings of a customer.

    Attributes
    ----------
    contacts : int
        Planned contacts.
    response_rate : float
        Share of the contacts made that are responded to.
    responses : float
        Expected responses.
    stopped : float
        Probability that the customer has ended all contact by the end.
    profit : float
        In currency, per customer.
    best_contacts : int
        Number of contacts of highest profit, up to the highest looked at.
    best_profit : float
        That profit, in currency.
    untired_contacts, untired_profit : int, float
        The same if contacts did not tire: what a plan promises that leaves fatigue out.
    table : DataFrame
        As `contact_frequency` returns it.
    """

    contacts: int
    response_rate: float
    responses: float
    stopped: float
    profit: float
    best_contacts: int
    best_profit: float
    untired_contacts: int
    untired_profit: float
    table: pd.DataFrame


def contact_view(
    base_rate: float,
    *,
    contacts: int = 6,
    fatigue: float,
    margin: float,
    cost: float,
    stop_rate: float = 0.0,
    consent_value: float = 0.0,
    fatigue_days: float = 60.0,
    most: int = 24,
) -> ContactView:
    """Describe what a number of contacts a year brings of a customer.

    Parameters
    ----------
    base_rate, fatigue, margin, cost, stop_rate, consent_value, fatigue_days
        As for `crmlab.contact.contact_frequency`, over 365 days.
    contacts : int, default=6
        Planned contacts a year, from 0 to `most`.
    most : int, default=24
        Highest number looked at, at least 1.

    Returns
    -------
    ContactView

    Raises
    ------
    InputError
        If a number is out of range.
    InputTypeError
        If an argument is not a number.

    Examples
    --------
    >>> view = contact_view(0.35, contacts=12, fatigue=-0.4, margin=180, cost=30)
    >>> view.best_contacts, view.untired_contacts, round(view.profit)
    (12, 24, 228)
    """
    top = check_count("most", most)
    planned = check_count("contacts", contacts, minimum=0)
    if planned > top:
        raise InputError(f"`contacts` must be at most `most`, {top}; got {planned}.")
    economics: dict[str, Any] = {
        "margin": margin, "cost": cost, "stop_rate": stop_rate, "consent_value": consent_value,
        "fatigue_days": fatigue_days,
    }  # fmt: skip
    table = contact_frequency(base_rate, fatigue=fatigue, most=top, **economics)
    rested = contact_frequency(base_rate, fatigue=0.0, most=top, **economics)
    at, best = table.iloc[planned], table.iloc[int(table["profit"].argmax())]
    hoped = rested.iloc[int(rested["profit"].argmax())]
    return ContactView(
        contacts=planned,
        response_rate=float(at["response_rate"]),
        responses=float(at["responses"]),
        stopped=float(at["stopped"]),
        profit=float(at["profit"]),
        best_contacts=int(best["contacts"]),
        best_profit=float(best["profit"]),
        untired_contacts=int(hoped["contacts"]),
        untired_profit=float(hoped["profit"]),
        table=table,
    )


def contact_explorer(
    base_rate: float,
    *,
    contacts: int = 6,
    fatigue: float,
    margin: float,
    cost: float,
    stop_rate: float = 0.0,
    consent_value: float = 0.0,
    fatigue_days: float = 60.0,
    most: int = 24,
    currency: str = "USD",
) -> ipywidgets.VBox:
    """Explore how often to contact: sliders for frequency, fatigue and endings; words, a picture.

    Parameters
    ----------
    base_rate, contacts, margin, cost, consent_value, fatigue_days, most
        As for `contact_view`.
    fatigue : float
        Change of log odds per contact at the start, in [-2, 0].
    stop_rate : float, default=0.0
        Probability that a contact ends all later ones at the start, in [0, 0.2].
    currency : str, default="USD"
        Printed after amounts, as plain text.

    Returns
    -------
    ipywidgets.VBox
        Its children are the three sliders, the words (HTML) and the picture (Image).

    Raises
    ------
    InputError, InputTypeError
        As `contact_view`, if a slider does not reach a number, and if `currency` is not text.

    Examples
    --------
    >>> often, tires, ends, words, picture = contact_explorer(
    ...     0.35, fatigue=-0.4, margin=180, cost=30, currency="KRW"
    ... ).children
    >>> often.value = 12
    >>> "<b>12 contacts</b>" in words.value
    True
    """
    if not isinstance(currency, str):
        raise InputTypeError(f"`currency` must be text; got {type(currency).__name__}.")
    fixed: dict[str, Any] = {
        "margin": margin, "cost": cost, "consent_value": consent_value,
        "fatigue_days": fatigue_days, "most": most,
    }  # fmt: skip
    contact_view(base_rate, contacts=contacts, fatigue=fatigue, stop_rate=stop_rate, **fixed)
    for name, value, low, high in (("fatigue", fatigue, -2, 0), ("stop_rate", stop_rate, 0, 0.2)):
        if not low <= value <= high:
            raise InputError(f"`{name}` must be in [{low}, {high}] for its slider; got {value!r}.")
    often = ipywidgets.IntSlider(
        value=contacts, min=0, max=most, description="Contacts a year", **_LOOKS
    )
    tires = _make_slider("Fatigue (log odds)", fatigue, low=-2.0, high=0.0, step=0.05, shown=".2f")
    ends = _make_slider("Ends all contact", stop_rate, low=0.0, high=0.2, step=0.002, shown=".1%")
    words = ipywidgets.HTML()
    # No tooltip: in ipywidgets 8 a browser fails on an Image that has one.
    picture = ipywidgets.Image(format="png", layout={"width": "100%", "max_width": "640px"})

    def show(_: object = None) -> None:
        # A slider may stand a hair beside 0.
        options = {"fatigue": min(tires.value, 0.0), "stop_rate": max(ends.value, 0.0)}
        view = contact_view(base_rate, contacts=often.value, **options, **fixed)
        words.value = _write_words(view, html.escape(currency))
        picture.value = _draw_picture(view, currency)

    for slider in (often, tires, ends):
        slider.observe(show, names="value")
    show()
    return ipywidgets.VBox([often, tires, ends, words, picture])


_LOOKS: dict[str, Any] = {
    "style": {"description_width": "9em"},
    "layout": {"width": "100%", "max_width": "640px"},
}


def _make_slider(
    label: str, start: float, *, low: float, high: float, step: float, shown: str
) -> ipywidgets.FloatSlider:
    return ipywidgets.FloatSlider(
        value=float(start), min=low, max=high, step=step, readout_format=shown, description=label,
        **_LOOKS,
    )  # fmt: skip


def _write_words(view: ContactView, currency: str) -> str:
    """Say in HTML what the picture shows, for those who cannot see it too."""
    return (
        f"<p><b>{view.contacts} contacts</b> a year: {view.response_rate:.0%} of those made are "
        f"responded to, {view.stopped:.0%} of customers have ended contact by the end, and a "
        f"customer earns <b>{view.profit:,.0f} {currency}</b>. Most is earned with "
        f"{view.best_contacts}: {view.best_profit:,.0f} {currency}. A plan without fatigue would "
        f"choose {view.untired_contacts} and promise {view.untired_profit:,.0f} {currency}.</p>"
    )


def _draw_picture(view: ContactView, currency: str) -> bytes:
    """Draw the profit with the chosen number marked, as PNG; nothing of pyplot is opened."""
    figure = Figure(figsize=(6.4, 4.0), dpi=120)
    FigureCanvasAgg(figure)
    ax = plot_contact_frequency(view.table, currency=currency, ax=figure.add_axes(_AXES))
    ax.axvline(view.contacts, color="black", linestyle=":", linewidth=1.5)
    png = BytesIO()
    figure.savefig(png, format="png")
    return png.getvalue()
