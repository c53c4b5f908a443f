"""The holder of the simulated company, its files, and the copy that is shipped."""

import json
import re
from dataclasses import FrozenInstanceError, fields, replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from contract_cases import DAY, GOOD, rows

from crmlab import InputError
from crmlab._paths import data_dir
from crmlab.company import CompanySettings
from crmlab.contracts import CONTRACTS, ContractError
from crmlab.customer_base import rfm_summary
from crmlab.datasets import (
    TRANSACTION_SETS,
    Company,
    Truth,
    describe,
    load_company,
    load_transactions,
    save_company,
)

HOME = data_dir() / "company"


SETTINGS = CompanySettings(weeks=52, seasonality=False, spend_gamma=0.1 + 0.2)


def small() -> Company:
    tables = {name: rows(name, {}, {}) for name in GOOD}
    for table in tables.values():
        dates = table.select_dtypes("datetime")
        table[dates.columns] = dates.astype("datetime64[s]")
    tables["subscriptions"]["end"] = pd.Series([DAY, pd.NaT], dtype="datetime64[us]")
    tables["complaints"] = tables["complaints"].head(0)
    tables["visits"]["held"] = np.array([0, 3], dtype="int32")
    people = pd.DataFrame(
        {"purchase_rate": [0.1, 1 / 3], "alive": [True, False], "dropped_out": [pd.NaT, DAY]},
        index=pd.Index(["a0", "a1"], name="customer_id"),
    )
    other = pd.DataFrame({"x": ["김", None]})
    truth = Truth(people=people, effects=other, links=other, pairs=other, settings=SETTINGS)
    return Company(**tables, truth=truth)


def assert_same(found: Company, expected: Company) -> None:
    for one, two in ((found, expected), (found.truth, expected.truth)):
        for field in fields(one):
            frame = getattr(one, field.name)
            if isinstance(frame, pd.DataFrame):
                pd.testing.assert_frame_equal(frame, getattr(two, field.name), obj=field.name)
    assert found.truth.settings == expected.truth.settings


@pytest.mark.slow
def test_a_saved_company_comes_back_exactly(tmp_path):
    company = small()
    save_company(company, tmp_path / "a" / "b")
    found = load_company(folder=tmp_path / "a" / "b")
    assert_same(found, company)
    again = tmp_path / "again"
    save_company(found, again)
    for path in again.rglob("*.*"):
        assert path.read_bytes() == (tmp_path / "a" / "b" / path.relative_to(again)).read_bytes()


def test_files_are_small_and_stand_by_the_names_of_tables(tmp_path):
    import pyarrow.parquet as pq

    save_company(small(), str(tmp_path))
    names = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*.*")}
    truth = {f"truth/{name}" for name in ("people", "effects", "links", "pairs")}
    assert names == {f"{name}.parquet" for name in GOOD | dict.fromkeys(truth)} | {
        "truth/settings.json"
    }
    many = pd.DataFrame({"id": [f"C{i:07}" for i in range(5_000)], "part": np.arange(5_000) / 7})
    save_company(replace(small(), spend=many), tmp_path / "many")
    pd.testing.assert_frame_equal(pd.read_parquet(tmp_path / "many" / "spend.parquet"), many)
    assert (tmp_path / "many" / "spend.parquet").stat().st_size < 5_000 * 10
    column = pq.ParquetFile(tmp_path / "products.parquet").metadata.row_group(0).column(0)
    assert column.compression == "ZSTD"


def test_loaded_settings_are_the_simulator_s_own_and_cannot_be_changed(tmp_path):
    save_company(small(), tmp_path)
    settings = load_company(folder=tmp_path).truth.settings
    assert isinstance(settings, CompanySettings)
    assert (settings.weeks, settings.seasonality, settings.spend_gamma) == (52, False, 0.1 + 0.2)
    with pytest.raises(FrozenInstanceError):
        settings.weeks = 26


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            {"weeks": None}, "must hold every setting of a company; it lacks weeks", id="lost"
        ),
        pytest.param({"moon": 1}, "`setting` must be one of .*; got 'moon'", id="unknown"),
        pytest.param({"returns": 3}, r"`returns` must be in \[0, 1\]; got 3", id="impossible"),
    ],
)
def test_settings_of_another_version_are_refused_by_name(tmp_path, change, message):
    save_company(small(), tmp_path)
    path = tmp_path / "truth" / "settings.json"
    values = json.loads(path.read_text()) | change
    path.write_text(
        json.dumps({name: value for name, value in values.items() if value is not None})
    )
    with pytest.raises(InputError, match=message):
        load_company(folder=tmp_path)


def test_a_company_that_cannot_be_saved_leaves_the_saved_one_as_it_was(tmp_path):
    save_company(small(), tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.rglob("*.*")}
    unsavable = pd.DataFrame({"x": [object()]})
    with pytest.raises(pa.ArrowInvalid):
        save_company(replace(small(), visits=unsavable), tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.rglob("*.*")} == before


def test_a_folder_without_a_table_says_which(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"needs 'settings.json', which .*truth does not"):
        load_company(folder=tmp_path)
    save_company(small(), tmp_path)
    (tmp_path / "visits.parquet").unlink()
    with pytest.raises(FileNotFoundError, match=r"needs 'visits.parquet', .* `save_company` wrote"):
        load_company(folder=tmp_path)


