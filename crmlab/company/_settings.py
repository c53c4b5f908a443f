"""Every number the simulated company is made with: default, meaning, unit and rule in one place."""

import datetime as dt
from dataclasses import dataclass, fields

import pandas as pd

from crmlab._checks import check_choice, check_day
from crmlab._errors import InputError
from crmlab.company._rules import (
    check_settings,
    count,
    day,
    describe_settings,
    fraction,
    log_effect,
    money,
    number,
    per_source,
    positive,
)

__all__ = ["CompanySettings", "make_settings"]

# Average orders a week: beyond it the orders of a few customers fill the memory.
_BUSIEST = 100
# Years of the window: births are looked for from 1900 to 2100.
_FIRST_YEAR, _LAST_YEAR = 1970, 2099


@dataclass(frozen=True)
class CompanySettings:
    """What the simulated company is made with; all of it stays in ``company.truth.settings``.

    Money is in won, a year has 365.25 days. An effect is switched off by 0 or False.

    Examples
    --------
    >>> CompanySettings(returns=0).returns
    0
    """

    # Time
    start: str = day("2024-01-01", f"First day observed, from {_FIRST_YEAR}")
    weeks: int = count(104, f"Weeks observed, until {_LAST_YEAR}", minimum=26)

    # People and households
    second_learner: float = fraction(0.28, "Probability that a household has a second learner")
    third_learner: float = fraction(
        0.15, "Probability that a household of two learners has a third"
    )
    twins: float = fraction(
        0.04, "Probability that the second learner of a household is the first one's twin"
    )
    adults: float = fraction(0.06, "Share of learners who are adults; each is a household of one")
    own_phone: float = fraction(
        0.45,
        "Probability that a child of ten or more has a phone and an e-mail of its own, not "
        "a parent's",
    )
    county_weight: float = number(
        0.3, "Weight of a county (군) relative to another district of its province"
    )
    joining_growth: float = log_effect(
        0.3, "Growth of the number of people who join, as a log ratio a year"
    )
    march_peak: float = number(
        2.0, "Factor on the number of people who join on a day in March, when school begins"
    )

    # Orders
    seasonality: float = log_effect(
        1.0,
        "Strength of the seasons in orders (설날, 추석, school terms) on the log scale; 설날 and "
        "추석 are known for 2015 to 2035, other years have the school seasons only",
    )
    returns: float = fraction(0.04, "Probability that an order line is sent back")
    return_loss: float = fraction(0.3, "Share of its cost that is lost when a line comes back")
    complements: float = number(
        1.0,
        "Power to which the planted lifts of complements and substitutes are raised",
        high=1.5,
        remedy="No baskets have lifts as strong as that.",
    )
    purchase_shape: float = positive(
        0.9, "Shape r of the Gamma distribution of customers' orders a week"
    )
    purchase_scale: float = positive(
        9.0, f"Rate alpha of that distribution, in weeks; the mean r / alpha is at most {_BUSIEST}"
    )
    dropout_a: float = positive(
        1.0,
        "Shape a of the Beta distribution of the probability to stop for good after a repeat order",
    )
    dropout_b: float = positive(5.0, "Shape b of that distribution")
    spend_p: float = positive(
        4.0, "Shape p of the Gamma distribution of an order's total around the customer's mean"
    )
    spend_q: float = positive(
        5.0,
        "Shape q of the Gamma distribution of p over that mean across customers",
        above=1,
        remedy="Otherwise the mean spend across customers is infinite.",
    )
    spend_gamma: float = positive(45_000.0, "Rate gamma of that distribution, in won")

    # Subscriptions, instructors and satisfaction
    subscriber_share: float = fraction(0.55, "Share of customers who take a worksheet subscription")
    start_at_once: float = fraction(0.5, "Share of subscribers who start on the day they join")
    start_wait: float = number(
        21.0, "Days the other subscribers wait on average, exponentially distributed"
    )
    basic_share: float = fraction(0.35, 'Share of the plan "basic" (기본) among subscriptions')
    premium_share: float = fraction(
        0.2, 'Share of the plan "premium" (프리미엄); the rest is "standard" (표준)'
    )
    basic_fee: float = money(33_000.0, "Fee a month of the basic plan")
    standard_fee: float = money(42_000.0, "Fee a month of the standard plan")
    premium_fee: float = money(65_000.0, "Fee a month of the premium plan")
    basic_cost: float = money(
        15_000.0, "Cost of the instructor's time a month on the basic plan, without travel"
    )
    standard_cost: float = money(18_000.0, "The same on the standard plan")
    premium_cost: float = money(28_000.0, "The same on the premium plan")
    travel_cost: float = money(
        290.0, "Travel cost a month for each km between the home and the nearest branch"
    )
    churn_alpha: float = positive(
        1.2,
        "Shape alpha of the Beta distribution of the monthly probability to end a standard "
        "subscription",
    )
    churn_beta: float = positive(14.0, "Shape beta of that distribution")
    basic_beta: float = positive(
        0.75, "Factor on beta in the basic plan; below 1, it is left sooner"
    )
    premium_beta: float = positive(
        1.5, "Factor on beta in the premium plan; above 1, it is left later"
    )
    instructor_effect: float = log_effect(
        0.9, "Log hazard ratio of ending in the three months after the instructor left"
    )
    dissatisfaction_effect: float = log_effect(
        1.1, "Log hazard ratio of ending in the three months after a bad experience"
    )
    n_branches: int = count(15, "Branches, each with instructors of its own", minimum=1)
    pupils_per_instructor: float = number(
        40.0, "Pupils of an instructor when half of all who ever subscribe are active", low=1
    )
    instructor_leaving: float = fraction(
        0.025, "Probability that an instructor leaves at the end of a month"
    )
    visits_held: float = fraction(0.96, "Probability that a weekly visit takes place")
    last_visits_held: float = fraction(0.75, "The same in the last month of an instructor")
    bad_experiences: float = number(
        0.12, "Bad experiences a year of a customer of average satisfaction"
    )
    satisfaction_slope: float = log_effect(
        0.8, "Fall of the log of that rate for each standard deviation of satisfaction"
    )
    complaint_share: float = fraction(
        0.3, "Share of customers with a bad experience who complain; the rest stay silent"
    )
    grumble_share: float = fraction(
        0.03, "Share of customers without a bad experience who complain all the same"
    )
    resolving_days: float = number(6.0, "Days on average until a complaint is resolved", low=1)

    # Marketing: consents, campaigns, contacts, coupons, referrals, spend
    consent_email: float = fraction(
        0.7, "Share of customers who agree to marketing by e-mail when they join"
    )
    consent_phone: float = fraction(0.55, "The same by phone")
    consent_post: float = fraction(0.6, "The same by post")
    consent_service: float = fraction(0.95, "Share who agree to service news, on each channel")
    consent_partner: float = fraction(
        0.15, "Share who agree to passing data to partners, on each channel"
    )
    consent_withdrawal: float = number(0.06, "Withdrawals of a consent a year")
    consent_later: float = number(0.04, "Consents a year of those who refused")
    consent_return: float = fraction(
        0.25, "Probability that a consent is given again after a withdrawal"
    )
    camp_control_share: float = fraction(
        0.5, "Share of the summer camp's customers drawn by lot who are not contacted"
    )
    camp_persuadable: float = fraction(
        0.14, "Share of persuadables for the summer camp among customers who still buy"
    )
    camp_sure_thing: float = fraction(0.10, "The same of sure things")
    camp_sleeping_dog: float = fraction(0.04, "The same of sleeping dogs")
    books_persuadable: float = fraction(
        0.10, "Share of persuadables for the book set among customers who still buy"
    )
    books_sure_thing: float = fraction(0.16, "The same of sure things")
    books_sleeping_dog: float = fraction(0.04, "The same of sleeping dogs")
    books_choice: float = number(
        0.08,
        "Factor on past orders; the product is the probability that staff choose a customer "
        "for the book set, within 0.05 and 0.9",
    )
    answer_chance: float = fraction(0.5, "Probability that a call is answered")
    contact_fatigue: float = log_effect(
        0.4, "Fall of the log odds of answering or opening for each recent contact"
    )
    fatigue_days: float = number(60.0, "Days for which a contact is recent")
    refusal: float = fraction(0.3, "Probability that a customer who answers a call refuses")
    refusal_dissatisfied: float = fraction(0.65, "The same in the half year after a bad experience")
    do_not_call: float = fraction(0.15, "Share of refusals that end all calls")
    unsubscribe: float = fraction(0.006, "Probability that an e-mail ends all e-mails")
    unsubscribe_dissatisfied: float = fraction(
        0.04, "The same in the half year after a bad experience"
    )
    open_chance: float = fraction(0.35, "Probability that an e-mail is opened")
    click_chance: float = fraction(0.2, "Probability that an opened e-mail is clicked")
    coupon_redemption: float = fraction(
        0.15, "Probability that the first order in its validity redeems a coupon"
    )
    referral_pull: float = log_effect(
        0.8, "Rise of the log weight of a referrer for each standard deviation of satisfaction"
    )
    cost_search: float = money(38_000.0, "Cost of winning a customer by search")
    cost_referral: float = money(15_000.0, "The same by referral")
    cost_flyer: float = money(52_000.0, "The same by flyer")
    cost_tv: float = money(90_000.0, "The same by television")
    cost_branch: float = money(30_000.0, "The same by a branch")
    spend_noise: float = number(
        0.15, "Standard deviation of the monthly noise of these costs on the log scale"
    )
    keep_overhead: float = number(
        0.2, "Overhead of keeping customers, as a share of the cost of the contacts"
    )

    # Sources: who is in which system, and how their records are corrupted
    in_system: tuple[float, float, float] = per_source(
        (0.8, 0.6, 0.35), "The person is in the system", need_one=True
    )
    second_record: tuple[float, float, float] = per_source(
        (0.015, 0.05, 0.025), "The person signed up a second time"
    )
    name_spaced: tuple[float, float, float] = per_source(
        (0.05, 0.06, 0.02), 'Name with a space, "김 민준"'
    )
    name_typing: tuple[float, float, float] = per_source(
        (0.008, 0.02, 0.015), "One letter of the name wrong"
    )
    name_swapped: tuple[float, float, float] = per_source(
        (0.002, 0.004, 0.004), "Syllables of the given name swapped"
    )
    name_romanised: tuple[float, float, float] = per_source(
        (0.003, 0.03, 0.0), "Name in Latin letters"
    )
    phone_format: tuple[float, float, float] = per_source(
        (0.05, 0.12, 0.03), "Phone without hyphens, with dots, or with +82"
    )
    phone_old: tuple[float, float, float] = per_source((0.03, 0.015, 0.04), "An old 011 number")
    phone_digit: tuple[float, float, float] = per_source((0.008, 0.015, 0.02), "One digit wrong")
    phone_family: tuple[float, float, float] = per_source(
        (0.1, 0.08, 0.25), "A parent's phone instead of the learner's own"
    )
    phone_missing: tuple[float, float, float] = per_source((0.01, 0.03, 0.0), "No phone")
    email_typing: tuple[float, float, float] = per_source(
        (0.01, 0.012, 0.03), "One letter of the e-mail wrong"
    )
    email_family: tuple[float, float, float] = per_source(
        (0.1, 0.08, 0.15), "A parent's e-mail instead of the learner's own"
    )
    email_missing: tuple[float, float, float] = per_source((0.35, 0.02, 0.3), "No e-mail")
    address_earlier: tuple[float, float, float] = per_source(
        (0.07, 0.06, 0.09), "Address from before a move"
    )
    address_abbreviated: tuple[float, float, float] = per_source(
        (0.1, 0.2, 0.15), 'Province abbreviated, "서울 노원구"'
    )
    address_no_door: tuple[float, float, float] = per_source(
        (0.04, 0.05, 0.05), "Without block and door"
    )
    address_coarse: tuple[float, float, float] = per_source(
        (0.01, 0.04, 0.03), "Province and district only"
    )
    birth_slip: tuple[float, float, float] = per_source(
        (0.006, 0.012, 0.01),
        "Birth date with a typo in century, year or day, or with day and month swapped",
    )
    birth_missing: tuple[float, float, float] = per_source((0.05, 0.12, 0.3), "No birth date")
    ordered_in: tuple[float, float, float] = per_source(
        (0.3, 0.55, 0.15), "Weight of the orders placed there", need_one=True
    )

    def __post_init__(self) -> None:
        check_settings(self)
        _check_window(self)
        _check_rate(self)
        for names, rest in _PARTS_OF_ONE.items():
            _check_sum(self, names, rest)

    @property
    def first_day(self) -> pd.Timestamp:
        """First day observed."""
        return pd.Timestamp(str(check_day("start", self.start)))

    @property
    def n_days(self) -> int:
        """Days observed."""
        return 7 * self.weeks

    @property
    def last_day(self) -> pd.Timestamp:
        """Last day observed: the truth about "alive" is as of its evening."""
        return self.first_day + pd.Timedelta(days=self.n_days - 1)


