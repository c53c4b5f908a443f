"""Copies of people in three systems: who is where, how records change, and what links say."""

import numpy as np
import pandas as pd
import pytest

from crmlab._korean import jamo, latin_key
from crmlab.company import CompanySettings
from crmlab.simulate._people import draw_people
from crmlab.simulate._random import stream
from crmlab.simulate._sources import SOURCES, book_accounts, copy_people, corruption

N = 20_000
CHANGES = [
    *("name_spaced", "name_typing", "name_swapped", "name_romanised"),
    *("phone_format", "phone_old", "phone_digit", "phone_family", "phone_missing"),
    *("email_typing", "email_family", "email_missing"),
    *("address_earlier", "address_abbreviated", "address_no_door", "address_coarse"),
    *("birth_slip", "birth_missing"),
]
CLEAN = dict.fromkeys(CHANGES, (0.0, 0.0, 0.0))
FIELDS = {
    "name": "name",
    "phone": "phone",
    "email": "email",
    "address": "road_address",
    "birth_date": "birth_date",
}


@pytest.fixture(scope="module")
def learners():
    learners = draw_people(N, CompanySettings(), stream(1, "people"))
    return learners.assign(name=learners["surname"] + learners["given"])


def copied(learners, **changes):
    settings = CompanySettings(**changes)
    return copy_people(learners, settings, stream(1, "sources"))


def joined(learners, tables):
    """Records beside the person they are of: the person's columns carry the suffix _own."""
    identities, links = tables
    own = learners.set_index("customer_id").loc[links["person_id"]].reset_index(drop=True)
    return pd.concat([identities, links.iloc[:, 2:], own.add_suffix("_own")], axis=1)


@pytest.fixture(scope="module")
def tables(learners):
    return copied(learners)


@pytest.fixture(scope="module")
def records(learners, tables):
    return joined(learners, tables)


def only(learners, name, chance=(0.2, 0.4, 0.6)):
    """Records with one kind of change, and everything else clean."""
    return joined(learners, copied(learners, **{**CLEAN, name: chance}))


def assert_share(hits, share):
    """Within four standard errors of a binomial: a right share fails once in 16,000 times."""
    assert abs(np.mean(hits) - share) <= 4 * np.sqrt(share * (1 - share) / len(hits))


def assert_shares(records, hits, chances=(0.2, 0.4, 0.6)):
    for source, chance in zip(SOURCES, chances, strict=True):
        assert_share(hits[records["source"] == source], chance)


# --- Tables -------------------------------------------------------------------------------------


@pytest.mark.slow
def test_identities_hold_no_id_of_the_customer(tables):
    identities, links = tables
    assert identities.columns.tolist() == [
        *("source", "source_id", "name", "phone", "email", "address", "birth_date", "updated")
    ]
    text = identities.select_dtypes("str")
    assert not text.apply(lambda column: column.str.contains(r"C\d{7}", na=False)).any(axis=None)
    assert links.columns.tolist() == [
        *("source", "source_id", "person_id", "n_altered", "n_wrong", "altered")
    ]


def test_links_cover_identities_one_to_one(learners, tables):
    identities, links = tables
    key = ["source", "source_id"]
    pd.testing.assert_frame_equal(identities[key], links[key])
    assert not identities.duplicated(key).any()
    assert set(links["person_id"]) == set(learners["customer_id"])


def test_ids_have_the_form_of_their_system(tables):
    identities, _ = tables
    form = {"branch": r"B\d{7}", "web": r"w_[0-9a-z]{6}", "call_centre": r"202[45]-\d{6}"}
    for source, pattern in form.items():
        assert (
            identities.loc[identities["source"] == source, "source_id"].str.fullmatch(pattern).all()
        )


