"""How fast text becomes customers, beside hand-written SQL with a typed reader and lifetimes.

    python benchmarks/loaders.py                    # 5 million lines, ten minutes, 1 GB of disk
    python benchmarks/loaders.py --lines 1000000    # fewer

Each run is a process of its own, contenders take turns, and the table shows medians: time on the
clock, time of all cores together, and the peak memory of the whole process. Times leave out
starting Python and imports.

The SQL knows in advance what crmlab finds out: which column is what, how days and amounts are
written, and that no line is at fault.
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

N_LINES, LINES_A_CUSTOMER = 5_000_000, 7

# Days, customers and amounts are spread by a hash, the same on any machine.
_DAY = "timestamp '2023-01-01' + to_days((hash(i * 7 + 1) % 730)::int)"
_STAMP = f"{_DAY} + to_seconds((hash(i * 11 + 3) % 86400)::int)"
_CENTS = "(hash(i * 13 + 5) % 20000)::bigint + 100000 * (hash(i * 17) % 20 = 0)::bigint"
_CUSTOMER = "hash(i) % {n_customers}"
# What a file looks like -> its day and amount as text, and how SQL reads each of them.
FILES = {
    "plain": {
        "title": "days as 2024-12-31, amounts as 1234.50",
        "date": f"strftime({_DAY}, '%Y-%m-%d')",
        "amount": f"printf('%.2f', ({_CENTS}) / 100.0)",
        "types": {"date": "TIMESTAMP", "amount": "DOUBLE"},
        "read": "amount",
    },
    "local": {
        "title": "days as 31/12/2024, amounts as \"1,234.50\"",
        "date": f"strftime({_DAY}, '%d/%m/%Y')",
        "amount": f"format('\"{{:,.2f}}\"', ({_CENTS}) / 100.0)",
        "types": {"date": "DATE", "amount": "VARCHAR"},
        "options": ", dateformat='%d/%m/%Y'",
        "read": "replace(amount, ',', '')::double",
    },
    "stamps": {
        "title": "days with seconds, amounts with four decimals",
        "date": f"strftime({_STAMP}, '%Y-%m-%d %H:%M:%S')",
        "amount": f"printf('%.4f', ({_CENTS}) / 100.0 + (hash(i * 19) % 100) / 10000.0)",
        "types": {"date": "TIMESTAMP", "amount": "DOUBLE"},
        "read": "amount",
    },
}  # fmt: skip

SQL = """
with days as (
    select customer_id, date::date as day, sum({read}) as spent
    from read_csv('{path}', header = true, auto_detect = false, delim = ',', quote = '"',
                  columns = {types} {options})
    group by all
), over as (select max(day) as last_day from days)
select customer_id,
       count(*) - 1 as frequency,
       date_diff('day', min(day), max(day))::double as recency,
       date_diff('day', min(day), any_value(last_day))::double as "T",
       case when count(*) > 1 then (sum(spent) - arg_min(spent, day)) / (count(*) - 1)
            else 0 end as monetary_value,
       sum(spent) / count(*) as mean_spend,
       sum(spent) as total_spend,
       count(*) as n_orders,
       min(day) as first_purchase,
       max(day) as last_purchase,
       date_diff('day', max(day), any_value(last_day)) as days_since_last,
       'D' as time_unit
