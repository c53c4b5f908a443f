"""Every number the simulated company is made with, its unit, and its default."""

import datetime as dt
import numbers
from dataclasses import dataclass, fields

import pandas as pd

from crmlab._checks import check_choice, check_count, check_day, check_fraction

__all__ = ["CompanySettings", "settings_from"]


# For branch, web and call centre.
Chances = tuple[float, float, float]
# Chances and shares that one number gives.
_FRACTIONS = (
    "second_learner", "third_learner", "twins", "adults", "own_phone",
    "returns", "return_loss",
    "subscriber_share", "start_at_once", "basic_share", "premium_share", "instructor_leaving",
    "visits_held", "last_visits_held", "complaint_share", "grumble_share",
    "consent_email", "consent_phone", "consent_post", "consent_service", "consent_partner",
    "consent_return", "camp_control_share", "camp_persuadable", "camp_sure_thing",
    "camp_sleeping_dog", "books_persuadable", "books_sure_thing", "books_sleeping_dog",
    "answer_chance", "refusal", "refusal_dissatisfied", "do_not_call", "unsubscribe",
    "unsubscribe_dissatisfied", "open_chance", "click_chance", "coupon_redemption",
)  # fmt: skip
# Shapes, scales and multiples of laws, which need a number above 0.
_POSITIVE = (
    "purchase_shape", "purchase_scale", "dropout_a", "dropout_b", "spend_p", "spend_q",
    "spend_gamma", "churn_alpha", "churn_beta", "basic_beta", "premium_beta",
    "pupils_per_instructor",
)  # fmt: skip
# Strengths on the log scale: at more than this, exp() of them says nothing of any company.
_LOGARITHMS = (
    "seasonality", "joining_growth", "instructor_effect", "dissatisfaction_effect",
    "satisfaction_slope", "contact_fatigue", "referral_pull",
)  # fmt: skip
_STRONGEST = 10
# Average orders a week: beyond it the orders of a few customers fill the memory.
_BUSIEST = 100
# Years of the window: births are looked for from 1900 to 2100.
_FIRST_YEAR, _LAST_YEAR = 1970, 2099


