"""The fit of spend per purchase, and what follows from its parameters."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal, Self

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from crmlab._checks import check_choice, check_fraction
from crmlab._errors import InputError, InputTypeError
from crmlab.ltv._fitting.errors import ConvergenceError
from crmlab.ltv._fitting.maximum import Floats
from crmlab.ltv._fitting.model import LikelihoodModel, Scale
from crmlab.ltv._fitting.rows import Rule, check_rows
from crmlab.ltv._spend.density import expect_spend, log_likelihood, posterior
from crmlab.ltv._spend.summary import Spend, correlate, read_spend, spend_rules

__all__ = ["SpendLikelihood"]

# The one coefficient there can be, on log(1 + frequency).
_BLOCK, _COVARIATE = "spend", "log1p_frequency"
# An ordinary base, spend in units of its mean: where the penalty draws the parameters to. Its mean
# p v / (q - 1) is 1 and exists, which at p = q = v = 1 it would not.
_ORDINARY = np.log([4.0, 4.0, 0.75])
_STARTS = (_ORDINARY, np.log([1.0, 2.5, 1.5]), np.log([20.0, 10.0, 0.45]))


class SpendLikelihood(LikelihoodModel):
    """The gamma-gamma model as a fit and as functions of its parameters.

    The functions of `theta` are what value, forecasts, scores and validation use: those of
    `ltv.SpendModel`.
    """

    p_: float
    q_: float
    v_: float

    _NAMES = ("p", "q", "v")
    _BOUNDARIES = (
        (
            lambda at: at["p"] > 5,
            "a customer's purchases hardly vary in spend (p goes to infinity).",
        ),
        (
            lambda at: at["q"] > 4,
            "customers do not differ in their spend (q and v grow together).",
        ),
        (
            lambda at: at["q"] < -2,
            "spend differs without bound (q goes to 0); look for outliers.",
        ),
        (
            lambda at: at["p"] < -2,
            "a customer's purchases vary without bound (p goes to 0); look for outliers.",
        ),
    )

    correlation_: pd.DataFrame
    n_without_repeat_: float
    n_nonpositive_: float

    def __init__(
        self,
        *,
        penalty: float = 0.0,
        correlated: Literal["raise", "adjust", "ignore"] = "raise",
        max_correlation: float = 0.1,
        nonpositive: Literal["raise", "exclude"] = "raise",
    ) -> None:
        self.penalty = penalty
        self.correlated = correlated
        self.max_correlation = max_correlation
        self.nonpositive = nonpositive

    # ------------------------------------------------------------------------------------- fit

    def fit(self, summary: pd.DataFrame, y: object = None) -> Self:
        """Find the parameters by maximum likelihood.

        Parameters
        ----------
        summary : DataFrame
            One row per customer: `frequency` (repeat purchases) and `monetary_value` (their mean
            spend, in currency; 0 without a repeat purchase), as `customer_base.rfm_summary` gives
            them. A column `n_customers` holds how many customers a row stands for.
        y : None
            Not used; scikit-learn passes it.

        Returns
        -------
        GammaGamma

        Raises
        ------
        ConvergenceError
            If the data do not determine the parameters, or the mean of all customers does not
            exist (q <= 1); it names the cause and the remedy.
        InputError, InputTypeError
            If the summary has impossible rows or lacks columns, if mean spends are not positive,
            or if frequency and spend are correlated.
        """
        self._check_options()
        everyone = self.read(summary)
        repeat, positive = everyone.x > 0, everyone.m > 0
        spend = everyone.informative().distinct()
        self.correlation_ = correlate(spend, level=0.95)
        self.n_without_repeat_ = float(everyone.weight[~repeat].sum())
        self.n_nonpositive_ = float(everyone.weight[repeat & ~positive].sum())
        return self._learn(spend, unit=None)

    def _check_options(self) -> None:
        check_choice("correlated", self.correlated, ["raise", "adjust", "ignore"])
        check_choice("nonpositive", self.nonpositive, ["raise", "exclude"])
        check_fraction("max_correlation", self.max_correlation)

    def _check_identifiable(self, spend: Spend, penalty: float) -> None:
        n = spend.n_customers
        if n < 1 or (n < 2 and penalty == 0):
            raise ConvergenceError(
                "Spend is learned from customers who bought again, and at least two; "
                f"got {n:,.0f}. Observe longer or pass more customers."
            )
        if penalty == 0 and np.ptp(spend.m) <= 1e-9 * spend.m.max():
            raise ConvergenceError(
                f"All {n:,.0f} repeat buyers have the same mean spend, {spend.m[0]:g}, so spend "
                "does not vary (p goes to infinity). Use that spend as it is, or set `penalty` "
                "(such as 0.01)."
            )
        if self.correlated == "adjust" and np.ptp(spend.x) == 0:
            raise ConvergenceError(
                f"All {n:,.0f} repeat buyers have the same `frequency`, so its effect on spend "
                "is not identifiable. Set correlated='ignore'."
            )
        self._check_independent(self.correlation_)

    def _check_independent(self, correlation: pd.DataFrame) -> None:
        """Raise if spend depends on frequency and no option says what to do."""
        row = correlation.iloc[0]
        sure = row["lower"] > 0 or row["upper"] < 0
        if self.correlated == "raise" and sure and abs(row["estimate"]) > self.max_correlation:
            raise InputError(
                "`frequency` and `monetary_value` must be unrelated; they correlate by "
                f"{row['estimate']:.2f} (95 % interval {row['lower']:.2f} to {row['upper']:.2f}), "
                f"beyond max_correlation={self.max_correlation:g}. Set correlated='adjust' to let "
                "spend depend on frequency, or 'ignore'."
            )

    def _total(self, theta: Floats, spend: Spend) -> tuple[float, Floats]:
        likelihood, slopes = log_likelihood(theta, spend)
        gradient = np.array([float((spend.weight * slope).sum()) for slope in slopes])
        return float((spend.weight * likelihood).sum()), gradient

    def _starts(self, spend: Spend) -> list[Floats]:
        more = np.zeros(len(self._coefficient_names()))
        return [np.append(start, more) for start in _STARTS]

    def _centre(self) -> Floats:
        return np.append(_ORDINARY, np.zeros(len(self._coefficient_names())))

    def _scale(self, spend: Spend) -> Scale:
        """Spend in its mean; log(1 + frequency) centred and of unit spread."""
        share = spend.weight / spend.n_customers
        money = float(share @ spend.m)
        if self.correlated != "adjust":
            rows = replace(spend, m=spend.m / money)
            return Scale(rows, np.eye(3), np.array([0.0, 0.0, np.log(money)]))
        centre = float(share @ spend.z)
        spread = float(np.sqrt(share @ (spend.z - centre) ** 2))
        rows = replace(spend, m=spend.m / money, z=(spend.z - centre) / spread)
        turn = np.eye(4)
        turn[3, 3], turn[2, 3] = 1 / spread, -centre / spread
        return Scale(rows, turn, np.array([0.0, 0.0, np.log(money), 0.0]))

    def _keep(
        self, params: pd.Series, *, unit: str | None, covariance: Floats | None = None
    ) -> None:
        if covariance is not None:
            _check_mean_exists(params["q"])
        super()._keep(params, unit=unit, covariance=covariance)

    # -------------------------------------------------------------------------- the correction

    def _coefficient_names(self) -> list[str]:
        return [f"{_BLOCK}:{_COVARIATE}"] if self.correlated == "adjust" else []

    @classmethod
    def _with_coefficients(cls, coefficients: Mapping[str, Mapping[str, float]]) -> Self:
        if not coefficients:
            return cls()
        given = {block: list(values) for block, values in coefficients.items()}
        if given != {_BLOCK: [_COVARIATE]}:
            raise InputTypeError(
                f"`coefficients` must be {{{_BLOCK!r}: {{{_COVARIATE!r}: ...}}}}; got {given!r}."
            )
        return cls(correlated="adjust")

    # ------------------------------------------------------------- functions of the parameters

    @property
    def columns(self) -> Sequence[str]:
        """Columns of a summary that the model reads."""
        return ["frequency", "monetary_value"]

    def rules(self, table: Mapping[str, Any]) -> list[Rule]:
        """Rules on rows: who breaks it, the rule, the remedy; for arrays and engines' columns."""
        return spend_rules(table, positive=self.nonpositive == "raise")

    def read(self, summary: pd.DataFrame) -> Spend:
        """Check a summary, and return its customers as the functions below want them."""
        return read_spend(summary, positive=self.nonpositive == "raise")

    def expected(self, theta: Floats, rows: Spend) -> Floats:
        """Expected spend per purchase to come; infinite where it does not exist."""
        return expect_spend(theta, rows)

    def check_expected(self, theta: Floats, rows: Spend) -> None:
        """Raise where the expected spend of a customer does not exist."""
        q = np.exp(theta[1])
        check_rows(
            [
                (
                    posterior(theta, rows)[1] <= 1,
                    f"the expected spend must exist, which needs p * frequency + q > 1; q is {q:g}",
                    "Score repeat buyers only, or fit with `penalty` (such as 0.01).",
                )
            ],
            len(rows),
        )

    def draw(
        self, theta: Floats, rows: Spend, n_purchases: ArrayLike, rng: np.random.Generator
    ) -> Floats:
        """Draw the total spend of `n_purchases` purchases of each customer, given their past."""
        p, shape, rate = posterior(theta, rows)
        n = np.asarray(n_purchases, dtype=float)
        nu = np.maximum(rng.gamma(shape, 1.0, n.shape), 1e-300) / rate
        return np.where(n > 0, rng.gamma(p * n) / nu, 0.0)


def _check_mean_exists(q: float) -> None:
    if q <= 1:
        raise ConvergenceError(
            f"GammaGamma found q = {q:.3g}, and the mean spend of all customers exists only for "
            "q > 1: a few customers spend without measure. Look for outliers or mixed currencies, "
            "pass more customers, or set `penalty` (such as 0.01)."
        )
