"""The service side: branches, instructors, satisfaction, subscriptions, visits, complaints."""

from crmlab.simulate._service.service import simulate_service

__all__ = ["simulate_service"]