@dataclass(frozen=True)
class CompanySettings:
    """What the simulated company is made with; all of it stays in ``company.truth.settings``.

    Money is in won, rates of orders per week, chances between 0 and 1.

    Parameters
    ----------
    start : str, default="2024-01-01"
        First day observed, from 1970.
    weeks : int, default=104
        Weeks observed, at least 26, until 2099.
    seasonality : float, default=1
        Strength of the seasons in orders (설날, 추석, school terms), at most 10; 0 or False for
        none. 설날 and 추석 are known for 2015 to 2035; other years have the school seasons only.
    returns : float, default=0.04
        Chance that an order line is sent back; 0 or False for none.
    return_loss : float, default=0.3
        Share of its cost that is lost when a line comes back.
    complements : float, default=1
        Power to which the planted lifts of complements and substitutes are raised, at most 1.5;
        0 or False for none.
    purchase_shape, purchase_scale : float, default=0.9, 9.0
        Orders a week of a customer are Gamma distributed: shape r, rate alpha in weeks; their
        mean r / alpha is at most 100.
    dropout_a, dropout_b : float, default=1.0, 5.0
        Chance to stop for good after each repeat order is Beta(a, b).
    spend_p, spend_q, spend_gamma : float, default=4.0, 5.0, 45000.0
        Order totals are Gamma-Gamma: shape p, and across customers shape q, above 1, and scale
        gamma in won.
    subscriber_share : float, default=0.55
        Share of customers who take a worksheet subscription, in [0, 1].
    start_at_once : float, default=0.5
        Share of subscribers who start on the day they join, in [0, 1].
    start_wait : float, default=21.0
        Days the others wait on average, exponentially distributed.
    basic_share, premium_share : float, default=0.35, 0.2
        Shares of the plans "basic" (기본) and "premium" (프리미엄) among subscriptions, in [0, 1];
        the rest is "standard" (표준).
    basic_fee, standard_fee, premium_fee : float, default=33000.0, 42000.0, 65000.0
        Fee in won a month of each plan.
    basic_cost, standard_cost, premium_cost : float, default=15000.0, 18000.0, 28000.0
        What the instructor's time costs in won a month, by plan, without travel.
    travel_cost : float, default=290.0
        Won a month for each km between the home and the nearest branch.
    churn_alpha, churn_beta : float, default=1.2, 14.0
        Monthly chance to end a standard subscription is Beta(alpha, beta) across customers; both
        above 0.
    basic_beta, premium_beta : float, default=0.75, 1.5
        What beta is multiplied by in the other plans, above 0: basic is left sooner, premium later.
    instructor_effect : float, default=0.9
        Log hazard ratio of ending in the three months after the instructor left.
    dissatisfaction_effect : float, default=1.1
        Log hazard ratio of ending in the three months after a bad experience.
    n_branches : int, default=15
        Branches, each with instructors of its own.
    pupils_per_instructor : float, default=40.0
        Pupils an instructor teaches when half of all who ever subscribe are active; above 0.
    instructor_leaving : float, default=0.025
        Chance of an instructor to leave at the end of a month, in [0, 1].
    visits_held, last_visits_held : float, default=0.96, 0.75
        Chance that a weekly visit takes place; the second in an instructor's last month; in [0, 1].
    bad_experiences : float, default=0.12
        Bad experiences a year of a customer of average satisfaction.
    satisfaction_slope : float, default=0.8
        Fall of the log of that rate for each standard deviation of satisfaction.
    complaint_share : float, default=0.3
        Share of those with a bad experience who complain; the rest stay silent; in [0, 1].
    grumble_share : float, default=0.03
        Share of those without one who complain all the same, in [0, 1].
    resolving_days : float, default=6.0
        Days on average until a complaint is resolved; at least 1.

    second_learner, third_learner : float, default=0.28, 0.15
        Chance that a household has a second learner, and a third where there are two.
    twins : float, default=0.04
        Chance that the second learner of a household is the first one's twin.
    adults : float, default=0.06
        Share of learners who are adults; each is a household alone.
    own_phone : float, default=0.45
        Chance that a child of ten or more has a phone and an e-mail of its own, not a parent's.
    county_weight : float, default=0.3
        Chance of a county (군) against that of another district of its province.
    joining_growth : float, default=0.3
        Growth of the number who join, as a log ratio a year.
    march_peak : float, default=2.0
        How many times as many join on a day in March, when school begins.

    in_system : three chances, default=(0.8, 0.6, 0.35)
        Chances to be in each source system. This and the following triples are for branch, web and
        call centre, all in [0, 1]. Who would be in none is in one, drawn by these chances.
    second_record : three chances, default=(0.015, 0.05, 0.025)
        Chances that a person signed up a second time in the same system.
    name_spaced, name_typing, name_swapped, name_romanised : three chances
        Name written "김 민준"; with one letter wrong; with the syllables of the given name swapped;
        in Latin letters. Defaults (0.05, 0.06, 0.02), (0.008, 0.02, 0.015), (0.002, 0.004, 0.004),
        (0.003, 0.03, 0).
    phone_format, phone_old, phone_digit, phone_family, phone_missing : three chances
        Phone written without hyphens, with dots or "+82 10"; an old 011 number; a digit wrong; the
        parent's instead of the learner's own; none. Defaults (0.05, 0.12, 0.03),
        (0.03, 0.015, 0.04), (0.008, 0.015, 0.02), (0.1, 0.08, 0.25), (0.01, 0.03, 0).
    email_typing, email_family, email_missing : three chances
        E-mail with letters wrong; the parent's instead of the learner's own; none. Defaults
        (0.01, 0.012, 0.03), (0.1, 0.08, 0.15), (0.35, 0.02, 0.3).
    address_earlier, address_abbreviated, address_no_door, address_coarse : three chances
        An address from before a move; "서울 노원구 …"; without block and door; only province and
        district. Defaults (0.07, 0.06, 0.09), (0.1, 0.2, 0.15), (0.04, 0.05, 0.05),
        (0.01, 0.04, 0.03).
    birth_slip, birth_missing : three chances
        Birth date with a century, year or day slipped or day and month swapped; none. Defaults
        (0.006, 0.012, 0.01), (0.05, 0.12, 0.3).
    ordered_in : three chances, default=(0.3, 0.55, 0.15)
        Shares of the orders placed in branch, web and call centre; only their ratios count.

    Examples
    --------
    >>> CompanySettings(returns=0).returns
    0
    """

    # Time
    start: str = "2024-01-01"
    weeks: int = 104

    # People and households
    second_learner: float = 0.28
    third_learner: float = 0.15
    twins: float = 0.04
    adults: float = 0.06
    own_phone: float = 0.45
    county_weight: float = 0.3
    joining_growth: float = 0.3
    march_peak: float = 2.0

    # Orders
    seasonality: float = 1.0
    returns: float = 0.04
    return_loss: float = 0.3
    complements: float = 1.0
    purchase_shape: float = 0.9
    purchase_scale: float = 9.0
    dropout_a: float = 1.0
    dropout_b: float = 5.0
    spend_p: float = 4.0
    spend_q: float = 5.0
    spend_gamma: float = 45_000.0

    # Subscriptions, instructors and satisfaction
    subscriber_share: float = 0.55
    start_at_once: float = 0.5
    start_wait: float = 21.0
    basic_share: float = 0.35
    premium_share: float = 0.2
    basic_fee: float = 33_000.0
    standard_fee: float = 42_000.0
    premium_fee: float = 65_000.0
    basic_cost: float = 15_000.0
    standard_cost: float = 18_000.0
    premium_cost: float = 28_000.0
    travel_cost: float = 290.0
    churn_alpha: float = 1.2
    churn_beta: float = 14.0
    basic_beta: float = 0.75
    premium_beta: float = 1.5
    instructor_effect: float = 0.9
    dissatisfaction_effect: float = 1.1
    n_branches: int = 15
    pupils_per_instructor: float = 40.0
    instructor_leaving: float = 0.025
    visits_held: float = 0.96
    last_visits_held: float = 0.75
    bad_experiences: float = 0.12
    satisfaction_slope: float = 0.8
    complaint_share: float = 0.3
    grumble_share: float = 0.03
    resolving_days: float = 6.0

    # Marketing: consents, campaigns, contacts, coupons, referrals, spend
    consent_email: float = 0.7
    consent_phone: float = 0.55
    consent_post: float = 0.6
    consent_service: float = 0.95
    consent_partner: float = 0.15
    consent_withdrawal: float = 0.06
    consent_later: float = 0.04
    consent_return: float = 0.25
    camp_control_share: float = 0.5
    camp_persuadable: float = 0.14
    camp_sure_thing: float = 0.10
    camp_sleeping_dog: float = 0.04
    books_persuadable: float = 0.10
    books_sure_thing: float = 0.16
    books_sleeping_dog: float = 0.04
    books_choice: float = 0.08
    answer_chance: float = 0.5
    contact_fatigue: float = 0.4
    fatigue_days: float = 60.0
    refusal: float = 0.3
    refusal_dissatisfied: float = 0.65
    do_not_call: float = 0.15
    unsubscribe: float = 0.006
    unsubscribe_dissatisfied: float = 0.04
    open_chance: float = 0.35
    click_chance: float = 0.2
    coupon_redemption: float = 0.15
    referral_pull: float = 0.8
    cost_search: float = 38_000.0
    cost_referral: float = 15_000.0
    cost_flyer: float = 52_000.0
    cost_tv: float = 90_000.0
    cost_branch: float = 30_000.0
    spend_noise: float = 0.15
    keep_overhead: float = 0.2

    # Sources: who is in which system, and how their records are corrupted;
    # each triple is for branch, web and call centre
    in_system: Chances = (0.8, 0.6, 0.35)
    second_record: Chances = (0.015, 0.05, 0.025)
    name_spaced: Chances = (0.05, 0.06, 0.02)
    name_typing: Chances = (0.008, 0.02, 0.015)
    name_swapped: Chances = (0.002, 0.004, 0.004)
    name_romanised: Chances = (0.003, 0.03, 0.0)
    phone_format: Chances = (0.05, 0.12, 0.03)
    phone_old: Chances = (0.03, 0.015, 0.04)
    phone_digit: Chances = (0.008, 0.015, 0.02)
    phone_family: Chances = (0.1, 0.08, 0.25)
    phone_missing: Chances = (0.01, 0.03, 0.0)
    email_typing: Chances = (0.01, 0.012, 0.03)
    email_family: Chances = (0.1, 0.08, 0.15)
    email_missing: Chances = (0.35, 0.02, 0.3)
    address_earlier: Chances = (0.07, 0.06, 0.09)
    address_abbreviated: Chances = (0.1, 0.2, 0.15)
    address_no_door: Chances = (0.04, 0.05, 0.05)
    address_coarse: Chances = (0.01, 0.04, 0.03)
    birth_slip: Chances = (0.006, 0.012, 0.01)
    birth_missing: Chances = (0.05, 0.12, 0.3)
    ordered_in: Chances = (0.3, 0.55, 0.15)

    def __post_init__(self) -> None:
        check_count("weeks", self.weeks, minimum=26)
        _check_window(self.start, 7 * self.weeks)
        for field in fields(self):
            value = getattr(self, field.name)
            if field.type in (float, "float") and not _not_negative(value):
                raise ValueError(
                    f"`{field.name}` must be a number that is finite and not negative; "
                    f"got {value!r}."
                )
            if field.type == Chances:
                _check_chances(field.name, value)
        for name in _FRACTIONS:
            check_fraction(name, float(getattr(self, name)))
        for name in _POSITIVE:
            if getattr(self, name) <= 0:
                raise ValueError(f"`{name}` must be above 0; got {getattr(self, name)!r}.")
        _check_strengths(self)
        _check_service(self)
        for name in ("in_system", "ordered_in"):
            if not any(getattr(self, name)):
                raise ValueError(f"`{name}` must hold a chance above 0; got none.")

    @property
    def first_day(self) -> pd.Timestamp:
        """First day observed."""
        return pd.Timestamp(self.start)

    @property
    def n_days(self) -> int:
        """Days observed."""
        return 7 * self.weeks

    @property
    def last_day(self) -> pd.Timestamp:
        """Last day observed: the truth about "alive" is as of its evening."""
        return self.first_day + pd.Timedelta(days=self.n_days - 1)


