"""One loop turn by turn: a plan from what is known, what comes of it, what is learned."""

from dataclasses import dataclass

import numpy as np

from crmlab._types import Floats, Ints
from crmlab.closed_loop._market import CHANNELS, Market

__all__ = ["Knowledge", "Rules", "Truth", "Turn", "best_plan", "draw_truth", "play", "split"]

# Columns of all arrays by arm: left alone, then the channels.
ARMS = 1 + len(CHANNELS)


@dataclass(frozen=True)
class Rules:
    """The options of `run_loop`, checked."""

    periods: int
    closed: bool
    operational: bool
    analytical: bool
    collaborative: bool
    capacity: float
    test: float
    change: float
    channel_spread: float
    carried_out: float
    recorded: float
    memory: float
    prior: float

    @property
    def arms(self) -> list[int]:
        """Columns of the channels that are in use."""
        return [1, 2, 3] if self.collaborative else [1]

    @property
    def wait(self) -> int:
        """Periods that answers are late."""
        return 0 if self.collaborative else 1

    @property
    def learns(self) -> bool:
        """Whether there is anything that later periods measure and decide."""
        return self.closed and self.test > 0 and (self.analytical or self.collaborative)


@dataclass(frozen=True)
class Truth:
    """Chances of an order by period, group and arm, which no firm knows."""

    chance: Floats

    @property
    def added(self) -> Floats:
        """Orders that a contact adds, by period, group and channel."""
        return self.chance[:, :, 1:] - self.chance[:, :, :1]


@dataclass(frozen=True)
class Knowledge:
    """Customers and recorded orders by group and arm, with what is old counting less."""

    customers: Floats
    orders: Floats

    @property
    def response(self) -> Floats:
        """Orders per letter by group."""
        return self.orders[:, 1] / np.maximum(self.customers[:, 1], 1)

    def added(self, prior: float) -> Floats:
        """Orders that a contact is believed to add, by group and channel.

        Each rate is drawn towards that of all groups, as if `prior` more customers had behaved as
        all did; where nobody was contacted by a channel, it is believed to add nothing.
        """
        seen = self.customers.sum(axis=0)
        alone = self.orders[:, 0].sum() / max(seen[0], 1)
        pooled = np.where(seen > 0, self.orders.sum(axis=0) / np.maximum(seen, 1e-9), alone)
        weight = np.maximum(self.customers + prior, 1e-9)
        rate = (self.orders + prior * pooled) / weight
        return rate[:, 1:] - rate[:, :1]


@dataclass(frozen=True)
class Turn:
    """What was done in a period and what came of it; arrays by group and arm."""

    customers: Ints
    orders: Ints
    believed: Floats | None


def draw_truth(market: Market, rules: Rules, seed: int) -> Truth:
    """Draw how each group answers to each channel, and which groups change when.

    Which channels move a group more or less than a letter, and which group it becomes like, is
    decided by lot; the lots are the same for every way of playing.
    """
    rng = np.random.default_rng([seed, 1])
    n_groups = len(market.groups)
    sign = np.where(rng.random((n_groups, len(CHANNELS) - 1)) < 0.5, -1, 1)
    times = np.column_stack([np.ones(n_groups), 1 + rules.channel_spread * sign])
    like = np.arange(n_groups)
    chances = []
    alone = market.groups["untreated"].to_numpy()
    effect = market.groups["treated"].to_numpy() - alone
    for period in range(rules.periods):
        moved = rng.random(n_groups) < rules.change
        other = rng.integers(0, n_groups, n_groups)
        if period:
            like = np.where(moved, other, like)
        base = alone[like]
        contacted = base[:, None] + effect[like, None] * times[like]
        chances.append(np.column_stack([base, np.clip(contacted, 0, 1)]))
    return Truth(np.stack(chances))


def play(market: Market, rules: Rules, truth: Truth, seed: int) -> list[Turn]:
    """Play all periods: act on what is known, measure, learn."""
    known: list[Knowledge] = []
    turns = []
    for period in range(rules.periods):
        usable = period - 1 - rules.wait
        last = known[usable] if usable >= 0 else None
        believed = None if last is None else last.added(rules.prior)
        plan = _plan_turn(market, rules, believed)
        done = _execute(plan, rules)
        orders, recorded = _answer(done, truth.chance[period], rules, [seed, 2, period])
        known.append(_learn(known, done, recorded, rules))
        turns.append(Turn(done, orders, believed))
    return turns


