"""REST: contacts and further addresses."""

from typing import Any
from uuid import UUID

from bezant.sdk.api import ApiBlueprint, if_match, list_endpoint, requires
from bezant_accounts import services
from bezant_accounts.contracts import AddressInfo, ContactInfo, NewAddress, NewContact
from bezant_accounts.models import Address, Contact
from bezant_accounts.schemas import CONTACT_LIST, AddressBody, AddressEdit, AddressSchema, ContactBody, ContactEdit, ContactSchema

contacts = ApiBlueprint("contacts", __name__, scope=Contact, url_prefix="/contacts", description="The people at accounts.")
addresses = ApiBlueprint("addresses", __name__, scope=Address, url_prefix="/addresses", description="Further addresses of accounts.")
list_endpoint(contacts, CONTACT_LIST)


@contacts.route("", methods=["POST"])
@requires("accounts.account.edit")
@contacts.arguments(ContactBody)
@contacts.response(201, ContactSchema)
def create_contact(body: dict[str, Any]) -> ContactInfo:
    """Add a contact to an account."""
    return services.create_contact(NewContact(**body | {"account_id": services.account_id_of(body["account_id"])}))


@contacts.route("/<uuid:contact_id>")
@requires("accounts.account.view")
@contacts.response(200, ContactSchema)
def get_contact(contact_id: UUID) -> ContactInfo:
    """One contact."""
    return services.get_contact(contact_id)


@contacts.route("/<uuid:contact_id>", methods=["PATCH"])
@requires("accounts.account.edit")
@contacts.arguments(ContactEdit)
@contacts.response(200, ContactSchema)
def edit_contact(body: dict[str, Any], contact_id: UUID) -> ContactInfo:
    """Change some fields of a contact."""
    return services.edit_contact(contact_id, body, if_match())


@contacts.route("/<uuid:contact_id>/archive", methods=["POST"])
@requires("accounts.account.edit")
@contacts.response(200, ContactSchema)
def archive_contact(contact_id: UUID) -> ContactInfo:
    """Take a contact out of use."""
    services.archive_contact(contact_id)
    return services.get_contact(contact_id)


@addresses.route("", methods=["POST"])
@requires("accounts.account.edit")
@addresses.arguments(AddressBody)
@addresses.response(201, AddressSchema)
def create_address(body: dict[str, Any]) -> AddressInfo:
    """Add an address to an account."""
    return services.create_address(NewAddress(**body | {"account_id": services.account_id_of(body["account_id"])}))


@addresses.route("/<uuid:address_id>")
@requires("accounts.account.view")
@addresses.response(200, AddressSchema)
def get_address(address_id: UUID) -> AddressInfo:
    """One address."""
    return services.get_address(address_id)


@addresses.route("/<uuid:address_id>", methods=["PATCH"])
@requires("accounts.account.edit")
@addresses.arguments(AddressEdit)
@addresses.response(200, AddressSchema)
def edit_address(body: dict[str, Any], address_id: UUID) -> AddressInfo:
    """Change an address."""
    return services.edit_address(address_id, body, if_match())


@addresses.route("/<uuid:address_id>/archive", methods=["POST"])
@requires("accounts.account.edit")
@addresses.response(200, AddressSchema)
def archive_address(address_id: UUID) -> AddressInfo:
    """Take an address out of use."""
    services.archive_address(address_id)
    return services.get_address(address_id)
