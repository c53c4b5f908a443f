"""Segments: equal customers together, every customer in one, and the same in every engine."""

import pickle
from math import floor

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose
from scipy.stats import spearmanr
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.metrics import adjusted_rand_score
from sklearn.utils.estimator_checks import parametrize_with_checks

from crmlab import InputError, InputTypeError
from crmlab.customer_base import customer_flows, revenue_change, rfm_expression, rfm_summary
from crmlab.datasets import load_company
from crmlab.segmentation import (
    RFM_RULES,
    KMeansSegmenter,
    RFMSegmenter,
    compare_rankings,
    migration_matrix,
    profile_segments,
    rfm_scores,
    segment_stability,
    value_tiers,
)
from crmlab.simulate import simulate_company

SCORES = ["r_score", "f_score", "m_score"]
MEASURES = ["days_since_last", "frequency", "total_spend"]

bases = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 4), st.integers(0, 900)), min_size=6, max_size=60
).map(lambda rows: pd.DataFrame(rows, columns=MEASURES).astype({"total_spend": float}) / [1, 1, 10])
bases = bases.filter(lambda base: (base.min() < base.max()).all())


@pytest.fixture(scope="module")
def summary(cdnow_sample):
    return rfm_summary(cdnow_sample, observation_end="1997-09-30")


@pytest.fixture(scope="module")
def company():
    return load_company()


# --- scores ---------------------------------------------------------------------------------------


def score_slowly(values, n_bins):
    """The definition, one customer at a time: by the share that is strictly worse."""
    return [1 + floor(n_bins * sum(b < a for b in values) / len(values)) for a in values]


@given(bases, st.integers(2, 6))
def test_scores_are_the_share_of_customers_who_are_worse(base, n_bins):
    found = rfm_scores(base, n_bins=n_bins)
    for score, name, sign in zip(SCORES, MEASURES, [-1, 1, 1], strict=True):
        assert found[score].tolist() == score_slowly((sign * base[name]).tolist(), n_bins)


@given(bases, st.integers(2, 6))
def test_nested_scores_rank_within_the_cells_above(base, n_bins):
    found = rfm_scores(base, n_bins=n_bins, method="nested")
    assert found["r_score"].tolist() == score_slowly((-base["days_since_last"]).tolist(), n_bins)
    for keys, score, name in [
        (SCORES[:1], "f_score", "frequency"),
        (SCORES[:2], "m_score", "total_spend"),
    ]:
        for _, cell in base.groupby([found[key] for key in keys]):
            assert found.loc[cell.index, score].tolist() == score_slowly(
                cell[name].tolist(), n_bins
            )


@pytest.mark.slow
@given(bases, st.sampled_from(["independent", "nested"]), st.randoms())
def test_equal_customers_score_equally_whatever_the_order(base, method, random):
    base = pd.concat([base, base], keys=["a", "b"])
    found = rfm_scores(base, method=method)
    assert found.loc["a"].equals(found.loc["b"]) or (found.loc["a"] == found.loc["b"]).all(None)
    order = random.sample(range(len(base)), len(base))
    shuffled = rfm_scores(base.iloc[order], method=method).loc[base.index]
    assert (shuffled.astype(str) == found.astype(str)).all(axis=None)


@given(bases, st.sampled_from(["independent", "nested"]))
def test_a_customer_better_in_all_three_never_scores_lower(base, method):
    found = rfm_scores(base, method=method)
    codes = found[SCORES].to_numpy()
    better = base.assign(days_since_last=-base["days_since_last"]).to_numpy()
    for i in range(len(base)):
        worse = (better < better[i]).all(axis=1)
        if method == "independent":
            assert (codes[worse] <= codes[i]).all()
        else:  # cells are ranked by recency first; within them scores compare
            assert all(tuple(code) <= tuple(codes[i]) for code in codes[worse])


