"""Scores of a chunk of customers, whatever holds the chunk."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from crmlab._checks import check_count, check_fraction
from crmlab._errors import InputError
from crmlab.ltv._fitting.discounting import check_horizon, find_force
from crmlab.ltv._fitting.rows import Rule
from crmlab.ltv._forecasting.protocols import (
    RepeatModel,
    SpendModel,
    check_repeat_model,
    check_spend_model,
    one_each,
)

__all__ = ["READ", "Scorer"]

# What the models read is stored beside what the owner keeps, which may be the same column.
READ = "crmlab:"
_NEWCOMER = {"frequency": 0.0, "recency": 0.0, "T": 1.0, "n_periods": 1.0, "monetary_value": 0.0}


@dataclass(frozen=True)
class Scorer:
    """Models and options, and what they make of a chunk of customers."""

    model: RepeatModel
    horizon: float
    spend: SpendModel | None
    margin: float | None
    discount_rate: float | None
    per: str
    chunk_size: int

    @property
    def reads(self) -> list[str]:
        """Columns of the source that the models read."""
        names = [*self.model.columns, *(self.spend.columns if self.spend is not None else [])]
        return list(dict.fromkeys(names))

    @property
    def names(self) -> list[str]:
        """Columns of scores."""
        names = ["probability_alive", "expected_purchases"]
        if self.spend is not None:
            names.append("expected_spend")
        if self.margin is not None:
            names.append("customer_lifetime_value")
        return names

    def check(self) -> None:
        """Raise for models and options that cannot score any customer."""
        check_repeat_model(self.model)
        check_horizon(self.horizon)
        check_count("chunk_size", self.chunk_size)
        self._check_value()
        # A customer whom our models know: what is left to go wrong shows here, not on a worker.
        if set(self.reads) <= set(_NEWCOMER):
            self.frame(pd.DataFrame([_NEWCOMER])[self.reads])

    def _check_value(self) -> None:
        if (self.margin is None) != (self.discount_rate is None):
            raise InputError(
                "`margin` and `discount_rate` must be given together; got "
                f"margin={self.margin!r}, discount_rate={self.discount_rate!r}."
            )
        if self.margin is not None and self.spend is None:
            raise InputError(
                "`spend` must be given with `margin`; got None. Fit a GammaGamma, and pass it."
            )
        if self.margin is not None:
            check_fraction("margin", self.margin)
        if self.spend is not None:
            check_spend_model(self.spend)

    def frame(self, chunk: pd.DataFrame) -> pd.DataFrame:
        """Scores of a chunk, from the columns that the models read."""
        model, theta, n = self.model, self.model.theta_, len(chunk)
        rows = model.read(chunk)
        alive, purchases = model.alive(theta, rows), model.purchases(theta, rows, self.horizon)
        scores = {
            "probability_alive": one_each(alive, n, "alive"),
            "expected_purchases": one_each(purchases, n, "purchases"),
        }
        if self.spend is not None:
            past = self.spend.read(chunk)
            self.spend.check_expected(self.spend.theta_, past)
            expected = self.spend.expected(self.spend.theta_, past)
            scores["expected_spend"] = one_each(expected, n, "expected")
        if self.margin is not None and self.discount_rate is not None:
            force = find_force(model.unit_, self.discount_rate, self.per, self.horizon)
            ahead = one_each(model.discounted(theta, rows, force, self.horizon), n, "discounted")
            scores["customer_lifetime_value"] = self.margin * scores["expected_spend"] * ahead
        return pd.DataFrame(scores, index=chunk.index)

    def batches(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Batches of what is kept and what is read, as batches of what is kept and the scores."""
        for batch in batches:
            for start in range(0, batch.num_rows, self.chunk_size):
                part = batch.slice(start, self.chunk_size)
                read = {n: part.column(READ + n).to_numpy(zero_copy_only=False) for n in self.reads}
                scores = self.frame(pd.DataFrame(read, dtype=np.float64))
                kept = [name for name in part.schema.names if not name.startswith(READ)]
                yield pa.RecordBatch.from_arrays(
                    [part.column(name) for name in kept]
                    + [pa.array(scores[name].to_numpy()) for name in self.names],
                    names=kept + self.names,
                )

    def rules(self, table: Mapping[str, Any]) -> list[Rule]:
        """Rules of the models on rows: they see a chunk, and not the table."""
        rules = self.model.rules(table)
        return rules if self.spend is None else [*rules, *self.spend.rules(table)]
