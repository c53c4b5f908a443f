"""What every priced factor has in common: none costs nothing, more costs more, limits, money."""

import functools

import pandas as pd
import pytest
from priced_cases import SEEDS, company, shuffled

from crmlab import InputError, InputTypeError
from crmlab.readiness import (
    simulate_missing_entries,
    simulate_overlap,
    simulate_wrong_ranking,
)

by_loyalty = functools.partial(simulate_wrong_ranking, ranking="loyalty")
FACTORS = {
    "overlap": (simulate_overlap, "overlap"),
    "missing entries": (simulate_missing_entries, "missing"),
    "wrong ranking, profit": (simulate_wrong_ranking, "wrong"),
    "wrong ranking, loyalty": (by_loyalty, "wrong"),
}
every_factor = pytest.mark.parametrize(
    ("simulate", "strength"), FACTORS.values(), ids=list(FACTORS)
)

pytestmark = pytest.mark.xdist_group("priced companies")  # each is made once
MONEY = ["cost", "lower", "upper", "remedy", "remedy_lower", "remedy_upper"]


@every_factor
def test_no_factor_costs_exactly_nothing_and_its_remedy_only_its_price(simulate, strength):
    priced = simulate(company(), **{strength: 0})
    (row,) = priced.table.to_dict("records")
    assert [row[name] for name in MONEY[:3]] == [0, 0, 0]
    assert [row[name] for name in MONEY[3:]] == [-row["remedy_cost"]] * 3


@pytest.mark.slow
@every_factor
def test_cost_rises_with_the_strength_for_each_of_twenty_seeds(simulate, strength):
    for seed in SEEDS:
        table = simulate(company(seed), seed=seed).table
        assert (table["cost"].diff().dropna() > 0).all(), seed
        assert (table["lower"] <= table["cost"]).all()
        assert (table["cost"] <= table["upper"]).all()
        assert table["lower"].iloc[-1] > 0, seed


@pytest.mark.slow
@every_factor
def test_limits_hold_the_cost_of_other_companies(simulate, strength):
    """Each company's limits at full strength, against the mean of all: nearly all must hold it."""
    tables = [simulate(company(seed), **{strength: 1}).table.iloc[0] for seed in SEEDS]
    mean = sum(row["cost"] for row in tables) / len(tables)
    held = sum(row["lower"] <= mean <= row["upper"] for row in tables)
    assert held >= 16  # of 20 at a level of 95 %: fewer than 16 come once in 2,000 times


@every_factor
def test_a_firm_of_other_size_has_the_same_in_proportion(simulate, strength):
    one, ten = (
        simulate(company(), **{strength: 0.5}, n_customers=n).table.iloc[0] for n in (1_000, 10_000)
    )
    for name in MONEY[:3]:
        assert ten[name] == pytest.approx(10 * one[name])
    back = one["remedy"] + one["remedy_cost"]
    assert ten["remedy"] + ten["remedy_cost"] == pytest.approx(10 * back)


@every_factor
def test_no_margin_no_loss_of_margin(simulate, strength):
    priced = simulate(company(), margin=0, cost_per_contact=0)
    assert not priced.table[MONEY[:3]].to_numpy().any()


@every_factor
def test_the_order_of_rows_decides_nothing(simulate, strength):
    for part in ("table", "detail", "assumptions"):
        given, again = (
            getattr(simulate(each, **{strength: 0.5}), part)
            for each in (company(), shuffled(company()))
        )
        pd.testing.assert_frame_equal(given, again)


@every_factor
def test_every_number_that_no_table_tells_is_an_assumption(simulate, strength):
    assumed = simulate(company(), **{strength: 0.5}).assumptions.set_index("name")
    assert set(assumed["source"]) == {"assumed", "company"}
    assert assumed.loc["margin"].tolist() == [60_000.0, "currency an order", "company"]
    given = simulate(company(), **{strength: 0.5}, margin=5).assumptions.set_index("name")
    assert given.loc["margin", "source"] == "assumed"
    assert not assumed.index.duplicated().any()


@every_factor
@pytest.mark.parametrize(
    ("options", "error", "match"),
    [
        pytest.param({"strength": 1.5}, InputError, r"must be in \[0, 1\]; got 1.5", id="above"),
        pytest.param({"strength": []}, InputError, "at least one fraction; got none", id="none"),
        pytest.param({"level": 1.0}, InputError, "`level`", id="level"),
        pytest.param({"seed": -1}, InputError, "`seed`", id="seed"),
        pytest.param({"n_customers": 0}, InputError, "`n_customers`", id="nobody"),
    ],
)
def test_bad_options_are_named(simulate, strength, options, error, match):
    options = {strength if name == "strength" else name: at for name, at in options.items()}
    with pytest.raises(error, match=match):
        simulate(company(), **options)


@every_factor
def test_anything_but_a_company_is_refused(simulate, strength):
    with pytest.raises(InputTypeError, match="`company` must be a simulated company; got Data"):
        simulate(company().contacts)
