"""Open delimited text: find its encoding, its separator and its header, and stage its rows.

Text is staged once as Parquet, since every later query reads it again. Nothing is parsed here:
text stays text, and lines that do not fit the header are set aside.
"""

import codecs
import csv
import gzip
import io
import re
import zlib
from collections import Counter, deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from crmlab._engine import read_parquet, scratch_file
from crmlab.contracts import ContractError
from crmlab.loaders._sources.source import Source, check_names, check_same_names

__all__ = ["open_text"]

_BLOCK = 16 << 20
_ROWS = 50_000
_HEADER_LINES = 1_000
_INSIDE = re.compile(r'[^,;\t|\r\n"]"[^,;\t|\r\n"]')


def open_text(paths: Sequence[Path], encoding: str | None, separator: str | None) -> Source:
    """Stage text files with the same header as one table of text."""
    files = [_examine(path, encoding, separator) for path in paths]
    check_same_names({file.path: file.names for file in files})
    schema = pa.schema([(name, pa.string()) for name in files[0].names])
    malformed: list[str] = []
    n_rows = 0
    staged = scratch_file(".parquet")
    with pyarrow.parquet.ParquetWriter(staged, schema, compression="zstd") as writer:
        for file in files:
            for batch in _read_batches(file, malformed):
                n_rows += batch.num_rows
                writer.write_batch(batch.select(schema.names))
    if not n_rows and not malformed:
        raise ContractError(f"{paths[0]} has a header but no rows.")
    used = ", ".join(sorted({file.encoding for file in files}))
    return Source(
        read_parquet(staged),
        tuple(schema.names),
        malformed=tuple(malformed),
        readings={"encoding": used},
    )


@dataclass(frozen=True)
class _File:
    """What a text file is written in, and where its rows begin.

    With `care`, quotation marks stand where a fast reader would misread them. Without `rows`, the
    file ends with its header.
    """

    path: Path
    encoding: str
    mark: str
    names: list[str]
    n_lines: int
    care: bool
    rows: bool


def _examine(path: Path, encoding: str | None, separator: str | None) -> _File:
    try:
        used = encoding or _find_encoding(path)
        care = _needs_care(path, used)
    except UnicodeError as error:
        raise ContractError(
            f"{path.name} is not {encoding or 'utf-16'}: {getattr(error, 'reason', error)}. "
            "Pass another `encoding`, or leave it out to have it found."
        ) from None
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ContractError(f"{path.name} is not a complete gzip file: {error}.") from None
    header, n_lines, rows = _read_header(path, used)
    mark = separator or max(",;\t|", key=_drop_quoted(header).count)
    try:
        names = [name.strip() for name in next(csv.reader([header], delimiter=mark))]
    except csv.Error as error:
        raise ContractError(
            f"{path.name} has a header that cannot be split into names: {error}. Is it a CSV file?"
        ) from None
    names = [name or f"column {number}" for number, name in enumerate(names, 1)]
    check_names(names, path.name)
    return _File(path, used, mark, names, n_lines, care, rows)


# --- encoding and header ----------------------------------------------------------------------


