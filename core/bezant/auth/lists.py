"""Lists of users, roles and API keys, for pages, REST and exports."""

from sqlalchemy import case, exists, select

from bezant.auth.tables import ApiKey, Role, SecondFactor, User
from bezant.lists import Choice, EmptyState, Field, ListSpec, View

STATES = (Choice("active", "Active", "ok", "dot"), Choice("inactive", "Switched off", "idle", "sq"))
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
    statement=lambda: select().select_from(User),
    fields=(
        Field("id", "Id", User.id, "uuid", hidden=True),
        Field("email", "E-mail", User.email, "code"),
        Field("name", "Name", User.name),
        Field("roles", "Roles", User.roles, "tags", sortable=False, filterable=False),
        Field("state", "State", case((User.active, "active"), else_="inactive"), "status", choices=STATES),
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
