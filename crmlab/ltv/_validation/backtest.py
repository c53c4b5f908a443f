"""Rolling origins: which model, or which naive rival, would have forecast best so far."""

import math
import numbers
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from sklearn.base import clone

from crmlab._checks import check_choice, check_count, check_fraction
from crmlab._periods import Day
from crmlab._units import UNIT_DAYS
from crmlab.ltv._fitting.errors import ConvergenceError
from crmlab.ltv._fitting.maximum import Floats
from crmlab.ltv._forecasting.predict import predictive_intervals
from crmlab.ltv._noncontract.beta_geo import BetaGeoNBD, ModifiedBetaGeoNBD
from crmlab.ltv._noncontract.continuous_model import ContinuousModel
from crmlab.ltv._noncontract.pareto import ParetoNBD
from crmlab.ltv._spend.gamma_gamma import GammaGamma
from crmlab.ltv._validation.coverage import interval_coverage
from crmlab.ltv._validation.holdout import top_decile_captured
from crmlab.ltv._validation.origins import (
    RIVALS,
    Origin,
    Target,
    origin_days,
    origins_of,
    rivals_of,
    summary_on,
)

__all__ = ["backtest"]

_RMSE_TOLERANCE = 0.01  # relative difference that decides nothing
_TOTAL_TOLERANCE = 0.05  # difference of the total's error that decides nothing
_SAMPLE = 2_000  # customers for whom the coverage of intervals is counted
_N_DRAWS = 200
_UNIT_WORDS = {"D": "days", "W": "weeks", "M": "months"}
_MEASURES = [
    "mae", "rmse", "total_error", "correlation", "top_decile_captured", "total_coverage",
    "customer_coverage",
]  # fmt: skip
_COLUMNS = [
    "model", "kind", "origins", "failed", "mae", "rmse", "total_error", "abs_total_error",
    "correlation", "top_decile_captured", "total_coverage", "customer_coverage", "rank", "use",
    "reason",
]  # fmt: skip


