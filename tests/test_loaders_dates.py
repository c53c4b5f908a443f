"""Columns of dates in every form: read right, or named; and days by themselves, as options."""

import datetime as dt
import random

import duckdb
import ibis
import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pytest
from loader_cases import NAMES, audited, broken_rules, orders, reasons

import crmlab
from crmlab._checks import check_day
from crmlab._engine import execute, in_memory
from crmlab.contracts import CONSENTS, ContractError
from crmlab.loaders import read_dates, read_table
from crmlab.loaders._columns.dates import read_date

FIRST, LAST = dt.date(1980, 1, 1), dt.date(2026, 11, 28)


def read_column(values, table=None, **options):
    """Each value's moment, or what is wrong with it; and how the column was read."""
    if table is None:
        table = in_memory(pa.table({"at": range(len(values)), "date": pa.array(values)}))
    cells = read_date("date", table, "date", set(), span=(FIRST, LAST), **options)
    found = execute(cells.table.select("at", value=cells.value, problem=cells.problem))
    found = found.sort_values("at")
    moments = found["value"].dt.tz_localize(None)  # Spark's are of its session's zone
    shown = found["problem"].astype(object).where(found["problem"].notna(), moments)
    return [None if pd.isna(one) else one for one in shown], cells


@pytest.mark.slow
def test_the_order_said_leaves_no_other_short_form():
    """`dayfirst=False` is month, day, year: 25/01/23 is no day of 2025 then."""
    days = pd.date_range("2023-01-01", "2024-12-31", freq="5D")
    written = {True: days.strftime("%d/%m/%y"), False: days.strftime("%m/%d/%y")}
    for dayfirst, texts in written.items():
        read = read_column(texts.tolist(), dayfirst=dayfirst)[0]
        assert [moment.date() for moment in read] == list(days.date)
        other = read_column(texts.tolist(), dayfirst=not dayfirst)[0]
        assert {moment.year for moment in other if not isinstance(moment, str)} <= {2023, 2024}
        assert sum(isinstance(moment, str) for moment in other) > len(days) / 2


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-1-5", "2024-01-05"),
        ("2024. 1. 5.", "2024-01-05"),
        ("2024-01-05 10:20", "2024-01-05 10:20"),
        ("2024-01-05T10:20:30.123456789", "2024-01-05 10:20:30"),
        ("2024-01-05 오전 12:05", "2024-01-05 00:05"),
        ("25/12/2024 3:05 PM", "2024-12-25 15:05"),
        ("12/25/2024 12:05 AM", "2024-12-25 00:05"),
        ("Jan 5, 2024", "2024-01-05"),
        ("September 5 2024", "2024-09-05"),
        ("05-dec-2024 10:00", "2024-12-05 10:00"),
        ("5 May 2024", "2024-05-05"),
        ("05/05/2024", "2024-05-05"),
        ("\u00a02024-02-29 ", "2024-02-29"),
        ("1980-01-01", "1980-01-01"),
    ],
)
def test_a_usual_way_to_write_a_date_is_read(text, moment):
    (stamp,), _ = read_column([text])
    assert stamp.isoformat()[:16] == dt.datetime.fromisoformat(moment).isoformat()[:16]


@pytest.mark.slow
@pytest.mark.parametrize(
    "text",
    [
        "2024-13-01",
        "2023-02-29",
        "0000-00-00",
        "2024-01",
        "2024",
        "yesterday",
        "2024-01-05 25:00",
        "2024-01-05 10:61",
        "Mayor 5, 2024",
        "99999-01-01",
        "2024-01-05,",
        "2024-W01-1",
        "１２",
    ],
)
def test_what_is_no_date_is_unreadable(text):
    read, _ = read_column([text, "2024-01-05"])
    assert read == ["unreadable", pd.Timestamp("2024-01-05")]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("date_format", "text", "moment"),
    [
        ("%d%b%y", "05Jan24", "2024-01-05"),
        ("%Y-%m-%d %I:%M %p", "2024-01-05 12:05 AM", "2024-01-05 00:05"),
        ("%Y-%m-%d %H:%M:%S.%f", "2024-01-05 10:00:00.5", "2024-01-05 10:00"),
        ("%Y-%m-%dT%H:%M:%S%z", "2024-01-05T10:00:00+0900", "2024-01-05 10:00"),
        ("%a %B %d %Y", "Fri January 5 2024", "2024-01-05"),
        ("100%% (%Y) %d [%m]", "100% (2024) 5 [1]", "2024-01-05"),
        ("%d%m%Y", "12122024", "2024-12-12"),
        ("%y.%m.%d", "24.01.05", "2024-01-05"),
        ("%d.%b.%y", "05.Jan.69", "1969-01-05"),
        ("%d.%m.%y", "05.01.68", "2068-01-05"),
        ("%H:%M %d/%m/%Y", "10:30 5/1/2024", "2024-01-05 10:30"),
    ],
)
def test_date_format_reads_as_strptime_does(date_format, text, moment):
    expected = dt.datetime.strptime(text, date_format).replace(tzinfo=None, microsecond=0)
    assert expected == dt.datetime.fromisoformat(moment)
    assert read_column([text], date_format=date_format)[0] == [expected]