def test_sums_of_the_same_amounts_are_equal_in_any_order_of_adding():
    base = pd.DataFrame({"days_since_last": [1, 2, 3, 4], "frequency": [1, 2, 3, 4],
                         "total_spend": [0.1 + 0.2, 0.3, 0.3, 9.0]})  # fmt: skip
    assert base["total_spend"].nunique() == 3
    assert rfm_scores(base, n_bins=4)["m_score"].tolist() == [1, 1, 1, 4]


def test_the_word_of_a_cell_keeps_scores_of_two_digits_apart():
    base = pd.DataFrame(dict.fromkeys(MEASURES, range(12))).astype({"total_spend": float})
    found = rfm_scores(base, n_bins=10)
    assert found["rfm"].iloc[0] == "10-1-1"
    assert found["rfm"].iloc[-1] == "1-10-10"


@pytest.mark.slow
@pytest.mark.parametrize("method", ["independent", "nested"])
def test_an_engine_scores_as_pandas_does(engine, cdnow_sample, method):
    lines = cdnow_sample[
        cdnow_sample["customer_id"].isin(cdnow_sample["customer_id"].unique()[:400])
    ]
    expected = rfm_scores(rfm_summary(lines), method=method)
    found = rfm_scores(rfm_expression(to_table(engine(lines))), method=method)
    found = found.to_pandas().set_index("customer_id").sort_index()
    assert_same_text(found[expected.columns], expected)


def to_table(lines):
    from crmlab.loaders import read_transactions

    return lines if isinstance(lines, pd.DataFrame) else read_transactions(lines)


def assert_same_text(found, expected):
    assert found.index.astype(str).tolist() == expected.index.astype(str).tolist()
    for name in expected.columns:
        assert found[name].astype(str).tolist() == expected[name].astype(str).tolist(), name


@pytest.mark.slow
def test_an_engine_summarises_as_pandas_does(engine, cdnow_sample):
    lines = cdnow_sample.head(900)
    expected = rfm_summary(lines)
    found = (
        rfm_expression(to_table(engine(lines))).to_pandas().set_index("customer_id").sort_index()
    )
    assert_allclose(found.to_numpy(dtype=float), expected[found.columns].to_numpy(dtype=float))


GOOD = pd.DataFrame({"days_since_last": [1, 2, 3], "frequency": [0, 1, 2],
                     "total_spend": [1.0, 2.0, 3.0]})  # fmt: skip


def constant(name):
    return GOOD.assign(**{name: 2})


@pytest.mark.parametrize("kind", ["pandas", "expression"])
@pytest.mark.parametrize(
    ("base", "message"),
    [
        (GOOD, "`n_bins` must be at most the number of customers, 3; got 5. Ask for fewer"),
        (constant("frequency"), "`frequency` must differ between customers to be scored"),
        (constant("days_since_last"), "`days_since_last` must differ between customers"),
        (constant("total_spend"), "`total_spend` must differ between customers"),
        (GOOD.assign(total_spend=[1.0, None, 3.0]), "`total_spend` must be finite and not missing"),
        (GOOD.assign(frequency=[-1, 1, 2]), "`frequency` must not be negative"),
        (GOOD.assign(days_since_last=[-1, 1, 2]), "`days_since_last` must"),
        (
            GOOD.rename(columns={"days_since_last": "recency"}),
            "`recency` is first to last purchase and not the time since the last one",
        ),
        (GOOD.drop(columns="frequency"), "lacks 'frequency'"),
    ],
)
def test_what_cannot_be_scored_is_refused_by_name(base, message, kind):
    import ibis

    n_bins = 5 if "n_bins" in message else 3
    table = base if kind == "pandas" else ibis.memtable(base)
    for call in (
        lambda: rfm_scores(table, n_bins=n_bins),
        lambda: RFMSegmenter(n_bins=n_bins, rules=pd.DataFrame({"segment": ["all"]})).fit(table),
    ):
        with pytest.raises(InputError, match=message):
            call()


