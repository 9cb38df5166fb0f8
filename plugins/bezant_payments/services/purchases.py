"""Taking money from a method: the attempt is committed, the gateway called, the outcome written."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from bezant.sdk.db import ids_in, in_scope, session
from bezant.sdk.services import audit, query, use_case
from bezant.sdk.values import Conflict, Invalid, Money, check_no_card_number
from bezant_accounts.contracts import AccountInfo
from bezant_accounts.services import get_account
from bezant_ledger import services as ledger
from bezant_ledger.contracts import OpenItemInfo
from bezant_payments.contracts import MethodInfo, NewPayment, Operation, PaymentInfo, TargetInfo
from bezant_payments.domain.requests import check_items, share_out
from bezant_payments.services import keys
from bezant_payments.services.attempts import MANUAL, Attempt, Planned, write_attempts
from bezant_payments.services.calling import make_calls, offline_refusal, refuse_inside_transaction
from bezant_payments.services.loading import get_payment
from bezant_payments.services.methods import default_methods, load_methods
from bezant_payments.services.outcomes import Told, record_outcomes
from bezant_payments.services.reconciling import settle
from bezant_payments.services.registry import gateways
from bezant_payments.services.store import TARGETS, TRANSACTIONS

_TYPE = "payments.payment"


@query("payments.payment.create")
def create_payment(new: NewPayment) -> PaymentInfo:
    """Takes money from a payment method and pays open items with it; call it outside any unit of work.

    A repeat with the same ``key`` gives the payment of the first call: replayed after a success, settled while pending; after a
    decline it tries again as a further attempt. Attempts in doubt on the same items are settled first. A decline is an answer, not
    an error: look at ``state``. Raises ``Invalid``, ``NotFound``, and ``Conflict`` while what became of an earlier attempt is unknown.
    """
    refuse_inside_transaction()
    earlier = keys.find(new.key, new.account_id, Operation.PURCHASE)
    if earlier is not None and (done := _repeat(earlier, new)) is not None:
        return done
    _settle_doubts(new.item_ids)
    attempt = _start(new, earlier)
    [answer] = make_calls([attempt.call], 1)
    record_outcomes([Told(attempt.transaction_id, answer, "call")])
    return get_payment(attempt.payment_id)


def _repeat(earlier: keys.Used, new: NewPayment) -> PaymentInfo | None:
    """The payment of an earlier call with the same key; ``None`` where it ended without money and the key is free again."""
    payment = get_payment(earlier.payment_id)
    keys.check_same(payment, new)
    return keys.answer(earlier)


def _settle_doubts(item_ids: Sequence[UUID]) -> None:
    """Asks what became of attempts in doubt that are made for the same items."""
    if item_ids:
        live = select(TARGETS.c.payment_id).where(ids_in(TARGETS.c.live_item_id, item_ids), in_scope(TARGETS))
        settle(list(session.scalars(select(TRANSACTIONS.c.id).where(TRANSACTIONS.c.payment_id.in_(live)))))


def _start(new: NewPayment, earlier: keys.Used | None) -> Attempt:
    try:
        return _write_attempt(new, earlier)
    except IntegrityError as error:
        raise keys.taken_meanwhile(error) from error


@use_case("payments.payment.create")
def _write_attempt(new: NewPayment, earlier: keys.Used | None) -> Attempt:
    planned = _plan(new)
    if earlier is not None and _same_targets(earlier.payment_id, planned):
        planned = replace(planned, payment_id=earlier.payment_id)
    [attempt] = write_attempts([planned])
    changes = {"account_id": str(new.account_id), "amount": planned.money.minor, "currency": planned.money.currency}
    audit("payments.payment.created", _TYPE, attempt.payment_id, changes)
    return attempt


def _same_targets(payment_id: UUID, planned: Planned) -> bool:
    known = set(session.scalars(select(TARGETS.c.item_id).where(TARGETS.c.payment_id == payment_id)))
    return known == {target.item_id for target in planned.targets}


def _plan(new: NewPayment) -> Planned:
    account = get_account(new.account_id)
    method = _method(new, account)
    items = _items(new, account)
    money, targets = _money(new, account, items)
    refused = offline_refusal(gateways().get(method.gateway), Operation.PURCHASE, money.currency)
    if refused is not None:
        raise Invalid.field("method_id", refused.reason_code, f"{refused.message} Choose another payment method.")
    return Planned(
        account_id=account.id,
        legal_entity_id=items[0].legal_entity_id if items else account.legal_entity_id,
        gateway=method.gateway,
        money=money,
        origin=MANUAL,
        targets=targets,
        numbers=tuple(item.source.number for item in items),
        method_id=method.id,
        method_token=method.token,
        key=new.key,
        description=new.description or ", ".join(item.source.number for item in items)[:300],
        return_url=new.return_url,
    )


def _method(new: NewPayment, account: AccountInfo) -> MethodInfo:
    if new.method_id is None:
        found = default_methods([account.id]).get(account.id)
        if found is None:
            raise Invalid.field("method_id", "no_method", f"{account.name} has no payment method; add one, or record a transfer.")
        return found
    found = load_methods([new.method_id]).get(new.method_id)
    if found is None or found.account_id != account.id or found.archived:
        raise Invalid.field("method_id", "no_such_method", f"{account.name} has no such payment method in use.")
    return found


def _items(new: NewPayment, account: AccountInfo) -> list[OpenItemInfo]:
    found = {item.id: item for item in ledger.open_items(item_ids=new.item_ids, include_settled=True)} if new.item_ids else {}
    problems = check_items(new.item_ids, found, account.id)
    problems += check_no_card_number({"description": new.description})
    if problems:
        raise Invalid(problems=problems)
    live = session.scalars(select(TARGETS.c.live_item_id).where(ids_in(TARGETS.c.live_item_id, new.item_ids))).first()
    if live is not None:
        raise Conflict(f"{found[live].source.number or live} has an attempt that is not final yet; wait for it.", code="attempt_under_way")
    return [found[id] for id in new.item_ids]


def _money(new: NewPayment, account: AccountInfo, items: Sequence[OpenItemInfo]) -> tuple[Money, tuple[TargetInfo, ...]]:
    currency = items[0].currency if items else new.currency or account.currency
    if new.currency is not None and new.currency != currency:
        raise Invalid.field("currency", "other_currency", f"The open items are in {currency}; pay them in it.")
    owed = sum(item.residual_minor for item in items)
    minor = owed if new.amount_minor is None else new.amount_minor
    if minor <= 0:
        raise Invalid.field("amount", "not_positive", "An amount above zero is needed; name what to pay, or an amount.")
    return Money(minor, currency), share_out(minor, items)
