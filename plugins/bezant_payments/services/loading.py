"""Reading payments."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from bezant.sdk.db import in_reach, in_scope, json_rows, session
from bezant.sdk.services import query
from bezant.sdk.values import NotFound
from bezant_payments.contracts import PaymentInfo
from bezant_payments.models import OutcomeRow
from bezant_payments.services.store import PAYMENTS, TRANSACTIONS, read_payments


@query("payments.payment.view")
def load_payments(ids: Collection[UUID]) -> dict[UUID, PaymentInfo]:
    """Payments by id, with three queries; one that there is none of is left out."""
    return read_payments(in_reach(PAYMENTS, ids))


def get_payment(id: UUID) -> PaymentInfo:
    """One payment. Raises ``NotFound``. For services that have checked a permission of their own."""
    found = read_payments(in_reach(PAYMENTS, [id])).get(id)
    if found is None:
        raise NotFound(f"There is no payment {id}.")
    return found


@query("payments.payment.view")
def find_payments(numbers: Collection[str]) -> dict[str, UUID]:
    """Ids of payments by number."""
    wanted = json_rows([{"value": number} for number in numbers], value="text")
    named = select(PAYMENTS.c.number, PAYMENTS.c.id).where(PAYMENTS.c.number.in_(select(wanted.c.value)))
    rows = session.execute(named.where(in_scope(PAYMENTS)))
    return {row.number: row.id for row in rows}


@query("payments.payment.view")
def outcomes_of(payment_id: UUID) -> list[OutcomeRow]:
    """Every answer that changed a transaction of a payment, oldest first."""
    mine = select(TRANSACTIONS.c.id).where(TRANSACTIONS.c.payment_id == payment_id, in_scope(TRANSACTIONS))
    return list(session.scalars(select(OutcomeRow).where(OutcomeRow.transaction_id.in_(mine)).order_by(OutcomeRow.id)))


@query("payments.payment.view")
def payment_of(transaction_id: UUID) -> PaymentInfo:
    """The payment of a transaction. Raises ``NotFound``."""
    mine = select(TRANSACTIONS.c.payment_id).where(TRANSACTIONS.c.id == transaction_id, in_scope(TRANSACTIONS))
    payment_id = session.scalar(mine)
    if payment_id is None:
        raise NotFound(f"There is no transaction {transaction_id}.")
    return get_payment(payment_id)
