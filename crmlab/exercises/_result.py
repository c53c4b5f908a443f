"""What a check returns: a result that a notebook does not show, since its text is printed."""

from dataclasses import dataclass

__all__ = ["Result"]


@dataclass(frozen=True)
class Result:
    """Whether an answer is right, and the sentence that was printed about it.

    Attributes
    ----------
    key : str
        Number of the exercise, or of none where there is no such exercise.
    right : bool
        Whether the answer is right; also the truth of the result.
    message : str
        The sentence, without the key.
    attempted : bool
        Whether there was an answer at all.
    """

    key: str
    right: bool
    message: str
    attempted: bool = True

    def __bool__(self) -> bool:
        return self.right

    def _ipython_display_(self) -> None:
        """Show nothing: the sentence is printed already."""
