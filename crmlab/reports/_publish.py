"""Finished pages into their folder: complete or not at all."""

import glob
import os
import re
import shutil
import socket
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from crmlab._errors import InputError
from crmlab._files import move_files

__all__ = ["destination_folder", "keep_failed", "publish", "staging"]

_A_DAY = 24 * 3600.0  # seconds
_FAILED_KEPT = 10


def destination_folder(out: str | os.PathLike[str] | None, default: Path) -> Path:
    """Return the absolute folder to publish into; it need not exist yet.

    Raises
    ------
    InputError
        If the text is empty, which a shell makes of a variable that is not set.
    NotADirectoryError
        If a file is in its place.
    """
    if isinstance(out, str) and not out.strip():
        raise InputError("`out` must not be empty. Leave it out or give a folder.")
    folder = Path(default if out is None else out).expanduser().resolve()
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(f"`out` must be a folder; {str(folder)!r} is a file.")
    return folder


@contextmanager
def staging(destination: Path) -> Iterator[Path]:
    """Make a hidden folder for this run alone; it is removed however the run ends.

    It is inside the destination, so the last step stays on one file system, where moving a file
    is atomic, even if the destination is a mount point or a symbolic link. Only a killed process
    leaves its `.run-*` folder behind, with rows of customers in it; the next run removes it.
    """
    destination.mkdir(parents=True, exist_ok=True)
    for left in destination.glob(".run-*"):
        if _is_left_over(left):
            shutil.rmtree(left, ignore_errors=True)
    # Machines and containers that share a folder count their processes separately.
    prefix = f".run-{_this_machine()}-{os.getpid()}-"
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=destination))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _this_machine() -> str:
    return re.sub(r"[^A-Za-z0-9]", "_", socket.gethostname())


def _is_left_over(folder: Path) -> bool:
    """Whether the run of a folder has ended: its process is gone, or it wrote nothing for a day."""
    try:
        written = max(path.stat().st_mtime for path in (folder, *folder.iterdir()))
    except OSError:  # its run removes it right now
        return False
    if time.time() - written > _A_DAY:
        return True
    owner = re.fullmatch(r"\.run-([A-Za-z0-9_]*)-(\d+)-.*", folder.name)
    return owner is not None and owner[1] == _this_machine() and not _is_running(int(owner[2]))


def _is_running(process: int) -> bool:
    if os.name == "nt":  # `os.kill` would end it there
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it is somebody else's
        return True
    return True


def publish(staged: Path, destination: Path, names: Iterable[str]) -> None:
    """Move finished files into place, `index.html` after all it refers to.

    Each file is replaced in one atomic step: a reader sees the old page or the new one, and a
    crash between two files leaves an old index beside complete files. When two runs end in
    the same instant their files may alternate, but each file is whole and says when and with
    which settings it was made.
    """
    move_files(staged, destination, sorted(names, key=lambda name: name == "index.html"))


def keep_failed(executed: Path, destination: Path, *, label: str = "") -> Path | None:
    """Keep the notebook of a failed run beside the pages, under the time of the failure.

    The ten newest with the same label stay, older ones are removed.

    Returns
    -------
    Path or None
        Where it is; None if the run did not get as far as writing one.
    """
    if not executed.exists():
        return None
    stamp = datetime.now().strftime("%Y-%m-%dT%H%M%S.%f")
    kept = destination / "failed" / f"{label}{stamp}.ipynb"
    kept.parent.mkdir(exist_ok=True)
    os.replace(executed, kept)
    # The names end in the time, written so that they sort by it.
    for old in sorted(kept.parent.glob(f"{glob.escape(label)}????-??-??T*.ipynb"))[:-_FAILED_KEPT]:
        old.unlink(missing_ok=True)
    return kept
