"""In code in notebook 03: weigh a field, count by person, mail once, obey a no, judge a linkage."""

from typing import Any

import numpy as np
import pandas as pd

from crmlab.exercises._items import CodeExercise, WrongCode

__all__ = ["CONSENTED", "FREQUENCY", "MAILING_LIST", "PAIRS", "WEIGHT"]


# ---------------------------------------------------------------------------------------------
# 03.3


def match_weight(m: float, u: float, agrees: bool) -> float:
    """Weight of a field: log2 of how likely the observation is, one person against two."""
    if agrees:
        return float(np.log2(m / u))
    return float(np.log2((1 - m) / (1 - u)))


def _draw_weights(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    inputs: list[tuple[Any, ...]] = [(0.95, 0.01, True), (0.95, 0.01, False), (0.6, 0.3, False)]
    for agrees in (True, False):
        u, m = np.sort(rng.uniform(0.05, 0.95, 2)).round(3)
        inputs.append((float(m) + 0.01, float(u), agrees))
    return inputs


WEIGHT = CodeExercise(
    key="03.3",
    objective=2,
    concepts=("Q4",),
    question="""\
In one field, two records of one person agree with probability `m`, two records of different people
with probability `u`. Write `match_weight(m, u, agrees)`: the weight of what was observed, to base
2. `agrees` is True where the field agrees and False where it differs.""",
    starter='''\
def match_weight(m, u, agrees):
    """Weight of a field, to base 2: positive where it speaks for one person."""
    ...''',
    answer=match_weight,
    inputs=_draw_weights,
    mistakes=(
        WrongCode(
            lambda m, u, agrees: np.log2(m / u),
            "That is the weight of agreeing; two records that differ have a weight of their own.",
        ),
        WrongCode(
            lambda m, u, agrees: np.log2(m / u) if agrees else -np.log2(m / u),
            "Differing is not the mirror image of agreeing; use the chances of differing.",
        ),
        WrongCode(
            lambda m, u, agrees: np.log2(m / u) if agrees else 0.0,
            "A field that differs is evidence too, against one person.",
        ),
        WrongCode(
            lambda m, u, agrees: np.log(m / u) if agrees else np.log((1 - m) / (1 - u)),
            "The ratio is right, the base is not: use np.log2.",
        ),
        WrongCode(
            lambda m, u, agrees: m / u if agrees else (1 - m) / (1 - u),
            "That is the ratio; the weight is its logarithm to base 2.",
        ),
        WrongCode(
            lambda m, u, agrees: np.log2(u / m) if agrees else np.log2((1 - u) / (1 - m)),
            "The sign is wrong: m, the chance in one person, goes on top.",
        ),
    ),
    unit="one number, the logarithm to base 2",
    right="A weight compares what one person and what two people would show, in either case.",
    hint="if two records of one person agree with probability m, with which do they differ?",
)


# ---------------------------------------------------------------------------------------------
# 03.5


def mean_frequency(orders: pd.DataFrame, key: str) -> float:
    """Mean number of repeat purchases of a buyer; `key` is the column that tells buyers apart."""
    days = orders.drop_duplicates([key, "date"])
    return float((days.groupby(key).size() - 1).mean())


def _draw_orders(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    n = 24
    people = rng.integers(1, 7, n)
    orders = pd.DataFrame(
        {
            "person_id": [f"P{person}" for person in [*people, 7, 8, 8, 8]],
            # Everybody has an account at the branch, and some a second one on the web.
            "account": [
                *(f"{place}{person}" for person, place in zip(people, rng.choice(["b", "w"], n),
                                                              strict=True)),
                "b7", "b8", "b8", "w8",
            ],
            "date": pd.Timestamp("2025-01-06")
            + pd.to_timedelta([*rng.integers(0, 60, n), 3, 5, 5, 9], unit="D"),
        }
    )  # fmt: skip
    return [(orders, "person_id"), (orders, "account")]


FREQUENCY = CodeExercise(
    key="03.5",
    objective=3,
    concepts=("P7",),
    question="""\
`orders` has one row per order, with the columns `person_id`, `account` and `date`. A person may
have several accounts. Write `mean_frequency(orders, key)`: the mean number of *repeat* purchases of
a buyer, where `key` is `"person_id"` or `"account"`. As in notebook 00, a purchase is a day: two
orders of one buyer on one day are one purchase.""",
    starter='''\
def mean_frequency(orders, key):
    """Mean number of repeat purchases of a buyer, told apart by the column `key`."""
    ...''',
    answer=mean_frequency,
    inputs=_draw_orders,
    mistakes=(
        WrongCode(
            lambda orders, key: float((orders.groupby(key).size() - 1).mean()),
            "Two orders of one buyer on one day are one purchase; you count each of them.",
        ),
        WrongCode(
            lambda orders, key: float(orders.groupby(key)["date"].nunique().mean()),
            "Those are all purchases; the first of each buyer is not a repeat.",
        ),
        WrongCode(
            lambda orders, key: float(
                orders.groupby(key)["date"].nunique().loc[lambda days: days > 1].sub(1).mean()
            ),
            "Buyers who came once belong to the mean, with 0 repeats.",
        ),
        WrongCode(
            lambda orders, key: mean_frequency(orders, "person_id"),
            "You count by person even where `key` asks for accounts: use `key`.",
        ),
        WrongCode(
            lambda orders, key: float(orders.groupby(key)["date"].nunique().sub(1).sum()),
            "That is the sum of all repeats; divide by the number of buyers.",
        ),
    ),
    unit="one number: repeat purchases per buyer",
    right="By account the same orders look like more buyers who come back less often.",
    hint="keep one row per buyer and day, count the days of each buyer, take one away.",
)


# ---------------------------------------------------------------------------------------------
# 03.6


def mailing_list(records: pd.DataFrame) -> pd.Series:
    """Address of each person who may get post: that of the record updated last."""
    allowed = records.groupby("person_id")["post"].transform("all")
    last = records[allowed].sort_values("updated").drop_duplicates("person_id", keep="last")
    return last.set_index("person_id")["address"].sort_index()


def _draw_records(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    records = pd.DataFrame(
        {
            "person_id": ["P1", "P1", "P2", "P3", "P3", "P4", "P5", "P5", "P6"],
            # P5 and P6 are a family: one address, two people.
            "address": ["old 1", "new 1", "road 2", "new 3", "old 3", "road 4", "home", "home",
                        "home"],
            "post": [True, True, True, True, False, False, True, True, True],
            "updated": pd.to_datetime(
                ["2024-02-01", "2025-03-01", "2024-05-05", "2025-08-01", "2024-01-10",
                 "2025-01-01", "2025-04-01", "2025-02-01", "2025-04-02"]
            ),
        }
    )  # fmt: skip
    mixed = records.iloc[rng.permutation(len(records))].reset_index(drop=True)
    backwards = records.iloc[::-1].reset_index(drop=True)
    return [(records,), (backwards,), (mixed,)]


def _first_in_file(records: pd.DataFrame) -> pd.Series:
    allowed = records.groupby("person_id")["post"].transform("all")
    return records[allowed].groupby("person_id")["address"].first()


def _any_yes(records: pd.DataFrame) -> pd.Series:
    last = records[records["post"]].sort_values("updated")
    return last.groupby("person_id")["address"].last()


def _all_people(records: pd.DataFrame) -> pd.Series:
    return records.sort_values("updated").groupby("person_id")["address"].last()


def _one_per_address(records: pd.DataFrame) -> pd.Series:
    return mailing_list(records).drop_duplicates()


def _all_records(records: pd.DataFrame) -> pd.Series:
    allowed = records.groupby("person_id")["post"].transform("all")
    return records[allowed].set_index("person_id")["address"].sort_index()


MAILING_LIST = CodeExercise(
    key="03.6",
    objective=3,
    concepts=("D5",),
    question="""\
`records` holds linked records: `person_id`, `address`, `post` (True where this record says that
post is welcome) and `updated` (a date). Write `mailing_list(records)`: one address per person, that
of the record updated last. A person with a *no* on any record gets no post. Return a Series of
addresses with `person_id` as its index, sorted by it.""",
    starter='''\
def mailing_list(records):
    """One address per person who may get post: a Series, indexed by person_id."""
    ...''',
    answer=mailing_list,
    inputs=_draw_records,
    mistakes=(
        WrongCode(
            _first_in_file, "You take the row that comes first in the file, not the newest one."
        ),
        WrongCode(
            _any_yes,
            "You drop the records that say no; the person said no, so all of them must go.",
        ),
        WrongCode(_all_people, "Somebody who does not want post is on your list."),
        WrongCode(
            _one_per_address, "A brother and a sister at one address are two people: keep both."
        ),
        WrongCode(_all_records, "Somebody is on your list twice: keep one record per person."),
    ),
    unit="a Series of addresses, its index person_id in order",
    right="One letter per person, to the address known last, and a no counts in every system.",
    hint="first find who has no record that says no, then sort by `updated`.",
)


# ---------------------------------------------------------------------------------------------
# 03.7


def consented_on(answers: pd.DataFrame, day: str) -> list[str]:
    """Customers who may be contacted on `day`: their last answer up to that day is yes."""
    known = answers[answers["date"] <= pd.Timestamp(day)]
    last = known.sort_values("date").drop_duplicates("customer_id", keep="last")
    return sorted(last.loc[last["granted"], "customer_id"])


def _draw_answers(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    answers = pd.DataFrame(
        [
            ("C1", True, "2025-01-05"),
            ("C2", True, "2025-01-05"), ("C2", False, "2025-03-01"),
            ("C3", False, "2025-01-07"), ("C3", True, "2025-02-02"),
            ("C4", True, "2025-03-31"),
            ("C5", True, "2025-02-01"), ("C5", False, "2025-03-31"),
            ("C6", True, "2025-04-01"),
            ("C7", True, "2025-01-09"), ("C7", False, "2025-04-02"),
            ("C8", False, "2025-02-14"),
        ],
        columns=["customer_id", "granted", "date"],
    )  # fmt: skip
    answers["date"] = pd.to_datetime(answers["date"])
    mixed = answers.iloc[rng.permutation(len(answers))].reset_index(drop=True)
    backwards = answers.iloc[::-1].reset_index(drop=True)
    return [(answers, "2025-03-31"), (backwards, "2025-03-31"), (mixed, "2025-02-10")]


def _ever_granted(answers: pd.DataFrame, day: str) -> list[str]:
    known = answers[answers["date"] <= pd.Timestamp(day)]
    return sorted(set(known.loc[known["granted"], "customer_id"]))


def _day_before(answers: pd.DataFrame, day: str) -> list[str]:
    return consented_on(answers[answers["date"] < pd.Timestamp(day)], day)


def _last_of_all(answers: pd.DataFrame, day: str) -> list[str]:
    return consented_on(answers, "2100-01-01")


def _last_in_file(answers: pd.DataFrame, day: str) -> list[str]:
    known = answers[answers["date"] <= pd.Timestamp(day)]
    last = known.drop_duplicates("customer_id", keep="last")
    return sorted(last.loc[last["granted"], "customer_id"])


def _not_refused(answers: pd.DataFrame, day: str) -> list[str]:
    known = answers[answers["date"] <= pd.Timestamp(day)]
    last = known.sort_values("date").drop_duplicates("customer_id", keep="last")
    refused = set(last.loc[~last["granted"], "customer_id"])
    return sorted(set(answers["customer_id"]) - refused)


CONSENTED = CodeExercise(
    key="03.7",
    objective=4,
    concepts=("I5",),
    question="""\
`answers` holds the answers to *may we call you?*: `customer_id`, `granted` (True or False) and
`date`. Customers may give consent and withdraw it later. Write `consented_on(answers, day)`: who
may be called on `day`, a text such as `"2025-03-31"`. The last answer up to and including that day
counts, and no answer is not consent. Return a sorted list of ids.""",
    starter='''\
def consented_on(answers, day):
    """Sorted list of the customers whose last answer up to `day` is yes."""
    ...''',
    answer=consented_on,
    inputs=_draw_answers,
    mistakes=(
        WrongCode(_ever_granted, "Somebody who has withdrawn consent is on your list."),
        WrongCode(_day_before, "Answers of the day itself count: it is up to and including `day`."),
        WrongCode(_last_of_all, "You use answers that were given after `day`."),
        WrongCode(_last_in_file, "The last row of the file is not the last answer: use the dates."),
        WrongCode(_not_refused, "Who has not answered by that day has not consented."),
    ),
    unit="a sorted list of customer ids",
    right="Consent belongs to a day: withdrawn later, it still covered the calls before.",
    hint="leave out later answers, sort by date, keep the last row of each customer.",
)


# ---------------------------------------------------------------------------------------------
# 03.9


def precision_recall(found: list[str], true: list[str]) -> tuple[float, float]:
    """Precision and recall of pairs; one person id per record, found and true."""
    pairs = [(a, b) for b in range(len(found)) for a in range(b)]
    linked = {(a, b) for a, b in pairs if found[a] == found[b]}
    real = {(a, b) for a, b in pairs if true[a] == true[b]}
    correct = len(linked & real)
    return correct / len(linked), correct / len(real)


def _draw_people(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    inputs: list[tuple[Any, ...]] = [(list("aabbcc"), list("xxxyzz"))]
    for _ in range(2):
        true = [f"p{number}" for number in sorted(rng.integers(0, 6, 14))]
        found = true.copy()
        found[2], found[9], found[12] = "q1", true[0], true[4]
        inputs.append((["q2", "q2", "q2", *found], ["x", "x", "y", *true]))
    return inputs


def _count_records(found: list[str], true: list[str]) -> tuple[float, float]:
    groups = [
        {frozenset(at for at in range(len(ids)) if ids[at] == one) for one in set(ids)}
        for ids in (found, true)
    ]
    correct = len(groups[0] & groups[1])
    return correct / len(groups[0]), correct / len(groups[1])


def _with_itself(found: list[str], true: list[str]) -> tuple[float, float]:
    places = range(len(found))
    linked = {(a, b) for a in places for b in places if found[a] == found[b]}
    real = {(a, b) for a in places for b in places if true[a] == true[b]}
    return len(linked & real) / len(linked), len(linked & real) / len(real)


def _accuracy(found: list[str], true: list[str]) -> tuple[float, float]:
    pairs = [(a, b) for b in range(len(found)) for a in range(b)]
    right = [(found[a] == found[b]) == (true[a] == true[b]) for a, b in pairs]
    return sum(right) / len(right), sum(right) / len(right)


PAIRS = CodeExercise(
    key="03.9",
    objective=2,
    concepts=("Q4",),
    question="""\
`found` and `true` are two lists of the same length: for each record the person that the program
found, and the person that it really is. The names of the persons differ in the two lists; what
counts is which records stand *together*. Write `precision_recall(found, true)`: of the pairs of
records that the program put together, the share that is right; and of the true pairs, the share
that it found. Return both as a tuple.""",
    starter='''\
def precision_recall(found, true):
    """Pairwise (precision, recall); two lists with one person per record."""
    ...''',
    answer=precision_recall,
    inputs=_draw_people,
    mistakes=(
        WrongCode(
            lambda found, true: precision_recall(true, found),
            "You give (recall, precision): precision divides by the pairs that were found.",
        ),
        WrongCode(
            _count_records, "You count people who are exactly right; count pairs of records."
        ),
        WrongCode(_with_itself, "A record with itself is not a pair: it is right by itself."),
        WrongCode(
            _accuracy,
            "You count pairs rightly kept apart; those are nearly all, so that hides mistakes.",
        ),
    ),
    unit="a tuple of two shares between 0 and 1: (precision, recall)",
    right="Precision falls when strangers are merged, recall when copies stay apart.",
    hint="list all pairs of two different records, then ask in which list they stand together.",
)
