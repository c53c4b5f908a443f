"""Types of what crmlab takes and returns, for the annotations of your own code.

===============  ============================================================================
`Table`          a pandas frame or an Ibis table: what functions on transactions take
`TableSource`    what `read_transactions` opens: files, frames, relations, Ibis and Spark tables
`Day`            a date, a timestamp or text such as "1997-09-30"
`TimeUnit`       "D", "W" or "M": days, weeks or months
`RepeatModel`    a model of repeat purchases, `SpendModel` of spend per purchase: what value,
                 forecasts, scores and validation ask of crmlab's models and of your own;
                 `NewCustomerModel` also answers for customers yet to be won
===============  ============================================================================

Ibis carries no types of its own yet, so type checkers take its tables for `Any`.
"""

from crmlab._types import Day, Table, TableSource, TimeUnit
from crmlab.ltv import NewCustomerModel, RepeatModel, SpendModel

__all__ = [
    "Day",
    "NewCustomerModel",
    "RepeatModel",
    "SpendModel",
    "Table",
    "TableSource",
    "TimeUnit",
]
