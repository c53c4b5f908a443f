"""Baskets as numbers: which item stands in which basket, read where the lines live."""

from collections.abc import Hashable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import ibis
import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from crmlab._checks import check_choice, check_columns, name_type
from crmlab._engine import execute, run, store_beside
from crmlab._errors import InputError, InputTypeError
from crmlab._types import Table

__all__ = ["Lines", "Source", "bought", "name_items", "read_lines", "refuse_missing"]

Numbers = NDArray[np.integer]

_PIECE = 2**20  # lines
_SIGNS = ("is_return", "amount", "quantity")  # what tells a return
_FLAGS = {"boolean", "empty"}
_NUMBERS = {"integer", "floating", "mixed-integer-float", "decimal", "empty"}


@dataclass(frozen=True)
class Source:
    """Where baskets and items stand in a table, and what the items are grouped by."""

    basket: str
    item: str
    products: Table | None
    level: str | None

    def check(self, table: Any, *, what: str, needs: list[str]) -> None:
        """Raise unless the columns are there, and products and level both or neither."""
        if not isinstance(table, pd.DataFrame | ibis.Table):
            kind = name_type(table)
            raise InputTypeError(f"`{what}` must be a pandas frame or an Ibis table; got {kind}.")
        for option, name in (("basket", self.basket), ("item", self.item)):
            if not isinstance(name, str):
                raise InputTypeError(f"`{option}` must be the name of a column; got {name!r}.")
        check_columns(table.columns, needs, what=f"`{what}`")
        if (self.products is None) != (self.level is None):
            raise InputError(
                "`products` and `level` must be given together; got one of them. The first is the "
                "table that says to which `level`, such as 'category', an item belongs."
            )
        if self.products is not None:
            if not isinstance(self.products, pd.DataFrame | ibis.Table):
                kind = name_type(self.products)
                raise InputTypeError(
                    f"`products` must be a pandas frame or an Ibis table; got {kind}."
                )
            level = [name for name in self.products.columns if name == self.level][:1]
            check_columns(self.products.columns, [self.item, *level], what="`products`")
            self._check_ids(table, self.products)
            check_choice("level", self.level, [c for c in self.products.columns if c != self.item])

    def _check_ids(self, table: Any, products: Any) -> None:
        """Raise where items are text in one table and numbers in the other: none would be found."""
        kinds = [_kind(each[self.item]) for each in (table, products)]
        if "" not in kinds and kinds[0] != kinds[1]:
            raise InputError(
                f"`{self.item}` must be alike in lines and `products`; it is {kinds[0]} in the "
                f"lines and {kinds[1]} in `products`. Convert one."
            )

    @property
    def unit(self) -> str:
        """What is counted in a basket."""
        return self.level or self.item


def _kind(column: Any) -> str:
    """Whether ids are text or numbers, or nothing where that cannot be told."""
    if isinstance(column, pd.Series):
        if isinstance(column.dtype, pd.CategoricalDtype):
            column = column.cat.categories.to_series()
        if isinstance(column.dtype, pd.StringDtype):
            return "text"
        kind = pd.api.types.infer_dtype(column, skipna=True)
        return {"string": "text", "integer": "numbers", "floating": "numbers"}.get(kind, "")
    kind = column.type()
    return "text" if kind.is_string() else "numbers" if kind.is_numeric() else ""


@dataclass(frozen=True)
class Lines:
    """Lines as numbers: item `item[k]` stands in basket `basket[k]`, perhaps more than once."""

    item: Numbers
    basket: Numbers
    names: list[Hashable]  # of the items, by number
    n_baskets: int


def read_lines(table: Table, source: Source, *, min_support: float) -> Lines:
    """Number baskets and items; items on fewer lines than the support asks for may be left out."""
    source.check(table, what="baskets", needs=[source.basket, source.item])
    table = bought(table)
    if isinstance(table, pd.DataFrame):
        return _number_frame(table, source)
    return _number_on_engine(table, source, min_support)


