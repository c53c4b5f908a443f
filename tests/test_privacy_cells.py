"""Published tables of counts, attacked by trying every table that looks the same."""

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal, assert_series_equal

from crmlab.privacy import cell_bounds, suppress_small_cells

REGIONS, PLANS, AGES = ["Jeju", "Seoul", "Busan"], ["basic", "plus", "gold"], ["child", "adult"]
TOP = 9  # highest count an attacker tries; moves of a few customers stay far below

counts_2_by_3 = st.lists(st.integers(0, 4), min_size=6, max_size=6).map(
    lambda n: crosstab(np.reshape(n, (2, 3)))
)
counts_1_by_3 = st.lists(st.integers(0, 5), min_size=3, max_size=3).map(
    lambda n: crosstab(np.reshape(n, (1, 3)))
)
# A margin may be missing: neither, rows, columns, or both.
margin_choice = st.sampled_from([(), ("rows",), ("columns",), ("rows", "columns")])
zeros_choice = st.sampled_from(["publish", "suppress"])


def crosstab(counts):
    counts = np.asarray(counts)
    rows = pd.Index(REGIONS[: counts.shape[0]], name="region")
    return pd.DataFrame(counts, rows, pd.Index(PLANS[: counts.shape[1]], name="plan"))


def with_margins(table, which=("rows", "columns")):
    table = table.copy()
    if "rows" in which:
        table["All"] = table.sum(axis=1)
    if "columns" in which:
        table.loc["All"] = table.sum()
    return table


def cells_of(table):
    """Each published cell, by its labels: a number, or None where hidden."""
    if isinstance(table, pd.Series):
        cells = table.to_dict()
    else:
        cells = {(row, column): table.loc[row, column] for row in table.index for column in table}
    return {labels: None if pd.isna(count) else int(count) for labels, count in cells.items()}


def looking_the_same(published, *, top=TOP):
    """Every table of counts up to `top` that agrees with all that is published, cell by cell.

    Returns an array of shape (n_tables, n_cells), cells in the order of `published`.
    """
    inner = [labels for labels in published if "All" not in labels]
    ranges = [range(top + 1) if published[x] is None else [published[x]] for x in inner]
    tables = np.stack([axis.ravel() for axis in np.meshgrid(*ranges, indexing="ij")])
    values = {}
    for labels in published:
        parts = [
            all(want in ("All", have) for want, have in zip(labels, one, strict=True))
            for one in inner
        ]
        values[labels] = tables[parts].sum(axis=0)
    keep = np.full(tables.shape[1], True)
    for labels, count in published.items():
        if count is not None:
            keep &= values[labels] == count
    return np.stack([values[labels][keep] for labels in published], axis=1)


def assert_safe(published, truth, alike, *, minimum, zeros="publish"):
    """No hidden cell is known, and no small one is known to be small."""
    for place, (labels, count) in enumerate(published.items()):
        small = (truth[labels] > 0 or zeros == "suppress") and truth[labels] < minimum
        if count is not None:
            assert count == truth[labels]
            assert not small
            continue
        possible = set(alike[:, place])
        assert truth[labels] in possible
        assert len(possible) > 1
        if small:
            assert max(possible) >= minimum


@pytest.mark.slow
@settings(max_examples=40, deadline=None)  # tries up to a million tables
@given(counts_2_by_3, margin_choice, zeros_choice, st.integers(2, 4))
def test_no_hidden_cell_of_a_crosstab_is_found(table, margins, zeros, minimum):
    truth = with_margins(table, margins)
    shown = suppress_small_cells(truth, minimum=minimum, zeros=zeros)
    published = cells_of(shown)
    alike = looking_the_same(published)
    assert_safe(published, cells_of(truth), alike, minimum=minimum, zeros=zeros)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(counts_1_by_3, zeros_choice)
