"""Find the files a path or glob names, and open those of one kind together."""

import glob
import os
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from crmlab._engine import execute, list_columns, quote, read_parquet
from crmlab._errors import InputError
from crmlab.contracts import ContractError
from crmlab.loaders._sources.delimited import open_text
from crmlab.loaders._sources.excel import open_excel
from crmlab.loaders._sources.kinds import KINDS, find_file
from crmlab.loaders._sources.lines import Told
from crmlab.loaders._sources.source import (
    FIRST_ROWS,
    Opened,
    check_names,
    check_same_names,
    zones_of,
)
from crmlab.loaders._sources.stored import read_stored
from crmlab.loaders._sources.titles import say_once

__all__ = ["expand", "open_files"]


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
            p for p in one.rglob("*") if p.is_file() and _is_data(p) and p.name[0] not in "._~"
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


def _is_data(path: Path) -> bool:
    """Whether the name of a file in a folder is that of text, Excel or Parquet."""
    suffix = path.suffix.lower()
    if suffix == ".gz":
        return KINDS.get(Path(path.stem).suffix.lower() or ".csv") == "text"
    return suffix in KINDS


def open_files(
    paths: Sequence[Path],
    encoding: str | None,
    separator: str | None,
    sheet: str | int | None,
    header: int | None,
    named: Collection[str] = (),
) -> Opened:
    """Return the table that files of one kind hold together.

    `named` are columns that the table should have, by which a header below titles is found.
    """
    files = [find_file(path) for path in paths]
    kinds = sorted({file.kind for file in files})
    if len(kinds) > 1:
        raise InputError(
            f"`source` must name files of one kind; got {' and '.join(kinds)} together."
        )
    kind, paths = kinds[0], [file.path for file in files]
    if sheet is not None and kind != "excel":
        raise InputError(f"`sheet` is for Excel files; got {sheet!r} with {paths[0].name}.")
    if header is not None and kind == "parquet":
        raise InputError(
            f"`header` is for text and Excel files; got {header} with {paths[0].name}. "
            "Leave it out."
        )
    if kind == "parquet":
        opened = _open_parquet(paths)
    elif kind == "excel":
        opened = open_excel(paths, sheet, header, named)
    else:
        opened = open_text(paths, Told(encoding, separator, header, named))
    odd = next((one for one in files if one.words and one.path.name not in one.words), None)
    hint = f" {odd.path.name} is {odd.words}." if odd else ""
    said = opened.say("file", say_once(file.words for file in files))
    return replace(said, hint=said.hint + hint)


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

    return Opened(names, look, lambda needed, _: read_stored(paths, names, needed, zones=zones))


def _read_schema(path: Path) -> pa.Schema:
    try:
        return pyarrow.parquet.read_schema(path)
    except (pa.ArrowException, OSError) as error:
        raise ContractError(f"{path.name} cannot be read as Parquet: {error}") from error
