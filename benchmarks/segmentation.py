"""How fast orders become scored, named segments, side by side with openretailscience.

    python benchmarks/segmentation.py                    # about five minutes; makes an environment
    python benchmarks/segmentation.py --peer PYTHON      # one that has openretailscience 0.48.1

openretailscience needs pandas 2, so it runs in an environment of its own, on the same file. Each
run is a process of its own, contenders take turns, and the table shows medians of clock time and
of the time of all cores, of the first call on these lines and of the second: the first one takes
new memory from the system. Times leave out starting Python, imports, a call on 1,000 lines and,
where the orders are a pandas frame, reading it. openretailscience scores in ten bins and names
nothing; crmlab checks the lines, scores in five bins and names ten segments.
"""

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

N_CUSTOMERS, N_LINES = 300_000, 3_000_000
PEER = "openretailscience==0.48.1"
DAY = "2024-12-30"
PAIRS = {
    "crmlab_frame": "peer_frame", "crmlab_table": "peer_file", "crmlab_file": "peer_file",
    "crmlab_expression": "peer_file",
}  # fmt: skip


def make_orders(path, n_lines, *, text):
    """Write lines of orders: two to an order, and most customers with few of them."""
    import duckdb

    customer, order = "customer_id", "order_id"
    if text:
        customer = "'C' || lpad(customer_id::varchar, 7, '0')"
        order = "'O' || lpad(order_id::varchar, 8, '0')"
    duckdb.connect().execute(
        f"""copy (
            with orders as (
                select i as order_id,
                       floor({N_CUSTOMERS} * pow((hash(i) % 1000000) / 1000000.0, 2))::bigint
                           as customer_id,
                       timestamp '2023-01-01' + to_days((hash(i * 7 + 1) % 730)::int) as date
                from range({n_lines // 2}) as t(i)
            )
            select {customer} as customer_id, {order} as order_id, date,
                   (hash(orders.order_id * 13 + line) % 20000) / 100.0 as amount
            from orders, range(2) as l(line) order by date, orders.order_id
        ) to '{path}'"""
    )


def few(path):
    """The file with 1,000 lines beside the large one."""
    return str(Path(path).with_suffix(".few.parquet"))


def read_frame(path):
    import pandas as pd

    return pd.read_parquet(path)


def crmlab_frame(orders):
    from crmlab.customer_base import rfm_summary
    from crmlab.segmentation import RFMSegmenter

    return RFMSegmenter().fit_transform(rfm_summary(orders, observation_end=DAY))


def crmlab_table(path):
    """The file as the peer takes it, an Ibis table: checked, but not by the reader of files."""
    import ibis

    return crmlab_frame(ibis.duckdb.connect().read_parquet(path))


def crmlab_file(path):
    """With the reader's checks: ids to mend, words for nobody, one id for many people."""
    from crmlab.loaders import read_transactions

    return crmlab_frame(read_transactions(path))


def crmlab_expression(path):
    """Nothing is pulled but the ends of the bins, and the answer at the end."""
    from crmlab.customer_base import rfm_expression
    from crmlab.loaders import read_transactions
    from crmlab.segmentation import RFMSegmenter

    customers = rfm_expression(read_transactions(path), observation_end=DAY).cache()
    return RFMSegmenter().fit(customers).transform(customers).to_pandas()


_NAMES = {"date": "transaction_date", "order_id": "transaction_id", "amount": "unit_spend"}


def peer_frame(orders):
    from openretailscience.segmentation.rfm import RFMSegmentation

    return RFMSegmentation(orders.rename(columns=_NAMES), current_date=DAY).df


def peer_file(path):
    import ibis
    from openretailscience.segmentation.rfm import RFMSegmentation

    orders = ibis.duckdb.connect().read_parquet(path).rename({b: a for a, b in _NAMES.items()})
    return RFMSegmentation(orders, current_date=DAY).df


# What is read beforehand, and what is timed.
CONTENDERS = {
    "crmlab_frame": (read_frame, crmlab_frame),
    "crmlab_table": (str, crmlab_table),
    "crmlab_file": (str, crmlab_file),
    "crmlab_expression": (str, crmlab_expression),
    "peer_frame": (read_frame, peer_frame),
    "peer_file": (str, peer_file),
}


def run_here(contender, path):
    """Time two calls of one contender in this process and print the figures."""
    read, call = CONTENDERS[contender]
    call(read(few(path)))  # what is imported or made at the first call
    orders = read(path)
    found = {}
    for which in ("first", "second"):
        start, cpu = time.perf_counter(), time.process_time()
        found["n"] = len(call(orders))
        found[f"{which} clock"] = time.perf_counter() - start
        found[f"{which} cores"] = time.process_time() - cpu
    found["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(json.dumps(found))


def compare(title, path, ours, theirs, peer, n_runs):
    """Run two contenders in turn and print medians and ratios."""
    runs = {ours: [], theirs: []}
    for _ in range(n_runs):
        for contender, found in runs.items():
            python = peer if contender.startswith("peer") else sys.executable
            command = [python, __file__, "--run", contender, "--path", str(path)]
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            found.append(json.loads(done.stdout.splitlines()[-1]))
    print(f"\n{title}, {runs[ours][0]['n']:,} customers, medians of {n_runs}")
    middle = {
        name: {key: statistics.median(run[key] for run in found) for key in found[0]}
        for name, found in runs.items()
    }
    for which in ("first", "second"):
        for name, figures in middle.items():
            print(
                f"  {which:<6} call  {name:<18} {figures[f'{which} clock']:6.2f} s clock "
                f"{figures[f'{which} cores']:6.2f} s all cores   peak {figures['peak']:4.2f} GiB"
            )
        clock, cores = (
            [b[f"{which} {key}"] / a[f"{which} {key}"] for a, b in zip(*runs.values(), strict=True)]
            for key in ("clock", "cores")
        )
        print(
            f"  {theirs} / {ours}: {_spread(clock)} clock, {_spread(cores)} all cores", flush=True
        )


def _spread(ratios):
    """The median of the ratios of pairs, and both ends."""
    return f"{statistics.median(ratios):.1f} x ({min(ratios):.1f} to {max(ratios):.1f})"


def make_peer(folder):
    """Make the environment that openretailscience needs, with uv; return its Python."""
    uv = Path(sys.executable).with_name("uv")
    home = Path(folder) / "peer"
    subprocess.run([uv, "venv", "-q", home, "--python", sys.executable], check=True)
    python = home / "bin" / "python"
    subprocess.run([uv, "pip", "install", "-q", "--python", python, PEER], check=True)
    return str(python)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", help="Python of an environment with openretailscience")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--only", choices=PAIRS, nargs="+", default=list(PAIRS))
    parser.add_argument("--run", help=argparse.SUPPRESS)
    parser.add_argument("--path", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.run:
        run_here(asked.run, asked.path)
        return
    with tempfile.TemporaryDirectory() as folder:
        peer = asked.peer or make_peer(folder)
        for text in (False, True):
            path = Path(folder) / f"orders_{text}.parquet"
            make_orders(path, N_LINES, text=text)
            make_orders(few(path), 1_000, text=text)
            for ours, theirs in ((one, PAIRS[one]) for one in asked.only):
                ids = "text" if text else "whole numbers"
                compare(f"{N_LINES:,} lines, ids as {ids}", path, ours, theirs, peer, asked.runs)


if __name__ == "__main__":
    main()
