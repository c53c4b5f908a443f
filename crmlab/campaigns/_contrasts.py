"""One treated arm against its control: estimate, z, and limits at any critical value."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import lambertw
from scipy.stats import t

from crmlab._checks import check_size, check_vector
from crmlab._errors import InputError
from crmlab._types import Floats
from crmlab.campaigns._rates import difference_limits, score_of_difference

__all__ = [
    "Contrast",
    "adjust_p",
    "always_critical",
    "always_p",
    "compare_adjusted",
    "compare_means",
    "compare_rates",
    "level_of_each",
    "read_covariates",
]


@dataclass(frozen=True)
class Contrast:
    """A difference between two arms, and how far chance moves it.

    Parameters
    ----------
    sizes : tuple of int
        Customers, treated and controls.
    means : tuple of float
        Of the outcome, treated and controls.
    estimate : float
        Difference, after adjustment.
    z : float
        Estimate in standard errors where there is no effect.
    freedom : float
        Degrees of freedom of `z`, infinite where it is normal.
    limits : callable
        From a critical value to the lower and the upper limit.
    method : str
    saved : float
        Share of the variance that the covariates took off.
    """

    sizes: tuple[int, int]
    means: tuple[float, float]
    estimate: float
    z: float
    freedom: float
    limits: Callable[[float], tuple[float, float]]
    method: str
    saved: float = 0.0

    @property
    def p_value(self) -> float:
        """Probability of a difference so large, either way, by chance."""
        return float(2 * t.sf(abs(self.z), self.freedom))

    def fixed_limits(self, level: float) -> tuple[float, float]:
        """Limits for one look, at a size chosen before."""
        return self.limits(float(t.isf((1 - level) / 2, self.freedom)))


def compare_rates(successes: tuple[int, int], sizes: tuple[int, int]) -> Contrast:
    """Two counts, by scores: they hold where nobody responds, too."""

    def limits(critical: float) -> tuple[float, float]:
        return difference_limits(successes, sizes, critical=critical)

    one, other = successes[0] / sizes[0], successes[1] / sizes[1]
    z = score_of_difference(successes, sizes)
    return Contrast(sizes, (one, other), one - other, z, np.inf, limits, "score")


def compare_means(treated: Floats, controls: Floats) -> Contrast:
    """Two means with variances of their own: Welch."""
    return _from_variances((treated, controls), _gap(treated, controls), _variances, "Welch")


def compare_adjusted(
    treated: Floats, controls: Floats, known_treated: Floats, known_controls: Floats
) -> Contrast:
    """Two means, each moved along its own regression to what both arms were like before."""
    known = np.vstack([known_treated, known_controls])
    centre = known.mean(axis=0)
    fits = [
        _regress(y, x - centre)
        for y, x in ((treated, known_treated), (controls, known_controls))
    ]  # fmt: skip
    tilt = fits[0].slopes - fits[1].slopes
    spread = float(tilt @ np.atleast_2d(np.cov(known.T)) @ tilt) / len(known)
    estimate = fits[0].intercept - fits[1].intercept
    plain = sum(_variances(treated, controls))
    found = _from_variances(
        (treated, controls),
        estimate,
        lambda *_: (fits[0].variance, fits[1].variance),
        "regression",
        n_known=known.shape[1],
        extra=spread,
    )
    left = (fits[0].variance + fits[1].variance + spread) / plain
    return Contrast(**(found.__dict__ | {"saved": 1 - left}))


@dataclass(frozen=True)
class _Fit:
    intercept: float
    slopes: Floats
    variance: float  # of the intercept


def _regress(outcome: Floats, known: Floats) -> _Fit:
    design = np.column_stack([np.ones(len(known)), known])
    found: Floats = np.linalg.lstsq(design, outcome, rcond=None)[0].astype("float64")
    left = outcome - design @ found
    freedom = len(outcome) - design.shape[1]
    return _Fit(float(found[0]), found[1:], float(left @ left) / freedom / len(outcome))


def _gap(treated: Floats, controls: Floats) -> float:
    return float(treated.mean() - controls.mean())


def _variances(treated: Floats, controls: Floats) -> tuple[float, float]:
    return (
        float(treated.var(ddof=1)) / treated.size,
        float(controls.var(ddof=1)) / controls.size,
    )


def _from_variances(
    arms: tuple[Floats, Floats],
    estimate: float,
    variances: Callable[[Floats, Floats], tuple[float, float]],
    method: str,
    *,
    n_known: int = 0,
    extra: float = 0.0,
) -> Contrast:
    for outcome in arms:
        if outcome.size < n_known + 2:
            raise InputError(
                f"`outcome` must have at least {n_known + 2} customers in each arm; one has "
                f"{outcome.size}. One customer says nothing about how customers differ: wait for "
                "more."
            )
    parts = variances(*arms)
    total = sum(parts) + extra
    scale = max(np.abs(arms[0]).max(), np.abs(arms[1]).max())
    if total <= 1e-24 * scale**2:
        raise InputError(
            "`outcome` must differ between customers of an arm; all are alike. Limits would have "
            "no width: wait for more outcomes, or take a larger test."
        )
    freedom = 1 / sum(  # of shares: squares of large variances would be beyond all numbers
        (part / sum(parts)) ** 2 / (outcome.size - 1 - n_known)
        for part, outcome in zip(parts, arms, strict=True)
    )
    error = float(np.sqrt(total))

    def limits(critical: float) -> tuple[float, float]:
        return estimate - critical * error, estimate + critical * error

    sizes, means = (arms[0].size, arms[1].size), (float(arms[0].mean()), float(arms[1].mean()))
    return Contrast(sizes, means, estimate, estimate / error, freedom, limits, method)


def read_covariates(covariate: object, n_customers: int) -> Floats:
    """Numbers known before the test, one row per customer."""
    columns = getattr(covariate, "columns", None)
    names = ["covariate"] if columns is None else list(columns)
    parts = [covariate] if columns is None else [covariate[name] for name in names]  # type: ignore[index]
    found = []
    for name, part in zip(names, parts, strict=True):
        values = check_vector(str(name), part, negative=True, flags=True)
        check_size(str(name), values)
        if values.size != n_customers:
            raise InputError(
                f"`covariate` must have one row per customer, {n_customers:,}; got {values.size:,}."
            )
        if (values == values[0]).all():
            raise InputError(
                f"`{name}` must differ between customers; all have {values[0]:g}. It says nothing "
                "about the outcome: leave it out."
            )
        found.append(values)
    return np.column_stack(found)


# --- limits that hold however often one looks -------------------------------------------------


def _grain(n: float, planned: float, alpha: float) -> float:
    """Information so far, in units of the mixture that is tightest at the planned size."""
    best = float(-lambertw(-(alpha**2) / np.e, -1).real) - 1
    return best * n / planned


def always_critical(n: float, planned: float, alpha: float) -> float:
    """Standard errors that a running mean leaves with probability alpha, at whatever size.

    Robbins' boundary by a normal mixture.
    """
    grain = _grain(n, planned, alpha)
    return float(np.sqrt((1 + 1 / grain) * np.log((1 + grain) / alpha**2)))


def always_p(z: float, n: float, planned: float, alpha: float) -> float:
    """Smallest probability at which the boundary through this z would be crossed."""
    grain = _grain(n, planned, alpha)
    power = -min(z * z, 1e6) * grain / (2 * (1 + grain))
    return float(min(1.0, np.exp(0.5 * np.log1p(grain) + power)))


# --- many tests at once -----------------------------------------------------------------------


def adjust_p(p_values: Floats, correction: str) -> Floats:
    """P-values corrected by Holm or by Benjamini and Hochberg."""
    n = p_values.size
    order = np.argsort(p_values, kind="stable")
    ranked = p_values[order]
    if correction == "none" or n == 1:
        return p_values.copy()
    if correction == "holm":
        steps = np.maximum.accumulate(ranked * np.arange(n, 0, -1))
    else:
        steps = np.minimum.accumulate((ranked * n / np.arange(1, n + 1))[::-1])[::-1]
    adjusted = np.empty(n)
    adjusted[order] = np.minimum(steps, 1.0)
    return adjusted


def level_of_each(adjusted: Floats, correction: str, level: float) -> float:
    """Level of each interval so that all of them hold, or so many of those selected."""
    if correction == "none":
        return level
    alpha = 1 - level
    kept = 1 if correction == "holm" else max(int((adjusted <= alpha).sum()), 1)
    return 1 - alpha * kept / adjusted.size
