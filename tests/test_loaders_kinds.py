"""What a file is by what is in it, archives, and what is refused with a way out that works."""

import bz2
import gzip
import io
import json
import lzma
import os
import socket
import sqlite3
import subprocess
import tempfile
import zipfile
from pathlib import Path

import ibis
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pytest

import crmlab
from crmlab._engine import execute
from crmlab.contracts import ContractError
from crmlab.loaders import open_source
from crmlab.loaders._sources.source import OURS

ORDERS = pd.DataFrame(
    {"customer_id": list("abcab"), "date": "2024-01-05", "amount": [10, 11, 12, 13, 14]}
)
CSV = ORDERS.to_csv(index=False)


def as_excel(frame=ORDERS):
    held = io.BytesIO()
    frame.to_excel(held, index=False)
    return held.getvalue()


def as_parquet():
    held = io.BytesIO()
    ORDERS.to_parquet(held)
    return held.getvalue()


def as_zip(*names, content=CSV):
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as archive:
        for name in names:
            archive.writestr(name, content)
    return held.getvalue()


def as_zstandard(text):
    held = pa.BufferOutputStream()
    with pa.CompressedOutputStream(held, "zstd") as out:
        out.write(text.encode())
    return held.getvalue().to_pybytes()


def put(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def read(source):
    """All cells as text, and what is said of the source."""
    rows = open_source(source).read_all()
    names = [name for name in rows.table.columns if not name.startswith(OURS)]
    frame = execute(rows.table.order_by(f"{OURS}row").select(*names))
    return frame.astype({"amount": int}).astype(str).to_numpy().tolist(), rows.readings


EXPECTED = ORDERS.astype(str).to_numpy().tolist()
KINDS = {
    "text": CSV,
    "tabs": CSV.replace(",", "\t"),
    "gzip": gzip.compress(CSV.encode()),
    "excel": as_excel(),
    "parquet": as_parquet(),
}


@pytest.mark.parametrize("suffix", [".csv", ".xls", ".xlsx", ".parquet", ".dat", ""])
@pytest.mark.parametrize("kind", KINDS)
def test_a_file_is_what_is_in_it(tmp_path, kind, suffix):
    cells, readings = read(put(tmp_path / f"orders{suffix}", KINDS[kind]))
    assert cells == EXPECTED
    own = {"excel": [".xlsx"], "parquet": [".parquet"]}.get(kind, [".csv"])
    assert ("file" in readings) == (suffix not in own)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        pytest.param("o.zip", as_zip("o.csv", "__MACOSX/o.csv", ".DS_Store", "d/"), id="zip"),
        pytest.param("o.csv", as_zip("2024/orders/o.csv"), id="zip-under-csv"),
        pytest.param("o.zip", as_zip("../../o.xlsx", content=as_excel()), id="excel-in-zip"),
        pytest.param("o.xlsx.gz", gzip.compress(as_excel()), id="excel-in-gzip"),
        pytest.param("o.parquet.gz", gzip.compress(as_parquet()), id="parquet-in-gzip"),
        pytest.param("o.csv.gz", gzip.compress(gzip.compress(CSV.encode())), id="gzip-twice"),
        pytest.param("o.csv.bz2", bz2.compress(CSV.encode()), id="bz2"),
        pytest.param("o.csv.xz", lzma.compress(CSV.encode()), id="xz"),
        pytest.param("o.csv.zst", as_zstandard(CSV), id="zst"),
    ],
)
def test_one_file_in_an_archive_is_read_and_said(tmp_path, name, content):
    cells, readings = read(put(tmp_path / name, content))
    assert cells == EXPECTED
    assert name in readings["file"]
    assert list(tmp_path.iterdir()) == [tmp_path / name]


def unpack(path):
    with zipfile.ZipFile(path) as archive:
        archive.extractall(path.parent)
    return sorted(path.parent.glob("*.csv"))[0]


def save_as_excel(path):
    """What a spreadsheet does with what it can open."""
    return put(path.with_suffix(".xlsx"), as_excel())


def save_as_csv(path):
    return put(path.with_suffix(".csv"), CSV)


def as_sqlite(tmp_path):
    with sqlite3.connect(tmp_path / "made") as connection:
        ORDERS.to_sql("o", connection, index=False)
    connection.close()
    return (tmp_path / "made").read_bytes()


