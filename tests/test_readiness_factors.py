"""Factors P4 to P7 in money: no factor costs nothing, more of it costs more, slow code agrees."""

import dataclasses
import functools
import itertools
import math
import re

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import crmlab
from crmlab import readiness
from crmlab._errors import InputError, InputTypeError
from crmlab._stake import read_stake
from crmlab.readiness import (
    SOURCING_CHECKLIST,
    identity_signal,
    price_split_identities,
    process_signal,
    simulate_outsourcing,
    simulate_split_identities,
    simulate_unchanged_process,
    simulate_wrong_solution,
    solution_questions,
    solution_signal,
    sourcing_signal,
)
from crmlab.readiness._pricing import identities, process, solutions, sourcing
from crmlab.simulate import simulate_company

FACTORS = {
    "P4": (simulate_outsourcing, "unchecked"),
    "P5": (simulate_unchanged_process, "unchanged"),
    "P6": (simulate_wrong_solution, "wrong"),
    "P7": (price_split_identities, "share"),
}
STRENGTHS = (0, 0.1, 0.3, 0.6, 1)
every_factor = pytest.mark.parametrize("factor", FACTORS)


@functools.cache
def company(seed=1, n=1_000):
    return simulate_company(n, seed=seed)


@pytest.fixture(scope="module", autouse=True)
def _read_once():
    """What a factor reads of a company takes longer than the factor: keep it."""
    kept = {}

    def read(firm, **options):
        key = (id(firm), *sorted(options.items()))
        if key not in kept:
            kept[key] = (firm, read_stake(firm, **options))
        return kept[key][1]

    with pytest.MonkeyPatch.context() as patch:
        for module in (identities, process, solutions, sourcing):
            patch.setattr(module, "read_stake", read)
        yield


def priced(factor, seed=1, n=1_000, **options):
    simulate, _ = FACTORS[factor]
    if factor == "P7":
        options = {"lots": 4} | options
    return simulate(company(seed, n), **options)


# --- all four -------------------------------------------------------------------------------------


@every_factor
@pytest.mark.slow
def test_no_factor_costs_nothing_and_more_of_it_costs_more_in_every_company(factor):
    _, strength = FACTORS[factor]
    for seed in range(20):
        found = priced(factor, seed, **{strength: STRENGTHS}, remedy_cost=1_000)
        table = found.table
        assert found.factor == factor
        assert (table.loc[0, ["cost", "lower", "upper"]] == 0).all(), seed
        assert table.loc[0, "remedy"] == -1_000, seed
        assert (table["cost"].diff().dropna() > 0).all(), seed
        assert (table["lower"] <= table["cost"]).all(), seed
        assert (table["cost"] <= table["upper"]).all(), seed
        assert table["remedy"].is_monotonic_increasing, seed


@every_factor
@pytest.mark.slow
def test_money_is_of_a_firm_of_any_size_and_margin_and_the_seed_decides(factor):
    _, strength = FACTORS[factor]
    once, again = (priced(factor, **{strength: 0.5}) for _ in range(2))
    pd.testing.assert_frame_equal(once.table, again.table)
    pd.testing.assert_frame_equal(once.detail, again.detail)
    # The exit of P4 costs the firm the same, whatever its size.
    free = {"exit_cost": 0} if factor == "P4" else {}
    small = priced(factor, **{strength: 0.5}, **free).table["cost"].item()
    large = priced(factor, **{strength: 0.5}, **free, n_customers=10_000).table["cost"].item()
    assert large == pytest.approx(10 * small)
    richer = priced(factor, **{strength: 0.5}, **free, margin=120_000, cost_per_contact=3_000)
    others = {"P6": 0.01}.get(factor, 1e-9)  # the price of an e-mail stays
    assert richer.table["cost"].item() == pytest.approx(2 * small, rel=others)


@every_factor
def test_every_number_that_no_table_tells_is_named_as_an_assumption(factor):
    found = priced(factor)
    names = found.assumptions["name"]
    assert names.is_unique
    assert set(found.assumptions["source"]) == {"company", "assumed"}
    simulate, strength = FACTORS[factor]
    options = set(simulate.__kwdefaults__) - {strength, "n_customers", "lots", "level", "seed"}
    assert options <= set(names)


