"""What all models of repeat purchases share: the fit, and what follows from its parameters."""

import math
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, Self

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import special

from crmlab._checks import check_choice
from crmlab._errors import InputError
from crmlab._time_unit import check_unit, find_unit
from crmlab._units import UNIT_DAYS
from crmlab.ltv._fitting.discounting import check_horizon
from crmlab.ltv._fitting.errors import ConvergenceError
from crmlab.ltv._fitting.maximum import Floats
from crmlab.ltv._fitting.model import Boundary, Scale
from crmlab.ltv._fitting.rows import (
    Rule,
    check_frame,
    check_rows,
    mostly_distinct,
    number_rows,
    read_column,
    read_weights,
)
from crmlab.ltv._noncontract.covariates import CovariateModel, Values
from crmlab.ltv._noncontract.summary import Counts, CustomerRows, row_rules

__all__ = [
    "NOBODY_AGAIN",
    "RATES_ALIKE",
    "CountLikelihood",
    "Gradient",
    "Values",
    "negative_binomial",
]

Gradient = dict[str, Floats]

RATES_ALIKE: Boundary = (
    lambda at: at["r"] > 4 and at["alpha"] > 3,
    "purchase rates do not differ between customers (r and alpha grow together).",
)
NOBODY_AGAIN: Boundary = (lambda at: at["r"] < -4, "almost nobody bought again (r goes to 0).")


