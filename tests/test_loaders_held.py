"""Text held in memory is read as the readers of single columns read it, only faster."""

import io

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import crmlab.loaders as loaders
from crmlab._engine import connection, in_memory, run
from crmlab._plain import are_plain_ids, number_ids, read_plain_amounts, read_plain_days
from crmlab._revenue.nobody import is_placeholder
from crmlab.loaders._columns import held
from crmlab.loaders._columns import read as read_module
from crmlab.loaders._columns.amounts import read_number
from crmlab.loaders._columns.clues import Clues
from crmlab.loaders._columns.dates import read_date
from crmlab.loaders._columns.ids import read_id
from crmlab.loaders._rules.exclusions import _says_total
from crmlab.loaders._sources import delimited
from crmlab.loaders._sources.source import Source


@pytest.fixture
def rng():
    return np.random.default_rng(1)


# --- plain text ---------------------------------------------------------------------------------

SPOILED = " +-_.,:;eETtZz0123456789xX'\"/№가\u00a0"


def spoil(rng, texts):
    """Each text with up to two letters put in, taken away or changed, and as it is."""
    found = list(texts)
    for text in texts:
        letters = list(text)
        for _ in range(rng.integers(1, 3)):
            at = int(rng.integers(len(letters) + 1))
            letters[at : at + rng.integers(2)] = rng.choice(list(SPOILED), rng.integers(2))
        found.append("".join(letters))
    return found


def keep_plain(texts, read):
    return [text for text in dict.fromkeys(texts) if read(pa.chunked_array([[text]]))]


def read_carefully(reader, texts):
    table = in_memory(pa.table({"text": texts, "n": range(len(texts))}))
    cells = reader(table)
    found = run(cells.table.select("n", value=cells.value, problem=cells.problem)).sort_by("n")
    return found.to_pandas(), cells.reading


def test_plain_days_are_read_as_any_days(rng):
    stamps = pd.Timestamp("1899-12-25") + pd.to_timedelta(rng.integers(0, 5e9, 1500), unit="s")
    texts = [
        str(stamp)[: rng.choice([10, 13, 16, 19])].replace(" ", rng.choice([" ", "T"]))
        for stamp in stamps
    ]
    texts = keep_plain(spoil(rng, texts), lambda one: read_plain_days(one) is not None)
    careful, reading = read_carefully(lambda t: read_date("date", t, "text", set()), texts)
    assert len(texts) > 1000
    assert careful["problem"].isna().all()
    assert read_plain_days(pa.chunked_array([texts])).to_pylist() == careful["value"].tolist()
    assert held.say_iso(None) == reading


def test_plain_amounts_are_read_as_any_amounts(rng):
    texts = [
        f"{x:.{rng.integers(0, 6)}f}".lstrip("0" * int(rng.integers(2)))
        for x in rng.normal(0, 1000, 1500)
    ]
    texts = keep_plain(spoil(rng, texts), lambda one: read_plain_amounts(one) is not None)
    careful, reading = read_carefully(
        lambda t: read_number("amount", t, "text", None, Clues(Source(t, ("text", "n")))), texts
    )
    assert len(texts) > 1000
    assert careful["problem"].isna().all()
    plain = read_plain_amounts(pa.chunked_array([texts])).to_numpy()
    np.testing.assert_array_equal(plain, careful["value"])
    assert reading == "decimal point"


def test_plain_ids_have_nothing_to_mend_and_are_somebody(rng):
    words = ["guest", "total", "summe", "null", "NA", "n-a", "1e5", "1.5E+7", "test", "unknown", ""]
    texts = [
        f"{rng.choice([*words, 'C', 'x'])}{rng.choice(['', 0, 7, 12_345])}" for _ in range(900)
    ]
    texts = keep_plain(spoil(rng, [*texts, "0" * 32, "0" * 31, "-", "--1"]), are_plain_ids)
    assert len(texts) > 300
    table = in_memory(pa.table({"text": texts}))
    cells = read_id("customer_id", table, "text")
    assert (cells.reading, cells.problem) == ("", None)
    found = run(table.select(nobody=is_placeholder(table.text), total=_says_total(table.text)))
    assert not found["nobody"].to_pandas().any()
    assert not found["total"].to_pandas().any()


@pytest.mark.parametrize("texts", [["1.234", "5.5"], ["5", "12.000"], [".125"]])
def test_a_point_before_three_digits_is_left_to_the_readers(texts):
    assert read_plain_amounts(pa.chunked_array([texts])) is None


