"""List the prose that another parameter may turn, for a reader who judges each cell.

Run: .venv/bin/python benchmarks/prose_claims.py 02_pareto [RUN.ipynb ...]

Without runs the notebook is run twice, with all parameters at their low ends and all at their high
ends. Runs of `far_values.py --keep FOLDER` may be given instead. A cell is listed where it holds a
number or a comparison and stands below an output that changed. Mend it (`crmlab.prose.tell`), or
sign it off in its metadata: {"crmlab": {"holds": "why it is true whatever the parameters"}}.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from crmlab._notebooks import Notebook, read_notebook
from crmlab._parameters import read_parameters
from crmlab._paths import notebooks_dir
from crmlab.course._form import list_claims
from crmlab.reports._execute import execute


def run_at_ends(path: Path) -> list[Notebook]:
    """Run a notebook at the low and at the high ends of its parameters."""
    parameters = read_parameters(read_notebook(path), report=path.stem)
    with tempfile.TemporaryDirectory() as folder:
        return [
            execute(
                path,
                Path(folder) / f"{end}.ipynb",
                parameters={each.name: each.ends[end] for each in parameters if each.ends},
            )
            for end in (0, 1)
        ]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("name", help="a notebook, such as 02_pareto, or its path")
    parser.add_argument("runs", nargs="*", type=Path, help="executed notebooks")
    given = parser.parse_args()
    path = Path(given.name)
    path = path if path.suffix else notebooks_dir() / f"{path}.ipynb"
    runs = [read_notebook(run) for run in given.runs] or run_at_ends(path)
    claims = list_claims(read_notebook(path), *runs)
    for claim in claims:
        print(f"[{claim.position}] {claim.section}  ({', '.join(claim.words)})")
        print("    " + claim.text.replace("\n", "\n    ") + "\n")
    print(f"{len(claims)} cells to judge")
    return int(bool(claims))


if __name__ == "__main__":
    sys.exit(main())
