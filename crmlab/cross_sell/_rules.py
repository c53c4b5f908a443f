"""Who has this in the basket tends to have that: rules, and which of them may be chance."""

import sys
from dataclasses import dataclass
from math import comb
from typing import Literal

import numpy as np
import pandas as pd
from scipy.stats import hypergeom

from crmlab._checks import check_choice, check_count, check_fraction
from crmlab._types import Floats, Table
from crmlab.cross_sell._baskets import Source
from crmlab.cross_sell._itemsets import Frequent, find_frequent
from crmlab.cross_sell._mining import Numbers

__all__ = ["adjust", "association_rules", "chance"]


def association_rules(
    baskets: Table,
    *,
    min_support: float,
    min_confidence: float,
    max_len: int | None = None,
    max_consequent: int | None = None,
    basket: str = "order_id",
    item: str = "product_id",
    products: Table | None = None,
    level: str | None = None,
    alternative: Literal["more", "less"] = "more",
    max_sets: int = 1_000_000,
) -> pd.DataFrame:
    """Find rules "baskets with these items tend to hold those too", with their evidence.

    Every frequent set is split into an antecedent and a consequent in all ways. A rule says what
    stands together, not what would happen if the antecedent were offered: only a trial tells that.

    Parameters
    ----------
    baskets, min_support, max_len, basket, item, products, level, max_sets
        As for `itemsets`: `min_support` is that of antecedent and consequent together.
    min_confidence : float
        Smallest share of the baskets with the antecedent that hold the consequent, in [0, 1].
    max_consequent : int, optional
        Most items in a consequent. Default: no limit.
    alternative : {"more", "less"}, default="more"
        Whether `p_value` is about standing together more often than by chance, or less often, as
        what replaces one another does. With "less", keep `min_support` low: pairs that fall below
        it are not shown.

    Returns
    -------
    DataFrame
        One row for each rule, highest lift first, then more baskets, then by name:

        * `antecedent`, `consequent` : tuples, in order of the names
        * `n_antecedent`, `n_consequent`, `n_together` : baskets that hold each, and both
        * `n_baskets` : all baskets (orders with at least one line that is not a return), the
          denominator of every share
        * `support` : `n_together / n_baskets`
        * `confidence` : `n_together / n_antecedent`
        * `lift` : confidence over the share of all baskets with the consequent; 1 is chance
        * `leverage` : support less what chance would give
        * `conviction` : baskets with the antecedent and without the consequent, expected by chance
          over counted; infinite where there is none. A consequent in every basket has 1: it is
          independent of everything
        * `zhang` : Zhang's measure, in [-1, 1]: 1 only together, 0 chance, -1 never together; 0
          where a side is in every basket
        * `p_value` : probability of so many baskets with both, or more (or less, see
          `alternative`), if the two were independent (Fisher's exact test, one-sided); the same
          for a rule and its reverse
        * `q_value` : largest share of false rules to expect among all with a q no larger
          (Benjamini and Hochberg). The tests counted are all pairs of frequent sets that could
          have made a rule, also those that were found together too seldom

        ``attrs["n_tests"]`` says how many tests that are.

    Raises
    ------
    InputError
        As `itemsets`.
    InputTypeError
        If an argument has the wrong type.

    References
    ----------
    Brin, S. et al. (1997), "Dynamic itemset counting and implication rules for market basket data",
    SIGMOD: lift (there interest) and conviction. Piatetsky-Shapiro, G. (1991): leverage. Yan, X.,
    Zhang, C. and Zhang, S. (2009), Expert Systems with Applications 36: the measure named after
    Zhang. Benjamini, Y. and Hochberg, Y. (1995), JRSS B 57(1). Webb, G. I. (2007), "Discovering
    significant patterns", Machine Learning 68: why all that was looked at counts as a test.

    Examples
    --------
    >>> lines = pd.DataFrame({
    ...     "order_id": [1, 1, 2, 2, 2, 3, 4, 4],
    ...     "product_id": ["pen", "ink", "pen", "ink", "pad", "pad", "pen", "ink"],
    ... })
    >>> rules = association_rules(lines, min_support=0.5, min_confidence=0.8)
    >>> rules[["antecedent", "consequent", "support", "confidence", "lift", "p_value"]].round(3)
      antecedent consequent  support  confidence   lift  p_value
    0     (ink,)     (pen,)     0.75         1.0  1.333     0.25
    1     (pen,)     (ink,)     0.75         1.0  1.333     0.25
    """
    least = check_fraction("min_confidence", min_confidence)
    most = sys.maxsize if max_consequent is None else check_count("max_consequent", max_consequent)
    check_choice("alternative", alternative, ["more", "less"])
    source = Source(basket, item, products, level)
    found = find_frequent(baskets, source, min_support, max_len=max_len, max_sets=max_sets)
    n_tests = _count_tests(found, max_len)
    splits = _split(found)
    counts = np.concatenate([split.counts for split in splits])
    left, right, both = counts.T
    p_value = chance(left, right, both, found.n_baskets, alternative)
    ends = np.cumsum([len(split.counts) for split in splits])[:-1]
    tests = np.split(np.column_stack([p_value, adjust(p_value, n_tests)]), ends)
    parts = [
        _keep(rule, found, tested, least)
        for split, tested in zip(splits, tests, strict=True)
        for rule in (split, split.turned())
        if rule.consequent.shape[1] <= most
    ]
    rules = _measure(pd.concat(parts), found.n_baskets)
    rules.attrs = {"n_tests": n_tests}
    return rules


