"""The fields of entries, open items, allocations, balances, ledger accounts and periods, as REST bodies and as forms."""

from marshmallow import fields, validate

from bezant.sdk.api import CurrencyCode, Day, MoneyString, Schema, Text, Uuid
from bezant_accounts.services import load_legal_entities
from bezant_ledger.services import ledger_accounts

TYPES = ("asset", "liability", "equity", "income", "expense")
REFERENCE = "Its id, or external: and your own id of it."


def legal_entities() -> list[tuple[str, str]]:
    """Legal entities to choose from."""
    return [(str(entity.id), f"{entity.code} · {entity.name}") for entity in load_legal_entities().values() if not entity.archived]


def codes() -> list[tuple[str, str]]:
    """Ledger accounts to choose from."""
    return [(account.code, f"{account.code} · {account.title}") for account in ledger_accounts() if not account.archived]


class SourceSchema(Schema):
    """What caused something."""

    type = Text()
    id = Uuid()
    number = Text()


class PostingBody(Schema):
    """One side of an entry: a debit is positive, a credit negative."""

    ledger_account = Text(required=True, longest=61, blank=False, metadata={"choices": codes})
    amount = MoneyString(required=True, attribute="amount_minor", metadata={"hint": "Debit positive, credit negative."})
    account_id = Text(longest=300, free=False, allow_none=True, metadata={"label": "Account", "hint": REFERENCE})
    due_on = Day(allow_none=True, metadata={"label": "Due"})
    item_id = Uuid(allow_none=True, metadata={"label": "Open item", "hint": "That this takes from, or gives back to."})


class EntryBody(Schema):
    """A journal entry by hand: two postings or more that sum to zero."""

    legal_entity_id = Uuid(required=True, metadata={"label": "Legal entity", "choices": legal_entities})
    date = Day(required=True)
    currency = CurrencyCode(required=True)
    description = Text(required=True, longest=300, blank=False)
    number = Text(load_default="", longest=60, metadata={"hint": "Of the voucher, if there is one."})
    postings = fields.List(fields.Nested(PostingBody), required=True, validate=validate.Length(min=2, max=1000))


class PostingSchema(Schema):
    """A posting."""

    id = Uuid()
    ledger_account = Text()
    amount = MoneyString(attribute="amount_minor")
    account_id = Uuid(allow_none=True)
    payer_id = Uuid(allow_none=True)
    due_on = Day(allow_none=True)
    item_id = Uuid(allow_none=True)


class EntrySchema(Schema):
    """A journal entry."""

    id = Uuid()
    date = Day()
    legal_entity_id = Uuid()
    currency = Text()
    source = fields.Nested(SourceSchema)
    description = Text()
    reverses_id = Uuid(allow_none=True)
    postings = fields.List(fields.Nested(PostingSchema))


class ReversalBody(Schema):
    """When a reversal is dated; today when left out."""

    date = Day(allow_none=True, load_default=None)


class OpenItemSchema(Schema):
    """An open item; ``residual`` is what is left of it."""

    id = Uuid()
    kind = Text()
    ledger_account = Text()
    legal_entity_id = Uuid()
    account_id = Uuid()
    payer_id = Uuid()
    currency = Text()
    source = fields.Nested(SourceSchema)
    due_on = Day(allow_none=True)
    posted_on = Day()
    amount = MoneyString(attribute="amount_minor")
    residual = MoneyString(attribute="residual_minor")


class AllocationBody(Schema):
    """So much of a credit item pays a receivable item; a negative amount takes it back. Dated today when left out."""

    credit_item_id = Uuid(required=True)
    item_id = Uuid(required=True)
    currency = CurrencyCode(required=True)
    amount = MoneyString(required=True, attribute="amount_minor")
    date = Day(allow_none=True, load_default=None)


class OldestFirstBody(Schema):
    """Which items a credit pays, in this order; all that its payer owes, oldest due first, when left out."""

    item_ids = fields.List(Uuid(), allow_none=True, load_default=None)
    date = Day(allow_none=True, load_default=None)


class AllocationSchema(Schema):
    """An allocation. Its amount is in the currency of its items."""

    id = Uuid()
    entry_id = Uuid()
    credit_item_id = Uuid(allow_none=True)
    item_id = Uuid(allow_none=True)
    currency = Text()
    amount = MoneyString(attribute="amount_minor")
    date = Day()


class LedgerAccountEdit(Schema):
    """What may change of a ledger account."""

    title = Text(longest=120, blank=False)
    archived = fields.Boolean(truthy={True}, falsy={False})


class LedgerAccountBody(Schema):
    """A ledger account to add; one like ``cash:bank`` takes type and items from ``cash``."""

    code = Text(required=True, longest=61, blank=False, metadata={"hint": "Such as bad_debts, or cash:main_bank for a sub-account."})
    title = Text(required=True, longest=120, blank=False)
    type = fields.String(required=True, validate=validate.OneOf(TYPES))
    per_account = fields.Boolean(
        truthy={True},
        falsy={False},
        load_default=False,
        metadata={"label": "Keep a balance for each account"},
    )


class LedgerAccountSchema(LedgerAccountBody):
    """A ledger account."""

    items = Text(allow_none=True)
    archived = fields.Boolean()
    version = fields.Integer()


class TrialBalanceQuery(Schema):
    """Of which day (the end of it) and of what."""

    as_of = Day()
    legal_entity_id = Uuid()
    account_id = Text(longest=300)


class BalanceSchema(Schema):
    """A balance, debit positive."""

    legal_entity_id = Uuid()
    ledger_account = Text()
    account_id = Uuid(allow_none=True)
    currency = Text()
    balance = MoneyString(attribute="balance_minor")


class PeriodBody(Schema):
    """Through which day the books are closed: the last day of a month; ``null`` reopens everything."""

    legal_entity_id = Uuid(required=True, metadata={"label": "Legal entity", "choices": legal_entities})
    closed_through = Day(required=True, allow_none=True, metadata={"hint": "The last day of a month; an earlier one than now reopens."})


class PeriodSchema(Schema):
    """Through which day the books of a legal entity are closed."""

    legal_entity_id = Uuid()
    closed_through = Day(allow_none=True)


class VerificationSchema(Schema):
    """The job that proves the ledger."""

    job_id = Uuid()
