"""From a table of lines to frequent itemsets, side by side with rusket, pyfim and mlxtend.

    python benchmarks/cross_sell.py                    # about fifteen minutes; makes an environment
    python benchmarks/cross_sell.py --peer PYTHON      # one that has the three
    python benchmarks/cross_sell.py --sequences        # what follows what, crmlab alone

Each run is a process of its own, contenders take turns, and the table shows medians of clock time
and of the time of all cores. Reading the file, imports and a call on 1,000 lines come before the
clock; from the frame to the itemsets everything counts, since an analyst has lines and no matrix.
The peak is what the process needed at most, less what it had before the timed call. Lines are the
1,469,307 of Complete Journey less those of products without a category. Contenders that did not
find as many sets as crmlab are marked.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PEERS = ["rusket==0.1.101", "polars", "pyfim==6.28", "mlxtend==0.25.0", "pyarrow", "pandas>=3"]
N_LARGE = 5_000_000
WORK = [  # support, longest, contenders
    (0.01, 3, ["crmlab", "rusket", "rusket_eclat", "pyfim", "mlxtend"]),
    (0.01, None, ["crmlab", "rusket", "rusket_eclat", "pyfim"]),
    (0.002, 3, ["crmlab", "rusket", "rusket_eclat", "pyfim"]),
    (0.002, None, ["crmlab", "rusket", "rusket_eclat", "pyfim"]),
]


def crmlab(lines, support, longest):
    from crmlab.cross_sell import itemsets

    return len(itemsets(lines, min_support=support, max_len=longest, item="category"))


def rusket(lines, support, longest, *, miner="fpgrowth"):
    """By its faster way in, which makes no frame of the matrix."""
    import rusket as peer

    held, names = peer.from_transactions_csr(lines, transaction_col="order_id", item_col="category")
    options = {"min_support": support, "max_len": longest, "column_names": names}
    return len(getattr(peer, miner)(held, use_colnames=True, **options))


def rusket_eclat(lines, support, longest):
    return rusket(lines, support, longest, miner="eclat")


def pyfim(lines, support, longest):
    """Its own way in: a list of lists; a number of baskets, since a percentage is rounded."""
    import fim

    baskets = lines.groupby("order_id")["category"].agg(list).tolist()
    need = -(-round(support * 1e6) * len(baskets) // 1_000_000)
    return len(fim.fpgrowth(baskets, target="s", supp=-need, zmax=longest or -1))


def mlxtend(lines, support, longest):
    import pandas as pd
    from mlxtend.frequent_patterns import fpgrowth
    from mlxtend.preprocessing import TransactionEncoder

    baskets = lines.groupby("order_id")["category"].agg(list).tolist()
    encoder = TransactionEncoder()
    held = pd.DataFrame(encoder.fit_transform(baskets), columns=encoder.columns_)
    return len(fpgrowth(held, min_support=support, max_len=longest, use_colnames=True))


CONTENDERS = {
    "crmlab": crmlab, "rusket": rusket, "rusket_eclat": rusket_eclat, "pyfim": pyfim,
    "mlxtend": mlxtend,
}  # fmt: skip
SLOW = {"mlxtend", "pyfim"}  # one run tells


def peak_memory():
    """Kibibytes; `resource` would say the peak of the process that started this, if larger."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0])


def run_here(name, path, support, longest):
    """Time one call in this process and print the figures."""
    import pandas as pd

    lines = pd.read_parquet(path)
    CONTENDERS[name](lines.head(1_000), 0.05, 2)  # what is imported or made at the first call
    Path("/proc/self/clear_refs").write_text("5")  # the peak from here on
    before = peak_memory()
    start, cpu = time.perf_counter(), time.process_time()
    n_sets = CONTENDERS[name](lines, support, longest)
    clock, cores = time.perf_counter() - start, time.process_time() - cpu
    peak = peak_memory()
    print(json.dumps({"n": n_sets, "clock": clock, "cores": cores,
                      "above": (peak - before) / 2**10, "peak": peak / 2**20}))  # fmt: skip


