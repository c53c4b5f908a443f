"""Bold words in Markdown, and when two ways of writing a term mean the same one."""

import re
from collections.abc import Iterator

__all__ = ["bold_texts", "same_term"]

_FENCED = re.compile(r"^(`{3,}|~{3,}).*?^\1", re.MULTILINE | re.DOTALL)
_CODE = re.compile(r"`[^`\n]*`")
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
_PLURALS = (("ss", "ss"), ("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("s", ""))


def same_term(text: str) -> str:
    r"""Write a term so that its capitals, plural and line breaks make no difference.

    Parameters
    ----------
    text : str
        As in the glossary, or as in a sentence.

    Returns
    -------
    str
        For comparison only; it need not be a word.

    Examples
    --------
    >>> same_term("Confidence\n intervals") == same_term("confidence interval")
    True
    """
    bare = " ".join(re.sub(r"[`*_]", " ", text).casefold().split())
    ending = next(((plural, one) for plural, one in _PLURALS if bare.endswith(plural)), ("", ""))
    return bare.removesuffix(ending[0]) + ending[1]


def bold_texts(markdown: str) -> Iterator[tuple[str, str]]:
    """Find what is bold in a Markdown text, each with what follows it in its paragraph.

    Parameters
    ----------
    markdown : str
        Code in it is passed over.

    Yields
    ------
    tuple of str
        The bold text on one line, without its stars, and the rest of the paragraph.

    Examples
    --------
    >>> list(bold_texts("Half a **decile** (십분위), and `2 ** 3 ** 2`."))
    [('decile', ' (십분위), and `2  3  2`.')]
    """
    bare = _CODE.sub(lambda code: code[0].replace("*", ""), _FENCED.sub("", markdown))
    for paragraph in re.split(r"\n\s*\n", bare):
        line = " ".join(paragraph.splitlines())
        for bold in _BOLD.finditer(line):
            yield " ".join(bold[1].split()), line[bold.end() :]
