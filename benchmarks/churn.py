"""How long features and a panel of customers take on the year of Complete Journey.

    python benchmarks/churn.py

Clock time and the time of all cores differ where others work on the machine.
"""

import time

from crmlab.churn import churn_features, churn_panel
from crmlab.datasets import load_complete_journey

AS_OF = ["2017-06-30", "2017-08-31", "2017-10-31"]


def show(name, call):
    start, cpu = time.perf_counter(), time.process_time()
    n_rows = len(call())
    clock, cores = time.perf_counter() - start, time.process_time() - cpu
    print(f"{name:<28} {n_rows:7,} rows {clock:7.1f} s clock {cores:6.1f} s all cores", flush=True)


def main():
    orders = load_complete_journey("transactions")
    show("churn_features, one day", lambda: churn_features(orders, as_of=AS_OF[1]))
    show("churn_panel, three days", lambda: churn_panel(orders, as_of=AS_OF, horizon=60))


if __name__ == "__main__":
    main()
