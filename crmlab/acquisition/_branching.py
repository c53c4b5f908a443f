"""Customers who bring customers: how far a chain of recommendations runs, and which reward pays."""

import math
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.optimize import brentq, minimize_scalar

from crmlab._checks import check_count, check_fraction, check_number, check_size, check_vector
from crmlab._errors import InputError, InputTypeError
from crmlab._types import Floats
from crmlab.acquisition._response import ResponseCurve

__all__ = ["reward_curve", "simulate_referrals"]

_MOST = 1e15  # customers, beyond which counting by ones in floats ends


def simulate_referrals(
    n_start: int,
    *,
    recommending: float | ResponseCurve,
    told: float,
    conversion: float,
    reward: float = 0.0,
    market: int | None = None,
    n_generations: int = 10,
    n_runs: int = 1000,
    level: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Simulate how customers bring customers, generation by generation.

    Of the customers of each generation a share recommends; each who does tells a Poisson number of
    people; of those told who are not customers yet a share becomes one. In a finite market more and
    more of those told are customers already, and the chain slows down.

    Parameters
    ----------
    n_start : int
        Customers who come first, without a recommendation; at least 1.
    recommending : float or ResponseCurve
        Share of customers who recommend, in [0, 1]; or how it rises with the reward.
    told : float
        People told by each who recommends, on average; 0 or more.
    conversion : float
        Share of those told who become customers, if they are not yet, in [0, 1].
    reward : float, default=0.0
        Paid for each success, in currency; moves a `ResponseCurve` and nothing else here.
    market : int, optional
        People who can be customers at all, the first included; told are any of them, by chance.
        Default: no end.
    n_generations : int, default=10
        Generations after the first.
    n_runs : int, default=1000
        Runs of the simulation; at least 2.
    level : float, default=0.95
        Probability between the limits, in (0, 1).
    seed : int, default=0
        Seed of the random draws.

    Returns
    -------
    DataFrame
        A row per generation; columns

        * `generation` : 0 for those who came first
        * `n_new` : customers who came in it, mean of the runs
        * `n_total` : up to it, likewise
        * `estimate`, `lower`, `upper`, `level` : `n_total`, with limits between which that share of
          the runs lies: of one firm's future, not of the mean
        * `died_out` : share of runs in which nobody came in it
        * `reproduction` : customers whom one customer brings on average in an untouched market,
          the same in every row; from 1 on chains need not end

    Raises
    ------
    InputError
        If an option is out of range, or the chain would pass 1e15 customers.

    See Also
    --------
    reward_curve : the same in the mean, in one step, with money.

    References
    ----------
    Harris, T. E. (1963). The Theory of Branching Processes, chapter I: the mean total is
    n_start / (1 - reproduction) below 1. Daley, D. J. and Gani, J. (1999). Epidemic Modelling: An
    Introduction. Cambridge University Press, on chain-binomial models of finite populations.

    Examples
    --------
    Half recommend, tell five, and one in ten of these comes: 0.25 each, so 100 become 133.

    >>> table = simulate_referrals(100, recommending=0.5, told=5, conversion=0.1)
    >>> table[["generation", "n_new", "n_total", "reproduction"]].head(3).round(0).astype(int)
       generation  n_new  n_total  reproduction
    0           0    100      100             0
    1           1     25      125             0
    2           2      6      131             0
    """
    first = check_count("n_start", n_start)
    size = None if market is None else check_count("market", market, minimum=first)
    for name, people in (("n_start", first), ("market", size or 0)):
        check_number(name, people, high=_MOST, remedy="There are not so many people.")
    steps, runs = (
        check_count("n_generations", n_generations),
        check_count("n_runs", n_runs, minimum=2),
    )
    check_fraction("level", level, open_ends=True)
    check_count("seed", seed, minimum=0)
    share, hits = _read_telling(recommending, told, conversion, reward)
    if size is None:
        _refuse_flood(first, share * hits, steps)
    rng = np.random.default_rng(seed)
    new = np.full(runs, first, dtype="int64")
    total = new.copy()
    rows = [_row(0, new, total, level)]
    for generation in range(1, steps + 1):
        mean = rng.binomial(new, share) * hits
        if size is None:
            new = rng.poisson(mean)
        else:  # each who is not a customer yet escapes all of them with this probability
            new = rng.binomial(size - total, -np.expm1(-mean / size))
        total = total + new
        rows.append(_row(generation, new, total, level))
    return pd.DataFrame(rows).assign(reproduction=share * hits)


def reward_curve(
    rewards: ArrayLike,
    *,
    recommending: ResponseCurve,
    told: float,
    conversion: float,
    value: float,
    anyway: float,
    saved_cost: float = 0.0,
    n_start: float = 1.0,
    market: float | None = None,
) -> pd.DataFrame:
    """What a reward for recommendations brings and costs, and which one earns most.

    Everybody who succeeds gets the reward, also those who would have recommended without one, and
    for customers who would have come anyway.

    Parameters
    ----------
    rewards : array-like
        Paid for each success, in currency; 0 or more.
    recommending : ResponseCurve
        Share of customers who recommend, by the reward; its floor without one.
    told : float
        People told by each who recommends, on average; 0 or more.
    conversion : float
        Share of those told who become customers, in [0, 1].
    value : float
        Of a new customer, in currency, before the cost of winning; 0 or more.
    anyway : float
        Share of those recommended who would have come without that, in [0, 1].
    saved_cost : float, default=0.0
        What winning one of these costs otherwise, in currency.
    n_start : float, default=1.0
        Customers with whom it begins; above 0.
    market : float, optional
        People who can be customers at all, those of the beginning included. Default: no end, which
        holds only while each customer brings less than one.

    Returns
    -------
    DataFrame
        A row per reward; columns

        * `reward` : in currency
        * `recommending` : share of customers who do
        * `reproduction` : customers whom one customer brings
        * `n_brought` : customers brought in the end, through all steps
        * `paid` : rewards, in currency
        * `gain` : n_brought ((1 - anyway) value + anyway saved_cost - reward), in currency
        * `extra` : `gain` less that without a reward, which is what the reward earns
        * `best` : reward from 0 to the largest of `rewards` at which `gain` is largest, the same in
          every row

    Raises
    ------
    InputError
        If a number is out of range, or a customer brings one or more and there is no `market`.

    Notes
    -----
    Means of large numbers. Without end a chain from n customers brings n m / (1 - m), m the
    reproduction. In a market of N the total Z solves N - Z = (N - n) exp(-m Z / N), the final size
    of an epidemic (Kermack and McKendrick 1927); for n small beside N and m below 1 it is the same.

    References
    ----------
    Kermack, W. O. and McKendrick, A. G. (1927). A contribution to the mathematical theory of
    epidemics. Proceedings of the Royal Society A 115, 700-721.

    Examples
    --------
    >>> asked = ResponseCurve(ceiling=0.5, slope=0.05, floor=0.2)
    >>> table = reward_curve(
    ...     [0, 10, 40], recommending=asked, told=5, conversion=0.1, value=100, anyway=0.3,
    ...     saved_cost=20, n_start=1000,
    ... )
    >>> table[["reward", "reproduction", "n_brought", "gain", "extra", "best"]].round(2)
       reward  reproduction  n_brought      gain    extra   best
    0     0.0          0.10     111.11   8444.44     0.00  19.81
    1    10.0          0.16     189.09  12479.91  4035.46  19.81
    2    40.0          0.23     298.20  10735.02  2290.58  19.81
    """
    paid = check_vector("rewards", rewards)
    if not isinstance(recommending, ResponseCurve):
        raise InputTypeError(
            f"`recommending` must be a ResponseCurve, such as ResponseCurve(ceiling=0.5, "
            f"slope=0.05, floor=0.2); got {type(recommending).__name__}."
        )
    hits = check_number("told", told, low=0) * check_fraction("conversion", conversion)
    worth = check_number("value", value, low=0)
    saved = check_number("saved_cost", saved_cost, low=0)
    chance = check_fraction("anyway", anyway)
    each = (1 - chance) * worth + chance * saved
    first = check_number("n_start", n_start, low=0, open_low=True)
    size = None if market is None else check_number("market", market, low=first)
    for name, amount in {"rewards": paid, "value": worth, "saved_cost": saved}.items():
        check_size(name, amount)

    def gain(reward: float) -> tuple[float, float]:
        brought = _brought(float(recommending.rate(reward)) * hits, first, size, reward)
        return brought, brought * (each - reward)

    rows = [(reward, *gain(float(reward))) for reward in paid]
    share = np.asarray(recommending.rate(paid))
    table = pd.DataFrame(rows, columns=["reward", "n_brought", "gain"])
    table.insert(1, "recommending", share)
    table.insert(2, "reproduction", share * hits)
    table.insert(4, "paid", table["n_brought"] * paid)
    best = _best_reward(lambda reward: gain(reward)[1], min(each, float(paid.max())))
    return table.assign(extra=table["gain"] - gain(0.0)[1], best=best)


def _read_telling(
    recommending: Any, told: float, conversion: float, reward: float
) -> tuple[float, float]:
    """Share of customers who recommend, and customers whom each of them brings."""
    paid = check_number("reward", reward, low=0)
    if isinstance(recommending, ResponseCurve):
        share = float(recommending.rate(paid))
    else:
        share = check_fraction("recommending", recommending)
    return share, check_number("told", told, low=0) * check_fraction("conversion", conversion)


def _refuse_flood(first: int, reproduction: float, steps: int) -> None:
    """Raise where an endless market would be counted beyond what floats count by ones."""
    if math.log(first) + steps * math.log(max(reproduction, 1.0)) > math.log(_MOST):
        raise InputError(
            f"`market` must be given where each customer brings {reproduction:.3g}: after "
            f"{steps} generations there would be more than 1e15. No market is that large."
        )


def _row(generation: int, new: Any, total: Any, level: float) -> dict[str, float]:
    lower, upper = np.quantile(total, [(1 - level) / 2, (1 + level) / 2])
    mean = float(total.mean())
    return {
        "generation": generation, "n_new": float(new.mean()), "n_total": mean, "estimate": mean,
        "lower": lower, "upper": upper, "level": level, "died_out": float((new == 0).mean()),
    }  # fmt: skip


def _brought(reproduction: float, first: float, market: float | None, reward: float) -> float:
    """Customers brought in the end by the first ones, in the mean."""
    if market is None:
        if reproduction >= 1:
            raise InputError(
                f"`market` must be given: with a reward of {reward:g} each customer brings "
                f"{reproduction:.3g}, and without an end to the market the chain has none."
            )
        return first * reproduction / (1 - reproduction)
    start = first / market
    if start == 1 or reproduction == 0:
        return 0.0

    # Those brought as a share of the market, which may be tiny: no 1 - tiny here.
    def rest(share: float) -> float:
        return -(1 - start) * math.expm1(-reproduction * (start + share)) - share

    least = (1 - start) * -math.expm1(-reproduction * start)  # by the first alone
    return market * float(brentq(rest, 0.0, 1 - start, xtol=max(least * 1e-12, 1e-300)))


def _best_reward(gain: Any, most: float) -> float:
    """Reward in [0, most] with the largest gain: best of a grid, then between its neighbours."""
    if most == 0:
        return 0.0
    grid = np.linspace(0, most, 201)
    at = int(np.argmax([gain(float(reward)) for reward in grid]))
    around: Floats = grid[[max(at - 1, 0), min(at + 1, len(grid) - 1)]]
    found = minimize_scalar(
        lambda reward: -gain(reward), bounds=tuple(around), method="bounded",
        options={"xatol": max(1e-9, 1e-7 * most)},
    )  # fmt: skip
    return float(found.x) if -found.fun > gain(float(grid[at])) else float(grid[at])
