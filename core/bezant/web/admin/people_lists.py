"""Users, roles and API keys as lists."""

from flask import url_for
from sqlalchemy import Case, case, select

from bezant import clock
from bezant.auth.tables import ApiKey, Role, User
from bezant.lists import Choice, EmptyState, Field, ListSpec, Step, View

ACTIVE = (Choice("active", "Active", "ok"), Choice("inactive", "Switched off", "idle", "ring"))
KEY_STATES = (Choice("active", "Active", "ok"), Choice("expired", "Expired", "idle", "ring"), Choice("revoked", "Revoked", "idle", "sq"))

USERS = ListSpec(
    name="users",
    title="Users",
    permission="core.user.view",
    statement=lambda: select().select_from(User),
    fields=(
        Field("id", "Id", User.id, "uuid", hidden=True),
        Field("name", "Name", User.name),
        Field("email", "E-mail", User.email),
        Field("state", "State", case((User.active, "active"), else_="inactive"), "status", choices=ACTIVE),
        Field("roles", "Roles", User.roles, "tags", sortable=False, filterable=False),
        Field("last_login_at", "Last sign-in", User.last_login_at, "instant"),
        Field("created_at", "Since", User.created_at, "instant", hidden=True),
    ),
    default_sort="name",
    search=("name", "email"),
    search_hint="Name or e-mail",
    views=(View("active", "Active", "state=active"), View("off", "Switched off", "state=inactive")),
    record=lambda row: url_for("bezant_admin.user", user_id=row["id"]),
    actions=(
        Step("Roles", lambda: url_for("bezant_admin.roles"), "users", "core.user.view"),
        Step("New user", lambda: url_for("bezant_admin.new_user"), "user-plus", "core.user.edit"),
    ),
    name_field="email",
)

ROLES = ListSpec(
    name="roles",
    title="Roles",
    permission="core.user.view",
    statement=lambda: select().select_from(Role),
    fields=(
        Field("id", "Id", Role.id, "uuid", hidden=True),
        Field("title", "Role", Role.title),
        Field("name", "Name", Role.name, "code"),
        Field("permissions", "Permissions", Role.permissions, "tags", sortable=False, filterable=False),
    ),
    default_sort="title",
    search=("title", "name"),
    record=lambda row: url_for("bezant_admin.edit_role", name=row["name"]),
    actions=(Step("New role", lambda: url_for("bezant_admin.new_role"), "plus", "core.role.edit"),),
    empty=EmptyState(
        "No roles of your own",
        "Administrator, Finance, Sales, Support, Auditor and Operator are built in. Make a role where none of them fits.",
    ),
)


def _key_state() -> Case[str]:
    now = clock.system()
    return case((ApiKey.revoked_at.is_not(None), "revoked"), (ApiKey.expires_at <= now, "expired"), else_="active")


API_KEYS = ListSpec(
    name="api_keys",
    title="API keys",
    permission="core.api_key.view",
    statement=lambda: select(_key_state().label("state")).select_from(ApiKey),
    fields=(
        Field("id", "Id", ApiKey.id, "uuid", hidden=True),
        Field("name", "Program", ApiKey.name),
        Field("prefix", "Begins with", ApiKey.prefix, "code"),
        Field("state", "State", kind="status", choices=KEY_STATES, filterable=False, sortable=False),
        Field("permissions", "Permissions", ApiKey.permissions, "tags", sortable=False, filterable=False, hidden=True),
        Field("created_at", "Made", ApiKey.created_at, "instant"),
        Field("expires_at", "Expires", ApiKey.expires_at, "instant"),
        Field("last_used_at", "Last used", ApiKey.last_used_at, "instant"),
    ),
    default_sort="-created_at",
    search=("name", "prefix"),
    record=lambda row: url_for("bezant_admin.api_key", key_id=row["id"]),
    actions=(Step("New API key", lambda: url_for("bezant_admin.new_api_key"), "key", "core.api_key.edit"),),
    empty=EmptyState(
        "No API keys yet",
        "A key lets a program call the API with exactly the permissions you give it.",
        Step("New API key", lambda: url_for("bezant_admin.new_api_key"), "key", "core.api_key.edit"),
    ),
    name_field="name",
)
