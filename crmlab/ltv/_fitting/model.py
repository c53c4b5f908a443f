"""What every fitted model shares: the fit, its parameters, their covariance, and intervals."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
import pandas as pd
from scipy.stats import norm
from sklearn.exceptions import NotFittedError

from crmlab._checks import check_choice, check_fraction, check_number
from crmlab._errors import InputError, InputTypeError
from crmlab._units import UNIT_DAYS
from crmlab.ltv._fitting.errors import ConvergenceError
from crmlab.ltv._fitting.maximum import Floats, LogLikelihood, Maximum, maximise

if TYPE_CHECKING:  # scikit-learn has no types: without this a model would be anything

    class BaseEstimator:
        def get_params(self, deep: bool = True) -> dict[str, Any]: ...
        def set_params(self, **params: Any) -> Self: ...
else:
    from sklearn.base import BaseEstimator

__all__ = ["Boundary", "LikelihoodModel", "Scale", "delta_intervals", "known_covariance"]

_WIDEST = 100.0  # largest standard error accepted along any direction of log-parameters
_SUBSAMPLE = 3_000  # customers used in the multi-start search

# A place where the likelihood has its maximum at infinity, and what that says of the customers.
Boundary = tuple[Callable[[dict[str, float]], bool], str]


@dataclass(frozen=True)
class Scale:
    """The scale of the search, on which all parameters are of ordinary size.

    Attributes
    ----------
    rows : object
        The data on that scale, with `n_customers`, a length, and `sample(size)`.
    turn, shift : ndarray
        Theta on the scale of the data is ``turn @ theta + shift``.
    """

    rows: Any
    turn: Floats
    shift: Floats

    def restore(self, found: Maximum, n_customers: float) -> tuple[Floats, Floats]:
        """Return theta and its covariance on the scale of the data."""
        covariance = np.linalg.inv(found.information * n_customers)
        return self.turn @ found.theta + self.shift, self.turn @ covariance @ self.turn.T


class LikelihoodModel(BaseEstimator, ABC):
    """A model with positive parameters, and perhaps coefficients, found by maximum likelihood.

    Subclasses name their parameters in ``_NAMES``. A vector `theta` holds the logarithms of the
    positive parameters and then the coefficients as they are.
    """

    _NAMES: ClassVar[tuple[str, ...]] = ()
    _BOUNDARIES: ClassVar[tuple[Boundary, ...]] = ()  # the first that is reached is named

    penalty: float

    # Fitted attributes, declared for readers and type checkers.
    params_: pd.Series
    covariance_: pd.DataFrame
    standard_errors_: pd.Series
    log_likelihood_: float
    n_customers_: float
    gradient_norm_: float
    unit_: str | None

    # ------------------------------------------------------------------ what subclasses supply

    @abstractmethod
    def _total(self, theta: Floats, rows: Any) -> tuple[float, Floats]:
        """Return the log-likelihood of all customers in `rows`, and its gradient by theta."""

    @abstractmethod
    def _starts(self, rows: Any) -> Sequence[Floats]:
        """Return points from which to search, as theta on the scale of the search."""

    @abstractmethod
    def _check_identifiable(self, rows: Any, penalty: float) -> None:
        """Raise if the data cannot determine the parameters."""

    def _scale(self, rows: Any) -> Scale:
        """Return the scale of the search: that of the data, unless a subclass knows better."""
        size = len(self._NAMES) + len(self._coefficient_names())
        return Scale(rows, np.eye(size), np.zeros(size))

    def _centre(self) -> Floats:
        """Return where the penalty draws theta to, on the scale of the search."""
        return np.zeros(len(self._NAMES) + len(self._coefficient_names()))

    def _coefficient_names(self) -> list[str]:
        return []

    # ------------------------------------------------------------------------------------- fit

    def _learn(self, rows: Any, *, unit: str | None) -> Self:
        """Find the parameters that fit the rows best, and store them."""
        penalty = check_number("penalty", self.penalty, low=0)
        self._check_identifiable(rows, penalty)
        scale = self._scale(rows)
        found = self._maximise(scale.rows, penalty)
        self._check_found(found, rows.n_customers)
        theta, covariance = scale.restore(found, rows.n_customers)
        values = np.concatenate([np.exp(theta[: len(self._NAMES)]), theta[len(self._NAMES) :]])
        labels = [*self._NAMES, *self._coefficient_names()]
        self._keep(pd.Series(values, index=labels), unit=unit, covariance=covariance)
        self.log_likelihood_ = self._total(theta, rows)[0]
        self.n_customers_ = rows.n_customers
        self.gradient_norm_ = float(np.linalg.norm(found.gradient))
        return self

    def _maximise(self, rows: Any, penalty: float) -> Maximum:
        centre = self._centre()

        def objective(rows: Any) -> LogLikelihood:
            def value(theta: Floats) -> tuple[float, Floats]:
                total, gradient = self._total(theta, rows)
                off = theta - centre
                return (
                    total / rows.n_customers - penalty * float(off @ off),
                    gradient / rows.n_customers - 2 * penalty * off,
                )

            return value

        few = objective(rows.sample(_SUBSAMPLE)) if len(rows) > _SUBSAMPLE else None
        return maximise(objective(rows), self._starts(rows), subsample=few)

    def _check_found(self, found: Maximum, n_customers: float) -> None:
        """Raise unless the search ended at a proper maximum."""
        if found.converged:
            # A maximum that only rounding shows is not one. One that is merely wide is given, and
            # its intervals say how wide it is.
            width = 1 / np.sqrt(np.linalg.eigvalsh(found.information)[0] * n_customers)
            if width <= _WIDEST:
                return
        labels = [*self._NAMES, *self._coefficient_names()]
        theta = dict(zip(labels, found.theta, strict=True))
        flattest = np.linalg.eigh(found.information)[1][:, 0]
        raise ConvergenceError(
            f"{type(self).__name__} has no maximum inside: "
            f"{self._explain(theta, dict(zip(labels, flattest, strict=True)))} "
            "Otherwise pass more customers, observe longer, or set `penalty` (such as 0.01)."
        )

    def _explain(self, theta: dict[str, float], flattest: dict[str, float]) -> str:
        """Say in words why the likelihood has no maximum inside."""
        for is_reached, words in self._BOUNDARIES:
            if is_reached(theta):
                return words
        loose = max(flattest, key=lambda name: abs(flattest[name]))
        return f"the data leave `{loose}` open; many values fit equally well."

    # ---------------------------------------------------------------------------- given parameters

    @classmethod
    def from_params(
        cls,
        *,
        unit: str | None = None,
        coefficients: Mapping[str, Mapping[str, float]] | None = None,
        **params: float,
    ) -> Self:
        """Make a fitted model with given parameters, for example published ones.

        Parameters
        ----------
        unit : {"D", "W", "M", "Q", "Y"}, optional
            Unit of time of the parameters. Without it nothing can be discounted.
        coefficients : dict of dict, optional
            Coefficients of covariates by block, such as ``{"purchase": {"age": 0.1}}``.
        **params : float
            Every parameter by name, positive.

        Returns
        -------
        fitted model
            It has no covariance, so it gives no intervals.

        Raises
        ------
        InputTypeError
            If a parameter is missing, unknown, or not a number.
        InputError
            If a parameter is not positive and finite, or the unit is unknown.
        """
        model = cls._with_coefficients(coefficients or {})
        cls._check_param_names(params)
        if unit is not None:
            check_choice("unit", unit, UNIT_DAYS)
        flat = {name: check_number(name, params[name], low=0, open_low=True) for name in cls._NAMES}
        for block, values in (coefficients or {}).items():
            flat |= {f"{block}:{name}": float(value) for name, value in values.items()}
        model._keep(pd.Series(flat, dtype=float), unit=unit)
        return model

    @classmethod
    def _check_param_names(cls, params: Mapping[str, float]) -> None:
        wrong = {
            "missing": [name for name in cls._NAMES if name not in params],
            "unknown": [name for name in params if name not in cls._NAMES],
        }
        if any(wrong.values()):
            found = "; ".join(
                f"{word} {', '.join(names)}" for word, names in wrong.items() if names
            )
            raise InputTypeError(
                f"{cls.__name__}.from_params needs {', '.join(cls._NAMES)}; {found}."
            )

    @classmethod
    def _with_coefficients(cls, coefficients: Mapping[str, Mapping[str, float]]) -> Self:
        """An unfitted model ready for these coefficients."""
        if coefficients:
            raise InputTypeError(f"{cls.__name__} takes no covariates; got `coefficients`.")
        return cls()

    def _keep(
        self, params: pd.Series, *, unit: str | None, covariance: Floats | None = None
    ) -> None:
        """Store the parameters, and with a covariance of theta that of the parameters."""
        self.params_ = params
        self.unit_ = unit
        for name in self._NAMES:
            setattr(self, f"{name}_", float(params[name]))
        if covariance is not None:
            slope = self._slope()
            self._keep_covariance(covariance * np.outer(slope, slope))

    def _keep_covariance(self, matrix: Floats) -> None:
        """Store the covariance of the parameters, and their standard errors."""
        names = list(self.params_.index)
        self.covariance_ = pd.DataFrame((matrix + matrix.T) / 2, index=names, columns=names)
        self.standard_errors_ = pd.Series(np.sqrt(np.diag(matrix)), index=names)

    def _slope(self) -> Floats:
        """Derivative of each parameter by its theta."""
        values = self.params_.to_numpy()
        positive = np.arange(len(values)) < len(self._NAMES)
        return np.where(positive, values, 1.0)

    @property
    def theta_(self) -> Floats:
        """The parameters on the scale on which their estimates are about normal: logarithms."""
        self._check_fitted()
        values = self.params_.to_numpy().copy()
        n = len(self._NAMES)
        values[:n] = np.log(values[:n])
        return values

    @property
    def theta_covariance_(self) -> Floats | None:
        """Covariance of `theta_`; None for a model made from given parameters."""
        self._check_fitted()
        if not hasattr(self, "covariance_"):
            return None
        slope = self._slope()
        return self.covariance_.to_numpy() / np.outer(slope, slope)

    def _check_fitted(self) -> None:
        if not hasattr(self, "params_"):
            name = type(self).__name__
            raise NotFittedError(
                f"This {name} has no parameters yet. Call `fit`, or make it with "
                f"`{name}.from_params`."
            )

    def parameter_intervals(self, *, level: float = 0.95) -> pd.DataFrame:
        """Wald intervals of the parameters: on the log scale, for coefficients on their own.

        Parameters
        ----------
        level : float, default=0.95
            Probability that the interval covers the truth, in (0, 1), in large bases.

        Returns
        -------
        DataFrame
            Index: parameters. Columns `estimate`, `lower`, `upper`, `level`.

        Raises
        ------
        NotFittedError, ValueError
            If the model is not fitted, was made from given parameters, or `level` is outside
            (0, 1).
        """
        covariance = known_covariance(self)
        reach = _normal_quantile(level) * np.sqrt(np.diag(covariance))
        ends = np.column_stack([self.theta_ - reach, self.theta_ + reach])
        n = len(self._NAMES)
        ends[:n] = np.exp(ends[:n])
        return pd.DataFrame(
            {
                "estimate": self.params_,
                "lower": ends[:, 0],
                "upper": ends[:, 1],
                "level": float(level),
            },
            index=self.params_.index,
        )

    def _answer(
        self,
        name: str,
        quantity: Callable[[Floats], Floats],
        index: pd.Index,
        level: float | None,
    ) -> pd.Series | pd.DataFrame:
        """A quantity of theta as a Series, or with intervals where a level is given."""
        if level is None:
            return pd.Series(quantity(self.theta_), index=index, name=name)
        return self._delta(quantity, level=level).set_axis(index)

    def _delta(self, quantity: Callable[[Floats], Floats], *, level: float) -> pd.DataFrame:
        """Delta-method intervals of a non-negative quantity of theta, one row for each entry.

        The interval is symmetric for the logarithm of the quantity, so it never falls below 0.
        """
        return delta_intervals(quantity, self.theta_, known_covariance(self), level=level)


def known_covariance(model: Any) -> Floats:
    """Return the covariance of a model's theta; raise where it was made from given parameters."""
    covariance: Floats | None = model.theta_covariance_
    if covariance is None:
        raise InputError(
            f"This {type(model).__name__} was made from given parameters and does not know how "
            "sure they are. Fit it for intervals."
        )
    return covariance


