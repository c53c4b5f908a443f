import duckdb
import ibis
import numpy as np
import pandas as pd
import pytest

from crmlab.contracts import (
    TRANSACTIONS,
    Column,
    Contract,
    ContractError,
    Rule,
    breaks_any,
    infinite,
    tally,
    violation,
)

LINES = pd.DataFrame(
    {
        "customer_id": ["a", None, "c", "d", "e", None],
        "date": pd.to_datetime(
            ["2024-01-05", "2024-01-05", None, "2024-01-05", "2024-01-05", None]
        ),
        "amount": [1.0, 2.0, 3.0, np.nan, np.inf, -np.inf],
    }
)
BROKEN = {"customer_id missing": 2, "date missing": 2, "amount missing": 1, "amount infinite": 2}


def opened(engine, frame):
    """A table of the engine as Ibis sees it, without reading."""
    table = engine(frame)
    if isinstance(table, pd.DataFrame):
        return ibis.memtable(table)
    if isinstance(table, duckdb.DuckDBPyRelation):
        return ibis.memtable(table.to_arrow_table())
    if isinstance(table, ibis.Table):
        return table
    if hasattr(table, "sparkSession"):
        # Spark makes text of what pandas writes for nothing.
        table.replace("NaN", None, subset=["customer_id"]).createOrReplaceTempView("lines")
        return ibis.pyspark.connect(table.sparkSession).table("lines")
    return ibis.duckdb.connect().read_parquet(table)


def test_check_counts_each_rule_on_every_engine(engine):
    found = TRANSACTIONS.check(opened(engine, LINES))
    assert dict(zip(found["rule"], found["n_rows"], strict=True)) == BROKEN


def test_tally_runs_one_query(monkeypatch):
    import crmlab.contracts

    queries = []
    run = crmlab.contracts.execute
    monkeypatch.setattr(
        crmlab.contracts, "execute", lambda query: queries.append(query) or run(query)
    )
    table = ibis.memtable(LINES)
    counts = tally(table, TRANSACTIONS.rules, last=table.date.max())
    assert len(queries) == 1
    assert (counts["n_rows"], counts["n_broken"]) == (6, 5)
    assert counts["last"] == pd.Timestamp("2024-01-05")


def test_tally_of_no_rows_is_zero_everywhere():
    counts = tally(ibis.memtable(LINES).filter(ibis.literal(False)), TRANSACTIONS.rules)
    assert counts.tolist() == [0] * (len(TRANSACTIONS.rules) + 2)


def test_tally_without_rules_counts_rows():
    assert tally(ibis.memtable(LINES), ()).to_dict() == {"n_rows": 6}


def test_a_row_names_every_rule_it_breaks_or_none():
    table = ibis.memtable(LINES)
    labels = table.select("amount", why=violation(table, TRANSACTIONS.rules)).to_pandas()
    found = labels.set_index("amount")["why"]
    assert pd.isna(found[1.0])
    assert found[np.inf] == "amount infinite"
    assert found[-np.inf] == "customer_id missing; date missing; amount infinite"
    assert table.filter(~breaks_any(table, TRANSACTIONS.rules)).count().to_pyarrow().as_py() == 1


@pytest.mark.parametrize("kind", ["int64", "float64", "decimal(9, 2)"])
def test_a_missing_number_is_not_infinite(kind):
    column = ibis.memtable({"x": [1, None]}).x.cast(kind)
    assert infinite(column).to_pyarrow().to_pylist() == [False, False]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        pytest.param(
            ["customer_id", "date"],
            r"The transactions table lacks 'amount'; it has 'customer_id', 'date'\. Map",
            id="one",
        ),
        pytest.param([], "lacks 'customer_id', 'date', 'amount'; it has no columns", id="none"),
    ],
)
def test_a_header_names_what_is_missing_and_what_is_there(columns, message):
    with pytest.raises(ContractError, match=message):
        TRANSACTIONS.check_header(columns)


def test_a_column_may_be_found_under_another_name():
    TRANSACTIONS.check_header(["고객", "일자", "금액"], found=["customer_id", "date", "amount"])


@pytest.mark.parametrize(
    ("column", "value", "message"),
    [
        pytest.param(
            "customer_id",
            1.5,
            "`customer_id` must hold text or whole numbers; it holds float64",
            id="float-id",
        ),
        pytest.param(
            "date",
            "2024-01-05",
            "`date` must hold dates or timestamps; it holds string",
            id="text-date",
        ),
        pytest.param(
            "amount", "5", "`amount` must hold numbers; it holds string", id="text-amount"
        ),
        pytest.param("channel", 1.5, "`channel` must hold text; it holds float64", id="channel"),
        pytest.param(
            "is_return", "no", "`is_return` must hold true or false; it holds string", id="flag"
        ),
    ],
)
def test_types_that_need_reading_are_sent_to_the_reader(column, value, message):
    table = ibis.memtable(LINES.assign(**{column: value}))
    with pytest.raises(
        ContractError, match=message + r"\. Read the table with `read_transactions`"
    ):
        TRANSACTIONS.check_types(table)


@pytest.mark.parametrize(
    ("column", "values"),
    [
        pytest.param("customer_id", [1, 2], id="whole-ids"),
        pytest.param("date", pd.to_datetime(["2024-01-05"] * 2).tz_localize("UTC"), id="instants"),
        pytest.param("amount", [1, 2], id="whole-amounts"),
        pytest.param("note", [1.5, 2.5], id="columns-that-are-not-ours"),
    ],
)
def test_canonical_types_are_accepted(column, values):
    assert TRANSACTIONS.check(ibis.memtable(LINES.head(2).assign(**{column: values}))) is not None


def test_another_table_can_have_a_contract_of_its_own():
    rule = Rule("fee below zero", "ask billing", lambda t: t.fee < 0, "fee")
    fees = Contract("fees", (Column("fee", "number", "per month", required=True),), (rule,))
    assert fees.check(ibis.memtable({"fee": [1.0, -1.0]}))["n_rows"].tolist() == [1]
    with pytest.raises(ContractError, match="The fees table lacks 'fee'; it has 'free'"):
        fees.check(ibis.memtable({"free": [1.0]}))


def test_a_contract_cannot_be_changed():
    with pytest.raises(AttributeError):
        TRANSACTIONS.name = "other"


def test_every_rule_says_what_to_do():
    assert all(rule.remedy and rule.column in TRANSACTIONS.names() for rule in TRANSACTIONS.rules)
    labels = [rule.label for rule in TRANSACTIONS.rules]
    assert len(labels) == len(set(labels))
