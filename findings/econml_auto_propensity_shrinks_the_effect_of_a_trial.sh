#!/usr/bin/env bash
# Versions: econml 0.17.0, scikit-learn 1.9.1, numpy 2.4.6.
# Seen: 1,000 customers treated by the toss of a coin, the effect is 3 for everybody. LinearDML with its defaults says
#   2.64 with 95 % limits 2.51 to 2.78; told that the chance is the same for all, 2.93 with 2.80 to 3.05. In 4
#   of 15 such trials (seeds 0 to 14) the limits of the default lay below 3 in this way.
# Guess: a model chosen by cross-validation finds that nothing predicts a coin, or does no harm.
# Source: docstring of LinearDML: model_t="auto" is "the best-fitting of a set of linear and forest models". They are
#   compared by accuracy, which is near 1/2 for all on a coin; the forest, where it wins by luck, gives chances all over
#   0 to 1, and noise in the residual of the treatment draws the estimate towards 0.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  econml==0.17.0 scikit-learn==1.9.1 numpy==2.4.6

"$folder/venv/bin/python" - <<'PY' || exit 1
import sys
import warnings

import numpy as np

warnings.simplefilter("ignore")
from econml.dml import LinearDML
from sklearn.dummy import DummyClassifier

rng = np.random.default_rng(10)
treated = rng.integers(0, 2, 1_000)
known = rng.normal(size=(1_000, 3))
spent = 20 + 3 * treated + known[:, 0] + rng.normal(size=1_000)


def estimate(**options):
    model = LinearDML(discrete_treatment=True, random_state=0, **options)
    model.fit(spent, treated, X=None, W=known)
    return [round(float(number), 2) for number in (model.ate(), *model.ate_interval(alpha=0.05))]


default, told = estimate(), estimate(model_t=DummyClassifier(strategy="prior"))
if default[2] >= 3 or not told[1] < 3 < told[2]:
    sys.exit(f"changed: effect and limits are {default} by default, {told} with a constant chance")
print(f"true effect 3: by default {default}, with a constant chance {told}")
PY
echo "econml 0.17.0: LinearDML's default propensity may be a forest fitted to a coin, and shrinks a trial's effect"
