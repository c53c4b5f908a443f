"""Run a notebook with papermill, and say where it stopped if it did."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import nbformat
import papermill
import zmq
from ipykernel.kernelspec import get_kernel_dict
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_core.utils import ensure_event_loop
from nbformat import NotebookNode
from papermill.engines import NBClientEngine, papermill_engines
from traitlets import default

from crmlab._notebooks import PAPERMILL_ERROR, has_tag, headings
from crmlab._text import printable
from crmlab.reports._errors import CellFailure, NotebookFailed

__all__ = ["execute"]

_ADDED_BY_PAPERMILL = ("injected-parameters", PAPERMILL_ERROR)
_LONGEST_MESSAGE = 1000  # characters; a message may quote a whole table


class _ThisPython(AsyncKernelManager):
    """Starts every kernel with the interpreter that runs crmlab.

    A kernel called `python3` may be installed for the user, too, and lead to another environment.
    """

    environment: Mapping[str, str] = {}

    @default("transport_encryption")
    def _encrypted_where_possible(self) -> str:
        # Customer data pass through these sockets, and an open one warns on the terminal.
        return "auto" if zmq.has("curve") else "disabled"

    @property
    def kernel_spec(self) -> KernelSpec:
        # Kernels warn on our terminal about frozen modules, and about the interrupt that is part of
        # every shutdown. Errors of a notebook do not come this way.
        quiet = ["--log-level=CRITICAL"]
        spec = get_kernel_dict(extra_arguments=quiet, python_arguments=["-Xfrozen_modules=off"])
        # Jupyter fills in variables after a dollar sign.
        own = {name: text.replace("$", "$$") for name, text in self.environment.items()}
        return KernelSpec(**spec, env=own)


def _name_manager(environment: Mapping[str, str]) -> type[_ThisPython]:
    """A class for one run: its kernel has variables of its own, and this process keeps its own."""
    return type("_ThisRun", (_ThisPython,), {"environment": environment})


class _SavedAtTheEnd(NBClientEngine):
    """The engine of papermill, which would write the whole notebook anew twice for every cell."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> Any:
        # However the run ends, papermill saves once more after this.
        nb_man.save = lambda **_: None
        try:
            return super().execute_managed_notebook(nb_man, kernel_name, **options)
        finally:
            del nb_man.save


papermill_engines.register("crmlab", _SavedAtTheEnd)


def execute(
    template: Path,
    executed: Path,
    *,
    parameters: Mapping[str, Any] | None = None,
    before_cell: Callable[[], object] | None = None,
    after_cell: Callable[[], object] | None = None,
    environment: Mapping[str, str] | None = None,
) -> NotebookNode:
    """Run a notebook in a fresh kernel, in the caller's working directory.

    Parameters
    ----------
    template : Path
        The notebook; it is not changed.
    executed : Path
        Where the executed notebook goes, saved as far as it came.
    parameters : mapping, optional
        Values that replace those of the `parameters` cell, already checked.
    before_cell, after_cell : callable, optional
        Called around every cell; `before_cell` raises InterruptedError to stop the run.
    environment : mapping, optional
        Variables of the kernel's environment, beside those of this process.

    Returns
    -------
    NotebookNode
        The executed notebook, its widget state included.

    Raises
    ------
    NotebookFailed
        If any cell raised, the notebook left early or the kernel died.
    """
    try:
        with _event_loop(), _quiet_papermill():
            notebook = papermill.execute_notebook(
                _escape_braces(template),
                _escape_braces(executed),
                parameters=dict(parameters or {}),
                kernel_name="python3",
                language="python",
                engine_name="crmlab",
                progress_bar=False,
                kernel_manager_class=_name_manager(environment or {}),
                store_widget_state=True,
                on_cell_start=_adapt_hook(before_cell),
                on_cell_executed=_adapt_hook(after_cell),
            )
    except InterruptedError:
        raise
    # A dead kernel, a closed port, a broken file: whatever happened, the run has failed.
    except Exception as error:
        raise NotebookFailed(_explain_stop(executed, error), executed) from error
    # `sys.exit(0)` ends a notebook early, yet papermill counts it as a success.
    if _find_failed_cell(notebook) is not None:
        raise NotebookFailed(_explain_stop(executed, None), executed)
    return notebook


