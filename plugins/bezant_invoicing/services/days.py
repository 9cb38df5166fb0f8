"""Days of documents: days of the legal entity that issues them."""

from datetime import date
from uuid import UUID
from zoneinfo import ZoneInfo

from bezant.sdk.services import now
from bezant_accounts import services as accounts
from bezant_accounts.contracts import LegalEntityInfo


def today_at(entity: LegalEntityInfo) -> date:
    """Today where the legal entity is: the day that its documents bear."""
    return now().astimezone(ZoneInfo(entity.timezone)).date()


def today_for(legal_entity_id: UUID) -> date:
    """Today where this legal entity is."""
    return today_at(accounts.get_legal_entity(legal_entity_id))
