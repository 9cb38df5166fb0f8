"""Stored documents as the printer takes them: seller and buyer as they were when it was issued."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from babel import Locale

from bezant.sdk.documents import (
    Amount,
    BankDetails,
    Buyer,
    CreditNoteDocument,
    InvoiceDocument,
    Line,
    PayBy,
    Seller,
    TaxId,
    TaxTotal,
    Totals,
    running_sums,
)
from bezant.sdk.services import setting
from bezant_accounts.contracts import AccountInfo, LegalEntityInfo
from bezant_invoicing.contracts import CreditLineInfo, CreditNoteInfo, InvoiceInfo, LineInfo, TaxInfo, TaxRate
from bezant_invoicing.domain.parties import buyer_snapshot, seller_snapshot

Snapshot = Mapping[str, Any]

_TAX_LABELS = {"eu_vat": "VAT", "gb_vat": "VAT", "us_ein": "EIN"}


def invoice_document(invoice: InvoiceInfo, seller: Snapshot, buyer: Snapshot) -> InvoiceDocument:
    """An invoice, or a draft (without number)."""
    due = invoice.total_minor - invoice.credited_minor
    return InvoiceDocument(
        number=invoice.number,
        issued_on=invoice.issued_on,
        due_on=invoice.due_on,
        currency=invoice.currency,
        seller=_seller(seller),
        buyer=_buyer(buyer, seller["country"]),
        lines=_lines(invoice.lines),
        taxes=_taxes(invoice.taxes, _untaxed(invoice.lines)),
        totals=_invoice_totals(invoice, due),
        purchase_order=invoice.purchase_order,
        notes=invoice.notes,
        pay=_pay_by(invoice, due) if due > 0 and invoice.number else None,
    )


def credit_note_document(
    note: CreditNoteInfo, invoice: InvoiceInfo, uses: Sequence[Amount], seller: Snapshot, buyer: Snapshot
) -> CreditNoteDocument:
    """A credit note; what is given back is negative."""
    net = note.total_minor - note.tax_minor
    total = -note.total_minor
    return CreditNoteDocument(
        number=note.number,
        issued_on=note.issued_on,
        currency=note.currency,
        seller=_seller(seller),
        buyer=_buyer(buyer, seller["country"]),
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


def draft_snapshots(entity: LegalEntityInfo, account: AccountInfo) -> tuple[Snapshot, Snapshot]:
    """How seller and buyer would be called if the draft were issued now."""
    return seller_snapshot(entity), buyer_snapshot(account)


def _seller(data: Snapshot) -> Seller:
    bank = data["bank"]
    return Seller(
        name=data["name"],
        address=_postal(data["address"], data["country"]),
        country=data["country"],
        tagline=data["tagline"],
        email=data["email"],
        phone=data["phone"],
        website=data["website"],
        registration=data["legal_text"],
        tax_ids=_tax_ids(data["tax_ids"]),
        bank=_bank(bank) if any(bank.values()) else None,
    )


def _bank(bank: Mapping[str, str]) -> BankDetails:
    return BankDetails(
        name=bank["bank"], iban=bank["iban"], bic=bank["bic"], routing=bank["routing"], account=bank["account"], holder=bank["holder"]
    )


def _buyer(data: Snapshot, home: str) -> Buyer:
    return Buyer(
        name=data["name"],
        address=(data["name"], *_postal(data["address"], home, data["locale"])),
        account=data["external_id"] or data["number"],
        tax_ids=_tax_ids(data["tax_ids"]),
    )


def _postal(address: Mapping[str, str], home: str, locale: str = "en") -> tuple[str, ...]:
    """The postal lines; another country than ``home`` stands below, in the words of ``locale``."""
    country = address["country"]
    if country in ("US", "CA", "AU"):
        city = " ".join(part for part in (", ".join(p for p in (address["city"], address["region"]) if p), address["postal_code"]) if part)
    else:
        city = " ".join(part for part in (address["postal_code"], address["city"]) if part)
    lines = (address["line1"], address["line2"], city, _country(country, locale) if country != home and city else "")
    return tuple(line for line in lines if line)


def _country(code: str, locale: str) -> str:
    territories = Locale.parse(locale.replace("-", "_")).territories
    return str(territories.get(code, code)).upper()


def _tax_ids(tax_ids: Sequence[Mapping[str, str]]) -> tuple[TaxId, ...]:
    return tuple(TaxId(_TAX_LABELS.get(t["kind"], t["kind"].replace("_", " ").upper()), t["value"]) for t in tax_ids)


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
