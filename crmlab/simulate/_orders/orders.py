"""Orders with known distributions: when customers buy, what, for how much, what comes back."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crmlab._types import Ints
from crmlab.company import CompanySettings
from crmlab.simulate._orders.catalogue import basket_law
from crmlab.simulate._orders.lines import Lines, Returned, draw_lines, draw_returns
from crmlab.simulate._orders.purchasing import (
    FUTURE_WEEKS,
    Latent,
    Placed,
    draw_latent,
    place_orders,
)
from crmlab.simulate._orders.seasons import OperationalTime

__all__ = ["simulate_orders"]


_DISCOUNT_RATE = 0.10  # effective, a year
_WEEKS_A_YEAR = 365.25 / 7


def simulate_orders(
    people: pd.DataFrame,
    products: pd.DataFrame,
    pairs: pd.DataFrame,
    settings: CompanySettings,
    rng: np.random.Generator,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Draw every order of every customer, with the truth behind it and the year after.

    *When.* The process of the BG/NBD model. The first order falls on the day of joining. On the
    scale of `OperationalTime`, from noon of that day, further orders come at random at the
    customer's own rate lambda (Gamma with `purchase_shape` and `purchase_scale`); after each of
    them the customer stops for good with a probability p of its own (Beta with `dropout_a` and
    `dropout_b`). A second order on one day is moved to the next, so that counting days counts
    orders.

    *How much.* The total of an order is Gamma with shape `spend_p` around the customer's own
    mean, which varies as in the Gamma-Gamma model (`spend_q`, `spend_gamma`). It is spread over
    the lines of a basket and paid at list prices; each line is drawn from the two nearest sums
    with probabilities that keep the mean, so prices add a little noise and no bias.

    *What.* One to six categories with the shares and the planted lifts of `basket_law`, one
    product of each. What is in a basket changes neither the number of orders nor the distribution
    of their totals. Larger totals have more lines.

    *Returns.* Each line comes back as a whole with probability `returns` after 3 to 20 days, on a
    day without an order of that customer, as a line of its own with the same `order_id`. The
    share `return_loss` of its cost is lost.

    Parameters
    ----------
    people : DataFrame
        Columns `customer_id` and `joined_day` (days after the first day observed, from 0), one
        row per customer.
    products, pairs : DataFrame
        As from `draw_catalogue`.
    settings : CompanySettings
        The section "Orders".
    rng : Generator
        Source of all draws. When customers buy, how much, what and what comes back have streams
        of their own.

    Returns
    -------
    transactions : DataFrame
        One row per line until the last day observed, sorted by `date` and `customer_id`. Columns
        `customer_id`, `date`, `amount` (won; ``quantity * unit_price`` exactly), `order_id`,
        `product_id`, `quantity` (negative for a return), `unit_price`, `cost` (won, for the
        line), `is_return`.
    truth : DataFrame
        Index `customer_id`, in the order of `people`. Columns:

        ``purchase_rate``
            lambda, orders a week while a customer;
        ``dropout_chance``
            p, probability to stop after each repeat order;
        ``mean_spend``
            m, mean of an order in won;
        ``margin_rate``
            g, share of m that is kept on average, the same for all:
            ``(1 - returns) * (1 - c) - returns * return_loss * c`` with c the cost over the
            amount of all orders drawn, those of the 52 weeks after too;
        ``alive``
            whether still a customer in the evening of the last day observed;
        ``dropped_out``
            day of the order after which the customer stopped; missing while alive;
        ``next_year_orders``, ``next_year_amount``
            orders of the 52 weeks after the last day, and their won before returns;
        ``next_year_margin``
            what is left of that amount after cost and what comes back of these orders, whenever
            it does;
        ``expected_next_year_margin``
            ``alive * m * g * (1 - exp(-lambda * p * H)) / p`` with H the operational length of
            the 52 weeks;
        ``remaining_value``
            expected margin of all orders to come, discounted continuously at 10 % effective a
            year: ``alive * m * g * lambda / (lambda * p + delta)`` with delta = log(1.1) a year,
            in a year of average season.

    References
    ----------
    Fader, Hardie and Lee (2005), "Counting Your Customers the Easy Way", Marketing Science 24(2),
    section 3. Fader and Hardie (2013), "The Gamma-Gamma Model of Monetary Value",
    brucehardie.com/notes/025.

    Examples
    --------
    >>> from crmlab.simulate._orders.catalogue import draw_catalogue
    >>> settings = CompanySettings()
    >>> products, pairs = draw_catalogue(settings, np.random.default_rng(1))
    >>> people = pd.DataFrame({"customer_id": ["C1", "C2"], "joined_day": [0, 90]})
    >>> lines, truth = simulate_orders(people, products, pairs, settings, np.random.default_rng(1))
    >>> bool((lines["amount"] == lines["quantity"] * lines["unit_price"]).all())
    True
    >>> lines.loc[lines["customer_id"] == "C2", "date"].min()
    Timestamp('2024-03-31 00:00:00')
    """
    ids = people["customer_id"]
    when_rng, spend_rng, basket_rng, return_rng = rng.spawn(4)
    latent = draw_latent(len(people), settings, when_rng, spend_rng)
    placed = place_orders(people["joined_day"].to_numpy("int64"), latent, settings, when_rng)
    law = basket_law(pairs)
    lines = draw_lines(placed, latent, products, law, settings, spend_rng, basket_rng)
    returned = draw_returns(lines, placed, settings, return_rng)
    table = _build_transactions(ids, products, lines, placed, returned, settings)
    return table, _build_truth(ids, latent, placed, lines, returned, settings)


