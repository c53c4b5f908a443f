"""Sharing contacts out: `allocate_contacts` beside the linear program of HiGHS, and a million.

Run ``python benchmarks/allocation.py``; ``--quick`` leaves out the million. Each task runs in a
process of its own. HiGHS is given the finished matrix; crmlab starts at the table of values.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time

SMALL, LARGE = 10_000, 1_000_000
OFFERS, CHANNELS = 5, ["email", "phone", "post"]
COST = {"email": 1.0, "phone": 2.0, "post": 6.0}
RUNS = 3
LEAST = {"offer 3": 0.11, "offer 4": 0.10}


def values(n):
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(0)
    columns = pd.MultiIndex.from_product([[f"offer {i}" for i in range(OFFERS)], CHANNELS])
    drawn = rng.gamma(2, 5, (n, len(columns)))
    return pd.DataFrame(drawn, columns=columns, index=pd.RangeIndex(n, name="customer_id"))


def limits(n):
    """Nine limits that customers share: a budget, three channels, five offers."""
    return {
        "cost": COST,
        "budget": 1.2 * n,
        "channel_capacity": {"email": 3 * n // 10, "phone": 2 * n // 10, "post": n // 10},
        "offer_max": {f"offer {i}": 12 * n // 100 for i in range(OFFERS)},
    }


def settings(kind, n):
    found = limits(n)
    if "two" in kind:
        found["contacts_per_customer"] = 2
    if "least" in kind:
        found["offer_min"] = {offer: int(share * n) for offer, share in LEAST.items()}
    if "never" in kind:
        found["offer_min"] = {"offer 0": int(0.35 * n)}
        found |= {"budget": 0.3 * n, "offer_max": None}
    return found


def ours(kind, n):
    from crmlab import InputError
    from crmlab.campaigns import allocate_contacts

    value, options = values(n), settings(kind, n)
    allocate_contacts(value.iloc[:100], **settings("", 100))  # imports and first calls
    before, used = peak(), Clock()
    try:
        plan = allocate_contacts(value, **options)
        answer = {"profit": plan.profit, "bound": plan.bound, "gap": plan.gap}
    except InputError as error:
        answer = {"error": str(error)}
    return used.read() | answer | {"peak": peak(), "before": before}


def highs(kind, n):
    """The bound by the linear program; `kind` tells nothing here."""
    import numpy as np
    import scipy.sparse as sp
    from scipy.optimize import linprog

    value, told = values(n), limits(n)
    offer, channel = (value.columns.get_level_values(i) for i in (0, 1))
    cost = np.array([COST[name] for name in channel])
    rows = [cost, *(channel == name for name in CHANNELS)]
    rows += [offer == name for name in told["offer_max"]]
    most = [told["budget"], *told["channel_capacity"].values(), *told["offer_max"].values()]
    shared = sp.kron(np.ones((1, n)), np.array(rows, dtype=float), format="csr")
    each = sp.kron(sp.eye(n), np.ones((1, len(cost))), format="csr")
    matrix = sp.vstack([shared, each]).tocsc()
    gain = (value.to_numpy() - cost).ravel()
    used = Clock()
    found = linprog(-gain, A_ub=matrix, b_ub=np.r_[most, np.ones(n)], method="highs")
    return used.read() | {"bound": -found.fun, "peak": peak()}


class Clock:
    """Seconds on the clock and of all processors."""

    def __init__(self):
        self.start = time.perf_counter(), time.process_time()

    def read(self):
        """Seconds since the start."""
        return {"clock": time.perf_counter() - self.start[0],
                "cpu": time.process_time() - self.start[1]}  # fmt: skip


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def apart(task, kind, n):
    """Run a task in a process of its own and read its figures."""
    command = [sys.executable, __file__, "--task", task, "--kind", kind, "--n", str(n)]
    here = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, capture_output=True, text=True, env=here)
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout.strip().splitlines()[-1])


def typical(runs, what):
    return statistics.median(run[what] for run in runs)


def say(name, runs):
    last = runs[-1]
    line = f"{name:>28}: {typical(runs, 'cpu'):8.3f} s of processors, "
    line += f"{typical(runs, 'clock'):8.3f} s, peak {last['peak'] / 2**30:.2f} GiB"
    if "gap" in last:
        line += f", profit {last['profit']:,.2f}, bound {last['bound']:,.2f}, gap {last['gap']:.6%}"
    print(line + f", {last['error']}" if "error" in last else line, flush=True)


def main(quick):
    plans, programs = [], []
    for _ in range(RUNS):  # in turn
        plans.append(apart("ours", "", SMALL))
        programs.append(apart("highs", "", SMALL))
    say("crmlab, 10,000", plans)
    say("HiGHS, 10,000", programs)
    times = {what: typical(programs, what) / typical(plans, what) for what in ("cpu", "clock")}
    short = 1 - plans[-1]["profit"] / programs[-1]["bound"]
    print(f"{times['cpu']:.0f} x of processors, {times['clock']:.0f} x on the clock; "
          f"the plan is {short:.5%} under the bound of HiGHS")  # fmt: skip
    for kind in ("two contacts", "least", "two, least", "never"):
        say(f"{kind}, 10,000", [apart("ours", kind, SMALL) for _ in range(RUNS)])
    if quick:
        return
    for kind in ("", "two contacts", "least", "never"):
        large = [apart("ours", kind, LARGE)]
        say(f"{kind or 'crmlab'}, 1,000,000", large)
        if not kind:
            print(f"{large[0]['cpu'] / typical(plans, 'cpu'):.0f} x the time of 10,000")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--task", choices=["ours", "highs"])
    parser.add_argument("--kind", default="")
    parser.add_argument("--n", type=int, default=SMALL)
    asked = parser.parse_args()
    if asked.task:
        print(json.dumps(globals()[asked.task](asked.kind, asked.n)))
    else:
        main(asked.quick)
