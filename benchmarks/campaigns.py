"""Do the limits of tests hold? Coverage of `ab_test` in simulated tests, by one look and by many.

    python benchmarks/campaigns.py                 # 2,000 tests of each kind, some minutes
    python benchmarks/campaigns.py --tests 200     # fewer

Customers come day by day, a lot puts each into an arm, and the true effect is known. *Once*: one
look at the end. *Every day*: the effect lies between the limits at each of 60 daily looks.
"""

import argparse
import time

import numpy as np
import pandas as pd

from crmlab.campaigns import ab_test
from crmlab.campaigns._contrasts import always_critical, compare_means
from crmlab.campaigns._rates import score_of_difference

DAYS, LEVEL = 60, 0.95


def respond(rng, n, *, rate, effect):
    """Responses of n customers, and the arm of each."""
    treated = rng.random(n) < 0.5
    return (rng.random(n) < rate + effect * treated).astype(float), treated, effect


def spend(rng, n, *, share, log_sd, effect):
    """Money of n customers, of whom a share buys; the treated buy oftener."""
    treated = rng.random(n) < 0.5
    buys = rng.random(n) < share * (1 + effect * treated)
    amount = buys * 100 * np.exp(rng.normal(-(log_sd**2) / 2, log_sd, n))
    return amount, treated, share * effect * 100


def spend_with_past(rng, n, *, effect):
    """Money that goes with past spend; the treated spend more, the more they did before."""
    treated = rng.random(n) < 0.5
    past = rng.gamma(1.0, 50.0, n)
    amount = 0.8 * past * (1 + effect * treated) + rng.gamma(2.0, 15.0, n)
    return amount, treated, 0.8 * 50 * effect, past


ONCE = {
    "responses, 5 % and 7 %, 1,000 an arm": (respond, 2000, {"rate": 0.05, "effect": 0.02}),
    "responses, 1 % in both, 500 an arm": (respond, 1000, {"rate": 0.01, "effect": 0.0}),
    "responses, 0.2 % in both, 200 an arm": (respond, 400, {"rate": 0.002, "effect": 0.0}),
    "responses, 30 % and 45 %, 30 an arm": (respond, 60, {"rate": 0.3, "effect": 0.15}),
    "money, 10 % buy, log sd 1, 2,000 an arm": (
        spend, 4000, {"share": 0.1, "log_sd": 1.0, "effect": 0.2},
    ),
    "money, 10 % buy, log sd 1, 200 an arm": (
        spend, 400, {"share": 0.1, "log_sd": 1.0, "effect": 0.2},
    ),
    "money with past spend, 200 an arm": (spend_with_past, 400, {"effect": 0.1}),
}  # fmt: skip
MANY = {
    "responses, 5 % in both, 50 a day": (respond, 50, {"rate": 0.05, "effect": 0.0}),
    "responses, 5 % and 7 %, 50 a day": (respond, 50, {"rate": 0.05, "effect": 0.02}),
    "responses, 0.5 % in both, 20 a day": (respond, 20, {"rate": 0.005, "effect": 0.0}),
    "money, 30 % buy, log sd 0.5, 200 a day": (
        spend, 200, {"share": 0.3, "log_sd": 0.5, "effect": 0.0},
    ),
    "money, 10 % buy, log sd 1, 200 a day": (
        spend, 200, {"share": 0.1, "log_sd": 1.0, "effect": 0.0},
    ),
    "money, 10 % buy, log sd 1, 20 a day": (
        spend, 20, {"share": 0.1, "log_sd": 1.0, "effect": 0.0},
    ),
}  # fmt: skip


def cover_once(make, size, options, n_tests):
    """Share of tests whose limits hold the effect, by look and by adjustment."""
    held, saved = [], []
    for seed in range(n_tests):
        outcome, treated, effect, *past = make(np.random.default_rng(seed), size, **options)
        known = {"covariate": past[0]} if past else {}
        row = ab_test(outcome, treated, **known).iloc[0]
        held.append(
            [row["lower"] <= effect <= row["upper"],
             row["lower_always"] <= effect <= row["upper_always"]]
        )  # fmt: skip
        saved.append(row["variance_saved"])
    fixed, always = np.mean(held, axis=0)
    return {"one_look": fixed, "always_valid": always, "variance_saved": np.mean(saved)}


def cover_daily(make, a_day, options, n_tests, planned):
    """Share of tests whose limits hold the effect at every one of the daily looks."""
    held = np.zeros((n_tests, 2), bool)
    for seed in range(n_tests):
        outcome, treated, effect = make(np.random.default_rng(seed), a_day * DAYS, **options)
        looks = [look(outcome[:n], treated[:n], effect, planned)
                 for n in range(a_day, a_day * DAYS + 1, a_day)]  # fmt: skip
        held[seed] = np.all(looks, axis=0)
    return dict(zip(("one_look", "always_valid"), held.mean(axis=0), strict=True))


def look(outcome, treated, effect, planned):
    """Whether the effect lies between the fixed limits, and between the always-valid ones."""
    n, alpha = outcome.size, 1 - LEVEL
    arms = outcome[treated], outcome[~treated]
    wide = always_critical(n, planned, alpha)
    if min(arm.size for arm in arms) < 2 or np.ptp(outcome) == 0:
        return True, True  # `ab_test` gives no limits
    if ((outcome == 0) | (outcome == 1)).all():
        sizes = arms[0].size, arms[1].size
        z = score_of_difference((int(arms[0].sum()), int(arms[1].sum())), sizes, effect)
        narrow = 1.959964
        return abs(z) <= narrow, abs(z) <= wide
    found = compare_means(*arms)
    limits = found.fixed_limits(LEVEL), found.limits(wide)
    return tuple(lower <= effect <= upper for lower, upper in limits)


def main():
    """Print both tables."""
    ask = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    ask.add_argument("--tests", type=int, default=2000)
    ask.add_argument("--planned", type=int, default=10_000)
    given = ask.parse_args()
    start = time.process_time()
    once = {name: cover_once(*kind, given.tests) for name, kind in ONCE.items()}
    print(f"One look, {given.tests:,} tests of each kind")
    print(pd.DataFrame(once).T.round(3).to_string())
    daily = {name: cover_daily(*kind, given.tests, given.planned) for name, kind in MANY.items()}
    print(f"\nAt every one of {DAYS} daily looks, {given.tests:,} tests of each kind")
    print(pd.DataFrame(daily).T.round(3).to_string())
    print(f"{time.process_time() - start:.0f} s of one processor")


if __name__ == "__main__":
    main()
