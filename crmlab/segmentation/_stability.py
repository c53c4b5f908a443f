"""Whether segments are the customers' or the sample's."""

from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.metrics import adjusted_rand_score

from crmlab._errors import InputTypeError
from crmlab._intervals import check_resampling

__all__ = ["segment_stability"]


def segment_stability(
    segmenter: Any,
    customers: pd.DataFrame,
    *,
    level: float = 0.9,
    n_resamples: int = 20,
    seed: int = 0,
) -> pd.DataFrame:
    """How far two samples of customers lead to the same segments.

    Two bootstrap samples are drawn, the segmenter learns from each, and both put all customers
    into segments. The adjusted Rand index says how far they agree: 1 in every pair of customers,
    0 as often as by chance. This is done `n_resamples` times.

    Parameters
    ----------
    segmenter : estimator
        With ``fit`` and ``predict``, such as `RFMSegmenter` or `KMeansSegmenter`; copies of it
        are fitted, and itself stays as it is.
    customers : DataFrame
        What the segmenter learns from.
    level : float, default=0.9
        Share of the pairs between the limits, in (0, 1).
    n_resamples : int, default=20
        Pairs of samples; at least one must fall outside each limit: 20 at level 0.9.
    seed : int, default=0
        Seed of the draws.

    Returns
    -------
    DataFrame
        One row: ``estimate`` (mean over the pairs, at most 1), ``lower`` and ``upper`` (between
        which `level` of the pairs lie), ``level``.

    Raises
    ------
    InputError, InputTypeError
        If an option has a value it cannot have, or the segmenter refuses a sample.

    References
    ----------
    Dolnicar, S. and Leisch, F. (2010). Evaluation of structure and reproducibility of cluster
    solutions using the bootstrap. Marketing Letters, 21(1), 83-101.

    Examples
    --------
    >>> from crmlab.customer_base import rfm_summary
    >>> from crmlab.datasets import load_cdnow
    >>> from crmlab.segmentation import RFMSegmenter
    >>> summary = rfm_summary(load_cdnow(sample=True), observation_end="1997-09-30")
    >>> segment_stability(RFMSegmenter(), summary)["estimate"].round(2).item() > 0.9
    True
    """
    check_resampling(level=level, n_resamples=n_resamples, seed=seed)
    for method in ("fit", "predict"):
        if not hasattr(segmenter, method):
            raise InputTypeError(f"`segmenter` must have a method {method!r}; it has none.")
    if not isinstance(customers, pd.DataFrame):
        raise InputTypeError(f"`customers` must be a DataFrame; got {type(customers).__name__}.")
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(n_resamples):
        pair = []
        for _ in range(2):
            drawn = customers.iloc[rng.integers(len(customers), size=len(customers))]
            labels = clone(segmenter).fit(drawn).predict(customers)
            pair.append(pd.factorize(pd.Series(labels))[0])
        found.append(adjusted_rand_score(*pair))
    lower, upper = np.quantile(found, [(1 - level) / 2, (1 + level) / 2])
    return pd.DataFrame(
        {"estimate": [np.mean(found)], "lower": [lower], "upper": [upper], "level": [level]}
    )
