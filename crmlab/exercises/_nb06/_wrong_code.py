"""What typical mistakes make of the functions that notebook 06 asks for."""

# mypy: disable-error-code="no-untyped-def"

import pandas as pd

# 06.3: a margin multiple


def counts_the_payment_of_today(retention, discount_rate, n_payments):
    return sum((retention / (1 + discount_rate)) ** k for k in range(n_payments))


def lets_everybody_pay(retention, discount_rate, n_payments):
    return sum(retention ** (k - 1) / (1 + discount_rate) ** k for k in range(1, n_payments + 1))


def does_not_discount(retention, discount_rate, n_payments):
    return sum(retention**k for k in range(1, n_payments + 1))


def takes_the_rate_off(retention, discount_rate, n_payments):
    return sum((retention * (1 - discount_rate)) ** k for k in range(1, n_payments + 1))


def stops_too_early(retention, discount_rate, n_payments):
    return sum((retention / (1 + discount_rate)) ** k for k in range(1, n_payments))


def has_no_end(retention, discount_rate, n_payments):
    return retention / (1 + discount_rate - retention)


# 06.4: retention rates


def divides_by_all(contracts, last):
    return [float((contracts["renewals"] >= t).mean()) for t in range(1, last + 1)]


def gives_the_leavers(contracts, last):
    made = contracts["renewals"]
    return [1 - (made >= t).sum() / (made >= t - 1).sum() for t in range(1, last + 1)]


def counts_only_this_renewal(contracts, last):
    made = contracts["renewals"]
    return [(made == t).sum() / (made >= t - 1).sum() for t in range(1, last + 1)]


def begins_one_renewal_late(contracts, last):
    made = contracts["renewals"]
    return [(made >= t + 1).sum() / (made >= t).sum() for t in range(1, last + 1)]


# 06.6: a row of the summary


def _weeks(start, stop):
    return (stop - start).days / 7


def counts_the_first_purchase(days, end):
    return days.nunique(), _weeks(days.min(), days.max()), _weeks(days.min(), end)


def counts_a_day_twice(days, end):
    return len(days) - 1, _weeks(days.min(), days.max()), _weeks(days.min(), end)


def measures_the_silence(days, end):
    return days.nunique() - 1, _weeks(days.max(), end), _weeks(days.min(), end)


def counts_both_ends(days, end):
    first, last = days.min(), days.max()
    return days.nunique() - 1, ((last - first).days + 1) / 7, ((end - first).days + 1) / 7


def measures_in_days(days, end):
    return days.nunique() - 1, (days.max() - days.min()).days, (end - days.min()).days


def trusts_the_order(days, end):
    first, last = days.iloc[0], days.iloc[-1]
    return days.nunique() - 1, _weeks(first, last), _weeks(first, end)


# 06.7: P(alive)


def _alive(x, t, T, *, r, alpha, a, b):
    return 1 / (1 + a / (b + x - 1) * ((alpha + T) / (alpha + t)) ** (r + x))


def _columns(summary):
    return summary["frequency"], summary["recency"], summary["T"]


def forgets_the_newcomers(summary, params):
    return _alive(*_columns(summary), **params)


def takes_the_silence_for_recency(summary, params):
    x, t, T = _columns(summary)
    return _alive(x, T - t, T, **params).where(x > 0, 1.0)


def gives_the_dead(summary, params):
    x, t, T = _columns(summary)
    return 1 - _alive(x, t, T, **params).where(x > 0, 1.0)


def swaps_a_and_b(summary, params):
    x, t, T = _columns(summary)
    swapped = {**params, "a": params["b"], "b": params["a"]}
    return _alive(x, t, T, **swapped).where(x > 0, 1.0)


def leaves_out_r(summary, params):
    x, t, T = _columns(summary)
    alpha, a, b = params["alpha"], params["a"], params["b"]
    alive = 1 / (1 + a / (b + x - 1) * ((alpha + T) / (alpha + t)) ** x)
    return alive.where(x > 0, 1.0)


# 06.10: the ten best


def _value(ahead, spend, margin, discount_rate, waits=lambda year: year):
    return sum(
        margin * ahead[year] * spend / (1 + discount_rate) ** waits(year) for year in ahead.columns
    )


def gives_revenue(ahead, spend, margin, discount_rate):
    return _value(ahead, spend, 1.0, discount_rate).nlargest(10)


def does_not_wait(ahead, spend, margin, discount_rate):
    return _value(ahead, spend, margin, 0.0).nlargest(10)


def waits_a_year_less(ahead, spend, margin, discount_rate):
    return _value(ahead, spend, margin, discount_rate, lambda year: year - 1).nlargest(10)


def waits_equally_long(ahead, spend, margin, discount_rate):
    return _value(ahead, spend, margin, discount_rate, lambda year: 1).nlargest(10)


def trusts_the_order_of_spend(ahead, spend, margin, discount_rate):
    return _value(ahead, spend.to_numpy(), margin, discount_rate).nlargest(10)


def ranks_by_purchases(ahead, spend, margin, discount_rate):
    most = ahead.sum(axis=1).nlargest(10).index
    return _value(ahead, spend, margin, discount_rate)[most].sort_values(ascending=False)


def takes_the_ten_lowest(ahead, spend, margin, discount_rate):
    return _value(ahead, spend, margin, discount_rate).nsmallest(10)


def gives_everybody(ahead, spend, margin, discount_rate):
    return _value(ahead, spend, margin, discount_rate).sort_values(ascending=False)


# 06.11: coverage


def leaves_the_limits_out(intervals, actual):
    actual = actual.loc[intervals.index]
    return ((intervals["lower"] < actual) & (actual < intervals["upper"])).mean()


def counts_the_intervals(intervals, actual):
    actual = actual.loc[intervals.index]
    return int(actual.between(intervals["lower"], intervals["upper"]).sum())


def gives_percent(intervals, actual):
    actual = actual.loc[intervals.index]
    return 100 * actual.between(intervals["lower"], intervals["upper"]).mean()


def forgets_the_index(intervals, actual):
    held = pd.Series(actual.to_numpy(), index=intervals.index)
    return held.between(intervals["lower"], intervals["upper"]).mean()


def asks_one_side_only(intervals, actual):
    return (actual.loc[intervals.index] <= intervals["upper"]).mean()