def test_a_list_is_no_summary():
    with pytest.raises(InputTypeError, match="`summary` must be a DataFrame or an Ibis table"):
        rfm_scores([1, 2])
    with pytest.raises(InputError, match="`n_bins` must be at most 100; got 101"):
        rfm_scores(GOOD, n_bins=101)


# --- named segments -------------------------------------------------------------------------------


def test_the_usual_rules_cover_each_cell_once():
    for r in range(1, 6):
        for f in range(1, 6):
            hits = RFM_RULES.query("r_from <= @r <= r_to and f_from <= @f <= f_to")
            assert len(hits) == 1, (r, f)


@given(bases)
def test_every_customer_is_in_exactly_one_segment_as_the_rules_say(base):
    found = RFMSegmenter().fit_transform(base)
    assert found["segment"].notna().all()
    for r, f, segment in found[["r_score", "f_score", "segment"]].itertuples(index=False):
        rule = RFM_RULES.set_index("segment").loc[segment]
        assert rule["r_from"] <= r <= rule["r_to"]
        assert rule["f_from"] <= f <= rule["f_to"]


@given(bases)
def test_a_segmenter_scores_those_it_learned_from_as_rfm_scores_does(base):
    expected = rfm_scores(base)
    assert_same_text(RFMSegmenter().fit_transform(base)[expected.columns], expected)


def test_later_customers_are_scored_by_the_bins_that_were_learned(summary):
    segmenter = RFMSegmenter().fit(summary)
    one = summary.head(1).assign(days_since_last=0, frequency=99, total_spend=1e6)
    assert segmenter.predict(one).tolist() == ["champions"]
    assert segmenter.transform(one)["rfm"].tolist() == ["555"]
    alone = pd.concat([segmenter.predict(summary.iloc[[at]]) for at in range(5)])
    assert alone.tolist() == segmenter.predict(summary).head().tolist()
    edge = segmenter.edges_.loc[4]
    at_edge = summary.head(1).assign(**edge.to_dict())
    assert segmenter.transform(at_edge)[SCORES].to_numpy().tolist() == [[4, 4, 4]]


@pytest.mark.slow
def test_an_engine_segments_as_pandas_does(engine, cdnow_sample):
    expected = RFMSegmenter().fit(rfm_summary(cdnow_sample))
    table = rfm_expression(to_table(engine(cdnow_sample)))
    segmenter = RFMSegmenter().fit(table)
    assert_allclose(segmenter.edges_.to_numpy(), expected.edges_.to_numpy())
    found = segmenter.transform(table).to_pandas().set_index("customer_id").sort_index()
    want = expected.transform(rfm_summary(cdnow_sample))
    assert_same_text(found[want.columns], want)
    assert segmenter.predict(table).to_pandas().value_counts().sum() == len(want)


def test_segmenters_save_load_and_clone(summary):
    for segmenter in (RFMSegmenter(monetary="mean_spend"), KMeansSegmenter(n_segments=3, seed=4)):
        fitted = segmenter.fit(summary)
        again = pickle.loads(pickle.dumps(fitted))
        pd.testing.assert_series_equal(again.predict(summary), fitted.predict(summary))
        assert clone(fitted).get_params() == fitted.get_params()
        with pytest.raises(NotFittedError):
            clone(fitted).predict(summary)


OWN = pd.DataFrame(
    {"segment": ["best", "rest", "rest"], "r_from": [2, 1, 2], "r_to": [2, 1, 2],
     "m_from": [2, 1, 1], "m_to": [2, 2, 1]}
)  # fmt: skip


