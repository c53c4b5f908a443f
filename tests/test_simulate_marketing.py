"""Marketing of the simulated company: planted effects return, and rules of contact hold."""

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from crmlab.company import CompanySettings
from crmlab.simulate._marketing import simulate_marketing

CHANNELS = ["search", "referral", "flyer", "tv", "branch"]


def made_base(n, seed, settings=None):
    """People, BG/NBD orders and subscriptions in a few lines: all that marketing builds upon."""
    settings = settings or CompanySettings()
    rng = np.random.default_rng(seed)
    ids = ("C" + pd.Series(np.arange(1, n + 1)).astype("str").str.zfill(7)).array
    joined = np.sort((rng.random(n) ** 0.8 * 0.85 * settings.n_days).astype(int))
    person, day, left = ordered(joined, settings.n_days, rng)
    lines = np.repeat(np.arange(len(person)), rng.integers(1, 4, len(person)))
    subscriber = np.flatnonzero(rng.random(n) < 0.55)
    ends = joined[subscriber] + rng.exponential(300, len(subscriber))
    upset = np.where(rng.random(n) < 0.15, rng.uniform(joined, settings.n_days), np.inf)

    def dates(days):
        seen = np.where(np.asarray(days) < settings.n_days, days, np.nan)
        return settings.first_day + pd.to_timedelta(pd.Series(seen), unit="D").dt.floor("D")

    people = pd.DataFrame(
        {
            "customer_id": ids,
            "joined_day": joined,
            "channel": rng.choice(CHANNELS, n, p=[0.3, 0.25, 0.15, 0.1, 0.2]),
            "satisfaction": rng.standard_normal(n),
            "birth_date": settings.first_day
            - pd.to_timedelta(rng.integers(4 * 365, 16 * 365, n), unit="D"),
        }
    )
    transactions = pd.DataFrame(
        {
            "customer_id": ids.take(person[lines]),
            "date": dates(day[lines]),
            "amount": 10_000,
            "order_id": pd.Series(lines).astype("str"),
        }
    )
    subscriptions = pd.DataFrame(
        {
            "customer_id": ids.take(subscriber),
            "start": dates(joined[subscriber]),
            "end": dates(ends),
        }
    )
    return {
        "people": people,
        "transactions": transactions,
        "subscriptions": subscriptions,
        "dropped_out": dates(left),
        "dissatisfied_on": dates(upset),
        "settings": settings,
    }


def ordered(joined, n_days, rng):
    """Person and day of each order, and the day after which a person orders no more."""
    rate = rng.gamma(0.9, 1 / 9, len(joined)) / 7
    stop = rng.beta(1, 5, len(joined))
    left = np.full(len(joined), np.inf)
    active, day = np.arange(len(joined)), joined.astype(float)
    events = [(active, day)]
    while active.size:
        day = day + 1 + rng.exponential(1 / rate[active])
        active, day = active[day < n_days], day[day < n_days]
        events.append((active, day))
        stops = rng.random(active.size) < stop[active]
        left[active[stops]] = day[stops]
        active, day = active[~stops], day[~stops]
    person, day = (np.concatenate(parts) for parts in zip(*events, strict=True))
    return person, day.astype(int), left


@pytest.fixture(scope="module")
def base():
    return made_base(20_000, 1)


@pytest.fixture(scope="module")
def tables(base):
    return simulate_marketing(**base, seed=1)


def arms(tables, design):
    """One row per person in the campaign of that design: treated, ordered, and the true effect."""
    campaigns = tables["campaigns"]
    campaign = campaigns[campaigns["design"] == design].iloc[0]
    of_it = {
        name: tables[name][tables[name]["campaign_id"] == campaign["campaign_id"]]
        for name in ("contacts", "responses", "effects")
    }
    orders = of_it["responses"].query("kind == 'order'")
    people = of_it["contacts"].merge(of_it["effects"], on="customer_id", validate="1:1")
    people["ordered"] = people["customer_id"].isin(orders["customer_id"]).astype(int)
    return people, campaign