def backtest(
    transactions: Any,
    models: Mapping[str, Any] | None = None,
    *,
    horizon: float,
    n_origins: int = 3,
    unit: Literal["D", "W", "M"] = "W",
    target: Target = "purchases",
    spend: GammaGamma | None = None,
    observation_end: Day | None = None,
    min_history: float | None = None,
    level: float = 0.9,
    seed: int = 0,
    by_origin: bool = False,
) -> pd.DataFrame:
    """Forecast from several past days what is known by now, and compare models with naive rivals.

    The last origin lies one horizon before the end, each earlier one a horizon before the next.
    At each origin the models are fitted to what was known then and forecast the horizon after it,
    customer by customer. So do three rivals that anyone can compute:

    * "everyone average": each customer brings what the average customer of the previous origin
      brought in the horizon just past;
    * "same as last period": each brings the same as in the horizon just past, a first purchase
      included;
    * "class means": each brings what customers of the same class at the previous origin brought
      since. Classes are five by five at most: quintiles, at the previous origin, of repeat
      purchases per time observed (one horizon at least) and of the time since the last purchase.
      A class that was empty takes the average of everyone.

    Where nobody had a history yet at the previous origin, the first and the last use the average
    of the horizon just past over all customers.

    One row is marked in `use`, by three steps:

    1. The forecast with the smallest `rmse`, and those hardly worse: by at most 1 percent, or by
       at most one standard error of the difference, customer by customer. Squared errors are
       smallest for the *mean*, and means add up to totals; absolute errors are smallest for the
       median, which is no purchase at all for most customers of most shops.
    2. Of these, those whose total is off by at most 5 points more than the best's.
    3. Of these, the simplest: a rival before a model, then fewer parameters, then the order given.

    A model that failed at an origin is not used.

    Parameters
    ----------
    transactions : DataFrame or ibis.Table
        Canonical transactions: ``customer_id``, ``date``, ``amount``.
    models : dict of str to estimator, optional
        `BetaGeoNBD`, `ModifiedBetaGeoNBD`, `ParetoNBD` or `NBD` by name, without covariates; they
        are cloned, not changed.
        Default: BG/NBD, MBG/NBD and Pareto/NBD. An empty dict compares the rivals alone.
    horizon : float
        How far to forecast, in `unit`; rounded to whole days.
    n_origins : int, default=3
        Number of days to forecast from.
    unit : {"D", "W", "M"}, default="W"
        Unit of time.
    target : {"purchases", "spend"}, default="purchases"
        What to forecast: purchases, or currency.
    spend : GammaGamma, optional
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
            number of origins it is judged on, and at which it could not be fitted;
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
            interval held (of 2,000 drawn at random where there are more). Rivals have no
            intervals, theirs is missing. Seasons and trends are in no interval, and in a large
            base they are what moves the total;
        ``rank``
            1 for the smallest `rmse`; those that failed come last;
        ``use``
            True for the one to use;
        ``reason``
            why it failed, else empty.

        With `by_origin` one row per origin and model: `origin` (last day known), `model`, `kind`,
        `n_customers`, `n_left_out` (who first bought on that very day: they show nothing yet),
        `actual_total`, `expected_total`, the measures above, `failed` (bool) and `reason`.

        ``attrs``: ``sentence`` (the result in words), ``origins``, ``n_left_out`` (at each),
        ``horizon``, ``unit``, ``target``, ``level``, ``observation_end``.

    Raises
    ------
    ContractError
        If columns are missing or lines are invalid.
    TypeError, ValueError
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
    models, spend = _checked_models(models), _checked_spend(spend, target)
    contest = _Contest(models, spend, length / UNIT_DAYS[unit], float(level), seed)
    first, days = origin_days(transactions, observation_end, length, history, n_origins)
    tables = [summary_on(transactions, day, unit, target, first) for day in days]
    rows, losses = [], []
    for origin in origins_of(tables, days, contest.horizon):
        for forecast in contest.forecasts(origin):
            rows.append(_measured(forecast, origin))
            losses.append(_loss(forecast, origin))
    detail = pd.DataFrame(rows)
    verdict = _verdict(detail, losses)
    table = detail.drop(columns="n_params") if by_origin else verdict
    table.attrs = {
        "sentence": _sentence(verdict, target, f"{contest.horizon:g} {_UNIT_WORDS[unit]}"),
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
    """A length of time as whole days, at least one."""
    if isinstance(value, bool) or not isinstance(value, numbers.Real):
        raise TypeError(f"`{name}` must be a number; got {value!r}.")
    if not math.isfinite(value) or round(float(value) * UNIT_DAYS[unit]) < 1:
        raise ValueError(f"`{name}` must be finite and at least one day; got {value!r} {unit!r}.")
    return round(float(value) * UNIT_DAYS[unit])


def _checked_models(models: Mapping[str, Any] | None) -> dict[str, Any]:
    if models is None:
        return {
            "BG/NBD": BetaGeoNBD(),
            "MBG/NBD": ModifiedBetaGeoNBD(),
            "Pareto/NBD": ParetoNBD(),
        }
    if not isinstance(models, Mapping):
        raise TypeError(
            "`models` must be a dict of models by name, such as {'BG/NBD': BetaGeoNBD()}; "
            f"got {type(models).__name__}."
        )
    for name, model in models.items():
        if name in RIVALS:
            raise ValueError(f"`models` must not use the name of a rival; got {name!r}.")
        if not isinstance(model, ContinuousModel):
            got = model.__name__ if isinstance(model, type) else type(model).__name__
            raise TypeError(
                "`models` must hold models of purchases in continuous time, such as BetaGeoNBD(); "
                f"got {got} for {name!r}."
            )
    return dict(models)


def _checked_spend(spend: GammaGamma | None, target: Target) -> GammaGamma | None:
    if target == "purchases":
        if spend is not None:
            raise ValueError("`spend` is used with target='spend' only; got one for purchases.")
        return None
    if spend is not None and not isinstance(spend, GammaGamma):
        raise TypeError(f"`spend` must be a GammaGamma; got {type(spend).__name__}.")
    return GammaGamma() if spend is None else spend


# ---------------------------------------------------------------------------------- the forecasts


@dataclass(frozen=True)
class _Forecast:
    """What was forecast at an origin; `expected` is None where the model could not be fitted."""

    name: str
    kind: str
    expected: Floats | None
    n_params: int = 0
    reason: str = ""
    total_coverage: float = math.nan
    customer_coverage: float = math.nan


@dataclass(frozen=True)
class _Contest:
    """Models and rivals that forecast from the same origins."""

    models: dict[str, Any]
    spend: GammaGamma | None
    horizon: float
    level: float
    seed: int

    def forecasts(self, origin: Origin) -> Iterator[_Forecast]:
        for name, expected in rivals_of(origin).items():
            yield _Forecast(name, "naive", expected)
        for name, model in self.models.items():
            try:
                yield self._forecast(name, model, origin)
            except ConvergenceError as error:
                yield _Forecast(name, "model", None, reason=str(error))

    def _forecast(self, name: str, model: Any, origin: Origin) -> _Forecast:
        fitted = clone(model).fit(origin.known)
        expected = fitted.expected_purchases(origin.known, self.horizon).to_numpy()
        spend = None
        if self.spend is not None:
            spend = clone(self.spend).fit(origin.known)
            expected = expected * spend.expected_spend(origin.known).to_numpy()
        n_params = len(fitted.params_)
        total, customer = self._coverage(fitted, spend, origin)
        return _Forecast(
            name, "model", expected, n_params, total_coverage=total, customer_coverage=customer
        )

    def _coverage(
        self, fitted: Any, spend: GammaGamma | None, origin: Origin
    ) -> tuple[float, float]:
        """Whether the interval held the total, and the share of customers whose interval held."""
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


# ------------------------------------------------------------------------------------- the verdict


def _measured(forecast: _Forecast, origin: Origin) -> dict[str, Any]:
    """A row of the detail: how a forecast compares with what came."""
    row: dict[str, Any] = {
        "origin": pd.Timestamp(origin.day),
        "model": forecast.name,
        "kind": forecast.kind,
        "n_customers": len(origin.known),
        "n_left_out": origin.n_left_out,
        "actual_total": float(origin.actual.sum()),
        "expected_total": math.nan,
    }
    row |= dict.fromkeys(_MEASURES, math.nan)
    if forecast.expected is not None:
        error = forecast.expected - origin.actual
        row |= {
            "expected_total": float(forecast.expected.sum()),
            "mae": float(np.abs(error).mean()),
            "rmse": math.sqrt(float((error**2).mean())),
            "total_error": float(error.sum() / origin.actual.sum()),
            "correlation": _correlation(forecast.expected, origin.actual),
            "top_decile_captured": top_decile_captured(forecast.expected, origin.actual),
        }
    return row | {
        "total_coverage": forecast.total_coverage,
        "customer_coverage": forecast.customer_coverage,
        "failed": forecast.expected is None,
        "reason": forecast.reason,
        "n_params": forecast.n_params,
    }


def _correlation(expected: Floats, actual: Floats) -> float:
    if np.ptp(expected) == 0 or np.ptp(actual) == 0:
        return math.nan
    return float(np.corrcoef(expected, actual)[0, 1])


def _loss(forecast: _Forecast, origin: Origin) -> pd.Series | None:
    """Each customer's part in the mean squared error."""
    if forecast.expected is None:
        return None
    loss = (forecast.expected - origin.actual) ** 2 / len(origin.known)
    return pd.Series(loss, index=origin.known.index)


