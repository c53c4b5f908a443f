"""A contract: the columns of a canonical table, and the rules its rows must keep."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from crmlab._text import list_names
from crmlab._types import Table
from crmlab.contracts._errors import ContractError
from crmlab.contracts._faults import infinite_day, unknown
from crmlab.contracts._open import as_table
from crmlab.contracts._rules import Rule, faults, tally

if TYPE_CHECKING:
    import ibis

__all__ = ["Column", "Contract", "Kind"]

Kind = Literal["id", "time", "number", "text", "word", "flag"]


@dataclass(frozen=True)
class Column:
    """One column of a canonical table.

    Parameters
    ----------
    name : str
        Our name, in snake case.
    kind : {"id", "time", "number", "text", "word", "flag"}
        What it holds. An id is text or a whole number, never a float; a word is one of a few that
        mean something to crmlab, whatever their owner writes for them.
    meaning : str
        One line, with the unit.
    required : bool, default=False
        Whether a table without it is refused.
    personal : bool, default=False
        Whether it tells who somebody is, so that it is masked on pages and left out of messages.
    product_of : tuple of two str, optional
        Columns whose product it is where it is absent.
    total : str, optional
        Column with the sum of it over an order, read where it is absent.
    money : bool, default=False
        Whether it is an amount in the currency of its line.
    words : tuple of str, default=()
        What a word may be.

    Examples
    --------
    >>> Column("amount", "number", "price of the line, in currency", required=True).kind
    'number'
    """

    name: str
    kind: Kind
    meaning: str
    required: bool = False
    personal: bool = False
    product_of: tuple[str, str] | None = None
    total: str | None = None
    money: bool = False
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Contract:
    """Columns and rules of one canonical table.

    Parameters
    ----------
    name : str
        Name of the table, as in ``"transactions"``.
    columns : tuple of Column
        Its columns. A table may have others, too.
    rules : tuple of Rule
        What every row must keep. A rule about an optional column that is absent does not apply.
    reader : str, default=""
        Function that reads such tables from what their owner has, named in messages.
    exclusions : tuple of Rule, default=()
        What leaves a row out that is not at fault, such as a cancelled order.

    Examples
    --------
    >>> from crmlab.contracts import IDENTITIES, TRANSACTIONS
    >>> TRANSACTIONS.names(required=True)
    ['customer_id', 'date', 'amount']
    >>> IDENTITIES.names(personal=True)
    ['name', 'phone', 'email', 'address', 'birth_date']
    """

    name: str
    columns: tuple[Column, ...]
    rules: tuple[Rule, ...]
    reader: str = ""
    exclusions: tuple[Rule, ...] = ()

    def names(self, *, required: bool = False, personal: bool = False) -> list[str]:
        """Return the column names, or only those of required columns, or of personal ones."""
        return [
            column.name
            for column in self.columns
            if (column.required or not required) and (column.personal or not personal)
        ]

    def column(self, name: str) -> Column:
        """Return the column of this name."""
        return next(column for column in self.columns if column.name == name)

    def check_header(self, present: Iterable[str], *, found: Iterable[str] | None = None) -> None:
        """Raise ContractError unless every required column is `present`, or among those `found`."""
        present = list(present)
        have = present if found is None else set(found)
        missing = [name for name in self.names(required=True) if name not in have]
        if missing:
            remedy = "Map your header to these names with `columns={'your name': 'our name'}`."
            raise ContractError(
                f"The {self.name} table lacks {', '.join(map(repr, missing))}; "
                f"it has {list_names(present)}. "
                + (remedy if self.reader else "Rename your columns to these names.")
            )

    def check_types(self, table: "ibis.Table") -> None:
        """Raise ContractError unless the required columns are there in their types."""
        self.check_header(table.columns)
        schema = table.schema()
        remedy = f"Read the table with `{self.reader}` first." if self.reader else "Convert it."
        for column in self.columns:
            if column.name in schema and not _TYPE_TESTS[column.kind](schema[column.name]):
                raise ContractError(
                    f"`{column.name}` must hold {_TYPE_WORDS[column.kind]}; it holds "
                    f"{schema[column.name]}. {remedy}"
                )

    def check(self, table: Table) -> pd.DataFrame:
        """Count the rows that break each rule.

        Parameters
        ----------
        table : DataFrame or ibis.Table
            A table with the contract's required columns.

        Returns
        -------
        DataFrame
            One row per rule that applies: ``rule``, ``n_rows``.

        Raises
        ------
        ContractError
            If a required column is missing, or a column has a wrong type.
        InputTypeError
            If `table` is not a table.

        Examples
        --------
        >>> from crmlab.contracts import SPEND
        >>> bill = {"date": pd.Timestamp("2024-01-05"), "channel": "tv", "amount": -5.0}
        >>> found = SPEND.check(pd.DataFrame([bill | {"purpose": "keep"}]))
        >>> found[found["n_rows"] > 0]
                      rule  n_rows
        5  amount negative       1
        """
        _, rules, counts = self._count(table)
        labels = [rule.label for rule in rules]
        return pd.DataFrame({"rule": labels, "n_rows": [int(counts[label]) for label in labels]})

    def require(self, table: Table) -> "ibis.Table":
        """Return a table that keeps every rule as an Ibis table; raise ContractError otherwise.

        Parameters
        ----------
        table : DataFrame or ibis.Table
            A table that should keep the contract.

        Returns
        -------
        ibis.Table
            The contract's columns of a frame that are there; an Ibis table as it is.

        Raises
        ------
        ContractError
            If a required column is missing, a column has a wrong type, or rows break a rule: the
            message names each such rule with the number of rows, examples (of what is not
            personal) and a remedy.
        InputTypeError
            If `table` is not a table.

        Examples
        --------
        >>> from crmlab.contracts import REFERRALS
        >>> REFERRALS.require(
        ...     pd.DataFrame({"referrer_id": ["a"], "customer_id": ["a"], "date": pd.NaT})
        ... )
        Traceback (most recent call last):
        crmlab.contracts.ContractError: 1 of 1 rows break the contract of referrals:
        - date missing: 1 rows; fill it in, or leave the row out
        - referrer is the customer: 1 rows (for example 'a'); find who referred the customer
        """
        held, rules, counts = self._count(table)
        if not rules or not counts["n_broken"]:
            return held
        tellable = {c.name: c.name for c in self.columns if not c.personal}
        raise ContractError(
            f"{int(counts['n_broken']):,} of {int(counts['n_rows']):,} rows break the contract of "
            f"{self.name}:\n" + "\n".join(faults(held, rules, counts, columns=tellable))
        )

    def _count(self, table: Table) -> tuple[Any, list[Rule], pd.Series]:
        """Open a table; return it, the rules that apply to it, and how often each is broken."""
        if isinstance(table, pd.DataFrame):
            self.check_header(map(str, table.columns))
        held = as_table(table, {column.name: column.kind for column in self.columns})
        self.check_types(held)
        rules = self.rules_for(held.columns)
        return held, rules, tally(held, rules)

    def rules_for(self, present: Iterable[str]) -> list[Rule]:
        """Return the rules that apply to a table with these columns."""
        there = {"", *present}
        days = [infinite_day(c.name) for c in self.columns if c.kind == "time"]
        words = [unknown(c.name, c.words) for c in self.columns if c.words]
        return [r for r in (*self.rules, *words, *days) if there.issuperset({r.column, *r.needs})]


_TYPE_TESTS: dict[str, Callable[[Any], bool]] = {
    "id": lambda t: t.is_string() or t.is_integer(),
    "time": lambda t: t.is_timestamp() or t.is_date(),
    "number": lambda t: t.is_numeric(),
    "text": lambda t: t.is_string() or t.is_integer(),
    "word": lambda t: t.is_string(),
    "flag": lambda t: t.is_boolean(),
}
_TYPE_WORDS = {
    "id": "text or whole numbers",
    "time": "dates or timestamps",
    "number": "numbers",
    "text": "text",
    "word": "text",
    "flag": "true or false",
}
