"""Judging a linkage: against a slow enumeration of pairs, and by hand."""

from itertools import combinations
from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crmlab import identity


def grouped(people, source="web"):
    ids = [str(number) for number in range(len(people))]
    return pd.DataFrame({"source": source, "source_id": ids, "person_id": people})


def slow(found, true):
    """Precision and recall by listing every pair, every group, every record."""
    n = range(len(found))
    pairs_found = {pair for pair in combinations(n, 2) if found[pair[0]] == found[pair[1]]}
    pairs_true = {pair for pair in combinations(n, 2) if true[pair[0]] == true[pair[1]]}
    groups_found = {frozenset(i for i in n if found[i] == label) for label in found}
    groups_true = {frozenset(i for i in n if true[i] == label) for label in true}
    of = {i: {j for j in n if found[j] == found[i]} for i in n}
    truly = {i: {j for j in n if true[j] == true[i]} for i in n}
    right = [len(of[i] & truly[i]) for i in n]
    share = {
        "pairwise": (pairs_found, pairs_true),
        "cluster": (groups_found, groups_true),
    }
    measures = {
        name: (
            len(a & b) / len(a) if a else 1.0,
            len(a & b) / len(b) if b else 1.0,
        )
        for name, (a, b) in share.items()
    }
    measures["b_cubed"] = (
        sum(right[i] / len(of[i]) for i in n) / len(found),
        sum(right[i] / len(truly[i]) for i in n) / len(found),
    )
    return measures


labels = st.integers(1, 12).flatmap(
    lambda n: st.tuples(
        st.lists(st.integers(0, 5), min_size=n, max_size=n),
        st.lists(st.integers(0, 5), min_size=n, max_size=n),
    )
)


@pytest.mark.slow
@settings(deadline=None)
@given(labels)
def test_agrees_with_listing_all_pairs(both):
    found, true = both
    judged = identity.evaluate_links(grouped(found), grouped(true))
    for name, (precision, recall) in slow(found, true).items():
        assert judged.loc[name, "precision"] == pytest.approx(precision)
        assert judged.loc[name, "recall"] == pytest.approx(recall)
        total = precision + recall
        f1 = 2 * precision * recall / total if total else 0
        assert judged.loc[name, "f1"] == pytest.approx(f1)


@pytest.mark.slow
@settings(deadline=None)
@given(labels)
def test_swapping_found_and_true_swaps_precision_and_recall(both):
    found, true = both
    there = identity.evaluate_links(grouped(found), grouped(true))
    back = identity.evaluate_links(grouped(true), grouped(found))
    assert there["precision"].tolist() == pytest.approx(back["recall"].tolist())
    assert there["f1"].tolist() == pytest.approx(back["f1"].tolist())


@pytest.mark.slow
@settings(deadline=None)
@given(labels)
def test_ignores_row_order_and_the_names_of_people(both):
    found, true = both
    renamed = grouped([f"person {label}" for label in found]).iloc[::-1]
    pd.testing.assert_frame_equal(
        identity.evaluate_links(renamed, grouped(true)),
        identity.evaluate_links(grouped(found), grouped(true)),
    )


@pytest.mark.slow
def test_counts_without_listing_pairs():
    n = 200_000  # 20 billion pairs
    judged = identity.evaluate_links(grouped([0] * n), grouped([0] * n))
    assert judged.loc["pairwise", "n_correct"] == n * (n - 1) // 2


def test_takes_a_truth_that_holds_links_and_ids_as_numbers():
    found = grouped([0, 0, 1]).assign(source_id=[0, 1, 2])
    truth = SimpleNamespace(links=grouped([7, 7, 8]))
    assert identity.evaluate_links(found, truth)["f1"].tolist() == [1, 1, 1]


