"""The gamma-gamma model as functions of theta: log p, log q, log v, perhaps a coefficient."""

import numpy as np
import pandas as pd
from scipy import special

from crmlab.ltv._fitting.maximum import Floats
from crmlab.ltv._spend.summary import Spend

__all__ = ["expect_spend", "log_likelihood", "posterior", "scale_level"]


def scale_level(theta: Floats, z: Floats) -> Floats | float:
    """Level of spend at each frequency, 1 at frequency 0 or without a coefficient."""
    return np.exp(theta[3] * z) if len(theta) > 3 else 1.0


def log_likelihood(theta: Floats, spend: Spend) -> tuple[Floats, list[Floats]]:
    """Log-likelihood of each row's mean spend, and its derivative by each entry of theta."""
    p, q, v = np.exp(theta[:3])
    v = v * scale_level(theta, spend.z)
    total = spend.x * spend.m
    # What depends on frequency alone is worked out once for each frequency.
    at, x = pd.factorize(spend.x)
    px = p * x
    both = special.digamma(px + q)
    # Each is a log(1 + ratio), not a difference of logs, which would lose digits.
    over_total, over_v = np.log1p(v / total), np.log1p(total / v)
    gammas = (special.gammaln(px + q) - special.gammaln(px) - special.gammaln(q))[at]
    likelihood = gammas - px[at] * over_total - q * over_v - np.log(spend.m)
    by_v = q - (px[at] + q) * v / (v + total)
    slopes = [
        px[at] * ((both - special.digamma(px))[at] - over_total),
        q * ((both - special.digamma(q))[at] - over_v),
        by_v,
    ]
    return likelihood, [*slopes, by_v * spend.z] if len(theta) > 3 else slopes


def expect_spend(theta: Floats, spend: Spend) -> Floats:
    """Expected spend per purchase; infinite where it does not exist."""
    p, shape, rate = posterior(theta, spend)
    exists = shape > 1
    return np.where(exists, p * rate / np.where(exists, shape - 1, 1.0), np.inf)


def posterior(theta: Floats, spend: Spend) -> tuple[float, Floats, Floats]:
    """Return p, and shape and rate of the gamma of nu given each customer's past."""
    p, q, v = np.exp(theta[:3])
    past = spend.x * np.maximum(spend.m, 0)
    return float(p), q + p * spend.x, v * scale_level(theta, spend.z) + past
