"""What each channel costs for a response, and for one that would not have come anyway."""

from typing import Any

import numpy as np
import pandas as pd

from crmlab._checks import check_fraction
from crmlab._engine import execute
from crmlab._errors import InputError
from crmlab._types import Table
from crmlab.contact._records import mark_event, read_contacts
from crmlab.contact._response import Response
from crmlab.contact._shares import share_by, wilson
from crmlab.contracts import CAMPAIGNS

__all__ = ["channel_mix"]


def channel_mix(
    contacts: Table,
    responses: Table,
    campaigns: Table,
    *,
    response: Response = "order",
    level: float = 0.95,
) -> pd.DataFrame:
    """Compare channels by their cost per response, and per response that a contact caused.

    Some of those who respond would have come without a contact. Only campaigns whose treated a
    lot decided, with the design "randomised", say how many; a channel without one has no row of
    what it caused. Cheap responses of one channel may be customers who come anyway.

    Parameters
    ----------
    contacts, responses : DataFrame or ibis.Table
        Canonical contacts, controls among them, and responses.
    campaigns : DataFrame or ibis.Table
        Canonical campaigns: `campaign_id`, `channel`, `start`, and `design`; perhaps `margin` of
        an order, in currency.
    response : str, default="order"
        What is counted, as in `contact_response`; controls are asked for "order" or "redeem".
    level : float, default=0.95
        Probability between the limits, in (0, 1).

    Returns
    -------
    DataFrame
        Rows by `channel` and `measure`:

        * "responses per contact", of contacts that reached an address, and "cost per response",
          of all contacts made, in currency
        * "responses caused per customer" and "cost per response caused", of customers treated in
          campaigns by lot; the cost has no upper limit (inf) where perhaps none was caused
        * with `margin` and the response "order", "profit per contact", and "profit caused per
          customer", in currency

        Columns `basis` ("all contacts" or "by lot"), `n_contacts` (customers treated, by lot),
        `n_controls` and `estimate, lower, upper, level`.

    Raises
    ------
    ContractError
        If a table breaks its contract.
    InputError
        If a campaign of the contacts is not in `campaigns`, `design` is missing, or as
        `contact_response`.

    Notes
    -----
    Limits of a difference come from those of both shares (Newcombe 1998, method 10), several
    campaigns weighted by the customers treated (Yan and Su 2010). Costs of contacts are known.

    References
    ----------
    Newcombe, R. G. (1998). Interval estimation for the difference between independent
    proportions. Statistics in Medicine 17(8), 873-890.

    Yan, X. and Su, X. G. (2010). Stratified Wilson and Newcombe confidence intervals for multiple
    binomial proportions. Statistics in Biopharmaceutical Research 2(3), 329-335.

    Examples
    --------
    >>> from crmlab.datasets import load_company
    >>> company = load_company()
    >>> table = channel_mix(company.contacts, company.responses, company.campaigns)
    >>> cost = table[table["measure"].str.startswith("cost")]
    >>> cost[["channel", "basis", "estimate", "lower", "upper"]].round(0)
       channel         basis  estimate    lower    upper
    1    email  all contacts    3563.0   2886.0   4400.0
    4    phone  all contacts   20707.0  18592.0  23086.0
    7     post  all contacts    9557.0   8531.0  10729.0
    10    post        by lot   19891.0  14564.0  31347.0
    """
    check_fraction("level", level, open_ends=True)
    rows = read_contacts(contacts, responses)
    known = _read_campaigns(campaigns, rows)
    made = rows[rows["treated"]]
    hits = mark_event(rows, responses, response, window=None)
    money = response == "order" and bool(known["margin"].notna().all())
    found: list[dict[str, Any]] = []
    for channel, asked in hits.groupby("channel", observed=True):
        cost = float(made.loc[made["channel"] == channel, "cost"].mean())
        n = int((made["channel"] == channel).sum())
        found += _describe(str(channel), asked, cost, n, known["margin"] if money else None, level)
        arms = _read_lots(rows, responses, response, str(channel), known)
        if arms is not None:
            found += _compare(str(channel), arms, money, level)
    return pd.DataFrame(found)


def _read_campaigns(campaigns: Table, rows: pd.DataFrame) -> pd.DataFrame:
    """Design and margin by campaign."""
    table = execute(CAMPAIGNS.require(campaigns))
    if "design" not in table.columns:
        raise InputError(
            "`campaigns` must have the column `design`; without it nobody knows who was chosen "
            "by lot. Write 'randomised', 'biased' or 'routine'."
        )
    known = table.set_index(table["campaign_id"].astype("str"))
    lacking = sorted(set(rows["campaign_id"].astype("str")) - set(known.index))
    if lacking:
        raise InputError(
            f"`campaigns` must hold every campaign of the contacts; {lacking[0]!r} is not there."
        )
    margin = known["margin"].astype("float64") if "margin" in known else np.nan
    return known[["design"]].assign(margin=margin)


