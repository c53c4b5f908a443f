"""What makes customers leave sooner: Cox's model, and whether its assumption holds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import chi2, norm

from crmlab._checks import check_columns, check_fraction
from crmlab._errors import InputError, InputTypeError
from crmlab._types import Floats, Ints
from crmlab.churn._times import Times, numbers_of, read_times

__all__ = ["cox_hazards"]

_MOST_STEPS = 50
_FARTHEST = 20.0  # log hazard ratio of one standard deviation: exp(20) is no finite effect
_DOUBTFUL = 0.05  # p-value below which the effect is said to change with time


@dataclass(frozen=True)
class _Events:
    """Who could have left whenever somebody did, in order of time; ties by Efron's method."""

    times: Times
    x: Floats  # covariates, centred and scaled
    grid: Floats  # distinct times at which somebody left
    first: Ints  # for each leaver: number of the time, and share of the tied already gone
    gone: Floats

    def sums(self, beta: Floats) -> tuple[Floats, Floats, Floats]:
        """Weighted sums over those at risk, at each leaver's turn: of 1, of x, of xx'."""
        weight = np.exp(self.x @ beta)
        n = self.x.shape[1]
        product = (self.x[:, :, None] * self.x[:, None, :]).reshape(-1, n * n)
        parts = weight[:, None] * np.column_stack([np.ones(len(weight)), self.x, product])
        risk = self._sum_from(self.times.duration, parts) - self._sum_from(self.times.entry, parts)
        left = self.times.event == 1
        tied = np.zeros((self.grid.size, parts.shape[1]))
        np.add.at(tied, np.searchsorted(self.grid, self.times.duration[left]), parts[left])
        at = self.first
        seen = risk[at] - self.gone[:, None] * tied[at]
        return seen[:, 0], seen[:, 1 : n + 1], seen[:, n + 1 :].reshape(-1, n, n)

    def _sum_from(self, moments: Floats, parts: Floats) -> Floats:
        """Sums over the customers whose moment is at a time or later, for each time."""
        order = np.argsort(moments, kind="stable")
        after = np.zeros((len(parts) + 1, parts.shape[1]))
        after[:-1] = np.cumsum(parts[order][::-1], axis=0)[::-1]
        return after[np.searchsorted(moments[order], self.grid, side="left")]

    def look(self, beta: Floats) -> tuple[float, Floats, Floats, Floats]:
        """Log-likelihood; and for each leaver x less its mean at risk, and the covariance."""
        weight, mean, square = self.sums(beta)
        mean = mean / weight[:, None]
        covariance = square / weight[:, None, None] - mean[:, :, None] * mean[:, None, :]
        x = self.x[self.times.event == 1][self._order()]
        value = float((x @ beta - np.log(weight)).sum())
        return value, x - mean, covariance, weight

    def _order(self) -> np.ndarray:
        return np.argsort(self.times.duration[self.times.event == 1], kind="stable")


