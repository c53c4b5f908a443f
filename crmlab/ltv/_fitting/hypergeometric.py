"""A hypergeometric function where the one of scipy overflows or gives nan."""

import math

import numpy as np

from crmlab.ltv._fitting.maximum import Floats

__all__ = ["hyp2f1_of_one"]


def hyp2f1_of_one(b: Floats, c: Floats, force: float) -> Floats:
    """2F1(1, b; c; exp(-force)) by Gauss's continued fraction, from its far end.

    All its terms are positive for c > b. The function of scipy gives nan for b beyond about 150
    where c - b is a whole number.
    """
    root = math.sqrt(-math.expm1(-force))
    shrinks = (1 - root) / (1 + root)  # of the error, from one step to the next
    steps = math.ceil(40 / -math.log(shrinks)) + 2 if shrinks > 1e-15 else 4
    z = math.exp(-force)
    tail = np.ones_like(b)
    for k in range(steps, -1, -1):
        even = (k + 1) * (c - b + k) / ((c + 2 * k) * (c + 2 * k + 1))
        tail = 1 - z * even / tail
        odd = (b + k) / (c + 2 * k)
        if k:
            odd = odd * (c + k - 1) / (c + 2 * k - 1)
        tail = 1 - z * odd / tail
    return 1 / tail
