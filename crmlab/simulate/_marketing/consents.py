"""Who agrees to what: consent by channel and purpose, and how it changes."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from crmlab.company import CompanySettings
from crmlab.contracts import CHANNELS, PURPOSES
from crmlab.simulate._marketing.members import NEVER, Days, Members, as_dates, take_labels

__all__ = ["ConsentPaths", "build_consents", "draw_consent_paths"]

MARKETING = PURPOSES.index("marketing")


@dataclass(frozen=True)
class ConsentPaths:
    """Consent of each customer over time, before any "do not call" or "unsubscribe".

    Parameters
    ----------
    granted : bool array of shape (n_customers, 3, 3)
        Given on joining, by channel and purpose.
    changes : int array of shape (n_customers, 3, 3, 2)
        Days on which it turns into its contrary; `NEVER` where it does not.
    """

    granted: NDArray[np.bool_]
    changes: Days

    def in_force(self, channel: str, person: Days, day: Days) -> NDArray[np.bool_]:
        """Whether marketing is agreed to on the evening before `day` and all of that day."""
        at = CHANNELS.index(channel)
        granted = self.granted[person, at, MARKETING]
        first, second = self.changes[person, at, MARKETING].T
        eve = granted ^ (first < day) ^ (second < day)
        return eve & (granted ^ (first <= day) ^ (second <= day))


def draw_consent_paths(
    members: Members, settings: CompanySettings, rng: np.random.Generator
) -> ConsentPaths:
    """Draw what each customer agrees to on joining, and how that changes.

    Answers of one customer resemble each other: their latent scores correlate at 0.5.

    Returns
    -------
    ConsentPaths
    """
    shape = (len(members), len(CHANNELS), len(PURPOSES))
    score = rng.standard_normal((len(members), 1, 1)) + rng.standard_normal(shape)
    granted = score / np.sqrt(2) < _thresholds(settings)
    rate = np.where(granted, settings.consent_withdrawal, settings.consent_later)
    wait = rng.exponential(size=shape) * 365
    with np.errstate(divide="ignore", invalid="ignore"):
        wait = np.where(rate > 0, wait / rate, np.inf)
    first = members.joined[:, None, None] + 1 + np.minimum(wait, NEVER / 4).astype(np.int64)
    returns = granted & (rng.random(shape) < settings.consent_return)
    second = first + 30 + rng.exponential(120, size=shape).astype(np.int64)
    second = np.where(returns, second, NEVER)
    changes = np.stack([first, second], axis=-1)
    return ConsentPaths(granted, np.where(changes < settings.n_days, changes, NEVER))


def _thresholds(settings: CompanySettings) -> NDArray[np.float64]:
    """Standard normal quantile of each share, by channel and purpose."""
    shares = [
        [
            getattr(settings, f"consent_{channel}"),
            settings.consent_service,
            settings.consent_partner,
        ]
        for channel in CHANNELS
    ]
    return np.array([[_quantile(share) for share in row] for row in shares])


def _quantile(share: float) -> float:
    if share in (0, 1):
        return -np.inf if share == 0 else np.inf
    return NormalDist().inv_cdf(share)


def build_consents(
    paths: ConsentPaths, stops: Days, members: Members, settings: CompanySettings
) -> pd.DataFrame:
    """Build the table of consents: one row when joining and one per change; the last row counts.

    Parameters
    ----------
    paths : ConsentPaths
    stops : int array of shape (n_customers, 3)
        Day on which the customer ended marketing by that channel ("do not call",
        "unsubscribed"); `NEVER` where not. Nothing changes after that day.
    members : Members
    settings : CompanySettings

    Returns
    -------
    DataFrame
        Columns customer_id, channel, purpose, granted, date; sorted by date and customer.
    """
    changes = paths.changes.copy()
    marketing = changes[:, :, MARKETING]
    changes[:, :, MARKETING] = np.where(marketing >= stops[:, :, None], NEVER, marketing)
    flat = paths.granted.ravel()
    slots = np.arange(flat.size)
    first, second = changes.reshape(-1, 2).T
    stopped = np.full(paths.granted.shape, NEVER)
    stopped[:, :, MARKETING] = stops
    events = [
        (slots, np.repeat(members.joined, 9), flat),
        (slots, first, ~flat),
        (slots, second, flat),
        (slots, stopped.ravel(), np.zeros_like(flat)),
    ]
    kept = [tuple(part[day < NEVER] for part in (slot, day, yes)) for slot, day, yes in events]
    slot, day, granted = (np.concatenate(parts) for parts in zip(*kept, strict=True))
    order = np.argsort(day * flat.size + slot, kind="stable")
    slot, day, granted = slot[order], day[order], granted[order]
    return pd.DataFrame(
        {
            "customer_id": members.customer_id.array.take(slot // 9),
            "channel": take_labels(CHANNELS, slot % 9 // 3),
            "purpose": take_labels(PURPOSES, slot % 3),
            "granted": granted,
            "date": as_dates(day, settings),
        }
    )
