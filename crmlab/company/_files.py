"""The simulated company on file: a Parquet file per table, and its settings as JSON."""

import json
import os
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

import pandas as pd

from crmlab._errors import InputError
from crmlab._files import replacing_files
from crmlab._paths import data_dir
from crmlab.company._settings import CompanySettings, make_settings
from crmlab.company._tables import Company, Truth, tables_of

__all__ = ["load_company", "load_company_table", "save_company"]

_TRUTH = "truth"
_SETTINGS = "settings.json"
_MANY = 1_000  # distinct values of a column that a dictionary does not shrink


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
    Path(folder).mkdir(parents=True, exist_ok=True)
    settings = json.dumps(asdict(company.truth.settings), indent=2, ensure_ascii=False)
    with replacing_files(folder) as here:
        truth = here / _TRUTH
        truth.mkdir()
        for place, holder in ((here, company), (truth, company.truth)):
            for name, frame in tables_of(holder).items():
                _write(frame, place / f"{name}.parquet")
        (truth / _SETTINGS).write_text(settings + "\n", encoding="utf-8")


def load_company(*, folder: str | os.PathLike[str] | None = None) -> Company:
    """Load the simulated home-study company 하늘학습 (Haneul Learning), and the truth about it.

    Parameters
    ----------
    folder : path, optional
        A folder that `save_company` wrote. Default: the company that comes with crmlab.

    Returns
    -------
    Company
        Its tables as `simulate_company` made them, and ``truth`` with the `CompanySettings` it
        was made with.

    Raises
    ------
    FileNotFoundError
        If a file of the company is missing.
    InputError
        If the settings in the folder are not those of this version of crmlab.

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
    settings = _read_settings(truth / _SETTINGS)
    known = Truth(**_read_tables(Truth, truth), settings=settings)
    return Company(**_read_tables(Company, here), truth=known)


def load_company_table(name: str) -> pd.DataFrame:
    """One table of the company that comes with crmlab, without reading the others."""
    return _read(_home() / f"{name}.parquet")


def _home() -> Path:
    return data_dir() / "company"


def _read_tables(holder: type, folder: Path) -> dict[str, pd.DataFrame]:
    names = [field.name for field in fields(holder) if field.type is pd.DataFrame]
    return {name: _read(folder / f"{name}.parquet") for name in names}


def _read_settings(path: Path) -> CompanySettings:
    """Settings as they were saved; one that is missing must not become today's default."""
    values = json.loads(_find(path).read_text(encoding="utf-8"))
    lost = [field.name for field in fields(CompanySettings) if field.name not in values]
    if lost:
        raise InputError(
            f"{path} must hold every setting of a company; it lacks {', '.join(lost)}. "
            "It was saved by another version of crmlab: simulate the company again."
        )
    return make_settings({n: tuple(v) if isinstance(v, list) else v for n, v in values.items()})


def _write(frame: pd.DataFrame, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = pa.Table.from_pandas(frame)
    plain = _choose_encodings(rows)
    pq.write_table(
        rows,
        path,
        compression="zstd",
        compression_level=19,
        use_dictionary=[name for name in rows.column_names if name not in plain],
        column_encoding=plain or None,
    )


def _choose_encodings(rows: Any) -> dict[str, str]:
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
    """Read a frame as it was written: Parquet has no seconds, pandas brings back milliseconds."""
    import pyarrow.parquet as pq

    stored = pq.read_table(_find(path))
    frame = stored.to_pandas()
    columns = (stored.schema.pandas_metadata or {"columns": []})["columns"]
    written = {column["name"]: column["numpy_type"] for column in columns}
    dates = frame.select_dtypes("datetime").columns
    return frame.astype({name: written[name] for name in dates})


def _find(path: Path) -> Path:
    """Return the path of a file that exists."""
    if path.is_file():
        return path
    raise FileNotFoundError(
        f"A company needs {path.name!r}, which {path.parent} does not hold. Pass a folder that "
        "`save_company` wrote; if the file should have come with crmlab, install it again."
    )
