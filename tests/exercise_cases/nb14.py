"""Answers to the exercises of notebook 14: right ones, and typical mistakes with the reason."""

from exercise_cases.case import Case

BY_HAND = {
    "14.1": Case(
        right=[1_800_000, 400 * (0.1 * 60_000 - 1_500)],
        wrong=[
            (5_400_000, "ordered without a letter"),
            (2_400_000, "letters of the next period cost"),
            (540_000, "as many as in the test"),
            (4_500, "for one letter"),
            (3_000_000, "not added"),
        ],
    ),
    "14.5": Case(
        right=[8, 8.0],
        wrong=[
            (20, "what both bring together"),
            (28, "sum of the two losses"),
            (-8, "larger of the two"),
            (12, "of each part alone"),
            (30, "all the firm earns"),
        ],
    ),
    "14.8": Case(
        right=[1_200_000],
        wrong=[
            (1_050_000, "take off what the analysts"),
            (-150_000, "analysts earn alone"),
            (-1_200_000, "Who earns more"),
            (-3_300_000, "take off those without"),
            (450_000, "cost is in both"),
        ],
    ),
}


def _fill(order='groups.sort_values("worth", ascending=False)', keep="row['worth'] > 0"):
    return f"""
def fill_room(groups, room):
    contacts = pd.Series(0, index=groups.index)
    for name, row in {order}.iterrows():
        if {keep}:
            contacts[name] = min(row["customers"], room)
            room = room - contacts[name]
    return contacts
"""


FILL_ROOM = Case(
    right=[
        _fill(),
        """
def fill_room(groups, room):
    best = groups[groups["worth"] > 0].sort_values("worth", ascending=False)["customers"]
    given = (room - (best.cumsum() - best)).clip(lower=0)
    return np.minimum(best, given).reindex(groups.index, fill_value=0)
""",
    ],
    wrong=[
        (_fill(keep="True"), "contact loses were contacted"),
        (_fill(order='groups.sort_values("worth")'), "lowest worth came first"),
        (
            _fill(order="groups.loc[groups.prod(axis=1).sort_values().index[::-1]]"),
            "Large groups came first",
        ),
        (
            "def fill_room(groups, room):\n"
            "    return groups['customers'] * (groups['worth'] > 0)\n",
            "room for so many only",
        ),
        (_fill(order="groups"), "order of the table"),
    ],
)  # fmt: skip


def _paid(sums="(closed - once).cumsum()", behind="ahead < 0", end="last + 1"):
    return f"""
def paid_back(closed, once):
    ahead = {sums}
    last = max([period for period in ahead.index[{behind}]], default=0)
    return 0 if last == len(ahead) else {end}
"""


PAID_BACK = Case(
    right=[
        _paid(),
        """
def paid_back(closed, once):
    ahead = (closed.cumsum() - once.cumsum()).to_numpy()
    for period in range(1, len(ahead) + 1):
        if (ahead[period - 1:] >= 0).all():
            return period
    return 0
""",
    ],
    wrong=[
        (_paid(sums="closed - once"), "own profit is compared"),
        (
            "def paid_back(closed, once):\n"
            "    ahead = (closed - once).cumsum()\n"
            "    return int(ahead.index[ahead >= 0][0])\n",
            "it may fall behind again",
        ),
        (_paid(end="last"), "Off by one"),
        (_paid(behind="ahead <= 0"), "As much as the other"),
        (_paid(sums="(once - closed).cumsum()"), "wrong way round"),
    ],
)


def _paired(gain="full - without", error="gain.std() / len(gain) ** 0.5"):
    return f"""
def paired_gain(full, without, factor):
    gain = {gain}
    half = factor * {error}
    return [gain.mean(), gain.mean() - half, gain.mean() + half]
"""


PAIRED_GAIN = Case(
    right=[
        _paired(),
        _paired(
            gain="np.array([full[firm] - without[firm] for firm in full.index])",
            error="np.sqrt(gain.var(ddof=1) / len(gain))",
        ),
    ],
    wrong=[
        (_paired(error="((full.var() + without.var()) / len(full)) ** 0.5"), "as if they were"),
        (_paired(error="gain.std()"), "single firms spread"),
        (_paired(gain="full - without.to_numpy()"), "join by firm"),
        (_paired(error="gain.std(ddof=0) / len(gain) ** 0.5"), "ddof=1"),
        (_paired(gain="without - full"), "lose by it"),
    ],
)


def _belief(a="a + orders", b="b + contacts - orders", mean="new / (new + other)"):
    return (
        "def belief_after(a, b, orders, contacts):\n"
        f"    new, other = {a}, {b}\n    return [new, other, {mean}]\n"
    )


BELIEF = Case(
    right=[_belief(), _belief(mean="1 - other / (a + b + contacts)")],
    wrong=[
        (_belief(b="b + contacts"), "only those without an order"),
        (_belief(a="1 + orders", b="1 + contacts - orders"), "is forgotten"),
        (_belief(a="b + contacts - orders", b="a + orders"), "are exchanged"),
        (_belief(mean="orders / contacts if contacts else 0"), "this batch alone"),
        (_belief(b="b"), "teach something"),
    ],
)


def _regret(end, best="max(profit.values())"):
    return f"""
def regret_of(choices, profit):
    lost = np.array([{best} - profit[choice] for choice in choices])
    return list({end})
"""


REGRET = Case(
    right=[
        _regret("lost.cumsum()"),
        """
def regret_of(choices, profit):
    table = pd.Series(profit)
    return list((table.max() - table[list(choices)]).cumsum())
""",
    ],
    wrong=[
        (_regret("lost"), "each choice alone"),
        (_regret("lost.cumsum()", best="np.mean(list(profit.values()))"), "mean of all letters"),
        (_regret("lost.cumsum() / np.arange(1, len(lost) + 1)"), "mean regret of a customer"),
        (_regret("-lost.cumsum()"), "above 0"),
        (_regret("lost.cumsum()", best="profit[choices[0]]"), "compares with the first letter"),
    ],
)


def _fed(rounds="len(flow)", get="source", give="target", end="sorted(found - {table})"):
    return f"""
def fed_by(flow, table):
    found = {{table}}
    for _ in range({rounds}):
        found |= set(flow.loc[flow["{get}"].isin(found), "{give}"])
    return {end}
"""


FED_BY = Case(
    right=[
        _fed(),
        """
def fed_by(flow, table):
    found, new = set(), {table}
    while new:
        found |= new
        new = set(flow[flow["source"].isin(new)]["target"]) - found
    return sorted(found - {table})
""",
    ],
    wrong=[
        (_fed(rounds="1"), "Only direct arrows"),
        (_fed(rounds="2"), "Two steps"),
        (_fed(get="target", give="source"), "backwards"),
        (_fed(end="sorted(found)"), "itself is to be left out"),
        (
            "def fed_by(flow, table):\n"
            "    return sorted((set(flow['source']) | set(flow['target'])) - {table})\n",
            "Not everything is fed",
        ),
    ],
)

IN_CODE = {
    "14.2": FILL_ROOM,
    "14.3": PAID_BACK,
    "14.4": PAIRED_GAIN,
    "14.6": BELIEF,
    "14.7": REGRET,
    "14.9": FED_BY,
}
CASES = dict(sorted((BY_HAND | IN_CODE).items()))
