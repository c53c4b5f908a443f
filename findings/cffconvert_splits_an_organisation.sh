#!/usr/bin/env bash
# Versions: cffconvert 2.0.0, pybtex 0.26.1.
# Seen: the author of CITATION.cff is an organisation (an entity with a `name`). In the BibTeX that cffconvert writes,
#   BibTeX's own rules read it as two people, "Institute of Sales" and "Marketing".
# Guess: an entity is put into braces of its own, {{...}}, as BibTeX asks for names of organisations.
# Source: Citation File Format 1.2.0, authors are persons or entities; "Tame the BeaST" (N. Markey), section on
#   names: " and " at brace depth 0 divides authors.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
  cffconvert==2.0.0 pybtex==0.26.1

"$folder/venv/bin/python" - <<'PY' || exit 1
import subprocess
import sys
from pathlib import Path

from pybtex.database import parse_string

folder = Path(sys.prefix)
citation = folder / "CITATION.cff"
citation.write_text(
    "cff-version: 1.2.0\nmessage: Please cite.\ntitle: Customer tables\n"
    "authors:\n  - name: Institute of Sales and Marketing\n"
)
command = [folder / "bin" / "cffconvert", "-i", citation, "-f", "bibtex"]
written = subprocess.run(command, capture_output=True, text=True, check=True).stdout
entry = next(iter(parse_string(written, "bibtex").entries.values()))
seen = [str(person) for person in entry.persons["author"]]
if len(seen) != 2:
    sys.exit(f"changed: the authors are {seen}")
print(f"the authors are {seen}")
PY
echo "cffconvert 2.0.0: an organisation with 'and' in its name becomes two authors in BibTeX"
