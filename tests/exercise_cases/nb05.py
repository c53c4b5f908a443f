"""Answers to the exercises of notebook 05: right ones, and typical mistakes with the reason."""

from exercise_cases.case import Case

BY_HAND = {
    "05.1": Case(
        right=[200, 200.0],
        wrong=[
            (17.1, "divides by all who stayed"),
            (18.75, "without any spending"),
            (12, "whether or not"),
            (33.3, "all who leave"),
            (0.72, "additional share divides"),
        ],
    ),
    "05.3": Case(
        right=[12.9, 12.94, 100 * (1 - 0.5**0.2)],
        wrong=[
            (10, "the base shrinks"),
            (87.06, "what stays"),
            (0.129, "give it in percent"),
            (20, "mean stay"),
            (50, "all those years together"),
        ],
    ),
    "05.5": Case(
        right=[37, 36.67],
        wrong=[
            (20, "cost of winning is not taken off"),
            (28.2, "5 percent of itself"),
            (44, "gain in USD"),
            (0.367, "as a share"),
            (26.8, "by the value after"),
        ],
    ),
    "05.8": Case(
        right=[240, 100 + 80 + 60],
        wrong=[
            (190, "all into winning"),
            (130, "all into keeping"),
            (220, "not the best"),
            (320, "30 thousand on each"),
            (80, "mean for 10 thousand"),
        ],
    ),
}

CHANNEL_COST = Case(
    right=[
        """
def channel_cost(spend, customers):
    paid = spend[spend["purpose"] == "acquire"]
    return pd.Series(
        {
            channel: rows["amount"].sum() / (customers["channel"] == channel).sum()
            for channel, rows in paid.groupby("channel")
        }
    )
""",
        """
def channel_cost(spend, customers):
    paid = spend.query("purpose == 'acquire'").groupby("channel")["amount"].sum()
    return paid / customers.groupby("channel").size()
""",
    ],
    wrong=[
        (
            """
def channel_cost(spend, customers):
    return spend.groupby("channel")["amount"].sum() / customers.groupby("channel").size()
""",
            "spent on keeping",
        ),
        (
            """
def channel_cost(spend, customers):
    paid = spend.query("purpose == 'acquire'").groupby("channel")["amount"].mean()
    return paid / customers.groupby("channel").size()
""",
            "mean of the rows",
        ),
        (
            """
def channel_cost(spend, customers):
    paid = spend.query("purpose == 'acquire'").groupby("channel")["amount"].sum()
    return customers.groupby("channel").size() / paid
""",
            "divide the other way",
        ),
        (
            """
def channel_cost(spend, customers):
    return spend.query("purpose == 'acquire'").groupby("channel")["amount"].sum() / len(customers)
""",
            "divides by all customers",
        ),
        (
            """
def channel_cost(spend, customers):
    return spend.query("purpose == 'acquire'").groupby("channel")["amount"].sum()
""",
            "money of each channel",
        ),
    ],
)


def _mixed(end):
    return f"""
def mixed_survival(sizes, rates, t):
    sizes, rates = np.array(sizes), np.array(rates)
    return float({end})
"""


MIXED_SURVIVAL = Case(
    right=[
        _mixed("np.average(rates**t, weights=sizes)"),
        """
def mixed_survival(sizes, rates, t):
    there = list(sizes)
    for _ in range(t):
        there = [n * rate for n, rate in zip(there, rates)]
    return sum(there) / sum(sizes)
""",
    ],
    wrong=[
        (_mixed("np.average(rates, weights=sizes) ** t"), "gives all of them the mean rate"),
        (_mixed("rates.mean() ** t"), "plain mean of the rates"),
        (_mixed("(rates**t).mean()"), "weigh it by its size"),
        (_mixed("1 - np.average(rates**t, weights=sizes)"), "share that has left"),
        (_mixed("(sizes * rates**t).sum()"), "number of customers"),
        (_mixed("np.average(rates, weights=sizes)"), "one period only"),
    ],
)


def _needed(end):
    return f"""
def points_needed(margin, retention, discount_rate, cost):
    d, r = discount_rate, retention
    return {end}
"""


