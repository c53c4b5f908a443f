"""The audit of transactions: what was read, what was wrong, what was done about it."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pandas as pd

from crmlab._engine import execute
from crmlab._purchases import is_return, purchase_days
from crmlab._text import plain_table
from crmlab.contracts import ContractError, faults, shown, tally
from crmlab.loaders._rules.people import find_doubts
from crmlab.loaders._rules.prepared import Prepared
from crmlab.loaders._rules.rules import MALFORMED

if TYPE_CHECKING:
    import ibis

__all__ = ["TransactionAudit", "count_rows", "explain", "make_audit"]


@dataclass(frozen=True)
class TransactionAudit:
    """What reading a source found; ``rows_read == rows_valid + rows_quarantined``, always.

    Attributes
    ----------
    rows_read : int
        Rows in the source, without its header.
    rows_valid : int
        Rows that keep every rule. Returns are valid, whatever is done about them.
    rows_quarantined : int
        Rows left out.
    by_rule : DataFrame
        ``rule, n_rows, treatment, remedy``: one row per thing looked for. A row that breaks two
        rules counts in both.
    quarantined : DataFrame
        The rows left out, in the owner's columns, with their ``reason``. A line that does not fit
        the header is in ``text``. An owner's column of one of these two names
        gets ``_in_source`` added to it.
    n_customers : int
        Customers in the valid rows.
    first_date, last_date : Timestamp
        Span of the valid rows; not-a-time where there are none.
    revenue : float
        Sum of the valid amounts, returns subtracted, in currency.
    readings : dict
        How text was read: ``encoding``, and layout or decimal mark by column.
    valid : ibis.Table
        The valid rows, as `read_transactions` returns them.

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
    rows_quarantined: int
    by_rule: pd.DataFrame = field(repr=False)
    quarantined: pd.DataFrame = field(repr=False)
    n_customers: int
    first_date: pd.Timestamp
    last_date: pd.Timestamp
    revenue: float
    readings: dict[str, str]
    valid: "ibis.Table" = field(repr=False)

    @property
    def currency(self) -> str:
        """Code of the currency the amounts are marked with, such as "KRW"; empty if with none."""
        marked = self.readings.get("amount", "").rpartition(", ")[2]
        return marked if marked.isupper() else ""

    def describe(self) -> str:
        """Say in words what was read, what the valid rows come to, and what was found.

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
          rows read                    1
          rows valid                   1
          rows quarantined             0
          customers                    1
          revenue                   5.00
          first day           2024-01-05
          last day            2024-01-05
        <BLANKLINE>
        date: read as year-month-day
        <BLANKLINE>
        18 rules looked for, nothing found.
        """
        lines = [
            f"  rows read         {self.rows_read:>12,}",
            f"  rows valid        {self.rows_valid:>12,}",
            f"  rows quarantined  {self.rows_quarantined:>12,}",
            *self._describe_orders(),
            "",
            *(f"{name}: read as {reading}" for name, reading in self.readings.items()),
            *([""] if self.readings else []),
        ]
        seen = self.by_rule[self.by_rule["n_rows"] > 0]
        if seen.empty:
            return "\n".join([*lines, f"{len(self.by_rule)} rules looked for, nothing found."])
        return "\n".join([*lines, f"Found, of {len(self.by_rule)} looked for:", plain_table(seen)])

    def _describe_orders(self) -> list[str]:
        """What the valid rows come to, to compare with the shop's own books."""
        if not self.rows_valid:
            return []
        currency = f" {self.currency}" if self.currency else ""
        return [
            f"  customers         {self.n_customers:>12,}",
            f"  revenue           {self.revenue:>12,.2f}{currency}",
            f"  first day           {self.first_date:%Y-%m-%d}",
            f"  last day            {self.last_date:%Y-%m-%d}",
        ]


def count_rows(prepared: Prepared) -> pd.Series:
    """Count rows and what is wrong with them, in one query; a source without rows is refused."""
    counts = tally(prepared.table, prepared.rules)
    if not counts["n_rows"] and not prepared.malformed:
        raise ContractError("`source` has a header but no rows.")
    return counts


