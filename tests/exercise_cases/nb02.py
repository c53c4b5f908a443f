"""Answers to the exercises of a notebook: right ones, and typical mistakes with the reason."""

from fractions import Fraction

import numpy as np
import pandas as pd

from exercise_cases.case import Case

CASES = {
    "02.1": Case(
        right=[0.72, 720 / 1000, np.float32(0.72), pd.Series([0.72])],
        wrong=[
            (72, "in percent"),
            (0.48, "repeat buyers"),
            (720, "That is money"),
            (0.09, "first two in the list"),
            (0.2, "share of the customers"),
            (0.8, "rule of thumb"),
        ],
    ),
    "02.2": Case(
        right=[0.36],
        wrong=[
            (0.45, "corrected"),
            (0.18, "area below the diagonal"),
            (0.72, "mean difference"),
            (0.64, "under the curve"),
            (0.4, "top customer"),
            (36, "in percent"),
        ],
    ),
    "02.3": Case(
        right=[0.5, Fraction(1, 2)],
        wrong=[
            (50, "in percent"),
            (0.6, "takes the last customer whole"),
            (0.4, "too early"),
            (2.5, "number of customers"),
            (3, "whole customers"),
            (0.96, "top 80 %"),
            (0.9, "smallest customer"),
        ],
    ),
    "02.4": Case(
        right=[1.5, 210 / 140],
        wrong=[
            (1.0, "loss-makers left out"),
            (0.71, "revenue"),
            (1.29, "sorted by revenue"),
            (210, "peak in money"),
            (150, "in percent"),
            (0.75, "keep its sign"),
            (0.5, "lost behind the peak"),
        ],
    ),
    "02.5": Case(
        right=["c", "C", " c ", "c)", "(c)", "c."],
        wrong=[("a", "year to year"), ("B", "no cost is given"), ("d)", "Revenue is not profit")],
    ),
}
