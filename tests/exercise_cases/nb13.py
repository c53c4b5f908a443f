"""Answers to the exercises of notebook 13: right ones, and typical mistakes with the reason."""

from exercise_cases.case import Case

BY_HAND = {
    "13.2": Case(
        right=[960_000, 960_000.0],
        wrong=[
            (300_000, "the plan sends as many"),
            (1_260_000, "their cost cancels"),
            (660_000, "save no letter"),
            (9_600_000, "gain of all the letters"),
            (12_000_000, "Not each letter"),
            (16, "Those are orders"),
        ],
    ),
    "13.5": Case(
        right=[8.9, 8.89],
        wrong=[
            (64, "what providers sold"),
            (13.9, "Not all that"),
            (320, "million dollars"),
            (0.0889, "asks for percent"),
            (36, "what else"),
        ],
    ),
    "13.6": Case(
        right=[3_600_000, 3.6e6],
        wrong=[
            (9_000_000, "whole gain"),
            (5_400_000, "what is realised"),
            (2_700_000, "not alike"),
            (60, "Those are orders"),
            (72_000_000, "Not each contact"),
        ],
    ),
    "13.7": Case(
        right=[{1, 3, 6}, {"1", "3", "6"}, [6, 3, 1]],
        wrong=[
            ({2, 5}, "operational questions"),
            ({2, 4, 5}, "work of the moment"),
            ({1, 3}, "all customers at once"),
            ({1, 3, 4, 6}, "while it rings"),
            ({1, 3, 5, 6}, "yesterday's copy"),
            ({1, 2, 3, 6}, "carries it out"),
            ({3, 6}, "left alone"),
            ({1, 6}, "forecast is learned"),
        ],
    ),
    "13.10": Case(
        right=[0.32, 0.3206],
        wrong=[
            (0.85, "same firms"),
            (0.68, "at least one"),
            (0.000001709, "put nothing right"),
            (32.06, "in percent"),
            (0.1214, "not divided"),
        ],
    ),
}


def _firms(text):
    return f"def share_of_firms(costs):\n    top = costs.mean().idxmax()\n    return {text}\n"


SHARE_OF_FIRMS = Case(
    right=[
        _firms("(costs.idxmax(axis=1) == top).mean()"),
        """
def share_of_firms(costs):
    first = costs.mean().sort_values().index[-1]
    ranks = costs.rank(axis=1, ascending=False)
    return (ranks[first] == 1).sum() / len(costs)
""",
    ],
    wrong=[
        (_firms("costs.idxmax(axis=1).value_counts().max() / len(costs)"), "dearest on average"),
        (_firms("(costs.idxmin(axis=1) == top).mean()"), "costs least"),
        (_firms("costs[top].sum() / costs.sum().sum()"), "share of the money"),
        (_firms("int((costs.idxmax(axis=1) == top).sum())"), "number of firms"),
        (_firms("(costs[top] > costs[top].mean()).mean()"), "its own mean"),
    ],
)


def _made(text):
    return f"""
def shares_made(visits):
    by = visits.groupby("instructor_id")
    return {text}
"""


SHARES_MADE = Case(
    right=[
        _made('by["held"].sum() / by["planned"].sum()'),
        """
def shares_made(visits):
    found = {}
    for who in visits["instructor_id"].unique():
        own = visits[visits["instructor_id"] == who]
        found[who] = own["held"].sum() / own["planned"].sum()
    return pd.Series(found)
""",
    ],
    wrong=[
        (
            "def shares_made(visits):\n"
            "    ratio = visits['held'] / visits['planned']\n"
            "    return ratio.groupby(visits['instructor_id']).mean()\n",
            "add up first",
        ),
        (
            "def shares_made(visits):\n"
            "    full = visits['held'] == visits['planned']\n"
            "    return full.groupby(visits['instructor_id']).mean()\n",
            "months without a gap",
        ),
        (_made('1 - by["held"].sum() / by["planned"].sum()'), "that is missing"),
        (_made('by["held"].sum() / visits["planned"].sum()'), "not from all"),
    ],
)


