"""What an audit says, as text and as tables: money first, then examples with their lines."""

import gzip
import logging
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest
from loader_cases import HEADER, csv, orders, stored

from crmlab import rfm_summary
from crmlab.cli import main
from crmlab.contracts import ContractError
from crmlab.loaders import audit_transactions, open_source, read_transactions
from crmlab.loaders._sources import records

STATUSES = f"{HEADER},status,currency"
SHOP = [
    "a,2024-01-05,10,paid,EUR",
    "a,2024-02-05,20,paid,EUR",
    "b,2024-01-07,40,pending,EUR",
    "guest,2024-01-08,8,paid,EUR",
    "c,2024-01-09,5,paid,USD",
    "c,2024-01-10,15,cancelled,USD",
]


def shop(folder, *more, name="shop.csv"):
    return csv(folder, *SHOP, *more, header=STATUSES, name=name)


def example(source, rule, **options):
    found = audit_transactions(source, **options).by_rule.set_index("rule")
    return found.loc[rule, "example"]


# ---------------------------------------------------------------------------------------------
# The words


@pytest.mark.slow
def test_one_currency_is_told_in_lines_and_money_comes_first(tmp_path):
    said = audit_transactions(shop(tmp_path), currency="EUR").describe()
    lines = [" ".join(line.split()) for line in said.splitlines()]
    assert lines[:5] == [
        "customers 1", "orders 2", "revenue 30.00 EUR", "first day 2024-01-05",
        "last day 2024-02-05",
    ]  # fmt: skip
    order = [
        lines.index("6 rows read: 2 count, 4 left out, 0 at fault."),
        lines.index("not counted: pending EUR 1 1 40.00 51.3%"),
        lines.index("date: read as year-month-day"),
        next(at for at, line in enumerate(lines) if "rules looked for, nothing found." in line),
    ]
    assert order == sorted(order)


@pytest.mark.slow
def test_several_currencies_are_one_table_with_a_row_for_each(tmp_path):
    said = audit_transactions(shop(tmp_path)).describe().splitlines()
    assert said[0].split() == [
        "currency", "customers", "orders", "revenue", "first", "day", "last", "day",
    ]  # fmt: skip
    assert [line.split()[:4] for line in said[1:3]] == [
        ["EUR", "1", "2", "30.00"],
        ["USD", "1", "1", "5.00"],
    ]
    assert len({line.index("2024-") for line in said[1:3]}) == 1


@pytest.mark.slow
def test_only_rules_that_found_something_are_listed_and_all_are_counted(tmp_path):
    audit = audit_transactions(shop(tmp_path, "d,?,5,paid,EUR"))
    said = audit.describe()
    assert f"{len(audit.by_rule)} rules looked for, 1 found something:" in said
    assert "date unreadable" in said
    assert "amount unreadable" not in said
    assert "'?'" in said


@pytest.mark.slow
def test_the_object_shows_what_it_describes(tmp_path):
    audit = audit_transactions(shop(tmp_path))
    assert repr(audit) == audit.describe()


class Cells(HTMLParser):
    """The texts of a page, in their order; and its tags."""

    def __init__(self):
        super().__init__()
        self.texts, self.tags = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.texts.append(data)


@pytest.mark.slow
@pytest.mark.parametrize("currency", [None, "USD"])
def test_tables_of_html_say_what_the_text_says(tmp_path, currency):
    audit = audit_transactions(shop(tmp_path, "d,<b>x</b>,5,paid,USD"), currency=currency)
    page = Cells()
    page.feed(audit._repr_html_())
    squeezed = [re.sub(r"\s", "", text) for text in ("".join(page.texts), audit.describe())]
    assert squeezed[0] == squeezed[1]
    assert set(page.tags) <= {"div", "p", "table", "thead", "tr", "th", "td"}
    assert page.tags.count("table") == 4


@pytest.mark.slow
def test_control_characters_reach_neither_text_nor_page(tmp_path):
    path = shop(tmp_path, "d,2024-01-05,5,\x1b[2Jok,EUR")
    audit = audit_transactions(path, statuses={"\x1b[2Jok": "paid"})
    assert "[2Jok = paid" in audit.describe()
    assert "\x1b" not in audit.describe() + audit._repr_html_()