@every_factor
@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param({"strength": 1.2}, "`{}` must be in [0, 1]; got 1.2", id="strength"),
        pytest.param({"strength": ()}, "`{}` must hold at least one", id="no-strength"),
        pytest.param({"remedy_cost": -1}, "`remedy_cost` must be", id="negative-cost"),
        pytest.param({"level": 1}, "`level` must be in (0, 1)", id="level"),
    ],
)
def test_an_option_out_of_range_is_named(factor, options, message):
    _, strength = FACTORS[factor]
    options = {strength if name == "strength" else name: each for name, each in options.items()}
    with pytest.raises(InputError, match=re.escape(message.format(strength))):
        priced(factor, **options)


@every_factor
def test_a_firm_without_campaigns_is_refused(factor):
    empty = dataclasses.replace(company(), campaigns=company().campaigns.iloc[:0])
    with pytest.raises(InputError, match="it has no campaigns"):
        FACTORS[factor][0](empty)


def test_a_trial_without_orders_teaches_nothing():
    silent = dataclasses.replace(company(), responses=company().responses.iloc[:0])
    with pytest.raises(InputError, match="`company` must have customers with and without an order"):
        readiness.simulate_unchanged_process(silent)


# --- P4: items left out of a checklist ------------------------------------------------------------


@pytest.mark.slow
def test_what_a_checklist_left_out_costs_is_the_average_over_many_years():
    """A thousand years of one firm: items are left out, some go wrong, some firms leave."""
    firm, unchecked, n_years = company(), 0.6, 20_000
    found = simulate_outsourcing(firm, unchecked=[0, unchecked]).detail.iloc[1]
    rng = np.random.default_rng(5)
    items = SOURCING_CHECKLIST
    hit = rng.random((n_years, len(items))) < unchecked
    hit &= rng.random((n_years, len(items))) < items["chance"].to_numpy()
    met = {harm: hit[:, (items["harm"] == harm).to_numpy()].any(axis=1) for harm in set(items.harm)}
    worth = float(firm.truth.people["expected_next_year_margin"].fillna(0).sum())
    customers = np.where(met["leak"], 0.02 * np.where(met["silence"], 2, 1), 0) * worth
    harmed = met["targeting"] | met["late"] | met["fit"] | met["leak"]
    leaves = harmed & (rng.random(n_years) < 0.3)
    exits = leaves * 2e6 * np.where(met["locked"], 2, 1)
    for harm, years in met.items():
        assert found[harm] == pytest.approx(years.mean(), abs=0.02), harm  # of 20,000 years
    for name, years in {"customers_lost": customers, "exit_lost": exits}.items():
        error = years.std() / math.sqrt(n_years)
        assert found[name] == pytest.approx(years.mean(), abs=4 * error), name


def test_an_exit_clause_costs_nothing_while_nobody_wants_to_leave():
    stays = simulate_outsourcing(company(), switch=0).detail
    assert (stays["exit_lost"] == 0).all()
    half, full = simulate_outsourcing(company(), unchecked=(0.5, 1), locked=9).detail["exit_lost"]
    assert full > 2 * half  # harm times a lost clause: faster than in proportion


def test_a_second_reason_for_a_bad_list_does_no_more_harm():
    detail = simulate_outsourcing(company(), unchecked=(0.25, 0.5, 1)).detail
    per_share = detail["targeting"] / detail["strength"]
    assert (per_share.diff().dropna() < 0).all()


# --- P5: a list that is not used ------------------------------------------------------------------


def planted(firm, effect):
    """The company, with an effect of the camp that is known for every customer."""
    effects = firm.truth.effects
    camp = effects["campaign_id"] == "K06"
    people = read_stake(firm).people
    known = effects["customer_id"].map(effect(people))
    effects = effects.assign(effect=known.where(camp, effects["effect"]))
    return dataclasses.replace(firm, truth=dataclasses.replace(firm.truth, effects=effects))


def by_branch(firm, people):
    """Customers of each branch, each with the nearest, by slow search."""
    places = firm.customers.set_index("customer_id")[["longitude", "latitude"]].T.to_dict("list")
    branches = firm.branches[["longitude", "latitude"]].to_numpy().tolist()
    flat = math.cos(math.radians(36.5))
    found = {}
    for customer in people:
        east, north = places[customer]
        far = [math.hypot((east - x) * flat, north - y) for x, y in branches]
        found.setdefault(far.index(min(far)), []).append(customer)
    return list(found.values())


