"""Answers to the exercises of notebook 04: right ones, and typical mistakes with the reason."""

from exercise_cases.case import Case

BY_HAND = {
    "04.1": Case(
        right=[8800, 8_800.0],
        wrong=[
            (2800, "what segment A earns"),
            (-6000, "letter to everybody earns"),
            (8000, "Segment C is left out"),
            (800, "Segment B is left out"),
            (14000, "letters saved"),
            (-8800, "mind the sign"),
        ],
    ),
    "04.5": Case(
        right=[1300, 40 * 32.5],
        wrong=[
            (1400, "earlier spend"),
            (1200, "later spend"),
            (-900, "step of order size"),
            (400, "whole change"),
            (-1300, "mind the sign"),
            (40, "number of purchases"),
        ],
    ),
    "04.6": Case(
        right=[0.4, 6 / 15],
        wrong=[
            (2 / 15, "put apart are agreement"),
            (4 / 15, "put together are agreement"),
            (9 / 15, "on which they disagree"),
            (6, "number of pairs"),
            (0, "other names"),
            (40, "in percent"),
        ],
    ),
    "04.8": Case(
        right=["b", "B", " b ", "b)", "(b)", "b."],
        wrong=[("a", "another sample"), ("C", "next time"), ("d)", "were chosen")],
    ),
    "04.11": Case(
        right=[30, 30.0],
        wrong=[
            (12, "Only the margin pays"),
            (4.8, "The margin divides"),
            (0.3, "as a share"),
            (15, "extra money in USD"),
            (20, "margin without treatment"),
        ],
    ),
}

SCORE = Case(
    right=[
        """
def score(values, n_bins):
    found = [1 + n_bins * sum(values < one) // len(values) for one in values]
    return pd.Series(found, values.index)
""",
        """
def score(values, n_bins):
    worse = np.searchsorted(np.sort(values), values, side="left")
    return pd.Series(1 + n_bins * worse // len(values), index=values.index)
""",
    ],
    wrong=[
        (
            """
def score(values, n_bins):
    worse = values.rank(method="first").astype(int) - 1
    return 1 + n_bins * worse // len(values)
""",
            "different scores",
        ),
        (
            """
def score(values, n_bins):
    worse = values.rank(method="max").astype(int) - 1
    return 1 + n_bins * worse // len(values)
""",
            "count those strictly worse",
        ),
        (
            """
def score(values, n_bins):
    worse = values.rank(method="min").astype(int) - 1
    return n_bins - n_bins * worse // len(values)
""",
            "turned round",
        ),
        (
            """
def score(values, n_bins):
    worse = values.rank(method="min").astype(int) - 1
    return n_bins * worse // len(values)
""",
            "begin at 0",
        ),
        (
            """
def score(values, n_bins):
    better = values.rank(method="min", ascending=False).astype(int) - 1
    return 1 + n_bins * better // len(values)
""",
            "customers who are better",
        ),
    ],
)


def _faulty_cells(end, *, to="1"):
    """Write an answer that differs in what it counts, or in where a rule ends."""
    return f"""
def faulty_cells(rules, n_bins):
    covered = np.zeros((n_bins, n_bins))
    for row in rules.to_dict("records"):
        for r in range(row["r_from"], row["r_to"] + {to}):
            for f in range(row["f_from"], row["f_to"] + {to}):
                covered[r - 1, f - 1] += 1
    return {end}
"""


FAULTY_CELLS = Case(
    right=[
        _faulty_cells("(covered != 1).sum()"),
        """
def faulty_cells(rules, n_bins):
    faults = 0
    for r in range(1, n_bins + 1):
        for f in range(1, n_bins + 1):
            inside = rules["r_from"].le(r) & rules["r_to"].ge(r)
            inside &= rules["f_from"].le(f) & rules["f_to"].ge(f)
            faults += inside.sum() != 1
    return faults
""",
    ],
    wrong=[
        (_faulty_cells("(covered == 0).sum()"), "cells without a rule; a cell with two"),
        (_faulty_cells("(covered > 1).sum()"), "cells with two rules; a cell without"),
        (_faulty_cells("(covered != 1).sum()", to="0"), "upper bounds belong"),
        (_faulty_cells("abs(n_bins**2 - covered.sum())"), "cancel each other"),
        (_faulty_cells("(covered == 1).sum()"), "in order; count the others"),
    ],
)

STAYED = Case(
    right=[
        """
def stayed(before, after):
    table = pd.DataFrame({"before": before, "after": after}).dropna(subset=["before"])
    return (table["before"] == table["after"]).groupby(table["before"]).mean()
""",
        """
def stayed(before, after):
    found = {}
    for segment in before.unique():
        names = before.index[before == segment]
        found[segment] = sum(after.get(name) == segment for name in names) / len(names)
    return found
""",
    ],
    wrong=[
        (
            """
def stayed(before, after):
    table = pd.DataFrame({"before": before, "after": after}).dropna()
    return (table["before"] == table["after"]).groupby(table["before"]).mean()
""",
            "bought no more are left out",
        ),
        (
            """
def stayed(before, after):
    there = list(after[after.index.isin(before.index)])
    there += [""] * (len(before) - len(there))
    return (before == there).groupby(before).mean()
""",
            "another order",
        ),
        (
            """
def stayed(before, after):
    table = pd.DataFrame({"before": before, "after": after}).dropna(subset=["after"])
    return (table["before"] == table["after"]).groupby(table["after"]).mean()
""",
            "each later segment",
        ),
        (
            """
def stayed(before, after):
    return (before == after.reindex(before.index)).mean()
""",
            "one share for all",
        ),
        (
            """
def stayed(before, after):
    return (before == after.reindex(before.index)).groupby(before).sum()
""",
            "numbers of customers",
        ),
    ],
)

