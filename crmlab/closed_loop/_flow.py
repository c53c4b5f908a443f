"""The parts of a CRM system and the data between them, read from the package itself."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple, TypeGuard

import pandas as pd

from crmlab.contracts import CONTRACTS

__all__ = ["data_flow"]

PACKAGE = Path(__file__).parents[1]
# Rooms that answer questions about customers; others read files, draw or teach.
ROOMS = (
    "acquisition", "campaigns", "churn", "concentration", "contact", "cross_sell", "customer_base",
    "data_quality", "identity", "ltv", "privacy", "readiness", "retention", "reviews",
    "segmentation", "uplift",
)  # fmt: skip
COLLABORATIVE = {"complaints", "consents", "contacts", "referrals", "responses", "visits"}
FRONT = {"contact": "collaborative", "privacy": "collaborative", "identity": "operational",
         "data_quality": "operational"}  # fmt: skip
# Parameters that are a table under another name.
OTHER_NAMES = {"orders": "transactions", "tables": "identities"}
# What the firm does with a result: these say whom to contact, with what, and whom to take first.
ACTIONS = {
    "campaigns": ("allocate_contacts", "drop_withdrawn"),
    "churn": ("winback_list",),
    "contact": ("route_by_value",),
    "cross_sell": ("next_best_offer",),
    "uplift": ("choose_treatment",),
}


class _Edge(NamedTuple):
    source: str
    source_part: str
    target: str
    target_part: str
    how: str
    function: str


def data_flow() -> pd.DataFrame:
    """Read which tables each room of crmlab takes, which rooms it builds on, and what goes back.

    Nothing is drawn from memory: tables are those that have a contract, and who reads them is read
    from the signatures of public functions. Only what a firm does with a result stands in no
    signature: functions whose result says whom to contact lead to the table `contacts`, where the
    loop begins again.

    Returns
    -------
    DataFrame
        One row per `source` and `target`. `source_part` and `target_part`: "table" or "room";
        `kind`, of the source, a kind of CRM: "operational", "analytical" or "collaborative";
        `how` it is known: "signature", "import" (a room uses functions of another) or "action"
        (what is done with a result); `functions`, how many lead from one to the other; `example`,
        one of them. Sorted by `how`, `source` and `target`.

    Notes
    -----
    A parameter is a table where its name is that of a contract and it takes a table; `orders` are
    transactions, `summary` is what `customer_base` returns, `tables` of `identity` are identities,
    and a `table` is what its description names. `customers` often are any rows by customer, so they
    count only where a table alone is taken. The kind of CRM of a table is where it arises, and is
    said here: what customers say is collaborative.

    Examples
    --------
    >>> flow = data_flow()
    >>> flow.query("target == 'retention' and how == 'signature'")["source"].tolist()
    ['subscriptions', 'transactions']
    """
    table = pd.DataFrame(_read_edges())
    by_pair = ["how", "source", "source_part", "target", "target_part"]
    found = table.groupby(by_pair)["function"].agg(functions="size", example="first").reset_index()
    kinds = [
        _kind(source, part)
        for source, part in zip(found["source"], found["source_part"], strict=True)
    ]
    columns = ["source", "source_part", "kind", "target", "target_part", "how", "functions"]
    return found.assign(kind=kinds)[[*columns, "example"]]


@cache
def _read_edges() -> tuple[_Edge, ...]:
    return tuple(sorted({edge for room in ROOMS for edge in _read_room(room)}))


def _kind(name: str, part: str) -> str:
    if part == "table":
        return "collaborative" if name in COLLABORATIVE else "operational"
    return FRONT.get(name, "analytical")


def _read_room(room: str) -> Iterator[_Edge]:
    """Edges into a room, and from it back to the contacts."""
    for name, node in _public(room).items():
        for source in _sources(node):
            part = "table" if source in CONTRACTS else "room"
            if source != room or part == "table":
                yield _Edge(source, part, room, "room", "signature", f"{room}.{name}")
        if name in ACTIONS.get(room, ()):
            yield _Edge(room, "room", "contacts", "table", "action", f"{room}.{name}")
    for other, name in _imports(room):
        yield _Edge(other, "room", room, "room", "import", f"{other}.{name}")


def _public(room: str) -> dict[str, ast.FunctionDef]:
    """Functions by name that a room offers; of an estimator, how it learns."""
    stub = PACKAGE / room / "__init__.pyi"  # of a room whose names are imported at first use
    start = _parse(stub if stub.exists() else stub.with_suffix(".py"))
    origin = {
        alias.asname or alias.name: (node.module or "", alias.name)
        for node in start.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    listed = next((ast.literal_eval(node.value) for node in start.body if _is_list(node)), None)
    found = {}
    for name in origin if listed is None else listed:
        module, own = origin.get(name, ("", name))
        node = _find(module, own)
        if node is not None:
            found[name] = node
    return found


def _is_list(node: ast.stmt) -> TypeGuard[ast.Assign]:
    """Whether a line lists what a room offers; a stub offers all its names."""
    return isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"


def _find(module: str, name: str) -> ast.FunctionDef | None:
    """A function of a module, or `fit` of a class; the last of several forms."""
    path = PACKAGE.parent / module.replace(".", "/")
    path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    if not module.startswith("crmlab.") or not path.exists():
        return None
    body = _parse(path).body
    owner = [node for node in body if isinstance(node, ast.ClassDef) and node.name == name]
    wanted = "fit" if owner else name
    functions = [
        node
        for node in (owner[0].body if owner else body)
        if isinstance(node, ast.FunctionDef) and node.name == wanted
    ]
    return functions[-1] if functions else None


def _sources(function: ast.FunctionDef) -> Iterator[str]:
    """Tables that a function takes; `customer_base` for a summary."""
    given = function.args
    for each in [*given.posonlyargs, *given.args, *given.kwonlyargs]:
        kinds = ast.unparse(each.annotation).split(" | ") if each.annotation else []
        kinds = [kind for kind in kinds if kind != "None"]
        if not {"Table", "TableSource", "Tables", "pd.DataFrame"} & set(kinds):
            continue
        if each.arg == "customers" and kinds not in (["Table"], ["TableSource"]):
            continue
        if each.arg == "summary":
            yield "customer_base"
        elif each.arg == "table":
            yield from _described(function, each.arg)
        elif OTHER_NAMES.get(each.arg, each.arg) in CONTRACTS:
            yield OTHER_NAMES.get(each.arg, each.arg)


def _described(function: ast.FunctionDef, parameter: str) -> list[str]:
    """Tables that the description of a parameter names; "customers" are people there."""
    doc = ast.get_docstring(function) or ""
    found = re.search(rf"^{parameter} : .*\n((?: +.*\n)+)", doc, re.MULTILINE)
    words = re.findall(r"\w+", found.group(1).lower()) if found else []
    return [name for name in CONTRACTS if name in words and name != "customers"]


def _imports(room: str) -> Iterator[tuple[str, str]]:
    """Other rooms, and what is taken from them."""
    for path in sorted((PACKAGE / room).rglob("*.py")):
        for node in ast.walk(_parse(path)):
            if isinstance(node, ast.ImportFrom):
                parts = (node.module or "").split(".")
                if parts[0] == "crmlab" and len(parts) == 2 and parts[1] in {*ROOMS} - {room}:
                    yield from ((parts[1], alias.name) for alias in node.names)


def _parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))