def difference(people):
    """Difference in means between the arms, and its standard error."""
    groups = people.groupby("treated")["ordered"].agg(["mean", "var", "size"])
    error = np.sqrt((groups["var"] / groups["size"]).sum())
    return groups.loc[True, "mean"] - groups.loc[False, "mean"], error


def stratified(people, stratum):
    """Difference in means within strata that hold both arms, its error, and the true effect."""
    treated = people["treated"]
    cells = [people["ordered"].groupby([stratum, treated]).agg(["sum", "size"]).unstack("treated")][
        0
    ].dropna()
    share = cells["size"].sum(axis=1) / cells["size"].sum().sum()
    means = cells["sum"] / cells["size"]
    # Half a success added: a cell without orders is not one without error.
    smooth = (cells["sum"] + 0.5) / (cells["size"] + 1)
    variance = (smooth * (1 - smooth) / cells["size"]).sum(axis=1)
    estimate = (share * (means[True] - means[False])).sum()
    truth = people.loc[stratum.isin(cells.index), "effect"].mean()
    return estimate, np.sqrt((share**2 * variance).sum()), truth


def past_orders(people, base, campaign):
    """Orders of each person before the campaign."""
    early = base["transactions"].query("date < @campaign.start")
    counts = early.groupby("customer_id")["order_id"].nunique()
    return people["customer_id"].map(counts).fillna(0).astype(int)


# --- planted effects ------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_randomised_campaign_recovers_its_average_effect(base, seed):
    people, _ = arms(simulate_marketing(**base, seed=seed), "randomised")
    estimate, error = difference(people)
    assert abs(estimate - people["effect"].mean()) < 1.96 * error


@pytest.mark.slow
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_biased_campaign_misleads_until_past_orders_are_held_fixed(base, seed):
    people, campaign = arms(simulate_marketing(**base, seed=seed), "biased")
    naive, error = difference(people)
    assert naive - people["effect"].mean() > 2 * error
    adjusted, error, truth = stratified(people, past_orders(people, base, campaign))
    assert abs(adjusted - truth) < 1.96 * error


@pytest.mark.slow
def test_past_orders_explain_who_was_chosen(base, tables):
    people, campaign = arms(tables, "biased")
    past = past_orders(people, base, campaign)
    chosen = people["treated"].groupby(past.clip(upper=8)).agg(["mean", "size"])
    planted = (0.08 * chosen.index.to_series()).clip(0.05, 0.9)
    planted = planted.where(planted.index < 8)  # the last group mixes several chances
    error = np.sqrt(planted * (1 - planted) / chosen["size"])
    assert ((chosen["mean"] - planted).abs() < 4 * error).loc[:7].all()
    assert chosen.loc[8, "mean"] > 0.6


@pytest.mark.slow
def test_randomised_arms_are_alike(base, tables):
    people, campaign = arms(tables, "randomised")
    assert abs(people["treated"].sum() - len(people) / 2) <= 1
    people = people.merge(base["people"], on="customer_id", validate="1:1")
    people["past"] = past_orders(people, base, campaign)
    people["born"] = people["birth_date"].dt.year
    for name in ["past", "born", "joined_day", "satisfaction", "outcome_untreated"]:
        group = people.groupby("treated")[name].agg(["mean", "var", "size"])
        error = np.sqrt((group["var"] / group["size"]).sum())
        # Five comparisons: about one run in 300 goes beyond three standard errors and a bit.
        assert abs(group["mean"].diff().iloc[-1]) < 3.2 * error, name