def best_plan(market: Market, rules: Rules, added: Floats) -> Ints:
    """Contacts by group and arm of a firm that knows what each adds, within the same capacity."""
    room = int(rules.capacity * market.n.sum())
    return _by_worth(market, market.n, room, added, [1, 2, 3])


def _plan_turn(market: Market, rules: Rules, believed: Floats | None) -> Ints:
    room = int(rules.capacity * market.n.sum())
    if believed is None or not (rules.analytical or rules.collaborative):
        return _by_lot(market.n, room, rules.arms)
    tested = np.rint(rules.test * market.n).astype(np.int64) if rules.learns else market.n * 0
    trial = _even(tested, [0, *rules.arms])
    left, room = market.n - tested, max(room - int(trial[:, 1:].sum()), 0)
    if rules.analytical:
        return trial + _by_worth(market, left, room, believed, rules.arms)
    return trial + _best_channel(market, split(room, left), left, believed, rules.arms)


def _by_lot(n: Ints, room: int, arms: list[int]) -> Ints:
    """Contact as many of each group as of all, by each channel alike."""
    contacts = split(room, n)
    plan = _even(contacts, arms)
    plan[:, 0] = n - contacts
    return plan


def _by_worth(market: Market, n: Ints, room: int, added: Floats, arms: list[int]) -> Ints:
    """Contact the groups in which a contact earns most, as long as it earns and there is room."""
    best = _worth(market, added, arms).max(axis=1)
    order = np.argsort(-best, kind="stable")
    wanted = np.where(best > 0, n, 0)[order]
    before = wanted.cumsum() - wanted
    contacts = np.zeros_like(n)
    contacts[order] = np.clip(room - before, 0, wanted)
    return _best_channel(market, contacts, n, added, arms)


def _best_channel(market: Market, contacts: Ints, n: Ints, added: Floats, arms: list[int]) -> Ints:
    """Contact this many of each group, by the channel that earns most in it."""
    plan = np.zeros((len(n), ARMS), dtype=np.int64)
    arm = np.array(arms)[_worth(market, added, arms).argmax(axis=1)]
    plan[np.arange(len(n)), arm] = contacts
    plan[:, 0] = n - contacts
    return plan


def _worth(market: Market, added: Floats, arms: list[int]) -> Floats:
    """What a contact is believed to earn, in currency, by group and channel in use."""
    cost = np.array([market.cost[CHANNELS[arm - 1]] for arm in arms])
    return added[:, [arm - 1 for arm in arms]] * market.margin - cost


def _execute(plan: Ints, rules: Rules) -> Ints:
    """Do what was planned; without operational CRM, only part of it is done."""
    if rules.operational:
        return plan
    done = np.rint(plan * rules.carried_out).astype(np.int64)
    done[:, 0] = plan.sum(axis=1) - done[:, 1:].sum(axis=1)
    return done


def _answer(done: Ints, chance: Floats, rules: Rules, seed: list[int]) -> tuple[Ints, Ints]:
    """Orders by group and arm, and those of them that are recorded."""
    rng = np.random.default_rng(seed)
    orders = rng.binomial(done, chance)
    return orders, orders if rules.operational else rng.binomial(orders, rules.recorded)


def _learn(known: list[Knowledge], done: Ints, recorded: Ints, rules: Rules) -> Knowledge:
    """Add what was measured; what is older counts less. Without a test nothing is learned."""
    if not known:
        return Knowledge(done.astype(float), recorded.astype(float))
    last = known[-1]
    if not rules.learns:
        return last
    return Knowledge(rules.memory * last.customers + done, rules.memory * last.orders + recorded)


def _even(n: Ints, arms: list[int]) -> Ints:
    """Share out each group over arms evenly; what is left over goes to the first of them."""
    plan = np.zeros((len(n), ARMS), dtype=np.int64)
    for at, arm in enumerate(arms):
        plan[:, arm] = (n + len(arms) - 1 - at) // len(arms)
    return plan


def split(total: int, n: Ints) -> Ints:
    """Share out a total in proportion to `n`; the largest remainders get the rest."""
    everybody = int(n.sum())
    exact = min(total, everybody) * (n / max(everybody, 1))
    parts = np.minimum(exact.astype(np.int64), n)
    rest = min(total, everybody) - int(parts.sum())
    order = np.argsort(-(exact - parts), kind="stable")
    parts[order[:rest]] += 1
    return parts