def delta_intervals(
    quantity: Callable[[Floats], Floats], theta: Floats, covariance: Floats, *, level: float
) -> pd.DataFrame:
    """Delta-method intervals of a quantity of theta; symmetric for its logarithm if positive."""
    z = _normal_quantile(level)
    estimate = np.asarray(quantity(theta), dtype=float)
    # Along the axes of the covariance, one standard deviation each, variances just add up.
    size, axes = np.linalg.eigh(covariance)
    variance = np.zeros_like(estimate)
    for deviation, axis in zip(np.sqrt(np.maximum(size, 0)), axes.T, strict=True):
        step = 1e-3 * deviation * axis
        variance += ((quantity(theta + step) - quantity(theta - step)) / 2e-3) ** 2
    error = np.sqrt(variance)
    positive = estimate > 0
    ratio = np.divide(z * error, estimate, out=np.zeros_like(error), where=positive)
    ratio = np.minimum(ratio, 700)  # beyond, the upper end is infinite in floating point
    lower = np.where(positive, estimate * np.exp(-ratio), estimate - z * error)
    upper = np.where(positive, estimate * np.exp(ratio), estimate + z * error)
    return pd.DataFrame(
        {"estimate": estimate, "lower": lower, "upper": upper, "level": float(level)}
    )


def _normal_quantile(level: float) -> float:
    return float(norm.ppf((1 + check_fraction("level", level, open_ends=True)) / 2))
