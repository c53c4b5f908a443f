"""Customers at several dates, and how well a model foretells the dates it has not seen."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from crmlab._checks import check_count
from crmlab._errors import InputError, InputTypeError
from crmlab._types import Day, Table
from crmlab.churn._clock import open_orders, read_moments
from crmlab.churn._features import churn_features
from crmlab.churn._gains import lift
from crmlab.churn._label import label_churn

__all__ = ["churn_panel", "validate_churn"]


def churn_panel(
    orders: Table,
    *,
    as_of: Sequence[Day],
    horizon: int,
    window: int = 90,
    quantile: float = 0.9,
    min_gaps: int = 5,
) -> pd.DataFrame:
    """Features and labels of the customers at risk on several days, one below the other.

    Parameters
    ----------
    orders : DataFrame or ibis.Table
        Canonical transactions.
    as_of : sequence of date
        Days on which customers are looked at; at least one.
    horizon, quantile, min_gaps
        As in `label_churn`.
    window
        As in `churn_features`.

    Returns
    -------
    DataFrame
        Index `customer_id`; `as_of`, the columns of `churn_features`, and `churned` (bool).
        Customers who had gone before, or for whom it is too early to tell, are not in it.

    Raises
    ------
    InputError
        As in `label_churn` and `churn_features`.

    Examples
    --------
    >>> from crmlab.datasets import load_cdnow
    >>> panel = churn_panel(load_cdnow(sample=True), as_of=["1997-09-30"], horizon=240)
    >>> len(panel), float(panel["churned"].mean().round(2))
    (618, 0.56)
    """
    if isinstance(as_of, str) or not isinstance(as_of, Sequence | pd.Index):
        raise InputTypeError("`as_of` must be a list of dates, such as ['2024-12-31'].")
    if not len(as_of):
        raise InputError("`as_of` must hold at least one date; got none.")
    orders = open_orders(orders)
    parts = []
    for day in as_of:
        labels = label_churn(
            orders, as_of=day, horizon=horizon, quantile=quantile, min_gaps=min_gaps
        )
        at_risk = labels.loc[labels["status"] == "at risk", "churned"].astype(bool)
        features = churn_features(orders, as_of=day, window=window)
        part = features.join(at_risk, how="inner")
        part.insert(0, "as_of", pd.Timestamp(day))
        parts.append(part)
    return pd.concat(parts)


def validate_churn(
    model: Any, X: pd.DataFrame, y: Any, *, time: Any, horizon: int, random_state: int = 0
) -> pd.DataFrame:
    """Judge a model on the latest day, by what could be known then; and as is often done.

    *Time-ordered*: the rows of the latest day are foretold by a model that learns from the rows
    whose outcome was known by then, those at least `horizon` days older. *Random rows*: as many
    rows drawn at random are foretold by a model that learns from all the others, among them the
    same customers and the same days. That number is usually the better one, and nobody will see
    it in practice.

    Parameters
    ----------
    model : ChurnModel or a classifier of scikit-learn
        It is cloned; `fit` gets `time` where the training rows have several days.
    X : DataFrame
        Features, as in ``churn_panel(...).drop(columns=["as_of", "churned"])``.
    y : array-like
        Who left.
    time : array-like
        Day of each row.
    horizon : int
        Days after `time` in which customers may leave, as in `label_churn`.
    random_state : int, default=0
        Seed of the random rows.

    Returns
    -------
    DataFrame
        Index `split`, "time-ordered" and "random rows"; columns

        * `n_train`, `n_test` : rows
        * `churn_rate`, `mean_predicted` : of the test rows, in [0, 1]
        * `auc` : chance that one who left is ranked above one who stayed
        * `lift_top_decile` : as `lift`
        * `brier`, `log_loss` : errors of the probabilities; smaller is better

    Raises
    ------
    InputError
        If no row is old enough to learn from, or a part has one class only.

    Examples
    --------
    >>> from crmlab.churn import ChurnModel
    >>> from crmlab.datasets import load_cdnow
    >>> panel = churn_panel(
    ...     load_cdnow(sample=True), as_of=["1997-06-30", "1997-12-31"], horizon=180
    ... )
    >>> X = panel.drop(columns=["as_of", "churned"])
    >>> table = validate_churn(
    ...     ChurnModel(), X, panel["churned"], time=panel["as_of"], horizon=180
    ... )
    >>> table[["n_train", "n_test", "churn_rate", "auc"]].round(2)
                  n_train  n_test  churn_rate   auc
    split
    time-ordered      799     535        0.57  0.59
    random rows       799     535        0.62  0.61
    """
    check_count("horizon", horizon)
    check_count("random_state", random_state, minimum=0)
    if not isinstance(X, pd.DataFrame):
        raise InputTypeError(f"`X` must be a DataFrame; got {type(X).__name__}.")
    left = pd.Series(np.asarray(y)).astype(int).to_numpy()
    days = read_moments(time)
    if not len(X) == len(left) == len(days):
        raise InputError("`X`, `y` and `time` must have one entry per row each.")
    latest = days.max()
    test = (days == latest).to_numpy()
    known = (days + pd.Timedelta(days=horizon) <= latest).to_numpy()
    if not known.any():
        raise InputError(
            f"`time` must hold days at least {horizon:,} days before the latest, "
            f"{latest.date()}: what came of all others was not known then. Add earlier days."
        )
    rng = np.random.default_rng(random_state)
    drawn = np.zeros(len(X), dtype=bool)
    drawn[rng.choice(len(X), size=int(test.sum()), replace=False)] = True
    rows = {
        "time-ordered": _judge(model, X, left, days, known, test),
        "random rows": _judge(model, X, left, days, ~drawn, drawn),
    }
    return pd.DataFrame.from_dict(rows, orient="index").rename_axis("split")


def _judge(
    model: Any, X: pd.DataFrame, left: Any, days: pd.Series, train: Any, test: Any
) -> dict[str, float]:
    """Learn from some rows and foretell others."""
    for name, part in (("learn from", left[train]), ("foretell", left[test])):
        if np.unique(part).size < 2:
            raise InputError(
                f"`y` must hold both classes among the rows to {name}; all {len(part):,} are of "
                "one class. Take a longer horizon, more days or more customers."
            )
    fresh = clone(model)
    when = days[train]
    if hasattr(fresh, "calibration_share") and when.min() < when.max():
        fresh.fit(X[train], left[train], time=when)
    else:
        fresh.fit(X[train], left[train])
    p, truth = fresh.predict_proba(X[test])[:, 1], left[test]
    return {
        "n_train": int(train.sum()),
        "n_test": int(test.sum()),
        "churn_rate": float(truth.mean()),
        "mean_predicted": float(p.mean()),
        "auc": float(roc_auc_score(truth, p)),
        "lift_top_decile": lift(truth, p) if p.min() < p.max() else 1.0,
        "brier": float(brier_score_loss(truth, p)),
        "log_loss": float(log_loss(truth, p)),
    }
