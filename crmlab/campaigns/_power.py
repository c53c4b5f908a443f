"""How many customers a test needs, and what a test of a given size can see."""

import math
from typing import Literal

import pandas as pd
from scipy.optimize import brentq
from scipy.stats import nct, norm, t

from crmlab._checks import check_choice, check_fraction, check_number, check_size
from crmlab._errors import InputError

__all__ = ["detectable_effect", "power", "sample_size"]

Sides = Literal["two-sided", "one-sided"]

_LARGEST = 1e12  # customers per arm: beyond all bases


def sample_size(
    *,
    baseline_rate: float | None = None,
    rate: float | None = None,
    difference: float | None = None,
    sd: float | None = None,
    correlation: float = 0.0,
    power: float = 0.9,
    alpha: float = 0.05,
    ratio: float = 1.0,
    alternative: Sides = "two-sided",
) -> pd.DataFrame:
    """Count the customers that a test needs to see an effect with a given probability.

    Of rates (`baseline_rate` against `rate`) or of means such as money (`difference`, `sd`).

    Parameters
    ----------
    baseline_rate, rate : float, optional
        Rates expected of the control group and of the treated, in [0, 1], not the same.
    difference : float, optional
        Difference of the means to be seen, in the unit of `sd`, such as currency; not 0.
    sd : float, optional
        Standard deviation of the outcome between customers, above 0.
    correlation : float, default=0.0
        Of the outcome with what was known before, such as past spend, in (-1, 1), where `ab_test`
        will take it as `covariate`: it saves the share correlation² of the customers.
    power : float, default=0.9
        Probability of seeing the effect, in (0, 1), above `alpha`.
    alpha : float, default=0.05
        Probability of seeing one where there is none, in (0, 1).
    ratio : float, default=1.0
        Treated customers per control, above 0.
    alternative : {"two-sided", "one-sided"}, default="two-sided"
        Whether an effect of the other sign would be told, too.

    Returns
    -------
    DataFrame
        One row: `n_control`, `n_treated` (rounded up), `n_total`, `exact` (of the control group,
        before rounding), `power` at the rounded sizes, `alpha`.

    Raises
    ------
    InputError
        If a number is out of range, the two rates are the same, or both kinds or none is asked for.
    InputTypeError
        If one is not a number.

    See Also
    --------
    power : of a test of a given size. detectable_effect : what it can see.

    Notes
    -----
    Rates: the normal approximation of the test whose variance is pooled under equality, without
    the chance of an effect seen with the wrong sign, as R's ``power.prop.test``. Means: the
    non-central t distribution, as R's ``power.t.test``. A test that is looked at every day needs
    more: see the always-valid limits of `ab_test`.

    References
    ----------
    Fleiss, J. L., Levin, B. and Paik, M. C. (2003). Statistical Methods for Rates and Proportions,
    third edition, section 4.2. Deng, A., Xu, Y., Kohavi, R. and Walker, T. (2013). Improving the
    sensitivity of online controlled experiments by utilizing pre-experiment data. WSDM, 123-132.

    Examples
    --------
    >>> sample_size(baseline_rate=0.5, rate=0.75, power=0.9).round(3)
       n_control  n_treated  n_total   exact  power  alpha
    0         77         77      154  76.707  0.901   0.05

    Money varies more than it moves: 2 more on a mean whose standard deviation is 30.

    >>> sample_size(difference=2, sd=30)["n_total"].item()
    9460
    >>> sample_size(difference=2, sd=30, correlation=0.6)["n_total"].item()
    6056
    """
    wanted = _Wanted(baseline_rate, rate, difference, sd, correlation, alpha, ratio, alternative)
    chance = check_fraction("power", power, open_ends=True)
    if chance <= wanted.alpha:
        raise InputError(
            f"`power` must be above `alpha`, {wanted.alpha:g}; got {chance:g}. A coin sees as much."
        )
    effect = wanted.effect
    exact = _solve_size(wanted, effect, chance)
    control, treated = math.ceil(exact - 1e-9), math.ceil(exact * wanted.ratio - 1e-9)
    return pd.DataFrame(
        {
            "n_control": [control],
            "n_treated": [treated],
            "n_total": [control + treated],
            "exact": [exact],
            "power": [wanted.chance_of(effect, control, treated)],
            "alpha": [wanted.alpha],
        }
    )


