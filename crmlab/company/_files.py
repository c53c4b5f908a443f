"""The simulated company on file: a Parquet file per table, and its settings as JSON."""

import json
import os
from dataclasses import asdict, fields
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd

from crmlab._paths import data_dir
from crmlab.company._tables import Company, Truth

__all__ = ["load_company", "load_company_table", "save_company"]

_TRUTH = "truth"
_SETTINGS = "settings.json"
_MANY = 1_000  # distinct values of a column that a dictionary does not shrink


class _Settings(SimpleNamespace):
    """The settings a company was made with, read only; their meaning is told by the simulator."""

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"The settings a company was made with cannot be changed: `{name}`.")

    @property
    def first_day(self) -> pd.Timestamp:
        """First day observed."""
        return pd.Timestamp(self.start)

    @property
    def n_days(self) -> int:
        """Days observed."""
        return int(7 * self.weeks)

    @property
    def last_day(self) -> pd.Timestamp:
        """Last day observed."""
        return self.first_day + pd.Timedelta(days=self.n_days - 1)


def save_company(company: Company, folder: str | os.PathLike[str]) -> None:
    """Write a company to a folder, one Parquet file per table.

    Parameters
    ----------
    company : Company
        The company, as `simulate_company` or `load_company` returns it.
    folder : path
        Where to: ``NAME.parquet`` for each table, ``truth/NAME.parquet`` for each table of the
        truth, and ``truth/settings.json``. Made if it is not there; such files are overwritten.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_company(load_company(), folder)
    ...     load_company(folder=folder).products.equals(load_company().products)
    True
    """
    here, truth = Path(folder), Path(folder) / _TRUTH
    truth.mkdir(parents=True, exist_ok=True)
    for place, holder in ((here, company), (truth, company.truth)):
        for field in fields(holder):
            frame = getattr(holder, field.name)
            if isinstance(frame, pd.DataFrame):
                _write(frame, place / f"{field.name}.parquet")
    settings = company.truth.settings
    values = vars(settings) if isinstance(settings, _Settings) else asdict(settings)
    text = json.dumps(values, indent=2, ensure_ascii=False)
    (truth / _SETTINGS).write_text(text + "\n", encoding="utf-8")


def load_company(*, folder: str | os.PathLike[str] | None = None) -> Company:
    """Load the simulated home-study company 하늘학습 (Haneul Learning), and the truth about it.

    Parameters
    ----------
    folder : path, optional
        A folder that `save_company` wrote. Default: the company that comes with crmlab.

    Returns
    -------
    Company
        Its tables as `simulate_company` made them, and ``truth``. ``truth.settings`` has an
        attribute for each setting, as the simulator's own have, and cannot be changed.

    Raises
    ------
    FileNotFoundError
        If a file of the company is not there.

    See Also
    --------
    describe : ``describe("company")`` tells how each table comes about, and the traps.

    Examples
    --------
    >>> company = load_company()
    >>> company.truth.settings.weeks
    104
    >>> company.transactions["customer_id"].isin(company.customers["customer_id"]).all()
    np.True_
    """
    here = _home() if folder is None else Path(folder)
    truth = here / _TRUTH
    values = json.loads(_there(truth / _SETTINGS).read_text(encoding="utf-8"))
    values = {n: tuple(v) if isinstance(v, list) else v for n, v in values.items()}
    known = Truth(**_tables_of(Truth, truth), settings=_Settings(**values))
    return Company(**_tables_of(Company, here), truth=known)


def load_company_table(name: str) -> pd.DataFrame:
    """One table of the company that comes with crmlab, without reading the others."""
    return _read(_home() / f"{name}.parquet")


def _home() -> Path:
    return data_dir() / "company"


def _tables_of(holder: type, folder: Path) -> dict[str, pd.DataFrame]:
    names = [field.name for field in fields(holder) if field.type is pd.DataFrame]
    return {name: _read(folder / f"{name}.parquet") for name in names}


def _write(frame: pd.DataFrame, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = pa.Table.from_pandas(frame)
    plain = _few_repeats(rows)
    pq.write_table(
        rows,
        path,
        compression="zstd",
        compression_level=19,
        use_dictionary=[name for name in rows.column_names if name not in plain],
        column_encoding=plain or None,
    )


def _few_repeats(rows: Any) -> dict[str, str]:
    """Encoding of ids and fractions, for which a dictionary would waste a fifth of the file."""
    import pyarrow as pa

    encodings = {}
    for name, column in zip(rows.column_names, rows.columns, strict=True):
        is_text = pa.types.is_large_string(column.type) or pa.types.is_string(column.type)
        if not (is_text or pa.types.is_floating(column.type)):
            continue
        if len(column.unique()) > _MANY:
            encodings[name] = "DELTA_LENGTH_BYTE_ARRAY" if is_text else "BYTE_STREAM_SPLIT"
    return encodings


def _read(path: Path) -> pd.DataFrame:
    """A frame as it was written: Parquet has no seconds, and pandas brings back milliseconds."""
    import pyarrow.parquet as pq

    stored = pq.read_table(_there(path))
    frame = stored.to_pandas()
    columns = (stored.schema.pandas_metadata or {"columns": []})["columns"]
    written = {column["name"]: column["numpy_type"] for column in columns}
    dates = frame.select_dtypes("datetime").columns
    return frame.astype({name: written[name] for name in dates})


def _there(path: Path) -> Path:
    if path.is_file():
        return path
    raise FileNotFoundError(
        f"A company needs {path.name!r}, and {path.parent} does not hold it. Give a folder that "
        "`save_company` wrote; if the file should have come with crmlab, install it again."
    )
