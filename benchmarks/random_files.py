"""Made-up order files whose truth is known: how many are read right, how many are named.

    python benchmarks/random_files.py [number of files] [first seed]

Every seed makes one file: marks of amounts, layouts of days, encodings, ids, memos that hold the
separator, notes above, totals below, sheets. It is read without an option, and the outcome is

- right: every good line counts, with its customer, moment and amount; no other line does;
- named: an error, or good lines that are set aside with a reason, and nothing is wrong;
- wrong: a line counts with another value, a faulty line counts, or a line is lost.

Combinations are drawn as programs write them, no easier: Europeans mostly separate by semicolons,
and only Korean programs write cp949, so that a file in it holds Hangul, or nothing but ASCII. (With
€ as its only other letter, as was drawn before, no program writes it.)
"""

import csv
import datetime as dt
import gzip
import io
import random
import re
import sys
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from crmlab._errors import InputError
from crmlab.loaders import audit_transactions

SMALL_CENT = 0.005


@dataclass
class Line:
    """One order: its key, and what is true of it; `faulty` is what is written instead, if any."""

    key: str
    customer: str
    moment: dt.datetime
    cents: int
    faulty: dict[str, str] = field(default_factory=dict)


@dataclass
class Amounts:
    """How a file writes amounts: the marks, what stands beside them, and a minus."""

    point: str = "."
    group: str = ""
    before: str = ""
    after: str = ""
    decimals: int = 2
    negative: str = "-{}"
    odd: str = "12x"  # a value that no reading of this style has

    def write(self, cents: int) -> str:
        """The amount as text."""
        whole, rest = divmod(abs(cents), 100)
        text = f"{whole:,}".replace(",", self.group)
        if self.decimals:
            text += f"{self.point}{rest:02d}"
        text = f"{self.before}{text}{self.after}"
        return self.negative.format(text) if cents < 0 else text


AMOUNTS = {
    "plain": Amounts(odd="12.3.4"),
    "grouped": Amounts(group=",", odd="1,50"),
    "dollars": Amounts(group=",", before="$", negative="({})", odd="$1.2.3"),
    "code": Amounts(group=",", before="USD ", odd="USD ?"),
    "german": Amounts(point=",", group=".", odd="1.50"),
    "german plain": Amounts(point=",", odd="1,2,3"),
    "euro": Amounts(point=",", group=".", after=" €", odd="1.50 €"),
    "french": Amounts(point=",", group="\u202f", after="\u00a0€", odd="n/a €"),
    "swiss": Amounts(group="’", odd="1’2’3"),
    "won": Amounts(group=",", before="₩", decimals=0, odd="₩1,50"),
    "won word": Amounts(group=",", after="원", decimals=0, odd="1,50원"),
    "triangle": Amounts(group=",", decimals=0, negative="△{}", odd="1,50"),
    "whole": Amounts(decimals=0, odd="12O"),
    "grouped whole": Amounts(group=",", decimals=0, negative="{}-", odd="--5"),
}
EURO_MARKS = {"german", "german plain", "euro", "french", "swiss"}

