"""Formats of dates in the words of `strptime`: what a caller says, and what a message offers."""

import re
from collections.abc import Sequence

from crmlab import _dates
from crmlab._dates import Form
from crmlab._errors import InputError
from crmlab.loaders._columns.date_layouts import Layout, Written
from crmlab.loaders._columns.text import SPACE

__all__ = ["Formats", "check_format", "compile_formats", "suggest_formats"]

# One format of a whole column, several of which one is, or none, so that it is found.
Formats = str | tuple[str, ...] | None

_DIRECTIVES = {
    "Y": ("year", r"\d{4}"),
    "y": ("year", r"\d{2}"),
    "m": ("month", _dates.MONTH[1:-1]),
    "d": ("day", _dates.DAY[1:-1]),
    "b": ("month", _dates.MONTH_NAME),
    "B": ("month", _dates.MONTH_NAME),
    "H": ("hour", _dates.HOUR),
    "I": ("hour", r"0?[1-9]|1[0-2]"),
    "M": ("minute", r"[0-5]?\d"),
    "S": ("second", r"[0-5]?\d"),
    "f": ("fraction", r"\d+"),
    "p": ("half of the day", _dates.HALF_DAY),
    "z": ("offset", _dates.OFFSETS),
    "a": ("weekday", r"[a-z]+\.?|[월화수목금토일](?:요일)?|[月火水木金土日](?:曜日?)?"),
    "A": ("weekday", r"[a-z]+\.?|[월화수목금토일](?:요일)?|[月火水木金土日](?:曜日?)?"),
}


def check_format(date_format: str) -> None:
    """Raise InputError unless the `strptime` format names each of year, month and day once."""
    directives = re.findall("%(.?)", date_format.replace("%%", ""))
    for directive in directives:
        if directive not in _DIRECTIVES:
            raise InputError(
                f"`date_format` must use the directives %{', %'.join(_DIRECTIVES)}; "
                f"got %{directive} in {date_format!r}."
            )
    fields = [_DIRECTIVES[directive][0] for directive in directives]
    twice = sorted({field for field in fields if fields.count(field) > 1})
    if twice:
        raise InputError(
            f"`date_format` must name each field once; {date_format!r} names the {twice[0]} twice."
        )
    missing = [field for field in ("year", "month", "day") if field not in fields]
    if missing:
        raise InputError(
            f"`date_format` must name year, month and day, as '%d.%m.%Y' does; {date_format!r} "
            f"lacks the {' and the '.join(missing)}."
        )


def compile_formats(formats: str | Sequence[str]) -> list[Layout]:
    """The layouts of one format or of several."""
    several = (formats,) if isinstance(formats, str) else formats
    return [Written(_compile(one)) for one in several]


def _compile(date_format: str) -> Form:
    """The form of a `strptime` format; each directive is one group."""
    groups: dict[str, int] = {}
    pattern = ""
    for directive, literal in re.findall("%(.)|([^%]+)", date_format):
        if directive == "%":
            pattern += "%"
        elif directive:
            field, digits = _DIRECTIVES[directive]
            groups[field] = len(groups) + 1
            pattern += digits if digits is _dates.MONTH_NAME else f"({digits})"
        else:
            pattern += re.sub(r"(\\ )+", " +", re.escape(literal.lower()))
    return Form(
        date_format,
        f"^{SPACE}*{pattern}{SPACE}*$",
        groups,
        short_year="%y" in date_format,
        named_month="%b" in date_format or "%B" in date_format,
    )


def suggest_formats(example: str, forms: Sequence[Form]) -> list[str]:
    """Write the formats in which the forms read an example, such as "%d.%m.%y" of 05.01.24."""
    offered = [_write_format(example.strip(), form) for form in forms]
    return [one for one in offered if re.search(_compile(one).pattern, example.lower())]


def _write_format(example: str, form: Form) -> str:
    """The example with directives in place of the fields that a form sees in it."""
    found = re.search(form.pattern, example.lower())
    if found is None:
        return example
    letters = {
        "year": "%y" if form.short_year else "%Y",
        "month": "%m",
        "day": "%d",
        "offset": "%z",
    }
    spans = [
        (*found.span(group), letters.get(field, "%H:%M:%S"[: 3 * found[group].count(":") + 2]))
        for field, group in form.groups.items()
        if found[group]
    ]
    for start, end, written in sorted(spans, reverse=True):
        example = example[:start] + written + example[end:]
    if half := re.search(_dates.HALF_DAY, example.lower()):
        example = example[: half.start()] + "%p" + example[half.end() :]
        example = example.replace("%H", "%I")
    return example
