"""Open delimited text: stage its rows, and set aside what stands around them.

Text is staged once as Parquet, since every later query reads it again. Nothing is parsed here:
text stays text, and lines that do not fit the header are set aside.
"""

import csv
import gzip
import re
import zlib
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from crmlab._engine import read_parquet, scratch_file
from crmlab.contracts import ContractError
from crmlab.loaders._sources.encoding import BLOCK, find_encoding, open_bytes, open_decoded
from crmlab.loaders._sources.footer import BLANK, Loose, is_stray, say_footer, split_end
from crmlab.loaders._sources.lines import HEADER_LINES, Top, find_footer, read_top
from crmlab.loaders._sources.source import Source, check_names, check_same_names
from crmlab.loaders._sources.titles import count_filled, say_once

__all__ = ["open_text"]

_ROWS = 50_000
_LAST_LINES = 200
_INSIDE = re.compile(r'[^,;\t|\r\n"]"[^,;\t|\r\n"]')


def open_text(
    paths: Sequence[Path], encoding: str | None, separator: str | None, header: int | None
) -> Source:
    """Stage text files with the same header as one table of text."""
    files = [_examine(path, encoding, separator, header) for path in paths]
    check_same_names({file.path: file.names for file in files})
    schema = pa.schema([(name, pa.string()) for name in files[0].names])
    aside = _Aside()
    n_rows = 0
    staged = scratch_file(".parquet")
    with pyarrow.parquet.ParquetWriter(staged, schema, compression="zstd") as writer:
        for file in files:
            for batch in _read_batches(file, aside):
                n_rows += batch.num_rows
                writer.write_batch(batch.select(schema.names))
    if not n_rows and not aside.malformed:
        raise ContractError(f"{paths[0]} has a header but no rows.")
    readings = {
        "encoding": ", ".join(sorted({file.encoding for file in files})),
        "header": say_once(file.top.words for file in files),
        "footer": say_footer(aside.footer, "line"),
    }
    return Source(
        read_parquet(staged),
        tuple(schema.names),
        malformed=tuple(aside.malformed),
        readings={name: reading for name, reading in readings.items() if reading},
    )


@dataclass(frozen=True)
class _File:
    """What a text file is written in, and where its rows begin.

    With `care`, a fast reader would misread it; without, `footer` is what stands below the table.
    Without `rows`, the file ends with its header.
    """

    path: Path
    encoding: str
    top: Top
    names: list[str]
    footer: list[str]
    care: bool
    rows: bool


@dataclass(frozen=True)
class _Aside:
    """Lines that are torn, and lines that stand below the table."""

    malformed: list[str] = field(default_factory=list)
    footer: list[str] = field(default_factory=list)

    def move_footer(self, footer: list[str]) -> None:
        """Take the lines below the table out of the torn ones, the last of which they are."""
        if footer and self.malformed[-len(footer) :] == footer:
            del self.malformed[-len(footer) :]
            self.footer.extend(footer)


def _examine(path: Path, encoding: str | None, separator: str | None, header: int | None) -> _File:
    try:
        used = encoding or find_encoding(path)
        first, last, n_lines, care = _scan(path, used, header or 0)
    except UnicodeError as error:
        raise ContractError(
            f"{path.name} is not {encoding or 'utf-16'}: {getattr(error, 'reason', error)}. "
            "Pass another `encoding`, or leave it out to have it found."
        ) from None
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ContractError(f"{path.name} is not a complete gzip file: {error}.") from None
    top = read_top(first, path.name, separator, header)
    names = [name.strip() or f"column {number}" for number, name in enumerate(top.names, 1)]
    check_names(names, path.name)
    last = last[max(0, top.end - n_lines + len(last)) :]
    rows = any(line.strip() for line in first[top.end :]) or any(line.strip() for line in last)
    footer = find_footer(last, top)
    care = care or top.extra or any(line.row is not None for line in footer)
    return _File(path, used, top, names, [line.text for line in footer], care, rows)


def _scan(path: Path, encoding: str, header: int) -> tuple[list[str], list[str], int, bool]:
    """The first and the last lines, the number of all, and whether quotation marks need care.

    They do where a line has an odd number of them, or one inside a value. Reads to the end, so
    that a wrong encoding fails.
    """
    last: list[str] = []
    n_lines, care = 0, False
    with open_decoded(path, encoding) as text:
        first = lines = list(islice(text, header + HEADER_LINES))
        while lines:
            n_lines += len(lines)
            last = [*last, *lines[-_LAST_LINES:]][-_LAST_LINES:]
            care = care or any(_needs_care(line) for line in lines if '"' in line)
            lines = list(islice(text, _ROWS))
    return first, last, n_lines, care


