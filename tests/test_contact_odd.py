"""Odd input to contact: named errors, and sums that hold campaign by campaign."""

import numpy as np
import pandas as pd
import pytest

from crmlab import InputError
from crmlab.contact import (
    channel_mix,
    dissatisfaction_signals,
    erlang_a,
    erlang_c,
    route_by_value,
    signal_lift,
    staffing,
)


def test_profit_caused_is_added_up_campaign_by_campaign():
    """All the effect is in the campaign with the small margin."""
    rows, came = [], []
    for name, hits in (("cheap", 60), ("dear", 20)):
        for at in range(200):
            treated = at < 100
            who = f"{name}{at}"
            rows.append((who, name, treated, "delivered" if treated else "not_contacted"))
            if at < hits or 100 <= at < 120:
                came.append((who, name))
    day = pd.Timestamp("2025-01-01")
    contacts = pd.DataFrame(rows, columns=["customer_id", "campaign_id", "treated", "outcome"])
    contacts = contacts.assign(date=day, channel="post", cost=contacts["treated"] * 1.0)
    responses = pd.DataFrame(came, columns=["customer_id", "campaign_id"])
    responses = responses.assign(date=day, kind="order", amount=1.0)
    campaigns = pd.DataFrame(
        {"campaign_id": ["cheap", "dear"], "channel": "post", "start": day,
         "design": "randomised", "margin": [10.0, 1000.0]}
    )  # fmt: skip
    found = channel_mix(contacts, responses, campaigns).set_index("measure")
    # (0.6 - 0.2) x 10 in one half, nothing in the other, less the contact.
    profit = found.loc["profit caused per customer"]
    assert profit["estimate"] == pytest.approx(0.5 * 0.4 * 10 - 1)
    assert profit["lower"] < 0 < profit["upper"]


def test_targets_that_no_centre_can_meet_are_refused():
    with pytest.raises(InputError, match="`calls` must be answered as asked by 10,000,000 agents"):
        staffing(100, 1800, 180, max_occupancy=1e-9)
    with pytest.raises(InputError, match="`agents` must be finite and at most 1"):
        erlang_c(100, 1800, 180, agents=10**9)


def test_ids_of_another_kind_are_refused():
    day = pd.Timestamp("2025-01-05")
    complaints = pd.DataFrame({"customer_id": ["1", "2"], "date": day, "kind": "billing"})
    with pytest.raises(InputError, match="ids of the kind of `complaints`, text or numbers; got 1"):
        dissatisfaction_signals([1, 2], as_of="2025-01-05", complaints=complaints, weights="equal")


@pytest.mark.parametrize(
    ("calls", "agents", "patience", "occupancy", "abandoned"),
    [
        (1e6, 1, 10, 1.0, 1 - 1e-6),  # one agent takes one call, whoever waits
        (10, 8, 1e300, 1.0, 0.2),  # as if nobody hung up before the others are served
        (10, 12, 1e300, 10 / 12, 0.0),
    ],
)
def test_a_centre_far_beyond_its_load_is_busy_and_no_more(
    calls, agents, patience, occupancy, abandoned
):
    found = erlang_a(calls, 1, 1, agents=agents, patience=patience).iloc[0]
    assert found["occupancy"] <= 1
    assert found["occupancy"] == pytest.approx(occupancy, rel=1e-12)
    assert found["abandoned"] == pytest.approx(abandoned, rel=1e-12, abs=1e-12)


def test_equal_scores_are_in_order_of_ids():
    day = pd.Timestamp("2025-01-05")
    complaints = pd.DataFrame({"customer_id": ["c"], "date": day, "kind": "billing"})
    asked = {"as_of": "2025-01-05", "complaints": complaints, "weights": "equal"}
    one, other = (dissatisfaction_signals(list(ids), **asked) for ids in ("abcd", "dbca"))
    pd.testing.assert_frame_equal(one, other)


SIGNALS = pd.DataFrame({"refused": [True, True, False]}, index=list("abc"))
EVENT = pd.Series([True, False, False], index=list("abc"))


@pytest.mark.parametrize(
    ("signals", "event", "match"),
    [
        (SIGNALS, EVENT * 2, "`event` must be true or false"),
        (SIGNALS, pd.concat([EVENT, EVENT]), "`event` must hold each customer once; 'a'"),
        (pd.concat([SIGNALS, SIGNALS]), EVENT, "`signals` must hold each customer once; 'a'"),
        (pd.concat([SIGNALS, SIGNALS], axis=1), EVENT, "each column once; 'refused'"),
        (SIGNALS.rename(columns={"refused": "none"}), EVENT, "must not have a column 'none'"),
        (SIGNALS.astype("boolean").where(EVENT), EVENT, "`signals` must not be missing; 2 of 3"),
    ],
)
def test_signals_that_cannot_be_counted_are_refused(signals, event, match):
    with pytest.raises(InputError, match=match):
        signal_lift(signals, event)


def test_routing_at_once_and_at_any_price():
    members = pd.DataFrame({"calls": [10, 90], "loss": [5.0, 1.0]})
    at_once = route_by_value(members, 1800, 180, agents=12, within=1e-300)
    exactly = route_by_value(members, 1800, 180, agents=12, within=0)
    np.testing.assert_allclose(at_once, exactly)
    with pytest.raises(InputError, match="`loss` must hold numbers of at most"):
        route_by_value(members * 1e200, 1e203, 180, agents=12)
