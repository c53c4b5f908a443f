"""Which rules to act on: sliders for the thresholds, and what is left of rules and money."""

import html
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import ipywidgets
import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from crmlab._checks import check_columns, check_fraction, check_number, check_vector
from crmlab._errors import InputError, InputTypeError

__all__ = ["RuleView", "rule_explorer", "rule_view"]

_COLUMNS = ["antecedent", "consequent", "n_antecedent", "n_together", "support", "confidence",
            "lift", "q_value"]  # fmt: skip
_CLEAR = 0.05  # largest share of false rules among those told as clear


@dataclass(frozen=True)
class RuleView:
    """What is left of rules above two thresholds.

    Attributes
    ----------
    min_support, min_confidence : float
        The thresholds, in [0, 1].
    n_rules, n_all : int
        Rules at or above both, and all.
    n_clear : int
        Of those left, rules with a lift above 1 that are not to be had by chance: `q_value` of at
        most 0.05.
    n_prompts : int
        Baskets with an antecedent and without its consequent, in which the consequent could be
        offered; a basket counts for each of its rules.
    gain : float
        Margin of the offers taken less their cost, in currency.
    kept : DataFrame
        `support`, `confidence`, `lift` and `kept` (bool) of all rules, for a picture.
    """

    min_support: float
    min_confidence: float
    n_rules: int
    n_all: int
    n_clear: int
    n_prompts: int
    gain: float
    kept: pd.DataFrame


def rule_view(
    rules: pd.DataFrame,
    margin: Mapping[Any, float] | pd.Series,
    *,
    min_support: float = 0.01,
    min_confidence: float = 0.2,
    accept: float = 0.02,
    cost: float = 0.0,
) -> RuleView:
    """Say how many rules two thresholds leave, and what offering by them would bring.

    Parameters
    ----------
    rules : DataFrame
        As `crmlab.cross_sell.association_rules` returns it, found with low thresholds.
    margin : mapping or Series
        Margin of an item when it is bought, in currency; every item of a consequent is in it.
    min_support, min_confidence : float, default=0.01, 0.2
        Thresholds, in [0, 1].
    accept : float, default=0.02
        Share of the offers that bring a purchase which would not have been made without, in
        [0, 1]: an assumption, which only a test can replace.
    cost : float, default=0
        Cost of an offer, in currency; 0 or more.

    Returns
    -------
    RuleView

    Raises
    ------
    InputError
        If a column is missing, an item has no margin, or a number is out of range.
    InputTypeError
        If an argument has the wrong type.

    Examples
    --------
    >>> rules = pd.DataFrame(
    ...     {"antecedent": [("tent",), ("gas",)], "consequent": [("gas",), ("tent",)],
    ...      "n_antecedent": [100, 400], "n_together": [60, 60], "support": 0.06,
    ...      "confidence": [0.6, 0.15], "lift": 1.5, "q_value": 0.001}
    ... )
    >>> view = rule_view(rules, {"gas": 5.0, "tent": 50.0}, accept=0.1)
    >>> view.n_rules, view.n_prompts, view.gain
    (1, 40, 20.0)
    """
    support = check_fraction("min_support", min_support)
    confidence = check_fraction("min_confidence", min_confidence)
    taken = check_fraction("accept", accept)
    each = check_number("cost", cost, low=0)
    if not isinstance(rules, pd.DataFrame):
        raise InputTypeError(f"`rules` must be a DataFrame; got {type(rules).__name__}.")
    check_columns(rules.columns, _COLUMNS, what="`rules`")
    worth = _price(rules, margin)
    left = ((rules["support"] >= support) & (rules["confidence"] >= confidence)).to_numpy()
    clear = ((rules["q_value"] <= _CLEAR) & (rules["lift"] > 1)).to_numpy()
    prompts = (rules["n_antecedent"] - rules["n_together"]).to_numpy()
    return RuleView(
        min_support=support,
        min_confidence=confidence,
        n_rules=int(left.sum()),
        n_all=len(rules),
        n_clear=int((left & clear).sum()),
        n_prompts=int(prompts[left].sum()),
        gain=float((prompts * (taken * worth - each))[left].sum()),
        kept=rules[["support", "confidence", "lift"]].assign(kept=left).reset_index(drop=True),
    )


def _price(rules: pd.DataFrame, margin: Any) -> Any:
    """The margin of each consequent."""
    if not isinstance(margin, Mapping | pd.Series):
        raise InputTypeError(
            f"`margin` must be a mapping or a Series by item; got {type(margin).__name__}."
        )
    known = dict(margin)
    wanted = {item for items in rules["consequent"] for item in items}
    missing = sorted(str(item) for item in wanted if item not in known)
    if missing:
        raise InputError(f"`margin` must hold every item that is offered; {missing[0]!r} is not.")
    if wanted:
        check_vector("margin", [known[item] for item in wanted], negative=True)
    return np.array([sum(known[item] for item in items) for items in rules["consequent"]])