def choose(people, order, share):
    """The best of one branch, by slow sorting; of equals, the first of the table."""
    ranked = sorted(people, key=lambda each: -order[each])
    return ranked[: round(share * len(people))]


@pytest.mark.slow
@pytest.mark.parametrize("unchanged", [0, 0.4, 1])
def test_realised_lift_is_the_planted_one(unchanged):
    """An effect of 12 orders per 100 for subscribers and 2 for others is planted, and realised.

    All branches but those that hold on are worked through one by one, in every one of the lots.
    """
    firm = planted(company(), lambda people: 0.02 + 0.1 * people["subscriber"])
    stake = read_stake(firm)
    effect = (0.02 + 0.1 * stake.people["subscriber"]).to_dict()
    scores, spent = stake.scores(seed=0).to_dict(), stake.people["total_spend"].to_dict()
    branches = by_branch(firm, stake.people.index)
    planned = contacts = 0
    for people in branches:
        listed, usual = choose(people, scores, 0.3), choose(people, spent, 0.3)
        planned += sum(effect[each] for each in listed) - sum(effect[each] for each in usual)
        contacts += len(listed)
    found = simulate_unchanged_process(firm, unchanged=unchanged, lots=300)
    row = found.detail.iloc[0]
    assert row["planned"] == pytest.approx(100 * planned / contacts)
    assert row["realised"] == pytest.approx((1 - row["held"]) * 100 * planned / contacts)
    assert found.table["cost"].item() == pytest.approx(row["held"] * planned * stake.margin)
    # Draws of which branches hold on, of all at once, one after the other.
    rng, sizes = np.random.default_rng(9), [len(people) for people in branches]
    held = []
    for _ in range(500):
        waiting, left = dict(enumerate(sizes)), unchanged * len(sizes)
        total = 0.0
        while left > 1e-9:
            names, weights = list(waiting), np.array(list(waiting.values()))
            chosen = rng.choice(names, p=weights / weights.sum())
            total += min(left, 1) * waiting.pop(chosen)
            left -= 1
        held.append(total / sum(sizes))
    error = np.std(held) * math.sqrt(1 / 300 + 1 / 500)
    assert row["held"] == pytest.approx(np.mean(held), abs=4 * error + 1e-9)


def test_busy_branches_hold_on_first_so_a_few_cost_more_than_their_share():
    few = simulate_unchanged_process(company(2), unchanged=(0.2, 1))
    alike = simulate_unchanged_process(company(2), unchanged=(0.2, 1), busy=0)
    assert few.table["cost"][0] > alike.table["cost"][0]
    assert few.table["cost"][1] == pytest.approx(alike.table["cost"][1])


@pytest.mark.slow
def test_the_trial_finds_the_planned_lift_within_its_limits():
    hits = [
        row.found_lower <= row.planned <= row.found_upper
        for seed in range(20)
        for row in [priced("P5", seed, unchanged=1).detail.iloc[0]]
    ]
    assert sum(hits) >= 16  # of 20 at level .95; fewer than 17 have probability .3 %


# --- P6: a question put to the wrong kind ---------------------------------------------------------


@pytest.mark.slow
def test_cost_of_wrong_kinds_is_that_of_slow_code_over_all_eight_cases():
    """One letter and one e-mail after the other; the campaign's window is 28 days."""
    firm = planted(company(), lambda people: 0.02 + 0.1 * people["subscriber"])
    stake = read_stake(firm)
    people, scores = stake.people, stake.scores(seed=0)
    said = firm.consents.query("channel == 'email' and purpose == 'marketing'")
    said = said[said["date"] < "2025-06-02"].sort_values("date", kind="stable")
    agreed = said.groupby("customer_id")["granted"].last().to_dict()
    email_cost = firm.campaigns.query("channel == 'email'")["cost_per_contact"].mean()

    def gain(whom, when, channel):
        order = people["total_spend"] if whom else scores
        letters = set(choose(list(people.index), order.to_dict(), 0.3))
        total = 0.0
        for customer, subscriber in people["subscriber"].items():
            effect = (0.02 + 0.1 * subscriber) * 60_000 * (0.75 if when else 1)
            if customer in letters:
                total += effect - 1_500
            elif (
                agreed.get(customer, False)
                and not channel
                and (whom or scores[customer] * 60_000 * 0.1 > email_cost)
            ):
                total += effect * 0.1 - email_cost
        return total

    best = gain(False, False, False)
    cost = 0.0
    for case in itertools.product((False, True), repeat=3):
        cost += 0.3 ** sum(case) * 0.7 ** (3 - sum(case)) * (best - gain(*case))
    found = simulate_wrong_solution(firm, wrong=0.3)
    assert found.table["cost"].item() == pytest.approx(cost)
    whom = 0.3 * (best - gain(True, False, False))
    assert found.detail["whom"].item() == pytest.approx(whom)


