"""Which of the owner's columns is which of ours, by name and by what the caller says."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from crmlab._errors import InputError
from crmlab.contracts import Contract, ContractError
from crmlab.loaders._sources.source import Source

__all__ = ["Header", "find_header"]


@dataclass(frozen=True)
class Header:
    """Our names -> theirs, in their order; our absent columns -> the two they are a product of."""

    theirs: dict[str, str]
    products: dict[str, tuple[str, str]]


def find_header(opened: Source, contract: Contract, columns: Mapping[str, str]) -> Header:
    """Find the columns of the contract that are there."""
    columns = {str(theirs): ours for theirs, ours in columns.items()}
    present, known = list(opened.names), contract.names()
    _check_mapping(columns, present, known)
    named = {name: columns.get(name, name) for name in present}
    header = {ours: theirs for theirs, ours in named.items() if ours in known}
    made = _find_products(contract, header)
    _check_claims(named | {" × ".join(factors): ours for ours, factors in made.items()})
    try:
        contract.check_header(named.values(), found=[*header, *made])
    except ContractError as error:
        guess = _guess(contract, present, [*header, *made], columns)
        raise ContractError(f"{error}{guess}{opened.hint}") from None
    return Header(header, made)


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
