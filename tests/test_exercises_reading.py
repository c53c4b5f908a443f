"""Answers as learners write them, variants by a seed, the result of a check, and the tally."""

import json
import pickle
import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from crmlab import exercises
from crmlab.exercises import _BLOCKS, _EXERCISES, _ITEMS, check, hint, progress, solution, variant
from crmlab.exercises._engine import judge
from crmlab.exercises._items import Drawn, Exercise, Misconception, in_percent

NUMBER = Exercise(
    key="99.1",
    objective=1,
    question="What is twice 2,250,000 won?",
    answer=4_500_000.0,
    tolerance=1_000.0,
    unit="one amount in won, such as 1000",
    right="Twice.",
    misconceptions=(
        Misconception(750.0, "That is a number of accounts."),
        Misconception(9_000_000.0, "That is four times."),
    ),
    hint="add it to itself.",
    solution="4500000",
)
SPAN = replace(NUMBER, answer=60.0, tolerance=0.001, unit="one number of days, such as 10")
CHOICE = Exercise(
    key="99.2",
    objective=1,
    question="Which one?\n\na) first\nb) second, which goes on\n   in another line\nc) third",
    answer="b",
    tolerance=0.0,
    unit='one letter as text: "a", "b" or "c"',
    right="The second.",
    misconceptions=(Misconception("a", "Not the first."), Misconception("c", "Not the third.")),
    hint="read on.",
    solution="b. a comes before it.",
)


def make_total(one=3, other=4):
    return Exercise(
        key="99.3",
        objective=1,
        question=f"What is {one} + {other}?",
        answer=float(one + other),
        tolerance=0.01,
        unit="one number, such as 1",
        right="The sum.",
        misconceptions=(
            Misconception(float(one * other), "That is the product."),
            Misconception(float(one - other), "That is the difference."),
        ),
        hint=f"start at {one}.",
        solution=f"{one + other}",
    )


TOTAL = Drawn(
    make_total,
    lambda rng: dict(zip(("one", "other"), map(int, rng.integers(2, 9, 2)), strict=True)),
)


@pytest.fixture
def some(monkeypatch):
    """Exercises of this file beside those of the book."""
    own = {"99.1": NUMBER, "99.2": CHOICE, "99.3": TOTAL}
    monkeypatch.setattr(exercises, "_ITEMS", _ITEMS | own)
    monkeypatch.setattr(
        exercises, "_EXERCISES", _EXERCISES | {"99.1": NUMBER, "99.2": CHOICE, "99.3": make_total()}
    )


def message(exercise, answer):
    return judge(exercise, answer).message


# ---------------------------------------------------------------------------------------------
# Reading


DAYS = pd.Timestamp("2024-03-10") - pd.Timestamp("2024-01-10")


@pytest.mark.parametrize(
    "answer",
    [
        DAYS,
        timedelta(days=60),
        np.timedelta64(60, "D"),
        np.timedelta64(60 * 86_400, "s"),
        np.array([60], dtype="timedelta64[D]"),
        pd.Series([DAYS]),
        pd.TimedeltaIndex([DAYS]),
        [60],
        {60},
        (60,),
        [[60.0]],
        pd.DataFrame({"days": [60]}),
        Decimal(60),
    ],
    ids=repr,
)
def test_length_of_time_and_a_list_of_one_are_read(answer):
    assert judge(SPAN, answer)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ((4, 500, 0), "Leave out the commas in 4,500,000."),
        ((1, 250), "Leave out the commas in 1,250."),
        ((0, 36), "Write a point in place of the comma in 0,36."),
        ((12, 5), "Write a point in place of the comma in 12,5."),
        ((1, 2, 3), "These are several numbers; give one."),
        ((0.5, 0.7), "These are several values; give one number."),
        ("4500000", "This is text, not a number; leave out quotes, units and % signs."),
        (True, "This is True or False, not a number."),
        (np.True_, "This is True or False, not a number."),
        ([True], "This is True or False, not a number."),
        (None, "This is None"),
        (pd.NaT, "This cannot be read as one number"),
        ({"won": 4_500_000}, "This cannot be read as one number"),
        (5_000_000, "5,000,000 is not it."),
        (4_502_000.0, "4,502,000 is close, but not it; round only at the end."),
        (0.1234567, "0.123457 is not it."),
        (-1234.5, "-1,234.5 is not it."),
        (1e30, "1e+30 is not it."),
        (float("inf"), "inf is not it."),
    ],
)
def test_what_is_no_number_is_named_and_a_wrong_one_repeated(answer, told):
    found = message(NUMBER, answer)
    assert found.startswith(f"not yet. {told}")
    assert "Expected: one amount in won, such as 1000." in found