def test_a_week_late_of_four_loses_a_quarter_of_what_a_letter_adds():
    firm = planted(company(), lambda people: 0.1 + 0 * people["age"])
    found = simulate_wrong_solution(firm, wrong=1, reach=0.5, email_power=0).detail
    n = round(0.5 * len(read_stake(firm).people))
    assert found["when"].item() == pytest.approx(n * 0.1 * 0.25 * 60_000)


def test_every_question_has_an_answer_in_the_package():
    questions = solution_questions()
    assert questions["kind"].value_counts().to_dict() == dict.fromkeys(
        ["operational", "analytical", "collaborative"], 4
    )
    for path in questions["function"]:
        thing = functools.reduce(getattr, path.split("."), crmlab)
        assert callable(thing), path


# --- P7: split identities -------------------------------------------------------------------------


@pytest.mark.slow
def test_accounts_and_double_mail_are_those_of_simulate_split_identities():
    firm = company()
    table = simulate_split_identities(
        firm.transactions, cost_per_mailing=0, share=(0.1, 0.4), n_resamples=40, seed=3
    ).set_index(["share", "measure"])["value"]
    found = price_split_identities(firm, share=(0.1, 0.4), lots=1, seed=3).detail
    for row in found.itertuples():
        assert row.accounts == table[row.strength, "customers"]
    # Mail goes to those who may be contacted, a part of those on the file.
    wasted = [table[share, "wasted_mailings"] for share in (0.1, 0.4)]
    assert (found["double_mail"] <= 2 * np.array(wasted)).all()
    assert (found["double_mail_cost"] == 1_500 * found["double_mail"]).all()


def test_places_are_given_account_by_account():
    spent = np.array([[60.0, 50.0], [100.0, 0.0], [40.0, 30.0], [0.0, 0.0]])
    assert identities._give_places(spent, 3).tolist() == [2, 1, 0, 0]
    file = identities._File(
        worth=np.array([8.0, 6.0, 4.0, 0.0]),
        may_mail=np.array([1.0, 0.0, 1.0, 1.0]),
        ranks=[np.array([0, 1, 2, 3])],
        spent=[spent],
    )
    whole, split = file.split(0, top=0.67), file.split(0.25, top=0.67)
    assert whole.best.tolist() == whole.served.tolist() == [1, 1, 0, 0]
    # The first person is split; their 60 is behind 100 and 70.
    assert split.served.tolist() == [0, 1, 1, 0]
    assert split.lose(care=0.5, mail=10).tolist() == [10 + 4, 0, -2, 0]


# --- signals --------------------------------------------------------------------------------------

SIGNAL = ["signal", "value", "lower", "upper", "level", "n", "reading"]


def signal(table, name):
    return table.set_index("signal").loc[name]


@given(st.integers(0, 10_000), st.integers(5, 60), st.floats(0.1, 0.9))
@settings(max_examples=25, deadline=None)
def test_process_signal_counts_pairs_as_slow_code_does(seed, n, share):
    rng = np.random.default_rng(seed)
    scores = pd.Series(rng.integers(0, 8, n).astype(float), index=[f"c{i}" for i in range(n)])
    k = min(max(round(share * n), 1), n - 1)
    reached = rng.choice(scores.index, k, replace=False)
    table = process_signal(scores, pd.DataFrame({"customer_id": np.append(reached, "stranger")}))
    others = scores.drop(reached)
    pairs = [(a > b) + (a == b) / 2 for a, b in itertools.product(scores.loc[reached], others)]
    assert signal(table, "order_kept").value == pytest.approx(np.mean(pairs))
    assert signal(table, "not_scored").value == pytest.approx(1 / (k + 1))
    # Each customer's chance to be among the first k, where a lot decides between equals.
    last = sorted(scores, reverse=True)[k - 1]
    ahead, alike = int((scores > last).sum()), int((scores == last).sum())
    listed = (scores > last) + (scores == last) * (k - ahead) / alike
    assert signal(table, "on_list").value == pytest.approx(listed[reached].mean())
    assert table.columns.tolist() == SIGNAL
    assert ((table["lower"] <= table["value"]) & (table["value"] <= table["upper"])).all()


