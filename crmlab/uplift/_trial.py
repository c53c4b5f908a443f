"""Two arms as they arrive: outcomes, who was treated, and how that was decided."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from crmlab._checks import check_choice, check_size, check_vector
from crmlab._errors import InputError
from crmlab._types import Floats

__all__ = [
    "Assignment",
    "Trial",
    "check_lengths",
    "check_outcomes",
    "check_propensity",
    "check_score",
    "read_propensity",
    "read_score",
    "read_trial",
]

Assignment = Literal["random"]

HOW = (
    "Effects cannot be told from habits of those chosen unless it is known how they were chosen. "
    "Pass assignment='random' where a lot decided, or `propensity`, the probability of being "
    "treated that each customer had."
)


@dataclass(frozen=True)
class Trial:
    """Outcomes of a treated and a control group.

    Parameters
    ----------
    outcome : float array of shape (n_customers,)
    treated : bool array of shape (n_customers,)
    propensity : float array or None
        Probability of being treated; None where it is the same for all.
    """

    outcome: Floats
    treated: NDArray[np.bool_]
    propensity: Floats | None

    @property
    def binary(self) -> bool:
        """Whether an outcome happens or not."""
        return bool(((self.outcome == 0) | (self.outcome == 1)).all())

    def weights(self) -> tuple[Floats, Floats]:
        """What a customer counts in the treated and in the control group.

        One over the probability of being there, scaled so that a lot counts heads.
        """
        if self.propensity is None:
            return self.treated.astype(float), (~self.treated).astype(float)
        share = self.treated.mean()
        controls = ~self.treated * (1 - share) / (1 - self.propensity)
        return self.treated * share / self.propensity, controls

    def subset(self, rows: NDArray[np.int64]) -> "Trial":
        """Some of the rows, in this order."""
        chance = None if self.propensity is None else self.propensity[rows]
        return Trial(self.outcome[rows], self.treated[rows], chance)


def read_trial(
    outcome: ArrayLike,
    treated: ArrayLike,
    *,
    assignment: str | None,
    propensity: ArrayLike | None,
) -> Trial:
    """Check outcomes and arms; raise InputError unless it is said how arms were made."""
    chance = read_propensity(assignment, propensity)
    y = check_vector("outcome", outcome, negative=True, flags=True)
    check_size("outcome", y)
    arm = check_vector("treated", treated, negative=True, flags=True)
    check_lengths(outcome=outcome, treated=treated, propensity=propensity)
    other = ~((arm == 0) | (arm == 1))
    if other.any():
        raise InputError(
            f"`treated` must be true or false, 1 or 0; got {arm[other][0]:g}. With several "
            "treatments keep the rows of one of them and of the controls."
        )
    if (arm == arm[0]).all():
        who = "treated" if arm[0] else "controls"
        raise InputError(
            f"`treated` must hold both arms; all {arm.size:,} customers are {who}. Without the "
            "other arm nobody knows what would have happened."
        )
    return Trial(y, arm == 1, chance)


def read_propensity(assignment: str | None, propensity: ArrayLike | None) -> Floats | None:
    """Return checked probabilities of being treated, or None where a lot decided."""
    if assignment is not None:
        check_choice("assignment", assignment, ["random"])
    if propensity is None:
        if assignment is None:
            raise InputError(f"`assignment` must be told; got None. {HOW}")
        return None
    if assignment is not None:
        raise InputError(
            "`assignment` and `propensity` must not both be given: where a lot decided with "
            "equal chances, the arms tell them. Leave one out."
        )
    return check_propensity(propensity)


def check_propensity(propensity: ArrayLike) -> Floats:
    """Return probabilities of being treated, none of them 0 or 1."""
    chance = check_vector("propensity", propensity)
    outside = ~((chance > 0) & (chance < 1))
    if outside.any():
        raise InputError(
            f"`propensity` must be in (0, 1); {outside.sum():,} of {chance.size:,} are not, such "
            f"as {chance[outside][0]:g}. Who is always or never treated cannot be compared with "
            "anybody: leave those customers out."
        )
    return chance


def check_lengths(**values: Any) -> None:
    """Raise InputError unless all columns have one length, and Series one index."""
    given = {name: value for name, value in values.items() if value is not None}
    sizes = {name: len(value) for name, value in given.items()}
    if len(set(sizes.values())) > 1:
        told = ", ".join(f"`{name}` {size:,}" for name, size in sizes.items())
        raise InputError(f"All columns must have one row per customer; got {told}.")
    labelled = {n: v.index for n, v in given.items() if isinstance(v, pd.Series | pd.DataFrame)}
    for name, index in labelled.items():
        first = next(iter(labelled))
        if not index.equals(labelled[first]):
            raise InputError(
                f"`{name}` must have the index of `{first}`, in the same order; it differs. "
                f"Use `{name}.loc[{first}.index]`."
            )


def check_outcomes(outcome: Floats) -> None:
    """Raise where the same came of all customers, so that limits would have no width."""
    if (outcome == outcome[0]).all():
        raise InputError(
            f"`outcome` must differ between customers; all {outcome.size:,} are {outcome[0]:g}. "
            "One class only tells no effect: wait for outcomes, or take a larger test."
        )


def check_score(score: ArrayLike, trial: Trial, outcome: ArrayLike) -> Floats:
    """Return one score per customer, not the same for all; outcomes must differ, too."""
    check_outcomes(trial.outcome)
    return read_score(score, outcome)


def read_score(score: ArrayLike, outcome: ArrayLike) -> Floats:
    """Return one score per customer, not the same for all."""
    array = check_vector("score", score, negative=True)
    check_lengths(outcome=outcome, score=score)
    if (array == array[0]).all():
        raise InputError(
            f"`score` must tell customers apart; all {array.size:,} have {array[0]:g}, so that "
            "there is no order to judge."
        )
    return array
