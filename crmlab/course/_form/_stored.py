"""Rules of what is stored: run from top to bottom, clean, rounded, one explorer."""

import re
from collections.abc import Iterator

from crmlab.course._form._subject import Subject

__all__ = ["RULES"]

_WIDGET = "application/vnd.jupyter.widget-view+json"
_STATE = "application/vnd.jupyter.widget-state+json"
_WITHOUT_EXPLORER = ("00",)  # may have one, need not
_RAW = re.compile(r"\d\.\d{7}| at 0x[0-9a-f]+>|\bAxes\(|np\.float64\(")


def is_run_from_top_to_bottom(subject: Subject) -> Iterator[str]:
    """In one go, every cell."""
    counts = [cell.get("execution_count") for cell in subject.code]
    if counts != list(range(1, len(counts) + 1)):
        yield "it must be stored as run from top to bottom: restart, run all, save"


def no_cell_failed_or_warned(subject: Subject) -> Iterator[str]:
    """Neither an error nor a warning is stored."""
    for output in subject.outputs:
        if output["output_type"] == "error" or output.get("name") == "stderr":
            yield f"an output is an error or a warning: {str(dict(output))[:80]}"


def outputs_are_rounded(subject: Subject) -> Iterator[str]:
    """No long tails of digits and no raw objects."""
    for output in subject.outputs:
        data = {kind: text for kind, text in output.get("data", {}).items() if kind[:4] == "text"}
        for text in ("".join(text) for text in [output.get("text", ""), *data.values()]):
            if found := _RAW.search(text):
                yield f"an output must be rounded and readable; got {found[0]!r}"


def has_one_explorer(subject: Subject) -> Iterator[str]:
    """With its state, so that the book can show it."""
    shown = [
        output["data"][_WIDGET]["model_id"]
        for output in subject.outputs
        if _WIDGET in output.get("data", {})
    ]
    if len(shown) > 1 or (not shown and subject.number not in _WITHOUT_EXPLORER):
        yield f"it must show one explorer; got {len(shown)}"
    widgets = subject.notebook["metadata"].get("widgets", {})
    state = widgets.get(_STATE, {}).get("state", {})
    if any(model not in state for model in shown):
        yield "the explorer's state is not stored"


RULES = (
    is_run_from_top_to_bottom,
    no_cell_failed_or_warned,
    outputs_are_rounded,
    has_one_explorer,
)
