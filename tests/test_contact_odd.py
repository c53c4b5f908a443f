"""Odd input to contact: named errors, and sums that hold campaign by campaign."""

import pandas as pd
import pytest

from crmlab import InputError
from crmlab.contact import channel_mix, dissatisfaction_signals, erlang_c, staffing


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