def _verdict(detail: pd.DataFrame, losses: list[pd.Series | None]) -> pd.DataFrame:
    """One row per model, ranked, with the one to use."""
    detail = detail.assign(mse=detail["rmse"] ** 2, abs_total_error=detail["total_error"].abs())
    groups = detail.groupby("model", sort=False)
    table = groups[[*_MEASURES, "mse", "abs_total_error"]].mean()
    table = table.assign(
        rmse=np.sqrt(table["mse"]),
        kind=groups["kind"].first(),
        n_params=groups["n_params"].max(),
        origins=groups.size() - groups["failed"].sum(),
        failed=groups["failed"].sum(),
        reason=groups["reason"].agg(lambda each: " / ".join(filter(None, dict.fromkeys(each)))),
        order=np.arange(len(table)),
        fails=groups["failed"].any(),
    ).sort_values(["fails", "rmse", "n_params", "order"])
    chosen = _chosen(table[~table["fails"]], _by_model(detail, losses))
    table = table.assign(rank=np.arange(1, len(table) + 1), use=table.index == chosen)
    return table.reset_index()[_COLUMNS]


def _by_model(detail: pd.DataFrame, losses: list[pd.Series | None]) -> dict[str, pd.Series]:
    """Each model's squared errors by customer, added up over origins."""
    total: dict[str, pd.Series] = {}
    for name, loss in zip(detail["model"], losses, strict=True):
        if loss is not None:
            total[name] = total[name].add(loss, fill_value=0.0) if name in total else loss
    return total


def _chosen(table: pd.DataFrame, losses: dict[str, pd.Series]) -> str:
    """The model to use, by the rule in the docstring of `backtest`; best `rmse` comes first."""
    best = losses[table.index[0]]
    good = table[[not _is_worse(losses[name], best) for name in table.index]]
    off = good["abs_total_error"]
    close = good[off <= off.iloc[0] + _TOTAL_TOLERANCE]
    return str(close.sort_values(["n_params", "order"]).index[0])


def _is_worse(loss: pd.Series, best: pd.Series) -> bool:
    """Whether the mean squared error is larger than the best, beyond 1 % and beyond noise."""
    if loss.sum() <= best.sum() * (1 + _RMSE_TOLERANCE) ** 2:
        return False
    difference = (loss - best).to_numpy()
    n = len(difference)
    error = math.sqrt(n * float(difference.var(ddof=1))) if n > 1 else 0.0
    return float(difference.sum()) > error


def _sentence(verdict: pd.DataFrame, target: Target, ahead: str) -> str:
    """The result in words."""
    what = "purchases" if target == "purchases" else "currency units"

    def off(row: Any) -> str:
        return f"{row.rmse:,.2f} {what} per customer and {row.abs_total_error:.1%} in total"

    rows: list[Any] = list(verdict.itertuples())
    used = next(row for row in rows if row.use)
    why = "" if used.rank == 1 else ", the simplest of those that do equally well"
    text = f"Use {used.model}{why}: {ahead} ahead it was off by {off(used)}"
    others = [row for row in rows if row.kind != used.kind and not row.failed]
    if others:
        word = "naive rival" if used.kind == "model" else "model"
        text += f"; the best {word}, {others[0].model}, by {off(others[0])}"
    failed = ", ".join(str(row.model) for row in rows if row.failed)
    return text + (f"; could not always be fitted: {failed}." if failed else ".")
