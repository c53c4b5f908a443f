"""Answers to the exercises of notebook 07: right ones, and typical mistakes with the reason."""

from exercise_cases.case import Case

BY_HAND = {
    "07.2": Case(
        right=[0.375, 3 / 8],
        wrong=[
            (0.2, "as if they had left"),
            (0.6, "counted as staying"),
            (0.625, "share who have left"),
            (0.5, "last step alone"),
            (1 / 3, "left out altogether"),
        ],
    ),
    "07.6": Case(
        right=[2, 2.0],
        wrong=[
            (0.4, "That is the gain"),
            (0.24, "left in the group"),
            (0.12, "what to divide by"),
            (0.5, "wrong way round"),
            (200, "in percent"),
        ],
    ),
    "07.7": Case(
        right=[0.4, 10 / 25],
        wrong=[
            (0.5, "likelier class"),
            (0.118, "take the offer, too"),
            (0.588, "mind both parts"),
            (0.105, "cost of the offer is missing"),
            (0.6, "probability of staying"),
            (40, "in percent"),
        ],
    ),
    "07.10": Case(
        right=["b", "B", " b ", "b)", "(b)"],
        wrong=[("a", "customer decides"), ("C", "control group"), ("d)", "for a purpose")],
    ),
}


def _silence(cut="<= as_of", day="as_of", n="len(own) - 1", days="own.unique()"):
    return f"""
def silence(orders, as_of):
    found = {{}}
    for name, own in orders[orders["date"] {cut}].groupby("customer_id")["date"]:
        once = own.nunique() < 2
        own = pd.Series(sorted({days}))
        if not once:
            mean = (own.iloc[-1] - own.iloc[0]).days / ({n})
            found[name] = ({day} - own.iloc[-1]).days / mean
    return pd.Series(found)
"""


SILENCE = Case(
    right=[
        _silence(),
        """
def silence(orders, as_of):
    known = orders[orders["date"] <= as_of].drop_duplicates(["customer_id", "date"])
    known = known.sort_values("date")
    gaps = known.groupby("customer_id")["date"].diff().dt.days
    mean = gaps.groupby(known["customer_id"]).mean().dropna()
    last = known.groupby("customer_id")["date"].max().reindex(mean.index)
    return (as_of - last).dt.days / mean
""",
    ],
    wrong=[
        (_silence(cut="< as_of"), "on the day itself"),
        (_silence(cut='<= orders["date"].max()', day='orders["date"].max()'), "last day of the"),
        (_silence(days="own"), "one purchase"),
        (_silence(n="len(own)"), "two intervals"),
        (
            """
def silence(orders, as_of):
    known = orders[orders["date"] <= as_of].drop_duplicates(["customer_id", "date"])
    known = known.sort_values("date").groupby("customer_id")["date"]
    gaps = known.agg(lambda days: days.diff().dt.days.mean()).dropna()
    return (as_of - known.max()[gaps.index]).dt.days / gaps.mean()
""",
            "interval of everybody",
        ),
    ],
)


def _incidence(before, until="<="):
    """Write an answer that weighs each month with the share before it, or after it."""
    return f"""
def incidence(duration, cause, way, by):
    there, total = 1.0, 0.0
    for month in np.unique(duration[duration {until} by]):
        now, watched = duration == month, (duration >= month).sum()
        after = there * (1 - (now & cause.notna()).sum() / watched)
        total += {before} * (now & (cause == way)).sum() / watched
        there = after
    return total
"""


INCIDENCE = Case(
    right=[
        _incidence("there"),
        """
def incidence(duration, cause, way, by):
    table = pd.DataFrame({"month": duration, "way": cause == way, "left": cause.notna()})
    sums = table.groupby("month")[["way", "left"]].sum()
    watched = table.groupby("month").size()[::-1].cumsum()[::-1]
    before = (1 - sums["left"] / watched).cumprod().shift(fill_value=1.0)
    return (before * sums["way"] / watched)[sums.index <= by].sum()
""",
    ],
    wrong=[
        (_incidence("after"), "just *before* the month"),
        (
            """
def incidence(duration, cause, way, by):
    there = 1.0
    for month in np.unique(duration[duration <= by]):
        there *= 1 - ((duration == month) & (cause == way)).sum() / (duration >= month).sum()
    return 1 - there
""",
            "one way alone",
        ),
        (
            "def incidence(duration, cause, way, by):\n"
            "    return ((cause == way) & (duration <= by)).sum() / len(cause)\n",
            "not watched to the end",
        ),
        (
            "def incidence(duration, cause, way, by):\n"
            "    left = cause.notna()\n"
            "    return (cause[left] == way)[duration <= by].sum() / left.sum()\n",
            "share of those who left",
        ),
        (_incidence("there", "<"), "last month count"),
    ],
)


