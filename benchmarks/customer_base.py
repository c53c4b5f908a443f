"""How fast orders become customers, side by side with lifetimes and with hand-written SQL.

    python benchmarks/customer_base.py            # everything, about ten minutes and 1 GB of disk
    python benchmarks/customer_base.py --quick    # without the 100 million rows

Each run is a process of its own, contenders take turns, and the table shows medians. Times leave
out starting Python and imports; peak memory is that of the whole process.
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

# customers, rows
SIZES = {"small": (100_000, 700_000), "middle": (1_000_000, 7_000_000),
         "large": (10_000_000, 100_000_000)}  # fmt: skip

SQL = """
with days as (
    select customer_id, date::date as day, sum(amount) as spent
    from read_parquet('{path}') group by all
), over as (select max(day) as last_day from days)
select customer_id,
       count(*) - 1 as frequency,
       date_diff('day', min(day), max(day)) as recency,
       date_diff('day', min(day), any_value(last_day)) as "T",
       case when count(*) > 1 then (sum(spent) - arg_min(spent, day)) / (count(*) - 1)
            else 0 end as monetary_value,
       date_diff('day', max(day), any_value(last_day)) as days_since_last
from days, over group by customer_id order by customer_id
"""


def make_orders(path, size):
    """Write orders whose days and customers are spread by a hash, the same on any machine."""
    import duckdb

    n_customers, n_rows = SIZES[size]
    connection = duckdb.connect(config={"memory_limit": "3GB"})
    connection.execute(
        f"""copy (
            select (hash(i) % {n_customers})::bigint as customer_id,
                   timestamp '2023-01-01' + to_days((hash(i * 7 + 1) % 730)::int) as date,
                   (hash(i * 13 + 5) % 20000) / 100.0 as amount
            from range({n_rows}) as t(i)
        ) to '{path}'"""
    )


def by_crmlab(path):
    from crmlab.customer_base import rfm_summary
    from crmlab.loaders import read_transactions

    return lambda: rfm_summary(read_transactions(path))


def by_crmlab_from_pandas(path):
    import pandas as pd

    from crmlab.customer_base import rfm_summary

    orders = pd.read_parquet(path)
    return lambda: rfm_summary(orders)


def by_lifetimes(path):
    import pandas as pd

    warnings.simplefilter("ignore")  # lifetimes is archived
    from lifetimes.utils import summary_data_from_transaction_data

    orders = pd.read_parquet(path)
    return lambda: summary_data_from_transaction_data(
        orders, "customer_id", "date", monetary_value_col="amount"
    )


def by_sql(path):
    import duckdb

    spill = tempfile.mkdtemp(prefix="spill-")
    connection = duckdb.connect(config={"memory_limit": "3GB", "temp_directory": spill})
    connection.execute("set preserve_insertion_order = false")
    return lambda: connection.execute(SQL.format(path=path)).df()


CONTENDERS = {f.__name__: f for f in (by_crmlab, by_crmlab_from_pandas, by_lifetimes, by_sql)}


def run_here(contender, path):
    """Time one contender in this process and print the figures."""
    call = CONTENDERS[contender](path)
    start = time.perf_counter()
    n_customers = len(call())
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(json.dumps({"seconds": seconds, "peak_gib": peak, "n_customers": n_customers}))


def compare(title, path, ours, theirs, n_runs):
    """Run two contenders in turn and print medians, ratio and memory."""
    runs = {ours: [], theirs: []}
    for _ in range(n_runs):
        for contender, found in runs.items():
            command = [sys.executable, __file__, "--run", contender, "--path", str(path)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            found.append(json.loads(done.stdout.splitlines()[-1]))
    seconds = {name: statistics.median(run["seconds"] for run in f) for name, f in runs.items()}
    memory = {name: max(run["peak_gib"] for run in f) for name, f in runs.items()}
    print(f"\n{title}, {runs[ours][0]['n_customers']:,} customers, median of {n_runs}")
    for name in runs:
        print(f"  {name:<22} {seconds[name]:8.2f} s   peak {memory[name]:5.2f} GiB")
    print(f"  {theirs} / {ours}: {seconds[theirs] / seconds[ours]:.2f} x", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out the 100 million rows")
    parser.add_argument("--run", help=argparse.SUPPRESS)
    parser.add_argument("--path", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.run:
        run_here(asked.run, asked.path)
        return
    with tempfile.TemporaryDirectory() as folder:
        paths = {size: Path(folder) / f"{size}.parquet" for size in SIZES}
        for size in ["small", "middle"] + ([] if asked.quick else ["large"]):
            make_orders(paths[size], size)
        compare(
            "0.7 million rows in pandas", paths["small"], "by_crmlab_from_pandas", "by_lifetimes", 5
        )
        compare("7 million rows in Parquet", paths["middle"], "by_crmlab", "by_sql", 5)
        if not asked.quick:
            compare("100 million rows in Parquet", paths["large"], "by_crmlab", "by_sql", 1)


if __name__ == "__main__":
    main()
