"""In code in notebook 08: lift from baskets, pairs beyond chance, and the best offer."""

from typing import Any

import numpy as np
import pandas as pd

from crmlab.exercises._items import CodeExercise, WrongCode

__all__ = ["BEST_OFFER", "LIFT_OF", "PAIRS"]


# ---------------------------------------------------------------------------------------------
# Lift


def lift_of(lines: pd.DataFrame, a: str, b: str) -> float:
    """How many times as often a and b stand together as by chance."""
    n = lines["order_id"].nunique()
    with_a = set(lines.loc[lines["item"] == a, "order_id"])
    with_b = set(lines.loc[lines["item"] == b, "order_id"])
    return len(with_a & with_b) * n / (len(with_a) * len(with_b))


def _baskets(lines: pd.DataFrame, item: str) -> set[Any]:
    return set(lines.loc[lines["item"] == item, "order_id"])


def _together(lines: pd.DataFrame, a: str, b: str) -> int:
    return len(_baskets(lines, a) & _baskets(lines, b))


def _lift_by_lines(lines: pd.DataFrame, a: str, b: str) -> float:
    """Lines counted where baskets are meant."""
    n_a, n_b = (float((lines["item"] == each).sum()) for each in (a, b))
    return _together(lines, a, b) * len(lines) / (n_a * n_b)


