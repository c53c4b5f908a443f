"""What a fit that found no answer says."""

__all__ = ["ConvergenceError"]


class ConvergenceError(ValueError):
    """The data do not determine the parameters; the message names the cause and the remedy."""