@pytest.mark.slow
@pytest.mark.parametrize(
    ("design", "prefix"),
    [pytest.param("randomised", "camp", id="camp"), pytest.param("biased", "books", id="books")],
)
def test_types_of_the_living_have_the_planted_shares(base, tables, design, prefix):
    people, campaign = arms(tables, design)
    left = pd.Series(base["dropped_out"].to_numpy(), index=base["people"]["customer_id"])
    left = people["customer_id"].map(left)
    gone = left <= campaign["start"]
    assert gone.any()
    assert (people.loc[gone, "type"] == "lost cause").all()
    living = people.loc[~gone, "type"]
    for name in ("persuadable", "sure thing", "sleeping dog"):
        planted = getattr(base["settings"], f"{prefix}_{name.replace(' ', '_')}")
        error = np.sqrt(planted * (1 - planted) / len(living))
        assert abs((living == name).mean() - planted) < 4 * error, name


def test_types_follow_what_an_analyst_can_see(base, tables):
    people, campaign = arms(tables, "randomised")
    past = past_orders(people, base, campaign)
    born = people.merge(base["people"], on="customer_id")["birth_date"].dt.year
    is_sure, is_persuadable = (people["type"] == name for name in ("sure thing", "persuadable"))
    assert is_sure[past >= 4].mean() > 2 * is_sure[past == 1].mean()
    assert is_persuadable[born >= 2018].mean() > 1.5 * is_persuadable[born <= 2010].mean()


@pytest.mark.parametrize("design", ["randomised", "biased"])
def test_seen_outcome_is_the_potential_outcome_of_the_arm(tables, design):
    people, campaign = arms(tables, design)
    table = {
        "persuadable": (0, 1), "sure thing": (1, 1), "lost cause": (0, 0), "sleeping dog": (1, 0),
    }  # fmt: skip
    for kind, group in people.groupby("type"):
        untreated, treated = table[kind]
        assert (group["outcome_untreated"] == untreated).all()
        assert (group["outcome_treated"] == treated).all()
        assert (group["effect"] == treated - untreated).all()
    expected = people["outcome_treated"].where(people["treated"], people["outcome_untreated"])
    assert (people["ordered"] == expected).all()
    orders = tables["responses"].query("kind == 'order'")
    orders = orders[orders["campaign_id"] == campaign["campaign_id"]]
    assert orders["customer_id"].is_unique
    assert (orders["amount"] == campaign["price"]).all()
    days = (orders["date"] - campaign["start"]).dt.days
    assert days.between(1, campaign["window_days"] - 1).all()


def test_nothing_that_is_observed_names_a_type(tables):
    types = {"persuadable", "sure thing", "lost cause", "sleeping dog"}
    for name, frame in tables.items():
        if name != "effects":
            assert not {"type", "effect"} & set(frame.columns), name
            words = frame.select_dtypes("str")
            assert not any(types & set(words[column].unique()) for column in words), name


# --- contacts and consent -------------------------------------------------------------------------


def state_before(contacts, consents):
    """Consent to marketing on the evening before each contact; the last row counts."""
    asked = contacts.assign(row=range(len(contacts))).sort_values("date", kind="stable")
    given = consents.query("purpose == 'marketing'").drop(columns="purpose")
    met = pd.merge_asof(
        asked, given, on="date", by=["customer_id", "channel"], allow_exact_matches=False
    )
    return met.sort_values("row")["granted"].fillna(False).astype(bool)


def test_nobody_is_approached_without_consent(tables):
    contacts = tables["contacts"]
    assert state_before(contacts, tables["consents"]).all()  # controls are people one may approach
    # A day without news of one's own: consent also holds on the evening of the day.
    news = contacts["outcome"].isin(["do_not_call", "unsubscribed"])
    later = contacts[~news].copy()
    later["date"] = (later["date"] + pd.Timedelta(days=1)).astype("datetime64[s]")
    assert state_before(later, tables["consents"]).all()


