"""The command line: what it prints where, and the exit codes a scheduler relies on."""

import errno
import gzip
import io
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pandas as pd
import pytest

import crmlab.concepts
import crmlab.course
import crmlab.datasets
import crmlab.loaders
import crmlab.reports
from crmlab import InputError, InputTypeError
from crmlab._exits import MEANINGS
from crmlab._optional import MissingExtraError
from crmlab._paths import notebooks_dir
from crmlab.cli import main
from crmlab.contracts import ContractError
from crmlab.exercises.rooms import Block, QuizItem, load_blocks, vary

COMMAND = Path(sys.executable).with_name("crmlab")

GOOD = "customer_id,date,amount\n007,2024-01-05,12.00\n8,2024-01-06,3.50\n"
BAD = "customer_id,date,amount\n=cmd(),2024-13-45,12.00\n8,2024-01-06,3.50\n"


@pytest.fixture
def command(capsys):
    """Run a command; return exit code, standard output and standard error."""

    def run(*arguments):
        with pytest.raises(SystemExit) as caught:
            main([str(argument) for argument in arguments])
        printed = capsys.readouterr()
        return caught.value.code, printed.out, printed.err

    return run


@pytest.fixture
def orders(tmp_path):
    def write(text, name="orders.csv"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write


# ---------------------------------------------------------------------------------------------
# The command itself


def test_help_needs_no_heavy_import():
    program = "import crmlab.cli, sys; print({'pandas', 'papermill', 'ibis'} & set(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "set()"


def test_help_lists_every_command(command):
    code, out, _ = command("--help")
    assert code == 0
    names = ("workbook", "concepts", "lab", "progress", "report", "datasets", "layouts", "audit",
             "glossary",
             "reset", "quiz", "trainer", "new-notebook")  # fmt: skip
    for name in names:
        assert f"\n  {name} " in out
    assert "..." not in out.partition("Commands:")[2]  # no description is cut off


def test_version(command):
    code, out, _ = command("--version")
    assert (code, out.split()[0]) == (0, "crmlab")
    assert out.split()[1][0].isdigit()


def test_python_runs_the_package_as_the_command():
    done = subprocess.run(
        [sys.executable, "-m", "crmlab", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("crmlab ")


@pytest.mark.slow
def test_a_console_without_the_letters_gets_question_marks(orders):
    path = orders(GOOD, "주문 😀.csv")
    console = {**os.environ, "PYTHONIOENCODING": "cp949"}
    done = subprocess.run(
        [COMMAND, "audit", path.name],
        cwd=path.parent,
        env=console,
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert "주문 ?.csv" in done.stdout.decode("cp949")


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no such pipes")
@pytest.mark.parametrize("buffered", ["", "1"])
def test_a_reader_who_leaves_early_is_no_error(buffered):
    environment = {**os.environ, "PYTHONUNBUFFERED": buffered}
    run = subprocess.Popen(
        [COMMAND, "concepts"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    )
    run.stdout.close()
    assert run.stderr.read() == b""
    assert run.wait(timeout=30) == 141
    run.stderr.close()


# ---------------------------------------------------------------------------------------------
# Exit codes: the same for every command

COMMANDS = {  # and the function that each one calls
    "workbook": (["workbook"], crmlab.reports, "run_workbook"),
    "report": (["report", "customer_base"], crmlab.reports, "make_report"),
    "report-list": (["report", "--list"], crmlab.reports, "list_reports"),
    "audit": (["audit", "orders.csv"], crmlab.loaders, "audit_transactions"),
    "datasets-list": (["datasets", "list"], crmlab.datasets, "available"),
    "datasets-describe": (["datasets", "describe", "cdnow"], crmlab.datasets, "describe"),
    "concepts": (["concepts"], crmlab.course, "concept_homes"),
    "quiz": (["quiz", "02"], crmlab.course, "load_quiz"),
    "reset": (["reset", "02"], crmlab.course, "reset_notebook"),
    "trainer": (["trainer"], crmlab.course, "write_pack"),
    "new-notebook": (["new-notebook", "98_x"], crmlab.course, "write_notebook"),
}


@pytest.fixture
def failing(command, monkeypatch):
    """Run a command in which an error is raised."""

    def run(name, error, *options):
        def fail(*_, **__):
            raise error

        arguments, module, function = COMMANDS[name]
        monkeypatch.setattr(module, function, fail)
        return command(*arguments, *options)

    return run


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_tells_by_its_exit_code_whose_fault_an_error_is(failing, name):
    expected = {TypeError: 1, InputError: 2, crmlab.reports.ReportError: 4, KeyboardInterrupt: 130}
    codes = {kind: failing(name, kind("no good"))[0] for kind in expected}
    assert codes == expected


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_shows_the_traceback_with_debug_and_not_without(failing, name):
    for error, expected in [(TypeError("no good"), 1), (InputError("not this"), 2)]:
        assert "Traceback" not in failing(name, error)[2]
        code, out, err = failing(name, error, "--debug")
        assert (code, out) == (expected, "")
        assert err.startswith("Traceback")
        assert f"{type(error).__name__}: {error}\ncrmlab: " in err


@pytest.mark.parametrize("kind", [TypeError, ValueError, KeyError, RuntimeError])
def test_a_fault_of_crmlab_names_its_class_and_asks_for_a_report(failing, kind):
    code, out, err = failing("concepts", kind("no \x1b[2J good"))
    assert (code, out) == (1, "")
    assert err.startswith(f"crmlab: {kind.__name__}: ")
    assert err.endswith("This is a fault of crmlab. Please report it, with what --debug shows.\n")
    assert "\x1b" not in err
    assert len(err.splitlines()) == 1


REFUSALS = [
    pytest.param(InputError("`top` must be in [0, 1]."), "`top` must be in", id="value"),
    pytest.param(InputTypeError("`top` must be a number."), "`top` must be a", id="type"),
    pytest.param(ContractError("The table lacks 'date'."), "lacks 'date'", id="contract"),
    pytest.param(FileNotFoundError(2, "No such file", "a.csv"), "No such file: 'a.csv'", id="file"),
    pytest.param(
        PermissionError(13, "Permission denied", "a"), "Permission denied: 'a'", id="permission"
    ),
    pytest.param(OSError(errno.ENOSPC, "No space left on device"), "No space left", id="disk"),
    pytest.param(ConnectionError("the network is down"), "network is down", id="network"),
    pytest.param(MemoryError(), "There is not enough memory.", id="memory"),
    pytest.param(
        MissingExtraError("splink", "identity"), 'pip install "crmlab[identity]"', id="extra"
    ),
    pytest.param(
        ModuleNotFoundError("No module named 'zmq'", name="zmq"), "named 'zmq'", id="package"
    ),
]


@pytest.mark.parametrize(("error", "message"), REFUSALS)
def test_what_is_refused_is_exit_code_2_and_one_line(failing, error, message):
    code, out, err = failing("concepts", error)
    assert (code, out) == (2, "")
    assert err.startswith("crmlab: ")
    assert message in err
    assert "fault of crmlab" not in err
    assert len(err.splitlines()) == 1


def test_a_module_of_crmlab_that_is_missing_is_a_fault_of_crmlab(failing):
    error = ModuleNotFoundError("No module named 'crmlab.lost'", name="crmlab.lost")
    code, _, err = failing("concepts", error)
    assert code == 1
    assert "ModuleNotFoundError" in err


def test_ctrl_c_in_a_query_is_no_fault_although_the_engine_makes_an_error_of_it(failing):
    error = RuntimeError("Query interrupted")  # as DuckDB raises it
    error.__cause__ = KeyboardInterrupt()
    assert failing("audit", error) == (130, "", "")


def test_debug_may_stand_first(command):
    code, _, err = command("--debug", "report", "nope")
    assert code == 2
    assert err.startswith("Traceback")


@pytest.mark.parametrize(
    "arguments",
    [
        ["no-such-command"],
        ["report", "--no-such-option"],
        ["audit"],
        ["datasets", "describe", "cdnaw"],
    ],
)
def test_wrong_usage_is_exit_code_2(command, arguments):
    code, out, err = command(*arguments)
    assert (code, out) == (2, "")
    assert "Traceback" not in err


def test_help_and_documentation_tell_the_same_exit_codes(command):
    _, out, _ = command("--help")
    page = (Path(__file__).parents[1] / "docs" / "commands.md").read_text(encoding="utf-8")
    for code, meaning in MEANINGS.items():
        assert f"{code} {meaning}" in " ".join(out.split())
        assert f"\n| {code} | {meaning} |" in page


# ---------------------------------------------------------------------------------------------
# report


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param([], "give the NAME of a report; --list shows them", id="no-name"),
        pytest.param(["nope"], "`name` must be one of the reports", id="unknown"),
        pytest.param(["x", "-p", "top"], "-p must read KEY=VALUE; got 'top'", id="no-value"),
        pytest.param(["x", "-p", "=1"], "-p must read KEY=VALUE; got '=1'", id="no-key"),
        pytest.param(["x", "-p", "a=1", "-p", "a=2"], "-p a is given twice", id="twice"),
        pytest.param(
            ["x", "-p", "data=o.csv"], "give the data with --data, not with -p", id="data"
        ),
        pytest.param(["x", "--column", "a="], "--column must read THEIRS=OURS", id="no-column"),
        pytest.param(
            ["x", "-p", "columns=a=date", "--column", "b=amount"],
            "give the columns with --column or with -p columns=, not with both",
            id="columns-twice",
        ),
    ],
)
def test_report_refuses_wrong_usage(command, arguments, message):
    code, out, err = command("report", *arguments)
    assert (code, out) == (2, "")
    assert message in err


HEADERS = ["--column", "고객=customer_id", "--column", "일자=date", "--column", "금액=원=amount"]


@pytest.mark.pages
def test_the_installed_command_reports_other_headers_without_an_activated_environment(
    orders, tmp_path
):
    days = pd.date_range("2024-01-01", periods=300).strftime("%Y-%m-%d")
    rows = [f"{i % 40},{day},{i + 1}" for i, day in enumerate(days)]
    path = orders("\n".join(["고객,일자,금액=원", *rows]))
    done = subprocess.run(
        [COMMAND, "report", "customer_base", "--data", path, *HEADERS],
        cwd=tmp_path, env={"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    page = tmp_path / "reports" / "customer_base" / "index.html"
    assert (done.returncode, done.stdout.strip()) == (0, str(page))
    assert "WARNING" not in done.stderr
    assert "Passed unknown parameter" not in done.stderr
    assert "금액=원 → amount" in page.read_text(encoding="utf-8")


def test_report_list_shows_names_titles_and_parameters(command):
    code, out, _ = command("report", "--list")
    assert code == 0
    lines = out.splitlines()
    assert any(line.startswith("customer_base: ") for line in lines)
    assert any(line.startswith("  data: str = 'cdnow'  (") for line in lines)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["--data", "no-such.csv"], "there is no file", id="file"),
        pytest.param(["--data", ""], "`data` must not be empty", id="empty-data"),
        pytest.param(["--out", ""], "`out` must not be empty", id="empty-out"),
        pytest.param(["-p", "no_such=1"], "`no_such` is not a parameter of", id="parameter"),
    ],
)
def test_report_refuses_before_anything_runs(command, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    code, out, err = command("report", "customer_base", *arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        pytest.param("who,when\n1,2\n", [], "lacks 'customer_id'", id="header"),
        pytest.param("", [], "is empty", id="empty"),
        pytest.param(GOOD, ["--column", "wer=customer_id"], "--column names 'wer'", id="column"),
        pytest.param(GOOD, ["-p", "encoding=utf-16"], "is not utf-16", id="encoding"),
    ],
)
def test_a_report_on_orders_that_cannot_be_read_is_exit_code_2_and_starts_nothing(
    command, orders, tmp_path, text, options, message
):
    arguments = ["customer_base", "--data", orders(text), "--out", tmp_path / "out", *options]
    code, printed, err = command("report", *arguments)
    assert (code, printed) == (2, "")
    assert message in err
    assert not (tmp_path / "out").exists()


@pytest.mark.pages
def test_a_report_that_a_cell_ends_is_exit_code_4_and_keeps_the_last_good_page(
    command, orders, tmp_path
):
    out = tmp_path / "out"
    out.mkdir()
    (out / "index.html").write_text("last good")
    code, printed, err = command("report", "customer_value", "--data", orders(GOOD), "--out", out)
    assert (code, printed) == (4, "")
    assert "crmlab: report 'customer_value' failed in cell " in err
    assert (out / "index.html").read_text() == "last good"


@pytest.mark.pages
def test_a_report_that_leaves_out_faulty_rows_is_exit_code_3(command, orders, tmp_path):
    code, printed, err = command(
        "report", "customer_base", "--data", orders(BAD), "--out", tmp_path / "out"
    )
    assert (code, printed.strip()) == (3, str(tmp_path / "out" / "index.html"))
    assert "crmlab: rows left out as faulty: 1 (" in err


@pytest.mark.pages
def test_a_report_on_several_files_takes_for_each_the_columns_that_are_its_own(orders, tmp_path):
    from crmlab._notebooks import read_notebook
    from crmlab._parameters import read_parameters
    from crmlab.reports._orders import check_orders

    lines = orders(BAD.replace("customer_id", "고객"))
    people = orders("출처,source_id\nshop,1\n", "people.csv")
    template = notebooks_dir() / "reports" / "data_quality.ipynb"
    declared = read_parameters(read_notebook(template), report="data_quality")
    columns = {"고객": "customer_id", "출처": "source"}
    given = {"data": str(lines), "identities": str(people), "columns": columns}
    assert check_orders(declared, given, str(lines)).n_rows == 1


@pytest.mark.pages
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM")
def test_a_stopped_report_leaves_nothing_behind(tmp_path):
    run = subprocess.Popen([COMMAND, "report", "customer_base", "--out", tmp_path / "out"])
    for _ in range(1200):  # tenths of a second, for a busy machine
        if list(tmp_path.glob("out/.run-*/report.ipynb")):
            break
        time.sleep(0.1)
    run.send_signal(signal.SIGTERM)
    assert run.wait(timeout=120) == 128 + signal.SIGTERM
    assert list((tmp_path / "out").iterdir()) == []


# ---------------------------------------------------------------------------------------------
# audit


@pytest.mark.slow
def test_audit_of_valid_orders_is_exit_code_0(command, orders):
    path = orders(GOOD)
    code, out, err = command("audit", path)
    assert (code, err) == (0, "")
    assert "2 rows read: 2 count, 0 left out, 0 at fault." in out
    assert "nothing found" in out


@pytest.mark.slow
def test_audit_with_faulty_rows_is_exit_code_3_and_names_the_rule(command, orders):
    code, out, _ = command("audit", orders(BAD))
    assert code == 3
    assert "2 rows read: 1 counts, 0 left out, 1 at fault." in out
    assert any(line.startswith("date ") and "quarantined" in line for line in out.splitlines())


@pytest.mark.slow
def test_audit_says_what_the_orders_come_to_and_how_they_were_read(command, orders):
    path = orders('고객,일자,금액=원\na,2024-01-05,"₩3,000"\na,2024-03-01,₩900\nb,2024-02-31,₩5\n')
    code, out, _ = command("audit", path, *HEADERS)
    assert code == 3
    facts = [" ".join(line.split()) for line in out.splitlines()]
    assert {
        "customers 1", "revenue 3,900.00 KRW", "first day 2024-01-05", "last day 2024-03-01",
        "date: read as year-month-day", "amount: read as decimal point, KRW",
    } <= set(facts)  # fmt: skip
    _, out, _ = command("audit", orders("customer_id,date,amount\na,2024-02-31,5\n"))
    assert "revenue" not in out  # of no valid row


@pytest.mark.slow
def test_audit_exports_quarantined_rows_that_no_spreadsheet_runs(command, orders, tmp_path):
    target = tmp_path / "bad.csv"
    code, out, _ = command("audit", orders(BAD), "--quarantined", target)
    assert code == 3
    assert str(target) in out
    assert target.read_bytes().startswith(b"\xef\xbb\xbf")  # Excel then reads it as UTF-8
    (row,) = pd.read_csv(target, dtype="str", encoding="utf-8-sig").to_dict("records")
    assert row["customer_id"] == "'=cmd()"
    assert row["reason"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.csv", "orders.csv"]


@pytest.mark.slow
def test_audit_takes_other_headers_and_options(command, orders):
    path = orders("고객,일자,금액=원\n1,05/01/2024,10\n2,06/01/2024,-1\n")
    code, out, _ = command("audit", path, *HEADERS, "--dayfirst", "--returns", "drop")
    assert code == 0
    assert "return line" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["no-such.csv"], "no-such.csv", id="no-file"),
        pytest.param(["empty.csv"], "empty", id="empty-file"),
        pytest.param(["other.csv"], "customer_id", id="columns"),
        pytest.param(["good.csv", "--returns", "burn"], "--returns must be one of", id="option"),
        pytest.param(["good.csv", "--column", "x"], "must read THEIRS=OURS", id="column"),
        pytest.param(["good.csv", "--quarantined", "x.pdf"], "must be a .csv file", id="not-csv"),
        pytest.param(["good.csv", "--quarantined", "no/x.csv"], "no folder 'no'", id="no-folder"),
        pytest.param(["good.csv", "--quarantined", "good.csv"], "audited file itself", id="itself"),
        pytest.param(["bad.parquet"], "bad.parquet is text", id="broken-parquet"),
        pytest.param(["bad.xlsx"], "bad.xlsx is text", id="broken-excel"),
        pytest.param(["bad.csv.gz"], "bad.csv.gz", id="broken-gzip"),
    ],
)
def test_audit_of_what_cannot_be_read_is_exit_code_2(
    command, orders, tmp_path, monkeypatch, arguments, message
):
    monkeypatch.chdir(tmp_path)
    orders(GOOD, "good.csv")
    orders("", "empty.csv")
    orders("a,b\n1,2\n", "other.csv")
    for name in ("bad.parquet", "bad.xlsx"):
        orders("no such format", name)
    cut = gzip.compress(GOOD.encode())[:-9]
    Path("bad.csv.gz").write_bytes(cut)
    code, out, err = command("audit", *arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert "Traceback" not in err
    assert (tmp_path / "good.csv").read_text() == GOOD


def test_the_remedy_for_other_headers_can_be_typed(command, orders):
    path = orders("Kunde,Datum der Bestellung,Preis's\n1,2024-01-05,5\n")
    options = "--column Kunde=customer_id --column 'Datum der Bestellung=date'"
    for arguments in (["audit", path], ["report", "customer_base", "--data", path]):
        _, _, err = command(*arguments)
        assert f"Did you mean {options}?\n" in err
        assert "columns={" not in err


@pytest.mark.slow
def test_a_mapping_in_a_message_can_be_typed_whatever_its_names_are(command, orders):
    name = """Kunde "A"'s {id}, $1"""
    quoted = name.replace('"', '""')
    path = orders(f'"{quoted}",Datum,Betrag\n1,2024-01-05,5\n')
    _, _, err = command("audit", path, "--column", f"{name}=customer_id")
    typed = shlex.split(err.split("Did you mean ")[1].rpartition("?")[0])
    assert typed[1] == f"{name}=customer_id"
    code, _, _ = command("audit", path, *typed)
    assert code == 0


def test_no_text_of_a_stranger_steers_the_terminal(command, orders):
    code, _, err = command("audit", orders("\x1b[2Jwho,date\n1,2024-01-05\n"))
    assert code == 2
    assert "\x1b" not in err


# ---------------------------------------------------------------------------------------------
# datasets, concepts, lab


def test_layouts_prints_each_with_the_headers_it_requires(command):
    code, out, _ = command("layouts")
    assert code == 0
    listed = crmlab.loaders.list_layouts()
    assert out.splitlines()[::2] == [f"{row.name}: {row.title}" for row in listed.itertuples()]
    assert out.splitlines()[1::2] == [f"  {required}" for required in listed["required"]]


def test_datasets_list_and_describe(command):
    code, out, _ = command("datasets", "list")
    assert code == 0
    assert any(line.startswith("cdnow ") for line in out.splitlines())
    code, out, _ = command("datasets", "describe", "cdnow")
    assert code == 0
    assert "69,659" in out


def test_concepts_accounts_for_every_id(command):
    from crmlab.concepts import load_concepts

    code, out, _ = command("concepts")
    assert code == 0
    first_words = [line.split()[0] for line in out.splitlines() if line]
    assert set(load_concepts()["id"]) <= set(first_words)
    assert "No home yet: " in out


def test_lab_says_how_to_install_jupyterlab(command, monkeypatch):
    monkeypatch.setitem(sys.modules, "jupyterlab", None)  # what an import then does is documented
    monkeypatch.delitem(sys.modules, "jupyterlab.labapp", raising=False)
    code, _, err = command("lab")
    assert code == 2
    assert 'pip install "crmlab[workbook]"' in err


def read_page(address):
    """Read a page of a server that may not listen yet."""
    for _ in range(100):
        try:
            with urllib.request.urlopen(address, timeout=60) as answer:
                return answer.read().decode("utf-8")
        except urllib.error.URLError:
            time.sleep(0.2)
    raise AssertionError(f"nothing answers at {address}")


@pytest.mark.pages
def test_lab_serves_copies_without_news_and_writes_no_settings(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--no-browser", "--allow-root", f"--ServerApp.port={port}"]
    options += ["--ServerApp.ip=127.0.0.1", "--IdentityProvider.token=secret", "--blank"]
    home = {**os.environ, "HOME": str(tmp_path / "home"), "JUPYTER_CONFIG_DIR": str(tmp_path)}
    said, page = [], ""
    with subprocess.Popen(
        [COMMAND, "lab", *options], cwd=tmp_path, stderr=subprocess.PIPE, text=True, env=home
    ) as run:
        try:
            for line in run.stderr:
                said.append(line)
                if "Use Control-C to stop" in line:
                    break
            page = read_page(f"http://127.0.0.1:{port}/lab?token=secret")
        finally:
            run.kill()
    copies = tmp_path / "crmlab-notebooks"
    assert any(f"local directory: {copies}" in line for line in said), said
    disabled = re.search(r'"disabledExtensions": \[(.*?)\]', page)[1]
    assert "@jupyterlab/apputils-extension:announcements" in disabled
    assert '"execution_count": null' in (copies / "02_pareto.ipynb").read_text(encoding="utf-8")
    assert not list((tmp_path / "home").rglob("*.jupyterlab-settings"))


@pytest.fixture
def lab(command, monkeypatch, tmp_path):
    """Run `crmlab lab` in a folder of its own, without JupyterLab; what it was told to do."""
    started = {}

    class LabApp:
        @staticmethod
        def launch_instance(options):
            started["options"] = options
            started["tally"] = os.environ["CRMLAB_PROGRESS"]
            started["settings"] = os.environ["JUPYTER_CONFIG_PATH"].split(os.pathsep)

    class Module:
        pass

    Module.LabApp = LabApp
    monkeypatch.setitem(sys.modules, "jupyterlab.labapp", Module)
    for name in ("CRMLAB_PROGRESS", "JUPYTER_CONFIG_PATH"):
        monkeypatch.setenv(name, "elsewhere")  # taken back after the test
    monkeypatch.chdir(tmp_path)

    def run(*options):
        code, out, err = command("lab", *options)
        assert (code, out) == (0, "")
        return started, err

    return run


def test_lab_passes_options_on_and_keeps_the_tally_beside_the_copies(lab, tmp_path):
    started, err = lab("--no-browser", "--blank")
    copies = tmp_path / "crmlab-notebooks"
    assert started["tally"] == str(copies)
    assert started["options"][0] == f"--ServerApp.root_dir={copies}"
    assert started["options"][-1] == "--no-browser"
    assert started["settings"] == [str(crmlab.course.JUPYTER_SETTINGS), "elsewhere"]
    assert f"notebooks: {copies} (" in err


def test_lab_says_which_copies_are_of_an_earlier_edition(lab, tmp_path):
    lab()
    path = tmp_path / "crmlab-notebooks" / "02_pareto.ipynb"
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r'"edition": "\w+"', '"edition": "0"', text), encoding="utf-8")
    (tmp_path / "crmlab-notebooks" / "reports" / "customer_base.ipynb").write_text("half")
    _, err = lab("--blank")
    assert "02_pareto.ipynb is a copy of an earlier edition; `crmlab reset 02_pareto` takes" in err
    assert "not a notebook any more; `crmlab reset reports/customer_base` takes" in err
    assert "--blank is for new copies, and there are none; --blank-all" in err
    assert err.count("crmlab:") == 3