def test_scores_that_are_all_alike_order_nobody_however_the_rows_lie():
    scores = pd.Series(0.5, index=[f"c{at}" for at in range(10)])
    for who in (["c0", "c1"], ["c8", "c9"]):
        table = process_signal(scores, pd.DataFrame({"customer_id": who}))
        assert signal(table, "on_list").value == pytest.approx(0.2)
        assert signal(table, "beyond_chance").value == pytest.approx(0)
        assert signal(table, "order_kept").value == 0.5


@pytest.mark.parametrize(
    ("scores", "contacts", "error", "message"),
    [
        ([1, 2], {"customer_id": ["0"]}, InputError, "`customer_id` must be alike everywhere"),
        ([1, 2], {"customer_id": [0], "treated": ["False"]}, InputTypeError, "`treated` must hold"),
        ([1, 2], {"customer_id": [0], "treated": [np.nan]}, InputError, "`treated` must be finite"),
        ({"a": 1, None: 2}, {"customer_id": ["a"]}, InputError, "`scores` must name every"),
        ({("a", 1): 1, ("b", 2): 2}, {"customer_id": ["a"]}, InputTypeError, "by several columns"),
    ],
)
def test_contacts_that_could_be_read_in_two_ways_are_refused(scores, contacts, error, message):
    with pytest.raises(error, match=message):
        process_signal(pd.Series(scores), pd.DataFrame(contacts))


def test_process_signal_tells_staff_who_follow_from_staff_who_do_not():
    rng = np.random.default_rng(0)
    scores = pd.Series(rng.normal(size=400), index=[f"c{i:03}" for i in range(400)])
    ways = {
        "used, in part or in full": scores.nlargest(120).index,
        "cannot tell": scores.index[:120],
        "passed over": scores.nsmallest(120).index,
    }
    for words, who in ways.items():
        table = process_signal(scores, pd.DataFrame({"customer_id": who, "treated": True}))
        assert words in signal(table, "on_list").reading
    kept = pd.DataFrame({"customer_id": scores.index, "treated": [True] * 9 + [False] * 391})
    assert signal(process_signal(scores, kept), "on_list").n == 9


@pytest.mark.parametrize(
    ("scores", "contacts", "message"),
    [
        pytest.param(pd.Series([1.0], index=["a"]), ["a"], "they reach everybody", id="all"),
        pytest.param(pd.Series([1.0], index=["a"]), ["b"], "they reach nobody", id="none"),
        pytest.param(pd.Series([1.0, 2], index=["a", "a"]), ["a"], "'a' stands twice", id="twice"),
        pytest.param(pd.Series([1.0, None], index=["a", "b"]), ["a"], "`scores`", id="missing"),
    ],
)
def test_process_signal_names_what_is_wrong(scores, contacts, message):
    with pytest.raises(InputError, match=message):
        process_signal(scores, pd.DataFrame({"customer_id": contacts}))


ASKED = {
    solution_signal: (dict(solution_questions()["kind"]), "none", "answers"),
    sourcing_signal: (dict.fromkeys(SOURCING_CHECKLIST["item"], True), False, "answers"),
}


@pytest.mark.parametrize("ask", ASKED, ids=lambda ask: ask.__name__)
def test_what_is_not_known_widens_the_limits_and_nothing_else(ask):
    right, wrong, _ = ASKED[ask]
    full = signal(ask(right), "all")
    assert (full["value"], full["lower"], full["upper"]) == (1, 1, 1)
    first, second, *_ = right
    some = signal(ask(right | {first: wrong, second: None}), "all")
    n = len(right)
    assert some["n"] == n - 1
    assert some["value"] == pytest.approx((n - 2) / (n - 1))
    assert (some["lower"], some["upper"]) == pytest.approx(((n - 2) / n, (n - 1) / n))
    nothing = ask({})
    assert nothing["value"].isna().all()
    assert (nothing["lower"] == 0).all()
    assert (nothing["upper"] == 1).all()
    assert nothing.columns.tolist() == SIGNAL


