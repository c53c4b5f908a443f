"""What subtraction tells about hidden cells, by linear programming, and which to hide as well.

Hidden numbers are variables, published ones are constants, each sum is an equation. A *move* is
a change of hidden cells that keeps every sum: it leads to another table that looks the same when
published, so a cell that moves far enough is safe.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, OptimizeResult, milp

from crmlab._errors import InputError
from crmlab._types import Floats

__all__ = ["Protection", "interval"]

_TINY = 1e-6
_HIDDEN_COST = 1e-4  # of moving what is hidden anyway: small, so that moves touch few cells
Mask = NDArray[np.bool_]


@dataclass
class Protection:
    """Hides cells until each one in need can be another.

    `room` says how far each number can go down, `cost` what it costs to hide a cell; numbers are
    whole, or not.
    """

    relations: sparse.csr_array
    room: Floats
    cost: Floats
    whole: bool

    def hide(self, need: Mapping[int, float], hidden: Mask) -> Mask:
        """Add to `hidden` what must be hidden so that each cell can rise by its need.

        Cells are protected one after another by the cheapest move, the neediest first. Then
        each added cell is published again where the others suffice, the most expensive first.
        """
        given, hidden = hidden, hidden.copy()
        moves: dict[int, Floats] = {}
        for cell in sorted(need, key=lambda one: (-need[one], one)):
            move = _is_enough(moves, cell, need[cell])
            if move is None:
                move = self._find_cheapest_move(
                    cell, need[cell], hidden, np.full(hidden.shape, True)
                )
            if move is None:
                raise RuntimeError("No move protects a cell although totals may move as well.")
            moves[cell] = move
            hidden |= move != 0
        added = np.flatnonzero(hidden & ~given)
        for spare in added[np.argsort(-self.cost[added], kind="stable")]:
            hidden[spare] = False
            again = self._leave_out(int(spare), need, moves, hidden)
            if again is None:
                hidden[spare] = True
            else:
                moves |= again
        return hidden

    def _leave_out(
        self, cell: int, need: Mapping[int, float], moves: dict[int, Floats], hidden: Mask
    ) -> dict[int, Floats] | None:
        """Other moves for those that touch `cell`, among hidden cells only, or None."""
        still = {one: move for one, move in moves.items() if not move[cell]}
        again: dict[int, Floats] = {}
        for one in moves.keys() - still.keys():
            move = _is_enough(still | again, one, need[one])
            if move is None:
                move = self._find_cheapest_move(one, need[one], hidden, hidden)
            if move is None:
                return None
            again[one] = move
        return again

    def _find_cheapest_move(
        self, cell: int, need: float, hidden: Mask, movable: Mask
    ) -> Floats | None:
        """The move that raises `cell` by its need and touches the least that is not hidden yet."""
        unit = 1.0 if self.whole else need
        cost = np.where(hidden, _HIDDEN_COST, self.cost)
        up = np.where(movable, np.inf, 0.0)
        down = np.where(movable, self.room / unit, 0.0)
        down[cell] = 0.0
        lowest = np.zeros(2 * len(cost))
        lowest[cell] = need / unit
        found = _solve(
            np.concatenate([cost, cost]),
            sparse.hstack([self.relations, -self.relations], format="csr"),
            np.zeros(self.relations.shape[0]),
            Bounds(lowest, np.concatenate([up, down])),
            whole=self.whole,
        )
        if found.x is None:
            return None
        move = found.x[: len(cost)] - found.x[len(cost) :]
        return move.round() if self.whole else np.where(np.abs(move) < _TINY, 0, move) * unit


def _is_enough(moves: Mapping[int, Floats], cell: int, need: float) -> Floats | None:
    least = need * (1 - _TINY)  # amounts are not whole numbers
    return next((move for move in moves.values() if move[cell] >= least), None)


def interval(
    relations: sparse.csr_array, numbers: Floats, cell: int, *, whole: bool
) -> tuple[float, float]:
    """Lowest and highest value of a hidden cell (nan in `numbers`), given all that are not.

    Raises
    ------
    InputError
        If no table of numbers from zero up agrees with what is published.
    """
    open_cells = np.flatnonzero(np.isnan(numbers))
    matrix = relations[:, open_cells]
    target = -(relations @ np.nan_to_num(numbers))
    aim = (open_cells == cell).astype(float)
    anything = Bounds(0, np.inf)
    low = _solve(aim, matrix, target, anything, whole=whole)
    if low.x is None:
        raise InputError(
            "`published` must add up; no counts from zero up agree with all its totals. "
            "See that `margins` is the label of the totals, and that no number was changed."
        )
    high = _solve(-aim, matrix, target, anything, whole=whole)
    if high.x is not None:
        return float(low.fun), float(-high.fun)
    # Without limit: where the cell can rise while all published numbers stay.
    rising = _solve(0 * aim, matrix, 0 * target, Bounds(aim, np.inf), whole=False)
    if rising.x is None:
        raise RuntimeError(f"The solver stopped: {high.message}")
    return float(low.fun), np.inf


def _solve(
    objective: Floats,
    matrix: sparse.csr_array,
    target: Floats,
    bounds: Bounds,
    *,
    whole: bool,
) -> OptimizeResult:
    """Minimise; where numbers are whole and the solution is not, search among whole ones."""
    constraint = LinearConstraint(matrix, target, target)
    found = milp(objective, bounds=bounds, constraints=constraint)
    if whole and found.x is not None and np.abs(found.x - found.x.round()).max() > _TINY:
        return milp(
            objective, bounds=bounds, constraints=constraint, integrality=np.ones(len(objective))
        )
    return found