STANDARDISE = Case(
    right=[
        """
def standardise(customers):
    logs = np.log(1 + customers)
    return logs.apply(lambda column: (column - column.mean()) / np.std(column.to_numpy()))
""",
        """
def standardise(customers):
    from sklearn.preprocessing import StandardScaler

    scaled = StandardScaler().fit_transform(np.log1p(customers))
    return pd.DataFrame(scaled, index=customers.index, columns=customers.columns)
""",
    ],
    wrong=[
        (
            "def standardise(customers):\n"
            "    return (customers - customers.mean()) / customers.std(ddof=0)\n",
            "The logs are missing",
        ),
        (
            "def standardise(customers):\n"
            "    logs = np.log1p(customers)\n"
            "    return (logs - logs.mean()) / logs.std()\n",
            "divisor n - 1",
        ),
        (
            "def standardise(customers):\n"
            "    logs = np.log1p(customers)\n"
            "    return logs - logs.mean()\n",
            "not yet divided",
        ),
        ("def standardise(customers):\n    return np.log1p(customers)\n", "the logs alone"),
        (
            "def standardise(customers):\n"
            "    logs = np.log1p(customers)\n"
            "    return (logs - logs.values.mean()) / logs.values.std()\n",
            "whole table",
        ),
    ],
)


def _clubs(baby, diet='spend["diet"] >= least', end="club"):
    """Write an answer that differs in its conditions, or in what it returns."""
    return f"""
def clubs(spend, least):
    baby, diet = {baby}, {diet}
    club = pd.Series(np.where(baby, "baby", np.where(diet, "diet", "rest")), index=spend.index)
    return {end}
"""


CLUBS = Case(
    right=[
        _clubs('spend["baby"] >= least'),
        """
def clubs(spend, least):
    found = {}
    for name, row in spend.iterrows():
        needs = [need for need in ("baby", "diet") if row[need] >= least]
        found[name] = needs[0] if needs else "rest"
    return found
""",
    ],
    wrong=[
        (_clubs('spend["baby"] > least', 'spend["diet"] > least'), "exactly the least amount"),
        (
            """
def clubs(spend, least):
    club = pd.Series("rest", index=spend.index)
    club[spend["baby"] >= least] = "baby"
    club[spend["diet"] >= least] = "diet"
    return club
""",
            "baby comes first",
        ),
        (
            _clubs('(spend["baby"] >= least) & (spend["baby"] >= spend["diet"])'),
            "larger of the two does not decide",
        ),
        (_clubs('spend["baby"] >= least', end='club[club != "rest"]'), "rest are missing"),
        (_clubs('spend["baby"] + spend["diet"] >= least'), "added up"),
    ],
)


def _missed(end, by="ranked_by"):
    """Write an answer that differs in what it returns, or in what it ranks by."""
    return f"""
def missed(customers, ranked_by, money, top):
    n = round(top * len(customers))
    held = customers.sort_values({by}, ascending=False)[money].head(n).sum()
    best = customers[money].sort_values(ascending=False).head(n).sum()
    return {end}
"""


MISSED = Case(
    right=[
        _missed("best - held"),
        """
def missed(customers, ranked_by, money, top):
    from crmlab.segmentation import compare_rankings

    found = compare_rankings(customers, by=[ranked_by], money=[money], top=top)
    return found["missed"].item()
""",
    ],
    wrong=[
        (_missed("held"), "what the chosen hold"),
        (_missed("held - best"), "turned round"),
        (_missed("customers[money].sum() - held"), "all others hold"),
        (_missed("(best - held) / best"), "That is a share"),
        (
            """
def missed(customers, ranked_by, money, top):
    n = round(top * len(customers))
    held = customers.nsmallest(n, ranked_by)[money].sum()
    return customers[money].nlargest(n).sum() - held
""",
            "worst customers",
        ),
    ],
)


def _gain(end):
    """Write an answer that differs in its last line."""
    return f"""
def gain(money, treated, margin, cost):
    with_it, without = money[treated], money[~treated]
    return {end}
"""


GAIN = Case(
    right=[
        _gain("margin * (with_it.mean() - without.mean()) - cost"),
        """
def gain(money, treated, margin, cost):
    means = money.groupby(treated).mean()
    return (means[True] - means[False]) * margin - cost
""",
    ],
    wrong=[
        (_gain("margin * with_it.mean() - cost"), "control half is missing"),
        (_gain("with_it.mean() - without.mean() - cost"), "Money is not profit"),
        (_gain("margin * (with_it.sum() - without.sum()) - cost"), "different size"),
        (_gain("margin * (with_it.mean() - without.mean() - cost)"), "paid in full"),
        (_gain("margin * (with_it.mean() - without.mean())"), "cost of the treatment is missing"),
    ],
)

IN_CODE = {
    "04.2": SCORE,
    "04.3": FAULTY_CELLS,
    "04.4": STAYED,
    "04.7": STANDARDISE,
    "04.9": CLUBS,
    "04.10": MISSED,
    "04.12": GAIN,
}

# In the order in which the notebook asks.
CASES = dict(sorted((BY_HAND | IN_CODE).items(), key=lambda case: int(case[0].split(".")[1])))
