"""Which of the owner's columns is which of ours, by name and by what the caller says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from crmlab._errors import InputError
from crmlab._revenue.settle import Worth
from crmlab._text import list_names
from crmlab.contracts import Contract, ContractError
from crmlab.loaders._header.layouts import Layout, find_layout
from crmlab.loaders._header.names import SURE, find_close, is_word, score_name
from crmlab.loaders._header.origin import Origin
from crmlab.loaders._header.suggest import suggest_columns
from crmlab.loaders._sources.source import Opened

__all__ = ["Header", "find_header"]

_KEYS = ("customer_id", "order_id", "date")
_REMEDY = "Map your header to these names with `columns={'your name': 'our name'}`."


@dataclass(frozen=True)
class Header:
    """Where each of our columns comes from, and what is a product of two others.

    `theirs` holds our names -> theirs, the first where several make one of ours; `used` the owner's
    columns that became ours as they are; `worth` says which column holds the money of a line,
    `layout` which layout the header has, `readings` what its owner should know of all that.
    """

    origins: dict[str, Origin]
    products: dict[str, tuple[str, str]]
    theirs: dict[str, str]
    used: frozenset[str]
    worth: Worth = "amount"
    layout: Layout | None = None
    readings: dict[str, str] = field(default_factory=dict)

    def list_needed(self, names: Sequence[str], asked: Iterable[str] = ()) -> set[str]:
        """The owner's columns that reading needs, of `names`; total rows may stand in the first."""
        made = {column for origin in self.origins.values() for column in origin.columns}
        return (made | {*names[:1], *asked}) & set(names)

    def list_keys(self) -> set[str]:
        """The owner's columns of ids and days, which several lines may share."""
        keys = [self.origins[name] for name in _KEYS if name in self.origins]
        return {column for origin in keys for column in origin.columns}


def find_header(
    opened: Opened,
    contract: Contract,
    columns: Mapping[str, str],
    layout: str | Path | None = None,
) -> Header:
    """Find the columns of the contract that are there.

    What the caller maps comes before what a layout says, and that before a name that is ours.
    """
    columns = {str(theirs): ours for theirs, ours in columns.items()}
    present, known = list(opened.names), contract.names()
    _check_mapping(columns, present, known)
    found, hint = _find_layout(contract, present, columns, layout)
    origins = _find_origins(present, known, columns, found)
    made = _find_products(contract, origins)
    worth = _find_worth(contract, origins, made, found)
    _check_worth(columns, worth, found)
    if worth == "order_total":
        made.pop("amount", None)
    _check_claims(_list_claims(present, columns, origins, made))
    there = [*origins, *made, *(["amount"] if worth == "order_total" else [])]
    missing = [name for name in contract.names(required=True) if name not in there]
    if missing:
        lacks = f"The {contract.name} table lacks {', '.join(map(repr, missing))}; "
        has = f"it has {list_names(columns.get(name, name) for name in present)}."
        lines = suggest_columns(opened, contract, columns, there)
        said = "\n".join([lacks + has, *lines]) if lines else f"{lacks}{has} {_REMEDY}"
        raise ContractError(said + hint + opened.hint)
    readings = _describe(found) | _doubt_price(contract, origins, columns, present)
    theirs = {ours: origin.columns[0] for ours, origin in origins.items()}
    used = frozenset(one.columns[0] for one in origins.values() if one.how == "plain")
    return Header(origins, made, theirs, used, worth, found, readings)


def _describe(layout: Layout | None) -> dict[str, str]:
    """Say which layout the header has, and what that decides."""
    if layout is None:
        return {}
    return {"layout": "; ".join([f"{layout.name}, {layout.title}", *layout.notes])}


def _list_claims(
    present: list[str],
    columns: Mapping[str, str],
    origins: Mapping[str, Origin],
    made: Mapping[str, tuple[str, str]],
) -> dict[str, str]:
    """Their columns -> the names they would have; one that the caller maps takes the name."""
    used = {one.columns[0]: ours for ours, one in origins.items() if one.how == "plain"}
    taken = {ours.casefold() for ours in (*columns.values(), *origins)}
    free = {name: name for name in present if name not in used and name.casefold() not in taken}
    return (
        free | used | dict(columns) | {" × ".join(factors): ours for ours, factors in made.items()}
    )


