"""Signal of customer data that are not integrated: records that share what one has alone."""

from statistics import NormalDist

import numpy as np
import pandas as pd

from crmlab._checks import check_columns, check_count, check_fraction
from crmlab._errors import InputError, InputTypeError
from crmlab.readiness._pricing.signals import signal_row, signal_table, unknown_row

__all__ = ["identity_signal"]


def identity_signal(
    identities: pd.DataFrame, *, household: int = 6, level: float = 0.95
) -> pd.DataFrame:
    """Count records that share a phone number or an address for mail, without linking anything.

    Parameters
    ----------
    identities : DataFrame
        One row per record: `source`, the system it stands in, and `phone`, `email` or both; with
        `name`, the strictest signal can be told as well.
    household : int, default=6
        Most records of one system that may share a value in earnest; what more share is a
        switchboard, a shop or a placeholder, and is left out. At least 2.
    level : float, default=0.95
        Probability between the limits, in (0, 1).

    Returns
    -------
    DataFrame
        `signal`, `value`, `lower`, `upper`, `level`, `n`, `reading`, for each of phone and e-mail
        that there is:

        ``phone_within``, ``email_within``
            share of records with a value that share it with another record of the same system;
        ``phone_between``, ``email_between``
            share that share it with a record of another system;
        ``name_within``, ``name_between``
            the same for records that share phone or e-mail *and* the name: hardly ever two people.

        `n` counts the records with a value. Limits treat records that share a value as drawn
        together. Where nothing is filled, `value` and limits are missing.

    Raises
    ------
    InputError
        If columns are missing, there is no record, a source is missing, or an option is out of
        range.
    InputTypeError
        If `identities` is not a DataFrame, or an option has the wrong type.

    Notes
    -----
    Families share a phone, so the first four count too many; people change numbers and systems
    write names in their own ways, so the last two count too few. The truth lies between: link
    with `crmlab.identity.link_customers` before money is spent.

    References
    ----------
    Cochran, W. G. (1977). Sampling Techniques, chapter 6: limits of a ratio of sums over groups.

    Examples
    --------
    >>> records = pd.DataFrame({
    ...     "source": ["web", "web", "shop", "shop"],
    ...     "name": ["Kim", "Lee", "Kim", "Park"],
    ...     "phone": ["010-1234-5678", "010-1234-5678", "01012345678", "010-9999-0000"],
    ... })
    >>> identity_signal(records)[["signal", "value", "n"]]
              signal  value  n
    0   phone_within   0.50  4
    1  phone_between   0.75  4
    2    name_within   0.00  4
    3   name_between   0.50  4
    """
    check_fraction("level", level, open_ends=True)
    check_count("household", household, minimum=2)
    records = _read_records(identities, household)
    fields = [name for name in ("phone", "email") if name in records]
    rows = []
    for field in fields:
        for where in ("within", "between"):
            shares = _shares_with(records, [field], where)
            rows.append(_signal_row(f"{field}_{where}", shares, records[field], level))
    if "name" in records:
        contact = records[fields].bfill(axis=1).iloc[:, 0].where(records["name"].notna())
        for where in ("within", "between"):
            tied = [_shares_with(records, [field, "name"], where) for field in fields]
            rows.append(_signal_row(f"name_{where}", np.logical_or.reduce(tied), contact, level))
    return signal_table(rows, level=level)


def _read_records(identities: pd.DataFrame, household: int) -> pd.DataFrame:
    """Values written alike in all systems; those that too many share are missing."""
    if not isinstance(identities, pd.DataFrame):
        raise InputTypeError(f"`identities` must be a DataFrame; got {type(identities).__name__}.")
    fields = [name for name in ("phone", "email") if name in identities]
    check_columns(
        identities.columns, ["source", *(fields or ["phone", "email"])], what="`identities`"
    )
    if identities.empty:
        raise InputError("`identities` must have at least one record; got none.")
    n_empty = int(identities["source"].isna().sum())
    if n_empty:
        raise InputError(
            f"`identities` must have `source` filled on every row; {n_empty:,} are empty."
        )
    records = pd.DataFrame({"source": identities["source"].astype("str").to_numpy()})
    for name in [*fields, *(["name"] if "name" in identities else [])]:
        column = identities[name].reset_index(drop=True)
        text = column.astype("str").where(column.notna())
        records[name] = _CLEANERS[name](text)
    for name in fields:
        size = records.groupby(["source", name])[name].transform("size")
        too_many = records.loc[size > household, name].unique()
        records[name] = records[name].mask(records[name].isin(too_many))
    return records


def _clean_phone(text: pd.Series) -> pd.Series:
    """The last eight digits: prefixes of countries and carriers are written in many ways."""
    digits = text.str.replace(r"\.0$", "", regex=True).str.replace(r"\D", "", regex=True)
    return digits.str[-8:].where(digits.str.len() >= 7)


def _clean_email(text: pd.Series) -> pd.Series:
    small = text.str.strip().str.lower()
    return small.where(small.str.contains("@", regex=False, na=False))


def _clean_name(text: pd.Series) -> pd.Series:
    small = text.str.replace(r"\s", "", regex=True).str.lower()
    return small.where(small.str.len() > 0)


_CLEANERS = {"phone": _clean_phone, "email": _clean_email, "name": _clean_name}


def _shares_with(records: pd.DataFrame, by: list[str], where: str) -> np.ndarray:
    """Whether each record shares these fields with another of the same system, or of another."""
    everywhere = records.groupby(by)["source"].transform("size")
    here = records.groupby([*by, "source"])["source"].transform("size")
    return ((here > 1) if where == "within" else (everywhere > here)).to_numpy()


def _signal_row(
    signal: str, shares: np.ndarray, value: pd.Series, level: float
) -> dict[str, object]:
    """Share of the records with a value, with limits for groups of records that share one."""
    has = value.notna().to_numpy()
    n = int(has.sum())
    if not n:
        return unknown_row(signal, 0, "Nothing is filled: this cannot tell.")
    share = float(shares[has].mean())
    rest = pd.Series(shares[has] - share).groupby(value[has].to_numpy()).sum()
    z = NormalDist().inv_cdf((1 + level) / 2)
    # Where none or all share, the sum of squares is 0: then as for one of n more.
    wide = z * float(np.sqrt((rest**2).sum())) / n or 1 - (1 - level) ** (1 / n)
    lower, upper = max(share - wide, 0.0), min(share + wide, 1.0)
    return signal_row(signal, share, lower, upper, n, _say(signal, share, n))


def _say(signal: str, share: float, n: int) -> str:
    field, where = signal.split("_")
    place = "another record of their own system" if where == "within" else "another system"
    what = {"phone": "a phone number", "email": "an e-mail address"}.get(
        field, "the name and a phone number or e-mail address"
    )
    doubt = (
        "the same person, hardly ever two" if field == "name" else "one person twice, or a family"
    )
    if not share:
        return f"None of {n:,} records shares {what} with {place}."
    return f"{share:.1%} of {n:,} records share {what} with {place}: {doubt}."