def _needs_care(line: str) -> bool:
    return line.count('"') % 2 == 1 or _INSIDE.search(line) is not None


# --- rows -------------------------------------------------------------------------------------


def _read_batches(file: _File, aside: _Aside) -> Iterator[pa.RecordBatch]:
    """Read rows as text, in blocks; lines with too few or too many fields are set aside."""
    if not file.rows:
        return iter(())
    if file.care:
        return _read_carefully(file, aside)
    return _read_fast(file, aside)


def _read_fast(file: _File, aside: _Aside) -> Iterator[pa.RecordBatch]:
    nothing = f'{file.top.mark}" \t\r\n'

    def set_aside(row: Any) -> str:
        if row.text.strip(nothing):
            aside.malformed.append(row.text)
        return "skip"

    with open_bytes(file.path) as raw:
        try:
            batches = pyarrow.csv.open_csv(
                raw,
                read_options=pyarrow.csv.ReadOptions(
                    column_names=file.names,
                    skip_rows=file.top.end,
                    block_size=BLOCK,
                    encoding=file.encoding,
                ),
                parse_options=pyarrow.csv.ParseOptions(
                    delimiter=file.top.mark, invalid_row_handler=set_aside
                ),
                convert_options=pyarrow.csv.ConvertOptions(
                    column_types=dict.fromkeys(file.names, pa.string())
                ),
            )
            n_rows = 0
            for batch in map(_drop_blank, batches):
                n_rows += batch.num_rows
                yield batch
        except pa.ArrowInvalid as error:
            raise ContractError(f"{file.path.name} cannot be split into rows: {error}.") from error
    if n_rows or not any(file.top.mark in line for line in file.footer):
        aside.move_footer(file.footer)


def _drop_blank(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Drop rows in which nothing stands; nearly always the first column shows there are none."""
    blank = None
    for column in batch.columns:
        empty = pc.equal(pc.utf8_trim_whitespace(column), "")
        blank = empty if blank is None else pc.and_(blank, empty)
        if not pc.any(blank, min_count=0).as_py():
            return batch
    return batch.filter(pc.invert(blank))


def _read_carefully(file: _File, aside: _Aside) -> Iterator[pa.RecordBatch]:
    """Read rows as the CSV standard says: values may span lines, and no line is lost."""
    types = [pa.string()] * len(file.names)
    with open_decoded(file.path, file.encoding) as text:
        rows = _sort_rows(islice(text, file.top.end, None), file, aside)
        while block := list(islice(rows, _ROWS)):
            columns = zip(*block, strict=True)
            arrays = [pa.array(c, t) for c, t in zip(columns, types, strict=True)]
            yield pa.RecordBatch.from_arrays(arrays, names=file.names)


def _sort_rows(lines: Iterator[str], file: _File, aside: _Aside) -> Iterator[list[str]]:
    """Yield the rows of the table; set aside torn lines, and at the end what stands below it."""
    width, n_rows = len(file.names), 0
    end: list[Loose] = []
    for row, line in _split_rows(lines, file.top.mark):
        fits = len(row) == width or (
            file.top.extra and len(row) == width + 1 and not row[-1].strip()
        )
        if not count_filled(row) and (row or not line.strip()):
            end.append(BLANK)
        elif not fits or is_stray(row, width):
            alone = file.top.mark not in line
            end.append(Loose(line, alone, row[:width] if fits else None))
        else:
            yield from _keep(end, aside)
            end.clear()
            n_rows += 1
            yield row[:width]
    n_kept = split_end(end, after_rows=n_rows > 0)
    yield from _keep(end[:n_kept], aside)
    aside.footer.extend(line.text for line in end[n_kept:] if line is not BLANK)


def _keep(lines: Sequence[Loose], aside: _Aside) -> Iterator[list[str]]:
    """Yield the rows among loose lines, and set aside those that are torn."""
    for line in lines:
        if line.row is not None:
            yield line.row
        elif line is not BLANK:
            aside.malformed.append(line.text)


def _split_rows(lines: Iterator[str], mark: str) -> Iterator[tuple[list[str], str]]:
    """Yield the fields of each record with its text; no fields where they cannot be told.

    A line that opens a quotation mark and never closes it stands alone: the lines after it are
    read again.
    """
    again: deque[str] = deque()
    taken: list[str] = []

    def feed() -> Iterator[str]:
        while (line := again.popleft() if again else next(lines, None)) is not None:
            taken.append(line)
            yield line

    reader = csv.reader(feed(), delimiter=mark, strict=True)
    while True:
        taken.clear()
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            again.extendleft(reversed(taken[1:]))
            del taken[1:]
            row = []
            reader = csv.reader(feed(), delimiter=mark, strict=True)
        yield row, "".join(taken).strip("\r\n")
