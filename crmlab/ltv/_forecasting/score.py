"""Scores for summaries of any size: streamed from where they are stored, or computed on Spark."""

import os
import sys
import uuid
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet

from crmlab._checks import check_columns
from crmlab._engine import execute, is_spark, read_parquet, scratch_file, store
from crmlab._errors import InputError, InputTypeError
from crmlab._files import replacing
from crmlab._time_unit import TELL_UNIT, check_unit
from crmlab._types import Table, TableSource
from crmlab._units import Unit
from crmlab.loaders import expand, open_source
from crmlab.ltv._fitting.rows import check_rows, read_column
from crmlab.ltv._forecasting.protocols import RepeatModel, SpendModel
from crmlab.ltv._forecasting.scorer import READ, Scorer

__all__ = ["score_table"]

_CHUNK = 200_000
_ID = "customer_id"
_LARGEST = sys.float_info.max


def score_table(
    model: RepeatModel,
    source: TableSource,
    *,
    horizon: float,
    out: str | os.PathLike[str] | None = None,
    spend: SpendModel | None = None,
    margin: float | None = None,
    discount_rate: float | None = None,
    per: Unit = "Y",
    columns: Sequence[str] = (),
    unit: Unit | None = None,
    chunk_size: int = _CHUNK,
) -> Table:
    """Score a stored summary of any size, a chunk of customers at a time.

    Memory does not grow with the number of customers. Rows that no customer can have are counted
    over the whole table by one query, and refused before anything is written.

    Parameters
    ----------
    model : fitted model of repeat purchases
        `BetaGeoNBD`, `ModifiedBetaGeoNBD`, `ParetoNBD`, `NBD` or `BetaGeoBetaBinomial`, or any
        `RepeatModel`.
    source : path, glob, list of paths, DataFrame, DuckDB relation, Ibis table or Spark table
        One row per customer, with the columns that `model` was fitted on. A folder stands for the
        files inside.
    horizon : float
        Length of the time to come, in the summary's unit, at least 0 and finite.
    out : path, optional
        Parquet file for the result, in a folder that exists. It appears when it is complete: if
        scoring fails, an older file of that name stays as it was.
    spend : fitted model of spend, optional
        `GammaGamma`, or any `SpendModel`; the table then needs `monetary_value`.
    margin : float, optional
        Share of the spend that is kept, in [0, 1]; with `spend` and `discount_rate`.
    discount_rate : float, optional
        Effective rate per `per`; with `spend` and `margin`.
    per : {"Y", "Q", "M", "W", "D"}, default="Y"
        Unit of `discount_rate`.
    columns : sequence of str, default=()
        Columns of the source to keep beside ``customer_id``.
    unit : {"D", "W", "M", "Q", "Y"}, optional
        Unit of time of a source that does not say it, in ``time_unit`` or by
        ``days_since_last / (T - recency)``. Another unit than the model's is an error.
    chunk_size : int, default=200_000
        Most customers scored at once.

    Returns
    -------
    DataFrame, Spark table or ibis.Table
        A frame for a frame, with its index and the order of its rows; a Spark table for a Spark
        table, an Ibis table for everything else and wherever `out` is given. Engines do not
        promise an order of rows. The columns are ``customer_id``, `columns`, and

        ``probability_alive``
            probability to be a customer at the end of observation;
        ``expected_purchases``
            purchases expected within `horizon`;
        ``expected_spend``
            with `spend`: expected spend per purchase, in currency;
        ``customer_lifetime_value``
            with `margin` and `discount_rate`: expected present value of the margin on the
            purchases within `horizon`, in currency.

        Without `out` the result of a stored table lies in a file that is removed when Python ends
        or the table is no longer used. On Spark rows are scored when the result is asked for,
        and the workers' Python (``PYSPARK_PYTHON``) must have crmlab.

    Raises
    ------
    NotFittedError
        If a model is not fitted.
    InputError, InputTypeError
        If columns are missing, the table is empty or has impossible rows, its unit is another
        than the model's, or an option is out of range.
    FileNotFoundError
        If the source or the folder of `out` does not exist.

    Examples
    --------
    >>> import tempfile
    >>> from crmlab.customer_base import rfm_summary
    >>> from crmlab.datasets import load_cdnow
    >>> from crmlab.ltv import BetaGeoNBD, score_table
    >>> model = BetaGeoNBD.from_params(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="W")
    >>> summary = rfm_summary(load_cdnow(sample=True), observation_end="1997-09-30", unit="W")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     summary.to_parquet(f"{folder}/summary.parquet")
    ...     scores = score_table(
    ...         model, f"{folder}/*.parquet", horizon=39, out=f"{folder}/scores.parquet"
    ...     )
    ...     print(scores.count().execute(), round(scores.expected_purchases.sum().execute()))
    2357 1654
    """
    scorer = Scorer(
        model=model,
        horizon=horizon,
        spend=spend,
        margin=margin,
        discount_rate=discount_rate,
        per=per,
        chunk_size=chunk_size,
    )
    scorer.check()
    target = None if out is None else _check_out(out)
    if isinstance(columns, str) or not isinstance(columns, Iterable):
        raise InputTypeError(f"`columns` must be a list of column names; got {columns!r}.")
    taken = [name for name in columns if name in scorer.names]
    if taken:
        raise InputError(
            f"`columns` must not hold names of the result; got {', '.join(map(repr, taken))}. "
            "Rename them in the source."
        )
    if isinstance(source, pd.DataFrame):
        return _score_frame(scorer, source, list(columns), target, unit)
    return _score_stored(scorer, source, list(columns), target, unit)


