"""Write letters in one Unicode form: macOS stores 가 as ᄀ and ᅡ, and é as e and an accent.

Engines have no function for this that all of them know.
"""

import unicodedata
from functools import partial
from typing import Any

from crmlab.loaders._columns.text import rewrite

__all__ = ["DECOMPOSED", "compose"]

# Marks, vowels and final consonants of Hangul, and ranges with letters that have another form:
# whatever composing may change, and some that it does not.
DECOMPOSED = (
    r"[\p{M}"
    "\u0374\u037e\u0387\u0958-\u095f\u09dc-\u09df\u0a33-\u0a5e\u0b5c\u0b5d\u0f43-\u0f69"
    "\u1161-\u11ff\u1f71-\u1ffd\u2000\u2001\u2126-\u212b\u2329\u232a\u2adc"
    "\uf900-\ufaff\ufb1d-\ufb4e\U0001d15e-\U0001d1c0\U0002f800-\U0002fa1d]"
)


def compose(table: Any, text: Any) -> tuple[Any, Any, int]:
    """Return the table, its text in composed form (NFC), and how many values this changed."""
    return rewrite(table, text, DECOMPOSED, partial(unicodedata.normalize, "NFC"))
