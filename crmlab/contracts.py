"""What a table must look like before anything is computed from it.

A contract names the columns of a canonical table, their types and units, and the rules a row
must keep. Rules are Ibis expressions, so one aggregate query checks a table on any engine.

Examples
--------
>>> import pandas as pd, ibis
>>> orders = pd.DataFrame(
...     {"customer_id": ["a", None], "date": pd.to_datetime(["2024-01-05"] * 2), "amount": [9.5, 3]}
... )
>>> TRANSACTIONS.check(ibis.memtable(orders))
                  rule  n_rows
0  customer_id missing       1
1         date missing       0
2       amount missing       0
3      amount infinite       0
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pandas as pd

from crmlab._engine import execute

__all__ = [
    "TRANSACTIONS",
    "Column",
    "Contract",
    "ContractError",
    "Rule",
    "breaks_any",
    "infinite",
    "tally",
    "violation",
]

Kind = Literal["id", "time", "number", "text", "flag"]


class ContractError(ValueError):
    """A table does not keep its contract: columns are missing, or rows break a rule.

    Examples
    --------
    >>> TRANSACTIONS.check_header(["customer_id", "date", "Amount"])
    Traceback (most recent call last):
    crmlab.contracts.ContractError: The transactions table lacks 'amount'; it has 'customer_id', ...
    """


@dataclass(frozen=True)
class Column:
    """One column of a canonical table.

    Parameters
    ----------
    name : str
        Our name, in snake case.
    kind : {"id", "time", "number", "text", "flag"}
        What it holds. An id is text or a whole number, never a float.
    meaning : str
        One line, with the unit.
    required : bool, default=False
        Whether a table without it is refused.

    Examples
    --------
    >>> Column("amount", "number", "price of the line, in currency", required=True).kind
    'number'
    """

    name: str
    kind: Kind
    meaning: str
    required: bool = False


@dataclass(frozen=True)
class Rule:
    """One thing every row must keep.

    Parameters
    ----------
    label : str
        What is wrong with a row that breaks it, such as ``"date missing"``.
    remedy : str
        What the owner of the data can do.
    broken : callable
        Takes the table, returns a boolean column: true where the rule is broken, never null.
    column : str, default=""
        The column whose value is to blame, for examples in messages.

    Examples
    --------
    >>> import pandas as pd, ibis
    >>> too_many = Rule("over 99", "ask the shop", lambda t: t.quantity > 99, "quantity")
    >>> lines = ibis.memtable(pd.DataFrame({"quantity": [1, 100]}))
    >>> tally(lines, [too_many])["over 99"]
    np.int64(1)
    """

    label: str
    remedy: str
    broken: Callable[[Any], Any]
    column: str = ""


def tally(table: Any, rules: Sequence[Rule], **more: Any) -> pd.Series:
    """Count rows, rows that break each rule, and rows that break any, in one aggregate query.

    Parameters
    ----------
    table : ibis.Table
        The rows.
    rules : sequence of Rule
        What is counted.
    **more : ibis scalar
        Further aggregates to evaluate in the same query.

    Returns
    -------
    Series
        ``n_rows``, one count per rule label, ``n_broken`` if there are rules, and `more`.

    Examples
    --------
    >>> import pandas as pd, ibis
    >>> orders = pd.DataFrame({"customer_id": ["a", None], "date": "2024-01-05", "amount": 5})
    >>> tally(ibis.memtable(orders), TRANSACTIONS.rules)[["n_rows", "n_broken"]].to_dict()
    {'n_rows': 2, 'n_broken': 1}
    """
    counts = {rule.label: rule.broken(table).sum().fill_null(0) for rule in rules}
    if rules:
        counts["n_broken"] = breaks_any(table, rules).sum().fill_null(0)
    query = table.aggregate(n_rows=table.count(), **counts, **more)
    return execute(query).iloc[0]


def breaks_any(table: Any, rules: Sequence[Rule]) -> Any:
    """Return a boolean column: whether a row breaks at least one of the rules.

    Examples
    --------
    >>> import pandas as pd, ibis
    >>> table = ibis.memtable(pd.DataFrame({"amount": [5.0, float("inf")]}))
    >>> table.filter(breaks_any(table, TRANSACTIONS.rules[-1:])).count().to_pyarrow().as_py()
    1
    """
    import ibis

    return ibis.or_(*(rule.broken(table) for rule in rules))


def violation(table: Any, rules: Sequence[Rule]) -> Any:
    """Return a text column: the labels of the rules a row breaks, or null where it keeps all.

    Examples
    --------
    >>> import pandas as pd, ibis
    >>> table = ibis.memtable(pd.DataFrame({"amount": [float("inf")]}))
    >>> violation(table, TRANSACTIONS.rules[-1:]).to_pyarrow().to_pylist()
    ['amount infinite']
    """
    import ibis

    labels = [ibis.ifelse(rule.broken(table), rule.label, None).cast("string") for rule in rules]
    return ibis.literal("; ").join(labels).nullif("")


@dataclass(frozen=True)
class Contract:
    """Columns and rules of one canonical table.

    Parameters
    ----------
    name : str
        Name of the table, as in ``"transactions"``.
    columns : tuple of Column
        Its columns. Others may stand beside them.
    rules : tuple of Rule
        What every row must keep.

    Examples
    --------
    >>> TRANSACTIONS.names(required=True)
    ['customer_id', 'date', 'amount']
    """

    name: str
    columns: tuple[Column, ...]
    rules: tuple[Rule, ...]

    def names(self, *, required: bool = False) -> list[str]:
        """Return the column names, or only those of required columns."""
        return [column.name for column in self.columns if column.required or not required]

    def check_header(self, present: Iterable[str], *, found: Iterable[str] | None = None) -> None:
        """Raise ContractError unless every required column is `present`, or among those `found`."""
        present = list(present)
        have = present if found is None else set(found)
        missing = [name for name in self.names(required=True) if name not in have]
        if missing:
            raise ContractError(
                f"The {self.name} table lacks {_listed(missing)}; it has {_listed(present)}. "
                "Map your header to these names with `columns={'your name': 'our name'}`."
            )

    def check_types(self, table: Any) -> None:
        """Raise ContractError unless the required columns are there in their types."""
        self.check_header(table.columns)
        schema = table.schema()
        for column in self.columns:
            if column.name in schema and not _TYPE_TESTS[column.kind](schema[column.name]):
                raise ContractError(
                    f"`{column.name}` must hold {_TYPE_WORDS[column.kind]}; it holds "
                    f"{schema[column.name]}. Read the table with `read_transactions` first."
                )

    def check(self, table: Any) -> pd.DataFrame:
        """Count the rows that break each rule.

        Parameters
        ----------
        table : ibis.Table
            A table with the contract's required columns.

        Returns
        -------
        DataFrame
            One row per rule: ``rule``, ``n_rows``.

        Raises
        ------
        ContractError
            If a required column is missing or has a wrong type.
        """
        self.check_types(table)
        counts = tally(table, self.rules)
        labels = [rule.label for rule in self.rules]
        return pd.DataFrame({"rule": labels, "n_rows": [int(counts[label]) for label in labels]})


def _listed(names: Iterable[str]) -> str:
    return ", ".join(repr(name) for name in names) or "no columns"


_TYPE_TESTS: dict[str, Callable[[Any], bool]] = {
    "id": lambda t: t.is_string() or t.is_integer(),
    "time": lambda t: t.is_timestamp() or t.is_date(),
    "number": lambda t: t.is_numeric(),
    "text": lambda t: t.is_string() or t.is_integer(),
    "flag": lambda t: t.is_boolean(),
}
_TYPE_WORDS = {
    "id": "text or whole numbers",
    "time": "dates or timestamps",
    "number": "numbers",
    "text": "text",
    "flag": "true or false",
}


def infinite(column: Any) -> Any:
    """Return a boolean column: whether a number is infinite, never null.

    Examples
    --------
    >>> import pandas as pd, ibis
    >>> table = ibis.memtable(pd.DataFrame({"amount": [5.0, float("-inf"), None]}))
    >>> infinite(table.amount).to_pyarrow().to_pylist()
    [False, True, False]
    """
    import ibis

    if not column.type().is_floating():
        return column.isnull() & False
    # Ibis 12 says of every number on Spark that it is not infinite.
    return (column.abs() == ibis.literal(float("inf"))).fill_null(False)


def _missing(column: Any) -> Any:
    return column.isnull() | column.isnan() if column.type().is_floating() else column.isnull()


TRANSACTIONS = Contract(
    name="transactions",
    columns=(
        Column("customer_id", "id", "who bought; text or whole number", required=True),
        Column("date", "time", "when; local time of the shop", required=True),
        Column(
            "amount",
            "number",
            "price of the line, in currency; negative is a return",
            required=True,
        ),
        Column("order_id", "id", "the order or basket the line belongs to"),
        Column("product_id", "id", "what was bought"),
        Column("quantity", "number", "units on the line; negative is a return"),
        Column(
            "unit_price", "number", "price of one unit, in currency; read where `amount` is absent"
        ),
        Column("cost", "number", "cost of the line, in currency"),
        Column("channel", "text", "where it was sold, such as web or branch"),
        Column("is_return", "flag", "whether the line gives money back; derived where absent"),
    ),
    rules=(
        Rule(
            "customer_id missing",
            "find who bought, or leave the line out",
            lambda t: t.customer_id.isnull(),
            "customer_id",
        ),
        Rule("date missing", "fill in the day of the order", lambda t: t.date.isnull(), "date"),
        Rule(
            "amount missing",
            "fill in the price of the line",
            lambda t: _missing(t.amount),
            "amount",
        ),
        Rule(
            "amount infinite",
            "correct the price of the line",
            lambda t: infinite(t.amount),
            "amount",
        ),
    ),
)
