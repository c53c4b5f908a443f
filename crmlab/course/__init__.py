"""What a class needs around the notebooks: copies, minutes, quiz, slides and answer keys."""

import os
from pathlib import Path

from crmlab._checks import check_count
from crmlab._optional import needing
from crmlab.course._concepts import concept_faults, concept_homes
from crmlab.course._copies import Copies, copies_folder, copy_notebooks, reset_notebook
from crmlab.course._quiz import ask_quiz, draw_quiz, load_quiz, print_quiz

__all__ = [
    "JUPYTER_SETTINGS",
    "Copies",
    "ask_quiz",
    "concept_faults",
    "concept_homes",
    "copies_folder",
    "copy_notebooks",
    "draw_quiz",
    "load_quiz",
    "print_quiz",
    "reset_notebook",
    "write_notebook",
    "write_pack",
]

JUPYTER_SETTINGS = Path(__file__).with_name("jupyter")  # of the JupyterLab that a learner sees


def write_pack(*, out: str | os.PathLike[str] | None = None, seed: int | None = None) -> Path:
    """Write the trainer's pack: minutes, paths, answer keys, memos and slides, as HTML pages.

    Parameters
    ----------
    out : path, optional
        Folder for the pages. Default: `trainer` in the working directory.
    seed : int, optional
        Answer keys for the variants of this seed. Default: for the numbers of the book.

    Returns
    -------
    Path
        The index, `<out>/index.html`.

    Raises
    ------
    MissingExtraError
        If the extra ``reports`` is not installed.
    InputError
        If `seed` is not a whole number from 0 on.
    """
    if seed is not None:
        check_count("seed", seed, minimum=0)
    with needing("reports"):
        from crmlab.course._pack import make_pack
    return make_pack(out=out, seed=seed)


def write_notebook(name: str) -> list[Path]:
    """Write a new notebook with its exercises and their cases, into the checkout of crmlab.

    It has the form of the others, runs, and says in every text what is to be replaced.

    Parameters
    ----------
    name : str
        Number and name, such as "04_segmentation".

    Returns
    -------
    list of Path
        The files that were written, the notebook first.

    Raises
    ------
    InputError
        If `name` has another form, its number is taken, or crmlab is not a checkout.
    MissingExtraError
        If the extra ``reports`` is not installed.

    Examples
    --------
    >>> write_notebook("Segments")
    Traceback (most recent call last):
    ...
    crmlab.InputError: the name must read NN_name in lower case, such as 04_segmentation; ...
    """
    from crmlab.course._stub import make_stub

    return make_stub(name)
