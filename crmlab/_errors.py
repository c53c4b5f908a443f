"""Whose fault it is: the errors that say that an input is refused.

Every refusal of what a caller passed, a table, a file's content or an option, is an `InputError`;
where the type is wrong, an `InputTypeError`. Any other ValueError or TypeError is a fault of
crmlab, so that a scheduler, a report or a command can tell the two apart.

Examples
--------
>>> import crmlab
>>> try:
...     crmlab.top_share([5, 3], top=1.4)
... except crmlab.InputError as error:
...     print(error)
`top` must be in [0, 1]; got 1.4.
"""

__all__ = ["InputError", "InputTypeError", "RunError"]


class InputError(ValueError):
    """An input is refused: the message names the argument, the rule, the value and a remedy.

    It is a ValueError; `ContractError` (a table does not keep its contract) and
    `ConvergenceError` (a model has no estimate on these data) derive from it. The commands leave
    with exit code 2.

    Examples
    --------
    >>> import crmlab
    >>> crmlab.top_share([5, 3], top=1.4)
    Traceback (most recent call last):
    crmlab.InputError: `top` must be in [0, 1]; got 1.4.
    """

    __module__ = "crmlab"  # where users import it from, as tracebacks should say


class InputTypeError(InputError, TypeError):
    """An input has the wrong type; an InputError that is also a TypeError.

    Examples
    --------
    >>> import crmlab
    >>> crmlab.top_share([5, 3], top="half")
    Traceback (most recent call last):
    crmlab.InputTypeError: `top` must be a number; got 'half'.
    """

    __module__ = "crmlab"


class RunError(RuntimeError):
    """What was started failed on its way: the base of `ReportError`."""