def test_own_rules_may_use_money_and_give_a_segment_several_boxes():
    base = pd.DataFrame({"days_since_last": [9, 1, 1, 9], "frequency": [0, 1, 0, 1],
                         "total_spend": [9.0, 9.0, 1.0, 1.0]})  # fmt: skip
    found = RFMSegmenter(n_bins=2, rules=OWN).fit_predict(base)
    assert found.tolist() == ["rest", "best", "rest", "rest"]


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        (OWN.assign(r_from=1), "r_score 1, f_score 1, m_score 2 is in both 'best' and 'rest'"),
        (OWN.head(2), "2 of 8 have none, such as r_score 2, f_score 1, m_score 1"),
        (OWN.assign(r_to=3), "whole numbers from 1 to 2 in 'r_to'"),
        (OWN.assign(r_from=1.5), "whole numbers from 1 to 2 in 'r_from'"),
        (OWN.assign(r_from=2, r_to=1), "must not have 'r_from' above 'r_to'; 'best' has"),
        (OWN.assign(color=1), "must have columns among .*; got 'color'"),
        (OWN.assign(segment=None), "must name a segment in every row"),
        (OWN.drop(columns="segment"), "`rules` lacks 'segment'"),
        (None, "`rules` must be given where `n_bins` is not 5"),
    ],
)
def test_rules_that_leave_out_or_repeat_a_cell_are_refused(rules, message):
    with pytest.raises(InputError, match=message):
        RFMSegmenter(n_bins=2, rules=rules).fit(GOOD)
    with pytest.raises(InputTypeError, match="`rules` must be a DataFrame; got list"):
        RFMSegmenter(n_bins=2, rules=[]).fit(GOOD)


@pytest.mark.slow
def test_the_truth_of_the_company_is_found_in_its_segments(company):
    """What nobody sees, who still buys and how fast, stands in the scores of what all see."""
    found = RFMSegmenter().fit_transform(rfm_summary(company.transactions))
    known = found.join(company.truth.people)
    alive = known.groupby("r_score")["alive"].mean()
    assert alive.is_monotonic_increasing
    assert alive[5] > 0.8 > 0.5 > alive[1]
    assert known.groupby("f_score")["purchase_rate"].mean().is_monotonic_increasing
    value = known.groupby("segment", observed=True)["remaining_value"].mean()
    assert value.idxmax() == "champions"
    assert value.idxmin() == "cannot lose"  # who bought most often and stopped: nearly all are gone
    assert known.loc[known["segment"] == "cannot lose", "alive"].mean() < 0.1


# --- k-means --------------------------------------------------------------------------------------


@pytest.mark.slow
@parametrize_with_checks(
    [KMeansSegmenter(max_segments=4, n_resamples=2)],
    expected_failed_checks=lambda _: {
        "check_dataframe_column_names_consistency": "columns are found by name, in any order"
    },
)
def test_kmeans_is_an_estimator_of_scikit_learn(estimator, check):
    check(estimator)


def three_companies(n_each):
    """Customers of three companies that sell in different ways; who is whose is the truth."""
    settings = [
        {"purchase_shape": 20.0, "purchase_scale": 400.0, "spend_gamma": 600_000.0},
        {"purchase_shape": 20.0, "purchase_scale": 30.0, "spend_gamma": 20_000.0},
        {"purchase_shape": 20.0, "purchase_scale": 120.0, "spend_gamma": 120_000.0},
    ]
    bases = []
    for seed, one in enumerate(settings):
        made = simulate_company(
            n_each, seed=seed, dropout_a=1.0, dropout_b=99.0, spend_q=20.0, seasonality=0.0, **one
        )
        bases.append(rfm_summary(made.transactions).assign(truth=seed))
    return pd.concat(bases, ignore_index=True).sample(frac=1, random_state=1)


@pytest.mark.slow
def test_kmeans_finds_three_companies_in_one_base():
    base = three_companies(400)
    segmenter = KMeansSegmenter(columns=["frequency", "mean_spend"]).fit(base)
    assert segmenter.n_segments_ == 3
    assert segmenter.stable_
    assert adjusted_rand_score(base["truth"], segmenter.labels_) > 0.8
    spend = base.groupby(segmenter.labels_)["mean_spend"].mean()
    assert spend.is_monotonic_decreasing


