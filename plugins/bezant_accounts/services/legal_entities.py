"""Setting up and changing legal entities."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from bezant.sdk.db import find, in_scope, session
from bezant.sdk.events import post_events
from bezant.sdk.services import audit, check_whole, query, use_case
from bezant.sdk.values import Conflict, Invalid, NotFound, new_id
from bezant_accounts.contracts import LegalEntityChanged, LegalEntityCreated, LegalEntityInfo, NewLegalEntity
from bezant_accounts.domain.accounts import LEGAL_ENTITY_FIELDS, complete_legal_entity
from bezant_accounts.domain.fields import parse_all
from bezant_accounts.domain.tax_ids import parse_tax_ids
from bezant_accounts.models import LegalEntity
from bezant_accounts.services.editing import apply, check_version, columns
from bezant_accounts.services.loading import legal_entity_info

_TYPE = "accounts.legal_entity"


@use_case("accounts.legal_entity.create", whole=True)
def create_legal_entity(new: NewLegalEntity) -> LegalEntityInfo:
    """Sets a legal entity up. The first one becomes the default. Raises ``Invalid`` with every problem."""
    parsed = complete_legal_entity({name: getattr(new, name) for name in (*LEGAL_ENTITY_FIELDS, "tax_ids")})
    if session.scalar(select(LegalEntity.id).where(LegalEntity.code == parsed["code"])):
        raise Invalid.field("code", "taken", f"There is already a legal entity with the code {parsed['code']}; choose another.")
    first = session.scalar(select(LegalEntity.id).limit(1)) is None
    parsed["is_default"] = parsed["is_default"] or first
    entity = LegalEntity(id=new.id or new_id(), archived=False, **_columns(parsed))
    if entity.is_default:
        _no_other_default(entity.id)
    session.add(entity)
    session.flush()
    audit("accounts.legal_entity.created", _TYPE, entity.id, {"code": entity.code})
    post_events([LegalEntityCreated(entity.id)])
    return legal_entity_info(columns(entity))


@query("accounts.legal_entity.view")
def default_legal_entity() -> LegalEntityInfo:
    """The legal entity that accounts get when none is named. Raises ``NotFound`` before any is set up."""
    row = session.execute(
        select(LegalEntity.__table__)
        .where(LegalEntity.archived.is_(False), in_scope(LegalEntity))
        .order_by(LegalEntity.is_default.desc(), LegalEntity.created_at, LegalEntity.id)
        .limit(1)
    ).mappings()
    entity = row.one_or_none()
    if entity is None:
        raise NotFound("There is no legal entity yet; set one up first.")
    return legal_entity_info(entity)


@use_case("accounts.legal_entity.edit")
def edit_legal_entity(id: UUID, changes: Mapping[str, Any], version: int | None = None) -> LegalEntityInfo:
    """Changes some fields (names as in ``NewLegalEntity``, without ``id``). Currency and code stay once documents may carry them.

    Raises ``Stale`` where ``version`` is given and is another by now.
    """
    entity = _get(id)
    check_version(entity, version)
    parsed = parse_all({k: v for k, v in changes.items() if k != "tax_ids"}, LEGAL_ENTITY_FIELDS)
    if "tax_ids" in changes:
        parsed["tax_ids"] = parse_tax_ids(changes["tax_ids"], parsed.get("country", entity.country))
    _check_fixed(entity, parsed)
    if parsed.get("is_default") and not entity.is_default:
        check_whole()  # it takes the place of another one, perhaps out of reach
    changed = apply(entity, _columns(parsed))
    if parsed.get("is_default"):
        _no_other_default(entity.id)
    _tell(entity, "changed", {"fields": changed} if changed else None)
    return legal_entity_info(columns(entity))


@use_case("accounts.legal_entity.edit")
def archive_legal_entity(id: UUID) -> None:
    """Hides a legal entity from choices; what it has issued stays."""
    entity = _get(id)
    if entity.is_default:
        raise Conflict("The default legal entity cannot be archived; make another one the default first.")
    entity.archived = True
    _tell(entity, "archived", {})


@use_case("accounts.legal_entity.edit")
def restore_legal_entity(id: UUID) -> None:
    """Brings an archived legal entity back."""
    entity = _get(id)
    entity.archived = False
    _tell(entity, "restored", {})


def _get(id: UUID) -> LegalEntity:
    entity = find(LegalEntity, id)
    if entity is None:
        raise NotFound(f"There is no legal entity {id}.")
    return entity


def _check_fixed(entity: LegalEntity, parsed: Mapping[str, Any]) -> None:
    for name in ("code", "currency"):
        if name in parsed and parsed[name] != getattr(entity, name):
            raise Invalid.field(
                name, "fixed", f"The {name} of a legal entity never changes, because documents carry it; set up another one."
            )


def _columns(parsed: Mapping[str, Any]) -> dict[str, Any]:
    """Values as the table keeps them: addresses, bank details and tax ids as JSON."""
    made = dict(parsed)
    for name in ("address", "bank"):
        if name in made:
            made[name] = asdict(made[name])
    if "tax_ids" in made:
        made["tax_ids"] = [asdict(tax_id) for tax_id in made["tax_ids"]]
    return made


def _no_other_default(id: UUID) -> None:
    session.execute(update(LegalEntity).where(LegalEntity.id != id, LegalEntity.is_default.is_(True)).values(is_default=False))


def _tell(entity: LegalEntity, deed: str, changes: Mapping[str, Any] | None) -> None:
    if changes is None:
        return
    session.flush()
    audit(f"accounts.legal_entity.{deed}", _TYPE, entity.id, changes)
    post_events([LegalEntityChanged(entity.id)])
