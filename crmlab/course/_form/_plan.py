"""Rules of the plan: how a notebook opens and ends, and what its metadata say."""

import re
from collections.abc import Iterator

from crmlab._errors import InputError
from crmlab._notebooks import has_tag, headings
from crmlab._sections import FIXED_END, markdown_texts
from crmlab.concepts import load_concepts
from crmlab.course._form._subject import Subject

__all__ = ["RULES"]

_MEMO = ("Do", "Cost", "Risk", "What would change my mind")


def opens_as_planned(subject: Subject) -> Iterator[str]:
    """Title with its number, question, objectives, time and prerequisites."""
    first = subject.prose[0] if subject.prose else ""
    if not re.match(rf"# {subject.number} · \S.+\n\n> ", first):
        yield f"the first cell must begin `# {subject.number} · Title`, a blank line, `> question`"
    for label in ("**Time:** about", "**Prerequisites:**"):
        if label not in first:
            yield f"the first cell must hold `{label}`"
    objectives = len(re.findall(r"^- ", first, re.MULTILINE))
    if not 3 <= objectives <= 4:
        yield f"the first cell must list 3 or 4 objectives (`- ...`); got {objectives}"


def metadata_agree(subject: Subject) -> Iterator[str]:
    """Concepts, objectives, question and time, as in the first cell."""
    course, first = subject.course, subject.prose[0] if subject.prose else ""
    concepts = course.get("concepts", [])
    unknown = sorted(set(concepts) - set(load_concepts()["id"]))
    if not concepts or unknown:
        yield f"metadata `crmlab.concepts` must name ids of concepts.csv; got {unknown or 'none'}"
    if not 3 <= len(course.get("objectives", [])) <= 4:
        yield "metadata `crmlab.objectives` must list 3 or 4"
    if course.get("time") != f"{course.get('minutes')} minutes":
        yield f"metadata `crmlab.time` must read '{course.get('minutes')} minutes'"
    quoted = " ".join(first.replace("\n>", "").split())
    for text in (f" {course.get('question')} ", f"about {course.get('time')}"):
        if text not in quoted:
            yield f"the first cell must hold {text.strip()!r}, as the metadata do"


def has_one_kernel(subject: Subject) -> Iterator[str]:
    """One kernel serves all."""
    kernel = subject.notebook["metadata"].get("kernelspec", {})
    if (kernel.get("name"), kernel.get("display_name")) != ("python3", "Python 3"):
        yield "the kernel must be python3, shown as 'Python 3'"


def parameters_state_both_ends(subject: Subject) -> Iterator[str]:
    """One parameters cell; each line with type, unit and meaning, and each with two ends."""
    tagged = [cell for cell in subject.code if has_tag(cell, "parameters")]
    if len(tagged) != 1:
        yield f"one cell must have the tag `parameters`; got {len(tagged)}"
        return
    try:
        declared = subject.parameters
    except InputError as error:
        yield str(error)
        return
    for line in tagged[0]["source"].splitlines():
        if not re.fullmatch(r"\w+: [^=]+ = .+  # [^;]+; .+", line):
            yield f"a parameter must read `name: type = value  # unit; meaning`; got {line!r}"
    for parameter in declared:
        if parameter.ends is None:
            yield (
                f"parameter `{parameter.name}` does not state its two ends. Write "
                "`in [low, high]`, `date in [day, day]` or `one of a | b` before the semicolon"
            )


def headings_begin_their_cells(subject: Subject) -> Iterator[str]:
    """A heading that divides the notebook is the first line of its cell, and alone in it."""
    for source in subject.prose[1:]:
        found = [text for level, text in headings(source) if level <= 3]
        if found and (len(found) > 1 or not source.startswith("#")):
            yield f"a heading must begin a cell of its own: {found[-1]!r}"


def ends_as_planned(subject: Subject) -> Iterator[str]:
    """Memo, assumptions, limits and references, in this order."""
    found = [section.title for section in subject.sections if section.level == 2]
    at = [
        next((i for i, title in enumerate(found) if title.startswith(start)), -1)
        for start in FIXED_END
    ]
    if -1 in at or at != sorted(at):
        yield f"it must end with the sections {', '.join(FIXED_END)}; got {', '.join(found[-5:])}"


def memo_says_what_to_do(subject: Subject) -> Iterator[str]:
    """What to do, its cost, its risk, and what would change it."""
    memo = _texts_under(subject, "Decision memo")
    starts = [memo.find(f"**{word}") for word in _MEMO]
    if -1 in starts or starts != sorted(starts):
        yield f"the decision memo must say, in this order: {', '.join(_MEMO)}"


def assumptions_are_a_table(subject: Subject) -> Iterator[str]:
    """Two rows at least."""
    rows = re.findall(r"^\|.+\|$", _texts_under(subject, "Assumptions"), re.MULTILINE)
    if len(rows) < 4:  # heading, rule and two rows
        yield "the section Assumptions must be a table of at least two rows"


def _texts_under(subject: Subject, chapter: str) -> str:
    """Markdown of a chapter, written or told."""
    return "\n".join(
        text
        for section in subject.sections
        if section.chapter.startswith(chapter)
        for cell in section.cells
        for text in markdown_texts(cell)
    )


RULES = (
    opens_as_planned,
    metadata_agree,
    has_one_kernel,
    parameters_state_both_ends,
    headings_begin_their_cells,
    ends_as_planned,
    memo_says_what_to_do,
    assumptions_are_a_table,
)