DAY_NAMES = "월화수목금토일"
# How a day is written; none of it by the code under test.
FORMS = {
    "iso": "{d:%Y-%m-%d}",
    "points": "{d.year}. {d.month}. {d.day}.",
    "compact": "{d:%Y%m%d}",
    "seconds": "{d:%Y%m%d%H%M%S}",
    "korean": "{d.year}년 {d.month}월 {d.day}일",
    "korean weekday": "{d.year}년 {d.month}월 {d.day}일 ({w})",
    "korean bracket": "{d:%Y-%m-%d}({w}) {d:%H:%M}",
    "korean long weekday": "{d:%Y.%m.%d} {w}요일 {d:%H:%M}",
    "korean half day": "{d:%Y-%m-%d} {h} {d:%I:%M}",
    "korean short": "{d:%y}년 {d.month}월 {d.day}일",
    "japanese": "{d.year}年{d.month}月{d.day}日",
    "full width": "{f}",
    "day first": "{d:%d/%m/%Y}",
    "month first": "{d:%m/%d/%Y}",
    "us time": "{d.month}/{d.day}/{d.year}, {d:%I:%M:%S %p}",
    "day first short": "{d:%d.%m.%y}",
    "month first short": "{d:%m/%d/%y}",
    "year first short": "{d:%y.%m.%d}",
    "excel": "{d:%d-%b-%y}",
    "ebay": "{d:%b-%d-%y}",
    "rfc": "{d:%a, %d %b %Y %H:%M:%S} +0900",
    "long": "{d:%A, %B %d, %Y}",
    "paypal": "{d:%b %d, %Y} {d:%I:%M:%S %p} PST",
    "zone name": "{d:%Y-%m-%d %H:%M:%S} KST",
    "java": "{d:%a %b %d %H:%M:%S} KST {d:%Y}",
    "javascript": "{d:%a %b %d %Y %H:%M:%S} GMT+0900 (Korean Standard Time)",
    "ordinal": "{d:%B} {d.day}th, {d.year}",
}
# One of each kind, where a query takes a second.
ON_SPARK = [
    "compact", "seconds", "korean bracket", "korean half day", "full width", "day first", "us time",
    "excel", "paypal", "javascript", "ordinal",
]  # fmt: skip
# With few dates these have a second reading.
SEVERAL = {name for name in FORMS if "first" in name or name == "us time"}
ODD = ["soon", "2024-13-45", "00/00/0000", "31.02.2024", "2024", "12", "-"]


def write(moment, form):
    wide = "".join(chr(ord(mark) + 0xFEE0) for mark in f"{moment:%Y/%m/%d}")
    half = "오전" if moment.hour < 12 else "오후"
    return FORMS[form].format(d=moment, w=DAY_NAMES[moment.weekday()], f=wide, h=half)


def precise(moment, form):
    """The moment as far as a form tells it."""
    text = FORMS[form]
    kept = {"hour": moment.hour, "minute": moment.minute, "second": moment.second}
    if "%H" not in text and "%I" not in text:
        kept = {"hour": 0, "minute": 0, "second": 0}
    elif "%S" not in text:
        kept["second"] = 0
    return moment.replace(microsecond=0, **kept)


