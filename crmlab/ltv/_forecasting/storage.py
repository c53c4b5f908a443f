"""Fitted models as readable files."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from crmlab._checks import check_choice, check_columns
from crmlab._errors import InputError, InputTypeError
from crmlab._files import replacing
from crmlab._units import UNIT_DAYS
from crmlab.ltv._contract.beta_discrete_weibull import BetaDiscreteWeibull
from crmlab.ltv._contract.shifted_beta_geometric import ShiftedBetaGeometric
from crmlab.ltv._fitting.model import LikelihoodModel
from crmlab.ltv._noncontract.beta_geo import BetaGeoNBD, ModifiedBetaGeoNBD
from crmlab.ltv._noncontract.beta_geo_beta_binomial import BetaGeoBetaBinomial
from crmlab.ltv._noncontract.nbd import NBD
from crmlab.ltv._noncontract.pareto import ParetoNBD
from crmlab.ltv._spend.gamma_gamma import GammaGamma

__all__ = ["load_model", "save_model"]

_FORMAT = 1
_MODELS: dict[str, Any] = {
    each.__name__: each
    for each in (
        NBD,
        BetaDiscreteWeibull,
        BetaGeoBetaBinomial,
        BetaGeoNBD,
        GammaGamma,
        ModifiedBetaGeoNBD,
        ParetoNBD,
        ShiftedBetaGeometric,
    )
}
_FACTS = ("log_likelihood_", "n_customers_", "gradient_norm_")


def save_model(model: LikelihoodModel, path: str | Path) -> None:
    """Write a fitted model to a JSON file that people can read.

    Parameters
    ----------
    model : fitted model
        Any model of `crmlab.ltv`.
    path : str or Path
        File to write; its folder must exist. An existing file is replaced once the new one is
        complete.

    Raises
    ------
    NotFittedError
        If the model has no parameters yet.
    InputTypeError
        If it is not a model of this package.

    Examples
    --------
    >>> import tempfile
    >>> from crmlab.ltv import BetaGeoNBD
    >>> model = BetaGeoNBD.from_params(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="W")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_model(model, f"{folder}/model.json")
    ...     again = load_model(f"{folder}/model.json")
    >>> again.params_.equals(model.params_), again.unit_
    (True, 'W')
    """
    if type(model).__name__ not in _MODELS:
        raise InputTypeError(
            f"`model` must be a model of crmlab.ltv; got {type(model).__name__}. "
            "A model of your own knows best how it is stored."
        )
    _ = model.theta_  # raises where it is not fitted
    content: dict[str, Any] = {
        "format": _FORMAT,
        "model": type(model).__name__,
        "unit": model.unit_,
        "params": model.params_.to_dict(),
        "options": {name: _plain(value) for name, value in model.get_params().items()},
    }
    if hasattr(model, "covariance_"):
        content["covariance"] = model.covariance_.to_numpy().tolist()
    facts = {name: value for name, value in vars(model).items() if _is_fact(name, value)}
    content["facts"] = {name: _plain(value) for name, value in facts.items()}
    text = json.dumps(content, indent=1, allow_nan=False) + "\n"
    with replacing(path) as partial:
        partial.write_text(text, encoding="utf-8")


def load_model(path: str | Path) -> LikelihoodModel:
    """Read a model that `save_model` wrote.

    Parameters
    ----------
    path : str or Path
        The JSON file.

    Returns
    -------
    fitted model
        With the same parameters, covariance, unit and options to the last digit.

    Raises
    ------
    InputError
        If the file holds no model of this package, or one of a later format.
    FileNotFoundError
        If there is no such file.
    """
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
        name, params = content["model"], pd.Series(content["params"], dtype=float)
        unit, options, facts = content["unit"], content["options"], content.get("facts", {})
    except (UnicodeDecodeError, json.JSONDecodeError, KeyError, TypeError) as error:
        raise InputError(
            f"`path` must be a file written by `save_model`; {path} is not."
        ) from error
    if content.get("format") != _FORMAT:
        raise InputError(
            f"`path` must hold format {_FORMAT}; {path} holds {content.get('format')!r}. "
            "Save the model again with this version of crmlab."
        )
    check_choice("model", name, _MODELS)
    if unit is not None:
        check_choice("unit", unit, UNIT_DAYS)
    # JSON knows no tuples; scikit-learn compares options by value.
    plain = {
        key: tuple(value) if isinstance(value, list) else value for key, value in options.items()
    }
    model = _MODELS[name](**plain)
    check_columns(params.index, model._NAMES, what=f"`params` of {path}")
    model._keep(params, unit=unit)
    if "covariance" in content:
        model._keep_covariance(np.array(content["covariance"]))
    for fact, value in facts.items():
        setattr(model, fact, value)
    return model


def _is_fact(name: str, value: Any) -> bool:
    """Whether an attribute is a single learned number or word that params do not hold."""
    learned = name.endswith("_") and not name.startswith("_")
    single = isinstance(value, bool | int | float | str | np.generic)
    return learned and single and name not in ("unit_",)


def _plain(value: Any) -> Any:
    """A value as JSON knows it."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, tuple | list | np.ndarray | pd.Index):
        return [_plain(each) for each in value]
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    if isinstance(value, float) and not math.isfinite(value):
        raise InputError(f"A saved model must hold finite numbers; got {value!r}.")
    return value