@pytest.mark.parametrize(
    ("outcome", "channel"),
    [
        pytest.param("do_not_call", "phone", id="do-not-call"),
        pytest.param("unsubscribed", "email", id="unsubscribe"),
    ],
)
def test_who_wants_no_more_gets_no_more(tables, outcome, channel):
    contacts = tables["contacts"].query("channel == @channel")
    ended = contacts[contacts["outcome"] == outcome].set_index("customer_id")["date"]
    assert len(ended) > 50
    assert ended.index.is_unique
    after = contacts["date"] > contacts["customer_id"].map(ended)
    assert not after.any()
    rows = tables["consents"].query("channel == @channel and purpose == 'marketing'")
    last = rows.groupby("customer_id").tail(1).set_index("customer_id").loc[ended.index]
    assert not last["granted"].any()
    assert (last["date"] == ended).all()


def test_consents_start_on_joining_and_alternate(base, tables):
    consents = tables["consents"]
    keys = ["customer_id", "channel", "purpose"]
    groups = consents.groupby(keys, sort=False)
    assert len(groups) == 9 * len(base["people"])
    joined = base["people"].set_index("customer_id")["joined_day"]
    first = groups.head(1)
    day = (first["date"] - base["settings"].first_day).dt.days
    assert (day.to_numpy() == joined.loc[first["customer_id"]].to_numpy()).all()
    before = groups["granted"].shift()
    assert (consents["granted"] != before)[before.notna()].all()
    assert not consents.duplicated([*keys, "date"]).any()
    assert consents["date"].between(base["settings"].first_day, base["settings"].last_day).all()


def test_consent_rates_on_joining_are_the_planted_ones(base, tables):
    settings = base["settings"]
    first = tables["consents"].groupby(["customer_id", "channel", "purpose"], sort=False).head(1)
    share = first.groupby(["purpose", "channel"])["granted"].mean()
    planted = {("marketing", name): getattr(settings, f"consent_{name}") for name in CONTACTED}
    planted |= {("service", name): settings.consent_service for name in CONTACTED}
    planted |= {("partner", name): settings.consent_partner for name in CONTACTED}
    planted = pd.Series(planted)
    error = np.sqrt(planted * (1 - planted) / len(base["people"]))
    assert ((share.reindex(planted.index) - planted).abs() < 4 * error).all()


def recent_contacts(contacts, days):
    """Contacts of the same customer in the `days` before each contact, by comparing all pairs."""
    pairs = contacts.reset_index().merge(contacts[["customer_id", "date"]], on="customer_id")
    ago = (pairs["date_x"] - pairs["date_y"]).dt.days
    return ago.between(1, days).groupby(pairs["index"]).sum()


@pytest.mark.parametrize(
    ("channel", "planted"),
    [pytest.param("phone", 0.5, id="call"), pytest.param("email", 0.35, id="e-mail")],
)
def test_chance_to_be_heard_falls_with_recent_contacts_as_planted(tables, channel, planted):
    contacts = tables["contacts"].query("treated").reset_index(drop=True)
    contacts["recent"] = recent_contacts(contacts, 60)
    opened = tables["responses"].query("kind == 'open'")[["customer_id", "campaign_id"]]
    contacts = contacts.merge(opened.assign(opened=True), how="left")
    routine = tables["campaigns"].query("design == 'routine'")["campaign_id"]
    tried = contacts[(contacts["channel"] == channel) & contacts["campaign_id"].isin(routine)]
    tried = tried[~tried["outcome"].isin(["bounced", "unsubscribed"])]
    heard = tried["opened"].notna() if channel == "email" else tried["outcome"] != "no_answer"
    groups = heard.groupby(tried["recent"]).agg(["mean", "size"]).query("size >= 30")
    assert len(groups) >= 3
    chance = 1 / (1 + (1 / planted - 1) * np.exp(0.4 * groups.index.to_numpy()))
    error = np.sqrt(chance * (1 - chance) / groups["size"])
    assert ((groups["mean"] - chance).abs() < 4 * error).all()