def test_order_and_ids_say_nothing_about_the_person(records):
    person = records["household_own"]
    n = len(records)
    assert abs(np.corrcoef(np.arange(n), person)[0, 1]) < 4 / np.sqrt(n)
    assert (records["person_id"] == records["person_id"].shift()).sum() < 20
    branch = records[records["source"] == "branch"]
    number = branch["source_id"].str[1:].astype(int)
    assert abs(np.corrcoef(number, branch["household_own"])[0, 1]) < 4 / np.sqrt(len(branch))


@pytest.mark.slow
def test_same_seed_gives_the_same_records_and_another_seed_others(learners, tables):
    again = copied(learners)
    for one, other in zip(tables, again, strict=True):
        pd.testing.assert_frame_equal(one, other)
    different, _ = copy_people(learners, CompanySettings(), stream(2, "sources"))
    assert not different.equals(tables[0])


def test_people_are_not_changed(learners):
    before = learners.copy()
    copied(learners.head(100))
    pd.testing.assert_frame_equal(learners, before)


@pytest.mark.slow
@pytest.mark.parametrize("n", [1, 2, 5])
def test_a_few_people_can_be_copied(learners, n):
    identities, links = copied(learners.head(n))
    assert len(identities) == len(links) >= n


# --- Who is where -------------------------------------------------------------------------------


@pytest.mark.slow
def test_everybody_is_somewhere_and_systems_hold_the_shares_of_the_settings(learners):
    chance = np.array([0.8, 0.6, 0.35])
    identities, links = copied(learners, second_record=(0.0, 0.0, 0.0))
    assert links["person_id"].nunique() == N
    assert not links.duplicated(["source", "person_id"]).any()
    # Who would be nowhere is put into one system, by the same chances.
    expected = chance + np.prod(1 - chance) * chance / chance.sum()
    for source, share in zip(SOURCES, expected, strict=True):
        members = learners["customer_id"].isin(links.loc[links["source"] == source, "person_id"])
        assert_share(members, share)
    assert len(identities) == len(links)


@pytest.mark.slow
def test_second_records_in_one_system_follow_their_chances(learners):
    chances = (0.1, 0.3, 0.0)
    _, links = copied(learners, second_record=chances)
    for source, chance in zip(SOURCES, chances, strict=True):
        count = links.loc[links["source"] == source, "person_id"].value_counts()
        assert count.max() <= 2
        assert_share(count == 2, chance)


@pytest.mark.slow
def test_one_system_can_hold_everybody(learners):
    identities, _ = copied(learners, in_system=(0.0, 1.0, 0.0), second_record=(0.0, 0.0, 0.0))
    assert (identities["source"] == "web").all()
    assert len(identities) == N


# --- Alterations --------------------------------------------------------------------------------


def test_web_records_are_altered_as_often_as_promised(records):
    """At least 15 % in some field and 5 % in two, even when a mere format does not count."""
    web = records[records["source"] == "web"]
    assert (web["n_altered"] >= 1).mean() >= 0.15
    assert (web["n_altered"] >= 2).mean() >= 0.05
    assert (web["n_wrong"] >= 1).mean() >= 0.15
    assert (web["n_wrong"] >= 2).mean() >= 0.05


@pytest.mark.slow
def test_links_count_the_fields_that_differ_from_the_persons_own(records):
    differs = pd.DataFrame(
        {name: records[name] != records[f"{own}_own"] for name, own in FIELDS.items()}
    )
    assert (records["n_altered"] == differs.sum(axis=1)).all()
    names = differs.apply(lambda row: ",".join(differs.columns[row]), axis=1)
    assert (records["altered"] == names).all()
    assert (records["n_wrong"] <= records["n_altered"]).all()


@pytest.mark.slow
def test_without_changes_every_record_is_the_persons_own(learners):
    records = joined(learners, copied(learners, **CLEAN))
    assert (records["n_altered"] == 0).all()
    assert (records["altered"] == "").all()
    for name, own in FIELDS.items():
        assert (records[name] == records[f"{own}_own"]).all()


