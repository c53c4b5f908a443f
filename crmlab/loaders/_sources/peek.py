"""Look at the top of a text file: its header, and the first rows, before all of it is read."""

import contextlib
import gzip
import zlib
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

import pandas as pd

from crmlab.contracts import ContractError
from crmlab.loaders._sources.encoding import guess_encoding, open_decoded
from crmlab.loaders._sources.lines import HEADER_LINES, Told, Top, read_top, split_fields
from crmlab.loaders._sources.source import FIRST_ROWS, check_names
from crmlab.loaders._sources.titles import SAMPLE

__all__ = ["look_at_text", "name_columns", "peek_names", "refusing_bytes"]


def peek_names(path: Path, told: Told) -> list[str]:
    """The names of the columns of a text file, from its first lines."""
    with refusing_bytes(path, told.encoding):
        lines = _read_lines(path, told, SAMPLE)
        if not _are_plain(lines):  # blank lines or values over several: more may be needed
            lines = _read_lines(path, told, HEADER_LINES)
    return name_columns(read_top(lines, path.name, told), path)


def look_at_text(path: Path, told: Told, asked: Sequence[str]) -> pd.DataFrame:
    """The first rows of some columns of a text file, as text."""
    lines = _read_lines(path, told, HEADER_LINES)
    top = read_top(lines, path.name, told)
    names = name_columns(top, path)
    rows = (split_fields(line, top.mark)[: len(names)] for line in lines[top.end :])
    fitting = islice((row for row in rows if len(row) == len(names)), FIRST_ROWS)
    return pd.DataFrame(list(fitting), columns=names, dtype=object)[list(asked)]


def name_columns(top: Top, path: Path) -> list[str]:
    """The names in a header; a column without one is called by its number."""
    names = [name.strip() or f"column {number}" for number, name in enumerate(top.names, 1)]
    check_names(names, path.name)
    return names


@contextlib.contextmanager
def refusing_bytes(path: Path, encoding: str | None) -> Iterator[None]:
    """Turn what is raised on bytes that are no text of this encoding into a plain error."""
    try:
        yield
    except UnicodeError as error:
        raise ContractError(
            f"{path.name} is not {encoding or 'utf-16'}: {getattr(error, 'reason', error)}. "
            "Pass another `encoding`, or leave it out to have it found."
        ) from None
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ContractError(f"{path.name} is not a complete gzip file: {error}.") from None


def _read_lines(path: Path, told: Told, most: int) -> list[str]:
    with open_decoded(path, told.encoding or guess_encoding(path)) as text:
        return list(islice(text, (told.header or 0) + most))


def _are_plain(lines: Sequence[str]) -> bool:
    """Whether each line is a record."""
    return all(line.strip("\ufeff\r\n\t ") and line.count('"') % 2 == 0 for line in lines)
