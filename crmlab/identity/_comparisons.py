"""How two records are compared: for each field a list of levels; the first that holds counts.

A level is a condition in SQL over the two records (`_l` and `_r`), its label, and the shares of
pairs expected there: of one person (`m`) and of two strangers (`u`). The training starts from them,
and tables too small to learn from stay near them. The same conditions hold on every engine: they
compare letters of one byte, and `one_slip`, for which each engine has other words, is put into
words by `Engine.make_linker`.
"""

from collections.abc import Collection, Sequence
from typing import Any

__all__ = ["MOVED", "MOVED_SHARE", "build_comparisons"]

# Pairs of records of one person that hold two quite different given names: changed names and
# mix-ups only. It is held fixed because training would learn twins as such pairs: they share
# surname, birth date, phone, e-mail and address, and differ in the given name only.
OTHER_NAME = 0.001
# Pairs of children of one family that are born on one day. Among records with the same contact but
# another given name the birth date says this much, not what it says among strangers.
TWINS = 0.03
# Names in another order are one event: weighed among the given names, where they count as half as
# strong as equal given names, and without weight among the surnames. Their shares are not learned.
MOVED = "same words in another order"
MOVED_SHARE = 0.005
_CONTACT_LABELS = {"phone": "phone", "email": "e-mail", "address": "address"}
_FAMILY_CONTACTS = ("phone", "local", "address")


def build_comparisons(
    columns: Collection[str], exact: Sequence[str], *, families: bool
) -> list[dict[str, Any]]:
    """Build the comparisons for the available columns, as splink settings.

    Parameters
    ----------
    columns : collection of str
        Columns of the prepared records that are not empty.
    exact : sequence of str
        Labels of the identifier columns ``id_0``, ``id_1``, and so on.
    families : bool
        Whether agreement that is typical of a family is discounted: the surname has no weight
        among records with the same phone, e-mail or address, and the birth date little weight
        beside another given name. The shares are estimated without this.

    Returns
    -------
    list of dict
        One comparison each for given name, surname, birth date, contact (phone, e-mail and address
        together) and every identifier.
    """
    found = []
    if "given" in columns:
        found.append(_given_name())
    if "surname" in columns:
        found.append(_surname(columns, families))
    if "birth" in columns:
        found.append(_birth(families and "given" in columns))
    contact = _contact(columns)
    if contact:
        found.append(contact)
    for number, label in enumerate(exact):
        if f"id_{number}" in columns:
            found.append(_identifier(f"id_{number}", label, columns))
    return found


def _comparison(name: str, levels: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"output_column_name": name, "comparison_levels": list(levels)}


def _level(condition: str, label: str, m: float, u: float, **more: Any) -> dict[str, Any]:
    shares = {"m_probability": m, "u_probability": u}
    return {"sql_condition": condition, "label_for_charts": label, **shares, **more}


def _null_level(condition: str, label: str = "missing") -> dict[str, Any]:
    return {"sql_condition": condition, "label_for_charts": label, "is_null_level": True}


def _missing(name: str) -> str:
    return f"({name}_l IS NULL OR {name}_r IS NULL)"


def _same(name: str) -> str:
    return f"{name}_l = {name}_r"


def _one_typo(name: str) -> str:
    """One letter differs, is missing or is added, or two adjacent letters are swapped."""
    left, right = f"{name}_l", f"{name}_r"
    # One typo leaves the first or the last letter unchanged: a cheap test that settles most pairs.
    possible = (
        f"abs(length({left}) - length({right})) <= 1"
        f" AND (left({left}, 1) = left({right}, 1) OR right({left}, 1) = right({right}, 1))"
    )
    return f"({possible} AND one_slip({left}, {right}))"


def _spelled(name: str, columns: Collection[str]) -> str:
    """The column that holds a field in letters of one byte."""
    return f"spelled_{name}" if f"spelled_{name}" in columns else name


