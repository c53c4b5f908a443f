"""Which customer bases can be fitted: a thousand random ones, ours and lifetimes side by side.

    python benchmarks/ltv_robustness.py             # 1,000 bases, about half an hour
    python benchmarks/ltv_robustness.py --n 100     # fewer

Bases have 10 to 20,000 customers and parameters drawn log-uniformly over two decades and
more.
Some have no dropout, no repeat purchase, one customer, or customers who are all alike. Ours must
end with a gradient of next to nothing or with a ConvergenceError; anything else is a failure. A
fit of lifetimes fails where it raises, where a parameter or a prediction is missing or impossible,
or where its log-likelihood is below ours by more than 0.001. Where ours says that there is no
maximum, lifetimes still gives numbers or raises; that is listed apart.
"""

import argparse
import contextlib
import io
import math
import time
import warnings
from collections import Counter

import numpy as np
import pandas as pd

from crmlab import ltv

MODELS = {
    "BetaGeoNBD": "BetaGeoFitter",
    "ModifiedBetaGeoNBD": "ModifiedBetaGeoFitter",
    "ParetoNBD": "ParetoNBDFitter",
}
TRUTHS = [*MODELS, "NBD"]
WORSE = 1e-3  # of the whole base's log-likelihood


def random_base(seed, *, largest=20_000):
    """Draw one base: what it is, and its summary."""
    rng = np.random.default_rng([seed, 7])
    kind = rng.choice(
        ["ordinary", "no dropout", "no repeat", "one customer", "constant"],
        p=[0.8, 0.08, 0.04, 0.04, 0.04],
    )
    n = 1 if kind == "one customer" else round(_log_uniform(rng, 10, largest))
    length = _log_uniform(rng, 1, 1000)  # of observation, in no unit
    shortest = rng.choice([1.0, 0.5, 0.01]) * length
    T = rng.uniform(shortest, length, n) if shortest < length else np.full(n, length)
    drawn = _truth(rng, kind, length).simulate(n, T=T, seed=seed)
    summary = drawn[["frequency", "recency", "T"]]
    if kind == "no repeat":
        summary = summary.assign(frequency=0, recency=0.0)
    if kind == "constant":
        summary = summary.iloc[[0] * n].reset_index(drop=True)
    if rng.random() < 0.5 and length > 20:  # whole days, as dates give them
        days = summary.apply(np.ceil)
        summary = days.assign(recency=np.minimum(days["recency"], days["T"]))
    return kind, summary


def _truth(rng, kind, length):
    """A model whose parameters lie anywhere between the dull and the absurd."""
    name = "NBD" if kind == "no dropout" else str(rng.choice(TRUTHS, p=[0.35, 0.35, 0.25, 0.05]))
    r = _log_uniform(rng, 0.1, 10)
    purchases = _log_uniform(rng, 0.1, 30)  # expected within the observation, but for dropout
    params = {"r": r, "alpha": r * length / purchases}
    if name == "ParetoNBD":
        s = _log_uniform(rng, 0.1, 10)
        params |= {"s": s, "beta": s * length * _log_uniform(rng, 0.1, 10)}
    elif name != "NBD":
        params |= {"a": _log_uniform(rng, 0.1, 10), "b": _log_uniform(rng, 0.1, 10)}
    return getattr(ltv, name).from_params(**params)


def _log_uniform(rng, low, high):
    return math.exp(rng.uniform(math.log(low), math.log(high)))


def fit_ours(name, summary):
    """How our fit ended, its log-likelihood, and how long it took."""
    start = time.perf_counter()
    try:
        model = getattr(ltv, name)().fit(summary)
        alive = model.probability_alive(summary)
        ahead = model.expected_purchases(summary, float(summary["T"].max()))
        sound = _possible(alive, ahead) and np.linalg.eigvalsh(model.covariance_)[0] > 0
        end = "fits" if sound and model.gradient_norm_ < 1e-5 else "FAILS: bad numbers"
        return end, model.log_likelihood_, time.perf_counter() - start
    except ltv.ConvergenceError as error:
        return "no maximum", str(error), time.perf_counter() - start
    except Exception as error:
        return f"FAILS: {type(error).__name__}: {error}", None, time.perf_counter() - start


