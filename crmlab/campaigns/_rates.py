"""Limits of one rate and of the difference of two, which hold at no success at all, too."""

import math

import numpy as np
from scipy.optimize import brentq
from scipy.stats import norm

__all__ = ["difference_limits", "rate_limits", "score_of_difference"]


def rate_limits(successes: int, size: int, *, level: float) -> tuple[float, float]:
    """Wilson's limits of one rate."""
    z = float(norm.isf((1 - level) / 2))
    share, weight = successes / size, z * z / size
    middle = (share + weight / 2) / (1 + weight)
    half = z / (1 + weight) * math.sqrt(share * (1 - share) / size + weight / (4 * size))
    low = 0.0 if successes == 0 else max(middle - half, 0.0)
    high = 1.0 if successes == size else min(middle + half, 1.0)
    return low, high


def score_of_difference(
    successes: tuple[int, int], sizes: tuple[int, int], difference: float = 0.0
) -> float:
    """Z of rate 1 minus rate 2 against a difference, with the variance at that difference.

    0 where the variance is 0 and the difference is the one observed.
    """
    (x1, x2), (n1, n2) = successes, sizes
    gap = x1 / n1 - x2 / n2 - difference
    second = _restricted_rate(x1, x2, n1, n2, difference)
    first = min(max(second + difference, 0.0), 1.0)
    n = n1 + n2
    variance = (first * (1 - first) / n1 + second * (1 - second) / n2) * n / (n - 1)
    if variance <= 0:
        return 0.0 if abs(gap) < 1e-12 else math.copysign(math.inf, gap)
    return gap / math.sqrt(variance)


def _restricted_rate(x1: int, x2: int, n1: int, n2: int, difference: float) -> float:
    """Most likely rate 2 where rate 1 is larger by a given difference: a root of a cubic."""
    n = n1 + n2
    c2 = (n1 + 2 * n2) * difference - n - x1 - x2
    c1 = (n2 * difference - n - 2 * x2) * difference + x1 + x2
    c0 = x2 * difference * (1 - difference)
    q = (c2 / (3 * n)) ** 3 - c1 * c2 / (6 * n * n) + c0 / (2 * n)
    p = math.copysign(math.sqrt(max((c2 / (3 * n)) ** 2 - c1 / (3 * n), 0.0)), q)
    ratio = 0.0 if p == 0 else min(max(q / p**3, -1.0), 1.0)
    angle = (math.pi + math.acos(ratio)) / 3
    rate = 2 * p * math.cos(angle) - c2 / (3 * n)
    return min(max(rate, 0.0, -difference), 1.0, 1.0 - difference)


def difference_limits(
    successes: tuple[int, int], sizes: tuple[int, int], *, critical: float
) -> tuple[float, float]:
    """All differences whose score is at most `critical` from 0: Miettinen and Nurminen's limits."""
    observed = successes[0] / sizes[0] - successes[1] / sizes[1]
    ends = []
    for end in (-1.0, 1.0):
        outside = np.nextafter(end, 0)

        def excess(difference: float, sign: float = end) -> float:
            score = score_of_difference(successes, sizes, difference)
            return max(-sign * score, -1e9) - critical if math.isfinite(score) else 1e9

        if abs(observed - end) < 1e-12 or excess(outside) <= 0:
            ends.append(end)
        else:
            ends.append(float(brentq(excess, observed, outside, xtol=1e-12)))
    return ends[0], ends[1]
