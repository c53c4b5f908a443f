"""Answers to the exercises of a notebook: right ones, and typical mistakes with the reason."""

from exercise_cases.case import Case

CASES = {
    "03.1": Case(
        right=[4_500_000, 4.5e6],
        wrong=[
            (12_000_000, "whole mailing"),
            (7_500_000, "when each person gets one"),
            (1_125_000, "one catalogue each"),
            (750, "accounts too many"),
            (3_000, "catalogues too many"),
        ],
    ),
    "03.2": Case(
        right=[2, 2.0],
        wrong=[
            (5, "frequency of the person"),
            (3, "purchases per account"),
            (4, "two accounts share them"),
            (2.5, "a first purchase of its own"),
            (6, "Those are purchases"),
        ],
    ),
    "03.3": Case(
        right=[0.8, 4 / 5],
        wrong=[
            (4, "Those are the odds"),
            (80, "in percent"),
            (0.99976, "The start counts"),
            (0.97, "speaks against"),
            (0.667, "not of 2"),
            (0.2, "two people"),
        ],
    ),
    "03.4": Case(
        right=[4 / 7, 0.571, 0.57],
        wrong=[
            (57.1, "in percent"),
            (0.667, "That is the precision"),
            (0.5, "That is the recall"),
            (0.583, "plain mean"),
            (0.333, "count pairs"),
            (0.286, "count twice"),
        ],
    ),
    "03.5": Case(
        right=["b", "B)"],
        wrong=[("a", "Fields are not votes"), ("c", "phone of a parent"), ("d", "not a duplicate")],
    ),
    "03.6": Case(
        right=[3, 3.0],
        wrong=[
            (0, "not since it is empty"),
            (4, "the totals tell which"),
            (5, "5 is the limit"),
            (11, "total of the column"),
            (35, "rest of the row"),
        ],
    ),
}