def test_bad_experience_makes_people_refuse(base, tables):
    upset = pd.Series(base["dissatisfied_on"].to_numpy(), index=base["people"]["customer_id"])
    calls = tables["contacts"].query("channel == 'phone' and outcome not in ['no_answer']")
    calls = calls[calls["campaign_id"].isin(["K02", "K04"])]
    days = (calls["date"] - calls["customer_id"].map(upset)).dt.days
    refused = calls["outcome"].isin(["refused", "do_not_call"])
    lately = days.between(0, 182)
    for group, planted in [(lately, 0.65), (~lately, 0.3)]:
        error = np.sqrt(planted * (1 - planted) / group.sum())
        assert abs(refused[group].mean() - planted) < 4 * error


def test_contact_rows_keep_their_rules(base, tables):
    contacts = tables["contacts"].merge(tables["campaigns"], on="campaign_id")
    assert (contacts["channel_x"] == contacts["channel_y"]).all()
    controls = ~contacts["treated"]
    assert (controls == (contacts["outcome"] == "not_contacted")).all()
    assert (contacts["design"][controls] != "routine").all()
    assert (contacts["cost"] == contacts["cost_per_contact"].where(~controls, 0)).all()
    assert (contacts["date"] >= contacts["start"]).all()
    assert (contacts["date"] <= base["settings"].last_day).all()
    vocabulary = {
        "email": {"delivered", "bounced", "unsubscribed"},
        "post": {"delivered", "returned", "not_contacted"},
        "phone": {"answered", "no_answer", "refused", "do_not_call", "not_contacted"},
    }
    seen = contacts.groupby("channel_x")["outcome"].agg(set).to_dict()
    assert seen == vocabulary
    assert not tables["contacts"].duplicated(["customer_id", "date", "channel"]).any()


def test_who_clicks_has_opened(tables):
    responses = tables["responses"]
    first = responses.groupby(["campaign_id", "customer_id", "kind"])["date"].min().unstack("kind")
    clicked = first[first["click"].notna()]
    assert len(clicked) > 1_000
    assert (clicked["open"] <= clicked["click"]).all()
    treated = tables["contacts"].query("treated").set_index(["campaign_id", "customer_id"]).index
    assert first[first["open"].notna()].index.isin(treated).all()


# --- coupons, referrals, spend --------------------------------------------------------------------


def test_coupons_are_redeemed_with_an_order_inside_their_validity(base, tables):
    used = tables["coupons"].dropna(subset="redeemed")
    assert len(used) > 500
    assert ((used["issued"] < used["redeemed"]) & (used["redeemed"] <= used["expires"])).all()
    orders = base["transactions"][["customer_id", "date"]].drop_duplicates()
    met = used.merge(orders, left_on=["customer_id", "redeemed"], right_on=["customer_id", "date"])
    assert len(met) == len(used)


def test_redeemed_coupons_are_responses_of_their_face_value(tables):
    used = tables["coupons"].dropna(subset="redeemed")
    used = used[["customer_id", "campaign_id", "redeemed", "face_value"]]
    redeemed = tables["responses"].query("kind == 'redeem'").drop(columns="kind")
    redeemed.columns = ["customer_id", "campaign_id", "redeemed", "face_value"]
    by = ["redeemed", "customer_id"]
    assert_frame_equal(
        used.sort_values(by, ignore_index=True), redeemed.sort_values(by, ignore_index=True)
    )


def test_share_of_coupons_redeemed_with_an_order_is_the_planted_one(base, tables):
    coupons = tables["coupons"]
    orders = base["transactions"][["customer_id", "date"]].drop_duplicates()
    met = coupons.merge(orders, on="customer_id")
    usable = met[(met["date"] > met["issued"]) & (met["date"] <= met["expires"])]
    n_usable = usable["coupon_id"].nunique()
    rate = coupons["redeemed"].notna().sum() / n_usable
    assert abs(rate - 0.15) < 4 * np.sqrt(0.15 * 0.85 / n_usable)


def test_coupons_went_to_people_who_were_reached(tables):
    coupons = tables["coupons"]
    assert coupons["coupon_id"].is_unique
    keys = ["customer_id", "campaign_id"]
    met = coupons.merge(tables["contacts"], on=keys)
    assert len(met) == len(coupons)
    assert (met["outcome"] == "delivered").all()
    assert (met["date"] == met["issued"]).all()


