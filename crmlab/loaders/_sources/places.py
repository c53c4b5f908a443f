"""Find the lines on which rows of text files stand, once somebody asks."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from crmlab.loaders._sources.records import Aside, TextFile, split_records
from crmlab.loaders._sources.source import TORN

__all__ = ["Part", "locate_lines"]


@dataclass(frozen=True)
class Part:
    """The rows of one file among those of all: the first number, and that after the last."""

    file: TextFile
    start: int
    end: int
    torn: bool


def locate_lines(parts: Sequence[Part], rows: Collection[int]) -> dict[int, str]:
    """Say on which lines of their files the rows begin; `TORN` is the first torn line.

    A file is read again up to the last line that is asked for.
    """
    places: dict[int, str] = {}
    for part in parts:
        wanted = {row - part.start: row for row in rows if part.start <= row < part.end}
        if part.torn and TORN in rows and TORN not in places:
            wanted[TORN] = TORN
        name = f"{part.file.path.name}, " if len(parts) > 1 else ""
        for number, line in _find_lines(part.file, wanted).items():
            places[wanted[number]] = f"{name}line {line:,}"
    return places


def _find_lines(file: TextFile, wanted: Collection[int]) -> dict[int, int]:
    """The numbers of rows in one file -> those of their first lines."""
    missing, found = set(wanted), dict[int, int]()
    if not missing:
        return found
    aside = Aside()
    for number, (line, _) in enumerate(split_records(file, aside)):
        if number in missing:
            found[number] = line
        if aside.numbers:
            missing.discard(TORN)
        missing.discard(number)
        if not missing:
            break
    if TORN in wanted and aside.numbers:
        found[TORN] = aside.numbers[0]
    return found
