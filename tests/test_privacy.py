"""Consent, pseudonyms, masks and k-anonymity against slow code and published vectors."""

import datetime as dt
import hashlib
import hmac
import traceback
import unicodedata
from collections import Counter
from itertools import combinations

import ibis
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal, assert_series_equal

from crmlab.contracts import CHANNELS, PURPOSES, ContractError
from crmlab.privacy import (
    PseudonymKeyError,
    consent_status,
    consented,
    k_anonymity,
    mask,
    pseudonymise,
)

KEY = "Zq9-a key that stands nowhere else-x7"
RELAXED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def key(monkeypatch):
    monkeypatch.setenv("CRMLAB_PSEUDONYM_KEY", KEY)


# --- pseudonymise -------------------------------------------------------------------------------


def slow_hmac(secret, message):
    """HMAC-SHA256 as RFC 2104 writes it, for keys of up to 64 bytes."""
    padded = secret.ljust(64, b"\0")
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in padded) + message).digest()
    return hashlib.sha256(bytes(byte ^ 0x5C for byte in padded) + inner).hexdigest()


@pytest.mark.parametrize(
    ("secret", "message", "expected"),
    [
        pytest.param(
            b"\x0b" * 20,
            b"Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            id="rfc4231-1",
        ),
        pytest.param(
            b"Jefe",
            b"what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            id="rfc4231-2",
        ),
    ],
)
def test_the_slow_hmac_gives_the_published_vectors(secret, message, expected):
    assert slow_hmac(secret, message) == expected
    assert hmac.new(secret, message, "sha256").hexdigest() == expected


@pytest.mark.slow
@RELAXED
@given(st.lists(st.text() | st.integers() | st.none(), min_size=1), st.integers(16, 64))
def test_a_pseudonym_is_the_hmac_of_namespace_and_value(key, values, length):
    table = pd.DataFrame({"customer_id": pd.Series(values, dtype=object)})
    got = pseudonymise(table, "customer_id", length=length)["customer_id"]
    for value, code in zip(values, got, strict=True):
        if value is None:
            assert pd.isna(code)
        else:
            text = unicodedata.normalize("NFC", str(value)).encode("utf-8", "surrogatepass")
            assert code == slow_hmac(KEY.encode(), b"customer_id\0" + text)[:length]


def test_pseudonyms_keep_shape_index_names_and_the_input(key):
    table = pd.DataFrame(
        {"customer_id": ["C1", None, "C1", "C2"], "amount": [1, 2, 3, 4]}, index=[7, 7, 8, 9]
    )
    before = table.copy()
    got = pseudonymise(table, ["customer_id"])
    assert_frame_equal(table, before)
    assert got.index.tolist() == [7, 7, 8, 9]
    assert list(got.columns) == ["customer_id", "amount"]
    assert got["customer_id"].isna().tolist() == [False, True, False, False]
    assert got["customer_id"].iloc[0] == got["customer_id"].iloc[2] != got["customer_id"].iloc[3]
    assert got["customer_id"].dropna().str.fullmatch("[0-9a-f]{32}").all()


def test_two_tables_join_on_their_pseudonyms(key):
    orders = pd.DataFrame({"customer_id": ["C1", "C2"], "amount": [5, 6]})
    referrals = pd.DataFrame({"referrer_id": ["C2"], "customer_id": ["C1"]})
    orders = pseudonymise(orders, "customer_id")
    apart = pseudonymise(referrals, ["referrer_id", "customer_id"])
    joined = pseudonymise(
        referrals, ["referrer_id", "customer_id"], namespace={"referrer_id": "customer_id"}
    )
    first, second = orders["customer_id"]
    assert apart["customer_id"].tolist() == joined["customer_id"].tolist() == [first]
    assert joined["referrer_id"].tolist() == [second]
    assert apart["referrer_id"].tolist() != [second]
    one = pseudonymise(referrals, ["referrer_id"], namespace="customer_id")
    assert one["referrer_id"].tolist() == [second]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param("007", "7", False, id="leading-zeros-stay"),
        pytest.param("007", 7, False, id="text-007-is-not-the-number-7"),
        pytest.param("7", 7, True, id="a-number-is-its-digits"),
        pytest.param("a", "A", False, id="case-counts"),
        pytest.param("김", unicodedata.normalize("NFD", "김"), True, id="one-unicode-form"),
        pytest.param(2**80, str(2**80), True, id="large-number"),
    ],
)
def test_which_values_are_one_customer(key, one, other, same):
    codes = pseudonymise(pd.Series([one, other], name="customer_id", dtype=object))
    assert (codes.iloc[0] == codes.iloc[1]) is same


