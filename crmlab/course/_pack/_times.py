"""Pages of time: minutes per section of each notebook, and paths for classes of three lengths."""

import html
from collections.abc import Iterable, Mapping, Sequence

from crmlab._sections import round_minutes
from crmlab.course._pack._paths import LENGTHS, Path, plan_notebook, plan_series
from crmlab.course._pack._steps import DOING, Step
from crmlab.course._pack._words import bullets, fold, minutes, table

__all__ = ["minutes_body", "paths_body"]

_RULE = (
    "Reading counts 130 words and 10 lines of visible code a minute. "
    "In class this is added, as an assumption: "
    + ", ".join(f"{doing:.0f} minutes for each {kind}" for kind, doing in DOING.items())
    + "."
)


def minutes_body(notebooks: Mapping[str, Sequence[Step]]) -> str:
    """Say how long each section of each notebook takes.

    Parameters
    ----------
    notebooks : mapping of str to sequence of Step
        By title.
    """
    parts = ["<h1>Minutes per section</h1>", f"<p>{_RULE}</p>"]
    for title, steps in notebooks.items():
        core = sum(step.minutes for step in steps if not step.extra)
        extra = sum(step.minutes for step in steps if step.extra)
        rows = [(step.title, _kind(step), minutes(step.minutes)) for step in steps]
        parts += [
            f"<h2>{html.escape(title)}</h2>",
            f"<p>Core {core:.0f} minutes in class, extra {extra:.0f}.</p>",
            table(["Section", "", "Min"], rows),
        ]
    return "\n".join(parts)


def _kind(step: Step) -> str:
    kind = "" if step.kind == "section" else step.kind
    return ", ".join(filter(None, [kind, "extra" if step.extra else ""]))


def paths_body(notebooks: Mapping[str, Sequence[Step]]) -> str:
    """Lay out a class of 90 minutes, half a day and two days: for each notebook, and for all.

    Parameters
    ----------
    notebooks : mapping of str to sequence of Step
        By title, in the order of the course.
    """
    parts = ["<h1>Paths</h1>", f"<p>{_RULE} {_CHOICE}</p>", "<h2>The series</h2>"]
    series = list(notebooks.values())
    parts += [_path(plan_series(series, length), several=True) for length in LENGTHS]
    for title, steps in notebooks.items():
        parts.append(f"<h2>{html.escape(title)}</h2>")
        parts += [_path(plan_notebook(steps, length), several=False) for length in LENGTHS]
    return "\n".join(parts)


_CHOICE = (
    "What is chosen first: the memo, the short path (what is marked for slides), its exercises, "
    "the quiz, the rest of the core, then what is extra. What has no place is for home. A series "
    "shares the time out equally; a notebook that would get less than 40 minutes is left for "
    "another class."
)


def _path(path: Path, *, several: bool) -> str:
    days = path.length.days > 1
    rows = []
    for entry in path.entries:
        name = entry.title
        if several and not name.startswith(entry.notebook):
            name = f"{entry.notebook} · {name}"
        clock = f"{'day ' + str(entry.day) + ', ' if days else ''}{_clock(entry.start)}"
        rows.append((clock, name, minutes(entry.minutes)))
    spare = path.length.work - path.minutes
    note = f"{path.minutes:.0f} minutes of work, {max(spare, 0):.0f} to spare."
    return (
        f"<h3>{path.length.name}</h3><p>{note}</p>"
        f"{table(['From', 'What', 'Min'], rows)}{_home(path.home)}"
    )


def _home(steps: Iterable[Step]) -> str:
    names: dict[str, float] = {}
    for step in steps:
        name = step.chapter if step.kind == "section" else step.title
        name = name if name.startswith(step.notebook) else f"{step.notebook} · {name}"
        names[name] = names.get(name, 0.0) + step.minutes
    if not names:
        return ""
    total = round_minutes(sum(names.values()))
    lines = bullets(f"{html.escape(name)}: {minutes(took)}" for name, took in names.items())
    return fold(f"For home, about {total} minutes", lines)


def _clock(minutes: float) -> str:
    """Write minutes as hours and minutes since the start.

    Examples
    --------
    >>> _clock(0), _clock(95.4)
    ('0:00', '1:35')
    """
    whole = round(minutes)
    return f"{whole // 60}:{whole % 60:02d}"