def _check_window(start: object, n_days: int) -> None:
    """Refuse what is no day, and years in which the tables cannot be made."""
    day = check_day("start", start)  # type: ignore[arg-type]
    if day is None or pd.Timestamp(start) != pd.Timestamp(day):  # type: ignore[arg-type]
        raise ValueError(
            f"`start` must be a day such as '2024-01-01', without a time; got {start!r}."
        )
    end = day.toordinal() + n_days - 1
    if day.year < _FIRST_YEAR or end > dt.date(_LAST_YEAR, 12, 31).toordinal():
        raise ValueError(
            f"`start` and `weeks` must lie in the years {_FIRST_YEAR} to {_LAST_YEAR}; "
            f"got {n_days // 7} weeks from {day}."
        )


def _check_strengths(settings: CompanySettings) -> None:
    """Refuse numbers that only overflow: effects on a log scale, and orders without end."""
    for name in _LOGARITHMS:
        if getattr(settings, name) > _STRONGEST:
            raise ValueError(
                f"`{name}` must be at most {_STRONGEST}; got {getattr(settings, name)!r}. "
                "It counts on the log scale, where 1 is strong already."
            )
    if settings.purchase_shape > _BUSIEST * settings.purchase_scale > 0:
        raise ValueError(
            f"`purchase_shape` / `purchase_scale` must be at most {_BUSIEST}, the average orders "
            f"a week; got {settings.purchase_shape!r} / {settings.purchase_scale!r}."
        )
    if settings.spend_q <= 1:
        raise ValueError(
            f"`spend_q` must be above 1; got {settings.spend_q!r}. "
            "Otherwise the mean spend across customers is infinite."
        )
    if settings.pupils_per_instructor and settings.pupils_per_instructor < 1:
        raise ValueError(
            f"`pupils_per_instructor` must be at least 1; got {settings.pupils_per_instructor!r}."
        )


