"""What an owner may have meant: a mapping of columns to type, from names and first rows."""

from collections.abc import Iterable, Mapping

from crmlab.contracts import Column, Contract
from crmlab.loaders._header.contents import look_into
from crmlab.loaders._header.names import EXACT, SURE, score_name
from crmlab.loaders._sources.source import Opened

__all__ = ["suggest_columns"]

# Optional columns in one suggestion, and other choices for one column; more are no help.
_FURTHER, _CHOICES = 8, 3
# Columns without a telling name that are looked into.
_NAMELESS = 60
# Where the first is there, the others would count its money again.
_INSTEAD = {"amount": ("unit_price", "order_total"), "refunded": ("order_refunded",)}


def suggest_columns(
    opened: Opened, contract: Contract, columns: Mapping[str, str], found: Iterable[str]
) -> list[str]:
    """Lines about what to map, to follow the one that names what is missing; at most four.

    `columns` is what the owner mapped, `found` are our columns that are there.
    """
    pairing = _Pairing(opened, contract, columns, found)
    pairing.pair_required()
    pairing.pair_factors()
    pairing.pair_by_contents()
    if not pairing.pairs:
        return pairing.say_choices()
    further = pairing.pair_further()
    mapping = {theirs: ours for ours, theirs in (pairing.pairs | further).items()}
    return [f"Did you mean columns={dict(columns) | mapping}?", *pairing.say_choices()]


