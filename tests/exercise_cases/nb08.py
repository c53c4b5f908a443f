"""Answers to the exercises of notebook 08: right ones, and typical mistakes with the reason."""

from exercise_cases.case import Case

BY_HAND = {
    "08.3": Case(
        right=[0.225, 0.23, 90 / 400],
        wrong=[
            (0.15, "recent buyers are counted"),
            (0.2, "has a barbecue already"),
            (0.164, "not watched"),
            (0.775, "who do not"),
            (22.5, "in percent"),
        ],
    ),
    "08.6": Case(
        right=[1.25, 0.3 / 0.24],
        wrong=[
            (0.2, "share of all purchases"),
            (0.3, "share who move up"),
            (0.24, "what is usual"),
            (0.8, "wrong way round"),
            (0.833, "no move"),
        ],
    ),
    "08.8": Case(
        right=[0.625, 0.63, 100 / 160],
        wrong=[
            (100 / 150, "spends more"),
            (0.714, "nothing is bought yet"),
            (0.375, "that is open"),
            (62.5, "in percent"),
        ],
    ),
    "08.9": Case(
        right=[71.6],
        wrong=[
            (60, "do not add up"),
            (0.6, "what is left of each"),
            (20, "mean of the three"),
            (171.6, "give the rise"),
            (0.716, "as a share"),
        ],
    ),
    "08.10": Case(
        right=["c", "C", " c ", "c)", "(c)"],
        wrong=[("a", "without any offer"), ("B", "both directions"), ("d)", "hold one alone")],
    ),
}


def _lift(end, count="set(lines.loc[lines['item'] == item, 'order_id'])"):
    return f"""
def lift_of(lines, a, b):
    def orders(item):
        return {count}
    one, other, n = orders(a), orders(b), lines["order_id"].nunique()
    both = len(set(one) & set(other))
    return {end}
"""


LIFT_OF = Case(
    right=[
        _lift("both * n / (len(one) * len(other))"),
        """
def lift_of(lines, a, b):
    has = pd.crosstab(lines["order_id"], lines["item"]) > 0
    return (has[a] & has[b]).mean() / (has[a].mean() * has[b].mean())
""",
    ],
    wrong=[
        (_lift("both / len(one)"), "confidence of a rule"),
        (_lift("both / n"), "That is the support"),
        (
            _lift(
                "both * len(lines) / (len(one) * len(other))",
                "list(lines.loc[lines['item'] == item, 'order_id'])",
            ),
            "Lines were counted",
        ),
        (_lift("len(one) * len(other) / (both * n)"), "wrong way round"),
        (_lift("both * len(one | other) / (len(one) * len(other))"), "Orders with neither"),
    ],
)


def _pairs(fit="(rules['lift'] > 1) & (rules['q_value'] <= most)", end="found", order="sorted"):
    return f"""
def pairs(rules, most):
    fit = rules[{fit}].sort_values("lift", ascending=False)
    found = []
    for a, b in zip(fit["a"], fit["b"]):
        pair = tuple({order}([a, b]))
        if pair not in found:
            found.append(pair)
    return {end}
"""


PAIRS = Case(
    right=[
        _pairs(),
        """
def pairs(rules, most):
    fit = rules.query("lift > 1 and q_value <= @most and a < b")
    fit = fit.sort_values("lift", ascending=False)
    return list(fit[["a", "b"]].itertuples(index=False, name=None))
""",
    ],
    wrong=[
        (_pairs("(rules['lift'] > 1) & (rules['p_value'] <= most)"), "by p_value"),
        (_pairs("rules['q_value'] <= most"), "lift below 1"),
        (
            """
def pairs(rules, most):
    fit = rules.query("lift > 1 and q_value <= @most").sort_values("lift", ascending=False)
    return [tuple(sorted(pair)) for pair in zip(fit["a"], fit["b"])]
""",
            "twice",
        ),
        (_pairs(end="found[::-1]"), "lowest lift"),
        (_pairs(end="[(b, a) for a, b in found]"), "alphabet"),
        (_pairs("rules['lift'] > 1"), "may be chance"),
    ],
)


