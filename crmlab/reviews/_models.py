"""The models a page rests on: fitted as asked, or chosen by what the data determine."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from crmlab._errors import InputError
from crmlab.ltv import (
    NBD,
    BetaGeoNBD,
    ConvergenceError,
    GammaGamma,
    ModifiedBetaGeoNBD,
    ParetoNBD,
)

__all__ = ["PURCHASE_MODELS", "FittedModels", "fit_models", "known_for_longer"]

PURCHASE_MODELS: dict[str, tuple[str, Any]] = {
    "bg_nbd": ("BG/NBD", BetaGeoNBD),
    "mbg_nbd": ("MBG/NBD", ModifiedBetaGeoNBD),
    "pareto_nbd": ("Pareto/NBD", ParetoNBD),
    "nbd": ("NBD", NBD),
}
_FEWEST = 10  # repeat buyers
_PENALTY = 0.01
_NOBODY_LEAVES = (
    "In NBD nobody ever leaves: everyone counts as a customer for the whole time ahead. Read the "
    "value as an upper limit."
)
_PURCHASES_HELD = (
    "These data alone do not determine BG/NBD. Its parameters were held near ordinary ones "
    "(penalty 0.01), so part of the value comes from that choice and not from the data."
)
_SPENDING_HELD = (
    "The data alone do not determine spending; its model was held near ordinary parameters."
)
_SPENDING_RELATED = "Spending was let depend on how often somebody buys."
# From the plain model to the one with most help; the notes say what was done.
_SPEND_OPTIONS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, []),
    ({"penalty": _PENALTY}, [_SPENDING_HELD]),
    ({"correlated": "adjust"}, [_SPENDING_RELATED]),
    ({"correlated": "adjust", "penalty": _PENALTY}, [_SPENDING_RELATED, _SPENDING_HELD]),
]


@dataclass(frozen=True)
class FittedModels:
    """A model of purchases and one of spending, fitted to the same customers.

    Attributes
    ----------
    name : str
        Of the model of purchases.
    purchases, spend : model
        Fitted.
    notes : list of str
        What was chosen or helped along, and what that means, in sentences.
    """

    name: str
    purchases: Any
    spend: Any
    notes: list[str]


def fit_models(summary: pd.DataFrame, *, model: str) -> FittedModels:
    """Fit purchases and spending to the customers known for longer than a day.

    With "auto" that is BG/NBD; NBD where nobody is seen to leave; and BG/NBD held near ordinary
    parameters where the data do not determine it.
    """
    n_repeat = int((summary["frequency"] > 0).sum())
    if n_repeat < _FEWEST:
        raise InputError(
            f"Value is learned from customers who bought again, and at least {_FEWEST}; "
            f"{n_repeat:,} of {len(summary):,} did. Use data over a longer time, or of more "
            "customers."
        )
    seen = known_for_longer(summary)
    name, purchases, notes = _fit_purchases(seen, model)
    spend, more = _fit_spend(seen)
    return FittedModels(name, purchases, spend, notes + more)


def known_for_longer(summary: pd.DataFrame) -> pd.DataFrame:
    """The customers who first bought before the last day: the others tell a model nothing."""
    return summary[summary["T"] > 0]


def _fit_purchases(summary: pd.DataFrame, model: str) -> tuple[str, Any, list[str]]:
    if model != "auto":
        name, kind = PURCHASE_MODELS[model]
        return name, kind().fit(summary), [_NOBODY_LEAVES] if name == "NBD" else []
    try:
        return "BG/NBD", BetaGeoNBD().fit(summary), []
    except ConvergenceError as error:
        if "Use `NBD`" not in str(error):
            held = BetaGeoNBD(penalty=_PENALTY).fit(summary)
            return "BG/NBD, held", held, [_PURCHASES_HELD]
    why = "BG/NBD sees nobody leave in these data, so the page uses NBD. "
    return "NBD", NBD().fit(summary), [why + _NOBODY_LEAVES]


def _fit_spend(summary: pd.DataFrame) -> tuple[Any, list[str]]:
    refusals = []
    for options, notes in _SPEND_OPTIONS:
        try:
            spend = GammaGamma(nonpositive="exclude", **options).fit(summary)
        except ValueError as error:
            refusals.append(error)
            continue
        if _SPENDING_RELATED in notes:
            return spend, [*notes, _describe_correlation(spend)]
        return spend, notes
    raise refusals[-1]


def _describe_correlation(spend: Any) -> str:
    return (
        "Among repeat buyers, number and size of purchases correlate by "
        f"{spend.correlation_['estimate'].iloc[0]:+.2f}; the plain model allows for no relation. "
        "Customers are taken to spend as those with as many purchases do now."
    )
