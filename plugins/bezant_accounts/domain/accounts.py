"""Which fields an account, a contact or a legal entity has, what is valid in each, and what is taken from where when left out."""

from collections.abc import Mapping
from typing import Any

from bezant.sdk.values import Invalid, Problem, paper_for
from bezant_accounts.contracts import HOLD_STOPS, Address, BankDetails, LegalEntityInfo, NewAccount, NewHold
from bezant_accounts.domain import fields
from bezant_accounts.domain.fields import Parser, one_of, optional, parse_all, some_of, text, whole
from bezant_accounts.domain.numbers import check_formats
from bezant_accounts.domain.tax_ids import parse_tax_ids

CONTACT_ROLES = ("billing", "technical", "legal", "other")
ADDRESS_KINDS = ("delivery", "service", "other")
PAPERS = ("a4", "letter")


def parse_address(value: Address, field: str) -> Address:
    """An address with checked country and region code. Raises ``Invalid``."""
    country = fields.country(value.country, f"{field}.country") if value.country else ""
    plain = {name: text(200)(getattr(value, name), f"{field}.{name}") for name in ("line1", "line2", "city")}
    postal_code = text(20)(value.postal_code, f"{field}.postal_code")
    region = fields.region(text(60)(value.region, f"{field}.region"), country)
    return Address(country=country, region=region, postal_code=postal_code, **plain)


def parse_bank(value: BankDetails, field: str) -> BankDetails:
    """Bank details with checked IBAN and BIC. Raises ``Invalid``."""
    plain = {name: text(80)(getattr(value, name), f"{field}.{name}") for name in ("holder", "bank", "account", "routing")}
    return BankDetails(iban=fields.iban(value.iban, f"{field}.iban"), bic=fields.bic(value.bic, f"{field}.bic"), **plain)


ACCOUNT_FIELDS: Mapping[str, Parser] = {
    "name": text(200, required=True),
    "external_id": optional(text(120)),
    "email": fields.email,
    "currency": fields.currency,
    "timezone": fields.timezone,
    "locale": fields.locale,
    "payment_terms_days": whole(0, 365),
    "bill_cycle_day": optional(whole(1, 31)),
    "address": parse_address,
    "tax_exempt": fields.flag,
    "invoice_as_draft": fields.flag,
    "parent_pays": fields.flag,
    "number": optional(text(40)),
}
ADDRESS_FIELDS: Mapping[str, Parser] = {
    "kind": one_of(*ADDRESS_KINDS),
    "name": text(200),
    "address": parse_address,
}
CONTACT_FIELDS: Mapping[str, Parser] = {
    "name": text(200, required=True),
    "email": fields.email,
    "phone": text(40),
    "roles": some_of(*CONTACT_ROLES),
    "locale": optional(fields.locale),
}
LEGAL_ENTITY_FIELDS: Mapping[str, Parser] = {
    "code": fields.code,
    "name": text(200, required=True),
    "currency": fields.currency,
    "timezone": fields.timezone,
    "locale": fields.locale,
    "country": fields.country,
    "address": parse_address,
    "email": fields.email,
    "phone": text(40),
    "website": text(200),
    "tagline": text(200),
    "legal_text": text(1000, lines=True),
    "bank": parse_bank,
    "payment_terms_days": whole(0, 365),
    "paper": one_of(*PAPERS),
    "number_formats": check_formats,
    "is_default": fields.flag,
}


def complete_account(new: NewAccount, entity: LegalEntityInfo) -> dict[str, Any]:
    """A new account's columns, checked; what was left out comes from its legal entity. Raises ``Invalid`` with every problem."""
    values = {name: getattr(new, name) for name in ACCOUNT_FIELDS}
    defaults = {
        "currency": entity.currency,
        "timezone": entity.timezone,
        "locale": entity.locale,
        "payment_terms_days": entity.payment_terms_days,
    }
    values |= {name: default for name, default in defaults.items() if values[name] is None}
    problems: list[Problem] = []
    parsed: dict[str, Any] = {}
    try:
        parsed = parse_all(values, ACCOUNT_FIELDS)
    except Invalid as error:
        problems.extend(error.problems)
    try:
        parsed["tax_ids"] = parse_tax_ids(new.tax_ids, new.address.country.upper() or entity.country)
    except Invalid as error:
        problems.extend(error.problems)
    if problems:
        raise Invalid(problems=problems)
    return parsed


def complete_legal_entity(values: Mapping[str, Any]) -> dict[str, Any]:
    """A new legal entity's columns, checked; the paper follows the country where none is given. Raises ``Invalid`` with every problem."""
    tax_ids = values.get("tax_ids", ())
    paper = values.get("paper") or paper_for(str(values.get("country", "")))
    named = {name: values[name] for name in LEGAL_ENTITY_FIELDS if name in values} | {"paper": paper}
    parsed = parse_all(named, LEGAL_ENTITY_FIELDS)
    parsed["tax_ids"] = parse_tax_ids(tax_ids, parsed["country"])
    return parsed


def check_hold(new: NewHold) -> NewHold:
    """A hold that says what it stops, and an amount only together with its currency. Raises ``Invalid``."""
    some_of(*HOLD_STOPS)(new.stops, "stops")
    text(200, required=True)(new.reason, "reason")
    if (new.amount_minor is None) != (new.currency is None):
        raise Invalid.field("amount", "amount_and_currency", "An amount needs its currency, and a currency its amount.")
    if new.amount_minor is not None and new.amount_minor <= 0:
        raise Invalid.field("amount", "not_positive", "The held amount must be above zero; leave it out to hold everything.")
    if new.until is not None and new.until.tzinfo is None:
        raise Invalid.field("until", "naive_instant", "The end of a hold needs a time zone.")
    return new
