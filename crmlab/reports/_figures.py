"""The row of figures at the head of a report."""

import html
from collections.abc import Mapping
from typing import TYPE_CHECKING

from crmlab._optional import need

if TYPE_CHECKING:
    from IPython.display import HTML

__all__ = ["key_figures"]


def key_figures(figures: Mapping[str, str]) -> "HTML":
    """Lay out a few figures in large type, each above what it means.

    Parameters
    ----------
    figures : mapping of str to str
        What a figure means, with its unit, and the figure as it is to be read. Both are escaped.

    Returns
    -------
    IPython.display.HTML
        To be the last line of a cell.

    Examples
    --------
    >>> print(key_figures({"customers": "23,570"}).data)
    <dl class="figures"><div><dt>customers</dt><dd>23,570</dd></div></dl>
    """
    tiles = "".join(
        f"<div><dt>{html.escape(meaning)}</dt><dd>{html.escape(figure)}</dd></div>"
        for meaning, figure in figures.items()
    )
    display = need("IPython.display", extra="reports")
    return display.HTML(f'<dl class="figures">{tiles}</dl>')
