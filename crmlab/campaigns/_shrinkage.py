"""Response rates of many cells, each drawn towards the others, and which of them to roll out."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import betainc, betaincc, betaln, expit, logit

from crmlab._checks import check_count, check_fraction, check_number, check_size
from crmlab._errors import InputError, InputTypeError
from crmlab._types import Floats

__all__ = ["response_shrinkage", "roll_out"]

_HALVINGS = 34  # of [0, 1]: limits to 10 digits
_AT_ONCE = 1 << 21


def response_shrinkage(
    n_responses: Mapping[Any, int], n_customers: Mapping[Any, int], *, level: float = 0.95
) -> pd.DataFrame:
    """Estimate the response rate of each cell of a test, drawn towards what all cells show.

    The best of many small cells was lucky, too: rolled out, it falls back. Rates of cells are
    taken to follow a beta distribution, which the cells themselves tell: where they differ no more
    than chance would make them, all are drawn to the common rate.

    Parameters
    ----------
    n_responses, n_customers : mapping of int, or Series
        By cell, such as list, offer or segment, at least two: customers who responded, and
        customers, at least 1.
    level : float, default=0.95
        Probability between the limits, in (0, 1).

    Returns
    -------
    DataFrame
        One row per cell, in their order; columns

        * `cell`, `n_customers`, `n_responses`; `rate` : as observed
        * `estimate`, `lower`, `upper`, `level` : response rate to be expected of further customers
          of the cell
        * `weight` : of the cell's own customers in the estimate, in (0, 1); the rest is the
          weight of all cells

    Raises
    ------
    InputError
        If there are fewer than two cells, a cell has no customers or more responses than
        customers, the two name other cells, or nobody, or everybody, responded.
    InputTypeError
        If a count is not a whole number.

    Notes
    -----
    Beta-binomial. The mean of the beta distribution has a uniform prior, and so has one over the
    root of its size; what they may be is averaged over on a grid, so that limits know that the
    distribution is estimated from a few cells.

    References
    ----------
    Gelman, A. et al. (2013). Bayesian Data Analysis, third edition, section 5.3. Morwitz, V. G. and
    Schmittlein, D. C. (1998). Testing new direct marketing offerings: the interplay of management
    judgment and statistical models. Management Science 44(5), 610-628: roll-outs of the best cells
    respond less than their tests.

    Examples
    --------
    >>> found = response_shrinkage(
    ...     {"A": 9, "B": 12, "C": 2, "D": 30}, {"A": 300, "B": 1000, "C": 100, "D": 2000}
    ... )
    >>> found[["cell", "rate", "estimate", "lower", "upper"]].round(4)
      cell   rate  estimate   lower   upper
    0    A  0.030    0.0254  0.0126  0.0468
    1    B  0.012    0.0137  0.0074  0.0208
    2    C  0.020    0.0204  0.0059  0.0477
    3    D  0.015    0.0155  0.0107  0.0210
    """
    cells, n, x = _read_cells(n_responses, n_customers)
    check_fraction("level", level, open_ends=True)
    mixture = _fit(x, n)
    lower, upper = mixture.quantile((1 - level) / 2), mixture.quantile((1 + level) / 2)
    return pd.DataFrame(
        {
            "cell": cells,
            "n_customers": n,
            "n_responses": x,
            "rate": x / n,
            "estimate": mixture.mean(),
            "lower": lower,
            "upper": upper,
            "level": level,
            "weight": mixture.own_weight(),
        }
    )


def roll_out(
    n_responses: Mapping[Any, int],
    n_customers: Mapping[Any, int],
    *,
    margin_per_response: float,
    cost_per_contact: float,
    cost_per_response: float = 0.0,
    fixed_cost: float = 0.0,
    n_contacts: int | Mapping[Any, int] = 10_000,
    level: float = 0.95,
) -> pd.DataFrame:
    """Decide which cells of a test to roll out, by the profit to be expected of each.

    Parameters
    ----------
    n_responses, n_customers, level
        As for `response_shrinkage`.
    margin_per_response : float
        What a response brings before the costs of the campaign, in currency.
    cost_per_contact, cost_per_response : float
        In currency, 0 or more.
    fixed_cost : float, default=0.0
        Of rolling out one cell, in currency, 0 or more.
    n_contacts : int or mapping of int, default=10_000
        Customers to be contacted in the roll-out, of each cell, at least 1.

    Returns
    -------
    DataFrame
        One row per cell, in their order; columns

        * `cell`, `n_contacts`; `rate` observed and `expected_rate`
        * `break_even_rate` : at which the roll-out earns nothing
        * `estimate`, `lower`, `upper`, `level` : profit of the roll-out, in currency
        * `chance_pays` : probability that the cell's rate is above break-even
        * `apparent_profit` : if the rate of the test came again
        * `roll_out` : whether a profit is to be expected

    Raises
    ------
    InputError, InputTypeError
        As `response_shrinkage`, and if a response brings no more than it costs.

    Notes
    -----
    The limits are those of the rate; the luck of a roll-out of thousands is small beside it. A
    response is not an effect: where some would have come anyway, take the rate above that of a
    control group, or see `incremental_result`.

    Examples
    --------
    >>> found = roll_out(
    ...     {"A": 9, "B": 12, "C": 2, "D": 30}, {"A": 300, "B": 1000, "C": 100, "D": 2000},
    ...     margin_per_response=40, cost_per_contact=0.7,
    ... )
    >>> found[["cell", "rate", "expected_rate", "estimate", "chance_pays"]].round(3)
      cell   rate  expected_rate  estimate  chance_pays
    0    A  0.030          0.025  3152.504        0.789
    1    B  0.012          0.014 -1539.476        0.131
    2    C  0.020          0.020  1144.191        0.522
    3    D  0.015          0.016  -794.845        0.214
    """
    cells, n, x = _read_cells(n_responses, n_customers)
    check_fraction("level", level, open_ends=True)
    margin = check_number("margin_per_response", margin_per_response)
    costs = {"cost_per_contact": cost_per_contact, "cost_per_response": cost_per_response,
             "fixed_cost": fixed_cost}  # fmt: skip
    for name, cost in costs.items():
        check_number(name, cost, low=0, remedy="A cost lowers the profit: write it positive.")
        check_size(name, cost)
    check_size("margin_per_response", margin)
    gain = margin - cost_per_response
    if gain <= 0:
        raise InputError(
            f"`margin_per_response` must be above `cost_per_response`, {cost_per_response:g}; got "
            f"{margin:g}. Each response loses money, so that no cell pays."
        )
    heads = _read_heads(n_contacts, cells)
    mixture = _fit(x, n)
    need = (cost_per_contact + fixed_cost / heads) / gain
    ends = (mixture.mean(), mixture.quantile((1 - level) / 2), mixture.quantile((1 + level) / 2),
            x / n)  # fmt: skip
    profit, lower, upper, apparent = (heads * gain * (rate - need) for rate in ends)
    return pd.DataFrame(
        {
            "cell": cells,
            "n_contacts": heads,
            "rate": x / n,
            "expected_rate": ends[0],
            "break_even_rate": need,
            "estimate": profit,
            "lower": lower,
            "upper": upper,
            "level": level,
            "chance_pays": mixture.chance_above(need),
            "apparent_profit": apparent,
            "roll_out": profit > 0,
        }
    )


# --- reading ----------------------------------------------------------------------------------


def _read_cells(n_responses: Any, n_customers: Any) -> tuple[list[Any], Floats, Floats]:
    """Names of the cells, customers and responses of each."""
    given = {"n_responses": n_responses, "n_customers": n_customers}
    for name, counts in given.items():
        if not isinstance(counts, Mapping | pd.Series):
            raise InputTypeError(
                f"`{name}` must be a mapping or a Series by cell; got {type(counts).__name__}."
            )
    sizes, responses = dict(n_customers.items()), dict(n_responses.items())
    if len(sizes) < len(n_customers) or len(responses) < len(n_responses):
        raise InputError("`n_customers` must name each cell once; some come twice. Add them up.")
    if set(sizes) != set(responses):
        odd = next(iter(set(sizes) ^ set(responses)))
        raise InputError(
            f"`n_responses` must name the cells of `n_customers`; {odd!r} stands in one of them "
            "only. Write 0 where nobody responded."
        )
    if len(sizes) < 2:
        raise InputError(
            f"`n_customers` must hold at least two cells; got {len(sizes)}. One cell has nothing "
            "to be drawn to."
        )
    for name, size in sizes.items():
        if check_count(f"n_customers[{name!r}]", size, minimum=0) == 0:
            raise InputError(
                f"`n_customers` must be at least 1 in each cell; {name!r} has 0. Leave it out."
            )
        if check_count(f"n_responses[{name!r}]", responses[name], minimum=0) > size:
            raise InputError(
                f"`n_responses` must be at most `n_customers`; {name!r} has {responses[name]:,} "
                f"of {size:,}. Count customers who responded, not their orders."
            )
    n = np.array([float(sizes[name]) for name in sizes])
    x = np.array([float(responses[name]) for name in sizes])
    if x.sum() in (0, n.sum()):
        who = "nobody" if x.sum() == 0 else "everybody"
        raise InputError(
            f"`n_responses` must differ from none and from all; {who} of {n.sum():,.0f} did. "
            "Nothing tells cells apart: wait for more responses."
        )
    return list(sizes), n, x


def _read_heads(n_contacts: Any, cells: list[Any]) -> Floats:
    if not isinstance(n_contacts, Mapping | pd.Series):
        return np.full(len(cells), float(check_count("n_contacts", n_contacts)))
    heads = dict(n_contacts.items())
    missing = [name for name in cells if name not in heads]
    if missing:
        raise InputError(f"`n_contacts` must name each cell; {missing[0]!r} is not there.")
    return np.array([float(check_count(f"n_contacts[{c!r}]", heads[c])) for c in cells])


# --- the mixture ------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Mixture:
    """Of each cell a mixture of beta distributions, one per point of the grid.

    Parameters
    ----------
    x, n : float array of shape (n_cells,)
        Responses and customers.
    alpha, beta, weight : float array of shape (n_points,)
    """

    x: Floats
    n: Floats
    alpha: Floats
    beta: Floats
    weight: Floats

    def mean(self) -> Floats:
        size = self.alpha + self.beta
        return self._average((self.x[:, None] + self.alpha) / (self.n[:, None] + size))

    def own_weight(self) -> Floats:
        return self._average(self.n[:, None] / (self.n[:, None] + self.alpha + self.beta))

    def chance_above(self, rate: Floats) -> Floats:
        at = np.clip(rate, 0, 1)
        return self._average(betaincc(*self._shapes(), at[:, None]))

    def quantile(self, share: float) -> Floats:
        """By halving [0, 1]."""
        low, high = np.zeros(self.n.size), np.ones(self.n.size)
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            under = self._average(betainc(*self._shapes(), middle[:, None])) < share
            low, high = np.where(under, middle, low), np.where(under, high, middle)
        return (low + high) / 2

    def _shapes(self) -> tuple[Floats, Floats]:
        return (self.x[:, None] + self.alpha, (self.n - self.x)[:, None] + self.beta)

    def _average(self, values: Floats) -> Floats:
        return np.asarray(values @ self.weight)


def _fit(x: Floats, n: Floats) -> _Mixture:
    """Weights of pairs of mean and size: a wide grid finds where they lie, a fine one stays."""
    pooled = float(logit(x.sum() / n.sum()))
    means = np.linspace(pooled - 4, pooled + 4, 49)
    sizes = np.linspace(np.log(0.2), np.log(1e3 * n.max()), 49)
    for n_points in (33, 25):
        weight = _weigh(means, sizes, x, n)
        means = _narrow(means, weight.sum(axis=1), n_points)
        sizes = _narrow(sizes, weight.sum(axis=0), n_points)
    weight = _weigh(means, sizes, x, n)
    kept = weight > 1e-6 * weight.max()
    mean, size = np.meshgrid(expit(means), np.exp(sizes), indexing="ij")
    share = weight[kept] / weight[kept].sum()
    return _Mixture(x, n, (mean * size)[kept], ((1 - mean) * size)[kept], share)


def _narrow(marks: Floats, weight: Floats, n_points: int) -> Floats:
    inside = np.flatnonzero(weight > 1e-5 * weight.max())
    first, last = max(inside[0] - 1, 0), min(inside[-1] + 1, marks.size - 1)
    return np.linspace(marks[first], marks[last], n_points)


def _weigh(means: Floats, sizes: Floats, x: Floats, n: Floats) -> Floats:
    """Posterior weight of each logit mean and log size, up to a factor."""
    pairs, count = np.unique(np.column_stack([x, n]), axis=0, return_counts=True)
    mean, size = expit(means)[:, None], np.exp(sizes)[None, :]
    alpha, beta = mean * size, (1 - mean) * size
    # Uniform in the mean and in size ** -0.5, on the scales of the grid.
    log_weight = np.log(mean) + np.log1p(-mean) - 0.5 * np.log(size)
    step = max(1, _AT_ONCE // alpha.size)
    for start in range(0, len(pairs), step):
        part = pairs[start : start + step]
        won, lost = part[:, 0, None, None], (part[:, 1] - part[:, 0])[:, None, None]
        likely = betaln(won + alpha, lost + beta) - betaln(alpha, beta)
        log_weight = log_weight + np.tensordot(count[start : start + step], likely, axes=1)
    return np.asarray(np.exp(log_weight - log_weight.max()))
