"""Pictures of the quality of records: which field of which system to repair first."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from crmlab._checks import check_vector
from crmlab.plots._canvas import BLUE, RED, check_table, finish, format_percent, make_axes, percent

__all__ = ["plot_field_quality"]

_MOST_ROWS = 12
_LONGEST = 24  # characters of the name of a system


def plot_field_quality(table: pd.DataFrame, *, ax: Axes | None = None) -> Axes:
    """Draw what share of each system's records lacks a field, or has it wrong; the worst first.

    Parameters
    ----------
    table : DataFrame
        One row per system and field: `source`, `field`, `n_records`, `missing` and `differs`
        (numbers of records), as `identity.field_agreement` returns them. The twelve worst rows are
        drawn.
    ax : matplotlib Axes, optional
        Where to draw; a new figure if not given.

    Returns
    -------
    matplotlib Axes

    Raises
    ------
    InputError
        If a column is missing, there are no rows, or a number is missing or negative.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"source": ["web", "branch"], "field": "phone", "n_records": 200, "missing": [30, 2],
    ...      "differs": [10, 8]}
    ... )
    >>> plot_field_quality(table).get_title()
    'Worst is phone in web: 15% missing, 5% differ'
    """
    check_table("table", table, ["source", "field", "n_records", "missing", "differs"])
    n_records, missing, differs = (
        check_vector(name, table[name]) for name in ("n_records", "missing", "differs")
    )
    shares = pd.DataFrame(
        {
            "field": table["field"].astype("str").array,
            "source": [_name(source) for source in table["source"]],
            "missing": missing / np.maximum(n_records, 1),
            "differs": differs / np.maximum(n_records, 1),
        }
    )
    worst = (shares["missing"] + shares["differs"]).sort_values(ascending=False, kind="stable")
    shares = shares.loc[worst.index[:_MOST_ROWS]]
    ax = make_axes(ax)
    rows = np.arange(len(shares))
    ax.barh(rows, shares["missing"], height=0.7, color=BLUE, label="missing")
    ax.barh(rows, shares["differs"], left=shares["missing"], height=0.7, color=RED, label="differs")
    ax.set_yticks(rows, [f"{row.field} · {row.source}" for row in shares.itertuples()])
    ax.invert_yaxis()
    ax.legend(frameon=False, fontsize=9, loc="lower right")
    format_percent(ax.xaxis)
    first = shares.iloc[0]
    return finish(
        ax,
        title=f"Worst is {first['field']} in {first['source']}: {percent(first['missing'])} "
        f"missing, {percent(first['differs'])} differ",
        x="records of the system (%)",
        y="field · system",
        grid=False,
    )


def _name(source: object) -> str:
    text = str(source)
    text = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return text.replace("$", r"\$")  # two of them would be read as a formula