@pytest.mark.parametrize("answer", [700, 800, 999, 1250, 1500, -200])
def test_answer_far_from_a_mistake_is_not_accused_of_it(answer):
    assert "accounts" not in message(NUMBER, answer)
    assert "accounts" in message(NUMBER, 760)


def test_share_in_percent_is_recognised_no_further_than_a_twentieth():
    assert in_percent(0.72, 0.005).tolerance == 0.5
    assert in_percent(0.02, 0.005).tolerance == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (2.43, "This is a float, not a letter; put one letter in quotes."),
        (pd.DataFrame(), "This is a DataFrame, not a letter; put one letter in quotes."),
        (3, "This is an int, not a letter; put one letter in quotes."),
        (np.array(["b"]), "This is an ndarray, not a letter"),
        (None, "This is None, not a letter; put one letter in quotes."),
        ("b), c)", "Expected: "),
    ],
)
def test_letter_without_quotes_is_told_to_have_them(answer, told):
    assert told in message(CHOICE, answer)


@pytest.mark.parametrize(
    "answer",
    ["b", "B)", "(b)", " b. ", "b:", "'b'", ["b"], {"b"}, "b) second", "b. second", "b)second"],
)
def test_letter_is_read_in_every_form(answer):
    assert judge(CHOICE, answer)


def test_clashes_are_found():
    close = Exercise(
        **{**vars(NUMBER), "misconceptions": (Misconception(4_501_500.0, "Near.", 800),)}
    )
    assert "meets 4500000.0" in close.clashes()[0]
    wide = replace(NUMBER, misconceptions=(Misconception(10.0, "Wide.", 0.6),))
    assert "more than 5 %" in wide.clashes()[0]
    assert NUMBER.clashes() == CHOICE.clashes() == []


# ---------------------------------------------------------------------------------------------
# The result


def test_result_tells_key_and_message_and_is_true_where_right(capsys):
    right, wrong, none = check("02.1", 0.72), check("02.1", 0.48), check("02.1", ...)
    assert right
    assert not wrong
    assert not none
    assert (right.key, right.right, none.attempted) == ("02.1", True, False)
    assert capsys.readouterr().out.splitlines()[1] == f"02.1: {wrong.message}"
    assert pickle.loads(pickle.dumps(wrong)) == wrong


@pytest.mark.slow
def test_result_is_not_shown_by_a_notebook(capsys):
    from IPython.core.formatters import DisplayFormatter

    result = check("02.1", 0.72)
    printed = capsys.readouterr().out
    assert DisplayFormatter().format(result) == ({}, {})
    assert (printed.count("\n"), capsys.readouterr().out) == (1, "")


def test_unknown_exercise_is_a_result_too(capsys):
    assert check("02.77", 1).attempted is False
    capsys.readouterr()


# ---------------------------------------------------------------------------------------------
# Variants


@pytest.mark.parametrize("seed", range(20))
def test_variant_asks_for_other_numbers_and_is_judged_by_them(some, capsys, seed):
    one, other = (int(word) for word in variant("99.3", seed=seed).replace("?", "").split()
                  if word.isdigit())  # fmt: skip
    assert check("99.3", one + other, seed=seed)
    assert "product" in check("99.3", one * other, seed=seed).message
    capsys.readouterr()
    hint("99.3", seed=seed)
    solution("99.3", seed=seed)
    assert capsys.readouterr().out == (
        f"99.3, seed {seed}, hint: start at {one}.\n99.3, seed {seed}, solution:\n{one + other}\n"
    )