def test_referrals_are_a_forest(base, tables):
    referrals = tables["referrals"]
    people = base["people"].set_index("customer_id")
    joined = people["joined_day"]
    assert referrals["customer_id"].is_unique
    parent = joined.loc[referrals["referrer_id"]].to_numpy()
    child = joined.loc[referrals["customer_id"]].to_numpy()
    assert (parent < child).all()  # so a cycle would need a day before itself
    day = (referrals["date"] - base["settings"].first_day).dt.days
    assert (day.to_numpy() == child).all()
    channel = people["channel"] == "referral"
    assert set(referrals["customer_id"]) == set(people.index[channel & (joined > joined.min())])


def test_satisfied_people_refer_more(base, tables):
    people = base["people"].set_index("customer_id")
    referrers = people["satisfaction"].loc[tables["referrals"]["referrer_id"]]
    # Weights exp(0.8 z) shift a standard normal by 0.8.
    assert referrers.mean() == pytest.approx(0.8, abs=0.08)


def test_spend_reconciles_with_contacts_and_coupons(tables):
    keep = tables["spend"].query("purpose == 'keep'").set_index(["date", "channel"])["amount"]
    contacts = tables["contacts"]
    month = contacts["date"].dt.to_period("M").dt.to_timestamp()
    cost = contacts.groupby([month, "channel"])["cost"].sum() * 1.2
    cost = cost.reindex(keep.index.drop("coupon", level=1), fill_value=0)
    assert (cost - keep.loc[cost.index]).abs().max() <= 0.5  # amounts are whole won
    used = tables["coupons"].dropna(subset="redeemed")
    discount = keep.xs("coupon", level="channel")
    assert discount.sum() == used["face_value"].sum()


def test_cost_of_a_new_customer_comes_back(base, tables):
    acquire = tables["spend"].query("purpose == 'acquire'")
    joins = base["people"]["channel"].value_counts()
    cost = acquire.groupby("channel")["amount"].sum() / joins
    planted = pd.Series({name: getattr(base["settings"], f"cost_{name}") for name in CHANNELS})
    # 21 months of noise of 15 % leave about 4 % of it.
    assert (cost / planted - 1).abs().max() < 0.12
    assert len(acquire) == 24 * len(CHANNELS)


# --- tables ---------------------------------------------------------------------------------------

CONTACTED = ["email", "phone", "post"]

COLUMNS = {
    "consents": ["customer_id", "channel", "purpose", "granted", "date"],
    "campaigns": [
        "campaign_id", "name", "channel", "start", "window_days", "design", "offer", "price",
        "margin", "cost_per_contact",
    ],
    "contacts": ["customer_id", "campaign_id", "date", "channel", "treated", "outcome", "cost"],
    "responses": ["customer_id", "campaign_id", "date", "kind", "amount"],
    "coupons": [
        "coupon_id", "customer_id", "campaign_id", "issued", "expires", "face_value", "redeemed",
    ],
    "referrals": ["referrer_id", "customer_id", "date"],
    "spend": ["date", "channel", "amount", "purpose"],
    "effects": [
        "customer_id", "campaign_id", "type", "outcome_untreated", "outcome_treated", "effect",
    ],
}  # fmt: skip


def test_tables_have_their_columns_and_order(tables):
    assert {name: list(frame.columns) for name, frame in tables.items()} == COLUMNS
    for name, frame in tables.items():
        assert isinstance(frame.index, pd.RangeIndex), name
        for column in frame:
            allowed = {"bool", "int64", "float64", "str", "datetime64[s]"}
            assert str(frame[column].dtype) in allowed, (name, column)
    for name in ("consents", "contacts", "responses", "referrals"):
        keys = tables[name][["date", "customer_id"]]
        assert keys.equals(keys.sort_values(["date", "customer_id"], ignore_index=True)), name