def _few_typos(name: str, one_in: int) -> str:
    """At most one letter in `one_in` differs; words must be at least twice that long."""
    left, right = f"{name}_l", f"{name}_r"
    longest = f"greatest(length({left}), length({right}))"
    surplus = f"abs(length({left}) - length({right}))"  # cheap, and no more than the distance
    return (
        f"({longest} >= {2 * one_in} AND {surplus} * {one_in} <= {longest}"
        f" AND levenshtein({left}, {right}) * {one_in} <= {longest})"
    )


_ALIKE_SCRIPT = "hangul_l = hangul_r"
# Different Hangul may sound alike (서연, 수연), so sound counts only where a script is Latin.
_NOT_BOTH_HANGUL = "NOT (hangul_l AND hangul_r)"
_SOUND = f"({_NOT_BOTH_HANGUL} AND given_sound_l = given_sound_r)"
_SURNAME_SOUND = f"({_NOT_BOTH_HANGUL} AND surname_sound_l = surname_sound_r)"
# The words of one name in other places: surname and given name swapped, or given names.
_MOVED = (
    f"(({_NOT_BOTH_HANGUL} AND sound_l = sound_r) OR (surname_l = given_r AND given_l = surname_r))"
)


def _typo(part: str, sound: str) -> str:
    # By cases: splink brings nested conditions to a normal form, a second for each linkage.
    return f"CASE WHEN {_ALIKE_SCRIPT} THEN {_one_typo(part)} ELSE {_one_typo(sound)} END"


def _similar_given_names() -> str:
    """Whether two given names may be spellings of the same name."""
    return (
        f"({_same('given')} OR {_SOUND} OR {_MOVED} OR {_typo('given', 'given_sound')}"
        f" OR {_same('shuffled')} OR ({_ALIKE_SCRIPT} AND {_few_typos('given', 4)}))"
    )


def _given_name() -> dict[str, Any]:
    typo = _typo("given", "given_sound")
    # A typo makes a spelling that hardly anybody has; two names that differ by a letter
    # (서진, 서준), such as those of brothers, both occur often.
    two_names = (
        "least(spelled_l, spelled_r) >= 3"
        " AND least(spelled_l, spelled_r) * 20 >= greatest(spelled_l, spelled_r)"
    )
    return _comparison(
        "given_name",
        [
            _null_level(_missing("given")),
            _level(_same("given"), "same letters", 0.75, 5e-3, tf_adjustment_column="given"),
            _level(_SOUND, "same in Latin letters", 0.1, 5e-4),
            _level(_MOVED, MOVED, MOVED_SHARE, 1e-4, tf_adjustment_column="given"),
            _level(f"{two_names} AND {typo}", "one letter differs, both are names", 0.005, 5e-3),
            _level(typo, "one letter differs", 0.08, 1e-3),
            _level(_same("shuffled"), "syllables swapped", 0.01, 1e-4),
            _level(f"{_ALIKE_SCRIPT} AND {_few_typos('given', 4)}", "nearly same", 0.02, 1e-3),
            _level("ELSE", "differs", OTHER_NAME, 0.99, fix_m_probability=True),
        ],
    )


def _surname(columns: Collection[str], families: bool) -> dict[str, Any]:
    shared = " OR ".join(_same(name) for name in _FAMILY_CONTACTS if name in columns)
    alike = f"({_same('surname')} OR {_SURNAME_SOUND})"
    family = [_null_level(f"{alike} AND ({shared})", "same, as in a family")]
    return _comparison(
        "surname",
        [
            _null_level(_missing("surname")),
            *(family if families and shared else []),
            _level(_same("surname"), "same letters", 0.85, 0.05, tf_adjustment_column="surname"),
            _level(_SURNAME_SOUND, "same in Latin letters", 0.1, 5e-3),
            *([_level(_MOVED, MOVED, MOVED_SHARE, MOVED_SHARE)] if "given" in columns else []),
            _level(_typo("surname", "surname_sound"), "one letter differs", 0.03, 0.02),
            _level(f"{_ALIKE_SCRIPT} AND {_few_typos('surname', 4)}", "nearly same", 0.01, 1e-3),
            _level("ELSE", "differs", 0.01, 0.93),
        ],
    )


