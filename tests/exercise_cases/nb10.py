"""Answers to the exercises of notebook 10. Replace them with the exercises."""

from exercise_cases.case import Case

CASES = {
    "10.1": Case(
        right=[0.4, 40 / 100],
        wrong=[
            (40, "in percent"),
            (40 / 60, "divided by the other customers"),
            (0.25, "share of the customers"),
        ],
    ),
    "10.2": Case(
        right=["def share_of_best(spend):\n    return spend.max() / spend.sum()"],
        wrong=[
            ("def share_of_best(spend):\n    return 100 * spend.max() / spend.sum()", "in percent"),
            ("def share_of_best(spend):\n    return spend.max()", "That is money"),
        ],
    ),
    "10.3": Case(
        right=["def share_back(days):\n    return (days > 1).mean()"],
        wrong=[
            ("def share_back(days):\n    return (days > 2).mean()", "A second day is enough"),
            ("def share_back(days):\n    return int((days > 1).sum())", "number of customers"),
        ],
    ),
}
