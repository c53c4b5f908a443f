"""Qini with bootstrap limits on a million rows, and what acting on uplift earns.

    python benchmarks/uplift.py                    # crmlab alone, and the money of the policies
    python benchmarks/uplift.py --peer PYTHON      # beside scikit-uplift, in its own environment
    python benchmarks/uplift.py --money            # the policies alone: 20 companies, some minutes

The peer's environment: `python -m venv env && env/bin/pip install scikit-uplift==0.5.1
"scikit-learn<1.9" pandas pyarrow`. It has no bootstrap, so that a user draws rows and calls
`qini_auc_score` in a loop: 10 resamples are measured and scaled to 1,000. Both read the same file,
in turn, each run in a process of its own; times are processor time of all cores, clock beside it.
Peak memory is that of the process above what it held with the data read and everything imported.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROWS, RESAMPLES, MEASURED, RUNS = 1_000_000, 1_000, 10, 3
BANDS = ("qini_score_interval", "qini_band")


def make(folder):
    """A million rows of a test in which half of the customers respond to the treatment."""
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(1)
    taste = rng.normal(size=ROWS)
    treated = (rng.random(ROWS) < 0.5).astype(np.int64)
    outcome = (rng.random(ROWS) < 0.1 + 0.05 * treated * (taste > 0)).astype(np.int64)
    score = taste + rng.normal(size=ROWS)
    frame = pd.DataFrame({"outcome": outcome, "treated": treated, "score": score})
    frame.to_parquet(folder / "trial.parquet")


def ours(folder, name):
    """One of crmlab's functions, 1,000 resamples."""
    import pandas as pd

    from crmlab import uplift

    table = pd.read_parquet(folder / "trial.parquet")
    measure = getattr(uplift, name)
    columns = table["outcome"].to_numpy(), table["treated"].to_numpy(), table["score"].to_numpy()
    # Everything imported and warm before memory is read.
    measure(*(column[:5000] for column in columns), n_resamples=40, assignment="random")
    before = peak()
    used = Clock()
    found = measure(*columns, n_resamples=RESAMPLES, assignment="random")
    middle = found.iloc[len(found) // 2].to_dict()
    return used.read() | {"memory": peak() - before, "data": size_of(columns), "answer": middle}


def theirs(folder):
    """scikit-uplift in a loop over resamples, scaled."""
    import warnings

    import numpy as np
    import pandas as pd
    from sklift.metrics import qini_auc_score

    warnings.simplefilter("ignore")
    table = pd.read_parquet(folder / "trial.parquet")
    outcome, treated, score = (table[name].to_numpy() for name in ("outcome", "treated", "score"))
    rng = np.random.default_rng(0)
    used = Clock()
    found = []
    for _ in range(MEASURED):
        rows = rng.integers(0, ROWS, ROWS)
        found.append(qini_auc_score(outcome[rows], score[rows], treated[rows]))
    estimate = float(qini_auc_score(outcome, score, treated))
    scaled = {name: value * RESAMPLES / (MEASURED + 1) for name, value in used.read().items()}
    return scaled | {"answer": {"estimate": estimate, "spread": float(np.std(found))}}


class Clock:
    """Seconds on the clock and of all processors."""

    def __init__(self):
        self.start = time.perf_counter(), time.process_time()

    def read(self):
        """Seconds since the start."""
        clock, cpu = (
            now() - then
            for now, then in zip((time.perf_counter, time.process_time), self.start, strict=True)
        )
        return {"clock": clock, "cpu": cpu}


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def size_of(columns):
    return sum(column.nbytes for column in columns)


def apart(python, folder, task):
    """Run a task in a process of its own and read its figures."""
    command = [python, "-W", "ignore", __file__, "--task", task, "--folder", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, env=environment(python))
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout.strip().splitlines()[-1])


def environment(python):
    """Without crmlab's path for the peer, which has packages of its own."""
    here = dict(os.environ)
    if python != sys.executable:
        here.pop("PYTHONPATH", None)
    return here


def compare(peer):
    runs = {name: [] for name in (*BANDS, *(["peer"] if peer else []))}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder)
        for _ in range(RUNS):
            for task in runs:
                runs[task].append(apart(peer if task == "peer" else sys.executable, folder, task))
    best = {task: {kind: median(found, kind) for kind in ("cpu", "clock")}
            for task, found in runs.items()}  # fmt: skip
    for task, found in runs.items():
        line = f"{task:>20}: {best[task]['cpu']:7.1f} s of processors, {best[task]['clock']:7.1f} s"
        if task != "peer":
            used, data = max(run["memory"] for run in found), found[0]["data"]
            line += f", {used / 2**20:.0f} MiB above {data / 2**20:.0f} MiB of data"
            line += f" ({used / data:.2f} x)"
        print(line, found[0]["answer"])
    if peer:
        for task in BANDS:
            ratio = {kind: best["peer"][kind] / best[task][kind] for kind in ("cpu", "clock")}
            print(f"{task}: {ratio['cpu']:.0f} x (processors), {ratio['clock']:.0f} x (clock)")


def median(runs, kind):
    return sorted(run[kind] for run in runs)[len(runs) // 2]


# --- what acting on uplift earns ------------------------------------------------------------------


def earn(n_customers=20_000, n_seeds=20, share=0.2):
    """Mean money of three policies on the camp of 20 companies, by their true effects."""
    import numpy as np

    sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
    from uplift_cases import policy_money

    found = np.array([list(policy_money(n_customers, seed, share).values())
                      for seed in range(1, n_seeds + 1)])  # fmt: skip
    names = ["uplift", "response", "risk"]
    print(f"{share:.0%} of the customers treated, {n_seeds} companies of {n_customers:,}, won")
    for at, name in enumerate(names):
        print(f"{name:>10}: {found[:, at].mean():14,.0f}")
    for at in (1, 2):
        gap = found[:, 0] - found[:, at]
        half = 2.093 * gap.std(ddof=1) / n_seeds**0.5  # t with 19 degrees of freedom
        print(f"uplift less {names[at]}: {gap.mean():,.0f} "
              f"[{gap.mean() - half:,.0f}, {gap.mean() + half:,.0f}]")  # fmt: skip


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", help="Python of an environment with scikit-uplift")
    parser.add_argument("--money", action="store_true")
    parser.add_argument("--task")
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    if given.task:
        run = theirs(given.folder) if given.task == "peer" else ours(given.folder, given.task)
        print(json.dumps(run))
        return
    if not given.money:
        compare(given.peer)
    if given.money or not given.peer:
        earn()


if __name__ == "__main__":
    main()