def _birth(families: bool) -> dict[str, Any]:
    year = "left(birth_l, 4) = left(birth_r, 4)"
    swapped = (
        f"({year} AND substr(birth_l, 5, 2) = right(birth_r, 2)"
        " AND right(birth_l, 2) = substr(birth_r, 5, 2))"
    )
    twins = f"{_same('birth')} AND NOT {_similar_given_names()}"
    return _comparison(
        "birth_date",
        [
            _null_level(_missing("birth")),
            *([_level(twins, "same, given names differ", 0.95, TWINS)] if families else []),
            _level(_same("birth"), "same", 0.9, 3e-4),
            _level(
                f"CASE WHEN {_one_typo('birth')} THEN TRUE ELSE {swapped} END",
                "one digit differs, or day and month swapped",
                0.05,
                5e-3,
            ),
            _level("right(birth_l, 4) = right(birth_r, 4)", "day and month same", 0.01, 3e-3),
            _level(year, "year same", 0.02, 0.05),
            _level("ELSE", "differs", 0.02, 0.94),
        ],
    )


def _contact(columns: Collection[str]) -> dict[str, Any] | None:
    """Phone, e-mail and address as one comparison.

    A household shares all three, so they are not three independent pieces of evidence.
    """
    contacts = [name for name in _CONTACT_LABELS if name in columns]
    places = _places(columns)
    if not contacts and not places:
        return None
    near = _near_conditions(columns)
    return _comparison(
        "contact",
        [
            _null_level(" AND ".join(_missing(name) for name in [*contacts, *places])),
            *_same_contacts(contacts),
            *([_level(" OR ".join(near), "nearly same", 0.05, 3e-5)] if near else []),
            *places.values(),
            _level("ELSE", "differs", 0.05, 0.99),
        ],
    )


def _same_contacts(names: Sequence[str]) -> list[dict[str, Any]]:
    """Levels for three, two and one of phone, e-mail and address."""
    levels = []
    count = " + ".join(f"CASE WHEN {_same(name)} THEN 1 ELSE 0 END" for name in names)
    listed = ", ".join(_CONTACT_LABELS[name] for name in names)
    if len(names) == 3:
        levels.append(_level(f"{count} = 3", f"{listed} same", 0.4, 1e-5))
    if len(names) >= 2:
        label = f"two of {listed} same" if len(names) == 3 else f"{listed} same"
        levels.append(_level(f"{count} = 2", label, 0.3, 1e-5))
    alone = (0.7, 0.2, 0.05)[len(names) - 1]
    return levels + [
        _level(_same(name), f"{_CONTACT_LABELS[name]} same", alone, 1e-5) for name in names
    ]


def _places(columns: Collection[str]) -> dict[str, dict[str, Any]]:
    """Levels for parts of the address, from the most to the least exact."""
    rules = {
        "building": (_same("building"), 1e-5),
        "street": (_street(columns), 1e-4),
        "postcode": (_same("postcode"), 1e-3),
        "district": (_same("district"), 0.01),
    }
    return {
        name: _level(condition, f"{name} same", 0.02, u)
        for name, (condition, u) in rules.items()
        if name in columns
    }


def _street(columns: Collection[str]) -> str:
    # With a district they are Korean: so few letters that another letter is another road.
    foreign = "district_l IS NULL AND district_r IS NULL AND " if "district" in columns else ""
    return f"{_same('street')} OR ({foreign}{_few_typos('street', 6)})"


def _near_conditions(columns: Collection[str]) -> list[str]:
    near = []
    if "phone" in columns:
        near.append(_one_typo("phone"))
    if "email" in columns:
        near += [_same("local"), _one_typo(_spelled("email", columns))]
    if "address" in columns:
        near.append(f"({_same('numbers')} AND {_few_typos('spelled_address', 4)})")
    return near


def _identifier(column: str, label: str, columns: Collection[str]) -> dict[str, Any]:
    return _comparison(
        label,
        [
            _null_level(_missing(column)),
            _level(_same(column), "same", 0.9, 1e-6),
            _level(_one_typo(_spelled(column, columns)), "one character differs", 0.08, 1e-5),
            _level("ELSE", "differs", 0.02, 0.999),
        ],
    )
