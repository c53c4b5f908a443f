"""Did a lot decide? Whether the arms are alike in what was known before."""

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.stats import chi2, norm

from crmlab._checks import check_size, check_vector
from crmlab._errors import InputError, InputTypeError
from crmlab._types import Floats
from crmlab.uplift._trial import Trial, check_lengths, read_trial

__all__ = ["balance_table", "balance_test", "chance_of_imbalance"]


def balance_table(
    features: pd.DataFrame, treated: ArrayLike, *, propensity: ArrayLike | None = None
) -> pd.DataFrame:
    """Compare the arms in each feature that was known before the treatment.

    Parameters
    ----------
    features : DataFrame of shape (n_customers, n_features)
        What was known before: numbers, flags or words. A word becomes a feature of its own, and
        so does being missing.
    treated : array-like of shape (n_customers,)
        Whether the customer was treated; 1 or 0, true or false.
    propensity : array-like of shape (n_customers,), optional
        Probability of being treated that each customer should have had. Default: the same.

    Returns
    -------
    DataFrame
        One row per feature, the least balanced first; columns `feature`, `mean_treated`,
        `mean_control` (weighted by one over the probability), `standardised_difference` (their
        difference in standard deviations; above 0.1 is much), `p_value`, of a difference so
        large by chance. Of twenty features, one below 0.05 is to be expected.

    Raises
    ------
    InputError
        If there is one arm only, a feature is text of more than 50 words, or columns differ in
        length or index.
    InputTypeError
        If `features` is not a DataFrame.

    See Also
    --------
    balance_test : all features at once.

    Examples
    --------
    >>> known = pd.DataFrame({"age": [31, 42, 30, 41], "plan": ["a", "b", "b", "a"]})
    >>> balance_table(known, [1, 1, 0, 0]).round(2)
        feature  mean_treated  mean_control  standardised_difference  p_value
    0       age          36.5          35.5                     0.16     0.86
    1  plan = b           0.5           0.5                     0.00     1.00
    """
    trial, table = _read(features, treated, propensity)
    weights = trial.weights()
    means = [table.T @ w / w.sum() for w in weights]
    spread = table.std()
    difference = means[0] - means[1]
    score, variance = _score(table, trial)
    z = score / np.sqrt(np.where(np.diag(variance) > 0, np.diag(variance), 1))
    found = pd.DataFrame(
        {
            "feature": table.columns,
            "mean_treated": means[0].to_numpy(),
            "mean_control": means[1].to_numpy(),
            "standardised_difference": (difference / spread.where(spread > 0, 1)).to_numpy(),
            "p_value": 2 * norm.sf(np.abs(z)),
        }
    )
    return found.sort_values("p_value", kind="stable").reset_index(drop=True)


def balance_test(
    features: pd.DataFrame, treated: ArrayLike, *, propensity: ArrayLike | None = None
) -> float:
    """Probability that arms drawn by lot differ as much as these in all features together.

    Parameters
    ----------
    features, treated, propensity
        As for `balance_table`.

    Returns
    -------
    float
        In [0, 1]. Below 0.001 no lot decided, or a feature was measured after the treatment.

    Raises
    ------
    InputError, InputTypeError
        As `balance_table`.

    References
    ----------
    Hansen, B. B. and Bowers, J. (2008). Covariate balance in simple, stratified and clustered
    comparative studies. Statistical Science 23(2), 219-236: the combined statistic d².

    Examples
    --------
    The company's summer camp was offered by lot; who was called for the book set, staff chose.

    >>> from crmlab.datasets import load_company
    >>> company = load_company()
    >>> bought = company.transactions.groupby("customer_id")["date"].nunique().rename("days")
    >>> for campaign in ("K06", "K09"):
    ...     arms = company.contacts.query("campaign_id == @campaign").set_index("customer_id")
    ...     arms = arms[~arms.index.duplicated()]
    ...     known = bought.reindex(arms.index).to_frame()
    ...     print(campaign, balance_test(known, arms["treated"]) > 0.001)
    K06 True
    K09 False
    """
    trial, table = _read(features, treated, propensity)
    return chance_of_imbalance(table, trial)


def chance_of_imbalance(table: pd.DataFrame, trial: Trial) -> float:
    """Probability of a joint score statistic so large where the propensities are as said."""
    score, variance = _score(table, trial)
    inverse = np.linalg.pinv(variance, hermitian=True, rcond=1e-10)
    rank = np.linalg.matrix_rank(variance, hermitian=True, tol=1e-10 * np.abs(variance).max())
    return float(chi2.sf(score @ inverse @ score, rank)) if rank else 1.0


def _score(table: pd.DataFrame, trial: Trial) -> tuple[Floats, Floats]:
    """Sum of (treated - probability) x feature, and its covariance."""
    x = table.to_numpy(dtype=float)
    chance = np.full(len(x), trial.treated.mean())
    if trial.propensity is not None:
        chance = trial.propensity
    spread = chance * (1 - chance)
    # Around the mean that the number of treated does not move.
    centred = x - np.average(x, axis=0, weights=spread)
    scale = centred.std(axis=0)
    centred = centred / np.where(scale > 0, scale, 1)
    return (trial.treated - chance) @ centred, (centred * spread[:, None]).T @ centred


def _read(
    features: pd.DataFrame, treated: ArrayLike, propensity: ArrayLike | None
) -> tuple[Trial, pd.DataFrame]:
    if not isinstance(features, pd.DataFrame):
        raise InputTypeError(f"`features` must be a DataFrame; got {type(features).__name__}.")
    check_lengths(features=features, treated=treated)
    assignment = "random" if propensity is None else None
    trial = read_trial(
        np.zeros(len(features)), treated, assignment=assignment, propensity=propensity
    )
    return trial, as_numbers(features)


def as_numbers(features: pd.DataFrame) -> pd.DataFrame:
    """Features as numbers: words and gaps become columns of 0 and 1."""
    columns: dict[str, Floats] = {}
    for name, column in features.items():
        gaps = column.isna().to_numpy()
        if pd.api.types.is_datetime64_any_dtype(column):
            column = column.astype("datetime64[s]").astype("int64") / 86_400
        if pd.api.types.is_numeric_dtype(column):
            numbers = column.to_numpy(dtype=float, na_value=np.nan)
            check_size(str(name), numbers[np.isfinite(numbers)])
            middle = numbers[~gaps].mean() if (~gaps).any() else 0.0
            columns[str(name)] = check_vector(
                str(name), np.where(gaps, middle, numbers), negative=True
            )
        else:
            words = sorted(column[~gaps].astype("str").unique())
            if len(words) > 50:
                raise InputError(
                    f"`features` must be numbers or few words; {name!r} has {len(words):,} "
                    "different ones. Leave it out or group them."
                )
            columns |= {
                f"{name} = {word}": (column.astype("str") == word).to_numpy(dtype=float)
                for word in words[1:]
            }
        if gaps.any():
            columns[f"{name} missing"] = gaps.astype(float)
    return pd.DataFrame(columns, index=features.index)
