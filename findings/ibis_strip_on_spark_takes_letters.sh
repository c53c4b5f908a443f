#!/usr/bin/env bash
# Versions: ibis-framework 12.0.0, pyspark 4.0.1 (needs Java 17).
# Seen: `strip()` of text in Spark takes the letters v and f off its ends, "feb" becomes "eb", since the SQL says
#   TRIM(' \t\n\r\v\f' FROM ...) and Spark's text literals know neither \v nor \f. `lstrip()` and `rstrip()` take
#   blanks only, and leave a tab or an end of line where it is.
# Guess: all three take white space, as on DuckDB.
# Source: Ibis, StringValue.strip: "Remove whitespace from left and right sides of string"; Spark SQL reference,
#   literals: escapes are \0 \b \n \r \t \Z \% \_ and code points, any other \c is the letter c.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  "ibis-framework[duckdb,pyspark]==12.0.0" pyspark==4.0.1 "sqlglot<30.18" setuptools

"$folder/venv/bin/python" - 2>/dev/null <<'PY' || exit 1
import sys

import ibis
import pandas as pd
from pyspark.sql import SparkSession

spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
words = pd.DataFrame({"word": ["feb", " voff ", "\tx\n"]})
spark.createDataFrame(words).createOrReplaceTempView("words")


def strip(table):
    word = table.word
    found = table.select("word", both=word.strip(), left=word.lstrip(), right=word.rstrip())
    return found.execute().set_index("word").loc[words.word].to_numpy().tolist()


seen = strip(ibis.pyspark.connect(spark).table("words"))
other = strip(ibis.duckdb.connect().create_table("words", words))
if seen != [["eb", "feb", "feb"], ["o", "voff ", " voff"], ["x", "\tx\n", "\tx\n"]]:
    sys.exit(f"changed: {seen}")
print(f"Spark {seen}, DuckDB {other}")
PY
echo "ibis 12.0.0: strip() on Spark takes v and f for white space; lstrip() and rstrip() leave tabs"
