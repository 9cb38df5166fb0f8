"""References, how to pay, and transfers that came in."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast
from uuid import UUID

from sqlalchemy import RowMapping, Table, select, update

from bezant.sdk.db import in_reach, in_scope, insert_into, json_rows, selectable, session
from bezant.sdk.events import post_events
from bezant.sdk.gateway import Answer, GatewayBase, GatewayInfo, Outcome, PaymentRequest
from bezant.sdk.services import audit, now, principal, query, use_case
from bezant.sdk.values import Conflict, Invalid, NotFound, Problem, new_id
from bezant_accounts.contracts import ACCOUNTS
from bezant_accounts.services import get_account, get_legal_entity, load_accounts
from bezant_gateway_bank_transfer.contracts import (
    KEY,
    TRANSFER,
    Instructions,
    NewTransfer,
    TransferInfo,
    TransferMatched,
    TransferState,
    TransferUnmatched,
)
from bezant_gateway_bank_transfer.domain import Known, body_of, match, quoted, reference_of
from bezant_gateway_bank_transfer.models import Reference, Transfer
from bezant_ledger.contracts import OpenItemInfo
from bezant_ledger.services import open_items
from bezant_payments.contracts import NewReceipt
from bezant_payments.services import record_receipts

_REFERENCES, _TRANSFERS = cast(Table, Reference.__table__), cast(Table, Transfer.__table__)
_ACCOUNTS = selectable(ACCOUNTS)


class BankTransferGateway(GatewayBase):
    """Money comes in by itself, so there is nothing to purchase; refunds are made at the bank, and a person says when."""

    @property
    def info(self) -> GatewayInfo:
        """Refunds by hand."""
        return GatewayInfo(KEY, "Bank transfer", frozenset({"refund"}), automatic=False, by_hand=True)

    def refund(self, request: PaymentRequest) -> Answer:
        """Waits for somebody to make the transfer and to say so."""
        return Answer(
            Outcome.PENDING, reference=f"refund-{request.key}", reason_code="by_hand", message="Transfer the money back, then decide here."
        )


def note_items(item_ids: Collection[UUID]) -> None:
    """Makes the numbers of receivables known as references; in the unit of work of whoever calls."""
    items = open_items(item_ids=item_ids, kind="receivable", include_settled=True) if item_ids else []
    _note([(body_of(item.source.number), item.id, item.payer_id) for item in items])


def note_accounts(account_ids: Collection[UUID]) -> None:
    """Makes the numbers of accounts known as references; in the unit of work of whoever calls."""
    _note([(body_of(account.number), id, id) for id, account in load_accounts(account_ids).items()])


def _note(references: Sequence[tuple[str, UUID, UUID]]) -> None:
    rows = [{"body": body, "target_id": target, "account_id": account} for body, target, account in references if body]
    if rows:
        session.execute(insert_into(Reference).on_conflict_do_nothing(index_elements=["body", "target_id"]), rows)


@use_case("gateway_bank_transfer.transfer.record", whole=True)
def index_references(page: int = 500) -> int:
    """Makes everything known that could be quoted today, from the time before the plugin was enabled; how many references."""
    items = [item.id for item in open_items(kind="receivable")]
    for start in range(0, len(items), page):
        note_items(items[start : start + page])
    accounts = list(session.scalars(select(_ACCOUNTS.c.id).where(~_ACCOUNTS.c.archived)))
    for start in range(0, len(accounts), page):
        note_accounts(accounts[start : start + page])
    return len(items) + len(accounts)


@query("gateway_bank_transfer.transfer.view")
def instructions(account_id: UUID, item_id: UUID | None = None) -> Instructions:
    """How an account pays by transfer: one open item, or on account."""
    account = get_account(account_id)
    item = _item(account_id, item_id) if item_id else None
    entity_id = item.legal_entity_id if item else account.legal_entity_id
    entity = get_legal_entity(entity_id)
    bank = entity.bank
    return Instructions(
        reference_of(item.source.number if item else account.number),
        bank.holder or entity.name,
        bank.bank,
        bank.iban,
        bank.bic,
        bank.account,
        bank.routing,
        item.residual_minor if item else None,
        item.currency if item else account.currency,
    )


def _item(account_id: UUID, item_id: UUID) -> OpenItemInfo:
    found = open_items(item_ids=[item_id], kind="receivable", include_settled=True)
    if not found or found[0].payer_id != account_id:
        raise NotFound(f"The account owes no open item {item_id}.")
    return found[0]


@use_case("gateway_bank_transfer.transfer.record")
def record_transfers(transfers: Sequence[NewTransfer]) -> list[TransferInfo]:
    """Records transfers, all or none. Those whose payer is known, named or found by what was quoted, become payments at once; the
    others wait for somebody to say whose they are (somebody who sees everything, so whoever does not has to name the payer). One whose
    bank reference is known already is left as it is. Raises ``Invalid``.
    """
    _check(transfers)
    known = _known([transfer.bank_reference for transfer in transfers])
    if in_reach(Transfer, [info.id for info in known.values()]) != {info.id for info in known.values()}:
        raise Invalid.field("bank_reference", "taken", "A transfer with this bank reference is recorded already.")
    fresh = list({t.bank_reference: t for t in transfers if t.bank_reference not in known}.values())
    payers = _match(fresh)
    matched = [_with_payer(t, *payers[t.bank_reference]) for t in fresh]
    if principal().is_limited and any(transfer.account_id is None for transfer in matched):
        raise Invalid.field("account_id", "required", "Nothing that was quoted says whose money it is; name the account.")
    made = [_info(transfer) for transfer in fresh]
    if made:
        session.execute(insert_into(Transfer), [_row(info) for info in made])
    _book([(info, transfer) for info, transfer in zip(made, matched, strict=True) if transfer.account_id is not None])
    post_events([TransferUnmatched(info.id) for info, transfer in zip(made, matched, strict=True) if transfer.account_id is None])
    for info in made:
        audit("gateway_bank_transfer.transfer.recorded", TRANSFER, info.id, {"amount": info.amount_minor, "currency": info.currency})
    stored = _known([transfer.bank_reference for transfer in transfers])
    return [stored[transfer.bank_reference] for transfer in transfers]


def _with_payer(transfer: NewTransfer, account_id: UUID | None, item_ids: tuple[UUID, ...]) -> NewTransfer:
    """A transfer with what was found out about its payer, unless somebody said."""
    return transfer if transfer.account_id is not None else replace(transfer, account_id=account_id, item_ids=item_ids)


@use_case("gateway_bank_transfer.transfer.record")
def assign_transfer(id: UUID, account_id: UUID, item_ids: tuple[UUID, ...] = ()) -> TransferInfo:
    """Says whose money a transfer is: it becomes a payment. Raises ``Conflict`` where it is one already."""
    row = session.execute(select(_TRANSFERS).where(_TRANSFERS.c.id == id, in_scope(Transfer)).with_for_update()).mappings().one_or_none()
    if row is None:
        raise NotFound(f"There is no transfer {id}.")
    info = _read(row)
    if info.state is TransferState.MATCHED:
        raise Conflict("This transfer is a payment already; take that back first.", code="matched")
    new = NewTransfer(
        info.received_on, info.amount_minor, info.currency, info.bank_reference, info.text, info.payer_name, account_id, item_ids
    )
    _book([(info, new)])
    audit("gateway_bank_transfer.transfer.assigned", TRANSFER, id, {"account_id": str(account_id)})
    return get_transfer(id)


@query("gateway_bank_transfer.transfer.view")
def get_transfer(id: UUID) -> TransferInfo:
    """One transfer. Raises ``NotFound``."""
    row = session.execute(select(_TRANSFERS).where(_TRANSFERS.c.id == id, in_scope(Transfer))).mappings().one_or_none()
    if row is None:
        raise NotFound(f"There is no transfer {id}.")
    return _read(row)


def _check(transfers: Sequence[NewTransfer]) -> None:
    problems = []
    for index, transfer in enumerate(transfers):
        if transfer.amount_minor <= 0:
            problems.append(Problem(f"transfers.{index}.amount", "not_positive", "Money that came in is more than zero."))
        if not transfer.bank_reference or len(transfer.bank_reference) > 140:
            message = "Give the bank's own reference, at most 140 characters, so that nothing is booked twice."
            problems.append(Problem(f"transfers.{index}.bank_reference", "missing", message))
    if problems:
        raise Invalid(problems=problems)


def _match(transfers: Sequence[NewTransfer]) -> dict[str, tuple[UUID | None, tuple[UUID, ...]]]:
    """Payer and items of each transfer by what was quoted, with two queries."""
    bodies = {transfer.bank_reference: quoted(transfer.text) for transfer in transfers}
    wanted = json_rows([{"body": body} for body in sorted({b for found in bodies.values() for b in found})], body="text")
    rows = session.execute(select(_REFERENCES).where(_REFERENCES.c.body.in_(select(wanted.c.body)), in_scope(Reference))).all()
    items = {item.id: item for item in open_items(item_ids=[row.target_id for row in rows], kind="receivable")} if rows else {}
    known: dict[str, list[Known]] = {}
    for row in rows:
        item = items.get(row.target_id)
        known.setdefault(row.body, []).append(Known(row.account_id, item.id if item else None))
    return {reference: match(found, known) for reference, found in bodies.items()}


def _book(matched: Sequence[tuple[TransferInfo, NewTransfer]]) -> None:
    """Makes payments of transfers whose payer is known: the items quoted first, then what is due longest; the rest is credit."""
    if not matched:
        return
    payments = record_receipts([_receipt(transfer) for _, transfer in matched])
    for (info, _), payment in zip(matched, payments, strict=True):
        values = {"state": TransferState.MATCHED, "account_id": payment.account_id, "payment_id": payment.id}
        session.execute(update(_TRANSFERS).where(_TRANSFERS.c.id == info.id).values(**values))
    post_events([TransferMatched(info.id, payment.account_id, payment.id) for (info, _), payment in zip(matched, payments, strict=True)])


def _receipt(transfer: NewTransfer) -> NewReceipt:
    if transfer.account_id is None:
        raise ValueError("a transfer without a payer is no receipt")
    words = f"Transfer of {transfer.received_on.isoformat()}"
    return NewReceipt(
        transfer.account_id,
        KEY,
        transfer.bank_reference,
        transfer.amount_minor,
        transfer.currency,
        transfer.received_on,
        transfer.item_ids,
        description=words,
    )


def _known(bank_references: Sequence[str]) -> Mapping[str, TransferInfo]:
    wanted = json_rows([{"value": reference} for reference in bank_references], value="text")
    rows = session.execute(select(_TRANSFERS).where(_TRANSFERS.c.bank_reference.in_(select(wanted.c.value)))).mappings()
    return {row["bank_reference"]: _read(row) for row in rows}


def _info(transfer: NewTransfer) -> TransferInfo:
    return TransferInfo(
        new_id(),
        transfer.received_on,
        transfer.amount_minor,
        transfer.currency,
        transfer.bank_reference,
        transfer.text[:500],
        transfer.payer_name[:140],
        TransferState.UNMATCHED,
        None,
        None,
        now(),
    )


_COLUMNS = tuple(TransferInfo.__dataclass_fields__)


def _row(info: TransferInfo) -> dict[str, Any]:
    return {name: getattr(info, name) for name in _COLUMNS}


def _read(row: RowMapping) -> TransferInfo:
    return TransferInfo(**{name: row[name] for name in _COLUMNS} | {"state": TransferState(row["state"])})
