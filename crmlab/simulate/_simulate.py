"""The whole company: people first, then what they buy, take, hear and say, then the records."""

from typing import Any

import numpy as np
import pandas as pd

from crmlab._checks import check_count
from crmlab.company import Company, CompanySettings, Truth, make_settings
from crmlab.simulate._marketing import simulate_marketing
from crmlab.simulate._orders import draw_catalogue, simulate_orders
from crmlab.simulate._people import draw_people
from crmlab.simulate._random import stream
from crmlab.simulate._service import simulate_service
from crmlab.simulate._sources import book_accounts, copy_people

__all__ = ["simulate_company"]


def simulate_company(n_customers: int = 20_000, *, seed: int = 1, **settings: Any) -> Company:
    """Simulate 하늘학습 (Haneul Learning), a home-study company whose truth is known.

    Two years of a firm that teaches children at home: worksheet subscriptions with visiting
    instructors, orders of books and kits, campaigns, complaints, referrals, consents, and three
    source systems that hold differing copies of the same people. Methods are tried on its tables
    and then compared with ``company.truth``, which holds what made them.

    Parameters
    ----------
    n_customers : int, default=20_000
        People, at least 100. 100,000 take some ten seconds and 1.5 GB.
    seed : int, default=1
        The same seed gives the same company, on any machine.
    **settings : float, int or str
        Fields of `CompanySettings` other than their defaults, such as ``seasonality=False``,
        ``returns=False``, ``complements=False`` or ``churn_alpha=2``.

    Returns
    -------
    Company
        A DataFrame per table, each keeping its contract, and ``truth``.

    Raises
    ------
    InputError
        If a setting is unknown or out of its range, or there are too few customers.
    InputTypeError
        If `n_customers` or `seed` is not a whole number.

    See Also
    --------
    crmlab.datasets.load_company : a small one, made in advance.

    References
    ----------
    Orders: Fader, Hardie and Lee (2005), "Counting your customers" the easy way, Marketing
    Science 24(2), and Fader and Hardie (2013), The gamma-gamma model of monetary value.
    Subscriptions: Fader and Hardie (2007), How to project customer retention, Journal of
    Interactive Marketing 21(1), with proportional hazards.

    Examples
    --------
    >>> company = simulate_company(500, seed=7)
    >>> len(company.customers), company.identities["source"].nunique()
    (500, 3)
    >>> bool(company.truth.people["alive"].mean() > 0.5)
    True
    """
    check_count("n_customers", n_customers, minimum=100)
    check_count("seed", seed, minimum=0)
    chosen = make_settings(settings)
    people = draw_people(n_customers, chosen, stream(seed, "people"))
    products, pairs = draw_catalogue(chosen, stream(seed, "catalogue"))
    lines, bought = simulate_orders(people, products, pairs, chosen, stream(seed, "orders"))
    served = simulate_service(people, chosen, seed=seed)
    marketed = simulate_marketing(
        people, lines, served.subscriptions, dropped_out=bought["dropped_out"],
        dissatisfied_on=served.truth["dissatisfied_on"], settings=chosen, seed=seed,
    )  # fmt: skip
    effects = marketed.pop("effects")
    identities, links = copy_people(people, chosen, stream(seed, "sources"))
    return Company(
        transactions=book_accounts(lines, links, chosen, stream(seed, "accounts")),
        products=products,
        customers=_build_customers(people, chosen),
        identities=identities,
        **marketed,
        complaints=served.complaints,
        subscriptions=served.subscriptions,
        instructors=served.instructors,
        visits=served.visits,
        branches=served.branches,
        truth=Truth(
            people=bought.join(served.truth),
            effects=effects,
            links=links,
            pairs=pairs,
            settings=chosen,
        ),
    )


def _build_customers(people: pd.DataFrame, settings: CompanySettings) -> pd.DataFrame:
    """Build the table of what the company knows of each customer once records are linked."""
    days = people["joined_day"].to_numpy().astype("timedelta64[D]")
    joined = (np.datetime64(settings.first_day, "D") + days).astype("datetime64[s]")
    household = "H" + people["household"].add(1).astype("str").str.zfill(7)
    return people.assign(
        joined=joined, birth_year=people["birth_date"].dt.year, household_id=household
    )[
        ["customer_id", "joined", "channel", "region", "district", "birth_year", "sex",
         "household_id", "longitude", "latitude"]
    ]  # fmt: skip
