"""How many small faults the tests notice: mutants of four rooms, each run against its tests.

    pip install cosmic-ray coverage                     # next to what `make test` installs
    python benchmarks/mutants.py draw mutants.csv       # some 200 mutants, by seed
    python benchmarks/mutants.py run mutants.csv before.csv
    python benchmarks/mutants.py run before.csv after.csv --tests ../slimmed --killed

`draw` needs cosmic-ray; its operators say what may be changed. A place in the code (a number, an
operator, a keyword, a loop) gives one mutant at most, so that no long formula fills the sample.

`run` copies the project, measures once which test runs which line, then puts each mutant into the
copy and runs the tests that run its line, files with little to do first, until one fails. `--tests`
takes the tests from another checkout, `--killed` runs only what was killed before, and first only
the test that did it, `--cases 2` runs two cases of a parametrised test (faster; what they kill is
killed), `--marks "not spark and not slow"` the fast tests. Rows already in the result are kept: a
run that was stopped goes on.

Every test file runs in a fork of this process, which has imported the large libraries but nothing
of crmlab: some seconds saved each time. Tests that fail on the code as it is are left out.
"""

import argparse
import ast
import compileall
import contextlib
import csv
import functools
import importlib
import json
import multiprocessing
import os
import py_compile
import random
import re
import select
import shutil
import signal
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
SIZES = {"ltv": 60, "loaders": 50, "contracts": 50, "identity": 50}
COLUMNS = ["module", "line", "definition", "operator", "occurrence", "before", "after"]
RESULTS = ["verdict", "killed_by", "n_tests", "seconds"]
KILLED = ["killed", "timeout", "crash"]

# Whose tests and doctests are run: orders are checked by contracts as they are read, and what
# options cannot be is refused in one place for all.
TESTED_BY = {
    "ltv": ["ltv", "refusals"],
    "loaders": ["loaders", "contracts", "refusals"],
    "contracts": ["contracts", "loaders", "refusals"],
    "identity": ["identity", "refusals"],
}
HEAVY = [
    *["numpy", "pandas", "scipy.optimize", "scipy.sparse", "scipy.special", "scipy.stats"],
    *["pyarrow.csv", "pyarrow.parquet", "duckdb", "ibis", "ibis.backends.duckdb", "sqlglot"],
    *["sklearn.base", "sklearn.utils.estimator_checks", "splink", "openpyxl", "lifetimes"],
    *["hypothesis", "coverage", "xdist.plugin", "nbval.plugin", "jupyter_client.provisioning"],
]


# --- Mutants ------------------------------------------------------------------------------------


