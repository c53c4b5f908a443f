from dataclasses import replace

import duckdb
import ibis
import numpy as np
import pandas as pd
import pytest
from contract_cases import DAY, GOOD, KEYS, rows

from crmlab.contracts import (
    CHANNELS,
    COMPLAINTS,
    CONTRACTS,
    DESIGNS,
    IDENTITIES,
    PRODUCTS,
    PURPOSES,
    RESPONSE_KINDS,
    SPEND,
    SPEND_PURPOSES,
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
BROKEN = {
    "customer_id missing": 2,
    "date missing": 2,
    "amount missing": 1,
    "amount infinite": 2,
    "date infinite": 0,
}


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
    from crmlab.contracts import _rules

    queries = []
    run = _rules.execute
    monkeypatch.setattr(_rules, "execute", lambda query: queries.append(query) or run(query))
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


# --- every canonical table --------------------------------------------------------------------

# Columns that may be empty beside the optional ones.
MAY_BE_EMPTY = {("subscriptions", "end"), ("responses", "amount")}
WRONG = {
    ("products", "price negative"): {"price": -1.0},
    ("products", "cost negative"): {"cost": -1.0},
    ("customers", "birth_year outside [1900, 2100]"): {"birth_year": 15},
    ("customers", "longitude outside [-180, 180]"): {"longitude": 180.1},
    ("customers", "latitude outside [-90, 90]"): {"latitude": -90.1},
    ("consents", "channel unknown"): {"channel": "fax"},
    ("consents", "purpose unknown"): {"purpose": "Marketing"},
    ("campaigns", "channel unknown"): {"channel": "fax"},
    ("campaigns", "design unknown"): {"design": "random"},
    ("transactions", "status unknown"): {"status": "paied"},
    ("campaigns", "window_days negative"): {"window_days": -1},
    ("campaigns", "price negative"): {"price": -1.0},
    ("campaigns", "cost_per_contact negative"): {"cost_per_contact": -0.5},
    ("contacts", "channel unknown"): {"channel": ""},
    ("contacts", "cost negative"): {"cost": -1.0},
    ("responses", "kind unknown"): {"kind": "opened"},
    ("responses", "amount negative"): {"amount": -1.0},
    ("coupons", "face_value negative"): {"face_value": -1.0},
    ("coupons", "expires before issued"): {"expires": DAY - pd.Timedelta("1D")},
    ("coupons", "redeemed before issued"): {"redeemed": DAY - pd.Timedelta("1D")},
    ("referrals", "referrer is the customer"): {"referrer_id": "z", "customer_id": "z"},
    ("complaints", "resolved_days negative"): {"resolved_days": -1.0},
    ("spend", "amount negative"): {"amount": -1.0},
    ("spend", "purpose unknown"): {"purpose": "retain"},
    ("subscriptions", "monthly_fee negative"): {"monthly_fee": -1.0},
    ("subscriptions", "monthly_cost negative"): {"monthly_cost": -1.0},
    ("subscriptions", "end before start"): {"end": DAY - pd.Timedelta("1D")},
    ("instructors", "left before joined"): {"left": DAY - pd.Timedelta("1D")},
    ("visits", "planned negative"): {"planned": -1.0},
    ("visits", "held negative"): {"held": -1.0},
    ("branches", "longitude outside [-180, 180]"): {"longitude": -180.1},
    ("branches", "latitude outside [-90, 90]"): {"latitude": 90.1},
}


def rules_of(name):
    """All rules of a contract, those about words too."""
    return CONTRACTS[name].rules_for(CONTRACTS[name].names())


RULES = [(name, rule.label) for name in CONTRACTS for rule in rules_of(name)]


def breaking(name, label):
    """Changes to good rows that break one rule and no other, and how many rows then break it."""
    if (name, label) in WRONG:
        return [WRONG[name, label]], 1
    column, _, fault = label.rpartition(" ")
    if fault == "missing":
        return [{column: None}], 1
    if fault == "infinite":
        kind = CONTRACTS[name].column(column).kind
        return [{column: np.datetime64("20000-01-01", "us") if kind == "time" else np.inf}], 1
    assert label == f"{', '.join(KEYS[name])} repeated"
    same = {key: GOOD[name][key] for key in KEYS[name]}
    return [same, same, same], 3


def broken_in(name, table):
    found = CONTRACTS[name].check(table).set_index("rule")["n_rows"]
    return found[found > 0].to_dict()


@pytest.mark.slow
def test_every_table_has_a_contract_that_its_good_row_keeps():
    assert list(GOOD) == list(CONTRACTS)
    for name, contract in CONTRACTS.items():
        assert contract.name == name
        assert contract.names() == list(GOOD[name])
        assert broken_in(name, rows(name, {}, {})) == {}
        held = contract.require(rows(name, {}, {}).assign(other=1))
        assert (held.columns, held.count().execute()) == (tuple(contract.names()), 2)
        assert contract.require(held) is held


@pytest.mark.slow
@pytest.mark.parametrize(("name", "label"), RULES, ids=[f"{n}: {r}" for n, r in RULES])
def test_a_row_breaks_a_rule_and_the_others_keep_it(name, label):
    changes, n_broken = breaking(name, label)
    table = rows(name, *changes, {}, {})
    expected = {label: n_broken}
    if label.endswith("infinite"):  # what has bounds is then outside them as well
        bounded = f"{label.removesuffix(' infinite')} outside "
        labels = [rule.label for rule in CONTRACTS[name].rules]
        expected |= {other: 1 for other in labels if other.startswith(bounded)}
    found = broken_in(name, table)
    if label.endswith("infinite"):  # and so are days that must follow another
        found = {rule: n for rule, n in found.items() if " before " not in rule}
    assert found == expected
    with pytest.raises(ContractError) as caught:
        CONTRACTS[name].require(table)
    remedy = next(rule.remedy for rule in rules_of(name) if rule.label == label)
    head, *lines = str(caught.value).splitlines()
    assert head == f"{n_broken} of {len(table)} rows break the contract of {name}:"
    assert any(line.startswith(f"- {label}: {n_broken} rows") for line in lines)
    assert any(line.endswith(f"; {remedy}") for line in lines)


@pytest.fixture(params=["ibis", pytest.param("spark", marks=pytest.mark.spark)])
def as_table(request, tmp_path):
    """A function that opens a frame as an Ibis table of another engine."""

    def opened(frame):
        path = tmp_path / f"{len(list(tmp_path.iterdir()))}.parquet"
        days = frame.select_dtypes("datetime")
        frame.astype(dict.fromkeys(days, "datetime64[us]")).to_parquet(path)
        if request.param == "ibis":
            return ibis.duckdb.connect().read_parquet(path)
        return ibis.pyspark.connect(request.getfixturevalue("spark")).read_parquet(str(path))

    return opened


# Between them these tables have rules of every kind.
EVERY_KIND = ["transactions", "customers", "consents", "coupons", "referrals"]


@pytest.mark.parametrize(
    ("as_table", "name"),
    [
        *(("ibis", name) for name in CONTRACTS),
        *(pytest.param("spark", name, marks=pytest.mark.spark) for name in EVERY_KIND),
    ],
    indirect=["as_table"],
)
def test_every_engine_counts_the_same(name, as_table):
    changes = [change for rule in rules_of(name) for change in breaking(name, rule.label)[0]]
    table = rows(name, {}, *changes)
    here = CONTRACTS[name].check(table)
    assert (here["n_rows"] > 0).all()
    pd.testing.assert_frame_equal(CONTRACTS[name].check(as_table(table)), here)


def test_a_broken_rule_is_told_with_an_example_on_every_engine(as_table):
    table = as_table(rows("products", {"product_id": "x"}, {"product_id": "x"}, {"price": -9.5}))
    message = (
        "3 of 3 rows break the contract of products:\n"
        "- price negative: 1 rows (for example '-9.5'); correct the sign\n"
        "- product_id repeated: 2 rows (for example 'x'); keep one of the rows"
    )
    with pytest.raises(ContractError) as caught:
        PRODUCTS.require(table)
    assert str(caught.value) == message


def test_windows_and_sums_are_one_query(monkeypatch):
    from crmlab.contracts import _rules

    queries = []
    run = _rules.execute
    monkeypatch.setattr(_rules, "execute", lambda query: queries.append(query) or run(query))
    PRODUCTS.check(rows("products", {}, {}))
    assert len(queries) == 1


@pytest.mark.parametrize("name", CONTRACTS)
def test_only_required_columns_are_needed(name):
    contract = CONTRACTS[name]
    required = contract.names(required=True)
    assert broken_in(name, rows(name, {}, {})[required]) == {}
    for column in required:
        with pytest.raises(ContractError, match=rf"The {name} table lacks '{column}'; it has"):
            contract.require(rows(name, {}).drop(columns=column))


@pytest.mark.slow
@pytest.mark.parametrize("name", CONTRACTS)
def test_optional_cells_may_be_empty_and_so_may_whole_columns(name):
    contract = CONTRACTS[name]
    optional = [c for c in contract.names() if c not in contract.names(required=True)]
    optional += [column for table, column in MAY_BE_EMPTY if table == name]
    nothing = dict.fromkeys(optional)
    assert broken_in(name, rows(name, {}, nothing)) == {}
    emptied = rows(name, {}, {}).assign(**nothing).astype(dict.fromkeys(optional, object))
    assert broken_in(name, emptied) == {}
    table = ibis.memtable(rows(name, {}).drop(columns=optional))
    assert broken_in(name, table.mutate(**{column: ibis.null() for column in optional})) == {}


def test_a_table_without_rows_keeps_its_contract():
    assert COMPLAINTS.require(rows("complaints", {}).head(0)).count().execute() == 0


def test_missing_keys_are_not_repeated_keys():
    assert broken_in("products", rows("products", *[{"product_id": None}] * 2)) == {
        "product_id missing": 2
    }


def test_a_referrer_is_recognised_whatever_the_type_of_the_ids():
    table = pd.DataFrame({"referrer_id": ["7", "8"], "customer_id": [7, 9], "date": DAY})
    assert broken_in("referrals", table) == {"referrer is the customer": 1}


def test_personal_values_are_marked_and_never_told():
    assert IDENTITIES.names(personal=True) == ["name", "phone", "email", "address", "birth_date"]
    for contract in CONTRACTS.values():
        assert contract is IDENTITIES or contract.names(personal=True) == []
    shouted = Rule("name in capitals", "write it small", lambda t: t.name == t.name.upper(), "name")
    with pytest.raises(ContractError) as caught:
        replace(IDENTITIES, rules=(shouted,)).require(rows("identities", {"name": "KIM"}))
    assert str(caught.value).endswith("- name in capitals: 1 rows; write it small")


@pytest.mark.parametrize(
    ("table", "error", "message"),
    [
        pytest.param(
            [1], TypeError, "`table` must be a pandas frame or an Ibis .* got list", id="list"
        ),
        pytest.param(
            rows("spend", {}).assign(amount="5"),
            ContractError,
            r"`amount` must hold numbers; it holds string\. Convert it\.",
            id="text",
        ),
        pytest.param(
            rows("spend", {}, {}).assign(amount=[5, "five"]),
            ContractError,
            "`amount` must hold one kind of value; ",
            id="mixture",
        ),
        pytest.param(
            rows("spend", {})[["date", "amount", "amount", "channel", "purpose"]],
            ContractError,
            "`amount` is there more than once",
            id="twice",
        ),
        pytest.param(
            rows("spend", {}).drop(columns="purpose"),
            ContractError,
            r"lacks 'purpose'; it has 'date', .*\. Rename your columns to these names\.",
            id="column-missing",
        ),
    ],
)
def test_what_is_no_such_table_is_refused(table, error, message):
    for method in (SPEND.check, SPEND.require):
        with pytest.raises(error, match=message):
            method(table)


def test_categories_and_columns_of_others_are_no_obstacle():
    table = rows("spend", {}, {"purpose": "win"}).assign(note=[{1}, object()])
    assert broken_in("spend", table.astype({"purpose": "category"})) == {"purpose unknown": 1}


@pytest.mark.slow
def test_the_words_are_the_ones_the_rules_allow():
    for name, column, words in [
        ("consents", "purpose", PURPOSES),
        ("consents", "channel", CHANNELS),
        ("campaigns", "design", DESIGNS),
        ("responses", "kind", RESPONSE_KINDS),
        ("spend", "purpose", SPEND_PURPOSES),
    ]:
        changes = [
            {column: word, "date": DAY + i * pd.Timedelta("1D")} for i, word in enumerate(words)
        ]
        changes = [{k: v for k, v in change.items() if k in GOOD[name]} for change in changes]
        assert broken_in(name, rows(name, *changes)) == {}


@pytest.mark.parametrize("contract", CONTRACTS.values(), ids=list(CONTRACTS))
def test_every_rule_says_what_to_do(contract):
    assert all(rule.remedy and rule.column in contract.names() for rule in contract.rules)
    assert all(contract.names().count(name) for rule in contract.rules for name in rule.needs)
    labels = [rule.label for rule in contract.rules]
    assert len(labels) == len(set(labels))
