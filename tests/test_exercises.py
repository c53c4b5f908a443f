import itertools
import json
import math
import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from crmlab._paths import notebooks_dir
from crmlab.exercises import _BLOCKS, _EXERCISES, check, hint, solution


@dataclass(frozen=True)
class Case:
    """What an exercise must say: right answers, and (wrong answer, words of the reason)."""

    right: list
    wrong: list


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


class Hostile:
    """Raises on everything that a check could ask of it."""

    def __getattribute__(self, name):
        raise RuntimeError(name)

    __eq__ = __float__ = __iter__ = __len__ = __str__ = __repr__ = __hash__ = __getattribute__


class HostileNumber(float):
    def __float__(self):
        raise RuntimeError("no float")


class HostileText(str):
    __slots__ = ()

    def strip(self, chars=None):
        raise RuntimeError("no text")

    __iter__ = strip


class HostileSet(set):
    def __iter__(self):
        raise RuntimeError("no labels")


GARBAGE = [
    pytest.param(None, id="none"),
    pytest.param(float("nan"), id="nan"),
    pytest.param(-np.inf, id="infinity"),
    pytest.param(pd.NA, id="NA"),
    pytest.param(pd.NaT, id="NaT"),
    pytest.param(Decimal("sNaN"), id="signalling-nan"),
    pytest.param(10**400, id="number-beyond-float"),
    pytest.param(1 + 2j, id="complex"),
    pytest.param(True, id="bool"),
    pytest.param(np.True_, id="numpy-bool"),
    pytest.param("", id="empty-text"),
    pytest.param("0.8", id="number-as-text"),
    pytest.param("80 %", id="percent-as-text"),
    pytest.param("\udc00 \x00", id="broken-text"),
    pytest.param(b"c", id="bytes"),
    pytest.param([], id="empty-list"),
    pytest.param([0.72], id="number-in-a-list"),
    pytest.param([[1], [5, 12]], id="ragged-list"),
    pytest.param(np.ones((2, 3)), id="matrix"),
    pytest.param(np.array([], dtype=float), id="empty-array"),
    pytest.param(pd.Series(["x", None]), id="text-series"),
    pytest.param(pd.DataFrame({"a": [1]}), id="frame"),
    pytest.param(pd.Timedelta(days=60), id="timedelta"),
    pytest.param(np.datetime64("2024-01-01"), id="datetime"),
    pytest.param(lambda: 0.72, id="function"),
    pytest.param(int, id="class"),
    pytest.param(pd, id="module"),
    pytest.param((x for x in [1, 5, 12]), id="generator"),
    pytest.param([...], id="ellipsis-in-a-list"),
    pytest.param(Hostile(), id="raises-on-everything"),
    pytest.param(HostileNumber(2), id="number-that-raises"),
    pytest.param(HostileText("c"), id="text-that-raises"),
    pytest.param(HostileSet({1, 5, 12}), id="set-that-raises"),
]


def said(capsys, function, *arguments):
    """Call the function, and return what it printed; it must return None and warn of nothing."""
    assert function(*arguments) is None
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out


def table(key):
    """Read the rows of the Markdown table in an exercise's question."""
    rows = re.findall(r"^\| (.+) \|$", _EXERCISES[key].question, re.MULTILINE)
    return [row.split(" | ") for row in rows[1:]]


def numbers(key, pattern):
    """Read the whole numbers in the part of an exercise's question that matches."""
    return [int(number) for number in re.findall(r"\d+", re.search(pattern, question(key))[0])]


def question(key):
    return _EXERCISES[key].question


def purchases_of_customer_a():
    return len({day for customer, day, _ in table("00.1") if customer == "A"})


def days_from_first_to_last():
    days = re.findall(r"\d{4}-\d{2}-\d{2}", question("00.2"))
    return (date.fromisoformat(days[1]) - date.fromisoformat(days[0])).days


def days_of_purchases_left():
    """Take each refund off the latest purchase of that price, else of the latest with enough."""
    left = []
    for day, amount in ((day, int(amount)) for day, amount in table("00.3")):
        if amount >= 0:
            left.append([day, amount, amount])
            continue
        alike = [bought for bought in left if bought[2] == -amount]
        enough = [bought for bought in left if bought[2] >= -amount]
        (alike or enough)[-1][2] += amount
    return {day for day, price, rest in left if rest or not price}


