"""Amounts as people write them: read right, or named, whatever slips stand between them."""

import decimal
from collections import Counter

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from conftest import few_engines
from hypothesis import given, settings
from hypothesis import strategies as st
from loader_cases import audited, csv, orders, read, reasons

from crmlab._engine import execute, in_memory
from crmlab.contracts import ContractError
from crmlab.loaders import read_transactions
from crmlab.loaders._columns.amounts import read_number
from crmlab.loaders._columns.clues import Clues
from crmlab.loaders._columns.forms import simplify
from crmlab.loaders._columns.marks import Seen, find_mark
from crmlab.loaders._sources.source import Source


def read_cells(texts, mark=None, *, separator="", others=None, **clues):
    """What each cell is read as, or the fault that is named; and the reading in words."""
    columns = {"amount": pa.array(list(texts), pa.string()), "row": range(len(texts))}
    columns |= {name: pa.array(cells, pa.string()) for name, cells in (others or {}).items()}
    table = in_memory(pa.table(columns))
    opened = Source(table, tuple(columns), separator=separator)
    amounts = tuple(name for name in columns if name not in ("row", "date"))
    days = tuple(name for name in columns if name == "date")
    rest = Clues(opened, amounts, days, **clues)
    cells = read_number("amount", table, "amount", mark, rest, written=table)
    found = execute(cells.table.select("row", value=cells.value, problem=cells.problem))
    found = found.sort_values("row")
    values = found["problem"].where(found["problem"].notna(), found["value"])
    return values.tolist(), cells.reading


# --- forms -----------------------------------------------------------------------------------

ONE_READING = {
    "($12.00)": -12, "-$3.50": -3.5, "$ -1": -1, "5.00-": -5, "+2": 2, "(7)": -7, "$(8)": -8,
    "△5": -5, "▲1,200": -1200, "△ $6": -6, "–5": -5, "−6": -6, "‑7": -7, "$−8": -8,
    "US$5": 5, "US $ 6": 6, "$7.00 USD": 7, "USD 8": 8, "9 us dollars": 9,
    "1\u2009234.50": 1234.5, "1\u202f234": 1234, "1\u00a0234 567": 1234567, "1'234.50": 1234.5,
    "1’000.00": 1000, "１２": 12, "＄１２，３４５．５０": 12345.5, "（３）": -3, "－４": -4,
    "١٠": 10, "١٬٢٣٤٫٥": 1234.5, "۱۲": 12, "\u200f١٠\u200f": 10, "१२": 12,
    "5,-": 5, "5.–": 5, "12.-- $": 12, "-5.-": -5,
    "3만": 30_000, "3만5천": 35_000, "3만 5,000": 35_000, "1억 2,345만": 123_450_000,
    "2천5백": 2_500, "3십5만": 350_000, "2백15": 215, "9천 500": 9_500,
    "1.5만": 15_000, "-3만": -30_000, "3万": 30_000, "5億": 500_000_000, "$2천만": 20_000_000,
    "1E3": 1000, "-2e-1": -0.2, "1.5E3": 1500, "1.234E+5": 123_400,
    ".5": 0.5, "5.": 5, "007": 7, "123456789012345678": 1.2345678901234568e17,
}  # fmt: skip
NAMED = [
    *("--5", "-5-", "(5", "5)", "(-5)", "()", "-", "+5-", "-△5", "5△", "▼5", "\u00ad5", "−", "△"),
    *("5 %", "5%", "5 CR", "DR 5", "5k", "1.2.3", "1,234,5", "0x10", "1_000", "5²", "½", "①"),
    *(
        "12$50",
        "X$5",
        "5$ off",
        "무료",
        "삼만",
        "3만5",
        "2천5만",
        "만",
        "5천3만2억",
        "1.23456만",
        "1,2만",
    ),
]


@pytest.mark.slow
def test_a_form_with_one_reading_is_read_and_others_are_named():
    forms = [*ONE_READING, *NAMED]
    found, reading = read_cells(forms)
    assert dict(zip(forms, found, strict=True)) == ONE_READING | dict.fromkeys(NAMED, "unreadable")
    assert reading == "decimal point, USD"