def _both(text, best="nlargest"):
    return f"""
def best_by_both(one, other, n):
    both = one.{best}(n).index.intersection(other.{best}(n).index)
    return {text}
"""


BEST_BY_BOTH = Case(
    right=[
        _both("len(both) / n"),
        """
def best_by_both(one, other, n):
    first = one.sort_values(ascending=False).index[:n]
    second = other.sort_values(ascending=False).index[:n]
    return first.isin(second).mean()
""",
    ],
    wrong=[
        (_both("len(both) / n", best="nsmallest"), "Those are the lowest"),
        (_both("len(both) / len(one)"), "not by all customers"),
        (_both("len(both) / (2 * n - len(both))"), "best by either"),
        (_both("len(both)"), "number of customers"),
        (_both("1 - len(both) / n"), "one ranking only"),
    ],
)


def _score(low="0", high="1", over="answers", order="[low, high]"):
    return f"""
def score_limits(answers):
    worth = {{"yes": 1, "partly": 0.5, "no": 0}}
    given = [a for a in answers if answers[a] is not None]
    low = sum(worth.get(a, {low}) for a in answers.values()) / len({over})
    high = sum(worth.get(a, {high}) for a in answers.values()) / len({over})
    return {order}
"""


SCORE_LIMITS = Case(
    right=[
        _score(),
        """
def score_limits(answers):
    points = {"yes": 1, "partly": 0.5, "no": 0, None: 0}
    low = np.mean([points[a] for a in answers.values()])
    return [low, low + list(answers.values()).count(None) / len(answers)]
""",
    ],
    wrong=[
        (
            "def score_limits(answers):\n"
            "    worth = {'yes': 1, 'partly': 0.5, 'no': 0}\n"
            "    given = [worth[a] for a in answers.values() if a]\n"
            "    return [sum(given) / len(given)] * 2\n",
            "leaves the missing answers out",
        ),
        (_score(low="0.5", high="0.5"), "not a partly"),
        (_score(order="[high, low]"), "higher one stands first"),
        (_score(high="0.5"), "At best"),
        (_score(over="given"), "Divide by all questions"),
    ],
)


def _set(score="worth[n] for n in names", keep="sum(cost[n] for n in names) <= budget"):
    return f"""
def best_set(cost, worth, budget):
    from itertools import combinations
    best, most = [], 0
    for size in range(len(cost) + 1):
        for names in combinations(sorted(cost), size):
            if {keep} and sum({score}) > most:
                best, most = list(names), sum({score})
    return best
"""


def _greedy(key):
    return f"""
def best_set(cost, worth, budget):
    taken, left = [], budget
    for n in sorted((n for n in cost if worth[n] > 0), key=lambda n: {key}):
        if cost[n] <= left:
            taken.append(n)
            left -= cost[n]
    return sorted(taken)
"""


BEST_SET = Case(
    right=[
        _set(),
        """
def best_set(cost, worth, budget):
    if not cost:
        return []
    name, *others = sorted(cost)
    rest = {n: cost[n] for n in others}
    without = best_set(rest, worth, budget)
    if cost[name] > budget:
        return without
    taken = [name] + best_set(rest, worth, budget - cost[name])
    return max(without, taken, key=lambda names: sum(worth[n] for n in names))
""",
    ],
    wrong=[
        (_greedy("-worth[n]"), "leave no budget for two"),
        (_greedy("-worth[n] / cost[n]"), "budget idle"),
        (_greedy("cost[n]"), "Cheap ones first"),
        (_set(score="cost[n] for n in names"), "spends as much as fits"),
        (_set(keep="True"), "budget is not kept"),
        (_set(score="worth[n] - cost[n] for n in names"), "taken off twice"),
    ],
)

IN_CODE = {
    "13.1": SHARE_OF_FIRMS,
    "13.3": SHARES_MADE,
    "13.4": BEST_BY_BOTH,
    "13.8": SCORE_LIMITS,
    "13.9": BEST_SET,
}

# In the order in which the notebook asks.
CASES = dict(sorted((BY_HAND | IN_CODE).items(), key=lambda case: int(case[0].split(".")[1])))
