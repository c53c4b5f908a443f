"""How many agents a call centre needs."""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from crmlab._checks import check_count, check_number, check_vector
from crmlab._errors import InputError
from crmlab._types import Floats
from crmlab.contact._queue import Performance, lost_shares, wait_patiently, wait_with_patience

__all__ = ["check_calls", "erlang_a", "erlang_c", "staffing"]

_MOST = 1e6  # erlangs
_MOST_AGENTS = 10_000_000
_GIVE_UP = "Give `patience`: then those who wait too long hang up, and a queue has an end."


def erlang_c(
    calls: float,
    interval: float,
    handling_time: float,
    *,
    agents: int | Sequence[int],
    within: float = 20.0,
) -> pd.DataFrame:
    """Say what callers meet who wait until they are answered, for each number of agents.

    The model M/M/n: calls come at random at a constant rate, times of handling are exponential,
    calls are answered in order. All times are in one unit, such as seconds.

    Parameters
    ----------
    calls : float
        Calls that come in the interval, on average; 0 or more.
    interval, handling_time : float
        Length of the interval, and mean time of a call with the work after it; above 0.
    agents : int or sequence of int
        Agents at work, above the load.
    within : float, default=20.0
        Time in which a call should be answered, 0 or more.

    Returns
    -------
    DataFrame
        One row per number of agents; columns

        * `agents`, and `load` in erlangs: calls x handling time / interval
        * `occupancy` : share of the agents' time spent on calls
        * `wait_probability` : all agents are busy when a call comes
        * `service_level` : share of all calls answered within the time
        * `still_waiting` : share of all calls that wait longer than the time
        * `abandoned` : share of all calls given up; 0 here
        * `mean_wait` of all calls, and `mean_wait_answered` of those answered, in the unit of time

    Raises
    ------
    InputError
        If a number is out of range, or agents are not above the load, so that the queue would
        grow without end.
    InputTypeError
        If an argument is not a number.

    See Also
    --------
    erlang_a : callers hang up.
    staffing : how many agents a target needs.

    References
    ----------
    Erlang, A. K. (1917). Solution of some problems in the theory of probabilities of significance
    in automatic telephone exchanges. Elektroteknikeren 13.

    Examples
    --------
    A hundred calls of three minutes in half an hour:

    >>> table = erlang_c(100, 1800, 180, agents=[13, 14])
    >>> table[["agents", "wait_probability", "service_level", "mean_wait"]].round(4)
       agents  wait_probability  service_level  mean_wait
    0      13            0.2853         0.7956    17.1162
    1      14            0.1741         0.8884     7.8359
    """
    rate, handling = _read_times(calls, interval, handling_time)
    many = _read_agents(agents)
    inside = check_number("within", within, low=0)
    load = rate * handling
    if min(many) <= load:
        raise InputError(
            f"`agents` must be above the load, {load:.6g} erlangs; got {min(many):,}. The queue "
            f"would grow without end. {_GIVE_UP}"
        )
    lost = lost_shares(load, max(many))
    return _tabulate(
        many, load, (wait_patiently(rate, handling, n, inside, lost[n - 1]) for n in many)
    )


