"""The forms of users, roles and API keys."""

import marshmallow as ma
from sqlalchemy import select

from bezant.api import fields
from bezant.api.schema import Schema
from bezant.auth.permissions import ROLE_TITLES, all_permissions
from bezant.auth.tables import Role
from bezant.db.model import session

Choices = list[tuple[str, str]]


def role_choices() -> Choices:
    """Every role, the built-in ones first."""
    own = session.execute(select(Role.name, Role.title).order_by(Role.title)).all()
    return [*ROLE_TITLES.items(), *((name, title) for name, title in own)]


def permission_choices() -> Choices:
    """Every permission that there is, in the words of its plugin."""
    return [(name, f"{permission.title} ({name})") for name, permission in all_permissions().items()]


_ROLES = {"choices": role_choices, "hint": "Rights add up. Nobody gives a role that allows more than their own."}
_PERMISSIONS = {"choices": permission_choices, "columns": True}


class NewUserBody(Schema):
    """A new user."""

    name = fields.Text(required=True, blank=False, longest=200)
    email = fields.Text(required=True, blank=False, longest=254, metadata={"label": "E-mail", "widget": "email"})
    roles = ma.fields.List(ma.fields.String(), load_default=list, metadata=_ROLES)


class UserBody(Schema):
    """A user being changed."""

    name = fields.Text(required=True, blank=False, longest=200)
    roles = ma.fields.List(ma.fields.String(), load_default=list, metadata=_ROLES)
    active = ma.fields.Boolean(load_default=True, metadata={"label": "May sign in"})


class RoleBody(Schema):
    """A role of the deployment's own."""

    name = fields.Text(required=True, blank=False, longest=63, metadata={"widget": "mono", "hint": "Lower-case letters, digits and _."})
    title = fields.Text(required=True, blank=False, longest=100)
    permissions = ma.fields.List(ma.fields.String(), load_default=list, metadata=_PERMISSIONS)


class ApiKeyBody(Schema):
    """A new API key."""

    name = fields.Text(required=True, blank=False, longest=100, metadata={"label": "Program", "hint": "Which program will use the key."})
    expires_at = fields.Instant(load_default=None, metadata={"label": "Expires", "hint": "Left empty, it works until it is revoked."})
    permissions = ma.fields.List(ma.fields.String(), load_default=list, metadata=_PERMISSIONS)


class PasswordBody(Schema):
    """One's own password."""

    password = fields.Text(
        required=True,
        blank=False,
        longest=200,
        metadata={
            "widget": "password",
            "autocomplete": "new-password",
            "label": "New password",
            "hint": "At least 12 characters; a short sentence works well.",
        },
    )