@pytest.mark.parametrize("ids", [["a1", "A1"], ["a 1"], [""], [None], ["a"], ["é1"]])
def test_ids_that_may_need_care_are_not_plain(ids):
    assert not are_plain_ids(pa.chunked_array([pa.array([*ids, "a2"], pa.string())]))


@pytest.mark.parametrize(
    ("ids", "numbers"),
    [
        (["C7", "C12"], [7, 12]),
        (["C07", "C12"], [7, 12]),
        (["C07", "D12"], None),
        (["7", "0", "10"], [7, 0, 10]),
        (["a-b_3"], [3]),
        (["Kim_000000000000000001", "Kim_987654321987654321"], [1, 987654321987654321]),
        (["C0/", "C07"], None),
        (["C0:", "C07"], None),
        (["C7", "C07"], None),
        (["C7", "D7"], None),
        (["C7", "C7x"], None),
        (["C-7", "C-8"], None),
        (["C", "C1"], None),
        (["C1", None], None),
        (["+1", "+2"], None),
        (["1" * 19], None),
        (["0" * 32], None),
    ],
)
def test_numbers_in_ids_tell_them_apart(ids, numbers):
    found = number_ids(pa.array(ids, pa.large_string()))
    assert (None if found is None else found.number.tolist()) == numbers
    if found is not None:
        assert found.write(found.number).to_pylist() == ids
    if found is not None and found.sorted:
        assert sorted(ids) == [ids[row] for row in found.number.argsort(kind="stable")]


@pytest.mark.slow
def test_frames_put_together_are_read_with_what_is_missing_in_them():
    part = pd.DataFrame({"customer_id": ["a", "b"], "date": "1 Jan 2024", "amount": ["1,50", None]})
    whole = pd.concat([part, part], ignore_index=True).astype("str")
    audit = loaders.audit_transactions(whole, decimal=",")
    assert (audit.rows_valid, audit.rows_quarantined) == (2, 2)
    assert audit.revenue == 3


# --- both ways of reading -----------------------------------------------------------------------

DAYS = {
    "iso": "%Y-%m-%d",
    "stamps": "%Y-%m-%d %H:%M:%S",
    "local": "%d/%m/%Y",
    "american": "%m/%d/%Y %I:%M %p",
    "zoned": "%Y-%m-%dT%H:%M:%S+09:00",
}
AMOUNTS = {
    "plain": "{:.2f}".format,
    "fine": "{:.4f}".format,
    "grouped": "{:,.2f}".format,
    "german": lambda x: f"{x:,.2f} €".translate(str.maketrans(",.", ".,")),
    "thousands": lambda x: f"{x:.3f}",
}
IDS = {
    "code": "C{:05d}".format,
    "number": "{}".format,
    "mail": "Name{}@Shop.example".format,
    "float": "{}.0".format,
}
DIRT = {
    "customer_id": ["", "guest", "Total", " C00001", "1.5E+12", "NULL", "ﾊ7"],
    "date": ["", "2024-02-30", "5.1.24", "Total", "2999-01-01", "13/13/2024", "n/a", "1/2/2024"],
    "amount": ["", "?", "1.234", "1,234", "(5)", "$5", "€5", "inf", "-12.50", "1e400", "NaN"],
    "order_id": ["", "o1", "합계", "o 2"],
}