def test_reset_prints_the_new_copy_and_says_where_the_old_one_is(lab, command, tmp_path):
    lab()
    copies = tmp_path / "crmlab-notebooks"
    code, out, err = command("reset", "02", "--blank")
    assert (code, out.strip()) == (0, str(copies / "02_pareto.ipynb"))
    assert str(copies / "02_pareto.before-reset.ipynb") in err


# ---------------------------------------------------------------------------------------------
# quiz

QUIZ = (
    QuizItem("Who?", (("all", "All it is."), ("none", "None is wrong."), ("one", "One is."))),
    QuizItem("When?", (("now", "Now it is."), ("never", "Never is wrong."), ("soon", "No."))),
)


@pytest.fixture
def quiz(command, monkeypatch):
    """Run `crmlab quiz 02` on two questions, with this on standard input."""
    blocks = {"02": Block(exercises=(), quiz=QUIZ)}
    monkeypatch.setattr("crmlab.course._quiz.load_blocks", lambda: blocks)

    def run(typed, *options):
        monkeypatch.setattr(sys, "stdin", None if typed is None else io.StringIO(typed))
        return command("quiz", "02", "--seed", "1", *options)

    return run


def test_quiz_reads_letters_and_ends_with_the_score(quiz):
    rights = re.findall(r"^  (\w\)) .*\n +right", quiz(None, "--answers")[1], re.MULTILINE)
    code, out, err = quiz("\n".join(rights))
    assert (code, err) == (0, "")
    assert out.endswith("2 of 2 are right.\n")


