#!/usr/bin/env bash
# Versions: empulse 0.13.1, numpy 2.4.6.
# Seen: of 1,000 customers sorted by whether they left (100 did), half have a risk of .6 and half of .3, with as many
#   leavers in either: the score says nothing. lift_score of the best tenth is 3.5, and 0 with the rows reversed.
# Guess: 1, in any order of the rows; scores of a tree or of rules take few values, and tables come sorted.
# Source: documentation of lift_score: "lift score for the top fraction of predictions"; empulse/metrics/lift.py
#   cuts after an argsort of the scores, inside customers of equal score.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  empulse==0.13.1 numpy==2.4.6

"$folder/venv/bin/python" - <<'PY' || exit 1
import sys

import numpy as np
from empulse.metrics import lift_score

left = np.repeat([1, 0], [100, 900])
risk = np.tile([0.6, 0.3], 500)
seen = [round(float(lift_score(left[::step], risk[::step], fraction=0.1)), 2) for step in (1, -1)]
if seen[0] == seen[1]:
    sys.exit(f"changed: lift is {seen} for the rows as they are and reversed")
print(f"lift of a score that says nothing: {seen[0]}, with the rows reversed {seen[1]}")
PY
echo "empulse 0.13.1: lift_score goes by the order of rows among customers of equal score, 3.5 or 0 for 1"
