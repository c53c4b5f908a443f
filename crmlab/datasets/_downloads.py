"""Data sets fetched from their publisher once, checked against a hash, and kept."""

import hashlib
import io
import os
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from crmlab._checks import check_columns
from crmlab._errors import InputError
from crmlab._files import replacing
from crmlab._optional import need

__all__ = ["DownloadError", "UnexpectedFileError", "fetch_hillstrom", "fetch_online_retail"]

_Folder = str | os.PathLike[str]


class DownloadError(ConnectionError):
    """A data set could not be downloaded; the message says where to put a copy by hand."""


class UnexpectedFileError(InputError):
    """A data file is not the one it should be: its sha256 or its format differs."""


@dataclass(frozen=True)
class _Remote:
    """A file at its publisher's address.

    Parameters
    ----------
    title : str
        What messages call it.
    url : str
        The publisher's address.
    sha256 : str, optional
        The hash the file must have. Without one, the hash of the first file seen is recorded
        beside it and every later file must match that.
    """

    title: str
    url: str
    sha256: str | None = None

    @property
    def file_name(self) -> str:
        """Name in the cache: the publisher's, so that a copy saved by hand fits as it is."""
        return self.url.rpartition("/")[2]


_ONLINE_RETAIL = _Remote(
    title="Online Retail",
    url="https://archive.ics.uci.edu/static/public/352/online+retail.zip",
)
_HILLSTROM = _Remote(
    title="Hillstrom's e-mail test",
    url="http://www.minethatdata.com/"
    "Kevin_Hillstrom_MineThatData_E-MailAnalytics_DataMiningChallenge_2008.03.20.csv",
    sha256="0e5893329d8b93cefecc571777672028290ab69865718020c78c7284f291aece",
)

# Their names for the columns, and ours. The order is ours.
_RETAIL_COLUMNS = {
    "CustomerID": "customer_id",
    "InvoiceDate": "date",
    "InvoiceNo": "order_id",
    "StockCode": "product_id",
    "Quantity": "quantity",
    "UnitPrice": "unit_price",
    "Description": "description",
    "Country": "country",
}
_HILLSTROM_COLUMNS = {
    "recency": "months_since_last",  # crmlab's `recency` is another quantity
    "history_segment": "history_segment",
    "history": "history",
    "mens": "mens",
    "womens": "womens",
    "zip_code": "zip_code",
    "newbie": "newbie",
    "channel": "channel",
    "segment": "segment",
    "visit": "visit",
    "conversion": "conversion",
    "spend": "spend",
}
# Part of the name of the parsed copy: raise it when `_parse_online_retail` changes.
_PARSER_VERSION = 1


def fetch_online_retail(*, cache_dir: _Folder | None = None) -> pd.DataFrame:
    """Fetch the order lines of a British online gift shop, December 2010 to December 2011.

    The first call downloads about 23 MB and parses a large Excel sheet, which takes about a
    minute; later calls read a parsed copy kept beside the download.

    Parameters
    ----------
    cache_dir : path, optional
        Folder that keeps the file. Default: the environment variable CRMLAB_DATA_DIR, else
        the platform's cache folder.

    Returns
    -------
    DataFrame
        One row per order line, 541,909 in all, nothing cleaned. ``customer_id`` (str, missing
        on a quarter of the lines), ``date``, ``amount`` (pounds sterling for the line,
        negative for a cancellation), ``order_id`` (str, starts with C for a cancellation),
        ``product_id`` (str), ``quantity`` (pieces), ``unit_price`` (pounds sterling),
        ``description``, ``country``.

    Raises
    ------
    DownloadError
        If the file is not in the folder and cannot be downloaded.
    UnexpectedFileError
        If the file is not a zip of an Excel sheet, or has changed since it was first fetched.

    See Also
    --------
    describe : ``describe("online_retail")`` tells the traps.

    References
    ----------
    Chen, D., Sain, S. L., Guo, K. (2012). Data mining for the online retail industry. Journal
    of Database Marketing & Customer Strategy Management 19 (3), 197-208.

    Examples
    --------
    Not run here, since the first call needs a network::

        orders = fetch_online_retail()
    """
    return _load_online_retail(_ONLINE_RETAIL, cache_dir)


def fetch_hillstrom(*, cache_dir: _Folder | None = None) -> pd.DataFrame:
    """Fetch a randomised e-mail test on 64,000 customers of a shop, 2008.

    Parameters
    ----------
    cache_dir : path, optional
        Folder that keeps the file (4 MB). Default: the environment variable CRMLAB_DATA_DIR,
        else the platform's cache folder.

    Returns
    -------
    DataFrame
        One row per customer, in the file's order. ``months_since_last`` (months since the
        last purchase, 1 to 12; the file calls it recency, which in crmlab is the time from
        first to last purchase), ``history_segment``, ``history`` (US dollars spent in the
        past year), ``mens``, ``womens`` (bool, bought such goods in the past year),
        ``zip_code`` (kind of area), ``newbie`` (bool, new in the past year), ``channel``,
        ``segment`` (the e-mail sent, or none), and in the two weeks after it ``visit``,
        ``conversion`` (bool) and ``spend`` (US dollars).

    Raises
    ------
    DownloadError
        If the file is not in the folder and cannot be downloaded.
    UnexpectedFileError
        If the file is not the published one.

    See Also
    --------
    describe : ``describe("hillstrom")`` tells the traps.

    References
    ----------
    Hillstrom, K. (2008). The MineThatData e-mail analytics and data mining challenge.

    Examples
    --------
    Not run here, since the first call needs a network::

        test = fetch_hillstrom()
    """
    return _load_hillstrom(_HILLSTROM, cache_dir)


