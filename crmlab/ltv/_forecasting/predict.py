"""What customers will really do: intervals that hold parameter doubt, dropout, and luck."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crmlab._checks import check_count, check_fraction
from crmlab._errors import InputError
from crmlab.ltv._fitting.discounting import check_horizon
from crmlab.ltv._fitting.maximum import LIMIT, Floats
from crmlab.ltv._forecasting.protocols import (
    RepeatModel,
    SpendModel,
    check_spend_model,
    one_each,
    read_customers,
)
from crmlab.ltv._forecasting.segments import find_segments

__all__ = ["predictive_draws", "predictive_intervals"]

_BLOCK = 10_000  # customers whose draws are held at once


def predictive_intervals(
    model: RepeatModel,
    summary: pd.DataFrame,
    horizon: float,
    *,
    spend: SpendModel | None = None,
    margin: float = 1.0,
    by: str | pd.Series | None = None,
    total: bool = False,
    level: float = 0.95,
    n_draws: int = 1000,
    parameter_uncertainty: bool = True,
    seed: int = 0,
    unit: str | None = None,
) -> pd.DataFrame:
    """Intervals for the purchases, or the money, that customers will really bring.

    Money is not discounted; for its present value see `customer_lifetime_value`. The intervals
    hold if the model does: seasons, campaigns and trends are in none of them, so look at
    `backtest` too.

    Each draw takes parameters from their sampling distribution, then for each customer whether
    they are still one, how fast they buy and leave, what they buy, and what they spend.

    Parameters
    ----------
    model : fitted model of repeat purchases
        `BetaGeoNBD`, `ModifiedBetaGeoNBD`, `ParetoNBD`, `NBD` or `BetaGeoBetaBinomial`, or any
        `RepeatModel`.
    summary : DataFrame
        As in the model's `fit`, one row per customer; with `spend` also `monetary_value`.
    horizon : float
        Length of the time to come, in the summary's unit.
    spend : fitted model of spend, optional
        `GammaGamma`, or any `SpendModel`. If given, the answer is money and not purchases.
    margin : float, default=1
        Share of the money that is kept, in [0, 1].
    by : str or Series, optional
        Segment of each customer, a column of `summary` or a Series with its index: intervals for
        the total of each segment. A total is far better known than the sum of its customers'
        limits suggests.
    total : bool, default=False
        One interval, for all customers together.
    level : float, default=0.95
        Probability that the interval holds what will happen, in (0, 1).
    n_draws : int, default=1000
        Number of draws; at least 100.
    parameter_uncertainty : bool, default=True
        False takes the parameters as known; a model made from given parameters needs it.
    seed : int, default=0
        Seed of the draws; the same seed gives the same intervals.
    unit : {"D", "W", "M", "Q", "Y"}, optional
        Unit of time of a summary that does not say it.

    Returns
    -------
    DataFrame
        Columns `estimate` (mean of the draws), `lower`, `upper`, `level`; one row per customer,
        per segment, or one. A count is a whole number, so its interval covers at least `level`.

    Raises
    ------
    NotFittedError, InputError, InputTypeError
        If a model is not fitted, the summary has impossible rows, or an option is out of range.

    Examples
    --------
    >>> from crmlab.customer_base import rfm_summary
    >>> from crmlab.datasets import load_cdnow
    >>> from crmlab.ltv import BetaGeoNBD
    >>> summary = rfm_summary(load_cdnow(sample=True), observation_end="1997-09-30", unit="W")
    >>> model = BetaGeoNBD().fit(summary)
    >>> table = predictive_intervals(model, summary, 39, total=True, n_draws=200)
    >>> table[["estimate", "lower", "upper"]].round(0).loc["total"].tolist()
    [1654.0, 1463.0, 1873.0]

    The shop really sold 1,882, a little more than the model holds possible.
    """
    check_fraction("level", level, open_ends=True)
    tails = [(1 - level) / 2, (1 + level) / 2]
    drawn = _Draws(
        model, summary, horizon, spend=spend, margin=margin, n_draws=n_draws,
        parameter_uncertainty=parameter_uncertainty, seed=seed, unit=unit,
    )  # fmt: skip
    if by is None and not total:
        rows = [_summarise_draws(block, tails) for block in drawn.blocks()]
        return _table(np.concatenate(rows), summary.index, level)
    segment, names = find_segments(summary, by, total=total)
    sums = np.zeros((len(names), drawn.n_draws))
    at = 0
    for block in drawn.blocks():
        order = np.argsort(segment[at : at + len(block)], kind="stable")
        there, first = np.unique(segment[at : at + len(block)][order], return_index=True)
        sums[there] += np.add.reduceat(block[order], first, axis=0)
        at += len(block)
    return _table(_summarise_draws(sums, tails), names, level)


def predictive_draws(
    model: RepeatModel,
    summary: pd.DataFrame,
    horizon: float,
    *,
    spend: SpendModel | None = None,
    margin: float = 1.0,
    n_draws: int = 1000,
    parameter_uncertainty: bool = True,
    seed: int = 0,
    unit: str | None = None,
) -> pd.DataFrame:
    """The draws behind `predictive_intervals`: one row per customer, one column per draw.

    Parameters, errors: as `predictive_intervals`.

    Returns
    -------
    DataFrame
        Purchases, or money, of each customer in each draw; shape (n_customers, n_draws).
    """
    drawn = _Draws(
        model, summary, horizon, spend=spend, margin=margin, n_draws=n_draws,
        parameter_uncertainty=parameter_uncertainty, seed=seed, unit=unit,
    )  # fmt: skip
    return pd.DataFrame(
        np.concatenate(list(drawn.blocks())),
        index=summary.index,
        columns=pd.RangeIndex(drawn.n_draws, name="draw"),
    )


class _Draws:
    """Draws of what each customer does, in blocks of customers."""

    def __init__(
        self,
        model: RepeatModel,
        summary: pd.DataFrame,
        horizon: float,
        *,
        spend: SpendModel | None,
        margin: float,
        n_draws: int,
        parameter_uncertainty: bool,
        seed: int,
        unit: str | None,
    ) -> None:
        read_customers(model, summary, unit)
        if "n_customers" in summary and (summary["n_customers"] != 1).any():
            raise InputError(
                "`summary` must hold one row per customer to draw what each will do; "
                "`n_customers` counts several in a row. Use the summary of `rfm_summary`."
            )
        self.summary = summary
        self.horizon = check_horizon(horizon)
        self.n_draws = check_count("n_draws", n_draws, minimum=100)
        self.rng = np.random.default_rng(check_count("seed", seed, minimum=0))
        self.margin = check_fraction("margin", margin)
        self.model, self.spend = model, spend
        uncertain = parameter_uncertainty
        self.theta = _draw_parameters(model, self.n_draws, self.rng, uncertain=uncertain)
        if spend is not None:
            check_spend_model(spend)
            spend.read(summary)
            self.spend_theta = _draw_parameters(spend, self.n_draws, self.rng, uncertain=uncertain)

    def blocks(self) -> Iterator[NDArray[Any]]:
        """Arrays of shape (customers, n_draws), in the order of the summary."""
        for start in range(0, len(self.summary), _BLOCK):
            yield self._draw_block(self.summary.iloc[start : start + _BLOCK])

    def _draw_block(self, block: pd.DataFrame) -> NDArray[Any]:
        rows = self.model.read(block)
        past = None if self.spend is None else self.spend.read(block)
        drawn = []
        for draw, theta in enumerate(self.theta):
            bought = one_each(
                self.model.draw(theta, rows, self.horizon, self.rng), len(block), "draw"
            )
            if self.spend is not None:
                spent = self.spend.draw(self.spend_theta[draw], past, bought, self.rng)
                bought = self.margin * one_each(spent, len(block), "draw")
            drawn.append(bought)
        return np.column_stack(drawn)


def _draw_parameters(
    model: RepeatModel | SpendModel, n_draws: int, rng: np.random.Generator, *, uncertain: bool
) -> Floats:
    """Theta from its sampling distribution, one row per draw."""
    centre = model.theta_
    if not uncertain:
        return np.tile(centre, (n_draws, 1))
    if model.theta_covariance_ is None:
        raise InputError(
            f"This {type(model).__name__} was made from given parameters and does not know how "
            "sure they are. Fit it for intervals, or set parameter_uncertainty=False."
        )
    size, axes = np.linalg.eigh(model.theta_covariance_)
    deviation = np.sqrt(np.maximum(size, 0)) * rng.standard_normal((n_draws, len(centre)))
    # Along a flat ridge a normal distribution reaches values that no likelihood supports.
    return centre + np.clip(deviation @ axes.T, -LIMIT, LIMIT)


def _summarise_draws(draws: NDArray[Any], tails: list[float]) -> Floats:
    """Mean and limits of each row of draws; limits are values that were drawn."""
    limits = np.quantile(draws, tails, axis=1, method="inverted_cdf")
    return np.column_stack([draws.mean(axis=1), *limits])


def _table(rows: Floats, index: pd.Index, level: float) -> pd.DataFrame:
    table = pd.DataFrame(rows, index=index, columns=["estimate", "lower", "upper"])
    return table.assign(level=float(level))