def revenue_order_by_order():
    return sum(
        int(goods) - int(back)
        for _, customer, status, currency, goods, back in table("00.4")
        if customer != "guest" and status in STATUSES_THAT_COUNT and currency == "USD"
    )


STATUSES_THAT_COUNT = ("paid", "partly refunded", "refunded")


def share_of_the_best_two():
    spent = numbers("02.1", r"\n\n90.+\n\n")
    assert len(spent) == 10
    return sum(sorted(spent)[-2:]) / sum(spent)


def gini_from_all_pairs():
    spent = numbers("02.2", r"spent .+\.")
    pairs = list(itertools.product(spent, repeat=2))
    mean_difference = sum(abs(a - b) for a, b in pairs) / len(pairs)
    return mean_difference / (2 * sum(spent) / len(spent))


def fraction_needed_in_tiny_slices():
    brought = sorted(numbers("02.3", r"brought .+ 40"), reverse=True)
    slices = [money / 1000 for money in brought for _ in range(1000)]  # a thousandth of a customer
    goal = 0.8 * sum(brought)
    taken = sum(held < goal - 1e-9 for held in itertools.accumulate(slices))
    return (taken + 1) / len(slices)


def peak_over_total():
    profit = sorted((int(row[2]) for row in table("02.4")), reverse=True)
    return max(itertools.accumulate(profit)) / sum(profit)


def catalogues_one_by_one():
    branch, web, calls = numbers("03.1", r"hold\s+900 accounts.+\n?.*400")
    people = 1_250
    return sum(1500 for account in range(int(branch + web + calls)) if account >= people
               for _ in range(4))  # fmt: skip


def repeats_of_each_account():
    accounts = [["order"] * int(n) for n in numbers("03.2", r"branch booked 2.+\n?.*4")]
    return sum(len(orders[1:]) for orders in accounts) / len(accounts)


def posterior_by_bayes():
    same, other = 1 / 1025, 1024 / 1025
    for weight in (int(row[1]) for row in table("03.3")):
        same *= 2**weight  # each likelihood ratio multiplies one side
    return same / (same + other)


def f1_from_all_pairs():
    true, found = [{1, 2, 3}, {4}, {5, 6}], [{1, 2}, {3, 4}, {5, 6}]
    pairs = list(itertools.combinations(range(1, 7), 2))
    together = [[any({*pair} <= group for group in groups) for pair in pairs]
                for groups in (true, found)]  # fmt: skip
    both = sum(map(min, *together))
    return 2 * both / sum(map(sum, together))


def the_one_number_that_fits():
    rows = [re.findall(r"\d+|hidden", line) for line in question("03.6").splitlines()
            if line.startswith("| 서울")]  # fmt: skip
    basic, standard, _, total = rows[0]
    return next(n for n in range(100) if int(basic) + int(standard) + n == int(total))


def payments_year_by_year():
    paid, cost = numbers("06.1", r"pays 200.+\n?.*140")
    stay, rate = numbers("06.1", r"75 %[\s\S]+20 %")
    return sum((paid - cost) * (stay / (100 + rate)) ** year for year in range(1, 400))


def payments_one_by_one():
    stay = numbers("06.2", r"92 %")[0] / 100
    return sum(stay**year for year in range(1_000))


def weeks_of_the_customer():
    first, *repeats, end = (
        date(2024, month, day) for month, day in [(3, 2), (3, 30), (6, 22), (12, 28)]
    )
    told = (len(repeats), (repeats[-1] - first).days / 7, (end - first).days / 7)
    rows = re.findall(
        r"^(\w)\) frequency (\d+), recency (\d+), T (\d+)", question("06.3"), re.MULTILINE
    )
    return next(letter for letter, *row in rows if tuple(map(int, row)) == told)


def discounted_day_by_day():
    (margin,) = numbers("06.4", r"expects \d+")
    daily = 1.10 ** (1 / 365.25)
    worth = margin
    for _ in range(365):
        worth /= daily
    return worth / daily**0.25


