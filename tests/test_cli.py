"""The command line: what it prints where, and the exit codes a scheduler relies on."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from crmlab._paths import notebooks_dir
from crmlab.cli import _complain, _copied, main

COMMAND = Path(sys.executable).with_name("crmlab")

GOOD = "customer_id,date,amount\n007,2024-01-05,12.00\n8,2024-01-06,3.50\n"
BAD = "customer_id,date,amount\n=cmd(),2024-13-45,12.00\n8,2024-01-06,3.50\n"


@pytest.fixture
def crmlab(capsys):
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


def test_help_lists_every_command(crmlab):
    code, out, _ = crmlab("--help")
    assert code == 0
    for command in ("workbook", "lab", "report", "datasets", "audit", "concepts"):
        assert f"\n  {command} " in out
    assert "..." not in out.partition("Commands:")[2]  # no description is cut off


def test_version(crmlab):
    code, out, _ = crmlab("--version")
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


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such pipes")
@pytest.mark.parametrize("buffered", ["", "1"])
def test_a_reader_who_leaves_early_is_no_error(buffered):
    environment = {**os.environ, "PYTHONUNBUFFERED": buffered}
    run = subprocess.Popen(
        [COMMAND, "concepts"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment
    )
    run.stdout.close()
    assert run.stderr.read() == b""
    assert run.wait(timeout=30) == 1
    run.stderr.close()


@pytest.mark.parametrize(
    "arguments", [["no-such-command"], ["report", "--no-such-option"], ["audit"]]
)
def test_wrong_usage_is_exit_code_2(crmlab, arguments):
    code, out, err = crmlab(*arguments)
    assert (code, out) == (2, "")
    assert "Traceback" not in err


def test_an_error_is_one_line_without_traceback(crmlab):
    code, out, err = crmlab("datasets", "describe", "cdnaw")
    assert (code, out) == (2, "")
    assert err.startswith("crmlab: `name` must be one of")
    assert len(err.splitlines()) == 1


def test_debug_shows_the_traceback_wherever_it_stands(crmlab):
    for arguments in (["--debug", "report", "nope"], ["report", "nope", "--debug"]):
        code, _, err = crmlab(*arguments)
        assert code == 2
        assert err.startswith("Traceback")


def test_an_unforeseen_error_says_how_to_see_more(capsys):
    _complain(KeyError("column \x1b[2J"))
    assert (
        capsys.readouterr().err
        == "crmlab: KeyError: 'column \\x1b[2J'. Add --debug to see where.\n"
    )


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
def test_report_refuses_wrong_usage(crmlab, arguments, message):
    code, out, err = crmlab("report", *arguments)
    assert (code, out) == (2, "")
    assert message in err


HEADERS = ["--column", "고객=customer_id", "--column", "일자=date", "--column", "금액=원=amount"]


@pytest.mark.pages
def test_report_takes_other_headers_and_warns_of_nothing(orders, tmp_path):
    days = pd.date_range("2024-01-01", periods=300).strftime("%Y-%m-%d")
    rows = [f"{i % 40},{day},{i + 1}" for i, day in enumerate(days)]
    path = orders("\n".join(["고객,일자,금액=원", *rows]))
    done = subprocess.run(
        [COMMAND, "report", "customer_base", "--data", path, *HEADERS, "--out", tmp_path / "out"],
        capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert (done.returncode, done.stdout.strip()) == (0, str(tmp_path / "out" / "index.html"))
    assert "Passed unknown parameter" not in done.stderr
    assert "금액=원 → amount" in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")


def test_report_list_shows_names_titles_and_parameters(crmlab):
    code, out, _ = crmlab("report", "--list")
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
def test_report_refuses_before_anything_runs(crmlab, tmp_path, monkeypatch, arguments, message):
    monkeypatch.chdir(tmp_path)
    code, out, err = crmlab("report", "customer_base", *arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.pages
def test_the_installed_command_makes_a_report_without_an_activated_environment(tmp_path):
    bare = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path)}
    done = subprocess.run(
        [COMMAND, "report", "customer_base"],
        cwd=tmp_path, env=bare, capture_output=True, text=True, check=False,
    )  # fmt: skip
    page = tmp_path / "reports" / "customer_base" / "index.html"
    assert (done.returncode, done.stdout.strip()) == (0, str(page))
    assert page.exists()
    assert "WARNING" not in done.stderr


@pytest.mark.pages
def test_a_report_on_a_broken_file_is_exit_code_1_and_keeps_the_last_good_page(crmlab, tmp_path):
    orders, out = tmp_path / "orders.csv", tmp_path / "out"
    orders.write_text("who,when\n1,2\n")
    out.mkdir()
    (out / "index.html").write_text("last good")
    code, printed, err = crmlab("report", "customer_base", "--data", orders, "--out", out)
    assert (code, printed) == (1, "")
    assert "crmlab: report 'customer_base' failed in cell " in err
    assert (out / "index.html").read_text() == "last good"


@pytest.mark.pages
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGTERM")
def test_a_stopped_report_leaves_nothing_behind(tmp_path):
    run = subprocess.Popen([COMMAND, "report", "customer_base", "--out", tmp_path / "out"])
    for _ in range(300):
        if list(tmp_path.glob("out/.run-*/report.ipynb")):
            break
        time.sleep(0.1)
    run.send_signal(signal.SIGTERM)
    assert run.wait(timeout=30) == 128 + signal.SIGTERM
    assert list((tmp_path / "out").iterdir()) == []


# ---------------------------------------------------------------------------------------------
# audit


def test_audit_of_valid_orders_is_exit_code_0(crmlab, orders):
    path = orders(GOOD)
    code, out, err = crmlab("audit", path)
    assert (code, err) == (0, "")
    counts = [line.split()[-1] for line in out.splitlines() if line.startswith("  rows ")]
    assert counts == ["2", "2", "0"]
    assert "nothing found" in out


def test_audit_with_invalid_rows_is_exit_code_1_and_names_the_rule(crmlab, orders):
    code, out, _ = crmlab("audit", orders(BAD))
    counts = [line.split()[-1] for line in out.splitlines() if line.startswith("  rows ")]
    assert (code, counts) == (1, ["2", "1", "1"])
    assert any(line.startswith("date ") and "quarantined" in line for line in out.splitlines())


def test_audit_exports_quarantined_rows_that_no_spreadsheet_runs(crmlab, orders, tmp_path):
    target = tmp_path / "bad.csv"
    code, out, _ = crmlab("audit", orders(BAD), "--quarantined", target)
    assert code == 1
    assert str(target) in out
    assert target.read_bytes().startswith(b"\xef\xbb\xbf")  # Excel then reads it as UTF-8
    (row,) = pd.read_csv(target, dtype="str", encoding="utf-8-sig").to_dict("records")
    assert row["customer_id"] == "'=cmd()"
    assert row["reason"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.csv", "orders.csv"]


def test_audit_takes_other_headers_and_options(crmlab, orders):
    path = orders("고객,일자,금액=원\n1,05/01/2024,10\n2,06/01/2024,-1\n")
    code, out, _ = crmlab("audit", path, *HEADERS, "--dayfirst", "--returns", "drop")
    assert code == 0
    assert "return line" in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        pytest.param(["no-such.csv"], "no-such.csv", id="no-file"),
        pytest.param(["empty.csv"], "empty", id="empty-file"),
        pytest.param(["other.csv"], "customer_id", id="columns"),
        pytest.param(["good.csv", "--returns", "burn"], "`returns` must be one of", id="option"),
        pytest.param(["good.csv", "--column", "x"], "must read THEIRS=OURS", id="column"),
        pytest.param(["good.csv", "--quarantined", "x.pdf"], "must be a .csv file", id="not-csv"),
        pytest.param(["good.csv", "--quarantined", "no/x.csv"], "no folder 'no'", id="no-folder"),
        pytest.param(["good.csv", "--quarantined", "good.csv"], "audited file itself", id="itself"),
        pytest.param(["bad.parquet"], "bad.parquet", id="broken-parquet"),
        pytest.param(["bad.xlsx"], "Excel file", id="broken-excel"),
        pytest.param(["bad.csv.gz"], "bad.csv.gz", id="broken-gzip"),
    ],
)
def test_audit_of_what_cannot_be_read_is_exit_code_2(
    crmlab, orders, tmp_path, monkeypatch, arguments, message
):
    monkeypatch.chdir(tmp_path)
    orders(GOOD, "good.csv")
    orders("", "empty.csv")
    orders("a,b\n1,2\n", "other.csv")
    for name in ("bad.parquet", "bad.xlsx", "bad.csv.gz"):
        orders("no such format", name)
    code, out, err = crmlab("audit", *arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert "Traceback" not in err
    assert (tmp_path / "good.csv").read_text() == GOOD


@pytest.mark.pages
def test_the_remedy_for_other_headers_can_be_typed(crmlab, orders):
    path = orders("who,when\n1,2024-01-05\n")
    for command in (["audit", path], ["report", "customer_base", "--data", path]):
        if command[0] == "report":
            command += ["--out", path.parent / "out"]
        _, _, err = crmlab(*command)
        assert err.endswith(" On the command line, write --column theirs=ours for each.\n")


def test_no_text_of_a_stranger_steers_the_terminal(crmlab, orders, capsys):
    code, _, err = crmlab("audit", orders("\x1b[2Jwho,date\n1,2024-01-05\n"))
    assert code == 2
    assert "\x1b" not in err
    _complain(ValueError("customer \x1b[2J is unknown"))
    assert capsys.readouterr().err == "crmlab: customer [2J is unknown\n"


# ---------------------------------------------------------------------------------------------
# datasets, concepts, lab


def test_datasets_list_and_describe(crmlab):
    code, out, _ = crmlab("datasets", "list")
    assert code == 0
    assert any(line.startswith("cdnow ") for line in out.splitlines())
    code, out, _ = crmlab("datasets", "describe", "cdnow")
    assert code == 0
    assert "69,659" in out


def test_concepts_accounts_for_every_id(crmlab):
    from crmlab.concepts import load_concepts

    code, out, _ = crmlab("concepts")
    assert code == 0
    first_words = [line.split()[0] for line in out.splitlines() if line]
    assert set(load_concepts()["id"]) <= set(first_words)
    assert "No home yet: " in out


def test_lab_says_how_to_install_jupyterlab(crmlab, monkeypatch):
    monkeypatch.setitem(sys.modules, "jupyterlab", None)  # what an import then does is documented
    monkeypatch.delitem(sys.modules, "jupyterlab.labapp", raising=False)
    code, _, err = crmlab("lab")
    assert code == 1
    assert 'pip install "crmlab[workbook]"' in err


@pytest.mark.slow
def test_lab_serves_the_notebooks(tmp_path):
    options = ["--no-browser", "--allow-root", "--ServerApp.port=0", "--ServerApp.ip=127.0.0.1"]
    home = {**os.environ, "HOME": str(tmp_path), "JUPYTER_CONFIG_DIR": str(tmp_path)}
    with subprocess.Popen(
        [COMMAND, "lab", *options], stderr=subprocess.PIPE, text=True, env=home
    ) as run:
        said = []
        for line in run.stderr:
            said.append(line)
            if "is running at" in line:
                break
        run.send_signal(signal.SIGTERM)
        run.stderr.read()
    assert any(f"local directory: {notebooks_dir()}" in line for line in said), said


def test_installed_notebooks_are_copied_without_touching_a_readers_work(tmp_path, capsys):
    source, target = tmp_path / "installed", tmp_path / "mine"
    for name in ("00_start.ipynb", "reports/base.ipynb"):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text("as shipped")
    target.mkdir()
    (target / "00_start.ipynb").write_text("my answers")
    assert _copied(source, target) == target
    assert (target / "00_start.ipynb").read_text() == "my answers"
    assert (target / "reports" / "base.ipynb").read_text() == "as shipped"
    assert str(target) in capsys.readouterr().err


# ---------------------------------------------------------------------------------------------
# make, which calls the commands


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
@pytest.mark.parametrize("target", [".venv", "lint"])
def test_an_interrupted_installation_is_finished_by_the_next_make(tmp_path, target):
    for name in ("requirements.txt", "pyproject.toml"):
        (tmp_path / name).touch()
    (tmp_path / ".venv").mkdir()  # newer than both, yet without packages
    makefile = Path(__file__).parents[1] / "Makefile"

    def planned():
        done = subprocess.run(
            ["make", "--dry-run", "--file", makefile, target],
            cwd=tmp_path, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return done.stdout

    *_, stamp = [line for line in planned().splitlines() if ".venv/.ready" in line]
    assert "requirements.txt" in planned()
    assert stamp == "touch .venv/.ready"
    (tmp_path / ".venv" / ".ready").touch()
    assert "requirements.txt" not in planned()