def _load_online_retail(remote: _Remote, cache_dir: _Folder | None) -> pd.DataFrame:
    """Load the parsed copy of the workbook, made once for each version of the file."""
    path, sha256 = _fetch(remote, cache_dir)
    copy = path.with_name(f"{path.stem}-{sha256[:16]}-v{_PARSER_VERSION}.parquet")
    if copy.exists():
        try:
            return pd.read_parquet(copy)
        except (OSError, ValueError):
            pass  # a damaged copy costs a minute, not the result
    orders = _parse_online_retail(path)
    with replacing(copy) as partial:
        orders.to_parquet(partial)
    return orders


def _parse_online_retail(path: Path) -> pd.DataFrame:
    """Read the Excel sheet inside the zip; ids stay text, empty cells are missing."""
    with zipfile.ZipFile(path) as archive:
        sheets = [name for name in archive.namelist() if name.endswith(".xlsx")]
        if len(sheets) != 1:
            raise UnexpectedFileError(
                f"{path} must hold one Excel sheet; it holds {', '.join(archive.namelist())}. "
                f"Delete it and {_record_path(path)} to download it again."
            )
        workbook = io.BytesIO(archive.read(sheets[0]))
    need("openpyxl", extra="data")  # which reads the sheet for pandas
    raw = pd.read_excel(
        workbook,
        dtype=dict.fromkeys(["CustomerID", "InvoiceNo", "StockCode", "Description"], str),
        keep_default_na=False,  # or a description such as "NA" would be lost
        na_values=[""],
    )
    check_columns(raw.columns, _RETAIL_COLUMNS, what=f"{sheets[0]} in {path}")
    orders = raw.rename(columns=_RETAIL_COLUMNS)[list(_RETAIL_COLUMNS.values())]
    orders["date"] = pd.to_datetime(orders["date"]).dt.as_unit("us")
    orders.insert(2, "amount", orders["quantity"] * orders["unit_price"])
    return orders


def _load_hillstrom(remote: _Remote, cache_dir: _Folder | None) -> pd.DataFrame:
    path, _ = _fetch(remote, cache_dir)
    raw = pd.read_csv(path)
    check_columns(raw.columns, _HILLSTROM_COLUMNS, what=str(path))
    test = raw.rename(columns=_HILLSTROM_COLUMNS)[list(_HILLSTROM_COLUMNS.values())]
    return test.astype(dict.fromkeys(["mens", "womens", "newbie", "visit", "conversion"], bool))


def _fetch(remote: _Remote, cache_dir: _Folder | None) -> tuple[Path, str]:
    """Return path and sha256 of the checked file, downloaded unless it is in the cache."""
    path = _cache_folder(cache_dir) / remote.file_name
    missing = not path.exists()
    if missing:
        _download(remote, path)
    try:
        return path, _check_file(remote, path, fresh=missing)
    except UnexpectedFileError:
        if missing:
            path.unlink()  # the next call tries again
        raise


def _cache_folder(cache_dir: _Folder | None) -> Path:
    """Return the folder asked for, else the one the environment names, else the platform's."""
    folder = cache_dir if cache_dir is not None else os.environ.get("CRMLAB_DATA_DIR")
    if not folder:
        folder = need("pooch", extra="data").os_cache("crmlab")
    return Path(folder).expanduser().absolute()


def _download(remote: _Remote, path: Path) -> None:
    """Download to `path`, which exists only once it is complete."""
    pooch = need("pooch", extra="data")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        pooch.create(
            path.parent,
            base_url="",
            registry={path.name: None},  # checked by `_check_file`, whose messages name the remedy
            urls={path.name: remote.url},
        ).fetch(path.name)
    except (FileExistsError, NotADirectoryError, PermissionError) as error:
        raise InputError(
            f"`cache_dir` must be a folder that can be written to; got '{path.parent}' "
            f"({error}). Pass another one or set CRMLAB_DATA_DIR."
        ) from error
    except OSError as error:
        status = getattr(getattr(error, "response", None), "status_code", None)
        why = type(error).__name__ if status is None else f"the server answered {status}"
        raise DownloadError(
            f"{remote.title} could not be downloaded from {remote.url} ({why}). "
            "Check the network and try again, or get that file on another computer and put it "
            f"at {path}: it is then checked and used without the network."
        ) from error


def _check_file(remote: _Remote, path: Path, *, fresh: bool) -> str:
    """Return the sha256 of the file if it is the right one; record the first one seen."""
    place = remote.url if fresh else path
    if path.suffix == ".zip" and not zipfile.is_zipfile(path):
        raise UnexpectedFileError(
            f"{remote.title} must be a zip file; {place} is not one, perhaps the page of a "
            f"network that asks for a login. {_remedy(remote, path, fresh=fresh)}"
        )
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    record = _record_path(path)
    recorded = record.read_text(encoding="utf-8").split()[:1] if record.exists() else []
    expected = remote.sha256 or "".join(recorded)
    if not expected:
        record.write_text(f"{sha256}  {path.name}\n", encoding="utf-8")  # as sha256sum writes
    elif sha256 != expected:
        since = "was published" if remote.sha256 else f"was first fetched (see {record})"
        raise UnexpectedFileError(
            f"{remote.title} has changed: the sha256 of {place} is "
            f"{sha256}, it was {expected} when it {since}. {_remedy(remote, path, fresh=fresh)}"
        )
    return sha256


def _record_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.sha256")


def _remedy(remote: _Remote, path: Path, *, fresh: bool) -> str:
    """Say what to do about a file that failed its check."""
    if fresh:
        remedy = f"It was not kept: try again later, or copy the right file to {path}."
    else:
        remedy = f"Delete {path} to download it again from {remote.url}."
    if remote.sha256 is None and _record_path(path).exists():
        remedy += f" To accept a new version, delete {_record_path(path)} as well."
    return remedy
