"""The glossary in the book: a page of its own, and links from every bold term to it."""

import html
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd
from bs4 import BeautifulSoup, Tag

from crmlab._terms import same_term
from crmlab.glossary import load_glossary
from crmlab.reports._book._chapter import Chapter

__all__ = ["Terms", "glossary_body"]

_NO_LINK_IN = ["a", "summary", "h1", "h2", "h3", "h4", "h5", "h6"]


@dataclass(frozen=True)
class _Row:
    term: str
    korean: str
    meaning: str
    taught: str

    @property
    def anchor(self) -> str:
        return re.sub(r"\W+", "-", self.term.casefold()).strip("-")


class Terms:
    """The terms of the glossary, and where the book explains them.

    Parameters
    ----------
    glossary : DataFrame, optional
        Default: that of the package.
    """

    def __init__(self, glossary: pd.DataFrame | None = None) -> None:
        table = load_glossary() if glossary is None else glossary
        self.rows = [
            _Row(str(row.term), str(row.korean), str(row.meaning), str(row.taught))
            for row in table.itertuples()
        ]
        self.places: dict[str, str] = {}  # term -> address of the first bold use where taught

    @cached_property
    def _by_term(self) -> dict[str, _Row]:
        return {same_term(row.term): row for row in self.rows}

    def link(self, body: str, *, page: str, number: str) -> str:
        """Link each bold term of a page to the glossary, and remember where it is taught."""
        soup = BeautifulSoup(body, "html.parser")
        for bold in soup.select(".prose strong"):
            row = self._by_term.get(same_term(bold.get_text()))
            if row is None or bold.find_parent(_NO_LINK_IN):
                continue
            self._link_one(soup, bold, row, page if row.taught == number else "")
        return str(soup)

    def _link_one(self, soup: BeautifulSoup, bold: Tag, row: _Row, taught_on: str) -> None:
        address = f"glossary.html#{row.anchor}"
        link = soup.new_tag("a", attrs={"class": "term", "href": address})
        bold.wrap(link)
        if taught_on and row.term not in self.places:
            link["id"] = f"term-{row.anchor}"
            self.places[row.term] = f"{taught_on}#term-{row.anchor}"


def glossary_body(terms: Terms, chapters: Sequence[Chapter]) -> str:
    """Write all terms, each with its Korean, its meaning and where it is taught."""
    titles = {chapter.number: f"{chapter.number} {chapter.title}" for chapter in chapters}
    entries = "\n".join(_entry(row, terms.places.get(row.term), titles) for row in terms.rows)
    return f'<h1>Glossary</h1>\n<dl class="glossary">\n{entries}\n</dl>'


def _entry(row: _Row, place: str | None, titles: dict[str, str]) -> str:
    korean = f' <span lang="ko">{html.escape(row.korean)}</span>' if row.korean else ""
    taught = html.escape(titles.get(row.taught, row.taught and f"notebook {row.taught}"))
    if place:
        taught = f'<a href="{html.escape(place)}">{taught}</a>'
    where = f' <span class="quiet">{taught}</span>' if taught else ""
    return (
        f'<div id="{html.escape(row.anchor)}"><dt><dfn>{html.escape(row.term)}</dfn>{korean}</dt>'
        f"<dd>{html.escape(row.meaning)}{where}</dd></div>"
    )
