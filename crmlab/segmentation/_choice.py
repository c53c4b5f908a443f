"""How many groups: how far apart they are, and whether other customers would give the same."""

import numpy as np
import pandas as pd
from sklearn.cluster import KMeans
from sklearn.metrics import adjusted_rand_score, silhouette_score
from threadpoolctl import threadpool_limits

from crmlab._types import Floats, Ints

__all__ = ["choose", "compare_counts", "find_centres", "nearest"]

_STARTS = 10  # runs of k-means from random starts, of which the best counts
_FEW_STARTS = 3  # for resamples, of which there are many
_FOR_SILHOUETTE = 2_000  # distances between all pairs


def find_centres(points: Floats, k: int, *, seed: int, n_starts: int = _STARTS) -> Floats:
    """Centres of `k` groups by k-means."""
    with threadpool_limits(1):
        fitted = KMeans(k, n_init=n_starts, random_state=seed).fit(points)
    return fitted.cluster_centers_


def nearest(points: Floats, centres: Floats) -> Ints:
    """Position of the nearest centre of each point; of the first where several are as near."""
    best = np.full(len(points), np.inf)
    found = np.zeros(len(points), dtype="int64")
    for at, centre in enumerate(centres):
        distance = ((points - centre) ** 2).sum(axis=1)
        closer = distance < best
        found[closer], best[closer] = at, distance[closer]
    return found


def compare_counts(
    points: Floats, counts: list[int], *, n_resamples: int, seed: int
) -> pd.DataFrame:
    """Silhouette and stability of each number of groups, in the order of `counts`."""
    few = points[: min(len(points), _FOR_SILHOUETTE)]
    rows = []
    for k in counts:
        centres = find_centres(points, k, seed=seed)
        labels = nearest(few, centres)
        apart = silhouette_score(few, labels) if 1 < len(set(labels)) < len(few) else np.nan
        agreement = _agreement(few, k, n_resamples=n_resamples, seed=seed)
        rows.append((k, float(apart), float(np.mean(agreement))))
    return pd.DataFrame(rows, columns=["n_segments", "silhouette", "stability"])


def _agreement(points: Floats, k: int, *, n_resamples: int, seed: int) -> list[float]:
    """Adjusted Rand index between the groups that two bootstrap samples make of all points."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(n_resamples):
        pair = []
        for _ in range(2):
            drawn = points[rng.integers(len(points), size=len(points))]
            k_drawn = min(k, len(np.unique(drawn, axis=0)))
            start = int(rng.integers(2**31))
            centres = find_centres(drawn, k_drawn, seed=start, n_starts=_FEW_STARTS)
            pair.append(nearest(points, centres))
        found.append(adjusted_rand_score(*pair))
    return found


def choose(compared: pd.DataFrame, *, min_stability: float) -> int:
    """The count with the highest silhouette of those that are stable; else the most stable one."""
    stable = compared[compared["stability"] >= min_stability].dropna(subset=["silhouette"])
    if stable.empty:
        return int(compared["n_segments"].iloc[int(np.argmax(compared["stability"]))])
    return int(stable["n_segments"].iloc[int(np.argmax(stable["silhouette"]))])
