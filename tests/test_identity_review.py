"""What is wrong in which system, and which pairs to look at by hand."""

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose

from crmlab.identity import field_agreement, sample_pairs, side_by_side

KEY = ["source", "source_id"]


def two_systems():
    rows = [
        ("branch", "1", "김민준", "010-1234-5678", "a@example.com", "2024-01-01", "P1"),
        ("web", "1", "Minjun Kim", "01012345678", "b@example.com", "2025-01-01", "P1"),
        ("web", "2", "김민진", "011-234-5678", None, "2023-01-01", "P1"),
        ("branch", "2", "이서연", "1", "c@example.com", "2024-01-01", "P2"),
    ]
    columns = [*KEY, "name", "phone", "email", "updated", "person_id"]
    table = pd.DataFrame(rows, columns=columns)
    table["updated"] = pd.to_datetime(table["updated"])
    return table.drop(columns="person_id"), table[[*KEY, "person_id"]]


def test_fields_are_counted_as_missing_different_or_written_otherwise():
    records, people = two_systems()
    found = field_agreement(people, records).set_index(["source", "field"])
    counts = ["n_records", "missing", "compared", "differs", "written"]
    # The name is spelled in three ways, once each, so that of the latest record stands: web, 1.
    assert found.loc[("web", "name"), counts].tolist() == [2, 0, 2, 1, 0]
    assert found.loc[("branch", "name"), counts].tolist() == [2, 0, 1, 0, 1]
    # A number without a carrier's prefix is the same; "1" cannot be read.
    assert found.loc[("web", "phone"), counts].tolist() == [2, 0, 2, 0, 1]
    assert found.loc[("branch", "phone"), counts].tolist() == [2, 1, 1, 0, 1]
    # Nobody contradicts the only record of P2.
    assert found.loc[("branch", "email"), counts].tolist() == [2, 0, 1, 1, 0]
    assert found.loc[("web", "email"), counts].tolist() == [2, 1, 1, 0, 0]


@pytest.mark.slow
def test_fields_do_not_depend_on_the_order_of_rows_and_add_up():
    records, people = two_systems()
    found = field_agreement(people, records)
    again = field_agreement(people.iloc[::-1], records.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(found, again)
    assert (found["differs"] + found["written"] <= found["compared"]).all()
    assert (found["compared"] + found["missing"] <= found["n_records"]).all()


@pytest.mark.slow
def test_fields_under_another_header_are_mapped():
    records, people = two_systems()
    theirs = records.rename(columns={"phone": "전화"})
    found = field_agreement(people, theirs, columns={"전화": "phone"})
    pd.testing.assert_frame_equal(found, field_agreement(people, records))


def test_other_records_than_those_linked_are_refused():
    records, people = two_systems()
    with pytest.raises(ValueError, match="must hold the same records"):
        field_agreement(people, records.head(3))


@pytest.mark.slow
@pytest.mark.xdist_group("company")
def test_a_sample_takes_alike_from_every_stratum(linked_company):
    sample = sample_pairs(linked_company, n_pairs=40)
    assert len(sample) == 40
    assert not sample.duplicated([f"{name}_{side}" for side in "ab" for name in KEY]).any()
    pairs = linked_company.pairs
    below = pairs["probability"] < linked_company.threshold
    assert sample.loc[~sample["linked"], "n_stratum"].unique().tolist() == [below.sum()]
    expected = pairs.loc[below, "probability"].sum()
    assert_allclose(sample.loc[~sample["linked"], "expected_right"], expected)
    strata = sample.groupby("stratum")["n_stratum"].agg(["size", "first"])
    assert (strata["size"] >= np.minimum(strata["first"], 10)).all()
    assert sample["probability"].is_monotonic_increasing


@pytest.mark.slow
@pytest.mark.xdist_group("company")
def test_a_sample_follows_its_seed_and_stops_at_all_pairs(linked_company):
    first, second = (sample_pairs(linked_company, n_pairs=20, seed=seed) for seed in (1, 2))
    pd.testing.assert_frame_equal(first, sample_pairs(linked_company, n_pairs=20, seed=1))
    assert not first.equals(second)
    everything = sample_pairs(linked_company, n_pairs=10**6)
    assert len(everything) == len(linked_company.pairs)
    strata = everything.drop_duplicates("stratum")
    assert strata["n_stratum"].sum() == len(everything)


@pytest.mark.slow
@pytest.mark.xdist_group("company")
def test_a_sample_of_none_is_refused(linked_company):
    with pytest.raises(ValueError, match="`n_pairs` must be at least 1"):
        sample_pairs(linked_company, n_pairs=0)


def test_a_sample_of_no_linkage_is_refused():
    with pytest.raises(TypeError, match="`linkage` must be a result of `link_customers`"):
        sample_pairs(pd.DataFrame())


def pair_of(a, b):
    return pd.DataFrame(
        {"source_a": [a[0]], "source_id_a": [a[1]], "source_b": [b[0]], "source_id_b": [b[1]]},
        index=["first"],
    )


def test_both_records_of_a_pair_stand_side_by_side():
    records, _ = two_systems()
    both = side_by_side(pair_of(("web", "2"), ("branch", "1")), records[[*KEY, "name", "phone"]])
    assert both.index.tolist() == ["first"]
    assert both.iloc[0].to_dict() == {
        "name_a": "김민진", "name_b": "김민준",
        "phone_a": "011-234-5678", "phone_b": "010-1234-5678",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("records", "message"),
    [
        pytest.param(lambda t: t.head(1), r"every record of `pairs`; 1 are missing", id="absent"),
        pytest.param(lambda t: pd.concat([t, t]), "hold each record once", id="twice"),
        pytest.param(lambda t: t.drop(columns="source"), "lacks 'source'", id="no-key"),
    ],
)
def test_records_that_do_not_fit_the_pairs_are_refused(records, message):
    table = records(two_systems()[0])
    with pytest.raises(ValueError, match=message):
        side_by_side(pair_of(("branch", "1"), ("web", "1")), table)
