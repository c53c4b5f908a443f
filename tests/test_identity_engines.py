"""The same people on every engine: letters, slips, samples and explanations do not depend on it."""

import random

import duckdb
import numpy as np
import pandas as pd
import pytest

from crmlab import identity
from crmlab.identity import _model
from crmlab.identity._comparisons import build_comparisons
from crmlab.identity._engines import Engine
from crmlab.identity._normalise import encode_letters
from crmlab.identity._records import number_at_random, prepare_records

LETTERS = "abc12가각나닭é漢ж"
SURNAMES, SYLLABLES = "김이박최정강조윤장임", "민서도하지예은우준아연현"


def damage(text, rng):
    """One of the things that happen to a text: nothing, a slip, or a swap across a third letter."""
    at = rng.randrange(len(text) - 2)
    a, b, c = text[at : at + 3]
    return rng.choice(
        [
            text,
            text[:at] + rng.choice(LETTERS) + text[at + 1 :],
            text[:at] + text[at + 1 :],
            text[:at] + rng.choice(LETTERS) + text[at:],
            text[:at] + b + a + c + text[at + 3 :],
            text[:at] + c + b + a + text[at + 3 :],
            text[:at] + b + c + a + text[at + 3 :],
        ]
    )


def one_slip(left, right):
    """Whether one letter differs, is missing or added, or two are swapped; by listing."""
    letters = set(left + right)
    near = {left}
    for at in range(len(left) + 1):
        head, tail = left[:at], left[at:]
        near |= {head + tail[1:], head + tail[1:2] + tail[:1] + tail[2:]}
        near |= {head + letter + rest for letter in letters for rest in (tail, tail[1:])}
    return right in near


def people(n, seed):
    """Two systems of records that hold, for the same people, damaged fields of every kind."""
    rng = random.Random(seed)
    rows = []
    for person in range(n):
        name = rng.choice(SURNAMES) + "".join(rng.sample(SYLLABLES, 2))
        about = {
            "name": name,
            "email": f"{rng.choice(['rené', 'ana', '민수'])}{rng.randrange(900)}@kim.com",
            "phone": f"010-{rng.randrange(1000, 9999)}-{rng.randrange(1000, 9999)}",
            "address": f"서울 노원구 중앙로{rng.randrange(1, 30)}길 {rng.randrange(1, 99)}",
            "birth_date": f"{rng.randrange(1950, 2010)}-{rng.randrange(1, 13):02}-11",
            "member": f"회원é{person:03}가{rng.randrange(999):03}",
        }
        rows.append({"source": "a", "source_id": str(person), **about})
        hit = rng.sample(["name", "email", "phone", "address", "member"], 3)
        about |= {field: damage(about[field], rng) for field in hit if len(about[field]) > 3}
        rows.append({"source": "b", "source_id": str(person), **about})
    return pd.DataFrame(rows)


def pairs_of_texts(n):
    rng = random.Random(7)
    texts = ["".join(rng.choices(LETTERS, k=rng.randrange(3, 9))) for _ in range(n)]
    return pd.DataFrame({"l": texts, "r": [damage(text, rng) for text in texts]})


@pytest.mark.slow
def test_a_slip_is_one_change_of_a_character_or_letter():
    """Against a slow listing of all texts one slip away, in characters and not in bytes."""
    pairs = pairs_of_texts(2_000)
    both = encode_letters(pd.concat([pairs["l"], pairs["r"]], ignore_index=True))
    coded = pd.DataFrame({"l": both[:2_000], "r": both[2_000:].to_numpy()})
    rows = coded.itertuples(index=False)
    expected = [one_slip(left, right) for left, right in rows]
    sql = "select damerau_levenshtein(l, r) <= 1 as slip from coded"
    assert duckdb.sql(sql).df()["slip"].tolist() == expected
    assert 0.2 < np.mean(expected) < 0.8
    assert both.str.isascii().all()


@pytest.mark.parametrize(
    ("name", "swapped"),
    [("가나다", "다나가"), ("rené", "rneé"), ("ж漢é가", "가漢éж"), ("a.b@c", "a.b#c")],
)
def test_equal_letters_have_equal_signs_and_others_have_not(name, swapped):
    coded = encode_letters(pd.Series([name, swapped, name]))
    assert coded.str.isascii().all()
    assert coded[0] == coded[2]
    assert coded[0] != coded[1]
    assert len(coded[0]) == len(coded[1])


@pytest.mark.spark
def test_every_level_means_the_same_on_every_engine(spark):
    """All conditions of all comparisons, in the words that each engine is given."""
    fields = number_at_random(prepare_records(people(250, 3), ["member"]), 1)
    fields = fields.sample(120, random_state=2)
    comparisons = build_comparisons(list(fields), ["member"], families=True)
    sides = [fields.add_suffix(f"_{side}") for side in "lr"]
    pairs = sides[0].merge(sides[1], how="cross").drop(columns=["source_l", "source_r"])
    found = []
    for on_spark in (False, True):
        engine = Engine.__new__(Engine)
        engine._spark = on_spark
        levels = engine._translate({"comparisons": comparisons})["comparisons"]
        conditions = [
            level["sql_condition"]
            for comparison in levels
            for level in comparison["comparison_levels"]
            if level["sql_condition"] != "ELSE"
        ]
        wanted = [f"coalesce({one}, false) as c{at}" for at, one in enumerate(conditions)]
        if on_spark:
            table = spark.createDataFrame(pairs.astype(object).where(pairs.notna(), None))
            found.append(table.selectExpr(*wanted).toPandas())
        else:
            found.append(duckdb.sql(f"select {', '.join(wanted)} from pairs").df())
    pd.testing.assert_frame_equal(found[0].astype(bool), found[1].astype(bool))


@pytest.mark.spark
def test_people_and_explanations_are_the_same_on_spark(spark, monkeypatch):
    """With more records and pairs than training draws, so that the draw depends on no engine."""
    monkeypatch.setattr(_model, "_RANDOM_RECORDS", 60)
    monkeypatch.setattr(_model, "_FEWEST_PAIRS", 20)
    monkeypatch.setattr(_model, "_TRAINING_PAIRS", 30)
    monkeypatch.setattr(_model, "_MOST_ITERATIONS", 2)
    tables = [table.name for table in spark.catalog.listTables()]
    records = people(80, 5).drop(columns=["email", "address"])  # each is another pass of training
    here = identity.link_customers(records, exact=["member"])
    there = identity.link_customers(records, exact=["member"], connection=spark)
    pd.testing.assert_frame_equal(there.clusters, here.clusters)
    pd.testing.assert_frame_equal(there.pairs, here.pairs)
    assert [table.name for table in spark.catalog.listTables()] == tables
    assert len(there.pairs) > 60
    for pair in there.pairs.iloc[[3, 60]].itertuples():
        why = there.explain((pair.source_a, pair.source_id_a), (pair.source_b, pair.source_id_b))
        assert why.loc["total", "match_weight"] == pytest.approx(pair.match_weight, abs=1e-5)
