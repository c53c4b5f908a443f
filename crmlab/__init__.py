"""Customer analytics: loaders, measures, plots, notebooks and reports."""
