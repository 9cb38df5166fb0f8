"""Reading accounts and legal entities: one query, however many are asked for."""

from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, select

from bezant.sdk.db import ids_in, in_scope, json_rows, recalled, session
from bezant.sdk.services import principal, query
from bezant.sdk.values import LegalEntityRef, NotFound
from bezant_accounts.contracts import AccountInfo, Address, BankDetails, LegalEntityInfo, TaxId
from bezant_accounts.models import Account, LegalEntity

_RECALLED = "accounts.accounts"
_ADDRESS = ("line1", "line2", "postal_code", "city", "region", "country")
_ACCOUNT_COLUMNS = tuple(c for c in Account.__table__.c if c.name != "updated_at")
_PLAIN = tuple(c.name for c in _ACCOUNT_COLUMNS if c.name not in ("line1", "line2", "postal_code", "city", "tax_ids"))


@query("accounts.account.view")
def load_accounts(ids: Collection[UUID]) -> dict[UUID, AccountInfo]:
    """Accounts by id; an id that there is none of is left out. In a unit of work each is read once."""
    known: dict[UUID, AccountInfo] = {} if principal().is_limited else recalled(_RECALLED)
    missing = [one for one in ids if one not in known]
    if missing:
        statement = select(*_ACCOUNT_COLUMNS).where(ids_in(Account.__table__.c.id, missing), in_scope(Account))
        known |= {row.id: account_info(row._asdict()) for row in session.execute(statement)}
    return {one: known[one] for one in ids if one in known}


def forget_accounts() -> None:
    """Reads accounts again, because they were changed."""
    recalled(_RECALLED).clear()


@query("accounts.account.view")
def get_account(id: UUID) -> AccountInfo:
    """One account. Raises ``NotFound``."""
    found = load_accounts([id])
    if not found:
        raise NotFound(f"There is no account {id}.")
    return found[id]


@query("accounts.account.view")
def find_accounts(external_ids: Collection[str]) -> dict[str, AccountInfo]:
    """Accounts by external id; one that there is none of is left out."""
    if not external_ids:
        return {}
    wanted = json_rows([{"value": value} for value in external_ids], value="text")
    statement = select(*_ACCOUNT_COLUMNS).where(Account.__table__.c.external_id.in_(select(wanted.c.value)), in_scope(Account))
    return {row["external_id"]: account_info(row) for row in session.execute(statement).mappings()}


@query("accounts.legal_entity.view")
def load_legal_entities(ids: Collection[UUID] | None = None) -> dict[UUID, LegalEntityInfo]:
    """Legal entities by id; all of them without ``ids``."""
    statement = select(LegalEntity.__table__).where(in_scope(LegalEntity)).order_by(LegalEntity.__table__.c.code)
    if ids is not None:
        statement = statement.where(ids_in(LegalEntity.__table__.c.id, ids))
    return {row["id"]: legal_entity_info(row) for row in session.execute(statement).mappings()}


@query("accounts.legal_entity.view")
def get_legal_entity(id: UUID) -> LegalEntityInfo:
    """One legal entity. Raises ``NotFound``."""
    found = load_legal_entities([id])
    if not found:
        raise NotFound(f"There is no legal entity {id}.")
    return found[id]


def list_legal_entities() -> list[LegalEntityRef]:
    """The legal entities within reach, for whoever administers users: their names are no secret, so no permission is asked for."""
    table = LegalEntity.__table__
    return [LegalEntityRef(*row) for row in session.execute(select(table.c.id, table.c.code, table.c.name).where(in_scope(table)))]


def account_info(row: RowMapping | Mapping[str, Any]) -> AccountInfo:
    """An account row as others may see it."""
    return AccountInfo(
        **{name: row[name] for name in _PLAIN},
        tax_ids=tuple(TaxId(**tax_id) for tax_id in row["tax_ids"]),
        address=Address(*(row[name] for name in _ADDRESS)),
    )


def legal_entity_info(row: RowMapping | Mapping[str, Any]) -> LegalEntityInfo:
    """A legal entity's row as others may see it."""
    plain = ("id", "code", "name", "currency", "timezone", "locale", "country", "email", "phone", "website", "tagline", "legal_text")
    return LegalEntityInfo(
        **{name: row[name] for name in plain},
        payment_terms_days=row["payment_terms_days"],
        paper=row["paper"],
        archived=row["archived"],
        is_default=row["is_default"],
        version=row["version"],
        address=Address(**row["address"]),
        tax_ids=tuple(TaxId(**tax_id) for tax_id in row["tax_ids"]),
        bank=BankDetails(**row["bank"]),
    )