@pytest.mark.parametrize(
    ("found", "error", "message"),
    [
        pytest.param(grouped([0, 1]), ValueError, "0 are in `clusters` only, 1 in", id="fewer"),
        pytest.param(
            grouped([0, 1, 1]).drop(columns="person_id"),
            ValueError,
            "`clusters` lacks 'person_id'",
            id="no-person",
        ),
        pytest.param(
            grouped([0, 1, None]), ValueError, "must not miss 'person_id'", id="missing-person"
        ),
        pytest.param(
            pd.concat([grouped([0, 1, 1])] * 2), ValueError, "each record once; 3", id="twice"
        ),
        pytest.param([0, 1, 1], TypeError, "must be a linkage or a DataFrame", id="no-frame"),
    ],
)
def test_bad_input_is_named(found, error, message):
    with pytest.raises(error, match=message):
        identity.evaluate_links(found, grouped([0, 0, 1]))


# --- Thresholds ---------------------------------------------------------------------------------


class Steps:
    """A linkage of three records of which a threshold above a half keeps only the first pair."""

    def at(self, threshold):
        people = [0, 0, 0] if threshold <= 0.5 else [0, 0, 1]
        return SimpleNamespace(clusters=grouped(people))


def test_threshold_table_judges_every_threshold():
    table = identity.threshold_table(Steps(), grouped([5, 5, 6]), thresholds=[0.3, 0.9])
    assert table.index.tolist() == [0.3, 0.9]
    assert table["n_people"].tolist() == [1, 2]
    assert table["n_records"].tolist() == [3, 3]
    assert table["precision"].tolist() == pytest.approx([1 / 3, 1])
    assert table["recall"].tolist() == [1, 1]


def test_threshold_table_without_a_truth_only_counts():
    table = identity.threshold_table(Steps(), thresholds=[0.9])
    assert table.columns.tolist() == ["n_records", "n_people"]


def test_a_threshold_outside_is_named():
    with pytest.raises(ValueError, match=r"`thresholds` must be in \(0, 1\); got 1.5"):
        identity.threshold_table(Steps(), thresholds=[1.5])
    with pytest.raises(ValueError, match="at least one probability; got none"):
        identity.threshold_table(Steps(), thresholds=[])


@pytest.mark.parametrize(
    ("linkage", "thresholds", "message"),
    [
        pytest.param(
            grouped([0, 0, 1]), [0.9], "result of `link_customers`; got DataFrame", id="frame"
        ),
        pytest.param(
            Steps(), 0.9, "`thresholds` must be a sequence of numbers; got 0.9", id="scalar"
        ),
    ],
)
def test_threshold_table_names_wrong_types(linkage, thresholds, message):
    with pytest.raises(TypeError, match=message):
        identity.threshold_table(linkage, thresholds=thresholds)


# --- Golden records -----------------------------------------------------------------------------

RECORDS = pd.DataFrame(
    {
        "source": ["branch", "web", "web", "call_centre"],
        "source_id": ["1", "1", "2", "9"],
        "name": ["김민준", "김 민준", "Minjun Kim", "이서연"],
        "phone": ["010-1111-2222", None, "010-3333-4444", "010-5555-6666"],
        "birth_date": pd.to_datetime(["2015-03-07", "2015-03-08", "2015-03-07", None]),
        "updated": pd.to_datetime(["2024-01-01", "2025-06-01", "2024-05-01", "2024-01-01"]),
    }
)
PEOPLE = RECORDS[["source", "source_id"]].assign(person_id=["P1", "P1", "P1", "P2"])


def test_golden_records_follow_the_default_rules():
    golden = identity.golden_records(PEOPLE, RECORDS)
    assert golden.index.tolist() == ["P1", "P2"]
    assert golden.loc["P1", "phone"] == "010-3333-4444"  # the later one knows none
    assert golden.loc["P1", "birth_date"] == pd.Timestamp("2015-03-07")
    assert golden.loc["P1", "name"] == "김 민준"  # as often as 김민준, and later
    assert golden[["n_records", "n_sources"]].to_numpy().tolist() == [[3, 2], [1, 1]]
    assert pd.isna(golden.loc["P2", "birth_date"])