@pytest.mark.parametrize(
    "dtype", ["int64", "Int64", "uint8", "str", "category", "object", "string"]
)
def test_every_type_of_id_gets_the_same_codes(key, dtype):
    ids = pd.Series(["1", "2", "1"], name="customer_id")
    converted = ids.astype("int64").astype(dtype) if "int" in dtype.lower() else ids.astype(dtype)
    got = pseudonymise(converted)
    assert_series_equal(got, pseudonymise(ids))
    assert got.dtype == "str"


def test_another_key_gives_other_codes(key, monkeypatch):
    ids = pd.Series(["C1"], name="customer_id")
    one = pseudonymise(ids)
    monkeypatch.setenv("OTHER_KEY", "another key of enough bytes")
    assert pseudonymise(ids, key_env="OTHER_KEY").iloc[0] != one.iloc[0]


def test_hangul_keys_and_missing_columns_of_ids(key, monkeypatch):
    monkeypatch.setenv("CRMLAB_PSEUDONYM_KEY", "비밀번호열쇠")  # 18 bytes
    nobody = pd.Series([None, None], name="customer_id", dtype=object)
    assert pseudonymise(nobody).isna().all()
    assert pseudonymise(nobody.iloc[:0]).empty


BAD_PSEUDONYMS = [
    pytest.param(
        {"columns": "name"}, ValueError, "lacks 'name'; it has 'customer_id'", id="column"
    ),
    pytest.param({"columns": []}, ValueError, "`columns` must name at least one", id="no-columns"),
    pytest.param({"columns": None}, ValueError, "`columns` must name at least one", id="none"),
    pytest.param({"columns": "at"}, ValueError, "'at' is in the index. Call `.reset_", id="index"),
    pytest.param({"length": 7}, ValueError, "`length` must be at least 8", id="short"),
    pytest.param({"length": 65}, ValueError, "`length` must be at most 64", id="long"),
    pytest.param({"length": 8.0}, TypeError, "`length` must be a whole number", id="float"),
    pytest.param({"namespace": ""}, ValueError, "`namespace` must be a word", id="no-namespace"),
    pytest.param({"namespace": "a\0b"}, ValueError, "`namespace` must be a word", id="nul"),
    pytest.param(
        {"columns": "spent"}, TypeError, "`spent` must hold text or whole .* float64", id="money"
    ),
    pytest.param({"columns": "day"}, TypeError, "`day` must hold text or whole", id="dates"),
    pytest.param({"columns": "mix"}, TypeError, "`mix` must hold .* it holds float", id="mixture"),
    pytest.param({"columns": "yes"}, TypeError, "`yes` must hold .* it holds bool", id="flags"),
]


@pytest.fixture
def people():
    return pd.DataFrame(
        {
            "customer_id": ["secret-1", "secret-2"],
            "spent": [1.0, np.nan],
            "day": pd.Timestamp("2024-01-05"),
            "mix": pd.Series(["secret-1", 1.5], dtype=object, index=["r", "s"]).to_numpy(),
            "yes": True,
        },
        index=pd.Index(["r", "s"], name="at"),
    )


@pytest.mark.parametrize(("options", "error", "message"), BAD_PSEUDONYMS)
def test_pseudonymise_names_what_is_wrong(key, people, options, error, message):
    with pytest.raises(error, match=message) as caught:
        pseudonymise(people, **{"columns": "customer_id"} | options)
    assert "secret-" not in str(caught.value)
    assert KEY not in everything_of(caught.value)


def everything_of(error):
    """The message, and what every variable holds in every frame below the test."""
    stack = traceback.walk_tb(error.__traceback__.tb_next)
    lines = traceback.StackSummary.extract(stack, capture_locals=True).format()
    return "".join([str(error), *lines])


