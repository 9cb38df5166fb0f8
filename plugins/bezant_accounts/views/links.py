"""Links to accounts from other plugins' pages, and the global search."""

from collections.abc import Mapping, Sequence

from flask import url_for

from bezant.sdk.lists import fetch, parse
from bezant.sdk.services import may
from bezant.sdk.values import Link, SourceRef
from bezant.sdk.web import SearchHit
from bezant_accounts import services
from bezant_accounts.schemas import ACCOUNT_LIST

ACCOUNT, LEGAL_ENTITY = "accounts.account", "accounts.legal_entity"


def link_records(refs: Sequence[SourceRef]) -> Mapping[SourceRef, Link]:
    """Links of the accounts and legal entities among these references, with a query for each of the two."""
    accounts = services.load_accounts({ref.id for ref in refs if ref.type == ACCOUNT})
    named = {ref.id for ref in refs if ref.type == LEGAL_ENTITY}
    entities = services.load_legal_entities(named) if named else {}
    links: dict[SourceRef, Link] = {}
    for ref in refs:
        if ref.type == ACCOUNT and ref.id in accounts:
            links[ref] = Link(accounts[ref.id].name, url_for("accounts.show", account_id=ref.id), "accounts.account.view")
        elif ref.type == LEGAL_ENTITY and ref.id in entities:
            url = url_for("accounts.legal_entity", legal_entity_id=ref.id)
            links[ref] = Link(entities[ref.id].name, url, "accounts.legal_entity.view")
    return links


def search(text: str, limit: int) -> list[SearchHit]:
    """Accounts that match, with one query."""
    if not may(ACCOUNT_LIST.permission):
        return []
    rows = fetch(ACCOUNT_LIST, parse(ACCOUNT_LIST, [("q", text), ("limit", str(limit))])).rows
    return [
        SearchHit(
            "Accounts",
            row["name"],
            " · ".join(filter(None, (row["external_id"] or row["number"], row["email"]))),
            url_for("accounts.show", account_id=row["id"]),
            "user-circle",
            10,
        )
        for row in rows
    ]