def some_moments(rng, n, years):
    start = dt.datetime(LAST.year - years, 1, 1)
    seconds = int((dt.datetime(LAST.year, 11, 1) - start).total_seconds())
    return [start + dt.timedelta(seconds=rng.randrange(seconds)) for _ in range(n)]


@pytest.mark.slow
@pytest.mark.parametrize("form", FORMS)
def test_a_column_is_read_right_or_named_whatever_stands_beside(form):
    rng = random.Random(form)
    for n, n_odd, years in ((1, 0, 2), (4, 1, 1), (200, 0, 2), (200, 3, 6), (60, 4, 25)):
        moments = some_moments(rng, n, years)
        cells = [(write(one, form), precise(one, form)) for one in moments]
        cells += [(rng.choice(ODD), None) for _ in range(n_odd)]
        rng.shuffle(cells)
        texts = [text for text, _ in cells]
        found, reading = read_column(texts)
        named = [one for one in found if isinstance(one, str)]
        for (text, truth), one in zip(cells, found, strict=True):
            assert isinstance(one, str) or one == truth or text == "-", (text, one, reading.reading)
        if n >= 60 or form not in SEVERAL:
            assert len(named) <= n_odd, (texts[:5], named[:5])
        ways = [read_column(texts, date_format=offered)[0] for offered in reading.formats]
        for followed in ways:  # what a message offers can be followed
            assert not any(isinstance(one, str) for one in followed) or n_odd
        if ways and not n_odd:
            assert [truth for _, truth in cells] in ways


def test_one_slip_does_not_decide_for_hundreds_nor_put_them_aside():
    days = [dt.date(2024, month, day) for month in range(1, 13) for day in range(1, 13)]
    either = [f"{day:%d/%m/%Y}" for day in days]
    found, reading = read_column([*either, "01/25/2024"])
    # None but the slip, which has one reading, and the days that both orders read alike.
    assert found.count("ambiguous") == 144 - 12
    assert reading.formats in (("%m/%d/%Y", "%d/%m/%Y"), ("%d/%m/%Y", "%m/%d/%Y"))
    days += [dt.date(2024, month, day) for month in (3, 5) for day in range(13, 32)]
    found, _ = read_column([*(f"{day:%d/%m/%Y}" for day in days), "01/25/2024"])
    assert found[:-1] == list(map(pd.Timestamp, days))
    assert found[-1] == "in another layout"


def test_two_orders_in_fair_shares_are_ambiguous():
    texts = ["25/01/2024", "26/01/2024", "01/27/2024", "05/01/2024", "06/06/2024"]
    found, _ = read_column(texts)
    assert found[2:4] == ["in another layout", "ambiguous"]
    assert found[4] == pd.Timestamp("2024-06-06")


def test_years_are_told_from_days_by_how_many_there_are():
    days = pd.date_range("2024-01-01", "2025-12-31")
    days = days[days.day <= 26]  # else a later day would say by itself that it is not a year
    found, reading = read_column([f"{day:%y.%m.%d}" for day in days])
    assert found == list(days)
    assert reading.reading == "year-month-day, two-digit years"
    found, _ = read_column([f"{day:%d.%m.%y}" for day in days])
    assert found == list(days)
    # On the 15th of each month for a dozen years, it may be either.
    found, _ = read_column(
        [f"15.{month:02d}.{year:02d}" for month in range(1, 13) for year in range(1, 13)]
    )
    assert set(found) == {"ambiguous"}


@pytest.mark.parametrize(
    ("per_day", "origin", "words"),
    [
        (1, "1899-12-30", "days since 1899-12-30, as Excel counts them"),
        (86_400, "1970-01-01", "seconds since 1970, days in UTC+00:00"),
        (86_400_000, "1970-01-01", "milliseconds since 1970, days in UTC+00:00"),
    ],
)
def test_numbers_that_count_from_a_day_are_read_and_said(per_day, origin, words):
    moments = [
        dt.datetime(1990, 3, 1),
        dt.datetime(2024, 4, 2, 8, 24),
        dt.datetime(2026, 1, 1, 23, 59),
    ]
    since = [(one - dt.datetime.fromisoformat(origin)) / dt.timedelta(days=1) for one in moments]
    counts = [days * per_day for days in since]
    whole = [round(count) for count in counts]
    for values in (counts, list(map(str, counts)), whole if per_day > 1 else counts):
        found, reading = read_column(values)
        assert found == moments
        assert reading.reading == words
    # Too early, too late, or the year alone.
    found, _ = read_column([*counts, -counts[0], 2024.0, counts[0] / 3, counts[-1] * 1.2])
    assert all(isinstance(one, str) for one in found[len(moments) :])
    if per_day > 1:
        found, _ = read_column(whole, timezone="Asia/Seoul")
        assert found == [one + dt.timedelta(hours=9) for one in moments]


