"""What to ask a provider before CRM is outsourced, what a firm did ask, and a quoted figure."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from crmlab._checks import check_choice, check_fraction, check_number, check_size
from crmlab._errors import InputError, InputTypeError
from crmlab.readiness._pricing.signals import signal_row, signal_table

__all__ = ["ITEMS", "SOURCING_CHECKLIST", "outsourced_share", "sourcing_signal"]

_AREAS = ("customisation", "integration", "security")

# Item, area, question, harm, chance of the harm in a year if not asked, what that means.
ITEMS = (
        ("fields", "customisation", "Can we add fields and rules of our own, and use them at once?",
         "fit", 0.2, "Offers are those of every other client, and fit ours less."),
        ("changes", "customisation", "What does a change cost, and how long does it take?",
         "fit", 0.2, "Changes are put off, and the offer stays as it was."),
        ("ranking", "customisation", "Can customers be ranked by a model of our own?",
         "targeting", 0.2, "The provider's list ranks by past spend."),
        ("orders", "integration", "Do orders of all our systems arrive there?",
         "targeting", 0.25, "Nobody can learn what a contact adds."),
        ("refresh", "integration", "How often are data loaded, and who sees a load that failed?",
         "late", 0.25, "Letters go out days after they should."),
        ("identity", "integration", "Does our customer id stay with each record?",
         "targeting", 0.15, "Scores do not find their customers."),
        ("export", "integration", "Do we get all data back, in which form, and how soon?",
         "locked", 0.4, "Leaving takes longer and costs more."),
        ("access", "security", "Who at the provider can see our customers, and who checks?",
         "leak", 0.02, "Data of customers get out, and some of them leave."),
        ("storage", "security", "Where are data stored, encrypted how, apart from other clients?",
         "leak", 0.02, "Data of customers get out, and some of them leave."),
        ("incident", "security", "Who tells whom, how soon, when data get out?",
         "silence", 0.5, "Customers hear of a leak from others, and more of them leave."),
)  # fmt: skip

SOURCING_CHECKLIST = pd.DataFrame(
    ITEMS, columns=["item", "area", "question", "harm", "chance", "if_not_asked"]
)


def sourcing_signal(answers: Mapping[str, bool | None]) -> pd.DataFrame:
    """Tell from a firm's own answers how much of the checklist was settled with the provider.

    Parameters
    ----------
    answers : mapping of str to bool or None
        By item of `SOURCING_CHECKLIST`: True if it was asked and the answer stands in the
        contract, False if not, None if nobody knows. Items left out are not known.

    Returns
    -------
    DataFrame
        `signal`, `value`, `lower`, `upper`, `level`, `n`, `reading`: for each area and for all,
        the share of known items that are settled. Limits are certain (`level` 1): as if all that
        is not known were open, and as if it were all settled. `n` counts the known ones; `value`
        is missing where there is none.

    Raises
    ------
    InputError
        If an item is unknown.
    InputTypeError
        If `answers` is not a mapping, or an answer is neither yes nor no.

    Examples
    --------
    >>> found = sourcing_signal({"fields": True, "changes": False, "export": False})
    >>> found[["signal", "value", "lower", "upper"]].round(2)
              signal  value  lower  upper
    0  customisation   0.50   0.33   0.67
    1    integration   0.00   0.00   0.75
    2       security    NaN   0.00   1.00
    3            all   0.33   0.10   0.80
    """
    known = _read_answers(answers)
    rows = []
    for area in (*_AREAS, "all"):
        items = {item: harm for item, its, _, _, _, harm in ITEMS if area in (its, "all")}
        given = [known[item] for item in items if item in known]
        n, settled, size = len(given), sum(given), len(items)
        unsettled = [harm for item, harm in items.items() if known.get(item) is False]
        share = settled / n if n else float("nan")
        limits = settled / size, (settled + size - n) / size
        rows.append(signal_row(area, share, *limits, n, _say(unsettled, n, size)))
    return signal_table(rows, level=1)


def _read_answers(answers: Mapping[str, bool | None]) -> dict[str, bool]:
    if not isinstance(answers, Mapping):
        raise InputTypeError(
            "`answers` must map items to yes or no, such as {'export': True}; "
            f"got {type(answers).__name__}."
        )
    items = [item for item, *_ in ITEMS]
    for item, answer in answers.items():
        if item not in items:
            check_choice("answers", item, items)
        if answer is not None and not isinstance(answer, bool | np.bool_):
            raise InputTypeError(
                f"`answers[{item!r}]` must be True, False or None; got {answer!r}."
            )
    return {item: bool(answer) for item, answer in answers.items() if answer is not None}


def _say(unsettled: list[str], n: int, size: int) -> str:
    if not n:
        return "Nobody knows what was settled: read the contract first."
    rest = f" {size - n} of {size} are not known." if n < size else ""
    if not unsettled:
        return f"All {n} that are known are settled.{rest}"
    return f"{len(unsettled)} of {n} are open; the first means: {unsettled[0]}{rest}"


def outsourced_share(
    *,
    crm_of_outsourced: float = 0.64,
    outsourced_market: float | Sequence[float] = (0.1e9, 0.3e9, 1e9, 3e9),
    market: float = 3.6e9,
) -> pd.DataFrame:
    """Turn "64 % of what application providers earned was CRM" into a share of CRM.

    The quoted share says what providers sold. It does not say how many firms outsource their CRM:
    that also takes the size of both markets, and only one of them is told.

    Parameters
    ----------
    crm_of_outsourced : float, default=0.64
        Share of the providers' revenue that was CRM, in [0, 1]; quoted for 1999.
    outsourced_market : float or sequence of float, default=(0.1e9, 0.3e9, 1e9, 3e9)
        Revenue of all providers in that year, in currency, above 0. Not told: a range to try.
    market : float, default=3.6e9
        Spent on CRM software in that year, in the same currency, above 0. The default follows from
        US$6.2 bn in 2002 and the quoted growth of 84.2 %, 4.1 % and -10.8 % since 1999.

    Returns
    -------
    DataFrame
        One row for each `outsourced_market`: `outsourced_market`; `crm_outsourced`, in currency;
        `share_of_crm`, of all that was spent on CRM (above 1: the sizes contradict each other);
        `half_at`, how large the providers' market must be before half of CRM is outsourced;
        `reading`.

    Raises
    ------
    InputError
        If a number is out of range.
    InputTypeError
        If one is not a number.

    Examples
    --------
    >>> outsourced_share()[["outsourced_market", "share_of_crm"]].round(3)
       outsourced_market  share_of_crm
    0       1.000000e+08         0.018
    1       3.000000e+08         0.053
    2       1.000000e+09         0.178
    3       3.000000e+09         0.533
    """
    part = check_fraction("crm_of_outsourced", crm_of_outsourced)
    whole = check_number("market", market, low=0, open_low=True)
    check_size("market", whole)
    given = np.atleast_1d(np.asarray(outsourced_market, dtype=object)).tolist()
    if not given:
        raise InputError("`outsourced_market` must hold at least one size; got none.")
    sizes = [check_number("outsourced_market", each, low=0, open_low=True) for each in given]
    check_size("outsourced_market", sizes)
    table = pd.DataFrame({"outsourced_market": sizes})
    table["crm_outsourced"] = part * table["outsourced_market"]
    table["share_of_crm"] = table["crm_outsourced"] / whole
    table["half_at"] = whole / 2 / part if part else np.inf
    table["reading"] = [_say_share(part, share) for share in table["share_of_crm"]]
    return table


def _say_share(part: float, share: float) -> str:
    if share > 1:
        return "These sizes contradict each other: providers would have sold more than all CRM."
    return f"{part:.0%} of what providers sold is {share:.1%} of all CRM, if they sold that much."
