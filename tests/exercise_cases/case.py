"""The form of a case."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """Right answers, and (wrong answer, words of the reason)."""

    right: list
    wrong: list
