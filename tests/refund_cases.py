"""What refunds leave of purchases, one refund after the other, in whole cents."""

from collections import defaultdict


def settle_slowly(rows):
    """Purchases as (customer, order, day): gross and what is left; and what refunds found none.

    `rows` are (customer, day, cents, order), an order of "" being no order; cents below zero give
    back.
    """
    gross = defaultdict(int)
    for customer, day, cents, order in rows:
        if cents >= 0:
            gross[customer, order, day] += cents
    left = dict(gross)
    refunds = sorted((r for r in rows if r[2] < 0), key=lambda r: (r[1], r[2]))
    named = [r for r in refunds if r[3] and any(key[:2] == (r[0], r[3]) for key in gross)]
    loose = 0
    for refund in named:
        candidates = [key for key in left if key[:2] == (refund[0], refund[3])]
        loose += take(left, candidates, -refund[2])
    for refund in refunds:
        if refund not in named:
            candidates = [key for key in left if key[0] == refund[0] and key[2] <= refund[1]]
            loose += take(left, candidates, -refund[2])
    return gross, left, loose


def take(left, candidates, cents):
    """Take an amount back from the latest purchases; the rest that none of them covers."""
    latest = sorted(candidates, key=lambda key: (key[2], key[1]), reverse=True)
    for fits in (lambda key: left[key] == cents, lambda key: left[key] >= cents):
        for key in latest:
            if fits(key):
                left[key] -= cents
                return 0
    for key in latest:
        part = min(left[key], cents)
        left[key] -= part
        cents -= part
    return cents


def is_purchase(gross, left, key):
    """Whether a purchase stays one: it cost nothing, or not all of it was given back."""
    return left[key] > 0 or gross[key] == 0
