"""Numbers in sentences: one customer is not "1 customers", and money may have no name."""

__all__ = ["count_words", "money_words", "name_money"]

_UNNAMED = "the file's currency"


def count_words(number: int, one: str, many: str = "") -> str:
    """Say how many there are.

    Parameters
    ----------
    number : int
        How many.
    one : str
        Word for one of them.
    many : str, default=""
        Word for several; by default the word for one, with an s.

    Returns
    -------
    str

    Examples
    --------
    >>> count_words(1, "customer"), count_words(1200, "customer"), count_words(2, "day", "days")
    ('1 customer', '1,200 customers', '2 days')
    """
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def name_money(currency: str) -> str:
    """Name a currency in a heading: its code, or in words that it is not known.

    Examples
    --------
    >>> name_money("KRW"), name_money("")
    ('KRW', "the file's currency")
    """
    return currency or _UNNAMED


def money_words(amount: float, currency: str, *, decimals: int = 0) -> str:
    """Write an amount of money in a sentence.

    Examples
    --------
    >>> money_words(1200.5, "USD", decimals=2), money_words(1200, "")
    ('USD 1,200.50', "1,200 in the file's currency")
    """
    number = f"{amount:,.{decimals}f}"
    return f"{currency} {number}" if currency else f"{number} in {_UNNAMED}"