class _Pairing:
    """Our columns that are not there -> the owner's that may be them, best ones first."""

    def __init__(
        self, opened: Opened, contract: Contract, columns: Mapping[str, str], found: Iterable[str]
    ) -> None:
        self.contract, self.found = contract, set(found)
        self.missing = [c for c in contract.columns if c.required and c.name not in self.found]
        self.pairs: dict[str, str] = {}
        self.alike: dict[str, list[str]] = {}
        free = [name for name in opened.names if name not in columns]
        scores = {
            (column.name, theirs): score_name(contract, column.name, theirs)
            for theirs in free
            for column in contract.columns
        }
        named = dict.fromkeys(theirs for (_, theirs), score in scores.items() if score)
        self.nameless = [name for name in free if name not in named][:_NAMELESS]
        self.contents = look_into(opened, [*named, *self.nameless])
        self.scores = {pair: self._weigh(*pair, score) for pair, score in scores.items() if score}
        self._count_pieces()

    def _weigh(self, ours: str, theirs: str, score: float) -> float:
        """The score of a name after a look at the cells; 0 where they cannot be meant."""
        column, cells = self.contract.column(ours), self.contents[theirs]
        if not cells.allow(column):
            return 0
        if ours == "order_id" and cells.seen and not cells.numbered:
            return 0
        if ours == "customer_id" and self.contract.reader and cells.repeats:
            return score + 10  # whoever buys, buys again
        if column.kind == "time" or ours == "order_id":
            return score - 30 * (1 - cells.share)  # further lines of an order have it, too
        return score

    def _count_pieces(self) -> None:
        """Let what is called an amount, yet counts pieces, be the quantity where both are there."""
        for column in self.contract.columns:
            for theirs, cells in self.contents.items():
                score = self.scores.get((column.name, theirs), 0)
                if column.product_of and cells.pieces and score:
                    self.scores[column.name, theirs] = score / 10
                    self.scores.setdefault((column.product_of[0], theirs), EXACT)

    # --- what fits ----------------------------------------------------------------------------

    def pair_required(self) -> None:
        """Pair the required columns with what is called like them."""
        self.pairs = self._match([column.name for column in self.missing], above=0)

    def pair_factors(self) -> None:
        """Offer the two factors where a product is missing and only the price of one unit is there.

        A price is that of one unit where a quantity stands beside it.
        """
        for column in self.missing:
            if column.product_of is None:
                continue
            held = self.pairs.pop(column.name, None)
            absent = [name for name in column.product_of if name not in self.found]
            factors = self._match(absent, above=EXACT)
            if len(factors) == len(absent) and held in (None, *factors.values()):
                self.pairs |= factors
            elif held is not None:
                self.pairs[column.name] = held
            elif price := factors.get(column.product_of[1]):
                self.alike[column.name] = [price]

    def pair_by_contents(self) -> None:
        """Pair dates that are left with the one column of dates; note what else may be meant."""
        known = {theirs for (_, theirs), score in self.scores.items() if score >= EXACT}
        for column in self.missing:
            if column.name in {*self.pairs, *self.alike} or self._has_factors(column):
                continue
            taken = {*self.pairs.values(), *known, *self.contract.names()}
            alike = [
                theirs
                for theirs, cells in self.contents.items()
                if theirs not in taken and cells.show(column)
            ]
            if len(alike) == 1 and column.kind == "time":
                self.pairs[column.name] = alike[0]
            elif 0 < len(alike) <= _CHOICES:  # numbers and ids may mean much else
                self.alike[column.name] = alike

    def pair_further(self) -> dict[str, str]:
        """Pair optional columns with known words for them, as many as one line holds."""
        have = {*self.found, *self.pairs}
        spare = {name for one in {*have, *self.alike} for name in _INSTEAD.get(one, ())}
        wanted = [c for c in self.contract.columns if c.name not in have | spare]
        wanted = [column for column in wanted if not column.required]
        found = self._match([c.name for c in wanted if c.kind == "id"], above=SURE)
        others = [c.name for c in wanted if c.kind != "id"]
        found |= self._match(others, above=EXACT, taken=found.values())
        for name in list(found):
            for other in _INSTEAD.get(name, ()):
                found.pop(other, None)
        return dict(list(found.items())[:_FURTHER])

    def _has_factors(self, column: Column) -> bool:
        have = {*self.found, *self.pairs}
        return column.product_of is not None and have.issuperset(column.product_of)

    def _match(
        self, wanted: Iterable[str], *, above: float, taken: Iterable[str] = ()
    ) -> dict[str, str]:
        """Pair our columns with free ones of the owner, the best fit first."""
        wanted, gone, pairs = set(wanted), {*self.pairs.values(), *taken}, dict[str, str]()
        for (ours, theirs), score in sorted(self.scores.items(), key=lambda item: -item[1]):
            fits = score >= above and score > 0
            if fits and ours in wanted and ours not in pairs and theirs not in gone:
                pairs[ours] = theirs
                gone.add(theirs)
        order = self.contract.names()
        return dict(sorted(pairs.items(), key=lambda pair: order.index(pair[0])))

    # --- what else may be said -----------------------------------------------------------------

    def say_choices(self) -> list[str]:
        """Other columns that may be meant, and what nothing looks like."""
        lines = []
        kinds = {column.name: column.kind for column in self.contract.columns}
        choosy = [name for name in self.pairs if kinds[name] in ("number", "time")]
        others = {name: self._list_others(name) for name in choosy}
        said = [f"{_either(names)} as {ours!r}" for ours, names in others.items() if names]
        if said:
            lines.append(f"Also possible: {', '.join(said)}.")
        held = [f"{ours!r} may be {_either(names)}" for ours, names in self.alike.items()]
        if held:
            lines.append(f"By the values, {'; '.join(held)}.")
        blank = [
            column.name
            for column in self.missing
            if column.name not in {*self.pairs, *self.alike} and not self._has_factors(column)
        ]
        if blank and (self.pairs or self.alike):
            lines.append(f"Nothing looks like {_either(blank)}.")
        return lines

    def _list_others(self, ours: str) -> list[str]:
        """Further columns with a known word for one of ours, the best fit first."""
        taken = set(self.pairs.values())
        fits = sorted(
            (-score, theirs)
            for (name, theirs), score in self.scores.items()
            if name == ours and score >= EXACT and theirs not in taken
        )
        return [theirs for _, theirs in fits][:_CHOICES]


def _either(names: list[str]) -> str:
    return " or ".join(map(repr, names))
