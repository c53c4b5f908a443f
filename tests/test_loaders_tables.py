"""Canonical tables other than transactions, read from what their owner has."""

import pandas as pd
import pytest

from crmlab.contracts import ContractError
from crmlab.loaders import read_header, read_table


def answers(**columns):
    rows = {
        "customer_id": ["007", "008"],
        "channel": "post",
        "purpose": "service",
        "granted": ["Y", "no"],
        "date": ["2024-01-05", "2024-02-05"],
    }
    return pd.DataFrame(rows | columns)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["frame", "csv", "cp949", "parquet", "xlsx"])
def test_a_table_is_read_alike_from_any_source(tmp_path, kind):
    theirs = answers().rename(columns={"customer_id": "고객"}).assign(note="x")
    path = tmp_path / f"a.{kind if kind in ('parquet', 'xlsx') else 'csv'}"
    if kind in ("csv", "cp949"):
        theirs.to_csv(path, index=False, encoding="utf-8" if kind == "csv" else kind)
    elif kind != "frame":
        getattr(theirs, {"parquet": "to_parquet", "xlsx": "to_excel"}[kind])(path, index=False)
    source = theirs if kind == "frame" else path
    assert read_header(source) == ["고객", "channel", "purpose", "granted", "date", "note"]
    table = read_table(source, "consents", columns={"고객": "customer_id"})
    assert table.columns.tolist() == [*answers().columns, "note"]
    assert table["customer_id"].tolist() == ["007", "008"]
    assert table["granted"].tolist() == [True, False]
    assert table["date"].tolist() == [pd.Timestamp("2024-01-05"), pd.Timestamp("2024-02-05")]


def test_personal_fields_stay_as_they_are_written(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text(
        "source,source_id,name,phone,birth_date,updated\n"
        "web,1, 김민준 ,01012345678,150307,5.3.2024\nweb,2,,,,13.3.2024\n",
        encoding="utf-8",
    )
    people = read_table(path, "identities")
    assert people.loc[0, ["name", "phone", "birth_date"]].tolist() == [
        "김민준", "01012345678", "150307"
    ]  # fmt: skip
    assert people.loc[1, ["name", "phone", "birth_date"]].isna().all()
    assert people["updated"].tolist() == [pd.Timestamp("2024-03-05"), pd.Timestamp("2024-03-13")]


@pytest.mark.slow
def test_numbers_are_read_from_text():
    fees = {"customer_id": [1], "start": ["2024-01-05"], "end": [None], "plan": ["basic"]}
    table = read_table(pd.DataFrame(fees | {"monthly_fee": ["₩33,000"]}), "subscriptions")
    assert table["monthly_fee"].tolist() == [33000.0]
    assert table["end"].isna().all()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("table", "options", "error", "message"),
    [
        pytest.param(
            answers().drop(columns="granted"), {}, ContractError,
            r"consents table lacks 'granted'; it has .* Map your header", id="missing",
        ),
        pytest.param(
            answers(granted=["Y", "perhaps"]), {}, ContractError,
            r"`granted` of consents cannot be read in 1 of 2 rows: unreadable", id="flag",
        ),
        pytest.param(
            answers(date=["2024-01-05", "soon"]), {}, ContractError,
            r"`date` of consents cannot be read in 1 of 2 rows", id="date",
        ),
        pytest.param(
            answers(customer_id=["1", "9.007E+18"]), {}, ContractError,
            r"`customer_id` of consents cannot be read in 1 of 2 rows: damaged", id="id",
        ),
        pytest.param(
            answers(), {"columns": {"Kunde": "customer_id"}}, ContractError,
            "`columns` names 'Kunde', which the table lacks", id="unknown-header",
        ),
        pytest.param(
            answers(), {"columns": {"channel": "medium"}}, ValueError,
            "`columns` must map to customer_id, channel", id="unknown-name",
        ),
        pytest.param(answers(), {"name": "transactions"}, ValueError, "`name` must be", id="name"),
        pytest.param(5, {}, TypeError, "`source` must be a path", id="no-table"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_named(table, options, error, message):
    options = {"name": "consents"} | options
    with pytest.raises(error, match=message):
        read_table(table, options.pop("name"), **options)


def test_a_line_that_does_not_fit_the_header_is_counted_and_not_shown(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text("source,source_id,name\nweb,1,a\nweb,2,Kim,secret@example.com\n")
    with pytest.raises(ContractError, match="1 lines of `source` do not fit its header") as error:
        read_table(path, "identities")
    assert "secret" not in str(error.value)
