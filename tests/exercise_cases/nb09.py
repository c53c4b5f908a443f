"""Answers to the exercises of notebook 09: right ones, and typical mistakes with the reason."""

from exercise_cases.case import Case

BY_HAND = {
    "09.1": Case(
        right=[0.0343, 1.2 / 35],
        wrong=[
            (0.8 / 35, "spread it over all"),
            (0.03, "gift is missing"),
            (1.2 / 45, "lowers what a response brings"),
            (60_000 / 35, "number of responses"),
            (3.43, "in percent"),
        ],
    ),
    "09.4": Case(
        right=["c", "C", " c ", "c)", "(c)"],
        wrong=[("a", "before they had the coupon"), ("B", "drew a lot"), ("d)", "planned")],
    ),
    "09.7": Case(
        right=[576, 576.0],
        wrong=[
            (28.8, "squared"),
            (1152, "both groups"),
            (640, "1 - p is missing"),
            (144, "not the share who order"),
            (0.0576, "percentage points"),
        ],
    ),
    "09.10": Case(
        right=["c", "C", " c ", "c)", "(c)"],
        wrong=[("a", "2.5 in 100"), ("B", "hardly respond"), ("d)", "disturbed twice")],
    ),
}


def _flips(keep="(share >= 0) & (share <= 1)", start="low", sign="+"):
    return f"""
def flips_at(table):
    slope = (table["profit_high"] - table["profit_low"]) / (table["high"] - table["low"])
    share = -table["profit_low"] / slope / (table["high"] - table["low"])
    at = table["{start}"] {sign} share * (table["high"] - table["low"])
    return at[{keep}]
"""


FLIPS = Case(
    right=[
        _flips(),
        """
def flips_at(table):
    found = {}
    for name, row in table.iterrows():
        if row["profit_low"] * row["profit_high"] <= 0:
            step = (row["high"] - row["low"]) / (row["profit_high"] - row["profit_low"])
            found[name] = row["low"] - row["profit_low"] * step
    return pd.Series(found)
""",
    ],
    wrong=[
        (_flips(keep="at == at"), "outside their range"),
        (
            "def flips_at(table):\n"
            "    at = (table['low'] + table['high']) / 2\n"
            "    return at[np.sign(table['profit_low']) != np.sign(table['profit_high'])]\n",
            "middle of the range",
        ),
        (_flips(start="high", sign="-"), "from the low end"),
        (
            _flips(keep="(share >= 0) & (share <= 1) & (slope > 0)"),
            "the profit may also fall",
        ),
    ],
)


def _coupon(body):
    return (
        "def coupon_profit(n, redeemed, anyway, margin, face_value, cost):\n"
        "    buyers = n * redeemed\n"
        f"    return {body}\n"
    )


COUPON = Case(
    right=[
        _coupon("buyers * (1 - anyway) * margin - buyers * face_value - n * cost"),
        _coupon("n * (redeemed * ((1 - anyway) * margin - face_value) - cost)"),
    ],
    wrong=[
        (_coupon("buyers * (margin - face_value) - n * cost"), "bought anyway; they are not"),
        (
            _coupon("buyers * (1 - anyway) * (margin - face_value) - n * cost"),
            "takes the face value as well",
        ),
        (_coupon("buyers * (1 - anyway) * margin - n * cost"), "face value is missing"),
        (_coupon("buyers * ((1 - anyway) * margin - face_value - cost)"), "redeemed or not"),
        (
            _coupon("(buyers - n * anyway) * margin - buyers * face_value - n * cost"),
            "not of all who get a coupon",
        ),
    ],
)


def _earned(
    gained="n1 * (p - q)", error="1.96 * n1 * (p * (1 - p) / n1 + q * (1 - q) / n0) ** 0.5",
    cost='customers["cost"].sum()',
):  # fmt: skip
    return f"""
def earned(customers, margin):
    one, two = customers[customers["treated"]], customers[~customers["treated"]]
    n1, n0 = len(one), len(two)
    p, q = one["ordered"].mean(), two["ordered"].mean()
    gained, error = {gained}, {error}
    profit = [margin * x - {cost} for x in (gained, gained - error, gained + error)]
    return pd.Series(profit, index=["estimate", "lower", "upper"])
"""