@pytest.mark.slow
def test_a_source_without_a_valid_row_is_described(tmp_path):
    said = audit_transactions(csv(tmp_path, "a,?,5")).describe()
    assert said.startswith("1 row read: 0 count, 0 left out, 1 at fault.")
    assert "revenue" not in said


# ---------------------------------------------------------------------------------------------
# Examples and their lines


def write_torn(rng, n_rows):
    """A file with whatever moves lines: titles, blank lines, values over lines, torn lines.

    Returns the text, and the line of each fault, by rule: its first one.
    """
    lines, first = [], {}

    def note(rule, words):
        first.setdefault(rule, f"line {len(lines) + 1}{words}")

    lines += ["Orders of a shop", ""] * int(rng.integers(0, 3))
    lines.append(f"{HEADER},note")
    for row in range(n_rows):
        kind = rng.choice(["good", "blank", "long", "torn", "open", "date", "amount", "nobody"])
        kind = "good" if row in (0, 1, n_rows - 1) else kind
        text = f"c{row},2024-01-05,5,x"
        if kind == "blank":
            lines.append("")
        elif kind == "long":
            lines += [f'c{row},2024-01-05,5,"one', "", 'three"']
        elif kind == "torn":
            note("fields do not fit the header", f": 'c{row},2024-01-05'")
            lines.append(f"c{row},2024-01-05")
        elif kind == "date":
            note("date unreadable", f": 'day {row}'")
            lines.append(f"c{row},day {row},5,x")
        elif kind == "amount":
            note("amount unreadable", f": 'sum {row}'")
            lines.append(f'c{row},2024-01-05,sum {row},"x')
            lines.append('y"')
        elif kind == "nobody":
            note("customer_id missing", "")
            lines.append(",2024-01-05,5,x")
        else:
            lines.append(text)
    return lines, first


@pytest.mark.slow
@pytest.mark.parametrize(("seed", "end"), [(0, "\n"), (1, "\r\n"), (2, "\n"), (3, "\r\n")])
def test_the_line_of_an_example_is_that_of_an_editor(tmp_path, seed, end):
    lines, first = write_torn(np.random.default_rng(seed), 40)
    path = stored(tmp_path / "torn.csv", end.join(lines) + end)
    found = audit_transactions(path).by_rule.query("n_rows > 0").set_index("rule")["example"]
    assert len(first) >= 3
    assert {rule: found[rule] for rule in first} == first


@pytest.mark.slow
def test_lines_are_counted_where_no_quotation_mark_needs_care(tmp_path):
    path = stored(
        tmp_path / "plain.csv",
        f'Report\n\n{HEADER}\n"a",2024-01-05,5\n\n,,\na,2024-01-06\na,?,5\n,2024-01-06,5\n',
    )
    assert example(path, "fields do not fit the header") == "line 7: 'a,2024-01-06'"
    assert example(path, "date unreadable") == "line 8: '?'"
    assert example(path, "customer_id missing") == "line 9"


@pytest.mark.slow
def test_several_files_are_named_and_gzipped_ones_are_read(tmp_path):
    csv(tmp_path, "a,2024-01-05,5", "a,2024-01-06,5", name="april.csv")
    text = "\n".join([HEADER, "b,2024-01-05,5", "b,2024-01-06,x", "b,2024"])
    path = tmp_path / "march.csv.gz"
    path.write_bytes(gzip.compress(text.encode()))
    csv(tmp_path, "c,2024", "c,2024-01-05,5", name="may.csv")
    assert example(path, "amount unreadable") == "line 3: 'x'"
    assert example(tmp_path, "amount unreadable") == "march.csv.gz, line 3: 'x'"
    assert example(tmp_path, "fields do not fit the header") == "march.csv.gz, line 4: 'b,2024'"


