#!/usr/bin/env bash
# Versions: optbinning 1.0.0.
# Seen: customers with a missing value have a bin of their own, with a churn rate of 90 %. transform gives them an
#   event rate of 0, and as bin number that of the first bin, in which 13 % churn. Only metric_missing="empirical"
#   gives 0.90 and their own number. For the WoE the default of 0 means "average".
# Guess: as the bins are listed in the table, so transform returns them; at the least 0 is no event rate that was
#   never seen.
# Source: documentation of OptimalBinning.transform, metric_missing=0: one default for four metrics, in which 0
#   means four things.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  optbinning==1.0.0

"$folder/venv/bin/python" - <<'PY' || exit 1
import sys

import numpy as np
from optbinning import OptimalBinning

rng = np.random.default_rng(0)
n = 4_000
days = rng.uniform(0, 365, n)
left = rng.random(n) < 0.1 + 0.5 * days / 365
missing = rng.random(n) < 0.2
days[missing], left[missing] = np.nan, rng.random(missing.sum()) < 0.9

model = OptimalBinning(dtype="numerical").fit(days, left.astype(int))
asked = np.array([10.0, np.nan])
seen = {
    (metric, how): np.round(model.transform(asked, metric=metric, metric_missing=how), 2).tolist()
    for metric in ("event_rate", "indices")
    for how in (0, "empirical")
}
rate, true_rate, number, true_number = (pair[1] for pair in seen.values())
if rate != 0 or true_rate != 0.9 or number != seen["indices", 0][0] or true_number == number:
    sys.exit(f"changed: first bin and missing are {seen}")
print(f"event rate of missing {rate}, in the table {true_rate}; bin {number}, in the table {true_number}")
PY
echo "optbinning 1.0.0: customers with a missing value get event rate 0 and the number of the first bin"