def test_a_series_needs_no_columns_but_a_name(key):
    ids = pd.Series(["C1"])
    with pytest.raises(ValueError, match=r"`columns` must be left out where `table` is a Series"):
        pseudonymise(ids, "customer_id")
    with pytest.raises(ValueError, match=r"`namespace` must be a word .* got None"):
        pseudonymise(ids)
    named = pseudonymise(ids.rename("customer_id"))
    assert pseudonymise(ids, namespace="customer_id").tolist() == named.tolist()


def test_pseudonymise_refuses_other_tables_and_repeated_names(key):
    with pytest.raises(TypeError, match=r"`table` must be a DataFrame or a Series; got list"):
        pseudonymise(["C1"], "customer_id")
    twice = pd.DataFrame([["C1", "C2"]], columns=["customer_id", "customer_id"])
    with pytest.raises(ValueError, match=r"'customer_id' is there more than once"):
        pseudonymise(twice, "customer_id")


@pytest.mark.parametrize("value", [None, ""], ids=["absent", "empty"])
def test_a_missing_key_is_named_with_the_remedy(monkeypatch, value):
    monkeypatch.delenv("CRMLAB_PSEUDONYM_KEY", raising=False)
    if value is not None:
        monkeypatch.setenv("CRMLAB_PSEUDONYM_KEY", value)
    with pytest.raises(PseudonymKeyError, match=r"is not set. Make one with `python -c .*secrets"):
        pseudonymise(pd.Series(["C1"], name="customer_id"))


@pytest.mark.parametrize("short", ["fifteen-bytes-x", " " * 40, "zebra".center(30)])
def test_a_short_key_is_refused_and_not_shown(monkeypatch, short):
    monkeypatch.setenv("CRMLAB_PSEUDONYM_KEY", short)
    with pytest.raises(
        PseudonymKeyError, match=r"at least 16 bytes; it is shorter. Make"
    ) as caught:
        pseudonymise(pd.Series(["C1"], name="customer_id"))
    assert not short.strip() or short.strip() not in everything_of(caught.value)


def test_a_key_given_as_the_name_is_not_repeated(monkeypatch):
    with pytest.raises(PseudonymKeyError, match=r"must name an environment variable") as caught:
        pseudonymise(pd.Series(["C1"], name="customer_id"), key_env="my-own-secret-in-the-clear")
    assert "my-own-secret" not in str(caught.value)


def test_the_key_leaves_no_trace_in_the_result(key):
    table = pd.DataFrame({"customer_id": ["C1", "C2"]})
    table.attrs["unit"] = "W"
    got = pseudonymise(table, "customer_id")
    assert got.attrs == {"unit": "W"}
    assert KEY not in repr(got) + repr(got.attrs) + got.to_csv()


@pytest.mark.slow
def test_codes_that_collide_are_an_error(key):
    # Of 300,000 codes of 32 bits about ten meet another.
    many = pd.Series(np.arange(300_000), name="customer_id")
    with pytest.raises(
        ValueError, match=r"`length` must be larger: with 8 digits only 299,9.. cod"
    ):
        pseudonymise(many, length=8)
    assert pseudonymise(many, length=16).is_unique


# --- consent ------------------------------------------------------------------------------------

DAYS = list(pd.date_range("2024-01-01", periods=4))
answer = st.tuples(
    st.sampled_from("ABC"),
    st.sampled_from(CHANNELS[:2]),
    st.sampled_from(PURPOSES[:2]),
    st.booleans(),
    st.sampled_from(DAYS),
    st.integers(0, 23),
)
ASKED = {"channel": "email", "purpose": "marketing"}


def consents_of(rows):
    """Consents from (customer, channel, purpose, granted, day, hour)."""
    frame = pd.DataFrame(
        rows, columns=["customer_id", "channel", "purpose", "granted", "date", "hour"]
    )
    hours = pd.to_timedelta(frame.pop("hour").astype("int64"), unit="h")
    return frame.assign(
        customer_id=frame["customer_id"].astype("str"),
        granted=frame["granted"].astype(bool),
        date=pd.to_datetime(frame["date"]) + hours,
    )


def slow_status(rows, customer, channel, purpose, on):
    """Read the answers one by one; of one day, a refusal beats everything."""
    last, status = None, "no answer"
    for who, by, what, granted, day, _ in rows:
        if (who, by, what) != (customer, channel, purpose) or (on is not None and day > on):
            continue
        if last is None or day > last:
            last, status = day, "granted" if granted else "refused"
        elif day == last and not granted:
            status = "refused"
    return status, last


