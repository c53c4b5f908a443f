"""Answers to the exercises of a notebook: right ones, and typical mistakes with the reason."""

import datetime

import numpy as np
import pandas as pd

from exercise_cases.case import Case

CASES = {
    "00.1": Case(
        right=[
            """
            def repeat_purchases(orders, last_day):
                seen = orders[orders["date"] <= last_day]
                return int((seen.groupby("customer_id")["date"].nunique() - 1).sum())
            """,
            """
            def repeat_purchases(orders, last_day):
                days = {}
                for customer, day in zip(orders["customer_id"], orders["date"]):
                    if day <= pd.Timestamp(last_day):
                        days.setdefault(customer, set()).add(day)
                return sum(len(seen) - 1 for seen in days.values())
            """,
        ],
        wrong=[
            (
                """
                def repeat_purchases(orders, last_day):
                    seen = orders[orders["date"] <= last_day]
                    return len(seen) - seen["customer_id"].nunique()
                """,
                "You count order lines",
            ),
            (
                """
                def repeat_purchases(orders, last_day):
                    seen = orders[orders["date"] <= last_day]
                    return int(seen.groupby("customer_id")["date"].nunique().sum())
                """,
                "Those are all purchases",
            ),
            (
                """
                def repeat_purchases(orders, last_day):
                    seen = orders[orders["date"] < last_day]
                    return int((seen.groupby("customer_id")["date"].nunique() - 1).sum())
                """,
                "up to and including",
            ),
            (
                """
                def repeat_purchases(orders, last_day):
                    return int((orders.groupby("customer_id")["date"].nunique() - 1).sum())
                """,
                "after `last_day`",
            ),
            (
                """
                def repeat_purchases(orders, last_day):
                    seen = orders[orders["date"] <= last_day]
                    return int((seen.groupby("customer_id")["date"].nunique() > 1).sum())
                """,
                "customers who came back",
            ),
        ],
    ),
    "00.2": Case(
        right=[
            """
            def mean_frequency(groups):
                return np.average(groups["frequency"], weights=groups["n_customers"])
            """,
            """
            def mean_frequency(groups):
                return groups["frequency"].repeat(groups["n_customers"]).mean()
            """,
        ],
        wrong=[
            (
                """
                def mean_frequency(groups):
                    return groups["frequency"].mean()
                """,
                "mean of the rows",
            ),
            (
                """
                def mean_frequency(groups):
                    return (groups["frequency"] * groups["n_customers"]).mean()
                """,
                "divide by the number of rows",
            ),
            (
                """
                def mean_frequency(groups):
                    return groups["frequency"].sum() / groups["n_customers"].sum()
                """,
                "counted as often",
            ),
            (
                """
                def mean_frequency(groups):
                    return groups["frequency"] @ groups["n_customers"]
                """,
                "divide by their number",
            ),
        ],
    ),
    "00.3": Case(
        right=[
            {1, 12},
            [12, 1, 1],
            (1.0, 12.0),
            {"1", " 12"},
            np.array([1, 12]),
            pd.Series([1, 12]),
            pd.Index([1, 12]),
            {1: 70, 12: 0},
        ],
        wrong=[
            ({1, 5, 9, 12}, "Not every day"),
            ([1, 5, 12], "not taken off its own day"),
            ([1], "price of zero"),
            ([5, 12], "what the later one gives back"),
            ([12], "leaves a purchase of the rest"),
            ([1, 5], "Two slips"),
            ({1, 5, 9}, "gives money back is not a purchase"),
            ({1, 9, 12}, "only gives money back"),
            ({9}, "day of a refund"),
            ([5], "given back later"),
        ],
    ),
    "00.4": Case(
        right=[
            """
            def revenue(export, currency):
                counts = export["status"].isin(["paid", "partly refunded", "refunded"])
                rows = export[counts & export["customer"].notna()]
                net = rows["goods"] - rows["given_back"]
                return net.groupby(rows["currency"]).sum()[currency]
            """,
            """
            def revenue(export, currency):
                total = 0
                for row in export.dropna(subset="customer").itertuples():
                    if row.currency == currency and row.status not in ("pending", "cancelled"):
                        total += row.goods - row.given_back
                return total
            """,
        ],
        wrong=[
            (
                """
                def revenue(export, currency):
                    rows = export.dropna(subset="customer")
                    rows = rows[~rows["status"].isin(["pending", "cancelled"])]
                    return rows["goods"].sum() - rows["given_back"].sum()
                """,
                "two currencies",
            ),
            (
                """
                def revenue(export, currency):
                    rows = export.dropna(subset="customer").query("currency == @currency")
                    return rows.loc[~rows["status"].isin(["pending", "cancelled"]), "goods"].sum()
                """,
                "That is gross",
            ),
            (
                """
                def revenue(export, currency):
                    rows = export[export["currency"] == currency]
                    rows = rows[~rows["status"].isin(["pending", "cancelled"])]
                    return rows["goods"].sum() - rows["given_back"].sum()
                """,
                "Orders of guests",
            ),
            (
                """
                def revenue(export, currency):
                    rows = export[export["currency"] == currency].dropna(subset="customer")
                    rows = rows[rows["status"] != "cancelled"]
                    return rows["goods"].sum() - rows["given_back"].sum()
                """,
                "pending order is left out",
            ),
            (
                """
                def revenue(export, currency):
                    rows = export[export["currency"] == currency].dropna(subset="customer")
                    return rows["goods"].sum() - rows["given_back"].sum()
                """,
                "look at the status",
            ),
            (
                """
                def revenue(export, currency):
                    rows = export[export["currency"] == currency].dropna(subset="customer")
                    rows = rows[rows["status"] == "paid"]
                    return rows["goods"].sum() - rows["given_back"].sum()
                """,
                "refunded in part keeps",
            ),
        ],
    ),
    "00.5": Case(
        right=[
            60,
            60.0,
            pd.Timestamp("2024-03-10") - pd.Timestamp("2024-01-10"),
            datetime.date(2024, 3, 10) - datetime.date(2024, 1, 10),
            np.timedelta64(60, "D"),
        ],
        wrong=[
            (51, "`days_since_last`"),
            (111, "That is T"),
            (8.57, "weeks"),
            (1.97, "months"),
            (59, "leap year"),
            (61, "first and the last day"),
        ],
    ),
    "00.6": Case(
        right=[
            """
            def clocks(dates, observation_end):
                days = sorted(pd.Timestamp(day) for day in dates if day <= observation_end)
                end = pd.Timestamp(observation_end)
                return (days[-1] - days[0]).days, (end - days[0]).days
            """,
            """
            def clocks(dates, observation_end):
                import datetime
                known = [datetime.date.fromisoformat(day) for day in dates]
                end = datetime.date.fromisoformat(observation_end)
                known = [day for day in known if day <= end]
                return [(max(known) - min(known)).days, (end - min(known)).days]
            """,
        ],
        wrong=[
            (
                """
                def clocks(dates, observation_end):
                    days = sorted(pd.Timestamp(day) for day in dates if day <= observation_end)
                    end = pd.Timestamp(observation_end)
                    return (days[-1] - days[0]).days + 1, (end - days[0]).days + 1
                """,
                "One day too many",
            ),
            (
                """
                def clocks(dates, observation_end):
                    days = sorted(pd.Timestamp(day) for day in dates if day <= observation_end)
                    end = pd.Timestamp(observation_end)
                    return (end - days[-1]).days, (end - days[0]).days
                """,
                "`days_since_last`",
            ),
            (
                """
                def clocks(dates, observation_end):
                    days = [pd.Timestamp(day) for day in dates if day <= observation_end]
                    end = pd.Timestamp(observation_end)
                    return (days[-1] - days[0]).days, (end - days[0]).days
                """,
                "in any order",
            ),
            (
                """
                def clocks(dates, observation_end):
                    days = sorted(map(pd.Timestamp, dates))
                    end = pd.Timestamp(observation_end)
                    return (days[-1] - days[0]).days, (end - days[0]).days
                """,
                "not known yet",
            ),
            (
                """
                def clocks(dates, observation_end):
                    days = sorted(pd.Timestamp(day) for day in dates if day <= observation_end)
                    end = pd.Timestamp(observation_end)
                    return (end - days[0]).days, (days[-1] - days[0]).days
                """,
                "The order is",
            ),
        ],
    ),
    "00.7": Case(
        right=["c", "C", "c)"],
        wrong=[("a", "a product"), ("b", "bought anyway"), ("d", "need not be customers")],
    ),
}
