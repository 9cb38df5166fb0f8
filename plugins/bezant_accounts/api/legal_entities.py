"""REST: legal entities."""

from dataclasses import asdict
from typing import Any
from uuid import UUID

from bezant.sdk.api import ApiBlueprint, if_match, list_endpoint, requires
from bezant_accounts import services
from bezant_accounts.contracts import NewLegalEntity
from bezant_accounts.models import LegalEntity
from bezant_accounts.schemas import LEGAL_ENTITY_LIST, LegalEntityBody, LegalEntityEdit, LegalEntitySchema

legal_entities = ApiBlueprint(
    "legal_entities", __name__, scope=LegalEntity, url_prefix="/legal-entities", description="Who issues documents."
)
list_endpoint(legal_entities, LEGAL_ENTITY_LIST)


@legal_entities.route("", methods=["POST"])
@requires("accounts.legal_entity.create")
@legal_entities.arguments(LegalEntityBody)
@legal_entities.response(201, LegalEntitySchema)
def create_legal_entity(body: dict[str, Any]) -> dict[str, Any]:
    """Set a legal entity up."""
    return resource(services.create_legal_entity(NewLegalEntity(**body)).id)


@legal_entities.route("/<uuid:legal_entity_id>")
@requires("accounts.legal_entity.view")
@legal_entities.response(200, LegalEntitySchema)
def get_legal_entity(legal_entity_id: UUID) -> dict[str, Any]:
    """One legal entity."""
    return resource(legal_entity_id)


@legal_entities.route("/<uuid:legal_entity_id>", methods=["PATCH"])
@requires("accounts.legal_entity.edit")
@legal_entities.arguments(LegalEntityEdit)
@legal_entities.response(200, LegalEntitySchema)
def edit_legal_entity(body: dict[str, Any], legal_entity_id: UUID) -> dict[str, Any]:
    """Change some fields of a legal entity."""
    services.edit_legal_entity(legal_entity_id, body, if_match())
    return resource(legal_entity_id)


@legal_entities.route("/<uuid:legal_entity_id>/archive", methods=["POST"])
@requires("accounts.legal_entity.edit")
@legal_entities.response(200, LegalEntitySchema)
def archive_legal_entity(legal_entity_id: UUID) -> dict[str, Any]:
    """Hide a legal entity from choices."""
    services.archive_legal_entity(legal_entity_id)
    return resource(legal_entity_id)


@legal_entities.route("/<uuid:legal_entity_id>/restore", methods=["POST"])
@requires("accounts.legal_entity.edit")
@legal_entities.response(200, LegalEntitySchema)
def restore_legal_entity(legal_entity_id: UUID) -> dict[str, Any]:
    """Bring an archived legal entity back."""
    services.restore_legal_entity(legal_entity_id)
    return resource(legal_entity_id)


def resource(id: UUID) -> dict[str, Any]:
    """A legal entity with its number formats, as the schema dumps it. Raises ``NotFound``."""
    return asdict(services.get_legal_entity(id)) | {"number_formats": services.number_formats(id)}
