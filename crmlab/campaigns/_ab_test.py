"""What a test by lot shows: treated against controls, one campaign or many."""

from collections.abc import Hashable, Iterator, Mapping
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from crmlab._checks import check_count
from crmlab._errors import InputError, InputTypeError
from crmlab.campaigns._arms import (
    Arms,
    Options,
    check_index,
    find_control,
    list_names,
    read_arms,
    read_labels,
)
from crmlab.campaigns._contrasts import (
    Contrast,
    adjust_p,
    always_critical,
    always_p,
    compare_adjusted,
    compare_means,
    compare_rates,
    level_of_each,
)

__all__ = ["ab_test", "ab_test_counts", "ab_tests"]

Correction = Literal["holm", "bh", "none"]
Kind = Literal["auto", "rate", "mean"]


def ab_test(
    outcome: ArrayLike,
    arm: ArrayLike,
    *,
    control: Hashable = None,
    covariate: ArrayLike | None = None,
    kind: Kind = "auto",
    level: float = 0.95,
    planned_size: int = 10_000,
    correction: Correction = "holm",
) -> pd.DataFrame:
    """Compare the outcome of each treated arm with the control, where a lot drew the arms.

    Parameters
    ----------
    outcome : array-like of shape (n_customers,)
        One per customer: 1 or 0 for a response, or an amount such as money over the same time;
        who bought nothing is in, with 0.
    arm : array-like of shape (n_customers,)
        What each customer got: true or false, 1 or 0, or a word.
    control : hashable, optional
        The arm left alone. Default: false, 0, or "control".
    covariate : array-like of shape (n_customers,) or DataFrame, optional
        What was known before the test, such as past spend. It takes off the part of the
        variance that it explains, without moving the effect that is estimated.
    kind : {"auto", "rate", "mean"}, default="auto"
        Whether outcomes are responses or amounts; by default responses where all are 0 or 1.
    level : float, default=0.95
        Probability between the limits, in (0, 1).
    planned_size : int, default=10_000
        Customers of one arm and the control together at which the always-valid limits shall be
        tightest, at least 2. It is fixed before the test and stays the same at each look.
    correction : {"holm", "bh", "none"}, default="holm"
        For several arms: "holm" holds the probability of any false finding, "bh" (Benjamini and
        Hochberg) the expected share of false ones among the findings.

    Returns
    -------
    DataFrame
        One row per treated arm; columns

        * `arm`, `n`, `n_control` : customers; `mean`, `mean_control` : of the outcome
        * `estimate`, `lower`, `upper`, `level` : effect per customer, with limits for one look at
          a size that was set before
        * `p_value` : probability of a difference so large, either way, by chance
        * `lower_always`, `upper_always`, `p_always` : the same, valid however often one looks and
          whenever one stops
        * `p_adjusted`, `lower_adjusted`, `upper_adjusted` : corrected for the number of rows
        * `variance_saved` : share of the variance that the covariate took off
        * `method` : "score", "Welch" or "regression"

    Raises
    ------
    InputError
        If there is one arm only, the control is not among the arms, columns differ in length, all
        outcomes of means are alike, or an option is out of range.
    InputTypeError
        If something is not a number.

    See Also
    --------
    ab_test_counts : from counts. ab_tests : many campaigns. incremental_result : in money.
    crmlab.uplift.balance_test : did a lot decide?

    Notes
    -----
    Rates: limits of Miettinen and Nurminen, which hold with no response at all in both arms; those
    of 95 % in 93 to 100 of 100 tests with ten customers in each arm or fewer.
    Means: Welch. With a covariate: a regression in each arm (Lin 2013), which with one covariate
    and one slope is CUPED. The limits of amounts rely on enough buyers: with fewer than about 50
    in an arm they are too narrow. Always-valid limits: the normal mixture of Robbins at the
    standard error so far, an asymptotic confidence sequence, for the first looks the less exact
    the fewer buyers there are; of responses, the score takes the place of the standard error.

    References
    ----------
    Miettinen, O. and Nurminen, M. (1985). Comparative analysis of two rates. Statistics in
    Medicine 4(2), 213-226. Lin, W. (2013). Agnostic notes on regression adjustments to
    experimental data. Annals of Applied Statistics 7(1), 295-318. Deng, A. et al. (2013). WSDM,
    123-132. Robbins, H. (1970). Statistical methods related to the law of the iterated logarithm.
    Annals of Mathematical Statistics 41(5), 1397-1409. Waudby-Smith, I. et al. (2024). Time-uniform
    central limit theory and asymptotic confidence sequences. Annals of Statistics 52(6),
    2613-2640. Howard, S. R. et al. (2021). Time-uniform, nonparametric, nonasymptotic confidence
    sequences. Annals of Statistics 49(2), 1055-1080.

    Examples
    --------
    >>> arm = ["letter"] * 200 + ["control"] * 200
    >>> bought = [1] * 30 + [0] * 170 + [1] * 14 + [0] * 186
    >>> found = ab_test(bought, arm)
    >>> found[["arm", "mean", "mean_control", "estimate", "lower", "upper", "p_value"]].round(3)
          arm  mean  mean_control  estimate  lower  upper  p_value
    0  letter  0.15          0.07      0.08  0.019  0.144    0.011
    """
    options = Options.read(control, kind, level, planned_size, correction)
    arms = read_arms(outcome, arm, covariate, options)
    return _tabulate(_compare(arms, options), options)