@pytest.mark.slow
def test_kmeans_says_that_a_cloud_without_groups_has_none():
    rng = np.random.default_rng(3)
    cloud = pd.DataFrame(rng.normal(size=(600, 2)), columns=["a", "b"])
    found = KMeansSegmenter(log=False, min_stability=0.95, max_segments=5).fit(cloud)
    assert found.stable_ is False
    assert found.selection_["stability"].max() < 0.95
    assert found.selection_.loc[found.selection_["chosen"], "stability"].item() == (
        found.selection_["stability"].max()
    )


def blobs(n=150):
    rng = np.random.default_rng(1)
    middle = np.repeat([[0.0, 0.0], [5.0, 1.0], [1.0, 6.0]], n // 3, axis=0)
    return pd.DataFrame(middle + rng.normal(scale=0.3, size=(n, 2)), columns=["a", "b"])


def test_kmeans_numbers_segments_by_value_whatever_the_seed_and_the_order_of_rows():
    base = blobs()
    first = KMeansSegmenter(n_segments=3, log=False).fit_predict(base)
    assert base.groupby(first)["b"].mean().is_monotonic_decreasing
    by_a = KMeansSegmenter(n_segments=3, log=False, order_by="a").fit_predict(base)
    assert base.groupby(by_a)["a"].mean().is_monotonic_decreasing
    for seed in range(3):
        mixed = base.sample(frac=1, random_state=seed)
        again = KMeansSegmenter(n_segments=3, log=False, seed=seed).fit(mixed)
        assert again.predict(base).tolist() == first.tolist()


def test_kmeans_learns_from_a_sample_and_places_everybody():
    base = blobs(300)
    whole = KMeansSegmenter(n_segments=3, log=False).fit(base)
    part = KMeansSegmenter(n_segments=3, log=False, sample_size=60).fit(base)
    assert len(part.labels_) == len(base)
    assert part.labels_.tolist() == whole.labels_.tolist()
    new = pd.DataFrame({"b": [6.0], "a": [1.0], "note": "new"}, index=["x"])
    assert whole.predict(new).to_dict() == {"x": 0}


def test_kmeans_scales_as_it_says():
    base = pd.DataFrame({"spend": [0.0, 9.0, 99.0, -99.0]})
    found = KMeansSegmenter(n_segments=4).fit(base)
    logs = np.array([0.0, np.log(10), np.log(100), -np.log(100)])
    assert_allclose(found.centres_.ravel(), np.sort((logs - logs.mean()) / logs.std())[::-1])


CHANNELS = blobs().assign(channel=["web", "shop", "app"] * 50)


def test_categories_weigh_as_one_number_and_unseen_ones_are_named():
    options = {"n_segments": 3, "columns": ["a", "b"], "categories": ["channel"], "log": False}
    segmenter = KMeansSegmenter(**options).fit(CHANNELS)
    points = segmenter._scaling.apply(CHANNELS[["a", "b"]].to_numpy(), CHANNELS)
    assert points.var(axis=0)[2:].sum() == pytest.approx(1)
    strange = CHANNELS.head(3).assign(channel=["web", "fax", None])
    unseen = segmenter.count_unseen(strange)
    assert unseen.astype(object).where(unseen.notna(), None).to_numpy().tolist() == [
        ["channel", "fax", 1], ["channel", None, 1]
    ]  # fmt: skip
    with pytest.raises(InputError, match=r"`channel` must hold values .* 'fax' was not \(2 cust"):
        segmenter.predict(strange)
    lenient = KMeansSegmenter(unseen="average", **options).fit(CHANNELS)
    by_numbers = KMeansSegmenter(n_segments=3, log=False).fit(CHANNELS[["a", "b"]])
    same = lenient.predict(CHANNELS.assign(channel="fax"))
    assert same.tolist() == by_numbers.predict(CHANNELS[["a", "b"]]).tolist()
    only = KMeansSegmenter(n_segments=3, columns=[], categories=["channel"]).fit(CHANNELS)
    assert adjusted_rand_score(only.labels_, CHANNELS["channel"]) == 1


@pytest.mark.parametrize(
    ("options", "base", "message"),
    [
        ({"n_segments": 4}, pd.DataFrame({"a": [1.0, 2, 2, 3, 3]}),
         "`n_segments` must be at most the number of different customers, 3; got 4"),
        ({"n_segments": 2}, blobs().assign(b=1.0), "`b` must differ between customers"),
        ({"n_segments": 2}, blobs().assign(b=0.1), "`b` must differ between customers"),
        ({"n_segments": 2, "categories": ["c"]}, blobs().assign(c="x"), "`c` must differ"),
        ({"n_segments": 2, "categories": ["c"]}, blobs().assign(c=None), "`c` must not be missing"),
        ({"n_segments": 2, "columns": ["z"]}, blobs(), "`customers` lacks 'z'"),
        ({"n_segments": 2}, blobs().replace({"a": {blobs()["a"][0]: np.nan}}), "must be finite"),
        ({"n_segments": 2, "order_by": "z"}, blobs(), "`order_by` must be one of the columns"),
        ({"n_segments": "many"}, blobs(), "`n_segments` must be a whole number"),
        ({}, pd.DataFrame({"a": [1.0, 2.0]}), "at least three customers"),
        ({"n_segments": 0}, blobs(), "`n_segments` must be at least 1"),
    ],
)  # fmt: skip
def test_kmeans_refuses_what_has_no_answer(options, base, message):
    with pytest.raises(InputError, match=message):
        KMeansSegmenter(**options).fit(base)


def test_names_of_columns_belong_in_a_list_and_to_a_frame():
    with pytest.raises(InputTypeError, match="`columns` must be names of columns in a list"):
        KMeansSegmenter(columns="a").fit(blobs())
    with pytest.raises(InputTypeError, match="`customers` must be a DataFrame where"):
        KMeansSegmenter(columns=["a"]).fit(blobs().to_numpy())


# --- stability, profile, tiers --------------------------------------------------------------------
@pytest.mark.slow
def test_stability_is_one_for_clear_groups_and_low_for_cut_up_noise():
    clear = segment_stability(KMeansSegmenter(n_segments=3, log=False), blobs())
    assert clear["estimate"].item() == 1
    noise = pd.DataFrame(np.random.default_rng(0).uniform(size=(200, 2)), columns=["a", "b"])
    found = segment_stability(KMeansSegmenter(n_segments=7, log=False), noise)
    assert found["lower"].item() <= found["estimate"].item() <= found["upper"].item() < 0.9
    with pytest.raises(InputTypeError, match="`segmenter` must have a method 'fit'"):
        segment_stability(None, noise)
    with pytest.raises(InputTypeError, match="`customers` must be a DataFrame; got list"):
        segment_stability(RFMSegmenter(), [1])
    with pytest.raises(InputError, match=r"`n_resamples` must be at least 20 for level 0\.9"):
        segment_stability(RFMSegmenter(), noise, n_resamples=19)


def test_a_profile_adds_up_to_all_customers_and_keeps_empty_segments(summary):
    found = RFMSegmenter().fit_predict(summary)
    profile = profile_segments(summary.assign(segment=found), columns=["frequency"])
    profile = profile.set_index("segment")
    assert profile.index.tolist() == RFM_RULES["segment"].tolist()
    assert profile["n_customers"].sum() == len(summary)
    assert profile["value"].sum() == pytest.approx(summary["total_spend"].sum())
    assert_allclose(profile[["customer_share", "value_share"]].sum(), 1)
    loyal = summary[found == "loyal"]
    assert profile.loc["loyal", "median_frequency"] == np.median(loyal["frequency"])
    assert profile.loc["loyal", "mean_value"] == pytest.approx(loyal["total_spend"].mean())
    assert profile.loc["new", ["n_customers", "value"]].tolist() == [0, 0]


@pytest.mark.parametrize(
    ("base", "message"),
    [
        (GOOD.assign(segment=["a", None, "b"]), "`segment` must not be missing; 1 of 3 are"),
        (GOOD, "`customers` lacks 'segment'"),
        (GOOD.assign(segment="a", total_spend=None), "`total_spend` must be finite"),
    ],
)
def test_a_profile_refuses_customers_without_a_segment_or_a_value(base, message):
    with pytest.raises(InputError, match=message):
        profile_segments(base)


def test_a_loss_has_no_share():
    base = pd.DataFrame({"segment": ["a", "b"], "total_spend": [1.0, -2.0]})
    assert profile_segments(base)["value_share"].isna().all()


RANKED = pd.DataFrame(
    {"profit": [9.0, 5, 1, -2], "loyalty": [1, 4, 3, 2], "lifetime_value": [3.0, 8, 9, 0]}
)


@given(st.lists(st.tuples(*[st.integers(-3, 9)] * 3), min_size=5, max_size=40), st.integers(1, 10))
def test_no_ranking_holds_more_money_than_that_of_the_money_itself(rows, tenths):
    base = pd.DataFrame(rows, columns=RANKED.columns)
    if (base.min() == base.max()).any():
        return
    top = tenths / 10
    found = compare_rankings(base, top=top)
    assert (found["missed"] >= 0).all()
    assert (found["amount"] <= found["best"] + 1e-9).all()
    own = found[found["ranked_by"] == found["money"]]
    assert own["missed"].max() == pytest.approx(0, abs=1e-9)
    assert_allclose(own["n_shared"], top * len(base))
    again = compare_rankings(base.sample(frac=1, random_state=1), top=top)
    assert_allclose(again["amount"], found["amount"], atol=1e-9)


def test_customers_tied_at_the_border_count_in_part():
    base = RANKED.assign(loyalty=[2, 1, 1, 1])
    found = compare_rankings(base, top=0.5, by=["loyalty"], money=["lifetime_value"])
    # Two of four: the first, and a third of each of the others.
    assert found["amount"].item() == pytest.approx(3 + (8 + 9 + 0) / 3)
    assert found["best"].item() == 17


@given(bases)
def test_tiers_are_scores_turned_round(base):
    tiers = value_tiers(base, by=["total_spend"])
    assert (6 - tiers["total_spend_tier"]).tolist() == score_slowly(base["total_spend"].tolist(), 5)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: value_tiers(RANKED), "`n_tiers` must be at most the number of customers, 4"),
        (lambda: value_tiers(RANKED.assign(profit=1.0), n_tiers=2), "`profit` must differ"),
        (lambda: value_tiers(RANKED[["profit"]], n_tiers=2), "`customers` lacks 'loyalty'"),
        (lambda: compare_rankings(RANKED, top=0), "`top` must be above 0"),
        (lambda: compare_rankings(RANKED.assign(loyalty=None)), "`loyalty` must be finite"),
    ],
)
def test_rankings_refuse_what_ranks_nobody(call, message):
    with pytest.raises(InputError, match=message):
        call()
    with pytest.raises(InputTypeError, match="`by` must be names of columns in a list; got 'pro"):
        value_tiers(RANKED, by="profit")
    with pytest.raises(InputTypeError, match="`customers` must be a DataFrame"):
        value_tiers([1, 2])


