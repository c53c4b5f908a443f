"""Open anything that holds a table: a file, several files, a frame, a relation.

Text files are staged once as Parquet text in a scratch folder, since every later query reads
them again. Nothing is parsed here: text stays text, and rows that are no rows are kept aside.
"""

import codecs
import csv
import glob
import gzip
import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from crmlab._engine import connection, scratch_file
from crmlab.contracts import ContractError

__all__ = ["Source", "open_source"]

_BLOCK = 16 << 20


@dataclass(frozen=True)
class Source:
    """A table as it stands at its owner's, and the rows that could not be taken apart."""

    table: Any
    malformed: tuple[str, ...] = ()
    zones: dict[str, str] = field(default_factory=dict)
    encoding: str | None = None


def open_source(
    source: Any, *, encoding: str | None = None, separator: str | None = None, sheet: str | int = 0
) -> Source:
    """Return the table behind a path, glob, list of paths, frame, relation or expression."""
    if isinstance(source, str | os.PathLike):
        return _open_files(_expand(source), encoding, separator, sheet)
    if (
        isinstance(source, list | tuple)
        and source
        and all(isinstance(one, str | os.PathLike) for one in source)
    ):
        return _open_files([p for one in source for p in _expand(one)], encoding, separator, sheet)
    if isinstance(source, pd.DataFrame):
        return _open_frame(source)
    kind = type(source).__module__.split(".")[0]
    if kind == "ibis":
        return Source(source)
    if kind == "pyspark":
        return _open_spark(source)
    if kind in ("duckdb", "_duckdb"):
        path = scratch_file(".parquet")
        source.write_parquet(str(path))
        return _open_parquet([path])
    if hasattr(source, "__arrow_c_stream__"):
        import ibis

        return Source(ibis.memtable(pa.table(source)))
    raise TypeError(
        "`source` must be a path, a glob, a list of paths, a pandas frame, a DuckDB relation, an "
        f"Ibis table or a Spark table; got {type(source).__name__}."
    )


# --- files ------------------------------------------------------------------------------------


def _expand(path: str | os.PathLike[str]) -> list[Path]:
    """The files a path or glob names; a folder stands for the Parquet or CSV files inside."""
    text = os.fspath(path)
    one = Path(text)
    if one.is_file():
        return [one]
    if one.is_dir():
        found = sorted(
            p for p in one.rglob("*") if p.is_file() and _kind(p) and p.name[0] not in "._"
        )
        if not found:
            raise FileNotFoundError(
                f"`source` must name data files; the folder {text!r} holds none."
            )
        return found
    found = sorted(Path(p) for p in glob.glob(text, recursive=True) if Path(p).is_file())
    if not found:
        raise FileNotFoundError(
            f"`source` must name a file that exists; found none at {text!r} "
            f"(looked from {os.getcwd()})."
        )
    return found


_KINDS = {
    ".csv": "text", ".tsv": "text", ".txt": "text", ".gz": "text",
    ".xlsx": "excel", ".xlsm": "excel",
    ".parquet": "parquet", ".pq": "parquet",
}  # fmt: skip


def _kind(path: Path) -> str | None:
    return _KINDS.get(path.suffix.lower())


def _open_files(
    paths: Sequence[Path], encoding: str | None, separator: str | None, sheet: str | int
) -> Source:
    kinds = {_kind(path) for path in paths}
    if None in kinds:
        odd = next(path for path in paths if _kind(path) is None)
        raise ValueError(
            f"`source` must end in {', '.join(_KINDS)}; got {odd.name!r}."
        )
    if len(kinds) > 1:
        raise ValueError(
            "`source` must name files of one kind; got text, Excel or Parquet together."
        )
    for path in paths:
        if path.stat().st_size == 0:
            raise ContractError(f"{path} is empty: it has no header and no rows.")
    kind = kinds.pop()
    if kind == "parquet":
        return _open_parquet(paths)
    if kind == "excel":
        frames = [_read_excel(path, sheet) for path in paths]
        _same_headers({path: [str(n) for n in frame.columns] for path, frame in zip(paths, frames, strict=True)})
        return _open_frame(pd.concat(frames, ignore_index=True))
    return _open_text(paths, encoding, separator)


