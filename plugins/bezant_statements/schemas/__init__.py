"""Bodies and resources of the REST API, and the lists that pages and REST share."""

from bezant_statements.schemas.lists import KINDS, RUN_LIST, STATEMENT_LIST, STATES, aging_list, bucket_labels_of
from bezant_statements.schemas.resources import (
    AgingReportSchema,
    StatementBody,
    StatementRunBody,
    StatementRunSchema,
    StatementSchema,
    aging_amounts,
    aging_resource,
    run_resource,
    statement_resource,
)

__all__ = [
    "KINDS",
    "RUN_LIST",
    "STATEMENT_LIST",
    "STATES",
    "AgingReportSchema",
    "StatementBody",
    "StatementRunBody",
    "StatementRunSchema",
    "StatementSchema",
    "aging_amounts",
    "aging_list",
    "aging_resource",
    "bucket_labels_of",
    "run_resource",
    "statement_resource",
]
