#!/usr/bin/env bash
# Versions: pyjanitor 0.32.60, pandas 3.1.1.
# Seen: clean_names() makes of the header '고객 번호' one that is shown as '고객_번호' and is another text: its
#   syllables are taken apart into single letters (11 characters, not 5). df['고객_번호'], typed on a keyboard,
#   raises KeyError. strip_accents=False leaves them whole.
# Guess: strip_accents=True, the default, concerns Latin letters with accents.
# Source: pyjanitor decomposes (NFD) and drops combining marks; letters of Hangul are not marks, and nothing puts
#   them together again.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  pyjanitor==0.32.60 pandas==3.1.1

"$folder/venv/bin/python" - <<'PY' || exit 1
import sys
import unicodedata

import janitor  # noqa: F401  adds clean_names
import pandas as pd

frame = pd.DataFrame({"고객 번호": [1]})
cleaned = frame.clean_names().columns[0]
kept = frame.clean_names(strip_accents=False).columns[0]
seen = cleaned == "고객_번호", unicodedata.normalize("NFC", cleaned) == "고객_번호", kept == "고객_번호"
if seen != (False, True, True):
    sys.exit(f"changed: the header is {cleaned!r} with {len(cleaned)} characters")
print(f"{cleaned} has {len(cleaned)} characters, {kept} has {len(kept)}")
PY
echo "pyjanitor 0.32.60: clean_names makes Korean headers that look the same and cannot be typed"