def _same_headers(headers: dict[Path, list[str]]) -> None:
    first, *rest = headers
    for path in rest:
        if set(headers[path]) != set(headers[first]):
            odd = sorted(set(headers[path]) ^ set(headers[first]))
            raise ContractError(
                f"{path.name} and {first.name} must have the same columns; they differ in "
                f"{', '.join(map(repr, odd))}."
            )


def _unique(header: Sequence[str], where: str) -> None:
    twice = [name for name, count in Counter(header).items() if count > 1]
    if twice:
        raise ContractError(
            f"{where} must name each column once; {', '.join(map(repr, twice))} "
            "stands there more than once. Rename one of them."
        )


def _open_parquet(paths: Sequence[Path]) -> Source:
    try:
        schemas = [pyarrow.parquet.read_schema(path) for path in paths]
    except pa.ArrowInvalid as error:
        raise ContractError(f"{paths[0]} cannot be read as Parquet: {error}.") from error
    _same_headers({path: schema.names for path, schema in zip(paths, schemas, strict=True)})
    zones = {f.name: f.type.tz for f in schemas[0] if pa.types.is_timestamp(f.type) and f.type.tz}
    table = connection().read_parquet([str(path) for path in paths], union_by_name=len(paths) > 1)
    return Source(table, zones=zones)


def _read_excel(path: Path, sheet: str | int) -> pd.DataFrame:
    header = pd.read_excel(path, sheet_name=sheet, dtype=object, header=None, nrows=1)
    if header.empty:
        raise ContractError(f"{path} is empty: its sheet has no header and no rows.")
    _unique([str(name) for name in header.iloc[0].dropna()], path.name)
    return pd.read_excel(path, sheet_name=sheet, dtype=object)


# --- delimited text ---------------------------------------------------------------------------


def _open_text(paths: Sequence[Path], encoding: str | None, separator: str | None) -> Source:
    out = scratch_file(".parquet")
    encodings = {path: encoding or _encoding(path) for path in paths}
    heads = {path: _head(path, encodings[path], separator) for path in paths}
    _same_headers({path: head.names for path, head in heads.items()})
    schema = pa.schema([(name, pa.string()) for name in heads[paths[0]].names])
    malformed: list[str] = []
    with pa.parquet.ParquetWriter(out, schema, compression="zstd") as writer:
        for path in paths:
            for batch in _batches(path, encodings[path], heads[path], malformed):
                writer.write_batch(batch.select(schema.names))
    used = ", ".join(sorted(set(encodings.values())))
    return Source(connection().read_parquet(str(out)), tuple(malformed), encoding=used)


