"""Waiting in a queue with many agents, with and without patience: probabilities and mean times.

Calls come at random at a constant rate, times of handling and patience are exponential, and calls
wait in order. What a call that never gives up would wait is then 0 with probability 1 - p, and has
beyond 0 a density that is proportional to exp(f), f(x) = (rate / theta) (1 - exp(-theta x)) - n mu
x, with the rate theta of giving up. Everything follows from that by integration, without sums of
huge terms.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from crmlab._types import Floats

__all__ = ["Performance", "lost_shares", "wait_patiently", "wait_with_patience"]

_NATS = 45.0  # what is smaller than exp(-45) of the highest density is left out
_PANELS = 8
_SMALL = 1e-4  # below which three terms of a series are exact
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(32)


@dataclass(frozen=True)
class Performance:
    """What callers meet.

    Parameters
    ----------
    wait_probability : float
        All agents are busy when the call comes.
    service_level : float
        Share of all calls answered within the time.
    still_waiting : float
        Share of all calls still in the queue after that time.
    abandoned : float
        Share of all calls given up.
    mean_wait : float
        Of all calls, whether answered or given up.
    mean_wait_answered : float
        Of calls that are answered.
    """

    wait_probability: float
    service_level: float
    still_waiting: float
    abandoned: float
    mean_wait: float
    mean_wait_answered: float


def lost_shares(load: float, n_agents: int) -> Floats:
    """Share of calls lost with 0, 1, ... `n_agents` agents if nobody waits (Erlang B)."""
    lost = np.ones(n_agents + 1)
    share = 1.0
    for n in range(1, n_agents + 1):
        share = load * share / (n + load * share)
        lost[n] = share
    return lost


def wait_patiently(
    rate: float, handling: float, agents: int, within: float, lost: float
) -> Performance:
    """Nobody gives up (Erlang C); `lost` is the share lost with one agent less.

    `agents` must be above rate x handling.
    """
    load = rate * handling
    spare = agents - load
    waits = load * lost / (spare + load * lost)
    later = waits * math.exp(-spare * within / handling)
    mean = waits * handling / spare
    return Performance(waits, 1 - later, later, 0.0, mean, mean)


def wait_with_patience(
    rate: float, handling: float, agents: int, patience: float, within: float, lost: float
) -> Performance:
    """Callers give up (Erlang A); `lost` is the share lost with one agent less."""
    if rate == 0:
        return Performance(0.0, 1.0, 0.0, 0.0, 0.0, 0.0)
    # In units of handling time, and from the peak of the density on: beside it all is small.
    load, patient = rate * handling, patience / handling
    peak = max(math.log(load / agents), 0.0)  # in units of patience
    density = _around(min(load, agents), agents, patient)
    low, high = _find_support(density, -peak * patient, scale=1 / agents)
    x, weight = _quadrature(low, high)
    weight = weight * np.exp(density(x))
    total = weight.sum()
    top = patient * (-load * math.expm1(-peak) - agents * peak)
    odds = math.log(load * total) + top + _log(lost)
    waits = _logistic(odds)
    weight = weight * (waits / total)
    stays = np.exp(-peak - x / patient)
    # Of two shares that add up to 1 the smaller one is exact.
    answered, gone = _logistic(-odds) + float(weight @ stays), float(weight @ (1 - stays))
    if peak == 0:
        gone = float(weight @ -np.expm1(-x / patient))
    answered, gone = (answered, 1 - answered) if answered < gone else (1 - gone, gone)
    answered_wait = float(weight @ ((peak * patient + x) * stays)) * handling
    late = max(low, within / handling - peak * patient)
    beyond = _beyond(density, (late, high), peak, patient) * waits / total
    return Performance(
        wait_probability=waits,
        service_level=min(max(answered - float(beyond[1]), 0.0), 1.0),
        still_waiting=math.exp(-within / patience) * float(beyond[0]),
        abandoned=gone,
        mean_wait=gone * patience,
        mean_wait_answered=answered_wait / answered if answered > 0 else 0.0,
    )


def _around(slope: float, agents: float, patient: float) -> Callable[[Floats], Floats]:
    """Log of the density less that of its highest point, by the distance from there.

    `slope` is the rate at which callers that have waited so long are still there.
    """

    def density(x: Floats) -> Floats:
        z = x / patient
        with np.errstate(over="ignore"):
            bent = np.where(np.abs(z) < _SMALL, -z * z / 2 * (1 - z / 3), -np.expm1(-z) - z)
        return np.asarray(slope * patient * bent + (slope - agents) * x)

    return density


def _beyond(
    density: Callable[[Floats], Floats], support: tuple[float, float], peak: float, patient: float
) -> Floats:
    """Mass of the density after a time, and of it what would still be answered."""
    if support[0] >= support[1]:
        return np.zeros(2)
    x, weight = _quadrature(*support)
    weight = weight * np.exp(density(x))
    return np.array([weight.sum(), weight @ np.exp(-peak - x / patient)])


def _find_support(
    density: Callable[[Floats], Floats], start: float, *, scale: float
) -> tuple[float, float]:
    """Where a concave log density is within reach of its highest point, at 0."""

    def small(x: float) -> bool:
        return float(density(np.array(x))) < -_NATS

    def reach(step: float) -> float:
        inside = 0.0
        while not small(step):
            inside, step = step, 2 * step
        return _halve(small, step, inside)

    return (reach(max(start, -scale)) if start < 0 and small(start) else start), reach(scale)


def _halve(small: Callable[[float], bool], outside: float, inside: float) -> float:
    for _ in range(30):
        middle = (outside + inside) / 2
        outside, inside = (middle, inside) if small(middle) else (outside, middle)
    return outside


def _quadrature(low: float, high: float) -> tuple[Floats, Floats]:
    edges = np.linspace(low, high, _PANELS + 1)
    half = np.diff(edges)[:, None] / 2
    nodes = edges[:-1, None] + half * (1 + _NODES)
    return nodes.ravel(), (half * _WEIGHTS).ravel()


def _logistic(x: float) -> float:
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def _log(share: float) -> float:
    return math.log(share) if share > 0 else -math.inf