@pytest.mark.parametrize("typed", [None, "", "z\n"], ids=["none", "closed", "closed-later"])
def test_quiz_without_anyone_to_answer_ends_politely(quiz, typed):
    code, out, err = quiz(typed)
    assert (code, err) == (0, "")
    assert out.endswith("The quiz ends here: 0 of 0 answered are right.\n")


def test_quiz_of_a_notebook_that_has_none_is_refused(quiz, command):
    code, out, err = command("quiz", "03")
    assert (code, out) == (2, "")
    assert "there is no quiz of notebook '03'; there are 02." in err


# ---------------------------------------------------------------------------------------------
# trainer, new-notebook


@pytest.mark.slow
def test_trainer_prints_where_its_index_is_and_a_seed_gives_the_key_of_its_variants(
    command, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    code, out, err = command("trainer", "--seed", "5")
    index = tmp_path / "trainer" / "index.html"
    assert (code, out.strip(), err) == (0, str(index), "")
    assert "variants of seed 5" in index.read_text("utf-8")
    text = index.with_name("answers_02.html").read_text("utf-8")
    assert "the variants of seed 5" in text
    for item in load_blocks()["02"].exercises:
        one = vary(item, 5)
        if isinstance(getattr(one, "answer", None), str):
            assert f"Answer: {one.answer}<" in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["trainer", "--out", ""], "`out` must not be empty", id="out"),
        pytest.param(["trainer", "--seed", "-1"], "--seed", id="seed"),
        pytest.param(["new-notebook", "Segments"], "the name must read NN_name", id="name"),
        pytest.param(["new-notebook", "02_again"], "number 02 is taken by", id="taken"),
    ],
)
def test_course_commands_refuse_wrong_usage(command, arguments, message):
    code, out, err = command(*arguments)
    assert (code, out) == (2, "")
    assert message in err


