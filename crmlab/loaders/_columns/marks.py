"""Find how a column writes amounts: its decimal mark and its currency, by what most cells show.

`1,234` is more than a thousand in Seoul and less than two in Berlin. Three digits behind one mark
part thousands, unless others show three decimals; and where nothing in the column shows how
decimals are written, the file has to, or such cells stay ambiguous. A slip is a cell in twenty at
most: it never turns the others.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

__all__ = [
    "UNCOUNTED",
    "AmountReading",
    "Clue",
    "Decimal",
    "Rest",
    "Seen",
    "choose_reading",
    "find_mark",
    "guess_mark",
]

Decimal = Literal[".", ","]
_MARKS: tuple[Decimal, Decimal] = (".", ",")
_OTHER: Mapping[Decimal, Decimal] = {".": ",", ",": "."}
_NAMES = {".": "point", ",": "comma"}
# As ISO 4217 has it: amounts in these have no decimals, or three.
_WHOLE = {
    "BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV",
    "XAF", "XOF", "XPF",
}  # fmt: skip
_FINE = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"}
# Those who write 12,34,567.
_LAKHS = {"BDT", "INR", "LKR", "NPR", "PKR"}
# Ways of cells that say nothing.
UNCOUNTED = ("unread", "unusual", "torn")
# A slip: one in twenty, or fewer.
_SLIP = 20


@dataclass(frozen=True)
class Seen:
    """How many cells are written in which way, and how many carry which currency.

    Ways are followed by the mark they are about, as in "three,": ``three`` digits behind one mark,
    which part thousands or are decimals; ``round``, those that end in 00; ``only``, what that
    decimal mark alone can read; ``fine``, the same with three decimals or more; ``large``, the
    same with thousands parted twice or more, and no decimals. Others are
    "lakhs", as in 12,34,567, "torn" by a currency between digits, and "unusual", with characters
    that amounts seldom have. `signs` tell the currency of a cell, `words` are all that stand there.
    """

    ways: Counter[str] = field(default_factory=Counter)
    signs: Counter[str] = field(default_factory=Counter)
    words: set[str] = field(default_factory=set)

    def three(self, mark: Decimal) -> int:
        """Cells with three digits behind this mark, which both readings fit."""
        return self.ways["three" + mark] + self.ways["round" + mark]

    def only(self, mark: Decimal) -> int:
        """Cells that only this decimal mark can read."""
        lakhs = self.ways["lakhs"] if mark == "." else 0
        return (
            self.ways["only" + mark] + self.ways["fine" + mark] + self.ways["large" + mark] + lakhs
        )

    def shows_decimals(self, mark: Decimal) -> bool:
        """Whether most cells have decimals behind this mark."""
        shown = self.ways["only" + mark] + self.ways["fine" + mark]
        return shown * 2 > sum(n for way, n in self.ways.items() if way not in UNCOUNTED)

    def shows_fine(self, mark: Decimal) -> bool:
        """Whether others show three decimals behind this mark, and not by a slip."""
        fine, three = self.ways["fine" + mark], self.three(mark)
        return fine >= max(three, 1) or (fine > 1 and fine * _SLIP >= three)

    def shows_lakhs(self) -> bool:
        """Whether digits are grouped as in 12,34,567, and not by a slip."""
        return self.ways["lakhs"] * _SLIP >= self.only(".") + self.three(",")


@dataclass(frozen=True)
class Clue:
    """A decimal mark that the rest of the file shows, and where.

    `sure` where other amounts are written with it; else it may only say that the other mark parts
    thousands.
    """

    mark: Decimal
    where: str
    sure: bool = False


class Rest(Protocol):
    """What the rest of a file shows; it is asked only where a column does not tell by itself."""

    @property
    def currencies(self) -> frozenset[str]:
        """Those that amounts without a sign are in."""

    def find(self, theirs: str) -> Clue | None:
        """What shows the decimal mark of a column."""

    def contradicts(self, theirs: str, mark: Decimal) -> bool:
        """Whether something shows another decimal mark of a column."""


@dataclass(frozen=True)
class AmountReading:
    """How a text column of amounts is read.

    Three digits behind a mark of `refuse` are ambiguous; with `mixed`, so is what only the other
    mark can read, and where this one is `doubted`, decimals behind it. `settled` says that the
    column, the file or the caller tells the mark, `where` which of the file. `words` are the
    currencies beside amounts, `torn` says that some stand between digits; `foreign` lists the signs
    of others than `currency`. With `whole` there are no decimals but zeros; with `lakhs` there is
    12,34,567.
    """

    decimal: Decimal
    refuse: str = ""
    mixed: bool = False
    doubted: bool = False
    settled: bool = True
    where: str = ""
    currency: str = ""
    words: frozenset[str] = frozenset()
    torn: bool = False
    whole: bool = False
    foreign: tuple[str, ...] = ()
    lakhs: bool = False

    def __str__(self) -> str:
        """Say the reading in words."""
        words = f"decimal {_NAMES[self.decimal]}" if self.settled else "decimal mark unclear"
        return ", ".join(filter(None, (words, self.where, self.currency)))


def choose_reading(
    seen: Seen, codes: Mapping[str, str], decimal: Decimal | None, theirs: str, rest: Rest
) -> AmountReading:
    """Choose how the column `theirs` is read, from what its cells show; `decimal` overrules them.

    `codes` say which currency each sign means.
    """
    worth = Counter[str]()
    for sign, number in seen.signs.items():
        worth[codes[sign]] += number
    currency = max((code for code in worth if code), key=lambda code: worth[code], default="")
    foreign = tuple(sign for sign in seen.signs if currency and codes[sign] != currency)
    # Who says it by a sign need not be asked, nor where it does not matter.
    asked = any(map(seen.three, _MARKS)) or seen.ways["lakhs"]
    used = frozenset({currency}) if currency else rest.currencies if asked else frozenset()
    reading = _choose_mark(seen, decimal, theirs, rest, used)
    whole = decimal is None and _are_whole(used) and not seen.shows_decimals(reading.decimal)
    return replace(
        reading,
        currency=currency,
        whole=whole,
        mixed=reading.mixed and not whole,
        words=frozenset(seen.words),
        torn=seen.ways["torn"] > 0,
        foreign=foreign,
        lakhs=seen.shows_lakhs() or bool(used & _LAKHS),
    )


def _choose_mark(
    seen: Seen, decimal: Decimal | None, theirs: str, rest: Rest, currencies: frozenset[str]
) -> AmountReading:
    if decimal is not None:
        return AmountReading(decimal)
    shown = find_mark(seen, currencies)
    fine = _list_fine(seen, currencies)
    if shown is None:
        guess = guess_mark(seen, currencies)
        shown = None if guess is None or rest.contradicts(theirs, guess) else guess
    if shown is not None:
        return _settle(seen, shown, fine)
    mark = max(_MARKS, key=seen.only)
    if not any(map(seen.three, _MARKS)):
        several = seen.only(mark) > 0  # as many as of the other mark
        return AmountReading(mark, mixed=several, settled=not several)
    clue = rest.find(theirs)
    if clue is None or not _allows(seen, clue, currencies):
        minority = seen.only(mark) < seen.three(mark)
        return AmountReading(mark, refuse=".,", mixed=True, settled=False, doubted=minority)
    fine |= {clue.mark} if clue.sure else set()
    return replace(_settle(seen, clue.mark, fine), where=clue.where)


def _allows(seen: Seen, clue: Clue, currencies: frozenset[str]) -> bool:
    """Whether a column can be read as its file shows: more of it must not say otherwise."""
    usual = clue.sure or not currencies & _FINE
    return usual and seen.only(clue.mark) >= seen.only(_OTHER[clue.mark])


def find_mark(seen: Seen, currencies: frozenset[str] = frozenset()) -> Decimal | None:
    """The decimal mark that most cells of a column show, or None where they do not tell."""
    fine = _list_fine(seen, currencies)
    votes = {
        mark: seen.only(mark)
        + sum(seen.three(one) for one in _MARKS if (one == mark) == (one in fine))
        for mark in _MARKS
    }
    if _are_whole(currencies):
        strength = {mark: (votes[mark], seen.three(_OTHER[mark])) for mark in _MARKS}
        best = max(_MARKS, key=lambda mark: strength[mark])
        return best if strength[best] > strength[_OTHER[best]] else None
    best = max(_MARKS, key=lambda mark: (votes[mark], seen.only(mark)))
    other = _OTHER[best]
    thousands = 0 if other in fine else seen.three(other)
    if seen.only(best) > seen.only(other) and seen.only(best) * _SLIP >= thousands:
        return best
    return None


def guess_mark(seen: Seen, currencies: frozenset[str] = frozenset()) -> Decimal | None:
    """The decimal mark of a column of round thousands, where the file does not contradict.

    Prices end in 00, weights seldom do; and somebody writes other decimals than three.
    """
    if _are_whole(currencies):
        return None
    best = max(_MARKS, key=lambda mark: seen.three(_OTHER[mark]))
    other = _OTHER[best]
    thousands = 0 if other in _list_fine(seen, currencies) else seen.three(other)
    prices = seen.ways["round" + other] * 2 > thousands > 0
    others = seen.only(best) + seen.only(other) > 0
    slips = seen.only(other) * _SLIP <= thousands and not seen.ways["fine" + other]
    return best if prices and others and slips and not currencies & _FINE else None


def _settle(seen: Seen, mark: Decimal, fine: set[Decimal]) -> AmountReading:
    """The reading with this decimal mark, where three decimals are usual behind marks of `fine`."""
    other = _OTHER[mark]
    refuse = ("" if mark in fine else mark) + (other if other in fine else "")
    several = seen.only(other) * _SLIP > seen.only(mark) + seen.three(other)
    return AmountReading(mark, refuse=refuse, mixed=several)


def _list_fine(seen: Seen, currencies: frozenset[str]) -> set[Decimal]:
    """The marks behind which three decimals are usual."""
    return {mark for mark in _MARKS if seen.shows_fine(mark) and not _are_whole(currencies)}


def _are_whole(currencies: frozenset[str]) -> bool:
    return bool(currencies) and currencies <= _WHOLE