@pytest.mark.slow
def test_rows_of_a_sheet_are_counted_as_excel_counts(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for name, bad in (("Jan", "5"), ("Feb", "?")):
        page = book.create_sheet(name)
        for row in [["Sales"], [], HEADER.split(","), ["a", "2024-01-05", "5"], []]:
            page.append(row)
        page.append(["a", "2024-01-06", bad])
    del book["Sheet"]
    book.save(tmp_path / "year.xlsx")
    assert example(tmp_path / "year.xlsx", "amount unreadable") == "'Feb', row 6: '?'"
    assert example(tmp_path / "year.xlsx", "amount unreadable", sheet="Feb") == "row 6: '?'"
    book.save(tmp_path / "zero.xlsx")
    assert example(tmp_path, "amount unreadable") == "year.xlsx, 'Feb', row 6: '?'"


@pytest.fixture(params=["pandas", "arrow", "parquet", "duckdb", "ibis"])
def engine(request, tmp_path):
    """Put a frame where an engine reads it, and say whether its rows have an order."""

    def put(frame):
        if request.param == "pandas":
            return frame.set_axis(np.arange(len(frame))[::-1]), True
        if request.param == "arrow":
            import pyarrow

            return pyarrow.Table.from_pandas(frame), True
        path = tmp_path / "o.parquet"
        frame.to_parquet(path)
        if request.param == "parquet":
            return path, True
        if request.param == "duckdb":
            import duckdb

            return duckdb.sql(f"from '{path}'"), True
        import ibis

        return ibis.memtable(frame), False

    return put


@pytest.mark.slow
def test_rows_of_frames_are_counted_from_0_and_others_give_the_value(engine):
    many = pd.concat([orders(amount=["5", "6"])] * 50, ignore_index=True)
    many.loc[[71, 42, 99], "amount"] = ["?", "!", "~"]
    many.loc[13, "amount"] = "-6"
    source, ordered = engine(many)
    assert example(source, "amount unreadable") == ("row 42: '!'" if ordered else "'!'")
    assert example(source, "return line") == ("row 13: '-6'" if ordered else "")


@pytest.mark.slow
@pytest.mark.spark
def test_a_spark_table_gives_the_value_only(spark):
    table = spark.createDataFrame(orders(amount=["5", "?"]))
    assert example(table, "amount unreadable") == "'?'"


@pytest.mark.slow
def test_equal_lines_are_pointed_at_where_the_second_stands(tmp_path):
    path = csv(tmp_path, "a,2024-01-05,5", "b,2024-01-05,5", "a,2024-01-05,5")
    assert example(path, "line repeated", duplicates="quarantine") == "line 4"


@pytest.mark.slow
def test_a_value_of_several_columns_is_shown_whole(tmp_path):
    frame = pd.DataFrame(
        {"Date": ["2024-02-20", "20th"], "Time": "10:00:00", "Customer ID": "c", "Item": "tea",
         "Gross Sales": "$5.00", "Net Sales": "$5.00", "Time Zone": "UTC", "Qty": "1",
         "Payment ID": ["1", "2"], "Discounts": "$0.00", "Category": "", "Transaction ID": "t",
         "Event Type": "Payment", "Customer Name": "x", "Tax": "$0.00"}
    )  # fmt: skip
    assert example(frame, "date unreadable", layout="square") == "row 1: '20th 10:00:00'"


@pytest.mark.slow
def test_refusal_and_warning_give_the_same_examples(tmp_path):
    path = csv(tmp_path, "a,2024-01-05,5", '"b\n",2024-01-05,x', "b,2024", ",2024-01-05,5")
    found = audit_transactions(path).by_rule.query("n_rows > 0")
    with pytest.raises(ContractError) as caught:
        read_transactions(path)
    for rule, said in zip(found["rule"], found["example"], strict=True):
        assert f"- {rule}: 1 rows (for example {said}); " in str(caught.value)
    assert sorted(found["example"]) == ["line 3: 'x'", "line 5: 'b,2024'", "line 6"]


def test_a_fault_near_the_top_of_a_long_file_costs_no_second_reading(tmp_path, monkeypatch):
    path = csv(tmp_path, "a,?,5", '"b\n",2024-01-05,5', *["a,2024-01-05,5"] * 50)
    opened = open_source(path).read_all()
    split, seen = records.split_records, []
    monkeypatch.setattr(
        records, "split_records", lambda *given: (seen.append(one) or one for one in split(*given))
    )
    assert opened.locate([0, 2]) == {0: "line 2", 2: "line 5"}
    assert len(seen) == 3


# ---------------------------------------------------------------------------------------------
# The command


@pytest.fixture
def audit(capsys):
    """Run `crmlab audit`; return exit code, the words of standard output, standard error."""

    def run(*arguments):
        with pytest.raises(SystemExit) as caught:
            main(["audit", *map(str, arguments)])
        printed = capsys.readouterr()
        return caught.value.code, " ".join(printed.out.split()), printed.err

    return run


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "said"),
    [
        pytest.param(["--currency", "usd"], "revenue 5.00 USD", id="currency"),
        pytest.param(["--rate", "USD=2"], "revenue 40.00 EUR", id="rate"),
        pytest.param(["--count", "pending", "--currency", "EUR"], "revenue 70.00", id="count"),
        pytest.param(["--where", "currency=USD", "--where", "amount=5"], "5.00 USD", id="where"),
        pytest.param(
            ["--where", "customer_id=a", "--where", "customer_id=b", "--count", "pending"],
            "revenue 70.00 EUR", id="where-adds-up",
        ),
        pytest.param(["--guest", "c"], "no customer USD 1 1 5.00", id="guest"),
        pytest.param(["--status", "cancelled=paid"], "USD 1 2 20.00", id="status"),
        pytest.param(["--separator", ","], "EUR 1 2 30.00", id="separator"),
    ],
)  # fmt: skip
def test_options_of_the_audit_are_options_of_the_command(audit, tmp_path, options, said):
    code, out, err = audit(shop(tmp_path), *options)
    assert (code, err) == (0, "")
    assert said in out


