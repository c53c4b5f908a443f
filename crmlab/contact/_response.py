"""What frequent contact does: response, refusal and silence by earlier contacts."""

from typing import Literal

import numpy as np
import pandas as pd
from scipy.stats import norm

from crmlab._checks import check_count, check_day, check_fraction
from crmlab._errors import InputError
from crmlab._types import Day, Table
from crmlab.contact._records import count_earlier, days_of, mark_event, read_contacts
from crmlab.contact._shares import fit_slope, share_by

__all__ = ["Response", "contact_fatigue", "contact_response"]

Response = Literal["open", "click", "redeem", "order", "answered", "refused", "stopped"]


def contact_response(
    contacts: Table,
    responses: Table | None = None,
    *,
    response: Response = "order",
    within: int = 60,
    most: int = 4,
    window: int | None = None,
    start: Day | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Share of contacts that are answered, by how many came to the customer shortly before.

    This describes, and does not say what one contact more would do: those who are contacted often
    differ from others, and the season from another. `contact_fatigue` compares within campaigns,
    and by lot where a lot decided.

    Parameters
    ----------
    contacts : DataFrame or ibis.Table
        Canonical contacts, all channels; controls stand among them with `treated` false. They
        should go back `within` days before the first one counted: see `start`.
    responses : DataFrame or ibis.Table, optional
        Canonical responses; needed for "open", "click", "redeem" and "order". One belongs to the
        last contact of its customer and campaign on or before its day.
    response : str, default="order"
        What is counted, and out of what:

        * "open", "click" : of e-mails that arrived
        * "redeem", "order" : of contacts that reached an address, calls without answer included
        * "answered" : calls picked up, of all calls
        * "refused" : of calls picked up, those with "refused" or "do_not_call"
        * "stopped" : "unsubscribed" or "do_not_call", of contacts that reached an address
    within : int, default=60
        Days before a contact in which others count as shortly before.
    most : int, default=4
        This many and more are one group.
    window : int, optional
        Days from the contact, its day included, in which responses count. Default: all known.
    start : date, optional
        First day of the contacts counted; those before it only count as earlier ones. Default:
        the first contact, with nothing known of what was before.
    level : float, default=0.95
        Probability between the limits, in (0, 1).

    Returns
    -------
    DataFrame
        One row per channel and number of earlier contacts that occurs; columns `channel`,
        `earlier` (`most` stands for as many or more), `n_contacts`, `n_customers`,
        `n_responses`, and the share `estimate, lower, upper, level`: Wilson limits that allow for
        the likeness of one customer's contacts.

    Raises
    ------
    ContractError
        If a table breaks its contract.
    InputError
        If an option is out of range, nobody was contacted, an outcome is not a known word, or
        the tables are not on one clock.

    Examples
    --------
    >>> from crmlab.datasets import load_company
    >>> company = load_company()
    >>> table = contact_response(company.contacts, company.responses, response="open")
    >>> table[["channel", "earlier", "n_contacts", "estimate", "lower", "upper"]].round(3)
      channel  earlier  n_contacts  estimate  lower  upper
    0   email        0        9272     0.348  0.339  0.358
    1   email        1        1129     0.266  0.241  0.292
    2   email        2         183     0.180  0.131  0.242
    """
    check_count("within", within)
    check_count("most", most)
    check_fraction("level", level, open_ends=True)
    rows = _mark(contacts, responses, response, within, window, start)
    rows["earlier"] = rows["earlier"].clip(upper=most)
    return share_by(rows, ["channel", "earlier"], level=level)


def contact_fatigue(
    contacts: Table,
    responses: Table | None = None,
    *,
    response: Response = "open",
    within: int = 60,
    lot: str | None = None,
    window: int | None = None,
    start: Day | None = None,
    level: float = 0.95,
) -> pd.DataFrame:
    """Change of the log odds of a response with each contact shortly before.

    Compared are customers of one campaign, so that neither season nor offer count. Who was
    contacted before may still differ from who was not. A campaign that a lot decided cures that:
    its treated and its controls differ in this one contact and in nothing else.

    Parameters
    ----------
    contacts, responses, response, within, window, start, level
        As for `contact_response`.
    lot : str, optional
        A campaign with controls chosen by lot. A second row compares, in contacts of other
        campaigns up to `within` days after it, its treated with its controls.

    Returns
    -------
    DataFrame
        One row per comparison: `basis`, "as observed" or "by lot"; `n_contacts` in campaigns that
        tell something; `base`, share of responses without an earlier contact (of controls, by
        lot); the change of log odds per contact `estimate, lower, upper, level`. Below 0,
        contacts tire. Limits allow for the likeness of one customer's contacts.

    Raises
    ------
    ContractError
        If a table breaks its contract.
    InputError
        As `contact_response`; and if nobody was contacted shortly before, or the campaign has no
        controls or no contact after it.

    Examples
    --------
    The summer camp was offered by lot six weeks before a newsletter:

    >>> from crmlab.datasets import load_company
    >>> company = load_company()
    >>> contact_fatigue(company.contacts, company.responses, lot="K06").round(2)
             basis  n_contacts  base  estimate  lower  upper  level
    0  as observed        5448  0.34     -0.38  -0.50  -0.26   0.95
    1       by lot        1859  0.33     -0.33  -0.53  -0.13   0.95
    """
    check_count("within", within)
    check_fraction("level", level, open_ends=True)
    rows = _mark(contacts, responses, response, within, window, start)
    drawn = None if lot is None else _mark_lot(contacts, rows, str(lot), within)
    found = [_compare(rows, rows["earlier"], "as observed", level)]
    if drawn is not None:
        found.append(_compare(drawn, drawn["arm"], "by lot", level))
    return pd.DataFrame(found)


def _mark(
    contacts: Table,
    responses: Table | None,
    response: str,
    within: int,
    window: int | None,
    start: Day | None,
) -> pd.DataFrame:
    """Contacts that count, with `earlier` and `hit`."""
    if window is not None:
        check_count("window", window)
    first = check_day("start", start)
    rows = read_contacts(contacts, responses)
    rows["earlier"] = count_earlier(rows, within=within)
    rows = mark_event(rows, responses, response, window=window)
    if first is None:
        return rows
    rows = rows[rows["date"] >= pd.Timestamp(first)]
    if rows.empty:
        raise InputError(f"`start` must not come after the last contact; got {first}.")
    return rows.copy()


def _mark_lot(contacts: Table, rows: pd.DataFrame, lot: str, within: int) -> pd.DataFrame:
    """Contacts of other campaigns to those in the lot, soon after it; `arm` is 1 or 0."""
    everybody = read_contacts(contacts)
    drawn = everybody[everybody["campaign_id"].astype("str") == lot]
    arms = drawn.groupby("customer_id").agg(arm=("treated", "max"), since=("date", "max"))
    if arms.empty or arms["arm"].nunique() < 2:
        held = "no contacts" if arms.empty else "one arm only"
        raise InputError(
            f"`lot` must be a campaign with treated and controls; {lot!r} has {held}. Without "
            "controls nobody knows what would have happened."
        )
    other = rows[rows["campaign_id"].astype("str") != lot].merge(
        arms, left_on="customer_id", right_index=True
    )
    since = days_of(other["date"]) - days_of(other["since"])
    soon = other[(since > 0) & (since <= within)]
    if soon.empty:
        raise InputError(
            f"`lot` must be followed by a contact within {within} days; {lot!r} is not. Ask with "
            "a longer `within`."
        )
    return soon.assign(arm=soon["arm"].astype("int64"))


def _compare(rows: pd.DataFrame, x: pd.Series, basis: str, level: float) -> dict[str, object]:
    group = pd.factorize(rows["campaign_id"])[0]
    person = pd.factorize(rows["customer_id"])[0]
    hit = rows["hit"].to_numpy(dtype=float)
    slope, error, used = fit_slope(hit, x.to_numpy(dtype=float), group, person)
    half = float(norm.ppf((1 + level) / 2)) * error
    fresh = hit[used & (x == 0).to_numpy()]
    return {
        "basis": basis, "n_contacts": int(used.sum()), "base": float(np.mean(fresh)),
        "estimate": slope, "lower": slope - half, "upper": slope + half, "level": level,
    }  # fmt: skip
