"""Reports that run by themselves: a template notebook and its parameters in, one HTML page out."""

from crmlab.reports._book import run_workbook
from crmlab.reports._errors import ReportError
from crmlab.reports._figures import key_figures
from crmlab.reports._parameters import Parameter
from crmlab.reports._report import list_reports, run_report
from crmlab.reports._report import make_report as make_report  # for the commands

__all__ = ["Parameter", "ReportError", "key_figures", "list_reports", "run_report", "run_workbook"]
