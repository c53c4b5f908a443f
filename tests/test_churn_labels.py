"""Who has left, and what was known of a customer on a day."""

import re

import numpy as np
import pandas as pd
import pytest
from churn_cases import orders
from conftest import few_engines

from crmlab import InputError, InputTypeError
from crmlab.churn import churn_features, churn_panel, find_leaks, label_churn, partial_defectors
from crmlab.datasets import load_company

AS_OF = "2025-01-31"
ORDERS = orders()


def frame(*rows):
    table = pd.DataFrame(rows, columns=["customer_id", "date", "amount"])
    return table.assign(date=pd.to_datetime(table["date"]))


# --- labels: contracts ----------------------------------------------------------------------------

CONTRACTS = pd.DataFrame(
    [
        ("stays", "2024-01-01", None),
        ("leaves", "2024-01-01", "2024-07-10"),
        ("leaves later", "2024-01-01", "2024-09-30"),
        ("had left", "2024-01-01", "2024-06-30"),
        ("not yet", "2024-07-15", None),
        ("changes plan", "2024-01-01", "2024-07-10"),
        ("changes plan", "2024-07-10", None),
        ("comes back", "2024-01-01", "2024-02-01"),
        ("comes back", "2024-03-01", None),
    ],
    columns=["customer_id", "start", "end"],
).assign(start=lambda t: pd.to_datetime(t["start"]), end=lambda t: pd.to_datetime(t["end"]))


def test_contracts_that_end_within_the_horizon_are_churn():
    found = label_churn(CONTRACTS, as_of="2024-06-30", horizon=31)
    assert found["churned"].dropna().to_dict() == {
        "changes plan": False, "comes back": False, "leaves": True, "leaves later": False,
        "stays": False,
    }  # fmt: skip
    assert found.loc["had left", "status"] == "gone before"
    assert found.loc["comes back", "tenure_days"] == 121


def test_the_last_day_of_the_horizon_counts():
    within = label_churn(CONTRACTS, as_of="2024-06-30", horizon=10)
    assert within.loc["leaves", "churned"]
    assert not label_churn(CONTRACTS, as_of="2024-06-30", horizon=9).loc["leaves", "churned"]


# --- labels: silence ------------------------------------------------------------------------------


def slow_label(table, as_of, horizon, quantile, min_gaps):
    """By customer and by day, in plain pandas."""
    day, end = pd.Timestamp(as_of), pd.Timestamp(as_of) + pd.Timedelta(days=horizon)
    days = {c: np.sort(part["date"].unique()) for c, part in table.groupby("customer_id")}
    known = {c: d[d <= day] for c, d in days.items() if (d <= day).any()}
    gaps = {c: np.diff(d) / np.timedelta64(1, "D") for c, d in known.items()}
    pairs = sorted((g, 1 / len(gap)) for gap in gaps.values() for g in gap)
    weight = np.cumsum([w for _, w in pairs])
    pooled = pairs[int((weight / weight[-1] >= quantile - 1e-12).argmax())][0]
    rows = {}
    for c, d in known.items():
        own = len(gaps[c]) >= min_gaps
        limit = np.quantile(gaps[c], quantile) if own else pooled
        silent = (day - d[-1]).days
        last = days[c][days[c] <= end][-1]
        status = "at risk"
        if silent > limit:
            status = "gone before"
        elif silent + horizon <= limit:
            status = "too early to tell"
        churned = (end - last).days > limit if status == "at risk" else pd.NA
        rows[c] = {"status": status, "churned": churned, "limit_days": limit}
    return pd.DataFrame.from_dict(rows, orient="index").sort_index()


