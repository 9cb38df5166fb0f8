"""Views of the platform's own pages."""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from flask import Blueprint, abort, redirect, render_template, url_for
from sqlalchemy import Select, select
from werkzeug.wrappers import Response

from bezant.audit import audit_many
from bezant.contributions import HealthCheck
from bezant.core_lists import AUDIT, DEAD_LETTERS, DOMAIN_EVENTS, JOBS
from bezant.db.model import session
from bezant.db.scope import find, in_scope
from bezant.db.unit_of_work import unit_of_work
from bezant.hooks import each
from bezant.hookspecs import bezant_check_health
from bezant.jobs import queue
from bezant.jobs.tables import FAILED, JobRow
from bezant.lists import narrowed
from bezant.lists.spec import rows_of
from bezant.outbox import delivery
from bezant.outbox.tables import DEAD, FailureRow
from bezant.platform import platform
from bezant.records import Link
from bezant.web.answers import Answer
from bezant.web.listpage import render_list
from bezant.web.panels import facts_panel
from bezant.web.parts import Action, Fact, NextStep, Status
from bezant.web.permissions import requires
from bezant.web.record import render_record
from bezant.web.shell import say

blueprint = Blueprint("bezant_admin", __name__, url_prefix="/admin")

AT_ONCE = 500
"""Dead letters that one press of the button re-drives."""


@blueprint.get("/plugins")
@requires("core.plugin.view")
def plugins() -> str:
    """Every plugin with its state and reason, and the health of its parts."""
    checks: list[HealthCheck] = [check for answer in each(bezant_check_health) for check in answer.value]
    return render_template("bezant/admin/plugins.html", title="Plugins", plugins=platform().plugins.infos(), checks=checks)


@blueprint.get("/plugins/<name>")
@requires("core.plugin.view")
def plugin(name: str) -> str:
    """One plugin: what it is, what it needs, what it asks for."""
    manager = platform().plugins
    info = next((p for p in manager.infos() if p.name == name), None) or abort(404)
    manifest = manager.manifests.get(name)
    about = [Fact("Version", info.version), Fact("Distribution", info.distribution), Fact("Requires", tuple(info.requires))]
    asked = [Fact(p.name, p.title, note=", ".join(p.roles)) for p in manifest.permissions] if manifest else []
    used = [Fact("Uses of others", tuple(sorted(manifest.grants))), Fact("Hosts it may reach", manifest.hosts)] if manifest else []
    return render_record(
        title=info.title,
        status=Status(str(info.state)),
        subtitle=info.summary,
        next_step=NextStep("It does not run.", info.reason, icon="alert-triangle", tone="bad") if info.reason else None,
        panels=[facts_panel("Permissions", asked, place="main"), facts_panel("About", [*about, *used])],
        crumbs=(),
    )


@blueprint.get("/jobs")
@requires("core.job.view")
def jobs() -> Answer:
    """Background work."""
    return render_list(replace(JOBS, record=lambda row: url_for("bezant_admin.job", job_id=row["id"])))


@blueprint.get("/jobs/<uuid:job_id>")
@requires("core.job.view")
def job(job_id: UUID) -> str:
    """One job: progress, result, error."""
    row = find(JobRow, job_id) or abort(404)
    again = Action("Run again", url_for("bezant_admin.retry_job", job_id=row.id), "reload", "post", "core.job.retry", primary=True)
    return render_record(
        title=row.name,
        status=Status(row.state),
        subtitle=row.note,
        facts=[
            Fact("Progress", f"{row.done} of {row.total}" if row.total else ""),
            Fact("Attempts", row.attempts),
            Fact("Due", row.run_at),
            Fact("Started", row.started_at),
            Fact("Finished", row.finished_at),
        ],
        actions=[again] if row.state == FAILED else [],
        next_step=NextStep("It failed.", row.error.strip().splitlines()[-1], icon="alert-triangle", tone="bad") if row.error else None,
        panels=[
            facts_panel("Arguments", [Fact(k, _plain(v)) for k, v in row.arguments.items()], place="main"),
            facts_panel("Result", [Fact(k, _plain(v)) for k, v in (row.result or {}).items()], place="main"),
            facts_panel("Origin", _origin(row)),
        ],
    )


def _origin(row: JobRow) -> list[Fact]:
    return [Fact("Requested by", row.requested_by), Fact("Created", row.created_at), Fact("Unique key", row.unique_key)]


