"""Every option of every public function refuses what it cannot be, and names itself.

The options are read from the signatures, the bad values from their types and names. A new public
function needs a line in `arguments`: a call that works, as far as its data go.
"""

import datetime as dt
import functools
import inspect
import types
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import duckdb
import ibis
import numpy as np
import pandas as pd
import pyarrow
import pytest
from offer_cases import PRODUCTS, campers
from plot_campaign_cases import CAMPAIGN_TABLES
from plot_contact_cases import CONTACT_TABLES
from plot_failure_cases import FAILURE_TABLES
from plot_offer_cases import validation
from plot_readiness_cases import ranked_factors
from readiness_cases import ranked_stand_in
from review_cases import base as base_of_orders

import crmlab
from crmlab import churn, cross_sell, customer_base, ltv, segmentation, uplift
from crmlab.acquisition import ResponseCurve, budget_split
from crmlab.campaigns import Campaign
from crmlab.concentration import lorenz_curve
from crmlab.exercises.rooms import load_blocks
from crmlab.identity import link_customers
from crmlab.loaders import audit_transactions
from crmlab.plots import (
    plot_channel_mix,
    plot_contact_frequency,
    plot_contact_response,
    plot_lorenz,
    plot_priced,
    plot_routing,
    plot_service_level,
    plot_sourcing,
)
from crmlab.simulate import simulate_company

# What annotations name and type checkers alone import.
HEAVY = {"duckdb": duckdb, "ibis": ibis, "pa": pyarrow, "SparkTable": object}
NAN = float("nan")
DAYS = {"as_of", "calibration_end", "not_after", "observation_end", "on"}
PROBABILITIES = {
    "accept",
    "accept_rate",
    "fall",
    "fraction",
    "level",
    "quantile",
    "retention",
    "share",
    "threshold",
    "top",
}
PARTS = {"change", "margin"}  # of a price: at most 1, and a loss may be negative


# --- what is asked --------------------------------------------------------------------------------


def impossible(name: str, kind: Any) -> list[Any]:
    """Values that an option of this name and type cannot be: another type, out of range, nan."""
    kinds = members(kind)
    origins = {typing.get_origin(each) or each for each in kinds}
    if name in DAYS or dt.date in kinds:
        return ["someday", 5, NAN]
    if typing.Literal in origins:
        return ["no such word", 5, NAN]
    if name in PARTS:
        return ["text", NAN, 1.5]
    if float in kinds or complex in kinds:  # complex: in `ArrayLike`
        return ["text", NAN, -2.0, *([1.5, -0.1] if name in PROBABILITIES else [])]
    if int in kinds:
        return [2.5, NAN] if str in kinds else ["text", 2.5, NAN, -1]
    if bool in kinds:
        return ["yes", 2, NAN]
    if origins & {str, Sequence, Mapping}:
        return [5, NAN]
    return []


def members(kind: Any) -> tuple[Any, ...]:
    """The types of a union, else the type alone."""
    is_union = typing.get_origin(kind) in (typing.Union, types.UnionType)
    return typing.get_args(kind) if is_union else (kind,)


# Nobody gives the options of these: functions return them, or contracts are made of them.
RESULTS = {
    "prose.Told", "contracts.Column", "contracts.Contract", "contracts.Rule", "data_quality.Ages",
    "data_quality.Contact", "data_quality.Fields", "data_quality.Pairs", "data_quality.People",
    "data_quality.Publication", "datasets.Company", "datasets.Truth", "identity.Linkage",
    "loaders.TransactionAudit", "readiness.Assessment", "readiness.FailureFactor",
    "readiness.RankedFactors", "readiness.ReadinessReview", "readiness.RemedyChoice",
    "reports.Parameter", "simulate.Company", "simulate.Truth",
    "closed_loop.ComparedLoops", "closed_loop.ComparedTeams", "closed_loop.Exploration",
    "closed_loop.LoopResult",
    "acquisition.ResponseCurve", "campaigns.Allocation", "campaigns.DuplicatedSpend",
    "campaigns.SendList", "readiness.Priced", "readiness.Sourcing", "widgets.BreakEvenView",
    "widgets.ChurnView", "widgets.ContactView", "widgets.LeverView", "widgets.LinkageView",
    "widgets.ParetoView", "widgets.ReadinessView", "widgets.ReferralView",
    "widgets.RuleView", "widgets.SplitView", "widgets.TargetingView", "widgets.TierView",
    "widgets.UpliftView", "closed_loop.Targeting",
}  # fmt: skip

SAY = {"exercises"}  # what is wrong with an answer or a key is printed, and nothing is raised