@pytest.mark.parametrize("number", [10_000, 10_500, 35_000, 350_000, 123_450_000, 20_000_000])
def test_a_number_in_units_is_the_number(number):
    def write(number, units=((10**8, "억"), (10**4, "만"), (1000, "천"), (100, "백"), (10, "십"))):
        for size, unit in units:
            if number >= size:
                return (
                    write(number // size) + unit + (write(number % size) if number % size else "")
                )
        return str(number)

    assert simplify(write(number)) == str(number)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("texts", "kept"),
    [
        pytest.param(["HK$5", "R$1,50", "$ 2", "$3", "¥7"], [2, 3], id="dollars"),
        pytest.param(["€5", "₹5", "NT$5", "€7", "kr 4", "9"], [5, 7, 9], id="euros"),
        pytest.param(["$5.00 CAD", "CA$7", "$9", "CAD 3"], [5, 7, 3], id="a-code-beside-a-sign"),
    ],
)
def test_amounts_in_another_currency_are_named(texts, kept):
    found, _ = read_cells(texts)
    others = ["in another currency"] * (len(texts) - len(kept))
    assert [value for value in found if value not in others] == kept


@pytest.mark.slow
@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        pytest.param(["1,23,456.50"], [123456.5], id="lakhs"),
        pytest.param(["₹1,23,456", "₹123,456", "12,34,567"], [123456] * 2 + [1234567], id="inr"),
        pytest.param(["1 234,50 kr", "7 kr."], [1234.5, 7], id="crowns"),
        pytest.param(["1\u202f234,50\u00a0€", "7,00 €", "5,- €"], [1234.5, 7, 5], id="french"),
        pytest.param(["R$ 1.234,50", "R$ 7,25"], [1234.5, 7.25], id="reais"),
        pytest.param(["₩12,000", "₩1.5", "₩900", "₩7.0"], [12000, "unreadable", 900, 7], id="won"),
        pytest.param(["₩12.50", "₩3.00"], [12.5, 3], id="won-with-decimals-throughout"),
        pytest.param(["KWD 0.500", "KWD 1.250"], [0.5, 1.25], id="dinars"),
        pytest.param(["0,123", "1,234"], [0.123, 1.234], id="no-thousand-begins-with-zero"),
        pytest.param(["12.50", "1.234", "1,234"], [12.5, "ambiguous", 1234], id="two-decimals"),
        pytest.param(["12,50", "1,234", "1.234"], [12.5, "ambiguous", 1234], id="by-comma"),
        pytest.param(
            ["1,234", "1.234", "1,234.567"], [1234, 1.234, 1234.567], id="three-decimals-seen"
        ),
        pytest.param(["1,234", "1.234", "5"], ["ambiguous", "ambiguous", 5], id="both-marks"),
        pytest.param(
            ["1,234.50", "1.234,50", "1,234"], [1234.5, "ambiguous", "ambiguous"], id="half-half"
        ),
        pytest.param(["1,234,567", "1,234"], [1234567, 1234], id="millions"),
        pytest.param(["12,300", "9,800", "1,50", "7"], ["ambiguous"] * 3 + [7], id="odd-comma"),
        pytest.param(["12.300", "9.800", "1.50", "7"], ["ambiguous"] * 3 + [7], id="odd-point"),
        pytest.param(["0.5", "0.500", "1.250", "2.345"], [0.5, 0.5] + ["ambiguous"] * 2, id="slip"),
    ],
)  # fmt: skip
def test_a_column_is_read_as_most_of_it_is_written(texts, expected):
    assert read_cells(texts)[0] == expected


# --- two readings ----------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("sign", ["", "$", "€"])
@pytest.mark.parametrize("mark", [".", ","])
@pytest.mark.parametrize(
    "texts", [["1_200"], ["1_200", "2_500", "300"], ["1_234", "12_345"] * 30], ids=len
)
def test_two_readings_of_a_column_are_ambiguous_until_told(texts, mark, sign):
    texts = [sign + text.replace("_", mark) for text in texts]
    long = [text for text in texts if mark in text]
    found, reading = read_cells(texts)
    assert Counter(found)["ambiguous"] == len(long)
    assert reading.startswith("decimal mark unclear")
    digits = [text.removeprefix(sign) for text in texts]
    assert read_cells(texts, mark)[0] == [float(text.replace(mark, ".")) for text in digits]
    other = "," if mark == "." else "."
    assert read_cells(texts, other)[0] == [float(text.replace(mark, "")) for text in digits]


