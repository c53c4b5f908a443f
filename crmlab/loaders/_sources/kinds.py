"""Tell what a file is by what it begins with, whatever its name says; take it out of an archive."""

import bz2
import gzip
import lzma
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow as pa

from crmlab._engine import scratch_file
from crmlab._errors import InputError
from crmlab.contracts import ContractError
from crmlab.loaders._sources.encoding import find_wide

__all__ = ["KINDS", "Found", "find_file"]

# Kind of a file, by the end of its name; these are looked for in folders.
KINDS = {
    ".csv": "text", ".tsv": "text", ".txt": "text",
    ".xlsx": "excel", ".xlsm": "excel",
    ".parquet": "parquet", ".pq": "parquet",
}  # fmt: skip
_WORDS = {"text": "text", "excel": "an Excel file", "parquet": "a Parquet file"}

_START = 4096
_GZIP = b"\x1f\x8b"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SAVE = "Open it in a spreadsheet and save it as .xlsx or .csv."
_FRAME = "Read it with {} and pass the frame."
# First bytes of files that are no table to read -> what such a file is, and the way out.
_OTHERS = {
    b"%PDF": ("a PDF", "Ask for the table as .csv or .xlsx."),
    b"\x89PNG": ("a picture", "Ask for the table as .csv or .xlsx."),
    b"\xff\xd8\xff": ("a picture", "Ask for the table as .csv or .xlsx."),
    b"SQLite format 3\0": ("a SQLite database", _FRAME.format("`pandas.read_sql`")),
    b"ARROW1": ("an Arrow file", _FRAME.format("`pandas.read_feather`")),
    b"ORC": ("an ORC file", _FRAME.format("`pandas.read_orc`")),
    b"Obj\x01": ("an Avro file", "Export it as .parquet or .csv."),
    b"7z\xbc\xaf": ("a 7z archive", "Unpack it, and name the file in it."),
    b"Rar!": ("a RAR archive", "Unpack it, and name the file in it."),
}
# What text begins with that is no delimited text.
_MARKUP = {
    ("<!doctype html", "<html", "<head", "<body", "<table", "<meta", "<div", "<style"): (
        "a web page", _SAVE
    ),
    ("<?xml", "<workbook"): ("XML", _SAVE),
    ("{\"", "[{"): ("JSON", _FRAME.format("`pandas.read_json`")),
}  # fmt: skip
# Bytes that text has next to none of.
_CONTROLS = bytes([*range(9), *range(14, 27)])
# What may stand in an archive beside the one file that is meant.
_BYSTANDERS = (".", "thumbs.db", "desktop.ini")


@dataclass(frozen=True)
class Found:
    """A file to read, unpacked where it was packed; what kind it is, and words on both."""

    path: Path
    kind: str
    words: str = ""


def find_file(path: Path) -> Found:
    """Find what a file is, and take it out of an archive.

    Raises
    ------
    ContractError
        If it is empty, or nothing that holds a table to read; with the way out.
    """
    start = _read_start(path)
    if not start:
        raise ContractError(f"{path} is empty: it has no header and no rows.")
    if start.startswith(b"PK") and not _is_document(path):
        return _unpack_zip(path)
    if start.startswith(_GZIP) and _peek_gzip(path).startswith((b"PK", b"PAR1", _OLE, _GZIP)):
        return _unpack(path, path.stem, gzip.open)  # text is unpacked as it is read
    for magic, unpack in _PACKED.items():
        if start.startswith(magic):
            name = path.stem if path.suffix.lower() in _SUFFIXES else path.name
            return _unpack(path, name, unpack)
    kind = _tell_kind(path, start)
    by_name = KINDS.get(path.suffix.lower() if path.suffix.lower() != ".gz" else ".csv")
    return Found(path, kind, "" if kind == by_name else f"{_WORDS[kind]}, by what is in it")


def _read_start(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_START)


def _tell_kind(path: Path, start: bytes) -> str:
    """Text, Excel or Parquet; else an error that says what the file is."""
    if start.startswith(b"PAR1"):
        return "parquet"
    if start.startswith(b"PK"):
        return "excel"
    if start.startswith(_OLE):
        raise ContractError(f"{path.name} is {_describe_ole(path)}")
    if start.startswith(_GZIP):
        start = _peek_gzip(path)
    other = next((said for magic, said in _OTHERS.items() if start.startswith(magic)), None)
    other = other or _find_markup(start)
    if other is not None:
        words, remedy = other
        raise ContractError(f"{path.name} is {words}, not a table. {remedy}")
    if _is_text(start):
        return "text"
    kind = KINDS.get(path.suffix.lower(), "text")
    if kind == "text":
        raise ContractError(
            f"{path.name} is not text, nor an Excel or Parquet file. Export the table as .csv."
        )
    return kind  # broken: its reader says how


