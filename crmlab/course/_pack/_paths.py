"""Paths through the notebooks: what fits into a class of a given length, with its breaks.

The order of choice is the same for every length: the memo and the short path, then the exercises
of its sections, the quiz, the rest of the core with its exercises, and what is extra.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from crmlab.course._pack._steps import Step

__all__ = ["LENGTHS", "Entry", "Length", "Path", "plan_notebook", "plan_series"]

_LEAST = 40.0  # minutes: a notebook that gets fewer is left for another class


@dataclass(frozen=True)
class Length:
    """A class of some length.

    Attributes
    ----------
    name : str
        As a teacher says it.
    days : int
        Number of days.
    minutes : float
        Of each day, breaks included; lunch is not.
    spell : float
        Longest time without a break.
    rest : float
        Length of a break.
    """

    name: str
    days: int
    minutes: float
    spell: float
    rest: float

    @property
    def work(self) -> float:
        """Minutes of work of all days."""
        breaks = -(-self.minutes // (self.spell + self.rest)) - 1
        return self.days * (self.minutes - breaks * self.rest)


LENGTHS = (
    Length("90 minutes", 1, 90, spell=45, rest=5),
    Length("Half a day", 1, 240, spell=60, rest=15),
    Length("Two days", 2, 360, spell=60, rest=15),
)


@dataclass(frozen=True)
class Entry:
    """A line of a plan.

    Attributes
    ----------
    day : int
        From 1 on.
    start, minutes : float
        Minutes since the start of that day, and how long it takes.
    title : str
        What is done; "Break" for a break.
    notebook : str
        Number of the notebook; empty for a break.
    """

    day: int
    start: float
    minutes: float
    title: str
    notebook: str = ""


@dataclass(frozen=True)
class Path:
    """A plan for a class.

    Attributes
    ----------
    length : Length
        Of the class.
    entries : list of Entry
        In their order.
    home : list of Step
        What has no place: for reading at home.
    """

    length: Length
    entries: list[Entry] = field(default_factory=list)
    home: list[Step] = field(default_factory=list)

    @property
    def minutes(self) -> float:
        """Minutes of work, breaks not counted."""
        return sum(entry.minutes for entry in self.entries if entry.notebook)


def plan_notebook(steps: Sequence[Step], length: Length) -> Path:
    """Plan a class on one notebook.

    Examples
    --------
    >>> steps = [Step("02", "Who pays", "Who pays", "section", 30.0, marked=True),
    ...          Step("02", "Why", "Why", "section", 70.0)]
    >>> plan = plan_notebook(steps, LENGTHS[0])
    >>> [entry.title for entry in plan.entries], [step.title for step in plan.home]
    (['Who pays'], ['Why'])
    """
    chosen = _choose(steps, length.work)
    home = [step for step in steps if step not in chosen]
    return Path(length, _schedule(chosen, length), home)


def plan_series(notebooks: Sequence[Sequence[Step]], length: Length) -> Path:
    """Plan a class on several notebooks, in the order of the course.

    Each gets an equal share of the time; what it does not need goes to those after it.
    """
    taken = notebooks[: max(1, int(length.work // _LEAST))]
    left, chosen = length.work, []
    for position, steps in enumerate(taken):
        part = _choose(steps, left / (len(taken) - position))
        left -= sum(step.minutes for step in part)
        chosen += part
    home = [step for steps in notebooks for step in steps if step not in chosen]
    return Path(length, _schedule(chosen, length), home)


def _choose(steps: Sequence[Step], minutes: float) -> list[Step]:
    """Take what fits, the most important first; the result is in the order of the notebook."""
    marked = {step.chapter for step in steps if step.marked}
    core = marked or {step.chapter for step in steps if not step.extra}
    chosen: set[int] = set()
    for wanted in _TIERS:
        for position, step in enumerate(steps):
            if position not in chosen and wanted(step, core) and step.minutes <= minutes:
                chosen.add(position)
                minutes -= step.minutes
    return [step for position, step in enumerate(steps) if position in chosen]


# What is wanted of a step, the most important first; `core` are the chapters of the short path.
_TIERS: tuple[Callable[[Step, set[str]], bool], ...] = (
    lambda step, core: step.kind == "memo",
    lambda step, core: step.marked,
    lambda step, core: "exercise" in step.kind and step.chapter in core and not step.extra,
    lambda step, core: step.kind == "section" and step.chapter in core and not step.extra,
    lambda step, core: step.kind == "quiz",
    lambda step, core: not step.extra,
    lambda step, core: True,
)


def _schedule(steps: Sequence[Step], length: Length) -> list[Entry]:
    """Put the steps one after the other, with breaks, and go on the next day where one is full."""
    entries: list[Entry] = []
    day, now, since = 1, 0.0, 0.0  # since: minutes of work since the last break
    for step in steps:
        if since and since + step.minutes > length.spell and now + step.minutes <= length.minutes:
            entries.append(Entry(day, now, length.rest, "Break"))
            now, since = now + length.rest, 0.0
        if now + step.minutes > length.minutes and now and day < length.days:
            day, now, since = day + 1, 0.0, 0.0
            entries = _without_last_break(entries)
        _append(entries, Entry(day, now, step.minutes, _describe(step), step.notebook), step)
        now, since = now + step.minutes, since + step.minutes
    return _without_last_break(entries)


def _without_last_break(entries: list[Entry]) -> list[Entry]:
    return entries if not entries or entries[-1].notebook else entries[:-1]


def _append(entries: list[Entry], entry: Entry, step: Step) -> None:
    """Add a line; sections of one chapter that follow each other share one."""
    last = entries[-1] if entries else None
    chapter = _describe(step)
    if last and (last.day, last.notebook, last.title) == (entry.day, entry.notebook, chapter):
        entries[-1] = Entry(
            last.day, last.start, last.minutes + entry.minutes, chapter, step.notebook
        )
    else:
        entries.append(entry)


def _describe(step: Step) -> str:
    return _NAMES.get(step.kind, step.title) if step.kind != "section" else step.chapter


_NAMES: Mapping[str, str] = {"memo": "Decision memo", "quiz": "Quiz"}
