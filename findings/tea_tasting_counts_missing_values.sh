#!/usr/bin/env bash
# Versions: tea-tasting 1.14.0 (the last for Python 3.11), pandas 3.1.1.
# Seen: where half of the revenues are missing, Mean takes mean and variance of those that are there, but as
#   sample size all rows of the variant. The interval is too narrow by about the root of 2: the p-value is .007,
#   and .067 on the rows without gaps. The same on an Ibis table.
# Guess: the rows with a value are counted, or missing values are refused.
# Source: tea_tasting/aggr.py reads the count as the length of the table (nw.len(), Table.count()); the guide
#   says nothing of missing values.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  tea-tasting==1.14.0 pandas==3.1.1 numpy==2.4.6

"$folder/venv/bin/python" - <<'PY' || exit 1
import sys

import numpy as np
import pandas as pd
import tea_tasting as tt

rng = np.random.default_rng(1)
n = 400
users = pd.DataFrame({"variant": np.arange(n) % 2, "orders": rng.poisson(2, n)})
users["revenue"] = rng.gamma(2, 5, n)
users.loc[rng.random(n) < 0.5, "revenue"] = np.nan

test = tt.Experiment(revenue=tt.Mean("revenue"))
gaps = test.analyze(users)["revenue"]
whole = test.analyze(users.dropna())["revenue"]
seen = round(float(gaps.pvalue), 3), round(float(whole.pvalue), 3)
if not np.isclose(gaps.effect_size, whole.effect_size) or seen != (0.007, 0.067):
    sys.exit(f"changed: p-values with and without rows that miss revenue are {seen}")
print(f"effect {gaps.effect_size:.2f} in both; p with gaps {seen[0]}, without these rows {seen[1]}")
PY
echo "tea-tasting 1.14.0: rows with a missing value count as sample, so gaps make an A/B test significant"
