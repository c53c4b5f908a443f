#!/usr/bin/env bash
# Versions: lifelines 0.30.3 with formulaic 1.2.2, Python 3.11.
# Seen: WeibullAFTFitter.predict_survival_function, for three customers of whom the second has a missing
#   covariate, gives the second the curve of the third, and the third no curve. predict_median of the same
#   model on the same customers is right: missing for the second only.
# Guess: missing for the second customer, as in predict_median, or an error, as CoxPHFitter raises.
# Source: lifelines turns covariates into a matrix with formulaic, whose na_action is "drop" unless told
#   otherwise (ModelSpec in formulaic/model_spec.py); predict_survival_function names the columns that are left
#   from the front.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  lifelines==0.30.3 formulaic==1.2.2 pandas==2.3.3

"$folder/venv/bin/python" - <<'PY' || exit 1
import logging
import sys
import warnings

import numpy as np
import pandas as pd

warnings.simplefilter("ignore")
logging.disable()
from lifelines import WeibullAFTFitter

rng = np.random.default_rng(0)
known = pd.DataFrame({"channel": rng.choice(["app", "store", "web"], 300)})
months = rng.exponential(np.where(known["channel"] == "web", 30.0, 10.0)) + 0.1
model = WeibullAFTFitter().fit(known.assign(months=months, left=1), "months", "left", formula="channel")

three = pd.DataFrame({"channel": ["app", None, "web"]}, index=["ann", "bob", "cat"])
curve = model.predict_survival_function(three, times=[10.0]).iloc[0]
alone = model.predict_survival_function(three.loc[["cat"]], times=[10.0]).iloc[0, 0]
median = model.predict_median(three)
if list(median.isna()) != [False, True, False]:
    sys.exit(f"changed: medians are {median.to_dict()}")
if not (np.isclose(curve["bob"], alone) and np.isnan(curve["cat"])):
    sys.exit(f"changed: curves at 10 are {curve.to_dict()}, the third alone {alone}")
print(f"survival to 10: {curve.round(3).to_dict()}; the third alone: {alone:.3f}")
PY
echo "lifelines 0.30.3: one missing covariate gives each later customer's survival curve to the one before"
