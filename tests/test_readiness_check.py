"""The readiness check: what answers say, what missing ones leave open, what is refused."""

import itertools
import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import crmlab.plots
import crmlab.readiness
from crmlab import InputError, InputTypeError
from crmlab.readiness import FAILURE_FACTORS, assess, failure_factors, readiness_questions

QUESTIONS = readiness_questions()
WORTH = {"no": 0.0, "partly": 0.5, "yes": 1.0}
AREAS = ["organisation", "process", "IT"]
AREA = QUESTIONS["area"].to_dict()
PAIRS = {yes: no for yes, no in QUESTIONS["presupposes"].items() if no}
EVEN = dict.fromkeys(AREAS, 1 / 3)


def answer(word, **changed):
    return dict.fromkeys(QUESTIONS.index, word) | {
        name.replace("_", "."): each for name, each in changed.items()
    }


def clashes(answers):
    return any(answers[yes] == "yes" and answers[no] == "no" for yes, no in PAIRS.items())


def score(answers, area):
    asked = [name for name in answers if AREA[name] == area]
    return sum(WORTH[answers[name]] for name in asked) / len(asked)


def judge(scores, weights):
    """The verdict as the documentation says it, slowly."""
    used = [area for area in AREAS if weights[area] > 0]
    if any(math.isnan(scores[area]) for area in used):
        return "cannot be told"
    total = round(sum(weights[area] * scores[area] for area in used), 9)
    if total < 0.5:
        return "not ready"
    ready = total >= 0.75 and min(scores[area] for area in used) >= 0.5
    return "ready" if ready else "close the gaps first"


def test_factors_and_questions_are_complete():
    factors = failure_factors()
    assert factors.index.tolist() == [f"P{n}" for n in range(1, 8)]
    assert len({*factors["first_step"], *factors["remedy"], *factors["korean"]}) == 21
    assert (factors != "").all(axis=None)
    assert all(len(one.symptoms) == 3 for one in FAILURE_FACTORS)
    for area in ("area", "factor"):  # three questions for each factor, one for each area
        assert len(set(QUESTIONS[area].value_counts())) == 1
    assert all(yes[:2] == no[:2] for yes, no in PAIRS.items())
    assert not set(PAIRS) & set(PAIRS.values())  # what is presupposed presupposes nothing


@pytest.mark.parametrize("column", ["signal", "price"])
def test_every_factor_names_functions_that_exist(column):
    for name in failure_factors()[column]:
        assert callable(getattr(crmlab.readiness, name.removeprefix("readiness.")))


@pytest.mark.parametrize(
    ("answers", "verdict", "score"),
    [
        pytest.param(answer("yes"), "ready", 1, id="all-yes"),
        pytest.param(answer("no"), "not ready", 0, id="all-no"),
        pytest.param(answer("partly"), "close the gaps first", 0.5, id="at-the-limit"),
        pytest.param(
            answer("yes", **{f"P{n}_2": "no" for n in range(1, 8)}), "close the gaps first", 2 / 3,
            id="no-process",
        ),
        pytest.param(
            answer("yes", **{f"P{n}_2": "no" for n in range(1, 5)}), "close the gaps first",
            17 / 21, id="a-weak-area-holds-back-a-high-score",
        ),
    ],
)  # fmt: skip
def test_known_verdicts(answers, verdict, score):
    found = assess(answers)
    assert (found.verdict, found.score) == (verdict, pytest.approx(score))
    assert found.settled
    assert judge(found.areas["score"], EVEN) == verdict


words = st.sampled_from(["yes", "partly", "no", None])
weights = st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9)).filter(sum)


@pytest.mark.slow
@given(st.lists(words, min_size=21, max_size=21), weights)
@settings(max_examples=20, deadline=None)
def test_limits_hold_every_completion_that_contradicts_nothing(given_words, parts):
    answers = dict(zip(QUESTIONS.index, given_words, strict=True))
    # Slow: try all completions of at most four missing answers; others are set to "partly".
    missing = [each for each, word in answers.items() if word is None]
    answers |= dict.fromkeys(missing[4:], "partly")
    used = {area: part / sum(parts) for area, part in zip(AREAS, parts, strict=True)}
    if clashes(answers):
        with pytest.raises(InputError, match="must not contradict each other"):
            assess(answers, weights=used)
        return
    found = assess(answers, weights=used)
    tables = []
    for filled in itertools.product(WORTH, repeat=len(missing[:4])):
        each = answers | dict(zip(missing[:4], filled, strict=True))
        if not clashes(each):
            tables.append([score(each, area) for area in AREAS])
    for limit, column, row in ((min, "lower", "all no"), (max, "upper", "all yes")):
        extreme = dict(zip(AREAS, map(limit, zip(*tables, strict=True)), strict=True))
        assert found.areas[column].to_dict() == pytest.approx(extreme)
        assert found.verdicts.loc[row, "verdict"] == judge(extreme, used)
    assert found.verdict == judge(found.areas["score"], used)
    told = found.areas.dropna()
    assert (told["score"] >= told["lower"] - 1e-12).all()
    assert (told["score"] <= told["upper"] + 1e-12).all()