def _offer(
    worth="probability * margin[probability.columns]", hide="owned", may="consent[worth.index]"
):
    return f"""
def best_offer(probability, margin, owned, consent):
    worth = {worth}
    worth = worth.where(~{hide})
    worth = worth[{may}]
    return worth.dropna(how="all").idxmax(axis=1)
"""


BEST_OFFER = Case(
    right=[
        _offer(),
        """
def best_offer(probability, margin, owned, consent):
    found = {}
    for name, row in probability.iterrows():
        worth = (row * margin)[~owned.loc[name]]
        if consent[name] and len(worth):
            found[name] = worth.idxmax()
    return pd.Series(found)
""",
    ],
    wrong=[
        (_offer("probability"), "most probable item"),
        (_offer("probability * 0 + margin[probability.columns]"), "highest margin"),
        (_offer(hide="(owned & False)"), "that the customer owns"),
        (_offer(may="worth.index == worth.index"), "without consent"),
        (_offer(may="consent.to_numpy()"), "in another order"),
    ],
)


def _hit(rows="(when > as_of) & (when <= end)", what="found.mean()", match="pair in bought"):
    return f"""
def hit_rate(offers, lines, as_of, horizon):
    when, end = lines["date"], as_of + pd.Timedelta(days=horizon)
    later = lines[{rows}]
    bought = set(zip(later["customer_id"], later["item"]))
    found = pd.Series([{match} for pair in offers.items()], index=offers.index)
    return {what}
"""


HIT_RATE = Case(
    right=[
        _hit(),
        """
def hit_rate(offers, lines, as_of, horizon):
    days = (lines["date"] - as_of).dt.days
    later = lines[(days > 0) & (days <= horizon)]
    fit = later[later["item"] == later["customer_id"].map(offers)]
    return fit["customer_id"].nunique() / len(offers)
""",
    ],
    wrong=[
        (_hit("(when >= as_of) & (when <= end)"), "on the day itself"),
        (_hit("when > as_of"), "after the horizon"),
        (_hit(match="pair[0] in set(later['customer_id'])"), "Any purchase"),
        (_hit(what="found[found.index.isin(later['customer_id'])].mean()"), "bought nothing"),
        (_hit(what="int(found.sum())"), "number of customers"),
    ],
)


def _due(cut="<= as_of", once="drop_duplicates()", usual="gaps.median()", few=2, day="as_of"):
    return f"""
def due(lines, as_of):
    known = lines.loc[lines["date"] {cut}, ["customer_id", "date"]].{once}
    everybody = known.sort_values("date").groupby("customer_id")["date"]
    middle = everybody.agg(lambda days: days.diff().dt.days.median()).median()
    found = []
    for name, own in everybody:
        gaps = own.diff().dt.days
        limit = {usual} if len(own) > 1 else 0
        if len(own) >= {few} and ({day} - own.max()).days >= limit:
            found.append(name)
    return sorted(found)
"""


DUE = Case(
    right=[
        _due(),
        """
def due(lines, as_of):
    days = lines.loc[lines["date"] <= as_of, ["customer_id", "date"]].drop_duplicates()
    days = days.sort_values(["customer_id", "date"])
    gap = days.groupby("customer_id")["date"].diff().dt.days
    usual = gap.groupby(days["customer_id"]).median().dropna()
    since = (as_of - days.groupby("customer_id")["date"].max()).dt.days
    return sorted(usual.index[since[usual.index] >= usual])
""",
    ],
    wrong=[
        (_due(cut="< as_of"), "on the day itself"),
        (
            _due(cut='<= lines["date"].max()', day='lines["date"].max()'),
            "last day of the file",
        ),
        (_due(once="copy()"), "one purchase"),
        (_due(usual="middle"), "interval of everybody"),
        (_due(usual="gaps.mean()"), "That is the mean"),
        (_due(few=1), "no interval"),
    ],
)

IN_CODE = {
    "08.1": LIFT_OF,
    "08.2": PAIRS,
    "08.4": BEST_OFFER,
    "08.5": HIT_RATE,
    "08.7": DUE,
}

# In the order in which the notebook asks.
CASES = dict(sorted((BY_HAND | IN_CODE).items(), key=lambda case: int(case[0].split(".")[1])))