@pytest.mark.slow
@pytest.mark.parametrize(
    ("setting", "field", "wrong"),
    [
        pytest.param("name_spaced", "name", 0, id="name_spaced"),
        pytest.param("name_typing", "name", 1, id="name_typing"),
        pytest.param("name_romanised", "name", 0, id="name_romanised"),
        pytest.param("phone_format", "phone", 0, id="phone_format"),
        pytest.param("phone_old", "phone", 1, id="phone_old"),
        pytest.param("phone_digit", "phone", 1, id="phone_digit"),
        pytest.param("phone_missing", "phone", 1, id="phone_missing"),
        pytest.param("email_typing", "email", 1, id="email_typing"),
        pytest.param("email_missing", "email", 1, id="email_missing"),
        pytest.param("address_earlier", "address", 1, id="address_earlier"),
        pytest.param("address_abbreviated", "address", 0, id="address_abbreviated"),
        pytest.param("address_coarse", "address", 1, id="address_coarse"),
        pytest.param("birth_slip", "birth_date", 1, id="birth_slip"),
        pytest.param("birth_missing", "birth_date", 1, id="birth_missing"),
    ],
)
def test_a_change_befalls_its_field_at_the_rate_of_each_system(learners, setting, field, wrong):
    records = only(learners, setting)
    hit = records["altered"] == field
    assert_shares(records, hit)
    assert (records["altered"][~hit] == "").all()
    assert (records["n_wrong"][hit] == wrong).all()


def test_spaced_names_keep_their_letters(learners):
    records = only(learners, "name_spaced")
    hit = records["n_altered"] == 1
    spaced = records["surname_own"] + " " + records["given_own"]
    assert (records["name"][hit] == spaced[hit]).all()


@pytest.mark.slow
def test_mistyped_names_differ_in_one_letter(learners):
    records = only(learners, "name_typing")
    hit = records[records["n_altered"] == 1]
    for written, own in zip(jamo(hit["name"]), jamo(hit["name_own"]), strict=True):
        if len(written) == len(own):
            assert sum(a != b for a, b in zip(written, own, strict=True)) == 1
        else:  # a final letter was dropped
            assert len(written) == len(own) - 1
    assert (hit["name"].str.len() == hit["name_own"].str.len()).all()


@pytest.mark.slow
def test_swapped_names_have_the_same_syllables(learners):
    records = only(learners, "name_swapped", chance=(1.0, 1.0, 1.0))
    two = records["given_own"].str.len() == 2
    assert (records["name"] == records["name_own"])[~two].all()
    swapped = records["surname_own"] + records["given_own"].str[::-1]
    assert (records["name"] == swapped)[two].all()


@pytest.mark.slow
def test_romanised_names_come_in_three_forms_and_have_the_key_of_the_name(learners):
    records = only(learners, "name_romanised", chance=(1.0, 1.0, 1.0))
    forms = [r"[A-Z][a-z]* [A-Z][a-z]*-[a-z]+", r"[A-Z]+ [A-Z]+", r"[A-Z][a-z]+ [A-Z][a-z]*"]
    counts = [records["name"].str.fullmatch(form).mean() for form in forms]
    assert min(counts) > 0.25
    same = latin_key(records["name"]) == latin_key(records["name_own"])
    # Rest: a given name that is a surname too, or one spelling of two surnames.
    assert same.mean() > 0.95


def digits(phone):
    """What a careful reader takes a number for."""
    return phone.str.replace(r"\D", "", regex=True).str.replace("^82", "0", regex=True)


@pytest.mark.slow
def test_formats_of_phones_keep_the_number(learners):
    records = only(learners, "phone_format", chance=(1.0, 1.0, 1.0))
    assert (digits(records["phone"]) == digits(records["phone_own"])).all()
    shape = records["phone"].str.replace(r"\d", "0", regex=True)
    assert set(shape) == {"00000000000", "000.0000.0000", "000 0000 0000", "+00 00-0000-0000"}


