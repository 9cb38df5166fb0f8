"""The platform's own lists, described once for pages, REST and exports: background work, events, the audit log, people and keys."""

from sqlalchemy import Select, case, cast, exists, select
from sqlalchemy.types import Text

from bezant.audit import AuditEntry
from bezant.auth.tables import ApiKey, Role, SecondFactor, User
from bezant.jobs.tables import JobRow
from bezant.lists import Choice, EmptyState, Field, ListSpec, View
from bezant.outbox.tables import EventRow, FailureRow

JOB_STATES = (
    Choice("queued", "Queued", "info", "ring"),
    Choice("running", "Running", "info", "dot"),
    Choice("done", "Done", "ok", "ring"),
    Choice("failed", "Failed", "bad", "dot"),
)
FAILURE_STATES = (Choice("waiting", "Waiting", "warn", "ring"), Choice("dead", "Dead letter", "bad", "dot"))

JOBS = ListSpec(
    name="jobs",
    title="Jobs",
    permission="core.job.view",
    scope=JobRow,
    statement=lambda: select().select_from(JobRow),
    fields=(
        Field("id", "Id", JobRow.id, "uuid", hidden=True),
        Field("name", "Job", JobRow.name, "code"),
        Field("state", "State", JobRow.state, "status", choices=JOB_STATES),
        Field("done", "Done", JobRow.done, "integer"),
        Field("total", "Of", JobRow.total, "integer"),
        Field("note", "Note", JobRow.note, sortable=False),
        Field("attempts", "Attempts", JobRow.attempts, "integer"),
        Field("error", "Error", JobRow.error, sortable=False, filterable=False),
        Field("requested_by", "Requested by", JobRow.requested_by),
        Field("run_at", "Due at", JobRow.run_at, "instant"),
        Field("created_at", "Created at", JobRow.created_at, "instant"),
        Field("started_at", "Started at", JobRow.started_at, "instant"),
        Field("finished_at", "Finished at", JobRow.finished_at, "instant"),
    ),
    default_sort="-created_at",
    search=("name",),
    views=(View("all", "All"), View("failed", "Failed", "state=failed"), View("active", "Active", "state.in=queued,running")),
    empty=EmptyState("No jobs yet", "Work that takes longer, such as rendering documents, appears here."),
)

DOMAIN_EVENTS = ListSpec(
    name="domain_events",
    title="Domain events",
    permission="core.event.view",
    scope=EventRow,
    statement=lambda: select().select_from(EventRow),
    fields=(
        Field("position", "Position", EventRow.position, "integer"),
        Field("id", "Id", EventRow.id, "uuid", hidden=True),
        Field("type", "Type", EventRow.type, "code"),
        Field("version", "Version", EventRow.version, "integer", hidden=True),
        Field("aggregate_id", "Record", EventRow.aggregate_id, "uuid"),
        Field("posted_at", "Posted at", EventRow.posted_at, "instant"),
    ),
    key="position",
    default_sort="-position",
    search=("type",),
)


def _failures() -> Select[tuple[()]]:
    return select().select_from(FailureRow).join(EventRow, EventRow.position == FailureRow.position)


DEAD_LETTERS = ListSpec(
    name="dead_letters",
    title="Failed deliveries",
    permission="core.event.view",
    scope=FailureRow,
    statement=_failures,
    fields=(
        Field("id", "Id", FailureRow.id, "uuid", hidden=True),
        Field("handler", "Handler", FailureRow.handler, "code"),
        Field("type", "Event", EventRow.type, "code"),
        Field("aggregate_id", "Record", FailureRow.aggregate_id, "uuid"),
        Field("state", "State", FailureRow.state, "status", choices=FAILURE_STATES),
        Field("attempts", "Attempts", FailureRow.attempts, "integer"),
        Field("next_attempt_at", "Next attempt at", FailureRow.next_attempt_at, "instant"),
        Field("error", "Error", FailureRow.error, sortable=False, filterable=False),
        Field("posted_at", "Posted at", EventRow.posted_at, "instant"),
    ),
    default_sort="-posted_at",
    search=("handler",),
    views=(View("all", "All"), View("dead", "Dead letters", "state=dead")),
    empty=EmptyState("Nothing failed", "Every event reached every plugin that listens."),
)

