"""Further addresses of an account, beside its billing address."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import select

from bezant.sdk.db import find, in_scope, session
from bezant.sdk.services import audit, query, use_case
from bezant.sdk.values import NotFound, new_id
from bezant_accounts.contracts import Address, AddressInfo, NewAddress
from bezant_accounts.domain.accounts import ADDRESS_FIELDS
from bezant_accounts.domain.fields import parse_all
from bezant_accounts.models import Account
from bezant_accounts.models import Address as AddressRow
from bezant_accounts.services.editing import apply, check_version

_TYPE = "accounts.address"


@use_case("accounts.account.edit")
def create_address(new: NewAddress) -> AddressInfo:
    """Adds an address to an account. Raises ``Invalid`` with every problem, ``NotFound`` for an unknown account."""
    if find(Account, new.account_id) is None:
        raise NotFound(f"There is no account {new.account_id}.")
    parsed = parse_all({name: getattr(new, name) for name in ADDRESS_FIELDS}, ADDRESS_FIELDS)
    row = AddressRow(id=new_id(), account_id=new.account_id, archived=False, **_columns(parsed))
    session.add(row)
    session.flush()
    audit("accounts.address.created", _TYPE, row.id, {"account_id": str(new.account_id)})
    return _info(row)


@use_case("accounts.account.edit")
def edit_address(id: UUID, changes: Mapping[str, Any], version: int | None = None) -> AddressInfo:
    """Changes kind, name or address. Raises ``Stale`` where ``version`` is another by now."""
    row = _get(id)
    check_version(row, version)
    changed = apply(row, _columns(parse_all(dict(changes), ADDRESS_FIELDS)))
    session.flush()
    audit("accounts.address.changed", _TYPE, id, {"fields": changed})
    return _info(row)


@use_case("accounts.account.edit")
def archive_address(id: UUID) -> None:
    """Takes an address out of use."""
    _get(id).archived = True
    audit("accounts.address.archived", _TYPE, id)


@query("accounts.account.view")
def get_address(id: UUID) -> AddressInfo:
    """One further address. Raises ``NotFound``."""
    return _info(_get(id))


@query("accounts.account.view")
def load_addresses(account_id: UUID) -> tuple[AddressInfo, ...]:
    """The further addresses in use of an account."""
    statement = (
        select(AddressRow)
        .where(AddressRow.account_id == account_id, AddressRow.archived.is_(False), in_scope(AddressRow))
        .order_by(AddressRow.kind, AddressRow.id)
    )
    return tuple(_info(row) for row in session.scalars(statement))


def _columns(parsed: Mapping[str, Any]) -> dict[str, Any]:
    made = dict(parsed)
    address: Address | None = made.pop("address", None)
    return made | (asdict(address) if address is not None else {})


def _get(id: UUID) -> AddressRow:
    row = find(AddressRow, id)
    if row is None:
        raise NotFound(f"There is no address {id}.")
    return row


def _info(row: AddressRow) -> AddressInfo:
    address = Address(row.line1, row.line2, row.postal_code, row.city, row.region, row.country)
    return AddressInfo(row.id, row.account_id, row.kind, row.name, address, row.archived, row.version)
