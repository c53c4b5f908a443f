"""Is the firm ready: answer the questions, weigh the areas, read the verdict and what gaps cost."""

import html
from collections.abc import Mapping
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import ipywidgets
import numpy as np
import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from crmlab._checks import check_column, check_columns
from crmlab._errors import InputError, InputTypeError
from crmlab.plots import plot_assessment
from crmlab.readiness import Assessment, assess, failure_factors, readiness_questions

__all__ = ["ReadinessView", "readiness_explorer", "readiness_view"]

_AXES = (0.36, 0.13, 0.60, 0.73)  # room for the labels; finding it anew would slow each step
_WORDS = [("yes", "yes"), ("partly", "partly"), ("no", "no"), ("no answer", None)]
_WIDE = {"width": "100%", "max_width": "640px"}


@dataclass(frozen=True)
class ReadinessView:
    """What answers say of a firm, and what its gaps cost.

    Attributes
    ----------
    assessment : Assessment
        Of the answers.
    costs : DataFrame
        Index `factor`, the dearest first: `name`, `gap` (0 to 1; missing without an answer),
        `cost` at this gap in currency a year (missing without a gap or a price), `first_step`.
    """

    assessment: Assessment
    costs: pd.DataFrame = field(repr=False)


def readiness_view(
    answers: Any,
    *,
    prices: pd.DataFrame | None = None,
    weights: Mapping[str, float] | None = None,
) -> ReadinessView:
    """Read how ready a firm is by its answers, and what each gap costs.

    Parameters
    ----------
    answers : mapping, Series or DataFrame
        To `readiness.readiness_questions`, as in `readiness.assess`.
    prices : DataFrame, optional
        `factor`, `strength` (0 to 1) and `cost` (currency a year), such as the tables of `Priced`
        below each other; between two strengths a cost is read off a straight line. Default: no
        costs.
    weights : mapping of str to float, optional
        Of the areas, as in `readiness.assess`.

    Returns
    -------
    ReadinessView

    Raises
    ------
    InputError, InputTypeError
        As in `readiness.assess`, or if `prices` lacks a column or has gaps.

    Examples
    --------
    >>> prices = pd.DataFrame({"factor": "P7", "strength": [0.0, 1.0], "cost": [0.0, 9e6]})
    >>> view = readiness_view({"P7.1": "no", "P7.2": "partly"}, prices=prices)
    >>> view.costs.loc["P7", ["gap", "cost"]].tolist()
    [0.75, 6750000.0]
    """
    found = assess(answers, weights=weights)
    gaps = found.gaps[["name", "gap", "first_step"]]
    gap, cost = gaps["gap"], pd.Series(np.nan, index=gaps.index)
    if prices is not None:
        for factor, line in _read_prices(prices).items():
            if factor in gaps.index:
                cost[factor] = np.interp(float(gap[factor]), *line)
    gaps.insert(2, "cost", cost)
    ordered = gaps.sort_values(["cost", "gap"], ascending=False, kind="stable")
    return ReadinessView(found, ordered)


def readiness_explorer(
    answers: Any = None,
    *,
    prices: pd.DataFrame | None = None,
    currency: str = "won",
) -> ipywidgets.VBox:
    """Explore the readiness check: answer the questions, weigh the areas, read what follows.

    Parameters
    ----------
    answers : mapping, Series or DataFrame, optional
        To begin with. Default: those of the example.
    prices : DataFrame, optional
        As in `readiness_view`.
    currency : str, default="won"
        Printed after amounts, as plain text.

    Returns
    -------
    ipywidgets.VBox
        Its children are the questions (an Accordion, a fold for each factor), the sliders of the
        three areas (VBox; only their proportion counts), the words (HTML) and the picture (Image).

    Raises
    ------
    InputError
        As in `readiness_view`.
    InputTypeError
        As in `readiness_view`, or if `currency` is not text.

    See Also
    --------
    readiness_view : the numbers without the widget.

    Examples
    --------
    >>> questions, areas, words, picture = readiness_explorer().children
    >>> "not ready" in words.value
    True
    """
    if not isinstance(currency, str):
        raise InputTypeError(f"`currency` must be text; got {type(currency).__name__}.")
    asked = readiness_questions()
    first = readiness_view(asked["example"] if answers is None else answers, prices=prices)
    named = {0.0: "no", 0.5: "partly", 1.0: "yes"}
    boxes = {
        question: ipywidgets.Dropdown(options=_WORDS, value=named.get(each), layout=_WIDE)
        for question, each in first.assessment.answers.items()
    }
    sliders = {area: _make_slider(area) for area in first.assessment.weights}
    words = ipywidgets.HTML()
    # No tooltip: in ipywidgets 8 a browser fails on an Image that has one.
    picture = ipywidgets.Image(format="png", layout=_WIDE)

    def show(_: object = None) -> None:
        given = {question: box.value for question, box in boxes.items()}
        try:
            view = readiness_view(given, prices=prices, weights=_weigh(sliders))
        except InputError as error:
            words.value = f"<p>{html.escape(str(error))}</p>"
            return
        words.value = _write_words(view, html.escape(currency))
        picture.value = _draw_picture(view.assessment.factors)

    for each in (*boxes.values(), *sliders.values()):
        each.observe(show, names="value")
    show()
    folds = _fold_questions(asked, boxes)
    return ipywidgets.VBox([folds, ipywidgets.VBox(list(sliders.values())), words, picture])


