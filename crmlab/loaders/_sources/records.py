"""Split text into records as the CSV standard says, and find on which lines they stand."""

import csv
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from crmlab.loaders._sources.encoding import open_decoded
from crmlab.loaders._sources.footer import BLANK, Loose, is_stray, split_end
from crmlab.loaders._sources.lines import Top
from crmlab.loaders._sources.source import TORN
from crmlab.loaders._sources.titles import is_blank

__all__ = ["Aside", "Part", "TextFile", "locate_lines", "split_records"]


@dataclass(frozen=True)
class TextFile:
    """What a text file is written in, and where its rows begin.

    With `care`, a fast reader would misread it; without, `footer` is what stands below the table.
    Without `rows`, the file ends with its header.
    """

    path: Path
    encoding: str
    top: Top
    names: list[str]
    footer: list[str]
    care: bool
    rows: bool


@dataclass(frozen=True)
class Aside:
    """Lines that are torn, with their numbers where known, and lines that stand below the table."""

    malformed: list[str] = field(default_factory=list)
    numbers: list[int] = field(default_factory=list)
    footer: list[str] = field(default_factory=list)

    def move_footer(self, footer: list[str]) -> None:
        """Take the lines below the table out of the torn ones, the last of which they are."""
        if footer and self.malformed[-len(footer) :] == footer:
            del self.malformed[-len(footer) :]
            self.footer.extend(footer)


def split_records(file: TextFile, aside: Aside) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of the table, each with the number of its first line as an editor counts.

    Torn lines are set aside, and at the end what stands below the table.
    """
    with open_decoded(file.path, file.encoding) as text:
        lines = islice(text, file.top.end, None)
        yield from _sort_rows(lines, file, aside)


def _sort_rows(
    lines: Iterator[str], file: TextFile, aside: Aside
) -> Iterator[tuple[int, list[str]]]:
    width, n_rows = len(file.names), 0
    end: list[tuple[int, Loose]] = []
    for number, row, line in _split_rows(lines, file.top):
        fits = len(row) == width or (
            file.top.extra and len(row) == width + 1 and not row[-1].strip()
        )
        if is_blank(row) and (row or not line.strip()):
            end.append((number, BLANK))
        elif not fits or is_stray(row, width):
            alone = file.top.mark not in line
            end.append((number, Loose(line, alone, row[:width] if fits else None)))
        else:
            yield from _keep(end, aside)
            end.clear()
            n_rows += 1
            yield number, row[:width]
    n_kept = split_end([line for _, line in end], after_rows=n_rows > 0)
    yield from _keep(end[:n_kept], aside)
    aside.footer.extend(line.text for _, line in end[n_kept:] if line is not BLANK)


def _keep(lines: Sequence[tuple[int, Loose]], aside: Aside) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows among loose lines, and set aside those that are torn."""
    for number, line in lines:
        if line.row is not None:
            yield number, line.row
        elif line is not BLANK:
            aside.malformed.append(line.text)
            aside.numbers.append(number)


def _split_rows(lines: Iterator[str], top: Top) -> Iterator[tuple[int, list[str], str]]:
    """Yield each record: the number of its first line, its fields, and its text.

    It has no fields where they cannot be told. A line that opens a quotation mark and never
    closes it stands alone: the lines after it are read again.
    """
    again: deque[str] = deque()
    taken: list[str] = []
    number = top.end + 1

    def feed() -> Iterator[str]:
        while (line := again.popleft() if again else next(lines, None)) is not None:
            taken.append(line)
            yield line

    reader = csv.reader(feed(), delimiter=top.mark, strict=True)
    while True:
        number += len(taken)
        taken.clear()
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            again.extendleft(reversed(taken[1:]))
            del taken[1:]
            row = []
            reader = csv.reader(feed(), delimiter=top.mark, strict=True)
        yield number, row, "".join(taken).strip("\r\n")


# --- where rows stand ---------------------------------------------------------------------------


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