@pytest.mark.slow
@pytest.mark.parametrize("horizon", [20, 90])
@pytest.mark.parametrize("quantile", [0.5, 0.9])
def test_silence_is_measured_in_the_customers_own_interval(horizon, quantile):
    found = label_churn(ORDERS, as_of=AS_OF, horizon=horizon, quantile=quantile)
    slow = slow_label(ORDERS, AS_OF, horizon, quantile, 5)
    assert found["status"].tolist() == slow["status"].tolist()
    assert found["churned"].tolist() == slow["churned"].tolist()
    assert found["limit_days"].tolist() == pytest.approx(slow["limit_days"].tolist())
    assert set(found["status"]) == {
        "at risk",
        "gone before",
        *(["too early to tell"] * (horizon < 90)),
    }


@pytest.mark.slow
def test_limits_and_who_is_at_risk_use_nothing_after_the_day():
    known = ORDERS[ORDERS["date"] <= AS_OF]
    later = frame(*[(c, "2025-03-02", 1.0) for c in known["customer_id"].unique()])
    changed = label_churn(pd.concat([known, later]), as_of=AS_OF, horizon=30)
    found = label_churn(ORDERS, as_of=AS_OF, horizon=30)
    for name in ("status", "limit_days", "rule", "days_since_last"):
        assert changed[name].tolist() == found[name].tolist()
    assert not changed["churned"].any() or changed["limit_days"].min() < 30
    assert found["rule"].nunique() == 2


def test_a_purchase_given_back_later_was_one_on_the_day():
    table = pd.DataFrame(
        {
            "customer_id": ["a", "a", "a", "b", "b"], "order_id": ["1", "2", "2", "3", "4"],
            "date": pd.to_datetime(
                ["2024-01-01", "2024-02-01", "2024-03-10", "2024-01-01", "2024-04-30"]
            ),
            "amount": [10.0, 10.0, -10.0, 10.0, 10.0],
        }
    )  # fmt: skip
    found = label_churn(table, as_of="2024-03-01", horizon=50)
    assert found.loc["a", "days_since_last"] == 29
    assert found.loc["a", "status"] == "at risk"


SPAN = f"{ORDERS['date'].min():%Y-%m-%d} to {ORDERS['date'].max():%Y-%m-%d}"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param(
            {"as_of": "2030-01-01"}, f"`as_of` must lie within the data, {SPAN}; got", id="late"
        ),
        pytest.param(
            {"as_of": "2020-01-01"}, f"`as_of` must lie within the data, {SPAN}; got", id="early"
        ),
        pytest.param(
            {"horizon": 300}, "`horizon` must end within the data, by 2025-06-", id="horizon"
        ),
        pytest.param(
            {"as_of": None}, "`as_of` must be a date such as '2024-12-31'; got None", id="none"
        ),
    ],
)
def test_days_outside_the_data_are_refused(options, message):
    with pytest.raises(InputError, match=re.escape(message)):
        label_churn(ORDERS, **{"as_of": AS_OF, "horizon": 30} | options)


def test_a_day_by_which_goods_were_only_given_back_is_refused():
    orders = pd.DataFrame(
        {"customer_id": ["a", "b"], "date": pd.to_datetime(["2024-01-01", "2024-03-01"]),
         "amount": [-5.0, 10.0]}
    )  # fmt: skip
    with pytest.raises(InputError, match="`table` must hold a purchase by `as_of`, 2024-02-01"):
        label_churn(orders, as_of="2024-02-01", horizon=10)


def test_contracts_outside_the_data_are_refused():
    with pytest.raises(
        InputError, match="`as_of` must lie within the data, 2024-01-01 to 2024-09-30"
    ):
        label_churn(CONTRACTS, as_of="2023-01-01", horizon=30)


def test_one_purchase_each_tells_no_interval():
    table = frame(("a", "2024-01-01", 1.0), ("b", "2024-02-01", 1.0))
    with pytest.raises(InputError, match="At least one customer must have two purchases"):
        label_churn(table, as_of="2024-01-15", horizon=5)


# --- features -------------------------------------------------------------------------------------


