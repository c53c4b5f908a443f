"""What a campaign earned: treated against controls, in money, where a lot drew them."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from crmlab._checks import check_choice, check_fraction, check_number
from crmlab._engine import execute
from crmlab._errors import InputError, InputTypeError
from crmlab._experiment import experiment_table
from crmlab._types import Floats, Table
from crmlab.campaigns._contrasts import (
    Contrast,
    compare_adjusted,
    compare_means,
    compare_rates,
    read_covariates,
)
from crmlab.contracts import CAMPAIGNS

__all__ = ["incremental_result"]


def incremental_result(
    contacts: Table,
    responses: Table,
    campaigns: Table | None = None,
    *,
    campaign_id: str,
    margin: float | None = None,
    window_days: int | None = None,
    covariate: pd.Series | None = None,
    assignment: str | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Tell what a campaign added, in customers and in money, beyond what would have come anyway.

    Parameters
    ----------
    contacts, responses : DataFrame or ibis.Table
        Canonical contacts, controls among them with `treated` false, and responses of both arms.
    campaigns : DataFrame or ibis.Table, optional
        Canonical campaigns: `design` says whether a lot drew the controls, `price` and `margin`
        of an order give the margin.
    campaign_id : str
        The campaign.
    margin : float, optional
        Margin as a fraction of the amount ordered, before contacts and discounts, at most 1.
        Default: margin / price in `campaigns`.
    window_days : int, optional
        Days from a customer's first contact in which responses count. Default: all that are known.
    covariate : Series by customer_id, optional
        What was known of every customer before the campaign, such as past spend: it sharpens the
        money, not the response rate.
    assignment : {"random"}, optional
        Pass "random" where a lot drew the controls and `campaigns` does not say so.
    level : float, default=0.95
        Probability between the limits, in (0, 1).

    Returns
    -------
    DataFrame
        One row per measure; columns `measure`, `unit`; `treated`, what came from the treated;
        `control`, what would have come from as many without the campaign; `estimate`, what the
        campaign added, with `lower`, `upper`, `level`. Measures:

        * "response_rate" : fraction who ordered
        * "responders" : customers who ordered
        * "revenue" : of orders; "margin"; "discount", given by coupons; "cost", of contacts, in
          currency
        * "profit" : margin - discount - cost, in currency
        * "return" : profit / cost; missing where contacts cost nothing

        Money and customers are those of all treated together.

    Raises
    ------
    InputError
        If no lot drew the controls, or nobody says so; the margin is not known; or as
        `experiment_table` and `ab_test`.
    ContractError
        If a table breaks its contract.

    See Also
    --------
    crmlab.uplift.balance_test : whether a lot decided. crmlab.uplift.policy_profit : whom to treat.

    Notes
    -----
    Limits are for one look, and each row has its own. Discounts of one campaign are those that
    its responses of kind "redeem" name.

    Examples
    --------
    The company's summer camp, offered by lot:

    >>> from crmlab.datasets import load_company
    >>> company = load_company()
    >>> tables = company.contacts, company.responses, company.campaigns
    >>> found = incremental_result(*tables, campaign_id="K06")
    >>> found.loc[found["measure"] == "responders", ["treated", "control", "estimate"]]
       treated  control  estimate
    1    219.0    127.0      92.0
    >>> found.loc[found["measure"] == "profit", ["estimate", "lower", "upper"]].round(0)
        estimate      lower      upper
    6  3690000.0  1673567.0  5706433.0

    Staff chose whom to call for the book set; those called are others than those left alone.

    >>> incremental_result(*tables, campaign_id="K09")
    Traceback (most recent call last):
    crmlab.InputError: `campaign_id` must be of a campaign whose controls a lot drew; 'K09' is ...
    """
    check_fraction("level", level, open_ends=True)
    if assignment is not None:
        check_choice("assignment", assignment, ["random"])
    plan = _read_plan(campaigns, campaign_id)
    _check_lot(plan, campaign_id, assignment)
    share = _read_margin(margin, plan)
    options = {"campaign_id": campaign_id, "window_days": window_days}
    test = experiment_table(contacts, responses, **options)  # type: ignore[arg-type]
    given = experiment_table(contacts, responses, kind="redeem", **options)  # type: ignore[arg-type]
    money = pd.DataFrame(
        {"revenue": test["value"], "margin": share * test["value"], "discount": given["value"],
         "cost": test["cost"]}
    )  # fmt: skip
    money["profit"] = money["margin"] - money["discount"] - money["cost"]
    treated = test["treated"].to_numpy()
    known = _read_known(covariate, test)
    found = [_compare_responses(test["outcome"].to_numpy(), treated)]
    found += [_compare_money(money[name].to_numpy(), treated, known) for name in money]
    if not test["outcome"].any():  # nothing tells what a response is worth
        unknown = [name in ("revenue", "margin", "profit") for name in ["response_rate", *money]]
        found = [
            replace(each, limits=lambda _: (np.nan, np.nan)) if blank else each
            for blank, each in zip(unknown, found, strict=True)
        ]
    return _tabulate(["response_rate", *money], found, level)


