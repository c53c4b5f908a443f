"""Act, measure, learn, act: several periods of a campaign on the simulated company."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from crmlab._checks import check_count
from crmlab._types import Floats
from crmlab.closed_loop._market import CHANNELS, Market, read_market
from crmlab.closed_loop._rules import check_rules, list_assumptions
from crmlab.closed_loop._turns import Rules, Truth, Turn, best_plan, draw_truth, play
from crmlab.company import Company

__all__ = ["LoopResult", "earn_possible", "earn_profit", "run_loop"]


@dataclass(frozen=True)
class LoopResult:
    """What a loop did in each period, what it earned, and how wrong it was.

    Attributes
    ----------
    table : DataFrame
        One row per `period`, from 1: `contacts`; `orders` of all customers, contacted or not;
        `added`, orders that the contacts are to be expected to add; in currency `margin` (of the
        orders added), `cost` (of the contacts), `profit` (their difference) and `possible` (profit
        of a firm with the same capacity that knows what each contact adds); `error`, how far what
        was believed of a contact is from the truth: root mean square, orders a contact, weighted
        by customers; nan while nothing is known.
    by_group : DataFrame
        One row per `period`, `group` and `channel` ("none" for those left alone): `customers`,
        `orders`, `believed` and `true` (orders that a contact adds; nan where not believed), and in
        currency `margin`, `cost`, `profit`. Its sums are those of `table`.
    groups : DataFrame
        By `group`: `customers`, mean `spend` so far (currency a customer), and what no firm knows:
        `untreated` and `treated`, the chance of an order without and with a letter in period 1.
    assumptions : DataFrame
        `name`, `value`, `unit`, `source` ("company" where a table tells it, else "assumed").
    """

    table: pd.DataFrame
    by_group: pd.DataFrame
    groups: pd.DataFrame
    assumptions: pd.DataFrame

    @property
    def profit(self) -> float:
        """Profit of all periods, in currency."""
        return float(self.table["profit"].sum())

    def __repr__(self) -> str:
        possible = self.table["possible"].sum()
        return (
            f"LoopResult({len(self.table)} periods: profit {self.profit:,.0f} of "
            f"{possible:,.0f} possible)"
        )


def run_loop(
    company: Company,
    *,
    periods: int = 8,
    closed: bool = True,
    operational: bool = True,
    analytical: bool = True,
    collaborative: bool = True,
    capacity: float = 0.4,
    test: float = 0.1,
    change: float = 0.1,
    channel_spread: float = 0.5,
    carried_out: float = 0.7,
    recorded: float = 0.7,
    memory: float = 0.8,
    prior: float = 20.0,
    campaign_id: str = "K06",
    margin: float | None = None,
    cost_per_contact: float | None = None,
    n_customers: int | None = None,
    seed: int = 0,
) -> LoopResult:
    """Run a campaign for several periods: act, measure what a contact adds, learn, act on it.

    The firm knows three things of a customer, which make eight groups (age of the learner up to 11,
    an order in the last 90 days, a subscription). It does not know what a contact adds in each
    group. In period 1 a lot decides who is contacted, and by which channel. From then on

    * *open*: what period 1 told is used for ever, and nothing is tested any more;
    * *closed*: a share `test` of each group is left to the lot in every period, and what it tells
      is used in the next. Groups change their ways, which only a closed loop can notice.

    What each part does, and what a firm without it does instead:

    ============== ============================================ ================================
    part           with it                                      without it
    ============== ============================================ ================================
    analytical     contacts the groups in which a contact is    contacts customers drawn by lot
                   believed to earn most, if it earns at all
    collaborative  chooses the channel for each group, and      sends letters to all, and hears
                   hears of orders at once                      of orders a period later
    operational    carries out the plan, records every order    carries out a share of the
                                                                contacts, records a share of
                                                                the orders
    ============== ============================================ ================================

    A firm with none of them sends letters to people drawn by lot and learns nothing from it: that
    is the base line, and loops that are open and closed are then the same.

    Parameters
    ----------
    company : Company
        Of `simulate_company` or `load_company`.
    periods : int, default=8
        At least 1; say, quarters.
    closed : bool, default=True
        Whether what later periods tell is used.
    operational, analytical, collaborative : bool, default=True
        Parts of CRM that the firm has.
    capacity : float, default=0.4
        Share of customers who can be contacted in a period, in [0, 1].
    test : float, default=0.1
        Share of each group left to the lot in later periods, in [0, `capacity`]: as many are left
        alone as are contacted by each channel. With 0 nothing is learned after period 1.
    change : float, default=0.1
        Probability that a group changes from one period to the next, in [0, 1]. It then answers as
        a group drawn by lot did at the start.
    channel_spread : float, default=0.5
        Phone and e-mail add this share more, or less, than a letter does in a group, in [0, 1].
        Which of the two is drawn by lot.
    carried_out, recorded : float, default=0.7
        Without the operational part: share of planned contacts carried out, and of orders recorded,
        in [0, 1].
    memory : float, default=0.8
        What a period counts for, relative to the one after it, in [0, 1].
    prior : float, default=20
        Rates of a group are drawn towards those of all groups as by this many customers more.
    campaign_id : str, default="K06"
        A campaign whose contacts were drawn by lot, from which truth and money are taken.
    margin, cost_per_contact : float, optional
        Money of another firm, in currency. Default: as in `company.campaigns`.
    n_customers : int, optional
        Customers of the firm. Default: as many as the company has.
    seed : int, default=0
        Of changes, channels and orders; they are the same for every way of playing.

    Returns
    -------
    LoopResult

    Raises
    ------
    InputError
        If an option is out of range, or the company has no campaign drawn by lot.
    InputTypeError
        If `company` is not a simulated company, or an option has the wrong type.

    Notes
    -----
    `profit` counts what the contacts are to be expected to add, by the truth, so that the luck of
    who orders without a contact is not in it; `orders` are drawn. Answers to a campaign, fatigue
    aside: a contact today does not change what one adds tomorrow.

    References
    ----------
    Peppers, D., Rogers, M. and Dorf, B. (1999). Is your company ready for one-to-one marketing?
    Harvard Business Review 77(1), 151-160: identify, differentiate, interact, customise.

    Examples
    --------
    >>> from crmlab.datasets import load_company
    >>> run_loop(load_company(), periods=3).table[["contacts", "cost", "profit"]].round(-3)
       contacts       cost     profit
    0      1000  1313000.0  3501000.0
    1      1000   267000.0  7771000.0
    2      1000   267000.0  7292000.0
    """
    rules = check_rules(
        periods=periods, closed=closed, operational=operational, analytical=analytical,
        collaborative=collaborative, capacity=capacity, test=test, change=change,
        channel_spread=channel_spread, carried_out=carried_out, recorded=recorded, memory=memory,
        prior=prior,
    )  # fmt: skip
    check_count("seed", seed, minimum=0)
    market = read_market(
        company, campaign_id=campaign_id, margin=margin, cost_per_contact=cost_per_contact,
        n_customers=n_customers,
    )  # fmt: skip
    truth = draw_truth(market, rules, seed)
    turns = play(market, rules, truth, seed)
    by_group = _tell_groups(market, truth, turns)
    sums = by_group.groupby("period")[["orders", "added", "margin", "cost", "profit"]].sum()
    contacted = by_group[by_group["channel"] != "none"].groupby("period")["customers"].sum()
    table = sums.assign(
        contacts=contacted,
        possible=earn_possible(market, rules, truth),
        error=_errors(market, rules, truth, turns),
    ).reset_index()
    columns = ["period", "contacts", "orders", "added", "margin", "cost", "profit", "possible"]
    return LoopResult(
        table[[*columns, "error"]],
        by_group.drop(columns="added"),
        market.groups,
        _assume(market, rules),
    )


def earn_profit(market: Market, rules: Rules, truth: Truth, seed: int) -> float:
    """Play all periods and add up what they earn, without the tables."""
    turns = play(market, rules, truth, seed)
    contacts = np.stack([turn.customers[:, 1:] for turn in turns])
    return float((contacts * _worth(market, truth)).sum())


def earn_possible(market: Market, rules: Rules, truth: Truth) -> Floats:
    """Profit by period of a firm that knows what each contact adds."""
    plans = [best_plan(market, rules, added)[:, 1:] for added in truth.added]
    return (np.stack(plans) * _worth(market, truth)).sum(axis=(1, 2))


def _worth(market: Market, truth: Truth) -> Floats:
    """What a contact really earns, in currency, by period, group and channel."""
    return truth.added * market.margin - _costs(market)


def _tell_groups(market: Market, truth: Truth, turns: list[Turn]) -> pd.DataFrame:
    """One row per period, group and channel, all in the same order as the arrays."""
    names = ["none", *CHANNELS]
    index = pd.MultiIndex.from_product(
        [range(1, len(turns) + 1), market.groups.index, names], names=["period", "group", "channel"]
    )
    customers = np.stack([turn.customers for turn in turns])
    none = np.full((len(market.n), len(names)), np.nan)
    believed = np.stack(
        [none if turn.believed is None else _beside_none(turn.believed) for turn in turns]
    )
    added = np.stack([_beside_none(each) for each in truth.added])
    columns = {
        "customers": customers,
        "orders": np.stack([turn.orders for turn in turns]),
        "believed": believed,
        "true": added,
        "added": customers * added,
        "margin": customers * added * market.margin,
        "cost": customers * np.array([0.0, *_costs(market)]),
    }
    table = pd.DataFrame({name: each.ravel() for name, each in columns.items()}, index=index)
    return table.assign(profit=table["margin"] - table["cost"]).reset_index()


def _beside_none(added: Floats) -> Floats:
    """Orders added by arm: leaving alone adds none."""
    return np.column_stack([np.zeros(len(added)), added])


def _costs(market: Market) -> Floats:
    return np.array([market.cost[channel] for channel in CHANNELS])


def _errors(market: Market, rules: Rules, truth: Truth, turns: list[Turn]) -> list[float]:
    """How far beliefs are from the truth in each period, over the channels in use."""
    used = [arm - 1 for arm in rules.arms]
    return [
        np.nan
        if turn.believed is None
        else float(
            np.sqrt(
                np.average(((turn.believed - added)[:, used] ** 2).mean(axis=1), weights=market.n)
            )
        )
        for turn, added in zip(turns, truth.added, strict=True)
    ]


def _assume(market: Market, rules: Rules) -> pd.DataFrame:
    """What the loop takes for granted."""
    costs = [(f"cost of {name}", market.cost[name], "currency a contact") for name in CHANNELS]
    assumed = [
        ("capacity", rules.capacity, "share of customers a period"),
        ("test", rules.test, "share of each group a period"),
        ("change", rules.change, "probability for a group a period"),
        ("channel_spread", rules.channel_spread, "share of what a letter adds"),
        ("carried_out", rules.carried_out, "share of contacts, without operational CRM"),
        ("recorded", rules.recorded, "share of orders, without operational CRM"),
        ("answers late without collaborative CRM", 1, "period"),
        ("memory", rules.memory, "weight of a period relative to the next"),
        ("prior", rules.prior, "customers"),
    ]
    money = [("margin", market.margin, "currency an order"), *costs]
    return list_assumptions(
        [(*row, "company") for row in money] + [(*row, "assumed") for row in assumed]
    )
