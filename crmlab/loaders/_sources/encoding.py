"""Find the encoding of text, and read it unpacked and decoded."""

import codecs
import gzip
import io
from collections import Counter
from pathlib import Path
from typing import IO

from crmlab.contracts import ContractError

__all__ = ["BLOCK", "find_encoding", "open_bytes", "open_decoded"]

# As much as stays in the cache of a processor, and more than any line of text.
BLOCK = 4 << 20


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


def find_encoding(path: Path) -> str:
    """UTF-8, else cp949 (Korean Windows), read to the end so that a late letter is not missed."""
    with open_bytes(path) as file:
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
        with open_decoded(path, encoding) as text:
            while text.read(BLOCK):
                pass
    except UnicodeDecodeError:
        return False
    return True


def _looks_korean(path: Path) -> bool:
    """Whether the letters beyond ASCII are Hangul of daily use.

    A Western file often decodes as cp949 by accident, into syllables nobody writes; nearly all
    Korean text stays within the 2,350 syllables of the older standard euc-kr.
    """
    common = rare = 0
    with open_decoded(path, "cp949") as text:
        while chunk := text.read(BLOCK):
            for letter, count in Counter(chunk).items():
                if "가" <= letter <= "힣":
                    usual = len(letter.encode("euc-kr", "ignore")) == 2
                    common, rare = common + usual * count, rare + (not usual) * count
    return common > 10 * rare