def test_a_single_row_is_protected_at_the_cost_of_totals(table, zeros):
    truth = with_margins(table)
    published = cells_of(suppress_small_cells(truth, zeros=zeros))
    alike = looking_the_same(published, top=15)
    assert_safe(published, cells_of(truth), alike, minimum=5, zeros=zeros)


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 2), min_size=8, max_size=8))
def test_no_hidden_cell_of_three_dimensions_is_found(counts):
    labels = pd.MultiIndex.from_product([REGIONS[:2], PLANS[:2], AGES])
    base = pd.Series(counts, index=labels)
    truth = pd.Series(
        {
            key: sum(
                count
                for one, count in base.items()
                if all(want in ("All", have) for want, have in zip(key, one, strict=True))
            )
            for key in product([*REGIONS[:2], "All"], [*PLANS[:2], "All"], [*AGES, "All"])
        }
    ).rename_axis(["region", "plan", "age"])
    published = cells_of(suppress_small_cells(truth, minimum=2))
    alike = looking_the_same(published, top=4)
    assert_safe(published, cells_of(truth), alike, minimum=2)


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.integers(0, 5), min_size=4, max_size=4),
    st.lists(st.integers(0, 9), min_size=2, max_size=2),
    margin_choice,
    margin_choice,
)
def test_tables_that_share_regions_protect_each_other(counts, adults, first, second):
    plans = crosstab(np.reshape(counts, (2, 2)))
    by_age = pd.DataFrame({"adult": np.minimum(adults, plans.sum(axis=1))}, index=plans.index)
    by_age["child"] = plans.sum(axis=1) - by_age["adult"]
    by_age.columns.name = "age"
    truths = [with_margins(plans, first), with_margins(by_age, second)]
    shown = suppress_small_cells(truths, minimum=3)
    published = [cells_of(table) for table in shown]
    # Both stand for the same people, so a pair is possible where the regions have the same sums,
    # and where a total of all that one hides is published by the other.
    full = [
        {key: one.get(key) for key in cells_of(with_margins(table))}
        for one, table in zip(published, [plans, by_age], strict=True)
    ]
    shared = [key for key in full[0] if key[1] == "All"]
    for key in shared:
        known = full[0][key] if full[0][key] is not None else full[1][key]
        full[0][key] = full[1][key] = known
    alike = [looking_the_same(one, top=12) for one in full]
    sums = [
        [tuple(row) for row in rows[:, [list(one).index(key) for key in shared]]]
        for one, rows in zip(full, alike, strict=True)
    ]
    for here, there in ((0, 1), (1, 0)):
        agreeing = np.array([one in set(sums[there]) for one in sums[here]])
        rows = alike[here][agreeing]
        places = [list(full[here]).index(key) for key in published[here]]
        assert_safe(published[here], cells_of(truths[here]), rows[:, places], minimum=3)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(counts_2_by_3, margin_choice)
def test_cell_bounds_are_the_least_and_greatest_of_all_tables(table, margins):
    shown = suppress_small_cells(with_margins(table, margins), minimum=3)
    published = cells_of(shown)
    alike = looking_the_same(published)
    bounds = cell_bounds(shown).set_index(["region", "plan"])
    hidden = [labels for labels, count in published.items() if count is None]
    assert sorted(bounds.index) == sorted(hidden)
    for place, labels in enumerate(published):
        if published[labels] is None:
            lower, upper = bounds.loc[labels, ["lower", "upper"]]
            assert lower == alike[:, place].min()
            # The attack in this test stops at TOP for each cell.
            assert upper == alike[:, place].max() or alike[:, place].max() >= TOP


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=16, max_size=16), zeros_choice)
def test_larger_tables_are_safe_by_their_bounds(counts, zeros):
    rows = [f"r{i}" for i in range(4)]
    truth = with_margins(pd.DataFrame(np.reshape(counts, (4, 4)), index=rows, columns=list("abcd")))
    shown = suppress_small_cells(truth, zeros=zeros)
    for cell in cell_bounds(shown).itertuples():
        count = truth.loc[cell.row, cell.column]
        assert cell.lower <= count <= cell.upper
        assert cell.lower < cell.upper
        assert cell.upper >= 5


@pytest.mark.slow
@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=16, max_size=16))
def test_no_cell_is_hidden_in_vain(counts):
    rows = [f"r{i}" for i in range(4)]
    truth = with_margins(pd.DataFrame(np.reshape(counts, (4, 4)), index=rows, columns=list("abcd")))
    shown = suppress_small_cells(truth)
    added = [
        (row, column)
        for row, column in cell_bounds(shown)[["row", "column"]].itertuples(index=False)
        if not 0 < truth.loc[row, column] < 5
    ]
    for labels in added:
        attacked = shown.copy()
        attacked.loc[labels] = truth.loc[labels]
        bounds = cell_bounds(attacked).set_index(["row", "column"])["upper"]
        assert any(bounds[cell] < 5 for cell in bounds.index if 0 < truth.loc[cell] < 5)


