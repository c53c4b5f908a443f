"""What the simulated company sells, and which categories go together in a basket."""

import itertools
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crmlab._errors import InputError
from crmlab._types import Floats
from crmlab.company import CompanySettings

__all__ = ["CATEGORIES", "BasketLaw", "Category", "basket_law", "draw_catalogue"]


@dataclass(frozen=True)
class Category:
    """A shelf of the catalogue.

    Parameters
    ----------
    department : str
        Department it belongs to.
    name : str
        Name of the category.
    share : float
        Share of orders that hold something of it.
    cheapest : int
        Price of its cheapest product, in won.
    topics : tuple of str
        Five names of products, from cheap to dear; each comes in three levels.
    """

    department: str
    name: str
    share: float
    cheapest: int
    topics: tuple[str, str, str, str, str]


CATEGORIES = (
    Category("books", "workbooks", 0.50, 2_200, (
        "하루 연산 문제집", "받아쓰기 교본", "단원평가 문제집",
        "서술형 수학 묶음", "전과목 문제집 세트",
    )),
    Category("books", "picture books", 0.34, 2_600, (
        "첫걸음 그림책", "생활 동화책", "자연 관찰 그림책",
        "전래 동화 묶음", "세계 명작 그림책 전집",
    )),
    Category("books", "english readers", 0.22, 2_400, (
        "파닉스 읽기책", "영어 단어 카드", "영어 동화책",
        "소리펜 영어 묶음", "영어 리더스 전집",
    )),
    Category("kits", "science kits", 0.20, 3_300, (
        "씨앗 관찰 키트", "자석 실험 키트", "태양광 자동차 키트",
        "화학 실험 상자", "천체 망원경 세트",
    )),
    Category("kits", "coding kits", 0.14, 3_700, (
        "코딩 카드 놀이", "블록 코딩 키트", "불빛 회로 키트",
        "라인 따라가기 로봇", "로봇 코딩 세트",
    )),
    Category("kits", "art materials", 0.24, 2_000, (
        "색연필", "종이접기 꾸러미", "물감 꾸러미",
        "점토 공예 상자", "미술 도구 세트",
    )),
    Category("supplies", "stationery", 0.16, 1_500, (
        "연필 묶음", "공책 꾸러미", "필통 세트",
        "독서대", "책가방 세트",
    )),
    Category("supplies", "board games", 0.10, 3_000, (
        "낱말 카드 놀이", "숫자 빙고", "도형 퍼즐",
        "역사 보드게임", "가족 보드게임 세트",
    )),
)  # fmt: skip

LEVELS = ("기본", "표준", "프리미엄")  # basic, standard, premium

# Category, category, planted lift: observed over expected frequency of both in a basket.
_PAIRS = (
    ("workbooks", "stationery", 1.4),
    ("picture books", "art materials", 1.6),
    ("science kits", "board games", 1.8),
    ("picture books", "english readers", 0.6),
    ("science kits", "coding kits", 0.4),
)

_STEP = 1.32  # price of a product over that of the next cheaper one of its category
_DEAREST = 180_000
_COST_SHARE = (0.35, 0.75)
_BELOW_COST = 4  # products sold at a loss
_LOSS_SHARE = (1.05, 1.20)
_MOST_LINES = 6
_STEPS = 100  # of Newton's method; it needs about ten