@pytest.mark.slow
def test_layout_and_last_day_and_a_tab_are_options_of_the_command(audit, tmp_path):
    code, out, _ = audit(shop(tmp_path), "--not-after", "2024-01-31")
    assert code == 3
    assert "nothing may be later than 2024-01-31" in out
    path = stored(tmp_path / "tab.csv", HEADER.replace(",", "\t") + "\na;b\t2024-01-05\t5\n")
    for tab in ("\t", "tab", r"\t"):
        assert audit(path, "--separator", tab)[0] == 0
    code, _, err = audit(shop(tmp_path), "--layout", "nowhere")
    assert code == 2
    assert "nowhere" in err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--rate", "USD"], "--rate must read CODE=NUMBER; got 'USD'"),
        (["--rate", "EUR=1", "--rate", "USD=x", "--rate", "KRW=2"], "got 'USD=x'"),
        (["--rate", "USD=1", "--rate", "USD=2"], "--rate USD is given twice"),
        (["--status", "x"], "--status must read THEIRS=OURS"),
        (["--status", "x="], "--status must read THEIRS=OURS"),
        (["--where", "x"], "--where must read COLUMN=VALUE"),
        (["--count", "maybe"], "--count must be one of"),
    ],
)
def test_options_that_cannot_be_meant_are_exit_code_2(audit, tmp_path, options, message):
    code, out, err = audit(shop(tmp_path), *options)
    assert (code, out) == (2, "")
    assert message in err


@pytest.mark.slow
def test_rows_that_a_rule_leaves_out_are_written_with_their_reason(audit, tmp_path):
    target = tmp_path / "out" / "left.csv"
    target.parent.mkdir()
    code, out, _ = audit(shop(tmp_path), "--left-out", target)
    assert code == 0  # and nothing is at fault
    assert str(target) in out
    rows = pd.read_csv(target, encoding="utf-8-sig").set_index("customer_id")["reason"]
    assert rows.to_dict() == {
        "b": "not counted: pending",
        "guest": "no customer",
        "c": "not counted: cancelled",
    }


