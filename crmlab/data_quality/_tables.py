"""Tables without rows: what stands in a section whose input is absent."""

from collections.abc import Callable

import pandas as pd

__all__ = ["without_rows"]


def without_rows(index: str, *columns: str) -> Callable[[], pd.DataFrame]:
    """A factory of tables without rows that have these columns and this index."""

    def make_table() -> pd.DataFrame:
        return pd.DataFrame(columns=list(columns), index=pd.Index([], name=index))

    return make_table
