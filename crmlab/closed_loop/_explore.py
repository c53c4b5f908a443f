"""Explore and exploit: a bandit beside a test with roll-out, the best fixed choice and a lot."""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from crmlab._checks import check_count, check_fraction, check_number, check_size, check_vector
from crmlab._errors import InputError
from crmlab._types import Floats, Ints
from crmlab.closed_loop._rules import limits_of_mean
from crmlab.closed_loop._thompson import read_costs

__all__ = ["Exploration", "explore"]

MOST = 1_000_000  # customers, and runs


@dataclass(frozen=True)
class Exploration:
    """What each way of choosing loses on the way to what is best.

    Attributes
    ----------
    table : DataFrame
        One row per `policy`: "best fixed", "Thompson", "test, then roll out", "random". In
        currency for all customers, means over runs: `profit`; `regret`, what the best fixed choice
        earns more; `lower`, `upper`, limits of the mean regret by Student's t; `saved`, how much
        less regret it has than "random". `best_share`, share of customers who got what is best, in
        [0, 1]; `runs`; `level`.
    path : DataFrame
        One row per `policy` and `batch`: `customers` so far, mean `regret` so far (currency),
        `lower`, `upper`, `best_share` of the batch.
    arms : DataFrame
        By `arm`: `chance` of an order, in [0, 1]; `cost` of a contact and `profit` to be expected
        of it, in currency.
    """

    table: pd.DataFrame
    path: pd.DataFrame
    arms: pd.DataFrame

    def __repr__(self) -> str:
        regret = self.table.set_index("policy")["regret"]
        return "Exploration(regret: " + ", ".join(f"{k} {v:,.0f}" for k, v in regret.items()) + ")"


@dataclass
class _Seen:
    """Contacts and orders so far by run and arm, costs in orders, and the lot."""

    contacts: Ints
    orders: Ints
    cost: Floats
    rng: np.random.Generator
    winner: Ints | None = None  # of a test that is over

    @classmethod
    def start(cls, runs: int, cost: Floats, rng: np.random.Generator) -> "_Seen":
        nothing = np.zeros((runs, len(cost)), dtype=np.int64)
        return cls(nothing, nothing, cost, rng)

    @property
    def runs(self) -> int:
        return len(self.contacts)


# From what was seen, and number and size of a batch: contacts by run and arm.
_Policy = Callable[[_Seen, int, int], Ints]


def explore(
    chance: Mapping[str, float] | ArrayLike,
    *,
    margin: float = 60_000.0,
    cost: ArrayLike = 1_500.0,
    n_customers: int = 2_440,
    batches: int = 20,
    test: float = 0.2,
    runs: int = 200,
    level: float = 0.95,
    seed: int = 0,
) -> Exploration:
    """Play ways to choose among letters, of which nobody knows how often each brings an order.

    * "best fixed": the best letter from the first customer on, as one who knew would;
    * "Thompson": each customer gets the letter whose order rate, drawn from what is believed of it,
      earns most; beliefs are brought up to date after each batch;
    * "test, then roll out": a share `test` of customers gets all letters alike, the others get the
      one that earned most in the test;
    * "random": all letters alike for all customers.

    Regret is what a way is to be expected to earn less than "best fixed" with the customers it
    gave to each letter. The luck of single orders is not in it, only what it made the way choose.

    Parameters
    ----------
    chance : mapping of str to float, or array-like of shape (n_arms,)
        Probability of an order by letter (arm), in [0, 1]; at least two.
    margin : float, default=60_000
        Of an order, in currency, above 0.
    cost : float or array-like of shape (n_arms,), default=1_500
        Of a contact, in currency.
    n_customers : int, default=2_440
        Who get a letter, one each; at least as many as batches.
    batches : int, default=20
        In how many parts of the same size they are contacted. What came of one is known before the
        next. With 1 nothing can be learned in time.
    test : float, default=0.2
        Share of customers in the test, in [0, 1]; rounded up to whole batches.
    runs : int, default=200
        How often all is played, each with luck of its own; at least 2.
    level : float, default=0.95
        Probability between the limits, in (0, 1).
    seed : int, default=0
        Of the runs.

    Returns
    -------
    Exploration

    Raises
    ------
    InputError
        If an option is out of range, or there are fewer than two letters.
    InputTypeError
        If something has the wrong type.

    References
    ----------
    Thompson, W. R. (1933). On the likelihood that one unknown probability exceeds another in view
    of the evidence of two samples. Biometrika 25, 285-294. Feit, E. M. and Berman, R. (2019). Test
    & Roll: profit-maximizing A/B tests. Marketing Science 38, 1038-1058.

    Examples
    --------
    >>> explored = explore({"plain": 0.05, "camp": 0.15, "books": 0.08}, runs=20)
    >>> explored.table.sort_values("regret")["policy"].tolist()
    ['best fixed', 'Thompson', 'test, then roll out', 'random']
    """
    rates, names = _read_chances(chance)
    margin = check_number("margin", margin, low=0, open_low=True)
    check_size("margin", margin)
    costs = read_costs(cost, len(rates))
    check_count("n_customers", n_customers)
    check_number("n_customers", n_customers, high=MOST)
    check_count("batches", batches)
    check_number("batches", batches, low=1, high=n_customers)
    check_fraction("test", test)
    check_count("runs", runs, minimum=2)
    check_number("runs", runs, high=MOST)
    check_fraction("level", level, open_ends=True)
    check_count("seed", seed, minimum=0)
    arms = pd.DataFrame(
        {"chance": rates, "cost": costs, "profit": rates * margin - costs},
        index=pd.Index(names, name="arm"),
    )
    ends = np.rint(np.linspace(0, n_customers, batches + 1)).astype(np.int64)
    sizes = ends[1:] - ends[:-1]
    paths = []
    for at, (policy, choose) in enumerate(_list_policies(arms, test, batches).items()):
        rng = np.random.default_rng([seed, 3, at])
        given = _play(choose, rates, sizes, _Seen.start(runs, costs / margin, rng))
        paths.append(_tell_path(policy, given, arms["profit"].to_numpy(), level))
    path = pd.concat(paths, ignore_index=True)
    return Exploration(_tell_ends(path, arms, runs, level), path, arms)