@pytest.mark.slow
@settings(max_examples=25, deadline=None)  # each runs two queries
@given(
    st.lists(answer, max_size=12),
    st.sampled_from(CHANNELS[:2]),
    st.sampled_from(PURPOSES[:2]),
    st.none() | st.sampled_from(DAYS),
)
def test_consent_is_the_last_answer(rows, channel, purpose, on):
    asked = {"channel": channel, "purpose": purpose, "on": on}
    customers = ["D", "C", "A", "B", "A"]
    table = consent_status(customers, consents_of(rows), **asked)
    expected = [slow_status(rows, customer, channel, purpose, on) for customer in "DCAB"]
    assert table["customer_id"].tolist() == list("DCAB")
    assert table["status"].tolist() == [status for status, _ in expected]
    assert table["date"].dt.normalize().tolist() == [
        pd.NaT if day is None else day for _, day in expected
    ]
    granted = {
        who for who, (status, _) in zip("DCAB", expected, strict=True) if status == "granted"
    }
    got = consented(customers, consents_of(rows), **asked)
    assert got.tolist() == [customer for customer in customers if customer in granted]


@pytest.fixture
def consents():
    return consents_of(
        [
            ("A", "email", "marketing", True, "2024-01-05", 0),
            ("A", "email", "marketing", False, "2024-06-30", 9),
            ("B", "email", "marketing", True, "2024-02-01", 0),
            ("B", "phone", "marketing", False, "2024-03-01", 0),
            ("C", "email", "service", True, "2024-02-01", 0),
        ]
    )


def test_rows_come_back_as_they_were(consents):
    customers = pd.DataFrame(
        {"customer_id": ["B", "A", "B", None], "amount": [1, 2, 3, 4]}, index=[4, 5, 5, 6]
    )
    before = customers.copy()
    assert_frame_equal(consented(customers, consents, **ASKED), customers.iloc[[0, 2]])
    assert_frame_equal(customers, before)


def test_ids_may_be_the_index_of_a_summary(consents):
    summary = pd.DataFrame({"frequency": [2, 1]}, index=pd.Index(["A", "B"], name="customer_id"))
    assert_frame_equal(consented(summary, consents, **ASKED), summary.loc[["B"]])


@pytest.mark.parametrize("make", [list, pd.Index, pd.Series, np.array], ids=lambda f: f.__name__)
def test_ids_come_in_any_list(consents, make):
    assert consented(make(["A", "B"]), consents, **ASKED).tolist() == ["B"]


def test_an_answer_of_the_day_itself_counts_whatever_its_hour(consents):
    assert consented(["A"], consents, **ASKED, on="2024-06-29").tolist() == ["A"]
    assert consented(["A"], consents, **ASKED, on="2024-06-30").empty
    assert consented(["A"], consents, **ASKED, on=dt.date(2024, 1, 4)).empty


def test_a_refusal_beats_a_consent_of_the_same_day():
    morning, evening = (8, False), (20, True)
    for rows in ([morning, evening], [evening, morning], [(8, True), (8, False)]):
        answers = consents_of(
            [("A", "email", "marketing", granted, "2024-01-05", hour) for hour, granted in rows]
        )
        assert consented(["A"], answers, **ASKED).empty


def zoned_answers():
    """Refused on the 5th and granted half an hour into the 6th in Seoul, where UTC has the 5th."""
    stamps = pd.to_datetime(["2024-01-05 00:30", "2024-01-06 00:30"]).tz_localize("Asia/Seoul")
    answers = {"customer_id": "A", "channel": "email", "purpose": "marketing"}
    return pd.DataFrame({"granted": [False, True], "date": stamps}).assign(**answers)


@pytest.mark.parametrize(
    ("day", "expected"), [("2024-01-05", "refused"), ("2024-01-06", "granted")]
)
@pytest.mark.parametrize("dtype", [None, object, "timestamp[us, tz=Asia/Seoul][pyarrow]"])
def test_days_of_answers_begin_in_the_zone_of_the_column(day, expected, dtype):
    answers = zoned_answers()
    if dtype is not None:
        answers["date"] = answers["date"].astype(dtype)
    status = consent_status(["A"], answers, channel="email", purpose="marketing", on=day)
    assert status["status"].tolist() == [expected]
    assert status["date"].tolist() == [pd.Timestamp(day)]