def test_bounds_are_those_of_whole_numbers():
    # By the zeros, a = b and b = c in n people, so p = a - (n - a): for n = 5 it is 1, 3 or 5.
    # Halves of people would make it 0.
    zero = [[None, 0], [0, None]]
    axes = {"x": ["a", "rest"], "y": ["b", "rest"], "z": ["c", "rest"]}
    first = pd.DataFrame(zero, axes["x"], axes["y"]).rename_axis(index="x", columns="y")
    second = pd.DataFrame(zero, axes["y"], axes["z"]).rename_axis(index="y", columns="z")
    third = pd.DataFrame([[None, None], [None, 0]], axes["x"], axes["z"])
    third = third.rename_axis(index="x", columns="z")
    third.loc["All", "All"] = 5
    bounds = cell_bounds([first, second, third]).set_index(["table", "x", "z"])
    assert bounds.loc[(2, "a", "c"), ["lower", "upper"]].tolist() == [1, 5]
    assert bounds.loc[(2, "a", "rest"), ["lower", "upper"]].tolist() == [0, 2]


# --- what is hidden, and what stays -----------------------------------------------------------


@pytest.mark.parametrize("size", [(1, 2), (2, 2), (2, 3), (3, 3)], ids=str)
def test_a_safe_table_is_published_whole(size):
    truth = with_margins(crosstab(np.arange(5, 5 + np.prod(size)).reshape(size)))
    shown = suppress_small_cells(truth)
    assert_frame_equal(shown, truth.astype("Int64"))
    assert cell_bounds(shown).empty


def test_the_cheapest_cells_are_hidden_and_totals_stay():
    truth = with_margins(crosstab([[3, 60, 90], [40, 20, 50], [70, 80, 30]]))
    shown = suppress_small_cells(truth)
    hidden = {labels for labels, count in cells_of(shown).items() if count is None}
    # Every rectangle that holds the small cell, and what it costs.
    rectangles = {
        (row, column): truth.loc[row, "basic"] + truth.loc["Jeju", column] + truth.loc[row, column]
        for row in REGIONS[1:]
        for column in PLANS[1:]
    }
    row, column = min(rectangles, key=rectangles.get)
    assert hidden == {("Jeju", "basic"), ("Jeju", column), (row, "basic"), (row, column)}


def test_without_totals_only_small_cells_are_hidden():
    truth = crosstab([[3, 60, 90], [40, 0, 50]])
    shown = suppress_small_cells(truth)
    assert cells_of(shown) == {**cells_of(truth), ("Jeju", "basic"): None}
    assert cell_bounds(shown)[["lower", "upper"]].to_numpy().tolist() == [[0, np.inf]]
    nothing = suppress_small_cells(truth, zeros="suppress")
    assert pd.isna(nothing.loc["Seoul", "plus"])


def test_a_lone_cell_takes_its_total_with_it():
    shown = suppress_small_cells(pd.DataFrame({"n": [3, 3]}, index=["Jeju", "All"]))
    assert shown["n"].isna().all()
    shown = suppress_small_cells(pd.Series({"Jeju": 3, "Seoul": 0, "All": 3}))
    assert pd.isna(shown["Jeju"])
    assert pd.isna(shown["All"])


def test_minimum_is_the_smallest_count_shown():
    counts = pd.Series({"a": 1, "b": 2, "c": 3, "d": 4, "e": 0})
    for minimum in (2, 3, 4):
        shown = suppress_small_cells(counts, minimum=minimum)
        assert shown.dropna().to_dict() == {
            label: count for label, count in counts.items() if count == 0 or count >= minimum
        }


def test_the_order_of_rows_and_other_names_do_not_matter():
    truth = with_margins(crosstab([[3, 60, 90], [40, 2, 50], [70, 80, 30]]))
    shown = suppress_small_cells(truth)
    turned = suppress_small_cells(truth.iloc[::-1, ::-1])
    assert_frame_equal(turned.iloc[::-1, ::-1], shown)
    named = truth.rename(index={"All": "합계"}, columns={"All": "합계"})
    renamed = suppress_small_cells(named, margins="합계")
    assert_frame_equal(renamed.rename(index={"합계": "All"}, columns={"합계": "All"}), shown)
    assert_frame_equal(suppress_small_cells(truth.astype(float)), shown)


