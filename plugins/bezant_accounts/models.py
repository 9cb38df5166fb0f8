"""Tables of accounts: who issues, who is billed, whom to write to, what is held back, and where the numbers stand."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, Uuid, func
from sqlalchemy.orm import Mapped, mapped_column

from bezant.sdk.db import Currency, Json, Model, Scope, UTCDateTime, Versioned, minor, primary_key, trigger

PERSONAL = {"personal": True}
"""Marks columns of personal data: they belong into the export of a person's data and are erased on request."""


class LegalEntity(Versioned, Model):
    """Who issues documents."""

    __tablename__ = "accounts_legal_entities"
    __scope__ = Scope(legal_entity="id", named_by=("accounts_accounts", "legal_entity_id"))

    id: Mapped[UUID] = primary_key()
    code: Mapped[str] = mapped_column(String(12), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    currency: Mapped[str] = mapped_column(Currency)
    timezone: Mapped[str] = mapped_column(String(64))
    locale: Mapped[str] = mapped_column(String(20))
    country: Mapped[str] = mapped_column(String(2))
    address: Mapped[dict[str, str]] = mapped_column(Json)
    tax_ids: Mapped[list[dict[str, str]]] = mapped_column(Json)
    email: Mapped[str] = mapped_column(String(254))
    phone: Mapped[str] = mapped_column(String(40))
    website: Mapped[str] = mapped_column(String(200))
    tagline: Mapped[str] = mapped_column(String(200))
    legal_text: Mapped[str] = mapped_column(String(1000))
    bank: Mapped[dict[str, str]] = mapped_column(Json)
    payment_terms_days: Mapped[int]
    paper: Mapped[str] = mapped_column(String(10))
    number_formats: Mapped[dict[str, str]] = mapped_column(Json)
    is_default: Mapped[bool]
    archived: Mapped[bool] = mapped_column(default=False)


class Account(Versioned, Model):
    """Who is billed. The billing address stands in the row itself, so that a page of accounts is one query."""

    __tablename__ = "accounts_accounts"
    __scope__ = Scope(legal_entity="legal_entity_id", account="id")

    id: Mapped[UUID] = primary_key()
    number: Mapped[str] = mapped_column(String(40), unique=True)
    external_id: Mapped[str | None] = mapped_column(String(255), unique=True)
    name: Mapped[str] = mapped_column(String(200), info=PERSONAL)
    email: Mapped[str] = mapped_column(String(254), info=PERSONAL)
    currency: Mapped[str] = mapped_column(Currency)
    currency_frozen: Mapped[bool] = mapped_column(default=False)
    timezone: Mapped[str] = mapped_column(String(64))
    locale: Mapped[str] = mapped_column(String(20))
    legal_entity_id: Mapped[UUID] = mapped_column(ForeignKey(LegalEntity.id), index=True)
    payment_terms_days: Mapped[int]
    bill_cycle_day: Mapped[int | None]
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("accounts_accounts.id"), index=True)
    payer_id: Mapped[UUID] = mapped_column(ForeignKey("accounts_accounts.id"), index=True)
    line1: Mapped[str] = mapped_column(String(200), info=PERSONAL)
    line2: Mapped[str] = mapped_column(String(200), info=PERSONAL)
    postal_code: Mapped[str] = mapped_column(String(20), info=PERSONAL)
    city: Mapped[str] = mapped_column(String(200), info=PERSONAL)
    region: Mapped[str] = mapped_column(String(60))
    country: Mapped[str] = mapped_column(String(2))
    tax_ids: Mapped[list[dict[str, str]]] = mapped_column(Json, info=PERSONAL)
    tax_exempt: Mapped[bool]
    invoice_as_draft: Mapped[bool]
    archived: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        CheckConstraint("bill_cycle_day BETWEEN 1 AND 31", name="cycle_day"),
        CheckConstraint("payer_id = id OR payer_id = parent_id", name="payer"),
        Index("ix_accounts_accounts_name_id", "name", "id"),
    )


for _name in ("name", "email", "number", "external_id"):
    # "starts with", whatever the case, answered by an index on both databases
    Index(
        f"ix_accounts_accounts_{_name}_lower",
        func.lower(Account.__table__.c[_name]).label(f"{_name}_lower"),
        postgresql_ops={f"{_name}_lower": "text_pattern_ops"},
    )


