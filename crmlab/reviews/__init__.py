"""What the regular pages on a customer base say, computed: tables, figures and sentences.

`review_customer_base` asks who comes and goes and on how few the base depends;
`review_customer_value` what it will still bring, and on how many that rests;
`review_churn_watchlist` whom to call this week so that they stay;
`review_campaign_postmortem` what a campaign added, and what to do next. The report templates of the
same names only show what these return.
"""

from crmlab.reviews._campaign_postmortem import CampaignPostmortem, review_campaign_postmortem
from crmlab.reviews._churn_watchlist import ChurnWatchlist, review_churn_watchlist
from crmlab.reviews._customer_base import CustomerBaseReview, review_customer_base
from crmlab.reviews._customer_value import CustomerValueReview, review_customer_value

__all__ = [
    "CampaignPostmortem",
    "ChurnWatchlist",
    "CustomerBaseReview",
    "CustomerValueReview",
    "review_campaign_postmortem",
    "review_churn_watchlist",
    "review_customer_base",
    "review_customer_value",
]
