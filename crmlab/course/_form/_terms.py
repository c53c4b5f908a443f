"""Rules of terms: what is bold is a term of the glossary, with its Korean where it is taught."""

import re
from collections.abc import Iterator

from crmlab._sections import markdown_texts
from crmlab._terms import bold_texts, same_term
from crmlab.course._form._subject import Subject

__all__ = ["RULES"]

_LABEL = re.compile(r".*[.:?]", re.DOTALL)
_NUMBER = re.compile(r"[\W_]*\d[\W\d_]*(?: ?[A-Za-z]{1,7})?")


def bold_terms_are_in_the_glossary(subject: Subject) -> Iterator[str]:
    """Bold is for terms; labels end in a mark, numbers speak for themselves."""
    known = {same_term(term.term) for term in subject.terms}
    reported = set()
    for bold, _ in _bold(subject):
        if _LABEL.fullmatch(bold) or _NUMBER.fullmatch(bold) or same_term(bold) in known:
            continue
        if bold not in reported:
            reported.add(bold)
            yield f"**{bold}** is not in the glossary. Add a row, or write *{bold}*"


def taught_terms_are_bold(subject: Subject) -> Iterator[str]:
    """A term that the glossary sends here is bold here, with its Korean at first use."""
    after: dict[str, str] = {}
    for bold, rest in _bold(subject):
        after.setdefault(same_term(bold), rest)
    for term in subject.terms:
        if term.taught != subject.number:
            continue
        if same_term(term.term) not in after:
            yield f"the glossary says that {term.term!r} is taught here; it is nowhere bold"
        elif term.korean and not _glossed(term.korean, after[same_term(term.term)]):
            yield f"the first **{term.term}** must be followed by ({term.korean})"


def _glossed(korean: str, rest: str) -> bool:
    bracket = re.match(r"\s*\(([^)]*(?:\([^)]*\)[^)]*)*)\)", rest)
    return bracket is not None and korean in bracket[1]


def _bold(subject: Subject) -> Iterator[tuple[str, str]]:
    for cell in subject.notebook["cells"]:
        for text in markdown_texts(cell):
            yield from bold_texts(text)


RULES = (bold_terms_are_in_the_glossary, taught_terms_are_bold)
