"""Layouts: how the exports of a shop are written, as data.

A layout is a TOML file. Those of crmlab are in `crmlab/loaders/layouts`; a user's own is named by
its path. The page `docs/layouts.md` explains every key.
"""

import functools
import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from crmlab._checks import check_choice
from crmlab._errors import InputError, InputTypeError
from crmlab._revenue.settle import Worth
from crmlab.contracts import STATUSES, TRANSACTIONS, ContractError
from crmlab.loaders._header.origin import Origin

__all__ = ["Layout", "find_layout", "list_layouts", "load_layout"]

_FOLDER = Path(__file__).parents[1] / "layouts"


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, str) for one in value)


def _is_name(value: Any) -> bool:
    """Whether it is a header, or a list of alternatives."""
    return _is_text(value) or (_are_texts(value) and all(map(_is_text, value)))


def _are_names(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(map(_is_name, value))


# Key -> what it must hold, and whether it does.
_KEYS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "title": ("be text", _is_text),
    "required": ("list headers, or lists of alternatives", _are_names),
    "columns": ("say where our columns come from", lambda v: isinstance(v, dict) and bool(v)),
    "worth": ("be 'amount' or 'order_total'", lambda v: v in ("amount", "order_total")),
    "statuses": ("list their words for our statuses", lambda v: isinstance(v, dict)),
    "guests": ("list ids that stand for nobody", _are_texts),
    "currency": (
        "be a code of three capitals, such as 'KRW'",
        lambda v: _is_text(v) and len(v) == 3 and v.isascii() and v.isalpha() and v.isupper(),
    ),
    "offsets": ("be 'as written'", lambda v: v == "as written"),
    "date_format": ("be a format such as '%d.%m.%y', or list several", _is_name),
    "dayfirst": ("be true or false", lambda v: isinstance(v, bool)),
    "decimal": ("be '.' or ','", lambda v: v in (".", ",")),
    "timezone": ("be the name of a zone, such as 'Asia/Seoul'", _is_text),
    "notes": ("list sentences", _are_texts),
    "personal": (
        "list columns of ours",
        lambda v: _are_texts(v) and set(v) <= set(TRANSACTIONS.names()),
    ),
}
_HOW = {
    "first": {"first"},
    "joined": {"joined"},
    "filled_down": {"filled_down"},
    "less": {"of", "less"},
    "among": {"of", "among"},
    "adjusted": {"of", "adjusted"},
}


@dataclass(frozen=True)
class Layout:
    """How the exports of one shop are written; `docs/layouts.md` explains each word."""

    name: str
    title: str
    required: tuple[tuple[str, ...], ...]
    columns: Mapping[str, Any]
    worth: Worth = "amount"
    statuses: Mapping[str, str] = field(default_factory=dict)
    guests: tuple[str, ...] = ()
    currency: str | None = None
    offsets: str | None = None
    date_format: str | tuple[str, ...] | None = None
    dayfirst: bool | None = None
    decimal: str | None = None
    timezone: str | None = None
    notes: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()

    def fits(self, present: Iterable[str]) -> bool:
        """Whether the header has all that the layout requires."""
        return not self.missing(present)

    def missing(self, present: Iterable[str], mapped: Collection[str] = ()) -> list[str]:
        """The required headers that are not there, unless all they make is in `mapped`."""
        there = {_fold(name) for name in present}
        if mapped:
            needed = [
                _list_headers(spec) for ours, spec in self.columns.items() if ours not in mapped
            ]
            spared = {_fold(name) for spec in self.columns.values() for name in _list_headers(spec)}
            there |= spared - {_fold(name) for names in needed for name in names}
        return [names[0] for names in self.required if not there & {_fold(name) for name in names}]

    def origins(self, present: Iterable[str]) -> dict[str, Origin]:
        """Our columns -> where they come from, for those whose sources are there."""
        there = {_fold(name): name for name in present}
        found = {ours: _find_origin(spec, there) for ours, spec in self.columns.items()}
        return {ours: origin for ours, origin in found.items() if origin is not None}


def _list_headers(spec: Any) -> list[str]:
    """Every header that a column may be made of."""
    if isinstance(spec, str):
        return [spec]
    if isinstance(spec, Mapping):
        return [
            name for key, part in spec.items() if key != "among" for name in _list_headers(part)
        ]
    return [name for part in spec for name in _list_headers(part)]


def _fold(name: str) -> str:
    return " ".join(name.casefold().split())


def _names_of(value: Any) -> tuple[str, ...]:
    """One name or several, as several."""
    return (value,) if isinstance(value, str) else tuple(value)


def _pick(names: Any, there: Mapping[str, str]) -> str | None:
    """The first of the alternatives that is there, as the owner writes it."""
    return next((there[_fold(name)] for name in _names_of(names) if _fold(name) in there), None)


