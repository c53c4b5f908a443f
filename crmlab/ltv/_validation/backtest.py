"""Rolling origins: which model, or which naive baseline, would have forecast best so far."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from sklearn.base import clone

from crmlab._checks import check_choice, check_count, check_fraction, check_number
from crmlab._errors import InputError, InputTypeError
from crmlab._periods import Day
from crmlab._types import Table
from crmlab._units import UNIT_DAYS
from crmlab.ltv._fitting.errors import ConvergenceError
from crmlab.ltv._forecasting.predict import predictive_intervals
from crmlab.ltv._forecasting.protocols import RepeatModel, SpendModel, check_members
from crmlab.ltv._noncontract.beta_geo import BetaGeoNBD, ModifiedBetaGeoNBD
from crmlab.ltv._noncontract.pareto import ParetoNBD
from crmlab.ltv._spend.gamma_gamma import GammaGamma
from crmlab.ltv._validation.coverage import interval_coverage
from crmlab.ltv._validation.origins import (
    BASELINES,
    Origin,
    Target,
    find_days,
    forecast_naively,
    make_origins,
    summarise_on,
)
from crmlab.ltv._validation.verdict import Forecast, count_losses, describe, measure, rank

__all__ = ["backtest"]

_SAMPLE = 2_000  # customers for whom the coverage of intervals is counted
_N_DRAWS = 200
_UNIT_WORDS = {"D": "days", "W": "weeks", "M": "months"}


def backtest(
    transactions: Table,
    models: Mapping[str, RepeatModel] | None = None,
    *,
    horizon: float,
    n_origins: int = 3,
    unit: Literal["D", "W", "M"] = "W",
    target: Target = "purchases",
    spend: SpendModel | None = None,
    observation_end: Day | None = None,
    min_history: float | None = None,
    level: float = 0.9,
    seed: int = 0,
    by_origin: bool = False,
) -> pd.DataFrame:
    """Forecast from several past days what is known by now, and compare models with baselines.

    The last origin lies one horizon before the end, each earlier one a horizon before the next.
    At each origin the models are fitted to what was known then and forecast the horizon after it,
    customer by customer. So do three baselines that anyone can compute:

    * "everyone average": each customer brings what the average customer of the previous origin
      brought in the horizon just past;
    * "same as last period": each brings the same as in the horizon just past, a first purchase
      included;
    * "class means": each brings what customers of the same class at the previous origin brought
      since. Classes are five by five at most: quintiles, at the previous origin, of repeat
      purchases per time observed (one horizon at least) and of the time since the last purchase.
      A class that was empty takes the average of everyone.

    Where nobody had a history yet at the previous origin, the first and the last use the average
    of the horizon just past over all customers. Nobody brings less than nothing in a horizon: what
    is given back in it was bought before.

    One row is marked in `use`, by three steps:

    1. The forecast with the smallest `rmse`, and those hardly worse: by at most 1 percent, or by
       at most one standard error of the difference, customer by customer. Squared errors are
       smallest for the *mean*, and means add up to totals; absolute errors are smallest for the
       median, which is no purchase at all for most customers of most shops.
    2. Of these, those whose total is off by at most 5 points more than the best's.
    3. Of these, the simplest: a baseline before a model, then fewer parameters, then the order
       given.

    A model that failed at an origin is not used.

    Parameters
    ----------
    transactions : DataFrame or ibis.Table
        Canonical transactions: ``customer_id``, ``date``, ``amount``.
    models : dict of str to estimator, optional
        `BetaGeoNBD`, `ModifiedBetaGeoNBD`, `ParetoNBD` or `NBD` by name, without covariates, or
        any `RepeatModel` that reads what `rfm_summary` gives; they are cloned, not changed.
        Default: BG/NBD, MBG/NBD and Pareto/NBD. An empty dict compares the baselines alone.
    horizon : float
        How far to forecast, in `unit`; rounded to whole days.
    n_origins : int, default=3
        Number of days to forecast from.
    unit : {"D", "W", "M"}, default="W"
        Unit of time.
    target : {"purchases", "spend"}, default="purchases"
        What to forecast: purchases, or currency.
    spend : GammaGamma or any SpendModel, optional
        With target "spend" the model of spend per purchase; default ``GammaGamma()``, which
        refuses where spend depends on frequency: then pass one with ``correlated="adjust"``.
    observation_end : date, optional
        Last day observed. Default: the last day in the table.
    min_history : float, optional
        Time from the first purchase in the table to the first origin that is asked for, in
        `unit`. Default: one horizon.
    level : float, default=0.9
        Level of the predictive intervals whose coverage is counted, in (0, 1).
    seed : int, default=0
        Seed of the draws behind these intervals.
    by_origin : bool, default=False
        Whether to return a row for each origin and model instead.

    Returns
    -------
    DataFrame
        One row per model, the smallest `rmse` first. Errors are forecast less actual, in
        purchases or currency per customer and horizon; measures are means over the origins at
        which the model could be fitted:

        ``model``, ``kind``
            its name; "model" or "naive";
        ``origins``, ``failed``
            number of origins it is measured at, and at which it could not be fitted;
        ``mae``, ``rmse``
            mean absolute error, root of the mean squared error;
        ``total_error``, ``abs_total_error``
            error of the total as a fraction of the actual total: with its sign (the bias), and
            without;
        ``correlation``
            of forecast and actual over customers; missing where one is the same for all;
        ``top_decile_captured``
            share of the actual total brought by the tenth of customers ranked highest;
        ``total_coverage``, ``customer_coverage``
            share of origins at which the interval held the total; share of customers whose
            interval held (of 2,000 drawn at random where there are more). Baselines have no
            intervals, theirs is missing. Seasons and trends are in no interval, and in a large
            base they are what moves the total;
        ``rank``
            1 for the smallest `rmse`; those that failed come last;
        ``use``
            True for the one to use;
        ``reason``
            why it failed, else empty.

        With `by_origin` one row per origin and model: `origin` (last day known), `model`, `kind`,
        `n_customers`, `n_left_out` (who first bought on that very day: they carry no information
        yet), `actual_total`, `expected_total`, the measures above, `failed` (bool) and `reason`.

        ``attrs`` keeps, as labels, ``sentence`` (the result in words), ``origins``,
        ``n_left_out`` (at each), ``horizon``, ``unit``, ``target``, ``level``, ``observation_end``.

    Raises
    ------
    ContractError
        If columns are missing or lines are invalid.
    InputTypeError, InputError
        If an option is out of range, the table is too short for the origins, nobody bought in a
        horizon, or a summary breaks a model's rules.

    References
    ----------
    Wuebben and Wangenheim (2008), "Instant Customer Base Analysis: Managerial Heuristics Often
    'Get It Right'", Journal of Marketing 72(3). The one-standard-error rule: Hastie, Tibshirani
    and Friedman (2009), The Elements of Statistical Learning, section 7.10.

    Examples
    --------
    >>> from crmlab.datasets import load_cdnow
    >>> from crmlab.ltv import BetaGeoNBD
    >>> table = backtest(
    ...     load_cdnow(sample=True), {"BG/NBD": BetaGeoNBD()}, horizon=13, n_origins=2
    ... )
    >>> table[["model", "rmse", "total_error", "use"]].round(2)
                     model  rmse  total_error    use
    0               BG/NBD  0.63         0.10   True
    1          class means  0.70         0.07  False
    2     everyone average  0.77         0.22  False
    3  same as last period  0.77         0.22  False
    """
    check_choice("unit", unit, ["D", "W", "M"])
    check_choice("target", target, ["purchases", "spend"])
    check_fraction("level", level, open_ends=True)
    check_count("seed", seed, minimum=0)
    n_origins = check_count("n_origins", n_origins)
    length = _whole_days("horizon", horizon, unit)
    history = length if min_history is None else _whole_days("min_history", min_history, unit)
    models, spend = _check_models(models), _check_spend(spend, target)
    contest = _Contest(models, spend, length / UNIT_DAYS[unit], float(level), seed)
    first, days = find_days(transactions, observation_end, length, history, n_origins)
    tables = [summarise_on(transactions, day, unit, target, first) for day in days]
    rows, losses = [], []
    for origin in make_origins(tables, days, contest.horizon):
        for forecast in contest.forecasts(origin):
            rows.append(measure(forecast, origin))
            losses.append(count_losses(forecast, origin))
    detail = pd.DataFrame(rows)
    verdict = rank(detail, losses)
    table = detail.drop(columns="n_params") if by_origin else verdict
    table.attrs = {
        "sentence": describe(verdict, target, f"{contest.horizon:g} {_UNIT_WORDS[unit]}"),
        "origins": [day.isoformat() for day in days[1:-1]],
        "n_left_out": detail.groupby("origin")["n_left_out"].first().tolist(),
        "horizon": contest.horizon,
        "unit": unit,
        "target": target,
        "level": contest.level,
        "observation_end": days[-1].isoformat(),
    }
    return table


# ----------------------------------------------------------------------------------- what is asked


def _whole_days(name: str, value: float, unit: str) -> int:
    """Return a length of time as whole days, at least one."""
    days = check_number(name, value) * UNIT_DAYS[unit]
    if round(days) < 1:
        raise InputError(f"`{name}` must be at least one day; got {value!r} {unit!r}.")
    return round(days)


def _check_models(models: Mapping[str, RepeatModel] | None) -> dict[str, RepeatModel]:
    if models is None:
        return {
            "BG/NBD": BetaGeoNBD(),
            "MBG/NBD": ModifiedBetaGeoNBD(),
            "Pareto/NBD": ParetoNBD(),
        }
    if not isinstance(models, Mapping):
        raise InputTypeError(
            "`models` must be a dict of models by name, such as {'BG/NBD': BetaGeoNBD()}; "
            f"got {type(models).__name__}."
        )
    for name, model in models.items():
        if name in BASELINES:
            raise InputError(f"`models` must not use the name of a baseline; got {name!r}.")
        check_members(f"models[{name!r}]", model, RepeatModel)
        if "T" not in model.columns:
            raise InputTypeError(
                f"`models[{name!r}]` must be a model of purchases in continuous time; "
                f"got {type(model).__name__}."
            )
    return dict(models)


def _check_spend(spend: SpendModel | None, target: Target) -> SpendModel | None:
    if target == "purchases":
        if spend is not None:
            raise InputError("`spend` is used with target='spend' only; got one for purchases.")
        return None
    if spend is None:
        return GammaGamma()
    check_members("spend", spend, SpendModel)
    return spend


# ---------------------------------------------------------------------------------- the forecasts


def _fit_copy(model: Any, known: pd.DataFrame) -> Any:
    """Fit a copy of a model, whose `fit` may return it or nothing."""
    copy = clone(model, safe=False)
    fitted = copy.fit(known)
    return copy if fitted is None else fitted


@dataclass(frozen=True)
class _Contest:
    """Models and baselines that forecast from the same origins."""

    models: dict[str, RepeatModel]
    spend: SpendModel | None
    horizon: float
    level: float
    seed: int

    def forecasts(self, origin: Origin) -> Iterator[Forecast]:
        for name, expected in forecast_naively(origin).items():
            yield Forecast(name, "naive", expected)
        for name, model in self.models.items():
            try:
                yield self._forecast(name, model, origin)
            except ConvergenceError as error:
                yield Forecast(name, "model", None, reason=str(error))

    def _forecast(self, name: str, model: RepeatModel, origin: Origin) -> Forecast:
        known = origin.known
        fitted = _fit_copy(model, known)
        expected = fitted.purchases(fitted.theta_, fitted.read(known), self.horizon)
        spend = None
        if self.spend is not None:
            spend = _fit_copy(self.spend, known)
            past = spend.read(known)
            spend.check_expected(spend.theta_, past)
            expected = expected * spend.expected(spend.theta_, past)
        n_params = len(fitted.theta_)
        total, customer = self._coverage(fitted, spend, origin)
        return Forecast(
            name, "model", expected, n_params, total_coverage=total, customer_coverage=customer
        )

    def _coverage(
        self, fitted: RepeatModel, spend: SpendModel | None, origin: Origin
    ) -> tuple[float, float]:
        """Whether the interval held the total, and the share of customers whose interval held."""
        fits: list[RepeatModel | SpendModel] = [fitted] if spend is None else [fitted, spend]
        if any(each.theta_covariance_ is None for each in fits):
            return math.nan, math.nan
        known, actual = origin.known, origin.actual
        options: dict[str, Any] = {
            "spend": spend, "level": self.level, "n_draws": _N_DRAWS, "seed": self.seed
        }  # fmt: skip
        total = predictive_intervals(fitted, known, self.horizon, total=True, **options)
        rng = np.random.default_rng(self.seed)
        some = np.sort(rng.permutation(len(known))[:_SAMPLE])
        each = predictive_intervals(fitted, known.iloc[some], self.horizon, **options)
        return (
            float(interval_coverage(total, [actual.sum()])["estimate"].iloc[0]),
            float(interval_coverage(each, actual[some])["estimate"].iloc[0]),
        )
