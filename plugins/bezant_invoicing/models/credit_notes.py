"""Credit notes: what was given back of an invoice."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, Uuid, func
from sqlalchemy.orm import Mapped, mapped_column

from bezant.sdk.db import Currency, Model, Scope, UTCDateTime, append_only, frozen, minor, primary_key, protect, trigger


class CreditNote(Model):
    """A credit note against one invoice; final from the start. ``voided_at`` is set beside the frozen rest when it is taken back unused."""

    __tablename__ = "invoicing_credit_notes"
    __scope__ = Scope(legal_entity="legal_entity_id", account="account_id")

    id: Mapped[UUID] = primary_key()
    number: Mapped[str] = mapped_column(String(60))
    invoice_id: Mapped[UUID] = mapped_column(ForeignKey("invoicing_invoices.id"), index=True)
    account_id: Mapped[UUID] = mapped_column(ForeignKey("accounts_accounts.id"))
    payer_id: Mapped[UUID] = mapped_column(Uuid)
    legal_entity_id: Mapped[UUID] = mapped_column(ForeignKey("accounts_legal_entities.id"))
    currency: Mapped[str] = mapped_column(Currency)
    issued_on: Mapped[date]
    kind: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(Text)
    subtotal_minor: Mapped[int] = minor()
    discount_minor: Mapped[int] = minor()
    tax_minor: Mapped[int] = minor()
    tax_included_minor: Mapped[int] = minor()
    total_minor: Mapped[int] = minor()
    credit_item_id: Mapped[UUID | None] = mapped_column(Uuid, index=True)
    source_type: Mapped[str | None] = mapped_column(String(60))
    source_id: Mapped[UUID | None] = mapped_column(Uuid)
    source_number: Mapped[str | None] = mapped_column(String(60))
    seller_id: Mapped[UUID] = mapped_column(ForeignKey("invoicing_parties.id"))
    buyer_id: Mapped[UUID] = mapped_column(ForeignKey("invoicing_parties.id"))
    finalized_at: Mapped[datetime] = mapped_column(UTCDateTime)
    voided_at: Mapped[datetime | None] = mapped_column(UTCDateTime)

    __table_args__ = (
        Index("uq_invoicing_credit_notes_number", "legal_entity_id", "number", unique=True),
        Index("ix_invoicing_credit_notes_account", "account_id", "issued_on"),
        Index("ix_invoicing_credit_notes_issued", "issued_on", "id"),
        CheckConstraint("kind IN ('correction', 'goodwill', 'void')", name="kind"),
        CheckConstraint("total_minor >= 0", name="total"),
        CheckConstraint("subtotal_minor - discount_minor + tax_minor - tax_included_minor = total_minor", name="adds_up"),
        {"info": frozen(when="finalized_at IS NOT NULL", except_=("voided_at",))},
    )


Index(
    "ix_invoicing_credit_notes_number_lower",
    func.lower(CreditNote.__table__.c.number).label("number_lower"),
    postgresql_ops={"number_lower": "text_pattern_ops"},
)


def _never_more_than_billed() -> dict[str, Any]:
    """What is credited of a line, voided notes left out, never exceeds the line, whoever writes it."""
    message = "invoicing_credit_lines: more is credited than is left of the line"
    exceeds = """(SELECT coalesce(sum(c.amount_minor), 0) FROM invoicing_credit_lines c
        JOIN invoicing_credit_notes n ON n.id = c.credit_note_id WHERE c.line_id = NEW.line_id AND n.voided_at IS NULL)
        + NEW.amount_minor > (SELECT l.amount_minor FROM invoicing_lines l WHERE l.id = NEW.line_id)"""
    return trigger(
        "not_more",
        sqlite=f"BEFORE INSERT ON invoicing_credit_lines WHEN {exceeds} BEGIN SELECT RAISE(ABORT, '{message}'); END",
        postgresql="BEFORE INSERT ON invoicing_credit_lines FOR EACH ROW EXECUTE FUNCTION {function}()",
        function=f"""BEGIN IF {exceeds} THEN RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation'; END IF;
            RETURN NEW; END""",
    )


class CreditLineRow(Model):
    """What a credit note gives back of an invoice line. Those of voided credit notes do not count."""

    __tablename__ = "invoicing_credit_lines"
    __scope__ = Scope(through=("credit_note_id",))

    id: Mapped[UUID] = primary_key()
    credit_note_id: Mapped[UUID] = mapped_column(ForeignKey(CreditNote.id), index=True)
    position: Mapped[int]
    line_id: Mapped[UUID] = mapped_column(ForeignKey("invoicing_lines.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    description: Mapped[str] = mapped_column(Text)
    from_on: Mapped[date | None]
    to_on: Mapped[date | None]
    amount_minor: Mapped[int] = minor()
    discount_minor: Mapped[int] = minor()
    tax_included_minor: Mapped[int] = minor()

    __table_args__ = (
        CheckConstraint("amount_minor >= 0 AND discount_minor BETWEEN 0 AND amount_minor", name="amounts"),
        CheckConstraint("kind IN ('correction', 'goodwill', 'void')", name="kind"),
        {"info": protect(append_only(), _never_more_than_billed())},
    )


class CreditTaxRow(Model):
    """Tax given back at one rate of the invoice."""

    __tablename__ = "invoicing_credit_taxes"
    __scope__ = Scope(through=("credit_note_id",))

    credit_note_id: Mapped[UUID] = mapped_column(ForeignKey(CreditNote.id), primary_key=True)
    tax_id: Mapped[UUID] = mapped_column(ForeignKey("invoicing_taxes.id"), primary_key=True, index=True)
    base_minor: Mapped[int] = minor()
    tax_minor: Mapped[int] = minor()

    __table_args__ = ({"info": append_only()},)
