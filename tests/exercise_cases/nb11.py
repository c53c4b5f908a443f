"""Answers to the exercises of notebook 11: right ones, and typical mistakes with the reason."""

from exercise_cases.case import Case

BY_HAND = {
    "11.2": Case(
        right=[0.48, 0.4796],
        wrong=[
            (0.1, "difference of the shares"),
            (1.4, "ratio of the shares"),
            (1.615, "take its logarithm"),
            (-0.48, "refreshed them"),
            (0.336, "log of shares"),
        ],
    ),
    "11.4": Case(
        right=[22_500, 22_500.0],
        wrong=[
            (7500, "per response"),
            (11_250, "cost nothing"),
            (4500, "taken off"),
            (900, "cost of a letter"),
            (45_000, "controls got none"),
        ],
    ),
    "11.6": Case(
        right=[13, 13.0],
        wrong=[
            (12, "load itself"),
            (360, "minutes of work"),
            (22.5, "not calls over it"),
            (6, "takes an hour"),
            (3, "calls per minute"),
        ],
    ),
}


def _earlier(rule):
    return f"""
def earlier_contacts(contacts, days):
    found = {{}}
    for at, row in contacts.iterrows():
        own = contacts[contacts["customer_id"] == row["customer_id"]]
        ago = (row["date"] - own["date"]).dt.days
        found[at] = int(({rule}).sum())
    return pd.Series(found)
"""


EARLIER = Case(
    right=[
        _earlier("(ago >= 1) & (ago <= days)"),
        """
def earlier_contacts(contacts, days):
    rows = contacts.reset_index(names="row")
    pairs = rows.merge(rows, on="customer_id", suffixes=("", "_before"))
    ago = (pairs["date"] - pairs["date_before"]).dt.days
    found = ((ago > 0) & (ago <= days)).groupby(pairs["row"]).sum()
    return found.reindex(contacts.index)
""",
    ],
    wrong=[
        (_earlier("(ago >= 0) & (ago <= days)"), "another of its day"),
        (_earlier("(ago > 0) & (ago < days)"), "exactly so many days"),
        (_earlier("ago > 0"), "however long ago"),
        (_earlier("(abs(ago) <= days) & (ago != 0)"), "tired by the future"),
        (
            "def earlier_contacts(contacts, days):\n"
            "    ago = [(day - contacts['date']).dt.days for day in contacts['date']]\n"
            "    found = [int(((a > 0) & (a <= days)).sum()) for a in ago]\n"
            "    return pd.Series(found, index=contacts.index)\n",
            "other customers",
        ),
    ],
)


def _best(gain="margin / (1 + np.exp(-log)) - cost", stop="gain <= 0", take="n"):
    return f"""
def best_number(rate, fatigue, margin, cost, most):
    total = 0
    for n in range(most):
        log = np.log(rate / (1 - rate)) + fatigue * n
        gain = {gain}
        if {stop}:
            return {take}
        total += gain
    return most
"""


BEST_NUMBER = Case(
    right=[
        _best(),
        """
def best_number(rate, fatigue, margin, cost, most):
    odds = rate / (1 - rate) * np.exp(fatigue) ** np.arange(most)
    return int((margin * odds / (1 + odds) > cost).sum())
""",
    ],
    wrong=[
        (_best(gain="margin * rate - cost"), "like the first"),
        (_best(stop="total + gain < 0"), "stop where one loses"),
        (_best(gain="margin / (1 + np.exp(-log))"), "cost of a contact is missing"),
        (_best(gain="margin * rate * np.exp(fatigue * n) - cost"), "by a factor"),
        (_best(take="max(n - 1, 0)"), "Off by one"),
    ],
)


def _lift(text):
    return (
        f"def lift_of(shown, event):\n    event = event.reindex(shown.index)\n    return {text}\n"
    )


LIFT_OF = Case(
    right=[
        _lift("event[shown].mean() / event.mean()"),
        """
def lift_of(shown, event):
    table = pd.DataFrame({"shown": shown, "event": event})
    both = (table["shown"] & table["event"]).sum()
    return both * len(table) / table["shown"].sum() / table["event"].sum()
""",
    ],
    wrong=[
        (_lift("event[shown].mean()"), "compare it with all"),
        (_lift("event[shown].sum() / event.sum()"), "how many are found"),
        (_lift("event[shown].mean() / event[~shown].mean()"), "all customers are asked"),
        (
            "def lift_of(shown, event):\n"
            "    return event[shown.to_numpy()].mean() / event.mean()\n",
            "join by customer",
        ),
        (_lift("event.mean() / event[shown].mean()"), "wrong way round"),
    ],
)


def _waits(spare, top="delay * handling"):
    return f"""
def waits(loads, agents, handling, delay):
    found, t = [], 0.0
    for load in loads:
        s = t + load / agents
        found.append({top} / (agents * {spare}))
        t = s
    return found
"""


WAITS = Case(
    right=[
        _waits("(1 - t) * (1 - s)"),
        """
def waits(loads, agents, handling, delay):
    s = np.cumsum(loads) / agents
    t = s - np.array(loads) / agents
    return list(delay * handling / agents / (1 - s) / (1 - t))
""",
    ],
    wrong=[
        (_waits("(1 - sum(loads) / agents)"), "the rank is missing"),
        (_waits("(1 - s)"), "classes before is missing"),
        (_waits("(1 - s) ** 2"), "in both factors"),
        (
            _waits("(1 - t) * (1 - s)").replace("in loads", "in loads[::-1]")
            .replace("return found", "return found[::-1]"),
            "last class was put through first",
        ),
        (_waits("(1 - t) * (1 - s)", top="handling"), "probability of that is missing"),
    ],
)  # fmt: skip

IN_CODE = {"11.1": EARLIER, "11.3": BEST_NUMBER, "11.5": LIFT_OF, "11.7": WAITS}
CASES = dict(sorted((BY_HAND | IN_CODE).items()))
