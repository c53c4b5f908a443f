"""Answers to the exercises of a notebook: right ones, and typical mistakes with the reason."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd

from exercise_cases.case import Case

CASES = {
    "00.1": Case(
        right=[2, 2.0, np.int64(2), Decimal(2), Fraction(2, 1), np.array([2]), pd.Series([2])],
        wrong=[(3, "order lines"), (1, "`frequency`"), (5, "whole file"), (4, "days of the whole")],
    ),
    "00.2": Case(
        right=[60, 60.0],
        wrong=[
            (51, "`days_since_last`"),
            (111, "That is T"),
            (8.57, "weeks"),
            (1.97, "months"),
            (59, "leap year"),
            (61, "first and the last day"),
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
        ],
    ),
    "00.4": Case(
        right=[120, 120.0],
        wrong=[
            (420, "every amount"),
            (360, "every status"),
            (330, "paid or not"),
            (270, "never came"),
            (210, "not added up"),
            (190, "cancelled"),
            (180, "gross"),
            (170, "of nobody"),
            (160, "brings nothing"),
            (150, "pending"),
        ],
    ),
}