def test_instants_of_an_engine_are_refused_as_their_day_is_unknown():
    with pytest.raises(ContractError, match=r"`date` must hold days or local times; .* Convert"):
        consented(["A"], ibis.memtable(zoned_answers()), channel="email", purpose="marketing")


@pytest.mark.parametrize("customers", [{"A"}, {"A": 1}], ids=["set", "mapping"])
def test_ids_come_in_an_order(consents, customers):
    with pytest.raises(TypeError, match="`customers` must be a table or ids in an order; got"):
        consented(customers, consents, channel="email", purpose="marketing")


@pytest.mark.slow
@pytest.mark.parametrize("own_engine", [False, True], ids=["shared", "own-connection"])
def test_tables_of_an_engine_give_the_same(consents, own_engine):
    customers = pd.DataFrame({"customer_id": ["B", "A", "D", "B"], "amount": [1, 2, 3, 4]})
    if own_engine:
        table = ibis.duckdb.connect().create_table("customers", customers)
    else:
        table = ibis.memtable(customers)
    for answers in (consents, ibis.memtable(consents)):
        got = consented(table, answers, **ASKED).to_pandas().sort_values("amount")
        assert got.to_dict("list") == {"customer_id": ["B", "B"], "amount": [1, 4]}
        status = consent_status(table, answers, **ASKED)
        assert status["customer_id"].tolist() == ["A", "B", "D"]
        assert status["status"].tolist() == ["refused", "granted", "no answer"]
    assert_frame_equal(
        consented(customers, ibis.memtable(consents), **ASKED), customers.iloc[[0, 3]]
    )


def test_ids_may_be_numbers_also_with_missing_ones(consents):
    answers = consents.assign(customer_id=[1, 1, 2, 2, 3])
    assert consented([2, 1, 9], answers, **ASKED).tolist() == [2]
    ids = pd.Series([2, None, 1], dtype="Int64", name="customer_id")
    assert consented(ids, answers, **ASKED).tolist() == [2]
    assert consent_status(ids, answers, **ASKED)["status"].tolist() == [
        "granted",
        "no answer",
        "refused",
    ]


@pytest.mark.slow
def test_nobody_asked_or_no_answers_is_no_error(consents):
    assert consented([], consents, **ASKED).empty
    assert consent_status([], consents, **ASKED).empty
    nothing = consents.iloc[:0]
    assert consent_status(["A"], nothing, **ASKED)["status"].tolist() == ["no answer"]
    assert consented([1], nothing, **ASKED).empty


BAD_CONSENT = [
    pytest.param(
        {"channel": "mail"},
        ValueError,
        "`channel` must be one of 'email', 'phone', 'post'; got 'mail'. Did you mean 'email'",
        id="channel",
    ),
    pytest.param(
        {"purpose": "research"},
        ValueError,
        "`purpose` must be one of 'marketing', 'service', 'partner'; got 'research'",
        id="purpose",
    ),
    pytest.param(
        {"on": "soon"},
        ValueError,
        "`on` must be a full date such as '2024-12-31'; got 'soon'",
        id="on",
    ),
    pytest.param({"on": 20240101}, ValueError, "`on` must be a full date", id="on-number"),
    pytest.param(
        {"customers": "A"},
        TypeError,
        "`customers` must be a table or ids; got str. A single id",
        id="one-id",
    ),
    pytest.param(
        {"customers": 7}, TypeError, "`customers` must be a table or ids; got int", id="number"
    ),
    pytest.param(
        {"customers": pd.DataFrame({"id": ["A"]})},
        ContractError,
        "customers table lacks 'customer_id'; it has 'id'",
        id="no-id",
    ),
    pytest.param(
        {"customers": [1, 2]},
        ContractError,
        "it is whole numbers in the customers and text in the consents",
        id="kinds",
    ),
    pytest.param(
        {"customers": [1.0, np.nan]},
        ContractError,
        "`customer_id` must hold text or whole numbers; it holds float64",
        id="floats",
    ),
    pytest.param(
        {"customers": ibis.memtable({"customer_id": [1]})},
        ContractError,
        "it is whole numbers in the customers",
        id="kinds-ibis",
    ),
    pytest.param(
        {"customers": ibis.memtable({"id": [1]})},
        ContractError,
        "customers table lacks 'customer_id'",
        id="no-id-ibis",
    ),
]