def call(python, name, path, support, longest):
    command = [python, __file__, "--run", name, "--path", path, "--support", str(support)]
    if longest:
        command += ["--longest", str(longest)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def compare(path, support, longest, names, peer, n_runs):
    """Run contenders in turn and print medians, and ratios to crmlab within each turn."""
    runs = {name: [] for name in names}
    for turn in range(n_runs):
        for name in names if turn % 2 else names[::-1]:
            if name in SLOW and turn:
                continue
            python = sys.executable if name == "crmlab" else peer
            runs[name].append(call(python, name, path, support, longest))
    print(
        f"\nsupport {support:g}, length {longest or 'unlimited'}, medians of {n_runs} in turn",
        flush=True,
    )
    ours = runs["crmlab"]
    for name, found in runs.items():
        middle = {key: statistics.median(run[key] for run in found) for key in found[0]}
        ratios = [{k: run[k] / own[k] for k in ("clock", "cores")}
                  for run, own in zip(found, ours, strict=False)]  # fmt: skip
        spans = [f"{min(r[k] for r in ratios):.1f} to {max(r[k] for r in ratios):.1f} x {k}"
                 for k in ("clock", "cores")]  # fmt: skip
        mark = "" if middle["n"] == ours[0]["n"] else "  NOT THE SAME NUMBER"
        print(
            f"  {name:<12} {middle['n']:>7,.0f} sets {middle['clock']:6.2f} s clock "
            f"{middle['cores']:6.2f} s all cores  {middle['above']:5.0f} MiB above start "
            f"{middle['peak']:5.2f} GiB peak  {', '.join(spans)}{mark}",
            flush=True,
        )


def write_lines(path):
    """Order and category of every line of Complete Journey that has one."""
    from crmlab.datasets import load_complete_journey

    products = load_complete_journey("products").dropna(subset="product_category")
    lines = load_complete_journey("transactions").merge(products, on="product_id")
    lines = lines[["order_id", "product_category"]].set_axis(["order_id", "category"], axis=1)
    lines.to_parquet(path, index=False)


def write_many(path, n_baskets):
    """Lines of so many baskets as numbers: about seven a basket, popular items far more often."""
    import duckdb

    duckdb.connect().execute(
        f"""copy (
            select basket::int as order_id,
                   floor(300 * pow((hash(basket * 31 + line) % 1000003) / 1000003.0, 3))::smallint
                       as category
            from range({n_baskets}) as b(basket), range(12) as l(line)
            where line < 3 + hash(basket) % 9
        ) to '{path}'"""
    )


def time_sequences():
    """Time what follows what within 90 days, by category of Complete Journey."""
    from crmlab.cross_sell import sequential_rules
    from crmlab.datasets import load_complete_journey

    products = load_complete_journey("products").dropna(subset="product_category")
    orders = load_complete_journey("transactions")
    orders = orders[orders["product_id"].isin(products["product_id"])]
    start, cpu = time.perf_counter(), time.process_time()
    rules = sequential_rules(orders, horizon=90, products=products, level="product_category")
    clock, cores = time.perf_counter() - start, time.process_time() - cpu
    tested = rules.attrs["n_tests"]
    print(f"\n{len(rules):,} rules of {tested:,} tested: {clock:.1f} s clock {cores:.1f} s cores")


def make_peer(folder):
    """Make the environment of the peers, with uv; return its Python."""
    uv = Path(sys.executable).with_name("uv")
    home = Path(folder) / "peer"
    subprocess.run([uv, "venv", "-q", home, "--python", sys.executable], check=True)
    python = home / "bin" / "python"
    subprocess.run([uv, "pip", "install", "-q", "--python", python, *PEERS], check=True)
    return str(python)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--peer", help="Python of an environment with the peers")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--sequences", action="store_true")
    for name, kind in {"run": str, "path": str, "support": float, "longest": int}.items():
        parser.add_argument(f"--{name}", type=kind, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.run:
        run_here(asked.run, asked.path, asked.support, asked.longest)
        return
    if asked.sequences:
        time_sequences()
        return
    with tempfile.TemporaryDirectory() as folder:
        peer = asked.peer or make_peer(folder)
        path, large = f"{folder}/lines.parquet", f"{folder}/large.parquet"
        write_lines(path)
        for support, longest, names in WORK:
            compare(path, support, longest, names, peer, asked.runs)
        write_many(large, N_LARGE)
        print(f"\n{N_LARGE:,} baskets")
        compare(large, 0.01, 3, ["crmlab", "rusket", "rusket_eclat"], peer, 1)


if __name__ == "__main__":
    main()
