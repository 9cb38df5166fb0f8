"""The people at an account."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import select

from bezant.sdk.db import find, ids_in, in_scope, session
from bezant.sdk.services import audit, query, use_case
from bezant.sdk.values import NotFound, new_id
from bezant_accounts.contracts import ContactInfo, NewContact
from bezant_accounts.domain.accounts import CONTACT_FIELDS
from bezant_accounts.domain.fields import parse_all
from bezant_accounts.models import Account, Contact
from bezant_accounts.services.editing import apply, check_version

_TYPE = "accounts.contact"


@use_case("accounts.account.edit")
def create_contact(new: NewContact) -> ContactInfo:
    """Adds a person to an account. Raises ``Invalid`` with every problem, ``NotFound`` for an unknown account."""
    if find(Account, new.account_id) is None:
        raise NotFound(f"There is no account {new.account_id}.")
    parsed = parse_all({name: getattr(new, name) for name in CONTACT_FIELDS}, CONTACT_FIELDS)
    contact = Contact(id=new_id(), account_id=new.account_id, archived=False, **_columns(parsed))
    session.add(contact)
    session.flush()
    audit("accounts.contact.created", _TYPE, contact.id, {"account_id": str(new.account_id)})
    return _info(contact)


@use_case("accounts.account.edit")
def edit_contact(id: UUID, changes: Mapping[str, Any], version: int | None = None) -> ContactInfo:
    """Changes some fields of a contact, named as in ``NewContact``. Raises ``Stale`` where ``version`` is another by now."""
    contact = _get(id)
    check_version(contact, version)
    changed = apply(contact, _columns(parse_all(dict(changes), CONTACT_FIELDS)))
    session.flush()
    audit("accounts.contact.changed", _TYPE, id, {"fields": changed})
    return _info(contact)


@use_case("accounts.account.edit")
def archive_contact(id: UUID) -> None:
    """Takes a contact out of use."""
    _get(id).archived = True
    audit("accounts.contact.archived", _TYPE, id)


@query("accounts.account.view")
def get_contact(id: UUID) -> ContactInfo:
    """One contact. Raises ``NotFound``."""
    return _info(_get(id))


@query("accounts.account.view")
def load_contacts(account_ids: Collection[UUID], role: str | None = None) -> dict[UUID, tuple[ContactInfo, ...]]:
    """The contacts in use of each account, by name; only those of a role where one is given."""
    statement = (
        select(Contact)
        .where(ids_in(Contact.__table__.c.account_id, account_ids), Contact.archived.is_(False), in_scope(Contact))
        .order_by(Contact.name, Contact.id)
    )
    found: dict[UUID, tuple[ContactInfo, ...]] = dict.fromkeys(account_ids, ())
    for contact in session.scalars(statement):
        if role is None or role in contact.roles:
            found[contact.account_id] += (_info(contact),)
    return found


def _columns(parsed: Mapping[str, Any]) -> dict[str, Any]:
    return {name: list(value) if name == "roles" else value for name, value in parsed.items()}


def _get(id: UUID) -> Contact:
    contact = find(Contact, id)
    if contact is None:
        raise NotFound(f"There is no contact {id}.")
    return contact


def _info(contact: Contact) -> ContactInfo:
    return ContactInfo(
        contact.id,
        contact.account_id,
        contact.name,
        contact.email,
        contact.phone,
        tuple(contact.roles),
        contact.locale,
        contact.archived,
        contact.version,
    )
