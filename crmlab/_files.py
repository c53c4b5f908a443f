"""Files written whole or not at all: a reader sees the old file or the new one."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

__all__ = ["move_files", "replacing", "replacing_files"]


@contextmanager
def replacing(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Give a path to write to, whose file takes the place of `path` when all went well.

    Whatever goes wrong, a full disk or a stop included, the file that was there stays and nothing
    is left beside it. The new file keeps the permissions of the old one.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     page = Path(folder, "page.html")
    ...     with replacing(page) as partial:
    ...         _ = partial.write_text("<p>Done.</p>")
    ...     page.read_text()
    '<p>Done.</p>'
    """
    path = Path(path).expanduser().resolve()  # what a link points to is replaced, not the link
    if path.is_dir():
        raise IsADirectoryError(f"{str(path)!r} is a folder; give the name of a file in it.")
    with replacing_files(path.parent) as folder:
        partial = folder / path.name
        yield partial
        if path.exists():
            shutil.copymode(path, partial)


@contextmanager
def replacing_files(folder: str | os.PathLike[str]) -> Iterator[Path]:
    """Give an empty folder, whose files move into `folder` when all went well.

    Folders inside move likewise, file by file. Each file is whole at every moment; a process that
    ends between two moves leaves some old and some new.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with replacing_files(folder) as staged:
    ...         _ = Path(staged, "one.txt").write_text("1")
    ...     sorted(path.name for path in Path(folder).iterdir())
    ['one.txt']
    """
    folder = Path(folder).expanduser()
    if not folder.is_dir():
        raise FileNotFoundError(f"There is no folder {str(folder)!r}. Make it first.")
    # Inside, so that moving stays on one file system, where it is a single step.
    staged = Path(tempfile.mkdtemp(prefix=".crmlab-", dir=folder))
    try:
        yield staged
        files = (path for path in sorted(staged.rglob("*")) if path.is_file())
        move_files(staged, folder, [path.relative_to(staged) for path in files])
    finally:
        shutil.rmtree(staged, ignore_errors=True)


def move_files(staged: Path, folder: Path, names: Sequence[str | Path]) -> None:
    """Move finished files of one file system into a folder, in this order, each in one step."""
    for name in names:
        with (staged / name).open("rb+") as file:
            os.fsync(file.fileno())  # else the new name might outlive the power, and not the text
    for name in names:
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(staged / name, target)
