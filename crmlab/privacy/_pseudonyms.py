"""Keyed pseudonyms: the same person gets the same code, and only the key leads back."""

import hmac
import os
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from crmlab._checks import check_columns, check_count
from crmlab._errors import InputError, InputTypeError

__all__ = ["PseudonymKeyError", "pseudonymise"]

_DEFAULT_ENV = "CRMLAB_PSEUDONYM_KEY"
_LEAST_KEY = 16  # bytes; a shorter key can be found by trying
_REMEDY = (
    'Make one with `python -c "import secrets; print(secrets.token_hex(32))"`, keep it out of '
    f"the data and the code, and set it as {_DEFAULT_ENV} before Python starts."
)


class PseudonymKeyError(ValueError):
    """There is no key for pseudonyms in the environment, or one too short to keep a secret."""


Named = TypeVar("Named", pd.DataFrame, pd.Series)


def pseudonymise(
    table: Named,
    columns: str | Sequence[str] | None = None,
    *,
    key_env: str = _DEFAULT_ENV,
    namespace: str | Mapping[str, str] | None = None,
    length: int = 32,
) -> Named:
    r"""Replace identifiers by keyed codes that are the same in every table.

    A code is HMAC-SHA256 of ``namespace + "\x00" + value`` under the key, the first `length`
    hexadecimal digits of it; value and namespace are UTF-8 in the Unicode form NFC. Without the
    key nobody can compute it, so trying all phone numbers leads nowhere. Who holds the key can:
    pseudonyms are still personal data.

    Parameters
    ----------
    table : DataFrame or Series
        The table; it is not changed.
    columns : str or sequence of str, optional
        Columns to replace; required for a DataFrame. They hold text or whole numbers.
        A whole number is taken as its digits: 7 and "7" are one customer, "007" is another.
    key_env : str, default="CRMLAB_PSEUDONYM_KEY"
        Name of the environment variable that holds the key, of at least 16 bytes. It is read at
        the call and kept nowhere.
    namespace : str or mapping of column to str, optional
        Codes can be joined inside a namespace only. Default: the name of the column, so
        `customer_id` joins in every table; ``{"referrer_id": "customer_id"}`` lets another
        column join it. One name for all columns lets them all join.
    length : int, default=32
        Hexadecimal digits of a code, 8 to 64. Fewer are shorter to read and may collide.

    Returns
    -------
    DataFrame or Series
        Same shape, index and names; codes are text, and missing values stay missing.

    Raises
    ------
    PseudonymKeyError
        If the environment holds no key, or one shorter than 16 bytes.
    InputTypeError
        If `table` is not a pandas table, or a column holds floats, dates or other objects.
    InputError
        If a column is missing, or two different values get one code at this `length`.

    References
    ----------
    Krawczyk, H., Bellare, M. and Canetti, R. (1997). HMAC: Keyed-hashing for message
    authentication. RFC 2104.

    Examples
    --------
    >>> import os
    >>> os.environ["EXAMPLE_KEY"] = "only an example, not a real key"
    >>> orders = pd.DataFrame({"customer_id": ["C1", None, "C1"], "amount": [5, 6, 7]})
    >>> pseudonymise(orders, "customer_id", key_env="EXAMPLE_KEY", length=8)
      customer_id  amount
    0    fe2626d3       5
    1         NaN       6
    2    fe2626d3       7
    """
    length = check_count("length", length, minimum=8)
    if length > 64:
        raise InputError(f"`length` must be at most 64, all of a SHA-256 code; got {length}.")
    if isinstance(table, pd.Series):
        if columns is not None:
            raise InputError("`columns` must be left out where `table` is a Series; it is one.")
        space = _make_namespace(table.name, namespace)
        return _replace(table, _make_codes(key_env), space, length)
    names = _check_columns(table, columns)
    spaces = [_make_namespace(name, namespace) for name in names]
    keyed = _make_codes(key_env)
    codes = {
        name: _replace(table[name], keyed, space, length)
        for name, space in zip(names, spaces, strict=True)
    }
    return table.assign(**codes)


