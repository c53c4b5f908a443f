"""The integral of the Pareto/NBD: over the moments after the last purchase at which someone left.

    I = integral from tx to T of (alpha + t)^-(r + x) * (beta + t)^-(s + 1) dt

It replaces the hypergeometric functions of the published likelihood, which overflow for frequent
buyers. Derivatives by the four parameters are integrals of the same kind, from the same nodes.
"""

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np

from crmlab.ltv._fitting.maximum import Floats

__all__ = ["LeftIntegral", "left_integral"]

# Nodes that bring the relative error below 1e-10, by how much the logarithm of the integrand may
# vary and by the length of the path in u; more of either needs more of them.
_NODES = (
    (2.0, 2.0, 8), (5.0, 2.0, 11), (10.0, 5.0, 16), (40.0, 5.0, 24), (np.inf, 12.0, 48),
    (np.inf, np.inf, 200),
)  # fmt: skip
_NOTHING_LEFT = 45.0  # exp(-45) of the integrand is below rounding
_BLOCK = 20_000  # values worked on at once, so that they stay in the processor's cache


@dataclass
class LeftIntegral:
    """The integral for each row, and means over it.

    Attributes
    ----------
    log : ndarray
        Logarithm of the integral; -inf where tx = T.
    log_alpha, log_beta : ndarray
        Mean of log(alpha + t) and log(beta + t), the integrand as weight.
    per_alpha, per_beta : ndarray
        Mean of 1 / (alpha + t) and 1 / (beta + t).
    """

    log: Floats
    log_alpha: Floats
    log_beta: Floats
    per_alpha: Floats
    per_beta: Floats


def left_integral(
    tx: Floats, T: Floats, *, alpha: Any, power_alpha: Any, beta: Any, power_beta: Any
) -> LeftIntegral:
    """Integrate (alpha + t)^-power_alpha * (beta + t)^-power_beta from tx to T, row by row."""
    size = len(tx)
    rows = [np.broadcast_to(each, (size,)) for each in (alpha, power_alpha, beta, power_beta)]
    out = np.empty((5, size))
    swapped = rows[0] > rows[2]
    for which, order in ((~swapped, (0, 1, 2, 3)), (swapped, (2, 3, 0, 1))):
        if which.any():
            chosen = slice(None) if which.all() else which
            low, power_low, high, power_high = (rows[at][chosen] for at in order)
            found = _ordered(tx[chosen], T[chosen], low, power_low, high, power_high)
            out[:, chosen] = found if order[0] == 0 else found[[0, 2, 1, 4, 3]]
    return LeftIntegral(*out)


def _ordered(
    tx: Floats, T: Floats, low: Floats, power_low: Floats, high: Floats, power_high: Floats
) -> Floats:
    """The integral and its means where low <= high: log, logs of low and high, reciprocals.

    With u = log((low + t) / (low + tx)) the integrand is smooth: its nearest singular point lies
    at a distance of pi from the path.
    """
    start, other = low + tx, high + tx
    length = np.log1p((T - tx) / start)
    # The integrand falls ever faster, so from its first slope follows where nothing is left.
    slope = power_low - 1 + power_high * start / other
    end = np.where(
        slope * length > _NOTHING_LEFT, _NOTHING_LEFT / np.maximum(slope, 1e-300), length
    )
    change = np.abs(power_low - 1) * end + power_high * np.log1p(start / other * np.expm1(end))
    out = np.empty((5, len(tx)))
    waiting = np.ones(len(tx), dtype=bool)
    for most, longest, n_nodes in _NODES:
        now = waiting & (change <= most) & (end <= longest)
        waiting &= ~now
        group = np.flatnonzero(now)
        step = max(1, _BLOCK // n_nodes)
        for at in range(0, len(group), step):
            block = group[at : at + step]
            out[:, block] = _block(
                n_nodes, end[block], start[block], other[block], power_low[block], power_high[block]
            )
    with np.errstate(divide="ignore"):
        log = np.log(out[0])
    total = np.where(out[0] > 0, out[0], 1.0)
    log_start, log_other = np.log(start), np.log(other)
    return np.array(
        [
            log + log_start * (1 - power_low) - power_high * log_other,
            log_start + out[1] / total,
            log_other + out[2] / total,
            out[3] / total,
            out[4] / total,
        ]
    )


def _block(
    n_nodes: int, end: Floats, start: Floats, other: Floats, power_low: Floats, power_high: Floats
) -> Floats:
    """Sums over the nodes: of the integrand, and of it times logs and reciprocals.

    Relative to its value at tx.
    """
    nodes, weights = _rule(n_nodes)
    u = end[:, None] * ((nodes + 1) / 2)
    here = start[:, None] * np.exp(u)  # low + t
    there = here + (other - start)[:, None]  # high + t
    rise = np.log(there / other[:, None])
    mass = np.exp((1 - power_low)[:, None] * u - power_high[:, None] * rise)
    mass *= (end / 2)[:, None] * weights
    return np.array(
        [
            mass.sum(axis=1),
            np.einsum("ij,ij->i", mass, u),
            np.einsum("ij,ij->i", mass, rise),
            (mass / here).sum(axis=1),
            (mass / there).sum(axis=1),
        ]
    )


@functools.cache
def _rule(n_nodes: int) -> tuple[Floats, Floats]:
    """Nodes and weights of Gauss and Legendre on [-1, 1]."""
    return np.polynomial.legendre.leggauss(n_nodes)