def erlang_a(
    calls: float,
    interval: float,
    handling_time: float,
    *,
    agents: int | Sequence[int],
    patience: float,
    within: float = 20.0,
) -> pd.DataFrame:
    """Say what callers meet who hang up when they have waited too long.

    The model M/M/n+M: as `erlang_c`, and each caller hangs up after an exponential time of
    patience. The queue is stable with any number of agents. All times are in one unit.

    Parameters
    ----------
    calls, interval, handling_time, within
        As for `erlang_c`.
    agents : int or sequence of int
        Agents at work, at least 1.
    patience : float
        Mean time that callers are ready to wait, above 0. It is longer than the mean wait of
        those who hung up: most were answered before they lost patience.

    Returns
    -------
    DataFrame
        As `erlang_c` returns it. Calls that are given up count as not answered in time, whenever
        that was; some call centres leave out those given up within the time.

    Raises
    ------
    InputError, InputTypeError
        If a number is out of range, or an argument is not a number.

    Notes
    -----
    The share given up = mean wait / patience, which is how patience is estimated: mean wait of
    all calls / share given up.

    References
    ----------
    Palm, C. (1957). Research on telephone traffic carried by full availability groups. Tele.

    Garnett, O., Mandelbaum, A. and Reiman, M. (2002). Designing a call center with impatient
    customers. Manufacturing & Service Operations Management 4(3), 208-227.

    Examples
    --------
    48 calls a minute, a minute each, fifty agents: with two minutes of patience 3 % hang up, and
    the others wait a fifth as long as if nobody did.

    >>> table = erlang_a(48, 60, 60, agents=50, patience=120)
    >>> table[["occupancy", "abandoned", "mean_wait"]].round(3)
       occupancy  abandoned  mean_wait
    0       0.93      0.031      3.709
    """
    rate, handling = _read_times(calls, interval, handling_time)
    many = _read_agents(agents)
    patient = check_number("patience", patience, low=0, open_low=True)
    inside = check_number("within", within, low=0)
    load = rate * handling
    lost = lost_shares(load, max(many))
    waits = (wait_with_patience(rate, handling, n, patient, inside, lost[n - 1]) for n in many)
    return _tabulate(many, load, waits)


def staffing(
    calls: float | ArrayLike,
    interval: float,
    handling_time: float,
    *,
    target: float = 0.8,
    within: float = 20.0,
    patience: float | None = None,
    max_occupancy: float | None = None,
    max_abandoned: float | None = None,
    shrinkage: float = 0.0,
) -> pd.DataFrame:
    """Find the fewest agents that answer the target share of calls in time.

    Parameters
    ----------
    calls : float or array-like
        Calls that come in an interval, on average; one number per interval of the day. Each is
        staffed by itself, as if its rate had been the same for long.
    interval, handling_time, within
        As for `erlang_c`: times in one unit, such as seconds.
    target : float, default=0.8
        Share of all calls to answer within the time, in (0, 1).
    patience : float, optional
        Mean time that callers are ready to wait, as for `erlang_a`. Default: nobody hangs up.
    max_occupancy : float, optional
        Highest share of the agents' time on calls, in (0, 1].
    max_abandoned : float, optional
        Highest share of calls given up, in (0, 1); needs `patience`.
    shrinkage : float, default=0.0
        Share of paid time in which an agent is not on the phone (breaks, training, illness), in
        [0, 1).

    Returns
    -------
    DataFrame
        One row per interval, with the index of `calls` if it is a Series; columns `calls`, those
        of `erlang_c` at this number of agents, and `on_roster`, agents to pay for: agents /
        (1 - shrinkage), rounded up. Without calls nobody is needed.

    Raises
    ------
    InputError
        If a number is out of range, or `max_abandoned` is given without `patience`.
    InputTypeError
        If an argument is not a number.

    Examples
    --------
    >>> table = staffing([100, 160], 1800, 180, shrinkage=0.3)
    >>> table[["calls", "agents", "on_roster", "service_level", "occupancy"]].round(3)
       calls  agents  on_roster  service_level  occupancy
    0  100.0      14         20          0.888      0.714
    1  160.0      20         29          0.836      0.800
    """
    many = check_calls(calls)
    goal = check_number("target", target, low=0, high=1, open_low=True, open_high=True)
    inside = check_number("within", within, low=0)
    patient = None if patience is None else check_number("patience", patience, low=0, open_low=True)
    busiest = _read_limit("max_occupancy", max_occupancy)
    most_gone = _read_limit("max_abandoned", max_abandoned)
    if max_abandoned is not None and patient is None:
        raise InputError("`max_abandoned` needs `patience`: without it nobody hangs up.")
    away = check_number("shrinkage", shrinkage, low=0, high=1, open_high=True)
    times = [_read_times(each, interval, handling_time) for each in many]

    def enough(load: float, n: int, met: Performance) -> bool:
        busy = load * (1 - met.abandoned) / n <= busiest * (1 + 1e-12)
        return met.service_level >= goal and busy and met.abandoned <= most_gone

    rows = [_search(*each, patient, inside, enough) for each in times]
    table = pd.concat(rows, ignore_index=True)
    table.insert(0, "calls", many)
    on_roster = np.ceil(table["agents"] / (1 - away) - 1e-9).astype("int64")
    table.insert(2, "on_roster", on_roster)
    return table.set_axis(calls.index) if isinstance(calls, pd.Series) else table


