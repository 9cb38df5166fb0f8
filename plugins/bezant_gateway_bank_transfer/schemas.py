"""Transfers as JSON and as forms, and their list."""

from typing import Any

from flask import url_for
from marshmallow import fields, validate
from sqlalchemy import Select, select

from bezant.sdk.api import CurrencyCode, Day, Instant, MoneyString, Schema, Text, Uuid
from bezant.sdk.db import selectable
from bezant.sdk.lists import Choice, EmptyState, Field, ListSpec, Step, View
from bezant_accounts.contracts import ACCOUNTS
from bezant_gateway_bank_transfer.contracts import Instructions
from bezant_gateway_bank_transfer.domain import spaced
from bezant_gateway_bank_transfer.models import Transfer

STATES = (Choice("matched", "Booked", "ok", "ring"), Choice("unmatched", "Whose is it?", "warn"))
RECORD = "gateway_bank_transfer.transfer.record"

_transfers = Transfer.__table__.c
_accounts = selectable(ACCOUNTS)
_ACCOUNT = {"label": "Account", "hint": "Its id, or external: and your own id for it", "full": True}


class TransferBody(Schema):
    """Money that came in. Without an account the references in the text say whose it is."""

    received_on = Day(required=True, metadata={"label": "Received on"})
    currency = CurrencyCode(required=True)
    amount = MoneyString(required=True)
    bank_reference = Text(required=True, longest=140, blank=False, free=False, metadata={"hint": "The bank's own: it is booked once only."})
    payer_name = Text(load_default="", longest=140, metadata={"label": "From"})
    text = Text(load_default="", longest=500, metadata={"label": "Remittance text", "hint": "What the payer wrote.", "full": True})
    account_id = Text(load_default="", free=False, metadata=_ACCOUNT | {"hint": "Left out: found by what the payer quoted."})


class AssignBody(Schema):
    """Whose money it is. Items are paid in their order, then what is due longest."""

    account_id = Text(required=True, blank=False, free=False, metadata=_ACCOUNT)
    item_ids = fields.List(Uuid(), load_default=list, validate=validate.Length(max=500), metadata={"form": False})


class TransferSchema(Schema):
    """A transfer that came in."""

    id = Uuid()
    received_on = Day()
    amount = MoneyString(attribute="amount_minor")
    currency = fields.String()
    bank_reference = fields.String()
    text = fields.String()
    payer_name = fields.String()
    state = fields.String()
    account_id = Uuid(allow_none=True)
    payment_id = Uuid(allow_none=True)
    recorded_at = Instant()


class InstructionsQuery(Schema):
    """What is to be paid."""

    account_id = fields.String(required=True, metadata={"description": "Its id, or external:<your id>."})
    item_id = Uuid(load_default=None, metadata={"description": "One open item; left out: on account."})


class InstructionsSchema(Schema):
    """How to pay by transfer."""

    reference = fields.String(metadata={"description": "Creditor reference (ISO 11649) to quote."})
    holder = fields.String()
    bank = fields.String()
    iban = fields.String()
    bic = fields.String()
    account = fields.String()
    routing = fields.String()
    amount = MoneyString(attribute="amount_minor", allow_none=True)
    currency = fields.String()


def facts_to_pay(how: Instructions) -> list[tuple[str, str]]:
    """How to pay, as names and values for people; what a bank does not have is left out."""
    named = (("Quote", spaced(how.reference)), ("Holder", how.holder), ("Bank", how.bank), ("IBAN", spaced(how.iban)), ("BIC", how.bic))
    return [(name, value) for name, value in (*named, ("Account", how.account), ("Routing", how.routing)) if value]


def _rows() -> Select[Any]:
    return select().select_from(Transfer.__table__.outerjoin(_accounts, _accounts.c.id == _transfers.account_id))


TRANSFER_LIST = ListSpec(
    name="bank_transfers",
    title="Bank transfers",
    permission="gateway_bank_transfer.transfer.view",
    scope=Transfer,
    statement=_rows,
    fields=(
        Field("id", "Id", _transfers.id, "uuid", hidden=True),
        Field("received_on", "Received", _transfers.received_on, "day"),
        Field("payer_name", "From", _transfers.payer_name),
        Field("text", "Text", _transfers.text),
        Field("bank_reference", "Bank reference", _transfers.bank_reference, "code", hidden=True),
        Field("account", "Account", _accounts.c.name),
        Field("account_id", "Account id", _transfers.account_id, "uuid", hidden=True),
        Field("payment_id", "Payment id", _transfers.payment_id, "uuid", hidden=True),
        Field("amount", "Amount", _transfers.amount_minor, "money", sum=True),
        Field("currency", "Currency", _transfers.currency, "code", hidden=True),
        Field("state", "Status", _transfers.state, "status", choices=STATES),
    ),
    default_sort="-received_on",
    search=("bank_reference", "payer_name", "account", "amount"),
    search_hint="Payer, account, bank reference or amount",
    views=(View("unmatched", "Whose is it?", "state=unmatched"),),
    record=lambda row: url_for("gateway_bank_transfer.show", transfer_id=row["id"]),
    empty=EmptyState(
        "No bank transfers yet",
        "Record money that came in: what the payer quoted says whose it is and what it pays.",
        Step("Record a transfer", lambda: url_for("gateway_bank_transfer.record"), "plus", RECORD),
    ),
    actions=(Step("Record a transfer", lambda: url_for("gateway_bank_transfer.record"), "plus", RECORD),),
    name_field="payer_name",
)