def test_a_tidy_table_hides_as_its_crosstab():
    truth = with_margins(crosstab([[3, 60, 90], [40, 2, 50], [70, 80, 30]]))
    tidy = truth.reset_index().melt(id_vars="region", value_name="n_customers")
    tidy = tidy.sort_values("region", key=lambda region: region.map(truth.index.get_loc))
    before = tidy.copy()
    shown = suppress_small_cells(tidy, counts="n_customers")
    assert_frame_equal(tidy, before)
    assert list(shown.columns) == ["region", "plan", "n_customers"]
    back = shown.pivot(index="region", columns="plan", values="n_customers")
    assert_frame_equal(back.loc[truth.index, truth.columns], suppress_small_cells(truth))
    bounds = [cell_bounds(shown, counts="n_customers"), cell_bounds(suppress_small_cells(truth))]
    assert_frame_equal(*(one.set_index(["region", "plan"]).sort_index() for one in bounds))


def test_a_grand_total_alone_protects_nothing_by_itself():
    # Only the sum of all cells is printed, and only one cell is small.
    tidy = pd.DataFrame(
        {"region": [*"AABB", "All"], "plan": [*"xyxy", "All"], "n": [3, 50, 60, 70, 183]}
    )
    shown = suppress_small_cells(tidy, counts="n")
    assert shown["n"].isna().tolist() == [True, True, False, False, False]
    alone = tidy.assign(n=tidy["n"].astype("Int64").mask(tidy["n"] == 3))
    assert cell_bounds(alone, counts="n")[["lower", "upper"]].to_numpy().tolist() == [[3, 3]]


def test_subtotals_of_regions_are_sums_of_districts():
    tidy = pd.DataFrame(
        [
            ("Seoul", "Nowon", 3),
            ("Seoul", "Mapo", 40),
            ("Seoul", "All", 43),
            ("Busan", "Jung", 50),
            ("Busan", "Seo", 60),
            ("Busan", "All", 110),
            ("All", "All", 153),
        ],
        columns=["region", "district", "n"],
    )
    shown = suppress_small_cells(tidy, counts="n")
    assert shown.loc[shown["n"].isna(), "district"].tolist() == ["Nowon", "Mapo"]
    assert cell_bounds(shown, counts="n")["upper"].tolist() == [43, 43]


def test_a_crosstab_of_nested_rows_keeps_its_labels():
    people = pd.DataFrame(
        {
            "region": ["S"] * 60 + ["B"] * 43,
            "district": ["x"] * 30 + ["y"] * 30 + ["x"] * 40 + ["z"] * 3,
            "sex": ["F", "M"] * 51 + ["M"],
        }
    )
    truth = pd.crosstab([people["region"], people["district"]], people["sex"], margins=True)
    shown = suppress_small_cells(truth)
    assert shown.index.equals(truth.index)
    assert shown.columns.equals(truth.columns)
    bounds = cell_bounds(shown)
    assert list(bounds.columns) == ["region", "district", "sex", "lower", "upper"]
    assert (bounds["upper"] >= 5).all()
    assert pd.isna(shown.loc[("B", "z"), "All"])


def test_a_list_of_tables_protects_a_shared_total():
    plans = pd.DataFrame({"basic": [3, 40], "plus": [30, 50]}, index=["Jeju", "Seoul"])
    plans = plans.rename_axis(index="region", columns="plan")
    totals = pd.Series({"Jeju": 33, "Seoul": 90}, name="n").rename_axis("region")
    alone = suppress_small_cells(plans)
    assert alone.isna().to_numpy().sum() == 1
    # The total of the region gives the hidden cell away.
    assert cell_bounds([alone, totals])[["lower", "upper"]].to_numpy().tolist() == [[3, 3]]
    together, shown_totals = suppress_small_cells([plans, totals])
    assert together.loc["Jeju"].isna().all()
    assert_series_equal(shown_totals, totals.astype("Int64"))
    bounds = cell_bounds([together, shown_totals])
    assert list(bounds.columns) == ["table", "region", "plan", "lower", "upper"]
    assert bounds["upper"].tolist() == [33, 33]


# --- money -------------------------------------------------------------------------------------


def test_amounts_are_hidden_where_counts_are():
    counts = with_margins(crosstab([[3, 60, 90], [40, 20, 50], [70, 80, 30]]))
    amounts = with_margins(crosstab([[9e5, 6e6, 9e6], [4e6, 2e6, 5e6], [7e6, 8e6, 3e6]]))
    shown = suppress_small_cells(amounts, counts=counts)
    assert_frame_equal(shown.isna(), suppress_small_cells(counts).isna())
    assert_frame_equal(shown, amounts.where(shown.notna()))
    whole = suppress_small_cells(amounts.astype("int64"), counts=counts)
    assert (whole.dtypes == "Int64").all()
    bounds = cell_bounds(shown, whole=False)
    small = bounds[(bounds["region"] == "Jeju") & (bounds["plan"] == "basic")]
    assert small["upper"].item() >= 2 * 9e5


