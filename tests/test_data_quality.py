"""What a firm's data are worth: counted, ranked and said, with and without each of its files."""

import pandas as pd
import pytest
from quality_cases import orders, records

from crmlab.data_quality import assess_data_quality
from crmlab.identity import link_customers
from crmlab.loaders import audit_transactions
from crmlab.simulate import simulate_company


def answers(ids, granted, **columns):
    table = {
        "customer_id": ids, "channel": "post", "purpose": "marketing", "granted": granted,
        "date": pd.Timestamp("2024-01-05"),
    }  # fmt: skip
    return pd.DataFrame(table | columns)


def assess(**options):
    return assess_data_quality(orders(), **{"cost_per_mailing": 1_500.0, "mailings": 4} | options)


@pytest.fixture(autouse=True, scope="module")
def read_and_linked_once():
    """Audit the same orders, and link the same records, once; what else those hold may differ."""
    kept, audits = [], []

    def audit(table, **options):
        for earlier, given, audited in audits:
            if options == given and table.equals(earlier):
                return audited
        audits.append((table, options, audit_transactions(table, **options)))
        return audits[-1][-1]

    def link(table, **options):
        about = table.drop(columns="updated", errors="ignore")
        for earlier, given, linkage in kept:
            if options == given and about.equals(earlier):
                return linkage
        kept.append((about, options, link_customers(table, **options)))
        return kept[-1][-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("crmlab.data_quality._linked.link_customers", link)
        patch.setattr("crmlab.data_quality._inputs.audit_transactions", audit)
        yield


@pytest.fixture(scope="module")
def alone():
    return assess()


@pytest.fixture(scope="module")
def linked():
    return assess(identities=records())


@pytest.fixture(scope="module")
def company():
    given = simulate_company(150, seed=1)
    return assess_data_quality(
        given.transactions, identities=given.identities, consents=given.consents,
        customers=given.customers, tables=given.tables, cost_per_mailing=1_500.0, mailings=4,
    )  # fmt: skip


def finding(found, subject):
    return next(text for text in found.findings() if text.startswith(f"**{subject}"))


# ---------------------------------------------------------------------------------------------
# Absent inputs


def test_absent_inputs_give_empty_tables_and_a_reason(alone):
    tables = [
        alone.people.by_system, alone.people.by_size, alone.people.by_threshold,
        alone.fields.by_system, alone.pairs.closest, alone.pairs.explanation, alone.pairs.strata,
        alone.pairs.sample, alone.pairs.limits, alone.ages.by_system, alone.contact.by_channel,
        alone.publication.alone, alone.publication.counts, alone.broken_rules,
    ]  # fmt: skip
    assert all(isinstance(table, pd.DataFrame) and table.empty for table in tables)
    sections = [alone.people, alone.fields, alone.pairs, alone.ages, alone.contact]
    assert all(section.reason.startswith("Not checked: ") for section in sections)
    assert alone.publication.reason.startswith("Not checked: ")
    assert list(alone.missing.index) == ["identities", "consents", "customers"]


def test_absent_inputs_are_said(alone):
    assert finding(alone, "How many customers").startswith(
        "**How many customers there are.** The orders name 2 customer ids. "
    )
    assert "treat nobody as having agreed" in finding(alone, "Whom we may contact")
    assert "no identities and no consents and no customers file" in finding(alone, "What could not")
    assert alone.pairs.caveat() == alone.fields.note() == alone.ages.note() == ""
    assert alone.contact.notes() == alone.notes() == []
    assert alone.key_figures() == {
        "customer ids in the orders": "2", "of 4 order lines at fault": "1",
    }  # fmt: skip


@pytest.mark.slow
def test_an_empty_section_has_the_columns_of_a_full_one(alone, linked):
    for section, table in [
        ("people", "by_system"), ("people", "by_size"), ("people", "by_threshold"),
        ("fields", "by_system"), ("pairs", "explanation"), ("pairs", "strata"),
        ("pairs", "limits"), ("ages", "by_system"),
    ]:  # fmt: skip
        empty, full = (getattr(getattr(found, section), table) for found in (alone, linked))
        assert list(empty.columns) == list(full.columns), table


def test_orders_are_audited(alone):
    assert (alone.audit.rows_read, alone.audit.rows_quarantined) == (4, 1)
    assert finding(alone, "Whether the orders").endswith("1 of 4 lines (25.0%) had to be left out.")
    assert alone.repairs.reset_index().iloc[0].tolist() == [
        "Correct order lines left out", 1, "lines", 0.0,
    ]  # fmt: skip


# ---------------------------------------------------------------------------------------------
# People


@pytest.mark.slow
def test_records_are_counted_as_people(linked):
    people = linked.people
    assert (people.n_records, people.n_people, people.n_systems) == (100, 60, 2)
    assert people.by_system.to_dict("index") == {
        "shop": {"records": 60, "people": 60, "records_too_many": 0, "people_only_here": 20},
        "web": {"records": 40, "people": 40, "records_too_many": 0, "people_only_here": 0},
        "all": {"records": 100, "people": 60, "records_too_many": 40, "people_only_here": 20},
    }
    assert people.by_size["people"].to_dict() == {"1": 20, "2": 40}
    assert people.by_size["share"].sum() == pytest.approx(1)
    assert finding(linked, "How many customers").startswith(
        "**How many customers there are.** 100 records of 2 systems belong to about 60 people. "
        "Whoever counts records has 67% too many. Stricter or looser linking gives 60 to 60"
    )


def test_letters_to_duplicates_cost_what_they_cost(linked):
    assert linked.people.n_spare_letters == 40
    assert linked.people.yearly_cost == 40 * 1_500 * 4
    first = linked.repairs.reset_index().iloc[0]
    assert first.tolist() == ["Write once to each person", 40, "letters a mailing", 240_000]
    assert "40 letters of every mailing" in finding(linked, "What it costs")
    assert (
        "At 1,500 a letter and 4 mailings that is 240,000 a year, in the file's currency."
        in finding(linked, "What it costs")
    )


@pytest.mark.slow
def test_only_records_with_an_address_get_letters():
    table = records()[["source", "source_id", "name", "phone", "address"]]
    table.loc[table["source"] == "web", "address"] = None
    assert assess(identities=table).people.n_spare_letters == 0
    assert assess(identities=table.drop(columns="address")).people.n_spare_letters == 40


@pytest.mark.slow
def test_the_threshold_is_tried_beside_others():
    tried = assess(identities=records(), threshold=0.97).people.by_threshold
    assert tried.index.tolist() == [0.5, 0.8, 0.9, 0.95, 0.97, 0.99]
    assert tried.index[tried["used"]].tolist() == [0.97]
    assert tried["records_per_person"].tolist() == pytest.approx(100 / tried["people"])
    assert tried["yearly_cost"].tolist() == [40 * 6_000] * 6


@pytest.mark.slow
def test_repairs_are_ranked_by_money_then_by_number(company):
    repairs = company.repairs
    assert len(repairs) == 8
    assert repairs["n"].is_unique
    order = repairs.sort_values(["yearly_cost", "n"], ascending=False, kind="stable")
    assert repairs.index.tolist() == order.index.tolist()
    assert repairs.index[:2].tolist() == [
        "Write once to each person", "Write only to those who agreed",
    ]  # fmt: skip
    assert (repairs["yearly_cost"] == 0).iloc[2:].all()


@pytest.mark.slow
def test_ages_are_counted_to_the_last_day_of_all_data(linked):
    ages = linked.ages  # the last order is of 5 March 2024
    assert ages.last_day == pd.Timestamp("2024-03-05")
    assert ages.by_system.loc["shop"].to_dict() == {
        "records": 60, "median": 399, "oldest": 399, "old": 60, "unknown": 0,
    }  # fmt: skip
    assert ages.by_system.loc["web", "oldest"] == 6
    assert ages.n_old == 60
    assert ages.note().startswith("Days since a record was updated, on 05 March 2024")
    later = assess(identities=records().assign(updated="2024-06-30"))
    assert later.ages.last_day == pd.Timestamp("2024-06-30")


@pytest.mark.slow
def test_age_is_unknown_without_a_date_of_update():
    found = assess(identities=records().drop(columns="updated"))
    assert "do not say when a record was `updated`" in found.ages.reason
    assert found.ages.by_system.empty
    table = records().assign(updated=lambda each: each["updated"].where(each["source"] == "web"))
    assert assess(identities=table).ages.by_system["unknown"].to_dict() == {"shop": 60, "web": 0}


@pytest.mark.slow
def test_an_empty_column_is_left_out_and_named():
    found = assess(identities=records().assign(email=None).drop(columns=["address", "birth_date"]))
    assert found.fields.empty_columns == ("email",)
    assert found.fields.note() == "empty in every record, and left out: email"
    assert "email" not in set(found.fields.by_system["field"])


# ---------------------------------------------------------------------------------------------
# Pairs and what they show


def cells(table):
    return {part for text in table.to_numpy().ravel() for part in str(text).split(" / ")}


@pytest.mark.slow
def test_pairs_around_the_threshold_are_masked_unless_asked_for(linked):
    shown = assess(identities=records(), show_personal=True)
    for field in ("name", "phone", "birth_date"):
        assert not cells(linked.pairs.closest) & set(records()[field])
        assert not cells(linked.pairs.sample) & set(records()[field])
        assert cells(shown.pairs.closest) & set(records()[field])
    assert linked.pairs.closest.shape == shown.pairs.closest.shape


@pytest.mark.slow
@pytest.mark.parametrize("column", ["email", "phone"])
def test_an_id_that_tells_who_it_is_is_masked(column):
    table = records().drop(columns=["address", "birth_date"])
    table["source_id"] = table[column]
    pairs = assess(identities=table).pairs
    assert not cells(pairs.sample) & {f"shop\N{NO-BREAK SPACE}{each}" for each in table[column]}
    assert all(each not in pairs.sample.to_string() for each in table[column])


def test_a_pair_is_explained_and_the_sample_counts_every_stratum(linked):
    pairs = linked.pairs
    assert pairs.explanation.index[[0, -1]].tolist() == ["prior", "total"]
    assert pairs.explanation["probability"].iloc[-1] == pytest.approx(
        float(pairs.closest.index[0].split("%")[0]) / 100, abs=0.0006
    )
    assert pairs.strata["pairs"].sum() == pairs.n_scored
    assert pairs.strata["to_check"].sum() == len(pairs.sample) == min(50, pairs.n_scored)
    assert pairs.n_linked == 40


def test_the_limits_of_a_check_are_the_exact_binomial_ones(linked):
    # None wrong among n: the limit is 0.025 ** (1 / n).
    limits = linked.pairs.limits
    for n in (12, 50, 1000):
        assert limits.loc[n, "none wrong"] == pytest.approx(0.025 ** (1 / n))
    assert (limits["none wrong"] > limits["one wrong"]).all()


def test_the_model_is_quoted_with_its_own_view(linked):
    pairs = linked.pairs
    assert f"expects {pairs.expected_wrong:,.1f} wrong links among 40 pairs" in pairs.caveat()


@pytest.mark.slow
def test_records_that_share_nothing_make_no_pair():
    table = pd.DataFrame(
        {"source": "shop", "source_id": ["1", "2"], "name": ["김민준", "이서연"],
         "phone": ["010-1111-2222", "010-3333-4444"]}
    )  # fmt: skip
    pairs = assess(identities=table).pairs
    assert pairs.n_scored == 0
    assert pairs.reason == "No two records are alike enough to be a pair."
    assert pairs.closest.empty
    assert pairs.sample.empty


# ---------------------------------------------------------------------------------------------
# Consent


@pytest.mark.slow
def test_answers_are_counted_by_purpose_and_channel():
    days = ["2024-01-05", "2024-02-05", "2024-01-07", "2024-01-08"]
    given = answers(["c1", "c1", "c2", "x"], [True, False, True, True], date=pd.to_datetime(days))
    contact = assess(consents=given).contact
    post = contact.by_channel.query("purpose == 'marketing' and channel == 'post'").iloc[0]
    assert post.to_dict() == {
        "channel": "post", "granted": 1, "refused": 1, "no_answer": 0, "share": 0.5,
    }  # fmt: skip
    assert (contact.n_customers, contact.who) == (2, "everybody who bought")
    assert (contact.n_changed, contact.n_contradicting, contact.n_unknown) == (1, 0, 1)
    assert (contact.n_granted("post"), contact.n_granted("email")) == (1, 0)
    assert contact.ids_are == "customer ids"
    assert contact.notes()[-1] == "Answered, but are not among the customers: 1"


@pytest.mark.slow
def test_a_yes_and_a_no_of_one_day_contradict_each_other():
    found = assess(consents=answers(["c1", "c1"], [True, False]))
    assert found.contact.n_contradicting == 1
    assert found.repairs.loc["Settle contradicting answers", "n"] == 1
    assert "Answers of 1 contradict each other." in finding(found, "Whom we may contact")


@pytest.mark.slow
def test_those_who_never_answered_on_marketing_are_counted():
    given = answers(["c1", "c2"], [True, True], purpose=["marketing", "service"])
    found = assess(consents=given)
    assert found.contact.n_never_answered == 1
    assert "1 never answered on marketing and may not be contacted." in finding(
        found, "Whom we may contact"
    )


@pytest.mark.slow
def test_answers_under_accounts_are_joined_to_people():
    given = answers(["s001", "w001", "s002", "s003"], [True, False, True, True])
    found = assess(identities=records(), consents=given)
    contact = found.contact
    assert contact.ids_are == "accounts"
    assert (contact.n_customers, contact.who) == (60, "everybody found in the systems")
    assert contact.n_contradicting == 1  # s001 and w001 are one person, and the refusal counts
    post = contact.by_channel.query("purpose == 'marketing' and channel == 'post'").iloc[0]
    assert post[["granted", "refused", "no_answer"]].tolist() == [2, 1, 57]
    cost = found.repairs.loc["Write only to those who agreed", "yearly_cost"]
    assert cost == 58 * 1_500 * 4


@pytest.mark.slow
def test_answers_under_other_ids_are_not_joined():
    contact = assess(identities=records(), consents=answers(["c1", "s002"], [True, True])).contact
    assert contact.ids_are == "foreign ids"
    assert contact.n_customers == 2
    assert contact.n_unknown == 1


@pytest.mark.slow
def test_an_account_id_of_two_systems_is_nobodys():
    table = records()[["source", "source_id", "name", "phone"]]
    table["source_id"] = table["source_id"].str[1:]  # 001 in the shop and on the web
    contact = assess(identities=table, consents=answers(["001", "003"], [True, True])).contact
    # 003 is in the shop only: half of the answers are known, and that is not most of them.
    assert contact.ids_are == "foreign ids"


# ---------------------------------------------------------------------------------------------
# Publication, further tables, columns


@pytest.mark.slow
def test_customers_who_stand_alone_are_counted():
    customers = pd.DataFrame({"customer_id": ["c1", "c2"], "birth_year": [1990, 1991], "sex": "F"})
    found = assess(customers=customers)
    alone = found.publication.alone.set_index("columns")
    assert alone.loc["birth_year, sex", ["n_unique", "n_below"]].tolist() == [2, 2]
    assert found.publication.counts_of == "customers"
    assert (found.publication.n_small, found.publication.n_hidden) == (4, 4)
    assert found.n_unknown_ids == 0
    assert found.notes() == ["ids in the orders that are not in the customers table: 0"]
    other = assess(customers=customers.assign(customer_id=["c1", "x"]))
    assert other.n_unknown_ids == 1


@pytest.mark.slow
def test_a_customers_table_without_what_others_know_is_said():
    found = assess(customers=pd.DataFrame({"customer_id": ["c1", "c2"]}))
    assert "no file of `customers` with `region`" in found.publication.reason


@pytest.mark.slow
def test_the_company_is_assessed_as_it_is(company):
    assert (company.n_checked, len(company.broken_rules)) == (16, 0)
    assert company.notes()[-1].endswith("contract: 16 of 16")
    assert company.publication.counts_of == "active subscriptions"
    assert company.missing.empty
    assert "What could not be checked" not in " ".join(company.findings())


@pytest.mark.slow
def test_a_broken_rule_of_a_further_table_is_listed():
    spend = pd.DataFrame(
        {"date": pd.Timestamp("2024-01-05"), "channel": ["tv"], "amount": [-5.0],
         "purpose": ["keep"]}
    )  # fmt: skip
    found = assess(tables={"spend": spend})
    assert found.broken_rules.reset_index().to_numpy().tolist() == [["spend", "amount negative", 1]]
    assert found.notes() == ["tables of the company that keep every rule of their contract: 0 of 1"]


@pytest.mark.slow
def test_one_mapping_of_columns_serves_every_source(tmp_path):
    sold = orders().dropna().set_axis(["고객", "일자", "금액"], axis="columns")
    sold["금액"] = "￦" + sold["금액"].astype(int).astype(str)
    people = records().rename(columns={"source": "시스템", "source_id": "계정", "name": "이름"})
    agreed = answers(["c1", "c2"], ["Y", "N"]).rename(
        columns={"customer_id": "고객", "channel": "매체", "date": "일자"}
    )
    agreed.to_csv(tmp_path / "agreed.csv", index=False, encoding="cp949")
    found = assess_data_quality(
        sold, identities=people, consents=str(tmp_path / "agreed.csv"), cost_per_mailing=1_500.0,
        columns={"고객": "customer_id", "일자": "date", "금액": "amount", "시스템": "source",
                 "계정": "source_id", "이름": "name", "매체": "channel"},
    )  # fmt: skip
    assert found.people.n_people == 60
    assert found.contact.n_granted("post") == 1
    assert found.currency == "KRW"


@pytest.mark.slow
def test_parts_of_a_name_are_mapped_and_masked():
    table = records()[["source", "source_id", "name", "phone"]].rename(columns={"name": "성명"})
    found = assess(identities=table, columns={"성명": "given_name"})
    assert found.people.n_people == 60
    assert not cells(found.pairs.sample) & set(table["성명"])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("columns", "message"),
    [
        pytest.param({"Kunde": "customer_id"}, "`columns` names 'Kunde', which no", id="no-header"),
        pytest.param({"amount": "money"}, "`columns` names 'amount', which no file", id="no-name"),
    ],
)
def test_a_mapping_that_serves_nothing_is_named(columns, message):
    with pytest.raises(ValueError, match=message):
        assess(columns=columns)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        pytest.param({"threshold": 1.0}, "`threshold` must be in", id="threshold"),
        pytest.param({"cost_per_mailing": -1.0}, "`cost_per_mailing` must be", id="cost"),
        pytest.param({"mailings": -1}, "`mailings` must be", id="mailings"),
        pytest.param({"old_after": 0}, "`old_after` must be", id="old"),
        pytest.param({"minimum": 1}, "`minimum` must be", id="minimum"),
    ],
)
def test_an_option_out_of_range_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        assess(**options)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("change", "message"),
    [
        pytest.param(
            lambda table: table.drop(columns="source_id"), "lacks 'source_id'", id="no-id"
        ),
        pytest.param(
            lambda table: table.assign(source_id="7"), "must be unique within a system", id="twice"
        ),
        pytest.param(
            lambda table: table.assign(updated="yesterday"), "`updated` of identities cannot be",
            id="date",
        ),
    ],
)  # fmt: skip
def test_broken_records_are_refused_without_a_personal_value(change, message):
    with pytest.raises(ValueError, match=message) as error:
        assess(identities=change(records()))
    assert not [value for value in records()["email"] if value in str(error.value)]
