"""Whether two plain forms say the same, kindly in type; and how one of them is put in words."""

import json
import math
from typing import Any

from crmlab.exercises._code._forms import Form
from crmlab.exercises._show import name_kind, show_number

__all__ = ["kind", "labels", "same", "show", "show_table"]

_ALMOST_ZERO = 1e-9


def same(given: Form, expected: Form, tolerance: float) -> bool:
    """Whether a result is the expected one: numbers within a relative tolerance.

    One number in a list or Series is that number. Rows of a Series or a table are found by their
    labels, columns by their names; a mapping and a Series are alike, as are a set and a list
    without order where a set is expected.

    Examples
    --------
    >>> same({"list": [2]}, 2.0, 1e-6)
    True
    >>> same({"series": ["b", "a"], "values": [1, 2]}, {"map": ["a", "b"], "values": [2, 1]}, 0)
    True
    """
    given = _unwrap(given) if _is_single(expected) else given
    if isinstance(expected, dict) and isinstance(given, dict):
        compare = _COMPARED.get(next(iter(expected)))
        return compare(given, expected, tolerance) if compare else given == expected
    if isinstance(given, int | float) and isinstance(expected, int | float):
        return math.isclose(given, expected, rel_tol=tolerance, abs_tol=_ALMOST_ZERO)
    return given == expected


def _is_single(form: Form) -> bool:
    return not isinstance(form, dict) or "time" in form or "span" in form


def _unwrap(form: Form) -> Form:
    """Take the only value out of a list, Series or table."""
    while isinstance(form, dict):
        held = form.get("list", form.get("values"))
        if not isinstance(held, list) or len(held) != 1 or "map" in form:
            return form
        form = held[0] if not isinstance(held[0], list) else {"list": held[0]}
    return form


def _same_spans(given: dict[str, Any], expected: dict[str, Any], tolerance: float) -> bool:
    return "span" in given and math.isclose(given["span"], expected["span"], rel_tol=tolerance)


def _same_lists(given: dict[str, Any], expected: dict[str, Any], tolerance: float) -> bool:
    values = given["values"] if "series" in given else given.get("list")
    return values is not None and _all_same(values, expected["list"], tolerance)


def _all_same(given: list[Form], expected: list[Form], tolerance: float) -> bool:
    return len(given) == len(expected) and all(
        same(one, other, tolerance) for one, other in zip(given, expected, strict=True)
    )


def _same_sets(given: dict[str, Any], expected: dict[str, Any], tolerance: float) -> bool:
    items = given.get("set", given.get("list", given.get("values") if "series" in given else None))
    if items is None:
        return False
    return _all_same(sorted(items, key=_key), sorted(expected["set"], key=_key), tolerance)


def _same_pairs(given: dict[str, Any], expected: dict[str, Any], tolerance: float) -> bool:
    """Compare by label; where a label occurs twice, by order."""
    one, other = labels(given), labels(expected)
    if one is None or other is None or "table" in given or len(one) != len(other):
        return False
    firsts, seconds = _order(one), _order(other)
    return _all_same(
        [one[at] for at in firsts], [other[at] for at in seconds], tolerance
    ) and _all_same(
        [given["values"][at] for at in firsts],
        [expected["values"][at] for at in seconds],
        tolerance,
    )


def labels(form: Form) -> list[Form] | None:
    """The labels of a Series, the keys of a mapping or the columns of a table."""
    if not isinstance(form, dict):
        return None
    return next((form[name] for name in ("series", "map", "table") if name in form), None)


def _order(items: list[Form]) -> list[int]:
    keys = list(map(_key, items))
    return sorted(range(len(keys)), key=keys.__getitem__)


def _key(form: Form) -> str:
    """A text by which forms are sorted; 5 and 5.0 are alike."""
    if isinstance(form, float) and form.is_integer():
        form = int(form)
    return form if isinstance(form, str) else json.dumps(form, sort_keys=True)


