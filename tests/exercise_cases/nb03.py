"""Answers to the exercises of a notebook: right ones, and typical mistakes with the reason."""

from decimal import Decimal

import numpy as np

from exercise_cases.case import Case

CASES = {
    "03.1": Case(
        right=[
            {"identities", "transactions", "products", "consents"},
            ["Consents", "products", "transactions", "identities"],
        ],
        wrong=[
            ({"identities", "transactions", "products"}, "may all of them be written to"),
            ({"transactions", "products", "consents"}, "no address for an envelope"),
            ({"identities", "transactions", "consents"}, "what tells that it is a kit"),
            (
                {"identities", "transactions", "products", "consents", "contacts"},
                "can be carried out without them",
            ),
            (
                {"identities", "transactions", "products", "contacts", "consents", "visits"},
                "one more that can leak",
            ),
        ],
    ),
    "03.2": Case(
        right=[4_500_000, 4.5e6, np.int64(4_500_000), Decimal(4_500_000)],
        wrong=[
            (12_000_000, "whole mailing"),
            (7_500_000, "when each person gets one"),
            (1_125_000, "one catalogue each"),
            (750, "accounts too many"),
            (3_000, "catalogues too many"),
            (4.5, "not in millions"),
        ],
    ),
    "03.3": Case(
        right=[
            """
            def match_weight(m, u, agrees):
                if agrees:
                    return np.log2(m / u)
                return np.log2((1 - m) / (1 - u))
            """,
            """
            def match_weight(m, u, agrees):
                import math
                one, two = (m, u) if agrees else (1 - m, 1 - u)
                return math.log(one, 2) - math.log(two, 2)
            """,
            """
            def match_weight(m, u, agrees):
                return float(np.where(agrees, np.log2(m / u), np.log2(1 - m) - np.log2(1 - u)))
            """,
        ],
        wrong=[
            (
                """
                def match_weight(m, u, agrees):
                    return np.log2(m / u)
                """,
                "weight of agreeing",
            ),
            (
                """
                def match_weight(m, u, agrees):
                    weight = np.log2(m / u)
                    return weight if agrees else -weight
                """,
                "mirror image",
            ),
            (
                """
                def match_weight(m, u, agrees):
                    return np.log2(m / u) * agrees
                """,
                "evidence too",
            ),
            (
                """
                def match_weight(m, u, agrees):
                    return np.log(m / u) if agrees else np.log((1 - m) / (1 - u))
                """,
                "the base is not",
            ),
            (
                """
                def match_weight(m, u, agrees):
                    return m / u if agrees else (1 - m) / (1 - u)
                """,
                "That is the ratio",
            ),
            (
                """
                def match_weight(m, u, agrees):
                    return np.log2(u / m) if agrees else np.log2((1 - u) / (1 - m))
                """,
                "The sign is wrong",
            ),
        ],
    ),
    "03.4": Case(
        right=[0.8, 4 / 5, 0.8001],
        wrong=[
            (2, "the first step"),
            (4, "Those are the odds"),
            (80, "in percent"),
            (0.99976, "The start counts"),
            (0.97, "speaks against"),
            (0.667, "means odds of 2^2"),
            (0.2, "two people"),
        ],
    ),
    "03.5": Case(
        right=[
            """
            def mean_frequency(orders, key):
                days = orders.drop_duplicates([key, "date"])
                return (days.groupby(key).size() - 1).mean()
            """,
            """
            def mean_frequency(orders, key):
                return orders.groupby(key)["date"].nunique().mean() - 1
            """,
            """
            def mean_frequency(orders, key):
                seen = {}
                for buyer, day in zip(orders[key], orders["date"]):
                    seen.setdefault(buyer, set()).add(day)
                return sum(len(days) - 1 for days in seen.values()) / len(seen)
            """,
        ],
        wrong=[
            (
                """
                def mean_frequency(orders, key):
                    return (orders[key].value_counts() - 1).mean()
                """,
                "on one day are one purchase",
            ),
            (
                """
                def mean_frequency(orders, key):
                    return orders.groupby(key)["date"].nunique().mean()
                """,
                "not a repeat",
            ),
            (
                """
                def mean_frequency(orders, key):
                    repeats = orders.groupby(key)["date"].nunique() - 1
                    return repeats[repeats > 0].mean()
                """,
                "came once belong to the mean",
            ),
            (
                """
                def mean_frequency(orders, key):
                    return orders.groupby("person_id")["date"].nunique().mean() - 1
                """,
                "use `key`",
            ),
            (
                """
                def mean_frequency(orders, key):
                    days = orders.drop_duplicates(["person_id", "date"])
                    return (days.groupby(key).size() - 1).mean()
                """,
                "one row per *person* and day",
            ),
            (
                """
                def mean_frequency(orders, key):
                    return (orders.groupby(key)["date"].nunique() - 1).sum()
                """,
                "divide by the number of buyers",
            ),
        ],
    ),
    "03.6": Case(
        right=[
            """
            def mailing_list(records):
                allowed = records.groupby("person_id")["post"].transform("all")
                last = records[allowed].sort_values("updated")
                return last.groupby("person_id")["address"].last()
            """,
            """
            def mailing_list(records):
                refused = records.loc[~records["post"], "person_id"]
                rest = records[~records["person_id"].isin(refused)]
                newest = rest.loc[rest.groupby("person_id")["updated"].idxmax()]
                return newest.set_index("person_id")["address"].sort_index()
            """,
        ],
        wrong=[
            (
                """
                def mailing_list(records):
                    refused = records.loc[~records["post"], "person_id"]
                    rest = records[~records["person_id"].isin(refused)]
                    return rest.groupby("person_id")["address"].first()
                """,
                "comes first in the file",
            ),
            (
                """
                def mailing_list(records):
                    last = records[records["post"]].sort_values("updated")
                    return last.groupby("person_id")["address"].last()
                """,
                "drop the records that say no",
            ),
            (
                """
                def mailing_list(records):
                    newest = records.sort_values("updated").groupby("person_id").last()
                    return newest.loc[newest["post"], "address"]
                """,
                "ask the newest record only",
            ),
            (
                """
                def mailing_list(records):
                    allowed = records.groupby("person_id")["post"].transform("all")
                    kept = records[allowed].sort_values("updated").drop_duplicates("person_id")
                    return kept.set_index("person_id")["address"].sort_index()
                """,
                "keep the oldest record",
            ),
            (
                """
                def mailing_list(records):
                    return records.sort_values("updated").groupby("person_id")["address"].last()
                """,
                "does not want post",
            ),
            (
                """
                def mailing_list(records):
                    allowed = records.groupby("person_id")["post"].transform("all")
                    last = records[allowed].sort_values("updated")
                    found = last.groupby("person_id")["address"].last()
                    return found.drop_duplicates()
                """,
                "two people",
            ),
            (
                """
                def mailing_list(records):
                    allowed = records.groupby("person_id")["post"].transform("all")
                    return records[allowed].set_index("person_id")["address"].sort_index()
                """,
                "on your list twice",
            ),
        ],
    ),
    "03.7": Case(
        right=[
            """
            def consented_on(answers, day):
                known = answers[answers["date"] <= day].sort_values("date")
                last = known.groupby("customer_id")["granted"].last()
                return sorted(last[last].index)
            """,
            """
            def consented_on(answers, day):
                last = {}
                for row in answers.sort_values("date").itertuples():
                    if row.date <= pd.Timestamp(day):
                        last[row.customer_id] = row.granted
                return sorted(customer for customer, granted in last.items() if granted)
            """,
        ],
        wrong=[
            (
                """
                def consented_on(answers, day):
                    known = answers[answers["date"] <= day]
                    return sorted(known.loc[known["granted"], "customer_id"].unique())
                """,
                "has withdrawn consent",
            ),
            (
                """
                def consented_on(answers, day):
                    known = answers[answers["date"] <= day]
                    never_no = known.groupby("customer_id")["granted"].all()
                    return sorted(never_no.index[never_no])
                """,
                "refused first and agreed later",
            ),
            (
                """
                def consented_on(answers, day):
                    known = answers[answers["date"] < day].sort_values("date")
                    last = known.groupby("customer_id")["granted"].last()
                    return sorted(last[last].index)
                """,
                "Answers of the day itself count",
            ),
            (
                """
                def consented_on(answers, day):
                    last = answers.sort_values("date").groupby("customer_id")["granted"].last()
                    return sorted(last[last].index)
                """,
                "given after `day`",
            ),
            (
                """
                def consented_on(answers, day):
                    last = answers[answers["date"] <= day].groupby("customer_id")["granted"].last()
                    return sorted(last[last].index)
                """,
                "use the dates",
            ),
            (
                """
                def consented_on(answers, day):
                    known = answers[answers["date"] <= day].sort_values("date")
                    last = known.groupby("customer_id")["granted"].last()
                    return sorted(set(answers["customer_id"]) - set(last[~last].index))
                """,
                "has not consented",
            ),
        ],
    ),
    "03.8": Case(
        right=[3, 3.0],
        wrong=[
            (0, "not since it is empty"),
            (4, "the totals tell which"),
            (5, "5 is the limit"),
            (11, "total of the column"),
            (35, "rest of the row"),
        ],
    ),
    "03.9": Case(
        right=[
            """
            def precision_recall(found, true):
                import itertools
                pairs = list(itertools.combinations(range(len(found)), 2))
                linked = [found[a] == found[b] for a, b in pairs]
                real = [true[a] == true[b] for a, b in pairs]
                both = sum(map(min, linked, real))
                return both / sum(linked), both / sum(real)
            """,
            """
            def precision_recall(found, true):
                table = pd.crosstab(pd.Series(found), pd.Series(true))
                counts = [table, table.sum(axis=1), table.sum(axis=0)]
                both, linked, real = (float((n * (n - 1)).to_numpy().sum()) for n in counts)
                return [both / linked, both / real]
            """,
        ],
        wrong=[
            (
                """
                def precision_recall(found, true):
                    pairs = [(a, b) for b in range(len(found)) for a in range(b)]
                    linked = {(a, b) for a, b in pairs if found[a] == found[b]}
                    real = {(a, b) for a, b in pairs if true[a] == true[b]}
                    return len(linked & real) / len(real), len(linked & real) / len(linked)
                """,
                "You give (recall, precision)",
            ),
            (
                """
                def precision_recall(found, true):
                    def groups(ids):
                        return {frozenset(np.flatnonzero(np.array(ids) == i)) for i in set(ids)}
                    one, other = groups(found), groups(true)
                    return len(one & other) / len(one), len(one & other) / len(other)
                """,
                "count pairs of records",
            ),
            (
                """
                def precision_recall(found, true):
                    n = range(len(found))
                    linked = {(a, b) for b in n for a in n if found[a] == found[b]}
                    real = {(a, b) for b in n for a in n if true[a] == true[b]}
                    return len(linked & real) / len(linked), len(linked & real) / len(real)
                """,
                "A record with itself",
            ),
            (
                """
                def precision_recall(found, true):
                    pairs = [(a, b) for b in range(len(found)) for a in range(b)]
                    right = np.mean([(found[a] == found[b]) == (true[a] == true[b])
                                     for a, b in pairs])
                    return right, right
                """,
                "hides mistakes",
            ),
        ],
    ),
}
