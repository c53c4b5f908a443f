"""The progress bar of a run, counted in code cells."""

import sys
from collections.abc import Iterable
from typing import TYPE_CHECKING

from crmlab._notebooks import Notebook
from crmlab._optional import needing

if TYPE_CHECKING:
    from tqdm import tqdm

__all__ = ["cell_bar"]


def cell_bar(notebooks: Iterable[Notebook], *, shown: bool) -> "tqdm[None]":
    """Open a bar on stderr over all code cells of some notebooks.

    A log file gets a line every five seconds at most.
    """
    with needing("reports"):
        from tqdm import tqdm

    total = sum(
        cell["cell_type"] == "code" and bool(cell["source"].strip())
        for notebook in notebooks
        for cell in notebook["cells"]
    )
    pause = 0.1 if sys.stderr.isatty() else 5.0
    return tqdm(total=total, unit="cell", file=sys.stderr, disable=not shown, mininterval=pause)
