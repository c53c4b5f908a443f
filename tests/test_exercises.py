import itertools
import json
import math
import re
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from code_cells import as_answer
from exercise_cases import CASES

from crmlab._paths import notebooks_dir
from crmlab.exercises import _BLOCKS, _EXERCISES, _ITEMS, check, hint, solution
from crmlab.exercises._engine import judge
from crmlab.exercises._items import CodeExercise, Drawn

BY_HAND = {key: item for key, item in _EXERCISES.items() if not isinstance(item, CodeExercise)}
IN_CODE = {key: item for key, item in _EXERCISES.items() if isinstance(item, CodeExercise)}
# The first function of a run starts the process that tries it.
EACH = [pytest.param(key, marks=pytest.mark.slow) if key in IN_CODE else key for key in _EXERCISES]


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
    pytest.param([7.77, 0.72], id="numbers-in-a-list"),
    pytest.param({"share": 7.77}, id="number-in-a-dict"),
    pytest.param((7, 500, 0), id="commas"),
    pytest.param([[[[[7, 7]]]]], id="deep-list"),
    pytest.param([[1], [5, 12]], id="ragged-list"),
    pytest.param(np.ones((2, 3)), id="matrix"),
    pytest.param(np.array([], dtype=float), id="empty-array"),
    pytest.param(pd.Series(["x", None]), id="text-series"),
    pytest.param(pd.DataFrame({"a": [1, 2]}), id="frame"),
    pytest.param(pd.Timedelta(days=77_777), id="timedelta"),
    pytest.param(np.timedelta64("NaT"), id="timedelta-nat"),
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


def said(capsys, function, *arguments, **options):
    """Call the function, and return what it printed; it must warn of nothing."""
    result = function(*arguments, **options)
    captured = capsys.readouterr()
    assert captured.err == ""
    assert result is None or result.right == (": right. " in captured.out)
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


def days_from_first_to_last():
    days = re.findall(r"\d{4}-\d{2}-\d{2}", question("00.5"))
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


def share_of_the_best_two():
    spent = numbers("02.1", r"\n\n90.+\n\n")
    assert len(spent) == 10
    return sum(sorted(spent)[-2:]) / sum(spent)


def gini_from_all_pairs():
    spent = numbers("02.7", r"spent .+\.")
    pairs = list(itertools.product(spent, repeat=2))
    mean_difference = sum(abs(a - b) for a, b in pairs) / len(pairs)
    return mean_difference / (2 * sum(spent) / len(spent))


def fraction_needed_in_tiny_slices():
    brought = sorted(numbers("02.6", r"brought .+ 40"), reverse=True)
    slices = [money / 1000 for money in brought for _ in range(1000)]  # a thousandth of a customer
    goal = 0.8 * sum(brought)
    taken = sum(held < goal - 1e-9 for held in itertools.accumulate(slices))
    return (taken + 1) / len(slices)


def peak_over_total():
    profit = sorted((int(row[2]) for row in table("02.10")), reverse=True)
    return max(itertools.accumulate(profit)) / sum(profit)


def catalogues_one_by_one():
    branch, web, calls = numbers("03.2", r"hold\s+900 accounts.+\n?.*400")
    people = 1_250
    return sum(1500 for account in range(int(branch + web + calls)) if account >= people
               for _ in range(4))  # fmt: skip


def posterior_by_bayes():
    same, other = 1 / 1025, 1024 / 1025
    for weight in (int(row[1]) for row in table("03.4")):
        same *= 2**weight  # each likelihood ratio multiplies one side
    return same / (same + other)


def the_one_number_that_fits():
    rows = [re.findall(r"\d+|hidden", line) for line in question("03.8").splitlines()
            if line.startswith("| Seoul")]  # fmt: skip
    basic, standard, _, total = rows[0]
    return next(n for n in range(100) if int(basic) + int(standard) + n == int(total))


def letters_one_by_one():
    cost, margin = numbers("04.1", r"costs \d+[\s\S]+?margin of \d+")
    saved = 0.0
    for _, size, extra in table("04.1"):
        earned = int(extra) * margin - 100 * cost  # of a hundred letters
        saved += max(0, -earned) * int(size.replace(",", "")) / 100
    return saved


def frequency_at_both_spends():
    before, old, after, new = numbers("04.5", r"made \d+[\s\S]+?of \d+ USD\. By")
    return ((after - before) * old + (after - before) * new) / 2


def agreement_pair_by_pair():
    samples = [line.split(": ")[1].split(", ") for line in re.findall(
        r"^\w+ sample: .+$", _EXERCISES["04.6"].question, re.MULTILINE)]  # fmt: skip
    pairs = list(itertools.combinations(range(len(samples[0])), 2))
    return sum(len({one[a] == one[b] for one in samples}) == 1 for a, b in pairs) / len(pairs)


def smallest_rise_that_pays():
    money, margin, cost = numbers("04.11", r"brings \d+[\s\S]+?costs \d+")
    return next(n / 10 for n in range(2_000) if money * margin * n / 1000 >= 100 * cost)


def payments_year_by_year():
    paid, cost = numbers("06.1", r"pays 200.+\n?.*140")
    stay, rate = numbers("06.1", r"75 %[\s\S]+20 %")
    return sum((paid - cost) * (stay / (100 + rate)) ** year for year in range(1, 400))


def payments_one_by_one():
    stay = numbers("06.2", r"92 %")[0] / 100
    return sum(stay**year for year in range(1_000))