def test_missing_answers_leave_the_verdict_open():
    found = assess(answer("yes", **{f"P{n}_2": None for n in range(1, 8)}))
    assert found.verdict == "cannot be told"
    assert math.isnan(found.score)
    assert found.verdicts["verdict"].tolist() == ["close the gaps first", "cannot be told", "ready"]
    assert not found.settled
    assert (found.gaps["n_missing"] == 1).all()


def test_gaps_come_the_widest_first_with_the_first_step():
    found = assess(answer("yes", P3_1="no", P3_2="no", P3_3="no", P6_1="partly"))
    assert found.gaps.index[:2].tolist() == ["P3", "P6"]
    assert found.gaps["gap"].tolist() == pytest.approx([1, 1 / 6, 0, 0, 0, 0, 0])
    assert found.gaps.loc["P3", "first_step"] == failure_factors().loc["P3", "first_step"]


def test_what_the_weights_decide():
    # Only the process is ready.
    found = assess(answer("no", **{f"P{n}_2": "partly" for n in range(1, 8)}))
    assert found.sensitivity.loc["process alone", "verdict"] == "close the gaps first"
    assert found.sensitivity.loc["process doubled", AREAS].tolist() == pytest.approx(
        [1 / 6, 2 / 3, 1 / 6]
    )
    assert found.sensitivity[AREAS].sum(axis=1).tolist() == pytest.approx([1.0] * 10)
    assert found.share_same == pytest.approx(230 / 231)  # all but the process alone
    only = assess(answer("no", P1_2="partly"), weights={"organisation": 0, "process": 1, "IT": 0})
    assert only.score == pytest.approx(0.5 / 7)
    assert only.sensitivity.loc["process halved", AREAS].tolist() == [0.25, 0.5, 0.25]


def test_answers_are_read_from_a_mapping_a_series_and_a_table_in_any_order():
    expected = assess(QUESTIONS["example"]).factors
    series = QUESTIONS["example"].sample(frac=1, random_state=1)
    table = pd.DataFrame({"question": series.index, "answer": series.str.upper() + " "})
    for each in (dict(series), series, table):
        pd.testing.assert_frame_equal(assess(each).factors, expected)
    empty = assess({"P1.1": "yes", "P1.2": pd.NA, "P1.3": float("nan"), "P2.1": " Unknown"})
    assert empty.areas["n_answered"].tolist() == [1, 0, 0]


@pytest.mark.parametrize(
    ("answers", "weights", "error", "message"),
    [
        ({}, None, InputError, "`answers` must answer at least one question; none"),
        (answer(None), None, InputError, "`answers` must answer at least one question"),
        ({"P8.1": "yes"}, None, InputError, "'P1.1' to 'P7.3'; got 'P8.1'"),
        ({"P1.1": "maybe"}, None, InputError, "P1.1 is 'maybe'"),
        ({"P1.1": 1}, None, InputError, "P1.1 is 1"),
        (["yes"], None, InputTypeError, "`answers` must be a mapping, a Series or a DataFrame"),
        (pd.DataFrame({"question": ["P1.1"]}), None, InputError, "`answers` lacks 'answer'"),
        (pd.Series(["yes", "no"], index=["P1.1"] * 2), None, InputError, "'P1.1' is there twice"),
        (
            answer("partly", P1_2="yes", P1_3="no", P7_2="yes", P7_3="no"), None, InputError,
            "P1.2 is yes and P1.3 is no, P7.2 is yes and P7.3 is no",
        ),
        (answer("yes"), {**EVEN, "IT": 0.5}, InputError, "`weights` must sum to 1; got 1.16667"),
        (answer("yes"), {"IT": 1.0}, InputError, "`weights` must name 'organisation', 'process'"),
        (answer("yes"), {**EVEN, "IT": 1.2}, InputError, r"`weights` must be in \[0, 1\]"),
        (answer("yes"), 0.5, InputTypeError, "`weights` must be a mapping"),
    ],
)  # fmt: skip
def test_bad_answers_and_weights_are_named(answers, weights, error, message):
    with pytest.raises(error, match=message):
        assess(answers, weights=weights)