def cox_hazards(
    table: pd.DataFrame,
    covariates: Sequence[str],
    *,
    duration: str = "duration",
    event: str = "event",
    entry: str | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Estimate how much each covariate raises or lowers the rate at which customers leave.

    The partial likelihood with Efron's method for customers who leave at the same time. Beside
    each ratio stands a test of what the model assumes, that the ratio is the same at all times,
    and what it means in words.

    Parameters
    ----------
    table : DataFrame
        One row per customer. Text must be turned into flags first (`pandas.get_dummies` with
        ``drop_first=True``).
    covariates : sequence of str
        Columns of numbers or flags.
    duration, event : str, default="duration", "event"
        Columns as in `kaplan_meier`.
    entry : str, optional
        Column with the time from which a customer was watched, see `kaplan_meier`.
    level : float, default=0.95
        Level of the limits, in (0, 1).

    Returns
    -------
    DataFrame
        Index `covariate`; columns

        * `coefficient`, `standard_error` : of the logarithm of the hazard ratio
        * `hazard_ratio`, `lower`, `upper`, `level` : times as high a rate for one unit more
        * `p_value` : of a ratio of 1 (Wald)
        * `proportional_p` : of a ratio that does not change with time (score test on
          1 - Kaplan-Meier)
        * `proportional` : the same in words
        * `log_likelihood`, `n_customers`, `n_events` : of the whole fit, in every row

    Raises
    ------
    InputError
        If a column is missing, holds text or missing values, is constant or a combination of
        others; if nobody or hardly anybody left; or if a covariate separates those who left from
        the others, so that its ratio has no finite value.

    References
    ----------
    Cox, D. R. (1972). Regression models and life-tables. JRSS B 34. Efron, B. (1977). The
    efficiency of Cox's likelihood function for censored data. JASA 72. Grambsch, P. and
    Therneau, T. (1994). Proportional hazards tests and diagnostics based on weighted residuals.
    Biometrika 81.

    Examples
    --------
    >>> left = pd.DataFrame(
    ...     {"duration": [3, 5, 6, 8, 9, 12], "event": [1, 1, 0, 1, 1, 0],
    ...      "far_away": [1, 0, 1, 1, 0, 0]}
    ... )
    >>> found = cox_hazards(left, ["far_away"])
    >>> found[["coefficient", "hazard_ratio", "p_value"]].round(3)
               coefficient  hazard_ratio  p_value
    covariate
    far_away         1.073         2.924    0.385
    >>> found.loc["far_away", "proportional"]
    'no sign that it changes (p = 0.82)'
    """
    events, scale, names = _read(table, covariates, duration, event, entry)
    check_fraction("level", level, open_ends=True)
    beta, value, residual, covariance = _climb(events, names)
    information = covariance.sum(axis=0)
    inverse = np.linalg.inv(information)
    coefficient, error = beta / scale, np.sqrt(np.diag(inverse)) / scale
    z = norm.ppf((1 + level) / 2)
    p_changes, direction = _test_proportional(events, residual, covariance)
    return pd.DataFrame(
        {
            "coefficient": coefficient,
            "standard_error": error,
            "hazard_ratio": np.exp(coefficient),
            "lower": np.exp(coefficient - z * error),
            "upper": np.exp(coefficient + z * error),
            "level": level,
            "p_value": 2 * norm.sf(np.abs(coefficient / error)),
            "proportional_p": p_changes,
            "proportional": [
                _say(p, rises) for p, rises in zip(p_changes, direction > 0, strict=True)
            ],
            "log_likelihood": value,
            "n_customers": len(events.x),
            "n_events": int(events.times.event.sum()),
        },
        index=pd.Index(names, name="covariate"),
    )


def _say(p: float, rises: bool) -> str:
    if p >= _DOUBTFUL:
        return f"no sign that it changes (p = {p:.2f})"
    told = "below 0.001" if p < 0.001 else f"{p:.3f}"
    way = "rises" if rises else "falls"
    return f"the ratio {way} with time (p {told}): one number does not tell it"


def _read(
    table: pd.DataFrame, covariates: Sequence[str], duration: str, event: str, entry: str | None
) -> tuple[_Events, Floats, list[str]]:
    """The customers ready for the likelihood, the scale of each covariate, and its name."""
    if not isinstance(table, pd.DataFrame):
        raise InputTypeError(f"`table` must be a DataFrame; got {type(table).__name__}.")
    if isinstance(covariates, str) or not len(list(covariates)):
        raise InputTypeError("`covariates` must be a list of columns, such as ['plan_basic'].")
    for option, column in {"duration": duration, "event": event, "entry": entry}.items():
        if not isinstance(column, str) and not (option == "entry" and column is None):
            raise InputTypeError(f"`{option}` must be the name of a column; got {column!r}.")
    names = list(covariates)
    check_columns(table.columns, [duration, event, *([entry] if entry else [])], what="`table`")
    times = read_times(table[duration], table[event], table[entry] if entry else None)
    raw = numbers_of(table, names, what="table")
    spread = raw.std(axis=0)
    flat = [name for name, s, m in zip(names, spread, raw.mean(axis=0), strict=True)
            if s <= 1e-12 * max(1.0, abs(m))]  # fmt: skip
    if flat:
        raise InputError(f"`covariates` must vary; {flat[0]!r} is the same for all. Leave it out.")
    if times.event.sum() < len(names) + 1:
        raise InputError(
            f"`event` must be true for more customers than there are covariates, {len(names)}; "
            f"got {int(times.event.sum())}."
        )
    x = (raw - raw.mean(axis=0)) / spread
    if np.linalg.matrix_rank(x, tol=1e-8 * np.sqrt(len(x))) < len(names):
        raise InputError(
            "`covariates` must not say the same twice: one of "
            f"{', '.join(map(repr, names))} is a combination of others. Leave one out."
        )
    when = np.sort(times.duration[times.event == 1])
    grid, first, count = np.unique(when, return_inverse=True, return_counts=True)
    turn = np.arange(when.size) - np.concatenate([[0], count.cumsum()[:-1]])[first]
    return _Events(times, x, grid, first, turn / count[first]), spread, names


def _climb(events: _Events, names: list[str]) -> tuple[Floats, float, Floats, Floats]:
    """Newton steps to the top of the partial likelihood, halved where they overshoot."""
    beta = np.zeros(len(names))
    value, residual, covariance, _ = events.look(beta)
    for _ in range(_MOST_STEPS):
        gradient, information = residual.sum(axis=0), covariance.sum(axis=0)
        step = np.linalg.lstsq(information, gradient, rcond=None)[0]
        if gradient @ step < 1e-12:
            return beta, value, residual, covariance
        while (found := events.look(beta + step))[0] < value - 1e-9 and np.abs(step).max() > 1e-12:
            step = step / 2
        beta, (value, residual, covariance, _) = beta + step, found
        far = np.abs(beta) > _FARTHEST
        if far.any():
            _refuse_separation(names[int(far.argmax())])
    return _refuse_separation(names[int(np.abs(beta).argmax())])


def _refuse_separation(name: str) -> tuple[Floats, float, Floats, Floats]:
    raise InputError(
        f"`covariates` must leave a finite answer; {name!r} separates the customers who left from "
        "those who did not, so that its ratio has no limit. Leave it out, or join rare groups."
    )


def _test_proportional(
    events: _Events, residual: Floats, covariance: Floats
) -> tuple[Floats, Floats]:
    """Score test of an interaction with time for each covariate, and its direction."""
    clock = _kaplan_meier_clock(events)
    clock = clock - clock.mean()
    score = clock @ residual
    plain = covariance.sum(axis=0)
    mixed = np.tensordot(clock, covariance, axes=1)
    squared = np.tensordot(clock**2, covariance, axes=1)
    own = np.array([squared[j, j] - mixed[j] @ np.linalg.solve(plain, mixed[j])
                    for j in range(len(score))])  # fmt: skip
    # All customers who leave at one time leave no time to compare.
    known = own > 1e-12 * np.maximum(np.diag(squared), 1e-300)
    statistic = np.where(known, score**2 / np.where(known, own, 1.0), 0.0)
    return chi2.sf(statistic, 1), score


def _kaplan_meier_clock(events: _Events) -> Floats:
    """One minus the Kaplan-Meier curve just before each leaver's time."""
    left = np.bincount(events.first).astype(float)
    curve = np.cumprod(1 - left / events.times.at_risk(events.grid))
    return (1 - np.concatenate([[1.0], curve[:-1]]))[events.first]
