"""Maximum likelihood: several starts, Newton's method on all rows, and a proof of convergence."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import optimize
from threadpoolctl import threadpool_limits

from crmlab._types import Floats

__all__ = ["LIMIT", "Floats", "LogLikelihood", "Maximum", "maximise"]

# Takes theta, returns the log-likelihood per customer and its gradient.
LogLikelihood = Callable[[Floats], tuple[float, Floats]]

# Parameters live on a log scale, with time in units of the mean observation, so that 0 is an
# ordinary value. Beyond these limits a parameter has gone to zero or to infinity.
LIMIT = 11.0
_STEP = 1e-4  # of the central differences of the gradient: error about 1e-8 of the curvature
_TOLERANCE = 1e-11  # gain in log-likelihood per customer that is still worth a step
_MOVE = 2.0  # longest move of a parameter in one step
_ROUNDS = 60
_APART = 0.5  # distance from which two optima are different ones
_NEARLY = 0.003  # per customer: what a subsample of some thousand customers may be wrong by


@dataclass(frozen=True)
class Maximum:
    """Where the search ended.

    Attributes
    ----------
    theta : ndarray of shape (n_parameters,)
        The parameters on the scale of the search.
    value : float
        Log-likelihood per customer, less the penalty.
    gradient : ndarray of shape (n_parameters,)
        Its gradient.
    information : ndarray of shape (n_parameters, n_parameters)
        Minus its matrix of second derivatives, symmetric.
    converged : bool
        Whether no step gains anything and the information is positive definite.
    """

    theta: Floats
    value: float
    gradient: Floats
    information: Floats
    converged: bool


def maximise(
    whole: LogLikelihood, starts: Sequence[Floats], *, subsample: LogLikelihood | None = None
) -> Maximum:
    """Search from several starts on a subsample of the data, then finish on the whole.

    Parameters
    ----------
    whole : callable
        Log-likelihood per customer and gradient on all rows.
    starts : sequence of ndarray
        Points from which to start.
    subsample : callable, optional
        The same on a small part of the rows, for the multi-start search. Default: `whole`.

    Returns
    -------
    Maximum
    """
    # On matrices of four rows the threads of BLAS only wait for each other.
    with threadpool_limits(limits=1, user_api="blas"):
        return _search(whole, starts, subsample or whole)


def _search(whole: LogLikelihood, starts: Sequence[Floats], subsample: LogLikelihood) -> Maximum:
    optima = _find_near_ties([_ascend(subsample, start) for start in starts])
    found = _best([_finish(whole, top, _information(subsample, top)) for top in optima])
    if found.converged or subsample is whole:
        return found
    # A subsample may lack what keeps the maximum inside: ask all rows before saying there is none.
    starts = [*starts, np.clip(found.theta, -LIMIT / 2, LIMIT / 2)]
    top = max((_ascend(whole, start) for start in starts), key=lambda top: top[1])[0]
    return _best([found, _finish(whole, top, _information(whole, top))])


def _best(found: list[Maximum]) -> Maximum:
    """The highest; of two as high, the one that is a maximum."""
    return max(found, key=lambda each: each.value + _TOLERANCE * each.converged)


def _find_near_ties(optima: list[tuple[Floats, float]]) -> list[Floats]:
    """Return the best optimum and near ties, to be ranked on the full data."""
    optima = sorted(optima, key=lambda top: -top[1])
    kept: list[Floats] = []
    for theta, value in optima:
        new = all(np.abs(theta - other).max() > _APART for other in kept)
        if new and value > optima[0][1] - _NEARLY:
            kept.append(theta)
    return kept


def _ascend(log_likelihood: LogLikelihood, start: Floats) -> tuple[Floats, float]:
    """Return the optimum that a quasi-Newton search within the limits finds."""

    def downhill(theta: Floats) -> tuple[float, Floats]:
        value, gradient = log_likelihood(theta)
        return -value, -gradient

    found = optimize.minimize(
        downhill, start, jac=True, method="L-BFGS-B",
        bounds=[(-LIMIT, LIMIT)] * len(start),
        options={"maxiter": 500, "ftol": 1e-12, "gtol": 1e-7},
    )  # fmt: skip
    return found.x, -float(found.fun)


def _finish(log_likelihood: LogLikelihood, theta: Floats, information: Floats) -> Maximum:
    """Newton's method: keep an information matrix while it serves, renew it when it does not.

    The one handed in comes from a subsample and is cheap; the last one is exact.
    """
    value, gradient = log_likelihood(theta)
    exact = False
    for _ in range(_ROUNDS):
        step = _newton_step(information, gradient)
        gain = float(gradient @ step) / 2
        if exact and gain <= _TOLERANCE:
            break
        # A borrowed matrix is good enough until the end is near.
        if not exact and gain <= 1e-6:
            information, exact = _information(log_likelihood, theta), True
            continue
        moved = _line_search(log_likelihood, theta, value, gradient, step)
        if moved is None:
            if exact:
                break
            information, exact = _information(log_likelihood, theta), True
            continue
        # A matrix that foretold the gain is kept for the next step.
        foretold = 0.5 * gain < moved[1] - value < 2 * gain
        theta, value, gradient = moved
        if not foretold or (exact and gain > 1e-6):
            information, exact = _information(log_likelihood, theta), True
    definite = bool(np.linalg.eigvalsh(information)[0] > 0)
    remaining = float(gradient @ _newton_step(information, gradient)) / 2
    inside = bool(np.abs(theta).max() < LIMIT - 0.01)
    return Maximum(theta, value, gradient, information, definite and inside and remaining <= 1e-9)


def _newton_step(information: Floats, gradient: Floats) -> Floats:
    """Newton's step; where the surface does not curve down, a step up its gradient."""
    curvature, axes = np.linalg.eigh(information)
    floor = 1e-10 * max(1e-4, float(np.abs(curvature).max()))
    step = axes @ ((axes.T @ gradient) / np.maximum(np.abs(curvature), floor))
    return step * min(1.0, _MOVE / max(float(np.abs(step).max()), 1e-300))


def _line_search(
    log_likelihood: LogLikelihood, theta: Floats, value: float, gradient: Floats, step: Floats
) -> tuple[Floats, float, Floats] | None:
    """The first of a full, a quarter, … step that gains enough; None if none does."""
    slope = float(gradient @ step)
    for share in 0.25 ** np.arange(8):
        new = np.clip(theta + share * step, -LIMIT, LIMIT)
        new_value, new_gradient = log_likelihood(new)
        # Near the optimum rounding hides the gain, and a smaller gradient is proof enough.
        flat = abs(new_value - value) <= 1e-13 * max(1.0, abs(value))
        better = float(np.abs(new_gradient).max()) < float(np.abs(gradient).max())
        if new_value - value >= 1e-4 * share * slope or (flat and better):
            return new, new_value, new_gradient
    return None


def _information(log_likelihood: LogLikelihood, theta: Floats) -> Floats:
    """Minus the second derivatives, from central differences of the exact gradient."""
    moves = _STEP * np.eye(len(theta))
    rows = [
        (log_likelihood(theta - move)[1] - log_likelihood(theta + move)[1]) / (2 * _STEP)
        for move in moves
    ]
    matrix = np.array(rows)
    return (matrix + matrix.T) / 2