def posterior_mean_of_spend():
    p, q, v, x, m = 6, 4, 20, 1, 130
    # Spend has mean p / nu, nu is gamma(q, v) at first and gamma(q + p x, v + x m) after x of them.
    nus = [(step + 0.5) / 20_000 for step in range(40_000)]
    weights = [nu ** (q + p * x - 1) * math.exp(-nu * (v + x * m)) for nu in nus]
    return sum(w * p / nu for w, nu in zip(weights, nus, strict=True)) / sum(weights)


@pytest.mark.parametrize(
    ("key", "slowly"),
    [
        ("00.1", purchases_of_customer_a),
        ("00.2", days_from_first_to_last),
        ("00.3", days_of_purchases_left),
        ("00.4", revenue_order_by_order),
        ("02.1", share_of_the_best_two),
        ("02.2", gini_from_all_pairs),
        ("02.3", fraction_needed_in_tiny_slices),
        ("02.4", peak_over_total),
        ("03.1", catalogues_one_by_one),
        ("03.2", repeats_of_each_account),
        ("03.3", posterior_by_bayes),
        ("03.4", f1_from_all_pairs),
        ("03.6", the_one_number_that_fits),
        ("06.1", payments_year_by_year),
        ("06.2", payments_one_by_one),
        ("06.3", weeks_of_the_customer),
        ("06.4", discounted_day_by_day),
        ("06.5", posterior_mean_of_spend),
    ],
)
def test_answer_follows_from_the_data_in_the_question(capsys, key, slowly):
    assert said(capsys, check, key, slowly()).startswith(f"{key}: right.")


def test_choice_on_the_20_80_claim_is_arithmetic():
    assert (80 / 20) / (20 / 80) == 16
    assert "c) A customer in the top group brought, on average, 16 times" in question("02.5")


def test_every_exercise_has_its_cases():
    assert list(CASES) == list(_EXERCISES)
    for key, case in CASES.items():
        assert case.right, key
        assert len(case.wrong) >= 2, key


def test_no_key_is_used_twice():
    assert len(_EXERCISES) == sum(len(block) for block in _BLOCKS)


@pytest.mark.parametrize("key", CASES)
def test_right_answer_is_right_in_every_form(capsys, key):
    expected = f"{key}: right. {_EXERCISES[key].right}\n"
    for answer in CASES[key].right:
        assert said(capsys, check, key, answer) == expected, answer


@pytest.mark.parametrize("key", CASES)
def test_typical_mistake_is_named(capsys, key):
    for answer, reason in CASES[key].wrong:
        output = said(capsys, check, key, answer)
        assert output.startswith(f"{key}: not yet. "), answer
        assert reason in output, answer


@pytest.mark.parametrize("key", _EXERCISES)
def test_every_misconception_is_among_the_cases_and_reachable(capsys, key):
    exercise = _EXERCISES[key]
    reached = {said(capsys, check, key, answer) for answer, _ in CASES[key].wrong}
    assert reached == {f"{key}: not yet. {wrong.why}\n" for wrong in exercise.misconceptions}


@pytest.mark.parametrize("key", _EXERCISES)
def test_ellipsis_is_not_attempted(capsys, key):
    assert said(capsys, check, key, ...) == (
        f"{key}: not attempted yet. Put your answer in place of ... and run the cell again.\n"
    )


@pytest.mark.parametrize("answer", GARBAGE)
def test_garbage_is_not_yet_and_never_raises(capsys, answer):
    for key, exercise in _EXERCISES.items():
        output = said(capsys, check, key, answer)
        assert output.startswith(f"{key}: not yet. ")
        assert exercise.unit in output, key
        assert output.count("\n") == 1, key


def test_endless_collection_is_cut_off(capsys):
    drawn = []

    class Endless(list):
        def __iter__(self):
            for number in range(100_000):
                drawn.append(number)
                yield number

    assert "Expected: a set of day numbers" in said(capsys, check, "00.3", Endless())
    assert len(drawn) <= 1_000