# Shares of one whole, and what the rest is, which has no setting of its own.
_PARTS_OF_ONE = {
    ("basic_share", "premium_share"): "standard plan",
    ("camp_persuadable", "camp_sure_thing", "camp_sleeping_dog"): "lost causes",
    ("books_persuadable", "books_sure_thing", "books_sleeping_dog"): "lost causes",
}
_ROUNDING = 1e-9  # 0.1 + 0.2 + 0.7 is 1 to whoever writes it


def _check_window(settings: CompanySettings) -> None:
    """Refuse years in which the tables cannot be made."""
    first = settings.first_day.date()
    last = first.toordinal() + settings.n_days - 1
    if first.year < _FIRST_YEAR or last > dt.date(_LAST_YEAR, 12, 31).toordinal():
        raise InputError(
            f"`start` and `weeks` must lie in the years {_FIRST_YEAR} to {_LAST_YEAR}; "
            f"got {settings.weeks} weeks from {first}."
        )


def _check_rate(settings: CompanySettings) -> None:
    """Refuse orders without end."""
    if settings.purchase_shape > _BUSIEST * settings.purchase_scale:
        raise InputError(
            f"`purchase_shape` / `purchase_scale` must be at most {_BUSIEST}, the average orders "
            f"a week; got {settings.purchase_shape!r} / {settings.purchase_scale!r}."
        )


def _check_sum(settings: CompanySettings, names: tuple[str, ...], rest: str) -> None:
    """Refuse shares that are together more than all."""
    total = sum(getattr(settings, name) for name in names)
    if total > 1 + _ROUNDING:
        *first, last = (f"`{name}`" for name in names)
        raise InputError(
            f"{', '.join(first)} and {last} must add up to at most 1; got {total:g}. "
            f"The rest is the share of the {rest}."
        )


def make_settings(changes: dict[str, object]) -> CompanySettings:
    """Make settings from the defaults and `changes`; an unknown name suggests the nearest."""
    known = [field.name for field in fields(CompanySettings)]
    for name in changes:
        check_choice("setting", name, known)
    return CompanySettings(**changes)  # type: ignore[arg-type]


# The settings are described where they are defined; the docstring repeats nothing by hand.
_summary, _, _examples = (CompanySettings.__doc__ or "").partition("    Examples\n")
CompanySettings.__doc__ = (
    f"{_summary}{describe_settings(CompanySettings)}\n\n    Examples\n{_examples}"
)