def explain(prepared: Prepared, counts: pd.Series) -> str:
    """Say in words which rows break rules, with an example and a remedy; nothing if none does."""
    n_bad = int(counts["n_broken"]) + len(prepared.malformed)
    if not n_bad:
        return ""
    n_rows = int(counts["n_rows"]) + len(prepared.malformed)
    lines = [
        f"{n_bad:,} of {n_rows:,} rows break the contract of transactions:",
        *faults(prepared.table, prepared.rules, counts, columns=prepared.header),
    ]
    if prepared.malformed:
        label, remedy = MALFORMED
        first = shown(prepared.malformed[0])
        lines.append(f"- {label}: {len(prepared.malformed):,} rows (for example {first}); {remedy}")
    return "\n".join(lines)


def make_audit(prepared: Prepared) -> TransactionAudit:
    """Count, describe and collect what is left out, in a handful of queries."""
    counts = count_rows(prepared)
    n_malformed = len(prepared.malformed)
    n_rows, n_broken = int(counts["n_rows"]), int(counts["n_broken"])
    rules = [
        (rule.label, int(counts[rule.label]), "quarantined", rule.remedy) for rule in prepared.rules
    ]
    rules.append((MALFORMED[0], n_malformed, "quarantined", MALFORMED[1]))
    rules += _count_kept(prepared, n_rows)
    valid = prepared.valid()
    totals = execute(
        valid.aggregate(
            n_customers=valid.customer_id.nunique(),
            first_date=valid.date.min(),
            last_date=valid.date.max(),
            revenue=valid.amount.sum().fill_null(0.0),
        )
    ).iloc[0]
    return TransactionAudit(
        rows_read=n_rows + n_malformed,
        rows_valid=n_rows - n_broken,
        rows_quarantined=n_broken + n_malformed,
        by_rule=pd.DataFrame(rules, columns=["rule", "n_rows", "treatment", "remedy"]),
        quarantined=_collect_quarantined(prepared, n_broken),
        n_customers=int(totals["n_customers"]),
        first_date=pd.Timestamp(totals["first_date"]),
        last_date=pd.Timestamp(totals["last_date"]),
        revenue=float(totals["revenue"]),
        readings=prepared.readings,
        valid=valid,
    )


_RETURNS = {
    "net": "added into the customer's day",
    "drop": "ignored",
    "keep": "kept as it is",
}


def _count_kept(prepared: Prepared, n_rows: int) -> list[tuple[str, int, str, str]]:
    """Count valid rows that deserve a look: returns, zero amounts, repeats, odd ids."""
    lines = prepared.lines()
    counts = execute(
        lines.aggregate(
            returned=is_return(lines).sum().fill_null(0),
            zero=(~is_return(lines) & (lines.amount == 0)).sum().fill_null(0),
        )
    ).iloc[0]
    returns = prepared.options.returns
    found = [("return line", int(counts["returned"]), _RETURNS[returns], "see `returns=`")]
    if returns == "net":
        n_lines = _lines_below_zero(prepared.valid()) if counts["returned"] else 0
        found.append(("day nets to less than zero", n_lines, "no purchase", "see `returns=`"))
    found.append(
        ("zero amount", int(counts["zero"]), "kept, a purchase", "check gifts and samples")
    )
    if prepared.options.duplicates == "keep":
        distinct = prepared.distinct()
        n_repeats = n_rows - _read_count(distinct.aggregate(n=distinct.count()))
        found.append(("line repeated", n_repeats, "kept", "see `duplicates=`"))
    return found + find_doubts(lines)


def _lines_below_zero(lines: Any) -> int:
    """Lines on days that give more back than they bring in."""
    days = purchase_days(lines)
    return _read_count(days.filter(~days.bought).aggregate(n=days.n_lines.sum().fill_null(0)))


def _read_count(count: Any) -> int:
    """The one number of a query."""
    return int(execute(count)["n"].item())


def _collect_quarantined(prepared: Prepared, n_broken: int) -> pd.DataFrame:
    rows = prepared.quarantined()
    frame = execute(rows if n_broken else rows.limit(0))
    if prepared.malformed:
        torn = pd.DataFrame({"text": list(prepared.malformed), "reason": MALFORMED[0]})
        frame = pd.concat([frame, torn], ignore_index=True)
    return frame
