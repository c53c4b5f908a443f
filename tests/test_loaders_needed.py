"""Only needed columns travel, the header comes before the rows, and no column is lost by it."""

import gzip
from datetime import datetime
from decimal import Decimal

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet
import pytest

import crmlab
from crmlab._engine import narrow
from crmlab.contracts import ContractError
from crmlab.loaders import open_source
from crmlab.loaders._sources.source import OURS

# Names that are hard to tell apart from ours.
OTHERS = ["reason", "text", "Amount due", "row", "mine", 'a"b', "n"]


@pytest.fixture
def rng():
    return np.random.default_rng(5)


def make_orders(rng, n_others, n_rows=60):
    """Orders with other columns, some rows at fault, some left out, some equal to others."""
    frame = pd.DataFrame(
        {
            "note": rng.choice(["x", "y"], n_rows),
            "who": rng.choice([*"abcd", "", "guest"], n_rows),
            "date": rng.choice(["2024-01-05", "2024-02-30", "2024-03-01"], n_rows),
            "amount": rng.choice(["5", "7.5", "?"], n_rows),
        }
    )
    for number in range(n_others):
        name = OTHERS[number] if number < len(OTHERS) else f"c{number}"
        frame[name] = rng.choice(["p", "q"], n_rows, p=[0.9, 0.1])
    return pd.concat([frame, frame.head(9)], ignore_index=True)


def put(frame, kind, folder):
    """The frame as one kind of source."""
    if kind == "frame":
        return frame
    if kind == "arrow":
        return pa.Table.from_pandas(frame)
    if kind == "csv":
        frame.to_csv(folder / "o.csv", index=False)
        return folder / "o.csv"
    parts = [frame] if kind == "parquet" else [frame.head(40), frame.tail(len(frame) - 40)]
    for number, part in enumerate(parts):
        part.to_parquet(folder / f"{number}.parquet")
    return folder


def as_rows(frame):
    """The rows of a frame as text, in an order that does not matter."""
    return sorted(frame.fillna("").astype(str).agg("\t".join, axis=1))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "n_others"),
    [
        ("frame", 0), ("frame", 7), ("arrow", 1), ("csv", 1), ("csv", 130), ("parquet", 130),
        ("parquets", 7),
    ],
)  # fmt: skip
def test_no_column_and_no_row_is_lost(rng, tmp_path, kind, n_others):
    frame = make_orders(rng, n_others)
    found = crmlab.audit_transactions(put(frame, kind, tmp_path), columns={"who": "customer_id"})
    bad = frame["date"].eq("2024-02-30") | frame["amount"].eq("?") | frame["who"].eq("")
    guest = frame["who"].eq("guest")
    shown = found.quarantined.drop(columns="reason")
    if "reason" in frame:
        shown = shown.rename(columns={"reason_in_source": "reason"})
    assert list(shown.columns) == list(frame.columns)
    assert as_rows(shown) == as_rows(frame[bad & ~guest])
    left = found.excluded.to_pandas().drop(columns="reason")
    assert as_rows(left) == as_rows(frame[guest])
    valid = found.valid.to_pandas()
    expected = frame[~bad & ~guest].rename(columns={"who": "customer_id"})
    others = [name for name in expected if name not in ("customer_id", "date", "amount")]
    assert list(valid.columns) == ["customer_id", "date", "amount", *others]
    valid["date"] = valid["date"].dt.strftime("%Y-%m-%d")
    valid["amount"] = valid["amount"].map("{:g}".format)
    assert as_rows(valid[expected.columns]) == as_rows(expected)
    repeated = found.by_rule.set_index("rule").loc["line repeated", "n_rows"]
    assert repeated == frame.duplicated().sum()


@pytest.mark.parametrize("kind", ["frame", "arrow", "csv", "parquet", "parquets"])
def test_columns_that_nobody_asked_for_are_not_read(rng, tmp_path, kind):
    opened = open_source(put(make_orders(rng, 130), kind, tmp_path))
    rows = opened.read({"who", "amount"}, ())
    ours = [name for name in rows.table.columns if not name.startswith(OURS)]
    assert ours == ["who", "amount"]
    assert len(rows.names) == 134


def test_a_summary_of_what_was_read_needs_no_join(rng, tmp_path):
    frame = make_orders(rng, 3).query("who != '' and date != '2024-02-30' and amount != '?'")
    table = crmlab.read_transactions(put(frame, "csv", tmp_path), columns={"who": "customer_id"})
    assert table.get_name() not in ibis.to_sql(narrow(table, ["customer_id", "amount"]))
    assert table.get_name() in ibis.to_sql(narrow(table, ["customer_id", "reason"]))
    expected = crmlab.rfm_summary(table.mutate(more=table.note))
    pd.testing.assert_frame_equal(crmlab.rfm_summary(table), expected)


# --- the header first ------------------------------------------------------------------------


