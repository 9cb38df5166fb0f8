"""Pages: events, one event with what became of it, and the usage panel of an account."""

from collections.abc import Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import url_for

from bezant.sdk.lists import fetch, parse
from bezant.sdk.services import may
from bezant.sdk.values import Link, SourceRef
from bezant.sdk.web import (
    Answer,
    Column,
    Fact,
    Panel,
    SearchHit,
    Status,
    TableRow,
    WebBlueprint,
    facts_panel,
    links_to,
    render_list,
    render_record,
    requires,
    shown,
    span_text,
    table_panel,
)
from bezant_accounts.services import get_account
from bezant_usage import services
from bezant_usage.contracts import ExplanationStep
from bezant_usage.schemas import EVENT_LIST, STATES, event_resource
from bezant_usage.services import EventRecord, Summary

VIEW = "usage.event.view"
ACCOUNT = "accounts.account"
"""Type of a reference to an account."""

_MARKS = {True: Status("ok", "Yes"), False: Status("failed", "No"), None: Status("idle", "–")}

blueprint = WebBlueprint("usage", __name__, url_prefix="/usage")


@blueprint.get("/events")
@requires(VIEW)
def list_events() -> Answer:
    """All events."""
    return render_list(EVENT_LIST)


@blueprint.get("/events/<int(max=9223372036854775807):event_id>")
@requires(VIEW)
def show_event(event_id: int) -> Answer:
    """One event, what it says, and what became of it."""
    record = services.get_event(event_id)
    event = record.event
    account = get_account(event.account_id)
    ref = SourceRef(ACCOUNT, account.id, account.name)
    properties = [Fact(name, value) for name, value in sorted(event.properties.items())]
    return render_record(
        title=event.transaction_id,
        subtitle=shown(ref, links_to([ref])),
        status=Status(event_resource(record)["state"], choices=STATES),
        facts=[Fact("Type", event.type), Fact("At", event.at), Fact("Received", event.received_at, note=record.origin)],
        panels=[explanation_panel(services.explain_event(event_id).steps), facts_panel("Properties", properties), _history(record)],
    )


def explanation_panel(steps: Sequence[ExplanationStep]) -> Panel:
    """Why an event was, or was not, billed: one row for each step."""
    rows = [TableRow((_MARKS[step.ok], Link(step.text, step.url, "") if step.url else step.text)) for step in steps]
    return table_panel("Why it was, or was not, billed", [Column("", place="s4"), Column("Step", place="s1")], rows)


def account_panel(account_id: UUID) -> Sequence[Panel]:
    """What an account used this month, or in the last month in which it used anything, metric by metric."""
    summary = services.recent_usage(account_id) if may(VIEW) else None
    if summary is None or not summary.metrics:
        return ()
    columns = [Column("Metric", place="s1"), Column("Quantity", numeric=True, place="s2"), Column("Events", numeric=True, place="s3")]
    link = Link("All events", url_for("usage.list_events", account_id=str(account_id)), VIEW)
    zone = ZoneInfo(get_account(account_id).timezone)
    days = span_text(*(at.astimezone(zone).date() for at in (summary.from_at, summary.to_at)))
    return (table_panel(f"Usage, {days}", columns, _usage_rows(summary), link=link, permission=VIEW, order=300),)


def search(text: str, limit: int) -> Sequence[SearchHit]:
    """Events by their whole transaction id, for whoever may see them."""
    if not may(VIEW):
        return ()
    found = fetch(EVENT_LIST, parse(EVENT_LIST, [("q", text), ("limit", str(limit))])).rows if text else ()
    return [
        SearchHit("Usage events", row["transaction_id"], row["account"], url_for("usage.show_event", event_id=row["id"]), "activity")
        for row in found
    ]


def _usage_rows(summary: Summary) -> list[TableRow]:
    rows = []
    for one in summary.metrics:
        unit = f" {one.metric.unit}" if one.metric.unit else ""
        rows.append(TableRow((f"{one.metric.name}{unit and f', in{unit}'}", one.measured.quantity, one.measured.events)))
    return rows


def _history(record: EventRecord) -> Panel:
    facts = [Fact("Source", record.event.source), Fact("Id", str(record.event.id))]
    for label, other in (("Corrects", record.replaces), ("Corrected by", record.replaced_by)):
        if other is not None:
            facts.append(Fact(label, Link(other[1], url_for("usage.show_event", event_id=other[0]), VIEW)))
    return facts_panel("History", facts, order=200)