def as_feather(tmp_path):
    pyarrow.feather.write_feather(ORDERS, tmp_path / "made", compression="uncompressed")
    return (tmp_path / "made").read_bytes()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


def query(path):
    with sqlite3.connect(path) as connection:
        return pd.read_sql("select * from o", connection)


# Name, content, what is said of it, and the way out that is said, followed.
REFUSED = [
    ("two.zip", as_zip("a.csv", "b.csv"), "holds 2 files.*Unpack it", unpack),
    ("none.zip", as_zip("__MACOSX/a"), "it holds none", save_as_csv),
    ("in.zip", as_zip("a.zip", content=as_zip("b.csv")), "another archive.*Unpack", save_as_csv),
    ("old.xls", OLE + "Workbook".encode("utf-16-le"), "old Excel.*save it as .xlsx", save_as_excel),
    ("old.csv", OLE + "Book".encode("utf-16-le"), "old Excel.*save it as .xlsx", save_as_excel),
    ("x.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), "password.*save it", save_as_excel),
    ("page.xls", "\ufeff \n<HTML><table>", "web page.*save it as .xlsx", save_as_excel),
    ("page.csv", "<!DOCTYPE html>\n<p>".encode("utf-16"), "web page.*save it", save_as_excel),
    ("book.xls", '<?xml version="1.0"?><Workbook>', "XML.*save it as .xlsx", save_as_excel),
    ("o.csv", ORDERS.to_json(orient="records"), "JSON.*read_json", pd.read_json),
    ("o.json", json.dumps({"a": 1}), "JSON.*read_json", save_as_csv),
    ("o.db", as_sqlite, "SQLite.*read_sql", query),
    ("o.feather", as_feather, "Arrow.*read_feather", pd.read_feather),
    ("o.pdf", b"%PDF-1.4", "PDF.*Ask for the table", save_as_csv),
    ("o.csv", bytes(range(32)) * 9, "not text.*Export the table as .csv", save_as_csv),
    ("o.bz2", b"BZh91AY and more", "cannot be unpacked", save_as_csv),
]


@pytest.mark.parametrize(
    ("name", "content", "said", "follow"), REFUSED, ids=[case[0] for case in REFUSED]
)
def test_what_is_no_table_is_named_and_the_way_out_works(tmp_path, name, content, said, follow):
    content = content(tmp_path) if callable(content) else content
    path = put(tmp_path / name, content)
    for encoding in (None, "cp1252"):  # an encoding does not help, so nobody is sent round
        with pytest.raises(crmlab.InputError, match=said) as refused:
            open_source(path, encoding=encoding)
        assert "encoding" not in str(refused.value)
    followed = follow(path)
    if not isinstance(followed, pd.DataFrame):
        followed = str(followed)
    assert crmlab.audit_transactions(followed).revenue == 60


@pytest.mark.parametrize("flag", [0x1, 0x9])
def test_a_locked_archive_is_refused(tmp_path, flag):
    content = bytearray(as_zip("o.csv"))
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.find(sign) + offset] |= flag
    with pytest.raises(ContractError, match="locked with a password"):
        open_source(put(tmp_path / "o.zip", bytes(content)))


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "utf-32"])
@pytest.mark.parametrize("names", [["customer_id", "date", "amount"], ["고객", "일자", "금액"]])
def test_wide_letters_need_no_mark(tmp_path, encoding, names):
    text = ORDERS.set_axis(names, axis=1).to_csv(index=False)
    opened = open_source(put(tmp_path / "o.csv", text.encode(encoding)))
    assert list(opened.names) == names
    assert opened.read_all().readings["encoding"] == encoding


# --- what stands between a header and its rows ------------------------------------------------


def draw(form):
    lines = CSV.strip().split("\n")
    if form == "psql":
        rows = [f" {line.replace(',', ' | ')} " for line in lines]
        return [rows[0], "-------------+------------+--------", *rows[1:], "(5 rows)"]
    if form == "markdown":
        rows = [f"| {line.replace(',', ' | ')} |" for line in lines]
        return [rows[0], "|---|:--:|---:|", *rows[1:]]
    if form == "commas":
        return [lines[0], "-----------,----------,------", *lines[1:]]
    rows = [f"|{line.replace(',', '|')}|" for line in lines]
    return ["-" * 30, rows[0], "|" + "-" * 28 + "|", *rows[1:], "-" * 30]


