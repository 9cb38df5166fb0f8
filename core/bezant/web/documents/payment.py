"""The code to pay by, and the lines of the letterhead that are made from the seller's particulars."""

from functools import lru_cache

import segno
from markupsafe import Markup

from bezant.documents import BankDetails, PayBy, Seller
from bezant.money import format_plain

EPC_LARGEST = 99_999_999_999
"""Cents; the largest amount of a SEPA credit transfer (EPC069-12, section 3)."""

SLIP_COUNTRIES = frozenset({"US", "CA", "PR"})
"""Where payers expect a slip to send back with a cheque."""


def payment_code(pay: PayBy, seller: Seller, currency: str) -> str:
    """What the QR code holds: a SEPA transfer for an amount in EUR to an IBAN, else the payment page, else nothing."""
    transferable = currency == "EUR" and 0 < pay.amount_minor <= EPC_LARGEST
    if transferable and seller.bank and seller.bank.iban:
        return epc_code(seller.bank, seller.name, pay.amount_minor, pay.reference)
    return pay.link


def epc_code(bank: BankDetails, payee: str, cents: int, reference: str) -> str:
    """The payload of a SEPA transfer by EPC069-12, version 002, UTF-8: at most 70 characters of name, 35 or 140 of reference."""
    structured = reference.startswith("RF")
    remittance = (reference.replace(" ", "")[:35], "") if structured else ("", reference[:140])
    amount = f"EUR{format_plain(cents, 'EUR')}"
    name = (bank.holder or payee)[:70]
    return "\n".join(("BCD", "002", "1", "SCT", bank.bic, name, bank.iban.replace(" ", ""), amount, "", *remittance)).rstrip("\n")


@lru_cache(maxsize=256)
def qr(text: str, alt: str) -> Markup:
    """A QR code as an image of eight pixels a module: fewer are blurred by some viewers."""
    image = segno.make(text, error="m", micro=False).png_data_uri(scale=8, border=0)
    return Markup('<img class="qr" alt="{}" src="{}">').format(alt, image)


def grouped_iban(iban: str) -> str:
    """An IBAN in groups of four, as people read it."""
    plain = iban.replace(" ", "")
    return " ".join(plain[i : i + 4] for i in range(0, len(plain), 4))


def return_line(seller: Seller) -> str:
    """The sender in one line above the address."""
    return " · ".join((seller.name, *seller.address))


def legal_lines(seller: Seller) -> str:
    """Name, address and ways to reach the seller: the three lines at the left of the foot."""
    reach = " · ".join(part for part in (seller.email, seller.phone, seller.website) if part)
    return "\n".join(line for line in (seller.name, ", ".join(seller.address), reach) if line)


def bank_lines(seller: Seller) -> str:
    """Registration, tax numbers and bank: the three lines in the middle of the foot."""
    numbers = " · ".join((*filter(None, [seller.registration]), *(f"{tax.label} {tax.number}" for tax in seller.tax_ids)))
    return "\n".join(line for line in (numbers, *_bank(seller.bank)) if line)


def _bank(bank: BankDetails | None) -> tuple[str, ...]:
    if bank is None:
        return ()
    if bank.iban:
        return f"{bank.name} · IBAN {grouped_iban(bank.iban)}", f"BIC {bank.bic}" if bank.bic else ""
    return " · ".join(filter(None, (bank.name, bank.routing))), " · ".join(filter(None, (bank.account, bank.bic and f"SWIFT {bank.bic}")))
