"""How long it takes to make a company and to link its records, and how right the links are.

    python benchmarks/identity.py            # 37,000 and 1 million records, some minutes
    python benchmarks/identity.py --quick    # 37,000 records only

The peer, at the smaller size, is splink itself with the comparisons that its manual begins with,
on the same records and engine: crmlab adds Hangul, Korean phones and addresses, families and twins.
Each run is a process of its own. Times leave out starting Python and imports; peak memory is that
of the whole process.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PEOPLE = {"37 thousand records": 20_000, "1 million records": 540_000}


def make(n_people, folder):
    """Simulate a company, keep its records and who they are."""
    from crmlab.simulate import simulate_company

    start = time.perf_counter()
    company = simulate_company(n_people, seed=1)
    seconds = time.perf_counter() - start
    company.identities.to_parquet(folder / "identities.parquet")
    company.truth.links.to_parquet(folder / "links.parquet")
    return {"seconds": seconds, "records": len(company.identities), "people": n_people}


def link(folder):
    """Link the records with crmlab's defaults."""
    import pandas as pd

    from crmlab.identity import link_customers

    records = pd.read_parquet(folder / "identities.parquet")
    start = time.perf_counter()
    clusters = link_customers(records).clusters
    return judged(clusters, folder, time.perf_counter() - start)


def link_by_splink(folder):
    """Link the records as splink's manual begins: stock comparisons, no knowledge of Korean."""
    import logging

    import pandas as pd
    import splink.comparison_library as cl
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    logging.getLogger("splink").setLevel(logging.ERROR)
    records = pd.read_parquet(folder / "identities.parquet")
    records["unique_id"] = range(len(records))
    records["birth_date"] = records["birth_date"].dt.strftime("%Y-%m-%d")
    start = time.perf_counter()
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.NameComparison("name"),
            cl.DateOfBirthComparison("birth_date", input_is_string=True),
            cl.EmailComparison("email"),
            cl.ExactMatch("phone"),
            cl.LevenshteinAtThresholds("address", [3, 8]),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("name"), block_on("phone"), block_on("email"), block_on("birth_date")
        ],
    )  # fmt: skip
    api = DuckDBAPI()
    linker = Linker(api.register(records), settings)
    training = linker.training
    training.estimate_probability_two_random_records_match(
        [block_on("name", "birth_date"), block_on("name", "phone")], recall=0.8
    )
    training.estimate_u_using_random_sampling(max_pairs=3e6)
    training.estimate_parameters_using_expectation_maximisation(block_on("name"))
    training.estimate_parameters_using_expectation_maximisation(block_on("birth_date"))
    pairs = linker.inference.predict(threshold_match_probability=0.5)
    found = linker.clustering.cluster_pairwise_predictions_at_threshold(
        pairs, threshold_match_probability=0.9
    ).as_pandas_dataframe()
    seconds = time.perf_counter() - start
    clusters = found.rename(columns={"cluster_id": "person_id"})
    return judged(clusters[["source", "source_id", "person_id"]], folder, seconds)


def judged(clusters, folder, seconds):
    import pandas as pd

    from crmlab.identity import evaluate_links

    links = pd.read_parquet(folder / "links.parquet")
    score = evaluate_links(clusters, links).loc["pairwise"]
    return {
        "seconds": seconds,
        "found": int(clusters["person_id"].nunique()),
        "people": int(links["person_id"].nunique()),
        "precision": float(score["precision"]),
        "recall": float(score["recall"]),
        "f1": float(score["f1"]),
    }


RUNS = {"crmlab": link, "splink as it comes": link_by_splink}


def apart(task, folder, n_people=0):
    """Run a task in a process of its own and read its figures."""
    command = [sys.executable, "-W", "ignore", __file__, "--task", task, "--folder", str(folder)]
    command += ["--people", str(n_people)]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        return {"failed": done.stderr.strip().splitlines()[-1]}
    return json.loads(done.stdout.strip().splitlines()[-1])


def here(task, folder, n_people):
    figures = make(n_people, folder) if task == "make" else RUNS[task](folder)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(json.dumps(figures | {"gib": peak}))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--task", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--people", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.task:
        here(options.task, options.folder, options.people)
        return
    with tempfile.TemporaryDirectory() as folder:
        made = apart("make", folder, 100_000)
        print(f"a company of 100,000: {made['seconds']:.1f} s, {made['gib']:.2f} GiB")
    for size, n_people in PEOPLE.items():
        if options.quick and n_people > 100_000:
            break
        with tempfile.TemporaryDirectory() as folder:
            made = apart("make", folder, n_people)
            print(f"\n{size}: {made['records']:,} of {made['people']:,} people, made in", end=" ")
            print(f"{made['seconds']:.0f} s, {made['gib']:.2f} GiB", flush=True)
            # The peer's blocking grows with the square of the records: some 300 million pairs.
            names = list(RUNS) if n_people < 100_000 else ["crmlab"]
            found = {name: apart(name, folder) for name in names}
            for name, figures in found.items():
                print(f"  {name:20}", described(figures), flush=True)
            times = [figures.get("seconds") for figures in found.values()]
            if len(times) > 1 and all(times):
                print(f"  crmlab takes {times[0] / times[1]:.2f} times as long")


def described(figures):
    if "failed" in figures:
        return f"failed: {figures['failed']}"
    return (
        f"{figures['seconds']:7.1f} s {figures['gib']:6.2f} GiB   "
        f"precision {figures['precision']:.4f}  recall {figures['recall']:.4f}  "
        f"F1 {figures['f1']:.4f}   {figures['found']:,} people for {figures['people']:,}"
    )


if __name__ == "__main__":
    main()
