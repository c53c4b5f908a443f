"""The evidence for and against two records being the same person."""

import numpy as np
import pandas as pd

from crmlab.identity._engines import open_engine
from crmlab.identity._model import Model, silence_splink
from crmlab.identity._records import name_frequencies

__all__ = ["explain_pair"]

_SHOWN = {
    "given_name": ("name", "given_name"),
    "surname": ("name", "surname"),
    "birth_date": ("birth_date",),
    "contact": ("phone", "email", "address", "postcode"),
}


def explain_pair(
    model: Model, raw: pd.DataFrame, fields: pd.DataFrame, a: int, b: int
) -> pd.DataFrame:
    """Make the table of `Linkage.explain` for the records at two positions."""
    score = _score_pair(model, fields, a, b)
    prior = float(np.log2(model.prior / (1 - model.prior)))
    rows: list[tuple[object, ...]] = [("prior", None, None, "two records at random", prior)]
    for comparison in model.settings["comparisons"]:
        name = comparison["output_column_name"]
        levels = comparison["comparison_levels"]
        gamma = int(score[f"gamma_{name}"])
        known = name not in fields or bool(fields[name].iloc[[a, b]].notna().all())
        level = _level_label(levels, gamma, known=known)
        weight = float(score[f"mw_{name}"]) + float(score.get(f"mw_tf_adj_{name}", 0.0))
        columns = _SHOWN.get(name, (name,))
        rows.append(
            (name, _show_values(raw, a, columns), _show_values(raw, b, columns), level, weight)
        )
    table = pd.DataFrame(
        rows, columns=["comparison", "value_a", "value_b", "level", "match_weight"]
    )
    running = table["match_weight"].cumsum()
    table["probability"] = 1 / (1 + np.exp2(-running))
    total = running.iloc[-1], table["probability"].iloc[-1]
    table.loc[len(table)] = ["total", None, None, "all together", *total]
    return table.set_index("comparison")


def _level_label(levels: list[dict], gamma: int, *, known: bool) -> str:
    """Label of a level: splink numbers the levels with a weight down to 0, the others are -1.

    A level without a weight stands for a missing value or, where both are known, for agreement that
    adds no evidence.
    """
    ranked = [level for level in levels if not level.get("is_null_level")]
    if gamma >= 0:
        return str(ranked[len(ranked) - 1 - gamma]["label_for_charts"])
    weightless = [level["label_for_charts"] for level in levels if level.get("is_null_level")]
    return str(weightless[-1] if known else weightless[0])


def _show_values(raw: pd.DataFrame, at: int, columns: tuple[str, ...]) -> str | None:
    values = [raw[name].iloc[at] for name in columns if name in raw]
    return " · ".join(_format_value(value) for value in values if pd.notna(value)) or None


def _format_value(value: object) -> str:
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else str(value)


def _score_pair(model: Model, fields: pd.DataFrame, a: int, b: int) -> pd.Series:
    settings = model.settings | {
        "retain_matching_columns": True,
        "retain_intermediate_calculation_columns": True,
        "blocking_rules_to_generate_predictions": [{"blocking_rule": "1 = 1"}],
    }
    # How common a name is depends on all records, not on these two.
    with (
        silence_splink(),
        open_engine(None, fields.iloc[[a, b]], name_frequencies(fields)) as engine,
    ):
        return engine.fetch_all(engine.make_linker(settings).inference.predict()).iloc[0]