def _open_bytes(path: Path) -> IO[bytes]:
    """Open the bytes of a file, unpacked where it is gzipped, whatever its name says."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rb") if packed else path.open("rb")  # type: ignore[return-value]


def _open_decoded(path: Path, encoding: str) -> io.TextIOWrapper:
    # Ends of lines are kept, so that a quoted one inside a value survives.
    plain = codecs.lookup(encoding).name
    return io.TextIOWrapper(
        _open_bytes(path), "utf-8-sig" if plain == "utf-8" else plain, newline=""
    )


def _find_encoding(path: Path) -> str:
    """UTF-8, else cp949 (Korean Windows), read to the end so that a late letter is not missed."""
    with _open_bytes(path) as file:
        if file.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16"
    if _decodes(path, "utf-8"):
        return "utf-8"
    if _decodes(path, "cp949") and _looks_korean(path):
        return "cp949"
    raise ContractError(
        f"{path.name} is neither UTF-8 nor Korean cp949. "
        "Say what it is: `encoding='cp1252'` (Western Windows), 'shift_jis', ..."
    )


def _decodes(path: Path, encoding: str) -> bool:
    try:
        with _open_decoded(path, encoding) as text:
            while text.read(_BLOCK):
                pass
    except UnicodeDecodeError:
        return False
    return True


def _needs_care(path: Path, encoding: str) -> bool:
    """Whether a line has an odd quotation mark, or one inside a value.

    Reads to the end, so that a wrong encoding fails.
    """
    with _open_decoded(path, encoding) as text:
        marked = (line for line in text if '"' in line)
        care = any(line.count('"') % 2 or _INSIDE.search(line) for line in marked)
        while text.read(_BLOCK):
            pass
    return care


def _looks_korean(path: Path) -> bool:
    """Whether the letters beyond ASCII are Hangul of daily use.

    A Western file often decodes as cp949 by accident, into syllables nobody writes; nearly all
    Korean text stays within the 2,350 syllables of the older standard euc-kr.
    """
    common = rare = 0
    with _open_decoded(path, "cp949") as text:
        while chunk := text.read(_BLOCK):
            for letter, count in Counter(chunk).items():
                if "가" <= letter <= "힣":
                    usual = len(letter.encode("euc-kr", "ignore")) == 2
                    common, rare = common + usual * count, rare + (not usual) * count
    return common > 10 * rare


def _read_header(path: Path, encoding: str) -> tuple[str, int, bool]:
    """The header, the number of lines up to its end, and whether anything follows it.

    A quoted name may spread it over several lines.
    """
    header, n_lines = "", 0
    with _open_decoded(path, encoding) as text:
        for line in islice(text, _HEADER_LINES):
            n_lines += 1
            header += line if header or line.strip("\ufeff\r\n\t ") else ""
            if header and header.count('"') % 2 == 0:
                break
        rows = any(line.strip() for line in text)
    if not header:
        raise ContractError(f"{path} is empty: it has no header and no rows.")
    if "\0" in header:
        raise ContractError(
            f"{path.name} is not text in {encoding}: its header holds NUL characters. If it is "
            "UTF-16 without a mark, pass `encoding='utf-16-le'`."
        )
    if header.count('"') % 2:
        raise ContractError(
            f"{path.name} has a header that opens a quotation mark and does not close it. "
            "Close it, or take it away."
        )
    return header.strip("\ufeff\r\n"), n_lines, rows


def _drop_quoted(header: str) -> str:
    return "".join(header.split('"')[::2])


# --- rows -------------------------------------------------------------------------------------


def _read_batches(file: _File, malformed: list[str]) -> Iterator[pa.RecordBatch]:
    """Read rows as text, in blocks; lines with too few or too many fields go to `malformed`."""
    if not file.rows:
        return iter(())
    if file.care:
        return _read_carefully(file, malformed)
    return _read_fast(file, malformed)


def _read_fast(file: _File, malformed: list[str]) -> Iterator[pa.RecordBatch]:
    def set_aside(row: Any) -> str:
        if row.text.strip():
            malformed.append(row.text)
        return "skip"

    with _open_bytes(file.path) as raw:
        try:
            yield from pyarrow.csv.open_csv(
                raw,
                read_options=pyarrow.csv.ReadOptions(
                    column_names=file.names,
                    skip_rows=file.n_lines,
                    block_size=_BLOCK,
                    encoding=file.encoding,
                ),
                parse_options=pyarrow.csv.ParseOptions(
                    delimiter=file.mark, invalid_row_handler=set_aside
                ),
                convert_options=pyarrow.csv.ConvertOptions(
                    column_types=dict.fromkeys(file.names, pa.string())
                ),
            )
        except pa.ArrowInvalid as error:
            raise ContractError(f"{file.path.name} cannot be split into rows: {error}.") from error


def _read_carefully(file: _File, malformed: list[str]) -> Iterator[pa.RecordBatch]:
    """Read rows as the CSV standard says: values may span lines, and no line is lost."""
    types = [pa.string()] * len(file.names)
    with _open_decoded(file.path, file.encoding) as text:
        rows = _split_rows(islice(text, file.n_lines, None), file, malformed)
        while block := list(islice(rows, _ROWS)):
            columns = zip(*block, strict=True)
            arrays = [pa.array(c, t) for c, t in zip(columns, types, strict=True)]
            yield pa.RecordBatch.from_arrays(arrays, names=file.names)


def _split_rows(lines: Iterator[str], file: _File, malformed: list[str]) -> Iterator[list[str]]:
    """Yield the rows with as many fields as the header.

    A line that opens a quotation mark and never closes it is set aside alone: the lines after it
    are read again.
    """
    again: deque[str] = deque()
    taken: list[str] = []

    def feed() -> Iterator[str]:
        while (line := again.popleft() if again else next(lines, None)) is not None:
            taken.append(line)
            yield line

    reader = csv.reader(feed(), delimiter=file.mark, strict=True)
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
            reader = csv.reader(feed(), delimiter=file.mark, strict=True)
        if len(row) == len(file.names):
            yield row
        elif line := "".join(taken).strip("\r\n"):
            malformed += [line] if line.strip() else []
