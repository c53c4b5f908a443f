"""A reward for recommendations: move it, and how many come anyway, and read what it earns."""

import html
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import ipywidgets
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from crmlab._checks import check_fraction, check_number
from crmlab._errors import InputTypeError
from crmlab.acquisition import ResponseCurve, reward_curve
from crmlab.plots import plot_reward

__all__ = ["ReferralView", "referral_explorer", "referral_view"]

_AXES = (0.17, 0.15, 0.79, 0.74)  # room for the labels; finding it anew would slow each step


@dataclass(frozen=True)
class ReferralView:
    """What a reward for recommendations brings, beside the best one.

    Attributes
    ----------
    reward : float
        Paid for each success, in currency.
    anyway : float
        Share of those recommended who would have come without that, in [0, 1].
    reproduction : float
        Customers whom one customer brings.
    n_brought : float
        Customers brought in the end.
    gain : float
        Added by all recommendations, rewards taken off, in currency.
    extra : float
        Of that, what this reward adds to what recommendations add without one.
    best_reward, best_gain : float
        The reward that earns most, up to the largest looked at, and what it earns.
    """

    reward: float
    anyway: float
    reproduction: float
    n_brought: float
    gain: float
    extra: float
    best_reward: float
    best_gain: float


def referral_view(
    recommending: ResponseCurve,
    *,
    reward: float = 0.0,
    anyway: float,
    told: float,
    conversion: float,
    value: float,
    saved_cost: float = 0.0,
    n_start: float = 1.0,
    market: float | None = None,
    highest: float | None = None,
) -> ReferralView:
    """Read what a reward earns, and how far it is from the best.

    Parameters
    ----------
    recommending, anyway, told, conversion, value, saved_cost, n_start, market
        As in `acquisition.reward_curve`.
    reward : float, default=0.0
        Paid for each success, in currency; 0 or more.
    highest : float, optional
        Largest reward among which the best is sought, in currency; at least `reward`. Default:
        `value`, or `reward` where that is more.

    Returns
    -------
    ReferralView

    Raises
    ------
    InputError, InputTypeError
        If `highest` is below `reward`, or as in `acquisition.reward_curve`.

    Examples
    --------
    >>> asked = ResponseCurve(ceiling=0.5, slope=0.05, floor=0.2)
    >>> view = referral_view(
    ...     asked, reward=10, anyway=0.3, told=5, conversion=0.1, value=100, saved_cost=20,
    ...     n_start=1000,
    ... )
    >>> round(view.n_brought), round(view.extra), round(view.best_reward)
    (189, 4035, 20)
    """
    paid = check_number("reward", reward, low=0)
    worth = check_number("value", value, low=0)
    if highest is None:
        most = max(worth, paid)
    else:
        most = check_number("highest", highest, low=paid, remedy="That is the `reward`.")
    terms: dict[str, Any] = {
        "recommending": recommending, "anyway": anyway, "told": told, "conversion": conversion,
        "value": worth, "saved_cost": saved_cost, "n_start": n_start, "market": market,
    }  # fmt: skip
    row = reward_curve([paid, most], **terms).iloc[0]
    best = reward_curve([row["best"]], **terms).iloc[0]
    return ReferralView(
        reward=paid,
        anyway=float(anyway),
        reproduction=float(row["reproduction"]),
        n_brought=float(row["n_brought"]),
        gain=float(row["gain"]),
        extra=float(row["extra"]),
        best_reward=float(row["best"]),
        best_gain=float(best["gain"]),
    )


