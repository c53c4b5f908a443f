"""Where each of our columns comes from in the owner's table."""

from dataclasses import dataclass
from typing import Literal

__all__ = ["How", "Origin"]

How = Literal["plain", "first", "joined", "less", "among", "adjusted", "filled_down"]


@dataclass(frozen=True)
class Origin:
    """The owner's columns that make one of ours, and how.

    ======================  ===================================================================
    ``plain``               one column, as it is
    ``first``               of several columns the first that is filled in the row
    ``joined``              date and time of the day, in two columns
    ``less``                the first column, less the others
    ``among``               true where the column holds one of `words`
    ``adjusted``            given back: the first column less the second, where that lies between
                            0 and the first
    ``filled_down``         the last value at or above the row
    ======================  ===================================================================
    """

    columns: tuple[str, ...]
    how: How = "plain"
    words: tuple[str, ...] = ()
