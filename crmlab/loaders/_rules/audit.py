"""The audit of transactions: what was read, what it comes to, what was left out and why."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd

from crmlab.loaders._rules.describe import list_blocks, write_html, write_text

if TYPE_CHECKING:
    import ibis

    from crmlab.loaders._rules.prepared import Prepared

__all__ = ["TransactionAudit"]


@dataclass(frozen=True, repr=False)
class TransactionAudit:
    """What reading a source found, which its `repr` says, and notebooks show as tables.

    ``rows_read == rows_valid + rows_left_out + rows_quarantined``, always.

    Attributes
    ----------
    rows_read : int
        Rows in the source, without its header.
    rows_valid : int
        Rows that count. Returns are valid, whatever is done about them.
    rows_left_out : int
        Rows that a rule leaves out and that are not at fault: cancelled orders, orders of nobody,
        further lines of an order, total rows.
    rows_quarantined : int
        Rows that are at fault.
    by_currency : DataFrame
        What the orders that count come to, one row per currency: ``currency`` (empty where nobody
        says it), ``customers``, ``buyers`` (with an order not given back whole), ``orders``,
        ``purchases`` (orders not given back whole), ``gross``, ``refunded``, ``revenue`` (gross
        less refunded), ``first_day``, ``last_day``. Amounts in that currency.
    left_out : DataFrame
        What is no part of that, one row per reason and currency: ``reason``, ``treatment``,
        ``currency``, ``n_rows``, ``n_orders``, ``gross``, ``refunded`` and ``share`` (of all money
        in that currency, 0 to 1).
    by_rule : DataFrame
        ``rule, n_rows, treatment, remedy, example``: one row per thing looked for. A row that
        breaks two rules counts in both. An example is the first row with what was found, such as
        "line 12: '?'": the line of a text file as an editor counts, the row of a sheet as Excel
        counts, the row of a frame or of one Parquet file from 0, as ``.iloc`` does. Tables without
        an order, such as Spark's, give the value only.
    quarantined : DataFrame
        The rows at fault, in the owner's columns, with their ``reason``. A line that does not fit
        the header is in ``text``. An owner's column of one of these two names
        gets ``_in_source`` added to it.
    n_customers, n_buyers : int
        Customers in the valid rows, and those with an order not given back whole.
    first_date, last_date : Timestamp
        Span of the valid rows; not-a-time where there are none.
    readings : dict
        How the source was read: its layout, ``encoding``, and layout or decimal mark by column.
    valid : ibis.Table
        The valid rows, as `read_transactions` returns them.
    excluded : ibis.Table
        The rows that a rule leaves out, in the owner's columns, with their ``reason``. Nothing
        runs until ``.to_pandas()``.
    personal : tuple of str
        Our columns whose values tell who somebody is, as the layout says: phone numbers as ids.

    Examples
    --------
    >>> import pandas as pd
    >>> from crmlab.loaders import audit_transactions
    >>> orders = pd.DataFrame({"customer_id": [1, 2], "date": "2024-01-05", "amount": ["5", "?"]})
    >>> audit_transactions(orders).quarantined
       customer_id        date amount             reason
    0            2  2024-01-05      ?  amount unreadable
    """

    rows_read: int
    rows_valid: int
    rows_left_out: int
    rows_quarantined: int
    by_currency: pd.DataFrame
    left_out: pd.DataFrame
    by_rule: pd.DataFrame
    quarantined: pd.DataFrame
    n_customers: int
    n_buyers: int
    first_date: pd.Timestamp
    last_date: pd.Timestamp
    readings: dict[str, str]
    personal: tuple[str, ...]
    _prepared: "Prepared"

    @cached_property
    def valid(self) -> "ibis.Table":
        """The valid rows, as `read_transactions` returns them."""
        return self._prepared.valid()

    @cached_property
    def excluded(self) -> "ibis.Table":
        """The rows that a rule leaves out, in the owner's columns, with their ``reason``."""
        return self._prepared.excluded()

    @property
    def currency(self) -> str:
        """Code of the currency of all orders, such as "KRW"; empty if not known, or several."""
        codes = self.by_currency["currency"].tolist()
        return codes[0] if len(codes) == 1 else ""

    @property
    def revenue(self) -> float:
        """Money of the orders that count, less what was given back; nan in several currencies."""
        return self._sum("revenue")

    @property
    def n_orders(self) -> int:
        """Orders that count, those given back whole too."""
        return int(self.by_currency["orders"].sum())

    def _sum(self, column: str) -> float:
        """A sum of money, which there is in one currency only."""
        return float("nan") if len(self.by_currency) > 1 else float(self.by_currency[column].sum())

    def describe(self) -> str:
        """Say in words what was read, what the orders come to, and what is left out and why.

        Returns
        -------
        str
            Several lines, as `crmlab audit` prints them.

        Examples
        --------
        >>> import pandas as pd
        >>> from crmlab.loaders import audit_transactions
        >>> orders = pd.DataFrame({"customer_id": [1], "date": ["2024-01-05"], "amount": [5]})
        >>> print(audit_transactions(orders).describe())
        customers           1
        orders              1
        revenue          5.00
        first day  2024-01-05
        last day   2024-01-05
        <BLANKLINE>
        1 row read: 1 counts, 0 left out, 0 at fault.
        <BLANKLINE>
        date:  read as year-month-day
        <BLANKLINE>
        28 rules looked for, nothing found.
        """
        return write_text(list_blocks(self))

    def __repr__(self) -> str:
        """The words of `describe`."""
        return self.describe()

    def _repr_html_(self) -> str:
        """The same as tables, for notebooks and pages."""
        return write_html(list_blocks(self))