@blueprint.post("/jobs/<uuid:job_id>/retry")
@requires("core.job.retry")
def retry_job(job_id: UUID) -> Response:
    """Runs a failed job again."""
    queue.retry(job_id)
    say("The job runs again.")
    return redirect(url_for("bezant_admin.job", job_id=job_id), 303)


@blueprint.get("/domain-events")
@requires("core.event.view")
def events() -> Answer:
    """What happened."""
    dead = Link("Failed deliveries", url_for("bezant_admin.failures"), "core.event.view")
    return render_list(DOMAIN_EVENTS, template="bezant/admin/events.html", other=dead)


@blueprint.get("/domain-events/failures")
@requires("core.event.view")
def failures() -> Answer:
    """Events that a plugin could not handle yet."""
    link = lambda row: url_for("bezant_admin.failure", failure_id=row["id"])  # noqa: E731
    return render_list(replace(DEAD_LETTERS, record=link), template="bezant/admin/failures.html", crumbs=(_events_link(),))


@blueprint.get("/domain-events/failures/<uuid:failure_id>")
@requires("core.event.view")
def failure(failure_id: UUID) -> str:
    """One failed delivery."""
    row = session.execute(_one_failure(failure_id)).mappings().one_or_none() or abort(404)
    url = url_for("bezant_admin.redrive_one", failure_id=failure_id)
    again = Action("Deliver again", url, "reload", "post", "core.event.redrive", primary=True)
    return render_record(
        title=row["type"],
        status=Status(row["state"], choices=DEAD_LETTERS.by_name["state"].choices or ()),
        subtitle=f"to {row['handler']}",
        facts=[Fact("Attempts", row["attempts"]), Fact("Next attempt", row["next_attempt_at"]), Fact("Posted", row["posted_at"])],
        actions=[again],
        next_step=NextStep("Why it failed", row["error"], icon="alert-triangle", tone="bad"),
        panels=[facts_panel("Event", [Fact("Record", row["aggregate_id"])], place="main")],
        crumbs=(_events_link(), Link("Failed deliveries", url_for("bezant_admin.failures"), "")),
    )


@blueprint.post("/domain-events/failures/<uuid:failure_id>/redrive")
@requires("core.event.redrive")
def redrive_one(failure_id: UUID) -> Response:
    """Delivers one failed event again."""
    _redrive([failure_id])
    say("The event is delivered again.")
    return redirect(url_for("bezant_admin.failures"), 303)


@blueprint.post("/domain-events/redrive")
@requires("core.event.redrive")
def redrive_all() -> Response:
    """Delivers all dead letters again, the oldest first."""
    dead = select(FailureRow.id).where(FailureRow.state == DEAD, in_scope(FailureRow))
    ids = session.scalars(dead.order_by(FailureRow.position).limit(AT_ONCE)).all()
    _redrive(ids)
    say(f"{len(ids)} dead letters are delivered again." if ids else "There are no dead letters.")
    return redirect(url_for("bezant_admin.failures"), 303)


@blueprint.get("/audit")
@requires("core.audit.view")
def audit() -> Answer:
    """Who did what, when and to what."""
    return render_list(AUDIT)


@blueprint.get("/settings")
@requires("core.setting.view")
def settings() -> str:
    """Every configuration key, its value, and the layer it comes from."""
    config = platform().config
    sections: dict[str, list[object]] = {}
    for key, declared in sorted(config.declared.items()):
        sections.setdefault(declared.section, []).append((declared, _text(config.shown(key)), config.origin(key)))
    return render_template("bezant/admin/settings.html", title="Settings", sections=sections)


def _redrive(ids: Sequence[UUID]) -> None:
    with unit_of_work():
        for failure_id in ids:
            delivery.redrive(failure_id)
        audit_many("core.event.redriven", "core.failed_delivery", {failure_id: {} for failure_id in ids})


def _one_failure(failure_id: UUID) -> Select[tuple[object, ...]]:
    spec = narrowed(DEAD_LETTERS, FailureRow.id == failure_id)
    return rows_of(spec).with_only_columns(*(f.expression.label(f.name) for f in spec.fields if f.expression is not None))


def _events_link() -> Link:
    return Link("Domain events", url_for("bezant_admin.events"), "")


def _text(value: object) -> object:
    """A setting as it is written."""
    if isinstance(value, list):
        return tuple(map(str, value))
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _plain(value: object) -> object:
    """A JSON value as something to show."""
    if isinstance(value, list):
        return tuple(map(str, value))
    return value if isinstance(value, str | int | None) else str(value)