POINTS_NEEDED = Case(
    right=[
        _needed("cost * (1 + d - r) / margin"),
        """
def points_needed(margin, retention, discount_rate, cost):
    from scipy.optimize import brentq

    d = discount_rate
    before = margin / (1 + d - retention)
    gap = 1 + d - retention
    return brentq(lambda x: (margin - cost) / (gap - x) - before, 0, 0.99 * gap, xtol=1e-14)
""",
    ],
    wrong=[
        (
            _needed("1 + d - margin * (1 + d) / (margin * (1 + d) / (1 + d - r) + cost) - r"),
            "pays the cost once",
        ),
        (_needed("cost * (1 - r) / margin"), "discount rate is missing"),
        (_needed("r + cost * (1 + d - r) / margin"), "after the rise"),
        (_needed("100 * cost * (1 + d - r) / margin"), "Those are points"),
        (_needed("cost / margin"), "share of one margin"),
        (_needed("cost * (1 + d - r) / margin / r"), "relative to retention"),
    ],
)


def _same(end, first="margins[margins.iloc[:, -1].notna()]"):
    return f"""
def same_customers(margins):
    stayed = {first}
    last, first = stayed.iloc[:, -1], stayed.iloc[:, 0]
    return {end}
"""


SAME_CUSTOMERS = Case(
    right=[
        _same("(last - first).mean()"),
        """
def same_customers(margins):
    changes = margins[margins.columns[-1]] - margins[margins.columns[0]]
    return changes.mean()
""",
    ],
    wrong=[
        (_same("last.mean() - first.mean()", first="margins"), "compares other people"),
        (_same("last.mean() - first.mean()", first="margins.fillna(0)"), "count as 0"),
        (_same("first.mean() - last.mean()"), "sign is turned round"),
        (_same("last.mean() / first.mean()"), "a ratio"),
        (_same("(last - first).sum()"), "sum over the customers"),
    ],
)

BLOCKS = Case(
    right=[
        """
def blocks_for_keeping(win, keep, n_blocks):
    blocks = [(-gain, 0) for gain in win] + [(-gain, 1) for gain in keep]
    return sum(kept for _, kept in sorted(blocks)[:n_blocks])
""",
        """
def blocks_for_keeping(win, keep, n_blocks):
    totals = [sum(win[: n_blocks - k]) + sum(keep[:k]) for k in range(n_blocks + 1)]
    return int(np.argmax(totals))
""",
    ],
    wrong=[
        (
            """
def blocks_for_keeping(win, keep, n_blocks):
    return n_blocks if keep[0] > win[0] else 0
""",
            "decides once",
        ),
        (
            """
def blocks_for_keeping(win, keep, n_blocks):
    blocks = [(-gain, 0) for gain in win] + [(-gain, 1) for gain in keep]
    return sum(not kept for _, kept in sorted(blocks)[:n_blocks])
""",
            "blocks for winning",
        ),
        (
            """
def blocks_for_keeping(win, keep, n_blocks):
    return sum(keep[at] > win[at] for at in range(n_blocks))
""",
            "blocks of the same number",
        ),
        (
            """
def blocks_for_keeping(win, keep, n_blocks):
    a, b = sum(win[:n_blocks]), sum(keep[:n_blocks])
    return round(n_blocks * b / (a + b))
""",
            "in proportion",
        ),
        (
            "def blocks_for_keeping(win, keep, n_blocks):\n    return n_blocks // 2\n",
            "half for each",
        ),
    ],
)


def _whom(by="gain", gain='effect * customers["leave"] * customers["value"] - cost', end="True"):
    return f"""
def whom_to_keep(customers, effect, cost):
    table = customers.assign(gain={gain})
    chosen = table[table["gain"] > 0].sort_values("{by}", ascending=not {end})
    return list(chosen.index)
"""


WHOM = Case(
    right=[
        _whom(),
        """
def whom_to_keep(customers, effect, cost):
    gains = {}
    for name, row in customers.iterrows():
        gains[name] = effect * row["leave"] * row["value"] - cost
    return [name for name in sorted(gains, key=gains.get, reverse=True) if gains[name] > 0]
""",
    ],
    wrong=[
        (_whom(by="leave"), "Sorted by the probability"),
        (_whom(by="value"), "Sorted by value"),
        (_whom(gain='effect * customers["leave"] * customers["value"]'), "cost is missing"),
        (_whom(gain='customers["leave"] * customers["value"] - cost'), "keeps all who would leave"),
        (_whom(gain='effect * customers["value"] - cost'), "counts everybody as leaving"),
        (_whom(end="False"), "order is turned round"),
    ],
)

IN_CODE = {
    "05.2": CHANNEL_COST,
    "05.4": MIXED_SURVIVAL,
    "05.6": POINTS_NEEDED,
    "05.7": SAME_CUSTOMERS,
    "05.9": BLOCKS,
    "05.10": WHOM,
}

# In the order in which the notebook asks.
CASES = dict(sorted((BY_HAND | IN_CODE).items(), key=lambda case: int(case[0].split(".")[1])))
