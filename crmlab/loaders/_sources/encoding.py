"""Find the encoding of text, and read it unpacked and decoded."""

import codecs
import contextlib
import gzip
import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from crmlab.contracts import ContractError

__all__ = ["BLOCK", "find_encoding", "find_wide", "guess_encoding", "open_bytes", "open_decoded"]

# As much as stays in the cache of a processor, and more than any line of text.
BLOCK = 4 << 20
# Bytes, or letters, that tell what a file is written in before it is read.
_PEEK = 1 << 16


def open_bytes(path: Path) -> IO[bytes]:
    """Open the bytes of a file, unpacked where it is gzipped, whatever its name says."""
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rb") if packed else path.open("rb")  # type: ignore[return-value]


def open_decoded(path: Path, encoding: str) -> io.TextIOWrapper:
    # Ends of lines are kept, so that a quoted one inside a value survives.
    plain = codecs.lookup(encoding).name
    return io.TextIOWrapper(
        open_bytes(path), "utf-8-sig" if plain == "utf-8" else plain, newline=""
    )


def guess_encoding(path: Path) -> str:
    """What the first letters are written in, which is enough to read a header."""
    with contextlib.suppress(ContractError):
        return find_encoding(path, _PEEK)
    return find_encoding(path)


def find_encoding(path: Path, most: int | None = None) -> str:
    """UTF-8, else cp949 (Korean Windows), read to the end so that a late letter is not missed.

    With `most`, only so many letters are looked at.
    """
    with open_bytes(path) as file:
        start = file.read(_PEEK)
    if wide := find_wide(start):
        return wide
    if _decodes(path, "utf-8", most):
        return "utf-8"
    if _decodes(path, "cp949", most) and _looks_korean(path, most):
        return "cp949"
    raise ContractError(
        f"{path.name} is neither UTF-8 nor Korean cp949. "
        "Say what it is: `encoding='cp1252'` (Western Windows), 'shift_jis', or 'cp949' "
        "for rare syllables."
    )


def find_wide(start: bytes) -> str:
    """UTF-16 or UTF-32, by their marks, or without: every second byte of digits and marks is 0."""
    if start.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)):
        return "utf-32"
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    even, odd = start[::2].count(0), start[1::2].count(0)
    if 4 * max(even, odd) < len(start) // 2 or min(even, odd) * 20 > max(even, odd):
        return ""
    return "utf-16-le" if odd > even else "utf-16-be"


def _read_letters(path: Path, encoding: str, most: int | None) -> Iterator[str]:
    with open_decoded(path, encoding) as text:
        while chunk := text.read(most or BLOCK):
            yield chunk
            if most:
                return


def _decodes(path: Path, encoding: str, most: int | None) -> bool:
    try:
        for _ in _read_letters(path, encoding, most):
            pass
    except UnicodeDecodeError:
        return False
    return True


def _looks_korean(path: Path, most: int | None) -> bool:
    """Whether the letters beyond ASCII are Hangul of daily use.

    A Western file often decodes as cp949 by accident, into syllables nobody writes; nearly all
    Korean text stays within the 2,350 syllables of the older standard euc-kr.
    """
    common = rare = 0
    for chunk in _read_letters(path, "cp949", most):
        for letter, count in Counter(chunk).items():
            if "가" <= letter <= "힣":
                usual = len(letter.encode("euc-kr", "ignore")) == 2
                common, rare = common + usual * count, rare + (not usual) * count
    return common > 10 * rare
