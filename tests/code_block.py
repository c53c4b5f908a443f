"""Two code exercises that belong to no notebook."""

import pandas as pd
from code_cells import body, cell

from crmlab.exercises._code import verdict
from crmlab.exercises._items import CodeExercise, WrongCode


def share_of_top(spend, top):
    """Share of the money that the top customers hold."""
    ordered = spend.sort_values(ascending=False)
    return float(ordered.iloc[: round(top * len(ordered))].sum() / ordered.sum())


def top_unsorted(spend, top):
    return float(spend.iloc[: round(top * len(spend))].sum() / spend.sum())


def top_money(spend, top):
    return float(spend.nlargest(round(top * len(spend))).sum())


def top_in_place(spend, top):
    spend.sort_values(ascending=False, inplace=True)  # noqa: PD002
    return top_unsorted(spend, top)


def draw_spend(rng):
    alike = pd.Series([5.0, 5.0, 5.0, 5.0])
    return [(alike, 0.25), *((pd.Series(rng.gamma(1, 30, 50)), top) for top in (0.1, 0.2, 0.3))]


SHARE = CodeExercise(
    key="99.1",
    objective=1,
    question="What share do the top customers hold?",
    starter='def share_of_top(spend, top):\n    """Share of the top."""\n    ...',
    answer=share_of_top,
    inputs=draw_spend,
    mistakes=(
        WrongCode(top_unsorted, "Sort the customers first."),
        WrongCode(top_money, "That is money."),
        WrongCode(top_in_place, "It sorts the customers of whoever calls it."),
    ),
    unit="one share, where 1 means all",
    right="So it is.",
    hint="sort the customers.",
)


def days_between(orders):
    """Days from the first to the last order of each customer."""
    days = orders.groupby("customer_id")["date"].agg(["min", "max"])
    return (days["max"] - days["min"]).dt.days


def days_with_both_ends(orders):
    return days_between(orders) + 1


def days_of_all(orders):
    return (orders["date"].max() - orders["date"].min()).days


def draw_orders(rng):
    date = pd.Timestamp("2024-01-01") + pd.to_timedelta(rng.integers(0, 90, 40), unit="D")
    drawn = pd.DataFrame({"customer_id": rng.choice(list("abcd"), 40), "date": date})
    return [(drawn.head(2),), (drawn,)]


DAYS = CodeExercise(
    key="99.2",
    objective=1,
    question="How long?",
    starter='def days_between(orders):\n    """Days by customer."""\n    ...',
    answer=days_between,
    inputs=draw_orders,
    mistakes=(
        WrongCode(days_with_both_ends, "One day too many."),
        WrongCode(days_of_all, "One number for all."),
    ),
    unit="a Series of whole days by customer_id",
    right="So long.",
    hint="group the orders.",
)

RIGHT = body(
    """
    ordered = spend.sort_values(ascending=False)
    return ordered.iloc[: round(top * len(ordered))].sum() / ordered.sum()
    """
)


def told(source, exercise=SHARE, **names):
    """What is said of the function that a cell defines last."""
    return verdict(exercise, cell(source, **names), help_="Help.")


def returning(value, **options):
    """An exercise whose answer is this value, whatever it is given."""
    return CodeExercise(
        key="99.3",
        objective=1,
        question="",
        starter="",
        answer=lambda number: value,
        inputs=lambda rng: [(1,), (2,)],
        mistakes=(),
        unit="a value",
        right="Yes.",
        hint="",
        **options,
    )