DAYS: dict[str, Callable[[dt.datetime], str]] = {
    "iso": lambda m: f"{m:%Y-%m-%d}",
    "slashes": lambda m: f"{m:%Y/%m/%d}",
    "points": lambda m: f"{m.year}. {m.month}. {m.day}.",
    "digits": lambda m: f"{m:%Y%m%d}",
    "day first": lambda m: f"{m:%d/%m/%Y}",
    "month first": lambda m: f"{m.month}/{m.day}/{m.year}",
    "german": lambda m: f"{m:%d.%m.%Y}",
    "month name": lambda m: f"{m:%b} {m.day}, {m.year}",
    "full name": lambda m: f"{m.day} {m:%B} {m.year}",
    "dashed name": lambda m: f"{m:%d-%b-%Y}",
    "short name": lambda m: f"{m:%d-%b-%y}",
    "korean": lambda m: f"{m.year}년 {m.month}월 {m.day}일",
    "short korean": lambda m: f"{m:%y.%m.%d}",
    "short american": lambda m: f"{m.month}/{m.day}/{m:%y}",
    "short german": lambda m: f"{m:%d.%m.%y}",
}
MOMENTS: dict[str, Callable[[dt.datetime], str]] = {
    "iso T": lambda m: f"{m:%Y-%m-%dT%H:%M:%S}",
    "iso zone": lambda m: f"{m:%Y-%m-%d %H:%M:%S}+09:00",
    "minutes": lambda m: f"{m:%d.%m.%Y %H:%M}",
    "half days": lambda m: f"{m:%m/%d/%Y %I:%M %p}",
    "오전": lambda m: f"{m:%Y-%m-%d} {'오전' if m.hour < 12 else '오후'} {m:%I:%M}",
    "14 digits": lambda m: f"{m:%Y%m%d%H%M%S}",
    "weekday": lambda m: f"{m:%Y-%m-%d}({'월화수목금토일'[m.weekday()]}) {m:%H:%M}",
    "mail": lambda m: f"{m:%a, %d %b %Y %H:%M:%S} +0900",
}

CUSTOMERS: dict[str, Callable[[int], str]] = {
    "letters": lambda i: f"C{i:04d}",
    "numbers": lambda i: str(10_000 + i),
    "zeros": lambda i: f"{i:05d}",
    "floats": lambda i: f"{12_000 + i}.0",
    "mails": lambda i: f"buyer{i}@shop.example",
    "hangul": lambda i: f"고객{i}",
}
MEMOS = [
    "", "gift", "leave at door, please", 'size 5" x 7"', "a;b", "two\nlines", "서울, 강남구",
    "tab\there", "100 % cotton | blue", "'quoted'", "=SUM(A1)", "1.200,50", "2024-01-05",
]  # fmt: skip