@contextmanager
def _quiet_papermill() -> Iterator[None]:
    """Drop the warnings of papermill, which parses the parameters for itself.

    It calls a parameter unknown if its type is `dict[...]` or `... | None`; ours are checked.
    """

    def errors_only(record: logging.LogRecord) -> bool:
        return record.levelno >= logging.ERROR

    # A filter of one's own, unlike a level, can be taken away while another run goes on.
    loggers = [logging.getLogger(name) for name in ("papermill", "papermill.translators")]
    for logger in loggers:
        logger.addFilter(errors_only)
    try:
        yield
    finally:
        for logger in loggers:
            logger.removeFilter(errors_only)


@contextmanager
def _event_loop() -> Iterator[None]:
    """Close the event loop that a kernel needs in each thread; Jupyter leaves it open."""
    if _loop_is_running():  # called from a notebook: Jupyter then uses a thread of its own
        yield
        return
    loop = ensure_event_loop()
    try:
        yield
    finally:
        loop.close()
        asyncio.set_event_loop(None)


def _loop_is_running() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _escape_braces(path: Path) -> str:
    """Write a path so that papermill keeps its braces instead of filling them in."""
    return str(path).replace("{", "{{").replace("}", "}}")


def _adapt_hook(function: Callable[[], object] | None) -> Callable[..., object] | None:
    """Adapt a function to nbclient; cells the template does not have are passed over."""
    if function is None:
        return None
    return lambda cell, **_: None if _is_added(cell) else function()


def _explain_stop(executed: Path, error: Exception | None) -> CellFailure | str:
    """Name the cell that failed, or the error itself where no cell was reached."""
    if executed.exists():
        notebook = nbformat.read(executed, as_version=4)
        index = _find_stop(notebook)
        if index is not None:
            return _describe_failure(notebook, index, error)
    return _one_line(f"before its first cell: {type(error).__name__}: {error}")


def _find_stop(notebook: NotebookNode) -> int | None:
    """Find the cell with an error, else the last cell that was started.

    A dead kernel leaves no error output, and papermill marks even its cell as completed.
    """
    failed = _find_failed_cell(notebook)
    if failed is not None:
        return failed
    started = [
        index
        for index, cell in enumerate(notebook.cells)
        if cell.cell_type == "code" and cell.metadata.get("papermill", {}).get("start_time")
    ]
    return started[-1] if started else None


def _find_failed_cell(notebook: NotebookNode) -> int | None:
    return next(
        (index for index, cell in enumerate(notebook.cells) if _find_error(cell) is not None), None
    )


def _find_error(cell: NotebookNode) -> NotebookNode | None:
    outputs = cell.get("outputs", [])
    return next((output for output in outputs if output.output_type == "error"), None)


def _describe_failure(notebook: NotebookNode, index: int, error: Exception | None) -> CellFailure:
    cell, output = notebook.cells[index], _find_error(notebook.cells[index])
    if output is not None:
        message = f"{output.ename}: {output.evalue}"
    elif type(error).__name__ == "DeadKernelError":
        message = "DeadKernelError: the kernel died; out of memory, or a crash in compiled code"
    else:
        message = f"{type(error).__name__}: {error}"
    own = [i for i, other in enumerate(notebook.cells) if not _is_added(other)]
    sections = [
        text
        for other in notebook.cells[:index]
        if other.cell_type == "markdown" and not _is_added(other)
        for _, text in headings(other.source)
    ]
    return CellFailure(
        position=sum(i <= index for i in own),
        line=_first_line(cell.source),
        section=sections[-1] if sections else "",
        error=_one_line(message),
    )


def _is_added(cell: NotebookNode) -> bool:
    return any(has_tag(cell, tag) for tag in _ADDED_BY_PAPERMILL)


def _first_line(source: str) -> str:
    """First line that is code, else the first line."""
    lines = [line.strip() for line in source.splitlines() if line.strip()] or [""]
    return next((line for line in lines if not line.startswith("#")), lines[0])


def _one_line(message: str) -> str:
    line = " ".join(printable(message).split())
    return line if len(line) <= _LONGEST_MESSAGE else f"{line[:_LONGEST_MESSAGE]}…"
