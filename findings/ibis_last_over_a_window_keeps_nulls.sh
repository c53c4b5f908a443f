#!/usr/bin/env bash
# Versions: ibis-framework 12.0.0, duckdb 1.5.6, Python 3.11.
# Seen: `column.last()` skips missing values as an aggregate, and takes them as a window: the name of the group,
#   which stands in its first row only, is not carried down to the rows below it. `include_null` does not
#   change what the window gives. No error, no warning.
# Guess: the last value that is not missing, since `include_null` is False unless it is set.
# Source: ibis, docstring of Column.last: "Whether to include null values when performing this aggregation".
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  "ibis-framework[duckdb]==12.0.0" duckdb==1.5.6

"$folder/venv/bin/python" - <<'PY' || exit 1
import sys

import ibis

rows = {"place": [1, 2, 3, 4], "group": ["Kim", None, "Lee", None]}
table = ibis.memtable(rows)
window = ibis.window(order_by="place", rows=(None, 0))
whole = table.group.last(order_by=table.place).execute()
named = table.mutate(
    default=table.group.last().over(window),
    told=table.group.last(include_null=False).over(window),
)
found = named.order_by("place").to_pyarrow().to_pydict()
carried = ["Kim", "Kim", "Lee", "Lee"]
if whole != "Lee" or found["default"] == carried or found["told"] == carried:
    sys.exit(f"changed: {whole}, {found['default']}, {found['told']}")
print(f"as an aggregate {whole!r}, over a window {found['told']}")
PY
echo "ibis 12: last() over a window gives missing values, as an aggregate it skips them"