def bought(table: Any) -> Any:
    """The lines that do not give money back: by `is_return`, else by the sign of their numbers."""
    _check_signs(table)
    signs = [table[name] < 0 for name in _SIGNS[1:] if name in table.columns]
    back = signs[0] if signs else None
    for sign in signs[1:]:
        back = back | sign
    if isinstance(table, pd.DataFrame):
        if "is_return" in table.columns:
            said = table["is_return"].astype("boolean")
            back = said if back is None else said.fillna(back)
        if back is None or not (back := back.fillna(False).astype(bool)).any():
            return table
        return table[~back]
    if "is_return" in table.columns:
        said = table.is_return.cast("boolean")
        back = said if back is None else said.fill_null(back)
    return table if back is None else table.filter(~back.fill_null(False))


def _check_signs(table: Any) -> None:
    """Raise unless what tells a return can be read: true and false, or numbers."""
    framed = isinstance(table, pd.DataFrame)
    there = [name for name in _SIGNS if name in table.columns]
    check_columns(table.columns, there, what="`baskets`")
    for name in there:
        if framed:
            kind = pd.api.types.infer_dtype(table[name], skipna=True)
            fits = kind in (_FLAGS if name == "is_return" else _NUMBERS)
            if name == "is_return" and kind in _NUMBERS:
                fits = bool(table[name].dropna().isin([0, 1]).all())
            fits = fits or not table[name].notna().any()
        else:
            kind = table[name].type()
            fits = (
                kind.is_null() or kind.is_numeric() or (name == "is_return" and kind.is_boolean())
            )
        if not fits:
            rule = "true and false" if name == "is_return" else "numbers"
            raise InputTypeError(f"`{name}` must hold {rule}; got {kind}. It tells returns.")


# --- pandas -------------------------------------------------------------------------------------


def _number_frame(table: pd.DataFrame, source: Source) -> Lines:
    columns = [source.basket, source.item]
    with ThreadPoolExecutor(len(columns)) as pool:  # Arrow numbers both at once
        coded = pool.map(_encode, [table[name] for name in columns], columns)
        (basket, baskets), (item, items) = coded
    if not len(item):
        raise InputError(_EMPTY)
    names = items.to_pylist()
    pa.default_memory_pool().release_unused()  # else what numbering took stays with the pool
    if source.products is not None:
        groups = _look_up(names, source)
        missing = pd.isna(groups)
        if missing.any():
            _refuse_missing(int(missing[item].sum()), len(item), source)
        group, found = pd.factorize(groups)
        item, names = group[item], list(found)
    return _checked(Lines(item, basket, names, len(baskets)), source)


def _encode(column: pd.Series, name: str) -> tuple[Numbers, pa.Array]:
    """Numbers of the values of a column, and the values."""
    if isinstance(column.dtype, pd.CategoricalDtype):  # may hold categories that no line has
        column = column.astype(column.dtype.categories.dtype)
    try:
        values = pa.array(column, from_pandas=True)
    except (pa.ArrowException, TypeError) as error:
        raise InputError(f"`{name}` must hold one kind of value; {error}.") from None
    if values.null_count:
        raise InputError(_MISSING.format(name=name, bad=values.null_count, n=len(values)))
    # In pieces, which share one dictionary: a single one would take twice its memory as it grows.
    parts = values.chunks if isinstance(values, pa.ChunkedArray) else [values]
    parts = [one.slice(at, _PIECE) for one in parts for at in range(0, len(one), _PIECE)]
    coded = pa.chunked_array(parts, values.type).dictionary_encode()
    names = coded.chunk(0).dictionary if parts else pa.array([], values.type)
    small = np.int16 if len(names) < 2**15 else np.int32
    codes = [one.indices.to_numpy().astype(small, copy=False) for one in coded.chunks]
    return np.concatenate([np.empty(0, small), *codes]), names


def _look_up(names: list[Hashable], source: Source) -> Any:
    """The group of each item, missing where it has none."""
    products: Any = source.products
    if not isinstance(products, pd.DataFrame):
        products = products.select(source.item, source.level).to_pandas()
    if products[source.item].duplicated().any():
        raise InputError(_TWICE.format(item=source.item))
    groups = products.set_index(source.item)[source.level]
    return groups.astype(object).reindex(names).to_numpy()