GERMAN_DAYS = {"date": ["05.01.2024", "06.01.2024", None]}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("clue", "thousands", "decimals"),
    [
        pytest.param({"separator": ";"}, ".", "", id="semicolon"),
        pytest.param({"separator": ","}, ",", "", id="comma"),
        pytest.param({"separator": "\t"}, "", "", id="tab"),
        pytest.param({"others": GERMAN_DAYS}, ".", "", id="days"),
        pytest.param({"separator": ",", "others": GERMAN_DAYS}, "", "", id="days-or-comma"),
        pytest.param({"others": {"cost": ["12,50", None, "3"]}}, ".", ",", id="other-amounts"),
        pytest.param({"others": {"cost": ["12.50", "3", "x"]}}, ",", ".", id="other-points"),
        pytest.param(
            {"separator": ";", "others": {"cost": ["12.50"] * 3}}, ",", ".", id="amounts-first"
        ),
        pytest.param(
            {"others": {"cost": ["2,50"] * 3, "unit_price": ["2.50"] * 3}}, "", "", id="two-others"
        ),
        pytest.param({"currency": "KRW"}, ".,", "", id="no-decimals"),
        pytest.param({"currency": "EUR"}, "", "", id="cents"),
        pytest.param({"currency": "KWD", "separator": ";"}, "", "", id="three-decimals"),
        pytest.param(
            {"column": "code", "others": {"code": ["JPY", "KRW", "won"]}}, ".,", "", id="codes"
        ),
        pytest.param(
            {"column": "code", "others": {"code": ["JPY", "USD", "USD"]}}, "", "", id="some-cents"
        ),
    ],
)
def test_the_file_decides_where_the_column_does_not(clue, thousands, decimals):
    for mark in ".,":
        texts = ["1200", "2500", "12000"]
        texts = [f"{text[:-3]}{mark}{text[-3:]}" for text in texts]
        found, _ = read_cells(texts, **clue)
        expected = ["ambiguous"] * 3
        if mark in thousands:
            expected = [1200, 2500, 12000]
        elif mark in decimals:
            expected = [1.2, 2.5, 12]
        assert found == expected, mark


@pytest.mark.slow
def test_the_clue_and_the_remedy_are_said(tmp_path):
    lines = ["A;05.01.2024;1.200", "B;06.01.2024;2.500", "C;16.01.2024;300"]
    header = "Kunde;Datum;Betrag"
    columns = {"Kunde": "customer_id", "Datum": "date", "Betrag": "amount"}
    report = audited(csv(tmp_path, *lines, header=header), columns=columns)
    assert report.revenue == 4000
    assert report.readings["amount"] == "decimal comma, as ';' parts the fields"
    tabs = csv(tmp_path, "A\t2024-01-05\t1.200", header=header.replace(";", "\t"))
    with pytest.raises(ContractError, match=r"amount ambiguous: 1 .*'1\.200'.*`decimal=`"):
        read_transactions(tabs, columns=columns)
    assert read(tabs, columns=columns, decimal=",")["amount"].tolist() == [1200]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["금액", "決済額", "金额", "Betrag"])
def test_a_name_in_korean_parts_thousands_by_a_comma(tmp_path, name):
    texts, columns = ["12,300", "4,500"], {name: "amount"}
    report = audited(orders(amount=texts).rename(columns={"amount": name}), columns=columns)
    assert report.revenue == (0 if name == "Betrag" else 16_800)
    weights = orders(amount=["1.250", "2.125"]).rename(columns={"amount": name})
    assert set(reasons(audited(weights, columns=columns)).values()) == {"amount ambiguous"}
    header = f"customer_id;date;{name}"
    torn = csv(tmp_path, "a;2024-01-05;12,300", "b;2024-01-06;4,500", header=header)
    assert audited(torn, columns=columns).rows_quarantined == 2  # two clues against each other


@pytest.mark.slow
@pytest.mark.parametrize(
    ("days", "amounts"),
    [
        (["2024년 1월 5일", "2024년 2월 5일"], ["12,500", "7,000"]),
        (["2024-01-05 오전 10:20", "2024-01-06 오후 10:20"], ["12,500", "7,000"]),
        (["2024-01-05(금)", "2024-01-06(토)"], ["12,500", "7,000"]),
        (["2024-01-05", "2024-01-06"], ["12,500", "△7,000"]),
        (["2024-01-05", "2024-01-06"], ["▲12,500", "7,000"]),
    ],
)
def test_what_is_written_in_korean_parts_thousands_by_a_comma(tmp_path, days, amounts):
    rows = [f"a\t{day}\t{amount}" for day, amount in zip(days, amounts, strict=True)]
    header = "customer_id\tdate\tamount"
    whole = audited(csv(tmp_path, *rows, header=header, name="whole.csv"), returns="keep")
    assert whole.readings["amount"].startswith("decimal point, as usual where")
    assert abs(whole.revenue) in {19_500, 5_500}
    torn = csv(
        tmp_path, *[row.replace("\t", ";") for row in rows], header=header.replace("\t", ";")
    )
    assert audited(torn).rows_quarantined == 2  # the semicolon says something else


