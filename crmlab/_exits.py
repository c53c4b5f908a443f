"""Exit codes: what a scheduler, or whoever called a command, learns from how it ended."""

from crmlab._errors import InputError, RunError
from crmlab._speech import speak

__all__ = [
    "DONE",
    "FAILED",
    "FAULT",
    "INTERRUPTED",
    "LEFT_OUT",
    "MEANINGS",
    "PIPE_CLOSED",
    "REFUSED",
    "exit_code",
    "explain",
]

DONE, FAULT, REFUSED, LEFT_OUT, FAILED = range(5)

INTERRUPTED, PIPE_CLOSED = 130, 141  # as shells count: 128 and the number of the signal

MEANINGS = {
    DONE: "done",
    FAULT: "a fault of crmlab",
    REFUSED: "refused: wrong input or usage, or a file, an extra, a permission, the network, "
    "disk space or memory is missing",
    LEFT_OUT: "done, but rows were left out as faulty",
    FAILED: "a report or the workbook failed once its cells ran",
    INTERRUPTED: "stopped by Ctrl-C",
}


def exit_code(error: BaseException) -> int:
    """Say whose fault an error is.

    Examples
    --------
    >>> exit_code(InputError("`top` must be in [0, 1]; got 1.4.")), exit_code(ValueError("oops"))
    (2, 1)
    """
    if isinstance(error.__cause__, KeyboardInterrupt):  # as DuckDB ends a query
        return INTERRUPTED
    if isinstance(error, RunError):
        return FAILED
    # OSError: files, permissions, the disk and, as urllib and requests raise it, the network.
    refused = isinstance(error, InputError | OSError | MemoryError) or _is_missing_package(error)
    return REFUSED if refused else FAULT


def _is_missing_package(error: BaseException) -> bool:
    """Whether a package that is not installed is to blame, and not a module of crmlab."""
    if not isinstance(error, ModuleNotFoundError):
        return False
    return (error.name or "").partition(".")[0] != "crmlab"


def explain(error: BaseException, command: str = "") -> str:
    """Say what went wrong in words for those who did not write the code.

    Arguments of Python are written as options of the command.

    Examples
    --------
    >>> explain(InputError("Did you mean columns={'Paid at': 'date', 'Total': 'amount'}?"))
    "Did you mean --column 'Paid at=date' --column Total=amount?"
    >>> explain(PermissionError(13, "Permission denied", "orders.csv"))
    "Permission denied: 'orders.csv'"
    >>> explain(KeyError("margin"))
    "KeyError: 'margin'. This is a fault of crmlab. Please report it, with what --debug shows."
    """
    message = str(error)
    if exit_code(error) == FAULT:
        fault = f"{type(error).__name__}: {message.rstrip('.')}"
        return f"{fault}. This is a fault of crmlab. Please report it, with what --debug shows."
    if isinstance(error, OSError) and error.strerror and error.errno is not None:
        return error.strerror + (f": {error.filename!r}" if error.filename is not None else "")
    if isinstance(error, MemoryError):
        return "There is not enough memory. Use a larger machine, or fewer customers."
    return speak(message, command)