def check_calls(calls: Any) -> Floats:
    """Calls by interval or class, 0 or more."""
    if np.ndim(calls) == 0:
        return np.array([check_number("calls", calls, low=0)])
    return check_vector("calls", calls)


def _read_limit(name: str, value: float | None) -> float:
    return 1.0 if value is None else check_number(name, value, low=0, high=1, open_low=True)


def _read_times(calls: Any, interval: float, handling_time: float) -> tuple[float, float]:
    """Calls per unit of time, and mean time of handling."""
    count = check_number("calls", calls, low=0)
    length = check_number("interval", interval, low=0, open_low=True)
    handling = check_number("handling_time", handling_time, low=0, open_low=True)
    load = count / length * handling
    if not load <= _MOST:
        raise InputError(
            f"`calls` must make a load of at most {_MOST:,.0f} erlangs; got {load:,.6g}. Check "
            "that `interval` and `handling_time` are in one unit."
        )
    return count / length, handling


def _read_agents(agents: Any) -> list[int]:
    if isinstance(agents, str) or np.ndim(agents) == 0:
        agents = [agents]
    many = [check_count("agents", each) for each in agents]
    for each in many:
        check_number("agents", each, high=_MOST_AGENTS)
    if not many:
        raise InputError("`agents` must hold at least one number; got none.")
    return many


def _search(
    rate: float,
    handling: float,
    patience: float | None,
    within: float,
    enough: Callable[[float, int, Performance], bool],
) -> pd.DataFrame:
    """The fewest agents that are enough: more never make it worse."""
    load = rate * handling
    if rate == 0:
        return _tabulate([0], 0.0, iter([Performance(0.0, 1.0, 0.0, 0.0, 0.0, 0.0)]))
    lost = lost_shares(load, math.ceil(load) + 8)

    def meet(n: int) -> Performance:
        nonlocal lost
        if n > len(lost):
            lost = lost_shares(load, 2 * n)
        if patience is None:
            return wait_patiently(rate, handling, n, within, lost[n - 1])
        return wait_with_patience(rate, handling, n, patience, within, lost[n - 1])

    few = math.floor(load) if patience is None else 0  # too few in any case
    step = 1
    while not enough(load, few + step, meet(few + step)):
        few, step = few + step, 2 * step
        if few + step > _MOST_AGENTS:
            raise InputError(
                f"`calls` must be answered as asked by {_MOST_AGENTS:,} agents at most; they are "
                "not. Ask for less: a lower `target`, or higher limits."
            )
    many = few + step
    while many - few > 1:
        middle = (few + many) // 2
        few, many = (few, middle) if enough(load, middle, meet(middle)) else (middle, many)
    return _tabulate([many], load, iter([meet(many)]))


def _tabulate(agents: list[int], load: float, waits: Iterator[Performance]) -> pd.DataFrame:
    table = pd.DataFrame([vars(each) for each in waits])
    table.insert(0, "agents", agents)
    table.insert(1, "load", load)
    busy = load * (1 - table["abandoned"]) / table["agents"].clip(lower=1)
    table.insert(2, "occupancy", busy.clip(upper=1.0))  # beyond it by rounding
    return table
