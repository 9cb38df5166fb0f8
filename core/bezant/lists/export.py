"""A list as a file: CSV and XLSX, inert whatever the cells hold."""

import csv
import io
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import IO, Any

import xlsxwriter

from bezant.errors import Invalid
from bezant.lists.engine import every
from bezant.lists.money import currency_of
from bezant.lists.query import ListQuery
from bezant.lists.spec import Field, ListSpec, Row
from bezant.money import format_plain, to_major

LARGEST_SHEET = 1_048_575
"""Rows of an XLSX file, at most, beside its head. A CSV file holds any number."""

STEP = 10_000
"""Rows after which progress is told."""

DIGITS_OF_A_DOUBLE = 15
_SPOOL = 4_000_000
_NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?")
TOO_MANY = f"A sheet holds {LARGEST_SHEET:,} rows at most; take CSV, or narrow the list by a filter."
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")

MIME = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}
"""The formats and their media types."""


def export(spec: ListSpec, query: ListQuery, form: str, tell: Callable[[int], None] = lambda _rows: None) -> IO[bytes]:
    """The whole list, its filters, order and chosen columns, as a file at its beginning; ``form`` is csv or xlsx.

    Money is an amount in major units beside its currency. ``tell`` hears now and then how many rows there are. It may take minutes:
    long lists are for a job. Raises ``Invalid`` where a sheet does not hold them.
    """
    fields = export_fields(spec, query)
    target = tempfile.SpooledTemporaryFile(max_size=_SPOOL)  # noqa: SIM115 - the response closes it
    _WRITERS[form](spec, fields, _told(every(spec, query), tell), target)
    target.seek(0)
    return target


def _told(rows: Iterable[Row], tell: Callable[[int], None]) -> Iterator[Row]:
    for number, row in enumerate(rows):
        if number and number % STEP == 0:
            tell(number)
        yield row


def export_fields(spec: ListSpec, query: ListQuery) -> list[Field]:
    """The columns of the file: those of the list, and the currency of each amount."""
    names = list(query.fields or spec.shown)
    for field in [spec.by_name[n] for n in names]:
        if field.kind == "money" and field.currency in spec.by_name and field.currency not in names:
            names.append(field.currency)
    return [spec.by_name[n] for n in names]


def plain(spec: ListSpec, field: Field, row: Row) -> str:
    """A value as the text that the API and CSV speak: ``12.30``, ``2026-01-31``, ``2026-01-31T18:00:00Z``, ``true``."""
    value = row[field.name]
    if value is None:
        return ""
    if field.kind == "money":
        return format_plain(value, currency_of(spec, field, row))
    return _plain(value)


def inert(text: str) -> str:
    """A cell that no spreadsheet takes for a formula: an apostrophe before what begins like one and is no number."""
    return f"'{text}" if text.startswith(_FORMULA) and not _NUMBER.fullmatch(text) else text


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, list | tuple | set | frozenset):
        return ", ".join(sorted(map(str, value)))
    return str(value)


def _csv(spec: ListSpec, fields: Sequence[Field], rows: Iterable[Row], target: Any) -> None:
    text = io.TextIOWrapper(target, encoding="utf-8", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow([f.name for f in fields])
    writer.writerows([inert(plain(spec, f, row)) for f in fields] for row in rows)
    text.detach()


def _xlsx(spec: ListSpec, fields: Sequence[Field], rows: Iterable[Row], target: Any) -> None:
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "default_date_format": "yyyy-mm-dd"}
    with xlsxwriter.Workbook(target, options) as book:
        sheet = book.add_worksheet(re.sub(r"[\[\]:*?/\\]", " ", spec.title)[:31] or "List")
        bold = book.add_format({"bold": True})
        for column, field in enumerate(fields):
            sheet.write_string(0, column, field.label, bold)
        for line, row in enumerate(rows, start=1):
            if line > LARGEST_SHEET:
                raise Invalid.field("format", "too_many_rows", TOO_MANY)
            for column, field in enumerate(fields):
                _cell(sheet, line, column, spec, field, row)


def _cell(sheet: Any, line: int, column: int, spec: ListSpec, field: Field, row: Row) -> None:
    """Numbers as numbers while a double holds them exactly, days as days, everything else as text."""
    value = row[field.name]
    number = to_major(value, currency_of(spec, field, row)) if field.kind == "money" and value is not None else value
    if isinstance(number, int | Decimal) and not isinstance(number, bool) and len(Decimal(number).as_tuple().digits) <= DIGITS_OF_A_DOUBLE:
        sheet.write_number(line, column, number)
    elif isinstance(value, date) and not isinstance(value, datetime):
        sheet.write_datetime(line, column, value)
    elif value is not None:
        sheet.write_string(line, column, plain(spec, field, row))


_WRITERS: Mapping[str, Callable[[ListSpec, Sequence[Field], Iterable[Row], Any], None]] = {"csv": _csv, "xlsx": _xlsx}