# --- a day by itself ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "2024-12-31", "20241231", "2024/12/31", "2024.12.31", "2024. 12. 31.", "2024년 12월 31일",
        "2024年12月31日", "31 December 2024", "Dec 31, 2024", "31.12.2024", "12/31/2024",
        "2024-12-31(화) 10:00", "２０２４-１２-３１", "Tue, 31 Dec 2024 10:00:00 +0900",
        "2024-12-31T23:59:59Z",
    ],
)  # fmt: skip
def test_a_day_that_has_one_meaning_is_read_as_in_files(text):
    assert check_day("on", text) == dt.date(2024, 12, 31)
    found, _ = read_column([text])
    assert found[0].date() == dt.date(2024, 12, 31)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        *(
            (part, "full date")
            for part in ("2024", "2024-12", "Dec 2024", "2024-Q4", "2024년 12월")
        ),
        *((count, "full date") for count in (20241231, 45296, "45296", "1704412800", 1.5, True)),
        *(
            (short, "four digits")
            for short in ("24-12-31", "31.12.24", "31-Dec-24", "24년 12월 31일")
        ),
        *((either, "may be 2024-01-12 or 2024-12-01") for either in ("01.12.2024", "12/1/2024")),
        *((none, "full date") for none in ("2024-02-30", "2024-13-01", "", "soon", "infinity")),
        *(
            (typed, "full date")
            for typed in (pd.NaT, np.datetime64("2024-12"), np.datetime64("NaT"))
        ),
        (pd.Period("2024-12"), "full date"),
    ],
)
def test_a_day_that_is_not_whole_or_has_two_meanings_is_refused(value, message):
    with pytest.raises(ValueError, match=f"`on` must .*{message}"):
        check_day("on", value)


def test_every_day_option_is_read_alike():
    lines = orders()
    calls = {
        "observation_end": lambda day: crmlab.rfm_summary(lines, observation_end=day),
        "calibration_end": lambda day: crmlab.calibration_holdout(lines, calibration_end=day),
        "not_before": lambda day: crmlab.audit_transactions(lines, not_before=day),
        "not_after": lambda day: crmlab.audit_transactions(lines, not_after=day),
    }
    for name, call in calls.items():
        for wrong in ("2024-01", "05/04/2024", "24-01-05"):
            with pytest.raises(ValueError, match=f"`{name}` must "):
                call(wrong)


# --- days on which nothing is bought --------------------------------------------------------------

NO_DAYS = ["0001-01-01", "1753-01-01", "1899-12-30", "1900-01-01", "1970-01-01", "9999-12-31"]
EXPECTED = {**dict.fromkeys(NO_DAYS, "date a placeholder"), "1445-06-23": "date too early"}


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["text", "pandas", "arrow", "parquet", "duckdb"])
def test_days_that_stand_for_none_are_named_on_every_engine(engine, tmp_path):
    days = [*EXPECTED, "1980-01-01", "2024-01-05"]
    frame = pd.DataFrame({"customer_id": days, "date": days, "amount": 1})
    typed = frame.assign(date=pd.Series(days).astype("datetime64[us]"))
    typed.to_parquet(tmp_path / "x.parquet", index=False)
    source = {
        "text": frame,
        "pandas": typed,
        "arrow": pa.table(typed),
        "parquet": tmp_path / "x.parquet",
        "duckdb": duckdb.from_df(typed),
    }[engine]
    assert reasons(audited(source)) == EXPECTED
    earlier = audited(source, not_before="1753-01-01")
    assert reasons(earlier) == {
        day: "date too early" if day == "1445-06-23" else why
        for day, why in EXPECTED.items()
        if day != "1753-01-01"
    }


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["timestamp", "date"])
def test_infinite_days_of_a_database_are_named(kind):
    relation = duckdb.sql(
        f"select * from (values ('a', 'infinity'::{kind}, 1), ('b', '-infinity'::{kind}, 2), "
        f"('c', '2024-01-05'::{kind}, 3)) t(customer_id, date, amount)"
    )
    report = audited(relation)
    assert reasons(report) == {"a": "date infinite", "b": "date infinite"}
    assert report.last_date == pd.Timestamp("2024-01-05")
    table = ibis.duckdb.connect().create_table("orders", relation.arrow().read_all())
    with pytest.raises(ContractError, match="date infinite: 2"):
        crmlab.rfm_summary(table)
    assert (
        "date infinite"
        in CONSENTS.check(
            pd.DataFrame(columns=["customer_id", "channel", "purpose", "granted", "date"]).astype(
                {
                    "customer_id": str,
                    "channel": str,
                    "purpose": str,
                    "granted": bool,
                    "date": "M8[us]",
                }
            )
        )["rule"].tolist()
    )