def _check_columns(table: Any, columns: str | Sequence[str] | None) -> list[str]:
    if not isinstance(table, pd.DataFrame):
        raise InputTypeError(
            f"`table` must be a DataFrame or a Series; got {type(table).__name__}. "
            "Bring it to pandas first, such as with `.execute()`."
        )
    names = [columns] if isinstance(columns, str) else list(columns or [])
    if not names:
        raise InputError("`columns` must name at least one column of the table; got none.")
    in_index = [name for name in names if name in table.index.names]
    if in_index:
        raise InputError(
            f"`columns` must be columns; {', '.join(map(repr, in_index))} is in the index. "
            "Call `.reset_index()` first."
        )
    check_columns(table.columns, names, what="The table")
    return names


def _make_namespace(column: Any, namespace: str | Mapping[str, str] | None) -> str:
    space = namespace.get(column) if isinstance(namespace, Mapping) else namespace
    space = column if space is None else space
    if not isinstance(space, str) or not space or "\0" in space:
        raise InputError(
            f"`namespace` must be a word that says which codes may be joined; got {space!r}. "
            "Name the column, or give `namespace='customer_id'`."
        )
    return unicodedata.normalize("NFC", space)


def _make_codes(key_env: str) -> hmac.HMAC:
    """HMAC that already holds the key, so that no variable in a traceback does.

    Messages do not repeat `key_env`: a caller may have put the key itself there.
    """
    known = isinstance(key_env, str) and bool(os.environ.get(key_env))
    if not known:
        raise PseudonymKeyError(
            "`key_env` must name an environment variable that holds the key; it is not set. "
            + _REMEDY
        )
    if len(os.fsencode(os.environ[key_env].strip())) < _LEAST_KEY:  # blanks keep no secret
        raise PseudonymKeyError(
            f"The key in the environment must have at least {_LEAST_KEY} bytes; it is shorter. "
            + _REMEDY
        )
    return hmac.new(os.fsencode(os.environ[key_env]), digestmod="sha256")


def _replace(values: pd.Series, keyed: hmac.HMAC, space: str, length: int) -> pd.Series:
    """The codes of a column: each different value is hashed once."""
    _check_kind(values)
    number, different = pd.factorize(values)
    texts = [_text(value, values.name) for value in different]
    prefix = keyed.copy()
    prefix.update(f"{space}\0".encode())
    codes = [_make_code(prefix, text)[:length] for text in texts]
    n_values, n_codes = len(set(texts)), len(set(codes))
    if n_codes < n_values:
        raise InputError(
            f"`length` must be larger: with {length} digits only {n_codes:,} codes stand for "
            f"{n_values:,} different values. Use 32."
        )
    # Position -1 is missing, and the last of the array.
    taken = np.array([*codes, np.nan], dtype=object)[number]
    return pd.Series(taken, index=values.index, name=values.name, dtype="str")


def _make_code(prefix: hmac.HMAC, text: str) -> str:
    one = prefix.copy()
    # Half a surrogate pair is not valid text, and must not end in an error that shows it.
    one.update(text.encode("utf-8", "surrogatepass"))
    return one.hexdigest()


def _check_kind(values: pd.Series) -> None:
    kind = values.dtype
    if isinstance(kind, pd.CategoricalDtype):
        kind = kind.categories.dtype
    text = isinstance(kind, pd.StringDtype) or pd.api.types.is_object_dtype(kind)
    if not text and not pd.api.types.is_integer_dtype(kind):
        raise _wrong_kind(values.name, str(kind))


def _text(value: Any, column: Any) -> str:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, int | np.integer) and not isinstance(value, bool):
        return str(int(value))
    raise _wrong_kind(column, type(value).__name__)


def _wrong_kind(column: Any, kind: str) -> TypeError:
    return TypeError(
        f"`{column}` must hold text or whole numbers; it holds {kind}. Whole numbers that pandas "
        "turned into floats come back with `.astype('Int64')`."
    )
