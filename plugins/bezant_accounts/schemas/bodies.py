"""The fields of accounts, legal entities, contacts, addresses and holds, as REST bodies and as forms.

They only say what kind of value stands where; what is valid is the domain's, and the services ask it.
"""

from functools import cache
from typing import Any
from zoneinfo import available_timezones

import pycountry
from marshmallow import fields, post_load, validate

from bezant.sdk.api import CurrencyCode, ExternalId, Instant, MoneyString, Schema, Text, Uuid
from bezant_accounts.contracts import HOLD_STOPS, Address, BankDetails
from bezant_accounts.domain.accounts import ADDRESS_KINDS, CONTACT_ROLES, PAPERS
from bezant_accounts.services import load_legal_entities


@cache
def timezones() -> list[tuple[str, str]]:
    """Zones of the IANA database to choose from."""
    return [(name, name.replace("_", " ")) for name in sorted(available_timezones()) if "/" in name and not name.startswith("Etc/")]


@cache
def countries() -> list[tuple[str, str]]:
    """Countries to choose from, by name."""
    return sorted(((country.alpha_2, country.name) for country in pycountry.countries), key=lambda pair: pair[1])


def legal_entities() -> list[tuple[str, str]]:
    """Legal entities to choose from."""
    return [(str(entity.id), f"{entity.code} · {entity.name}") for entity in load_legal_entities().values() if not entity.archived]


def _flag(label: str, hint: str = "", **options: Any) -> fields.Boolean:
    return fields.Boolean(truthy={True}, falsy={False}, metadata={"label": label, "hint": hint}, **options)


class PlainAddress(Schema):
    """A postal address. ``country`` has two letters, ``region`` is the state or province (``NY``)."""

    line1 = Text(load_default="", longest=200, metadata={"label": "Street"})
    line2 = Text(load_default="", longest=200, metadata={"label": "Street, second line"})
    postal_code = Text(load_default="", longest=20)
    city = Text(load_default="", longest=200)
    region = Text(load_default="", longest=60, metadata={"label": "State or province"})
    country = Text(load_default="", longest=2, metadata={"choices": countries})

    @post_load
    def _make(self, data: dict[str, Any], **_options: Any) -> Address:
        return Address(**data)


class Bank(Schema):
    """Where payers send money."""

    holder = Text(load_default="", longest=80, metadata={"label": "Account holder"})
    bank = Text(load_default="", longest=80)
    iban = Text(load_default="", longest=42, metadata={"label": "IBAN"})
    bic = Text(load_default="", longest=11, metadata={"label": "BIC"})
    account = Text(load_default="", longest=80, metadata={"label": "Account number", "hint": "Where there is no IBAN."})
    routing = Text(load_default="", longest=80, metadata={"label": "Routing number"})

    @post_load
    def _make(self, data: dict[str, Any], **_options: Any) -> BankDetails:
        return BankDetails(**data)


class TaxIdSchema(Schema):
    """A checked tax id."""

    kind = Text()
    value = Text()
    country = Text()


_TAX_IDS = {"label": "Tax ids", "hint": "One per line, such as DE136695976; format and check digits are verified."}


class AccountEdit(Schema):
    """What may change of an account. Fields left out stay."""

    name = Text(longest=200, blank=False)
    external_id = ExternalId(allow_none=True, metadata={"hint": "Your own id of this customer."})
    email = Text(longest=254, metadata={"label": "E-mail"})
    currency = CurrencyCode(metadata={"hint": "Fixed by the first posted document."})
    timezone = Text(longest=64, metadata={"label": "Time zone", "choices": timezones, "hint": "Decides service periods and due days."})
    locale = Text(longest=20, metadata={"label": "Language and format", "hint": "Of documents and mails, such as en_US or de_CH."})
    payment_terms_days = fields.Integer(strict=True, metadata={"label": "Payment terms", "suffix": "days"})
    bill_cycle_day = fields.Integer(strict=True, allow_none=True, metadata={"hint": "1 to 31; empty: set by the first charge."})
    address = fields.Nested(PlainAddress)
    tax_ids = fields.List(Text(longest=40), metadata=_TAX_IDS)
    tax_exempt = _flag("Exempt from tax")
    invoice_as_draft = _flag("Invoices stay drafts", "Somebody looks at each invoice before it goes out.")
    parent_id = Text(
        longest=300,
        free=False,
        allow_none=True,
        metadata={"label": "Parent account", "hint": "Its id, or external: and your own id of it."},
    )
    parent_pays = _flag("The parent pays")


class AccountBody(AccountEdit):
    """An account to create. What is left out comes from its legal entity."""

    name = Text(required=True, longest=200, blank=False)
    legal_entity_id = Uuid(metadata={"label": "Legal entity", "choices": legal_entities})
    number = Text(longest=40, metadata={"hint": "Taken from the series when empty."})


class AccountSchema(Schema):
    """An account."""

    id = Uuid()
    number = Text()
    external_id = Text(allow_none=True)
    name = Text()
    email = Text()
    currency = Text()
    currency_frozen = fields.Boolean()
    timezone = Text()
    locale = Text()
    legal_entity_id = Uuid()
    payment_terms_days = fields.Integer()
    bill_cycle_day = fields.Integer(allow_none=True)
    parent_id = Uuid(allow_none=True)
    payer_id = Uuid()
    address = fields.Nested(PlainAddress)
    tax_ids = fields.List(fields.Nested(TaxIdSchema))
    tax_exempt = fields.Boolean()
    invoice_as_draft = fields.Boolean()
    archived = fields.Boolean()
    created_at = Instant()
    version = fields.Integer()


