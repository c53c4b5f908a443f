"""The workbook: every numbered notebook run once, as an HTML book with an index and a glossary.

`_run` runs the notebooks, `_pages` writes a page for each, `_shape` folds what may be left out and
lists what is on a page, `_answers` shows hints and solutions, `_terms` links the glossary.
"""

from crmlab.reports._book._run import make_workbook, run_workbook

__all__ = ["make_workbook", "run_workbook"]
