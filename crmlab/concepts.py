"""The concepts that the workbook teaches, and where each one is taught.

A notebook claims ids in its metadata: ``{"crmlab": {"concepts": ["A4", "E1"]}}``. A Markdown
cell may carry the same key; its heading is then the section that teaches those ids.
"""

import json
import re
from pathlib import Path
from typing import Any

import pandas as pd

from crmlab._paths import notebooks_dir

__all__ = ["concept_homes", "load_concepts"]

_CONCEPTS = Path(__file__).with_name("concepts.csv")
_FENCED = re.compile(r"^(```|~~~).*?^\1", re.DOTALL | re.MULTILINE)  # a "# comment" is no heading
_HEADING = re.compile(r"^#{1,6}[ \t]+(.+?)[ \t]*#*[ \t]*$", re.MULTILINE)


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
    ValueError
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
        for concept, section in _homes_in(_read_notebook(path), name, known)
    ]
    homes = pd.DataFrame(rows, columns=["id", "notebook", "section"], dtype="str")
    return concepts.merge(homes.drop_duplicates(), on="id", how="left").fillna("")


def _read_notebook(path: Path) -> dict[str, Any]:
    """Parse a notebook file; plain JSON, so that no Jupyter package is needed."""
    try:
        notebook = json.loads(path.read_text(encoding="utf-8"))
        return {"cells": notebook["cells"], "metadata": notebook["metadata"]}
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path} is not a notebook: {error!r}. Restore or remove it.") from error


def _homes_in(notebook: dict[str, Any], name: str, known: set[str]) -> list[tuple[str, str]]:
    """Pairs of (id, section) that one notebook teaches."""
    claimed = _claims(notebook["metadata"], name)
    unknown = [concept for concept in claimed if concept not in known]
    if unknown:
        raise ValueError(
            f"{name} claims unknown concepts {', '.join(map(repr, unknown))}; "
            "the ids are in `load_concepts()`."
        )
    title, marked = _sections(notebook["cells"], name)
    for concept, section in marked:
        if concept not in claimed:
            raise ValueError(
                f"{name}: section {section!r} marks {concept!r}, which the notebook's own "
                "`crmlab.concepts` does not list. Add it there."
            )
    in_sections = {concept for concept, _ in marked}
    return marked + [(concept, title) for concept in claimed if concept not in in_sections]


def _sections(cells: list[dict[str, Any]], name: str) -> tuple[str, list[tuple[str, str]]]:
    """Title of the notebook (its name when it has no heading), and (id, heading) per marked cell.

    A marked cell without a heading belongs to the section it stands in.
    """
    title = ""
    section = name
    marked = []
    for cell in cells:
        if cell["cell_type"] != "markdown":
            continue
        headings = _HEADING.findall(_FENCED.sub("", "".join(cell["source"])))
        title = title or "".join(headings[:1])
        section = headings[0] if headings else section
        marked += [(concept, section) for concept in _claims(cell["metadata"], name)]
        section = headings[-1] if headings else section
    return title or name, marked


def _claims(metadata: dict[str, Any], name: str) -> list[str]:
    """List the ids under `crmlab.concepts`; none when the key is absent."""
    ours = metadata.get("crmlab", {})
    claimed = ours.get("concepts", []) if isinstance(ours, dict) else ours
    if not isinstance(claimed, list) or not all(isinstance(concept, str) for concept in claimed):
        raise ValueError(
            f"{name}: `crmlab.concepts` must be a list of ids; got {claimed!r}. "
            'Write it as ["A4", "E1"].'
        )
    return claimed