from days, over group by customer_id order by customer_id
"""


def make_file(path, kind, n_lines):
    """Write lines of orders as CSV."""
    import duckdb

    one = FILES[kind]
    n_customers = max(1, n_lines // LINES_A_CUSTOMER)
    duckdb.execute(
        f"""copy (
            select printf('C%07d', ({_CUSTOMER.format(n_customers=n_customers)})::bigint)
                   || ',' || {one["date"]} || ',' || {one["amount"]} as "customer_id,date,amount"
            from range({n_lines}) as t(i)
        ) to '{path}' (format csv, header false, quote '', escape '', delim '\x07')"""
    )
    text = path.read_bytes()
    path.write_bytes(b"customer_id,date,amount\n" + text)


def by_crmlab(path, kind):
    from crmlab._engine import connection
    from crmlab.customer_base import rfm_summary
    from crmlab.loaders import read_transactions

    connection()  # imports the engine, as the SQL beside it has done by then
    return lambda: rfm_summary(read_transactions(path))


def by_sql(path, kind):
    import duckdb

    one = FILES[kind]
    connection = duckdb.connect(config={"memory_limit": "2.5GB"})
    connection.execute("set preserve_insertion_order = false")
    query = SQL.format(
        path=path,
        read=one["read"],
        types={"customer_id": "VARCHAR", **one["types"]},
        options=one.get("options", ""),
    )
    return lambda: connection.execute(query).df()


# --- the same in pandas -----------------------------------------------------------------------

FRAMES = {
    "integers": "whole numbers as ids",
    "texts": "ids as text",
    "text dates": "ids and days as text",
}
N_CUSTOMERS = 100_000


def make_frame(kind):
    """Orders of 100,000 customers as a frame."""
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(1)
    n = N_CUSTOMERS * LINES_A_CUSTOMER
    customer = rng.integers(0, N_CUSTOMERS, n)
    day = pd.Timestamp("2023-01-01") + pd.to_timedelta(rng.integers(0, 730, n), unit="D")
    orders = pd.DataFrame(
        {"customer_id": customer, "date": day, "amount": rng.integers(0, 20_000, n) / 100}
    )
    if kind != "integers":
        orders["customer_id"] = "C" + orders["customer_id"].astype(str).str.zfill(7)
    if kind == "text dates":
        orders["date"] = orders["date"].dt.strftime("%Y-%m-%d")
    return orders


def frame_by_crmlab(path, kind):
    from crmlab.customer_base import rfm_summary

    orders = make_frame(kind)
    return lambda: rfm_summary(orders)


def frame_by_lifetimes(path, kind):
    warnings.simplefilter("ignore")  # lifetimes is archived
    from lifetimes.utils import summary_data_from_transaction_data

    orders = make_frame(kind)
    return lambda: summary_data_from_transaction_data(
        orders, "customer_id", "date", monetary_value_col="amount"
    )


CONTENDERS = {f.__name__: f for f in (by_crmlab, by_sql, frame_by_crmlab, frame_by_lifetimes)}


def run_here(contender, path, kind):
    """Time one contender in this process and print the figures."""
    call = CONTENDERS[contender](path, kind)
    start, cpu = time.perf_counter(), time.process_time()
    found = call()
    seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    checks = {"n_customers": len(found), "repeats": int(found["frequency"].sum())}
    if "total_spend" in found:
        checks["total"] = round(float(found["total_spend"].sum()), 1)
    print(json.dumps({"seconds": seconds, "cpu": cpu, "peak": peak, "checks": checks}))


def compare(title, path, kind, ours, theirs, n_runs):
    """Run two contenders in turn and print medians, ratio and memory."""
    runs = {ours: [], theirs: []}
    for _ in range(n_runs):
        for contender, found in runs.items():
            command = [sys.executable, __file__, "--run", contender, "--kind", kind]
            done = subprocess.run(
                [*command, "--path", str(path)], capture_output=True, text=True, check=True
            )
            found.append(json.loads(done.stdout.splitlines()[-1]))
    answers = [run["checks"] for found in runs.values() for run in found]
    shared = set.intersection(*map(set, answers))
    assert all(one[key] == answers[0][key] for one in answers for key in shared), answers
    print(f"\n{title}, {answers[0]['n_customers']:,} customers, median of {n_runs}")
    middle = {
        name: {of: statistics.median(run[of] for run in found) for of in ("seconds", "cpu")}
        for name, found in runs.items()
    }
    for name, found in runs.items():
        peak = max(run["peak"] for run in found)
        print(
            f"  {name:<20} {middle[name]['seconds']:7.2f} s   all cores "
            f"{middle[name]['cpu']:7.2f} s   peak {peak:5.2f} GiB"
        )
    ratios = {of: middle[ours][of] / middle[theirs][of] for of in ("seconds", "cpu")}
    if theirs == "frame_by_lifetimes":
        print(
            f"  lifetimes takes {1 / ratios['seconds']:.1f} x, all cores {1 / ratios['cpu']:.1f} x"
        )
    else:
        print(f"  crmlab takes {ratios['seconds']:.2f} x, all cores {ratios['cpu']:.2f} x")
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lines", type=int, default=N_LINES, help="lines of each text file")
    parser.add_argument("--runs", type=int, default=3, help="runs of each contender")
    parser.add_argument("--only", help="one of: " + ", ".join([*FILES, *FRAMES]))
    for hidden in ("--run", "--path", "--kind"):
        parser.add_argument(hidden, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.run:
        run_here(asked.run, asked.path, asked.kind)
        return
    for kind, one in FILES.items():
        if asked.only not in (None, kind):
            continue
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, f"{kind}.csv")
            make_file(path, kind, asked.lines)
            title = f"{asked.lines:,} lines, {one['title']}"
            compare(title, path, kind, "by_crmlab", "by_sql", asked.runs)
    for kind, title in FRAMES.items():
        if asked.only in (None, kind):
            compare(
                f"pandas, {title}", "", kind, "frame_by_crmlab", "frame_by_lifetimes", asked.runs
            )


if __name__ == "__main__":
    main()