def ab_test_counts(
    n_responses: Mapping[Any, int],
    n_customers: Mapping[Any, int],
    *,
    control: Hashable = None,
    level: float = 0.95,
    planned_size: int = 10_000,
    correction: Correction = "holm",
) -> pd.DataFrame:
    """Compare the response rate of each treated arm with the control, from counts.

    Parameters
    ----------
    n_responses, n_customers : mapping of int, or Series
        By arm: customers who responded, and customers, at least 1.
    control, level, planned_size, correction
        As for `ab_test`.

    Returns
    -------
    DataFrame
        As `ab_test`.

    Raises
    ------
    InputError
        If an arm has no customers or more responses than customers, the two name other arms, or
        as `ab_test`.
    InputTypeError
        If a count is not a whole number.

    Examples
    --------
    Nobody responded, and still something is known: the letter moves less than 4 in 100.

    >>> found = ab_test_counts({"letter": 0, "control": 0}, {"letter": 100, "control": 100})
    >>> found[["estimate", "lower", "upper", "p_value"]].round(3)
       estimate  lower  upper  p_value
    0       0.0 -0.037  0.037      1.0
    """
    options = Options.read(control, "rate", level, planned_size, correction)
    for name, given in (("n_responses", n_responses), ("n_customers", n_customers)):
        if not isinstance(given, Mapping | pd.Series):
            raise InputTypeError(
                f"`{name}` must be a mapping or a Series by arm; got {type(given).__name__}. "
                "Write {'letter': 30, 'control': 14}."
            )
    sizes = dict(n_customers.items())
    responses = dict(n_responses.items())
    if set(sizes) != set(responses):
        raise InputError(
            f"`n_responses` must name the arms of `n_customers`, {list_names(sizes)}; it names "
            f"{list_names(responses)}."
        )
    for name, size in sizes.items():
        if check_count(f"n_customers[{name!r}]", size, minimum=0) == 0:
            raise InputError(
                f"`n_customers` must be at least 1 in each arm; {name!r} has 0. An arm without "
                "customers shows nothing: leave it out."
            )
        if check_count(f"n_responses[{name!r}]", responses[name], minimum=0) > size:
            raise InputError(
                f"`n_responses` must be at most `n_customers`; {name!r} has {responses[name]:,} "
                f"of {size:,}. Count customers who responded, not their orders."
            )
    first = find_control(list(sizes), control)
    found = [
        (name, compare_rates((int(responses[name]), int(responses[first])),
                             (int(sizes[name]), int(sizes[first]))))
        for name in sizes
        if name != first
    ]  # fmt: skip
    return _tabulate(found, options)


