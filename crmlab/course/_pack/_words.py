"""Small pieces of HTML that the pages of the pack share."""

import html
import re
from collections.abc import Iterable, Sequence

from nbconvert.filters.markdown import markdown2html

__all__ = ["bullets", "code", "fold", "markdown", "minutes", "prepared", "table"]

_NUMBER = re.compile(r"(under )?-?\d[\d.,:]*")


def markdown(text: str) -> str:
    """Render Markdown that we wrote."""
    return f'<div class="prose">{markdown2html(text)}</div>'


def code(text: str) -> str:
    """Show source code."""
    return f'<div class="code"><pre>{html.escape(text)}</pre></div>'


def prepared(text: str) -> str:
    """Show text whose lines were set by hand; long ones are broken where the screen ends."""
    return f'<div class="code"><pre style="white-space: pre-wrap">{html.escape(text)}</pre></div>'


def minutes(value: float) -> str:
    """Write minutes as whole ones.

    Examples
    --------
    >>> minutes(12.6), minutes(0.2)
    ('13', 'under 1')
    """
    return f"{value:.0f}" if value >= 0.5 else "under 1"


def bullets(items: Iterable[str]) -> str:
    """List pieces of HTML."""
    return "<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>"


def fold(summary: str, body: str) -> str:
    """Fold a piece of HTML under a line that opens it."""
    return f"<details><summary>{html.escape(summary)}</summary>{body}</details>"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Lay out a table; numbers stand to the right."""
    heads = "".join(f"<th>{html.escape(name)}</th>" for name in head)
    lines = "".join(f"<tr>{''.join(map(_cell, row))}</tr>" for row in rows)
    return (
        '<div class="scroll" tabindex="0"><table>'
        f"<thead><tr>{heads}</tr></thead><tbody>{lines}</tbody></table></div>"
    )


def _cell(value: object) -> str:
    text = str(value)
    kind = ' class="number"' if _NUMBER.fullmatch(text) else ""
    return f"<td{kind}>{html.escape(text)}</td>"
