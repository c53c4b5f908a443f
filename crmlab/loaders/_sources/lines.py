"""Find the header, the separator and the fields of a text file, in its first and last lines."""

import csv
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from crmlab._errors import InputError
from crmlab.contracts import ContractError
from crmlab.loaders._sources.footer import BLANK, Loose, is_stray, split_end
from crmlab.loaders._sources.titles import (
    SAMPLE,
    count_filled,
    find_header_row,
    find_named_row,
    find_width,
    is_blank,
    is_filled,
    is_rule,
    say_header,
)

__all__ = ["HEADER_LINES", "Told", "Top", "find_footer", "read_top", "split_fields"]

HEADER_LINES = 1_000
_MARKS = ",;\t|"
# What Excel takes for the separator, and some programs write, on the first line.
_SEP = re.compile(r'"?sep=([^"\r\n])"?', re.IGNORECASE)


@dataclass(frozen=True)
class Top:
    """The header of a text file: its separator, its names, and the number of its last line.

    With `extra`, rows have one more field, which is empty. `words` say what stands above it.
    """

    mark: str
    names: list[str]
    end: int
    extra: bool
    words: str


@dataclass(frozen=True)
class Told:
    """What the caller says of text files; `named` are columns that the header should have."""

    encoding: str | None = None
    separator: str | None = None
    header: int | None = None
    named: Collection[str] = ()


@dataclass(frozen=True)
class _Record:
    """A line, or several where a quoted value spans them; counted from 1."""

    text: str
    start: int
    end: int


def read_top(lines: list[str], name: str, told: Told) -> Top:
    """Find the header in the first lines of a file that is called `name`."""
    above = list(islice(_join_lines(lines), SAMPLE))
    if not above:
        raise ContractError(f"{name} is empty: it has no header and no rows.")
    said = _SEP.fullmatch(above[0].text)
    marks = told.separator or (said[1] if said else _MARKS)
    if told.header is None:
        records = above[1:] if said and len(above) > 1 else above
        position, mark = _find_named(records, marks, told.named) or _find_header(records, marks)
    else:
        records, position, mark = _join_from(lines, told.header), 0, ""
    record, below = records[position], records[position + 1 :]
    _check_text(record.text, name)
    mark = mark or _count_mark(record.text, marks)
    rows = [split_fields(one.text, mark) for one in below]
    end = record.end
    if rows and is_rule(rows[0]):
        end, rows = below[0].end, rows[1:]
    names, extra = _fit_names(split_fields(record.text, mark, name), rows)
    words = ""
    if record.start > above[0].start:
        sep_only = said and record.start == above[1].start
        words = say_header(record.start, "line", repr(above[0].text) if sep_only else "")
    return Top(mark, names, end, extra, words)


def _join_lines(lines: Sequence[str], start: int = 0) -> Iterator[_Record]:
    """The records that are not blank; a quotation mark never closed spoils its line only."""
    number = start
    while number < len(lines):
        end = number + 1
        if lines[number].count('"') % 2:
            closing = (n for n in range(end, len(lines)) if lines[n].count('"') % 2)
            end = next(closing, number) + 1
        text = "".join(lines[number:end])
        if text.strip("\ufeff\r\n\t "):
            yield _Record(text.strip("\ufeff\r\n"), number + 1, end)
        number = end


def _join_from(lines: list[str], header: int) -> list[_Record]:
    """The records from the line that the caller says the header is on."""
    records = list(islice(_join_lines(lines, header - 1), SAMPLE))
    if records and records[0].start == header:
        return records
    blank = header <= len(lines)
    fault = f"line {header:,} is blank" if blank else f"there are {len(lines):,} lines"
    raise InputError(
        f"`header` must be the number of the line that holds the names, from 1; got {header}, and "
        f"{fault}. Leave it out to have the header found."
    )


def _find_named(
    records: Sequence[_Record], marks: str, named: Collection[str]
) -> tuple[int, str] | None:
    """The position of the line that holds the names that are looked for, and the separator."""
    plain = [name for name in named if '"' not in name]
    for position, one in enumerate(records):
        if named and all(name in one.text for name in plain):
            for mark in marks:
                if find_named_row([split_fields(one.text, mark)], named) is not None:
                    return position, mark
    return None


def _find_header(records: Sequence[_Record], marks: str) -> tuple[int, str]:
    """The position of the header among `records`, and the separator.

    The separator that the first line would have wins where that line has as many fields as the
    table. Else the one that makes most cells of a table.
    """
    mark = _count_mark(records[0].text, marks)
    rows = [split_fields(record.text, mark) for record in records]
    width = find_width(rows)
    if len(rows[0]) == width > 1 and 2 * count_filled(rows[0]) >= width:
        return 0, mark
    found = {one: _rate(records, one) for one in dict.fromkeys(mark + marks)}
    mark = max(found, key=lambda one: found[one][1])
    return found[mark][0], mark


def _rate(records: Sequence[_Record], mark: str) -> tuple[int, int]:
    """The position of the header if `mark` is the separator, and how many of them part a cell."""
    rows = [split_fields(record.text, mark) for record in records]
    width = find_width(rows)
    trailing = all(not is_filled(row[-1]) for row in rows if len(row) == width)
    position = find_header_row(rows, width, least=width - trailing)
    n_fields = len(rows[position])
    n_alike = sum(abs(len(row) - n_fields) <= 1 for row in rows[position:])
    return position, (count_filled(rows[position]) - 1) * n_alike


def _count_mark(text: str, marks: str) -> str:
    """The separator that stands most often outside of quotation marks."""
    return max(marks, key="".join(text.split('"')[::2]).count)


def split_fields(text: str, mark: str, name: str = "") -> list[str]:
    """The fields of a record; one that cannot be split is a fault in the header of file `name`."""
    try:
        return next(csv.reader([text], delimiter=mark), [])
    except csv.Error as error:
        if not name:
            return [text]
        raise ContractError(
            f"{name} has a header that cannot be split into names: {error}. Is it a CSV file?"
        ) from None


def _check_text(header: str, name: str) -> None:
    if "\0" in header:
        raise ContractError(
            f"{name} is not text: its header holds NUL characters. If it is UTF-16 without a "
            "mark, pass `encoding='utf-16-le'`."
        )
    if header.count('"') % 2:
        raise ContractError(
            f"{name} has a header that opens a quotation mark and does not close it. "
            "Close it, or take it away."
        )


def _fit_names(names: list[str], below: Sequence[list[str]]) -> tuple[list[str], bool]:
    """The names, and whether each row ends in one separator more; one less is taken off them."""
    width = len(names)
    longer = [row for row in below if len(row) in (width, width + 1)]
    if longer and all(len(row) > width and not is_filled(row[-1]) for row in longer):
        return names, True
    shorter = [row for row in below if len(row) in (width, width - 1)]
    if width > 1 and not is_filled(names[-1]) and shorter:
        names = names[:-1] if all(len(row) < width for row in shorter) else names
    return names, False


def find_footer(lines: Sequence[str], top: Top) -> list[Loose]:
    """What stands below the table in the last `lines` of a file without values that span lines."""
    end: list[Loose] = []
    width = len(top.names)
    for line in lines:
        text = line.strip("\r\n")
        row = split_fields(text, top.mark)
        fits = len(row) in (width, width + top.extra)
        if is_blank(row):
            end.append(BLANK)
        elif fits and not is_stray(row, width):
            end.clear()
        else:
            end.append(Loose(text, len(row) == 1, row if fits else None))
    return [line for line in end[split_end(end, after_rows=True) :] if line is not BLANK]
