"""Signals: what a firm would notice of a failure factor in its own tables."""

from collections.abc import Sequence
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd

from crmlab._errors import InputError

__all__ = [
    "check_alike", "share_beyond", "share_limits", "signal_row", "signal_table",
    "unknown_row",
]  # fmt: skip

_COLUMNS = ["signal", "value", "lower", "upper", "level", "n", "reading"]


def signal_row(
    signal: str, value: float, lower: float, upper: float, n: int, reading: str
) -> dict[str, Any]:
    """One signal with its limits, what it is counted over, and what it says in a sentence."""
    return {
        "signal": signal, "value": float(value), "lower": float(lower), "upper": float(upper),
        "n": int(n), "reading": reading,
    }  # fmt: skip


def unknown_row(signal: str, n: int, reading: str) -> dict[str, Any]:
    """A signal that the table cannot tell, and why."""
    missing = float("nan")
    return signal_row(signal, missing, missing, missing, n, reading)


def signal_table(rows: Sequence[dict[str, Any]], *, level: float) -> pd.DataFrame:
    """Signals as a table: `signal, value, lower, upper, level, n, reading`."""
    return pd.DataFrame(list(rows)).assign(level=float(level))[_COLUMNS]


def share_limits(share: float, n: int, *, level: float) -> tuple[float, float]:
    """Wilson's limits of a share of `n`."""
    z = NormalDist().inv_cdf((1 + level) / 2)
    centre, shrunk = share + z * z / (2 * n), 1 + z * z / n
    half = z * float(np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)))
    # Rounding may put a limit on the wrong side of a share of 0 or 1.
    lower, upper = (centre - half) / shrunk, (centre + half) / shrunk
    return min(max(lower, 0.0), share), max(min(upper, 1.0), share)


def share_beyond(n: int, *, level: float) -> float:
    """How large a share may be of which `n` drawn alone show nothing, by the level."""
    return 1 - float((1 - level) ** (1 / n))


def check_alike(name: str, *columns: pd.Series | pd.Index) -> None:
    """Refuse ids that are text in some places and numbers in others: no two would be the same."""
    kinds = {isinstance(each, str) for ids in columns for each in ids.dropna().unique()}
    if len(kinds) > 1:
        raise InputError(
            f"`{name}` must be alike everywhere: all text, or all numbers. As it is, 7 and '7' "
            "are two."
        )
