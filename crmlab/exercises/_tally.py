"""Which exercises were answered: kept only in a folder that CRMLAB_PROGRESS names.

The file `progress.jsonl` in it holds one line for each check: key, seed, right, time.
"""

import contextlib
import json
import os
from collections.abc import Collection
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from crmlab.exercises._result import Result

__all__ = ["FOLDER", "find_folder", "keep", "summarise"]

FOLDER = "CRMLAB_PROGRESS"
_FILE = "progress.jsonl"
_COPIES = "crmlab-notebooks"  # what `crmlab lab` makes where a learner works


def keep(result: Result, seed: int | None) -> None:
    """Add a line for an answer; where it cannot be written, learning goes on all the same."""
    folder = os.environ.get(FOLDER)
    if not folder or not result.attempted:
        return
    now = datetime.now(UTC).isoformat(timespec="seconds")
    line = {"key": result.key, "seed": seed, "right": result.right, "time": now}
    with contextlib.suppress(OSError, ValueError):
        Path(folder).mkdir(parents=True, exist_ok=True)
        with open(Path(folder) / _FILE, "ab+") as file:
            file.write(_end_torn_line(file) + json.dumps(line).encode() + b"\n")


def _end_torn_line(file: Any) -> bytes:
    """A line break, where the last line was not written to its end."""
    if file.seek(0, os.SEEK_END) == 0:
        return b""
    file.seek(-1, os.SEEK_END)
    return b"" if file.read(1) == b"\n" else b"\n"


def find_folder(named: str | os.PathLike[str] | None) -> Path:
    """Find the folder of the answers: the one that is named, or the copies in it."""
    known = named or os.environ.get(FOLDER)
    places = [Path(known), Path(known, _COPIES)] if known else [Path(_COPIES), Path()]
    return next((place for place in places if (place / _FILE).is_file()), places[0])


def summarise(folder: Path, keys: Collection[str]) -> str:
    """Say for each notebook how many exercises are right, how often they were tried, what is open.

    Examples
    --------
    >>> summarise(Path("no-such-folder"), ["02.1"])
    'No answers are kept in no-such-folder yet. They are when a notebook of `crmlab lab` runs.'
    """
    lines, torn = _read(folder / _FILE)
    answers = [line for line in lines if line["key"] in keys]
    left_out = f"\nLines that cannot be read, left out: {torn}." if torn else ""
    if not answers:
        where = f"No answers are kept in {folder} yet."
        return f"{where} They are when a notebook of `crmlab lab` runs.{left_out}"
    right = {line["key"] for line in answers if line["right"]}
    told = []
    for notebook, group in groupby(keys, key=lambda key: key.split(".")[0]):
        own = list(group)
        tries = sum(line["key"] in own for line in answers)
        told.append(_tell(notebook, own, [key for key in own if key in right], tries))
    return "\n".join(told) + left_out


def _tell(notebook: str, keys: list[str], right: list[str], tries: int) -> str:
    tried = f"{tries} {'try' if tries == 1 else 'tries'}"
    still = ", ".join(key for key in keys if key not in right)
    return f"{notebook}: {len(right)} of {len(keys)} right, {tried}; open: {still or 'none'}"


def _read(path: Path) -> tuple[list[dict[str, Any]], int]:
    """Read the lines, and count those that are torn or strange."""
    try:
        raw = path.read_bytes().splitlines()
    except OSError:
        return [], 0
    lines = list(map(_read_line, filter(None, map(bytes.strip, raw))))
    read = [line for line in lines if line is not None]
    return read, len(lines) - len(read)


def _read_line(raw: bytes) -> dict[str, Any] | None:
    try:
        line = json.loads(raw)
        known = isinstance(line["key"], str) and isinstance(line["right"], bool)
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return line if known else None