@pytest.mark.slow
@pytest.mark.parametrize(
    ("days", "where"),
    [
        (["1/5/2024", "1/15/2024", "12/31/2024 11:59 PM"], "as days are written 12/31/2024"),
        (["5 January 2024", "Sep 1, 2024", "1 April 2024"], "as months are in English"),
        (["05-May-24", "06-apr-24"], "as months are in English"),
        (["Oct 5, 2024", "Jan 6, 2024"], "as months are in English"),
        # Counter-examples: with commas before three decimals, these are files from elsewhere.
        (["05/01/2024", "15/01/2024"], ""),  # Paris
        (["1/5/2024", "1/6/2024"], ""),  # anywhere
        (["05-oct-24", "06-apr-24"], ""),  # Bucharest
        (["05-may-24", "06-oct-24"], ""),  # Madrid
        (["05-jan-24", "06-dec-24"], ""),  # Amsterdam
        (["1 April 2024", "2 September 2024"], ""),  # Berlin
        (["2024-01-05"] * 30 + ["5 January 2024"], ""),  # somebody typed one
        (["Fri, 05 Jan 2024 10:20:00 +0100", "Sun, 06 Oct 2024 10:20:00 +0200"], ""),  # e-mails
    ],
)
def test_days_of_english_speakers_part_thousands_by_a_comma(days, where):
    texts = ["12,500", "7,000", "900"] * len(days)
    found, reading = read_cells(texts[: len(days)], others={"date": days})
    assert reading == (f"decimal point, {where}" if where else "decimal mark unclear")
    thousands = [12_500, 7_000, 900] if where else ["ambiguous", "ambiguous", 900]
    assert found == (thousands * len(days))[: len(days)]
    # With another clue against them nothing is decided, and no decimals are read by them.
    assert "ambiguous" in read_cells(["1,500"] * len(days), others={"date": days}, separator=";")[0]
    assert "ambiguous" in read_cells(["1.500"] * len(days), others={"date": days})[0]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("ids", "revenue"),
    [(["고객1", "고객2", "c3"], 19_500), (["고객1", "c2", "c3"], 0), (["c1", "c2", "c3"], 0)],
)
def test_ids_or_names_of_columns_in_korean_part_thousands_by_a_comma(tmp_path, ids, revenue):
    rows = zip(ids, ["12,500", "7,000", "0"], strict=True)
    lines = [f"{one}\t2024-01-05\t{amount}" for one, amount in rows]
    for header, expected in [
        ("customer_id\tdate\tamount", revenue),
        ("고객\tdate\tamount", 19_500),
    ]:
        path = csv(tmp_path, *lines, header=header)
        assert audited(path, columns={header.split("\t")[0]: "customer_id"}).revenue == expected


@pytest.mark.slow
@pytest.mark.parametrize(("texts", "odd"), [(["12.500"] * 99, "3.25"), (["12,500"] * 99, "3,25")])
def test_an_odd_cell_does_not_outweigh_the_separator(tmp_path, texts, odd):
    lines = [f'a,2024-01-05,"{text}"' for text in [*texts, odd]]
    commas = csv(tmp_path, *lines, name="commas.csv")
    point = "." in odd  # and a file of commas has decimal points
    assert audited(commas).revenue == (3.25 if point else 99 * 12_500)
    assert set(reasons(audited(commas)).values()) == {
        "amount ambiguous" if point else "amount unreadable"
    }
    header = "customer_id;date;amount"
    other = csv(tmp_path, f"b;2024-01-05;{odd}", header=header, name="semicolons.csv")
    both = audited([csv(tmp_path, *lines[:-1], name="most.csv"), other])
    assert (both.revenue, both.rows_quarantined) == (0, 100)  # nor does it count by itself


# --- slips -----------------------------------------------------------------------------------

WAYS = [f"{way}{mark}" for way in ("three", "round", "only", "fine", "large") for mark in ".,"]
ways = st.dictionaries(st.sampled_from([*WAYS, "plain", "lakhs"]), st.integers(0, 400), min_size=1)


