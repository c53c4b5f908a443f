"""Packages that come with an extra: imported where they are used, and named where they are missing.

The core of crmlab needs ten packages. What else a room needs comes with an extra, such as
``pip install "crmlab[plots]"``.
"""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

__all__ = ["MissingExtraError", "need", "needing"]


class MissingExtraError(ModuleNotFoundError):
    """A package that an extra of crmlab brings is not installed.

    Parameters
    ----------
    name : str
        The missing module.
    extra : str
        The extra that brings it.

    Attributes
    ----------
    name, extra : str
        As given.
    """

    def __init__(self, name: str, extra: str) -> None:
        super().__init__(
            f"This needs {name!r}, which is not installed. "
            f'Install the extra that brings it: pip install "crmlab[{extra}]".',
            name=name,
        )
        self.extra = extra

    def __reduce__(self) -> tuple[type["MissingExtraError"], tuple[str | None, str]]:
        """Pickle by name and extra, of which the message is made."""
        return type(self), (self.name, self.extra)


def need(module: str, *, extra: str) -> Any:
    """Import an optional module.

    Parameters
    ----------
    module : str
        Its full name, such as "matplotlib.pyplot".
    extra : str
        The extra of crmlab that brings it.

    Returns
    -------
    module
        As ``importlib.import_module`` returns it.

    Raises
    ------
    MissingExtraError
        If it, or a package it needs, is not installed.

    Examples
    --------
    >>> need("no_such_package", extra="plots")
    Traceback (most recent call last):
    ...
    crmlab._optional.MissingExtraError: This needs 'no_such_package', which is not installed. \
Install the extra that brings it: pip install "crmlab[plots]".
    """
    with needing(extra):
        return importlib.import_module(module)


@contextmanager
def needing(extra: str) -> Iterator[None]:
    """Let the import statements inside name the extra whose package they miss.

    For a room that needs a package as a whole: unlike `need`, types stay known. A module of crmlab
    that is missing is a fault of crmlab, and passes as it is.

    Parameters
    ----------
    extra : str
        The extra of crmlab that brings what is imported.

    Raises
    ------
    MissingExtraError
        If a package is not installed.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        name = error.name or str(error)
        if name.partition(".")[0] == "crmlab":
            raise
        raise MissingExtraError(name, extra) from error
