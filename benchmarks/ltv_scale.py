"""How long scoring a stored base takes, and whether memory grows with its customers.

    python benchmarks/ltv_scale.py            # 2 and 10 million customers, some minutes, 1 GB disk
    python benchmarks/ltv_scale.py --quick    # 1 million

Each run is a process of its own. Times leave out starting Python and imports; peak memory is that
of the whole process. All customers differ in their times, so nothing is saved by working on
distinct rows.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SIZES = (2_000_000, 10_000_000)
QUICK = (1_000_000,)

# Uniform numbers from a hash of the row, the same on any machine.
SUMMARY = """
copy (
    with uniform as (
        select i,
               hash(i) / 18446744073709551616.0 as a,
               hash(i * 7 + 1) / 18446744073709551616.0 as b,
               hash(i * 13 + 5) / 18446744073709551616.0 as c
        from range({n}) as t(i)
    ), counted as (
        select *, floor(-ln(1 - a) * 1.5)::bigint as x, 27 + 12 * b as t from uniform
    )
    select i as customer_id, x as frequency,
           case when x = 0 then 0 else t * sqrt(c) end as recency, t as "T",
           case when x = 0 then 0 else 5 + 90 * c end as monetary_value
    from counted
) to '{path}'
"""


def make_summary(path, n):
    import duckdb

    connection = duckdb.connect(config={"memory_limit": "2GB"})
    connection.execute("set preserve_insertion_order = false")
    connection.execute(SUMMARY.format(n=n, path=path))


def models():
    """Models with the published parameters of CDNOW, in weeks."""
    from crmlab.ltv import BetaGeoNBD, GammaGamma, ParetoNBD

    return {
        "BG/NBD": BetaGeoNBD.from_params(r=0.243, alpha=4.414, a=0.793, b=2.426, unit="W"),
        "Pareto/NBD": ParetoNBD.from_params(r=0.553, alpha=10.578, s=0.606, beta=11.669, unit="W"),
    }, GammaGamma.from_params(p=6.25, q=3.74, v=15.44)


RUNS = {
    "purchases, BG/NBD": ("BG/NBD", False),
    "value, BG/NBD": ("BG/NBD", True),
    "purchases, Pareto/NBD": ("Pareto/NBD", False),
}


def run_here(name, path):
    """Time one run in this process and print the figures."""
    import duckdb

    from crmlab.ltv import score_table

    model, with_value = RUNS[name]
    known, spend = models()
    options = {"spend": spend, "margin": 0.3, "discount_rate": 0.15} if with_value else {}
    out = Path(path).with_name("scores.parquet")
    start = time.perf_counter()
    score_table(known[model], path, horizon=52, out=out, **options)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    n_customers = duckdb.sql(f"select count(*) from '{out}'").fetchone()[0]
    print(json.dumps({"seconds": seconds, "peak_gib": peak, "n_customers": n_customers}))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="1 million customers only")
    parser.add_argument("--run", help=argparse.SUPPRESS)
    parser.add_argument("--path", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.run:
        run_here(asked.run, asked.path)
        return
    with tempfile.TemporaryDirectory() as folder:
        for n in QUICK if asked.quick else SIZES:
            path = Path(folder) / f"{n}.parquet"
            make_summary(path, n)
            for name in RUNS:
                command = [sys.executable, __file__, "--run", name, "--path", str(path)]
                done = subprocess.run(command, capture_output=True, text=True, check=True)
                found = json.loads(done.stdout.splitlines()[-1])
                print(
                    f"{found['n_customers']:>12,} customers  {name:<22} "
                    f"{found['seconds']:8.1f} s   peak {found['peak_gib']:5.2f} GiB",
                    flush=True,
                )


if __name__ == "__main__":
    main()