def ab_tests(
    outcome: ArrayLike,
    arm: ArrayLike,
    campaign: ArrayLike,
    *,
    control: Hashable = None,
    covariate: ArrayLike | None = None,
    kind: Kind = "auto",
    level: float = 0.95,
    planned_size: int = 10_000,
    correction: Correction = "holm",
) -> pd.DataFrame:
    """Compare treated with controls in many campaigns, corrected for their number.

    Of twenty campaigns without effect one has a p-value below 0.05: looked at together, findings
    must be rarer.

    Parameters
    ----------
    outcome, arm, control, covariate, kind, level, planned_size, correction
        As for `ab_test`, one row per customer and campaign.
    campaign : array-like of shape (n_rows,)
        The campaign of each row.

    Returns
    -------
    DataFrame
        As `ab_test`, with `campaign` before `arm`, in the order in which campaigns come.

    Raises
    ------
    InputError, InputTypeError
        As `ab_test`; the message names the campaign.

    References
    ----------
    Holm, S. (1979). A simple sequentially rejective multiple test procedure. Scandinavian Journal
    of Statistics 6(2), 65-70. Benjamini, Y. and Hochberg, Y. (1995). Controlling the false
    discovery rate. Journal of the Royal Statistical Society B 57(1), 289-300. Benjamini, Y. and
    Yekutieli, D. (2005). False discovery rate-adjusted multiple confidence intervals for selected
    parameters. Journal of the American Statistical Association 100(469), 71-81.

    Examples
    --------
    >>> counts = {("A", 1): 14, ("A", 0): 10, ("B", 1): 24, ("B", 0): 10}
    >>> rows = [(c, a, i < n) for (c, a), n in counts.items() for i in range(100)]
    >>> campaign, arm, bought = zip(*rows)
    >>> found = ab_tests(bought, arm, campaign)
    >>> found[["campaign", "estimate", "p_value", "p_adjusted"]].round(3)
      campaign  estimate  p_value  p_adjusted
    0        A      0.04    0.385       0.385
    1        B      0.14    0.009       0.017
    """
    options = Options.read(control, kind, level, planned_size, correction)
    arms = read_arms(outcome, arm, covariate, options)
    check_index(outcome=outcome, arm=arm, campaign=campaign)
    code, names = pd.factorize(read_labels("campaign", campaign, arms.outcome.size))
    found, labels = [], []
    for place, name in enumerate(names):
        rows = np.flatnonzero(code == place)
        try:
            pairs = _compare(arms.subset(rows), options)
        except InputError as error:
            raise InputError(f"Campaign {name!r}: {error}") from None
        found += pairs
        labels += [name] * len(pairs)
    table = _tabulate(found, options)
    table.insert(0, "campaign", labels)
    return table


# --- comparing --------------------------------------------------------------------------------


def _compare(arms: Arms, options: Options) -> list[tuple[Any, Contrast]]:
    code, names = pd.factorize(arms.arm, sort=False)
    first = find_control(list(names), options.control)
    place = list(names).index(first)
    return [
        (name, _contrast(arms, code == each, code == place))
        for each, name in sorted(_others(names, place), key=lambda pair: str(pair[1]))
    ]


def _others(names: Any, place: int) -> Iterator[tuple[int, Any]]:
    return ((each, name) for each, name in enumerate(names) if each != place)


def _contrast(arms: Arms, treated: Any, controls: Any) -> Contrast:
    y1, y0 = arms.outcome[treated], arms.outcome[controls]
    if arms.known is not None:
        return compare_adjusted(y1, y0, arms.known[treated], arms.known[controls])
    if arms.of_rates:
        return compare_rates((int(y1.sum()), int(y0.sum())), (y1.size, y0.size))
    return compare_means(y1, y0)


def _tabulate(found: list[tuple[Any, Contrast]], options: Options) -> pd.DataFrame:
    p_values = np.array([contrast.p_value for _, contrast in found])
    adjusted = adjust_p(p_values, options.correction)
    each = level_of_each(adjusted, options.correction, options.level)
    rows = [_row(name, contrast, options, each) for name, contrast in found]
    table = pd.DataFrame(rows)
    table.insert(list(table.columns).index("lower_adjusted"), "p_adjusted", adjusted)
    return table


def _row(name: Any, contrast: Contrast, options: Options, each: float) -> dict[str, Any]:
    n, alpha = sum(contrast.sizes), 1 - options.level
    lower, upper = contrast.fixed_limits(options.level)
    always = contrast.limits(always_critical(n, options.planned, alpha))
    strict = contrast.fixed_limits(each)
    return {
        "arm": name,
        "n": contrast.sizes[0],
        "n_control": contrast.sizes[1],
        "mean": contrast.means[0],
        "mean_control": contrast.means[1],
        "estimate": contrast.estimate,
        "lower": lower,
        "upper": upper,
        "level": options.level,
        "p_value": contrast.p_value,
        "lower_always": always[0],
        "upper_always": always[1],
        "p_always": always_p(contrast.z, n, options.planned, alpha),
        "lower_adjusted": strict[0],
        "upper_adjusted": strict[1],
        "variance_saved": contrast.saved,
        "method": contrast.method,
    }
