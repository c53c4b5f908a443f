"""A numbered notebook on its way into the book."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from crmlab._notebooks import Notebook, notebook_title

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = ["Chapter"]


@dataclass(frozen=True)
class Chapter:
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
