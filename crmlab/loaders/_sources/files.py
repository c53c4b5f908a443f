"""Find the files a path or glob names, and open those of one kind together."""

import glob
import os
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from crmlab._engine import execute, list_columns, quote, read_parquet
from crmlab._errors import InputError
from crmlab.contracts import ContractError
from crmlab.loaders._sources.delimited import open_text
from crmlab.loaders._sources.excel import open_excel
from crmlab.loaders._sources.source import (
    FIRST_ROWS,
    Opened,
    check_names,
    check_same_names,
    zones_of,
)
from crmlab.loaders._sources.stored import read_stored

__all__ = ["expand", "open_files"]

_KINDS = {
    ".csv": "text", ".tsv": "text", ".txt": "text",
    ".xlsx": "excel", ".xlsm": "excel",
    ".parquet": "parquet", ".pq": "parquet",
}  # fmt: skip


def expand(path: str | os.PathLike[str]) -> list[Path]:
    """List the files that a path or glob names; a folder means the data files in it."""
    text = os.fspath(path)
    if not text:  # an empty variable of a shell would mean this folder
        raise InputError("`source` must name a file or a folder; got an empty text.")
    one = Path(text).expanduser()
    if one.is_file():
        return [one]
    if one.is_dir():
        found = sorted(
            p for p in one.rglob("*") if p.is_file() and _kind(p) and p.name[0] not in "._~"
        )
        if not found:
            raise FileNotFoundError(
                f"`source` must name data files; the folder {text!r} holds none."
            )
        return found
    found = sorted(Path(p) for p in glob.glob(str(one), recursive=True) if Path(p).is_file())
    if not found:
        raise FileNotFoundError(
            f"`source` must name a file that exists; found none at {text!r} "
            f"(looked from {os.getcwd()})."
        )
    return found


def _kind(path: Path) -> str | None:
    """Text, Excel or Parquet; text may be gzipped."""
    suffix = path.suffix.lower()
    if suffix == ".gz":
        inner = Path(path.stem).suffix.lower()
        return "text" if _KINDS.get(inner, "text" if not inner else None) == "text" else None
    return _KINDS.get(suffix)


def open_files(
    paths: Sequence[Path],
    encoding: str | None,
    separator: str | None,
    sheet: str | int | None,
    header: int | None,
) -> Opened:
    """Return the table that files of one kind hold together."""
    odd = [path.name for path in paths if _kind(path) is None]
    if odd:
        raise InputError(
            f"`source` must end in {', '.join(_KINDS)} or, gzipped, .csv.gz; got {odd[0]!r}."
        )
    kinds = {_kind(path) for path in paths}
    if len(kinds) > 1:
        raise InputError(
            f"`source` must name files of one kind; got {' and '.join(sorted(map(str, kinds)))} "
            "together."
        )
    for path in paths:
        if path.stat().st_size == 0:
            raise ContractError(f"{path} is empty: it has no header and no rows.")
    kind = kinds.pop()
    if sheet is not None and kind != "excel":
        raise InputError(f"`sheet` is for Excel files; got {sheet!r} with {paths[0].name}.")
    if header is not None and kind == "parquet":
        raise InputError(
            f"`header` is for text and Excel files; got {header} with {paths[0].name}. "
            "Leave it out."
        )
    if kind == "parquet":
        return _open_parquet(paths)
    if kind == "excel":
        return open_excel(paths, sheet, header)
    return open_text(paths, encoding, separator, header)


# --- Parquet ----------------------------------------------------------------------------------


def _open_parquet(paths: Sequence[Path]) -> Opened:
    schemas = {path: _read_schema(path) for path in paths}
    for path, schema in schemas.items():
        check_names(schema.names, path.name)
    check_same_names({path: schema.names for path, schema in schemas.items()})
    names, zones = tuple(list_columns(*paths)), zones_of(*schemas.values())

    def look(asked: Sequence[str]) -> pd.DataFrame:
        table = read_parquet(*paths, columns={name: quote(name) for name in asked})
        return execute(table.limit(FIRST_ROWS))

    return Opened(names, look, lambda needed: read_stored(paths, names, needed, zones=zones))


def _read_schema(path: Path) -> pa.Schema:
    try:
        return pyarrow.parquet.read_schema(path)
    except (pa.ArrowException, OSError) as error:
        raise ContractError(f"{path.name} cannot be read as Parquet: {error}") from error
