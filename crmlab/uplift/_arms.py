"""One control group and one treatment or several, as learners and policies need them."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from crmlab._checks import check_size, check_vector
from crmlab._errors import InputError
from crmlab._types import Floats, Ints
from crmlab.uplift._trial import check_lengths, check_propensity, read_propensity

__all__ = ["Arms", "read_arms"]


@dataclass(frozen=True)
class Arms:
    """Outcomes, what each customer got, and how likely that was.

    Parameters
    ----------
    outcome : float array of shape (n_customers,)
    code : int array of shape (n_customers,)
        Place in `names` of what the customer got.
    names : list
        The control first, then the treatments in their order.
    chance : float array of shape (n_customers, n_names)
        Probability of getting each.
    """

    outcome: Floats
    code: Ints
    names: list[Any]
    chance: Floats

    @property
    def control(self) -> Any:
        """What leaving alone is called."""
        return self.names[0]

    @property
    def treatments(self) -> list[Any]:
        """All others."""
        return self.names[1:]

    @property
    def binary(self) -> bool:
        """Whether an outcome happens or not."""
        return bool(((self.outcome == 0) | (self.outcome == 1)).all())


def read_arms(
    outcome: ArrayLike,
    treatment: ArrayLike,
    *,
    control: Hashable,
    assignment: str | None,
    propensity: Any,
) -> Arms:
    """Check outcomes and arms; raise InputError unless it is said how arms were made."""
    table = propensity if isinstance(propensity, pd.DataFrame) else None
    told = table is not None and assignment is None
    chance = None if told else read_propensity(assignment, propensity)
    y = check_vector("outcome", outcome, negative=True, flags=True)
    check_size("outcome", y)
    check_lengths(outcome=outcome, treatment=treatment, propensity=propensity)
    got = pd.Series(np.asarray(treatment))
    if got.isna().any():
        raise InputError(
            f"`treatment` must not be missing; {got.isna().sum():,} of {len(got):,} are. Give "
            "those who were left alone the control's name."
        )
    found = sorted(pd.unique(got).tolist(), key=str)
    if len(found) < 2:
        raise InputError(
            f"`treatment` must hold both arms; all {len(got):,} customers got {found[0]!r}. "
            "Without the other arm nobody knows what would have happened."
        )
    if control not in found:
        raise InputError(
            f"`control` must be what those left alone got, one of {_listed(found)}; got "
            f"{control!r}."
        )
    names = [found[found.index(control)], *(name for name in found if name != control)]
    code = pd.Index(names).get_indexer(pd.Index(got))
    return Arms(y, code, names, _chances(code, names, chance, table))


def _listed(names: list[Any]) -> str:
    shown = [repr(name) for name in names[:8]]
    return ", ".join(shown) + (" ..." if len(names) > 8 else "")


def _chances(
    code: Ints, names: list[Any], chance: Floats | None, table: pd.DataFrame | None
) -> Floats:
    """Probability of each arm for each customer."""
    if table is not None:
        missing = [name for name in names[1:] if name not in table.columns]
        if missing:
            raise InputError(f"`propensity` must have a column per treatment; lacks {missing!r}.")
        chances = np.column_stack([check_propensity(table[name]) for name in names[1:]])
        rest = 1 - chances.sum(axis=1)
        if (rest <= 0).any():
            raise InputError(
                f"`propensity` must leave a chance for the control; in {(rest <= 0).sum():,} rows "
                "the treatments' chances come to 1 or more."
            )
        return np.column_stack([rest, chances])
    if chance is None:
        shares = np.bincount(code, minlength=len(names)) / code.size
        return np.broadcast_to(shares, (code.size, len(names)))
    if len(names) > 2:
        raise InputError(
            f"`propensity` must be a DataFrame with a column per treatment, {_listed(names[1:])}."
        )
    return np.column_stack([1 - chance, chance])