def _read_chances(chance: Mapping[str, float] | ArrayLike) -> tuple[Floats, list[object]]:
    """Read chances and the names of the arms."""
    named = pd.Series(dict(chance)) if isinstance(chance, Mapping) else chance
    rates = check_vector("chance", named)
    if len(rates) < 2:
        raise InputError("`chance` must hold at least two letters to choose among; got one.")
    if (rates > 1).any():
        raise InputError(f"`chance` must be in [0, 1]; got {rates.max():g}. Give probabilities.")
    names = named.index.tolist() if isinstance(named, pd.Series) else list(range(len(rates)))
    return rates, names


def _list_policies(arms: pd.DataFrame, test: float, batches: int) -> dict[str, _Policy]:
    best = int(arms["profit"].to_numpy().argmax())
    n_tested = math.ceil(round(test * batches, 9))
    return {
        "best fixed": lambda seen, batch, size: _all(np.full(seen.runs, best), seen, size),
        "Thompson": lambda seen, batch, size: _draw_beliefs(seen, size),
        "test, then roll out": lambda seen, batch, size: (
            _alike(seen, size) if batch < n_tested else _roll_out(seen, size)
        ),
        "random": lambda seen, batch, size: _draw_arms(seen, size),
    }


def _all(arm: Ints, seen: _Seen, size: int) -> Ints:
    """Give everybody of a batch one arm, by run."""
    given = np.zeros_like(seen.contacts)
    given[np.arange(seen.runs), arm] = size
    return given


def _alike(seen: _Seen, size: int) -> Ints:
    """Give all arms to as many; what is left over goes to those drawn by lot."""
    n_arms = seen.contacts.shape[1]
    rank = seen.rng.random(seen.contacts.shape).argsort(axis=1)
    return size // n_arms + (rank < size % n_arms)


def _draw_arms(seen: _Seen, size: int) -> Ints:
    n_arms = seen.contacts.shape[1]
    return seen.rng.multinomial(size, np.full(n_arms, 1 / n_arms), size=seen.runs)


def _draw_beliefs(seen: _Seen, size: int) -> Ints:
    """Give each customer the arm whose drawn rate earns most."""
    given = np.empty_like(seen.contacts)
    for run in range(seen.runs):  # one run at a time, so that a million customers fit
        won, asked = seen.orders[run], seen.contacts[run]
        rate = seen.rng.beta(1 + won, 1 + asked - won, size=(size, len(won)))
        given[run] = np.bincount((rate - seen.cost).argmax(axis=1), minlength=len(won))
    return given


def _roll_out(seen: _Seen, size: int) -> Ints:
    """Give everybody what earned most in the test; a lot decides between equals."""
    if seen.winner is None:
        earned = seen.orders / np.maximum(seen.contacts, 1) - seen.cost
        equal = earned >= earned.max(axis=1, keepdims=True) - 1e-12
        seen.winner = np.where(equal, seen.rng.random(equal.shape), -1).argmax(axis=1)
    return _all(seen.winner, seen, size)


def _play(choose: _Policy, rates: Floats, sizes: Ints, seen: _Seen) -> Ints:
    """Play all batches; contacts by batch, run and arm."""
    given = []
    for batch, size in enumerate(sizes):
        contacts = choose(seen, batch, int(size))
        orders = seen.rng.binomial(contacts, rates)
        seen.contacts, seen.orders = seen.contacts + contacts, seen.orders + orders
        given.append(contacts)
    return np.stack(given)


def _tell_path(policy: str, given: Ints, profit: Floats, level: float) -> pd.DataFrame:
    """Regret so far and who got the best, batch by batch."""
    lost = profit.max() - profit
    regret = (given * lost).sum(axis=2).cumsum(axis=0)
    best = (given * (lost == 0)).sum(axis=(1, 2)) / given.sum(axis=(1, 2))
    limits = [limits_of_mean(each, level) for each in regret]
    table = pd.DataFrame(limits, columns=["regret", "lower", "upper"])
    customers = given.sum(axis=2)[:, 0].cumsum()
    table.insert(0, "policy", policy)
    table.insert(1, "batch", np.arange(1, len(given) + 1))
    table.insert(2, "customers", customers)
    return table.assign(best_share=best)


def _tell_ends(path: pd.DataFrame, arms: pd.DataFrame, runs: int, level: float) -> pd.DataFrame:
    """Add up the paths: one row per policy."""
    rows = []
    for policy, part in path.groupby("policy", sort=False):
        customers = part["customers"].to_numpy()
        end = part.iloc[-1]
        rows.append(
            {
                "policy": policy,
                "profit": customers[-1] * arms["profit"].max() - end["regret"],
                **end[["regret", "lower", "upper"]],
                "best_share": np.average(part["best_share"], weights=np.diff(customers, prepend=0)),
            }
        )
    table = pd.DataFrame(rows)
    table.insert(5, "saved", table["regret"].iloc[-1] - table["regret"])
    return table.assign(runs=runs, level=level)
