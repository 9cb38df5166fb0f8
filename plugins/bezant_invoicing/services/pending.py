"""Charges that wait for an account's next invoice: added, taken back, billed with a page."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import Row, bindparam, select, update

from bezant.sdk.db import ids_in, in_scope, session
from bezant.sdk.services import audit, now, query, use_case
from bezant.sdk.values import Conflict, Invalid, NotFound, new_id, round_to_minor
from bezant_accounts import services as accounts
from bezant_invoicing.contracts import DraftInvoice, DraftLine, NewPendingCharge
from bezant_invoicing.domain.drafts import input_problems
from bezant_invoicing.models import PendingCharge

_charge = PendingCharge.__table__.c
_WAITING = _charge.invoice_id.is_(None) & _charge.cancelled_at.is_(None)


@use_case("invoicing.pending_charge.create")
def add_pending_charge(new: NewPendingCharge) -> UUID:
    """Adds a charge to the account's next invoice in its currency; the charge's id. Raises ``Invalid``, ``NotFound`` for the account."""
    account = accounts.get_account(new.account_id)
    problems = input_problems([new.line])
    if problems:
        raise Invalid(problems=[replace(problem, field=problem.field.removeprefix("lines.0.")) for problem in problems])
    currency = new.currency or account.currency
    charge = PendingCharge(
        id=new_id(),
        account_id=account.id,
        currency=currency,
        description=new.line.description,
        quantity=new.line.quantity,
        unit_price=new.line.unit_price,
        amount_minor=round_to_minor(new.line.quantity * new.line.unit_price, currency),
        charge_code=new.line.charge_code,
        tax_category=new.line.tax_category,
        service_from=new.line.service_from,
        service_to=new.line.service_to,
        discountable=new.line.discountable,
    )
    session.add(charge)
    audit("invoicing.pending_charge.created", "invoicing.pending_charge", charge.id, {"amount_minor": charge.amount_minor})
    return charge.id


@use_case("invoicing.pending_charge.edit")
def cancel_pending_charge(charge_id: UUID) -> None:
    """Takes a charge back that was not billed yet. Raises ``NotFound`` and ``Conflict``."""
    mine = select(PendingCharge).where(_charge.id == charge_id, in_scope(PendingCharge)).with_for_update()
    charge = session.scalar(mine.execution_options(populate_existing=True))
    if charge is None:
        raise NotFound("There is no such pending charge.")
    if charge.invoice_id is not None:
        raise Conflict("This charge is on an invoice already; credit that line instead.", code="billed")
    if charge.cancelled_at is None:
        charge.cancelled_at = now()
        audit("invoicing.pending_charge.cancelled", "invoicing.pending_charge", charge.id)


@query("invoicing.pending_charge.view")
def load_pending_charge(charge_id: UUID) -> Mapping[str, Any]:
    """One pending charge by column names, with its ``state``. Raises ``NotFound``."""
    row = session.execute(select(PendingCharge.__table__).where(_charge.id == charge_id, in_scope(PendingCharge))).mappings().one_or_none()
    if row is None:
        raise NotFound("There is no such pending charge.")
    state = "cancelled" if row["cancelled_at"] else "billed" if row["invoice_id"] else "waiting"
    return {**row, "state": state}


def with_pending_charges(drafts: Sequence[DraftInvoice], *, lock: bool) -> tuple[list[DraftInvoice], dict[UUID, UUID]]:
    """The drafts with what waits for their accounts, each charge on the first draft of its account and currency; and the invoice
    that bills each charge, by charge. One query."""
    first: dict[tuple[UUID, str], UUID] = {}
    for draft in drafts:
        if draft.with_pending_charges:
            first.setdefault((draft.account_id, draft.currency), draft.id)
    if not first:
        return list(drafts), {}
    added: dict[UUID, list[DraftLine]] = {}
    billed: dict[UUID, UUID] = {}
    for charge in _waiting({account for account, _ in first}, lock=lock):
        invoice_id = first.get((charge.account_id, charge.currency))
        if invoice_id is not None:
            added.setdefault(invoice_id, []).append(_line(charge))
            billed[charge.id] = invoice_id
    if not added:
        return list(drafts), {}
    return [replace(d, lines=(*d.lines, *added[d.id])) if d.id in added else d for d in drafts], billed


def mark_billed(billed: Mapping[UUID, UUID]) -> None:
    """Says which invoice bills each charge. Raises ``Conflict`` where somebody else billed or cancelled one meanwhile."""
    if not billed:
        return
    statement = update(PendingCharge).where(_charge.id == bindparam("charge"), _WAITING).values(invoice_id=bindparam("invoice"))
    result = session.connection().execute(statement, [{"charge": c, "invoice": i} for c, i in billed.items()])
    if result.rowcount != len(billed):
        raise Conflict("A pending charge was billed or taken back meanwhile; repeat.", code="pending_charge_gone")


def release_billed(invoice_ids: Collection[UUID]) -> None:
    """Charges of voided invoices wait again."""
    session.execute(update(PendingCharge).where(ids_in(_charge.invoice_id, invoice_ids)).values(invoice_id=None))


def _waiting(account_ids: Collection[UUID], *, lock: bool) -> Sequence[Row[Any]]:
    statement = select(PendingCharge.__table__).where(ids_in(_charge.account_id, account_ids), _WAITING).order_by(_charge.id)
    return session.execute(statement.with_for_update() if lock else statement).all()


def _line(charge: Row[Any]) -> DraftLine:
    return DraftLine(
        id=new_id(),
        kind="one_time",
        description=charge.description,
        quantity=charge.quantity,
        unit_price=charge.unit_price,
        amount_exact=charge.quantity * charge.unit_price,
        amount_minor=charge.amount_minor,
        charge_code=charge.charge_code,
        charge_key=f"pending:{charge.id}",
        tax_category=charge.tax_category,
        service_from=charge.service_from,
        service_to=charge.service_to,
        discountable=charge.discountable,
    )