@pytest.mark.parametrize(
    ("key", "answer", "expected"),
    [
        pytest.param("02.1", "0.72", "leave out quotes, units and % signs", id="text"),
        pytest.param("02.1", 0.33, "0.33 is not it. Expected: one share", id="number"),
        pytest.param("02.1", float("nan"), "nan is not it. Expected: one share", id="nan"),
        pytest.param("02.5", 3, "put one letter in quotes", id="number-for-a-letter"),
        pytest.param("02.5", "e", 'Expected: one letter as text: "a"', id="no-such-letter"),
        pytest.param("00.3", 3, "put the labels in braces", id="number-for-a-set"),
        pytest.param("00.3", {2}, "Expected: a set of day numbers", id="other-set"),
    ],
)
def test_other_answers_are_told_what_is_expected(capsys, key, answer, expected):
    assert expected in said(capsys, check, key, answer)


@pytest.mark.parametrize("distance", [-0.0049, 0.0049])
def test_rounding_to_two_decimals_is_right(capsys, distance):
    assert ": right." in said(capsys, check, "02.1", 0.72 + distance)


@pytest.mark.parametrize("distance", [-0.0051, 0.0051])
def test_just_outside_the_tolerance_is_not_right(capsys, distance):
    assert ": not yet." in said(capsys, check, "02.1", 0.72 + distance)


@pytest.mark.parametrize("key", ["02.99", "2.1", "", None, 2.1, ["02.1"]], ids=repr)
@pytest.mark.parametrize(
    "function", [lambda key: check(key, 1), hint, solution], ids=["check", "hint", "solution"]
)
def test_unknown_key_prints_those_that_exist(capsys, function, key):
    assert said(capsys, function, key) == (
        f"There is no exercise with this key. There are: {', '.join(CASES)}.\n"
    )


@pytest.mark.parametrize("key", _EXERCISES)
def test_hint_does_not_hold_the_answer_and_solution_does(capsys, key):
    answer = _EXERCISES[key].answer
    labels = answer if isinstance(answer, frozenset) else {str(answer).removesuffix(".0")}
    helped = re.findall(r"[\w.-]+(?<!\.)", said(capsys, hint, key).split(": ", 1)[1])
    solved = said(capsys, solution, key).split(":\n", 1)[1]
    assert not labels & set(helped)
    for label in labels:
        assert re.search(rf"\b{re.escape(label)}\b", solved)


@pytest.mark.parametrize("key", _EXERCISES)
def test_printed_text_suits_any_console(key):
    exercise = _EXERCISES[key]
    sentences = [exercise.unit, exercise.right, exercise.hint]
    sentences += [wrong.why for wrong in exercise.misconceptions]
    for text in [*sentences, *exercise.solution.splitlines()]:
        assert text.isascii()
        assert 1 <= len(text) <= 100
        assert text == text.strip()
    assert all(text.endswith(".") for text in sentences[1:])


@pytest.mark.parametrize("key", _EXERCISES)
def test_mistakes_are_of_the_answers_kind_and_do_not_overlap(key):
    exercise = _EXERCISES[key]
    known = [(exercise.answer, exercise.tolerance)]
    for wrong in exercise.misconceptions:
        assert type(wrong.answer) is type(exercise.answer)
        width = exercise.tolerance if wrong.tolerance is None else wrong.tolerance
        for answer, tolerance in known:
            if isinstance(answer, float):
                assert abs(answer - wrong.answer) > tolerance + width
            else:
                assert answer != wrong.answer
        known.append((wrong.answer, width))


@pytest.mark.parametrize("key", _EXERCISES)
def test_every_wrong_choice_has_its_reason(key):
    exercise = _EXERCISES[key]
    if isinstance(exercise.answer, str):
        letters = set(re.findall(r"^(\w)\) ", exercise.question, re.MULTILINE))
        assert letters == {exercise.answer, *(wrong.answer for wrong in exercise.misconceptions)}


def test_notebooks_ask_every_exercise_in_its_own_words():
    for path in sorted(notebooks_dir().glob("[0-9][0-9]_*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        text = {"markdown": "", "code": "", "raw": ""}
        for cell in cells:
            text[cell["cell_type"]] += "".join(cell["source"]) + "\n"
        checked = re.findall(r"""check\(\s*["'](.+?)["']""", text["code"])
        expected = [key for key in _EXERCISES if key.startswith(path.name[:2])]
        assert checked == expected, f"{path.name} checks {checked}, its exercises are {expected}"
        prose = " ".join(text["markdown"].split())
        for key in expected:
            missing = f"{path.name} does not show the question of {key} word for word"
            assert " ".join(question(key).split()) in prose, missing
