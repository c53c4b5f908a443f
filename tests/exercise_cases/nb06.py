"""Answers to the exercises of a notebook: right ones, and typical mistakes with the reason."""

from textwrap import dedent

from exercise_cases.case import Case


def _multiple(body):
    return _write("def margin_multiple(retention, discount_rate, n_payments):", body)


def _retention(body):
    return _write("def retention_rates(contracts, last):", body)


def _summary(body):
    return _write("def summary_row(days, end):", body)


def _alive(body):
    return _write("def probability_alive(summary, params):", body)


def _best(body):
    return _write("def ten_best(ahead, spend, margin, discount_rate):", body)


def _held(body):
    return _write("def share_held(intervals, actual):", body)


def _write(head, body):
    lines = dedent(body).strip().splitlines()
    return "\n".join([head, *(f"    {line}" for line in lines)]) + "\n"


_COLUMNS = """
x, t, T = summary["frequency"], summary["recency"], summary["T"]
r, alpha, a, b = params["r"], params["alpha"], params["a"], params["b"]
"""
_VALUE = """
value = 0.0
for year in ahead.columns:
    value = value + margin * ahead[year] * spend / (1 + discount_rate) ** year
"""

CASES = {
    "06.1": Case(
        right=[100, 100.0, 99.6],
        wrong=[
            (333.33, "That is revenue"),
            (233.33, "That is the cost"),
            (180, "Nothing is discounted"),
            (240, "mean lifetime, without discount"),
            (160, "counts the payment just made"),
            (133.33, "all who began the year"),
            (15.79, "the share that leaves"),
            (60, "margin of one year"),
            (45, "next year's payment only, not discounted"),
            (37.5, "those who stay pay again"),
        ],
    ),
    "06.2": Case(
        right=[12.5, 1 / (1 - 0.92)],
        wrong=[
            (11.5, "Those are the renewals"),
            (0.92, "retention rate"),
            (0.08, "divide by it"),
            (1.087, "not by the share that stays"),
            (0.125, "divided by a percentage"),
            (8, "percentage that leaves"),
            (92, "percentage that stays"),
            (8.31, "half of them have left"),
        ],
    ),
    "06.3": Case(
        right=[
            _multiple("""
                value = 0
                for year in range(1, n_payments + 1):
                    value += (retention / (1 + discount_rate)) ** year
                return value
            """),
            _multiple("""
                years = np.arange(1, n_payments + 1)
                return (retention**years / (1 + discount_rate) ** years).sum()
            """),
            _multiple("""
                factor, total, now = retention / (1 + discount_rate), 0.0, 1.0
                for _ in range(n_payments):
                    now = now * factor
                    total = total + now
                return total
            """),
            _multiple("""
                f = retention / (1 + discount_rate)
                return f * (1 - f**n_payments) / (1 - f)
            """),
        ],
        wrong=[
            (
                _multiple("""
                    value = 0
                    for year in range(n_payments):
                        value += (retention / (1 + discount_rate)) ** year
                    return value
                """),
                "counts a payment made today",
            ),
            (
                _multiple("""
                    value, left = 0, 1
                    for year in range(1, n_payments + 1):
                        value += left / (1 + discount_rate) ** year
                        left = left * retention
                    return value
                """),
                "lets all pay who began the year",
            ),
            (
                _multiple("return sum(retention**k for k in range(1, n_payments + 1))"),
                "Nothing is discounted",
            ),
            (
                _multiple("""
                    k = np.arange(1, n_payments + 1)
                    return ((retention * (1 - discount_rate)) ** k).sum()
                """),
                "does not take it off",
            ),
            (
                _multiple("""
                    value = 0
                    for year in range(1, n_payments):
                        value += (retention / (1 + discount_rate)) ** year
                    return value
                """),
                "One payment is missing",
            ),
            (
                _multiple("return retention / (1 + discount_rate - retention)"),
                "without an end",
            ),
        ],
    ),
    "06.4": Case(
        right=[
            _retention("""
                left = [(contracts["renewals"] >= t).sum() for t in range(last + 1)]
                return [after / before for before, after in zip(left[:-1], left[1:])]
            """),
            _retention("""
                rates = []
                for t in range(1, last + 1):
                    there = contracts[contracts["renewals"] >= t - 1]
                    rates.append((there["renewals"] >= t).mean())
                return rates
            """),
            _retention("""
                survival = pd.Series(
                    [(contracts["renewals"] >= t).mean() for t in range(last + 1)]
                )
                return (survival / survival.shift()).iloc[1:].tolist()
            """),
        ],
        wrong=[
            (
                _retention("""
                    n = len(contracts)
                    return [
                        len(contracts[contracts["renewals"] >= t]) / n
                        for t in range(1, last + 1)
                    ]
                """),
                "That is survival",
            ),
            (
                _retention("""
                    rates = []
                    for t in range(1, last + 1):
                        there = contracts[contracts["renewals"] >= t - 1]
                        rates.append((there["renewals"] < t).mean())
                    return rates
                """),
                "the share that leaves",
            ),
            (
                _retention("""
                    rates = []
                    for t in range(1, last + 1):
                        there = contracts[contracts["renewals"] >= t - 1]
                        rates.append((there["renewals"] == t).mean())
                    return rates
                """),
                "With == you count",
            ),
            (
                _retention("""
                    left = [(contracts["renewals"] > t).sum() for t in range(last + 1)]
                    return [after / before for before, after in zip(left[:-1], left[1:])]
                """),
                "one renewal too late",
            ),
        ],
    ),
    "06.5": Case(
        right=["c", "C)", "(c)"],
        wrong=[
            ("a", "nobody changes"),
            ("b", "leaves with the lower probability"),
            ("d", "members differ"),
        ],
    ),
    "06.6": Case(
        right=[
            _summary("""
                days = sorted(set(days))
                week = pd.Timedelta(days=7)
                return len(days) - 1, (days[-1] - days[0]) / week, (end - days[0]) / week
            """),
            _summary("""
                unique = pd.to_datetime(pd.Series(days)).sort_values().unique()
                first, last = pd.Timestamp(unique[0]), pd.Timestamp(unique[-1])
                return [len(unique) - 1, (last - first).days / 7, (end - first).days / 7]
            """),
            _summary("""
                first = days.min()
                return (days.nunique() - 1, (days.max() - first).days / 7, (end - first).days / 7)
            """),
        ],
        wrong=[
            (
                _summary("""
                    first = days.min()
                    return days.nunique(), (days.max() - first).days / 7, (end - first).days / 7
                """),
                "the repeats only",
            ),
            (
                _summary("""
                    first = days.min()
                    return len(days) - 1, (days.max() - first).days / 7, (end - first).days / 7
                """),
                "on one day count as one",
            ),
            (
                _summary("""
                    first, last = days.min(), days.max()
                    return days.nunique() - 1, (end - last).days / 7, (end - first).days / 7
                """),
                "not from the last to the end",
            ),
            (
                _summary("""
                    first, last = days.min(), days.max()
                    recency = ((last - first).days + 1) / 7
                    return days.nunique() - 1, recency, ((end - first).days + 1) / 7
                """),
                "One day too many",
            ),
            (
                _summary("""
                    first, last = days.min(), days.max()
                    return days.nunique() - 1, (last - first).days, (end - first).days
                """),
                "the unit is the week",
            ),
            (
                _summary("""
                    first, last = days.iloc[0], days.iloc[-1]
                    return days.nunique() - 1, (last - first).days / 7, (end - first).days / 7
                """),
                "in any order",
            ),
        ],
    ),
    "06.7": Case(
        right=[
            _alive(
                _COLUMNS
                + """
alive = 1 / (1 + a / (b + x - 1) * ((alpha + T) / (alpha + t)) ** (r + x))
alive[x == 0] = 1.0
return alive
"""
            ),
            _alive(
                _COLUMNS
                + """
odds = a / (b + x - 1) * np.exp((r + x) * (np.log(alpha + T) - np.log(alpha + t)))
return pd.Series(np.where(x == 0, 1, 1 / (1 + odds)), index=summary.index)
"""
            ),
            _alive("""
                def one(row):
                    if row["frequency"] == 0:
                        return 1.0
                    ratio = (params["alpha"] + row["T"]) / (params["alpha"] + row["recency"])
                    odds = params["a"] / (params["b"] + row["frequency"] - 1)
                    return 1 / (1 + odds * ratio ** (params["r"] + row["frequency"]))

                return summary.apply(one, axis=1)
            """),
        ],
        wrong=[
            (
                _alive(
                    _COLUMNS
                    + "return 1 / (1 + a / (b + x - 1) * ((alpha + T) / (alpha + t)) ** (r + x))"
                ),
                "had no chance to leave",
            ),
            (
                _alive(
                    _COLUMNS
                    + """
alive = 1 / (1 + a / (b + x - 1) * ((alpha + T) / (alpha + T - t)) ** (r + x))
return alive.where(x > 0, 1.0)
"""
                ),
                "T - t is the silence",
            ),
            (
                _alive(
                    _COLUMNS
                    + """
alive = 1 / (1 + a / (b + x - 1) * ((alpha + T) / (alpha + t)) ** (r + x))
return 1 - alive.where(x > 0, 1.0)
"""
                ),
                "probability of having left",
            ),
            (
                _alive(
                    _COLUMNS
                    + """
alive = 1 / (1 + b / (a + x - 1) * ((alpha + T) / (alpha + t)) ** (r + x))
return alive.where(x > 0, 1.0)
"""
                ),
                "a and b are swapped",
            ),
            (
                _alive(
                    _COLUMNS
                    + """
alive = 1 / (1 + a / (b + x - 1) * ((alpha + T) / (alpha + t)) ** x)
return alive.where(x > 0, 1.0)
"""
                ),
                "The exponent is r + x",
            ),
        ],
    ),
    "06.8": Case(
        right=[100, 100.0, 99.8],
        wrong=[
            (130, "seen once"),
            (40, "mean of all"),
            (85, "both means alike"),
            (70, "weights are swapped"),
            (90, "not p x + q."),
            (150, "not p."),
        ],
    ),
    "06.9": Case(
        right=[272.73, 300 / 1.1, 272.7, 273],
        wrong=[
            (2.08, "for every week"),
            (271.43, "not the rate / 52"),
            (270, "does not take the rate off"),
            (330, "the other way"),
            (300, "Nothing is discounted"),
        ],
    ),
    "06.10": Case(
        right=[
            _best(_VALUE + "return value.nlargest(10)"),
            _best(_VALUE + "return value.sort_values(ascending=False).head(10)"),
            _best("""
                factors = [(1 + discount_rate) ** -year for year in ahead]
                now = (ahead * factors).sum(axis=1)
                table = pd.DataFrame({"now": now, "spend": spend})
                table["value"] = margin * table["now"] * table["spend"]
                return table.nlargest(10, "value")["value"]
            """),
        ],
        wrong=[
            (
                _best(_VALUE.replace("margin * ", "") + "return value.nlargest(10)"),
                "only the margin",
            ),
            (
                _best("return (margin * ahead.sum(axis=1) * spend).nlargest(10)"),
                "Nothing is discounted",
            ),
            (
                _best(_VALUE.replace("** year", "** (year - 1)") + "return value.nlargest(10)"),
                "comes at its end",
            ),
            (
                _best(_VALUE.replace(" ** year", "") + "return value.nlargest(10)"),
                "discounted alike",
            ),
            (
                _best(_VALUE.replace("spend", "spend.to_numpy()") + "return value.nlargest(10)"),
                "The order may differ",
            ),
            (
                _best(
                    _VALUE
                    + "return value[ahead.sum(axis=1).nlargest(10).index]"
                    + ".sort_values(ascending=False)"
                ),
                "ten with most purchases",
            ),
            (_best(_VALUE + "return value.sort_values().head(10)"), "with least"),
            (_best(_VALUE + "return value.sort_values(ascending=False)"), "keep the ten best"),
        ],
    ),
    "06.11": Case(
        right=[
            _held("""
                return actual.loc[intervals.index].between(
                    intervals["lower"], intervals["upper"]
                ).mean()
            """),
            _held("""
                both = intervals.assign(actual=actual)
                held = (both["lower"] <= both["actual"]) & (both["actual"] <= both["upper"])
                return held.sum() / len(both)
            """),
            _held("""
                held = 0
                for name, row in intervals.iterrows():
                    held += row["lower"] <= actual[name] <= row["upper"]
                return held / len(intervals)
            """),
        ],
        wrong=[
            (
                _held("""
                    both = intervals.assign(actual=actual)
                    held = (both["lower"] < both["actual"]) & (both["actual"] < both["upper"])
                    return held.mean()
                """),
                "use <= and not <",
            ),
            (
                _held("""
                    both = intervals.assign(actual=actual)
                    return both["actual"].between(both["lower"], both["upper"]).sum()
                """),
                "give their share",
            ),
            (
                _held("""
                    both = intervals.assign(actual=actual)
                    return both["actual"].between(both["lower"], both["upper"]).mean() * 100
                """),
                "in percent",
            ),
            (
                _held("""
                    lower, upper = intervals["lower"].to_numpy(), intervals["upper"].to_numpy()
                    return ((lower <= actual.to_numpy()) & (actual.to_numpy() <= upper)).mean()
                """),
                "match the labels",
            ),
            (
                _held("""
                    both = intervals.assign(actual=actual)
                    return (both["actual"] <= both["upper"]).mean()
                """),
                "two limits",
            ),
        ],
    ),
}
