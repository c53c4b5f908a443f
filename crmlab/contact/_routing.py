"""Who waits for an agent when the best customers are put through first."""

import numpy as np
import pandas as pd

from crmlab._checks import (
    check_choice,
    check_column,
    check_columns,
    check_count,
    check_number,
    check_size,
)
from crmlab._errors import InputError, InputTypeError
from crmlab._types import Floats
from crmlab.contact._queue import lost_shares, wait_patiently

__all__ = ["route_by_value"]

_TERMS = 30  # of the series for the probability to wait longer
_AT_ONCE = 1e-12
_AVERAGED = 12  # partial sums that are averaged


def route_by_value(
    classes: pd.DataFrame,
    interval: float,
    handling_time: float,
    *,
    agents: int,
    within: float = 20.0,
    order: str = "loss",
) -> pd.DataFrame:
    """Compare what each class of callers waits, put through by rank or in order of arrival.

    A free agent takes the call of the highest class that waits; nobody is interrupted. What one
    class gains others lose: the mean wait of all calls stays the same. Nobody hangs up. All
    times are in one unit, such as seconds.

    Parameters
    ----------
    classes : DataFrame
        One row per class: `calls` that come in the interval, on average; perhaps `loss`, what a
        unit of waiting time of a call costs in currency (such as the value of the customer times
        the probability that the wait drives them away), 0 or more. The index names the classes.
    interval, handling_time : float
        Length of the interval and mean time of a call, the same for all classes; above 0.
    agents : int
        Agents at work, above the load of all classes.
    within : float, default=20.0
        Time in which a call should be answered, 0 or more.
    order : {"loss", "given"}, default="loss"
        Rank by `loss`, the highest first, which loses least of all orders, and equals as in
        `classes`; or all as in `classes`.

    Returns
    -------
    DataFrame
        One row per class, the first served first; columns

        * `rank` : 1 is put through first
        * `calls`, and `share` of them
        * `wait_routed`, `wait_in_turn` : mean wait by rank, and in order of arrival
        * `service_routed`, `service_in_turn` : share answered within the time
        * with `loss`: `loss_routed`, `loss_in_turn` and `saved`, in currency per interval

    Raises
    ------
    InputError
        If a number is out of range, agents are not above the load, or `loss` is needed and
        missing.
    InputTypeError
        If `classes` is not a DataFrame.

    Notes
    -----
    With n agents, load a and s(k) = load of the classes up to k / n, class k waits W(k) = C(n, a)
    h / (n (1 - s(k)) (1 - s(k-1))). The distribution of the wait is that of a delay, exponential
    with rate n (1 - s(k)) / h, that grows by the calls of higher classes that come meanwhile; its
    transform is inverted numerically.

    References
    ----------
    Cobham, A. (1954). Priority assignment in waiting line problems. Operations Research 2(1),
    70-76.

    Davis, R. H. (1966). Waiting-time distribution of a multi-server, priority queuing system.
    Operations Research 14(1), 133-136.

    Abate, J. and Whitt, W. (1995). Numerical inversion of Laplace transforms of probability
    distributions. ORSA Journal on Computing 7(1), 36-43.

    Examples
    --------
    >>> members = pd.DataFrame(
    ...     {"calls": [10, 90], "loss": [5.0, 1.0]}, index=["best", "others"]
    ... )
    >>> table = route_by_value(members, 1800, 180, agents=12)
    >>> table[["rank", "wait_routed", "wait_in_turn", "saved"]].round(1)
            rank  wait_routed  wait_in_turn   saved
    best       1          7.4          40.4  1654.6
    others     2         44.1          40.4  -330.9
    """
    calls, loss = _read_classes(classes, order)
    length = check_number("interval", interval, low=0, open_low=True)
    handling = check_number("handling_time", handling_time, low=0, open_low=True)
    n = check_count("agents", agents)
    inside = check_number("within", within, low=0)
    load = float(calls.sum()) / length * handling
    if load >= n:
        raise InputError(
            f"`agents` must be above the load of all classes, {load:.6g} erlangs; got {n:,}. The "
            "last class would never be put through."
        )
    rank = np.arange(len(calls)) if order == "given" else np.argsort(-loss, kind="stable")
    calls, loss = calls[rank], loss[rank]
    turn = wait_patiently(load / handling, handling, n, inside, lost_shares(load, n)[n - 1])
    taken = np.concatenate([[0.0], calls.cumsum()]) / length * handling / n
    above, upto = taken[:-1], taken[1:]
    late = [_late(inside * n / handling, *each) for each in zip(above, upto, strict=True)]
    table = pd.DataFrame(
        {
            "rank": np.arange(1, len(calls) + 1),
            "calls": calls,
            "share": calls / calls.sum(),
            "wait_routed": turn.wait_probability * handling / (n * (1 - upto) * (1 - above)),
            "wait_in_turn": turn.mean_wait,
            "service_routed": 1 - turn.wait_probability * np.array(late),
            "service_in_turn": turn.service_level,
        },
        index=classes.index[rank],
    )
    if "loss" in classes.columns:
        table["loss_routed"] = loss * calls * table["wait_routed"]
        table["loss_in_turn"] = loss * calls * turn.mean_wait
        table["saved"] = table["loss_in_turn"] - table["loss_routed"]
    return table


def _read_classes(classes: pd.DataFrame, order: str) -> tuple[Floats, Floats]:
    """Calls and losses by class."""
    check_choice("order", order, ["loss", "given"])
    if not isinstance(classes, pd.DataFrame):
        raise InputTypeError(f"`classes` must be a DataFrame; got {type(classes).__name__}.")
    calls = check_column(classes, "calls", what="`classes`")
    if not calls.sum() > 0:
        raise InputError("`calls` must be above 0 in one class at least; nobody calls.")
    if order == "loss":
        check_columns(classes.columns, ["loss"], what="`classes`")
    if "loss" not in classes.columns:
        return calls, np.zeros(len(calls))
    loss = check_column(classes, "loss", what="`classes`")
    check_size("loss", loss)
    return calls, loss


def _late(time: float, above: float, upto: float) -> float:
    """Probability that a delayed call of a class waits longer than `time`.

    Times are in units of handling time / agents, so that calls are finished at rate 1. The
    tail's transform is inverted by the Euler algorithm: an alternating series, its last partial
    sums averaged with binomial weights.
    """
    if time < _AT_ONCE:
        return 1.0
    spare = 1 - upto

    def tail(s: complex) -> complex:
        # The busy period of higher classes: smaller root of above b^2 - (1 + above + s) b + 1.
        if above > 0:
            half = (1 + above + s) / 2
            root = np.sqrt(half * half - above)
            busy = 1 / (half + root) if abs(half + root) >= abs(half - root) else 1 / (half - root)
        else:
            busy = 1 / (1 + s)
        grown = s + above * (1 - busy)
        return complex(grown / (spare + grown) / s)

    scale = 18.4  # errors of discretisation are below exp(-18.4)
    points = [complex(scale, 2 * np.pi * k) / (2 * time) for k in range(_TERMS + _AVERAGED + 1)]
    terms = np.array([tail(s).real for s in points]) * (-1.0) ** np.arange(len(points))
    terms[0] /= 2
    sums = terms.cumsum()[_TERMS:]
    weights = np.array([1.0])
    for _ in range(_AVERAGED):
        weights = np.convolve(weights, [0.5, 0.5])
    found = np.exp(scale / 2) / time * float(sums @ weights)
    return min(max(found, 0.0), 1.0)
