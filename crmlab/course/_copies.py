"""Learners' copies of the notebooks: made once, brought up to date only when asked.

A copy remembers which edition it was made from, in its own metadata, since JupyterLab keeps that
and writes the date of the file anew with every answer.
"""

import copy
import hashlib
import itertools
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crmlab._errors import InputError
from crmlab._files import replacing
from crmlab._notebooks import Notebook, course_metadata, read_notebook
from crmlab._paths import notebooks_dir

__all__ = ["Copies", "copies_folder", "copy_notebooks", "reset_notebook"]

_FOLDER = "crmlab-notebooks"
_EDITION = "edition"  # under `crmlab` in the metadata of a copy


@dataclass(frozen=True)
class Copies:
    """What became of a learner's folder.

    Attributes
    ----------
    folder : Path
        Where the copies are.
    made : tuple of str
        Names of the copies that were made now.
    blanked : tuple of str
        Names of the copies whose stored outputs were cleared.
    outdated : tuple of str
        Names of the copies that were made from an earlier edition of their notebook.
    broken : tuple of str
        Names of the files that are not notebooks any more; they are left as they are.
    """

    folder: Path
    made: tuple[str, ...]
    blanked: tuple[str, ...]
    outdated: tuple[str, ...]
    broken: tuple[str, ...]


def copies_folder(start: Path | None = None) -> Path:
    """Return the folder of the copies: in the working directory, or the working directory itself.

    Parameters
    ----------
    start : Path, optional
        Default: the working directory.

    Returns
    -------
    Path
        Absolute; it need not exist yet.

    Examples
    --------
    >>> copies_folder(Path("class")).relative_to(Path("class").absolute()).as_posix()
    'crmlab-notebooks'
    """
    start = (Path() if start is None else start).absolute()
    return start if start.name == _FOLDER else start / _FOLDER


def copy_notebooks(
    folder: Path, *, blank: bool = False, blank_all: bool = False, source: Path | None = None
) -> Copies:
    """Copy the notebooks and templates that are not in a learner's folder yet.

    Copies that are there keep their code, prose and order of cells whatever is asked.

    Parameters
    ----------
    folder : Path
        Where the copies go; made where it is missing.
    blank : bool, default=False
        Whether to clear the stored outputs of the copies that are made now.
    blank_all : bool, default=False
        Whether to clear the stored outputs of all copies.
    source : Path, optional
        Folder of the originals. Default: the notebooks that come with crmlab.

    Returns
    -------
    Copies

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as class_folder:
    ...     copies = copy_notebooks(Path(class_folder, "crmlab-notebooks"), blank=True)
    >>> copies.made[0], copies.outdated
    ('00_start_here.ipynb', ())
    """
    source = notebooks_dir() if source is None else source
    became: dict[str, list[str]] = {"made": [], "blanked": [], "outdated": [], "broken": []}
    for path in sorted(source.rglob("*.ipynb")):
        target = folder / path.relative_to(source)
        for what in _bring_up(path, target, blank=blank, blank_all=blank_all):
            became[what].append(target.relative_to(folder).as_posix())
    return Copies(folder, **{what: tuple(names) for what, names in became.items()})


def _bring_up(path: Path, target: Path, *, blank: bool, blank_all: bool) -> list[str]:
    """Make a copy that is missing; clear one that is there, on request. What was found and done."""
    if not target.exists():
        _write(_copy_of(path, blank=blank or blank_all), target)
        return ["made", "blanked"] if blank or blank_all else ["made"]
    try:
        kept = read_notebook(target)
    except InputError:  # one broken file must not keep a learner from all others
        return ["broken"]
    if blank_all:
        _write(clear_outputs(kept), target)
    found = ["outdated"] if _is_outdated(kept, target, path) else []
    return [*found, "blanked"] if blank_all else found