def _check_service(settings: "CompanySettings") -> None:
    """Refuse plans that are more than all, and complaints that are settled before they are made."""
    taken = settings.basic_share + settings.premium_share
    if taken > 1:
        raise ValueError(
            f"`basic_share` and `premium_share` must add up to at most 1; got {taken:g}. "
            "The rest is the share of the standard plan."
        )
    if settings.resolving_days < 1:
        raise ValueError(f"`resolving_days` must be at least 1; got {settings.resolving_days!r}.")


def _not_negative(value: object) -> bool:
    return isinstance(value, numbers.Real) and 0 <= float(value) < float("inf")


def _check_chances(name: str, value: object) -> None:
    """Refuse what is not a chance each for branch, web and call centre."""
    triple = value if isinstance(value, tuple) and len(value) == 3 else (-1,)
    if all(_not_negative(chance) and chance <= 1 for chance in triple):
        return
    raise ValueError(
        f"`{name}` must be a tuple of three chances in [0, 1], for branch, web and call centre; "
        f"got {value!r}."
    )


def settings_from(changes: dict[str, object]) -> CompanySettings:
    """Defaults with `changes`; an unknown name is an error that suggests the nearest."""
    known = [field.name for field in fields(CompanySettings)]
    for name in changes:
        check_choice("setting", name, known)
    return CompanySettings(**changes)  # type: ignore[arg-type]