@pytest.mark.parametrize(("options", "error", "message"), BAD_CONSENT)
@pytest.mark.parametrize("function", [consented, consent_status], ids=lambda f: f.__name__)
def test_consent_names_what_is_wrong(consents, function, options, error, message):
    arguments = {"customers": ["A"], "consents": consents} | ASKED | options
    with pytest.raises(error, match=message):
        function(arguments.pop("customers"), arguments.pop("consents"), **arguments)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param({"purpose": "fun"}, "purpose unknown: 5 rows", id="purpose"),
        pytest.param({"channel": "pigeon"}, "channel unknown: 5 rows", id="channel"),
        pytest.param({"date": pd.NaT}, "date missing: 5 rows", id="date"),
        pytest.param({"granted": "yes"}, "`granted` must hold true or false", id="granted"),
    ],
)
def test_consents_that_break_their_contract_are_refused(consents, change, message):
    with pytest.raises(ContractError, match=message):
        consented(["A"], consents.assign(**change), **ASKED)
    with pytest.raises(ContractError, match=r"consents table lacks 'granted'"):
        consented(["A"], consents.drop(columns="granted"), **ASKED)


# --- mask ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        pytest.param("name", "김민준", "김*준", id="three-syllables"),
        pytest.param("name", "김준", "김*", id="two-syllables"),
        pytest.param("name", "준", "***", id="one-syllable"),
        pytest.param("name", "남궁민수", "남**수", id="four-syllables"),
        pytest.param("name", " 김 민준 ", "김*준", id="blanks"),
        pytest.param("name", unicodedata.normalize("NFD", "김민준"), "김*준", id="nfd"),
        pytest.param("name", "Kim Min-jun", "K*** M***", id="latin"),
        pytest.param("name", "J Ng", "*** N***", id="initial"),
        pytest.param("phone", "010-1234-5678", "010-****-5678", id="mobile"),
        pytest.param("phone", "01012345678", "010-****-5678", id="mobile-plain"),
        pytest.param("phone", "+82 10 1234 5678", "010-****-5678", id="mobile-abroad"),
        pytest.param("phone", "+82-(0)10-1234-5678", "010-****-5678", id="mobile-both"),
        pytest.param("phone", "０１０ １２３４ ５６７８", "010-****-5678", id="full-width"),
        pytest.param("phone", "011-234-5678", "011-****-5678", id="old-mobile"),
        pytest.param("phone", "02-345-6789", "02-****-6789", id="seoul"),
        pytest.param("phone", "031-345-6789", "031-****-6789", id="province"),
        pytest.param("phone", "0505-123-4567", "0505-****-4567", id="virtual"),
        pytest.param("phone", "+1 202 555 0143", "****-0143", id="abroad"),
        pytest.param("phone", "1588-1234", "****", id="short"),
        pytest.param("phone", "n/a", "****", id="no-phone"),
        pytest.param("phone", 1012345678, "****-5678", id="number"),
        pytest.param("email", "minjun@example.com", "m***@example.com", id="email"),
        pytest.param("email", "m@example.com", "***@example.com", id="one-letter"),
        pytest.param("email", "a@b@example.com", "***", id="two-signs"),
        pytest.param("email", "minjun", "***", id="no-email"),
        pytest.param(
            "address",
            "서울특별시 노원구 중앙로12길 34, 101동 1203호",
            "서울특별시 노원구",
            id="seoul",
        ),
        pytest.param(
            "address", "경기도 수원시 영통구 광교로 1", "경기도 수원시 영통구", id="city-district"
        ),
        pytest.param("address", "경기 시흥시 은행로 3", "경기 시흥시", id="short-province"),
        pytest.param(
            "address", "세종특별자치시 한누리대로 2130", "세종특별자치시", id="no-district"
        ),
        pytest.param("address", "노원구 중앙로 3", "노원구", id="district-only"),
        pytest.param("address", "서울특별시노원구중앙로12길 34", "서울특별시", id="no-blanks"),
        pytest.param(
            "address", "강원특별자치도 양구군 정중앙로 1", "강원특별자치도 양구군", id="county"
        ),
        pytest.param("address", "광주시 경안로 1", "광주시", id="city-named-as-a-province"),
        pytest.param("address", "중앙로12길 34", "***", id="street-only"),
        pytest.param("address", "12 Main Street", "***", id="foreign"),
        pytest.param("birth_date", "1985-03-02", "1985", id="iso"),
        pytest.param("birth_date", "19850302", "1985", id="digits"),
        pytest.param("name", "김민준 010-1234-5678", "***", id="number-in-a-name"),
        pytest.param("phone", 1012345678.0, "****-5678", id="number-beside-a-missing-one"),
        pytest.param("birth_date", "850302", "****", id="two-digits"),
        pytest.param("birth_date", pd.Timestamp("1985-03-02"), "1985", id="timestamp"),
        pytest.param("birth_date", dt.date(1985, 3, 2), "1985", id="date"),
        pytest.param("given_name", "민준", "민*", id="given-name"),
        pytest.param("surname", "Kim", "K***", id="surname"),
        pytest.param("postcode", "04524", "***", id="postcode"),
        pytest.param("identifier", "A-1017", "A-1017", id="plain-id"),
        pytest.param("identifier", 1017, "1017", id="number-as-id"),
        pytest.param("identifier", "2025-001283", "2025-001283", id="id-with-a-year"),
        pytest.param("identifier", "minjun@example.com", "m***@example.com", id="mail-as-id"),
        pytest.param("identifier", "010-1234-5678", "010-****-5678", id="phone-as-id"),
        pytest.param("identifier", "+82 10 1234 5678", "010-****-5678", id="phone-abroad-as-id"),
        pytest.param("identifier", "0212345678", "02-****-5678", id="digits-of-a-phone"),
    ],
)
def test_mask_known_values(kind, value, expected):
    table = pd.DataFrame({kind: pd.Series([value, None], dtype=object)})
    got = mask(table)[kind]
    assert got.iloc[0] == expected
    assert pd.isna(got.iloc[1])
    assert got.dtype == "str"


