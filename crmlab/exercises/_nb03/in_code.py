"""In code in notebook 03: count by person, mail once, and obey a no."""

from typing import Any

import numpy as np
import pandas as pd

from crmlab.exercises._items import CodeExercise, WrongCode

__all__ = ["CONSENTED", "FREQUENCY", "MAILING_LIST"]


# ---------------------------------------------------------------------------------------------
# 03.5


def mean_frequency(orders: pd.DataFrame, key: str) -> float:
    """Mean number of repeat purchases of a buyer; `key` is the column that tells buyers apart."""
    days = orders.drop_duplicates([key, "date"])
    return float((days.groupby(key).size() - 1).mean())


def _one_day_per_person(orders: pd.DataFrame, key: str) -> float:
    return float((orders.drop_duplicates(["person_id", "date"]).groupby(key).size() - 1).mean())


def _draw_orders(rng: np.random.Generator) -> list[tuple[Any, ...]]:
    n = 24
    people = rng.integers(1, 7, n)
    orders = pd.DataFrame(
        {
            "person_id": [f"P{person}" for person in [*people, 7, 8, 8, 8, 8]],
            # Everybody has an account at the branch, and some a second one on the web.
            "account": [
                *(f"{place}{person}" for person, place in zip(people, rng.choice(["b", "w"], n),
                                                              strict=True)),
                "b7", "b8", "b8", "w8", "w8",
            ],
            "date": pd.Timestamp("2025-01-06")
            + pd.to_timedelta([*rng.integers(0, 60, n), 3, 5, 5, 5, 9], unit="D"),
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
            _one_day_per_person,
            "You keep one row per *person* and day, whatever `key` says: use `key` there, too.",
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
            "person_id": ["P1", "P1", "P2", "P3", "P3", "P4", "P5", "P5", "P6", "P7", "P7"],
            # P5 and P6 are a family: one address, two people. P3 said no before, P7 last.
            "address": ["old 1", "new 1", "road 2", "new 3", "old 3", "road 4", "home", "home",
                        "home", "old 7", "new 7"],
            "post": [True, True, True, True, False, False, True, True, True, True, False],
            "updated": pd.to_datetime(
                ["2024-02-01", "2025-03-01", "2024-05-05", "2025-08-01", "2024-01-10",
                 "2025-01-01", "2025-04-01", "2025-02-01", "2025-04-02", "2024-06-01",
                 "2025-05-05"]
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


def _newest_says(records: pd.DataFrame) -> pd.Series:
    newest = records.sort_values("updated").drop_duplicates("person_id", keep="last")
    return newest[newest["post"]].set_index("person_id")["address"].sort_index()


def _oldest(records: pd.DataFrame) -> pd.Series:
    allowed = records.groupby("person_id")["post"].transform("all")
    return records[allowed].sort_values("updated").groupby("person_id")["address"].first()


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
        WrongCode(
            _newest_says,
            "You ask the newest record only; a no on an older one counts as well.",
        ),
        WrongCode(_oldest, "You keep the oldest record of a person, not the one updated last."),
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


def _never_refused(answers: pd.DataFrame, day: str) -> list[str]:
    known = answers[answers["date"] <= pd.Timestamp(day)]
    always = known.groupby("customer_id")["granted"].all()
    return sorted(always.index[always])


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
        WrongCode(_never_refused, "Who refused first and agreed later may be called: last counts."),
        WrongCode(_not_refused, "Who has not answered by that day has not consented."),
    ),
    unit="a sorted list of customer ids",
    right="Consent belongs to a day: withdrawn later, it still covered the calls before.",
    hint="leave out later answers, sort by date, keep the last row of each customer.",
)
