"""Tables of statements: what was issued, its lines, the exact bytes that were printed, and runs over many accounts."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint, Uuid, func
from sqlalchemy.orm import Mapped, mapped_column

from bezant.sdk.db import Currency, Json, Model, Scope, UTCDateTime, append_only, minor, primary_key


class StatementRun(Model):
    """A run over many accounts. ``cursor`` is the last account that is done with, so that a run goes on where it was stopped."""

    __tablename__ = "statements_runs"
    __scope__ = Scope(legal_entity="legal_entity_id")

    id: Mapped[UUID] = primary_key()
    kind: Mapped[str] = mapped_column(String(20))
    from_on: Mapped[date]
    to_on: Mapped[date]
    legal_entity_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts_legal_entities.id"))
    skip_settled: Mapped[bool]
    state: Mapped[str] = mapped_column(String(10), default="queued")
    cursor: Mapped[UUID | None] = mapped_column(Uuid)
    accounts: Mapped[int]
    done: Mapped[int] = mapped_column(default=0)
    issued: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    parked: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(UTCDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


class Parked(Model):
    """An account whose statement failed in a run."""

    __tablename__ = "statements_parked"
    __scope__ = Scope(account="account_id")

    id: Mapped[UUID] = primary_key()
    run_id: Mapped[UUID] = mapped_column(ForeignKey(StatementRun.id), index=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts_accounts.id"))
    message: Mapped[str] = mapped_column(String(500))


class Statement(Model):
    """A statement as issued. Its total is stored once; page, PDF, mail and API all read it here."""

    __tablename__ = "statements_statements"
    __scope__ = Scope(legal_entity="legal_entity_id", account="account_id")

    id: Mapped[UUID] = primary_key()
    number: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(20))
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts_accounts.id"))
    legal_entity_id: Mapped[UUID] = mapped_column(ForeignKey("accounts_legal_entities.id"))
    currency: Mapped[str] = mapped_column(Currency)
    from_on: Mapped[date]
    to_on: Mapped[date]
    issued_on: Mapped[date]
    issued_at: Mapped[datetime] = mapped_column(UTCDateTime)
    opening_minor: Mapped[int] = minor()
    charges_minor: Mapped[int] = minor()
    credits_minor: Mapped[int] = minor()
    closing_minor: Mapped[int] = minor()
    past_due_minor: Mapped[int] = minor()
    credit_minor: Mapped[int] = minor()
    aging: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    run_id: Mapped[UUID | None] = mapped_column(ForeignKey(StatementRun.id))
    supersedes_id: Mapped[UUID | None] = mapped_column(ForeignKey("statements_statements.id"), index=True)

    __table_args__ = (
        UniqueConstraint("legal_entity_id", "number"),
        UniqueConstraint("run_id", "account_id", "legal_entity_id", "currency"),
        CheckConstraint("kind = 'open_item' OR opening_minor + charges_minor + credits_minor = closing_minor", name="adds_up"),
        CheckConstraint("from_on <= to_on", name="days"),
        Index("ix_statements_statements_account", "account_id", "to_on"),
        Index("ix_statements_statements_issued", "issued_on", "id"),
        {"info": append_only()},
    )


Index(
    "ix_statements_statements_number_lower",
    func.lower(Statement.__table__.c.number).label("number_lower"),
    postgresql_ops={"number_lower": "text_pattern_ops"},
)


class StatementLine(Model):
    """A line of a statement, with the record it comes from."""

    __tablename__ = "statements_lines"
    __scope__ = Scope(through=("statement_id",))

    statement_id: Mapped[UUID] = mapped_column(ForeignKey(Statement.id), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    day: Mapped[date]
    source_type: Mapped[str] = mapped_column(String(60))
    source_id: Mapped[UUID] = mapped_column(Uuid)
    source_number: Mapped[str] = mapped_column(String(60))
    word: Mapped[str] = mapped_column(String(60))
    description: Mapped[str] = mapped_column(String(500))
    amount_minor: Mapped[int] = minor()
    open_minor: Mapped[int | None] = minor()
    due_on: Mapped[date | None]
    days_late: Mapped[int | None]
    balance_minor: Mapped[int] = minor()

    __table_args__ = ({"info": append_only()},)


class StatementPdf(Model):
    """The bytes of a statement as they were first printed, and their SHA-256."""

    __tablename__ = "statements_pdfs"
    __scope__ = Scope(through=("statement_id",))

    statement_id: Mapped[UUID] = mapped_column(ForeignKey(Statement.id), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64))
    rendered_at: Mapped[datetime] = mapped_column(UTCDateTime)

    __table_args__ = ({"info": append_only()},)