FLAG = "a flag is read by its truth, as everywhere in Python"
LABEL = "a label for people, whatever it is"
FOLDER = "Python says what a path is, in its own words"
COLUMNS = "what cannot be iterated is refused by Python, which does not know the option's name"
COLUMN = "any label of a column, and the message lists those there are"
NUMBERS = "a text is refused by Python, which does not know the option's name"
LOSS = "an outcome may be a loss, such as leaving"
LOSS_OF_ODDS = "contacts that tire lower the log odds"
NOT_REFUSED = {
    ("acquisition.optimal_spend", "current"): NUMBERS,
    ("acquisition.optimal_spend", "margin"): "money, of any size",
    ("acquisition.spend_curve", "margin"): "money, of any size",
    ("plots.plot_acquisition_cost", "currency"): LABEL,
    ("plots.plot_budget_split", "currency"): LABEL,
    ("plots.plot_cost_ratio", "currency"): LABEL,
    ("plots.plot_half_life", "unit"): LABEL,
    ("plots.plot_margin_by_tenure", "unit"): LABEL,
    ("plots.plot_payback", "currency"): LABEL,
    ("plots.plot_payback", "unit"): LABEL,
    ("plots.plot_profit_curve", "currency"): LABEL,
    ("plots.plot_qini", "unit"): LABEL,
    ("plots.plot_referral_value", "currency"): LABEL,
    ("plots.plot_reward", "currency"): LABEL,
    ("plots.plot_offer_validation", "currency"): LABEL,
    ("plots.plot_offers", "currency"): LABEL,
    ("plots.plot_share_of_wallet", "currency"): LABEL,
    ("plots.plot_spend_curve", "currency"): LABEL,
    ("plots.plot_uplift_deciles", "unit"): LABEL,
    ("contact.contact_frequency", "fatigue"): LOSS_OF_ODDS,
    ("contact.contact_frequency", "margin"): "money, of any size",
    ("retention.retention_elasticity", "margin"): "money, of any size",
    ("readiness.entry_signal", "made"): COLUMN,
    **{
        (f"readiness.simulate_{name}", "margin"): "money, of any size"
        for name in ("missing_entries", "overlap", "wrong_ranking")
    },
    ("readiness.simulate_overlap", "fatigue"): LOSS_OF_ODDS,
    ("plots.plot_priced", "currency"): LABEL,
    **{
        (f"readiness.{name}", "margin"): "money, of any size"
        for name in (
            "price_split_identities",
            "simulate_outsourcing",
            "simulate_unchanged_process",
            "simulate_wrong_solution",
        )
    },
    ("uplift.choose_treatment", "value"): LOSS,
    ("uplift.policy_profit", "value"): LOSS,
    ("uplift.profit_curve", "value"): LOSS,
    ("uplift.DoublyRobustUplift.fit", "treatment"): NUMBERS,
    ("uplift.TwoModelUplift.fit", "treatment"): NUMBERS,
    ("widgets.contact_explorer", "fatigue"): LOSS_OF_ODDS,
    ("widgets.contact_explorer", "margin"): "money, of any size",
    ("widgets.contact_view", "fatigue"): LOSS_OF_ODDS,
    ("widgets.contact_view", "margin"): "money, of any size",
    ("widgets.loop_view", "analytical"): FLAG,
    ("widgets.loop_view", "collaborative"): FLAG,
    ("widgets.loop_view", "operational"): FLAG,
    ("widgets.break_even_explorer", "margin_per_response"): "money, of any size",
    ("widgets.break_even_view", "margin_per_response"): "money, of any size",
    ("widgets.uplift_explorer", "value"): LOSS,
    ("widgets.uplift_view", "value"): LOSS,
    ("campaigns.Campaign", "margin_per_response"): "money, of any size",
    ("campaigns.break_even_response_rate", "margin_per_response"): "money, of any size",
    ("campaigns.coupon_economics", "margin"): "money, of any size",
    ("closed_loop.price_targeting", "margin"): "money, of any size",
    ("closed_loop.simulate_targeting", "margin"): "money, of any size",
    ("widgets.targeting_explorer", "margin"): "money, of any size",
    ("widgets.targeting_view", "margin"): "money, of any size",
    ("campaigns.power", "difference"): LOSS,
    ("campaigns.sample_size", "difference"): LOSS,
    ("campaigns.compare_targeting", "outcome_value"): LOSS,
    ("campaigns.compare_targeting", "segments"): "labels of segments, whatever they are",
    ("churn.ChurnModel.fit", "time"): "days, as the caller writes them",
    ("closed_loop.compare_loops", "margin"): "money, of any size",
    ("closed_loop.compare_teams", "margin"): "money, of any size",
    ("closed_loop.explore", "margin"): "money, of any size",
    ("closed_loop.thompson_chances", "margin"): "money, of any size",
    ("closed_loop.run_loop", "margin"): "money, of any size",
    ("closed_loop.run_loop", "analytical"): FLAG,
    ("closed_loop.run_loop", "closed"): FLAG,
    ("closed_loop.run_loop", "collaborative"): FLAG,
    ("closed_loop.run_loop", "operational"): FLAG,
    ("concepts.concept_homes", "notebooks"): FOLDER,
    ("course.concept_homes", "notebooks"): FOLDER,
    ("course.concept_homes", "blocks"): "what each notebook asks, as `exercises.rooms` gives it",
    ("course.copy_notebooks", "blank"): FLAG,
    ("course.copy_notebooks", "blank_all"): FLAG,
    ("course.copy_notebooks", "source"): FOLDER,
    ("course.reset_notebook", "blank"): FLAG,
    ("course.reset_notebook", "source"): FOLDER,
    ("course.write_pack", "out"): FOLDER,
    ("plots.plot_deciles", "of"): LABEL,
    ("plots.plot_incidence", "unit"): LABEL,
    ("plots.plot_kaplan_meier", "unit"): LABEL,
    ("plots.plot_retention_profit", "currency"): LABEL,
    ("plots.plot_lorenz", "of"): LABEL,
    ("prose.count_words", "many"): LABEL,
    ("prose.join", "none"): LABEL,
    ("contracts.Contract.names", "personal"): FLAG,
    ("contracts.Contract.names", "required"): FLAG,
    ("contracts.faults", "columns"): "for authors of contracts, who are not checked",
    ("contracts.faults", "examples"): "for authors of contracts, who are not checked",
    ("data_quality.assess_data_quality", "currency"): LABEL,
    ("data_quality.assess_data_quality", "show_personal"): FLAG,
    ("datasets.fetch_hillstrom", "cache_dir"): FOLDER,
    ("datasets.fetch_online_retail", "cache_dir"): FOLDER,
    ("datasets.load_cdnow", "sample"): FLAG,
    ("datasets.load_company", "folder"): FOLDER,
    ("identity.golden_records", "exact"): COLUMNS,
    ("identity.golden_records", "provenance"): FLAG,
    ("identity.golden_records", "trust"): COLUMNS,
    ("identity.link_customers", "exact"): COLUMNS,
    ("loaders.audit_transactions", "not_after"): "a number passes as nanoseconds since 1970",
    ("loaders.read_transactions", "not_after"): "a number passes as nanoseconds since 1970",
    ("ltv.BetaGeoBetaBinomial.check_horizon", "finite"): FLAG,
    ("ltv.BetaGeoBetaBinomial.rules", "fitting"): FLAG,
    ("ltv.BetaGeoBetaBinomial.simulate", "n_periods"): NUMBERS,
    ("ltv.BetaGeoNBD", "dropout_covariates"): COLUMNS,
    ("ltv.BetaGeoNBD", "purchase_covariates"): COLUMNS,
    ("ltv.ContinuousModel.simulate", "T"): NUMBERS,
    ("ltv.ContractModel.value_installed_base", "margin"): "money, of any size",
    ("ltv.CountLikelihood.check_horizon", "finite"): FLAG,
    ("ltv.CountLikelihood.rules", "fitting"): FLAG,
    ("ltv.CountModel.expected_purchases_new", "covariates"): COLUMNS,
    ("ltv.CountModel.purchase_distribution", "covariates"): COLUMNS,
    ("ltv.GammaGamma.spend_distribution", "quantiles"): NUMBERS,
    ("ltv.ModifiedBetaGeoNBD", "dropout_covariates"): COLUMNS,
    ("ltv.ModifiedBetaGeoNBD", "purchase_covariates"): COLUMNS,
    ("ltv.NBD", "purchase_covariates"): COLUMNS,
    ("ltv.ParetoNBD", "dropout_covariates"): COLUMNS,
    ("ltv.ParetoNBD", "purchase_covariates"): COLUMNS,
    ("ltv.backtest", "by_origin"): FLAG,
    ("ltv.customer_lifetime_value", "total"): FLAG,
    ("ltv.customer_equity", "value_new"): "money, of any size",
    ("ltv.predictive_draws", "parameter_uncertainty"): FLAG,
    ("ltv.predictive_intervals", "parameter_uncertainty"): FLAG,
    ("ltv.predictive_intervals", "total"): FLAG,
    ("ltv.score_table", "columns"): COLUMNS,
    ("ltv.survivors", "by"): COLUMN,
    ("ltv.top_decile_captured", "relative"): FLAG,
    ("plots.plot_holdout_deciles", "currency"): LABEL,
    ("plots.plot_intervals", "of"): LABEL,
    ("plots.plot_probability_alive", "unit"): LABEL,
    ("plots.plot_rankings", "currency"): LABEL,
    ("plots.plot_revenue_change", "currency"): LABEL,
    ("plots.plot_tracking", "incremental"): FLAG,
    ("plots.plot_targeting", "currency"): LABEL,
    ("plots.plot_targeting_profit", "currency"): LABEL,
    ("plots.plot_whale", "currency"): LABEL,
    ("privacy.cell_bounds", "by"): COLUMNS,
    ("privacy.cell_bounds", "margins"): LABEL,
    ("privacy.cell_bounds", "whole"): FLAG,
    ("privacy.mask", "columns"): COLUMNS,
    ("privacy.pseudonymise", "columns"): COLUMNS,
    ("privacy.suppress_small_cells", "by"): COLUMNS,
    ("privacy.suppress_small_cells", "margins"): LABEL,
    ("readiness.rank_factors", "margin"): "money, of any size",
    ("readiness.review_readiness", "margin"): "money, of any size",
    ("reports.mask_ids", "personal"): COLUMNS,
    ("reports.mask_ids", "show_personal"): FLAG,
    ("reports.read_beside", "columns"): "passed on to `read_table`",
    ("reports.read_beside", "date_format"): "passed on to `read_table`",
    ("reports.read_beside", "dayfirst"): "passed on to `read_table`",
    ("reports.read_beside", "encoding"): "passed on to `read_table`",
    ("reports.read_consents", "columns"): "passed on to `read_table`",
    ("reports.read_firm", "columns"): "passed on to `read_table`",
    ("reports.read_orders", "currency"): "passed on to `audit_transactions`",
    ("reports.run_report", "out"): FOLDER,
    ("reports.run_workbook", "out"): FOLDER,
    ("reports.run_workbook", "progress"): FLAG,
    ("reports.save_calls", "personal"): COLUMNS,
    ("reports.save_calls", "show_personal"): FLAG,
    ("reports.save_customers", "personal"): COLUMNS,
    ("reports.save_customers", "show_personal"): FLAG,
    ("reports.save_next_wave", "personal"): COLUMNS,
    ("reports.save_next_wave", "show_personal"): FLAG,
    ("reports.show_plot", "otherwise"): LABEL,
    ("reports.show_table", "folded"): LABEL,
    ("reports.show_table", "intro"): LABEL,
    ("reports.show_table", "otherwise"): LABEL,
    ("reviews.review_campaign_postmortem", "currency"): LABEL,
    ("reviews.review_churn_watchlist", "currency"): LABEL,
    ("reviews.review_customer_base", "currency"): LABEL,
    ("reviews.review_customer_base", "show_customers"): FLAG,
    ("reviews.review_customer_value", "currency"): LABEL,
    ("segmentation.KMeansSegmenter", "log"): FLAG,
    ("segmentation.KMeansSegmenter", "n_segments"): "a number, or a word",
    ("segmentation.profile_segments", "segment"): COLUMN,
    ("segmentation.profile_segments", "value"): COLUMN,
    ("widgets.lever_view", "moves"): COLUMNS,
    ("widgets.linkage_explorer", "cost_per_mailing"): NUMBERS,
    ("widgets.linkage_view", "cost_per_mailing"): NUMBERS,
}


