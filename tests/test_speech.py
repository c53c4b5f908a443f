"""Remedies of messages, as options that the command line takes when they are typed."""

import shlex

import pytest
from typer.testing import CliRunner

from crmlab._speech import speak
from crmlab.cli import app


@pytest.mark.parametrize(
    ("message", "audit", "report"),
    [
        ("pass `date_format=`.", "pass --date-format.", "pass -p date_format=."),
        ("`sheet` is for Excel", "--sheet is for Excel", "-p sheet= is for Excel"),
        ("`encoding='cp1252'` (x)", "--encoding cp1252 (x)", "-p encoding=cp1252 (x)"),
        ("with currency='USD', or", "with --currency USD, or", "with -p currency=USD, or"),
        (
            "say statuses={'배송 중': 'paid', \"it's\": 'paid'}",
            "say --status '배송 중=paid' --status 'it'\"'\"'s=paid'",
            "say -p 'statuses=배송 중=paid,it'\"'\"'s=paid'",
        ),
        ("rates={'EUR': ...}", "--rate EUR=...", "-p rates=EUR=..."),
        (
            "`where={'channel': ['web', 'app']}`",
            "--where channel=web --where channel=app",
            "-p 'where=channel=web|app'",
        ),
        ("`dayfirst=True`", "--dayfirst", "-p dayfirst=true"),
        ("`dayfirst=False`", "--monthfirst", "-p dayfirst=false"),
        ("`dayfirst=` for", "--dayfirst or --monthfirst for", "-p dayfirst= for"),
        ("columns={'a b': 'date'}", "--column 'a b=date'", "--column 'a b=date'"),
        ("`source` is", "FILE is", "--data is"),
        ("the count of rows, where x=1", "the count of rows, where x=1", None),
        ("`amount` and 'decimal=' stay", "`amount` and 'decimal=' stay", None),
        ("`currency={x}`", "`currency={x}`", None),
    ],
)
def test_arguments_become_options(message, audit, report):
    assert speak(message) == audit
    assert speak(message, "report") == (audit if report is None else report)


FILES = {
    "order of days": (
        b"customer_id,date,amount\na,05/01/2024,5\nb,06/01/2024,7\n",
        "--date-format %d/%m/%Y",
    ),
    "zones": (
        b"customer_id,date,amount\na,2024-01-05T01:00+09:00,5\nb,2024-01-06T01:00+01:00,7\n",
        "--timezone Asia/Seoul",
    ),
    "words": (b"customer_id,date,amount,status\na,2024-01-05,5,hmm\n", "--status hmm=paid"),
    "letters": (
        "customer_id,date,amount\nÿÿé,2024-01-05,5\n".encode("cp1252"),
        "--encoding cp1252",
    ),
    "names": (b"Kunde;Datum;Betrag\na;2024-01-05;5\n", None),
    "many names": (
        ",".join([f"column of the shop {n}" for n in range(300)]).encode()
        + b",Email,Created at,Total\n"
        + b"1," * 300
        + b"a@b.kr,2024-01-05,5\n",
        None,
    ),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_remedy_that_the_command_says_can_be_typed(tmp_path, kind):
    content, option = FILES[kind]
    path = tmp_path / "o.csv"
    path.write_bytes(content)
    first = run(path)
    assert first[0] != 0
    if option is None:
        option = first[1].partition("Did you mean ")[2].partition("?")[0]
        assert sum(1 + len(line) // 80 for line in first[1].strip().split("\n")) <= 10
    assert option.split()[0] in first[1]
    assert "=`" not in first[1]
    assert run(path, *shlex.split(option)) == (0, "")


def run(path, *options):
    """The exit code of an audit, and what it says where that is not 0."""
    from crmlab._exits import exit_code, explain

    result = CliRunner().invoke(app, ["audit", str(path), *options])
    if isinstance(result.exception, SystemExit) or result.exception is None:
        return result.exit_code, result.output if result.exit_code else ""
    return exit_code(result.exception), explain(result.exception, "audit")