def draw_lines(dice: random.Random) -> list[Line]:
    """Orders of some customers over months; a few are given back, a few faulty."""
    n = dice.choice([4, 9, 25, 60, 150])
    start = dt.datetime(dice.randint(2015, 2024), dice.randint(1, 12), dice.randint(1, 28))
    lines = []
    for at in range(n):
        moment = start + dt.timedelta(minutes=dice.randint(0, 60 * 24 * 200))
        cents = max(1, round(dice.lognormvariate(9, 1.3)))
        if dice.random() < 0.04:
            cents = -cents
        lines.append(Line(f"k{at}", str(dice.randint(1, max(2, n // 3))), moment, cents))
    return lines


def spoil(dice: random.Random, lines: list[Line], odd: str) -> None:
    """Write something in a few lines that nobody could mean, or nothing."""
    if dice.random() < 0.5 or len(lines) < 9:
        return
    for line in dice.sample(lines, max(1, len(lines) // 25)):
        column, text = dice.choice(
            [
                ("amount", odd),
                ("amount", ""),
                ("amount", "N/A"),
                ("date", ""),
                ("date", "soon"),
                ("date", "9999-12-31"),
                ("customer_id", ""),
            ]
        )
        line.faulty = {column: text}


@dataclass
class Written:
    """A file, the lines in it as they are to be read, and how it was written."""

    path: Path
    lines: list[Line]
    style: str


def write_file(seed: int, folder: Path) -> Written:
    """Make the file of a seed."""
    dice = random.Random(seed)
    lines = draw_lines(dice)
    amounts = dice.choice(sorted(AMOUNTS))
    days = dice.choice(sorted(DAYS) if dice.random() < 0.6 else sorted(MOMENTS))
    ids = dice.choice(sorted(CUSTOMERS))
    container = dice.choice([*_TEXT, *_TEXT, *_WORKBOOKS])
    spoil(dice, lines, AMOUNTS[amounts].odd)
    for line in lines:
        line.customer = CUSTOMERS[ids](int(line.customer))
        if AMOUNTS[amounts].decimals == 0:
            # Money without decimals is in thousands, so that a mark stands in most of its amounts.
            line.cents = max(1, abs(line.cents) // 100) * (10_000 if line.cents > 0 else -10_000)
        if days in DAYS:
            line.moment = dt.datetime.combine(line.moment.date(), dt.time())
        elif days in {"minutes", "half days", "오전", "weekday"}:
            line.moment = line.moment.replace(second=0)
    rows = [_write_row(dice, line, AMOUNTS[amounts], (DAYS | MOMENTS)[days]) for line in lines]
    path = folder / f"orders_{seed}.csv"
    path = (_TEXT | _WORKBOOKS)[container](dice, path, rows, amounts)
    for line in lines:
        line.customer = line.customer.removesuffix(".0") if ids == "floats" else line.customer
    return Written(path, lines, f"{amounts} · {days} · {ids} · {container}")


HEADER = ["key", "customer_id", "date", "amount", "memo"]


def _write_row(dice: random.Random, line: Line, amounts: Amounts, days: Any) -> dict[str, str]:
    written = {
        "key": line.key,
        "customer_id": line.customer,
        "date": days(line.moment),
        "amount": amounts.write(line.cents),
        "memo": dice.choice(MEMOS),
    }
    return written | line.faulty


def _delimit(dice: random.Random, rows: list[dict[str, str]], separator: str) -> str:
    text = io.StringIO()
    end = dice.choice(["\n", "\r\n"])
    table = csv.DictWriter(text, HEADER, delimiter=separator, lineterminator=end)
    table.writeheader()
    table.writerows(rows)
    return text.getvalue()


def _pick_separator(dice: random.Random, amounts: str) -> str:
    """Europeans separate with semicolons, since their comma is taken."""
    if amounts in EURO_MARKS and dice.random() < 0.8:
        return ";"
    return dice.choice([",", ",", ",", ";", "\t", "|"])


def _encode(dice: random.Random, text: str) -> bytes:
    encodings = ["utf-8", "utf-8", "utf-8-sig", "utf-16"]
    try:
        text.encode("cp949")
        encodings += ["cp949"] if re.search("[가-힣]", text) or text.isascii() else []
    except UnicodeEncodeError:
        pass
    return text.encode(dice.choice(encodings))


def _plain(dice: random.Random, path: Path, rows: Any, amounts: str) -> Path:
    path.write_bytes(_encode(dice, _delimit(dice, rows, _pick_separator(dice, amounts))))
    return path


def _gzipped(dice: random.Random, path: Path, rows: Any, amounts: str) -> Path:
    path = path.with_suffix(".csv.gz")
    text = _delimit(dice, rows, _pick_separator(dice, amounts))
    path.write_bytes(gzip.compress(text.encode()))
    return path


def _zipped(dice: random.Random, path: Path, rows: Any, amounts: str) -> Path:
    with zipfile.ZipFile(path.with_suffix(".zip"), "w") as archive:
        text = _delimit(dice, rows, _pick_separator(dice, amounts))
        archive.writestr(path.name, _encode(dice, text))
    return path.with_suffix(".zip")


def _named_separator(dice: random.Random, path: Path, rows: Any, amounts: str) -> Path:
    path.write_text("sep=;\n" + _delimit(dice, rows, ";"), newline="")
    return path


def _trailing_separators(dice: random.Random, path: Path, rows: Any, amounts: str) -> Path:
    plain = [row | {"memo": row["memo"].replace("\n", " ")} for row in rows]
    text = _delimit(dice, plain, ";")
    path.write_text("".join(f"{line};\n" for line in text.splitlines()))
    return path


def _titled(dice: random.Random, path: Path, rows: Any, amounts: str) -> Path:
    title = dice.choice(["Sales report 2024\n\n", "주문 내역\n조회 기간,2024\n\n", "Report\n"])
    path.write_text(title + _delimit(dice, rows, _pick_separator(dice, amounts)), newline="")
    return path


def _totalled(dice: random.Random, path: Path, rows: Any, amounts: str) -> Path:
    total = {
        "key": dice.choice(["Total", "합계", "Summe"]), "customer_id": "",
        "date": dice.choice(["", rows[-1]["date"]]), "amount": rows[0]["amount"], "memo": "",
    }  # fmt: skip
    return _plain(dice, path, [*rows, total], amounts)


def _blank_rows(dice: random.Random, path: Path, rows: Any, amounts: str) -> Path:
    blank = dict.fromkeys(HEADER, "")
    return _plain(dice, path, [*rows, blank, blank], amounts)


def _tabs_as_xls(dice: random.Random, path: Path, rows: Any, amounts: str) -> Path:
    path = path.with_suffix(".xls")
    path.write_bytes(_encode(dice, _delimit(dice, rows, "\t")))
    return path


def _fill(sheet: Any, rows: list[dict[str, str]]) -> None:
    sheet.append(HEADER)
    for row in rows:
        sheet.append([row[name] or None for name in HEADER])


def _workbook(dice: random.Random, path: Path, rows: Any, amounts: str) -> Path:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    sheet.title = "Orders"
    kind = dice.choice(["one", "titled", "cover", "hidden", "halves"])
    if kind == "titled":
        sheet.append(["Sales report", None])
        sheet.append([])
    half = len(rows) // 2 if kind == "halves" else len(rows)
    _fill(sheet, rows[:half])
    if kind == "halves":
        _fill(book.create_sheet("More"), rows[half:])
    if kind == "cover":
        book.create_sheet("About", 0).append(["Made by the shop"])
    if kind == "hidden":
        secret = book.create_sheet("Old", 0)
        _fill(secret, [row | {"key": "x" + row["key"]} for row in rows[:3]])
        secret.sheet_state = "hidden"
    book.save(path.with_suffix(".xlsx"))
    return path.with_suffix(".xlsx")


def _workbook_as_csv(dice: random.Random, path: Path, rows: Any, amounts: str) -> Path:
    made = _workbook(dice, path, rows, amounts)
    return made.rename(path.with_suffix(".csv"))


_TEXT = {
    "csv": _plain,
    "gz": _gzipped,
    "zip": _zipped,
    "sep=": _named_separator,
    "trailing": _trailing_separators,
    "title": _titled,
    "total": _totalled,
    "blank rows": _blank_rows,
    "xls": _tabs_as_xls,
}
_WORKBOOKS = {"xlsx": _workbook, "xlsx as csv": _workbook_as_csv}


def judge(written: Written) -> tuple[str, str]:
    """The outcome of a file, and why."""
    try:
        report = audit_transactions(written.path)
    except InputError as error:
        return "named", str(error)
    valid = report.valid.to_pandas()
    truth = {line.key: line for line in written.lines}
    good = {key for key, line in truth.items() if not line.faulty}
    keys = valid["key"].tolist()
    if len(set(keys)) < len(keys) or not set(keys) <= good:
        return "wrong", f"counted though faulty: {sorted(set(keys) - good)[:3]}"
    for row in valid.itertuples():
        line = truth[row.key]
        same = abs(row.amount - line.cents / 100) < SMALL_CENT and row.date == line.moment
        if not same or str(row.customer_id) != line.customer:
            return "wrong", f"{line} read as {row}"
    if report.rows_read != report.rows_valid + report.rows_left_out + report.rows_quarantined:
        return "wrong", "rows do not add up"
    if report.rows_read < len(truth):
        return "wrong", f"{len(truth) - report.rows_read} lines lost"
    missing = good - set(keys)
    if missing:
        rules = report.by_rule.query("n_rows > 0")["rule"].tolist()
        return "named", f"{len(missing)} of {len(good)} good lines set aside: {rules}"
    return "right", ""


def main(n_files: int = 1000, first: int = 0) -> None:
    outcomes: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, first + n_files):
            written = write_file(seed, Path(folder))
            try:
                outcome, why = judge(written)
            except Exception as error:  # anything else is a fault of ours
                outcome, why = "wrong", f"{type(error).__name__}: {error}"
            written.path.unlink()
            outcomes[outcome] += 1
            if outcome != "right":
                print(f"{seed} {outcome} · {written.style} · {' '.join(why.split())[:300]}")
    print(pd.Series(outcomes, name="files").to_string())


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
