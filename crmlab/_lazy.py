"""Names of a package that are imported at their first use, listed once: in its stub."""

import ast
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

__all__ = ["attach_stub"]


def attach_stub(
    package: str, file: str
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """Return `__getattr__`, `__dir__` and `__all__` of a package from the stub beside it.

    The stub, ``__init__.pyi``, holds lines such as ``from crmlab.ltv import GammaGamma as
    GammaGamma``. Type checkers read it as it is; at run time a name costs nothing until it is
    used. This is the scheme of SPEC 1.

    Parameters
    ----------
    package : str
        ``__name__`` of the package.
    file : str
        Its ``__file__``.

    Returns
    -------
    getattr, dir, names
        To be assigned in the package's ``__init__.py``.
    """
    homes = _read_stub(Path(file).with_suffix(".pyi"), package)

    def get(name: str) -> Any:
        if name not in homes:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        home, attribute = homes[name]
        if attribute is None:
            return importlib.import_module(home)
        return getattr(importlib.import_module(home), attribute)

    return get, lambda: sorted(homes), sorted(homes)


def _read_stub(stub: Path, package: str) -> dict[str, tuple[str, str | None]]:
    """Where each name of a stub lives: its module, and the name there or None for a module."""
    homes: dict[str, tuple[str, str | None]] = {}
    for line in ast.parse(stub.read_text(encoding="utf-8")).body:
        if isinstance(line, ast.ImportFrom) and line.module is not None:
            for alias in line.names:
                if line.module == package:  # a module of the package itself
                    homes[alias.name] = (f"{package}.{alias.name}", None)
                else:
                    homes[alias.name] = (line.module, alias.name)
    return homes