def rule_explorer(
    rules: pd.DataFrame,
    margin: Mapping[Any, float] | pd.Series,
    *,
    min_support: float = 0.01,
    min_confidence: float = 0.2,
    accept: float = 0.02,
    cost: float = 0.0,
    currency: str = "USD",
) -> ipywidgets.VBox:
    """Explore thresholds of rules: sliders for both and for the share who accept, and a picture.

    Parameters
    ----------
    rules, margin, min_support, min_confidence, accept, cost
        As for `rule_view`; the first slider goes to the highest support, the last to five times
        `accept`.
    currency : str, default="USD"
        Printed after amounts, as plain text.

    Returns
    -------
    ipywidgets.VBox
        Its children are the three sliders, the words (HTML) and the picture (Image).

    Raises
    ------
    InputError, InputTypeError
        As `rule_view`, and if there are no rules or `currency` is not text.

    Examples
    --------
    >>> rules = pd.DataFrame(
    ...     {"antecedent": [("tent",), ("gas",)], "consequent": [("gas",), ("tent",)],
    ...      "n_antecedent": [100, 400], "n_together": [60, 60], "support": 0.06,
    ...      "confidence": [0.6, 0.15], "lift": 1.5, "q_value": 0.001}
    ... )
    >>> box = rule_explorer(rules, {"gas": 5.0, "tent": 50.0}, accept=0.1)
    >>> "<b>1</b> of 2 rules" in box.children[3].value
    True
    """
    if not isinstance(currency, str):
        raise InputTypeError(f"`currency` must be text; got {type(currency).__name__}.")
    start = rule_view(
        rules, margin, min_support=min_support, min_confidence=min_confidence, accept=accept,
        cost=cost,
    )  # fmt: skip
    if not start.n_all:
        raise InputError("`rules` must hold at least one rule; got none.")
    top = max(float(rules["support"].max()), min_support)
    often = _make_slider("Support at least", min_support, top=top, shown=".2%")
    sure = _make_slider("Confidence at least", min_confidence, top=1.0, shown=".0%")
    takes = _make_slider("Accept the offer", accept, top=min(5 * accept, 1) or 0.1, shown=".1%")
    words = ipywidgets.HTML()
    # No tooltip: in ipywidgets 8 a browser fails on an Image that has one.
    picture = ipywidgets.Image(format="png", layout={"width": "100%", "max_width": "640px"})

    def show(_: object = None) -> None:
        view = rule_view(
            rules, margin, min_support=often.value, min_confidence=sure.value,
            accept=takes.value, cost=cost,
        )  # fmt: skip
        words.value = _write_words(view, html.escape(currency))
        picture.value = _draw_picture(view)

    for slider in (often, sure, takes):
        slider.observe(show, names="value")
    show()
    return ipywidgets.VBox([often, sure, takes, words, picture])


def _make_slider(label: str, start: float, *, top: float, shown: str) -> ipywidgets.FloatSlider:
    return ipywidgets.FloatSlider(
        value=float(start),
        min=0.0,
        max=top,
        step=top / 100,
        readout_format=shown,
        description=label,
        style={"description_width": "9em"},
        layout={"width": "100%", "max_width": "640px"},
    )


def _write_words(view: RuleView, currency: str) -> str:
    """Say in HTML what the picture shows, for those who cannot see it too."""
    return (
        f"<p><b>{view.n_rules:,}</b> of {view.n_all:,} rules are left; {view.n_clear:,} of them "
        f"stand out from chance. They would prompt {view.n_prompts:,} offers, which bring "
        f"<b>{view.gain:,.0f} {currency}</b> if as many accept as assumed.</p>"
    )


def _draw_picture(view: RuleView) -> bytes:
    """Draw the rules and the thresholds, as PNG; nothing of pyplot is opened."""
    figure = Figure(figsize=(6.4, 4.0), dpi=120)
    FigureCanvasAgg(figure)
    ax = figure.add_axes((0.12, 0.14, 0.84, 0.76))
    table = view.kept
    above = (table["lift"] > 1).to_numpy()
    for chosen, marker, said in ((above, "^", "lift above 1"), (~above, "v", "lift up to 1")):
        for kept, color in ((False, "0.75"), (True, "#0173b2")):
            rows = table[chosen & (table["kept"] == kept).to_numpy()]
            ax.scatter(rows["support"], rows["confidence"], s=16, color=color, marker=marker,
                       label=said if kept else None)  # fmt: skip
    ax.axvline(view.min_support, color="black", linestyle=":")
    ax.axhline(view.min_confidence, color="black", linestyle=":")
    ax.set(
        xlim=(0, None), ylim=(0, 1), xlabel="support (share of baskets)",
        ylabel="confidence (share of baskets with the antecedent)",
        title=f"{view.n_rules:,} of {view.n_all:,} rules are left",
    )  # fmt: skip
    ax.spines[["top", "right"]].set_visible(False)
    ax.legend(frameon=False, fontsize=9, loc="upper right")
    png = BytesIO()
    figure.savefig(png, format="png")
    return png.getvalue()