# --- a frame -----------------------------------------------------------------------------------


def _score_frame(
    scorer: Scorer, source: pd.DataFrame, columns: list[str], target: Path | None, unit: str | None
) -> Any:
    """Scores of a frame in memory."""
    index = [name for name in source.index.names if name is not None]
    identity = [_ID] if _ID in source.columns else []
    kept = [name for name in dict.fromkeys([*identity, *columns]) if name not in index]
    check_columns(source.columns, [*scorer.reads, *kept], what="`source`")
    if source.empty:
        raise InputError("`source` must hold at least one customer; got none.")
    if target is not None and not (kept or index):
        raise _nameless(source.columns)
    numbers = {name: read_column(source, name) for name in scorer.reads}
    check_rows(scorer.rules(numbers), len(source))
    check_unit(source, scorer.model.unit_, unit=unit, what="source")
    parts = [
        scorer.frame(
            pd.DataFrame(
                {n: column[start : start + scorer.chunk_size] for n, column in numbers.items()}
            )
        )
        for start in range(0, len(source), scorer.chunk_size)
    ]
    scores = pd.concat(parts).set_axis(source.index)
    result = pd.concat([source[kept], scores], axis=1)
    if target is None:
        return result
    with replacing(target) as partial:
        (result.reset_index() if index else result).to_parquet(partial, index=False)
    return read_parquet(target)


# --- what is stored ----------------------------------------------------------------------------


def _score_stored(
    scorer: Scorer, source: Any, columns: list[str], target: Path | None, unit: str | None
) -> Any:
    """Scores of a table that an engine holds."""
    files = _files(source)
    if target is not None and target.resolve() in {file.resolve() for file in files}:
        raise InputError(f"`out` must not be a file of the source; got {str(target)!r}.")
    if type(source).__name__ == "DuckDBPyRelation":  # opening one copies it
        source = _narrow(source, scorer, columns)
    table = open_source(source).read_all().table
    kept = _keep_columns(table.columns, scorer, columns)
    asked = _select(table, scorer, kept)
    check_unit(table, scorer.model.unit_, unit=unit, what="source")
    if is_spark(table):
        if target is not None:
            raise InputError(
                "`out` must be None for a Spark table, which is scored when it is asked for; "
                "write the result with Spark."
            )
        _check_table(scorer, asked)
        return _score_on_spark(scorer, source, kept)
    return _score_in_chunks(scorer, asked, target or scratch_file(".parquet"))


def _score_in_chunks(scorer: Scorer, asked: Any, target: Path) -> Any:
    """Score a table chunk by chunk into a file."""
    # A copy of a few columns: it does not change meanwhile, and keeps no connection busy.
    path = store(asked)
    stored = read_parquet(path)  # as long as this is used, the copy stays
    _check_table(scorer, stored)
    with replacing(target) as partial, _open_file(path) as copy:
        fields = [field for field in copy.schema_arrow if not field.name.startswith(READ)]
        fields += [pa.field(name, pa.float64()) for name in scorer.names]
        with pa.parquet.ParquetWriter(partial, pa.schema(fields)) as writer:
            for batch in scorer.batches(copy.iter_batches(scorer.chunk_size)):
                writer.write_batch(batch)
    return read_parquet(target)


def _files(source: Any) -> list[Path]:
    """The files of a source, if it is some."""
    paths = source if isinstance(source, list | tuple) else [source]
    if not all(isinstance(path, str | os.PathLike) for path in paths):
        return []
    return [file for path in paths for file in expand(path)]