class LegalEntityEdit(Schema):
    """What may change of a legal entity. Code and currency never do."""

    name = Text(longest=200, blank=False)
    timezone = Text(longest=64, metadata={"label": "Time zone", "choices": timezones, "hint": "Decides document dates and months."})
    locale = Text(longest=20, metadata={"label": "Language and format"})
    country = Text(longest=2, metadata={"choices": countries})
    address = fields.Nested(PlainAddress)
    tax_ids = fields.List(Text(longest=40), metadata=_TAX_IDS)
    email = Text(longest=254, metadata={"label": "E-mail"})
    phone = Text(longest=40)
    website = Text(longest=200)
    tagline = Text(longest=200, metadata={"hint": "Below the name on documents."})
    legal_text = Text(longest=1000, lines=True, metadata={"hint": "In the foot of documents: register, directors."})
    bank = fields.Nested(Bank)
    payment_terms_days = fields.Integer(strict=True, metadata={"suffix": "days"})
    paper = fields.String(validate=validate.OneOf(PAPERS, labels=("A4", "US Letter")))
    number_formats = fields.Dict(
        keys=fields.String(),
        values=fields.String(),
        metadata={"hint": 'By series: {"invoice": "{code}-{year}-{number:6}"}. Series left out use the default.'},
    )
    is_default = _flag("The default for new accounts")


class LegalEntityBody(LegalEntityEdit):
    """A legal entity to set up."""

    code = Text(required=True, longest=12, blank=False, metadata={"hint": "Short and in capitals; it stands in document numbers."})
    name = Text(required=True, longest=200, blank=False)
    currency = CurrencyCode(required=True)
    timezone = Text(required=True, longest=64, metadata={"label": "Time zone", "choices": timezones})
    country = Text(required=True, longest=2, metadata={"choices": countries})


class LegalEntitySchema(Schema):
    """A legal entity."""

    id = Uuid()
    code = Text()
    name = Text()
    currency = Text()
    timezone = Text()
    locale = Text()
    country = Text()
    address = fields.Nested(PlainAddress)
    tax_ids = fields.List(fields.Nested(TaxIdSchema))
    email = Text()
    phone = Text()
    website = Text()
    tagline = Text()
    legal_text = Text()
    bank = fields.Nested(Bank)
    payment_terms_days = fields.Integer()
    paper = Text()
    number_formats = fields.Dict(keys=fields.String(), values=fields.String())
    is_default = fields.Boolean()
    archived = fields.Boolean()
    version = fields.Integer()


class ContactEdit(Schema):
    """What may change of a contact."""

    name = Text(longest=200, blank=False)
    email = Text(longest=254, metadata={"label": "E-mail"})
    phone = Text(longest=40)
    roles = fields.List(fields.String(validate=validate.OneOf(CONTACT_ROLES)), metadata={"label": "Is written to about"})
    locale = Text(longest=20, allow_none=True, metadata={"label": "Language", "hint": "The account's when empty."})


class ContactBody(ContactEdit):
    """A contact to add to an account."""

    account_id = Text(required=True, longest=300, free=False, metadata={"form": False})
    name = Text(required=True, longest=200, blank=False)


class ContactSchema(Schema):
    """A contact."""

    id = Uuid()
    account_id = Uuid()
    name = Text()
    email = Text()
    phone = Text()
    roles = fields.List(fields.String())
    locale = Text(allow_none=True)
    archived = fields.Boolean()
    version = fields.Integer()


class AddressEdit(Schema):
    """What may change of a further address."""

    kind = fields.String(validate=validate.OneOf(ADDRESS_KINDS))
    name = Text(longest=200, metadata={"label": "Addressee"})
    address = fields.Nested(PlainAddress)


class AddressBody(AddressEdit):
    """A further address to add to an account."""

    account_id = Text(required=True, longest=300, free=False, metadata={"form": False})
    address = fields.Nested(PlainAddress, required=True)


class AddressSchema(AddressEdit):
    """A further address."""

    id = Uuid()
    account_id = Uuid()
    archived = fields.Boolean()
    version = fields.Integer()


class HoldBody(Schema):
    """A hold to place. Without ``amount`` and ``subject_id`` the whole account is held."""

    account_id = Text(required=True, longest=300, free=False, metadata={"form": False})
    reason = Text(required=True, longest=200, blank=False)
    stops = fields.List(
        fields.String(validate=validate.OneOf(HOLD_STOPS)), required=True, metadata={"label": "Stops", "hint": "What stands still."}
    )
    until = Instant(allow_none=True, metadata={"hint": "When it ends by itself; empty: when somebody releases it."})
    subject_id = Uuid(allow_none=True, metadata={"form": False})
    currency = CurrencyCode(allow_none=True, metadata={"form": False})
    amount = MoneyString(allow_none=True, attribute="amount_minor", metadata={"form": False})


class HoldSchema(Schema):
    """A hold."""

    id = Uuid()
    account_id = Uuid()
    reason = Text()
    stops = fields.List(fields.String())
    subject_id = Uuid(allow_none=True)
    currency = Text(allow_none=True)
    amount = MoneyString(allow_none=True, attribute="amount_minor")
    placed_at = Instant()
    until = Instant(allow_none=True)
