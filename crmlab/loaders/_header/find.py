"""Which of the owner's columns is which of ours, by name and by what the caller says."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from crmlab._errors import InputError
from crmlab._revenue.settle import Worth
from crmlab.contracts import Contract, ContractError
from crmlab.loaders._header.layouts import Layout, find_layout
from crmlab.loaders._header.origin import Origin
from crmlab.loaders._sources.source import Source

__all__ = ["Header", "find_header"]


@dataclass(frozen=True)
class Header:
    """Where each of our columns comes from, and what is a product of two others.

    `worth` says which column holds the money of a line, `layout` which layout the header has.
    """

    origins: dict[str, Origin]
    products: dict[str, tuple[str, str]]
    worth: Worth = "amount"
    layout: Layout | None = None

    @property
    def theirs(self) -> dict[str, str]:
        """Our names -> theirs, the first where several make one of ours."""
        return {ours: origin.columns[0] for ours, origin in self.origins.items()}

    @property
    def used(self) -> set[str]:
        """The owner's columns that became ours as they are."""
        return {one.columns[0] for one in self.origins.values() if one.how == "plain"}

    def describe(self) -> dict[str, str]:
        """Say which layout the header has, and what it decides that the owner should know."""
        if self.layout is None:
            return {}
        return {"layout": "; ".join([f"{self.layout.name}, {self.layout.title}", *self.layout.notes])}


def find_header(
    opened: Source,
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
    if worth == "order_total":
        made.pop("amount", None)
    named = {one.columns[0]: ours for ours, one in origins.items() if one.how == "plain"}
    named = {name: columns.get(name, name) for name in present} | named
    _check_claims(named | {" × ".join(factors): ours for ours, factors in made.items()})
    there = [*origins, *made, *(["amount"] if worth == "order_total" else [])]
    try:
        contract.check_header(named.values(), found=there)
    except ContractError as error:
        guess = _guess(contract, present, there, columns)
        raise ContractError(f"{error}{guess}{hint}{opened.hint}") from None
    return Header(origins, made, worth, found)


def _find_layout(
    contract: Contract, present: list[str], columns: Mapping[str, str], asked: str | Path | None
) -> tuple[Layout | None, str]:
    """The layout of transactions; it is not looked for where the columns are known."""
    if contract.name != "transactions":
        return None, ""
    if asked is None and (columns or set(contract.names(required=True)) <= set(present)):
        return None, ""
    return find_layout(present, asked)


def _find_origins(
    present: list[str], known: list[str], columns: Mapping[str, str], layout: Layout | None
) -> dict[str, Origin]:
    named = {columns.get(name, name): name for name in present}
    origins = {ours: Origin((theirs,)) for ours, theirs in named.items() if ours in known}
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
        elif close := _find_close(unknown[0], present):
            hint = f" Did you mean {close!r}?"
        raise ContractError(
            f"`columns` names {', '.join(map(repr, unknown))}, which the table lacks; it has "
            f"{', '.join(map(repr, present))}.{hint}"
        )
    for ours in columns.values():
        if ours not in known:
            close = _find_close(str(ours), known)
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


def _find_close(name: str, names: list[str]) -> str | None:
    """The name that differs only in case or spelling, if there is one."""
    folded = {_fold(one): one for one in names}
    close = difflib.get_close_matches(_fold(name), folded, n=1, cutoff=0.8)
    return folded[close[0]] if close else None


def _fold(name: str) -> str:
    return name.strip().casefold().replace(" ", "_")


def _guess(
    contract: Contract, present: list[str], found: list[str], columns: Mapping[str, str]
) -> str:
    """A suggestion where a header differs only in case or spelling."""
    free = [name for name in present if name not in columns]
    missing = [ours for ours in contract.names(required=True) if ours not in found]
    pairs = {close: ours for ours in missing if (close := _find_close(ours, free))}
    if pairs:
        return f" Did you mean columns={pairs}?"
    return "" if contract.reader else " Or map them with `columns=`."