def _build_transactions(
    customer_id: pd.Series,
    products: pd.DataFrame,
    lines: Lines,
    placed: Placed,
    returned: Returned,
    settings: CompanySettings,
) -> pd.DataFrame:
    """Build the table of lines and returns until the last day observed."""
    sold, back = np.arange(len(lines.order)), returned.line
    line = np.concatenate([sold, back])
    is_return = np.repeat([False, True], [len(sold), len(back)])
    day = np.concatenate([placed.day[lines.order], returned.day])
    cost = np.concatenate([lines.cost, -returned.recovered])
    seen = day < settings.n_days
    line, is_return, day, cost = line[seen], is_return[seen], day[seen], cost[seen]
    person = placed.person[lines.order[line]]
    rows = np.argsort(day * len(customer_id) + person, kind="stable")
    line, is_return, day, cost, person = (
        column[rows] for column in (line, is_return, day, cost, person)
    )
    quantity = np.where(is_return, -lines.quantity[line], lines.quantity[line])
    price = lines.price[line]
    first = np.datetime64(settings.first_day.date(), "D")
    number = _number_orders("O", int(lines.order[line].max(initial=0)) + 1)
    return pd.DataFrame(
        {
            "customer_id": customer_id.array.take(person),
            "date": (first + day).astype("datetime64[s]"),
            "amount": quantity * price,
            "order_id": number.take(lines.order[line]),
            "product_id": products["product_id"].array.take(lines.product[line]),
            "quantity": quantity,
            "unit_price": price,
            "cost": cost,
            "is_return": is_return,
        }
    )


def _number_orders(letter: str, n: int) -> pd.api.extensions.ExtensionArray:
    """Number orders ``O00000001``, ``O00000002``, …; digits by arithmetic, which is fast."""
    digits = np.empty((n, 9), dtype=np.uint8)
    digits[:, 0] = ord(letter)
    number = np.arange(1, n + 1)
    for place in range(8, 0, -1):
        number, digits[:, place] = number // 10, ord("0") + number % 10
    return pd.array(digits.view("S9").ravel().astype(str), dtype="str")


def _build_truth(
    ids: pd.Series,
    latent: Latent,
    placed: Placed,
    lines: Lines,
    returned: Returned,
    settings: CompanySettings,
) -> pd.DataFrame:
    """Build the truth behind the orders and the year after; columns as in `simulate_orders`."""
    alive = placed.stopped >= settings.n_days
    later = _total_next_year(placed, lines, returned, settings)
    share = _margin_rate(lines, settings)
    worth = alive * latent.mean_spend * share
    ahead = _operational_weeks_ahead(settings)
    force = np.log1p(_DISCOUNT_RATE) / _WEEKS_A_YEAR
    rate, dropout = latent.rate, latent.dropout
    first = np.datetime64(settings.first_day.date(), "D")
    stopped = (first + placed.stopped).astype("datetime64[s]")
    return pd.DataFrame(
        {
            "purchase_rate": rate,
            "dropout_chance": dropout,
            "mean_spend": latent.mean_spend,
            "margin_rate": share,
            "alive": alive,
            "dropped_out": np.where(alive, np.datetime64("NaT"), stopped),
            **later,
            "expected_next_year_margin": worth * -np.expm1(-rate * dropout * ahead) / dropout,
            "remaining_value": worth * rate / (rate * dropout + force),
        },
        index=pd.Index(ids, name="customer_id"),
    )


def _operational_weeks_ahead(settings: CompanySettings) -> float:
    end = settings.n_days + 7 * FUTURE_WEEKS
    start, stop = OperationalTime(settings, end).from_calendar([settings.n_days, end])
    return float(stop - start) / 7


def _margin_rate(lines: Lines, settings: CompanySettings) -> float:
    """Share of what is ordered that is kept on average, after cost and returns."""
    cost = lines.cost.sum() / (lines.quantity * lines.price).sum()
    back = float(settings.returns)
    return float((1 - back) * (1 - cost) - back * settings.return_loss * cost)


def _total_next_year(
    placed: Placed, lines: Lines, returned: Returned, settings: CompanySettings
) -> dict[str, NDArray[np.int64]]:
    """Total the orders of the 52 weeks after the last day, per customer, and their won."""
    n = len(placed.stopped)
    amount = lines.quantity * lines.price
    margin = amount - lines.cost
    margin[returned.line] -= amount[returned.line] - returned.recovered
    later = placed.day >= settings.n_days
    line_later = later[lines.order]
    person = placed.person[lines.order[line_later]]

    def total(value: Ints) -> Ints:
        # Sums of whole won stay far below 2**53, so that adding them as floats is exact.
        return np.bincount(person, value[line_later], n).astype("int64")

    return {
        "next_year_orders": np.bincount(placed.person[later], minlength=n),
        "next_year_amount": total(amount),
        "next_year_margin": total(margin),
    }
