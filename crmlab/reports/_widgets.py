"""A still picture of each explorer: a page has no kernel that could move its sliders."""

import html
from collections.abc import Mapping
from typing import Any

__all__ = ["CAPTION", "widget_snapshot"]

CAPTION = "Static picture of an explorer: move it in JupyterLab (make lab)."

_STATE = "application/vnd.jupyter.widget-state+json"
_PROGRESS = {"FloatProgressModel", "IntProgressModel"}
_WITHOUT_VALUE = {"ButtonModel", "OutputModel"}

Models = Mapping[str, Mapping[str, Any]]


def widget_snapshot(metadata: Mapping[str, Any], model_id: str) -> str:
    """HTML of a widget as it stood when the notebook ended.

    Parameters
    ----------
    metadata : mapping
        The notebook's metadata, with the saved state of its widgets.
    model_id : str
        The widget that was shown.

    Returns
    -------
    str
        A figure: controls as "description: value", HTML and images as they are, and a caption.
        Only the caption if no state was saved; nothing for a progress bar.
    """
    models = metadata.get("widgets", {}).get(_STATE, {}).get("state", {})
    if _shows_progress(models, model_id):
        return ""
    body = _model(models, model_id)
    return f'<figure class="explorer">{body}<figcaption>{CAPTION}</figcaption></figure>'


def _children(models: Models, model_id: str) -> list[str]:
    state = models.get(model_id, {}).get("state", {})
    references = state.get("children") or []
    return [reference.removeprefix("IPY_MODEL_") for reference in references]


def _shows_progress(models: Models, model_id: str) -> bool:
    if models.get(model_id, {}).get("model_name") in _PROGRESS:
        return True
    return any(_shows_progress(models, child) for child in _children(models, model_id))


def _model(models: Models, model_id: str) -> str:
    """HTML of one model and all it contains."""
    model = models.get(model_id, {})
    name, state = model.get("model_name", ""), model.get("state", {})
    if "children" in state:
        return "".join(_model(models, child) for child in _children(models, model_id))
    if name in ("HTMLModel", "HTMLMathModel"):
        return f"<div>{state.get('value', '')}</div>"  # as in JupyterLab, its author escapes
    if name == "LabelModel":
        return f"<p>{html.escape(str(state.get('value', '')))}</p>"
    if name == "ImageModel":
        return _image(model)
    if name in _WITHOUT_VALUE:
        return ""
    return _control(state)


def _image(model: Mapping[str, Any]) -> str:
    buffers = [buffer for buffer in model.get("buffers", []) if buffer["path"] == ["value"]]
    if not buffers:
        return ""
    kind = html.escape(model["state"].get("format", "png"))
    return (
        f'<img alt="Picture of the explorer" src="data:image/{kind};base64,{buffers[0]["data"]}">'
    )


def _control(state: Mapping[str, Any]) -> str:
    """Write a slider, box or menu as one line: its description and its value."""
    value = _value(state)
    if value is None:
        return ""
    label = str(state.get("description", "")).strip().rstrip(":")
    text = f"{label}: {value}" if label else value
    return f'<p class="control">{html.escape(text)}</p>'


def _value(state: Mapping[str, Any]) -> str | None:
    labels = state.get("_options_labels")
    if labels is not None:
        index = state.get("index")
        chosen = index if isinstance(index, list | tuple) else [index]
        return ", ".join(str(labels[i]) for i in chosen if i is not None)
    value = state.get("value")
    if value is None:
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return " to ".join(_number(part, state) for part in value)
    if isinstance(value, Mapping):  # a date
        return "-".join(
            f"{part:02d}" for part in (value["year"], value["month"] + 1, value["date"])
        )
    return _number(value, state)


def _number(value: Any, state: Mapping[str, Any]) -> str:
    """Write a number as its slider does; the formats of d3 are mostly those of Python."""
    try:
        return format(value, state.get("readout_format") or "")
    except (TypeError, ValueError):
        return str(value)
