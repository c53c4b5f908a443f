"""What every fitted model shares: parameters, their covariance, and intervals from both."""

import math
import numbers
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from scipy.stats import norm
from sklearn.base import BaseEstimator
from sklearn.exceptions import NotFittedError

from crmlab._checks import check_choice, check_fraction
from crmlab._units import UNIT_DAYS
from crmlab.ltv._fitting.errors import ConvergenceError
from crmlab.ltv._fitting.maximum import Floats, Maximum

__all__ = ["LikelihoodModel", "check_penalty", "intervals"]

_WIDEST = 100.0  # standard error of the vaguest mix of logs of parameters; e^100 is no number


class LikelihoodModel(BaseEstimator):
    """A model with positive parameters, and perhaps coefficients, found by maximum likelihood.

    Subclasses name their parameters in ``_NAMES``. Inside, a vector `theta` holds the logarithms
    of the positive parameters and then the coefficients as they are.
    """

    _NAMES: ClassVar[tuple[str, ...]] = ()

    # Fitted attributes, declared for readers and type checkers.
    params_: pd.Series
    covariance_: pd.DataFrame
    standard_errors_: pd.Series
    log_likelihood_: float
    n_customers_: float
    gradient_norm_: float
    unit_: str | None

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
        TypeError
            If a parameter is missing, unknown, or not a number.
        ValueError
            If a parameter is not positive and finite, or the unit is unknown.
        """
        model = cls._with_coefficients(coefficients or {})
        missing = [name for name in cls._NAMES if name not in params]
        unknown = [name for name in params if name not in cls._NAMES]
        if missing or unknown:
            raise TypeError(
                f"{cls.__name__}.from_params needs {', '.join(cls._NAMES)}; "
                + "; ".join(
                    f"{word} {', '.join(names)}"
                    for word, names in (("missing", missing), ("unknown", unknown))
                    if names
                )
                + "."
            )
        for name, value in params.items():
            _check_positive(name, value)
        if unit is not None:
            check_choice("unit", unit, UNIT_DAYS)
        flat = {name: float(params[name]) for name in cls._NAMES}
        for block, values in (coefficients or {}).items():
            flat |= {f"{block}:{name}": float(value) for name, value in values.items()}
        model._keep(pd.Series(flat, dtype=float), unit=unit)
        return model

    @classmethod
    def _with_coefficients(cls, coefficients: Mapping[str, Mapping[str, float]]) -> Self:
        """An unfitted model ready for these coefficients."""
        if coefficients:
            raise TypeError(f"{cls.__name__} takes no covariates; got `coefficients`.")
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

    def _coefficient_names(self) -> list[str]:
        return []

    def _cause(self, theta: dict[str, float], flat: dict[str, float]) -> str:
        """Why the likelihood has no maximum inside, in words."""
        raise NotImplementedError

    def _check_found(self, found: Maximum, n_customers: float) -> None:
        """Raise unless the search ended at a proper maximum."""
        if found.converged:
            # A maximum that only rounding shows is none. One that is merely wide is given, and
            # its intervals say how wide it is.
            width = 1 / np.sqrt(np.linalg.eigvalsh(found.information)[0] * n_customers)
            if width <= _WIDEST:
                return
        axes = np.linalg.eigh(found.information)[1]
        labels = [*self._NAMES, *self._coefficient_names()]
        theta = dict(zip(labels, found.theta, strict=True))
        flat = dict(zip(labels, axes[:, 0], strict=True))
        raise ConvergenceError(
            f"{type(self).__name__} has no maximum inside: {self._cause(theta, flat)} "
            "Otherwise pass more customers, observe longer, or set `penalty` (such as 0.01)."
        )

    def _check_fitted(self) -> None:
        if not hasattr(self, "params_"):
            name = type(self).__name__
            raise NotFittedError(
                f"This {name} has no parameters yet. Call `fit`, or make it with "
                f"`{name}.from_params`."
            )

    @property
    def _theta(self) -> Floats:
        """The parameters as the search sees them."""
        values = self.params_.to_numpy().copy()
        n = len(self._NAMES)
        values[:n] = np.log(values[:n])
        return values

    def _theta_covariance(self) -> Floats:
        """Covariance of theta, from that of the parameters."""
        self._check_fitted()
        if not hasattr(self, "covariance_"):
            raise ValueError(
                f"This {type(self).__name__} was made from given parameters and does not know how "
                "sure they are. Fit it for intervals."
            )
        slope = self._slope()
        return self.covariance_.to_numpy() / np.outer(slope, slope)

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
        covariance = self._theta_covariance()
        reach = _normal_quantile(level) * np.sqrt(np.diag(covariance))
        ends = np.column_stack([self._theta - reach, self._theta + reach])
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

    def _delta(self, quantity: Callable[[Floats], Floats], *, level: float) -> pd.DataFrame:
        """Delta-method intervals of a non-negative quantity of theta, one row for each entry.

        The interval is symmetric for the logarithm of the quantity, so it never falls below 0.
        """
        covariance = self._theta_covariance()
        return intervals(quantity, self._theta, covariance, level=level)


def intervals(
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


def _check_positive(name: str, value: Any) -> None:
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"`{name}` must be a number; got {value!r}.")
    if not 0 < float(value) < math.inf:
        raise ValueError(f"`{name}` must be positive and finite; got {value!r}.")


def check_penalty(penalty: float) -> float:
    """Return `penalty` as a float of at least 0."""
    if isinstance(penalty, bool) or not isinstance(penalty, numbers.Real):
        raise TypeError(f"`penalty` must be a number; got {penalty!r}.")
    if not 0 <= penalty < math.inf:
        raise ValueError(f"`penalty` must be finite and at least 0; got {penalty!r}.")
    return float(penalty)