def statements(tree, outer=()):
    """Each statement with its lines, decorators among them, and the definitions around it."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.stmt):
            first = min([node, *getattr(node, "decorator_list", [])], key=lambda n: n.lineno)
            yield first.lineno, node.end_lineno, node, outer
        named = isinstance(node, ast.FunctionDef | ast.ClassDef)
        yield from statements(node, (*outer, node) if named else outer)


def place(tree, line):
    """The smallest statement on a line, and the definitions around it."""
    found = [found for found in statements(tree) if found[0] <= line <= found[1]]
    return max(found, key=lambda f: (f[0], -f[1]), default=(0, 0, None, ()))[2:]


def name_of(tree, line):
    """The definition that a line stands in, or whose header it is."""
    statement, outer = place(tree, line)
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        outer = (*outer, statement)
    return ".".join(d.name for d in outer) or "<module>"


def silent(tree):
    """Ranges of the code in which a change changes no behaviour: annotations, imports, names."""
    for node in ast.walk(tree):
        exports = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
        if isinstance(node, ast.Import | ast.ImportFrom) or exports:
            yield node
        yield from filter(None, [getattr(node, "annotation", None), getattr(node, "returns", None)])


def mutants_of(path):
    """Each place of a module that cosmic-ray can change: its operators and their occurrences."""
    from cosmic_ray.ast import ast_nodes, get_ast_from_path
    from cosmic_ray.plugins import get_operator, operator_names
    from parso.python.tree import Keyword, Number, Operator
    from parso.tree import BaseNode

    left_out = [
        ((n.lineno, n.col_offset), (n.end_lineno, n.end_col_offset))
        for n in silent(ast.parse(path.read_text(encoding="utf-8")))
    ]
    kinds = (BaseNode, Keyword, Number, Operator)
    nodes = [node for node in ast_nodes(get_ast_from_path(path)) if isinstance(node, kinds)]
    places = defaultdict(list)
    for name in operator_names():
        if get_operator(name).arguments():  # these two need names of variables
            continue
        operator = get_operator(name)()
        found = [(n, at) for n in nodes for at, _ in operator.mutation_positions(n)]
        for occurrence, (node, at) in enumerate(found):
            marker = node.parent is not None and node.parent.type == "parameters"  # def f(a, *, b)
            if not marker and not any(first <= at < last for first, last in left_out):
                places[at].append((name, occurrence))
    return places


def changed(path, operator, occurrence):
    """The one line that a mutant changes, before and after; None if there is none such."""
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    source = path.read_text(encoding="utf-8")
    before, tree = source.splitlines(), ast.parse(source)
    try:
        mutated = mutate_code(source, get_operator(operator)(), occurrence)
        if ast.dump(ast.parse(mutated)) == ast.dump(tree):
            return None
    except (AttributeError, SyntaxError):  # cosmic-ray stumbles over `except module.Error`
        return None
    after = mutated.splitlines()
    first = next(i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b)
    removed = before[first + 1 :] == after[first:]
    if not removed and before[first + 1 :] != after[first + 1 :]:
        return None
    name, line = name_of(tree, first + 1), before[first]
    twins = [i for i, text in enumerate(before, 1) if text == line and name_of(tree, i) == name]
    if len(twins) > 1:  # could not be found again once the code has moved
        return None
    texts = {"before": line.strip(), "after": "" if removed else after[first].strip()}
    return {"line": first + 1, "definition": name} | texts


def draw(root, seed):
    """Draw mutants, so many of each package."""
    for package, size in SIZES.items():
        rng = random.Random(f"{package} {seed}")
        places = [
            (path, at, choices)
            for path in sorted((root / "crmlab" / package).rglob("*.py"))
            for at, choices in sorted(mutants_of(path).items())
        ]
        print(f"{package}: {sum(len(p[2]) for p in places)} mutants in {len(places)} places")
        rng.shuffle(places)
        drawn = 0
        for path, _, choices in places:
            operator, occurrence = rng.choice(choices)
            found = changed(path, operator, occurrence)
            if found is not None:
                module = path.relative_to(root).as_posix()
                mutant = {"module": module, "operator": operator, "occurrence": occurrence}
                yield mutant | found
                drawn += 1
            if drawn == size:
                break


def locate(mutant, root):
    """Where a mutant's line stands: the file and the number, also after the code has moved."""
    module, line = root / mutant["module"], int(mutant["line"])
    package = root.joinpath(*Path(mutant["module"]).parts[:2])
    for path in [module, *sorted(package.rglob("*.py"))]:
        if not path.exists():
            continue
        source = path.read_text(encoding="utf-8")
        lines, tree = source.splitlines(), ast.parse(source)
        same = [i for i, text in enumerate(lines, 1) if text.strip() == mutant["before"]]
        for number in sorted(same, key=lambda i: abs(i - line)):
            if name_of(tree, number) == mutant["definition"]:
                return path, number
    return None


def mutated(source, number, after):
    """The text of a module with one line changed."""
    lines = source.splitlines(keepends=True)
    indent = re.match(r"\s*", lines[number - 1])[0]
    lines[number - 1] = f"{indent}{after}\n" if after else ""
    return "".join(lines)


# --- Running tests in a fork --------------------------------------------------------------------


