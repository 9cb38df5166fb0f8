"""Accounts as JSON and as lists."""

from bezant_accounts.schemas.bodies import (
    AccountBody,
    AccountEdit,
    AccountSchema,
    AddressBody,
    AddressEdit,
    AddressSchema,
    ContactBody,
    ContactEdit,
    ContactSchema,
    HoldBody,
    HoldSchema,
    LegalEntityBody,
    LegalEntityEdit,
    LegalEntitySchema,
    PlainAddress,
)
from bezant_accounts.schemas.lists import ACCOUNT_LIST, CONTACT_LIST, HOLD_LIST, LEGAL_ENTITY_LIST

__all__ = [
    "ACCOUNT_LIST",
    "CONTACT_LIST",
    "HOLD_LIST",
    "LEGAL_ENTITY_LIST",
    "AccountBody",
    "AccountEdit",
    "AccountSchema",
    "AddressBody",
    "AddressEdit",
    "AddressSchema",
    "ContactBody",
    "ContactEdit",
    "ContactSchema",
    "HoldBody",
    "HoldSchema",
    "LegalEntityBody",
    "LegalEntityEdit",
    "LegalEntitySchema",
    "PlainAddress",
]
