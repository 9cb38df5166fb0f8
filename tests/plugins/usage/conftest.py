"""Accounts to which the events of these tests belong."""

from uuid import UUID

import pytest

from bezant_accounts.contracts import NewAccount, NewLegalEntity
from bezant_accounts.services import create_accounts, create_legal_entity

ZONE = "Europe/Berlin"


@pytest.fixture
def account(as_system: None) -> UUID:
    """An account in Berlin with the external id ``acme``, and another one beside it."""
    create_legal_entity(NewLegalEntity(code="BZ", name="Bezant", currency="EUR", timezone=ZONE, country="DE", is_default=True))
    return create_accounts([NewAccount(name="Acme", external_id="acme"), NewAccount(name="Other", external_id="other")])[0].id
