"""Differences of gamma functions, and powers of time, that keep their last digits."""

from typing import Any

import numpy as np
from scipy import special

from crmlab.ltv._fitting.maximum import Floats

__all__ = ["digamma_gap", "log_gamma_gap", "stretch"]

_FAR = 300.0  # log of a stretched time beyond which a beta function is a power to the last digit
_LARGE = 50.0  # beyond, Stirling's series is exact to the last digits


def stretch(t: Floats, c: Any) -> tuple[Floats, Floats]:
    """The time t^c, and the log of what it exceeds the largest ordinary number by."""
    if np.ndim(c) == 0 and c == 1:
        return t, np.zeros_like(t)
    log = c * np.log(np.maximum(t, 1.0))
    return np.where(t > 0, np.exp(np.minimum(log, _FAR)), 0.0), np.maximum(log - _FAR, 0.0)


# Where x is large, gamma functions of x and x + step are large and their ratio is not: then
# Stirling's series, in which what is large has been taken away, keeps the last digits.


def log_gamma_gap(x: Any, step: Any) -> Floats:
    """Log of Gamma(x + step) / Gamma(x)."""
    y = x + step
    p, q = 1 / y, 1 / x
    rest = (p - q) / 12 - (p**3 - q**3) / 360 + (p**5 - q**5) / 1260
    series = (x - 0.5) * np.log1p(step / x) + step * (np.log(y) - 1) + rest
    return np.where(x >= _LARGE, series, special.gammaln(y) - special.gammaln(x))


def digamma_gap(x: Any, step: Any) -> Floats:
    """Digamma(x + step) - digamma(x)."""
    y = x + step
    p, q = 1 / y, 1 / x
    rest = (p**4 - q**4) / 120 - (p**2 - q**2) / 12
    series = np.log1p(step / x) + step * p * q / 2 + rest
    return np.where(x >= _LARGE, series, special.digamma(y) - special.digamma(x))