def power(
    n: float,
    *,
    baseline_rate: float | None = None,
    rate: float | None = None,
    difference: float | None = None,
    sd: float | None = None,
    correlation: float = 0.0,
    alpha: float = 0.05,
    ratio: float = 1.0,
    alternative: Sides = "two-sided",
) -> float:
    """Probability that a test of a given size sees an effect that is there.

    Parameters
    ----------
    n : float
        Customers of the control group, at least 2.
    baseline_rate, rate, difference, sd, correlation, alpha, ratio, alternative
        As for `sample_size`.

    Returns
    -------
    float
        In (0, 1).

    Raises
    ------
    InputError, InputTypeError
        As `sample_size`.

    Examples
    --------
    >>> round(power(50, baseline_rate=0.5, rate=0.75), 3)
    0.74
    """
    size = check_number("n", n, low=2, high=_LARGEST)
    wanted = _Wanted(baseline_rate, rate, difference, sd, correlation, alpha, ratio, alternative)
    return wanted.chance_of(wanted.effect, size, size * wanted.ratio)


def detectable_effect(
    n: float,
    *,
    baseline_rate: float | None = None,
    sd: float | None = None,
    correlation: float = 0.0,
    power: float = 0.8,
    alpha: float = 0.05,
    ratio: float = 1.0,
    alternative: Sides = "two-sided",
) -> float:
    """Smallest effect that a test of a given size sees with a given probability.

    Parameters
    ----------
    n : float
        Customers of the control group, at least 2.
    baseline_rate : float, optional
        Rate expected of the control group, in [0, 1); or `sd`.
    sd : float, optional
        Standard deviation of the outcome between customers, above 0.
    correlation, alpha, ratio, alternative
        As for `sample_size`.
    power : float, default=0.8
        Probability of seeing the effect, in (0, 1), above `alpha`.

    Returns
    -------
    float
        Rise of the rate, as a difference of rates, or of the mean, in the unit of `sd`.

    Raises
    ------
    InputError
        As `sample_size`, and where the test is too small to see even a rate of 1.
    InputTypeError
        As `sample_size`.

    Examples
    --------
    >>> round(detectable_effect(2_000, baseline_rate=0.05), 4)
    0.0211
    """
    size = check_number("n", n, low=2, high=_LARGEST)
    chance = check_fraction("power", power, open_ends=True)
    if chance <= check_fraction("alpha", alpha, open_ends=True):
        raise InputError(
            f"`power` must be above `alpha`, {alpha:g}; got {chance:g}. A coin sees as much."
        )
    if baseline_rate is not None:
        check_number("baseline_rate", baseline_rate, low=0, high=1, open_high=True)
    other = None if baseline_rate is None else 1.0
    moved = None if sd is None else 1.0
    wanted = _Wanted(baseline_rate, other, moved, sd, correlation, alpha, ratio, alternative)

    def short(effect: float) -> float:
        return chance - wanted.chance_of(effect, size, size * wanted.ratio)

    if wanted.sd is None:
        most = 1 - wanted.baseline_rate
        if short(most) > 0:
            raise InputError(
                f"`n` must be large enough to see some effect with probability {chance:g}; got "
                f"{size:g}, which misses even a rate of 1. Take more customers."
            )
        return float(brentq(short, most * 1e-9, most, xtol=1e-12))
    high = wanted.sd
    while short(high) > 0:
        high *= 2
    return float(brentq(short, 0, high, xtol=wanted.sd * 1e-12))