@pytest.mark.parametrize(
    ("ask", "answers", "error", "message"),
    [
        pytest.param(solution_signal, {"whon": "none"}, InputError, "'whom'", id="question"),
        pytest.param(solution_signal, {"whom": "analytic"}, InputError, "'analytical'", id="kind"),
        pytest.param(solution_signal, ["whom"], InputTypeError, "must map", id="list"),
        pytest.param(sourcing_signal, {"exprt": True}, InputError, "'export'", id="item"),
        pytest.param(sourcing_signal, {"export": "yes"}, InputTypeError, "True, False", id="yes"),
        pytest.param(sourcing_signal, "export", InputTypeError, "must map", id="text"),
    ],
)
def test_answers_that_mean_nothing_are_refused(ask, answers, error, message):
    with pytest.raises(error, match=message):
        ask(answers)


def test_identity_signal_counts_shared_values_as_slow_code_does():
    rng = np.random.default_rng(4)
    n = 80
    records = pd.DataFrame(
        {
            "source": rng.choice(["web", "branch"], n),
            "phone": [f"010-{k:04}-{k:04}" for k in rng.integers(1, 60, n)],
            "email": [f" M{k}@Mail.kr" if k % 3 else None for k in rng.integers(1, 40, n)],
            "name": rng.choice(["김 민재", "김민재", "Lee Ann", "lee ann", None], n),
        }
    )
    plain = {
        "phone": records["phone"].str.replace("-", "").str[-8:],
        "email": records["email"].str.strip().str.lower(),
        "name": records["name"].str.replace(" ", "").str.lower(),
    }
    found = identity_signal(records, household=1_000)
    plain = {name: column.tolist() for name, column in plain.items()}
    source = records["source"].tolist()

    def shares(i, j, field):
        return pd.notna(plain[field][i]) and plain[field][i] == plain[field][j]

    def count(test, where, has):
        hits = [
            any(
                test(i, j) and (source[i] == source[j]) == (where == "within")
                for j in range(n)
                if j != i
            )
            for i in range(n)
            if has(i)
        ]
        return np.mean(hits), len(hits)

    for where in ("within", "between"):
        for field in ("phone", "email"):
            row = signal(found, f"{field}_{where}")
            assert (row["value"], row["n"]) == pytest.approx(
                count(functools.partial(shares, field=field), where,
                      lambda i, field=field: pd.notna(plain[field][i]))
            )  # fmt: skip
        row = signal(found, f"name_{where}")
        assert (row["value"], row["n"]) == pytest.approx(
            count(
                lambda i, j: (
                    shares(i, j, "name") and (shares(i, j, "phone") or shares(i, j, "email"))
                ),
                where,
                lambda i: pd.notna(plain["name"][i]),
            )
        )
    assert ((found["lower"] <= found["value"]) & (found["value"] <= found["upper"])).all()


def test_identity_signal_leaves_out_a_switchboard_and_says_what_it_cannot_tell():
    records = pd.DataFrame({"source": "web", "phone": ["02-123-4567"] * 9, "email": None})
    found = identity_signal(records)
    assert found["value"].isna().all()
    assert (found["n"] == 0).all()
    assert found["reading"].str.contains("cannot tell").all()


@pytest.mark.parametrize(
    ("records", "message"),
    [
        pytest.param({"source": ["web"], "name": ["Kim"]}, "lacks 'phone', 'email'", id="fields"),
        pytest.param({"phone": ["1"]}, "lacks 'source'", id="source"),
        pytest.param({"source": [None], "phone": ["1"]}, "1 are empty", id="no-source"),
        pytest.param({"source": [], "phone": []}, "at least one record", id="empty"),
    ],
)
def test_identity_signal_names_what_is_wrong(records, message):
    with pytest.raises(InputError, match=message):
        identity_signal(pd.DataFrame(records))


@pytest.mark.slow
def test_split_companies_show_in_the_signal():
    """More people with a second record in a system: more records share name and contact."""
    clean, twice = (
        simulate_company(400, seed=2, second_record=each)
        for each in ((0.0, 0.0, 0.0), (0.3, 0.3, 0.3))
    )
    seen = [
        signal(identity_signal(each.identities), "name_within")["value"] for each in (clean, twice)
    ]
    assert seen[0] < 0.05 < seen[1]


def test_public_names_are_listed():
    assert {simulate.__name__ for simulate, _ in FACTORS.values()} < set(readiness.__all__)
