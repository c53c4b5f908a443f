"""What the models in continuous time share: discounting by quadrature, and simulation."""

import math
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from typing import Any, ClassVar

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from crmlab._checks import check_columns, check_count
from crmlab._errors import InputError
from crmlab._time_unit import TIME_UNIT, unit_column
from crmlab.ltv._fitting.discounting import check_horizon
from crmlab.ltv._fitting.maximum import LIMIT, Floats
from crmlab.ltv._fitting.rows import read_column
from crmlab.ltv._noncontract.count_model import CountModel
from crmlab.ltv._noncontract.covariates import Values
from crmlab.ltv._noncontract.summary import Counts

__all__ = ["ContinuousModel"]

_NODES, _NODE_WEIGHTS = np.polynomial.legendre.leggauss(64)


def over_time(pace: Any, end: float) -> Iterator[tuple[Any, Any]]:
    """Moments from 0 to `end`, and weights for an integral over them.

    What falls like a power of (pace + t) is smooth on a log scale of time, and a `pace` shorter
    than all that happens resolves the first instants.
    """
    length = np.log1p(end / pace)
    for node, weight in zip((_NODES + 1) / 2, _NODE_WEIGHTS / 2, strict=True):
        ahead = pace * np.expm1(length * node)
        yield ahead, weight * length * (pace + ahead)


class ContinuousModel(CountModel):
    """Base of `BetaGeoNBD`, `ModifiedBetaGeoNBD`, `ParetoNBD` and `NBD`."""

    _STARTS: ClassVar[tuple[dict[str, float], ...]] = ()  # time in mean observations

    def __init__(
        self,
        *,
        purchase_covariates: Sequence[str] = (),
        dropout_covariates: Sequence[str] = (),
        penalty: float = 0.0,
        unit: str | None = None,
    ) -> None:
        self.purchase_covariates = purchase_covariates
        self.dropout_covariates = dropout_covariates
        self.penalty = penalty
        self.unit = unit

    @abstractmethod
    def _rate(self, values: Values, counts: Counts, ahead: Floats) -> Floats:
        """Expected purchases per unit of time, `ahead` of T, of a customer alive at T."""

    @abstractmethod
    def _draw_past(
        self, values: Values, T: Floats, horizon: float, rng: np.random.Generator
    ) -> dict[str, NDArray[Any]]:
        """Purchases of new customers up to T and within `horizon` after it."""

    def _starts(self, rows: Counts) -> list[Floats]:
        """Ordinary values, the purchase rate set to the one observed."""
        rate = max(float(rows.weight @ rows.x), 0.5) / max(float(rows.weight @ rows.T), 1e-300)
        extra = [0.0] * len(self._coefficient_names())
        starts = []
        for start in self._STARTS:
            named = start | {"alpha": start["r"] / rate}
            logs = [math.log(named[name]) for name in self._NAMES]
            starts.append(np.clip(np.array(logs + extra), -LIMIT + 1, LIMIT - 1))
        return starts

    @abstractmethod
    def _pace(self, values: Values, rows: Counts) -> Floats:
        """A time in which the purchase rate of someone alive hardly changes."""

    def _discounted_future(
        self, values: Values, rows: Counts, force: float, horizon: float
    ) -> Floats:
        # Beyond forty discount times nothing is left.
        end = min(horizon, 40 / force) if force > 0 else horizon
        total = np.zeros(len(rows))
        for ahead, weight in over_time(self._pace(values, rows), end):
            total += weight * self._rate(values, rows, ahead) * np.exp(-force * ahead)
        return total

    def simulate(
        self,
        n_customers: int,
        *,
        T: float | ArrayLike,
        horizon: float = 0.0,
        covariates: pd.DataFrame | None = None,
        seed: int = 0,
    ) -> pd.DataFrame:
        """Draw customers from the model, with what no data set knows: who is still alive.

        Parameters
        ----------
        n_customers : int
            Number of customers.
        T : float or array-like of shape (n_customers,)
            Time observed since the first purchase, in the model's unit.
        horizon : float, default=0
            Time after T in which purchases are counted too.
        covariates : DataFrame of n_customers rows, optional
            Covariates, if the model has some.
        seed : int, default=0
            Seed of the random draws.

        Returns
        -------
        DataFrame
            Index `customer_id`; `frequency`, `recency`, `T`, the covariates, `alive` (at T), and
            with a horizon `frequency_holdout` and `duration_holdout`; `time_unit`, where the model
            knows its unit.

        Raises
        ------
        NotFittedError, InputError, InputTypeError
            If the model is not fitted or an option is out of range.
        """
        self._check_fitted()
        n_customers = check_count("n_customers", n_customers)
        check_count("seed", seed, minimum=0)
        observed = np.broadcast_to(np.asarray(T, dtype=float), (n_customers,)).copy()
        if not (np.isfinite(observed) & (observed >= 0)).all():
            raise InputError("`T` must be finite and not negative.")
        horizon = check_horizon(horizon)
        names = self._covariates()
        index = pd.RangeIndex(n_customers, name="customer_id")
        extra = pd.DataFrame(index=index) if covariates is None else covariates.set_axis(index)
        check_columns(extra.columns, names, what="`covariates`")
        nothing = np.zeros(n_customers)
        rows = Counts(nothing, nothing, observed, nothing + 1, _covariate_matrix(extra, names))
        rng = np.random.default_rng(seed)
        drawn = self._draw_past(self._values(self.theta_, rows), observed, horizon, rng)
        frame = pd.DataFrame(
            {"frequency": drawn["x"], "recency": drawn["tx"], "T": observed}, index=index
        )
        frame[names] = extra[names]
        frame["alive"] = drawn["alive"]
        if horizon:
            frame["frequency_holdout"] = drawn["future"]
            frame["duration_holdout"] = horizon
        if self.unit_:
            frame[TIME_UNIT] = unit_column(self.unit_, n_customers)
        return frame


def _covariate_matrix(table: pd.DataFrame, names: list[str]) -> Floats:
    """The covariates as one column each."""
    if not names:
        return np.empty((len(table), 0))
    return np.column_stack([read_column(table, name) for name in names])
