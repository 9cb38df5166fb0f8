"""Pages, as plugins see them: blueprints, lists, forms, records, panels and cards. ``docs/dev/web.md`` shows each in use."""

from flask import Blueprint

from bezant.contributions import Card, HealthCheck, NavItem, Panel, SearchHit, TimelineEntry
from bezant.records import Link
from bezant.web.answers import Answer
from bezant.web.formats import amount as amount_text
from bezant.web.formats import span as span_text
from bezant.web.forms import Section, render_form
from bezant.web.links import links_to, shown
from bezant.web.listpage import ListView, render_list
from bezant.web.panels import (
    chart_card,
    document_panel,
    facts_card,
    facts_panel,
    links_panel,
    list_panel,
    render_part,
    stat_card,
    table_card,
    table_panel,
    timeline_panel,
)
from bezant.web.parts import Action, AgingBar, Chart, Column, Fact, NextStep, Series, Status, Tab, TableRow
from bezant.web.permissions import public, requires
from bezant.web.record import render_record
from bezant.web.render import page
from bezant.web.shell import local_target, say
from bezant.web.show import money, show

WebBlueprint = Blueprint
"""A plugin's pages: ``WebBlueprint("invoicing", __name__, url_prefix="/invoices")``. Templates are found in the plugin's ``templates``."""

__all__ = [
    "Action",
    "AgingBar",
    "Answer",
    "Card",
    "Chart",
    "Column",
    "Fact",
    "HealthCheck",
    "Link",
    "ListView",
    "NavItem",
    "NextStep",
    "Panel",
    "SearchHit",
    "Section",
    "Series",
    "Status",
    "Tab",
    "TableRow",
    "TimelineEntry",
    "WebBlueprint",
    "amount_text",
    "chart_card",
    "document_panel",
    "facts_card",
    "facts_panel",
    "links_panel",
    "links_to",
    "list_panel",
    "local_target",
    "money",
    "page",
    "public",
    "render_form",
    "render_list",
    "render_part",
    "render_record",
    "requires",
    "say",
    "show",
    "shown",
    "span_text",
    "stat_card",
    "table_card",
    "table_panel",
    "timeline_panel",
]