class AccountWord(Model):
    """A word of an account's name in small letters, for the global search."""

    __tablename__ = "accounts_words"
    __scope__ = Scope(account="account_id")

    word: Mapped[str] = mapped_column(String(60).with_variant(String(60, collation="C"), "postgresql"), primary_key=True, info=PERSONAL)
    account_id: Mapped[UUID] = mapped_column(ForeignKey(Account.id, ondelete="CASCADE"), primary_key=True, index=True)


class Address(Versioned, Model):
    """A further address of an account: where it is served or where goods go."""

    __tablename__ = "accounts_addresses"
    __scope__ = Scope(account="account_id")

    id: Mapped[UUID] = primary_key()
    account_id: Mapped[UUID] = mapped_column(ForeignKey(Account.id), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    name: Mapped[str] = mapped_column(String(200), info=PERSONAL)
    line1: Mapped[str] = mapped_column(String(200), info=PERSONAL)
    line2: Mapped[str] = mapped_column(String(200), info=PERSONAL)
    postal_code: Mapped[str] = mapped_column(String(20), info=PERSONAL)
    city: Mapped[str] = mapped_column(String(200), info=PERSONAL)
    region: Mapped[str] = mapped_column(String(60))
    country: Mapped[str] = mapped_column(String(2))
    archived: Mapped[bool] = mapped_column(default=False)


class Contact(Versioned, Model):
    """A person at an account."""

    __tablename__ = "accounts_contacts"
    __scope__ = Scope(account="account_id")

    id: Mapped[UUID] = primary_key()
    account_id: Mapped[UUID] = mapped_column(ForeignKey(Account.id), index=True)
    name: Mapped[str] = mapped_column(String(200), info=PERSONAL)
    email: Mapped[str] = mapped_column(String(254), info=PERSONAL)
    phone: Mapped[str] = mapped_column(String(40), info=PERSONAL)
    roles: Mapped[list[str]] = mapped_column(Json)
    locale: Mapped[str | None] = mapped_column(String(20))
    archived: Mapped[bool] = mapped_column(default=False)


class AccountHold(Model):
    """Something of an account is held back, until it ends by itself or is released."""

    __tablename__ = "accounts_holds"
    __scope__ = Scope(account="account_id")

    id: Mapped[UUID] = primary_key()
    account_id: Mapped[UUID] = mapped_column(ForeignKey(Account.id), index=True)
    reason: Mapped[str] = mapped_column(String(200))
    stops: Mapped[list[str]] = mapped_column(Json)
    subject_id: Mapped[UUID | None] = mapped_column(Uuid)
    amount_minor: Mapped[int | None] = minor()
    currency: Mapped[str | None] = mapped_column(Currency)
    source_type: Mapped[str | None] = mapped_column(String(60))
    source_id: Mapped[UUID | None] = mapped_column(Uuid)
    source_number: Mapped[str | None] = mapped_column(String(60))
    placed_at: Mapped[datetime] = mapped_column(UTCDateTime)
    until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    released_at: Mapped[datetime | None] = mapped_column(UTCDateTime)


def _only_upwards() -> dict[str, Any]:
    """A number that was taken is never taken again, so a series never goes back or away."""
    message = "accounts_number_series: a series only counts upwards"
    return trigger(
        "upwards",
        sqlite=f"""BEFORE UPDATE ON accounts_number_series
            WHEN NEW.last < OLD.last OR NEW.series <> OLD.series OR NEW.year <> OLD.year OR NEW.legal_entity_id <> OLD.legal_entity_id
            BEGIN SELECT RAISE(ABORT, '{message}'); END""",
        postgresql="BEFORE UPDATE ON accounts_number_series FOR EACH ROW EXECUTE FUNCTION {function}()",
        function=f"""BEGIN
            IF NEW.last < OLD.last OR NEW.series <> OLD.series OR NEW.year <> OLD.year OR NEW.legal_entity_id <> OLD.legal_entity_id
            THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; END IF;
            RETURN NEW; END""",
    )


class NumberSeries(Model):
    """The last number taken of a series of a legal entity in a year; 0 stands for a series that never starts again."""

    __tablename__ = "accounts_number_series"
    __scope__ = Scope(legal_entity="legal_entity_id")

    id: Mapped[UUID] = primary_key()
    legal_entity_id: Mapped[UUID] = mapped_column(ForeignKey(LegalEntity.id))
    series: Mapped[str] = mapped_column(String(30))
    year: Mapped[int]
    last: Mapped[int]

    __table_args__ = (
        UniqueConstraint("legal_entity_id", "series", "year", name="uq_accounts_number_series_place"),
        {"info": _only_upwards()},
    )