def test_features_are_those_of_the_rows_by_the_day():
    found = churn_features(ORDERS, as_of=AS_OF, window=60)
    day = pd.Timestamp(AS_OF)
    for customer in ("c000", "c013", "c037"):
        own = ORDERS[(ORDERS["customer_id"] == customer) & (ORDERS["date"] <= day)]
        age = (day - own["date"]).dt.days
        row = found.loc[customer]
        assert row["days_since_last"] == age.min()
        assert row["purchases_recent"] == (age < 60).sum()
        assert row["purchases_before"] == ((age >= 60) & (age < 120)).sum()
        recent = own.loc[age < 60, "amount"].sum()
        before = own.loc[(age >= 60) & (age < 120), "amount"].sum()
        assert row["spend_recent"] == pytest.approx(recent)
        assert row["spend_change"] == pytest.approx((recent - before) / (recent + before or 1))
        gap = (age.max() - age.min()) / (len(own) - 1)
        assert row["silence_ratio"] == pytest.approx(age.min() / gap)
    assert found.notna().all().all()


@pytest.mark.slow
def test_no_feature_leaks_and_labels_do_not_enter():
    table = find_leaks(lambda rows: churn_features(rows, as_of=AS_OF), ORDERS, as_of=AS_OF)
    assert not table["leaks"].any()


def with_leak(rows):
    """The features, and one that an analyst made from the whole table."""
    later = rows.groupby("customer_id")["amount"].sum().rename("total_spend")
    return churn_features(rows, as_of=AS_OF).join(later)


def test_a_planted_leak_is_caught():
    table = find_leaks(with_leak, ORDERS, as_of=AS_OF)
    assert table.index[table["leaks"]].tolist() == ["total_spend"]
    assert table.loc["total_spend", "n_differing"] > 20


def test_who_is_in_the_table_at_all_may_leak():
    rows = pd.concat([ORDERS, frame(("late", "2025-03-01", 5.0))])
    table = find_leaks(
        lambda each: each.groupby("customer_id").agg(first=("date", "min")), rows, as_of=AS_OF
    )
    assert table.loc["customer_id", ["n_differing", "leaks"]].tolist() == [1, True]
    assert not table.loc["first", "leaks"]


@pytest.mark.slow
def test_leaks_are_found_in_an_ibis_table_too():
    import ibis

    held = ibis.duckdb.connect().create_table("orders", ORDERS)
    table = find_leaks(lambda rows: churn_features(rows, as_of=AS_OF), held, as_of=AS_OF)
    assert not table["leaks"].any()


def test_without_later_rows_no_leak_could_show():
    with pytest.raises(InputError, match="`orders` must hold rows after 2025-06-30"):
        find_leaks(with_leak, ORDERS, as_of="2025-06-30")


def test_complaints_and_contracts_count_by_the_day_only():
    complaints = frame(
        ("c000", "2025-01-20", 0), ("c000", "2024-05-05", 0), ("c000", "2025-02-20", 0)
    )
    contracts = pd.DataFrame(
        {"customer_id": ["c000", "c001"], "start": pd.to_datetime(["2025-01-01", "2024-01-01"]),
         "end": pd.to_datetime(["2025-02-10", "2024-02-01"])}
    )  # fmt: skip
    found = churn_features(ORDERS, as_of=AS_OF, complaints=complaints, subscriptions=contracts)
    names = ["n_complaints", "complaints_recent", "subscribed", "subscribed_days"]
    assert found.loc["c000", names].tolist() == [2, 1, 1, 30]
    assert found.loc["c001", names].tolist() == [0, 0, 0, 31]
    assert found.loc["c002", names].tolist() == [0, 0, 0, 0]


def test_time_zones_mixed_between_tables_are_refused():
    complaints = frame(("c000", "2025-01-20", 0))
    complaints["date"] = complaints["date"].dt.tz_localize("UTC")
    with pytest.raises(
        InputError, match=r"one clock in all tables; got `orders` in local time, `compl.* UTC"
    ):
        churn_features(ORDERS, as_of=AS_OF, complaints=complaints)


