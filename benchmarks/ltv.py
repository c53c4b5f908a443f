"""How fast lifetime models are fitted and customers scored, side by side with lifetimes.

    python benchmarks/ltv.py            # everything, about ten minutes
    python benchmarks/ltv.py --quick    # a tenth of the customers

One base in whole days, as dates give it, in which many customers look alike, and one in
continuous time, in which nobody does but those who never bought again. Each run is a process of
its own, contenders take turns, and the table shows medians. Times leave out starting Python,
imports and reading the base; peak memory is that of the whole process.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path

MODELS = {
    "BetaGeoNBD": "BetaGeoFitter",
    "ModifiedBetaGeoNBD": "ModifiedBetaGeoFitter",
    "ParetoNBD": "ParetoNBDFitter",
}
# In days, near those of CDNOW.
TRUTH = {
    "BetaGeoNBD": {"r": 0.24, "alpha": 30.8, "a": 0.8, "b": 2.4},
    "ModifiedBetaGeoNBD": {"r": 0.52, "alpha": 43.0, "a": 0.9, "b": 1.6},
    "ParetoNBD": {"r": 0.55, "alpha": 74.0, "s": 0.6, "beta": 82.0},
}
HORIZON = 90.0


def make_base(path, model, n_customers, time_kind):
    """Write customers drawn from the model, each observed for one to two years."""
    import numpy as np

    from crmlab import ltv

    rng = np.random.default_rng(1)
    T = rng.uniform(365, 730, n_customers)
    drawn = getattr(ltv, model).from_params(**TRUTH[model]).simulate(n_customers, T=T, seed=2)
    base = drawn[["frequency", "recency", "T"]]
    if time_kind == "days":
        base = base.apply(np.ceil)  # at most T, which is rounded up too
    base.to_parquet(path)


def fit_ours(model, base):
    from crmlab import ltv

    return lambda: getattr(ltv, model)().fit(base).log_likelihood_


def fit_lifetimes(model, base):
    import lifetimes

    columns = base["frequency"], base["recency"], base["T"]
    return lambda: getattr(lifetimes, MODELS[model])().fit(*columns)._negative_log_likelihood_


def score_ours(model, base):
    from crmlab import ltv

    fitted = getattr(ltv, model).from_params(**TRUTH[model])

    def score():
        fitted.probability_alive(base)
        return fitted.expected_purchases(base, HORIZON).sum()

    return score


def score_lifetimes(model, base):
    import lifetimes
    import pandas as pd

    fitted = getattr(lifetimes, MODELS[model])()
    fitted.params_ = pd.Series(TRUTH[model])
    columns = base["frequency"], base["recency"], base["T"]

    def score():
        fitted.conditional_probability_alive(*columns)
        ahead = fitted.conditional_expected_number_of_purchases_up_to_time(HORIZON, *columns)
        return ahead.sum()

    return score


TASKS = {f.__name__: f for f in (fit_ours, fit_lifetimes, score_ours, score_lifetimes)}


def run_here(task, model, path):
    """Time one task in this process and print the figures."""
    import pandas as pd

    warnings.simplefilter("ignore")  # lifetimes is archived
    call = TASKS[task](model, pd.read_parquet(path))
    start = time.perf_counter()
    result = call()
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(json.dumps({"seconds": seconds, "peak_gib": peak, "result": float(result)}))


def compare(title, model, path, task, n_runs):
    """Run ours and lifetimes in turn and print medians, ratio and memory."""
    runs = {f"{task}_ours": [], f"{task}_lifetimes": []}
    for _ in range(n_runs):
        for name, found in runs.items():
            command = [sys.executable, __file__, "--run", name, "--model", model, "--path", path]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            found.append(json.loads(done.stdout.splitlines()[-1]))
    (ours, theirs) = (
        (statistics.median(run["seconds"] for run in f), max(run["peak_gib"] for run in f))
        for f in runs.values()
    )
    print(
        f"{title:<48} {ours[0]:7.2f} s {theirs[0]:7.2f} s {theirs[0] / ours[0]:6.1f} x"
        f"   {ours[1]:5.2f} GiB {theirs[1]:5.2f} GiB",
        flush=True,
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the customers")
    parser.add_argument("--run", help=argparse.SUPPRESS)
    parser.add_argument("--model", help=argparse.SUPPRESS)
    parser.add_argument("--path", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.run:
        run_here(asked.run, asked.model, asked.path)
        return
    part = 10 if asked.quick else 1
    print(f"{'medians; peak memory':<48} {'ours':>9} {'lifetimes':>9} {'ratio':>8}"
          f"   {'ours':>9} {'lifetimes':>9}")  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        for model, n_fitted in (
            ("BetaGeoNBD", 1_000_000), ("ModifiedBetaGeoNBD", 1_000_000), ("ParetoNBD", 100_000),
        ):  # fmt: skip
            for time_kind in ("days", "continuous time"):
                few = str(Path(folder) / "few.parquet")
                many = str(Path(folder) / "many.parquet")
                make_base(few, model, n_fitted // part, time_kind)
                make_base(many, model, 1_000_000 // part, time_kind)
                what = f"{model}, {time_kind}"
                slow = model == "ParetoNBD"
                compare(f"{what}: fit {n_fitted // part:,}", model, few, "fit", 1 if slow else 3)
                compare(f"{what}: score {1_000_000 // part:,}", model, many, "score", 3)


if __name__ == "__main__":
    main()