class _Measured:
    """A pytest plugin: which line each test and each shared fixture runs, and for how long."""

    def __init__(self, coverage, most):
        self.coverage, self.most, self.now = coverage, most, ""
        self.fixtures, self.seconds, self.failed = {}, {}, set()

    def enter(self, context):
        before, self.now = self.now, context
        self.coverage.switch_context(context)
        return before

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items):
        cases = defaultdict(list)
        for item in items:
            cases[item.nodeid.split("[")[0]].append(item)
            self.fixtures[item.nodeid] = list(getattr(item, "fixturenames", []))
        if self.most:
            items[:] = [i for some in cases.values() for i in some[:: -(-len(some) // self.most)]]

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item):
        for name, module in list(sys.modules.items()):
            if name.startswith("crmlab."):
                for value in vars(module).values():  # what a cache gives back runs no line
                    if isinstance(value, functools._lru_cache_wrapper):
                        value.cache_clear()
        self.enter(item.nodeid)
        result = yield
        self.enter("")
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef):
        shared = fixturedef.scope != "function"
        before = self.enter(f"fixture {fixturedef.argname}" if shared else self.now)
        result = yield
        self.enter(before)
        return result

    def pytest_runtest_logreport(self, report):
        if report.when == "call":
            self.seconds[report.nodeid] = report.duration
        if not report.passed:
            self.failed.add(report.nodeid)


class _Chosen:
    """A pytest plugin: runs the tests named, in this order, and notes the first that fails."""

    def __init__(self, tests):
        self.tests, self.failed = tests, ""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items):
        found = {item.nodeid: item for item in items}
        items[:] = [found[test] for test in self.tests if test in found]

    def pytest_runtest_logreport(self, report):
        if report.failed and not self.failed:
            self.failed = report.nodeid


def run_pytest(copy, file, plugin, marks="not spark"):
    """Run a test file in a copy of the project, without a word."""
    os.chdir(copy)
    sys.path[0] = os.environ["PYTHONPATH"] = str(copy)
    for stream in range(3):
        os.dup2(os.open(os.devnull, os.O_RDWR), stream)
    shutil.rmtree(copy / ".hypothesis" / "examples", ignore_errors=True)
    options = ["-q", "-m", marks, "-p", "no:cacheprovider", "--hypothesis-seed=0"]
    options += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # imported before: see HEAVY
    options += ["-x"] if isinstance(plugin, _Chosen) else []
    return pytest.main([*options, file], [plugin])


def measure(copy, marks, most, file):
    """Run a test file: seconds of each test that passes, and the tests that run each line."""
    from coverage import Coverage

    rooms = [str(copy / "crmlab" / package) for package in SIZES]
    coverage = Coverage(data_file=None, config_file=False, source=rooms)
    coverage.start()
    coverage.switch_context("crmlab")
    sys.path[0] = str(copy)
    for package in SIZES:
        importlib.import_module(f"crmlab.{package}")
    coverage.switch_context("")
    plugin = _Measured(coverage, most)
    run_pytest(copy, file, plugin, marks)
    coverage.stop()
    tests = [test for test in plugin.seconds if test not in plugin.failed]
    runs = {"crmlab": [-1], "": range(len(tests))}  # -1: as the package is imported
    for i, test in enumerate(tests):
        runs[test] = [i]
        for fixture in plugin.fixtures[test]:
            runs.setdefault(f"fixture {fixture}", []).append(i)
    data, lines = coverage.get_data(), {}
    for path in data.measured_files():
        lines[Path(path).relative_to(copy).as_posix()] = {
            line: sorted({i for context in contexts for i in runs.get(context, [])})
            for line, contexts in data.contexts_by_lineno(path).items()
        }
    return {"seconds": {test: plugin.seconds[test] for test in tests}, "lines": lines}


def check(copy, file, tests):
    """The first of some tests that fails, "" if none does."""
    plugin = _Chosen(tests)
    code = run_pytest(copy, file, plugin)
    broken = code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED)
    return plugin.failed or (f"{file} (import)" if broken else "")