AUDIT = ListSpec(
    name="audit",
    title="Audit log",
    permission="core.audit.view",
    scope=AuditEntry,
    statement=lambda: select().select_from(AuditEntry),
    fields=(
        Field("id", "Id", AuditEntry.id, "uuid", hidden=True),
        Field("at", "At", AuditEntry.at, "instant"),
        Field("business_at", "Business time", AuditEntry.business_at, "instant", hidden=True),
        Field("action", "Action", AuditEntry.action, "code"),
        Field("actor_kind", "Actor", AuditEntry.actor_kind),
        Field("actor_id", "Actor id", AuditEntry.actor_id, "uuid", hidden=True),
        Field("resource_type", "Record type", AuditEntry.resource_type, "code"),
        Field("resource_id", "Record", AuditEntry.resource_id, "code"),
        Field("changes", "Changes", cast(AuditEntry.changes, Text), sortable=False, filterable=False),
        Field("request_id", "Request", AuditEntry.request_id, "code", hidden=True),
    ),
    default_sort="-at",
    search=("resource_id", "action"),
)

USER_STATES = (Choice("active", "Active", "ok", "dot"), Choice("inactive", "Switched off", "idle", "sq"))
KEY_STATES = (
    Choice("active", "Active", "ok", "dot"),
    Choice("revoked", "Revoked", "idle", "sq"),
)
HAS_FACTOR = exists().where(SecondFactor.user_id == User.id, SecondFactor.confirmed_at.is_not(None))
UNPROTECTED = "state=active&second_factor=false"

USERS = ListSpec(
    name="users",
    title="Users",
    permission="core.user.view",
    scope=User,
    statement=lambda: select().select_from(User),
    fields=(
        Field("id", "Id", User.id, "uuid", hidden=True),
        Field("email", "E-mail", User.email, "code"),
        Field("name", "Name", User.name),
        Field("roles", "Roles", User.roles, "tags", sortable=False, filterable=False),
        Field("state", "State", case((User.active, "active"), else_="inactive"), "status", choices=USER_STATES),
        Field("second_factor", "Second factor", HAS_FACTOR, "boolean", hint="Whether they have set one up."),
        Field("last_login_at", "Last signed in", User.last_login_at, "instant"),
        Field("created_at", "Created", User.created_at, "instant", hidden=True),
    ),
    default_sort="email",
    search=("email", "name"),
    views=(View("all", "All"), View("active", "Active", "state=active"), View("unprotected", "Without a second factor", UNPROTECTED)),
    empty=EmptyState("Nobody yet", "Whoever works with Bezant is listed here."),
)

ROLES = ListSpec(
    name="roles",
    title="Roles of your own",
    permission="core.user.view",
    scope=Role,
    statement=lambda: select().select_from(Role),
    fields=(
        Field("id", "Id", Role.id, "uuid", hidden=True),
        Field("name", "Role", Role.name, "code"),
        Field("title", "Title", Role.title),
        Field("permissions", "Permissions", Role.permissions, "tags", sortable=False, filterable=False),
    ),
    default_sort="name",
    search=("name", "title"),
    empty=EmptyState("No roles of your own", "The built-in roles cover most teams; add one where they do not fit."),
)

API_KEYS = ListSpec(
    name="api_keys",
    title="API keys",
    permission="core.api_key.view",
    scope=ApiKey,
    statement=lambda: select().select_from(ApiKey),
    fields=(
        Field("id", "Id", ApiKey.id, "uuid", hidden=True),
        Field("name", "Program", ApiKey.name),
        Field("prefix", "Begins with", ApiKey.prefix, "code"),
        Field("state", "State", case((ApiKey.revoked_at.is_not(None), "revoked"), else_="active"), "status", choices=KEY_STATES),
        Field("created_at", "Created", ApiKey.created_at, "instant"),
        Field("expires_at", "Expires", ApiKey.expires_at, "instant"),
        Field("last_used_at", "Last used", ApiKey.last_used_at, "instant"),
    ),
    default_sort="-created_at",
    search=("name", "prefix"),
    empty=EmptyState("No API keys", "A key lets a program call the API with just the permissions it needs."),
)
