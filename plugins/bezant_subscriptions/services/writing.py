"""The second half of a page: documents issued, coverage and marks written with them, in one transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, update

from bezant.sdk.db import Columns, bulk_insert, insert_columns, session
from bezant.sdk.values import calendars, new_id
from bezant_invoicing import services as invoicing
from bezant_invoicing.contracts import IssuedPage
from bezant_subscriptions.domain.cohorts import coverage
from bezant_subscriptions.domain.drafting import Case, billed_to
from bezant_subscriptions.domain.keys import lane
from bezant_subscriptions.domain.reconcile import Remnant, remnants
from bezant_subscriptions.domain.timeline import ONE_DAY
from bezant_subscriptions.models import CommitmentPeriod, Coverage, OneTimeBilled, UsageBilled
from bezant_subscriptions.services.changing import refresh
from bezant_subscriptions.services.computing import Computed
from bezant_subscriptions.services.loading import Loaded
from bezant_subscriptions.services.store import Plans, mark_columns, write_marks


def write(page: Loaded, found: Computed, plans: Plans) -> IssuedPage:
    """Issues a computed page and notes everything by which the next run will know that it was billed. Needs a unit of work."""
    issued = _issue(found)
    _close(Coverage, [(credit.covered.id, found.back.closing[credit.covered.id]) for credit in found.back.credits])
    _close(UsageBilled, [(row.id, found.back.closing.get(row.id) or new_id()) for row in found.back.windows])
    _close(UsageBilled, [(row.id, new_id()) for case in found.cases for _, rows in case.grown for row in rows])
    _close(CommitmentPeriod, [(row.id, found.back.closing.get(row.id) or new_id()) for row in found.back.commitments])
    _insert_coverage(found)
    bulk_insert(UsageBilled, [row for case in found.cases for row in case.usage])
    bulk_insert(OneTimeBilled, [row for case in found.cases for row in case.once])
    bulk_insert(CommitmentPeriod, [row for case in found.cases for row in case.commitments])
    _write_marks(page, found.cases)
    changed = [(case.subscription_id, page.facts[case.subscription_id]) for case in found.cases if _shows_otherwise(page, case)]
    refresh(changed, plans)
    return issued


def _issue(found: Computed) -> IssuedPage:
    if not found.invoices and not found.back.notes:
        return IssuedPage()
    return invoicing.issue_page(found.invoices, found.back.notes)


def _close(model: Any, rows: Sequence[tuple[UUID, UUID]]) -> None:
    """Marks rows as taken back, each by the document that did it."""
    if rows:
        table = model.__table__
        statement = update(table).where(table.c.id == bindparam("of")).values(closed_by=bindparam("by"))
        session.connection().execute(statement, [{"of": of, "by": by} for of, by in dict(rows).items()])


def _insert_coverage(found: Computed) -> None:
    owners = {row.id: case for case in found.cases for row in case.covered}
    kept = [_remnant_row(owners[one.covered.id], one) for one in remnants(found.back.credits)]
    bulk_insert(Coverage, kept)
    insert_columns(Coverage, [Columns(count, values) for count, values in coverage(found.cases)])


def _remnant_row(case: Case, one: Remnant) -> dict[str, Any]:
    row = one.covered
    return {
        "id": new_id(),
        "subscription_id": case.subscription_id,
        "lane": lane(case.subscription_id, row.charge_key, row.layer),
        "charge_key": row.charge_key,
        "layer": row.layer,
        "price_key": row.price_key,
        "from_day": one.span.start,
        "to_day": one.span.end,
        "line_id": row.line_id,
        "invoice_id": row.invoice_id,
        "line_from": row.line_span.start,
        "line_to": row.line_span.end,
        "line_amount_minor": row.line_amount_minor,
        "amount_minor": one.amount_minor,
        "closed_by": None,
    }


def _write_marks(page: Loaded, cases: Sequence[Case]) -> None:
    before = {mark["subscription_id"]: mark["usage_billed_to"] for mark in page.marks}
    write_marks([(case.subscription_id, _mark_columns(case, before[case.subscription_id])) for case in cases])


def _mark_columns(case: Case, before: datetime | None) -> dict[str, Any]:
    """The mark with how far usage is billed; late usage is settled where all that was billed before lay within sight."""
    settled = case.settlement
    in_sight = before is None or before <= calendars.day_start(settled.billing_date + ONE_DAY, case.zone)
    usage = {"usage_from": None if in_sight else case.usage_from, "usage_billed_to": billed_to(settled.windows, before)}
    return mark_columns(settled.mark) | usage


def _shows_otherwise(page: Loaded, case: Case) -> bool:
    """Whether lists may show something of the subscription that no longer holds."""
    return case.settlement.dirty and len(page.facts[case.subscription_id]) > 1