amount_3_by_3 = st.lists(st.integers(0, 50), min_size=9, max_size=9)


@pytest.mark.slow
@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 30), min_size=9, max_size=9), amount_3_by_3, st.floats(1e-3, 1e6))
def test_each_small_amount_could_be_twice_what_it_is(counts, spent, unit):
    counts = crosstab(np.reshape(counts, (3, 3)))
    amounts = with_margins(counts * np.reshape(spent, (3, 3)) * unit)
    truth = with_margins(counts)
    shown = suppress_small_cells(amounts, counts=truth)
    # What is hidden among the amounts also protects the counts.
    hidden = cell_bounds(truth.astype("Int64").mask(shown.isna()))
    money = cell_bounds(shown / unit, whole=False)
    for (_, count), (_, amount) in zip(hidden.iterrows(), money.iterrows(), strict=True):
        labels = count["region"], count["plan"]
        if 0 < truth.loc[labels] < 5:
            assert count["upper"] >= 5
            # Solvers keep sums to about 1e-6 of the cell.
            assert amount["upper"] >= 2 * amounts.loc[labels] / unit * (1 - 1e-4)
            assert amount["upper"] > amount["lower"]


def test_a_tidy_table_may_hold_several_amounts():
    tidy = pd.DataFrame(
        {
            "region": ["Jeju", "Seoul", "Busan", "All"],
            "n": [3, 40, 50, 93],
            "revenue": [30.5, 400.0, 0.0, 430.5],
            "orders": [3, 80, 100, 183],
        }
    )
    shown = suppress_small_cells(tidy, counts="n")
    assert shown["region"].tolist() == tidy["region"].tolist()
    for name in ("n", "revenue", "orders"):
        assert shown[name].isna().tolist() == [True, True, False, False]
    assert str(shown["n"].dtype) == str(shown["orders"].dtype) == "Int64"


def test_an_amount_of_nothing_does_not_protect_another():
    # By counts Seoul is the cheaper one to hide; it sold nothing, so Jeju's revenue would be known.
    tidy = pd.DataFrame(
        {
            "region": ["Jeju", "Seoul", "Busan", "All"],
            "n": [3, 40, 50, 93],
            "revenue": [30, 0, 70, 100],
        }
    )
    by_counts = suppress_small_cells(tidy[["region", "n"]], counts="n")
    assert by_counts["n"].isna().tolist() == [True, True, False, False]
    shown = suppress_small_cells(tidy, counts="n")
    assert shown["revenue"].isna().tolist()[2] is True


def test_returns_make_amounts_negative_and_are_no_error():
    counts = with_margins(crosstab([[3, 60], [40, 50]]))
    amounts = with_margins(crosstab([[-900, 6000], [4000, 5000]]))
    shown = suppress_small_cells(amounts, counts=counts)
    assert shown.loc["Jeju"].isna().sum() == 2


# --- errors -------------------------------------------------------------------------------------

PLAIN = with_margins(crosstab([[3, 60], [40, 50]]))
WIDE = with_margins(crosstab([[3, 60, 7], [40, 50, 9]]))
TIDY = pd.DataFrame({"region": ["Jeju", "Seoul"], "n": [3, 40]})