class CountLikelihood(CovariateModel):
    """A model of repeat purchases without a contract, as functions of its parameters.

    A subclass supplies the likelihood of a row with its gradient, the probability to be alive,
    and what a customer who is alive does next. The functions of `theta` below are what value,
    forecasts, scores and validation use: those of `ltv.RepeatModel`.
    """

    _TIMES: ClassVar[tuple[str, ...]] = ()  # parameters that are measured in time
    _OBSERVED: ClassVar[str] = "T"  # the column that says for how long a customer was observed
    _ROWS: ClassVar[type[Counts]] = Counts
    # Whether a probability to be alive costs more than finding out which customers are alike.
    _COSTLY: ClassVar[bool] = True

    unit: str | None

    # ------------------------------------------------------------------ what subclasses supply

    @abstractmethod
    def _log_likelihood(self, values: Values, counts: Counts) -> tuple[Floats, Gradient]:
        """Log-likelihood of each row, and its derivative by the log of each parameter."""

    @abstractmethod
    def _alive(self, values: Values, counts: Counts) -> Floats:
        """Probability that each row's customer is still a customer at T."""

    @abstractmethod
    def _future(self, values: Values, counts: Counts, horizon: Floats | float) -> Floats:
        """Expected purchases within `horizon` after T of a customer alive at T."""

    @abstractmethod
    def _future_pmf(self, values: Values, counts: Counts, horizon: float, n: Floats) -> Floats:
        """Probability of each number of purchases within `horizon` after T, if alive at T."""

    @abstractmethod
    def _discounted_future(
        self, values: Values, rows: Counts, force: float, horizon: float
    ) -> Floats:
        """Discounted purchases within `horizon` of customers alive at T."""

    @abstractmethod
    def _draw_future(
        self, values: Values, counts: Counts, horizon: float, rng: np.random.Generator
    ) -> NDArray[np.int64]:
        """Purchases within `horizon` after T, drawn for customers alive at T."""

    # ------------------------------------------------------------------------------------- fit

    def fit(self, summary: pd.DataFrame, y: object = None, *, unit: str | None = None) -> Self:
        """Find the parameters by maximum likelihood.

        Parameters
        ----------
        summary : DataFrame
            One row per customer, as `customer_base.rfm_summary` gives it: `frequency`, `recency`,
            `T`, and the covariates. A column `n_customers` holds how many customers a row stands
            for, as in `customer_base.sufficient_statistics`.
        y : None
            Not used; scikit-learn passes it.
        unit : {"D", "W", "M", "Q", "Y"}, optional
            Unit of time of a table that does not say it, as `rfm_summary` does in `time_unit`.

        Returns
        -------
        fitted model

        Raises
        ------
        ConvergenceError
            If the data do not determine the parameters; it names the cause and the remedy.
        InputError, InputTypeError
            If the summary has impossible rows, lacks columns, or its unit is another than said.
        """
        rows, _ = self._read_counts(summary, fitting=True).distinct()
        self._check_covariates(rows)
        return self._learn(rows, unit=self._find_unit(summary, unit))

    def _find_unit(self, summary: pd.DataFrame, unit: str | None) -> str | None:
        """Return the unit of the table to be fitted: all that say one must agree."""
        found = find_unit(summary, unit=unit)
        if self.unit is None:
            return found
        check_choice("unit", self.unit, UNIT_DAYS)
        check_unit(summary, self.unit, unit=found or self.unit)
        return self.unit

    def _read_counts(self, summary: pd.DataFrame, *, fitting: bool) -> Counts:
        """Check a summary and take from it what this model uses."""
        check_frame(summary, self.columns)
        table = {name: read_column(summary, name) for name in self.columns}
        check_rows(self.rules(table, fitting=fitting), len(summary))
        x, tx, T, *covariates = table.values()
        z = np.column_stack(covariates) if covariates else np.empty((len(x), 0))
        counts = self._ROWS(x, np.minimum(tx, T), T, read_weights(summary), z)
        used = counts.weight > 0
        if fitting:
            # A customer seen for no time bought nothing in it for certain: the likelihood is 1.
            used &= T > 0
            if not used.any():
                remedy = "All customers were first seen on the last day: observe longer."
                check_rows([(T <= 0, f"`{self._OBSERVED}` must be above 0", remedy)], len(summary))
        return counts if used.all() else counts.rows(used)

    def _check_identifiable(self, rows: Counts, penalty: float) -> None:
        if penalty > 0:
            return
        if rows.n_customers <= 1:
            raise ConvergenceError(
                "One customer says nothing about how customers differ. "
                "Pass more customers, or set `penalty` (such as 0.01)."
            )
        if not rows.x.any():
            raise ConvergenceError(
                "Nobody bought again (`frequency` is 0 for all), so purchase rates cannot be "
                "estimated. Observe longer, pass more customers, or set `penalty` (such as 0.01)."
            )

    def _total(self, theta: Floats, rows: Counts) -> tuple[float, Floats]:
        found = [self._part_total(theta, part) for part in rows.parts]
        return sum(value for value, _ in found), np.sum([slope for _, slope in found], axis=0)

    def _part_total(self, theta: Floats, part: Counts) -> tuple[float, Floats]:
        likelihood, slopes = self._log_likelihood(self._values(theta, part), part)
        # Summed without BLAS, whose threads wait for each other on vectors of this size.
        slope = [float((part.weight * slopes[name]).sum()) for name in self._NAMES]
        for _, parameter, sign, columns in self._blocks():
            slope.extend(sign * ((part.weight * slopes[parameter]) @ part.z[:, columns]))
        return float((part.weight * likelihood).sum()), np.array(slope)

    def _scale(self, rows: Counts) -> Scale:
        """Time in mean observations, covariates centred and of unit spread."""
        share = rows.weight / rows.n_customers
        time = float(share @ rows.T) if self._TIMES else 1.0
        centre = share @ rows.z
        spread = np.sqrt(share @ (rows.z - centre) ** 2)
        spread = np.where(spread > 0, spread, 1.0)
        names = list(self._NAMES)
        size = len(names) + len(self._coefficient_names())
        turn, shift = np.eye(size), np.zeros(size)
        for name in self._TIMES:
            shift[names.index(name)] = math.log(time)
        at = len(names)
        for _, parameter, sign, columns in self._blocks():
            for column in columns:
                turn[at, at] = 1 / spread[column]
                turn[names.index(parameter), at] = -sign * centre[column] / spread[column]
                at += 1
        return Scale(replace(rows.scaled(time), z=(rows.z - centre) / spread), turn, shift)

    # ------------------------------------------------------------- functions of the parameters

    @property
    def columns(self) -> Sequence[str]:
        """Columns of a summary that the model reads."""
        return ["frequency", "recency", self._OBSERVED, *self._covariates()]

    def rules(self, table: Mapping[str, Any], *, fitting: bool = False) -> list[Rule]:
        """Rules on rows: who breaks it, the rule, the remedy; for arrays and engines' columns."""
        return row_rules(table["frequency"], table["recency"], table["T"], fitting=fitting)

    def read(self, summary: pd.DataFrame) -> CustomerRows:
        """Check a summary in the model's unit, and return what the functions below need of it."""
        counts = self._read_counts(summary, fitting=False)
        if len(counts) != len(summary):
            raise InputError(
                "`n_customers` must be above 0 in a summary to be scored; "
                f"{len(summary) - len(counts):,} of {len(summary):,} rows count nobody."
            )
        return CustomerRows(*counts.grouped()) if self._COSTLY else _each(counts)

    def _read_checked(self, summary: pd.DataFrame, unit: str | None) -> CustomerRows:
        """Read a summary that must be in the model's unit."""
        self._check_fitted()
        rows = self.read(summary)
        check_unit(summary, self.unit_, unit=unit)
        return rows

    def alive(self, theta: Floats, rows: CustomerRows) -> Floats:
        """Probability that each customer is still one at the end of observation."""
        return self._alive(self._values(theta, rows.counts), rows.counts)[rows.at]

    def purchases(self, theta: Floats, rows: CustomerRows, horizon: float) -> Floats:
        """Expected purchases of each customer within `horizon`."""
        counts, values = rows.counts, self._values(theta, rows.counts)
        ahead = _per_pair(values, counts, lambda part: self._future(values, part, horizon))
        return (self._alive(values, counts) * ahead)[rows.at]

    def discounted(self, theta: Floats, rows: CustomerRows, force: float, horizon: float) -> Floats:
        """Expected purchases within `horizon`, each times exp(-force * time until then)."""
        counts, values = rows.counts, self._values(theta, rows.counts)
        ahead = _per_pair(
            values, counts, lambda part: self._discounted_future(values, part, force, horizon)
        )
        return (self._alive(values, counts) * ahead)[rows.at]

    def draw(
        self, theta: Floats, rows: CustomerRows, horizon: float, rng: np.random.Generator
    ) -> NDArray[np.int64]:
        """Draw what each customer will buy within `horizon`, if these are the parameters."""
        counts = rows.each
        values = self._values(theta, counts)
        alive = rng.random(len(counts)) < self._alive(values, counts)
        return np.where(alive, self._draw_future(values, counts, horizon, rng), 0)

    def check_horizon(self, horizon: Any, *, finite: bool = True) -> float:
        """Return the horizon as a number that this model understands."""
        return check_horizon(horizon, finite=finite)


def _each(counts: Counts) -> CustomerRows:
    return CustomerRows(counts, np.arange(len(counts)))


def _per_pair(values: Values, rows: Counts, function: Any) -> Floats:
    """A function of rows that sees frequency and T only, once for each distinct pair."""
    if any(np.ndim(value) for value in values.values()) or mostly_distinct([rows.x, rows.T]):
        return function(rows)
    at, first = number_rows([rows.x, rows.T])
    return function(rows.rows(first))[at]


def negative_binomial(n: Any, shape: Any, ratio: Any) -> Floats:
    """Probability of n purchases at a gamma-distributed rate; shape x ratio are expected."""
    part = ratio / (1 + ratio)
    return np.exp(
        special.gammaln(shape + n) - special.gammaln(shape) - special.gammaln(n + 1)
        + special.xlogy(n, part) - shape * np.log1p(ratio)
    )  # fmt: skip
