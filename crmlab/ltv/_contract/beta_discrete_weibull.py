"""BdW: as sBG, but a customer's own chance to leave rises or falls from renewal to renewal."""

from crmlab.ltv._contract.contract_likelihood import LEAVING
from crmlab.ltv._contract.contract_model import ContractModel

__all__ = ["BetaDiscreteWeibull"]


class BetaDiscreteWeibull(ContractModel):
    """Beta discrete Weibull: as `ShiftedBetaGeometric`, but customers change over time.

    A customer with chance q to renew at first survives t renewals with chance q^(t^c): with c
    above 1 the chance to leave rises with tenure, with c below 1 it falls. With c = 1 it is the
    shifted beta-geometric.

    Parameters
    ----------
    period, observation_end, penalty
        As for `ShiftedBetaGeometric`.

    Attributes
    ----------
    params_ : Series
        `alpha`, `beta` (of the chance to leave at the first renewal, as for
        `ShiftedBetaGeometric`) and `c`.
    alpha_, beta_, c_ : float
        The same.
    standard_errors_, covariance_, log_likelihood_, n_customers_, gradient_norm_, unit_
        As for `ShiftedBetaGeometric`.

    References
    ----------
    Fader, Hardie, Liu, Davin and Steenburgh (2018), "'How to Project Customer Retention'
    Revisited: The Role of Duration Dependence", Journal of Interactive Marketing 43.

    Examples
    --------
    Years 0 to 7 of the "High End" customers of Fader and Hardie (2007); year 12 had 39.4 %:

    >>> high_end = [1000, 869, 743, 653, 593, 551, 517, 491]
    >>> model = BetaDiscreteWeibull(period="Y").fit(high_end)
    >>> round(model.survival(12), 3)
    0.404
    """

    alpha_: float
    beta_: float
    c_: float

    _NAMES = ("alpha", "beta", "c")
    _BOUNDARIES = (
        (
            lambda at: at["alpha"] > 2 and at["beta"] > 2,
            "customers do not differ in their probability to leave (alpha and beta grow together).",
        ),
        (
            lambda at: at["c"] > 3,
            "everyone left seems to go at once after the first renewal (c grows).",
        ),
        (
            lambda at: at["c"] < -3,
            "after the first renewal almost nobody leaves (c goes to 0).",
        ),
        *LEAVING,
    )

    def _explain(self, theta: dict[str, float], flattest: dict[str, float]) -> str:
        found = super()._explain(theta, flattest)
        if "leave `" not in found:
            return found
        return f"{found} `ShiftedBetaGeometric` has one parameter less."