def discounted_day_by_day():
    (margin,) = numbers("06.9", r"expects \d+")
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
        ("00.3", days_of_purchases_left),
        ("00.5", days_from_first_to_last),
        ("02.1", share_of_the_best_two),
        ("02.6", fraction_needed_in_tiny_slices),
        ("02.7", gini_from_all_pairs),
        ("02.10", peak_over_total),
        ("03.2", catalogues_one_by_one),
        ("03.4", posterior_by_bayes),
        ("03.8", the_one_number_that_fits),
        ("04.1", letters_one_by_one),
        ("04.5", frequency_at_both_spends),
        ("04.6", agreement_pair_by_pair),
        ("04.11", smallest_rise_that_pays),
        ("06.1", payments_year_by_year),
        ("06.2", payments_one_by_one),
        ("06.8", posterior_mean_of_spend),
        ("06.9", discounted_day_by_day),
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
    assert len(_EXERCISES) == sum(len(block.exercises) for block in _BLOCKS)


def test_at_least_four_hundred_answers_are_tried():
    tried = sum(len(case.right) + len(case.wrong) for case in CASES.values())
    assert tried + len(GARBAGE) * len(_EXERCISES) >= 400


@pytest.mark.parametrize("key", EACH)
def test_right_answer_is_right_in_every_form(capsys, key):
    expected = f"{key}: right. {_EXERCISES[key].right}\n"
    for answer in CASES[key].right:
        assert said(capsys, check, key, as_answer(_EXERCISES[key], answer)) == expected, answer


@pytest.mark.parametrize("key", EACH)
def test_typical_mistake_is_named(capsys, key):
    for answer, reason in CASES[key].wrong:
        output = said(capsys, check, key, as_answer(_EXERCISES[key], answer))
        assert output.startswith(f"{key}: not yet. "), answer
        assert reason in output, answer


@pytest.mark.parametrize("key", EACH)
def test_every_mistake_is_among_the_cases_and_reachable(capsys, key):
    exercise = _EXERCISES[key]
    given = [as_answer(exercise, answer) for answer, _ in CASES[key].wrong]
    reached = {said(capsys, check, key, answer) for answer in given}
    if isinstance(exercise, CodeExercise):  # code may be wrong in other ways, too
        assert reached >= {f"{key}: not yet. {wrong.why}\n" for wrong in exercise.mistakes}
    else:
        assert reached == {f"{key}: not yet. {wrong.why}\n" for wrong in exercise.misconceptions}


@pytest.mark.parametrize("key", _EXERCISES)
def test_ellipsis_is_not_attempted(capsys, key):
    what = "code" if key in IN_CODE else "answer"
    assert said(capsys, check, key, ...) == (
        f"{key}: not attempted yet. Put your {what} in place of ... and run the cell again.\n"
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


@pytest.mark.parametrize("key", ["02.1", 2.1, "2.1", "02.01", "2-1", " 02.1 ", "Exercise 02.1"])
@pytest.mark.parametrize(
    "function", [lambda key: check(key, 1), hint, solution], ids=["check", "hint", "solution"]
)
def test_key_written_in_another_way_is_told_which_is_meant(capsys, function, key):
    found = said(capsys, function, key)
    assert ('did you mean "02.1"?' in found) is (key != "02.1")


@pytest.mark.parametrize(
    "key",
    [
        *("", None, True, ["02.1"], float("nan")),
        pytest.param("x" * 10_000, id="long"),
        pytest.param(10**5_000, id="huge"),
        pytest.param(Hostile(), id="hostile"),
    ],
)
def test_unknown_key_prints_those_that_exist(capsys, key):
    assert said(capsys, check, key, 1).endswith(f"There are: {', '.join(CASES)}.\n")


def test_unknown_number_in_a_notebook_prints_those_of_the_notebook(capsys):
    output = said(capsys, hint, "02.99")
    assert "02.1, 02.2" in output
    assert "00.1" not in output


@pytest.mark.parametrize("key", _EXERCISES)
def test_hint_does_not_hold_the_answer_and_solution_does(capsys, key):
    exercise = _EXERCISES[key]
    if isinstance(exercise, CodeExercise):
        assert exercise.starter.splitlines()[0].split("(")[0] in said(capsys, solution, key)
        return
    answer = exercise.answer
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
    mistakes = exercise.mistakes if key in IN_CODE else exercise.misconceptions
    sentences += [wrong.why for wrong in mistakes]
    lines = exercise.solution.splitlines()
    for text in [*sentences, *(filter(None, lines) if key in IN_CODE else lines)]:
        assert text.isascii()
        assert 1 <= len(text) <= 100
        assert text == (text.rstrip() if key in IN_CODE and text in lines else text.strip())
    assert all(text.endswith((".", "?")) for text in sentences[1:])


@pytest.mark.parametrize("key", BY_HAND)
def test_no_value_is_within_reach_of_two_mistakes_nor_of_one_and_the_answer(key):
    exercise = BY_HAND[key]
    assert {type(wrong.answer) for wrong in exercise.misconceptions} == {type(exercise.answer)}
    assert exercise.clashes() == []


@pytest.mark.slow
def test_no_numbers_that_are_drawn_let_two_mistakes_meet():
    for key, item in _ITEMS.items():
        if isinstance(item, Drawn):
            drawn = [item.another(np.random.default_rng(seed)) for seed in range(50)]
            assert [clash for exercise in drawn for clash in exercise.clashes()] == []
            assert len({exercise.question for exercise in drawn}) > 5, key
            assert {exercise.key for exercise in drawn} == {key}
            for exercise in drawn:
                assert "np." not in exercise.question + exercise.hint + exercise.solution
                assert judge(exercise, exercise.answer), exercise.question
                for wrong in exercise.misconceptions:
                    assert judge(exercise, wrong.answer).message == f"not yet. {wrong.why}"


@pytest.mark.parametrize("key", BY_HAND)
def test_every_wrong_choice_has_its_reason(key):
    exercise = BY_HAND[key]
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
