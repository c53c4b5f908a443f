"""Answers to the exercises of notebook 01: right ones, and typical mistakes with the reason."""

from exercise_cases.case import Case

BY_HAND = {
    "01.2": Case(
        right=[7, 7.0],
        wrong=[
            (3, "itself stays"),
            (10, "in addition"),
            (4, "how attractive the brand"),
            (14, "brand included"),
        ],
    ),
    "01.6": Case(
        right=[3.4, 3.38],
        wrong=[
            (8.4, "against mass"),
            (2.4, "cost something, too"),
            (1.6, "not one alone"),
            (1.4, "wrong sign"),
        ],
    ),
    "01.7": Case(
        right=[1440, 1440.0],
        wrong=[
            (2800, "compare"),
            (2400, "mix both groups"),
            (1200, "not equally large"),
            (36, "Those are orders"),
            (1360, "letters by lot bring"),
        ],
    ),
    "01.9": Case(
        right=[75.4, 75.44],
        wrong=[
            (43, "falls by that"),
            (175.4, "not its rise"),
            (57, "left of the price"),
            (0.754, "percent is asked"),
        ],
    ),
}


def _steps(text):
    return f"""
def next_cost(spent, won):
    s, w = np.array([0, *spent]), np.array([0, *won])
    return list({text})
"""


NEXT_COST = Case(
    right=[
        _steps("np.diff(s) / np.diff(w)"),
        """
def next_cost(spent, won):
    found, money, people = [], 0.0, 0.0
    for s, w in zip(spent, won):
        found.append((s - money) / (w - people))
        money, people = s, w
    return found
""",
    ],
    wrong=[
        (_steps("s[1:] / w[1:]"), "average of all"),
        (_steps("np.diff(s)[1:] / np.diff(w)[1:]"), "first step is missing"),
        (_steps("np.diff(w) / np.diff(s)"), "wrong way round"),
        (_steps("s[1:] / np.diff(w)"), "that of all steps"),
    ],
)


def _between(text, means='value.groupby(segment).transform("mean")'):
    return f"""
def between_share(value, segment):
    segment = segment.reindex(value.index)
    mean = {means}
    return {text}
"""


BETWEEN = Case(
    right=[
        _between("mean.var() / value.var()"),
        """
def between_share(value, segment):
    table = pd.DataFrame({"value": value, "segment": segment})
    groups = table.groupby("segment")["value"].agg(["mean", "size"])
    between = (groups["size"] * (groups["mean"] - value.mean()) ** 2).sum()
    return between / ((value - value.mean()) ** 2).sum()
""",
    ],
    wrong=[
        (_between("1 - mean.var() / value.var()"), "share within"),
        (
            _between("mean.var(ddof=0) / value.var(ddof=0)", "value.groupby(segment).mean()"),
            "count each customer",
        ),
        (
            "def between_share(value, segment):\n"
            "    mean = value.groupby(segment.to_numpy()).transform('mean')\n"
            "    return mean.var() / value.var()\n",
            "Join by customer id",
        ),
        (_between("mean.std() / value.std()"), "standard deviations"),
    ],
)

HITS = Case(
    right=[
        """
def hit_share(offers, bought):
    pairs = set(zip(bought["customer_id"], bought["item"]))
    return np.mean([pair in pairs for pair in zip(offers["customer_id"], offers["item"])])
""",
        """
def hit_share(offers, bought):
    both = offers.merge(bought.drop_duplicates(), on=["customer_id", "item"])
    return len(both) / len(offers)
""",
    ],
    wrong=[
        (
            "def hit_share(offers, bought):\n"
            "    return offers['item'].isin(bought['item']).mean()\n",
            "anybody bought",
        ),
        (
            "def hit_share(offers, bought):\n"
            "    return len(offers.merge(bought, on=['customer_id', 'item'])) / len(offers)\n",
            "counts twice",
        ),
        (
            "def hit_share(offers, bought):\n"
            "    b = bought.drop_duplicates()\n"
            "    return len(offers.merge(b, on=['customer_id', 'item'])) / len(b)\n",
            "share of what was bought",
        ),
        (
            "def hit_share(offers, bought):\n"
            "    both = offers.merge(bought, on=['customer_id', 'item'])\n"
            "    return both['customer_id'].nunique() / offers['customer_id'].nunique()\n",
            "customers with a hit",
        ),
    ],
)


def _campaign(
    rank="score", keep="score * margin > cost", first="letters", pays="effect", cost="cost"
):
    return f"""
def campaign_profit(score, effect, margin, cost, letters):
    effect = effect[score.index]
    ranked = {rank}[{keep}].sort_values(ascending=False)
    chosen = ranked.index[:{first}]
    return ({pays}[chosen] * margin - {cost}).sum()
"""


PROFIT = Case(
    right=[
        _campaign(),
        """
def campaign_profit(score, effect, margin, cost, letters):
    table = pd.DataFrame({"score": score, "effect": effect})
    best = table[table["score"] > cost / margin].nlargest(letters, "score")
    return best["effect"].sum() * margin - len(best) * cost
""",
    ],
    wrong=[
        (_campaign(rank="effect", keep="effect * margin > cost"), "chooses by the effect"),
        (_campaign(keep="score > -9"), "not expected to pay"),
        (_campaign(pays="score"), "what was expected"),
        (_campaign(cost="0"), "cost of the letters is missing"),
        (_campaign(first="len(score)"), "limit on the number"),
        (_campaign().replace("ascending=False", "ascending=True"), "lowest scores"),
    ],
)


def _answers(
    variance="before * (1 - before) + after * (1 - after)", z="1.96", end="np.floor(n) + 1"
):
    return f"""
def fewest_answers(before, after):
    n = {z} ** 2 * ({variance}) / (after - before) ** 2
    return int({end})
"""


ANSWERS = Case(
    right=[
        _answers(),
        """
def fewest_answers(before, after):
    n = 1
    while True:
        error = (before * (1 - before) / n + after * (1 - after) / n) ** 0.5
        if abs(after - before) > 1.96 * error:
            return n
        n += 1
""",
    ],
    wrong=[
        (_answers(end="n"), "next whole number"),
        (_answers(variance="before * (1 - before)"), "second survey"),
        (
            _answers(
                variance="((before * (1 - before)) ** 0.5 + (after * (1 - after)) ** 0.5) ** 2"
            ),
            "added squared",
        ),
        (_answers(z="1.0"), "one standard error"),
    ],
)

IN_CODE = {
    "01.1": NEXT_COST, "01.3": BETWEEN, "01.4": HITS, "01.5": PROFIT, "01.8": ANSWERS,
}  # fmt: skip
CASES = dict(sorted((BY_HAND | IN_CODE).items()))
