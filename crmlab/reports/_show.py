"""How a template shows what was computed: a table, a picture or words, and a reason without one."""

import html
from collections.abc import Callable, Iterable
from typing import Any, Literal

import pandas as pd

from crmlab._checks import check_choice

__all__ = ["show_list", "show_plot", "show_table", "show_text"]


def show_table(
    table: pd.DataFrame, *, intro: str = "", otherwise: str = "", folded: str = ""
) -> None:
    """Display a table below its introduction; for one without rows, what to say instead.

    Parameters
    ----------
    table : DataFrame
        To be shown as it is.
    intro : str, default=""
        Markdown above the table, shown with it only.
    otherwise : str, default=""
        Markdown shown where the table has no rows; nothing by default.
    folded : str, default=""
        Line under which the table is folded away; by default it is open.
    """
    from IPython.display import HTML, display

    if table.empty:
        show_text(otherwise)
        return
    show_text(intro)
    summary = f"<details><summary>{html.escape(folded)}</summary>"
    with pd.option_context("display.max_colwidth", None):  # a cell is shown to its end
        display(HTML(f"{summary}{table.to_html()}</details>") if folded else table)


def show_plot(
    plot: Callable[..., Any],
    table: pd.DataFrame,
    *,
    figsize: tuple[float, float],
    layout: Literal["constrained", "tight"] | None = None,
    otherwise: str = "",
    **options: Any,
) -> None:
    """Draw a table with one of `crmlab.plots`; for one without rows, say what to say instead.

    Parameters
    ----------
    plot : callable
        One of `crmlab.plots`.
    table : DataFrame
        What it draws.
    figsize : tuple of float
        Width and height in inches.
    layout : {"constrained", "tight"}, optional
        How labels are kept from overlapping.
    otherwise : str, default=""
        Markdown shown where the table has no rows; nothing by default.
    **options
        Of the plot.

    Raises
    ------
    InputError
        If `layout` is another word.
    """
    import matplotlib.pyplot as plt

    if layout is not None:
        check_choice("layout", layout, ["constrained", "tight"])
    if table.empty:
        show_text(otherwise)
        return
    _, ax = plt.subplots(figsize=figsize, layout=layout)
    plot(table, ax=ax, **options)
    plt.show()


def show_list(sentences: Iterable[str]) -> None:
    """Display sentences as a list; nothing where there are none.

    A name that is code stays text, and a dollar sign does not begin a formula; Markdown for bold
    is kept.
    """
    escaped = [html.escape(each, quote=False).replace("$", "&#36;") for each in sentences]
    show_text("\n".join(f"- {sentence}" for sentence in escaped))


def show_text(text: str) -> None:
    """Display Markdown; nothing where it is empty."""
    from IPython.display import Markdown, display

    if text:
        display(Markdown(text))
