"""REST: legal entities, accounts, contacts, addresses, holds."""

from bezant_accounts.api.accounts import accounts
from bezant_accounts.api.contacts import addresses, contacts
from bezant_accounts.api.holds import holds
from bezant_accounts.api.legal_entities import legal_entities

BLUEPRINTS = (legal_entities, accounts, contacts, addresses, holds)
