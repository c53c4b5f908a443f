"""Instructors: posts at branches, who holds them, and who leaves when."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crmlab.company import CompanySettings
from crmlab.simulate._service.months import Days, calendar_months, last_day_of

__all__ = ["Staff", "hire_instructors"]

_FIRST_POSTS = 60  # months before the first one in which the first holders joined


@dataclass(frozen=True)
class Staff:
    """Who teaches where in every month.

    Attributes
    ----------
    table : DataFrame
        `instructor_id`, `branch_id`, `joined` (first of a month), `left` (last day of a month, NaT
        while there).
    holder : ndarray of shape (n_posts, n_months)
        Row in `table` of the holder of each post; posts of a branch are neighbours.
    leaves : ndarray of shape (n_posts, n_months)
        Whether the holder leaves at the end of the month.
    first_post, n_posts : ndarray of shape (n_branches,)
        Where the posts of each branch begin, and how many there are.
    """

    table: pd.DataFrame
    holder: NDArray[np.intp]
    leaves: NDArray[np.bool_]
    first_post: NDArray[np.intp]
    n_posts: NDArray[np.intp]

    def draw_post(self, branch: NDArray[np.intp], rng: np.random.Generator) -> NDArray[np.intp]:
        """Draw one of the posts of each `branch`, all equally likely."""
        place = (rng.random(len(branch)) * self.n_posts[branch]).astype(np.intp)
        return self.first_post[branch] + place


def hire_instructors(
    branches: pd.DataFrame,
    pupils: NDArray[np.float64],
    settings: CompanySettings,
    rng: np.random.Generator,
) -> Staff:
    """Fill the posts of each branch; a post that is left is filled on the next day.

    Parameters
    ----------
    branches : DataFrame
        `branch_id`.
    pupils : ndarray of shape (n_branches,)
        Pupils each branch is to expect.
    settings : CompanySettings
        `pupils_per_instructor` and `instructor_leaving` count.
    rng : numpy.random.Generator
        Source of the draws of who leaves.

    Returns
    -------
    Staff
        The table of instructors and who holds which post.
    """
    months = calendar_months(settings)
    n_posts = np.maximum(np.ceil(pupils / settings.pupils_per_instructor), 1).astype(np.intp)
    branch = np.repeat(np.arange(len(branches)), n_posts)
    leaves = rng.random((len(branch), len(months))) < settings.instructor_leaving
    # What happens after the last day is not known on it.
    leaves &= last_day_of(months) <= np.datetime64(settings.last_day, "D")
    holder, post, joined = _number_holders(leaves)
    before = rng.integers(1, _FIRST_POSTS + 1, size=len(branch))
    arrived = np.where(joined < 0, months[0] - before[post], months[np.maximum(joined, 0)])
    left = np.full(len(post), np.datetime64("NaT", "D"))
    left[holder[leaves]] = np.broadcast_to(last_day_of(months), leaves.shape)[leaves]
    table = pd.DataFrame(
        {
            "instructor_id": [f"I{number:05d}" for number in range(1, len(post) + 1)],
            "branch_id": branches["branch_id"].to_numpy()[branch[post]],
            "joined": _first_days(arrived),
            "left": left,
        }
    ).astype({"instructor_id": "str", "branch_id": "str"})
    return Staff(table, holder, leaves, np.cumsum(n_posts) - n_posts, n_posts)


def _first_days(month: Days) -> Days:
    return month.astype("datetime64[D]")


def _number_holders(
    leaves: NDArray[np.bool_],
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Number the instructors by the month they join (-1: before the first), then by post.

    Returns the holder of each post in each month, and of each instructor the post and the month.
    """
    n_posts, n_months = leaves.shape
    fresh = np.zeros((n_months, n_posts), dtype=bool)
    fresh[1:] = leaves[:, :-1].T
    month, post = np.nonzero(fresh)
    number = np.zeros((n_months, n_posts), dtype=np.intp)
    number[0] = np.arange(n_posts)
    number[month, post] = n_posts + np.arange(len(post))
    # Numbers rise with time, so the largest so far is the holder's.
    holder = np.maximum.accumulate(number, axis=0).T
    posts = np.concatenate([np.arange(n_posts), post])
    return holder, posts, np.concatenate([np.full(n_posts, -1), month])
