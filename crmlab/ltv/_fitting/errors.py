"""What a fit that found no answer says."""

from crmlab._errors import InputError

__all__ = ["ConvergenceError"]


class ConvergenceError(InputError):
    """The data do not determine the parameters; the message names the cause and the remedy."""
