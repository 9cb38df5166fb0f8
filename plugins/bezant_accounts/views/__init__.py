"""Pages: accounts with their contacts, addresses and holds, and legal entities."""

from bezant.sdk.web import NavItem
from bezant_accounts.views import contacts, holds, legal_entities, pages
from bezant_accounts.views.blueprint import blueprint

NAVIGATION = (
    NavItem("Customers", "Accounts", "accounts.index", "users", "accounts.account.view", 10),
    NavItem("Customers", "Holds", "accounts.holds", "player-pause", "accounts.account.view", 80),
    NavItem("Administration", "Legal entities", "accounts.legal_entities", "building", "accounts.legal_entity.view", 20),
)

__all__ = ["NAVIGATION", "blueprint", "contacts", "holds", "legal_entities", "pages"]