def _same_tables(given: dict[str, Any], expected: dict[str, Any], tolerance: float) -> bool:
    """Compare by column, rows by their labels; labels that only count rows do not matter."""
    if "table" not in given or len(given["labels"]) != len(expected["labels"]):
        return False
    columns = [
        {"map": form["table"], "values": [{"list": column} for column in _sorted_columns(form)]}
        for form in (given, expected)
    ]
    if _same_pairs(columns[0], columns[1], tolerance) and _labels_agree(given, expected):
        return True
    if not (_only_count(given["labels"]) and _only_count(expected["labels"])):
        return False
    as_is = [
        {"map": form["table"], "values": [{"list": column} for column in form["values"]]}
        for form in (given, expected)
    ]
    return _same_pairs(as_is[0], as_is[1], tolerance)


def _labels_agree(given: dict[str, Any], expected: dict[str, Any]) -> bool:
    return sorted(map(_key, given["labels"])) == sorted(map(_key, expected["labels"]))


def _sorted_columns(form: dict[str, Any]) -> list[list[Form]]:
    order = _order(form["labels"])
    return [[column[at] for at in order] for column in form["values"]]


def _only_count(items: list[Form]) -> bool:
    return all(isinstance(item, int) for item in items)


_COMPARED = {
    "span": _same_spans,
    "list": _same_lists,
    "set": _same_sets,
    "map": _same_pairs,
    "series": _same_pairs,
    "table": _same_tables,
}

_KINDS = {
    "time": "a date",
    "span": "a length of time",
    "list": "a list",
    "set": "a set",
    "map": "a dict",
    "series": "a Series",
    "table": "a table",
    "large": "more than anybody can compare",
}
_SINGLE_KINDS = ((bool, "True or False"), (int | float | None, "a number"), (str, "text"))


def kind(form: Form) -> str:
    """What a value is, in a word or two."""
    if isinstance(form, dict):
        name = next(iter(form))
        return _KINDS.get(name) or name_kind(str(form[name]))
    return next(word for kinds, word in _SINGLE_KINDS if isinstance(form, kinds))


def show(form: Form, *, most: int = 6) -> str:
    """Write a value for a reader, long ones without their ends.

    Examples
    --------
    >>> show({"list": [1234567, 0.3333333333, None]})
    '[1,234,567, 0.333333, nan]'
    """
    if isinstance(form, dict):
        return _show_many(form, most)
    if form is None:
        return "nan"
    if isinstance(form, bool):
        return str(form)
    if isinstance(form, str):
        return json.dumps(form if len(form) <= 60 else form[:57] + "...", ensure_ascii=False)
    return show_number(form)


def _show_many(form: dict[str, Any], most: int) -> str:
    name = next(iter(form))
    if name == "time":
        return str(form["time"]).removesuffix("T00:00:00").replace("T", " ")
    if name == "span":
        return f"{show_number(form['span'])} days"
    if name in ("list", "set"):
        inside = ", ".join(show(item, most=most) for item in form[name][:most])
        more = ", ..." if len(form[name]) > most else ""
        return f"[{inside}{more}]" if name == "list" else f"{{{inside}{more}}}"
    if name == "series" and form["series"] == list(range(len(form["series"]))):
        return show({"list": form["values"]}, most=most)  # labels that only count
    if name in ("map", "series"):
        return "{" + _show_pairs(form[name], form["values"], most) + "}"
    if name == "table":
        return f"{len(form['labels']):,} rows {show_table(form, most=most)}"
    return kind(form)


def show_table(form: Any, *, most: int = 6) -> str:
    """Write the columns of a table, without how many rows there are."""
    columns = [{"list": column} for column in form["values"]]
    return "{" + _show_pairs(form["table"], columns, most) + "}"


def _show_pairs(names: list[Form], values: list[Any], most: int) -> str:
    pairs = zip(names[:most], values[:most], strict=True)
    shown = ", ".join(f"{show(name)}: {show(value, most=most)}" for name, value in pairs)
    return shown + (", ..." if len(names) > most else "")
