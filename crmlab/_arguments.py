"""What stands on the command line: pairs that are split, files that are written."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from crmlab._errors import InputError
from crmlab._files import replacing

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["check_export", "export", "read_lists", "read_pairs", "read_rates", "read_renames"]


def read_pairs(words: Sequence[str], *, option: str, form: str) -> dict[str, str]:
    """Split `left=right` words at the first sign; each left side may stand once.

    Examples
    --------
    >>> read_pairs(["top=0.2"], option="-p", form="KEY=VALUE")
    {'top': '0.2'}
    """
    parts = [_split(word, word.partition("="), option=option, form=form) for word in words]
    return _collect_unique(parts, option=option)


def read_renames(words: Sequence[str], *, option: str = "--column") -> dict[str, str]:
    """Split `theirs=ours` words at the last sign: a header such as `금액=원` may hold one.

    Examples
    --------
    >>> read_renames(["금액=원=amount"])
    {'금액=원': 'amount'}
    """
    pairs = _collect_unique(_split_at_last(words, option=option, form="THEIRS=OURS"), option=option)
    for theirs, ours in pairs.items():
        if not ours:
            raise InputError(f"{option} must read THEIRS=OURS; got {theirs + '='!r}.")
    return pairs


def read_lists(words: Sequence[str], *, option: str, form: str) -> dict[str, list[str]] | None:
    """Split `left=right` words at the last sign; the right sides of one left side add up.

    Examples
    --------
    >>> read_lists(["채널=web", "채널=app"], option="--where", form="COLUMN=VALUE")
    {'채널': ['web', 'app']}
    """
    lists: dict[str, list[str]] = {}
    for left, right in _split_at_last(words, option=option, form=form):
        lists.setdefault(left, []).append(right)
    return lists or None


def read_rates(words: Sequence[str]) -> dict[str, float] | None:
    """Split `code=number` words into rates of currencies.

    Examples
    --------
    >>> read_rates(["EUR=1.08"])
    {'EUR': 1.08}
    """
    rates: dict[str, float] = {}
    for code, number in read_pairs(words, option="--rate", form="CODE=NUMBER").items():
        try:
            rates[code] = float(number)
        except ValueError:
            wrong = f"{code}={number}"
            raise InputError(f"--rate must read CODE=NUMBER, as EUR=1.08; got {wrong!r}.") from None
    return rates or None


def _split_at_last(words: Sequence[str], *, option: str, form: str) -> list[tuple[str, str]]:
    return [_split(word, word.rpartition("="), option=option, form=form) for word in words]


def _split(word: str, parts: tuple[str, str, str], *, option: str, form: str) -> tuple[str, str]:
    left, sign, right = parts
    if not (left and sign):
        raise InputError(f"{option} must read {form}; got {word!r}.")
    return left, right


def _collect_unique(parts: Sequence[tuple[str, str]], *, option: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for left, right in parts:
        if left in pairs:
            raise InputError(f"{option} {left} is given twice.")
        pairs[left] = right
    return pairs


def check_export(path: Path, *, option: str, taken: Mapping[Path, str]) -> None:
    """Refuse a file that cannot be written, or is one of those `taken` for something else."""
    folder = path.absolute().parent
    if path.suffix.lower() != ".csv":
        raise InputError(f"{option} must be a .csv file; got {str(path)!r}.")
    if not folder.is_dir():
        raise InputError(f"{option}: there is no folder {str(path.parent)!r}.")
    if path.is_dir():
        raise InputError(f"{option} must be a file; {str(path)!r} is a folder.")
    for other, words in taken.items():
        if path.resolve() == other or (path.exists() and other.exists() and path.samefile(other)):
            raise InputError(f"{option} must not be {words}.")
    try:
        # Permissions do not tell: a disk may be read-only, and an administrator may do anything.
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise InputError(
            f"{option}: nothing can be written into the folder {str(path.parent)!r} "
            f"({error.strerror}). Choose another."
        ) from error


def export(frame: "pd.DataFrame", path: Path) -> None:
    """Write a CSV that no spreadsheet runs, complete or not at all."""
    from crmlab._text import safe_for_spreadsheet

    with replacing(path) as partial:
        # With the mark at the front Excel takes the file for UTF-8 and shows Korean.
        safe_for_spreadsheet(frame).to_csv(partial, index=False, encoding="utf-8-sig")
