"""Days of documents: days of the legal entity that issues them."""

from datetime import date
from zoneinfo import ZoneInfo

from bezant.sdk.services import now
from bezant_accounts.contracts import LegalEntityInfo


def today_at(entity: LegalEntityInfo) -> date:
    """Today where the legal entity is: the day that its documents bear."""
    return now().astimezone(ZoneInfo(entity.timezone)).date()
