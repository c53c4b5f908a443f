"""Reports that run by themselves: a template notebook and its parameters in, one HTML page out."""

from crmlab.reports._book import run_workbook
from crmlab.reports._errors import ReportError
from crmlab.reports._figures import key_figures
from crmlab.reports._inputs import audit_lines, company_tables, orders_source
from crmlab.reports._parameters import Parameter
from crmlab.reports._report import list_reports, run_report
from crmlab.reports._report import make_report as make_report  # for the commands
from crmlab.reports._show import show_list, show_plot, show_table, show_text

__all__ = [
    "Parameter",
    "ReportError",
    "audit_lines",
    "company_tables",
    "key_figures",
    "list_reports",
    "orders_source",
    "run_report",
    "run_workbook",
    "show_list",
    "show_plot",
    "show_table",
    "show_text",
]