def draw_catalogue(
    settings: CompanySettings, rng: np.random.Generator
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw products with price and cost, and list the planted complements and substitutes.

    Parameters
    ----------
    settings : CompanySettings
        `complements` is the power to which every planted lift is raised.
    rng : Generator
        Source of prices' odd hundreds and of costs.

    Returns
    -------
    products : DataFrame
        Columns `product_id`, `department`, `category`, `product_name`, `price` and `cost` (won,
        whole). 120 products in eight categories; each product comes in three levels, 기본 (basic),
        표준 (standard) and 프리미엄 (premium), so that a customer can be sold a better one. Cost
        is 35 % to 75 % of the price; four products are sold below cost.
    pairs : DataFrame
        Columns `category_a`, `category_b`, `kind` ("complement" or "substitute") and `lift`: the
        share of orders with both over the product of both shares. It is 1 for all other pairs,
        and for these too with ``complements=0``.

    Examples
    --------
    >>> products, pairs = draw_catalogue(CompanySettings(), np.random.default_rng(1))
    >>> len(products), products["product_name"].iloc[0]
    (120, '하루 연산 문제집 기본')
    >>> pairs["lift"].tolist()
    [1.4, 1.6, 1.8, 0.6, 0.4]
    """
    shelves = [(category, level) for category in CATEGORIES for level in range(15)]
    price = _draw_prices(rng)
    products = pd.DataFrame(
        {
            "product_id": [f"P{number:03}" for number in range(1, len(shelves) + 1)],
            "department": [category.department for category, _ in shelves],
            "category": [category.name for category, _ in shelves],
            "product_name": [
                f"{category.topics[level // 3]} {LEVELS[level % 3]}" for category, level in shelves
            ],
            "price": price,
            "cost": _draw_costs(price, rng),
        }
    )
    pairs = pd.DataFrame(_PAIRS, columns=["category_a", "category_b", "lift"])
    kind = np.where(pairs["lift"] > 1, "complement", "substitute")
    pairs.insert(2, "kind", pd.Series(kind, dtype="str"))
    pairs["lift"] **= float(settings.complements)
    return products, pairs


def _draw_prices(rng: np.random.Generator) -> NDArray[np.int64]:
    """Draw prices in steps of about a third, in whole hundreds of won.

    Two and a half steps double a price, so two of one product cost what lies between two others:
    a fine scale of what a line can cost.
    """
    cheapest = np.array([category.cheapest for category in CATEGORIES], dtype=float)
    ladder = cheapest[:, None] * _STEP ** np.arange(15)
    odd = rng.uniform(0.98, 1.02, ladder.shape)
    odd[:, 0] = 1.0
    price = np.minimum(np.round(ladder * odd, -2), _DEAREST)
    return price.ravel().astype("int64")


def _draw_costs(price: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    share = rng.uniform(*_COST_SHARE, len(price))
    at_a_loss = rng.choice(len(price), _BELOW_COST, replace=False)
    share[at_a_loss] = rng.uniform(*_LOSS_SHARE, _BELOW_COST)
    return np.round(price * share, -1).astype("int64")


@dataclass(frozen=True)
class BasketLaw:
    """Probability of each set of categories in an order.

    Parameters
    ----------
    holds : ndarray of shape (n_baskets, n_categories)
        Whether a basket holds a category.
    probability : ndarray of shape (n_baskets,)
        Probability of a basket.
    """

    holds: NDArray[np.bool_]
    probability: Floats


def basket_law(pairs: pd.DataFrame) -> BasketLaw:
    """Maximum-entropy distribution of baskets of one to six categories with the planted lifts.

    The shares of orders that hold each category are those of `CATEGORIES`, whatever the lifts;
    all pairs that are not in `pairs` have a lift of 1.

    Raises
    ------
    InputError
        If no baskets have these lifts.

    Examples
    --------
    >>> _, pairs = draw_catalogue(CompanySettings(), np.random.default_rng(1))
    >>> law = basket_law(pairs)
    >>> workbooks, stationery = law.holds[:, 0], law.holds[:, 6]
    >>> both = law.probability[workbooks & stationery].sum()
    >>> round(float(both / law.probability[workbooks].sum() / law.probability[stationery].sum()), 3)
    1.4
    """
    n = len(CATEGORIES)
    holds = np.array([row for row in itertools.product([0, 1], repeat=n) if any(row)], dtype=bool)
    holds = holds[holds.sum(axis=1) <= _MOST_LINES]
    first, second = np.triu_indices(n, 1)
    features = np.hstack([holds, holds[:, first] & holds[:, second]]).astype(float)
    share = np.array([category.share for category in CATEGORIES])
    lift = _lift_matrix(pairs)
    target = np.concatenate([share, (np.outer(share, share) * lift)[first, second]])
    probability = _maximise_entropy(features, target)
    # Rounded, so that the last digit of another machine does not draw another basket.
    probability = np.round(probability, 10)
    return BasketLaw(holds, probability / probability.sum())


def _lift_matrix(pairs: pd.DataFrame) -> Floats:
    names = [category.name for category in CATEGORIES]
    lift = np.ones((len(names), len(names)))
    for a, b, planted in zip(pairs["category_a"], pairs["category_b"], pairs["lift"], strict=True):
        lift[names.index(a), names.index(b)] = lift[names.index(b), names.index(a)] = planted
    return lift


def _maximise_entropy(features: Floats, target: Floats) -> Floats:
    """Find the probabilities of rows whose mean of `features` is `target`, by Newton's method."""

    def law(weights: Floats) -> tuple[Floats, float]:
        score = features @ weights
        top = score.max()
        odds = np.exp(score - top)
        return odds / odds.sum(), float(np.log(odds.sum()) + top - weights @ target)

    weights = np.zeros(features.shape[1])
    probability, worst = law(weights)
    for _ in range(_STEPS):
        mean = probability @ features
        if np.abs(mean - target).max() < 1e-11:
            return probability
        spread = features - mean
        curvature = spread.T @ (spread * probability[:, None]) + 1e-12 * np.eye(len(target))
        step = np.linalg.solve(curvature, mean - target)
        length = 1.0
        while law(weights - length * step)[1] > worst and length > 1e-6:
            length /= 2
        weights = weights - length * step
        probability, worst = law(weights)
    raise InputError(
        "`pairs` must hold lifts that some baskets have; these contradict each other. "
        "Move them closer to 1."
    )
