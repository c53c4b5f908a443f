"""Answers to the exercises of notebook 10: right ones, and typical mistakes with the reason."""

from exercise_cases.case import Case

BY_HAND = {
    "10.2": Case(
        right=[6, 6.0, 1 + 40 / 8],
        wrong=[
            (3.5, "only at those who stay"),
            (8.75, "later margin for the first month"),
            (5, "first month is missing"),
            (2.33, "first margin for every month"),
            (7.33, "counted twice"),
        ],
    ),
    "10.4": Case(
        right=[16.7, 100 / 6],
        wrong=[
            (100, "one step only"),
            (20, "never ends"),
            (83.3, "divide it by the 5"),
            (0.1667, "give it in percent"),
            (17.14, "one of the 6"),
        ],
    ),
    "10.8": Case(
        right=[0.98, 0.02 * (81 - 12) - 0.4],
        wrong=[
            (1.16, "count as new"),
            (1.004, "get a gift, too"),
            (1.38, "sending is missing"),
            (1.22, "gifts are missing"),
            (980, "1,000 names"),
        ],
    ),
    "10.9": Case(
        right=["b", "B)"],
        wrong=[
            ("a", "anybody else"),
            ("c", "with or without a name"),
            ("d", "not a consent"),
        ],
    ),
}


def _cost(spread="overhead * spend / spend.sum()", gift="gift", end="+ {gift}"):
    return f"""
def loaded_cost(spend, n_new, overhead, gift):
    return (spend + {spread}) / n_new {end.format(gift=gift)}
"""


LOADED = Case(
    right=[
        _cost(),
        """
def loaded_cost(spend, n_new, overhead, gift):
    total = sum(spend)
    costs = {}
    for channel in spend.index:
        money = spend[channel] + overhead * spend[channel] / total
        costs[channel] = money / n_new[channel] + gift
    return pd.Series(costs)
""",
    ],
    wrong=[
        (_cost(spread="0"), "overhead is missing"),
        (_cost(gift="0"), "gift is missing"),
        (_cost(spread="overhead"), "bears the whole overhead"),
        (_cost(spread="overhead / len(spend)"), "in equal parts"),
        (_cost(spread="overhead * n_new / n_new.sum()"), "by customers"),
        (_cost(spread="overhead * spend / spend.sum() + gift", end=""), "shared by all customers"),
    ],
)


def _approach(by="gain", gain="chance * (value - gift) - contact", end="True"):
    return f"""
def approach(prospects, contact, gift):
    chance, value = prospects["chance"], prospects["value"]
    table = prospects.assign(gain={gain})
    return list(table[table["gain"] > 0].sort_values("{by}", ascending=not {end}).index)
"""


APPROACH = Case(
    right=[
        _approach(),
        """
def approach(prospects, contact, gift):
    gains = {}
    for name, row in prospects.iterrows():
        gains[name] = row["chance"] * (row["value"] - gift) - contact
    return [name for name in sorted(gains, key=gains.get, reverse=True) if gains[name] > 0]
""",
    ],
    wrong=[
        (_approach(by="chance"), "Sorted by chance"),
        (_approach(by="value"), "Sorted by value"),
        (_approach(gain="chance * value - contact"), "gift is missing"),
        (_approach(gain="chance * (value - gift)"), "cost of approaching is missing"),
        (_approach(gain="value - gift - contact"), "counts everybody as won"),
        (_approach(end="False"), "order is turned round"),
    ],
)


def _added(gain):
    return f"""
def added(referrals, anyway, saved, reward):
    value = referrals["value"]
    table = referrals.assign(gain={gain})
    return table.groupby("referrer_id")["gain"].sum()
"""


ADDED = Case(
    right=[
        _added("(1 - anyway) * value + anyway * saved - reward"),
        """
def added(referrals, anyway, saved, reward):
    sums = {}
    for row in referrals.itertuples():
        gain = row.value - anyway * (row.value - saved) - reward
        sums[row.referrer_id] = sums.get(row.referrer_id, 0) + gain
    return pd.Series(sums)
""",
    ],
    wrong=[
        (_added("value - reward"), "All count as won"),
        (_added("(1 - anyway) * value - reward"), "is saved; count it"),
        (_added("(1 - anyway) * value + anyway * saved"), "reward is missing"),
        (_added("(1 - anyway) * (value - reward) + anyway * saved"), "paid also for those"),
        (_added("(1 - anyway) * value + saved - reward"), "would not have come"),
        (_added("anyway * value + (1 - anyway) * saved - reward"), "turned round"),
    ],
)


def _reward(end):
    return f"""
def best_reward(offers, brings, worth):
    m = offers["recommending"] * brings
    reward = offers["reward"]
    return float({end})
"""


REWARD = Case(
    right=[
        _reward("reward[(m / (1 - m) * (worth - reward)).idxmax()]"),
        """
def best_reward(offers, brings, worth):
    best, most = None, -float("inf")
    for row in offers.itertuples():
        m = row.recommending * brings
        gain = (1 / (1 - m) - 1) * (worth - row.reward)
        if gain > most:
            best, most = row.reward, gain
    return best
""",
    ],
    wrong=[
        (_reward("reward[(m * (worth - reward)).idxmax()]"), "first step only"),
        (_reward("reward[m.idxmax()]"), "whatever they cost"),
        (_reward("reward.min()"), "cheapest reward"),
        (_reward("(m / (1 - m) * (worth - reward)).max()"), "That is the gain"),
    ],
)


def _chain(step="new * m * (1 - total / market)", n="generations", end="total"):
    return f"""
def chain(n, m, market, generations):
    total = new = n
    for at in range({n}):
        new = {step}
        total = total + new
    return {end}
"""


CHAIN = Case(
    right=[
        _chain(),
        """
def chain(n, m, market, generations):
    news = [n]
    for _ in range(generations):
        news.append(news[-1] * m * (market - sum(news)) / market)
    return sum(news)
""",
    ],
    wrong=[
        (_chain(step="new * m"), "market never ends"),
        (_chain(step="total * m * (1 - total / market)"), "only new ones do"),
        (_chain(end="new"), "new ones of the last"),
        (_chain(end="total - n"), "Those at first are missing"),
        (_chain(step="new * m * (1 - n / market)"), "grows with each generation"),
        (_chain(n="generations - 1"), "one generation too few"),
    ],
)

IN_CODE = {
    "10.1": LOADED,
    "10.3": APPROACH,
    "10.5": ADDED,
    "10.6": REWARD,
    "10.7": CHAIN,
}

# In the order in which the notebook asks.
CASES = dict(sorted((BY_HAND | IN_CODE).items(), key=lambda case: int(case[0].split(".")[1])))