def fork(work, seconds):
    """What a function returns in a fork; "timeout" or "crash" where it returns nothing."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.setpgid(0, 0)  # a group to end as one; a session of its own would escape `nice`
        with contextlib.suppress(BaseException), os.fdopen(writer, "w") as pipe:
            pipe.write(json.dumps(work()))
            pipe.flush()
        os._exit(0)
    os.close(writer)
    answer, end = b"", time.monotonic() + seconds
    try:
        while select.select([reader], [], [], max(0, end - time.monotonic()))[0]:
            part = os.read(reader, 1 << 16)
            answer += part
            if not part:
                return json.loads(answer) if answer else "crash"
        return "timeout"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(reader)


# --- Mutants against tests ----------------------------------------------------------------------


def lines_of(tree, line):
    """The lines that tell which tests run a line; None outside functions: any of the module."""
    statement, outer = place(tree, line)
    functions = [d for d in outer if isinstance(d, ast.FunctionDef)]
    body = getattr(statement, "body", None)
    if isinstance(statement, ast.FunctionDef) and line < body[0].lineno:
        return range(body[0].lineno, statement.end_lineno + 1)
    if not functions:
        return None
    end = body[0].lineno if body else statement.end_lineno + 1
    return range(statement.lineno, end) if line < end else [line]


def runs_of(measured, start, lines):
    """Numbers of the tests in a file that run these lines, or any, of modules named so."""
    found = [lines_run for name, lines_run in measured["lines"].items() if name.startswith(start)]
    return {i for run in found for line in lines or run for i in run.get(str(line), [])}


def files_of(coverage, module, lines):
    """The tests of each file that run a line.

    A line that runs as the package is imported is run by no test: those of its module stand in, or
    those of its package where the module holds only constants.
    """
    package = "/".join(module.split("/")[:2])
    for start, some in [(module, lines), (module, None), (package, None)]:
        runs = {file: runs_of(measured, start, some) for file, measured in coverage.items()}
        imported = any(-1 in run for run in runs.values())
        if (some and not imported) or (not some and any(run - {-1} for run in runs.values())):
            break
    return {
        file: [test for i, test in enumerate(coverage[file]["seconds"]) if i in run]
        for file, run in runs.items()
    }


def plan(code, mutant, coverage):
    """Where a mutant goes; the test files to run, what is soon done first; None if it is gone."""
    where = locate(mutant, code)
    if where is None:
        return None
    path, number = where
    module = path.relative_to(code).as_posix()
    if coverage is None:
        test = mutant["killed_by"]
        return mutant, module, number, [(60, test.split("::")[0], [test])]
    lines = lines_of(ast.parse(path.read_text(encoding="utf-8")), number)
    todo = []
    for file, tests in files_of(coverage, module, lines).items():
        seconds = coverage[file]["seconds"]
        if tests:
            todo.append((sum(map(seconds.get, tests)), file, sorted(tests, key=seconds.get)))
    return mutant, module, number, sorted(todo)


def judge(copy, mutant, module, number, todo):
    """Put a mutant into a copy of the project and run its tests until one fails."""
    start, path = time.monotonic(), copy / module
    source = path.read_text(encoding="utf-8")
    path.write_text(mutated(source, number, mutant["after"]), encoding="utf-8")
    verdict, killed_by, n_tests = "survived" if todo else "no tests", "", 0
    for seconds, file, tests in todo:
        n_tests += len(tests)
        answer = fork(functools.partial(check, copy, file, tests), 30 + 6 * seconds)
        if answer:
            verdict = answer if answer in KILLED else "killed"
            killed_by = file if answer in KILLED else answer
            break
    path.write_text(source, encoding="utf-8")
    seconds = round(time.monotonic() - start, 1)
    return mutant | dict(zip(RESULTS, [verdict, killed_by, n_tests, seconds], strict=True))


def copy_project(code, tests, folder):
    """A copy of the code, with the tests of another checkout, that mutants may break."""
    copy = Path(tempfile.mkdtemp(dir=folder)) / "crmlab"
    ignore = shutil.ignore_patterns(".*", "__pycache__", "reports", "workbook")
    shutil.copytree(code, copy, ignore=ignore)
    if tests != code:
        shutil.rmtree(copy / "tests")
        shutil.copytree(tests / "tests", copy / "tests", ignore=ignore)
        shutil.copy(tests / "pyproject.toml", copy)
    # Mutants come within a second of each other: bytecode is compared by hash, not by time.
    hashed = py_compile.PycInvalidationMode.CHECKED_HASH
    compileall.compile_dir(copy / "crmlab", quiet=1, invalidation_mode=hashed)
    return copy


def test_files(code, tests, packages):
    """The test files of these packages, and their modules with doctests, by room."""
    files = {}
    for package in sorted({room for name in packages for room in TESTED_BY[name]}):
        own = [f.relative_to(tests) for f in (tests / "tests").glob(f"test_{package}*.py")]
        modules = [f for f in (code / "crmlab" / package).rglob("*.py") if ">>>" in f.read_text()]
        for file in sorted([*own, *(module.relative_to(code) for module in modules)]):
            files[file.as_posix()] = package
    return files


# --- Workers, each with a copy of its own -------------------------------------------------------

COPY = None


def begin(*setting):
    global COPY
    COPY = copy_project(*setting)


def measure_one(task):
    return task[-1], fork(functools.partial(measure, COPY, *task), 3600)


def judge_one(task):
    return judge(COPY, *task)


def measure_all(pool, files, options):
    """What each test file runs, measured unless it is on disk already."""
    path, coverage = options.result.with_suffix(".jsonl"), {}
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            coverage |= json.loads(line)
    tasks = [(options.marks, options.cases, file) for file in files if file not in coverage]
    with path.open("a", encoding="utf-8") as out:
        for file, measured in pool.imap_unordered(measure_one, tasks):
            if isinstance(measured, str):
                print(f"{file} was not measured: {measured}")
                continue
            coverage[file] = measured
            print(json.dumps({file: measured}), file=out, flush=True)
            print(file, f"{sum(measured['seconds'].values()):.0f} s")
    return coverage


def read(path):
    if not path.exists():
        return []
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def run(options):
    """Run the mutants that have no result yet, and write each result at once."""
    known = {tuple(row[c] for c in COLUMNS) for row in read(options.result)}
    mutants = [row for row in read(options.mutants) if tuple(row[c] for c in COLUMNS) not in known]
    for module in HEAVY:
        importlib.import_module(module)
    with (
        tempfile.TemporaryDirectory(prefix="mutants-") as folder,
        options.result.open("a", newline="", encoding="utf-8") as file,
        multiprocessing.get_context("fork").Pool(
            options.workers, begin, (options.code, options.tests, folder)
        ) as pool,
    ):
        out = csv.DictWriter(file, [*COLUMNS, *RESULTS])
        if not known:
            out.writeheader()

        def results(tasks, kept):
            for row in pool.imap_unordered(judge_one, filter(None, tasks)):
                if row["verdict"] in kept:
                    out.writerow(row)
                    file.flush()
                    print(*(row[c] for c in ["module", "line", "verdict", "killed_by", "seconds"]))
                else:
                    yield row

        if options.killed:
            mutants = [row for row in mutants if "::" in row["killed_by"]]
            mutants = list(results([plan(options.code, m, None) for m in mutants], KILLED))
            print(f"{len(mutants)} not killed by the same test")
        if mutants:
            packages = [mutant["module"].split("/")[1] for mutant in mutants]
            rooms = test_files(options.code, options.tests, packages)
            coverage = measure_all(pool, rooms, options)
            tasks = []
            for mutant, package in zip(mutants, packages, strict=True):
                some = {f: m for f, m in coverage.items() if rooms.get(f) in TESTED_BY[package]}
                tasks.append(plan(options.code, mutant, some))
            print(f"{len(tasks)} mutants to run, {tasks.count(None)} not found again")
            list(results(tasks, [*KILLED, "survived", "no tests"]))


def summarise(path):
    """Print how many mutants of each package were killed."""
    counts = defaultdict(lambda: defaultdict(int))
    for row in read(path):
        counts[row["module"].split("/")[1]][row["verdict"]] += 1
    for package, verdicts in counts.items():
        n, killed = sum(verdicts.values()), sum(verdicts[v] for v in KILLED)
        print(f"{package}: {killed} of {n} killed ({killed / n:.0%}); {dict(verdicts)}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("draw", help="draw mutants by seed")
    one.add_argument("mutants", type=Path)
    one.add_argument("--seed", type=int, default=1)
    two = commands.add_parser("run", help="run the tests against mutants")
    two.add_argument("mutants", type=Path)
    two.add_argument("result", type=Path)
    two.add_argument("--tests", type=Path, help="checkout whose tests are used")
    two.add_argument("--killed", action="store_true", help="only what was killed before")
    two.add_argument("--cases", type=int, help="at most so many cases of each test function")
    two.add_argument("--marks", default="not spark", help="tests to run, as pytest -m takes it")
    two.add_argument("--workers", type=int, default=1)
    for command in (one, two):
        command.add_argument("--code", type=Path, default=ROOT, help="checkout that is changed")
    options = parser.parse_args()
    if options.command == "draw":
        with options.mutants.open("w", newline="", encoding="utf-8") as file:
            out = csv.DictWriter(file, COLUMNS)
            out.writeheader()
            out.writerows(draw(options.code, options.seed))
    else:
        options.code = options.code.resolve()
        options.tests = (options.tests or options.code).resolve()
        run(options)
        summarise(options.result)


if __name__ == "__main__":
    main()
