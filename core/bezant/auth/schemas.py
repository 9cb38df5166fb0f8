"""Bodies and resources of users, roles and API keys; forms are drawn from the same schemas."""

from typing import Any

from marshmallow import fields, validate
from sqlalchemy import select

from bezant.api.fields import Instant, Text, Uuid
from bezant.api.schema import Schema
from bezant.auth.permissions import ROLE_TITLES, all_permissions
from bezant.auth.reach import legal_entity_choices
from bezant.auth.tables import Role
from bezant.db.model import session


def role_choices() -> list[tuple[str, str]]:
    """Every role with its title, built-in ones first."""
    return [*ROLE_TITLES.items(), *((role.name, role.title) for role in session.scalars(select(Role).order_by(Role.name)))]


def permission_choices() -> list[tuple[str, str]]:
    """Every permission with its title."""
    return [(p.name, f"{p.title} ({p.name})") for p in sorted(all_permissions().values(), key=lambda p: p.name)]


_ROLES = {"label": "Roles", "choices": role_choices, "hint": "What they may do; several add up."}
_PERMISSIONS = {"label": "Permissions", "choices": permission_choices, "columns": True}


_REACH = {"label": "Sees", "choices": legal_entity_choices, "hint": "Legal entities. None ticked: all that you see yourself."}


def _reach(**options: Any) -> Any:
    """The legal entities that somebody is limited to; null are all that whoever gives them sees."""
    at_least_one = validate.Length(1, error="Name one legal entity at least, or null for all that you see.")
    return fields.List(Uuid(), allow_none=True, validate=at_least_one, metadata=_REACH, **options)


_SEEN = {"description": "Ids of the legal entities that it sees; null: all."}


class NewUserBody(Schema):
    """A user to be made. Without a password they sign in by a one-time link."""

    email = fields.Email(required=True, metadata={"label": "E-mail"})
    name = Text(required=True, metadata={"label": "Name"})
    roles = fields.List(fields.String(), load_default=list, metadata=_ROLES)
    password = fields.String(
        load_only=True, load_default="", metadata={"widget": "password", "label": "Password", "hint": "At least 12 characters, or nothing."}
    )
    legal_entity_ids = _reach(load_default=None)


class UserEdit(Schema):
    """Changes of a user; what is left out stays."""

    name = Text(metadata={"label": "Name"})
    roles = fields.List(fields.String(), metadata=_ROLES)
    active = fields.Boolean(metadata={"label": "May sign in"})
    legal_entity_ids = _reach()


class UserSchema(Schema):
    """A member of staff."""

    id = Uuid()
    email = fields.String()
    name = fields.String()
    roles = fields.List(fields.String())
    active = fields.Boolean()
    legal_entity_ids = fields.List(fields.String(), allow_none=True, metadata=_SEEN)
    last_login_at = Instant(allow_none=True)
    created_at = Instant()
    version = fields.Integer()


class SecondFactorSchema(Schema):
    """A second factor that a user has set up; what it consists of is shown to nobody."""

    id = Uuid()
    method = fields.String()
    method_title = fields.String(metadata={"description": "Empty while the plugin that brings the method is off."})
    label = fields.String()
    created_at = Instant()
    last_used_at = Instant(allow_none=True)


class SecondFactorsSchema(Schema):
    """All second factors of a user."""

    data = fields.List(fields.Nested(SecondFactorSchema))


class RoleBody(Schema):
    """A role of the deployment's own."""

    name = Text(required=True, metadata={"label": "Name", "hint": "Lower-case letters, digits and _."})
    title = Text(required=True, metadata={"label": "Title"})
    permissions = fields.List(fields.String(), required=True, metadata=_PERMISSIONS)


class RoleSchema(Schema):
    """A role and what it allows."""

    name = fields.String()
    title = fields.String()
    permissions = fields.List(fields.String())


class NewKeyBody(Schema):
    """A key to be made."""

    name = Text(required=True, metadata={"label": "Program", "hint": "What will use the key."})
    permissions = fields.List(fields.String(), required=True, metadata=_PERMISSIONS)
    expires_at = Instant(load_default=None, allow_none=True, metadata={"label": "Expires", "form": False})
    legal_entity_ids = _reach(load_default=None)


class NewKeySchema(Schema):
    """A key as it is shown this one time."""

    id = Uuid()
    key = fields.String()


class KeySchema(Schema):
    """A key as it is known afterwards."""

    id = Uuid()
    name = fields.String()
    prefix = fields.String()
    permissions = fields.List(fields.String())
    legal_entity_ids = fields.List(fields.String(), allow_none=True, metadata=_SEEN)
    created_at = Instant()
    expires_at = Instant(allow_none=True)
    last_used_at = Instant(allow_none=True)
    revoked_at = Instant(allow_none=True)