def test_old_numbers_keep_the_last_seven_digits(learners):
    records = only(learners, "phone_old", chance=(1.0, 1.0, 1.0))
    assert records["phone"].str.fullmatch(r"01[16789]-\d{3}-\d{4}").all()
    assert (records["phone"].str[4:] == records["phone_own"].str[5:]).all()


@pytest.mark.slow
def test_a_wrong_digit_is_one_digit_after_the_prefix(learners):
    records = only(learners, "phone_digit", chance=(1.0, 1.0, 1.0))
    pairs = zip(records["phone"], records["phone_own"], strict=True)
    assert {sum(a != b for a, b in zip(one, other, strict=True)) for one, other in pairs} == {1}
    assert records["phone"].str.fullmatch(r"010-\d{4}-\d{4}").all()


@pytest.mark.slow
@pytest.mark.parametrize("field", ["phone", "email"])
def test_a_parents_contact_stands_in_for_the_childs_own(learners, field):
    records = only(learners, f"{field}_family")
    own = records[f"{field}_own"] != records[f"family_{field}_own"]
    hit = records["altered"] == field
    assert not hit[~own].any()
    assert_shares(records[own], hit[own])
    assert (records[field][hit] == records[f"family_{field}_own"][hit]).all()


@pytest.mark.slow
def test_mistyped_emails_differ_in_one_character_before_the_at(learners):
    records = only(learners, "email_typing", chance=(1.0, 1.0, 1.0))
    pairs = zip(records["email"], records["email_own"], strict=True)
    assert {sum(a != b for a, b in zip(one, other, strict=True)) for one, other in pairs} == {1}
    domains = records["email"].str.partition("@")[2], records["email_own"].str.partition("@")[2]
    assert domains[0].equals(domains[1])


@pytest.mark.slow
def test_an_earlier_address_is_elsewhere_and_one_for_the_household(learners):
    records = only(learners, "address_earlier")
    moved = records[records["n_altered"] == 1]
    assert moved.groupby("household_own")["address"].nunique().max() == 1


@pytest.mark.slow
def test_a_missing_door_leaves_the_street(learners):
    records = only(learners, "address_no_door", chance=(1.0, 1.0, 1.0))
    street = records["road_address_own"].str.partition(",")[0]
    assert (records["address"] == street).all()
    assert (records["n_wrong"] == records["road_address_own"].str.contains(",")).all()


def test_a_coarse_address_is_province_and_district(learners):
    records = only(learners, "address_coarse", chance=(1.0, 1.0, 1.0))
    region, district = records["region_own"], records["district_own"]
    place = (region + " " + district).where(region != district, region)
    assert (records["address"] == place).all()


@pytest.mark.slow
def test_abbreviated_addresses_keep_district_street_and_numbers(learners):
    records = only(learners, "address_abbreviated", chance=(1.0, 1.0, 1.0))
    short = records["address"].str.partition(" ")[0]
    assert short.nunique() == 17
    assert short.str.fullmatch("[가-힣]{2}").all()
    assert set(short[records["region_own"] == "충청북도"]) == {"충북"}
    assert set(short[records["region_own"] == "서울특별시"]) == {"서울"}

    def numbers(address):
        return address.str.partition(" ")[2].str.findall(r"\d+").map(tuple)

    assert (numbers(records["address"]) == numbers(records["road_address_own"])).all()


def test_slipped_dates_are_another_century_day_and_month_or_ten_days_off():
    days = pd.date_range("1990-01-01", "2019-12-31").to_numpy().astype("datetime64[s]")
    born, slipped = pd.Series(days), pd.Series(corruption.mistype_dates(days, stream(1, "slips")))
    assert (born != slipped).all()
    century = (slipped.dt.year - born.dt.year).isin([-100, -10]) & (born.dt.day == slipped.dt.day)
    swapped = (slipped.dt.day == born.dt.month) & (slipped.dt.month == born.dt.day)
    off = ((slipped - born).dt.days.abs() == 10) & (slipped.dt.month == born.dt.month)
    # 29 February of a year ten years before is 1 March.
    leap = (born.dt.month == 2) & (born.dt.day == 29)
    assert (century | swapped | off | leap).all()
    assert min(century.mean(), off.mean()) > 0.3
    assert swapped.mean() > 0.08
    assert (slipped <= "2020-01-01").all()


