"""What value, forecasts, scores and validation ask of a model: of ours, and of a user's own."""

from collections.abc import Mapping, Sequence
from inspect import getattr_static
from typing import Any, Protocol, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.exceptions import NotFittedError

from crmlab._errors import InputError, InputTypeError
from crmlab._time_unit import check_unit
from crmlab.ltv._fitting.maximum import Floats
from crmlab.ltv._fitting.rows import Rule

__all__ = [
    "NewCustomerModel",
    "RepeatModel",
    "SpendModel",
    "check_members",
    "check_repeat_model",
    "check_spend_model",
    "one_each",
    "read_customers",
]


class RepeatModel(Protocol):
    """A model of repeat purchases, as functions of its parameters.

    A class with these members, crmlab's or your own, gets value, predictive intervals, scores and
    a backtest. Vectors `theta` hold the parameters on a scale on which their estimates are about
    normal, logarithms as a rule. `rows` is whatever `read` returns.

    Attributes
    ----------
    unit_ : str or None
        Unit of time of the parameters: "D", "W", "M", "Q" or "Y".
    theta_ : ndarray of shape (n_parameters,)
        The estimates.
    theta_covariance_ : ndarray of shape (n_parameters, n_parameters), or None
        Their covariance; None where it is not known: then there are no intervals.
    columns : sequence of str
        Columns of a summary that the model reads.
    """

    unit_: str | None

    @property
    def theta_(self) -> Floats: ...

    @property
    def theta_covariance_(self) -> Floats | None: ...

    @property
    def columns(self) -> Sequence[str]: ...

    def fit(self, summary: pd.DataFrame) -> Self:
        """Learn the parameters from one row per customer; needed by `backtest` only."""

    def rules(self, table: Mapping[str, Any]) -> list[Rule]:
        """Rules on rows, as (who breaks it, rule, remedy); the list may be empty.

        `table` holds `columns`, as arrays or as columns of an engine.
        """

    def read(self, summary: pd.DataFrame) -> Any:
        """Check a summary in the model's unit, and return what the functions below need of it."""

    def alive(self, theta: Floats, rows: Any) -> Floats:
        """Probability that each customer is still one at the end of observation."""

    def purchases(self, theta: Floats, rows: Any, horizon: float) -> Floats:
        """Expected purchases of each customer within `horizon`."""

    def discounted(self, theta: Floats, rows: Any, force: float, horizon: float) -> Floats:
        """Expected purchases within `horizon`, each times exp(-force * time until then)."""

    def draw(
        self, theta: Floats, rows: Any, horizon: float, rng: np.random.Generator
    ) -> NDArray[Any]:
        """Draw what each customer will buy within `horizon`, if these are the parameters."""


class NewCustomerModel(RepeatModel, Protocol):
    """A repeat model that also says what customers do who have yet to be won."""

    def expected_purchases_new(self, t: ArrayLike) -> pd.Series:
        """Expected repeat purchases in the time `t` after the first purchase."""

    def purchase_distribution(
        self, horizon: float, *, max_purchases: int, covariates: Mapping[str, float] | None = None
    ) -> pd.Series:
        """Probability of 0, 1, … `max_purchases` repeat purchases of a new customer."""


class SpendModel(Protocol):
    """A model of spend per purchase, as functions of its parameters; see `RepeatModel`."""

    @property
    def theta_(self) -> Floats: ...

    @property
    def theta_covariance_(self) -> Floats | None: ...

    @property
    def columns(self) -> Sequence[str]: ...

    def fit(self, summary: pd.DataFrame) -> Self:
        """Learn the parameters from one row per customer; needed by `backtest` only."""

    def rules(self, table: Mapping[str, Any]) -> list[Rule]:
        """Rules on rows, as (who breaks it, rule, remedy); the list may be empty."""

    def read(self, summary: pd.DataFrame) -> Any:
        """Check a summary, and return what the functions below need of it."""

    def expected(self, theta: Floats, rows: Any) -> Floats:
        """Expected spend per purchase to come, in currency."""

    def check_expected(self, theta: Floats, rows: Any) -> None:
        """Raise where the expected spend of a customer does not exist."""

    def draw(
        self, theta: Floats, rows: Any, n_purchases: ArrayLike, rng: np.random.Generator
    ) -> Floats:
        """Draw the total spend of `n_purchases` purchases of each customer."""


def read_customers(model: RepeatModel, summary: pd.DataFrame, unit: str | None) -> Any:
    """Read a summary for a fitted model of repeat purchases, in the model's unit of time."""
    check_repeat_model(model)
    rows = model.read(summary)
    check_unit(summary, model.unit_, unit=unit)
    return rows


def check_repeat_model(model: Any, *, new_customers: bool = False) -> None:
    """Raise unless `model` is a fitted model of repeat purchases."""
    check_members("model", model, NewCustomerModel if new_customers else RepeatModel)
    _check_fitted(model, ["theta_", "theta_covariance_", "unit_"])


def check_spend_model(spend: Any) -> None:
    """Raise unless `spend` is a fitted model of spend."""
    check_members("spend", spend, SpendModel)
    _check_fitted(spend, ["theta_", "theta_covariance_"])


def _check_fitted(model: Any, learned: Sequence[str]) -> None:
    for name in learned:
        try:
            getattr(model, name)
        except NotFittedError:  # ours
            raise
        except AttributeError as error:
            raise NotFittedError(
                f"This {type(model).__name__} has no `{name}` yet. Call `fit`."
            ) from error


def one_each(values: Any, n_customers: int, what: str) -> NDArray[Any]:
    """Return what a function of a model gives as an array, one number per customer."""
    array = np.asarray(values)
    if array.shape != (n_customers,):
        raise InputError(
            f"`{what}` of the model must give one number per customer, {n_customers:,}; "
            f"got shape {array.shape}."
        )
    return array


def check_members(name: str, model: Any, protocol: type) -> None:
    """Raise unless a model has all members of a protocol but those that `fit` learns."""
    homes = [home for home in protocol.__mro__ if home.__module__ == __name__]
    asked = [each for home in homes for each in vars(home) if each.strip("_") == each]
    lacking = [each for each in asked if getattr_static(model, each, None) is None]
    if not isinstance(model, type) and not lacking and isinstance(model.columns, str):
        raise InputTypeError(
            f"`{name}.columns` must be a list of column names; got {model.columns!r}."
        )
    if isinstance(model, type) or lacking:
        got = model.__name__ if isinstance(model, type) else type(model).__name__
        ours = "GammaGamma" if protocol is SpendModel else "BetaGeoNBD"
        raise InputTypeError(
            f"`{name}` must be a model such as {ours}(), or one with all members of "
            f"`ltv.{protocol.__name__}`; got {got}"
            + (f", which lacks {', '.join(map(repr, lacking))}." if lacking else ", a class.")
        )
