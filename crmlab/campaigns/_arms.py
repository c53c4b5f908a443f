"""Arms of a test as they arrive: outcomes, what each customer got, and what was known before."""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from crmlab._checks import check_choice, check_count, check_fraction, check_size, check_vector
from crmlab._errors import InputError
from crmlab._types import Floats
from crmlab.campaigns._contrasts import read_covariates

__all__ = [
    "Arms",
    "Options",
    "check_index",
    "find_control",
    "list_names",
    "read_arms",
    "read_labels",
]


@dataclass(frozen=True)
class Options:
    """How arms are compared."""

    control: Any
    kind: str
    level: float
    planned: int
    correction: str

    @classmethod
    def read(cls, control: Any, kind: str, level: float, planned: int, correction: str) -> Any:
        check_choice("kind", kind, ["auto", "rate", "mean"])
        check_fraction("level", level, open_ends=True)
        check_count("planned_size", planned, minimum=2)
        check_choice("correction", correction, ["holm", "bh", "none"])
        return cls(control, kind, float(level), int(planned), correction)


@dataclass(frozen=True)
class Arms:
    """Outcomes, what each customer got, and what was known; whether outcomes are 0 or 1."""

    outcome: Floats
    arm: Any  # labels
    known: Floats | None
    of_rates: bool

    def subset(self, rows: Any) -> "Arms":
        known = None if self.known is None else self.known[rows]
        return Arms(self.outcome[rows], self.arm[rows], known, self.of_rates)


def read_arms(outcome: ArrayLike, arm: ArrayLike, covariate: Any, options: Options) -> Arms:
    y = check_vector("outcome", outcome, negative=True, flags=True)
    check_size("outcome", y)
    binary = bool(((y == 0) | (y == 1)).all())
    if options.kind == "rate" and not binary:
        raise InputError(
            f"`outcome` must be 0 or 1 for a rate; got {y[(y != 0) & (y != 1)][0]:g}. Pass "
            "kind='mean' for amounts."
        )
    known = None if covariate is None else read_covariates(covariate, y.size)
    check_index(outcome=outcome, arm=arm, covariate=covariate)
    return Arms(y, read_labels("arm", arm, y.size), known, binary and options.kind != "mean")


def check_index(**given: Any) -> None:
    """Raise unless columns with an index have the same one: places would pair other rows."""
    labelled = {n: v.index for n, v in given.items() if isinstance(v, pd.Series | pd.DataFrame)}
    first = next(iter(labelled), "")
    for name, index in labelled.items():
        if not index.equals(labelled[first]):
            raise InputError(
                f"`{name}` must have the index of `{first}`, in the same order; it differs. Use "
                f"`{name}.loc[{first}.index]`."
            )


def read_labels(name: str, values: ArrayLike, size: int) -> Any:
    if isinstance(values, str) or np.ndim(values) != 1:
        raise InputError(f"`{name}` must be one column; got {type(values).__name__}.")
    labels = pd.Series(values).reset_index(drop=True)
    if len(labels) != size:
        raise InputError(f"`{name}` must have one row per outcome, {size:,}; got {len(labels):,}.")
    if labels.isna().any():
        raise InputError(
            f"`{name}` must not be missing; {labels.isna().sum():,} of {size:,} are. Drop those "
            "rows, or find out what the customers got."
        )
    if isinstance(labels.dtype, pd.CategoricalDtype):
        found = set(labels.unique())
        empty = [name for name in labels.cat.categories if name not in found]
        if empty:
            raise InputError(
                f"`{name}` must have customers in each category; {empty[0]!r} has none. Use "
                "`.cat.remove_unused_categories()`."
            )
    return labels.to_numpy(dtype=object)


def find_control(names: list[Any], control: Hashable) -> Any:
    if len(names) < 2:
        raise InputError(
            f"`arm` must hold a control and a treated arm; got {list_names(names)} only. Without "
            "the other arm nobody knows what would have happened."
        )
    wanted = [False, "control"] if control is None else [control]
    for name in names:
        if any(name == each for each in wanted):
            return name
    if control is None:
        raise InputError(
            f"`control` must be told; the arms are {list_names(names)}. Pass the one left alone."
        )
    raise InputError(f"`control` must be one of the arms, {list_names(names)}; got {control!r}.")


def list_names(names: Any) -> str:
    shown = [repr(name) for name in names]
    return ", ".join(shown[:6]) + (", ..." if len(shown) > 6 else "")
