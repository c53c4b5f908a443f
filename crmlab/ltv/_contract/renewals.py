"""What contractual models read: survivors of cohorts or subscriptions, as renewals of each age."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from crmlab._checks import check_choice, check_columns, check_vector
from crmlab._errors import InputError, InputTypeError
from crmlab._time_unit import TIME_UNIT, find_unit
from crmlab.ltv._contract.subscriptions import MONTHS, Day, survivors
from crmlab.ltv._fitting.maximum import Floats
from crmlab.ltv._formulas.arguments import read_numbers

__all__ = ["Renewals", "read_base", "read_renewals", "whole_numbers"]


@dataclass(frozen=True)
class Renewals:
    """All that a contractual model learns from: who came up for each renewal, and who renewed.

    Given the probability of each renewal the cohorts are alike, so their customers add up.

    Attributes
    ----------
    at_risk, renewed : ndarray of shape (n_renewals,)
        Customers who came up for the first, second, … renewal, and those of them who renewed.
    n_customers : float
        Customers at the start.
    unit : str or None
        Time from one renewal to the next.
    """

    at_risk: Floats
    renewed: Floats
    n_customers: float
    unit: str | None

    def __len__(self) -> int:
        return len(self.at_risk)

    @property
    def t(self) -> Floats:
        """The number of each renewal, from 1."""
        return np.arange(1.0, len(self.at_risk) + 1)

    @property
    def lost(self) -> Floats:
        """Customers who did not renew."""
        return self.at_risk - self.renewed


def read_renewals(data: Any, *, period: str | None, observation_end: Day | None) -> Renewals:
    """Check survivors, a table of survivors, or subscriptions, and count the renewals.

    Raises
    ------
    InputTypeError
        If `data` is none of the three, or holds no numbers.
    InputError
        If columns are missing, numbers are impossible, or an option does not go with the data.
    """
    if period is not None:
        check_choice("period", period, MONTHS)
    if isinstance(data, pd.DataFrame) and "start" in data.columns:
        if period is None:
            raise InputError(
                "`period` must be 'M', 'Q' or 'Y' to fit subscriptions; got None. "
                "It is the time from one renewal to the next."
            )
        table = survivors(data, period=period, observation_end=observation_end)  # type: ignore[arg-type]
        return _count_renewals(table, period)
    if observation_end is not None:
        raise InputError(
            f"`observation_end` goes with subscriptions only; got {observation_end!r} and "
            "survivors. Leave it out."
        )
    if isinstance(data, pd.DataFrame):
        return _count_renewals(data, _find_period(data, period))
    return _count_renewals(_as_table(data), period)


def _find_period(data: pd.DataFrame, period: str | None) -> str | None:
    """Return the unit of the model, or that of the data; raise if they differ."""
    found = find_unit(data, what="data")
    if found is None:
        return period
    check_choice(TIME_UNIT, found, MONTHS)
    if period is not None and found != period:
        raise InputError(
            f"The survivors must be counted per `period` {period!r} of the model; "
            f"theirs is {found!r}."
        )
    return found


def _as_table(data: Any) -> pd.DataFrame:
    """Survivors of one cohort as a table."""
    if not isinstance(data, Sequence | np.ndarray | pd.Series) or isinstance(data, str):
        raise InputTypeError(
            "`data` must be the survivors of a cohort, such as [1000, 631, 468], a table `cohort`, "
            f"`period`, `alive`, or subscriptions; got {type(data).__name__}."
        )
    alive = np.atleast_1d(read_numbers("survivors", data, negative=True))
    return pd.DataFrame({"cohort": "all", "period": np.arange(len(alive)), "alive": alive})


def _count_renewals(table: pd.DataFrame, unit: str | None) -> Renewals:
    """The renewals in a table `cohort`, `period`, `alive`, perhaps with `at_risk`."""
    if "period" not in table.columns and "customer_id" in table.columns:
        check_columns(table.columns, ["customer_id", "start", "end"], what="`subscriptions`")
    check_columns(table.columns, ["cohort", "period", "alive"], what="`data`")
    if table.empty:
        raise InputError("`data` must hold at least one cohort; got no rows.")
    counted = ["alive", *(["at_risk"] if "at_risk" in table.columns else [])]
    clean = table[["cohort"]].reset_index(drop=True)
    for name in ["period", *counted]:
        clean[name] = whole_numbers(name, table[name].to_numpy())
    if clean["cohort"].isna().any():
        raise InputError("`cohort` must not be missing. Give every row the name of its cohort.")
    clean = clean.sort_values(["cohort", "period"], kind="stable", ignore_index=True)
    _check_periods(clean)
    first = clean["period"].eq(0)
    before = clean["alive"].shift(fill_value=0)
    if "at_risk" not in clean:
        clean["at_risk"] = before
    _check_counts(clean[~first], before[~first])
    return _add_up(clean, float(clean.loc[first, "alive"].sum()), unit)


def _add_up(clean: pd.DataFrame, n_customers: float, unit: str | None) -> Renewals:
    """The cohorts added up, renewal by renewal."""
    later = clean[clean["period"] > 0]
    if n_customers == 0:
        raise InputError("A cohort must begin with its size, above 0; all sizes are 0.")
    if later.empty:
        raise InputError(
            "The data must hold the size of a cohort and the survivors of at least one renewal; "
            "they hold no renewal. Observe longer, or check `observation_end`."
        )
    total = later.groupby("period")[["at_risk", "alive"]].sum()
    total = total[total["at_risk"] > 0]
    at_risk, renewed = (total[name].to_numpy(dtype=float) for name in ("at_risk", "alive"))
    return Renewals(at_risk, renewed, n_customers, unit)


def _check_periods(table: pd.DataFrame) -> None:
    """Raise unless each cohort, sorted, has periods 0, 1, 2, … once each."""
    twice = int(table.duplicated(["cohort", "period"]).sum())
    if twice:
        raise InputError(
            f"Each `period` of a `cohort` must have one row; {twice:,} rows repeat one. "
            "Add them up, or name the cohorts apart."
        )
    place = table.groupby("cohort", sort=False).cumcount()
    gaps = table["period"].ne(place)
    if gaps.any():
        raise InputError(
            "The periods of a `cohort` must be 0 (its size), 1, 2, … without gaps; cohort "
            f"{table.loc[gaps, 'cohort'].iloc[0]!r} lacks period {place[gaps].iloc[0]}."
        )


def _check_counts(later: pd.DataFrame, before: pd.Series) -> None:
    """Raise if more customers are left than before, or than came up for renewal."""
    rising = later["alive"] > before
    if rising.any():
        at = later[rising].iloc[0]
        raise InputError(
            f"Survivors must not increase; cohort {at['cohort']!r} has {at['alive']:,.0f} after "
            f"{before[rising].iloc[0]:,.0f} in period {at['period']:.0f}. Count who is left of "
            "those who started, without new customers."
        )
    wrong = (later["at_risk"] > before) | (later["at_risk"] < later["alive"])
    if wrong.any():
        at = later[wrong].iloc[0]
        raise InputError(
            "`at_risk` must lie between `alive` and the `alive` of the period before; cohort "
            f"{at['cohort']!r} has {at['at_risk']:,.0f} in period {at['period']:.0f}."
        )


def whole_numbers(name: str, value: Any, *, minimum: int = 0) -> Floats:
    """Return `value` as an array of finite whole numbers of at least `minimum`."""
    array = read_numbers(name, value, negative=True)
    bad = (array != np.floor(array)) | (array < minimum)
    if bad.any():
        raise InputError(
            f"`{name}` must be whole numbers of at least {minimum}; got {float(array[bad][0]):g}. "
            "It counts; a share or a percentage will not do."
        )
    return array


def read_base(active: Any, unit: str | None) -> tuple[Floats, Floats]:
    """Check an installed base, and return the renewals made and the customers."""
    if isinstance(active, pd.DataFrame):
        check_columns(active.columns, ["renewals", "customers"], what="`active`")
        renewals, customers = active["renewals"], active["customers"]
        found = find_unit(active, what="active")
        if None not in (found, unit) and found != unit:
            raise InputError(
                f"`active` must count renewals in the model's unit {unit!r}; got {found!r}."
            )
    elif isinstance(active, pd.Series):
        renewals, customers = active.index.to_series(), active
    else:
        raise InputTypeError(
            "`active` must be a Series of customers indexed by renewals made, or a table "
            f"`renewals`, `customers`; got {type(active).__name__}."
        )
    if active.empty:
        raise InputError("`active` must hold at least one row; got none.")
    return (
        whole_numbers("renewals", renewals.to_numpy()),
        check_vector("customers", customers.to_numpy()),
    )