@pytest.mark.parametrize(
    ("rule", "trust", "expected"),
    [
        pytest.param("latest", None, "김 민준", id="latest"),
        pytest.param("longest", None, "Minjun Kim", id="longest"),
        pytest.param("most_trusted", None, "김민준", id="most-trusted"),
        pytest.param("most_trusted", ["web", "branch", "call_centre"], "김 민준", id="trust-web"),
    ],
)
def test_golden_records_follow_other_rules(rule, trust, expected):
    golden = identity.golden_records(PEOPLE, RECORDS, rules={"name": rule}, trust=trust)
    assert golden.loc["P1", "name"] == expected


def test_a_placeholder_survives_no_value():
    """The later web record of P1 writes a dash where it knows no phone."""
    golden = identity.golden_records(PEOPLE, RECORDS.fillna({"phone": "-"}))
    assert golden.loc["P1", "phone"] == "010-3333-4444"


def test_a_name_of_nobody_survives_no_name():
    names = ["고객", "고객", "김민준", "(비회원)"]
    golden = identity.golden_records(PEOPLE, RECORDS.assign(name=names))
    assert golden["name"].tolist()[0] == "김민준"
    assert pd.isna(golden["name"].iloc[1])


def test_fields_agree_as_each_system_writes_its_days():
    """The third of July, and the seventh of March, each among days that tell the order."""
    days = {"branch": ["03/07/2015", "27/03/2015"], "web": ["07/03/2015", "03/27/2015"]}
    records = pd.concat(
        pd.DataFrame({"source": source, "source_id": ["1", "2"], "birth_date": birth})
        for source, birth in days.items()
    )
    people = records[["source", "source_id"]].assign(person_id=records["source_id"])
    found = identity.field_agreement(people, records)
    assert found["compared"].tolist() == [2, 2]
    assert found["differs"].sum() == 0
    assert found["written"].sum() == 2


def test_when_records_were_updated_may_be_text():
    """As text the ninth month would come after the tenth."""
    dates = ["2025-9-1", "2025-10-1", "2025-8-1", None]
    golden = identity.golden_records(
        PEOPLE, RECORDS.assign(updated=dates), rules={"name": "latest"}
    )
    assert golden.loc["P1", "name"] == "김 민준"


def test_golden_records_take_rules_by_field():
    with pytest.raises(TypeError, match="`rules` must be a mapping of field to rule"):
        identity.golden_records(PEOPLE, RECORDS, rules="latest")


def test_golden_records_ignore_row_order():
    golden = identity.golden_records(PEOPLE, RECORDS, provenance=True)
    again = identity.golden_records(PEOPLE.iloc[::-1], RECORDS.iloc[::-1], provenance=True)
    pd.testing.assert_frame_equal(golden, again)


def test_golden_records_say_where_a_value_is_from():
    golden = identity.golden_records(PEOPLE, RECORDS, provenance=True).loc["P1"]
    assert golden[["phone_source", "phone_source_id"]].tolist() == ["web", "2"]
    assert golden[["name_source", "name_source_id"]].tolist() == ["web", "1"]


@pytest.mark.parametrize(
    ("records", "options", "message"),
    [
        pytest.param(RECORDS, {"rules": {"tel": "latest"}}, "`rules` must be one of", id="field"),
        pytest.param(RECORDS, {"rules": {"name": "newest"}}, "must be one of 'latest'", id="rule"),
        pytest.param(
            RECORDS.drop(columns="updated"),
            {"rules": {"name": "latest"}},
            "no record says when it was `updated`",
            id="undated",
        ),
        pytest.param(
            RECORDS.assign(updated=["2025-01-01", "yesterday", None, ""]),
            {},
            "`updated` must hold dates.*'yesterday' is unreadable, and 1 of 4",
            id="no-date",
        ),
        pytest.param(
            RECORDS,
            {"trust": ["web"]},
            "name every system; 'branch', 'call_centre' are",
            id="trust",
        ),
        pytest.param(RECORDS.head(3), {}, "1 are in `clusters` only", id="other-records"),
    ],
)
def test_golden_records_name_bad_input(records, options, message):
    with pytest.raises(ValueError, match=message):
        identity.golden_records(PEOPLE, records, **options)