class _Wanted:
    """A checked question: what is to be seen, with which errors."""

    def __init__(
        self,
        baseline_rate: float | None,
        rate: float | None,
        difference: float | None,
        sd: float | None,
        correlation: float,
        alpha: float,
        ratio: float,
        alternative: str,
    ) -> None:
        self.alpha = check_fraction("alpha", alpha, open_ends=True)
        self.ratio = check_number("ratio", ratio, low=0, open_low=True, high=1e6)
        check_choice("alternative", alternative, ["two-sided", "one-sided"])
        self.tail = self.alpha / (2 if alternative == "two-sided" else 1)
        self.two_sided = alternative == "two-sided"
        known = check_number(
            "correlation", correlation, low=-1, high=1, open_low=True, open_high=True
        )
        self.left = 1 - known**2
        of_rates = baseline_rate is not None or rate is not None
        if of_rates == (difference is not None or sd is not None):
            raise InputError(
                "Either `baseline_rate` and `rate` must be given, or `difference` and `sd`; got "
                f"{'both' if of_rates else 'none'}. The first are for responses, the others for "
                "money."
            )
        self.sd: float | None = None
        if of_rates:
            self.effect = self._read_rates(baseline_rate, rate)
        else:
            self.effect = self._read_money(difference, sd)

    def _read_rates(self, baseline_rate: float | None, rate: float | None) -> float:
        if baseline_rate is None or rate is None:
            lacking = "baseline_rate" if baseline_rate is None else "rate"
            raise InputError(f"`{lacking}` must be given with the other rate; got None.")
        self.baseline_rate = check_fraction("baseline_rate", baseline_rate)
        effect = check_fraction("rate", rate) - self.baseline_rate
        if effect == 0:
            raise InputError(
                f"`rate` must differ from `baseline_rate`, {baseline_rate:g}; got {rate:g}. No "
                "test sees an effect of nothing: write the smallest one that would matter."
            )
        return effect

    def _read_money(self, difference: float | None, sd: float | None) -> float:
        if difference is None or sd is None:
            lacking = "difference" if difference is None else "sd"
            raise InputError(f"`{lacking}` must be given with the other; got None.")
        self.sd = check_number("sd", sd, low=0, open_low=True)
        effect = check_number("difference", difference)
        check_size("sd", self.sd)
        check_size("difference", effect)
        if effect == 0:
            raise InputError(
                "`difference` must not be 0. No test sees an effect of nothing: write the "
                "smallest one that would matter."
            )
        return effect

    def chance_of(self, effect: float, control: float, treated: float) -> float:
        """Power where the effect is this."""
        if self.sd is not None:
            return self._chance_of_means(abs(effect) / self.sd, control, treated)
        one, other = self.baseline_rate, self.baseline_rate + effect
        pooled = (control * one + treated * other) / (control + treated)
        null = math.sqrt(self.left * pooled * (1 - pooled) * (1 / control + 1 / treated))
        real = math.sqrt(self.left * (one * (1 - one) / control + other * (1 - other) / treated))
        gap = abs(effect) - float(norm.isf(self.tail)) * null
        if real == 0:  # from nobody to everybody
            return 1.0 if gap > 0 else 0.0
        return float(norm.cdf(gap / real))

    def _chance_of_means(self, size: float, control: float, treated: float) -> float:
        freedom = control + treated - 2
        shift = size / math.sqrt(self.left * (1 / control + 1 / treated))
        limit = float(t.isf(self.tail, freedom))
        if freedom > 1e5 or shift > 30:  # where the non-central t is slow, and normal
            return float(norm.sf(limit - shift))
        return float(nct.sf(limit, freedom, shift))


def _solve_size(wanted: _Wanted, effect: float, chance: float) -> float:
    """Size of the control group at which the power is as wanted."""
    least = max(2.0, 2.0 / wanted.ratio)

    def short(log_size: float) -> float:
        size = math.exp(log_size)
        return chance - wanted.chance_of(effect, size, size * wanted.ratio)

    low, high = math.log(least), math.log(_LARGEST)
    if short(low) <= 0:
        return least
    if short(high) > 0:
        raise InputError(
            f"`{'rate' if wanted.sd is None else 'difference'}` must be far enough from no effect; "
            f"got an effect of {effect:g}, for which {_LARGEST:g} customers are too few. Look for "
            "an effect that would matter."
        )
    return math.exp(float(brentq(short, low, high, xtol=1e-12)))
