"""What other plugins, pages, the API and jobs can ask of accounts."""

from bezant_accounts.domain.tax_ids import TITLES as TAX_TITLES
from bezant_accounts.services.accounts import (
    archive_account,
    create_account,
    create_accounts,
    edit_account,
    freeze_currency,
    restore_account,
)
from bezant_accounts.services.addresses import archive_address, create_address, edit_address, get_address, load_addresses
from bezant_accounts.services.contacts import archive_contact, create_contact, edit_contact, get_contact, load_contacts
from bezant_accounts.services.holds import active_holds, all_holds, place_hold, release_hold
from bezant_accounts.services.legal_entities import (
    archive_legal_entity,
    create_legal_entity,
    default_legal_entity,
    edit_legal_entity,
    restore_legal_entity,
)
from bezant_accounts.services.letterheads import address_lines, buyer_of, paper_of, seller_of
from bezant_accounts.services.loading import (
    find_accounts,
    get_account,
    get_legal_entity,
    list_legal_entities,
    load_accounts,
    load_legal_entities,
)
from bezant_accounts.services.numbers import number_formats, number_ranges, take_numbers
from bezant_accounts.services.references import account_id_of, account_ids_of

__all__ = [
    "TAX_TITLES",
    "account_id_of",
    "account_ids_of",
    "active_holds",
    "address_lines",
    "all_holds",
    "archive_account",
    "archive_address",
    "archive_contact",
    "archive_legal_entity",
    "buyer_of",
    "create_account",
    "create_accounts",
    "create_address",
    "create_contact",
    "create_legal_entity",
    "default_legal_entity",
    "edit_account",
    "edit_address",
    "edit_contact",
    "edit_legal_entity",
    "find_accounts",
    "freeze_currency",
    "get_account",
    "get_address",
    "get_contact",
    "get_legal_entity",
    "list_legal_entities",
    "load_accounts",
    "load_addresses",
    "load_contacts",
    "load_legal_entities",
    "number_formats",
    "number_ranges",
    "paper_of",
    "place_hold",
    "release_hold",
    "restore_account",
    "restore_legal_entity",
    "seller_of",
    "take_numbers",
]
