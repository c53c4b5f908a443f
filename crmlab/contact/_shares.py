"""Shares with limits, where customers stand in several rows; and the slope of their log odds."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit
from scipy.stats import norm

from crmlab._errors import InputError
from crmlab._types import Floats, Ints

__all__ = ["fit_slope", "share_by", "wilson"]

_STEPS = 60


def wilson(hits: Floats, n: Floats, *, level: float) -> tuple[Floats, Floats]:
    """Score limits of a share (Wilson 1927)."""
    z = norm.ppf((1 + level) / 2)
    share = hits / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return np.clip(middle - half, 0, 1), np.clip(middle + half, 0, 1)


def share_by(rows: pd.DataFrame, by: list[str], *, level: float) -> pd.DataFrame:
    """Share of `hit` by group, with Wilson limits on as many rows as customers are worth.

    The variance of a share over customers, divided by that over rows, says how many rows count
    as one; it is never taken to be below 1.
    """
    person = rows.groupby([*by, "customer_id"], observed=True)["hit"].agg(["sum", "size"])
    person = person.reset_index(level="customer_id", drop=True)
    sums = person.groupby(level=by, observed=True).sum()
    hits, n = sums["sum"].to_numpy(dtype=float), sums["size"].to_numpy(dtype=float)
    share = pd.Series(hits / n, index=sums.index)
    apart = person["sum"] - person["size"] * share.reindex(person.index)
    squares = apart.pow(2).groupby(level=by).sum().to_numpy()
    heads = person.groupby(level=by).size().to_numpy()
    spread = np.where(heads > 1, heads / np.maximum(heads - 1, 1), 1) * squares
    expected = n * share.to_numpy() * (1 - share.to_numpy()) * n / np.maximum(n - 1, 1)
    effect = np.where(expected > 0, spread / np.where(expected > 0, expected, 1), 1).clip(min=1)
    lower, upper = wilson(hits / effect, n / effect, level=level)
    found = pd.DataFrame(
        {"n_contacts": n.astype("int64"), "n_customers": heads, "n_responses": hits.astype("int64"),
         "estimate": share.to_numpy(), "lower": lower, "upper": upper, "level": level},
        index=sums.index,
    )  # fmt: skip
    return found.reset_index()


def fit_slope(
    hit: Floats, x: Floats, group: Ints, person: Ints
) -> tuple[float, float, NDArray[np.bool_]]:
    """Slope of the log odds of a hit with x, each group at a level of its own; its error.

    The error is robust to likeness between rows of a person (sandwich). Groups in which all or
    none hit, or x is the same, tell nothing about the slope: the third result says which rows
    are used.
    """
    x = x.astype(float)
    told = _tells(hit, group) & _tells(x, group)
    if not told.any():
        raise InputError(
            "`contacts` must differ in earlier contacts where some responded and some did not; "
            "none do. Ask with another `within` or `response`."
        )
    hit, x, person = hit[told].astype(float), x[told], person[told]
    group = np.unique(group[told], return_inverse=True)[1]
    level = np.zeros(group.max() + 1)
    slope = 0.0
    for _ in range(_STEPS):
        rest = hit - expit(level[group] + slope * x)
        weight = _weights(level[group] + slope * x)
        total = np.bincount(group, weight)
        centred = x - (np.bincount(group, weight * x) / total)[group]
        step = centred @ rest / (weight @ centred**2)
        slope += float(np.clip(step, -1, 1))
        gap = np.bincount(group, hit - expit(level[group] + slope * x))
        level += np.clip(gap / np.bincount(group, _weights(level[group] + slope * x)), -1, 1)
        if abs(slope) > 20:
            raise InputError(
                "`responses` must come from contacts with and without earlier ones; one kind "
                "alone has them, so that no slope fits. Ask with another `within`."
            )
        if abs(step) < 1e-10 and np.abs(gap).max() < 1e-8:
            break
    weight = _weights(level[group] + slope * x)
    centred = x - (np.bincount(group, weight * x) / np.bincount(group, weight))[group]
    score = np.bincount(person, centred * (hit - expit(level[group] + slope * x)))
    n = int((np.bincount(person) > 0).sum())
    error = np.sqrt(n / max(n - 1, 1) * (score @ score)) / (weight @ centred**2)
    return slope, float(error), told


def _tells(value: Floats, group: Ints) -> NDArray[np.bool_]:
    """Whether the value differs within the row's group."""
    frame = pd.Series(np.asarray(value, dtype=float)).groupby(group)
    differs = frame.transform("max") > frame.transform("min")
    return differs.to_numpy(dtype=bool)


def _weights(odds: Floats) -> Floats:
    return np.maximum(expit(odds) * expit(-odds), 1e-12)