@pytest.mark.parametrize("form", ["psql", "markdown", "commas", "box"])
def test_drawn_lines_are_no_rows(tmp_path, form):
    path = put(tmp_path / "o.txt", "\n".join(draw(form)) + "\n")
    found = crmlab.audit_transactions(path)
    assert (found.rows_read, found.rows_valid, found.revenue) == (5, 5, 60)


TITLES = [["Report", None, None, None], ["made", "2024", None, None], ["for", "whom", "why", None]]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("n_titles", [1, 2, 3])
def test_the_header_is_where_the_named_columns_are(tmp_path, kind, n_titles):
    names = ["Kunde", "Tag", "Umsatz"]
    lines = [[*row, "paid"] for row in ORDERS.to_numpy().tolist()]
    rows = [*TITLES[-n_titles:], [*names, "Status"], *lines]
    path = tmp_path / f"o.{kind}"
    frame = pd.DataFrame(rows)
    (frame.to_csv if kind == "csv" else frame.to_excel)(path, index=False, header=False)
    columns = dict(zip(names, ORDERS.columns, strict=True))
    found = crmlab.audit_transactions(path, columns=columns)
    assert found.revenue == 60
    assert f" {n_titles + 1}, below" in found.readings["header"]


# --- what values of a sheet do not tell -------------------------------------------------------


def save_book(path, change):
    book = openpyxl.Workbook()
    for row in [list(ORDERS.columns), *ORDERS.to_numpy().tolist()]:
        book.active.append(row)
    change(book.active)
    book.save(path)
    return path


def test_formulas_without_a_result_are_named(tmp_path):
    path = save_book(tmp_path / "o.xlsx", lambda sheet: sheet.__setitem__("C4", "=A1&B1"))
    with pytest.raises(ContractError, match=r"'amount' .* 1 cells, the first '=A1&B1' in row 4"):
        crmlab.audit_transactions(path)
    other = save_book(tmp_path / "p.xlsx", lambda sheet: sheet.__setitem__("D4", "=1+1"))
    assert crmlab.audit_transactions(other).revenue == 60  # nobody needs that column