BROKEN = {
    "torn.csv": b"Kunde,Tag,Geld\n" + b"a,2024-01-05,5\n" * 20_000 + b"\xff\xff\xff",
    "cut.csv.gz": gzip.compress(b"Kunde,Tag,Geld\n" + b"a,2024-01-05,5\n" * 200_000)[:-9],
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_wrong_mapping_is_refused_from_the_header(tmp_path, name):
    columns = {"Kunde": "customer_id", "Tag": "date", "Gold": "amount"}
    (tmp_path / name).write_bytes(BROKEN[name])
    with pytest.raises(ContractError, match="names 'Gold', which the table lacks"):
        crmlab.read_transactions(tmp_path / name, columns=columns, encoding="latin-1")
    with pytest.raises(ContractError, match=r"is neither UTF-8|is not a complete gzip"):
        open_source(tmp_path / name, encoding=None).read_all()


# --- columns of every type ---------------------------------------------------------------------

TEXT, DAY = pa.array(["a", "b"]), pa.array([datetime(2024, 1, 5)] * 2, pa.timestamp("us"))


def index(values):
    return pa.DictionaryArray.from_arrays(pa.array([0, 1], pa.uint32()), values)


def run(values):
    return pa.RunEndEncodedArray.from_arrays(pa.array([1, 2], pa.int32()), values)


def numeric(kind, *values):
    return pa.array(map(Decimal, values), kind)


IDS = {
    "text": TEXT,
    "view": TEXT.cast(pa.string_view()),
    "large": TEXT.cast(pa.large_string()),
    "dictionary": index(TEXT),
    "dictionary of views": index(TEXT.cast(pa.string_view())),
    "dictionary of large": index(TEXT.cast(pa.large_string())),
    "runs": run(TEXT),
    "bytes": TEXT.cast(pa.binary()),
    "byte views": TEXT.cast(pa.binary()).cast(pa.binary_view()),
    "json": pa.ExtensionArray.from_storage(pa.json_(), TEXT),
}
NUMBERS = {
    "int": pa.array([1, 2]),
    "dictionary of int": index(pa.array([1, 2])),
    "runs of int": run(pa.array([1, 2])),
    "uint64": pa.array([1, 2], pa.uint64()),
    "float": pa.array([1.0, 2.0]),
    "numeric(10, 0)": numeric(pa.decimal128(10, 0), "1", "2"),
    "numeric(10, 2)": numeric(pa.decimal128(10, 2), "1.00", "2.00"),
    "256 bits": numeric(pa.decimal256(60, 3), "1", "2"),
    "256 bits, beyond 128": numeric(pa.decimal256(70, 30), "1", "2"),
    "dictionary of numeric": index(numeric(pa.decimal128(10, 2), "1.00", "2.00")),
}
DAYS = {
    "stamp": DAY,
    "dictionary of stamps": index(DAY),
    "runs of stamps": run(DAY),
    "date": DAY.cast(pa.date32()),
    "date64": DAY.cast(pa.date64()),
    "dictionary of text": index(pa.array(["2024-01-05", "2024-01-05"])),
}
LISTS = pa.array([["a"], ["b"]])
UNUSED = IDS | NUMBERS | DAYS | {
    "list": LISTS,
    "list of dictionaries": pa.ListArray.from_arrays(pa.array([0, 1, 2], pa.int32()), index(TEXT)),
    "struct": pa.StructArray.from_arrays([index(TEXT)], ["x"]),
    "map": pa.array([[("a", 1)], [("b", 2)]], pa.map_(pa.string(), pa.int64())),
    "duration": pa.array([1, 2], pa.duration("s")),
    "nothing": pa.nulls(2),
    "list of nothing": pa.array([[], []]),
    "list of 256 bits": pa.array([[Decimal(1)], [Decimal(2)]], pa.list_(pa.decimal256(50, 1))),
}  # fmt: skip


def read_arrow(**columns):
    plain = {"customer_id": TEXT, "date": DAY, "amount": pa.array([5, 7])}
    table = crmlab.read_transactions(pa.table(plain | columns)).to_pandas()
    return table.sort_values("amount", ignore_index=True)


@pytest.mark.slow
def test_columns_of_every_type_pass_through_together():
    passed = read_arrow(**UNUSED)
    assert len(passed) == 2
    assert set(passed) >= set(UNUSED)


@pytest.mark.slow
@pytest.mark.parametrize("kind", IDS | NUMBERS | DAYS)
def test_columns_of_every_type_are_read(kind):
    if kind in IDS:
        assert read_arrow(customer_id=IDS[kind])["customer_id"].tolist() == ["a", "b"]
    if kind in NUMBERS:
        found = read_arrow(customer_id=NUMBERS[kind], amount=NUMBERS[kind])
        assert found["customer_id"].astype(str).tolist() == ["1", "2"]
        assert found["amount"].tolist() == [1, 2]
    if kind in DAYS:
        assert set(read_arrow(date=DAYS[kind])["date"]) == {pd.Timestamp("2024-01-05")}


def test_a_numeric_id_with_a_fraction_is_named():
    ids = numeric(pa.decimal128(10, 2), "1.50", "2.00")
    table = pa.table({"customer_id": ids, "date": DAY, "amount": [5, 7]})
    found = crmlab.audit_transactions(table)
    assert found.quarantined["reason"].tolist() == ["customer_id unreadable"]


def test_polars_frames_are_read_and_lazy_ones_named():
    polars = pytest.importorskip("polars")
    days, amounts = ["2024-01-05"] * 2, [5, 7]
    for kind in (polars.Categorical, polars.Enum(["a", "b"]), polars.String):
        ids = polars.Series(["a", "b"], dtype=kind)
        frame = polars.DataFrame({"customer_id": ids, "date": days, "amount": amounts})
        found = crmlab.read_transactions(frame).to_pandas()
        assert sorted(found["customer_id"]) == ["a", "b"]
    for kind in (polars.Int128, polars.UInt128):
        big = polars.Series([2**100, 7], dtype=kind)
        frame = polars.DataFrame({"customer_id": big, "date": days, "amount": amounts})
        found = crmlab.read_transactions(frame).to_pandas()
        assert sorted(found["customer_id"]) == [str(2**100), "7"]
    with pytest.raises(crmlab.InputTypeError, match=r"call `.collect\(\)`"):
        crmlab.read_transactions(frame.lazy())
