"""Reports that run by themselves: a template notebook and its parameters in, one HTML page out."""

from crmlab._parameters import Parameter
from crmlab.reports._answers import read_answers, read_firm, read_scores, save_answers
from crmlab.reports._book import run_workbook
from crmlab.reports._customers import (
    mask_ids,
    save_calls,
    save_customers,
    save_next_wave,
    split_at_random,
)
from crmlab.reports._errors import ReportError
from crmlab.reports._figures import key_figures
from crmlab.reports._inputs import (
    audit_lines,
    company_tables,
    name_currency,
    orders_source,
    read_beside,
    read_consents,
    read_orders,
)
from crmlab.reports._money import left_out_table, orders_table
from crmlab.reports._report import list_reports, run_report
from crmlab.reports._report import make_report as make_report  # for the commands
from crmlab.reports._show import show_list, show_plot, show_table, show_text

__all__ = [
    "Parameter",
    "ReportError",
    "audit_lines",
    "company_tables",
    "key_figures",
    "left_out_table",
    "list_reports",
    "mask_ids",
    "name_currency",
    "orders_source",
    "orders_table",
    "read_answers",
    "read_beside",
    "read_consents",
    "read_firm",
    "read_orders",
    "read_scores",
    "run_report",
    "run_workbook",
    "save_answers",
    "save_calls",
    "save_customers",
    "save_next_wave",
    "show_list",
    "show_plot",
    "show_table",
    "show_text",
    "split_at_random",
]
