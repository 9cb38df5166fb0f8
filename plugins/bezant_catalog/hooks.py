"""What the catalog contributes to the platform."""

from collections.abc import Mapping, Sequence

import click
from flask import Blueprint

from bezant.sdk.values import Link, SourceRef, hookimpl
from bezant.sdk.web import NavItem, SearchHit
from bezant_catalog.api import BLUEPRINTS
from bezant_catalog.cli import catalog
from bezant_catalog.views import blueprint, links

NAVIGATION = (
    NavItem("Catalog", "Plans", "catalog.plans", "stack-2", "catalog.plan.view", 10),
    NavItem("Catalog", "Metrics", "catalog.metrics", "adjustments", "catalog.metric.view", 20),
    NavItem("Catalog", "Price quote", "catalog.quote", "calculator", "catalog.price_quote.create", 30),
)


@hookimpl
def bezant_add_api() -> Sequence[Blueprint]:
    """REST resources."""
    return BLUEPRINTS


@hookimpl
def bezant_add_commands() -> Sequence[click.Command]:
    """Commands."""
    return (catalog,)


@hookimpl
def bezant_add_views() -> Sequence[Blueprint]:
    """Pages."""
    return (blueprint,)


@hookimpl
def bezant_add_navigation() -> Sequence[NavItem]:
    """Entries of the side navigation."""
    return NAVIGATION


@hookimpl
def bezant_link_records(refs: Sequence[SourceRef]) -> Mapping[SourceRef, Link]:
    """Where plans and metrics are shown."""
    return links.link_records(refs)


@hookimpl
def bezant_search(text: str, limit: int) -> Sequence[SearchHit]:
    """Plans and metrics by code and name."""
    return links.search(text, limit)