def _find_markup(start: bytes) -> tuple[str, str] | None:
    text = start.decode(find_wide(start) or "latin-1", errors="ignore")
    text = text.lstrip("\ufeff\xef\xbb\xbf \t\r\n").casefold()
    return next((said for signs, said in _MARKUP.items() if text.startswith(signs)), None)


def _is_text(start: bytes) -> bool:
    n_odd = len(start) - len(start.translate(None, _CONTROLS))
    return 20 * n_odd <= len(start) or bool(find_wide(start))


def _describe_ole(path: Path) -> str:
    """What stands in a container of older Office files, which have no other sign."""
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        return "locked with a password. Open it in Excel, take the password away, and save it."
    if any(name.encode("utf-16-le") in content for name in ("Workbook", "Book")):
        return "an old Excel file (.xls). Open it in Excel or LibreOffice and save it as .xlsx."
    return f"an older Office file, not a table. {_SAVE}"


def _peek_gzip(path: Path) -> bytes:
    try:
        with gzip.open(path) as file:
            return file.read(_START)
    except (OSError, EOFError, ValueError):  # its reader says what is wrong
        return b""


# --- archives ---------------------------------------------------------------------------------


def _is_document(path: Path) -> bool:
    """Whether a zip is an Excel file; other documents, and what is locked, are refused."""
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            kind = archive.read("mimetype") if "mimetype" in names else b""
    except (zipfile.BadZipFile, OSError, RuntimeError) as error:
        if path.suffix.lower() in (".xlsx", ".xlsm"):
            return True  # its reader says what is wrong
        raise ContractError(f"{path.name} is a zip that cannot be opened: {error}.") from None
    if b"opendocument" in kind:
        raise ContractError(f"{path.name} is an OpenDocument file. {_SAVE}")
    if "Index/Document.iwa" in names or any(name.endswith(".iwa") for name in names):
        raise ContractError(f"{path.name} is a Numbers file. Export it as .xlsx or .csv.")
    if "xl/workbook.bin" in names:
        raise ContractError(f"{path.name} is a binary Excel file (.xlsb). {_SAVE}")
    return "[Content_Types].xml" in names


def _unpack_zip(path: Path) -> Found:
    with zipfile.ZipFile(path) as archive:
        members = [one for one in archive.infolist() if not one.is_dir() and _is_meant(one)]
        if len(members) != 1:
            names = ", ".join(repr(one.filename) for one in members[:5])
            held = f"{len(members)} files ({names}{', ...' if len(members) > 5 else ''})"
            raise InputError(
                f"{path.name} must hold one file; it holds {held if members else 'none'}. "
                "Unpack it, and name those that belong together."
            )
        if members[0].flag_bits & 1:
            raise ContractError(f"{path.name} is locked with a password. Unpack it first.")
        return _unpack(path, members[0].filename, lambda _: archive.open(members[0]))


def _is_meant(member: zipfile.ZipInfo) -> bool:
    parts = PurePosixPath(member.filename.casefold()).parts
    return "__macosx" not in parts and not parts[-1].startswith(_BYSTANDERS)


def _open_zstandard(path: Path) -> Any:
    return pa.input_stream(str(path), compression="zstd")


# First bytes of packed files -> how to open them.
_PACKED: dict[bytes, Callable[[Path], Any]] = {
    b"BZh": bz2.open,
    b"\xfd7zXZ\0": lzma.open,
    b"\x28\xb5\x2f\xfd": _open_zstandard,
}
_SUFFIXES = (".bz2", ".xz", ".zst", ".zstd")


def _unpack(path: Path, name: str, unpack: Callable[[Path], Any]) -> Found:
    """Unpack one file under its own name, as messages show it, beside scratch files."""
    folder = scratch_file("")
    folder.mkdir()
    target = folder / PurePosixPath(name.replace("\\", "/")).name
    try:
        with unpack(path) as packed, target.open("wb") as plain:
            shutil.copyfileobj(packed, plain, 1 << 20)
    except (OSError, EOFError, ValueError, lzma.LZMAError, zipfile.BadZipFile) as error:
        raise ContractError(f"{path.name} cannot be unpacked: {error}.") from None
    if _is_archive(target):
        raise InputError(f"{path.name} holds another archive, {target.name!r}. Unpack it first.")
    found = find_file(target)
    return Found(found.path, found.kind, f"{target.name!r} of {path.name}")


def _is_archive(path: Path) -> bool:
    start = _read_start(path)
    return start.startswith(tuple(_PACKED)) or (start.startswith(b"PK") and not _is_document(path))
