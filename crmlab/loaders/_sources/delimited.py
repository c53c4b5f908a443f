"""Open delimited text: stage its rows, and set aside what stands around them.

Text is stored once as an Arrow file, since every later query reads it again. Nothing is parsed
here: text stays text, and lines that do not fit the header are set aside.
"""

import io
from collections.abc import Collection, Iterator, Sequence
from functools import partial
from itertools import islice
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from crmlab.contracts import ContractError
from crmlab.loaders._sources.encoding import BLOCK, find_encoding, open_bytes, open_decoded
from crmlab.loaders._sources.footer import say_footer
from crmlab.loaders._sources.lines import HEADER_LINES, Told, find_footer, read_top
from crmlab.loaders._sources.peek import look_at_text, name_columns, peek_names, refusing_bytes
from crmlab.loaders._sources.records import Aside, Part, TextFile, locate_lines, split_records
from crmlab.loaders._sources.source import Opened, Source, check_same_names, hint_at_header
from crmlab.loaders._sources.stored import Stage
from crmlab.loaders._sources.titles import say_once

__all__ = ["open_text"]

_ROWS = 50_000
# Lines that may stand below the table, and the end of the text that holds them.
_LAST_LINES, _LAST_LETTERS = 200, 4 << 20
# What may stand beside a quotation mark that is not inside a value.
_AROUND = np.isin(np.arange(256), list(b',;\t|\r\n"'))


def open_text(paths: Sequence[Path], told: Told) -> Opened:
    """Find the header of text files, which is the same, and what they hold below it."""
    names = {path: peek_names(path, told) for path in paths}
    check_same_names(names)
    known = names[paths[0]]
    return Opened(
        tuple(known),
        partial(look_at_text, paths[0], told),
        lambda needed, _: _stage([_examine(path, told) for path in paths], known, needed),
        hint_at_header(known),
    )


def _stage(files: Sequence[TextFile], names: list[str], needed: Collection[str]) -> Source:
    """Stage text files with the same header as one table of text."""
    for file in files:
        if set(file.names) != set(names):  # only a late letter says how the header is meant
            raise ContractError(f"{file.path.name} is not written in one encoding. Save it anew.")
    aside, parts = Aside(), list[Part]()
    with Stage(names, needed) as stage:
        for file in files:
            start, n_torn = stage.n_rows, len(aside.malformed)
            for batch in _read_batches(file, aside):
                stage.write(batch)
            parts.append(Part(file, start, stage.n_rows, torn=len(aside.malformed) > n_torn))
    if not stage.n_rows and not aside.malformed:
        raise ContractError(f"{files[0].path} has a header but no rows.")
    readings = {
        "encoding": ", ".join(sorted({file.encoding for file in files})),
        "header": say_once(file.top.words for file in files),
        "footer": say_footer(aside.footer, "line"),
    }
    return stage.read(
        malformed=tuple(aside.malformed),
        readings={name: reading for name, reading in readings.items() if reading},
        locate=partial(locate_lines, parts),
        separator="".join(sorted({file.top.mark for file in files})),
    )


def _examine(path: Path, told: Told) -> TextFile:
    with refusing_bytes(path, told.encoding):
        used = told.encoding or find_encoding(path)
        first, last, n_lines, care = _scan(path, used, told.header or 0)
    top = read_top(first, path.name, told)
    names = name_columns(top, path)
    last = last[max(0, top.end - n_lines + len(last)) :]
    rows = any(line.strip() for line in first[top.end :]) or any(line.strip() for line in last)
    footer = find_footer(last, top)
    care = care or top.extra or any(line.row is not None for line in footer)
    return TextFile(path, used, top, names, [line.text for line in footer], care, rows)


def _scan(path: Path, encoding: str, header: int) -> tuple[list[str], list[str], int, bool]:
    """The first and the last lines, the number of all, and whether quotation marks need care.

    They do where a line has an odd number of them, or one inside a value. Reads to the end, so
    that a wrong encoding fails. Of long text the number of lines is not told: it is enough that
    none of the last ones is among the first.
    """
    with open_decoded(path, encoding) as text:
        first = list(islice(text, header + HEADER_LINES))
        care = _needs_care("".join(first))
        rest, cut = "", False
        while block := text.read(BLOCK):
            block += text.readline()
            care = care or _needs_care(block)
            cut = cut or len(rest) + len(block) > _LAST_LETTERS
            rest = (rest + block)[-_LAST_LETTERS:]
    lines = list(io.StringIO(rest, newline=""))
    n_lines = len(first) + len(lines)
    return first, (lines[1:] if cut else first + lines)[-_LAST_LINES:], n_lines, care


def _needs_care(text: str) -> bool:
    """Whether a line has an odd number of quotation marks, or one inside a value."""
    if '"' not in text:
        return False
    letters = np.frombuffer(f"\n{text}\n".encode(errors="surrogatepass"), "uint8")
    quoted = letters == ord('"')
    ends = (letters == ord("\n")) | (letters == ord("\r"))
    odd = np.bitwise_xor.accumulate(quoted) & ends
    marks = np.flatnonzero(quoted)
    inside = ~_AROUND[letters[marks - 1]] & ~_AROUND[letters[marks + 1]]
    return bool(odd.any() or inside.any())


# --- rows -------------------------------------------------------------------------------------


def _read_batches(file: TextFile, aside: Aside) -> Iterator[pa.RecordBatch]:
    """Read rows as text, in blocks; lines with too few or too many fields are set aside."""
    if not file.rows:
        return iter(())
    if file.care:
        return _read_carefully(file, aside)
    return _read_fast(file, aside)


def _read_fast(file: TextFile, aside: Aside) -> Iterator[pa.RecordBatch]:
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
                    column_types=dict.fromkeys(file.names, pa.string()),
                    check_utf8=False,  # it was decoded to its end
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


def _read_carefully(file: TextFile, aside: Aside) -> Iterator[pa.RecordBatch]:
    """Read rows as the CSV standard says: values may span lines, and no line is lost."""
    types = [pa.string()] * len(file.names)
    rows = map(itemgetter(1), split_records(file, aside))
    while block := list(islice(rows, _ROWS)):
        columns = zip(*block, strict=True)
        arrays = [pa.array(c, t) for c, t in zip(columns, types, strict=True)]
        yield pa.RecordBatch.from_arrays(arrays, names=file.names)
