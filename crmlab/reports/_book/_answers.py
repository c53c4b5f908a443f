"""Hints and solutions in a page, where a reader cannot answer."""

import html
import re

from bs4 import BeautifulSoup, Tag
from nbconvert.filters.highlight import Highlight2HTML

from crmlab._asked import Asked, is_code

__all__ = ["show_answers"]

_WAITS = re.compile(r"(\d\d\.\d+): not attempted")


def show_answers(cell: Tag, exercises: dict[str, Asked]) -> None:
    """Put hint and solution, folded, in the place of "not attempted yet"."""
    output = cell.select_one(".output")
    found = _WAITS.match(output.get_text(strip=True)) if output else None
    exercise = exercises.get(found[1]) if found else None
    if output is not None and exercise is not None:
        output.replace_with(BeautifulSoup(_answers_html(exercise), "html.parser"))


def _answers_html(exercise: Asked) -> str:
    hint = exercise.hint[:1].upper() + exercise.hint[1:]
    return (
        '<div class="answers">'
        f'<details class="fold"><summary>Hint for {exercise.key}</summary>'
        f"<p>{html.escape(hint)}</p></details>"
        f'<details class="fold"><summary>Solution of {exercise.key}</summary>'
        f"{_solution_html(exercise)}</details></div>"
    )


def _solution_html(exercise: Asked) -> str:
    if is_code(exercise):
        highlighted = Highlight2HTML(pygments_lexer="python")(exercise.solution)
        return f'<div class="code">{highlighted}</div>'
    return f'<p class="lines">{html.escape(exercise.solution)}</p>'
