"""Move each parameter of the notebooks alone to both ends of its range, and report what fails.

Run: .venv/bin/python benchmarks/far_values.py [NAME ...]     such as 02_pareto; default: all

A line per run: the parameter, its value, how long it took, and the cell that failed, if any. The
runs are kept in FOLDER (--keep FOLDER), for `prose_claims.py` and for a reader.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from crmlab._notebooks import read_notebook
from crmlab._parameters import Parameter, read_parameters
from crmlab._paths import notebooks_dir
from crmlab.reports import ReportError
from crmlab.reports._execute import execute


def far_values(parameters: list[Parameter]) -> Iterator[tuple[str, Any]]:
    """Each parameter with each of its ends; the default, which is stored as run, is left out."""
    for parameter in parameters:
        for value in parameter.ends or ():
            if value != parameter.default:
                yield parameter.name, value


def run(path: Path, kept: Path, values: dict[str, Any]) -> str:
    """Run a notebook; return where it failed, or an empty text."""
    try:
        execute(path, kept, parameters=values)
    except ReportError as error:
        return str(error)
    return ""


def try_notebook(path: Path, folder: Path) -> int:
    """Run all far values of a notebook; return how many failed."""
    failures = 0
    parameters = read_parameters(read_notebook(path), report=path.stem)
    for parameter in parameters:
        if parameter.ends is None:
            print(f"{path.stem}  {parameter.name}: states no two ends")
            failures += 1
    for name, value in far_values(parameters):
        started = time.perf_counter()
        failed = run(path, folder / f"{path.stem}-{name}-{value}.ipynb", {name: value})
        seconds = time.perf_counter() - started
        print(f"{path.stem}  {name} = {value!r}  {seconds:.0f} s  {failed or 'ran'}", flush=True)
        failures += bool(failed)
    return failures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", help="notebooks, such as 02_pareto")
    parser.add_argument("--keep", type=Path, help="folder for the executed notebooks")
    given = parser.parse_args()
    names = given.names or [path.stem for path in sorted(notebooks_dir().glob("[0-9]*.ipynb"))]
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        failures = sum(try_notebook(notebooks_dir() / f"{name}.ipynb", folder) for name in names)
    print(f"{failures} failures")
    return int(failures > 0)


if __name__ == "__main__":
    sys.exit(main())
