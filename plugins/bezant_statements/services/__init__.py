"""What other plugins, pages, the API and jobs can ask of statements."""

from bezant_statements.services.aging import aging, aging_totals
from bezant_statements.services.issuing import create_statement
from bezant_statements.services.loading import get_statement, load_statements, statement_lines
from bezant_statements.services.printing import print_statement, statement_pdf
from bezant_statements.services.runs import carry_out_run, create_run, finish_run, get_run, parked_accounts, print_run

__all__ = [
    "aging",
    "aging_totals",
    "carry_out_run",
    "create_run",
    "create_statement",
    "finish_run",
    "get_run",
    "get_statement",
    "load_statements",
    "parked_accounts",
    "print_run",
    "print_statement",
    "statement_lines",
    "statement_pdf",
]