def _read_prices(prices: pd.DataFrame) -> dict[str, tuple[Any, Any]]:
    """By factor: strengths in ascending order, and the cost at each."""
    if not isinstance(prices, pd.DataFrame):
        raise InputTypeError(f"`prices` must be a DataFrame; got {type(prices).__name__}.")
    check_columns(prices.columns, ["factor", "strength", "cost"], what="`prices`")
    for name in ("strength", "cost"):
        check_column(prices, name, what="`prices`", negative=True)
    ordered = prices.sort_values("strength", kind="stable")
    return {
        str(factor): (rows["strength"].to_numpy("float64"), rows["cost"].to_numpy("float64"))
        for factor, rows in ordered.groupby("factor")
    }


def _make_slider(area: str) -> Any:
    return ipywidgets.IntSlider(value=1, min=0, max=4, description=area, layout=_WIDE)


def _weigh(sliders: Mapping[str, Any]) -> dict[str, float]:
    total = sum(slider.value for slider in sliders.values())
    if not total:
        raise InputError("At least one area must count: move a slider above 0.")
    return {area: slider.value / total for area, slider in sliders.items()}


def _fold_questions(asked: pd.DataFrame, boxes: Mapping[Any, Any]) -> Any:
    """A fold for each factor, with its questions above their answers."""
    names = failure_factors()["name"]
    folds = {}
    for factor, rows in asked.groupby("factor"):
        folds[f"{factor} {names[str(factor)]}"] = ipywidgets.VBox(
            [
                part
                for question, text in rows["text"].items()
                for part in (
                    ipywidgets.HTML(f"{question} {html.escape(text)}", layout=_WIDE),
                    boxes[question],
                )
            ]
        )
    return ipywidgets.Accordion(list(folds.values()), titles=list(folds))


def _write_words(view: ReadinessView, currency: str) -> str:
    """Say in HTML what the answers mean, for those who cannot see the picture too."""
    found = view.assessment
    worst, _, best = found.verdicts["verdict"]
    n_missing = int(found.answers.isna().sum())
    score = "" if np.isnan(found.score) else f", {found.score:.0%} of all yes"
    text = f"<p>Verdict: <b>{found.verdict}</b>{score}. "
    if n_missing:
        text += f"Without an answer: {n_missing}; "
        text += "they change nothing. " if found.settled else f"from {worst} to {best}. "
    text += f"{found.share_same:.0%} of all weights say the same.</p>"
    dear = view.costs[view.costs["cost"] > 0].head(3)
    rows = "".join(
        f"<li>{html.escape(name)}: <b>{cost:,.0f} {currency}</b> a year. {html.escape(step)}</li>"
        for name, cost, step in dear[["name", "cost", "first_step"]].to_numpy()
    )
    if rows:
        text += f"<p>What costs most, each priced alone:</p><ol>{rows}</ol>"
    return text.replace("%", " %")


def _draw_picture(factors: pd.DataFrame) -> bytes:
    """Draw the scores as PNG; nothing of pyplot is opened."""
    figure = Figure(figsize=(6.4, 4.0), dpi=120)
    FigureCanvasAgg(figure)
    plot_assessment(factors, ax=figure.add_axes(_AXES))
    png = BytesIO()
    figure.savefig(png, format="png")
    return png.getvalue()