def test_same_seed_same_tables():
    base = made_base(500, 3)
    first, again, other = (simulate_marketing(**base, seed=seed) for seed in (5, 5, 6))
    for name in COLUMNS:
        assert_frame_equal(first[name], again[name])
    assert not first["contacts"].equals(other["contacts"])


def test_order_of_transactions_does_not_matter():
    base = made_base(500, 3)
    shuffled = base | {"transactions": base["transactions"].sample(frac=1, random_state=1)}
    first, again = simulate_marketing(**base, seed=5), simulate_marketing(**shuffled, seed=5)
    for name in COLUMNS:
        assert_frame_equal(first[name], again[name])


def test_returns_are_no_orders():
    base = made_base(500, 3)
    back = base["transactions"].iloc[::5].assign(amount=-10_000, order_id="returned")
    back["order_id"] += pd.Series(range(len(back)), index=back.index).astype("str")
    both = base | {"transactions": pd.concat([base["transactions"], back])}
    first, again = simulate_marketing(**base, seed=5), simulate_marketing(**both, seed=5)
    for name in COLUMNS:
        assert_frame_equal(first[name], again[name])


@pytest.mark.parametrize("n", [1, 3, 30])
def test_a_handful_of_customers_is_enough(n):
    tables = simulate_marketing(**made_base(n, 2), seed=1)
    assert {name: list(frame.columns) for name, frame in tables.items()} == COLUMNS


@pytest.mark.parametrize("weeks", [26, 52, 156])
def test_campaigns_move_with_the_window(weeks):
    settings = CompanySettings(weeks=weeks)
    tables = simulate_marketing(**made_base(2_000, 4, settings), seed=1)
    campaigns = tables["campaigns"]
    end = campaigns["start"] + pd.to_timedelta(campaigns["window_days"], unit="D")
    assert (end <= settings.last_day).all()
    for name in ("contacts", "responses", "consents"):
        assert tables[name]["date"].between(settings.first_day, settings.last_day).all()
    assert state_before(tables["contacts"], tables["consents"]).all()
    phone = tables["contacts"].query("channel == 'phone'")
    ended = phone[phone["outcome"] == "do_not_call"].set_index("customer_id")["date"]
    assert not (phone["date"] > phone["customer_id"].map(ended)).any()


@pytest.mark.parametrize("share", [0, 1])
def test_consent_of_all_or_nobody(share):
    settings = CompanySettings(
        consent_email=share, consent_phone=share, consent_post=share, consent_withdrawal=0,
        consent_later=0, unsubscribe=0, unsubscribe_dissatisfied=0, do_not_call=0,
    )  # fmt: skip
    tables = simulate_marketing(**made_base(300, 4, settings), seed=1)
    assert tables["contacts"].empty == (share == 0)
    wanted = tables["consents"].query("purpose == 'marketing'")["granted"]
    assert (wanted == bool(share)).all()


def test_settings_change_what_they_name():
    settings = CompanySettings(
        camp_persuadable=0, camp_sleeping_dog=0, camp_control_share=0.2, answer_chance=1,
        coupon_redemption=0, contact_fatigue=0,
    )  # fmt: skip
    tables = simulate_marketing(**made_base(3_000, 4, settings), seed=1)
    people, _ = arms(tables, "randomised")
    assert (people["effect"] == 0).all()
    assert people["treated"].mean() == pytest.approx(0.8, abs=0.001)
    assert "no_answer" not in set(tables["contacts"]["outcome"])
    assert tables["coupons"]["redeemed"].isna().all()


# --- bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "column"), [("people", "satisfaction"), ("transactions", "order_id")]
)
def test_missing_columns_are_named(table, column):
    base = made_base(50, 1)
    base[table] = base[table].drop(columns=column)
    with pytest.raises(ValueError, match=f"lacks '{column}'"):
        simulate_marketing(**base, seed=1)