def _describe(
    channel: str,
    asked: pd.DataFrame,
    cost: float,
    n_made: int,
    margin: pd.Series | None,
    level: float,
) -> list[dict[str, Any]]:
    """Responses per contact and their cost, whoever would have come anyway."""
    share = share_by(asked, ["channel"], level=level).iloc[0]
    limits = [float(share[name]) for name in ("estimate", "lower", "upper")]
    fixed = {"channel": channel, "basis": "all contacts", "n_contacts": n_made, "n_controls": 0}
    reach = len(asked) / n_made
    per = [cost / (rate * reach) if rate > 0 else np.inf for rate in limits]
    found = [
        _row(fixed, "responses per contact", limits, level),
        _row(fixed, "cost per response", [per[0], per[2], per[1]], level),
    ]
    if margin is not None:
        hits = asked[asked["hit"]]
        worth = hits if len(hits) else asked
        earned = float(worth["campaign_id"].astype("str").map(margin).mean())
        profit = [rate * reach * earned - cost for rate in limits]
        found.append(_row(fixed, "profit per contact", profit, level))
    return found


def _read_lots(
    rows: pd.DataFrame, responses: Table, response: str, channel: str, known: pd.DataFrame
) -> pd.DataFrame | None:
    """Customers in campaigns by lot: campaign, arm, cost, whether they responded."""
    drawn = known.index[known["design"] == "randomised"]
    inside = rows["campaign_id"].astype("str").isin(drawn) & (rows["channel"] == channel)
    if response not in ("order", "redeem") or not inside.any():
        return None
    # Controls are asked as if they had been contacted, at no cost; wrong addresses stay in.
    asked = rows[inside].assign(arm=rows["treated"], treated=True, outcome="delivered")
    hit = mark_event(asked, responses, response, window=None)
    arms = hit.groupby(["campaign_id", "customer_id"], observed=True).agg(
        treated=("arm", "max"), hit=("hit", "max"), cost=("cost", "sum")
    )
    arms["margin"] = (
        known["margin"].reindex(arms.index.get_level_values(0).astype("str")).to_numpy()
    )
    both = arms.groupby("campaign_id", observed=True)["treated"].nunique() == 2
    arms = arms[both.reindex(arms.index.get_level_values(0)).to_numpy()]
    return arms if len(arms) else None


def _compare(channel: str, arms: pd.DataFrame, money: bool, level: float) -> list[dict[str, Any]]:
    """Responses caused in campaigns by lot, their cost and profit."""
    counts = arms.groupby(["campaign_id", "treated"], observed=True)["hit"].agg(["sum", "size"])
    hits, n = counts["sum"].unstack().astype(float), counts["size"].unstack().astype(float)
    weight = (n[True] / n[True].sum()).to_numpy()
    share = (hits / n).to_numpy()
    lower, upper = wilson(hits.to_numpy(), n.to_numpy(), level=level)
    limits = _weigh(share, lower, upper, weight)
    treated = arms[arms["treated"]]
    cost = float(treated["cost"].mean())
    fixed = {
        "channel": channel, "basis": "by lot",
        "n_contacts": len(treated), "n_controls": len(arms) - len(treated),
    }  # fmt: skip
    per = [cost / each if each > 0 else np.inf for each in limits]
    found = [
        _row(fixed, "responses caused per customer", limits, level),
        _row(fixed, "cost per response caused", [per[0], per[2], per[1]], level),
    ]
    if money:
        earned = arms.groupby("campaign_id", observed=True)["margin"].first().reindex(n.index)
        worth = _weigh(share, lower, upper, weight * earned.to_numpy(dtype=float))
        profit = [each - cost for each in worth]
        found.append(_row(fixed, "profit caused per customer", profit, level))
    return found


def _weigh(share: Any, lower: Any, upper: Any, weight: Any) -> list[float]:
    """Sum of weighted differences of treated and controls, and its limits."""
    effect = float(weight @ (share[:, 1] - share[:, 0]))
    down = weight**2 @ ((share[:, 1] - lower[:, 1]) ** 2 + (upper[:, 0] - share[:, 0]) ** 2)
    up = weight**2 @ ((upper[:, 1] - share[:, 1]) ** 2 + (share[:, 0] - lower[:, 0]) ** 2)
    return [effect, effect - float(np.sqrt(down)), effect + float(np.sqrt(up))]


def _row(fixed: dict[str, Any], measure: str, limits: list[float], level: float) -> dict[str, Any]:
    names = ("estimate", "lower", "upper")
    return (
        {"channel": fixed["channel"], "measure": measure}
        | {name: fixed[name] for name in ("basis", "n_contacts", "n_controls")}
        | dict(zip(names, limits, strict=True))
        | {"level": level}
    )
