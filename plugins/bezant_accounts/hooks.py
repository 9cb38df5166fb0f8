"""What accounts contributes to the platform."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from flask import Blueprint

from bezant.sdk.values import LegalEntityRef, Link, SourceRef, hookimpl
from bezant.sdk.web import NavItem, SearchHit, TimelineEntry
from bezant_accounts import api, views
from bezant_accounts.services import list_legal_entities
from bezant_accounts.views import links, timeline


@hookimpl
def bezant_add_api() -> Sequence[Blueprint]:
    """REST resources."""
    return api.BLUEPRINTS


@hookimpl
def bezant_add_views() -> Sequence[Blueprint]:
    """Pages."""
    return (views.blueprint,)


@hookimpl
def bezant_add_navigation() -> Sequence[NavItem]:
    """Entries of the side navigation."""
    return views.NAVIGATION


@hookimpl
def bezant_add_account_events(account_id: UUID, limit: int) -> Sequence[TimelineEntry]:
    """The account's creation and its holds."""
    return timeline.entries(account_id, limit)


@hookimpl
def bezant_link_records(refs: Sequence[SourceRef]) -> Mapping[SourceRef, Link]:
    """Where accounts and legal entities are shown."""
    return links.link_records(refs)


@hookimpl
def bezant_list_legal_entities() -> Sequence[LegalEntityRef]:
    """The legal entities within reach."""
    return list_legal_entities()


@hookimpl
def bezant_search(text: str, limit: int) -> Sequence[SearchHit]:
    """Accounts by number, external id, e-mail and words of the name."""
    return links.search(text, limit)
