"""Money that came in by itself: a bank transfer, found on a statement or typed in by somebody."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from bezant.sdk.db import check_reach, in_reach, json_rows, session
from bezant.sdk.gateway import Answer, Outcome
from bezant.sdk.services import audit, query, use_case
from bezant.sdk.values import Invalid, Money, Problem, check_no_card_number
from bezant_accounts.contracts import LEGAL_ENTITIES, AccountInfo
from bezant_accounts.services import load_accounts
from bezant_ledger import services as ledger
from bezant_ledger.contracts import OpenItemInfo
from bezant_payments.contracts import NewReceipt, PaymentInfo
from bezant_payments.domain.requests import check_items, share_out
from bezant_payments.services.attempts import RECEIPT, Planned, write_attempts
from bezant_payments.services.keys import taken_meanwhile
from bezant_payments.services.outcomes import Told, write_outcomes
from bezant_payments.services.store import PAYMENTS, TRANSACTIONS, read_payments


@query("payments.payment.record")
def record_receipts(receipts: Sequence[NewReceipt]) -> list[PaymentInfo]:
    """Books money that came in, dated the day on which it did, and pays open items with it; all or none, in order.

    The same gateway and reference again gives the payment that there is. More than is owed stays as credit. Raises ``Invalid``.
    """
    try:
        return _record(receipts)
    except IntegrityError as error:
        raise taken_meanwhile(error) from error


@use_case("payments.payment.record")
def _record(receipts: Sequence[NewReceipt]) -> list[PaymentInfo]:
    keys = [_key(receipt) for receipt in receipts]
    known = _known(keys)
    _check_reach(receipts, known)
    fresh = {key: receipt for key, receipt in zip(keys, receipts, strict=True) if key not in known}
    attempts = write_attempts(_plan(list(fresh.values()), list(fresh)))
    told = [
        Told(attempt.transaction_id, Answer(Outcome.SUCCEEDED, reference=receipt.reference), "receipt")
        for attempt, receipt in zip(attempts, fresh.values(), strict=True)
    ]
    write_outcomes(told)
    known |= {key: attempt.payment_id for key, attempt in zip(fresh, attempts, strict=True)}
    for attempt in attempts:
        audit("payments.payment.recorded", "payments.payment", attempt.payment_id)
    payments = read_payments(set(known.values()))
    return [payments[known[key]] for key in keys]


def _check_reach(receipts: Sequence[NewReceipt], known: Mapping[str, UUID]) -> None:
    """Raises ``NotFound`` for a legal entity, and ``Invalid`` for a reference booked already, of which the principal may not know."""
    check_reach(LEGAL_ENTITIES, {r.legal_entity_id for r in receipts if r.legal_entity_id is not None}, "legal entity")
    if in_reach(PAYMENTS, known.values()) != set(known.values()):
        raise Invalid.field("reference", "taken", "Money with this reference is booked already; give the bank's own reference.")


def _key(receipt: NewReceipt) -> str:
    return f"receipt:{receipt.gateway}:{receipt.reference}"[:255]


def _known(keys: Collection[str]) -> dict[str, UUID]:
    wanted = json_rows([{"key": key} for key in keys], key="text")
    rows = session.execute(
        select(TRANSACTIONS.c.live_key, TRANSACTIONS.c.payment_id).where(TRANSACTIONS.c.live_key.in_(select(wanted.c.key)))
    )
    return {row.live_key: row.payment_id for row in rows}


def _plan(receipts: Sequence[NewReceipt], keys: Sequence[str]) -> list[Planned]:
    accounts = load_accounts({receipt.account_id for receipt in receipts})
    owed = ledger.open_items(payer_ids=list(accounts), kind="receivable") if accounts else []
    problems = [p for i, receipt in enumerate(receipts) for p in _check(receipt, accounts, owed, f"receipts.{i}")]
    if problems:
        raise Invalid(problems=problems)
    return [_planned(receipt, accounts[receipt.account_id], owed, key) for receipt, key in zip(receipts, keys, strict=True)]


def _check(receipt: NewReceipt, accounts: dict[UUID, AccountInfo], owed: Sequence[OpenItemInfo], where: str) -> list[Problem]:
    problems = check_no_card_number({f"{where}.description": receipt.description})
    if receipt.account_id not in accounts:
        problems.append(Problem(f"{where}.account_id", "no_such_account", f"There is no account {receipt.account_id}."))
    if receipt.amount_minor <= 0:
        problems.append(Problem(f"{where}.amount", "not_positive", "Money that came in is more than zero."))
    if not receipt.reference:
        problems.append(Problem(f"{where}.reference", "missing", "Give the bank's own reference, so that nothing is booked twice."))
    items = {item.id: item for item in owed}
    return problems + check_items(receipt.item_ids, items, receipt.account_id)


def _planned(receipt: NewReceipt, account: AccountInfo, owed: Sequence[OpenItemInfo], key: str) -> Planned:
    mine = {item.id: item for item in owed if item.payer_id == account.id and item.currency == receipt.currency}
    named = [mine[id] for id in receipt.item_ids if id in mine]
    entity = receipt.legal_entity_id or (named[0].legal_entity_id if named else account.legal_entity_id)
    others = [item for item in mine.values() if item.id not in receipt.item_ids] if receipt.oldest_first else []
    items = [item for item in (*named, *others) if item.legal_entity_id == entity]
    return Planned(
        account_id=account.id,
        legal_entity_id=entity,
        gateway=receipt.gateway,
        money=Money(receipt.amount_minor, receipt.currency),
        origin=RECEIPT,
        targets=share_out(receipt.amount_minor, items),
        key=key,
        description=receipt.description,
        value_on=receipt.received_on,
    )
