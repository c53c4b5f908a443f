"""What is computed for a chunk of customers, wherever it comes from, and what is refused."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import pyarrow as pa

from crmlab._checks import check_choice, check_count, check_fraction
from crmlab._units import UNIT_DAYS
from crmlab.ltv._noncontract.beta_geo_beta_binomial import BetaGeoBetaBinomial, impossible_periods
from crmlab.ltv._noncontract.count_model import CountModel
from crmlab.ltv._noncontract.summary import impossible
from crmlab.ltv._spend.gamma_gamma import GammaGamma

__all__ = ["READ", "Scorer", "known_attrs"]

# What the models read is stored beside what the owner keeps, which may be the same column.
READ = "crmlab:"


@dataclass(frozen=True)
class Scorer:
    """Models and options, and what they make of a chunk of customers."""

    model: Any
    horizon: float
    spend: Any
    margin: float | None
    discount_rate: float | None
    per: str
    chunk_size: int
    attrs: tuple[tuple[str, Any], ...] = ()

    @property
    def reads(self) -> list[str]:
        """Columns of the source that the models read."""
        observed = "n_periods" if isinstance(self.model, BetaGeoBetaBinomial) else "T"
        money = ["monetary_value"] if self.spend is not None else []
        names = ["frequency", "recency", observed, *self.model._covariates(), *money]
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

    @property
    def result_attrs(self) -> dict[str, Any]:
        """What a reader of the scores must know: the horizon, and in which unit it is."""
        unit = dict(self.attrs).get("unit")
        return {"horizon": float(self.horizon)} | ({"unit": unit} if unit else {})

    def told(self, attrs: Mapping[str, Any]) -> "Scorer":
        """The same, for a summary with these attrs."""
        return Scorer(**{**vars(self), "attrs": tuple(attrs.items())})

    def check(self) -> None:
        """Raise for models and options that cannot score any customer."""
        if not isinstance(self.model, CountModel):
            raise TypeError(
                "`model` must be a fitted model of repeat purchases, such as BetaGeoNBD; "
                f"got {type(self.model).__name__}."
            )
        self.model._check_fitted()
        check_count("chunk_size", self.chunk_size)
        self._check_value()
        # A customer whom every model knows: what is left to go wrong shows here, not on a worker.
        newcomer = dict.fromkeys(self.reads, 0.0) | {self.reads[2]: 1.0}
        self.frame(pd.DataFrame([newcomer]))

    def _check_value(self) -> None:
        if (self.margin is None) != (self.discount_rate is None):
            raise ValueError(
                "`margin` and `discount_rate` must be given together; got "
                f"margin={self.margin!r}, discount_rate={self.discount_rate!r}."
            )
        if self.margin is not None and self.spend is None:
            raise ValueError(
                "`spend` must be given with `margin`; got None. Fit a GammaGamma, and pass it."
            )
        if self.margin is not None:
            check_fraction("margin", self.margin)
        if self.spend is not None:
            if not isinstance(self.spend, GammaGamma):
                raise TypeError(
                    f"`spend` must be a fitted GammaGamma; got {type(self.spend).__name__}."
                )
            self.spend._check_fitted()

    def frame(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Scores of a chunk, from the columns that the models read."""
        rows = rows.astype("float64")
        rows.attrs = dict(self.attrs)
        found = {
            "probability_alive": self.model.probability_alive(rows),
            "expected_purchases": self.model.expected_purchases(rows, self.horizon),
        }
        if self.spend is not None:
            found["expected_spend"] = self.spend.expected_spend(rows)
        if self.margin is not None:
            purchases = self.model.discounted_expected_purchases(
                rows, discount_rate=self.discount_rate, horizon=self.horizon, per=self.per
            )
            found["customer_lifetime_value"] = self.margin * found["expected_spend"] * purchases
        return pd.DataFrame(found, index=rows.index)

    def batches(self, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """Batches of what is kept and what is read, as batches of what is kept and the scores."""
        for batch in batches:
            for start in range(0, batch.num_rows, self.chunk_size):
                part = batch.slice(start, self.chunk_size)
                read = {n: part.column(READ + n).to_numpy(zero_copy_only=False) for n in self.reads}
                scores = self.frame(pd.DataFrame(read))
                kept = [name for name in part.schema.names if not name.startswith(READ)]
                yield pa.RecordBatch.from_arrays(
                    [part.column(name) for name in kept]
                    + [pa.array(scores[name].to_numpy()) for name in self.names],
                    names=kept + self.names,
                )

    def rules(self, numbers: Mapping[str, Any]) -> list[tuple[Any, str, str]]:
        """Rules on rows, for arrays and for engines' columns: who breaks it, the rule, the remedy.

        They are those of the models, which see a chunk and not the table.
        """
        x, tx, observed = (numbers[name] for name in self.reads[:3])
        discrete = isinstance(self.model, BetaGeoBetaBinomial)
        rules = (impossible_periods if discrete else impossible)(x, tx, observed)
        if self.spend is None:
            return rules
        money = numbers["monetary_value"]
        wrong = (x == 0) & (money != 0)
        if dict(self.attrs).get("first_purchase") == "include":
            wrong = x >= 0  # every row
        rules.append(
            (
                wrong,
                "`monetary_value` must be the mean of repeat purchases, 0 where `frequency` is 0",
                "Build the summary with rfm_summary(..., first_purchase='exclude').",
            )
        )
        if self.spend.nonpositive == "raise":
            rules.append(
                (
                    (x > 0) & (money <= 0),
                    "`monetary_value` must be above 0 where `frequency` is",
                    "Zero or less is left after returns or free items: look at them, or set "
                    "nonpositive='exclude'.",
                )
            )
        return rules


def known_attrs(
    unit: str | None, stored: Sequence[Mapping[Any, Any]], model: Any
) -> dict[str, Any]:
    """The attrs of a summary, its unit checked against what is said and against the model's."""
    if unit is not None:
        check_choice("unit", unit, UNIT_DAYS)
    attrs: dict[Any, Any] = dict(stored[0]) if stored else {}
    found = {one["unit"] for one in stored if one.get("unit") is not None}
    if len(found | ({unit} - {None})) > 1:
        said = ", ".join(map(repr, sorted(found)))
        raise ValueError(f"`unit` must be the one stored with the source, {said}; got {unit!r}.")
    attrs["unit"] = unit or (found.pop() if found else model.unit_)
    if model.unit_ is not None and attrs["unit"] != model.unit_:
        raise ValueError(
            f"`source` must be in the model's unit {model.unit_!r}; got {attrs['unit']!r}. "
            f"Build it with rfm_summary(..., unit={model.unit_!r})."
        )
    return {name: attrs[name] for name in ("unit", "first_purchase") if attrs.get(name)}
