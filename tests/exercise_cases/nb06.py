"""Answers to the exercises of a notebook: right ones, and typical mistakes with the reason."""

from exercise_cases.case import Case

CASES = {
    "06.1": Case(
        right=[100, 100.0, 99.6],
        wrong=[
            (333.33, "That is revenue"),
            (233.33, "That is the cost"),
            (180, "Nothing is discounted"),
            (240, "mean lifetime, without discount"),
            (160, "counts the payment just made"),
            (133.33, "all who began the year"),
            (15.79, "the share that leaves"),
            (60, "margin of one year"),
        ],
    ),
    "06.2": Case(
        right=[12.5, 1 / (1 - 0.92)],
        wrong=[
            (11.5, "Those are the renewals"),
            (0.92, "retention rate"),
            (0.08, "divide by it"),
            (1.087, "not by the share that stays"),
            (8, "percentage that leaves"),
            (92, "percentage that stays"),
            (8.31, "half of them have left"),
        ],
    ),
    "06.3": Case(
        right=["d", "D)", "(d)"],
        wrong=[
            ("a", "counts the repeats"),
            ("b", "since the last purchase"),
            ("c", "swapped"),
            ("e", "Those are days"),
        ],
    ),
    "06.4": Case(
        right=[272.73, 300 / 1.1, 272.7],
        wrong=[
            (2.08, "for every week"),
            (271.43, "not 10 % / 52"),
            (270, "does not take 10 % off"),
            (330, "the other way"),
            (300, "Nothing is discounted"),
        ],
    ),
    "06.5": Case(
        right=[100, 100.0],
        wrong=[
            (130, "seen once"),
            (40, "mean of all"),
            (85, "both means alike"),
            (70, "weights are swapped"),
            (90, "The denominator"),
        ],
    ),
    "06.6": Case(
        right=["b", "B"],
        wrong=[
            ("a", "Only 2 lies in there"),
            ("c", "does not cancel in full"),
            ("d", "not what one person does"),
        ],
    ),
}
