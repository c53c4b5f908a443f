"""From forecasts and what came to a verdict: measures, ranks, the model to use, in words too."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from crmlab.ltv._fitting.maximum import Floats
from crmlab.ltv._validation.holdout import top_decile_captured
from crmlab.ltv._validation.origins import Origin, Target

__all__ = ["Forecast", "count_losses", "describe", "measure", "rank"]

_RMSE_TOLERANCE = 0.01  # relative difference that decides nothing
_TOTAL_TOLERANCE = 0.05  # difference of the total's error that decides nothing
_MEASURES = [
    "mae", "rmse", "total_error", "correlation", "top_decile_captured", "total_coverage",
    "customer_coverage",
]  # fmt: skip
_COLUMNS = [
    "model", "kind", "origins", "failed", "mae", "rmse", "total_error", "abs_total_error",
    "correlation", "top_decile_captured", "total_coverage", "customer_coverage", "rank", "use",
    "reason",
]  # fmt: skip


@dataclass(frozen=True)
class Forecast:
    """What was forecast at an origin; `expected` is None where the model could not be fitted."""

    name: str
    kind: str
    expected: Floats | None
    n_params: int = 0
    reason: str = ""
    total_coverage: float = math.nan
    customer_coverage: float = math.nan


def measure(forecast: Forecast, origin: Origin) -> dict[str, Any]:
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


def count_losses(forecast: Forecast, origin: Origin) -> pd.Series | None:
    """Each customer's part in the mean squared error."""
    if forecast.expected is None:
        return None
    loss = (forecast.expected - origin.actual) ** 2 / len(origin.known)
    return pd.Series(loss, index=origin.known.index)


def rank(detail: pd.DataFrame, losses: list[pd.Series | None]) -> pd.DataFrame:
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
    chosen = _choose(table[~table["fails"]], _add_by_model(detail, losses))
    table = table.assign(rank=np.arange(1, len(table) + 1), use=table.index == chosen)
    return table.reset_index()[_COLUMNS]


def _add_by_model(detail: pd.DataFrame, losses: list[pd.Series | None]) -> dict[str, pd.Series]:
    """Each model's squared errors by customer, added up over origins."""
    total: dict[str, pd.Series] = {}
    for name, loss in zip(detail["model"], losses, strict=True):
        if loss is not None:
            total[name] = total[name].add(loss, fill_value=0.0) if name in total else loss
    return total


def _choose(table: pd.DataFrame, losses: dict[str, pd.Series]) -> str:
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


def describe(verdict: pd.DataFrame, target: Target, ahead: str) -> str:
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
        word = "naive baseline" if used.kind == "model" else "model"
        text += f"; the best {word}, {others[0].model}, by {off(others[0])}"
    failed = ", ".join(str(row.model) for row in rows if row.failed)
    return text + (f"; could not always be fitted: {failed}." if failed else ".")
