"""A small notebook that keeps the form, and what spoils it; other tests may begin from it."""

import copy

from crmlab.course._form import Term, subject_of
from crmlab.exercises._items import CodeExercise, Exercise, Misconception, WrongCode

PARAMETERS = """\
top: float = 0.2  # share in [0.05, 0.25]; customers counted as "top"
until: str = "1997-09-30"  # date in [1997-06-30, 1998-03-31]; last day looked at"""
OPENING = """\
# 02 · Who pays?

> Who pays for all of this?

**After this notebook you can:**

- count,
- compare,
- decide.

**Time:** about 5 minutes.

**Prerequisites:** none."""
MEMO = """\
## Decision memo

**Do.** Nothing. **Cost.** None. **Risk.** None. **What would change my mind.** A number."""
ASSUMPTIONS = """\
## Assumptions

| assumption | value |
|---|---|
| one | 1 |
| two | 2 |"""
TABLE = "<table><tr><th></th><th>sales</th></tr><tr><th>all</th><td>1,204</td></tr></table>"
STARTER = 'def total(sales):\n    """Add up the sales."""\n    ...'
TERMS = [Term("decile", "십분위", "02"), Term("churn", "이탈", "07")]
WIDGET = "application/vnd.jupyter.widget-view+json"
STATE = "application/vnd.jupyter.widget-state+json"

_TEXTS = {"unit": "a number", "right": "Yes.", "hint": "add them."}
EXERCISES = [
    CodeExercise(
        "02.1", 1, "Add up.", STARTER, sum, lambda rng: [([1],)], (WrongCode(max, "Largest."),),
        **_TEXTS,
    ),
    Exercise(
        "02.2", 2, "Which? a) or b)", "a", 0, _TEXTS["unit"], "Yes.", (Misconception("b", "No."),),
        "read again.", "It is a.",
    ),
    CodeExercise(
        "02.3", 3, "Add up more.", STARTER, sum, lambda rng: [([1],)], (WrongCode(max, "Max."),),
        **_TEXTS,
    ),
    *(
        CodeExercise(
            f"02.{k}", 3, "More.", STARTER, sum, lambda rng: [([1],)], (WrongCode(max, "Max."),),
            **_TEXTS,
        )
        for k in range(4, 9)
    ),
]  # fmt: skip


def prose(source, *tags, **course):
    metadata = {"tags": list(tags)} if tags else {}
    return {
        "cell_type": "markdown",
        "source": source,
        "metadata": metadata | ({"crmlab": course} if course else {}),
    }


def code(source, *outputs, tags=(), **metadata):
    return {
        "cell_type": "code",
        "source": source,
        "metadata": {"tags": list(tags), **metadata},
        "outputs": list(outputs),
        "execution_count": None,
    }


def stream(text, name="stdout"):
    return {"output_type": "stream", "name": name, "text": text}


def shown(**data):
    kinds = {"html": "text/html", "plain": "text/plain", "markdown": "text/markdown"}
    data = {kinds.get(kind, kind): text for kind, text in data.items()}
    return {"output_type": "execute_result", "data": data, "metadata": {}}


def asking(exercise):
    """The cells of an exercise."""
    start, name = (STARTER, "total") if hasattr(exercise, "starter") else ('answer = "..."',) * 2
    name = "answer" if start.startswith("answer") else name
    check = f'{start}\n\nexercises.check("{exercise.key}", {name})'
    return [
        prose(f"### Exercise {exercise.key}\n\n{exercise.question}"),
        code(check, stream(f"{exercise.key}: not attempted yet.")),
    ]


def sound_notebook():
    """Make a notebook without a fault."""
    widget = {"output_type": "display_data", "data": {WIDGET: {"model_id": "w1"}}, "metadata": {}}
    cells = [
        prose(OPENING),
        code(PARAMETERS, tags=["parameters"]),
        code("import pandas as pd\n\nfrom crmlab import exercises"),
        prose("## The money\n\nA **decile** (십분위) is a tenth. **Note:** it is **10 %**."),
        code("print(top)", stream("0.2")),
        code("table = pd.DataFrame()\nassert table.empty, 'It must be empty.'\ntable",
             shown(html=TABLE), tags=["hide-input"], jupyter={"source_hidden": True}),
        *[cell for exercise in EXERCISES for cell in asking(exercise)],
        prose("## More money (extra)\n\nLong.", "extra"),
        code("print(until)", stream("1997-09-30")),
        prose("## Explore"),
        code("exercises", widget),
        prose(MEMO),
        prose(ASSUMPTIONS),
        prose("## What these data cannot say\n\nMuch."),
        prose("## References\n\nNone."),
    ]  # fmt: skip
    counted = 0
    for cell in cells:
        if cell["cell_type"] == "code":
            counted += 1
            cell["execution_count"] = counted
    course = {
        "concepts": ["A4"],
        "minutes": 5,
        "objectives": ["count", "compare", "decide"],
        "question": "Who pays for all of this?",
        "time": "5 minutes",
    }
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {
        "crmlab": course,
        "kernelspec": kernel,
        "widgets": {STATE: {"state": {"w1": {}}}},
    }
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def subject(notebook=None, *, exercises=EXERCISES, terms=TERMS):
    """The small notebook with its exercises and its glossary."""
    return subject_of("02_small", notebook or sound_notebook(), exercises=exercises, terms=terms)


def find(notebook, start):
    """Position of the cell that begins so."""
    return next(i for i, cell in enumerate(notebook["cells"]) if cell["source"].startswith(start))


def changed(start, **parts):
    """The small notebook with one cell changed."""
    notebook = copy.deepcopy(sound_notebook())
    notebook["cells"][find(notebook, start)].update(parts)
    return notebook
