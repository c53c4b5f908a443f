"""What an assessment is made with."""

from dataclasses import dataclass

from crmlab._checks import check_count, check_fraction, check_number

__all__ = ["Settings"]


@dataclass(frozen=True)
class Settings:
    """The options of `assess_data_quality`, checked.

    Attributes
    ----------
    threshold : float
        Probability from which two records count as one person.
    cost_per_mailing : float
        Cost of one letter, in currency.
    mailings : int
        Letters a year to every address on file.
    old_after : int
        Days; a record not updated for longer is old.
    minimum : int
        People; a smaller group is not published.
    show_personal : bool
        Whether personal fields are shown as they are.
    """

    threshold: float
    cost_per_mailing: float
    mailings: int
    old_after: int
    minimum: int
    show_personal: bool

    def __post_init__(self) -> None:
        check_fraction("threshold", self.threshold, open_ends=True)
        check_number("cost_per_mailing", self.cost_per_mailing, low=0)
        check_count("mailings", self.mailings, minimum=0)
        check_count("old_after", self.old_after)
        check_count("minimum", self.minimum, minimum=2)

    def yearly_cost(self, n_letters: int) -> float:
        """Cost of so many letters of every mailing, in currency a year."""
        return n_letters * self.cost_per_mailing * self.mailings
