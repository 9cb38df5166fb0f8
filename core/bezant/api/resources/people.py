"""Users, roles and API keys."""

from typing import Any
from uuid import UUID

from bezant.api.access import idempotent, requires
from bezant.api.blueprint import ApiBlueprint
from bezant.api.conditional import if_match
from bezant.api.lists import list_endpoint
from bezant.auth import factors, keys, people
from bezant.auth.people import NewUser
from bezant.auth.schemas import (
    KeySchema,
    NewKeyBody,
    NewKeySchema,
    NewUserBody,
    RoleBody,
    RoleSchema,
    SecondFactorsSchema,
    UserEdit,
    UserSchema,
)
from bezant.auth.tables import ApiKey, Role, User
from bezant.core_lists import API_KEYS, ROLES, USERS

users = ApiBlueprint("users", __name__, scope=User, url_prefix="/users", description="Who works with Bezant.")
roles = ApiBlueprint("roles", __name__, scope=Role, url_prefix="/roles", description="Roles of the deployment's own.")
api_keys = ApiBlueprint("api_keys", __name__, scope=ApiKey, url_prefix="/api-keys", description="Credentials of programs.")

list_endpoint(users, USERS)
list_endpoint(roles, ROLES)
list_endpoint(api_keys, API_KEYS)


@users.route("", methods=["POST"])
@requires("core.user.edit")
@idempotent()
@users.arguments(NewUserBody)
@users.response(201, UserSchema)
def create_user(body: dict[str, Any]) -> User:
    """Makes a user."""
    return people.create_user(NewUser(**body | {"roles": tuple(body["roles"])}))


@users.route("/<uuid:user_id>")
@requires("core.user.view")
@users.response(200, UserSchema)
def get_user(user_id: UUID) -> User:
    """One user."""
    return people.get_user(user_id)


@users.route("/<uuid:user_id>", methods=["PATCH"])
@requires("core.user.edit")
@users.arguments(UserEdit)
@users.response(200, UserSchema)
def change_user(body: dict[str, Any], user_id: UUID) -> User:
    """Changes a user; taking rights away signs them out everywhere."""
    return people.change_user(user_id, version=if_match(), **body)


@users.route("/<uuid:user_id>/second-factors")
@requires("core.user.view")
@users.response(200, SecondFactorsSchema)
def list_second_factors(user_id: UUID) -> dict[str, Any]:
    """The second factors of a user."""
    return {"data": factors.factors_of(people.get_user(user_id).id)}


@users.route("/<uuid:user_id>/second-factors", methods=["DELETE"])
@requires("core.second_factor.remove")
@users.response(204)
def remove_second_factors(user_id: UUID) -> None:
    """Takes all second factors and recovery codes from a user and signs them out everywhere."""
    factors.remove_factors_of(user_id)


@roles.route("", methods=["POST"])
@requires("core.role.edit")
@idempotent()
@roles.arguments(RoleBody)
@roles.response(201, RoleSchema)
def save_role(body: dict[str, Any]) -> Role:
    """Makes a role, or changes the one of that name."""
    return people.save_role(**body)


@api_keys.route("", methods=["POST"])
@requires("core.api_key.edit")
@api_keys.arguments(NewKeyBody)
@api_keys.response(201, NewKeySchema)
def create_key(body: dict[str, Any]) -> keys.NewApiKey:
    """Makes a key; it is shown in this answer and never again."""
    return keys.create_api_key(**body)


@api_keys.route("/<uuid:key_id>")
@requires("core.api_key.view")
@api_keys.response(200, KeySchema)
def get_key(key_id: UUID) -> ApiKey:
    """One key, without its secret."""
    return keys.get_api_key(key_id)


@api_keys.route("/<uuid:key_id>/revoke", methods=["POST"])
@requires("core.api_key.edit")
@api_keys.response(200, KeySchema)
def revoke_key(key_id: UUID) -> ApiKey:
    """Stops a key from working, at once."""
    keys.revoke_api_key(key_id)
    return keys.get_api_key(key_id)


@api_keys.route("/<uuid:key_id>/rotate", methods=["POST"])
@requires("core.api_key.edit")
@api_keys.response(201, NewKeySchema)
def rotate_key(key_id: UUID) -> keys.NewApiKey:
    """A new key with the same rights; the old one works for another day."""
    return keys.rotate_api_key(key_id)