def make_orders(seed):
    """Orders in forms that go together by chance, some of them with cells of any other kind."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(30, 120))
    day, amount, name = (list(forms)[seed % len(forms)] for forms in (DAYS, AMOUNTS, IDS))
    stamps = pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 6e7, n), unit="s")
    money = rng.gamma(2, 300, n) * rng.choice([1, -1], n, p=[0.9, 0.1])
    orders = pd.DataFrame(
        {
            "customer_id": [IDS[name](int(x)) for x in rng.integers(1, 20, n)],
            "date": stamps.strftime(DAYS[day]),
            "amount": [AMOUNTS[amount](x) for x in money],
            "order_id": [f"o{x}" for x in rng.integers(1, 50, n)],
            "quantity": rng.choice(["1", "2"], n),
            "is_return": rng.choice(["", "no"], n),
            "note": rng.choice(["", "a;b", "x"], n),
        }
    )
    for column, dirt in DIRT.items():
        if rng.random() < 0.5:
            rows = rng.choice(n, int(rng.integers(1, 6)), replace=False)
            orders.loc[rows, column] = rng.choice(dirt, len(rows))
    return orders


def list_rows(table):
    """The rows of a table as text, in an order of their own, sums without their last digits."""
    rows = table.astype(object).itertuples(index=False, name=None)
    return sorted(str([f"{x:.9g}" if isinstance(x, float) else repr(x) for x in r]) for r in rows)


def describe(audit):
    """All that an audit says."""
    tables = [audit.valid.to_pandas(), audit.excluded.to_pandas(), audit.quarantined]
    tables += [audit.by_rule, audit.left_out, audit.by_currency]
    kinds = [str(kind) for kind in audit.valid.schema().types]
    facts = [audit.rows_read, audit.rows_valid, audit.rows_left_out, audit.readings, kinds]
    return facts, [list_rows(table) for table in tables]


@pytest.fixture
def read_both(monkeypatch):
    """The outcome of a call in the usual way, and with every line looked at by the readers."""

    def outcome(call):
        try:
            return call()
        except loaders.ContractError as error:
            return str(error)

    def read(call):
        usual = outcome(call)
        with monkeypatch.context() as patched:
            patched.setattr(read_module, "read_held", lambda *_: None)
            return usual, outcome(call)

    return read


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_audits_are_the_same_in_both_ways(tmp_path, read_both, seed):
    orders = make_orders(seed)
    source = orders
    if seed % 3:
        source = tmp_path / "orders.csv"
        orders.to_csv(source, index=False, lineterminator=["\n", "\r\n"][seed % 2])
    usual, careful = read_both(
        lambda: describe(loaders.audit_transactions(source, not_after="2026-01-01"))
    )
    assert usual == careful


@pytest.mark.slow
@pytest.mark.parametrize("few", [0, 10**9], ids=["readers see all lines", "readers see values"])
def test_many_different_values_are_left_to_the_readers(tmp_path, read_both, monkeypatch, few):
    monkeypatch.setattr(held, "_FEW", few)
    orders = make_orders(2)
    path = tmp_path / "orders.csv"
    orders.to_csv(path, index=False)
    usual, careful = read_both(lambda: describe(loaders.audit_transactions(path)))
    assert usual == careful


@pytest.mark.parametrize("kind", ["csv", "frame"])
def test_a_small_plain_table_takes_few_queries(tmp_path, monkeypatch, kind):
    """To write a query costs more than to run it on a few lines."""
    source = pd.DataFrame({"customer_id": ["007"], "date": "2024-01-05", "amount": ["12.50"]})
    if kind == "csv":
        source, frame = tmp_path / "orders.csv", source
        frame.to_csv(source, index=False)
    backend, written = type(connection()), []
    compiled = backend.compile
    monkeypatch.setattr(backend, "compile", lambda *a, **k: written.append(1) or compiled(*a, **k))
    loaders.read_transactions(source)
    n_read = len(written)
    loaders.audit_transactions(source)
    assert (n_read, len(written) - n_read) == (2, 4)


# --- the look through a text file ---------------------------------------------------------------


def needs_care_slowly(text):
    """Line by line: an odd number of quotation marks, or one with a letter on both sides."""
    free = set(',;\t|\r\n"')
    for line in io.StringIO(text, newline=""):
        marks = [at for at, letter in enumerate(line) if letter == '"']
        padded = f"\n{line}\n"
        if len(marks) % 2 or any({padded[at], padded[at + 2]}.isdisjoint(free) for at in marks):
            return True
    return False


def test_quotation_marks_that_need_care_are_seen(rng):
    seen = set()
    for _ in range(2_000):
        text = "".join(rng.choice(list('a가",,""\n\r'), rng.integers(0, 12)))
        assert delimited._needs_care(text) == needs_care_slowly(text), text
        seen.add(needs_care_slowly(text))
    assert seen == {True, False}


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_first_and_last_lines_do_not_depend_on_blocks(tmp_path, monkeypatch, rng, end):
    path = tmp_path / "orders.csv"
    monkeypatch.setattr(delimited, "HEADER_LINES", 5)
    monkeypatch.setattr(delimited, "_LAST_LINES", 4)
    monkeypatch.setattr(delimited, "_LAST_LETTERS", 100)
    for n_lines in [*range(12), 60, 300]:
        lines = [f"{'x' * rng.integers(1, 20)}{number}{end}" for number in range(n_lines)]
        path.write_bytes("".join(lines).encode())
        for block in (3, 50, 1 << 20):
            monkeypatch.setattr(delimited, "BLOCK", block)
            first, last, n, care = delimited._scan(path, "utf-8", 0)
            assert (first, last, care) == (lines[:5], lines[-4:], False)
            assert n == n_lines or n - len(last) >= len(first)
