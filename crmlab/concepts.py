"""The concepts that the workbook teaches, and where each one is taught.

A notebook claims ids in its metadata: ``{"crmlab": {"concepts": ["A4", "E1"]}}``. A Markdown
cell may carry the same key; its heading is then the section that teaches those ids.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from crmlab._errors import InputError
from crmlab._notebooks import Notebook, course_metadata, headings, notebook_title, read_notebook
from crmlab._paths import notebooks_dir

__all__ = ["claimed_concepts", "concept_homes", "load_concepts", "marked_sections"]

_CONCEPTS = Path(__file__).with_name("concepts.csv")


def load_concepts() -> pd.DataFrame:
    """Load the list of concepts, one row per id, in teaching order.

    Returns
    -------
    DataFrame
        Columns `id` (a letter and a number, such as ``A4``), `kind` (``C`` a concept to explain
        and compute, ``F`` a quoted figure to put to the test, ``K`` a case to rebuild in numbers)
        and `title`; all text, none missing.

    Examples
    --------
    >>> load_concepts().set_index("id").loc["A4"].to_list()
    ['F', '20:80 as a claim about sales or profit']
    """
    return pd.read_csv(_CONCEPTS, dtype="str", keep_default_na=False, encoding="utf-8")


def concept_homes(notebooks: str | Path | None = None) -> pd.DataFrame:
    """List the notebook and section that teach each concept.

    Parameters
    ----------
    notebooks : path, optional
        Folder with the numbered notebooks, and the report templates in ``reports`` below it.
        Default: the notebooks that come with crmlab.

    Returns
    -------
    DataFrame
        One row per concept and section, in teaching order; columns `id`, `kind`, `title`,
        `notebook` (path below the folder, without ending) and `section`. The section is the
        heading whose cell lists the id, or the notebook's title where no cell does. A concept
        that no notebook claims has one row with empty text in both.

    Raises
    ------
    FileNotFoundError
        If `notebooks` is not a folder.
    InputError
        If a notebook is not JSON, claims an unknown id, or marks a section with an id that it
        does not claim as a whole.

    Examples
    --------
    >>> import json, pathlib, tempfile
    >>> heading = {"cell_type": "markdown", "metadata": {}, "source": "# Whom to keep"}
    >>> claim = {"crmlab": {"concepts": ["C1"]}}
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     page = pathlib.Path(folder, "05_keep.ipynb")
    ...     _ = page.write_text(json.dumps({"cells": [heading], "metadata": claim}))
    ...     homes = concept_homes(folder)
    >>> homes.loc[homes["id"] == "C1", ["notebook", "section"]].to_numpy().tolist()
    [['05_keep', 'Whom to keep']]
    """
    folder = notebooks_dir() if notebooks is None else Path(notebooks)
    if not folder.is_dir():
        raise FileNotFoundError(f"`notebooks` must be a folder; got {str(folder)!r}.")
    concepts = load_concepts()
    known = set(concepts["id"])
    rows = [
        {"id": concept, "notebook": name, "section": section}
        for path in [*sorted(folder.glob("*.ipynb")), *sorted(folder.glob("reports/*.ipynb"))]
        for name in [path.relative_to(folder).with_suffix("").as_posix()]
        for concept, section in _find_homes(read_notebook(path), name, known)
    ]
    homes = pd.DataFrame(rows, columns=["id", "notebook", "section"], dtype="str")
    return concepts.merge(homes.drop_duplicates(), on="id", how="left").fillna("")


def _find_homes(notebook: Notebook, name: str, known: set[str]) -> list[tuple[str, str]]:
    """Pairs of (id, section) that one notebook teaches."""
    claimed = claimed_concepts(notebook, name)
    unknown = [concept for concept in claimed if concept not in known]
    if unknown:
        raise InputError(
            f"{name} claims unknown concepts {', '.join(map(repr, unknown))}; "
            "the ids are in `load_concepts()`."
        )
    marked = marked_sections(notebook, name)
    for concept, section in marked:
        if concept not in claimed:
            raise InputError(
                f"{name}: section {section!r} marks {concept!r}, which the notebook's own "
                "`crmlab.concepts` does not list. Add it there."
            )
    in_sections = {concept for concept, _ in marked}
    title = notebook_title(notebook) or name
    return marked + [(concept, title) for concept in claimed if concept not in in_sections]


def marked_sections(notebook: Notebook, name: str) -> list[tuple[str, str]]:
    """List the sections whose cells say which concepts they teach.

    Parameters
    ----------
    notebook : mapping
        As `nbformat` or `json` reads it.
    name : str
        Of the notebook, for messages.

    Returns
    -------
    list of (str, str)
        Pairs of (id, heading) of each marked cell, in their order. A marked cell without a heading
        belongs to the section it stands in.

    Examples
    --------
    >>> marks = {"crmlab": {"concepts": ["A4"]}}
    >>> cell = {"cell_type": "markdown", "metadata": marks, "source": "## Who brings the money"}
    >>> marked_sections({"metadata": {}, "cells": [cell]}, "02_pareto")
    [('A4', 'Who brings the money')]
    """
    section = name
    marked = []
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            found = [text for _, text in headings(cell["source"])]
            first = found[0] if found else section
            marked += [(concept, first) for concept in claimed_concepts(cell, name)]
            section = found[-1] if found else section
    return marked


def claimed_concepts(part: Mapping[str, Any], name: str) -> list[str]:
    """List the ids that the metadata of a notebook or a cell claims.

    Parameters
    ----------
    part : mapping
        The notebook or the cell.
    name : str
        Of the notebook, for messages.

    Returns
    -------
    list of str
        The ids under `crmlab.concepts`; none when the key is absent.

    Raises
    ------
    InputError
        If the key holds anything else than a list of texts.

    Examples
    --------
    >>> claimed_concepts({"metadata": {"crmlab": {"concepts": ["A4", "E1"]}}}, "02_pareto")
    ['A4', 'E1']
    """
    ours = course_metadata(part)
    claimed = ours.get("concepts", []) if isinstance(ours, Mapping) else ours
    if not isinstance(claimed, list) or not all(isinstance(concept, str) for concept in claimed):
        raise InputError(
            f"{name}: `crmlab.concepts` must be a list of ids; got {claimed!r}. "
            'Write it as ["A4", "E1"].'
        )
    return claimed