EARNED = Case(
    right=[
        _earned(),
        _earned(cost='one["cost"].sum()', gained='one["ordered"].sum() - n1 * q'),
    ],
    wrong=[
        (_earned(gained="n1 * p"), "control group is missing"),
        (_earned(gained='one["ordered"].sum() - two["ordered"].sum()'), "differ in size"),
        (_earned(cost="0"), "cost of the contacts is missing"),
        (
            _earned(
                gained="(n1 + n0) * (p - q)",
                error="1.96 * (n1 + n0) * (p * (1 - p) / n1 + q * (1 - q) / n0) ** 0.5",
            ),
            "control group earns nothing",
        ),
        (_earned(error="n1 * (p * (1 - p) / n1 + q * (1 - q) / n0) ** 0.5"), "1.96 standard"),
    ],
)


def _like(weight='n["treated"]'):
    return f"""
def like_with_like(customers):
    rows = []
    for _, group in customers.groupby("group"):
        treated, rest = group[group["treated"]], group[~group["treated"]]
        if len(treated) and len(rest):
            gap = treated["ordered"].mean() - rest["ordered"].mean()
            n = {{"treated": len(treated), "rest": len(rest), "all": len(group)}}
            rows.append(({weight}, gap))
    return sum(w * gap for w, gap in rows) / sum(w for w, gap in rows)
"""


LIKE_WITH_LIKE = Case(
    right=[
        _like(),
        """
def like_with_like(customers):
    rates = customers.pivot_table("ordered", "group", "treated", "mean").dropna()
    n = customers.pivot_table("ordered", "group", "treated", "count").loc[rates.index, True]
    return ((rates[True] - rates[False]) * n).sum() / n.sum()
""",
    ],
    wrong=[
        (
            "def like_with_like(customers):\n"
            "    by = customers.groupby('treated')['ordered'].mean()\n"
            "    return by[True] - by[False]\n",
            "had more orders before",
        ),
        (_like("1"), "differ in weight"),
        (_like('n["all"]'), "not by all its customers"),
        (_like('n["rest"]'), "not by the untreated"),
    ],
)


def _paying(rate=None, cost="cost", end="profit[profit > 0]"):
    rate = rate or '(cells["responses"] + weight * overall) / (cells["n"] + weight)'
    return f"""
def paying_cells(cells, margin, cost, weight):
    overall = cells["responses"].sum() / cells["n"].sum()
    profit = margin * ({rate}) - {cost}
    return {end}
"""


ROLL_OUT = Case(
    right=[
        _paying(),
        """
def paying_cells(cells, margin, cost, weight):
    overall = np.average(cells["responses"] / cells["n"], weights=cells["n"])
    trust = cells["n"] / (cells["n"] + weight)
    rate = trust * cells["responses"] / cells["n"] + (1 - trust) * overall
    return (margin * rate - cost)[lambda profit: profit > 0]
""",
    ],
    wrong=[
        (_paying('cells["responses"] / cells["n"]'), "lucky or unlucky"),
        (
            _paying().replace(
                'cells["responses"].sum() / cells["n"].sum()',
                '(cells["responses"] / cells["n"]).mean()',
            ),
            "not the mean of the rates",
        ),
        (_paying('cells["responses"] / (cells["n"] + weight)'), "respond, too"),
        (_paying(cost="0"), "cost of a contact is missing"),
        (_paying(end="profit"), "cells that lose money"),
    ],
)


def _offers(body):
    return f"def own_offers(margin, cost):\n    gain = margin - cost\n    {body}\n"


OWN_OFFERS = Case(
    right=[
        _offers("return gain.idxmax(axis=1)[gain.max(axis=1) > 0]"),
        """
def own_offers(margin, cost):
    chosen = {}
    for group, row in margin.iterrows():
        gain = (row - cost).sort_values()
        if gain.iloc[-1] > 0:
            chosen[group] = gain.index[-1]
    return pd.Series(chosen)
""",
    ],
    wrong=[
        (_offers("return margin.idxmax(axis=1)"), "before its cost"),
        (_offers("return gain.idxmax(axis=1)"), "gets none"),
        (
            _offers(
                "best = gain.sum().idxmax()\n    return pd.Series(best, gain.index)[gain[best] > 0]"
            ),
            "one offer for all",
        ),
        (_offers("return gain.idxmin(axis=1)"), "gain least"),
    ],
)

IN_CODE = {
    "09.2": FLIPS,
    "09.3": COUPON,
    "09.5": EARNED,
    "09.6": LIKE_WITH_LIKE,
    "09.8": ROLL_OUT,
    "09.9": OWN_OFFERS,
}

# In the order in which the notebook asks.
CASES = dict(sorted((BY_HAND | IN_CODE).items(), key=lambda case: int(case[0].split(".")[1])))
