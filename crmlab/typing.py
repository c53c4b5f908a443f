"""Types of what crmlab takes and returns, for the annotations of your own code.

===============  ============================================================================
`Table`          a pandas frame or an Ibis table: what functions on transactions take
`TableSource`    what `read_transactions` opens: files, frames, relations, Ibis and Spark tables
`Day`            a date, a timestamp or text such as "1997-09-30"
`TimeUnit`       "D", "W" or "M": days, weeks or months
===============  ============================================================================

Ibis carries no types of its own yet, so type checkers take its tables for `Any`.
"""

from crmlab._types import Day, Table, TableSource, TimeUnit

__all__ = ["Day", "Table", "TableSource", "TimeUnit"]
