"""The workbook: every numbered notebook run once, as an HTML book with an index."""

import html
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from crmlab._notebooks import (
    Notebook,
    course_metadata,
    notebook_question,
    notebook_title,
    read_notebook,
)
from crmlab._optional import need
from crmlab._paths import notebooks_dir
from crmlab.reports._errors import NotebookFailed, ReportError, load_extra
from crmlab.reports._progress import cell_bar
from crmlab.reports._publish import destination_folder, keep_failed, publish, staging

if TYPE_CHECKING:
    from nbformat import NotebookNode

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


@dataclass(frozen=True)
class _Chapter:
    """A numbered notebook and what became of it."""

    path: Path
    source: Notebook
    executed: "NotebookNode | None"  # as far as it came
    failure: str = ""
    kept: Path | None = None  # the executed notebook of a failed run

    @property
    def number(self) -> str:
        return self.path.stem[:2]

    @property
    def title(self) -> str:
        """Its heading, without the number that some headings repeat."""
        title = notebook_title(self.source).removeprefix(self.number).lstrip(" ·.:–-")
        return title or self.path.stem

    @property
    def page(self) -> str:
        """Name of its page; a failed run has one of its own, so the last good page stays."""
        return f"{self.path.stem}.failed.html" if self.failure else f"{self.path.stem}.html"


def make_workbook(
    notebooks: Path, *, out: str | os.PathLike[str] | None = None, progress: bool = False
) -> Path:
    """Run the numbered notebooks of any folder; see `run_workbook`."""
    destination = destination_folder(out, Path("workbook"))
    sources = {path: read_notebook(path) for path in sorted(notebooks.glob("[0-9][0-9]_*.ipynb"))}
    if not sources:
        raise FileNotFoundError(f"there are no numbered notebooks (NN_name.ipynb) in {notebooks}.")
    load_extra()
    with staging(destination) as folder:
        chapters = _run_all(sources, folder, destination, progress=progress)
        publish(folder, destination, _write_pages(chapters, folder, destination))
    failed = [chapter for chapter in chapters if chapter.failure]
    for chapter in chapters:
        if chapter not in failed:
            (destination / f"{chapter.path.stem}.failed.html").unlink(missing_ok=True)
    if failed:
        raise ReportError(_failure_message(failed, len(chapters), destination / "index.html"))
    return destination / "index.html"


def _failure_message(failed: Sequence[_Chapter], n_chapters: int, index: Path) -> str:
    lines = [f"{len(failed)} of {n_chapters} notebooks failed; the others are in {index}"]
    for chapter in failed:
        lines.append(f"  {chapter.path.name} failed {chapter.failure}")
        if chapter.kept:
            lines.append(f"    The executed notebook with the traceback: {chapter.kept}")
    return "\n".join(lines)


def _run_all(
    sources: Mapping[Path, Notebook], folder: Path, destination: Path, *, progress: bool
) -> list[_Chapter]:
    """Run all notebooks, two at a time, started in order."""
    stopped = threading.Event()

    def before_cell() -> None:
        if stopped.is_set():
            raise InterruptedError

    with cell_bar(sources.values(), shown=progress) as bar, ThreadPoolExecutor(_WORKERS) as pool:

        def run(path: Path) -> _Chapter:
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
) -> _Chapter:
    import nbformat

    from crmlab.reports._execute import execute  # papermill takes seconds to import

    target = folder / path.name
    try:
        executed = execute(path, target, before_cell=before_cell, after_cell=after_cell)
    except NotebookFailed as error:
        partial = nbformat.read(target, as_version=4) if target.exists() else None
        kept = keep_failed(target, destination, label=f"{path.stem}-")
        return _Chapter(path, source, partial, str(error.reason), kept)
    return _Chapter(path, source, executed)


def _write_pages(chapters: Sequence[_Chapter], folder: Path, destination: Path) -> list[str]:
    """Write a page per chapter and the index; return their names."""
    from crmlab.reports._html import page

    for position, chapter in enumerate(chapters):
        before = chapters[position - 1] if position else None
        after = chapters[position + 1] if position + 1 < len(chapters) else None
        navigation = _navigation(before, after)
        text = page(chapter.title, _chapter_body(chapter), header=navigation, footer=navigation)
        (folder / chapter.page).write_text(text, encoding="utf-8")
    index = page("crmlab workbook", _index_body(chapters, destination))
    (folder / "index.html").write_text(index, encoding="utf-8")
    return [*(chapter.page for chapter in chapters), "index.html"]


def _navigation(before: _Chapter | None, after: _Chapter | None) -> str:
    previous = f"← {_link(before)}" if before else ""
    following = f"{_link(after)} →" if after else ""
    middle = '<a href="index.html">Contents</a>'
    return f"<nav><span>{previous}</span><span>{middle}</span><span>{following}</span></nav>"


def _link(chapter: _Chapter) -> str:
    return f'<a href="{html.escape(chapter.page)}">{html.escape(chapter.title)}</a>'


def _chapter_body(chapter: _Chapter) -> str:
    from crmlab.reports._html import cells_html

    notice = ""
    if chapter.failure:
        notice = (
            f'<p class="notice">This run stopped before the end, {html.escape(chapter.failure)}</p>'
        )
    if chapter.executed is None:
        return notice
    return notice + cells_html(chapter.executed, folder=chapter.path.parent, code=True)


def _index_body(chapters: Sequence[_Chapter], destination: Path) -> str:
    n_failed = sum(bool(chapter.failure) for chapter in chapters)
    ran = f"{len(chapters) - n_failed} of {len(chapters)} notebooks ran to the end"
    items = "\n".join(_index_item(chapter, destination) for chapter in chapters)
    return (
        "<h1>The crmlab workbook</h1>"
        f'<p class="quiet">{ran}, {datetime.now():%Y-%m-%d %H:%M}, crmlab {version("crmlab")}.</p>'
        f'<ol class="contents">\n{items}\n</ol>'
    )


def _index_item(chapter: _Chapter, destination: Path) -> str:
    course = course_metadata(chapter.source)
    question = html.escape(notebook_question(chapter.source))
    objectives = "".join(
        f"<li>{html.escape(str(text))}</li>" for text in course.get("objectives", [])
    )
    notes = [html.escape(str(course["time"]))] if "time" in course else []
    return (
        f'<li><span class="n">{html.escape(chapter.number)}</span><div>'
        f"<h3>{_link(chapter)}</h3>"
        + (f"<p>{question}</p>" if question else "")
        + (f"<ul>{objectives}</ul>" if objectives else "")
        + f'<p class="quiet">{" · ".join([*notes, _status(chapter, destination)])}</p></div></li>'
    )


def _status(chapter: _Chapter, destination: Path) -> str:
    if not chapter.failure:
        seconds = chapter.executed.metadata.papermill.duration if chapter.executed else 0.0
        return f"ran in {seconds:.0f} s"
    last_good = f"{chapter.path.stem}.html"
    link = ""
    if (destination / last_good).exists():
        link = f' · <a href="{html.escape(last_good)}">the last good page</a>'
    return f'<span class="failed">failed {html.escape(chapter.failure)}</span>{link}'