def _draw_lines(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    few = pd.DataFrame(
        {
            "order_id": [1, 1, 1, 2, 2, 3, 3, 4, 5, 5, 6, 7],
            "item": ["a", "a", "b", "a", "b", "a", "c", "b", "a", "d", "d", "c"],
        }
    )
    n = 120
    drawn = pd.DataFrame(
        {"order_id": rng.integers(0, 40, n),
         "item": rng.choice(list("abcd"), n, p=[0.4, 0.3, 0.2, 0.1])}
    )  # fmt: skip
    both = pd.DataFrame({"order_id": [90, 90, 90], "item": ["a", "b", "c"]})
    drawn = pd.concat([drawn, both], ignore_index=True)
    return [(few, "a", "b"), (drawn, "a", "b"), (drawn, "c", "a")]


LIFT_OF = CodeExercise(
    key="08.1",
    objective=1,
    concepts=("C5",),
    question="""\
Write `lift_of`. `lines` has the columns `order_id` and `item`, one row per line; an order may
hold an item on several lines. Return the lift of the items `a` and `b`: the share of all orders
that hold both, over what it would be if the two were independent.""",
    starter='''\
def lift_of(lines, a, b):
    """How many times as often a and b stand together as by chance."""
    ...''',
    answer=lift_of,
    inputs=_draw_lines,
    unit="one number, 1 for chance",
    right="The lift is the same in both directions: it says that they go together, not why.",
    hint="orders with both * all orders / (orders with a * orders with b).",
    mistakes=(
        WrongCode(
            lambda lines, a, b: _together(lines, a, b) / len(_baskets(lines, a)),
            "That is the confidence of a rule; compare it with the share of b in all orders.",
        ),
        WrongCode(
            lambda lines, a, b: _together(lines, a, b) / lines["order_id"].nunique(),
            "That is the support; compare it with what chance would give.",
        ),
        WrongCode(_lift_by_lines, "Lines were counted; an order with two lines is one basket."),
        WrongCode(lambda lines, a, b: 1 / lift_of(lines, a, b), "That is the wrong way round."),
        WrongCode(
            lambda lines, a, b: (
                _together(lines, a, b)
                * len(_baskets(lines, a) | _baskets(lines, b))
                / (len(_baskets(lines, a)) * len(_baskets(lines, b)))
            ),
            "Orders with neither count too, in the number of all orders.",
        ),
    ),
)


# ---------------------------------------------------------------------------------------------
# Pairs


def pairs(rules: pd.DataFrame, most: float) -> list[tuple[str, str]]:
    """Pairs that stand together more often than by chance, the highest lift first."""
    fit = rules[(rules["lift"] > 1) & (rules["q_value"] <= most)]
    fit = fit.sort_values("lift", ascending=False)
    named = [(min(a, b), max(a, b)) for a, b in zip(fit["a"], fit["b"], strict=True)]
    return list(dict.fromkeys(named))


def _pairs(rules: pd.DataFrame, most: float, by: str = "q_value", low: float = 1) -> Any:
    fit = rules[(rules["lift"] > low) & (rules[by] <= most)].sort_values("lift", ascending=False)
    named = [(min(a, b), max(a, b)) for a, b in zip(fit["a"], fit["b"], strict=True)]
    return list(dict.fromkeys(named))


def _pairs_twice(rules: pd.DataFrame, most: float) -> Any:
    fit = rules[(rules["lift"] > 1) & (rules["q_value"] <= most)]
    fit = fit.sort_values("lift", ascending=False)
    return [(min(a, b), max(a, b)) for a, b in zip(fit["a"], fit["b"], strict=True)]


def _both_ways(rows: list[tuple[str, str, float, float, float]]) -> pd.DataFrame:
    """Rules a -> b and b -> a with lift, p_value and q_value."""
    turned = [(b, a, *rest) for a, b, *rest in rows]
    mixed = [row for pair in zip(turned, rows, strict=True) for row in pair]
    return pd.DataFrame(mixed, columns=["a", "b", "lift", "p_value", "q_value"])


def _draw_rules(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    few = _both_ways(
        [
            ("tent", "gas", 1.4, 0.001, 0.01),
            ("pen", "ink", 2.0, 0.004, 0.02),
            ("map", "cup", 1.2, 0.03, 0.12),
            ("cup", "pot", 0.5, 0.002, 0.015),
            ("bag", "hat", 3.0, 0.4, 0.6),
            ("axe", "saw", 1.1, 0.02, 0.05),
        ]
    )
    n = 12
    p = rng.permutation(n) / 100 + 0.001
    drawn = _both_ways(
        [
            (f"i{k:02d}", f"j{k:02d}", float(lift), float(chance), float(min(4 * chance, 1)))
            for k, (lift, chance) in enumerate(zip(rng.permutation(n) / 4 + 0.13, p, strict=True))
        ]
    )
    return [(few, 0.05), (few.iloc[::-1], 0.2), (drawn, 0.2), (few, 0.001)]


PAIRS = CodeExercise(
    key="08.2",
    objective=1,
    question="""\
Write `pairs`. `rules` has one row per rule "with `a` also `b`", each pair in both directions,
with `lift`, `p_value` and `q_value`. Return a list of tuples: the pairs that stand together more
often than by chance, with a `q_value` of at most `most`. Each pair once, its names in the order
of the alphabet, the highest lift first. No two pairs have the same lift.""",
    starter='''\
def pairs(rules, most):
    """Pairs that stand together more often than by chance, the highest lift first."""
    ...''',
    answer=pairs,
    inputs=_draw_rules,
    unit="a list of tuples of two names",
    right="The q-value counts how many pairs were looked at; the lift says which way they go.",
    hint="filter, sort by lift, put each pair in order, and keep the first of each.",
    mistakes=(
        WrongCode(
            lambda rules, most: _pairs(rules, most, "p_value"),
            "That filters by p_value, which forgets how many pairs were looked at.",
        ),
        WrongCode(
            lambda rules, most: _pairs(rules, most, low=0.0),
            "A pair with a lift below 1 avoids each other.",
        ),
        WrongCode(_pairs_twice, "Each pair is in the list twice, once per direction."),
        WrongCode(lambda rules, most: pairs(rules, most)[::-1], "The lowest lift comes first."),
        WrongCode(
            lambda rules, most: [(b, a) for a, b in pairs(rules, most)],
            "The names of a pair are not in the order of the alphabet.",
        ),
        WrongCode(
            lambda rules, most: pairs(rules.assign(q_value=0.0), most),
            "Pairs that may be chance are in the list.",
        ),
    ),
)


# ---------------------------------------------------------------------------------------------
# The best offer


def best_offer(
    probability: pd.DataFrame, margin: pd.Series, owned: pd.DataFrame, consent: pd.Series
) -> pd.Series:
    """The item with the largest expected margin for each customer who may be asked."""
    worth = probability.mul(margin, axis=1).where(~owned)
    worth = worth[consent.reindex(worth.index)].dropna(how="all")
    return worth.idxmax(axis=1)


def _best(
    probability: pd.DataFrame, margin: pd.Series | None, owned: pd.DataFrame, consent: pd.Series
) -> pd.Series:
    """As `best_offer`, without what is None."""
    worth = probability if margin is None else probability.mul(margin, axis=1)
    return worth.where(~owned)[consent.reindex(worth.index)].dropna(how="all").idxmax(axis=1)


def _by_best_item(
    probability: pd.DataFrame, margin: pd.Series, owned: pd.DataFrame, consent: pd.Series
) -> pd.Series:
    """The most valuable item that is not owned, whoever is asked."""
    worth = probability.mul(0).add(margin, axis=1)
    return worth.where(~owned)[consent.reindex(worth.index)].dropna(how="all").idxmax(axis=1)


def _draw_offers(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    few = pd.DataFrame(
        {"books": [0.5, 0.4, 0.3, 0.6], "kits": [0.2, 0.1, 0.25, 0.2],
         "games": [0.1, 0.2, 0.05, 0.15]},
        index=list("wxyz"),
    )  # fmt: skip
    margin = pd.Series({"games": 30.0, "books": 4.0, "kits": 12.0})
    owned = few * 0 > 1
    owned.loc["w", "games"] = owned.loc["z"] = True
    consent = pd.Series({"z": True, "y": False, "x": True, "w": True})
    n, names = 20, ["a", "b", "c", "d"]
    drawn = pd.DataFrame(rng.random((n, 4)).round(3), columns=names)
    worth = pd.Series(rng.permutation([3.0, 8, 14, 25]), index=names)
    has = pd.DataFrame(rng.random((n, 4)) < 0.4, columns=names)
    has.loc[0] = True
    may = pd.Series(rng.random(n) < 0.7)
    may[[0, 1, 2]] = [True, True, False]
    return [(few, margin, owned, consent), (drawn, worth, has, may.iloc[::-1])]


BEST_OFFER = CodeExercise(
    key="08.4",
    objective=2,
    concepts=("C5",),
    question="""\
Write `best_offer`. `probability` is a table of customers by items: the probability that the
customer buys it soon. `margin` is a Series by item, `owned` a table of flags with the same
labels, `consent` a Series of flags by customer, in another order. Return a Series by customer
with the item of the largest expected margin among those not owned. Who gave no consent, or owns
everything, is not in it.""",
    starter='''\
def best_offer(probability, margin, owned, consent):
    """The item with the largest expected margin for each customer who may be asked."""
    ...''',
    answer=best_offer,
    inputs=_draw_offers,
    unit="a Series of items by customer",
    right="Probability times margin: the most popular item is often not the best offer.",
    hint="multiply by item, hide what is owned, keep those with consent, take the largest.",
    mistakes=(
        WrongCode(
            lambda probability, margin, owned, consent: _best(probability, None, owned, consent),
            "That is the most probable item; what it earns is missing.",
        ),
        WrongCode(_by_best_item, "That is the item with the highest margin; few may want it."),
        WrongCode(
            lambda probability, margin, owned, consent: best_offer(
                probability, margin, owned & False, consent
            ),
            "Something that the customer owns is offered.",
        ),
        WrongCode(
            lambda probability, margin, owned, consent: best_offer(
                probability, margin, owned, consent | True
            ),
            "Somebody without consent gets an offer.",
        ),
        WrongCode(
            lambda probability, margin, owned, consent: best_offer(
                probability, margin, owned, pd.Series(consent.to_numpy(), probability.index)
            ),
            "The consent stands in another order; look it up by customer.",
        ),
    ),
)