def _narrow(relation: Any, scorer: Scorer, columns: list[str]) -> Any:
    import duckdb

    kept = _keep_columns(relation.columns, scorer, columns)
    told = [name for name in TELL_UNIT if name in relation.columns]
    names = dict.fromkeys([*kept, *scorer.reads, *told])
    return relation.select(*[duckdb.ColumnExpression(name) for name in names])


def _keep_columns(names: Sequence[str], scorer: Scorer, columns: list[str]) -> list[str]:
    """Columns of the source that the result keeps."""
    kept = list(dict.fromkeys([*([_ID] if _ID in names else []), *columns]))
    check_columns(names, [*scorer.reads, *kept], what="`source`")
    if not kept:
        raise _nameless(names)
    return kept


def _nameless(names: Iterable[str]) -> InputError:
    return InputError(
        f"`columns` must name what tells customers apart where there is no {_ID!r}; "
        f"`source` has {', '.join(map(repr, names))}."
    )


def _select(table: Any, scorer: Scorer, kept: list[str]) -> Any:
    """What the result keeps, and beside it, as floats, what the models read."""
    for name in scorer.reads:
        kind = table[name].type()
        if not kind.is_numeric():
            raise InputTypeError(
                f"`{name}` must hold numbers; got {kind}. Store it as numbers, as Parquet can."
            )
    read = {READ + name: table[name].cast("float64") for name in scorer.reads}
    return table.select(*kept, **read)


def _check_table(scorer: Scorer, table: Any) -> None:
    """Raise for an empty table and for impossible rows, all found by one query."""
    numbers = {name: table[READ + name] for name in scorer.reads}
    rules = [
        *(
            (
                column.isnull() | (column.abs() > _LARGEST),  # engines hold nan to be largest
                f"`{name}` must be finite and not missing",
                "Leave those customers out or repair them.",
            )
            for name, column in numbers.items()
        ),
        *scorer.rules(numbers),
    ]
    sums = {f"rule_{at}": broken.sum() for at, (broken, _, _) in enumerate(rules)}
    found = execute(table.aggregate(n=table.count(), **sums)).iloc[0]
    if not found["n"]:
        raise InputError("`source` must hold at least one customer; got none.")
    for at, (_, rule, remedy) in enumerate(rules):
        if found[f"rule_{at}"]:
            raise InputError(
                f"{rule}; {int(found[f'rule_{at}']):,} of {int(found['n']):,} rows break this. "
                f"{remedy}"
            )


def _score_on_spark(scorer: Scorer, source: Any, kept: list[str]) -> Any:
    """A lazy table: what Spark holds, scored batch by batch where it lies."""
    from pyspark.sql import functions
    from pyspark.sql.types import DoubleType, StructField, StructType

    ibis_table = hasattr(source, "get_backend")
    backend = source.get_backend() if ibis_table else None
    frame = source if backend is None else backend.raw_sql(backend.compile(source))

    def column(name: str) -> Any:
        return functions.col("`" + name.replace("`", "``") + "`")

    rows = frame.select(
        *(column(name) for name in kept),
        *(column(name).cast("double").alias(READ + name) for name in scorer.reads),
    )
    fields = [field for field in rows.schema.fields if not field.name.startswith(READ)]
    schema = StructType([*fields, *(StructField(name, DoubleType()) for name in scorer.names)])
    scored = rows.mapInArrow(scorer.batches, schema)
    if backend is None:
        return scored
    name = f"crmlab_scores_{uuid.uuid4().hex}"
    scored.createTempView(name)
    return backend.table(name)


# --- the file ----------------------------------------------------------------------------------


def _check_out(out: str | os.PathLike[str]) -> Path:
    if not isinstance(out, str | os.PathLike):
        raise InputTypeError(f"`out` must be a path; got {type(out).__name__}.")
    path = Path(out).expanduser()
    if path.suffix.lower() not in (".parquet", ".pq"):
        raise InputError(f"`out` must end in .parquet; got {str(out)!r}.")
    if path.is_dir():
        raise InputError(f"`out` must be a file; {str(out)!r} is a folder.")
    if not path.parent.is_dir():
        raise FileNotFoundError(
            f"`out` must lie in a folder that exists; {str(path.parent)!r} does not. Make it first."
        )
    return path


def _open_file(path: Path) -> Any:
    """A Parquet file to read in order; read ahead, all of it would end up in memory."""
    return pa.parquet.ParquetFile(path, pre_buffer=False)
