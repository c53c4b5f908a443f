"""Types that several rooms share; users find them in `crmlab.typing`."""

import datetime as dt
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, Union

import numpy as np
import pandas as pd
from numpy.typing import NDArray

if TYPE_CHECKING:  # heavy or optional, and only named here
    import duckdb
    import ibis
    import pyarrow as pa
    from pyspark.sql import DataFrame as SparkTable

__all__ = ["Day", "File", "Floats", "Ints", "Table", "TableSource", "TimeUnit"]

Day = str | dt.date | pd.Timestamp  # "1997-09-30"; a datetime is a date
TimeUnit = Literal["D", "W", "M"]  # of a summary

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

File = str | os.PathLike[str]
Table = Union[pd.DataFrame, "ibis.Table"]
TableSource = Union[
    File,  # a pattern of files or a folder of them, too
    Sequence[File],
    Table,
    "pa.Table",
    "duckdb.DuckDBPyRelation",
    "SparkTable",
]