@functools.cache
def small_company() -> crmlab.simulate.Company:
    return crmlab.simulate.simulate_company(200, seed=1)


@functools.cache
def public() -> dict[str, Callable[..., Any]]:
    """Public functions, constructors and methods, by name."""
    found: dict[str, Callable[..., Any]] = {}
    modules = {name: getattr(crmlab, name) for name in crmlab.__all__}
    for module_name, module in modules.items():
        if not inspect.ismodule(module) or module_name in SAY:
            continue
        for thing in (getattr(module, name) for name in module.__all__):
            if inspect.isfunction(thing):
                found[f"{module_name}.{thing.__qualname__}"] = thing
            elif (
                inspect.isclass(thing)
                and not issubclass(thing, Exception)
                and typing.Protocol not in thing.__bases__  # it has no code to refuse anything
            ):
                # What several classes inherit is one method, of the class that defines it.
                for name, method in inspect.getmembers(thing, inspect.isfunction):
                    if name[0] != "_" and method.__module__.startswith("crmlab"):
                        found[f"{module_name}.{method.__qualname__}"] = method
                if f"{module_name}.{thing.__name__}" not in RESULTS:
                    found[f"{module_name}.{thing.__name__}"] = thing
    return found


def resolve(function: Callable[..., Any]) -> dict[str, Any]:
    """Type hints; what type checkers alone import is any object."""
    unknown: dict[str, Any] = dict(HEAVY)
    while True:
        try:
            return typing.get_type_hints(function, localns=unknown)
        except NameError as error:
            unknown[error.name] = object


def options(key: str) -> dict[str, list[Any]]:
    """The options of a function and what each must refuse."""
    function = public()[key]
    hints = resolve(function.__init__ if inspect.isclass(function) else function)
    values = {
        each.name: impossible(each.name, hints.get(each.name))
        for each in inspect.signature(function).parameters.values()
        if each.kind is each.KEYWORD_ONLY or each.default is not each.empty
    }
    return {name: bad for name, bad in values.items() if bad and (key, name) not in NOT_REFUSED}


