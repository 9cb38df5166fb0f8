"""The database, as plugins see it."""

from bezant.db.bulk import ids_in, json_rows, selectable
from bezant.db.inserts import Columns, bulk_insert, insert_columns, insert_into
from bezant.db.model import Model, Versioned, session
from bezant.db.scope import Scope, Shared, Withheld, check_reach, find, in_reach, in_scope
from bezant.db.triggers import append_only, frozen, frozen_child, protect, trigger
from bezant.db.types import Currency, ExactDecimal, Json, UTCDateTime, exact_dot, exact_sum, minor, primary_key
from bezant.db.unit_of_work import after_commit, before_commit, keep, recalled, savepoint, unit_of_work
from bezant.db.unit_of_work import is_active as in_unit_of_work

__all__ = [
    "Columns",
    "Currency",
    "ExactDecimal",
    "Json",
    "Model",
    "Scope",
    "Shared",
    "UTCDateTime",
    "Versioned",
    "Withheld",
    "after_commit",
    "append_only",
    "before_commit",
    "bulk_insert",
    "check_reach",
    "exact_dot",
    "exact_sum",
    "find",
    "frozen",
    "frozen_child",
    "ids_in",
    "in_reach",
    "in_scope",
    "in_unit_of_work",
    "insert_columns",
    "insert_into",
    "json_rows",
    "keep",
    "minor",
    "primary_key",
    "protect",
    "recalled",
    "savepoint",
    "selectable",
    "session",
    "trigger",
    "unit_of_work",
]
