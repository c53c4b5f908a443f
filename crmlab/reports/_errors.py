"""What a failed run says, a missing extra before it starts."""

from dataclasses import dataclass
from pathlib import Path

from crmlab._errors import RunError
from crmlab._optional import need

__all__ = ["CellFailure", "NotebookFailed", "ReportError", "load_extra"]


@dataclass(frozen=True)
class CellFailure:
    """Where and why a notebook stopped.

    Parameters
    ----------
    position : int
        Number of the cell in the template, counted from 1, prose included.
    line : str
        First line of code of that cell.
    section : str
        The heading above it, or an empty text.
    error : str
        Name and message of the exception, on one line.
    """

    position: int
    line: str
    section: str
    error: str

    def __str__(self) -> str:
        """Say it in one line, to follow the word "failed"."""
        section = f", section '{self.section}'" if self.section else ""
        return f"in cell {self.position} (`{self.line}`){section}: {self.error}"


class ReportError(RunError):
    """A report or a workbook could not be made; the last good pages are untouched."""


class NotebookFailed(Exception):
    """A notebook stopped before its end.

    Parameters
    ----------
    reason : CellFailure or str
        The cell, or what happened before the first one ran.
    executed : Path
        The notebook as far as it came; it may be missing if nothing ran.
    """

    def __init__(self, reason: CellFailure | str, executed: Path) -> None:
        super().__init__(str(reason))
        self.reason = reason
        self.executed = executed


def load_extra() -> None:
    """Import what runs notebooks and makes pages, which takes seconds; name the missing extra."""
    for module in ("_execute", "_html"):
        need(f"crmlab.reports.{module}", extra="reports")
