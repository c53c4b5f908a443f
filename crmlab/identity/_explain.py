"""What speaks for and against two records being one person."""

import numpy as np
import pandas as pd

from crmlab.identity._engines import opened
from crmlab.identity._model import Model, quiet
from crmlab.identity._records import frequencies

__all__ = ["explained"]

_SHOWN = {
    "given_name": ("name", "given_name"),
    "surname": ("name", "surname"),
    "birth_date": ("birth_date",),
    "contact": ("phone", "email", "address", "postcode"),
}


def explained(
    model: Model, raw: pd.DataFrame, fields: pd.DataFrame, a: int, b: int
) -> pd.DataFrame:
    """The rows behind `Linkage.explain`, for two positions."""
    score = _scored(model, fields, a, b)
    prior = float(np.log2(model.prior / (1 - model.prior)))
    rows: list[tuple[object, ...]] = [("prior", None, None, "two records at random", prior)]
    for comparison in model.settings["comparisons"]:
        name = comparison["output_column_name"]
        levels = comparison["comparison_levels"]
        gamma = int(score[f"gamma_{name}"])
        known = name not in fields or bool(fields[name].iloc[[a, b]].notna().all())
        level = _reached(levels, gamma, known=known)
        weight = float(score[f"mw_{name}"]) + float(score.get(f"mw_tf_adj_{name}", 0.0))
        columns = _SHOWN.get(name, (name,))
        rows.append((name, _shown(raw, a, columns), _shown(raw, b, columns), level, weight))
    table = pd.DataFrame(
        rows, columns=["comparison", "value_a", "value_b", "level", "match_weight"]
    )
    running = table["match_weight"].cumsum()
    table["probability"] = 1 / (1 + np.exp2(-running))
    total = running.iloc[-1], table["probability"].iloc[-1]
    table.loc[len(table)] = ["total", None, None, "all together", *total]
    return table.set_index("comparison")


def _reached(levels: list[dict], gamma: int, *, known: bool) -> str:
    """Label of a level: splink numbers the levels with a weight down to 0, the others are -1.

    One without a weight is either a missing value or, where both are known, what says nothing new.
    """
    ranked = [level for level in levels if not level.get("is_null_level")]
    if gamma >= 0:
        return str(ranked[len(ranked) - 1 - gamma]["label_for_charts"])
    silent = [level["label_for_charts"] for level in levels if level.get("is_null_level")]
    return str(silent[-1] if known else silent[0])


def _shown(raw: pd.DataFrame, at: int, columns: tuple[str, ...]) -> str | None:
    values = [raw[name].iloc[at] for name in columns if name in raw]
    return " · ".join(_text(value) for value in values if pd.notna(value)) or None


def _text(value: object) -> str:
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else str(value)


def _scored(model: Model, fields: pd.DataFrame, a: int, b: int) -> pd.Series:
    settings = model.settings | {
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": True,
        "blocking_rules_to_generate_predictions": [{"blocking_rule": "1 = 1"}],
    }
    # How common a name is depends on all records, not on these two.
    with quiet(), opened(None, fields.iloc[[a, b]], frequencies(fields)) as engine:
        return engine.whole(engine.linker(settings).inference.predict()).iloc[0]
