"""What a notebook file says about itself, read as the JSON it is.

Importing nbformat takes over a second, so listing concepts or reports and refusing a wrong
parameter do without it.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from crmlab._errors import InputError

__all__ = [
    "PAPERMILL_ERROR",
    "Notebook",
    "course_metadata",
    "has_tag",
    "headings",
    "notebook_question",
    "notebook_title",
    "read_notebook",
]

PAPERMILL_ERROR = "papermill-error-cell-tag"  # on the two cells it adds to a failed notebook

Notebook = Mapping[str, Any]  # version 4 of the notebook format; nbformat's nodes are mappings too

_HEADING = re.compile(r"(#{1,6})\s+(.+?)\s*#*\s*$")
_FENCE = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})")
_EMPHASISED = re.compile(r"([*_]{1,2})(\S.*\S)\1$")


def read_notebook(path: Path) -> Notebook:
    """Read a notebook file; every cell's `source` is one string.

    Raises
    ------
    InputError
        If the file is not a notebook of format 4.
    """
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        cells = [
            {**cell, "metadata": dict(cell["metadata"]), "source": "".join(cell["source"])}
            for cell in notebook["cells"]
        ]
        return {**notebook, "metadata": dict(notebook["metadata"]), "cells": cells}
    except (ValueError, KeyError, TypeError) as error:
        raise InputError(
            f"{path} is not a notebook (version 4): {error!r}. Restore or remove it."
        ) from error


def has_tag(cell: Mapping[str, Any], tag: str) -> bool:
    """Whether a cell carries the tag."""
    return tag in cell["metadata"].get("tags", [])


def headings(source: str) -> Iterator[tuple[int, str]]:
    r"""Level and text of each heading of a Markdown text, without those inside code fences.

    Examples
    --------
    >>> list(headings("# Who *stays*\n~~~\n# a comment\n~~~\n### How long"))
    [(1, 'Who stays'), (3, 'How long')]
    """
    fence = ""
    for line in source.splitlines():
        if fence:
            bare = line.strip()
            if bare.startswith(fence) and not bare.strip(fence[0]):
                fence = ""
        elif opening := _FENCE.match(line):
            fence = opening[1]
        elif heading := _HEADING.match(line):
            yield len(heading[1]), _strip_markup(heading[2])


def notebook_title(notebook: Notebook) -> str:
    """Return the first heading, or an empty text."""
    return next((text for source in _prose(notebook) for _, text in headings(source)), "")


def notebook_question(notebook: Notebook) -> str:
    """Return the question a notebook answers.

    It is the metadata's `crmlab.question`, or else the first quoted or emphasised line.
    """
    question = course_metadata(notebook).get("question")
    if question:
        return str(question)
    for source in _prose(notebook):
        for line in map(str.strip, source.splitlines()):
            emphasised = _EMPHASISED.fullmatch(line)
            if emphasised:
                return _strip_markup(emphasised[2])
            if line.startswith(">"):
                return _strip_markup(_quotation(source))
    return ""


def course_metadata(part: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the metadata of a notebook or a cell under `crmlab`: question, objectives, time."""
    return part["metadata"].get("crmlab", {})


def _quotation(source: str) -> str:
    """Join the lines of the first block quote of a text."""
    lines = [line.strip() for line in source.splitlines()]
    start = next(index for index, line in enumerate(lines) if line.startswith(">"))
    end = next(
        (index for index in range(start, len(lines)) if not lines[index].startswith(">")),
        len(lines),
    )
    return " ".join(line.lstrip("> ") for line in lines[start:end])


def _prose(notebook: Notebook) -> Iterator[str]:
    return (cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "markdown")


def _strip_markup(text: str) -> str:
    linked = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return re.sub(r"[*`]", "", linked).strip()
