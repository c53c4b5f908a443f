"""Several periods of acting, measuring and learning, and what each part of CRM adds."""

__all__: list[str] = []
