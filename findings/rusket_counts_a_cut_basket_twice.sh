#!/usr/bin/env bash
# Versions: rusket 0.1.101, pandas 3.1.1.
# Seen: from_transactions_csr() numbers the baskets of each piece of `chunk_size` rows anew and puts the pieces
#   one below the other. A basket whose lines lie in two pieces becomes two baskets: pairs across the cut are
#   lost, and the number of baskets, which is the denominator of support, is too large. The default is a piece
#   of 10 million rows, so small tables are right and large ones are not. Where lines are in order of time
#   rather than of basket, most baskets are cut.
# Guess: the size of a piece is a matter of memory, as the documentation says, and changes no count.
# Source: the docstring of from_transactions_csr ("processes data in chunks of chunk_size rows, keeping peak
#   memory to one chunk"); its loop factorises the transaction column within each chunk.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  rusket==0.1.101 pandas==3.1.1 numpy==2.4.6 scipy==1.17.1 pyarrow==26.0.1 polars==2.1.0

"$folder/venv/bin/python" - <<'PY' || exit 1
import sys

import pandas as pd
import rusket

# Ten baskets of milk and bread; all the milk was scanned before all the bread.
baskets = [f"o{n}" for n in range(10)]
lines = pd.DataFrame({"basket": baskets * 2, "item": ["milk"] * 10 + ["bread"] * 10})


def count(table, rows):
    held, names = rusket.from_transactions_csr(table, chunk_size=rows)
    sets = rusket.fpgrowth(held, min_support=0.1, use_colnames=True, column_names=names)
    return held.shape[0], max(len(items) for items in sets["itemsets"])


whole, cut = count(lines, 100), count(lines, 10)
by_basket = count(lines.sort_values("basket", kind="stable"), 15)
if (whole, cut, by_basket) != ((10, 2), (20, 1), (11, 2)):
    sys.exit(f"changed: baskets and longest set are {whole} whole, {cut} cut, {by_basket} sorted")
print(f"baskets, longest set: {whole} in one piece, {cut} in two, {by_basket} sorted and cut once")
PY
echo "rusket 0.1.101: a basket whose lines lie in two chunks is counted as two, and its pairs are lost"