@settings(max_examples=500)
@given(ways, st.lists(st.sampled_from(WAYS), min_size=1, max_size=20))
def test_slips_never_turn_a_column(cells, slips):
    seen = Seen(Counter(cells))
    few = slips[: seen.ways.total() // 20]
    turned = find_mark(Seen(seen.ways + Counter(few)))
    assert turned in (None, find_mark(seen)) or find_mark(seen) is None


STYLES = {
    "cents": lambda x: f"{x:,.2f}",
    "cents-without-groups": lambda x: f"{x:.2f}",
    "won": lambda x: f"₩{x:,.0f}",
    "prices": lambda x: f"{round(x, -2) + 1000:,.0f}",
    "prices-in-dollars": lambda x: f"${round(x, -2) + 1000:,.0f}",
    "whole": lambda x: f"{x:,.0f}",
    "grams": lambda x: f"{x / 3000:.3f}",
    "kilos": lambda x: f"{1 + x % 998_000 / 1000:.3f}",
    "millions": lambda x: f"{x * 100:,.0f}",
    "floats": lambda x: str(round(x / 1000, 3)),
}
SETTLED = set(STYLES) - {"whole", "kilos", "floats"}


@pytest.mark.slow
@pytest.mark.parametrize("swapped", [False, True], ids=["point", "comma"])
@pytest.mark.parametrize("style", STYLES)
def test_slips_are_set_aside_and_the_others_are_read(style, swapped):
    rng = np.random.default_rng(len(style))
    truth = rng.lognormal(9, 1.2, 300).round(2)
    plain = [STYLES[style](x) for x in truth]
    table = str.maketrans(",.", ".,") if swapped else {}
    texts = [text.translate(table) for text in plain]
    for mark in ".,":
        slips = [f"{rng.integers(1, 99)}{mark}{rng.integers(10, 99)}" for _ in range(6)]
        found, _ = read_cells([*texts, *slips])
        for text, value in zip(plain, found[:300], strict=True):
            right = float(text.translate(str.maketrans("", "", ",₩$")))
            assert value == right or (value == "ambiguous" and style not in SETTLED), text
    # A slip with the other decimal mark than that of the column can mean nothing.
    odd = "1.50" if swapped else "1,50"
    if style in SETTLED:
        assert read_cells([*texts, odd])[0][-1] == "unreadable"


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["pandas", *few_engines.args[1]], indirect=True)
def test_all_engines_read_amounts_alike(engine):
    texts = ["₩12,000", "₩3만5천", "△₩5,000", "₩１２", "₩1,50", "(₩900)", "?", "1\u2009234"] * 3
    frame = pd.DataFrame({"customer_id": range(24), "date": "2024-01-05", "amount": texts})
    report = audited(engine(frame), returns="keep")
    assert report.revenue == 3 * (12_000 + 35_000 - 5_000 + 12 - 900 + 1_234)
    assert report.readings["amount"] == "decimal point, KRW"
    assert Counter(reasons(report).values()) == {"amount unreadable": 6}


@pytest.mark.slow
@pytest.mark.parametrize("name", ["unit_price", "quantity", "cost", "order_refunded"])
def test_every_column_of_numbers_is_read_so(name):
    frame = orders(**{name: ["1,200", "-2"]}, order_id=["1", "2"])
    assert f"{name} ambiguous" in reasons(audited(frame)).values()
    assert f"{name} ambiguous" not in reasons(audited(frame, decimal=".")).values()


cents = st.integers(-10_000_000, 10_000_000).map(lambda n: decimal.Decimal(n) / 100)
styles = st.sampled_from(
    [
        lambda x: f"{x:,.2f}",
        lambda x: f"{x:.2f}",
        lambda x: f"₩{x:,.2f}",
        lambda x: f"({-x:,.2f})" if x < 0 else f"{x:,.2f}",
        lambda x: f"{x:,.2f} €".translate(str.maketrans(",.", ".,")),
        lambda x: f"{x:,.2f}".translate(str.maketrans(",.", "\u202f,")),
        lambda x: f"{abs(x):.2f}{'-' if x < 0 else ''}",
    ]
)


@pytest.mark.slow
@settings(deadline=None, max_examples=12)
@given(st.lists(cents, min_size=1, max_size=20), styles)
def test_amounts_come_back_however_they_are_written(amounts, style):
    texts = [style(amount) for amount in amounts]
    frame = pd.DataFrame({"customer_id": range(len(texts)), "date": "2024-01-05", "amount": texts})
    valid = read_transactions(frame, returns="keep").to_pandas().sort_values("customer_id")
    assert valid["amount"].tolist() == [float(amount) for amount in amounts]