def _known(cut="<= as_of", n="past", money="past", whom="past"):
    return f"""
def known(orders, as_of):
    past = orders[orders["date"] {cut}]
    names = sorted({whom}["customer_id"].unique())
    table = pd.DataFrame(index=names)
    table["n_orders"] = {n}["customer_id"].value_counts()
    table["spent"] = {money}.groupby("customer_id")["amount"].sum()
    table["days_since_last"] = (as_of - past.groupby("customer_id")["date"].max()).dt.days
    return table
"""


KNOWN = Case(
    right=[
        _known(),
        """
def known(orders, as_of):
    past = orders.query("date <= @as_of")
    table = past.groupby("customer_id").agg(
        n_orders=("date", "size"), spent=("amount", "sum"), last=("date", "max")
    )
    return table.assign(days_since_last=(as_of - table["last"]).dt.days).drop(columns="last")
""",
    ],
    wrong=[
        (_known(n="orders"), "number of orders leaks"),
        (_known(money="orders"), "money leaks"),
        (_known(cut="< as_of"), "day itself"),
        (_known(whom="orders"), "first order comes later"),
        (
            _known()
            .replace("as_of", 'orders["date"].max()')
            .replace('(orders, orders["date"].max())', "(orders, as_of)"),
            "whole file",
        ),
    ],
)


def _rows(end):
    return f"""
def learn_rows(days, horizon):
    back = pd.Timedelta(horizon, unit="D")
    return {end}
"""


LEARN_ROWS = Case(
    right=[_rows("days <= days.max() - back"), _rows("(days.max() - days).dt.days >= horizon")],
    wrong=[
        (_rows("days < days.max()"), "Earlier is not enough"),
        (_rows("days < days.max() - back"), "on the latest day itself"),
        (_rows("days > days.max() - back"), "must be left out"),
        (_rows("days <= days.min() + back"), "Count back"),
    ],
)


def _earned(end, pick="score.sort_values(ascending=False).index[:n]"):
    return f"""
def earned(test, score, n, value, cost):
    best = test.loc[{pick}]
    with_it = best.loc[best["treated"], "outcome"].mean()
    without = best.loc[~best["treated"], "outcome"].mean()
    return {end}
"""


EARNED = Case(
    right=[
        _earned("n * value * (with_it - without) - n * cost"),
        _earned("sum([value * (with_it - without) - cost] * n)", "score.nlargest(n).index"),
    ],
    wrong=[
        (_earned("n * (value * with_it - cost)"), "controls are missing"),
        (_earned("value * (with_it - without) - cost"), "profit per customer"),
        (
            _earned("n * (value * (with_it - without) - cost)", "score.nsmallest(n).index"),
            "lowest score",
        ),
        (_earned("n * value * (with_it - without)"), "cost of treating"),
        (
            _earned("len(best) * (value * (with_it - without) - cost)", "test.index"),
            "That is everybody",
        ),
        (
            _earned(
                "n * (value * (with_it - without) - cost)",
                "test.index[np.argsort(-score.to_numpy())[:n]]",
            ),
            "not by position",
        ),
    ],
)


def _calls(fit="consent & (value > 0) & (gain > 0)", by="gain", end="[:capacity]"):
    return f"""
def call_list(customers, capacity):
    consent, value, gain = customers["consent"], customers["value"], customers["gain"]
    fit = customers[{fit}]
    return list(fit.sort_values("{by}", ascending=False).index{end})
"""


CALL_LIST = Case(
    right=[
        _calls(),
        """
def call_list(customers, capacity):
    fit = customers.query("consent and value > 0 and gain > 0")
    return fit["gain"].nlargest(capacity).index.tolist()
""",
    ],
    wrong=[
        (_calls(fit="(value > 0) & (gain > 0)"), "who refused"),
        (_calls(fit="consent & (gain > 0)"), "costs more than they bring"),
        (_calls(fit="consent & (value > 0)"), "lose money"),
        (_calls(by="risk"), "by risk"),
        (_calls(end=""), "longer than the capacity"),
        (_calls(end="[:capacity][::-1]"), "smallest gain"),
        (
            """
def call_list(customers, capacity):
    first = customers.sort_values("gain", ascending=False).head(capacity)
    return first[first["consent"] & (first["value"] > 0) & (first["gain"] > 0)].index.tolist()
""",
            "capacity was used up",
        ),
    ],
)

IN_CODE = {
    "07.1": SILENCE,
    "07.3": INCIDENCE,
    "07.4": KNOWN,
    "07.5": LEARN_ROWS,
    "07.8": EARNED,
    "07.9": CALL_LIST,
}

# In the order in which the notebook asks.
CASES = dict(sorted((BY_HAND | IN_CODE).items(), key=lambda case: int(case[0].split(".")[1])))
