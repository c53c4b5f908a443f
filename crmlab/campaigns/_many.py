"""Many tests at once: p-values and levels that take their number into account."""

import numpy as np

from crmlab._types import Floats

__all__ = ["adjust_p", "level_of_each"]


def adjust_p(p_values: Floats, correction: str) -> Floats:
    """P-values corrected by Holm or by Benjamini and Hochberg."""
    n = p_values.size
    order = np.argsort(p_values, kind="stable")
    ranked = p_values[order]
    if correction == "none" or n == 1:
        return p_values.copy()
    if correction == "holm":
        steps = np.maximum.accumulate(ranked * np.arange(n, 0, -1))
    else:
        steps = np.minimum.accumulate((ranked * n / np.arange(1, n + 1))[::-1])[::-1]
    adjusted = np.empty(n)
    adjusted[order] = np.minimum(steps, 1.0)
    return adjusted


def level_of_each(adjusted: Floats, correction: str, level: float) -> float:
    """Level of each interval so that all of them hold, or so many of those selected."""
    if correction == "none":
        return level
    alpha = 1 - level
    kept = 1 if correction == "holm" else max(int((adjusted <= alpha).sum()), 1)
    return 1 - alpha * kept / adjusted.size
