"""The commands of learners and teachers: lab, reset, quiz, concepts, trainer, new-notebook."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["add_commands"]

_COPIES_HELP = "Clear stored outputs, so that no answer stands below its question."
_SEED_HELP = "The same number gives the same order. [default: another order each time]"
_QUIET = (  # no look for news or a newer JupyterLab in the network
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
)


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this module to the command line."""
    extra = {"allow_extra_args": True, "ignore_unknown_options": True}
    app.command(context_settings=extra)(lab)
    for command in (reset, quiz, concepts, trainer, new_notebook):
        app.command()(command)


def lab(
    context: typer.Context,
    blank: Annotated[
        bool, typer.Option("--blank", help=f"{_COPIES_HELP} Of the copies that are made now.")
    ] = False,
    blank_all: Annotated[
        bool, typer.Option("--blank-all", help=f"{_COPIES_HELP} Of all copies; code stays.")
    ] = False,
) -> None:
    """Open JupyterLab on copies of the notebooks.

    They are in ./crmlab-notebooks; a copy that is there is never overwritten.

    Options of JupyterLab, such as --no-browser, may follow.
    """
    from crmlab._optional import need
    from crmlab.course import JUPYTER_SETTINGS, copies_folder, copy_notebooks

    application = need("jupyterlab.labapp", extra="workbook").LabApp
    copies = copy_notebooks(copies_folder(), blank=blank, blank_all=blank_all)
    _tell(f"notebooks: {copies.folder} ({len(copies.made)} copied now)")
    states = {"outdated": "a copy of an earlier edition", "broken": "not a notebook any more"}
    for state, words in states.items():
        for name in getattr(copies, state):
            again = f"crmlab reset {name.removesuffix('.ipynb')}"
            _tell(
                f"crmlab: {name} is {words}; `{again}` takes a new one and keeps yours beside it."
            )
    if blank and not copies.made:
        _tell("crmlab: --blank is for new copies, and there are none; --blank-all clears all.")
    os.environ["CRMLAB_PROGRESS"] = str(copies.folder)  # where exercises.check keeps its tally
    _add_settings(JUPYTER_SETTINGS)
    options = [f"--ServerApp.root_dir={copies.folder}", *_QUIET]
    application.launch_instance([*options, *context.args])


def _add_settings(folder: Path) -> None:
    """Let JupyterLab read the settings of a folder, in this start only; a learner's own stay.

    They take out the question about news: without the address of the news it is still asked.
    """
    given = os.environ.get("JUPYTER_CONFIG_PATH")
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, [str(folder), given]))


def reset(
    notebook: Annotated[str, typer.Argument(help="Number or name of the notebook, such as 02.")],
    blank: Annotated[bool, typer.Option("--blank", help=_COPIES_HELP)] = False,
) -> None:
    """Put your copy of one notebook back to new.

    The old copy stays beside it. Run it where you run `crmlab lab`, after closing the notebook.
    """
    from crmlab.course import copies_folder, reset_notebook

    new, kept = reset_notebook(notebook, copies_folder(), blank=blank)
    print(new)
    _tell(f"your old copy: {kept}")


def quiz(
    notebook: Annotated[str, typer.Argument(help="Number of the notebook, such as 02.")],
    seed: Annotated[int | None, typer.Option(min=0, help=_SEED_HELP)] = None,
    answers: Annotated[
        bool, typer.Option("--answers", help="Print questions, answers and reasons; ask nothing.")
    ] = False,
) -> None:
    """Ask six questions on a notebook.

    After each it says why an answer is right or wrong.
    """
    from crmlab.course import ask_quiz, draw_quiz, load_quiz, print_quiz

    questions = draw_quiz(load_quiz(notebook), seed=seed)
    if answers:
        print_quiz(questions, print)
    else:
        ask_quiz(questions, read=_read_line, write=print)


def _read_line(prompt: str) -> str:
    """Read a line; a standard input that is closed, or was never opened, is its end."""
    try:
        return input(prompt)
    except (RuntimeError, ValueError, OSError) as error:  # no stdin, a closed one, a broken one
        if isinstance(error, BrokenPipeError):
            raise
        raise EOFError from error


def concepts() -> None:
    """Print where each concept is taught and asked.

    By section, exercise and quiz item. Those without a home yet come last.
    """
    from crmlab._text import plain_table
    from crmlab.concepts import load_concepts
    from crmlab.course import concept_homes

    homes = concept_homes()
    taught = homes[homes["notebook"] != ""]
    homeless = homes[homes["notebook"] == ""]
    print(plain_table(taught[["id", "notebook", "section", "exercise", "title"]]))
    print(f"\nNo home yet: {len(homeless)} of {len(load_concepts())}")
    print(plain_table(homeless[["id", "title"]]))


def trainer(
    out: Annotated[
        str | None, typer.Option(help="Folder for the pages. [default: ./trainer]")
    ] = None,
    seed: Annotated[
        int | None, typer.Option(min=0, help="Key for the variants of this class.")
    ] = None,
) -> None:
    """Write the pages that a teacher needs.

    Minutes, paths, answer keys, rubrics of the memos and slides, to be opened offline.
    """
    from crmlab.course import write_pack

    print(write_pack(out=out, seed=seed))


def new_notebook(
    name: Annotated[str, typer.Argument(help="Number and name, such as 04_segmentation.")],
) -> None:
    """Write a new notebook, to be filled in.

    It has the form that the tests ask for; its exercises and their cases come with it. Only in a
    checkout of crmlab.
    """
    from crmlab.course import write_notebook

    for path in write_notebook(name):
        print(path)


def _tell(text: str) -> None:
    from crmlab._text import printable

    print(printable(text), file=sys.stderr)
