"""Small pieces of HTML that the pages of the pack share."""

import html
from collections.abc import Iterable, Sequence

from nbconvert.filters.markdown import markdown2html

__all__ = ["bullets", "code", "fold", "markdown", "table"]


def markdown(text: str) -> str:
    """Render Markdown that we wrote."""
    return f'<div class="prose">{markdown2html(text)}</div>'


def code(text: str) -> str:
    """Show source code."""
    return f'<div class="code"><pre>{html.escape(text)}</pre></div>'


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
    number = isinstance(value, int | float)
    text = f"{value:.0f}" if isinstance(value, float) else html.escape(str(value))
    return f'<td class="number">{text}</td>' if number else f"<td>{text}</td>"
