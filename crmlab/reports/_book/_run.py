"""Run the numbered notebooks, two at a time, and publish what became of them."""

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from crmlab._notebooks import Notebook, read_notebook
from crmlab._optional import need
from crmlab._paths import notebooks_dir
from crmlab.reports._book._chapter import Chapter
from crmlab.reports._errors import NotebookFailed, ReportError, load_extra
from crmlab.reports._progress import cell_bar
from crmlab.reports._publish import destination_folder, keep_failed, publish, staging

__all__ = ["make_workbook", "run_workbook"]

_WORKERS = 2  # each has a kernel with its own process; more than the cores only adds memory


def run_workbook(*, out: str | os.PathLike[str] | None = None, progress: bool = True) -> Path:
    """Run the numbered notebooks and publish them as an HTML book.

    A notebook that fails does not stop the others. Its last good page stays; the index says in
    which cell it failed and links a page that shows how far it came.

    Parameters
    ----------
    out : path, optional
        Folder to publish into. Default: `workbook` in the working directory.
    progress : bool, default=True
        Whether to show a progress bar on stderr.

    Returns
    -------
    Path
        The index, `<out>/index.html`.

    Raises
    ------
    ReportError
        After the book is published, if any notebook failed.
    MissingExtraError
        Before anything runs, if the extra ``workbook`` is not installed.
    """
    need("ipywidgets", extra="workbook")
    return make_workbook(notebooks_dir(), out=out, progress=progress)


def make_workbook(
    notebooks: Path, *, out: str | os.PathLike[str] | None = None, progress: bool = False
) -> Path:
    """Run the numbered notebooks of any folder; see `run_workbook`."""
    destination = destination_folder(out, Path("workbook"))
    sources = {path: read_notebook(path) for path in sorted(notebooks.glob("[0-9][0-9]_*.ipynb"))}
    if not sources:
        raise FileNotFoundError(f"there are no numbered notebooks (NN_name.ipynb) in {notebooks}.")
    load_extra()
    from crmlab.reports._book._pages import write_pages  # nbconvert takes a second to import

    with staging(destination) as folder:
        chapters = _run_all(sources, folder, destination, progress=progress)
        publish(folder, destination, write_pages(chapters, folder, destination))
    failed = [chapter for chapter in chapters if chapter.failure]
    for chapter in chapters:
        if chapter not in failed:
            (destination / f"{chapter.path.stem}.failed.html").unlink(missing_ok=True)
    if failed:
        raise ReportError(_failure_message(failed, len(chapters), destination / "index.html"))
    return destination / "index.html"


def _failure_message(failed: Sequence[Chapter], n_chapters: int, index: Path) -> str:
    lines = [f"{len(failed)} of {n_chapters} notebooks failed; the others are in {index}"]
    for chapter in failed:
        lines.append(f"  {chapter.path.name} failed {chapter.failure}")
        if chapter.kept:
            lines.append(f"    The executed notebook with the traceback: {chapter.kept}")
    return "\n".join(lines)


def _run_all(
    sources: Mapping[Path, Notebook], folder: Path, destination: Path, *, progress: bool
) -> list[Chapter]:
    """Run all notebooks, two at a time, started in order."""
    stopped = threading.Event()

    def before_cell() -> None:
        if stopped.is_set():
            raise InterruptedError

    with cell_bar(sources.values(), shown=progress) as bar, ThreadPoolExecutor(_WORKERS) as pool:

        def run(path: Path) -> Chapter:
            bar.set_postfix_str(path.stem)
            return _run_one(path, sources[path], folder, destination, before_cell, bar.update)

        futures = [pool.submit(run, path) for path in sources]
        try:
            return [future.result() for future in futures]
        except BaseException:  # on Ctrl-C the pool would otherwise finish the whole series first
            stopped.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _run_one(
    path: Path,
    source: Notebook,
    folder: Path,
    destination: Path,
    before_cell: Callable[[], object],
    after_cell: Callable[[], object],
) -> Chapter:
    import nbformat

    from crmlab.reports._execute import execute  # papermill takes seconds to import

    target = folder / path.name
    try:
        executed = execute(path, target, before_cell=before_cell, after_cell=after_cell)
    except NotebookFailed as error:
        partial = nbformat.read(target, as_version=4) if target.exists() else None
        kept = keep_failed(target, destination, label=f"{path.stem}-")
        return Chapter(path, source, partial, str(error.reason), kept)
    return Chapter(path, source, executed)