# --- typed and textual dates in one column --------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("n_typed", "n_text", "doubted"), [(5, 5, True), (4, 9, False), (9, 4, False)]
)
def test_dates_that_a_spreadsheet_has_swapped_are_named(tmp_path, n_typed, n_text, doubted):
    book = openpyxl.Workbook()
    book.active.append(NAMES)
    for n in range(1, n_typed + 1):
        book.active.append([f"typed {n}", dt.datetime(2024, n, 1), 10])
    for n in range(1, n_text + 1):
        book.active.append([f"text {n}", f"01/{12 + n}/2024", 10])
    book.save(tmp_path / "x.xlsx")
    report = audited(tmp_path / "x.xlsx")
    assert broken_rules(report) == ({"date perhaps swapped": n_typed} if doubted else {})
    # A typed day above 12 shows that they were not.
    book.active.append(["typed", dt.datetime(2024, 3, 28), 10])
    book.save(tmp_path / "y.xlsx")
    assert broken_rules(audited(tmp_path / "y.xlsx")) == {}


# --- other tables ---------------------------------------------------------------------------------


@pytest.mark.slow
def test_other_tables_read_dates_alike_and_offer_formats():
    answers = pd.DataFrame(
        {"customer_id": ["a"], "channel": ["post"], "purpose": ["service"], "granted": ["Y"]}
    )
    assert read_table(answers.assign(date="5 Jan 2024 (Fri)"), "consents")[
        "date"
    ].item() == pd.Timestamp("2024-01-05")
    with pytest.raises(ContractError, match=r"ambiguous.*date_format='%d/%m/%y' or"):
        read_table(answers.assign(date="05/04/24"), "consents")


def test_a_column_of_a_frame_is_read_as_in_files():
    index = ["x", "y", "z"]
    found = read_dates(pd.Series(["15/06/2024", None, "01/12/2024"], index), "updated")
    assert found.tolist()[::2] == [pd.Timestamp("2024-06-15"), pd.Timestamp("2024-12-01")]
    assert found.index.tolist() == index
    with pytest.raises(
        ValueError, match=r"`updated` must hold dates .*'05/04/2024' is ambiguous.*'%d/%m/%Y' or"
    ):
        read_dates(pd.Series(["05/04/2024"]), "updated")
    zones = pd.Series(["2024-01-05T23:00+09:00", "2024-01-05T23:00Z"])
    assert read_dates(zones, "updated", timezone="UTC").dt.hour.tolist() == [14, 23]
    assert read_dates(zones, "updated", as_written=True).dt.hour.tolist() == [23, 23]


@pytest.mark.spark
def test_spark_reads_dates_as_duckdb_does(spark):
    rng = random.Random(5)
    moments = some_moments(rng, 20, 3)
    columns = {form: [*(write(one, form) for one in moments), "soon", None] for form in ON_SPARK}
    columns["numbers"] = [(19_800.25 + day) * 86_400.0 for day in range(22)]
    backend = ibis.pyspark.connect(spark)
    for form, values in columns.items():
        frame = spark.createDataFrame(list(enumerate(values)), ["at", "date"])
        frame.createOrReplaceTempView("dates")
        assert read_column(values, backend.table("dates"))[0] == read_column(values)[0], form