syllable = st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3)
hangul_names = st.text(syllable, min_size=1, max_size=6)
latin_names = st.text("abcXYZ -", min_size=1, max_size=12)
phones = st.from_regex(r"(\+82 ?|0)?1[016789]?[- ]?\d{2,4}[- ]?\d{4}", fullmatch=True)
emails = st.from_regex(r"[a-z][a-z0-9.]{0,8}@[a-z]{1,5}\.(com|kr)", fullmatch=True)
addresses = st.builds(
    "{} {}로 {}".format,
    st.sampled_from(["서울 중구", "부산", ""]),
    hangul_names,
    st.integers(1, 99),
)


@pytest.mark.slow
@settings(deadline=None)
@given(
    st.one_of(
        st.tuples(st.just("name"), hangul_names | latin_names),
        st.tuples(st.just("phone"), phones),
        st.tuples(st.just("email"), emails),
        st.tuples(st.just("address"), addresses),
        st.tuples(st.just("birth_date"), st.dates().map(str)),
    )
)
def test_what_is_masked_is_not_there_any_more(case):
    kind, value = case
    assume(value.strip(" -"))
    shown = mask(pd.DataFrame({kind: [value]}))[kind].iloc[0]
    assert value.strip() not in shown
    if kind == "phone":
        n_digits, n_shown = (sum(map(str.isdigit, text)) for text in (value, shown))
        assert n_shown <= n_digits - 3


@pytest.mark.slow
@given(st.sampled_from(["name", "phone", "email", "address", "birth_date"]), st.text())
def test_any_text_can_be_masked(kind, value):
    shown = mask(pd.DataFrame({kind: [value]}))[kind].iloc[0]
    assert isinstance(shown, str)
    assert shown


def test_mask_leaves_the_rest_alone():
    table = pd.DataFrame({"customer_id": ["C1"], "name": ["김민준"]}, index=[3])
    before = table.copy()
    assert_frame_equal(mask(table), pd.DataFrame({"customer_id": ["C1"], "name": ["김*준"]}, [3]))
    assert_frame_equal(mask(table, columns=["name"]), mask(table))
    assert_frame_equal(mask(table, columns=[]), before)
    assert_frame_equal(table, before)


