"""How two records are compared: for each field a ladder of levels, the first that holds counts.

A level is a condition in SQL over the two records (`_l` and `_r`), its label, and the share of
pairs of one person expected there (`m`), from which the training starts. The same conditions run
on DuckDB and on Spark.
"""

from collections.abc import Collection, Sequence
from typing import Any

__all__ = ["comparisons"]

# Pairs of records of one person that hold two quite different given names: changed names and
# mix-ups only. It is held fixed because twins would be learned as such pairs: they share surname,
# birth date, phone, e-mail and address, and differ in nothing but the given name.
OTHER_NAME = 0.001


def comparisons(columns: Collection[str], exact: Sequence[str], *, spark: bool) -> list[dict]:
    """Comparisons for the columns at hand, as splink settings.

    Parameters
    ----------
    columns : collection of str
        Columns of the comparable records that hold anything.
    exact : sequence of str
        Labels of the identifier columns ``id_0``, ``id_1``, and so on.
    spark : bool
        Whether the conditions run on Spark, which counts a swap of two letters differently.

    Returns
    -------
    list of dict
        One comparison each for name, birth date, contact (phone, e-mail and address together) and
        every identifier.
    """
    found = []
    if "sound" in columns:
        found.append(_name(spark))
    if "birth" in columns:
        found.append(_birth(spark, named="sound" in columns))
    contact = _contact(columns, spark)
    if contact:
        found.append(contact)
    for number, label in enumerate(exact):
        if f"id_{number}" in columns:
            found.append(_identifier(f"id_{number}", label, spark))
    return found


def _comparison(name: str, levels: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"output_column_name": name, "comparison_levels": list(levels)}


def _level(condition: str, label: str, m: float, **more: Any) -> dict[str, Any]:
    return {"sql_condition": condition, "label_for_charts": label, "m_probability": m, **more}


def _nothing(condition: str, label: str = "missing") -> dict[str, Any]:
    return {"sql_condition": condition, "label_for_charts": label, "is_null_level": True}


def _missing(name: str) -> str:
    return f"({name}_l IS NULL OR {name}_r IS NULL)"


def _same(name: str) -> str:
    return f"{name}_l = {name}_r"


def _one_slip(name: str, spark: bool) -> str:
    """One letter differs, is missing or is added, or two neighbours are swapped."""
    if not spark:
        return f"damerau_levenshtein({name}_l, {name}_r) <= 1"
    letters = " = ".join(f"array_sort(split({name}_{side}, ''))" for side in "lr")
    steps = f"levenshtein({name}_l, {name}_r)"
    return f"({steps} <= 1 OR ({steps} = 2 AND {letters}))"


def _few_slips(name: str, one_in: int) -> str:
    """At most one letter in so many differs."""
    longest = f"greatest(length({name}_l), length({name}_r))"
    return f"levenshtein({name}_l, {name}_r) * {one_in} <= {longest}"


_ALIKE_SCRIPT = "hangul_l = hangul_r"
# Different Hangul may sound alike (서연, 수연), so sound counts only where a script is Latin.
_NOT_BOTH_HANGUL = "NOT (hangul_l AND hangul_r)"


def _near(part: str, sound: str, spark: bool) -> str:
    return (
        f"(({_ALIKE_SCRIPT} AND ({_one_slip(part, spark)} OR {_few_slips(part, 4)}))"
        f" OR (NOT {_ALIKE_SCRIPT} AND {_one_slip(sound, spark)}))"
    )


def _other_given_name(spark: bool) -> str:
    return (
        f"given_l <> given_r AND sound_l <> sound_r AND NOT {_near('given', 'given_sound', spark)}"
    )


