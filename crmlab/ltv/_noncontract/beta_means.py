"""Means over a chance that differs between customers as a beta: what BG/NBD expects.

Hypergeometric functions give most of them fast. Where those cancel, overflow or divide 0 by 0
(a short time ahead, a or a + b next to 1, hundreds of purchases) the mean is integrated instead,
which is slow but safe.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from crmlab.ltv._fitting.maximum import Floats

__all__ = ["purchases_until", "rate_kept"]

_PANELS = 6


def _rule() -> tuple[Floats, Floats]:
    """Nodes and weights on [0, 1]: Gauss and Legendre, panel by panel."""
    nodes, weights = np.polynomial.legendre.leggauss(64)
    starts = np.arange(_PANELS)[:, None]
    return ((starts + (nodes + 1) / 2) / _PANELS).ravel(), np.tile(weights / 2 / _PANELS, _PANELS)


_NODES, _NODE_WEIGHTS = _rule()
_GRID = np.linspace(0, 1, 48)
_ZOOMS = 3
_NOTHING = 45.0  # exp(-45) of the integrand is below rounding
_DIGITS = 1e-9  # relative error up to which the fast formulas are trusted
_FAR = 1e4  # ratios beyond put the argument of the hypergeometric function too close to 1
_BLOCK = 5_000  # rows integrated at once, to bound memory

# Takes the log of a chance, the ratio and the shape; gives the log of what is averaged.
LogFunction = Callable[[Floats, Floats, Floats], Floats]


def purchases_until(ratio: Any, shape: Any, a: Any, b: Any) -> Floats:
    """Mean of (1 - (1 + p * ratio)^-shape) / p over a chance p of leaving, beta(a, b).

    The purchases to come of someone alive whose posterior rate of buying is gamma with `shape`;
    `ratio` is the time ahead over the gamma's rate.
    """
    ratio, shape, a, b = _rows(ratio, shape, a, b)
    with np.errstate(all="ignore"):
        factor = (a + b - 1) / (a - 1)
        left = _hyp2f1_at_minus(ratio, shape, a - 1, a + b - 1)
        found = factor * (1 - left)
        # Rounding of what is subtracted, relative to the difference.
        lost = np.abs(factor) * np.maximum(1, np.abs(left)) * 1e-15 / found
        sound = (lost < _DIGITS) & (lost >= 0) & _ordinary(ratio, shape, a)
    return _mended(found, sound, _log_bought, ratio, shape, a, b)


def rate_kept(ratio: Any, shape: Any, a: Any, b: Any) -> Floats:
    """Mean of (1 + p * ratio)^-shape over a chance p, beta(a, b): what is left of a rate."""
    ratio, shape, a, b = _rows(ratio, shape, a, b)
    with np.errstate(all="ignore"):
        found = _hyp2f1_at_minus(ratio, shape, a, a + b)
        sound = (found > 1e-12) & (found <= 1 + 1e-12) & _ordinary(ratio, shape, a)
    return _mended(found, sound, _log_kept, ratio, shape, a, b)


def _rows(*values: Any) -> list[Floats]:
    return [np.array(value, dtype=float) for value in np.broadcast_arrays(*values)]


def _hyp2f1_at_minus(ratio: Floats, k: Floats, a: Floats, c: Floats) -> Floats:
    """2F1(k, a; c; -ratio) by Pfaff's transformation, whose argument is in [0, 1)."""
    return (1 + ratio) ** -a * special.hyp2f1(a, c - k, c, ratio / (1 + ratio))


def _ordinary(ratio: Floats, shape: Floats, a: Floats) -> NDArray[np.bool_]:
    """Whether the hypergeometric function can be trusted here.

    For arguments next to 1, and above 0.9 where shape - a is a whole number, it loses digits.
    """
    whole = np.abs(shape - a - np.round(shape - a)) < 1e-4
    return (ratio < _FAR) & ~(whole & (ratio > 8.9))


def _log_bought(log_p: Floats, ratio: Floats, shape: Floats) -> Floats:
    return np.log(-np.expm1(-shape * np.log1p(np.exp(log_p) * ratio))) - log_p


def _log_kept(log_p: Floats, ratio: Floats, shape: Floats) -> Floats:
    return -shape * np.log1p(np.exp(log_p) * ratio)


def _mended(
    found: Floats, sound: NDArray[np.bool_], log_function: LogFunction, *rows: Floats
) -> Floats:
    """The fast results, integrated anew where they are not sound."""
    bad = np.flatnonzero(~sound & (rows[0] > 0))
    still = rows[0] == 0  # no time ahead
    found = np.where(still, 0.0 if log_function is _log_bought else 1.0, found)
    for at in range(0, len(bad), _BLOCK):
        block = bad[at : at + _BLOCK]
        found[block] = _mean(log_function, *(row[block] for row in rows))
    return found


def _mean(log_function: LogFunction, ratio: Floats, shape: Floats, a: Floats, b: Floats) -> Floats:
    """Mean of a function of p over beta(a, b), integrated over the log-odds of p.

    There the integrand is smooth, with one top, and falls like a power at both ends; below the
    lowest chance and above the highest the function is constant, and its mass known.
    """
    ratio, shape, a, b = (each[:, None] for each in (ratio, shape, a, b))
    low = -np.log(ratio * shape + ratio + b + 1) - 34.0
    high = np.full_like(low, 37.0)

    def log_mass(odds: Floats) -> Floats:
        log_p, log_q = -np.logaddexp(0, -odds), -np.logaddexp(0, odds)
        return a * log_p + b * log_q + log_function(log_p, ratio, shape)

    def part(log_p: Floats, log_q: Floats, power: Floats) -> Floats:
        """Mass beyond an end."""
        log = a * log_p + b * log_q + log_function(log_p, ratio, shape)
        return np.exp(log - log_total) / power

    log_total = special.betaln(a, b)
    ends = part(low, np.zeros_like(low), a) + part(np.zeros_like(high), -high, b)
    for _ in range(_ZOOMS):
        odds = low + (high - low) * _GRID
        mass = log_mass(odds)
        seen = mass > mass.max(axis=1, keepdims=True) - _NOTHING
        first = np.maximum(seen.argmax(axis=1) - 1, 0)
        last = np.minimum(len(_GRID) - seen[:, ::-1].argmax(axis=1), len(_GRID) - 1)
        line = np.arange(len(odds))
        low, high = odds[line, first][:, None], odds[line, last][:, None]
    odds = low + (high - low) * _NODES
    inner = np.exp(log_mass(odds) - log_total) @ _NODE_WEIGHTS
    return inner * (high - low)[:, 0] + ends[:, 0]
