"""Customers and parameters that several tests of the lifetime models share."""

import importlib.util
from pathlib import Path

import pandas as pd

from crmlab.ltv import NBD, BetaGeoNBD, ModifiedBetaGeoNBD, ParetoNBD

MODELS = [BetaGeoNBD, ModifiedBetaGeoNBD, ParetoNBD, NBD]

# Ordinary parameters in weeks, near those of CDNOW.
ORDINARY = {
    BetaGeoNBD: {"r": 0.6, "alpha": 8.0, "a": 0.8, "b": 2.4},
    ModifiedBetaGeoNBD: {"r": 0.7, "alpha": 8.0, "a": 0.9, "b": 2.4},
    ParetoNBD: {"r": 0.6, "alpha": 8.0, "s": 0.7, "beta": 12.0},
    NBD: {"r": 0.6, "alpha": 8.0},
}


def ordinary(model, *, unit="W"):
    """A fitted model with ordinary parameters."""
    return model.from_params(unit=unit, **ORDINARY[model])


def customers(frequency, recency, T, *, unit="W"):
    """A summary from three columns, or of one customer."""
    columns = {"frequency": frequency, "recency": recency, "T": T, "time_unit": unit}
    longest = max(len(c) if isinstance(c, list) else 1 for c in columns.values())
    return pd.DataFrame(columns, index=pd.RangeIndex(longest, name="customer_id"))


def benchmark(name):
    """A script of the folder benchmarks, as a module."""
    path = Path(__file__).parents[1] / "benchmarks" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
