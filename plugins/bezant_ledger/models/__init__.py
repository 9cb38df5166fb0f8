"""Tables of the ledger. What double entry demands is checked by the database itself; see ``models.protection``."""

import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Date, ForeignKey, FromClause, Index, String, UniqueConstraint, Uuid, func, text
from sqlalchemy.orm import Mapped, mapped_column

from bezant.sdk.db import Currency, Model, Scope, Shared, UTCDateTime, Versioned, append_only, frozen, minor, primary_key, protect
from bezant_ledger.models.protection import ENTRY_CHECK, POSTING_CHECK, RESIDUAL


def _checked_at_commit(target: str) -> ForeignKey:
    """A foreign key for rows that stand before what they belong to: postings before their entry, entries before their seal."""
    return ForeignKey(target, deferrable=True, initially="DEFERRED")


def _only(condition: str) -> dict[str, Any]:
    """Options of an index that holds only some rows."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


class LedgerAccount(Versioned, Model):
    """One account of the chart."""

    __tablename__ = "ledger_accounts"
    __scope__ = Shared("one chart for all legal entities; balances and postings are told within reach only")

    code: Mapped[str] = mapped_column(String(61), primary_key=True)
    title: Mapped[str] = mapped_column(String(120))
    type: Mapped[str] = mapped_column(String(10))
    items: Mapped[str | None] = mapped_column(String(10))
    per_account: Mapped[bool]
    archived: Mapped[bool] = mapped_column(default=False)


class LedgerSeal(Model):
    """What one transaction posted for one legal entity, hashed together with the seal before it."""

    __tablename__ = "ledger_seals"
    __scope__ = Scope(legal_entity="legal_entity_id")

    id: Mapped[UUID] = primary_key()
    legal_entity_id: Mapped[UUID] = mapped_column(ForeignKey("accounts_legal_entities.id"))
    number: Mapped[int]
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))
    entries: Mapped[int]
    sealed_at: Mapped[datetime.datetime] = mapped_column(UTCDateTime)

    __table_args__ = (UniqueConstraint("legal_entity_id", "number", name="uq_ledger_seals_place"), {"info": append_only()})


class LedgerEntry(Model):
    """A journal entry. Its postings are inserted before it, so that it can be checked when it arrives."""

    __tablename__ = "ledger_entries"
    __scope__ = Scope(legal_entity="legal_entity_id")

    id: Mapped[UUID] = primary_key()
    date: Mapped[datetime.date] = mapped_column(Date)
    legal_entity_id: Mapped[UUID] = mapped_column(ForeignKey("accounts_legal_entities.id"))
    currency: Mapped[str] = mapped_column(Currency)
    source_type: Mapped[str] = mapped_column(String(60))
    source_id: Mapped[UUID] = mapped_column(Uuid)
    source_number: Mapped[str] = mapped_column(String(60))
    description: Mapped[str] = mapped_column(String(300))
    reverses_id: Mapped[UUID | None] = mapped_column(ForeignKey("ledger_entries.id"), unique=True)
    seal_id: Mapped[UUID] = mapped_column(_checked_at_commit("ledger_seals.id"))
    digest: Mapped[str] = mapped_column(String(64))
    posted_at: Mapped[datetime.datetime] = mapped_column(UTCDateTime)

    __table_args__ = (
        Index("ix_ledger_entries_seal", "seal_id", "id"),
        Index("ix_ledger_entries_date", "date", "id"),
        Index("ix_ledger_entries_source", "source_id"),
        {"info": protect(append_only(), ENTRY_CHECK)},
    )


class LedgerPosting(Model):
    """One side of a journal entry: debit positive, credit negative."""

    __tablename__ = "ledger_postings"
    __scope__ = Scope(account="account_id", through=("entry_id",))

    id: Mapped[UUID] = primary_key()
    entry_id: Mapped[UUID] = mapped_column(_checked_at_commit("ledger_entries.id"))
    ledger_account: Mapped[str] = mapped_column(ForeignKey(LedgerAccount.code))
    account_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts_accounts.id"))
    payer_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts_accounts.id"))
    item_id: Mapped[UUID | None] = mapped_column(_checked_at_commit("ledger_open_items.id"))
    due_on: Mapped[datetime.date | None] = mapped_column(Date)
    amount_minor: Mapped[int] = minor()

    __table_args__ = (
        Index("ix_ledger_postings_entry", "entry_id"),
        Index("ix_ledger_postings_code", "ledger_account", "id"),
        Index("ix_ledger_postings_account", "account_id", "id", **_only("account_id IS NOT NULL")),
        Index("ix_ledger_postings_item", "item_id", **_only("item_id IS NOT NULL")),
        {"info": protect(append_only(), POSTING_CHECK)},
    )


class OpenItem(Model):
    """What somebody owes, or what is owed to somebody, with what is left of it."""

    __tablename__ = "ledger_open_items"
    __scope__ = Scope(legal_entity="legal_entity_id", account="account_id")

    id: Mapped[UUID] = primary_key()
    kind: Mapped[str] = mapped_column(String(10))
    ledger_account: Mapped[str] = mapped_column(ForeignKey(LedgerAccount.code))
    legal_entity_id: Mapped[UUID] = mapped_column(ForeignKey("accounts_legal_entities.id"))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts_accounts.id"))
    payer_id: Mapped[UUID] = mapped_column(ForeignKey("accounts_accounts.id"))
    currency: Mapped[str] = mapped_column(Currency)
    source_type: Mapped[str] = mapped_column(String(60))
    source_id: Mapped[UUID] = mapped_column(Uuid)
    source_number: Mapped[str] = mapped_column(String(60))
    due_on: Mapped[datetime.date | None] = mapped_column(Date)
    posted_on: Mapped[datetime.date] = mapped_column(Date)
    amount_minor: Mapped[int] = minor()
    residual_minor: Mapped[int] = minor()

    __table_args__ = (
        CheckConstraint("residual_minor BETWEEN 0 AND amount_minor", name="residual"),
        CheckConstraint("kind = 'credit' OR due_on IS NOT NULL", name="due"),
        Index("ix_ledger_open_items_account", "account_id", "posted_on"),
        Index("ix_ledger_open_items_posted", "posted_on", "id"),
        Index("ix_ledger_open_items_source", "source_id"),
        Index("ix_ledger_open_items_payer", "payer_id", "posted_on"),  # whole: statements look at settled items too
        Index("ix_ledger_open_items_due", "due_on", "id", **_only("residual_minor > 0")),
        {"info": frozen(when="1 = 1", except_=("residual_minor",))},
    )


class Allocation(Model):
    """What was taken from items by one entry; a trigger keeps the residuals of both."""

    __tablename__ = "ledger_allocations"
    __scope__ = Scope(through=("item_id", "credit_item_id"))

    id: Mapped[UUID] = primary_key()
    entry_id: Mapped[UUID] = mapped_column(_checked_at_commit("ledger_entries.id"), index=True)
    credit_item_id: Mapped[UUID | None] = mapped_column(ForeignKey(OpenItem.id), index=True)
    item_id: Mapped[UUID | None] = mapped_column(ForeignKey(OpenItem.id), index=True)
    amount_minor: Mapped[int] = minor()
    allocated_on: Mapped[datetime.date] = mapped_column(Date)

    __table_args__ = (
        CheckConstraint("amount_minor <> 0", name="amount"),
        Index("ix_ledger_allocations_day", "allocated_on", "id"),
        CheckConstraint("credit_item_id IS NOT NULL OR item_id IS NOT NULL", name="items"),
        {"info": protect(append_only(), RESIDUAL)},
    )


class LedgerBalance(Model):
    """A balance, kept with the postings: per account where the chart says so, else under the id of zeros."""

    __tablename__ = "ledger_balances"
    __scope__ = Scope(legal_entity="legal_entity_id", account="account_id")

    legal_entity_id: Mapped[UUID] = mapped_column(ForeignKey("accounts_legal_entities.id"), primary_key=True)
    ledger_account: Mapped[str] = mapped_column(ForeignKey(LedgerAccount.code), primary_key=True)
    account_id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    currency: Mapped[str] = mapped_column(Currency, primary_key=True)
    balance_minor: Mapped[int] = minor()

    __table_args__ = (Index("ix_ledger_balances_account", "account_id"),)


class LedgerBook(Model):
    """Where the books of a legal entity stand: the last seal and the last closed day. Whoever seals locks this row."""

    __tablename__ = "ledger_books"
    __scope__ = Scope(legal_entity="legal_entity_id")

    legal_entity_id: Mapped[UUID] = mapped_column(ForeignKey("accounts_legal_entities.id"), primary_key=True)
    closed_through: Mapped[datetime.date | None] = mapped_column(Date)
    last_seal: Mapped[int]
    last_hash: Mapped[str] = mapped_column(String(64))


class PeriodLock(Model):
    """One closing or reopening; the newest is in force (and stands in the book)."""

    __tablename__ = "ledger_period_locks"
    __scope__ = Scope(legal_entity="legal_entity_id")

    id: Mapped[UUID] = primary_key()
    legal_entity_id: Mapped[UUID] = mapped_column(ForeignKey("accounts_legal_entities.id"), index=True)
    closed_through: Mapped[datetime.date | None] = mapped_column(Date)
    made_at: Mapped[datetime.datetime] = mapped_column(UTCDateTime)

    __table_args__ = ({"info": append_only()},)


def _by_prefix(table: FromClause) -> Index:
    """ "Starts with" on document numbers, whatever the case, answered by an index on both databases."""
    number = func.lower(table.c.source_number).label("number_lower")
    return Index(f"ix_{table}_number_lower", number, postgresql_ops={"number_lower": "text_pattern_ops"})


_by_prefix(LedgerEntry.__table__)
_by_prefix(OpenItem.__table__)
