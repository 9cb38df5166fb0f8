"""A port that bills an airline."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from bezant.sdk.values import new_id
from bezant_accounts.contracts import AccountInfo, LegalEntityInfo, NewAccount, NewLegalEntity
from bezant_accounts.services import create_account, create_legal_entity
from bezant_invoicing.contracts import DraftInvoice, DraftLine, IssuedInvoice
from bezant_invoicing.services import issue_page


@dataclass(frozen=True)
class Port:
    """Who issues and who is billed."""

    entity: LegalEntityInfo
    airline: AccountInfo

    def draft(self, *amounts: int, month: int = 2, **line: Any) -> DraftInvoice:
        """A draft with lines of these amounts."""
        lines = tuple(DraftLine(id=new_id(), kind="usage", description="Use", amount_minor=amount, **line) for amount in amounts)
        return DraftInvoice(
            id=new_id(),
            account_id=self.airline.id,
            legal_entity_id=self.entity.id,
            currency="USD",
            issued_on=date(2013, month, 1),
            lines=lines,
        )

    def bill(self, *drafts: DraftInvoice) -> list[IssuedInvoice]:
        """Issues drafts together."""
        return list(issue_page(drafts).invoices)


@pytest.fixture
def port(as_system, clock):
    clock.travel_to(2013, 1, 1, 12)
    entity = create_legal_entity(NewLegalEntity(code="PNY", name="Port", currency="USD", timezone="America/New_York", country="US"))
    airline = create_account(NewAccount(name="Hawaiian Airlines Inc.", external_id="HA", legal_entity_id=entity.id))
    return Port(entity, airline)