@dataclass(frozen=True)
class _Split:
    """Sets of one length, each in two parts: numbers of items, and baskets with either and both."""

    antecedent: Numbers
    consequent: Numbers
    counts: Numbers  # (n_sets, 3)

    def turned(self) -> "_Split":
        return _Split(self.consequent, self.antecedent, self.counts[:, [1, 0, 2]])


def _split(found: Frequent) -> list[_Split]:
    """Every set of two or more in all ways, each way once: the first item is in the antecedent."""
    index = _Index(found)
    nothing = np.empty((0, 1), np.int64)
    splits = [_Split(nothing, nothing, np.empty((0, 3), np.int64))]  # where no set has two items
    for sets, together in found.sets[1:]:
        length = sets.shape[1]
        for mask in range(1, 2**length, 2):  # odd: with the first item
            chosen = [k for k in range(length) if mask >> k & 1]
            rest = [k for k in range(length) if not mask >> k & 1]
            if rest:
                one, other = sets[:, chosen], sets[:, rest]
                counts = np.column_stack([index.count(one), index.count(other), together])
                splits.append(_Split(one, other, counts))
    return splits


class _Index:
    """Baskets with any frequent set, found by its place behind the set without its last item."""

    def __init__(self, found: Frequent) -> None:
        self.n = len(found.names)
        self.counts = [counts for _, counts in found.sets]
        self.keys = [np.arange(self.n)]
        for sets, _ in found.sets[1:]:
            self.keys.append(self._place(sets[:, :-1]) * self.n + sets[:, -1])

    def _place(self, sets: Numbers) -> Numbers:
        place = sets[:, 0]
        for column, keys in zip(sets.T[1:], self.keys[1:], strict=False):
            place = np.searchsorted(keys, place * self.n + column)
        return place

    def count(self, sets: Numbers) -> Numbers:
        return self.counts[sets.shape[1] - 1][self._place(sets)]


def chance(
    n_left: Numbers, n_right: Numbers, n_both: Numbers, n: int | Numbers, alternative: str = "more"
) -> Floats:
    """Probability of `n_both` or more (or less) in common, if the two were drawn independently."""
    if alternative == "more":
        return np.clip(hypergeom.sf(n_both - 1, n, n_left, n_right), 0.0, 1.0)
    return np.clip(hypergeom.cdf(n_both, n, n_left, n_right), 0.0, 1.0)


def adjust(p_value: Floats, n_tests: int) -> Floats:
    """False-discovery rates of Benjamini and Hochberg; tests that are not there count as p = 1."""
    order = np.argsort(p_value)
    raised = p_value[order] * (n_tests / np.arange(1, len(order) + 1))
    q_value = np.empty_like(p_value)
    q_value[order] = np.minimum.accumulate(raised[::-1])[::-1].clip(max=1.0)
    return q_value


def _count_tests(found: Frequent, max_len: int | None) -> int:
    """Pairs of frequent sets without an item in common that could make a rule.

    Whether they were found together is left out of it: to count those found only would make the
    tests look fewer than they are. Of two long sets all pairs are counted, which is more.
    """
    sizes = {sets.shape[1]: len(sets) for sets, _ in found.sets}
    longest = max(sizes) if max_len is None else max_len
    n_tests = comb(sizes[1], 2)
    for a, n_a in sizes.items():
        for b, n_b in sizes.items():
            if a < b and a + b <= longest:
                n_tests += n_b * (n_a - b) if a == 1 else n_a * n_b
            elif a == b > 1 and a + b <= longest:
                n_tests += comb(n_a, 2)
    return n_tests


def _keep(rule: _Split, found: Frequent, tested: Floats, least: float) -> pd.DataFrame:
    """The rules that are confident enough; 0.3 of ten is three, though the product may be more."""
    n_antecedent, n_consequent, n_together = rule.counts.T
    keep = n_together >= np.ceil(least * n_antecedent - 1e-9)
    return pd.DataFrame(
        {
            "antecedent": pd.Series(found.name(rule.antecedent[keep]), dtype=object),
            "consequent": pd.Series(found.name(rule.consequent[keep]), dtype=object),
            "n_antecedent": n_antecedent[keep],
            "n_consequent": n_consequent[keep],
            "n_together": n_together[keep],
            "p_value": tested[keep, 0],
            "q_value": tested[keep, 1],
        }
    )


_COLUMNS = ["antecedent", "consequent", "n_antecedent", "n_consequent", "n_together"]


def _measure(rules: pd.DataFrame, n: int) -> pd.DataFrame:
    """All measures of rules, in the order of the columns that are returned."""
    a, b, both = (
        rules[f"n_{side}"].to_numpy() for side in ("antecedent", "consequent", "together")
    )
    # In whole numbers as far as it goes, so that nothing is lost at 0, 1 and infinity.
    above = both * n - a * b
    with np.errstate(divide="ignore", invalid="ignore"):
        conviction = np.where(b == n, 1.0, a * (n - b) / (n * (a - both)))
        zhang = above / np.maximum(both * (n - a), a * (b - both))
    measures = rules[_COLUMNS].assign(
        n_baskets=n,
        support=both / n,
        confidence=both / a,
        lift=both * n / (a * b),
        leverage=above / n**2,
        conviction=conviction,
        zhang=np.where((a == n) | (b == n), 0.0, zhang),
        p_value=rules["p_value"],
        q_value=rules["q_value"],
    )
    return measures.sort_values(
        ["lift", "n_together", "antecedent", "consequent"], ascending=[False, False, True, True]
    ).reset_index(drop=True)