ASKED = [key for key in public() if options(key)]


# --- calls that work ------------------------------------------------------------------------------

COMPANY = simulate_company(300, seed=1)
ORDERS = pd.DataFrame(
    {
        "customer_id": [f"c{i % 20}" for i in range(60)],
        "date": pd.Timestamp("2024-01-01") + pd.to_timedelta(np.arange(60) ** 2 // 10, unit="D"),
        "amount": np.arange(60) % 7 + 1.0,
        "source": ["shop", "web"] * 30,
    }
)
OF_THE_SENT = ORDERS.assign(customer_id=list("abcd") * 15)
BASKETS = ORDERS.assign(order_id=np.arange(60) // 2, product_id=list("abcab" * 12))
SPENT = [90.0, 0.0, 480.0, 70.0, 240.0]
TRIAL = [1, 0, 0, 0, 1, 0, 1, 0], [1, 0, 1, 0, 1, 0, 1, 0], range(8)
LOT = {"assignment": "random"}
WIN, KEEP = ResponseCurve(0.3, 0.02), ResponseCurve(0.9, 0.05)
COHORT = [1000, 869, 743, 653, 593, 551, 517, 491]
ANSWERS = {"P1.1": "yes", "P7.3": "no"}
PEOPLE = pd.DataFrame(
    {
        "source": ["shop", "shop", "web", "web"],
        "source_id": ["1", "2", "a", "b"],
        "name": ["Ann Bell", "Ben Cole", "Ann Bell", "Ben Cole"],
        "birth_date": ["2001-02-03", "2002-03-04", "2001-02-03", "2002-03-04"],
    }
)
CLUSTERS = PEOPLE[["source", "source_id"]].assign(person_id=["p1", "p2", "p1", "p2"])
COUNTS = pd.DataFrame({"region": ["a", "b", "c"], "n": [3, 50, 60]})
SUBSCRIPTIONS = pd.DataFrame(
    {
        "customer_id": range(4),
        "start": "2023-01-01",
        "end": ["2023-03-01", "2023-05-01", None, None],
    }
)
BY_THRESHOLD = pd.DataFrame(
    {"n_people": [98, 110], "n_true_people": 100, "n_reached": [96, 100],
     "precision": [0.9, 1.0], "recall": [0.99, 0.8], "f1": [0.94, 0.89]},
    index=pd.Index([0.5, 0.99], name="threshold"),
)  # fmt: skip
RANKED = pd.DataFrame(
    {"profit": [9.0, 5, 1, -2], "loyalty": [1, 4, 3, 2], "lifetime_value": [3.0, 8, 9, 0]}
)
ECONOMICS = {"price": 50.0, "frequency": 4.0, "margin": 0.3, "retention": 0.8, "discount_rate": 0.1}


def works(*data: Any, **needed: Any) -> tuple[tuple[Any, ...], dict[str, Any]]:
    return data, needed


def learn(model: type, data: Any) -> Callable[..., Any]:
    """Options of an estimator are checked where it learns."""
    needed = {"period": "M"} if data is SUBSCRIPTIONS else {}
    return lambda **options: model(**needed | options).fit(data)


def learn_effect(model: type, data: Any, test: dict[str, Any], **options: Any) -> Any:
    """As `learn`, of models of effects."""
    return model(**({"control": 0} | options)).fit(data, **test)


@functools.cache
def calls() -> dict[str, Callable[..., Any]]:
    """A call of each function that lacks nothing but the option in question."""
    drawn = ltv.BetaGeoNBD.from_params(r=0.6, alpha=8.0, a=0.8, b=2.4, unit="W").simulate(
        500, T=60.0
    )
    mean = np.where(drawn["frequency"] > 0, 9.0 + drawn.index % 7, 0.0)
    summary = drawn.assign(monetary_value=mean)
    model = ltv.BetaGeoNBD().fit(summary)
    spend = ltv.GammaGamma().fit(summary)
    contract = ltv.ShiftedBetaGeometric(period="Y").fit(COHORT)
    donors = ltv.BetaGeoBetaBinomial.from_params(
        alpha=1.2, beta=0.7, gamma=0.7, delta=2.8, unit="Y"
    )
    gifts = donors.simulate(500, n_periods=6)
    with_age = ltv.BetaGeoNBD.from_params(
        r=0.6, alpha=8.0, a=0.8, b=2.4, unit="W", coefficients={"purchase": {"age": 0.4}}
    )
    installed = pd.Series([700, 300], index=[0, 1])
    base = customer_base.rfm_summary(ORDERS.head(47))
    linkage = link_customers(PEOPLE)
    consents = pd.DataFrame(
        {"customer_id": ["c1"], "channel": "post", "purpose": "marketing", "granted": True,
         "date": pd.Timestamp("2024-01-05")}
    )  # fmt: skip
    about = ORDERS[["customer_id"]].drop_duplicates(), consents
    draws = pd.DataFrame(np.ones((40, 3)))
    intervals = pd.DataFrame({"lower": [0.0, 1.0], "upper": [2.0, 3.0], "level": 0.9})
    mailing = {"cost_per_mailing": 500.0}
    targets = pd.DataFrame(
        {"seed": [0, 0, 1, 1], "customer_id": list("abab"), "learned": 1.0, "score": 0.5,
         "segment": "x", "effect": [1, 0, 0, 1]}
    )  # fmt: skip
    posting = {"margin": 9.0, "cost_per_contact": 1.0}
    money = {"margin": 0.3, "discount_rate": 0.1}
    holdout = customer_base.calibration_holdout(ORDERS, calibration_end="2024-06-30", unit="W")
    by_share = uplift.uplift_curve(*TRIAL, **LOT)
    bill = pd.DataFrame({"date": pd.Timestamp("2024-03-01"), "channel": "tv", "amount": [9.0, 4.0],
                         "purpose": ["acquire", "keep"]})  # fmt: skip
    lever = {"margin": 100.0, "discount_rate": 0.1}
    costed = ORDERS.assign(cost=1.0)
    arms = pd.DataFrame({"age": range(8)}), TRIAL[1]
    two, robust = uplift.TwoModelUplift(control=0), uplift.DoublyRobustUplift(n_folds=2, control=0)
    robust.fit(arms[0], TRIAL[0], treatment=arms[1], **LOT)
    sent = pd.DataFrame(
        {"customer_id": ["a", "b"], "campaign_id": "K", "date": pd.Timestamp("2024-03-01"),
         "channel": "post", "treated": [True, False], "outcome": "delivered", "cost": 1.0}
    )  # fmt: skip
    came = sent.drop(columns=["channel", "treated", "outcome", "cost"]).assign(
        kind="order", amount=5.0
    )
    called = pd.DataFrame(
        {"customer_id": ["c1", "c2", "c1", "c2"], "campaign_id": "K", "channel": "phone",
         "date": pd.to_datetime(["2024-02-01 09:30", "2024-03-01 11:00"] * 2) + pd.to_timedelta(
             [0, 0, 1, 1], unit="D"),
         "treated": True, "outcome": ["answered", "no_answer", "no_answer", "answered"],
         "cost": 1.0}
    )  # fmt: skip
    drawn_by_lot = pd.DataFrame(
        {"campaign_id": ["K"], "channel": "post", "start": pd.Timestamp("2024-03-01"),
         "design": "randomised"}
    )  # fmt: skip
    tiring = {"fatigue": -0.4, "margin": 9.0, "cost": 1.0}
    sold = campers(60), PRODUCTS
    found_rules = pd.DataFrame(
        {"antecedent": [("gas",)], "consequent": [("tent",)], "n_antecedent": 9, "n_together": 4,
         "support": 0.1, "confidence": 0.4, "lift": 2.0, "q_value": 0.01}
    )  # fmt: skip
    letter = {"margin_per_response": 9.0, "cost_per_contact": 1.0}
    left, scores = [1, 0, 1, 0], [0.9, 0.8, 0.3, 0.1]
    stays = [2.0, 3.0, 3.0, 5.0]
    features = pd.DataFrame({"age": [1.0, 3.0, 2.0, 5.0], "duration": stays, "event": left})
    scored = pd.DataFrame({"customer_id": ["c1"], "probability": 0.5, "value": 9.0})
    budget = {"budget": 9e3, "n_prospects": 500, "n_customers": 200, "value_won": 200}
    joiners = pd.DataFrame({"customer_id": ["a"], "joined": pd.Timestamp("2024-03-05"),
                            "channel": "tv"})  # fmt: skip
    brought = pd.DataFrame({"referrer_id": ["a"], "customer_id": ["b"],
                            "date": pd.Timestamp("2024-03-05")})  # fmt: skip
    lever_of_reward = {"value": 9.0, "anyway": 0.2}
    given = {
        "acquisition.acquisition_cost": works(bill, joiners),
        "acquisition.budget_split": works(WIN, KEEP, **budget),
        "acquisition.cost_ratio": works(bill, n_won=2, n_kept=3),
        "acquisition.margin_panel": works(costed),
        "acquisition.optimal_spend": works(WIN, KEEP, **lever),
        "acquisition.partner_list_value": works(90, response=0.1, value=9.0),
        "acquisition.payback_curve": works(pd.DataFrame([[1.0], [2.0]]), 1.0),
        "acquisition.payback_period": works(pd.DataFrame([[1.0], [2.0]]), 1.0),
        "acquisition.referral_value": works(brought, pd.Series({"a": 1.0, "b": 2.0}), anyway=0.5),
        "acquisition.referred_premium": works([1.0, 2.0, 3.0, 2.0], [1, 0, 1, 0]),
        "acquisition.reward_curve": works(
            [1.0], recommending=ResponseCurve(0.3, 0.02), told=2, conversion=0.1, **lever_of_reward
        ),
        "acquisition.simulate_referrals": works(9, recommending=0.1, told=2, conversion=0.1),
        "acquisition.spend_curve": works(WIN, KEEP, [1.0], on="retention", **lever),
        "closed_loop.compare_loops": works(companies=COMPANY, seeds=2, periods=2),
        "closed_loop.compare_teams": works(companies=COMPANY, seeds=2),
        "closed_loop.explore": works([0.1, 0.2], n_customers=20, batches=2, runs=2),
        "closed_loop.run_loop": works(COMPANY, periods=2),
        "closed_loop.thompson_chances": works([1, 2], [9, 9]),
        "contact.best_hour": works(called),
        "contact.channel_mix": works(sent, came, drawn_by_lot),
        "contact.contact_fatigue": works(called, response="answered"),
        "contact.contact_frequency": works(0.3, **tiring),
        "contact.contact_response": works(sent, came),
        "contact.dissatisfaction_signals": works(
            ["c1", "c2"], as_of="2024-03-02", contacts=called, weights="equal"
        ),
        "contact.erlang_a": works(100, 1800, 180, agents=14, patience=60),
        "contact.erlang_c": works(100, 1800, 180, agents=14),
        "contact.route_by_value": works(
            pd.DataFrame({"calls": [1, 9], "loss": 1.0}), 1800, 180, agents=14
        ),
        "contact.signal_lift": works(
            pd.DataFrame({"refused": [True, False]}), pd.Series([True, False])
        ),
        "contact.staffing": works(100, 1800, 180, patience=60),
        "campaigns.Campaign": works(n_contacted=9, n_responses=2, **letter),
        "campaigns.ab_test": works(*TRIAL[:2]),
        "campaigns.ab_test_counts": works({1: 2, 0: 1}, {1: 9, 0: 8}),
        "campaigns.ab_tests": works(*TRIAL[:2], ["K"] * 8),
        "campaigns.break_even_response_rate": works(n_contacted=9, **letter),
        "campaigns.campaign_profit": works(Campaign(n_contacted=9, n_responses=2, **letter)),
        "campaigns.case_campaign": works("diet club"),
        "campaigns.case_flips": works("diet club"),
        "campaigns.coupon_economics": works(
            n_coupons=90, face_value=1.0, redemption_rate=0.1, baseline_rate=0.05, margin=4.0
        ),
        "campaigns.detectable_effect": works(90, baseline_rate=0.1),
        "campaigns.incremental_result": works(sent, came, campaign_id="K", margin=0.3, **LOT),
        "campaigns.power": works(90, baseline_rate=0.1, rate=0.2),
        "campaigns.published_cases": works(),
        "campaigns.response_shrinkage": works({1: 2, 0: 1}, {1: 9, 0: 8}),
        "campaigns.roll_out": works({1: 2, 0: 1}, {1: 9, 0: 8}, **letter),
        "campaigns.sample_size": works(baseline_rate=0.1, rate=0.2),
        "campaigns.allocate_contacts": works(
            pd.DataFrame({("camp", "email"): [3.0, 5.0], ("books", "post"): [4.0, 1.0]}), cost=1
        ),
        "campaigns.compare_targeting": works(
            [3.0] * 8, cost=1, outcome=TRIAL[0], treated=TRIAL[1], **LOT
        ),
        "campaigns.drop_withdrawn": works(
            pd.DataFrame({"customer_id": ["c1"], "channel": "post", "value": 3.0, "cost": 1.0}),
            consents,
        ),
        "campaigns.duplicated_spend": works(sent),
        "closed_loop.price_targeting": works(targets, **posting),
        "closed_loop.simulate_targeting": works(n_customers=1_000, seeds=2),
        "churn.ChurnModel.contributions": works(
            churn.ChurnModel(random_state=0).fit(features[["age"]], left), features[["age"]]
        ),
        "churn.churn_features": works(ORDERS, as_of="2024-06-30"),
        "churn.churn_panel": works(ORDERS, as_of=["2024-06-30"], horizon=30),
        "churn.cox_hazards": works(features, ["age"]),
        "churn.cumulative_incidence": works(stays, ["a", None, "b", None]),
        "churn.expected_maximum_profit": works(left, scores),
        "churn.feature_drift": works(features, features, n_bins=2),
        "churn.find_leaks": works(lambda rows: rows, ORDERS, as_of="2024-06-30"),
        "churn.gains_table": works(left, scores, n_groups=2),
        "churn.kaplan_meier": works(stays, left),
        "churn.label_churn": works(ORDERS, as_of="2024-06-30", horizon=30),
        "churn.lift": works(left, scores),
        "churn.log_rank": works(stays, left, ["a", "a", "b", "b"]),
        "churn.maximum_profit": works(left, scores),
        "churn.partial_defectors": works(
            pd.DataFrame({"T": [300.0], "spend_before": [9.0], "spend_recent": [1.0]})
        ),
        "churn.retention_profit_curve": works(left, scores),
        "churn.say_reasons": works(
            churn.ChurnModel(random_state=0).fit(features[["age"]], left), features[["age"]]
        ),
        "churn.subscription_tenures": works(SUBSCRIPTIONS),
        "churn.survival_time": works(churn.kaplan_meier(stays, left)),
        "churn.validate_churn": works(
            churn.ChurnModel(), features[["age"]], left, time=["2024-01-01"] * 4, horizon=30
        ),
        "churn.winback_list": works(scored, consents, channel="post"),
        "concentration.decile_table": works(SPENT),
        "concentration.gini_interval": works(SPENT),
        "concentration.share_needed": works(SPENT),
        "concentration.top_share": works(SPENT),
        "course.draw_quiz": works(load_blocks()["02"].quiz),
        "course.write_pack": works(),
        "prose.compare": works(1, 2, "more", "less", "as much"),
        "concentration.top_share_interval": works(SPENT),
        "concentration.whale_curve": works(SPENT),
        "cross_sell.next_best_offer": works(*sold, as_of="2024-08-31"),
        "cross_sell.resupply": works(*sold, as_of="2024-08-31", min_gaps=2),
        "cross_sell.share_of_wallet": works(*sold),
        "cross_sell.upsell_paths": works(*sold, horizon=30),
        "cross_sell.validate_offers": works(*sold, as_of="2024-08-31"),
        "cross_sell.association_rules": works(BASKETS, min_support=0.1, min_confidence=0),
        "cross_sell.itemsets": works(BASKETS, min_support=0.1),
        "cross_sell.sequential_rules": works(BASKETS, horizon=30, min_customers=1),
        "customer_base.calibration_holdout": works(ORDERS, calibration_end="2024-06-30"),
        "customer_base.cohort_retention": works(ORDERS),
        "customer_base.customer_flows": works(ORDERS),
        "customer_base.customer_profit": works(ORDERS),
        "customer_base.revenue_change": works(ORDERS, cut="2024-06-30", start="2024-01-01"),
        "customer_base.rfm_expression": works(ORDERS),
        "customer_base.rfm_summary": works(ORDERS),
        "customer_base.sufficient_statistics": works(ORDERS),
        "data_quality.assess_data_quality": works(ORDERS, **mailing),
        "identity.field_agreement": works(CLUSTERS, PEOPLE),
        "identity.golden_records": works(CLUSTERS, PEOPLE),
        "identity.link_customers": works(PEOPLE),
        "identity.sample_pairs": works(linkage),
        "identity.threshold_table": works(linkage),
        "loaders.audit_transactions": works(ORDERS),
        "loaders.read_header": works(ORDERS),
        "loaders.read_table": works(consents, "consents"),
        "loaders.read_transactions": works(ORDERS),
        "ltv.BetaGeoBetaBinomial.fit": works(donors, gifts),
        "ltv.BetaGeoBetaBinomial.simulate": works(donors, 5, n_periods=3),
        "ltv.ContinuousModel.simulate": works(model, 5, T=9.0),
        "ltv.ContractModel.discounted_expected_lifetime": works(contract, discount_rate=0.1),
        "ltv.ContractModel.discounted_expected_residual_lifetime": works(
            contract, 1, discount_rate=0.1
        ),
        "ltv.ContractModel.expected_survivors": works(contract, installed, 2, level=0.9),
        "ltv.ContractModel.retention_rate": works(contract, 1),
        "ltv.ContractModel.simulate": works(contract, 5, periods=3),
        "ltv.ContractModel.survival": works(contract, 1),
        "ltv.ContractModel.value_installed_base": works(contract, installed, **money),
        "ltv.CountLikelihood.fit": works(model, summary),
        "ltv.CountModel.discounted_expected_purchases": works(model, summary, discount_rate=0.1),
        "ltv.CountModel.expected_purchases": works(model, summary, 8.0),
        "ltv.CountModel.probability_alive": works(model, summary),
        "ltv.CountModel.purchase_distribution": works(with_age, 8.0, covariates={"age": 1.0}),
        "ltv.GammaGamma.expected_spend": works(spend, summary),
        "ltv.GammaGamma.independence_test": works(spend, summary),
        "ltv.GammaGamma.simulate": works(spend, [1, 2]),
        "ltv.LikelihoodModel.parameter_intervals": works(contract),
        "ltv.backtest": works(ORDERS, horizon=8),
        "ltv.customer_equity": works(
            SPENT, n_new=[1], value_new=9.0, acquisition_cost=1.0, discount_rate=0.1
        ),
        "ltv.customer_lifetime_value": works(model, spend, summary, horizon=8.0, **money),
        "ltv.frequency_calibration": works(model, summary),
        "ltv.holdout_by_frequency": works(model, holdout),
        "ltv.holdout_deciles": works(SPENT, SPENT),
        "ltv.installed_base": works(SUBSCRIPTIONS, period="M"),
        "ltv.interval_coverage": works(intervals, [1.0, 2.0]),
        "ltv.ltv_levers": works(**ECONOMICS),
        "ltv.markov_ltv": works([[0.5, 0.5], [0.0, 1.0]], [10.0, 0.0], discount_rate=0.1),
        "ltv.predictive_draws": works(model, summary, 8.0, spend=spend),
        "ltv.predictive_intervals": works(model, summary, 8.0, spend=spend),
        "ltv.randomised_pit": works(draws, [1.0, 1.0, 2.0]),
        "ltv.score_table": works(model, summary, horizon=8.0, spend=spend, **money),
        "ltv.simple_ltv": works(100.0, 0.8, discount_rate=0.1),
        "ltv.survivors": works(SUBSCRIPTIONS, period="M"),
        "ltv.top_decile_captured": works(SPENT, SPENT),
        "ltv.tracking_table": works(model, ORDERS, calibration_end="2024-06-30"),
        "plots.plot_budget_split": works(
            budget_split(
                ResponseCurve(0.3, 0.02),
                ResponseCurve(0.9, 0.05, 0.5),
                budget=9e3,
                n_prospects=500,
                n_customers=200,
                value_won=200,
            )
        ),
        "plots.plot_cohorts": works(customer_base.cohort_retention(ORDERS)),
        "plots.plot_channel_mix": works(CONTACT_TABLES[plot_channel_mix]()),
        "plots.plot_contact_frequency": works(CONTACT_TABLES[plot_contact_frequency]()),
        "plots.plot_contact_response": works(CONTACT_TABLES[plot_contact_response]()),
        "plots.plot_routing": works(CONTACT_TABLES[plot_routing]()),
        "plots.plot_service_level": works(CONTACT_TABLES[plot_service_level]()),
        "plots.plot_flows": works(customer_base.customer_flows(ORDERS)),
        "plots.plot_levers": works(ltv.ltv_levers(**ECONOMICS)),
        "plots.plot_lorenz": works(lorenz_curve(SPENT)),
        "plots.plot_migration": works(
            segmentation.migration_matrix(ORDERS, cut="2024-06-30", start="2024-01-01")
        ),
        "plots.plot_referral_value": works(
            pd.DataFrame({"own": [2.0, 1.0], "referral_value": [0.0, 1.0]})
        ),
        "plots.plot_reward": works(
            pd.DataFrame({"reward": [0.0, 1.0], "gain": [1.0, 2.0], "best": 1.0})
        ),
        "plots.plot_priced": works(FAILURE_TABLES[plot_priced]()),
        "plots.plot_rules": works(
            cross_sell.association_rules(BASKETS, min_support=0.1, min_confidence=0)
        ),
        "plots.plot_sourcing": works(CAMPAIGN_TABLES[plot_sourcing]()),
        "plots.plot_tracking": works(
            ltv.tracking_table(model, ORDERS, calibration_end="2024-06-30")
        ),
        "plots.plot_offer_validation": works(validation()),
        "privacy.cell_bounds": works(COUNTS, by=["region"], counts="n"),
        "privacy.consent_status": works(*about, channel="post", purpose="marketing"),
        "privacy.consented": works(*about, channel="post", purpose="marketing"),
        "privacy.k_anonymity": works(PEOPLE, ["name"]),
        "privacy.pseudonymise": works(PEOPLE, columns="source_id"),
        "privacy.suppress_small_cells": works(COUNTS, by=["region"], counts="n"),
        "plots.plot_ranked_factors": works(ranked_factors()),
        "readiness.assess": works(ANSWERS),
        "readiness.choose_remedies": works(ranked_stand_in(), budget=1.0),
        "readiness.entry_signal": works(
            pd.DataFrame({"instructor_id": ["a", "b"], "planned": [4, 5], "held": [4, 2]})
        ),
        "readiness.overlap_signal": works(sent),
        "readiness.ranking_signal": works(pd.DataFrame({"a": [1, 2, 3], "b": [3, 2, 1]})),
        "readiness.rankings": works(small_company()),
        **{
            f"readiness.{name}": works(small_company())
            for name in (
                "simulate_missing_entries",
                "simulate_overlap",
                "simulate_wrong_ranking",
            )
        },
        "readiness.build_or_outsource": works(
            users=9, benefit=9.0, build_cost=20.0, run_cost=1.0, fee=0.1, n_draws=100
        ),
        "readiness.identity_signal": works(
            pd.DataFrame({"source": ["web", "shop"], "phone": ["010-1234-5678"] * 2})
        ),
        "readiness.outsourced_share": works(),
        "readiness.process_signal": works(
            pd.Series([2.0, 1.0], index=["a", "b"]), pd.DataFrame({"customer_id": ["a"]})
        ),
        **{
            f"readiness.{name}": works(small_company())
            for name in (
                "price_split_identities",
                "simulate_outsourcing",
                "simulate_unchanged_process",
                "simulate_wrong_solution",
            )
        },
        "readiness.identity_bias": works(ORDERS, views={"by system": "source"}, **mailing),
        "readiness.simulate_split_identities": works(ORDERS, **mailing),
        "readiness.rank_factors": works(),
        "readiness.review_readiness": works(ANSWERS),
        "reports.audit_lines": works(audit_transactions(ORDERS), "USD"),
        "reports.read_answers": works(None),
        "reports.read_scores": works(None),
        "reports.run_report": works("customer_base"),
        "reports.show_plot": works(plot_lorenz, lorenz_curve(SPENT), figsize=(4.0, 3.0)),
        "reviews.review_campaign_postmortem": works(
            sent, came, OF_THE_SENT, campaign_id="K", margin=0.3, **LOT
        ),
        "reviews.review_churn_watchlist": works(ORDERS),
        "reviews.review_customer_base": works(ORDERS),
        "reviews.review_customer_value": works(base_of_orders()),
        "segmentation.compare_rankings": works(RANKED),
        "segmentation.migration_matrix": works(ORDERS, cut="2024-06-30", start="2024-01-01"),
        "segmentation.profile_segments": works(RANKED, segment="loyalty", value="profit"),
        "segmentation.rfm_scores": works(base),
        "segmentation.segment_stability": works(segmentation.RFMSegmenter(), base),
        "segmentation.value_tiers": works(RANKED, n_tiers=2),
        "retention.margin_by_tenure": works(costed, period="M"),
        "retention.retention_elasticity": works(retention=0.8, **lever),
        "simulate.CompanySettings": works(),
        "simulate.simulate_company": works(),
        "uplift.DoublyRobustUplift.average_effect": works(robust),
        "uplift.DoublyRobustUplift.fit": works(robust, arms[0], TRIAL[0], treatment=arms[1], **LOT),
        "uplift.TwoModelUplift.fit": works(two, arms[0], TRIAL[0], treatment=arms[1], **LOT),
        "uplift.balance_table": works(*arms),
        "uplift.balance_test": works(*arms),
        "uplift.choose_treatment": works(pd.Series([0.1, 0.2]), costs=2.0),
        "uplift.experiment_table": works(sent, came, campaign_id="K"),
        "retention.constant_survival": works(0.8),
        "uplift.policy_profit": works(*TRIAL[:2], {"all": [1] * 8}, costs=1.0, **LOT),
        "uplift.profit_curve": works(*TRIAL, cost=1.0, **LOT),
        "uplift.qini_band": works(*TRIAL, **LOT),
        "uplift.qini_curve": works(*TRIAL, **LOT),
        "uplift.qini_score": works(*TRIAL, **LOT),
        "uplift.qini_score_interval": works(*TRIAL, **LOT),
        "uplift.uplift_by_decile": works(*TRIAL, n_groups=2, **LOT),
        "uplift.uplift_curve": works(*TRIAL, **LOT),
        "uplift.uplift_score": works(*TRIAL, **LOT),
        "widgets.break_even_explorer": works(n_contacted=9, response_rate=0.2, **letter),
        "widgets.break_even_view": works(n_contacted=9, response_rate=0.2, **letter),
        "widgets.churn_explorer": works(left, scores),
        "widgets.churn_view": works(left, scores),
        "widgets.contact_explorer": works(0.3, **tiring),
        "widgets.contact_view": works(0.3, **tiring),
        "widgets.lever_explorer": works(**ECONOMICS),
        "widgets.lever_view": works(**ECONOMICS),
        "widgets.linkage_explorer": works(BY_THRESHOLD, **mailing),
        "widgets.linkage_view": works(BY_THRESHOLD, 0.5, **mailing),
        "widgets.loop_explorer": works(COMPANY, periods=1),
        "widgets.loop_view": works(COMPANY, periods=1),
        "widgets.pareto_explorer": works(SPENT),
        "widgets.pareto_view": works(SPENT),
        "widgets.rule_explorer": works(found_rules, {"tent": 9.0}),
        "widgets.rule_view": works(found_rules, {"tent": 9.0}),
        "widgets.referral_explorer": works(
            ResponseCurve(0.3, 0.02), told=2, conversion=0.1, highest=5.0, **lever_of_reward
        ),
        "widgets.referral_view": works(
            ResponseCurve(0.3, 0.02), told=2, conversion=0.1, **lever_of_reward
        ),
        "widgets.split_explorer": works(WIN, KEEP, **budget),
        "widgets.split_view": works(WIN, KEEP, **budget),
        "widgets.targeting_explorer": works(targets, **posting, cost_of_knowing=1.0),
        "widgets.targeting_view": works(targets, **posting, cost_of_knowing=1.0),
        "widgets.tier_explorer": works(RANKED),
        "widgets.readiness_explorer": works(),
        "widgets.readiness_view": works(ANSWERS),
        "widgets.tier_view": works(RANKED),
        "widgets.uplift_explorer": works(by_share, value=9.0, cost=1.0),
        "widgets.uplift_view": works(by_share, value=9.0, cost=1.0),
    }
    found = {key: functools.partial(public()[key], *a, **k) for key, (a, k) in given.items()}
    found["churn.ChurnModel"] = lambda **options: churn.ChurnModel(**options).fit(
        features[["age"]], left
    )
    for models, data in {
        (ltv.BetaGeoNBD, ltv.ModifiedBetaGeoNBD, ltv.ParetoNBD, ltv.NBD, ltv.GammaGamma): summary,
        (ltv.BetaGeoBetaBinomial,): gifts,
        (ltv.ShiftedBetaGeometric, ltv.BetaDiscreteWeibull): SUBSCRIPTIONS,
    }.items():
        found |= {f"ltv.{each.__name__}": learn(each, data) for each in models}
    for segmenter in (segmentation.RFMSegmenter, segmentation.KMeansSegmenter):
        found[f"segmentation.{segmenter.__name__}"] = learn(segmenter, base)
    test = {"y": TRIAL[0], "treatment": arms[1], **LOT}
    for each in (uplift.TwoModelUplift, uplift.DoublyRobustUplift):
        found[f"uplift.{each.__name__}"] = functools.partial(learn_effect, each, arms[0], test)
    return found


@pytest.mark.slow
def test_every_function_with_options_has_a_call():
    assert set(ASKED) <= set(calls())


@pytest.mark.slow
@pytest.mark.parametrize("key", ASKED)
def test_an_option_refuses_what_it_cannot_be_by_name(key):
    accepted = [
        f"{option}={value!r}: {answer}"
        for option, values in options(key).items()
        for value in values
        if (answer := unnamed(calls()[key], option, value))
    ]
    assert not accepted


def unnamed(call: Callable[..., Any], option: str, value: Any) -> str:
    """What happens instead of an error that names the option; nothing where it does."""
    try:
        call(**{option: value})
    except (ValueError, TypeError) as error:
        return "" if f"`{option}`" in str(error) else f"{type(error).__name__}: {error}"
    except Exception as error:  # whatever came of it, it was no refusal
        return f"{type(error).__name__}: {error}"
    return "accepted"
