"""Lifetime value of customers who move between states."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from crmlab._checks import check_count
from crmlab._errors import InputError
from crmlab.ltv._formulas.arguments import Floats, label_values, read_numbers
from crmlab.ltv._formulas.arithmetic import Period, check_finite, find_rate

__all__ = ["markov_ltv"]

_ROUNDING = 1e-8  # allowed in probabilities and in a row that should add up to one
_NEVER = 1e-12  # a smaller probability is zero


def markov_ltv(
    transition: ArrayLike,
    reward: ArrayLike,
    *,
    discount_rate: float,
    n_periods: int | None = None,
    period: Period = "Y",
    per: Period = "Y",
) -> pd.Series:
    """Present value of a customer by the state the customer is in now.

    States may be months since the last order, segments, tiers: whatever tells what happens next.
    A customer who lapsed may come back, which a single retention rate can not say. The reward of
    the present state is paid now, that of the next state one period later, and so on.

    Parameters
    ----------
    transition : DataFrame or array-like of shape (n_states, n_states)
        Probability of moving from the state of the row to the state of the column in one period;
        each row adds up to one. Index and columns of a frame name the states.
    reward : Series or array-like of shape (n_states,)
        Money earned by being in the state at the start of a period, in currency: margin less
        marketing; may be negative.
    discount_rate : float
        Effective rate per `per`, above -1.
    n_periods : int, optional
        Number of rewards counted, at least 1. Default: no end.
    period : {"D", "W", "M", "Q", "Y"}, default="Y"
        Time between two moves, and unit of `n_periods`.
    per : {"D", "W", "M", "Q", "Y"}, default="Y"
        Unit of `discount_rate`.

    Returns
    -------
    Series of shape (n_states,)
        Value per customer today, in currency, by state: the labels of `transition` or of
        `reward`, else 0, 1, ….

    Raises
    ------
    InputError
        If rows do not add up to one, sizes or labels differ, a number is missing or out of range,
        or the value does not exist: without discount, states that are never left must earn
        nothing.
    InputTypeError
        If an argument does not hold numbers.

    References
    ----------
    Pfeifer, P. E. and Carraway, R. L. (2000). Modeling customer relationships as Markov chains.
    Journal of Interactive Marketing 14(2), 43-55.

    Examples
    --------
    A customer orders with probability 0.3, 0.2, 0.15 or 0.05, one to four periods after the last
    order, and is then given up. An order earns 40, and each mailing costs 4.

    >>> states = ["1", "2", "3", "4", "former"]
    >>> transition = pd.DataFrame(
    ...     [
    ...         [0.30, 0.70, 0.00, 0.00, 0.00],
    ...         [0.20, 0.00, 0.80, 0.00, 0.00],
    ...         [0.15, 0.00, 0.00, 0.85, 0.00],
    ...         [0.05, 0.00, 0.00, 0.00, 0.95],
    ...         [0.00, 0.00, 0.00, 0.00, 1.00],
    ...     ],
    ...     index=states, columns=states,
    ... )
    >>> markov_ltv(transition, [36, -4, -4, -4, 0], discount_rate=0.2).round(2)
    1         52.32
    2          5.55
    3          1.25
    4         -1.82
    former     0.00
    Name: ltv, dtype: float64

    The fourth mailing is not worth its price: those customers are better given up.
    """
    moves = _read_moves(transition)
    earned = _read_reward(reward, len(moves))
    states = _name_states(transition, reward, len(moves))
    rate = find_rate(discount_rate, period, per)
    horizon = None if n_periods is None else check_count("n_periods", n_periods)
    with np.errstate(over="ignore", invalid="ignore"):
        if horizon is None:
            value = _endless(moves, earned, rate, states)
        else:
            value = _partial(moves, earned, rate, horizon)
    check_finite(value)
    return label_values(value, states)


def _read_moves(transition: Any) -> Floats:
    """The transition probabilities as an array, checked."""
    try:
        shape = np.shape(transition)
    except ValueError:  # rows of unequal length
        shape = (len(transition),)
    if len(shape) != 2 or shape[0] != shape[1] or not shape[0]:
        raise InputError(
            f"`transition` must be a square table with a row and a column per state; "
            f"got shape {shape}."
        )
    frame = pd.DataFrame(transition)
    if isinstance(transition, pd.DataFrame):
        _check_labels(frame)
    columns = [read_numbers("transition", column, negative=True) for _, column in frame.items()]
    moves = np.column_stack(columns)
    _check_rows(moves, frame.index.tolist())
    # What rounding left behind is not a way out of a state.
    moves[moves < _NEVER] = 0
    return moves / moves.sum(axis=1, keepdims=True)


def _check_rows(moves: Floats, states: list[Any]) -> None:
    """Raise InputError unless each row holds probabilities that add up to one."""
    outside = ((moves < -_ROUNDING) | (moves > 1 + _ROUNDING)).any(axis=1)
    if outside.any():
        row = int(outside.argmax())
        raise InputError(
            f"`transition` must hold probabilities in [0, 1]; row {states[row]!r} "
            f"is {moves[row].tolist()}."
        )
    total = moves.sum(axis=1)
    off = np.abs(total - 1)
    if off.max() > _ROUNDING:
        row = int((off > _ROUNDING).argmax())
        raise InputError(
            f"`transition` must have rows that add up to one; row {states[row]!r} adds up "
            f"to {total[row]:.9g}. Add the state that is missing, or divide the row by its sum."
        )


def _check_labels(frame: pd.DataFrame) -> None:
    if not frame.index.is_unique:
        twice = frame.index[frame.index.duplicated()][0]
        raise InputError(f"`transition` must name each state once; {twice!r} comes twice.")
    if list(frame.index) != list(frame.columns):
        raise InputError(
            "`transition` must have the same states in rows and columns, in the same order; "
            f"got rows {list(frame.index)} and columns {list(frame.columns)}. "
            "Use `transition[transition.index]`."
        )


def _read_reward(reward: Any, n_states: int) -> Floats:
    earned = read_numbers("reward", reward, negative=True)
    if earned.shape != (n_states,):
        raise InputError(f"`reward` must hold one number per state, {n_states}; got {earned.size}.")
    return earned


def _name_states(transition: Any, reward: Any, n_states: int) -> pd.Index:
    if not isinstance(transition, pd.DataFrame):
        return reward.index if isinstance(reward, pd.Series) else pd.RangeIndex(n_states)
    if isinstance(reward, pd.Series) and list(reward.index) != list(transition.index):
        raise InputError(
            f"`reward` must have the states of `transition`, in the same order; "
            f"got {list(reward.index)}. Use `reward.loc[transition.index]`."
        )
    return transition.index


def _partial(moves: Floats, earned: Floats, rate: float, n_periods: int) -> Floats:
    """Value of the first rewards: one power of the matrix that takes V to R + PV/(1 + d)."""
    n_states = len(earned)
    step = np.eye(n_states + 1)
    step[:n_states, :n_states] = moves / (1 + rate)
    step[:n_states, n_states] = earned
    return np.linalg.matrix_power(step, n_periods)[:n_states, n_states]


def _endless(moves: Floats, earned: Floats, rate: float, states: pd.Index) -> Floats:
    """Solve V = R + PV/(1 + d) for the states from which anything can still be earned."""
    rests, earns = _find_closed(moves, earned)
    if rate <= 0 and earns.any():
        raise InputError(
            "`discount_rate` must be above 0, since states that are never left earn or cost "
            f"money for ever: {', '.join(map(repr, states[earns]))}. "
            "Set `n_periods`, a `discount_rate`, or their `reward` to 0."
        )
    live = ~rests
    inner = moves[np.ix_(live, live)]
    if rate < 0 and inner.size and np.abs(np.linalg.eigvals(inner)).max() >= 1 + rate:
        raise InputError(
            f"`discount_rate` must be higher: at {rate:.6g} per period money grows faster than "
            "customers leave, and the value is infinite. Set `n_periods`."
        )
    value = np.zeros_like(earned)
    # (I - P/(1+d)) V = R times (1 + d): a small rate is not lost in 1 + d.
    system = np.eye(len(inner)) - inner + rate * np.eye(len(inner))
    value[live] = np.linalg.solve(system, (1 + rate) * earned[live])
    return value


def _find_closed(moves: Floats, earned: Floats) -> tuple[NDArray[np.bool], NDArray[np.bool]]:
    """States of closed classes: those of classes that earn nothing, and those of the others."""
    _, group = connected_components(csr_array(moves > 0), directed=True, connection="strong")
    together = group[:, None] == group[None, :]
    leaves = ((moves > 0) & ~together).any(axis=1)
    closed = ~(together & leaves).any(axis=1)
    earning = (together & (earned != 0)).any(axis=1)
    return closed & ~earning, closed & earning