BAD = [
    pytest.param(
        [[3]],
        {},
        TypeError,
        "`table` must be a DataFrame or a Series of counts; got list",
        id="list",
    ),
    pytest.param([], {}, ValueError, "`table` must hold at least one table", id="no-tables"),
    pytest.param(PLAIN.iloc[:0], {}, ValueError, "`table` must hold at least one cell", id="empty"),
    pytest.param(PLAIN, {"minimum": 1}, ValueError, "`minimum` must be at least 2", id="minimum"),
    pytest.param(
        PLAIN,
        {"zeros": "hide"},
        ValueError,
        "`zeros` must be one of 'publish', 'suppress'",
        id="zeros",
    ),
    pytest.param(
        PLAIN - 4,
        {},
        ValueError,
        "Counts must be whole numbers from 0 up, .*; 1 of 9 are not",
        id="negative",
    ),
    pytest.param(PLAIN / 7, {}, ValueError, "Counts must be whole numbers", id="fractions"),
    pytest.param(
        PLAIN.astype(float).replace(3, np.nan),
        {},
        ValueError,
        "1 of 9 are not. Fill empty cells with 0",
        id="missing",
    ),
    pytest.param(
        PLAIN.replace(3, 4),
        {},
        ValueError,
        "`counts` must add up; a total is not the sum",
        id="sums",
    ),
    pytest.param(
        PLAIN.astype(str), {"by": ["region"]}, ValueError, "`by` must come with `counts`", id="by"
    ),
    pytest.param(
        pd.DataFrame({"n": ["x"]}), {}, TypeError, "`table` must hold numbers", id="words"
    ),
    pytest.param(
        pd.concat([PLAIN.iloc[:1]] * 2), {}, ValueError, "must name each cell once", id="repeated"
    ),
    pytest.param(
        PLAIN.rename_axis(columns="region"),
        {},
        ValueError,
        "must name its rows and columns differently",
        id="axes",
    ),
    pytest.param(
        PLAIN.rename(index={"All": "Total"}),
        {},
        ValueError,
        "'Total' looks like one. Give `margins='Total'`",
        id="word",
    ),
    pytest.param(
        PLAIN.rename(columns={"All": "합계"}),
        {},
        ValueError,
        "'합계' looks like one",
        id="hangul-word",
    ),
    pytest.param(
        WIDE.rename(index={"All": "everyone"}),
        {},
        ValueError,
        "'everyone' looks like one",
        id="by-its-numbers",
    ),
    pytest.param(
        [PLAIN.rename_axis(index=None), PLAIN],
        {},
        ValueError,
        "Several tables must name what their rows",
        id="nameless",
    ),
    pytest.param(
        [PLAIN, PLAIN + PLAIN],
        {},
        ValueError,
        "two tables disagree about a cell: 3 and 6",
        id="disagree",
    ),
    pytest.param(
        TIDY,
        {"counts": "size"},
        ValueError,
        "The table lacks 'size'; it has 'region', 'n'",
        id="no-counts",
    ),
    pytest.param(
        TIDY, {"counts": "n", "by": ["plan"]}, ValueError, "The table lacks 'plan'", id="no-by"
    ),
    pytest.param(
        TIDY[["n"]], {"counts": "n"}, ValueError, "`by` must name the columns", id="nothing-by"
    ),
    pytest.param(
        TIDY["n"],
        {"counts": "n"},
        TypeError,
        "must be a DataFrame where `counts` names",
        id="series",
    ),
    pytest.param(
        PLAIN,
        {"counts": PLAIN.iloc[:1]},
        ValueError,
        "`counts` must be a table with the rows",
        id="other-rows",
    ),
    pytest.param(
        PLAIN,
        {"counts": PLAIN.iloc[:, :1]},
        ValueError,
        "`counts` must be a table with the rows",
        id="other-columns",
    ),
    pytest.param(
        [PLAIN],
        {"counts": [PLAIN, PLAIN]},
        ValueError,
        "one table for each of `table`; got 2 for 1",
        id="lists",
    ),
    pytest.param(
        TIDY.assign(revenue=[1.0, np.nan]),
        {"counts": "n"},
        ValueError,
        "Amounts must be finite .*; 'revenue' has others",
        id="amounts",
    ),
    pytest.param(
        PLAIN.replace(60, 61),
        {"counts": PLAIN},
        ValueError,
        "`table` must add up",
        id="amount-sums",
    ),
]


@pytest.mark.parametrize(("table", "options", "error", "message"), BAD)
def test_suppress_small_cells_names_what_is_wrong(table, options, error, message):
    with pytest.raises(error, match=message):
        suppress_small_cells(table, **options)


def test_margins_none_says_that_nothing_is_a_total():
    table = PLAIN.rename(index={"All": "everyone"}, columns={"All": "total"})
    shown = suppress_small_cells(table, margins=None)
    assert shown.isna().to_numpy().sum() == 1


def test_numbers_that_add_up_by_chance_are_no_totals():
    few = pd.DataFrame([[0, 6, 6], [0, 7, 7], [5, 8, 13]], columns=["a", "b", "c"])
    assert suppress_small_cells(few).notna().all(axis=None)


def test_cell_bounds_say_when_numbers_contradict_each_other():
    wrong = PLAIN.astype("Int64").replace(3, pd.NA)
    wrong.loc["Jeju", "All"] = 7
    with pytest.raises(ValueError, match=r"`published` must add up; no counts from zero up agree"):
        cell_bounds(wrong)