def _name(spark: bool) -> dict[str, Any]:
    slip = (
        f"(({_ALIKE_SCRIPT} AND {_one_slip('letters', spark)})"
        f" OR (NOT {_ALIKE_SCRIPT} AND {_one_slip('sound', spark)}))"
    )
    # A typing error makes a spelling that hardly anybody has; two names that differ by a letter
    # (서진, 서준) are both held by many, as brothers would.
    two_names = (
        "least(spelled_l, spelled_r) >= 3"
        " AND least(spelled_l, spelled_r) * 20 >= greatest(spelled_l, spelled_r)"
        " AND given_l <> given_r"
    )
    return _comparison(
        "name",
        [
            _nothing(_missing("sound")),
            _level(_same("letters"), "same letters", 0.75, tf_adjustment_column="letters"),
            _level(f"{_same('sound')} AND {_NOT_BOTH_HANGUL}", "same in Latin letters", 0.1),
            _level(f"{slip} AND {two_names}", "one letter differs, both are names", 0.005),
            _level(slip, "one letter differs", 0.08),
            _level(
                f"{_same('given')} OR ({_same('given_sound')} AND {_NOT_BOTH_HANGUL})",
                "given name same",
                0.03,
            ),
            _level(
                f"(given_l IS NULL OR given_r IS NULL OR surname_l IS NULL OR surname_r IS NULL)"
                f" AND ({_same('surname')} OR {_same('given')})",
                "a part missing, the rest same",
                0.005,
            ),
            _level(_near("given", "given_sound", spark), "given name nearly same", 0.02),
            _level(
                _same("surname"),
                "surname same, given name differs",
                OTHER_NAME,
                fix_m_probability=True,
            ),
            _level("ELSE", "differs", OTHER_NAME, fix_m_probability=True),
        ],
    )


def _birth(spark: bool, *, named: bool) -> dict[str, Any]:
    year = "substr(birth_l, 1, 4) = substr(birth_r, 1, 4)"
    swapped = (
        f"({year} AND substr(birth_l, 5, 2) = substr(birth_r, 7, 2)"
        " AND substr(birth_l, 7, 2) = substr(birth_r, 5, 2))"
    )
    twins = [
        _nothing(
            f"{_same('birth')} AND {_other_given_name(spark)}",
            "same, but another given name: as twins have",
        )
    ]
    return _comparison(
        "birth_date",
        [
            _nothing(_missing("birth")),
            *(twins if named else []),
            _level(_same("birth"), "same", 0.9),
            _level(
                f"{_one_slip('birth', spark)} OR {swapped}",
                "one digit differs, or day and month swapped",
                0.05,
            ),
            _level("substr(birth_l, 5, 4) = substr(birth_r, 5, 4)", "day and month same", 0.01),
            _level(year, "year same", 0.02),
            _level("ELSE", "differs", 0.02),
        ],
    )


def _contact(columns: Collection[str], spark: bool) -> dict[str, Any] | None:
    """Phone, e-mail and address in one ladder.

    A household shares all three, so they are not three independent proofs of one person.
    """
    same = {"phone": "phone", "email": "e-mail", "address": "address"}
    there = [name for name in same if name in columns]
    places = [name for name in ("building", "street", "postcode", "district") if name in columns]
    if not there and not places:
        return None
    levels = [_nothing(" AND ".join(_missing(name) for name in [*there, *places]))]
    count = " + ".join(f"CASE WHEN {_same(name)} THEN 1 ELSE 0 END" for name in there)
    listed = ", ".join(same[name] for name in there)
    if len(there) == 3:
        levels.append(_level(f"{count} = 3", f"{listed} same", 0.4))
    if len(there) >= 2:
        label = f"two of {listed} same" if len(there) == 3 else f"{listed} same"
        levels.append(_level(f"{count} = 2", label, 0.25))
    levels += [_level(_same(name), f"{same[name]} same", 0.1) for name in there]
    near = _nearly(columns, spark)
    if near:
        levels.append(_level(" OR ".join(near), "nearly same", 0.05))
    rules = {
        "building": _same("building"),
        "street": _few_slips("street", 6),
        "postcode": _same("postcode"),
        "district": _same("district"),
    }
    levels += [_level(rules[name], f"{name} same", 0.02) for name in places]
    levels.append(_level("ELSE", "differs", 0.05))
    return _comparison("contact", levels)


def _nearly(columns: Collection[str], spark: bool) -> list[str]:
    near = []
    if "phone" in columns:
        near.append(_one_slip("phone", spark))
    if "email" in columns:
        near += [_same("local"), _one_slip("email", spark)]
    if "address" in columns:
        near.append(f"({_same('numbers')} AND {_few_slips('address', 4)})")
    return near


def _identifier(column: str, label: str, spark: bool) -> dict[str, Any]:
    return _comparison(
        label,
        [
            _nothing(_missing(column)),
            _level(_same(column), "same", 0.9),
            _level(_one_slip(column, spark), "one character differs", 0.08),
            _level("ELSE", "differs", 0.02),
        ],
    )
