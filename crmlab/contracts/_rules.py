"""Rules that rows must keep, counted in one aggregate query, and reported with examples."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from crmlab._engine import execute

__all__ = [
    "BROKEN",
    "Rule",
    "breaks_any",
    "faults",
    "infinite",
    "missing",
    "never",
    "shown",
    "tally",
    "violation",
]

# Whether a row breaks any rule, in what `tally` gives its further aggregates.
BROKEN = "crmlab:broken"


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
        Takes the table, returns a boolean column: true where the rule is broken, never null. It
        may look at other rows through a window.
    column : str, default=""
        The column whose value is to blame, for examples in messages.
    needs : tuple of str, default=()
        Columns it reads besides `column`. A contract leaves it out where one of them is absent.

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
    needs: tuple[str, ...] = ()


def never(table: Any) -> Any:
    """Return a boolean column: false, of a rule that nothing in the table can break.

    Examples
    --------
    >>> import pandas as pd, ibis
    >>> table = ibis.memtable(pd.DataFrame({"amount": [5.0, 6.0]}))
    >>> table.filter(never(table)).count().to_pyarrow().as_py()
    0
    """
    import ibis

    return ibis.literal(False)


def tally(table: Any, rules: Sequence[Rule], **more: Any) -> pd.Series:
    """Count rows, rows that break each rule, and rows that break any, in one aggregate query.

    Parameters
    ----------
    table : ibis.Table
        The rows.
    rules : sequence of Rule
        What is counted.
    **more : ibis scalar or callable
        Further aggregates to evaluate in the same query. What is called gets the table with a
        boolean column `BROKEN`, whether a row breaks any rule.

    Returns
    -------
    Series
        ``n_rows``, one count per rule label, ``n_broken`` if there are rules, and `more`.

    Examples
    --------
    >>> import pandas as pd, ibis
    >>> from crmlab.contracts import TRANSACTIONS
    >>> orders = pd.DataFrame({"customer_id": ["a", None], "date": "2024-01-05", "amount": 5})
    >>> tally(ibis.memtable(orders), TRANSACTIONS.rules)[["n_rows", "n_broken"]].to_dict()
    {'n_rows': 2, 'n_broken': 1}
    """
    import ibis

    # Engines refuse a window inside an aggregate, so the marks become columns first.
    names = {rule.label: f"{BROKEN}:{i}" for i, rule in enumerate(_list_possible(rules))}
    marks = {names[rule.label]: rule.broken(table) for rule in _list_possible(rules)}
    marked = table.mutate(**marks) if marks else table
    marked = marked.mutate(**{BROKEN: ibis.or_(*(marked[name] for name in names.values()))})
    counts = {label: marked[name].sum().fill_null(0) for label, name in names.items()}
    if rules:
        counts["n_broken"] = marked[BROKEN].sum().fill_null(0)
    found = execute(marked.aggregate(n_rows=marked.count(), **counts, **more)).iloc[0]
    nothing = pd.Series(0, index=[rule.label for rule in rules if rule.label not in names])
    return pd.concat([found, nothing]) if len(nothing) else found


def _list_possible(rules: Sequence[Rule]) -> list[Rule]:
    """The rules that a row may break."""
    return [rule for rule in rules if rule.broken is not never]


def breaks_any(table: Any, rules: Sequence[Rule]) -> Any:
    """Return a boolean column: whether a row breaks at least one of the rules.

    Examples
    --------
    >>> import pandas as pd, ibis
    >>> from crmlab.contracts import TRANSACTIONS
    >>> table = ibis.memtable(pd.DataFrame({"amount": [5.0, float("inf")]}))
    >>> table.filter(breaks_any(table, TRANSACTIONS.rules[-1:])).count().to_pyarrow().as_py()
    1
    """
    import ibis

    return ibis.or_(*(rule.broken(table) for rule in _list_possible(rules)))


def violation(table: Any, rules: Sequence[Rule]) -> Any:
    """Return a text column: the labels of the rules a row breaks, or null where it keeps all.

    Examples
    --------
    >>> import pandas as pd, ibis
    >>> from crmlab.contracts import TRANSACTIONS
    >>> table = ibis.memtable(pd.DataFrame({"amount": [float("inf")]}))
    >>> violation(table, TRANSACTIONS.rules[-1:]).to_pyarrow().to_pylist()
    ['amount infinite']
    """
    import ibis

    labels = [
        ibis.ifelse(rule.broken(table), rule.label, None).cast("string")
        for rule in _list_possible(rules)
    ]
    return ibis.literal("; ").join(labels).nullif("")


def faults(
    table: Any,
    rules: Sequence[Rule],
    counts: pd.Series,
    *,
    columns: Mapping[str, str],
    examples: Mapping[str, str] | None = None,
) -> list[str]:
    """Say in a line for each broken rule how many rows break it, with examples and a remedy.

    Parameters
    ----------
    table : ibis.Table
        The rows.
    rules : sequence of Rule
        What was counted.
    counts : Series
        Their `tally`.
    columns : mapping of str to str
        Our name of a column -> its name in `table`; only columns named here give examples.
    examples : mapping of str to str, optional
        Label of a rule -> an example of a row that breaks it. Default: looked for in `table`.

    Returns
    -------
    list of str
        One line per rule that is broken.

    Examples
    --------
    >>> import pandas as pd, ibis
    >>> too_many = Rule("over 99", "ask the shop", lambda t: t.quantity > 99, "quantity")
    >>> lines = ibis.memtable(pd.DataFrame({"quantity": [1, 100]}))
    >>> faults(lines, [too_many], tally(lines, [too_many]), columns={"quantity": "quantity"})
    ["- over 99: 1 rows (for example '100'); ask the shop"]
    """
    broken = [rule for rule in rules if counts[rule.label]]
    if examples is None:
        examples = {rule.label: _find_examples(table, rule, columns) for rule in broken}
    lines = []
    for rule in broken:
        example = examples.get(rule.label, "")
        said = f" (for example {example})" if example else ""
        lines.append(f"- {rule.label}: {int(counts[rule.label]):,} rows{said}; {rule.remedy}")
    return lines


def _find_examples(table: Any, rule: Rule, columns: Mapping[str, str]) -> str:
    theirs = columns.get(rule.column)
    if theirs is None or rule.label.endswith("missing"):
        return ""
    marked = table.mutate(**{"crmlab:broken": rule.broken(table)})
    values = marked.filter(marked["crmlab:broken"]).select(theirs).distinct()
    found = execute(values.order_by(theirs).limit(3))[theirs]
    return ", ".join(map(shown, found))


def shown(value: Any) -> str:
    """Return a value in quotes, without what goes beyond a line of a message.

    Examples
    --------
    >>> shown(9.5)
    "'9.5'"
    """
    text = str(value)
    return repr(text if len(text) <= 60 else text[:57] + "...")


# Where the calendars of Python and pandas begin and end.
_FIRST, _LAST = "0001-01-01 00:00:00", "9999-12-31 23:59:59.999999"


def infinite(column: Any) -> Any:
    """Return a boolean column: whether a number or a day is infinite, never null.

    Days after the year 9999 count as such: databases write them for "never".

    Examples
    --------
    >>> import pandas as pd, ibis
    >>> table = ibis.memtable(pd.DataFrame({"amount": [5.0, float("-inf"), None]}))
    >>> infinite(table.amount).to_pyarrow().to_pylist()
    [False, True, False]
    """
    import ibis

    if column.type().is_timestamp() or column.type().is_date():
        day = column.cast("timestamp")
        beyond = (day > ibis.timestamp(_LAST)) | (day < ibis.timestamp(_FIRST))
        return beyond.fill_null(False)
    if not column.type().is_floating():
        return column.isnull() & False
    # Ibis 12 says of every number on Spark that it is not infinite.
    return (column.abs() == ibis.literal(float("inf"))).fill_null(False)


def missing(column: Any) -> Any:
    """Return a boolean column: whether a value is null, or no number among numbers."""
    return column.isnull() | column.isnan() if column.type().is_floating() else column.isnull()