def test_numbers_of_the_book_are_drawn_again():
    item = Drawn(lambda n=4: replace(NUMBER, question=f"What is {n}?"), lambda rng: next(numbers))
    numbers = iter([{"n": 4}, {"n": 4}, {"n": 5}])
    assert item.another(np.random.default_rng(0)).question == "What is 5?"


@pytest.mark.parametrize("given", [0.62, 0.63])
def test_answer_half_way_between_two_decimals_may_be_rounded_either_way(given):
    share = replace(NUMBER, answer=0.625, tolerance=0.005, misconceptions=())
    assert judge(share, given)
    assert not judge(share, given + (given - 0.625) / 100)


def test_numbers_that_meet_are_drawn_again():
    drawn = [TOTAL.another(np.random.default_rng(seed)) for seed in range(60)]
    assert all(exercise.question != "What is 2 + 2?" for exercise in drawn)  # product and sum
    stuck = Drawn(make_total, lambda rng: {"one": 2, "other": 2})
    assert stuck.another(np.random.default_rng(0)) == make_total()


def test_seed_moves_the_letters_of_a_choice_and_their_reasons(some, capsys):
    orders = set()
    for seed in range(20):
        shown = variant("99.2", seed=seed)
        letter = next(
            line[0] for line in shown.splitlines() if line.endswith("second, which goes on")
        )
        first = next(line[0] for line in shown.splitlines() if line.endswith(") first"))
        assert check("99.2", letter, seed=seed)
        assert "Not the first." in check("99.2", first, seed=seed).message
        assert "\n   in another line\n" in f"{shown}\n"
        solution("99.2", seed=seed)
        assert f"solution:\n{letter}\nIn the book's order" in capsys.readouterr().out
        orders.add((letter, first))
    assert len(orders) == 6


def test_every_choice_of_the_book_has_variants(capsys):
    for key, exercise in _EXERCISES.items():
        if isinstance(exercise, Exercise) and isinstance(exercise.answer, str):
            right = sum(check(key, exercise.answer, seed=seed).right for seed in range(60))
            assert 0 < right < 60
    capsys.readouterr()


def test_wrong_answer_to_a_variant_points_to_its_own_hint(some):
    assert 'exercises.hint("99.3", seed=4)' in check("99.3", 1000, seed=4).message


def test_seed_that_changes_nothing_is_said(some):
    shown = variant("99.1", seed=3)
    assert "no other numbers" in shown
    assert shown.endswith('`exercises.check("99.1", answer, seed=3)`')
    assert shown._repr_markdown_() == repr(shown) == shown


@pytest.mark.parametrize("seed", [-1, 1.5, "7", True, [1]])
def test_seed_must_be_a_whole_number(capsys, seed):
    assert not check("02.1", 0.72, seed=seed)
    assert capsys.readouterr().out == "A seed is a whole number from 0, such as seed=7.\n"
    assert variant("02.1", seed=seed) == "A seed is a whole number from 0, such as seed=7."


def test_variant_of_an_unknown_exercise_says_so():
    assert variant("2.1", seed=1) == 'There is no exercise "2.1"; did you mean "02.1"?'


# ---------------------------------------------------------------------------------------------
# The tally


def lines(folder):
    return [json.loads(line) for line in (folder / "progress.jsonl").read_text().splitlines()]


def test_nothing_is_kept_without_a_folder(monkeypatch, tmp_path, capsys):
    monkeypatch.delenv("CRMLAB_PROGRESS", raising=False)
    monkeypatch.chdir(tmp_path)
    check("02.1", 0.72)
    assert list(tmp_path.iterdir()) == []