def test_mask_takes_other_names_and_dates_and_categories():
    table = pd.DataFrame(
        {
            "고객명": pd.Categorical(["김민준", None]),
            "생일": pd.to_datetime(["1985-03-02", None]),
            "name": ["김민준", "이서"],
        }
    )
    got = mask(table, columns={"고객명": "name", "생일": "birth_date"})
    assert got["고객명"].tolist()[0] == "김*준"
    assert got["생일"].tolist()[0] == "1985"
    assert got.isna().to_numpy().tolist() == [[False] * 3, [True, True, False]]
    assert got["name"].tolist() == ["김민준", "이서"]


def test_mask_names_what_is_wrong():
    table = pd.DataFrame({"nick": ["a"]})
    with pytest.raises(TypeError, match=r"`table` must be a DataFrame; got Series"):
        mask(table["nick"])
    with pytest.raises(
        ValueError, match=r"`columns` must say what 'nick' holds; .*{'nick': 'name'}"
    ):
        mask(table, columns="nick")
    with pytest.raises(ValueError, match=r"`columns` must be one of 'name', .*; got 'names'"):
        mask(table, columns={"nick": "names"})
    with pytest.raises(ValueError, match=r"The table lacks 'name'; it has 'nick'"):
        mask(table, columns=["name"])


# --- k_anonymity --------------------------------------------------------------------------------

person = st.tuples(
    st.sampled_from(["A", "B", None]), st.sampled_from([1980.0, 1991.0, np.nan]), st.booleans()
)


@pytest.mark.slow
@settings(deadline=None)
@given(st.lists(person, min_size=1, max_size=15), st.integers(2, 4))
def test_k_anonymity_equals_counting_by_hand(rows, k):
    names = ["district", "birth_year", "adult"]
    got = k_anonymity(pd.DataFrame(rows, columns=names), names, k=k)
    assert got["n_columns"].tolist() == [1, 1, 1, 2, 2, 2, 3]
    for chosen in (c for size in (1, 2, 3) for c in combinations(range(3), size)):
        groups = Counter(
            tuple(None if row[i] != row[i] else row[i] for i in chosen) for row in rows
        )
        sizes = groups.values()
        line = got[got["columns"] == ", ".join(names[i] for i in chosen)].iloc[0]
        assert line["k"] == min(sizes)
        assert line["n_groups"] == len(groups)
        assert line["n_unique"] == sum(size == 1 for size in sizes)
        assert line["n_below"] == sum(size for size in sizes if size < k)
        assert line["share_unique"] == line["n_unique"] / len(rows)
        assert line["share_below"] == line["n_below"] / len(rows)
    for _, level in got.groupby("n_columns"):
        assert level["n_below"].is_monotonic_decreasing


def test_k_anonymity_of_a_table_in_an_engine():
    people = pd.DataFrame({"district": ["A", "A", None, None, "B"], "sex": list("FFMFF")})
    assert_frame_equal(
        k_anonymity(ibis.memtable(people), ["district", "sex"]),
        k_anonymity(people, ["district", "sex"]),
    )


@pytest.mark.parametrize(
    ("names", "options", "error", "message"),
    [
        pytest.param(["age"], {}, ValueError, "The table lacks 'age'; it has 'sex'", id="column"),
        pytest.param([], {}, ValueError, "must name 1 to 8 different columns; got 0", id="none"),
        pytest.param(["sex", "sex"], {}, ValueError, "must name 1 to 8 different", id="twice"),
        pytest.param("sex", {"k": 1}, ValueError, "`k` must be at least 2", id="k"),
    ],
)
def test_k_anonymity_names_what_is_wrong(names, options, error, message):
    with pytest.raises(error, match=message):
        k_anonymity(pd.DataFrame({"sex": ["F"]}), names, **options)


def test_k_anonymity_refuses_no_table_and_no_rows():
    with pytest.raises(TypeError, match=r"`table` must be a DataFrame or an Ibis table; got list"):
        k_anonymity([1], ["sex"])
    with pytest.raises(ValueError, match=r"`table` must have rows; it has none"):
        k_anonymity(pd.DataFrame({"sex": []}), ["sex"])