def _find_layout(
    contract: Contract, present: list[str], columns: Mapping[str, str], asked: str | Path | None
) -> tuple[Layout | None, str]:
    """The layout of transactions; it is not looked for where the columns are known."""
    if contract.name != "transactions":
        return None, ""
    if asked is None and (columns or set(contract.names(required=True)) <= set(present)):
        return None, ""
    return find_layout(present, asked, columns.values())


def _find_origins(
    present: list[str], known: list[str], columns: Mapping[str, str], layout: Layout | None
) -> dict[str, Origin]:
    claimed = set(columns.values())
    named = {name: name for name in present if name not in columns and name not in claimed}
    named |= {ours: theirs for theirs, ours in columns.items()}
    origins = {ours: Origin((named[ours],)) for ours in known if ours in named}
    if layout is None:
        return origins
    mapped = {ours: origins[ours] for ours in columns.values() if ours in origins}
    return origins | layout.origins(present) | mapped


def _find_worth(
    contract: Contract, origins: Iterable[str], made: Iterable[str], layout: Layout | None
) -> Worth:
    """Which column holds the money: the price of lines, or the total of orders."""
    if layout is not None:
        return layout.worth
    totals = {column.name: column.total for column in contract.columns if column.total}
    read = {*origins, *made}
    return "order_total" if totals.get("amount") in read and "amount" not in read else "amount"


def _check_worth(columns: Mapping[str, str], worth: Worth, layout: Layout | None) -> None:
    """Refuse a mapping to the money of lines where a layout prices orders, or the other way."""
    wrong = {"amount": "order_total", "order_total": "amount"}[worth]
    theirs = [name for name, ours in columns.items() if ours == wrong]
    if layout is not None and theirs and worth not in columns.values():
        raise InputError(
            f"`columns` must name the money of the layout {layout.name} as {worth!r}; it maps "
            f"{theirs[0]!r} to {wrong!r}. Map it to {worth!r}, or write a layout of your own."
        )


def _doubt_price(
    contract: Contract,
    origins: Mapping[str, Origin],
    columns: Mapping[str, str],
    present: list[str],
) -> dict[str, str]:
    """Say so where the price of one unit was mapped to a product that a quantity belongs to."""
    doubts = {}
    for column in contract.columns:
        theirs = origins[column.name].columns[0] if column.name in origins else ""
        if column.product_of is None or theirs not in columns:
            continue
        many, one = column.product_of
        fit = score_name(contract, one, theirs)
        if fit < SURE or fit <= score_name(contract, column.name, theirs):
            continue
        counts = [name for name in present if name != theirs and is_word(contract, many, name)]
        if counts:
            doubts[f"{column.name} of a line"] = (
                f"{theirs!r}, which may be the price of one unit, as {counts[0]!r} stands beside "
                f"it; if so, map {theirs!r} to {one} and {counts[0]!r} to {many}"
            )
    return doubts


def _find_products(contract: Contract, header: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Our columns that are absent, and the two whose product each of them is."""
    present = set(header)
    return {
        column.name: column.product_of
        for column in contract.columns
        if column.name not in present
        and column.product_of
        and present.issuperset(column.product_of)
    }


def _check_mapping(columns: Mapping[str, str], present: list[str], known: list[str]) -> None:
    """Raise unless each of their names is there and each of ours is a canonical one."""
    unknown = [theirs for theirs in columns if theirs not in present]
    if unknown:
        hint = ""
        if any(name in known and columns[name] in present for name in unknown):
            hint = " `columns` maps their header to ours, not the other way."
        elif close := find_close(unknown[0], present):
            hint = f" Did you mean {close!r}?"
        raise ContractError(
            f"`columns` names {', '.join(map(repr, unknown))}, which the table lacks; it has "
            f"{list_names(present)}.{hint}"
        )
    for ours in columns.values():
        if ours not in known:
            close = find_close(str(ours), known)
            raise InputError(
                f"`columns` must map to {', '.join(known)}; got {ours!r}. "
                + (f"Did you mean {close!r}?" if close else "Other columns keep their names.")
            )


def _check_claims(named: Mapping[str, str]) -> None:
    """Raise where two columns end up with one name, as engines see it."""
    claims: dict[str, str] = {}
    for theirs, ours in named.items():
        first = claims.setdefault(ours.casefold(), theirs)
        if first != theirs:
            raise ContractError(
                f"{first!r} and {theirs!r} both claim to be {ours.casefold()!r}: map one of them "
                "only, and rename the other."
            )
