"""Stored documents as the printer takes them: seller and buyer as they were when it was issued."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from bezant.sdk.documents import (
    Amount,
    CreditNoteDocument,
    InvoiceDocument,
    Line,
    PayBy,
    TaxTotal,
    Totals,
    running_sums,
)
from bezant.sdk.services import setting
from bezant_accounts.contracts import Addressee, Sender
from bezant_accounts.services import buyer_of, seller_of
from bezant_invoicing.contracts import CreditLineInfo, CreditNoteInfo, InvoiceInfo, LineInfo, TaxInfo, TaxRate


def invoice_document(invoice: InvoiceInfo, seller: Sender, buyer: Addressee) -> InvoiceDocument:
    """An invoice, or a draft (without number)."""
    due = invoice.total_minor - invoice.credited_minor
    return InvoiceDocument(
        number=invoice.number,
        issued_on=invoice.issued_on,
        due_on=invoice.due_on,
        currency=invoice.currency,
        seller=seller_of(seller),
        buyer=buyer_of(buyer, seller.country),
        lines=_lines(invoice.lines),
        taxes=_taxes(invoice.taxes, _untaxed(invoice.lines)),
        totals=_invoice_totals(invoice, due),
        purchase_order=invoice.purchase_order,
        notes=invoice.notes,
        pay=_pay_by(invoice, due) if due > 0 and invoice.number else None,
    )


def credit_note_document(
    note: CreditNoteInfo, invoice: InvoiceInfo, uses: Sequence[Amount], seller: Sender, buyer: Addressee
) -> CreditNoteDocument:
    """A credit note; what is given back is negative."""
    net = note.total_minor - note.tax_minor
    total = -note.total_minor
    return CreditNoteDocument(
        number=note.number,
        issued_on=note.issued_on,
        currency=note.currency,
        seller=seller_of(seller),
        buyer=buyer_of(buyer, seller.country),
        lines=_credit_lines(note.lines, {line.draft.id: line for line in invoice.lines}),
        taxes=_taxes(note.taxes, sum(line.amount_minor - line.discount_minor for line in note.lines if not line.rates), sign=-1),
        totals=Totals(
            subtotal_minor=-note.subtotal_minor,
            discounts=(Amount("Discount taken back", note.discount_minor),) if note.discount_minor else (),
            net_minor=-net,
            tax_minor=-note.tax_minor,
            total_minor=total,
            due_minor=total,
        ),
        invoice_number=note.invoice_number,
        invoice_issued_on=note.invoice_issued_on,
        reason=note.reason,
        uses=tuple(uses),
        purchase_order=invoice.purchase_order,
    )


def _lines(lines: Sequence[LineInfo]) -> tuple[Line, ...]:
    sums = running_sums([line.draft.amount_minor for line in lines])
    return tuple(
        Line(
            text=line.draft.description,
            amount_minor=line.draft.amount_minor,
            running_minor=running,
            quantity=line.draft.quantity,
            unit_price=line.draft.unit_price,
            tax_percent=_percents(line.rates),
            service_from=line.draft.service_from,
            service_to=line.draft.service_to,
        )
        for line, running in zip(lines, sums, strict=True)
    )


def _credit_lines(lines: Sequence[CreditLineInfo], billed: Mapping[UUID, LineInfo]) -> tuple[Line, ...]:
    sums = running_sums([-line.amount_minor for line in lines])
    return tuple(
        Line(
            text=line.description or billed[line.line_id].draft.description,
            amount_minor=-line.amount_minor,
            running_minor=running,
            tax_percent=_percents(line.rates),
            service_from=line.from_on,
            service_to=line.to_on,
        )
        for line, running in zip(lines, sums, strict=True)
    )


def _percents(rates: Sequence[TaxRate]) -> tuple[Decimal, ...]:
    return tuple(rate.percent for rate in rates)


def _taxes(taxes: Sequence[TaxInfo], untaxed: int, *, sign: int = 1) -> tuple[TaxTotal, ...]:
    """The rates with base and tax; what bears no tax is stated beside those that do."""
    totals = [
        TaxTotal(
            label=tax.rate.label,
            percent=tax.rate.percent,
            net_minor=sign * tax.base_minor,
            tax_minor=sign * tax.tax_minor,
            exempt=tax.rate.reason,
        )
        for tax in taxes
    ]
    if taxes and untaxed:
        totals.append(TaxTotal(label="Exempt", percent=Decimal(0), net_minor=sign * untaxed, tax_minor=0))
    return tuple(totals)


def _untaxed(lines: Sequence[LineInfo]) -> int:
    return sum(line.draft.amount_minor - line.discount_minor for line in lines if not line.rates)


def _invoice_totals(invoice: InvoiceInfo, due: int) -> Totals:
    return Totals(
        subtotal_minor=invoice.subtotal_minor,
        discounts=tuple(Amount(discount.label, -discount.amount_minor) for discount in invoice.discounts),
        net_minor=invoice.net_minor,
        tax_minor=invoice.tax_minor,
        total_minor=invoice.total_minor,
        due_minor=due,
        settled=(Amount("Credit", -invoice.credited_minor, invoice.issued_on),) if invoice.credited_minor else (),
    )


def _pay_by(invoice: InvoiceInfo, due: int) -> PayBy:
    link = str(setting("invoicing.pay_link")).replace("{number}", invoice.number).replace("{id}", str(invoice.id))
    return PayBy(amount_minor=due, reference=invoice.number, due_on=invoice.due_on, link=link)
