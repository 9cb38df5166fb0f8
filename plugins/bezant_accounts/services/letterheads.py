"""Sender and addressee of printed documents, for every plugin that prints some."""

from babel import Locale, UnknownLocaleError

from bezant.sdk import documents
from bezant_accounts.contracts import Address, Addressee, BankDetails, Sender, TaxId
from bezant_accounts.domain.tax_ids import TITLES

CITY_FIRST = frozenset({"US", "CA", "AU", "GB", "IE", "NZ", "IN", "SG", "ZA"})
"""Where the postal code stands behind the city (Universal Postal Union, addressing systems)."""

ROUTING = {"US": "ABA", "CA": "Transit", "GB": "Sort code", "AU": "BSB", "IN": "IFSC"}
"""What a bank's routing number is called in a country."""

LONGEST_ADDRESS = 6
"""Lines that the window of an envelope shows."""


def seller_of(entity: Sender) -> documents.Seller:
    """A legal entity as it stands on its documents: as it is now, or as a plugin kept it when it issued one."""
    return documents.Seller(
        name=entity.name,
        address=address_lines(entity.address),
        country=entity.country,
        tagline=entity.tagline,
        email=entity.email,
        phone=entity.phone,
        website=entity.website,
        registration=entity.legal_text,
        tax_ids=_tax_ids(entity.tax_ids),
        bank=_bank(entity.bank, entity.country),
    )


def buyer_of(account: Addressee, seller_country: str) -> documents.Buyer:
    """An account as it is (or was) addressed: name and address, the country in capitals where it is not the seller's."""
    address = account.address
    abroad = (_country_name(address.country, account.locale),) if address.country and address.country != seller_country else ()
    lines = (account.name, *address_lines(address)[: LONGEST_ADDRESS - 1 - len(abroad)], *abroad)
    number = account.external_id or account.number
    return documents.Buyer(name=account.name, address=lines, account=number, tax_ids=_tax_ids(account.tax_ids))


def paper_of(entity: Sender) -> documents.Paper:
    """The paper that a legal entity prints on."""
    return "letter" if entity.paper == "letter" else "a4"


def address_lines(address: Address) -> tuple[str, ...]:
    """Street and city as they are written in the country, without the country."""
    if address.country in CITY_FIRST:
        region = ", ".join(filter(None, (address.city, address.region)))
        city = " ".join(filter(None, (region, address.postal_code)))
    else:
        city = " ".join(filter(None, (address.postal_code, address.city)))
    return tuple(filter(None, (address.line1, address.line2, city)))


def _tax_ids(tax_ids: tuple[TaxId, ...]) -> tuple[documents.TaxId, ...]:
    return tuple(documents.TaxId(TITLES.get(tax.kind, TITLES["other"]), tax.value) for tax in tax_ids)


def _bank(bank: BankDetails, country: str) -> documents.BankDetails | None:
    if not (bank.iban or bank.account):
        return None
    routing = " ".join(filter(None, (ROUTING.get(country, ""), bank.routing))) if bank.routing else ""
    return documents.BankDetails(name=bank.bank, iban=bank.iban, bic=bank.bic, routing=routing, account=bank.account, holder=bank.holder)


def _country_name(code: str, locale: str) -> str:
    """The country's name in capitals, in the reader's language."""
    try:
        name = Locale.parse(locale.replace("-", "_")).territories.get(code, code)
    except (UnknownLocaleError, ValueError):
        name = code
    return str(name).upper()