# --- Updated ------------------------------------------------------------------------------------


@pytest.mark.slow
def test_records_are_updated_between_joining_and_the_last_day(records):
    settings = CompanySettings()
    joined = settings.first_day + pd.to_timedelta(records["joined_day_own"], unit="D")
    assert (records["updated"] >= joined).all()
    assert (records["updated"] <= settings.last_day).all()


@pytest.mark.slow
def test_earlier_addresses_are_in_older_records_than_the_persons_own(learners):
    records = only(learners, "address_earlier")
    earlier = records["n_altered"] == 1
    last_earlier = records[earlier].groupby("person_id")["updated"].max()
    first_own = records[~earlier].groupby("person_id")["updated"].min()
    both = last_earlier.index.intersection(first_own.index)
    assert len(both) > 1_000
    assert (last_earlier[both] <= first_own[both]).all()


# --- Accounts of orders -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def orders(learners):
    rng = stream(1, "orders")
    customer = learners["customer_id"].take(rng.integers(0, N, 30_000)).reset_index(drop=True)
    orders = pd.DataFrame({"customer_id": customer, "order_id": np.arange(30_000).astype(str)})
    lines = orders.take(np.repeat(np.arange(30_000), 2))
    return lines.set_axis(np.arange(60_000)[::-1])


@pytest.fixture(scope="module")
def booked(orders, tables):
    return book_accounts(orders, tables[1], CompanySettings(), stream(1, "accounts"))


def test_orders_are_booked_on_an_account_of_their_customer(booked, tables):
    links = tables[1]
    owner = booked.merge(links, on=["source", "source_id"], validate="many_to_one")
    assert len(owner) == len(booked)
    assert (owner["customer_id"] == owner["person_id"]).all()


@pytest.mark.slow
def test_orders_are_booked_where_they_are_placed_if_there_is_an_account(booked, tables):
    links = tables[1]
    has = set(zip(links["person_id"], links["source"], strict=True))
    placed = zip(booked["customer_id"], booked["channel"], strict=True)
    account_there = np.array([key in has for key in placed])
    assert ((booked["source"] == booked["channel"]) == account_there).all()
    assert 0.1 < 1 - account_there.mean() < 0.5


def test_lines_of_an_order_stay_together_and_rows_keep_their_place(booked, orders):
    assert booked.index.equals(orders.index)
    pd.testing.assert_frame_equal(booked[orders.columns.tolist()], orders)
    together = booked[["order_id", "channel", "source", "source_id"]].drop_duplicates()
    assert len(together) == 30_000


def test_orders_are_placed_by_the_shares_of_the_settings(booked):
    order = booked.drop_duplicates("order_id")
    for channel, share in zip(SOURCES, (0.3, 0.55, 0.15), strict=True):
        assert_share(order["channel"] == channel, share)


def test_second_accounts_of_a_system_share_the_orders(learners):
    settings = CompanySettings(in_system=(0.0, 1.0, 0.0), second_record=(0.0, 1.0, 0.0))
    _, links = copy_people(learners.head(1), settings, stream(1, "sources"))
    orders = pd.DataFrame({"customer_id": ["C0000001"] * 400, "order_id": range(400)})
    booked = book_accounts(orders, links, settings, stream(1, "accounts"))
    assert_share(booked["source_id"] == links["source_id"][0], 0.5)


def test_orders_of_somebody_without_an_account_are_refused(orders, tables):
    links = tables[1][tables[1]["person_id"] != orders["customer_id"].iloc[0]]
    with pytest.raises(ValueError, match=r"`links` must hold every customer; \d+ orders have none"):
        book_accounts(orders, links, CompanySettings(), stream(1, "accounts"))