def referral_explorer(
    recommending: ResponseCurve,
    *,
    reward: float = 0.0,
    anyway: float,
    told: float,
    conversion: float,
    value: float,
    saved_cost: float = 0.0,
    n_start: float = 1.0,
    market: float | None = None,
    highest: float,
    currency: str = "won",
) -> ipywidgets.VBox:
    """Explore the reward for recommendations: two sliders, what is earned in words, the curve.

    Parameters
    ----------
    recommending, told, conversion, value, saved_cost, n_start, market
        As in `acquisition.reward_curve`.
    reward : float, default=0.0
        At the start, in currency.
    anyway : float
        Share of those recommended who would have come without that, at the start.
    highest : float
        Where the slider of the reward ends, in currency; above 0.
    currency : str, default="won"
        Printed after amounts, as plain text.

    Returns
    -------
    ipywidgets.VBox
        Its children are the sliders of the reward and of those who come anyway, the words (HTML)
        and the picture (Image).

    Raises
    ------
    InputError
        As in `referral_view`.
    InputTypeError
        As in `referral_view`, or if `currency` is not text.

    See Also
    --------
    referral_view : the numbers without the widget.

    Examples
    --------
    >>> asked = ResponseCurve(ceiling=0.5, slope=0.05, floor=0.2)
    >>> box = referral_explorer(
    ...     asked, anyway=0.3, told=5, conversion=0.1, value=100, saved_cost=20, n_start=1000,
    ...     highest=60,
    ... )
    >>> paid, chance, words, picture = box.children
    >>> paid.value = 9
    >>> "A reward of 9 won" in words.value
    True
    """
    if not isinstance(currency, str):
        raise InputTypeError(f"`currency` must be text; got {type(currency).__name__}.")
    most = check_number("highest", highest, low=0, open_low=True)
    terms: dict[str, Any] = {
        "told": told, "conversion": conversion, "value": value, "saved_cost": saved_cost,
        "n_start": n_start, "market": market,
    }  # fmt: skip
    referral_view(recommending, reward=reward, anyway=anyway, highest=most, **terms)
    paid = _make_slider("Reward", float(reward), most, most / 40, ",.0f")
    chance = _make_slider("Anyway", check_fraction("anyway", anyway), 1.0, 0.05, ".0%")
    words = ipywidgets.HTML()
    # No tooltip: in ipywidgets 8 a browser fails on an Image that has one.
    picture = ipywidgets.Image(format="png", layout={"width": "100%", "max_width": "640px"})

    def show(_: object = None) -> None:
        chosen = {"anyway": chance.value, **terms}
        view = referral_view(recommending, reward=paid.value, highest=most, **chosen)
        words.value = _write_words(view, html.escape(currency))
        table = reward_curve(np.linspace(0, most, 61), recommending=recommending, **chosen)
        picture.value = _draw_picture(table, view, currency)

    for slider in (paid, chance):
        slider.observe(show, names="value")
    show()
    return ipywidgets.VBox([paid, chance, words, picture])


def _make_slider(name: str, value: float, high: float, step: float, form: str) -> Any:
    return ipywidgets.FloatSlider(
        value=value, min=0.0, max=high, step=step, readout_format=form, description=name,
        layout={"width": "100%", "max_width": "640px"},
    )  # fmt: skip


def _write_words(view: ReferralView, currency: str) -> str:
    """Say in HTML what the reward does, for those who cannot see the picture too."""
    verb = "adds" if view.extra >= 0 else "loses"
    return (
        f"<p>A reward of {view.reward:,.0f} {currency}, and {view.anyway:.0%} who would have come "
        f"anyway: <b>{view.n_brought:,.0f} new customers</b>, "
        f"{view.reproduction:.2f} by each customer.</p>"
        f"<p>Recommendations add {view.gain:,.0f} {currency}. The reward {verb} "
        f"{abs(view.extra):,.0f} of it; the best one, {view.best_reward:,.0f} {currency}, would "
        f"bring {max(view.best_gain - view.gain, 0):,.0f} more.</p>"
    ).replace("%", " %")


def _draw_picture(table: Any, view: ReferralView, currency: str) -> bytes:
    """Draw the curve with the choice marked, as PNG; nothing of pyplot is opened."""
    figure = Figure(figsize=(6.4, 3.6), dpi=120)
    FigureCanvasAgg(figure)
    plot_reward(table, chosen=view.reward, currency=currency, ax=figure.add_axes(_AXES))
    png = BytesIO()
    figure.savefig(png, format="png")
    return png.getvalue()