# ---------------------------------------------------------------------------------------------
# make, which calls the commands


@pytest.fixture
def make(tmp_path):
    """A function that says what make would do, as if the installations it plans were done."""
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    for name in ("requirements.txt", "requirements-workbook.txt", "pyproject.toml"):
        (tmp_path / name).touch()
    (tmp_path / ".venv").mkdir()  # newer than all three, yet without packages
    makefile = Path(__file__).parents[1] / "Makefile"

    def plan(target, *, interrupted=False):
        done = subprocess.run(
            ["make", "--dry-run", "--file", makefile, target],
            cwd=tmp_path, capture_output=True, text=True, check=True,
        )  # fmt: skip
        for line in done.stdout.splitlines():
            if line.startswith("touch ") and not interrupted:
                for mark in line.split()[1:]:
                    (tmp_path / mark).touch()
        return done.stdout

    return plan


@pytest.mark.parametrize(
    ("target", "lock"),
    [
        (".venv", "-r requirements.txt"),
        ("lint", "-r requirements.txt"),
        ("lab", "-r requirements-workbook.txt"),
        ("workbook", "-r requirements-workbook.txt"),
    ],
)
def test_an_interrupted_installation_is_finished_by_the_next_make(make, target, lock):
    assert lock in make(target, interrupted=True)
    assert lock in make(target)
    assert "-r " not in make(target)


def test_what_the_tests_need_is_enough_for_the_workbook_and_never_taken_down(make, tmp_path):
    assert "-r requirements-workbook.txt" in make("workbook")
    assert "-r requirements.txt" in make("test")
    assert "-r " not in make("workbook")
    later = time.time() + 60
    os.utime(tmp_path / "requirements-workbook.txt", (later, later))
    plan = make("workbook", interrupted=True)
    assert "-r requirements-workbook.txt" in plan
    assert not any(word in plan for word in ("uninstall", "sync", "--clear", "rm "))