def _find_origin(spec: Any, there: Mapping[str, str]) -> Origin | None:
    if not isinstance(spec, Mapping):
        column = _pick(spec, there)
        return None if column is None else Origin((column,))
    for how in ("first", "joined"):
        if how in spec:
            columns = [one for name in spec[how] if (one := _pick(name, there)) is not None]
            kept = columns and (how == "first" or len(columns) == len(spec[how]))
            return Origin(tuple(columns), how) if kept else None
    if "filled_down" in spec:
        column = _pick(spec["filled_down"], there)
        return None if column is None else Origin((column,), "filled_down")
    first = _pick(spec["of"], there)
    if first is None:
        return None
    if "among" in spec:
        return Origin((first,), "among", tuple(str(word) for word in spec["among"]))
    if "less" in spec:
        others = [_pick(name, there) for name in _names_of(spec["less"])]
        return Origin((first, *(one for one in others if one is not None)), "less")
    second = _pick(spec["adjusted"], there)
    return None if second is None else Origin((first, second), "adjusted")


# --- files ------------------------------------------------------------------------------------


@functools.cache
def list_layouts() -> tuple[Layout, ...]:
    """The layouts that come with crmlab, by name."""
    return tuple(load_layout(path) for path in sorted(_FOLDER.glob("*.toml")))


def load_layout(path: Path) -> Layout:
    """Read a layout from its file, and refuse what the vocabulary does not have."""
    where = f"The layout {path.name}"
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"{where} is not a TOML file: {error}.") from None
    _check_keys(where, data)
    _check_columns(where, data["columns"])
    held: dict[str, Any] = {"name": path.stem, "title": path.stem}
    for key, value in data.items():
        held[key] = tuple(value) if isinstance(value, list) else value
    held["required"] = tuple(_names_of(names) for names in data["required"])
    held["statuses"] = _invert_statuses(where, data.get("statuses", {}))
    return Layout(**held)


def _check_keys(where: str, data: Mapping[str, Any]) -> None:
    """Raise unless each key is one of the vocabulary and holds what it must."""
    missing = [key for key in ("required", "columns") if key not in data]
    if missing:
        raise InputError(f"{where} must name its `{missing[0]}`.")
    for key, value in data.items():
        if key not in _KEYS:
            raise InputError(f"{where} must use the keys {', '.join(sorted(_KEYS))}; got {key!r}.")
        words, holds = _KEYS[key]
        if not holds(value):
            raise InputError(f"{where}: `{key}` must {words}; got {value!r}.")


def _check_columns(where: str, columns: Any) -> None:
    known = TRANSACTIONS.names()
    for ours, spec in columns.items():
        if ours not in known:
            raise InputError(f"{where}: columns are {', '.join(known)}; got {ours!r}.")
        if not (_is_made(spec) if isinstance(spec, Mapping) else _is_name(spec)):
            ways = "; ".join(" with ".join(sorted(keys, reverse=True)) for keys in _HOW.values())
            raise InputError(
                f"{where}: {ours!r} must name a header, list alternatives, or be made by {ways}; "
                f"got {spec!r}."
            )


def _is_made(spec: Mapping[str, Any]) -> bool:
    """Whether the ways to make a column know these words, and each has headers."""
    several = {"first", "joined", "less", "among"}
    return any(set(spec) == keys for keys in _HOW.values()) and all(
        _are_names(value) if key in several else _is_name(value) for key, value in spec.items()
    )


def _invert_statuses(where: str, statuses: Mapping[str, Any]) -> dict[str, str]:
    for ours, words in statuses.items():
        if ours not in STATUSES:
            raise InputError(f"{where}: statuses are {', '.join(STATUSES)}; got {ours!r}.")
        if not (isinstance(words, str) or _are_texts(words)):
            raise InputError(f"{where}: {ours!r} must list words of status; got {words!r}.")
    return {word: ours for ours, words in statuses.items() for word in _names_of(words)}


# --- which one a file has ---------------------------------------------------------------------


def find_layout(
    present: list[str], asked: str | Path | None, mapped: Collection[str] = ()
) -> tuple[Layout | None, str]:
    """The layout of a header, and a hint where it cannot be told.

    Without `asked` it is the only one whose required headers are all there. A layout that is asked
    for needs no header of what the caller maps: `mapped`, our columns.
    """
    if asked is not None:
        layout = _named(asked)
        if missing := layout.missing(present, mapped):
            raise ContractError(
                f"The layout {layout.name!r} needs the columns {', '.join(map(repr, missing))}, "
                "which the table lacks. Leave `layout` out to have it found, or map the columns "
                "with `columns=`."
            )
        return layout, ""
    fitting = [layout for layout in list_layouts() if layout.fits(present)]
    if len(fitting) > 1:
        names = " and ".join(repr(layout.name) for layout in fitting)
        return None, f" The layouts {names} both fit: say which with `layout=`."
    return (fitting[0] if fitting else None), ""


def _named(asked: str | Path) -> Layout:
    known = {layout.name: layout for layout in list_layouts()}
    if isinstance(asked, str) and not asked.endswith(".toml"):
        check_choice("layout", asked, sorted(known))
        return known[asked]
    if not isinstance(asked, str | Path):
        raise InputTypeError(f"`layout` must be a name or the path of a file; got {asked!r}.")
    path = Path(asked).expanduser()
    if not path.is_file():
        raise FileNotFoundError(f"`layout` must name a file that exists; found none at {asked!s}.")
    return load_layout(path)
