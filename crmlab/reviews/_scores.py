"""RFM scores and segment of the customers on a list, ranked among the whole base."""

import pandas as pd

from crmlab.segmentation import RFMSegmenter

__all__ = ["score_base"]

_COLUMNS = ["r_score", "f_score", "m_score", "rfm", "segment"]
_BINS = 5
_MEASURES = ("days_since_last", "frequency", "total_spend")


def score_base(summary: pd.DataFrame) -> pd.DataFrame:
    """Scores of recency, frequency and money (1 to 5, 5 is best), and the name of the segment.

    Parameters
    ----------
    summary : DataFrame
        As `rfm_summary` returns it.

    Returns
    -------
    DataFrame
        Index of `summary`; `r_score`, `f_score`, `m_score`, `rfm` and `segment`. Missing where a
        base cannot be scored: fewer than five customers, or all of them equal in a measure.
    """
    # Sums that differ in their last digits count as equal to the segmenter.
    measures = summary[list(_MEASURES)].round(5)
    if len(summary) < _BINS or not (measures.max() > measures.min()).all():
        return pd.DataFrame(index=summary.index, columns=_COLUMNS, dtype=object)
    scored = RFMSegmenter(n_bins=_BINS).fit_transform(summary)[_COLUMNS]
    return scored.astype({"rfm": "str", "segment": "str"})