@pytest.mark.parametrize("as_of", ["2020-01-01", "2026-01-01"])
def test_features_outside_the_data_are_refused(as_of):
    with pytest.raises(InputError, match="`as_of` must lie within the data, 2024-01-"):
        churn_features(ORDERS, as_of=as_of)


@pytest.mark.slow
@few_engines
def test_labels_and_features_are_the_same_on_every_engine(engine):
    from crmlab.loaders import read_transactions

    held = read_transactions(engine(ORDERS))
    labels = label_churn(held, as_of=AS_OF, horizon=40)
    expected = label_churn(ORDERS, as_of=AS_OF, horizon=40)
    assert labels["status"].tolist() == expected["status"].tolist()
    assert labels["limit_days"].tolist() == pytest.approx(expected["limit_days"].tolist())
    features = churn_features(held, as_of=AS_OF)
    pd.testing.assert_frame_equal(features, churn_features(ORDERS, as_of=AS_OF), check_dtype=False)


# --- partial defectors ----------------------------------------------------------------------------


def test_partial_defectors_still_come_and_a_quiet_season_makes_none():
    index = pd.Index(list("abcd"), name="customer_id")
    features = pd.DataFrame(
        {"T": [400, 400, 400, 100], "spend_before": [100.0, 100, 100, 100],
         "spend_recent": [50.0, 50, 10, 10]}, index=index,
    )  # fmt: skip
    found = partial_defectors(features)
    # All others spend half of what they did, too; "d" is too new to compare.
    assert found.index.tolist() == ["c"]
    assert found.loc["c", "lost_spend"] == pytest.approx(100 * 110 / 300 - 10)
    quiet = partial_defectors(features.assign(spend_recent=features["spend_recent"] / 2))
    assert quiet["fall"].tolist() == pytest.approx(found["fall"].tolist())


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        pytest.param({}, {"fall": 0}, "`fall` must be above 0", id="no-fall"),
        pytest.param(
            {"spend_recent": 0.0}, {}, "spent in both windows; there is none", id="nobody"
        ),
    ],
)
def test_partial_defectors_that_cannot_be_are_refused(change, options, message):
    features = churn_features(ORDERS, as_of=AS_OF).assign(**change)
    with pytest.raises(InputError, match=message):
        partial_defectors(features, **options)


# --- panels ---------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_panel_holds_those_at_risk_on_each_day():
    days = ["2024-10-31", AS_OF]
    panel = churn_panel(ORDERS, as_of=days, horizon=60)
    for day in days:
        labels = label_churn(ORDERS, as_of=day, horizon=60)
        own = panel[panel["as_of"] == day]
        assert own.index.tolist() == labels.index[labels["status"] == "at risk"].tolist()
        assert own["churned"].tolist() == labels["churned"].dropna().tolist()


def test_a_panel_wants_a_list_of_days():
    with pytest.raises(InputTypeError, match="`as_of` must be a list of dates"):
        churn_panel(ORDERS, as_of=AS_OF, horizon=60)
    with pytest.raises(InputError, match="`as_of` must hold at least one date"):
        churn_panel(ORDERS, as_of=[], horizon=60)


@pytest.mark.slow
def test_silence_finds_the_company_customers_who_have_truly_stopped():
    company = load_company()
    people = company.truth.people
    labels = label_churn(company.transactions, as_of="2025-06-30", horizon=180)
    gone = labels[labels["status"] == "gone before"].index
    truth = people if people.index.name == "customer_id" else people.set_index("customer_id")
    stopped = ~truth["alive"] & (truth["dropped_out"] <= "2025-06-30")
    known = stopped.reindex(labels.index)
    assert known.loc[gone].mean() > known.drop(gone).mean() + 0.2
    risk = labels[labels["status"] == "at risk"]
    left = ~truth["alive"].reindex(risk.index)
    assert (
        left[risk["churned"].astype(bool)].mean()
        > left[~risk["churned"].astype(bool)].mean() + 0.15
    )