@pytest.mark.slow
def test_check_names_table_and_rule_and_is_empty_where_all_is_well():
    company = small()
    found = company.check()
    assert found.empty
    assert list(found.columns) == ["table", "rule", "n_rows"]
    broken = replace(
        company,
        spend=rows("spend", {"amount": -1.0}, {"amount": -1.0}, {}),
        products=rows("products", {"product_id": None}),
    )
    assert broken.check().to_dict("records") == [
        {"table": "products", "rule": "product_id missing", "n_rows": 1},
        {"table": "spend", "rule": "amount negative", "n_rows": 2},
    ]
    with pytest.raises(ContractError, match="The visits table lacks 'held'"):
        replace(company, visits=company.visits.drop(columns="held")).check()


def test_the_company_has_every_canonical_table_and_tells_its_columns():
    tables = [field.name for field in fields(Company) if field.name != "truth"]
    assert sorted(tables) == sorted(CONTRACTS)
    told = re.split(r"\n    (\w+) : ", Company.__doc__)
    told = dict(zip(told[1::2], told[2::2], strict=True))
    # What exports of shops say of an order besides: these orders are all paid, in won.
    of_exports = {"status", "refunded", "order_refunded", "order_total", "order_paid"}
    of_exports |= {"currency", "is_test"}
    for name, contract in CONTRACTS.items():
        untold = {column for column in contract.names() if f"`{column}`" not in told[name]}
        allowed = {"transactions": of_exports, "contacts": {"currency"}, "responses": {"currency"}}
        assert untold == allowed.get(name, set())


def test_a_company_shows_its_sizes_and_cannot_be_changed():
    company = small()
    assert repr(company).startswith("Company(transactions: 2, products: 2, ")
    assert "complaints: 0" in repr(company)
    assert repr(company.truth) == "Truth(people: 2, effects: 2, links: 2, pairs: 2)"
    with pytest.raises(FrozenInstanceError):
        company.spend = company.visits


# --- the copy that is shipped: its card is in test_datasets.py ---------------------------------


@pytest.mark.slow
def test_the_shipped_company_is_what_the_simulator_makes():
    from crmlab.simulate import simulate_company

    (made,) = re.findall(r"simulate_company\(([\d_]+), seed=(\d+)\)", describe("company"))
    assert_same(load_company(), simulate_company(int(made[0]), seed=int(made[1])))


@pytest.mark.slow
def test_the_shipped_company_is_small_and_keeps_every_contract():
    assert sum(path.stat().st_size for path in HOME.rglob("*.*")) < 5_000_000
    assert load_company().check().empty


@pytest.mark.slow
def test_its_orders_are_a_set_that_reports_know_by_name():
    orders = load_transactions("company")
    pd.testing.assert_frame_equal(orders, load_company().transactions)
    assert TRANSACTION_SETS["company"] == "KRW"


# --- returns, which the company books days after the order they come from ---------------------


@pytest.fixture(scope="module")
def company():
    return load_company()


@pytest.fixture(scope="module")
def summary(company):
    return rfm_summary(company.transactions)


def left_of_orders(lines):
    """What each order brought (`gross`) and what is left of it, by customer and order."""
    gross = lines["amount"].where(~lines["is_return"], 0)
    by_order = lines.assign(gross=gross).groupby(["customer_id", "order_id"])
    return by_order[["gross", "amount"]].sum().rename(columns={"amount": "left"})


def netted_by_day(lines):
    """Purchases and money by customer if a return were taken off the day it is booked on."""
    days = lines.groupby(["customer_id", "date"])["amount"].sum()
    return days[days >= 0].groupby("customer_id").agg(["size", "sum"])


@pytest.mark.slow
def test_the_summary_has_what_is_left_of_each_order_after_its_returns(company, summary):
    orders = left_of_orders(company.transactions)
    kept = orders[(orders["left"] > 0) | (orders["gross"] == 0)]
    by_customer = kept["left"].groupby("customer_id").agg(["size", "sum"])
    assert summary["total_spend"].to_dict() == by_customer["sum"].to_dict()
    assert summary["n_orders"].to_dict() == by_customer["size"].to_dict()


@pytest.mark.slow
def test_only_returns_on_a_later_day_set_the_summary_apart_from_days_netted(company, summary):
    lines = company.transactions
    days = netted_by_day(lines)
    now = summary[["n_orders", "total_spend"]].reindex(days.index)
    differs = (now.to_numpy() != days.to_numpy()).any(axis=1)
    ordered = lines[~lines["is_return"]].groupby("order_id")["date"].min()
    late = lines["is_return"] & (lines["date"] > lines["order_id"].map(ordered))
    assert late.sum() > 1_000
    assert set(days.index[differs]) == set(lines.loc[late, "customer_id"])


@pytest.mark.slow
def test_revenue_is_nearer_to_the_planted_one_than_with_days_netted(company, summary):
    placed = left_of_orders(company.transactions).groupby("customer_id").size()
    kept = 1 - company.truth.settings.returns  # of an order, on average
    planted = (company.truth.people["mean_spend"] * placed * kept).sum()
    netted = netted_by_day(company.transactions)["sum"].sum()
    assert summary["total_spend"].sum() == pytest.approx(planted, rel=0.01)
    assert netted > planted * 1.04