# --- engines ------------------------------------------------------------------------------------


def _number_on_engine(table: Any, source: Source, min_support: float) -> Lines:
    """Let the engine put baskets together; what comes back is a short list of numbers for each."""
    lines = name_items(table, source, source.basket).rename(basket=source.basket)
    counts = run(
        lines.aggregate(
            n=lines.count(), n_baskets=lines.basket.nunique(),
            basket=lines.basket.isnull().sum(), item=lines.item.isnull().sum(),
        )
    ).to_pylist()[0]  # fmt: skip
    refuse_missing(counts, source, {"basket": source.basket})
    found = run(lines.group_by("item").aggregate(n=lines.count())).to_pandas()
    often = found[found["n"] >= min_support * counts["n_baskets"] - 1e-9]
    names = sorted(often["item"])
    if len(found) < 2 or not names:
        empty = np.empty(0, np.int64)
        every = names if names else sorted(found["item"])
        return _checked(Lines(empty, empty, every, counts["n_baskets"]), source, len(found))
    numbers = pd.DataFrame({"item": names, "number": np.arange(len(names), dtype="int32")})
    coded = lines.join(store_beside(lines, numbers), "item")
    lists = run(coded.group_by("basket").aggregate(items=coded.number.collect()).select("items"))
    items = lists["items"].combine_chunks()
    size = items.value_lengths().to_numpy()
    basket = np.repeat(np.arange(len(size), dtype=np.int32), size)
    return Lines(items.flatten().to_numpy(), basket, names, counts["n_baskets"])


def name_items(table: Any, source: Source, *also: str) -> Any:
    """Column ``item``, on the level asked for, and others as they are."""
    lines = table.select(*also, item=table[source.item])
    if source.products is None:
        return lines
    products = source.products
    if not isinstance(products, pd.DataFrame) and not _are_together(products, table):
        products = execute(products.select(source.item, source.level))
    if isinstance(products, pd.DataFrame):
        if products[source.item].duplicated().any():
            raise InputError(_TWICE.format(item=source.item))
        products = store_beside(table, products[[source.item, source.level]].dropna())
    products = products.select(item=products[source.item], group=products[source.level])
    if run(products.aggregate(n=products.count() - products.item.nunique())).to_pylist()[0]["n"]:
        raise InputError(_TWICE.format(item=source.item))
    joined = lines.left_join(products, "item")
    return joined.select(*also, item=joined.group)


def _are_together(one: Any, other: Any) -> bool:
    """Whether two tables live on one engine, so that they can be joined there."""
    return one.get_backend() is other.get_backend()


def refuse_missing(counts: dict[str, int], source: Source, columns: dict[str, str]) -> None:
    """Raise where there is no line, or a cell that says which basket, item or day is empty."""
    if not counts["n"]:
        raise InputError(_EMPTY)
    for key, name in columns.items():
        if counts[key]:
            raise InputError(_MISSING.format(name=name, bad=counts[key], n=counts["n"]))
    if counts["item"]:
        _refuse_missing(counts["item"], counts["n"], source)


def _refuse_missing(bad: int, n: int, source: Source) -> None:
    if source.level is None:
        raise InputError(_MISSING.format(name=source.item, bad=bad, n=n))
    raise InputError(
        f"`products` must give the {source.level!r} of every item; {bad:,} of {n:,} lines have "
        "none. Give those one, such as 'other', or leave the lines out."
    )


def _checked(lines: Lines, source: Source, n_items: int | None = None) -> Lines:
    if (len(lines.names) if n_items is None else n_items) < 2:
        raise InputError(
            f"`{source.unit}` must hold at least two different items; got {lines.names[0]!r} only. "
            "What is sold alone goes with nothing."
        )
    return lines


_EMPTY = "`baskets` must hold at least one line that is not a return; got none."
_MISSING = "`{name}` must not be missing; {bad:,} of {n:,} are. Fill or drop those first."
_TWICE = "`products` must name each `{item}` once; some are there twice. Keep one row of each."
