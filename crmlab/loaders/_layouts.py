"""The layouts of shops' exports as a table, for people."""

import pandas as pd

from crmlab.loaders._header.layouts import list_layouts as _load_all

__all__ = ["list_layouts"]


def list_layouts() -> pd.DataFrame:
    """List the layouts that come with crmlab.

    Returns
    -------
    DataFrame
        One row per layout, sorted by name: ``name`` (as ``layout=`` of `read_transactions` takes
        it), ``title``, ``required`` (the headers a file must have, alternatives between bars) and
        ``currency`` (code of the currency of lines that do not say it, or empty).

    Examples
    --------
    >>> layouts = list_layouts().set_index("name")
    >>> layouts.loc["etsy", "title"]
    'Etsy, sold orders'
    >>> layouts.loc["stripe", "required"]
    'id, Created date (UTC) | Created (UTC), Amount, Amount Refunded, Currency, Status, \
Customer ID | Customer Email'
    """
    return pd.DataFrame(
        [
            {
                "name": layout.name,
                "title": layout.title,
                "required": ", ".join(" | ".join(names) for names in layout.required),
                "currency": layout.currency or "",
            }
            for layout in _load_all()
        ]
    )
