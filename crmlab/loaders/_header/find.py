"""Which of the owner's columns is which of ours, by name and by what the caller says."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from crmlab._errors import InputError
from crmlab._text import list_names
from crmlab.contracts import Contract, ContractError
from crmlab.loaders._header.names import SURE, find_close, is_word, score_name
from crmlab.loaders._header.suggest import suggest_columns
from crmlab.loaders._sources.source import Source

__all__ = ["Header", "find_header"]

_REMEDY = "Map your header to these names with `columns={'your name': 'our name'}`."


@dataclass(frozen=True)
class Header:
    """Our names -> theirs, in their order; our absent columns -> the two they are a product of.

    `others` are the owner's further columns -> their names beside ours; `readings` holds what looks
    wrong about the choice, in words.
    """

    theirs: dict[str, str]
    products: dict[str, tuple[str, str]]
    others: dict[str, str] = field(default_factory=dict)
    readings: dict[str, str] = field(default_factory=dict)


def find_header(opened: Source, contract: Contract, columns: Mapping[str, str]) -> Header:
    """Find the columns of the contract that are there; what `columns` says wins over a name."""
    columns = {str(theirs): ours for theirs, ours in columns.items()}
    present, known = list(opened.names), contract.names()
    _check_mapping(columns, present, known)
    claimed = {ours.casefold() for ours in columns.values()}
    named = {
        name: columns.get(name, name)
        for name in present
        if name in columns or name.casefold() not in claimed
    }
    header = {ours: theirs for theirs, ours in named.items() if ours in known}
    made = _find_products(contract, header)
    _check_claims(named | {" × ".join(factors): ours for ours, factors in made.items()})
    found = [*header, *made]
    missing = [name for name in contract.names(required=True) if name not in found]
    if missing:
        lacks = f"The {contract.name} table lacks {', '.join(map(repr, missing))}; "
        has = f"it has {list_names(columns.get(name, name) for name in present)}."
        lines = suggest_columns(opened, contract, columns, found)
        said = "\n".join([lacks + has, *lines]) if lines else f"{lacks}{has} {_REMEDY}"
        raise ContractError(said + opened.hint)
    theirs = set(header.values())
    others = _name_others([name for name in present if name not in theirs], found)
    return Header(header, made, others, _doubt_price(contract, header, columns, present))


def _name_others(others: list[str], ours: Iterable[str]) -> dict[str, str]:
    """The owner's other columns -> their names beside ours; engines do not see letter case."""
    reserved = {name.casefold() for name in ours}
    taken = reserved | {name.casefold() for name in others}
    named = {}
    for name in others:
        named[name] = name
        if name.casefold() in reserved:
            while named[name].casefold() in taken:
                named[name] += "_in_source"
            taken.add(named[name].casefold())
    return named


def _doubt_price(
    contract: Contract, header: Mapping[str, str], columns: Mapping[str, str], present: list[str]
) -> dict[str, str]:
    """Say so where the price of one unit was mapped to a product that a quantity belongs to."""
    doubts = {}
    for column in contract.columns:
        theirs = header.get(column.name, "")
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
