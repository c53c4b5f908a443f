"""One picture per table: a DataFrame in, matplotlib Axes out, the finding as its title.

Every function draws on the axes given as `ax`, or else on a new figure, and returns them. None
shows the figure or changes a global setting. Colours are safe for colour-blind readers.
"""

from crmlab._optional import needing

with needing("plots"):
    from crmlab.plots._actions.acquisition import (
        plot_acquisition_cost,
        plot_payback,
        plot_referral_growth,
        plot_referral_value,
        plot_reward,
    )
    from crmlab.plots._actions.allocation import plot_allocation, plot_targeting
    from crmlab.plots._actions.calls import plot_routing, plot_service_level, plot_staffing
    from crmlab.plots._actions.contact import (
        plot_best_hour,
        plot_channel_mix,
        plot_contact_frequency,
        plot_contact_response,
        plot_signal_lift,
    )
    from crmlab.plots._actions.failure import plot_priced
    from crmlab.plots._actions.loop import (
        plot_contributions,
        plot_data_flow,
        plot_loop,
        plot_regret,
    )
    from crmlab.plots._actions.offers import (
        plot_offer_validation,
        plot_offers,
        plot_resupply,
        plot_share_of_wallet,
        plot_upsell_paths,
    )
    from crmlab.plots._actions.rules import plot_rules
    from crmlab.plots._actions.sourcing import plot_sourcing
    from crmlab.plots._actions.targeting import plot_targeting_profit
    from crmlab.plots._actions.uplift import (
        plot_balance,
        plot_profit_curve,
        plot_qini,
        plot_uplift_deciles,
    )
    from crmlab.plots._customers.concentration import plot_deciles, plot_lorenz, plot_whale
    from crmlab.plots._customers.customer_base import plot_cohorts, plot_flows, plot_frequency
    from crmlab.plots._customers.identity import plot_link_thresholds, plot_match_weights
    from crmlab.plots._customers.quality import plot_field_quality
    from crmlab.plots._customers.readiness import plot_split_identities
    from crmlab.plots._customers.readiness_check import plot_assessment, plot_ranked_factors
    from crmlab.plots._customers.revenue_change import plot_revenue_change
    from crmlab.plots._customers.segments import (
        plot_migration,
        plot_rankings,
        plot_segment_counts,
        plot_segments,
    )
    from crmlab.plots._forecasts.churn import (
        plot_gains,
        plot_incidence,
        plot_kaplan_meier,
        plot_retention_profit,
    )
    from crmlab.plots._forecasts.expected import (
        plot_frequency_calibration,
        plot_holdout_by_frequency,
        plot_holdout_deciles,
        plot_tracking,
    )
    from crmlab.plots._forecasts.staying import (
        plot_budget_split,
        plot_cost_ratio,
        plot_elasticity,
        plot_half_life,
        plot_margin_by_tenure,
        plot_spend_curve,
    )
    from crmlab.plots._forecasts.survival import plot_retention, plot_survival
    from crmlab.plots._forecasts.value import (
        plot_intervals,
        plot_levers,
        plot_present_value,
        plot_probability_alive,
    )

__all__ = [
    "plot_acquisition_cost",
    "plot_allocation",
    "plot_assessment",
    "plot_balance",
    "plot_best_hour",
    "plot_budget_split",
    "plot_channel_mix",
    "plot_cohorts",
    "plot_contact_frequency",
    "plot_contact_response",
    "plot_contributions",
    "plot_cost_ratio",
    "plot_data_flow",
    "plot_deciles",
    "plot_elasticity",
    "plot_field_quality",
    "plot_flows",
    "plot_frequency",
    "plot_frequency_calibration",
    "plot_gains",
    "plot_half_life",
    "plot_holdout_by_frequency",
    "plot_holdout_deciles",
    "plot_incidence",
    "plot_intervals",
    "plot_kaplan_meier",
    "plot_levers",
    "plot_link_thresholds",
    "plot_loop",
    "plot_lorenz",
    "plot_margin_by_tenure",
    "plot_match_weights",
    "plot_migration",
    "plot_offer_validation",
    "plot_offers",
    "plot_payback",
    "plot_present_value",
    "plot_priced",
    "plot_probability_alive",
    "plot_profit_curve",
    "plot_qini",
    "plot_ranked_factors",
    "plot_rankings",
    "plot_referral_growth",
    "plot_referral_value",
    "plot_regret",
    "plot_resupply",
    "plot_retention",
    "plot_retention_profit",
    "plot_revenue_change",
    "plot_reward",
    "plot_routing",
    "plot_rules",
    "plot_segment_counts",
    "plot_segments",
    "plot_service_level",
    "plot_share_of_wallet",
    "plot_signal_lift",
    "plot_sourcing",
    "plot_spend_curve",
    "plot_split_identities",
    "plot_staffing",
    "plot_survival",
    "plot_targeting",
    "plot_targeting_profit",
    "plot_tracking",
    "plot_uplift_deciles",
    "plot_upsell_paths",
    "plot_whale",
]