def _read_plan(campaigns: Table | None, campaign_id: str) -> pd.Series | None:
    if campaigns is None:
        return None
    table = CAMPAIGNS.require(campaigns)
    rows = execute(table.filter(table.campaign_id.cast("string") == str(campaign_id)))
    if rows.empty:
        raise InputError(
            f"`campaign_id` must be in `campaigns`; {campaign_id!r} is not. Check the id."
        )
    return rows.iloc[0]


def _check_lot(plan: Any, campaign_id: str, assignment: str | None) -> None:
    if assignment == "random":
        return
    design = None if plan is None else plan.get("design")
    if design is None or pd.isna(design):
        raise InputError(
            "`assignment` must be told where `campaigns` does not say how customers were chosen; "
            "got None. Pass assignment='random' where a lot drew the controls."
        )
    if design != "randomised":
        raise InputError(
            f"`campaign_id` must be of a campaign whose controls a lot drew; {campaign_id!r} is "
            f"{design!r}. Those contacted differ from the others in more than the contact. Pass "
            "assignment='random' only if a lot did decide."
        )


def _read_margin(margin: float | None, plan: Any) -> float:
    if margin is not None:
        return check_number("margin", margin, high=1, remedy="It is a fraction of the amount.")
    price, part = (None if plan is None else plan.get(name) for name in ("price", "margin"))
    if price is None or part is None or pd.isna(price) or pd.isna(part) or price <= 0:
        raise InputError(
            "`margin` must be told where `campaigns` has no price and margin; got None. Pass the "
            "margin as a fraction of the amount: revenue is not a result."
        )
    return float(part) / float(price)


def _read_known(covariate: Any, test: pd.DataFrame) -> Floats | None:
    if covariate is None:
        return None
    if not isinstance(covariate, pd.Series | pd.DataFrame):
        raise InputTypeError(
            f"`covariate` must be a Series by customer_id; got {type(covariate).__name__}."
        )
    missing = test.index.difference(covariate.index)
    if len(missing):
        raise InputError(
            f"`covariate` must hold every customer of the campaign; {len(missing):,} of "
            f"{len(test):,} are missing, such as {missing[0]!r}. Write 0 for those who bought "
            "nothing before."
        )
    return read_covariates(covariate.loc[test.index], len(test))


def _compare_responses(outcome: Any, treated: Any) -> Contrast:
    arms = outcome[treated], outcome[~treated]
    return compare_rates((int(arms[0].sum()), int(arms[1].sum())), (arms[0].size, arms[1].size))


def _compare_money(amount: Floats, treated: Any, known: Floats | None) -> Contrast:
    """The difference per customer; without doubt where an arm has one amount, such as a cost."""
    arms = amount[treated], amount[~treated]
    if np.ptp(arms[0]) == 0 and np.ptp(arms[1]) == 0:
        sizes, means = (arms[0].size, arms[1].size), (float(arms[0][0]), float(arms[1][0]))
        gap = means[0] - means[1]
        return Contrast(sizes, means, gap, 0.0, np.inf, lambda _: (gap, gap), "known")
    if known is None:
        return compare_means(*arms)
    return compare_adjusted(*arms, known[treated], known[~treated])


def _tabulate(names: list[str], found: list[Contrast], level: float) -> pd.DataFrame:
    n_treated = found[0].sizes[0]
    rows: list[tuple[Any, ...]] = []
    for name, contrast in zip(names, found, strict=True):
        each = (*contrast.means, contrast.estimate, *contrast.fixed_limits(level))
        if name == "response_rate":
            rows += [
                (name, "fraction", *each),
                ("responders", "customers", *(n_treated * v for v in each)),
            ]
        else:
            rows.append((name, "currency", *(n_treated * v for v in each)))
    columns = ["measure", "unit", "treated", "control", "estimate", "lower", "upper"]
    table = pd.DataFrame(rows, columns=columns)
    rows_of = {row[0]: row[2:] for row in rows}
    cost = rows_of["cost"][2]
    ratio = [value / cost if cost > 0 else np.nan for value in rows_of["profit"]]
    ratio[1] = np.nan  # those left alone cost nothing
    last = pd.DataFrame([("return", "fraction", *ratio)], columns=columns)
    return pd.concat([table, last], ignore_index=True).assign(level=level)