@pytest.mark.slow
def test_loyalty_profit_and_value_choose_different_customers_of_the_company(company):
    """P3, in won: who stayed longest, who spent most, and who will still bring most."""
    base = rfm_summary(company.transactions).drop(columns="mean_spend").join(company.truth.people)
    base = base.assign(profit=base["total_spend"], loyalty=base["T"],
                       lifetime_value=base["remaining_value"])  # fmt: skip
    found = compare_rankings(base).set_index(["ranked_by", "money"])
    assert (
        found.loc[("loyalty", "lifetime_value"), "missed"]
        > 0.5 * found.loc[("loyalty", "lifetime_value"), "best"]
    )
    assert spearmanr(base["loyalty"], base["lifetime_value"]).statistic < 0.3


# --- migration ------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("segmenter", [None, KMeansSegmenter(n_segments=3)], ids=["rfm", "kmeans"])
def test_moves_reconcile_to_the_revenue_of_both_periods(company, segmenter):
    dates = {"start": "2024-01-01", "cut": "2024-12-31"}
    moves = migration_matrix(company.transactions, segmenter, **dates)
    flows = customer_flows(company.transactions, period="Y").groupby("period")["revenue"].sum()
    sums = moves[["revenue_before", "revenue_after"]].sum()
    assert_allclose(sums, flows, rtol=0, atol=0.005)
    change = revenue_change(company.transactions, **dates).set_index("step")
    for side, word, money in [
        ("after", "lost", "revenue_before"),
        ("before", "won", "revenue_after"),
    ]:
        rows = moves[moves[side] == f"({word})"]
        assert rows[money].sum() == pytest.approx(abs(change.loc[word, "amount"]), abs=0.005)
        assert rows["n_customers"].sum() == change.loc[word, "n_customers"]
    stayed = moves[(moves["before"] != "(won)") & (moves["after"] != "(lost)")]
    assert stayed["n_customers"].sum() == change.loc["frequency", "n_customers"]