@pytest.mark.parametrize(
    ("cell", "named"),
    [
        ('<c r="C2"><f>5+5</f></c>', True),
        ('<c r="C2"><f t="shared" si="0"/><v/></c>', True),
        ('<c r="C2"><f>5+5</f><v>0</v></c>', True),
        ('<c r="C2"><f>5+5</f><v>10</v></c>', False),
        ('<c r="C2" t="str"><f>""</f><v></v></c>', False),
    ],
)
def test_a_result_is_no_formula(tmp_path, cell, named):
    path, changed = save_book(tmp_path / "o.xlsx", lambda sheet: None), tmp_path / "p.xlsx"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(changed, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name.endswith("sheet1.xml"):
                start = text.index(b'<c r="C2"')
                text = text[:start] + cell.encode() + text[text.index(b"</c>", start) + 4 :]
            new.writestr(name, text)
    opened = open_source(changed)
    if named:
        with pytest.raises(ContractError, match="save it"):
            opened.read_all()
    else:
        opened.read_all()


def test_a_merged_key_stands_for_its_rows_and_merged_money_counts_once(tmp_path):
    def merge(sheet):
        for cells in ("A2:A4", "B5:B6", "C2:C3"):
            sheet.merge_cells(cells)

    found = crmlab.audit_transactions(save_book(tmp_path / "o.xlsx", merge))
    assert found.quarantined["reason"].tolist() == ["amount missing"]
    valid = found.valid.order_by("amount").to_pandas()
    assert valid["customer_id"].tolist() == ["a", "a", "a", "b"]
    assert valid["amount"].tolist() == [10, 12, 13, 14]
    assert found.readings["merged cells"] == "2 of 'customer_id', 'date', each for all of its rows"


# --- tables that are elsewhere ------------------------------------------------------------------


def elsewhere(frame):
    backend = ibis.sqlite.connect()
    backend.create_table("orders", frame)
    return backend.table("orders")


def test_a_table_of_another_engine_is_fetched_and_said():
    frame = ORDERS.assign(note=list("xyzxy"), amount=[1.5, 2, 2, 2, 2], customer_id=list("abbbb"))
    found = crmlab.audit_transactions(elsewhere(frame), where={"note": ["x", "y", "z"]})
    assert found.readings["table"] == "4 columns fetched from sqlite"
    found = crmlab.audit_transactions(elsewhere(frame))
    assert found.readings["table"] == "3 columns fetched from sqlite, 1 left there"
    assert found.revenue == frame["amount"].sum()
    repeated = found.by_rule.set_index("rule").loc["line repeated", "n_rows"]
    assert repeated == frame.duplicated().sum() == 1  # in all columns, those that were left too
    summary = crmlab.rfm_summary(elsewhere(frame))
    pd.testing.assert_frame_equal(summary, crmlab.rfm_summary(frame), check_dtype=False)


def start_server(folder):
    """A PostgreSQL server on loopback, as a user who may run one: returns its port."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    user = {"user": "postgres"} if os.geteuid() == 0 else {}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    place = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off"
    for program, *options in (
        ("initdb", "-A", "trust", "-U", "postgres"),
        ("pg_ctl", "-w", "-l", f"{folder}/log", "-o", place, "start"),
    ):
        command = [programs[-1] / program, "-D", f"{folder}/data", *options]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/", **user)
    return port, [programs[-1] / "pg_ctl", "-D", f"{folder}/data", "-m", "immediate", "stop"], user


@pytest.fixture
def postgres():
    pytest.importorskip("psycopg", reason="Ibis reads PostgreSQL with psycopg")
    if not list(Path("/usr/lib/postgresql").glob("*/bin/initdb")):
        pytest.skip("no PostgreSQL server is installed")
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        os.chmod(folder, 0o777)
        port, stop, user = start_server(folder)
        backend = ibis.postgres.connect(
            host="127.0.0.1", port=port, user="postgres", database="postgres"
        )
        yield backend
        backend.disconnect()
        subprocess.run(stop, check=True, stdout=subprocess.DEVNULL, cwd="/", **user)


@pytest.mark.slow
def test_a_table_of_a_server_is_fetched(postgres):
    postgres.raw_sql(
        """
        create table orders (buyer numeric(10, 2), day timestamptz, amount numeric, extra json,
                             id uuid default gen_random_uuid(), amounts int[]);
        insert into orders values
            (1, '2024-01-05 23:30+09', 1.200, '{}'), (2.00, '2024-01-06 00:00+09', 2.500, '{}'),
            (2, '2024-01-06 00:00+09', 2.500, '{}'), (null, '2024-01-06', 3, null);
        """
    ).close()
    columns = {"buyer": "customer_id", "day": "date"}
    table = postgres.table("orders")
    found = crmlab.audit_transactions(table, columns=columns, timezone="Asia/Seoul")
    assert found.revenue == pytest.approx(6.2)
    assert found.quarantined["reason"].tolist() == ["customer_id missing"]
    valid = found.valid.order_by("date").to_pandas()
    assert valid["customer_id"].tolist() == ["1", "2", "2"]
    assert valid["date"].astype(str).tolist()[0] == "2024-01-05 23:30:00"
    repeated = found.by_rule.set_index("rule").loc["line repeated", "n_rows"]
    assert repeated == 0  # the ids of the lines differ, which were left there
    with pytest.raises(ContractError, match=r"Did you mean columns={'day': 'date'"):
        crmlab.audit_transactions(table)
    postgres.raw_sql("update orders set day = 'infinity' where amount = 3").close()
    with pytest.raises(ContractError, match=r"fetched from postgres: .*Leave such values out"):
        crmlab.audit_transactions(table, columns=columns)
    left = crmlab.audit_transactions(table.filter(table.amount != 3), columns=columns)
    assert left.rows_valid == 3


def test_what_cannot_be_fetched_is_named():
    table = elsewhere(ORDERS).mutate(amount=ibis.literal("x").cast("json"))
    broken = table.mutate(date=table.date.cast("timestamp") + ibis.interval(days=1))
    with pytest.raises(ContractError, match=r"cannot be fetched from sqlite: .*Leave such values"):
        crmlab.audit_transactions(broken)