def reset_notebook(
    number: str, folder: Path, *, blank: bool = False, source: Path | None = None
) -> tuple[Path, Path]:
    """Put one copy back to new, and keep the old one beside it.

    Parameters
    ----------
    number : str
        Number or name of the notebook, such as "02", "02_pareto" or "reports/customer_base".
    folder : Path
        The learner's folder.
    blank : bool, default=False
        Whether to clear the stored outputs of the new copy.
    source : Path, optional
        Folder of the originals. Default: the notebooks that come with crmlab.

    Returns
    -------
    new, kept : Path
        The new copy, and the old one under its new name.

    Raises
    ------
    InputError
        If there is no such notebook, or no copy of it in `folder`.
    """
    source = notebooks_dir() if source is None else source
    original = find_notebook(number, source)
    target = folder / original.relative_to(source)
    if not target.is_file():
        raise InputError(
            f"there is no copy of {original.stem} in {folder}. "
            "`crmlab lab` makes the copies; run reset in the same working directory."
        )
    fresh = _copy_of(original, blank=blank)
    kept = _free_name(target)
    target.rename(kept)  # before anything is written: work is never lost
    _write(fresh, target)
    return target, kept


def find_notebook(number: str, source: Path | None = None) -> Path:
    """Find a notebook of the book by its number or its name, a template by its name.

    Raises
    ------
    InputError
        If there is none; the message lists those that exist.
    """
    folder = notebooks_dir() if source is None else source
    asked = number.removesuffix(".ipynb")
    known = {
        path.relative_to(folder).with_suffix("").as_posix(): path
        for path in sorted(folder.rglob("*.ipynb"))
    }
    for name, path in known.items():
        if asked == name or (asked.isdigit() and read_number(asked) == name[:2]):
            return path
    raise InputError(f"there is no notebook {number!r}; there are {', '.join(known)}.")


def read_number(text: str) -> str | None:
    """Read 2, 02 or 02_pareto as the number "02"; anything else is none.

    Examples
    --------
    >>> read_number("2"), read_number("02_pareto"), read_number("")
    ('02', '02', None)
    """
    found = re.fullmatch(r"(\d{1,2})(?:_\w+)?", text)
    return found[1].zfill(2) if found else None


def clear_outputs(notebook: Notebook) -> dict[str, Any]:
    """Copy a notebook without its outputs, counts and state of widgets; all else stays."""
    cleared = copy.deepcopy(dict(notebook))
    cleared["metadata"].pop("widgets", None)
    for cell in cleared["cells"]:
        if cell["cell_type"] == "code":
            cell["outputs"], cell["execution_count"] = [], None
            cell["metadata"].pop("execution", None)
    return cleared


def _copy_of(path: Path, *, blank: bool) -> dict[str, Any]:
    """Read an original, and note in its metadata which edition it is."""
    original = read_notebook(path)
    made = clear_outputs(original) if blank else copy.deepcopy(dict(original))
    made["metadata"]["crmlab"] = {**course_metadata(made), _EDITION: _edition(original)}
    return made


def _edition(notebook: Notebook) -> str:
    """Name what a learner reads and runs; stored outputs make no new edition."""
    content = [(cell["cell_type"], cell["source"]) for cell in notebook["cells"]]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:12]


def _is_outdated(kept: Notebook, target: Path, original: Path) -> bool:
    edition = course_metadata(kept).get(_EDITION)
    if edition is None:  # copied by hand, or before copies remembered
        return target.stat().st_mtime < original.stat().st_mtime
    return bool(edition != _edition(read_notebook(original)))


def _free_name(target: Path) -> Path:
    """The first name for the old copy that is not taken."""
    marks = (f"-{count}" if count > 1 else "" for count in itertools.count(1))
    paths = (target.with_name(f"{target.stem}.before-reset{mark}.ipynb") for mark in marks)
    return next(path for path in paths if not path.exists())


def _write(notebook: Notebook, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(notebook, ensure_ascii=False, indent=1)
    with replacing(target) as partial:
        partial.write_text(text + "\n", encoding="utf-8", newline="\n")