def _raw(path: Path) -> IO[bytes]:
    """The bytes of a file, unpacked where it is gzipped, whatever its name says."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rb") if packed else path.open("rb")  # type: ignore[return-value]


def _chunks(path: Path) -> Iterator[bytes]:
    with _raw(path) as file:
        while chunk := file.read(1 << 20):
            yield chunk


def _encoding(path: Path) -> str:
    """UTF-8, else cp949 (Korean Windows), read to the end so that a late letter is not missed."""
    with _raw(path) as file:
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
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        for chunk in _chunks(path):
            decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _looks_korean(path: Path) -> bool:
    """Whether the letters beyond ASCII are Hangul of daily use.

    A Western file often happens to decode as cp949, into syllables nobody writes; nearly all
    Korean text stays within the 2,350 syllables of the older standard euc-kr.
    """
    decoder = codecs.getincrementaldecoder("cp949")()
    common = rare = 0
    for chunk in _chunks(path):
        for letter, count in Counter(decoder.decode(chunk)).items():
            if "가" <= letter <= "힣":
                usual = len(letter.encode("euc-kr", "ignore")) == 2
                common, rare = common + usual * count, rare + (not usual) * count
    return common > 10 * rare


@dataclass(frozen=True)
class _Head:
    """Column names of a text file, the mark between them, and the lines up to the first row."""

    names: list[str]
    mark: str
    n_lines: int


def _head(path: Path, encoding: str, separator: str | None) -> _Head:
    with _raw(path) as raw:
        reader = codecs.getreader("utf-8-sig" if encoding == "utf-8" else encoding)(raw)
        lines = ((n, line) for n, line in enumerate(reader, 1) if line.strip())
        n_lines, first = next(lines, (0, ""))
        rest = next(lines, None)
    if not first:
        raise ContractError(f"{path} is empty: it has no header and no rows.")
    mark = separator or max(",;\t|", key=first.count)
    names = [name.strip() for name in next(csv.reader([first.rstrip("\r\n")], delimiter=mark))]
    _unique(names, path.name)
    if not rest:
        raise ContractError(f"{path} has a header but no rows.")
    return _Head(names, mark, n_lines)


def _batches(
    path: Path, encoding: str, head: _Head, malformed: list[str]
) -> Iterator[pa.RecordBatch]:
    """Rows as text, in blocks; rows with too few or too many fields go to `malformed`."""

    def put_aside(row: Any) -> str:
        malformed.append(row.text)
        return "skip"

    with _raw(path) as raw:
        try:
            yield from pyarrow.csv.open_csv(
                raw,
                read_options=pyarrow.csv.ReadOptions(
                    column_names=head.names,
                    skip_rows=head.n_lines,
                    block_size=_BLOCK,
                    encoding=encoding,
                ),
                parse_options=pyarrow.csv.ParseOptions(
                    delimiter=head.mark, newlines_in_values=True, invalid_row_handler=put_aside
                ),
                convert_options=pyarrow.csv.ConvertOptions(
                    column_types=dict.fromkeys(head.names, pa.string())
                ),
            )
        except pa.ArrowInvalid as error:
            raise ContractError(
                f"{path.name} cannot be taken apart into rows: {error}. The usual causes are an "
                f"opening quotation mark without a closing one, or text that is not {encoding}."
            ) from error


# --- frames and Spark -------------------------------------------------------------------------


def _open_frame(frame: pd.DataFrame) -> Source:
    import ibis

    frame = frame.rename(columns=str)
    _unique(list(frame.columns), "The frame")
    if frame.empty:
        raise ContractError("The frame has a header but no rows.")
    zones = {
        name: str(dtype.tz)
        for name, dtype in frame.dtypes.items()
        if isinstance(dtype, pd.DatetimeTZDtype)
    }
    columns = {str(name): _arrow(frame[name]) for name in frame.columns}
    return Source(ibis.memtable(pa.table(columns)), zones=zones)  # type: ignore[arg-type]


def _arrow(column: pd.Series) -> pa.Array:
    """A column as Arrow; Python objects become one type if they share one, else text."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.astype(column.cat.categories.dtype)
    if column.dtype == object:
        column = _settle_objects(column)
    if isinstance(column.dtype, pd.PeriodDtype):
        column = column.dt.to_timestamp()
    return pa.array(column, from_pandas=True)


def _settle_objects(column: pd.Series) -> pd.Series:
    """Objects of one kind become that kind; a mixture becomes text, date by date."""
    inferred = pd.api.types.infer_dtype(column, skipna=True)
    if inferred == "integer" and column.dropna().abs().max() < 2**63:
        return column.astype("Int64")
    if inferred in ("boolean", "floating", "mixed-integer-float", "decimal"):
        return column.astype("boolean" if inferred == "boolean" else "float64")
    if inferred in ("datetime", "datetime64", "date"):
        zones = {getattr(value, "tzinfo", None) for value in column.dropna()}
        if zones == {None}:
            return pd.to_datetime(column)
    return column.map(_as_text, na_action="ignore").astype("str")


def _as_text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _open_spark(frame: Any) -> Source:
    import ibis

    backend = ibis.pyspark.connect(frame.sparkSession)
    name = f"crmlab_{scratch_file('').name}"
    frame.createOrReplaceTempView(name)
    return Source(backend.table(name))