@pytest.mark.parametrize("option", ["--quarantined", "--left-out"])
def test_a_file_that_cannot_be_written_is_refused_before_the_audit(
    audit, tmp_path, monkeypatch, option
):
    path, (folder, other) = shop(tmp_path), (tmp_path / "x.csv", tmp_path / "y.csv")
    folder.mkdir()
    monkeypatch.setattr("crmlab.loaders.audit_transactions", lambda *_, **__: 1 / 0)
    assert "is a folder" in audit(path, option, folder)[2]
    assert "audited file itself" in audit(tmp_path / "*.csv", option, path)[2]
    both = ["--quarantined", other, "--left-out", other]
    assert "the same file" in audit(path, *both)[2]

    def fail(dir):
        raise PermissionError(13, "Permission denied", str(dir))

    monkeypatch.setattr("tempfile.TemporaryFile", fail)
    code, _, err = audit(path, option, other)
    assert code == 2
    assert f"{option}: nothing can be written into the folder" in err
    assert not other.exists()


# ---------------------------------------------------------------------------------------------
# What is said by logging


def logged(caplog, level=logging.WARNING):
    """Lines of the logger since the last call."""
    lines = [one.getMessage() for one in caplog.records if one.levelno == level]
    caplog.clear()
    return lines


@pytest.mark.slow
def test_money_left_out_is_said_once_with_its_reasons(tmp_path, caplog):
    caplog.set_level(logging.INFO, "crmlab.loaders")
    path = shop(tmp_path)
    read_transactions(path, rates={"USD": 2.0})
    (line,) = logged(caplog)
    assert line.startswith("left out: ")
    assert set(line.removeprefix("left out: ").split("; ")) == {
        "not counted: pending 1 order, EUR 40.00",
        "no customer 1 order, EUR 8.00",
        "not counted: cancelled 1 order, EUR 30.00",
    }
    rfm_summary(pd.read_csv(path).query("currency == 'EUR'"))
    (line,) = logged(caplog)
    assert "not counted: pending 1 order, EUR 40.00" in line


@pytest.mark.slow
def test_several_currencies_of_one_reason_are_said_apart(tmp_path, caplog):
    read_transactions(shop(tmp_path, "d,2024-01-05,7,pending,USD"), rates={"USD": 1.0})
    assert any("pending 2 orders, EUR 47.00" in line for line in logged(caplog))
    read_transactions(shop(tmp_path, "e,2024-01-05,7,cancelled,EUR"), currency="USD")
    (line,) = logged(caplog)
    assert "cancelled 1 order, USD 15.00 and 1 order, EUR 7.00" in line or (
        "cancelled 1 order, EUR 7.00 and 1 order, USD 15.00" in line
    )


@pytest.mark.slow
def test_what_nobody_left_out_by_accident_is_no_warning(tmp_path, caplog):
    caplog.set_level(logging.INFO, "crmlab.loaders")
    read_transactions(csv(tmp_path, "a,2024-01-05,5", "b,2024-01-05,6"))
    assert logged(caplog) == logged(caplog, logging.INFO) == []
    read_transactions(csv(tmp_path, "a,2024-01-05,5", "Total,,5"))
    assert [one.levelname for one in caplog.records] == ["INFO"]
    assert logged(caplog, logging.INFO) == ["left out: total row 1 row"]
    read_transactions(csv(tmp_path, "a,2024-01-05,5", "b,2024-01-05,6"), where={"amount": ["5"]})
    assert "left out by where 1 order, 6.00" in logged(caplog, logging.INFO)[-1]


@pytest.mark.slow
def test_ids_in_a_file_that_may_not_be_customers_are_said(tmp_path, caplog):
    path = csv(tmp_path, "Kim,2024-01-05,5", "kim,2024-01-06,5", "b,2024-01-07,5")
    read_transactions(path)
    (line,) = logged(caplog)
    assert line.startswith("customer_id alike but for case or blanks: 2 lines; 2 ids such as 'Kim'")
    read_transactions(pd.read_csv(path))
    assert logged(caplog) == []
