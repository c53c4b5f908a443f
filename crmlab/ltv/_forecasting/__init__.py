"""From fitted models to value, intervals, scores and stored models."""
