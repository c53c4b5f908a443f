#!/usr/bin/env bash
# Versions: pandera 0.35.0, ibis-framework 12.0.0 on DuckDB 1.5.
# Seen: on an Ibis table Column(unique=True) passes duplicates, and Check(ignore_na=False) passes missing
#   values, eager and lazy, without a word. On a pandas frame the same schema refuses both. What works on Ibis
#   is unique=[...] of the whole schema, and nullable=False.
# Guess: an option that an engine cannot check is refused.
# Source: pandera's documentation of Ibis lists what is supported by part of the schema; these two options
#   exist on pandera.ibis.Column and Check.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  'pandera[ibis,pandas]==0.35.0' 'ibis-framework[duckdb]==12.0.0' pandas==3.1.1 'duckdb<1.6' 'sqlglot<30.18'

"$folder/venv/bin/python" - <<'PY' || exit 1
import sys

import ibis
import pandas as pd
import pandera.ibis as on_ibis
import pandera.pandas as on_pandas
from pandera.errors import SchemaError


def refused(pa, table, **schema):
    try:
        pa.DataFrameSchema(**schema).validate(table)
    except SchemaError:
        return True
    return False


ids = pd.DataFrame({"id": [1, 1, 2]})
gaps = pd.DataFrame({"amount": [1.0, None, 2.0]})
seen = {}
for name, pa, of in (("pandas", on_pandas, lambda f: f), ("ibis", on_ibis, ibis.memtable)):
    above = pa.Check.gt(0, ignore_na=False)
    seen[name] = (
        refused(pa, of(ids), columns={"id": pa.Column(int, unique=True)}),
        refused(pa, of(ids), columns={"id": pa.Column(int)}, unique=["id"]),
        refused(pa, of(gaps), columns={"amount": pa.Column(float, above, nullable=True)}),
    )
if seen != {"pandas": (True, True, True), "ibis": (False, True, False)}:
    sys.exit(f"changed: duplicates, duplicates by schema, missing are refused: {seen}")
print(f"duplicates, duplicates by schema, missing are refused: {seen}")
PY
echo "pandera 0.35.0 on Ibis: Column(unique=True) and Check(ignore_na=False) check nothing and say so nowhere"
