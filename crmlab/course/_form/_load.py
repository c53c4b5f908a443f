"""Rules of the load: minutes, what is extra, what is folded, how long a cell may be."""

from collections.abc import Iterator

from crmlab._notebooks import has_tag, headings
from crmlab._sections import core_minutes, round_minutes
from crmlab.course._form._subject import Subject

__all__ = ["RULES"]

_MOST_MINUTES = 60
_MOST_LINES = 15
_EXTRA = "(extra)"


def core_takes_an_hour(subject: Subject) -> Iterator[str]:
    """At most 60 minutes at 130 words and 10 lines a minute, and the metadata say so."""
    minutes = core_minutes(subject.sections)
    if minutes > _MOST_MINUTES:
        yield (
            f"the core takes {minutes:.1f} minutes; at most {_MOST_MINUTES}. Shorten it, fold "
            "layout code (`hide-input`), or mark a section as extra"
        )
    stated = subject.course.get("minutes")
    if stated != round_minutes(minutes):
        yield (
            f"metadata `crmlab.minutes` is {stated}; the core takes {minutes:.1f}, "
            f"which is {round_minutes(minutes)} rounded up to 5"
        )


def extra_is_tagged_and_said(subject: Subject) -> Iterator[str]:
    """The tag on a heading cell and the word at the end of the heading go together."""
    for cell in subject.notebook["cells"]:
        found = list(headings(cell["source"])) if cell["cell_type"] == "markdown" else []
        title = found[0][1] if found else ""
        if has_tag(cell, "extra") and not title.endswith(_EXTRA):
            where = repr(title) if title else f"a cell without a heading: {cell['source'][:40]!r}"
            yield f"the tag `extra` stands on {where}; the heading must end in {_EXTRA}"
        if title.endswith(_EXTRA) and not has_tag(cell, "extra"):
            yield f"the heading {title!r} has no tag `extra`"


def folded_code_is_hidden_in_jupyter(subject: Subject) -> Iterator[str]:
    """`hide-input` for the book and `source_hidden` for JupyterLab go together."""
    for cell in subject.code:
        hidden = cell["metadata"].get("jupyter", {}).get("source_hidden", False)
        if has_tag(cell, "hide-input") != hidden:
            yield (
                "a cell must have both the tag `hide-input` and `jupyter.source_hidden`, or "
                f"neither: {_first_line(cell['source'])!r}"
            )


def shown_code_is_short(subject: Subject) -> Iterator[str]:
    """At most 15 lines in a cell that is read."""
    for cell in subject.code:
        lines = len(cell["source"].splitlines())
        if lines > _MOST_LINES and not has_tag(cell, "hide-input"):
            yield (
                f"a cell has {lines} lines, at most {_MOST_LINES}: "
                f"{_first_line(cell['source'])!r}. Divide it, or fold what only lays out"
            )


def _first_line(source: str) -> str:
    return source.strip().partition("\n")[0]


RULES = (
    core_takes_an_hour,
    extra_is_tagged_and_said,
    folded_code_is_hidden_in_jupyter,
    shown_code_is_short,
)