def test_a_move_is_a_change_of_the_customer_and_not_of_the_others():
    """Customers who do the same in both halves stay where they are, whoever else is won."""
    day = pd.to_datetime
    rows = [
        (f"c{i}", day("2024-01-01") + pd.Timedelta(days=28 * half + 5 * i + step), 10.0 + i)
        for half in (0, 1) for i in range(5) for step in range(0, i)
    ]  # fmt: skip
    rows += [("start", day("2024-01-01"), 1.0), ("end", day("2024-02-25"), 1.0)]
    rows += [(f"new{i}", day("2024-02-20"), 900.0) for i in range(50)]
    lines = pd.DataFrame(rows, columns=["customer_id", "date", "amount"])
    moves = migration_matrix(lines, cut="2024-01-28")
    moves = moves[moves["n_customers"] > 0].astype({"before": "str", "after": "str"})
    stayed = moves[moves["before"] == moves["after"]]
    assert stayed["n_customers"].sum() == 4
    assert stayed["revenue_before"].tolist() == stayed["revenue_after"].tolist()
    others = moves[moves["before"] != moves["after"]]
    assert others.loc[others["after"] == "(lost)", "n_customers"].tolist() == [1]
    assert others.loc[others["before"] == "(won)", "n_customers"].sum() == 51
    assert moves["n_customers"].sum() == lines["customer_id"].nunique()


@pytest.mark.slow
def test_moves_are_the_same_in_every_engine(engine, cdnow_sample):
    expected = migration_matrix(cdnow_sample, cut="1997-12-31")
    found = migration_matrix(to_table(engine(cdnow_sample)), cut="1997-12-31")
    pd.testing.assert_frame_equal(found, expected)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cut": "1996-01-01"}, "`cut` must leave a period before it"),
        ({"cut": "1999-01-01"}, "`cut` must lie before the end of observation, 1998-06-30"),
        ({"cut": "1997-05-01", "start": "1997-06-01"}, "`start` must not lie after `cut`"),
        ({"cut": "1996-12-30", "start": "1996-01-01"}, "none from 1996-01-01 to 1996-12-30"),
        ({"cut": None}, "`cut` must be a date; got None"),
    ],
)
def test_periods_outside_the_data_are_refused(cdnow_sample, options, message):
    for call in (migration_matrix, revenue_change):
        with pytest.raises(InputError, match=message):
            call(cdnow_sample, **options)


def test_a_word_is_no_segmenter(cdnow_sample):
    with pytest.raises(InputTypeError, match="`segmenter` must have the methods 'fit' and"):
        migration_matrix(cdnow_sample, "rfm", cut="1997-12-31")