def fit_lifetimes(name, summary):
    """How the fit of lifetimes ended, its log-likelihood, and how long it took."""
    import lifetimes

    columns = [summary[column].to_numpy() for column in ("frequency", "recency", "T")]
    start = time.perf_counter()
    with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        try:
            model = getattr(lifetimes, MODELS[name])().fit(*columns)
            alive = model.conditional_probability_alive(*columns)
            ahead = model.conditional_expected_number_of_purchases_up_to_time(
                float(summary["T"].max()), *columns
            )
        except Exception as error:
            return f"raises {type(error).__name__}", None, time.perf_counter() - start
    seconds = time.perf_counter() - start
    if not np.isfinite(model.params_.to_numpy()).all():
        return "parameter not finite", None, seconds
    # Its value is per customer (Pareto/NBD: in all) and for time divided by the longest T.
    each = 1 if name == "ParetoNBD" else len(summary)
    value = -model._negative_log_likelihood_ * each
    value += columns[0].sum() * math.log(model._scale)
    if not math.isfinite(value):
        return "likelihood not finite", None, seconds
    return "fits" if _possible(alive, ahead) else "impossible prediction", value, seconds


def _possible(alive, ahead):
    alive, ahead = np.asarray(alive), np.asarray(ahead)
    return bool(
        (np.isfinite(alive) & (alive >= 0) & (alive <= 1)).all()
        and (np.isfinite(ahead) & (ahead >= 0)).all()
    )


def compare(name, seeds, *, largest=20_000):
    """One row per base: how both ended."""
    rows = []
    for seed in seeds:
        kind, summary = random_base(seed, largest=largest)
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # a warning of ours is a failure
            end, value, seconds = fit_ours(name, summary)
        their_end, theirs, their_seconds = fit_lifetimes(name, summary)
        if end == "fits" and theirs is not None and theirs < value - WORSE:
            their_end = "log-likelihood too low" if their_end == "fits" else their_end
        gain = value - theirs if end == "fits" and theirs is not None else math.nan
        rows.append(
            {
                "seed": seed, "kind": kind, "n": len(summary), "ours": end, "value": value,
                "seconds": seconds, "lifetimes": their_end, "gain": gain,
                "lifetimes_value": theirs, "lifetimes_seconds": their_seconds,
            }
        )  # fmt: skip
    return pd.DataFrame(rows)


def report(name, table):
    """Print the counts of one model."""
    ours = Counter(end.split(":")[0] for end in table["ours"])
    fitted = table[table["ours"] == "fits"]
    refused = table[table["ours"] == "no maximum"]
    failed = fitted[fitted["lifetimes"] != "fits"]
    print(f"\n{name}, {len(table):,} bases")
    print(
        f"  ours       fits {ours['fits']:,}, says why there is no maximum "
        f"{ours['no maximum']:,}, fails {ours['FAILS']:,}; {table['seconds'].sum():,.0f} s"
    )
    print(
        f"  lifetimes  where ours fits: fails on {len(failed):,} "
        f"({len(failed) / max(len(fitted), 1):.0%}); "
        f"{table['lifetimes_seconds'].sum():,.0f} s"
    )
    for end, count in Counter(failed["lifetimes"]).most_common():
        print(f"               {end} {count:,}")
    silent = int((~refused["lifetimes"].str.startswith("raises")).sum())
    print(f"             where there is no maximum: gives numbers without a word {silent:,}")
    print(f"  log-likelihood (where both end): ours higher by > {WORSE} "
          f"{(fitted['gain'] > WORSE).sum():,}, equal {(fitted['gain'].abs() <= WORSE).sum():,}, "
          f"lower {(fitted['gain'] < -WORSE).sum():,}", flush=True)  # fmt: skip
    for row in table[table["ours"].str.startswith("FAILS")].itertuples():
        print(f"  {row.seed} ({row.kind}, {row.n:,} customers): {row.ours}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=int, default=1000, help="number of bases")
    parser.add_argument("--save", help="folder for one CSV of all bases per model")
    asked = parser.parse_args()
    for name in MODELS:
        few = asked.n if name != "ParetoNBD" else min(asked.n, 100)  # lifetimes takes minutes
        table = compare(name, range(few))
        report(name, table)
        if asked.save:
            table.to_csv(f"{asked.save}/{name}.csv", index=False)
    if asked.n > 100:
        rest = pd.DataFrame(
            {"seed": seed, **dict(zip(("ours", "value", "seconds"), _alone(seed), strict=True))}
            for seed in range(100, asked.n)
        )
        ends = Counter(end.split(":")[0] for end in rest["ours"])
        print(f"\nParetoNBD, the other {len(rest):,} bases, ours alone: {dict(ends)}")


def _alone(seed):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return fit_ours("ParetoNBD", random_base(seed)[1])


if __name__ == "__main__":
    main()