def test_each_answer_adds_a_line_and_progress_tells_them(some, monkeypatch, tmp_path, capsys):
    folder = tmp_path / "own" / "copies"
    monkeypatch.setenv("CRMLAB_PROGRESS", str(folder))
    tried = [("99.1", 1, None), ("99.1", 4_500_000, None), ("99.1", 1, None), ("99.3", 1, 7)]
    for key, answer, seed in [*tried, ("99.2", ..., None), ("99.77", 1, None)]:
        check(key, answer, seed=seed)
    assert [(line["key"], line["right"], line["seed"]) for line in lines(folder)] == [
        ("99.1", False, None),
        ("99.1", True, None),
        ("99.1", False, None),
        ("99.3", False, 7),
    ]
    assert lines(folder)[0]["time"].endswith("+00:00")
    capsys.readouterr()
    progress()
    told = capsys.readouterr().out.splitlines()
    assert told[-1] == "99: 1 of 3 right, 4 tries; open: 99.2, 99.3"
    assert told[0].startswith("00: 0 of ")


def test_torn_line_is_left_out_and_said_and_the_next_one_is_whole(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("CRMLAB_PROGRESS", str(tmp_path))
    (tmp_path / "progress.jsonl").write_bytes(b'[1]\n\xff\n\n{"key": "02.1", "ri')
    check("02.1", 0.72)
    capsys.readouterr()
    progress()
    out = capsys.readouterr().out
    assert "02: 1 of " in out
    assert out.endswith("Lines that cannot be read, left out: 3.\n")


def test_folder_that_cannot_be_written_does_not_disturb(monkeypatch, tmp_path, capsys):
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", "\0", ""):
        if folder != "\0":
            monkeypatch.setenv("CRMLAB_PROGRESS", str(folder))
        assert check("02.1", 0.72)
    assert capsys.readouterr().out.count("right.") == 3


def test_no_answers_yet_is_said(tmp_path, capsys):
    progress(tmp_path)
    assert capsys.readouterr().out == (
        f"No answers are kept in {tmp_path} yet. They are when a notebook of `crmlab lab` runs.\n"
    )


def test_every_exercise_can_be_counted(tmp_path, capsys):
    record = [json.dumps({"key": key, "seed": None, "right": True}) for key in _EXERCISES]
    (tmp_path / "progress.jsonl").write_text("\n".join(record))
    progress(tmp_path)
    told = capsys.readouterr().out.splitlines()
    assert len(told) == len(_BLOCKS)
    assert all(line.endswith("open: none") for line in told)


def test_answers_are_found_where_a_learner_works_and_among_the_copies(
    monkeypatch, tmp_path, capsys
):
    copies = tmp_path / "crmlab-notebooks"
    copies.mkdir()
    (copies / "progress.jsonl").write_text('{"key": "02.1", "right": true}')
    monkeypatch.delenv("CRMLAB_PROGRESS", raising=False)
    for place, named in [(tmp_path, None), (copies, None), (copies.parent.parent, tmp_path)]:
        monkeypatch.chdir(place)
        progress(named)
        assert "02: 1 of " in capsys.readouterr().out


def test_command_tells_the_same(monkeypatch, tmp_path, capsys):
    from crmlab.cli import main

    def said(*arguments):
        with pytest.raises(SystemExit) as left:
            main(arguments)
        assert left.value.code == 0
        return capsys.readouterr().out

    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CRMLAB_PROGRESS", raising=False)
    assert said("progress").startswith("No answers are kept in crmlab-notebooks yet.")
    (tmp_path / "progress.jsonl").write_text('{"key": "02.1", "right": true}\n{"key": "02.2", "ri')
    told = said("progress", str(tmp_path))
    assert re.search(r"^02: 1 of \d+ right, 1 try; open: 02\.2, ", told, re.MULTILINE)
    assert told.endswith("Lines that cannot be read, left out: 1.\n")
    monkeypatch.setenv("CRMLAB_PROGRESS", str(tmp_path))
    assert said("progress") == told
    assert "\n  progress " in said("--help")
