"""Pages of users, roles and API keys."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import Blueprint, abort, make_response, redirect, render_template, url_for
from sqlalchemy import select
from werkzeug.wrappers import Response

from bezant.audit import audit
from bezant.auth import factors, keys, people
from bezant.auth.context import may, principal
from bezant.auth.factors import FactorInfo
from bezant.auth.people import NewUser
from bezant.auth.permissions import ROLE_TITLES, all_permissions, built_in_role
from bezant.auth.reach import legal_entities, reach_names
from bezant.auth.schemas import NewKeyBody, NewUserBody, RoleBody, RoleSchema, UserEdit, UserSchema, role_choices
from bezant.auth.sign_in import SIGN_IN, make_code
from bezant.auth.tables import Role
from bezant.core_lists import API_KEYS, ROLES, USERS
from bezant.db.model import session
from bezant.db.unit_of_work import unit_of_work
from bezant.errors import Denied
from bezant.lists import Step
from bezant.serving import public_url
from bezant.web.answers import Answer
from bezant.web.forms import render_form
from bezant.web.listpage import render_list
from bezant.web.panels import facts_panel
from bezant.web.parts import Action, Fact, NextStep, Status
from bezant.web.permissions import requires
from bezant.web.record import render_record
from bezant.web.shell import say

blueprint = Blueprint("bezant_people", __name__, url_prefix="/admin")


@blueprint.get("/users")
@requires("core.user.view")
def users() -> Answer:
    """Who works with Bezant."""
    new = Step("New user", lambda: url_for("bezant_people.new_user"), "plus", "core.user.edit")
    roles = Step("Roles", lambda: url_for("bezant_people.roles"), "shield", "core.user.view")
    return render_list(replace(USERS, record=lambda row: url_for("bezant_people.user", user_id=row["id"]), actions=(roles, new)))


@blueprint.route("/users/new", methods=["GET", "POST"])
@requires("core.user.edit")
def new_user() -> Answer:
    """The form of a new user."""

    def save(data: dict[str, Any]) -> str:
        made = people.create_user(NewUser(**data | {"roles": tuple(data["roles"])}))
        return url_for("bezant_people.user", user_id=made.id)

    return render_form(
        NewUserBody(exclude=_left_out()),
        title="New user",
        noun="user",
        save=save,
        cancel=url_for("bezant_people.users"),
        done="The user was made.",
    )


@blueprint.get("/users/<uuid:user_id>")
@requires("core.user.view")
def user(user_id: UUID) -> str:
    """One user."""
    return _user_page(user_id)


@blueprint.post("/users/<uuid:user_id>/link")
@requires("core.user.edit")
def make_link(user_id: UUID) -> str:
    """Makes a one-time address, shown once, by which the user can sign in. Nobody makes one for somebody who may do more."""
    found = people.get_user(user_id)
    if not found.active or not people.reaches(found) or not all(may(permission) for permission in people.permissions_of(found.roles)):
        raise Denied(f"{found.name} may do more than you, or is switched off; ask an administrator.")
    with unit_of_work():
        audit("core.user.link_made", "core.user", user_id)
    address = f"{public_url()}{url_for('auth.one_time', code=make_code(SIGN_IN, user_id))}"
    return _user_page(user_id, NextStep("Send them this address; it works once, within an hour.", address, icon="link"))


@blueprint.post("/users/<uuid:user_id>/second-factors/remove")
@requires("core.second_factor.remove")
def remove_factors(user_id: UUID) -> Response:
    """Takes the second factors from somebody who lost them."""
    factors.remove_factors_of(user_id)
    say("Their second factors are removed, and they are signed out. Make sure that it was really them who asked.", "warn")
    return redirect(url_for("bezant_people.user", user_id=user_id), 303)


@blueprint.route("/users/<uuid:user_id>/edit", methods=["GET", "POST"])
@requires("core.user.edit")
def edit_user(user_id: UUID) -> Answer:
    """The form of a user."""
    found = people.get_user(user_id)
    back = url_for("bezant_people.user", user_id=user_id)

    def save(data: dict[str, Any], version: int) -> str:
        people.change_user(user_id, version=version, **data)
        return back

    values = UserSchema(only=("name", "roles", "active", "legal_entity_ids")).dump(found)
    return render_form(
        UserEdit(exclude=_left_out()),
        title=f"Edit {found.name}",
        noun="user",
        values=values,
        version=found.version,
        save=save,
        cancel=back,
        done="Saved.",
    )


@blueprint.get("/roles")
@requires("core.user.view")
def roles() -> Answer:
    """Roles of the deployment's own."""
    new = Step("New role", lambda: url_for("bezant_people.new_role"), "plus", "core.role.edit")
    return render_list(replace(ROLES, record=lambda row: url_for("bezant_people.role", name=row["name"]), actions=(new,)))


@blueprint.get("/roles/<name>")
@requires("core.user.view")
def role(name: str) -> str:
    """What a role allows."""
    every = all_permissions()
    if name not in dict(role_choices()):
        abort(404)
    allowed = built_in_role(name) if name in ROLE_TITLES else people.permissions_of([name])
    facts = [Fact(p, every[p].title) for p in sorted(allowed)]
    edit = Action("Edit", url_for("bezant_people.edit_role", name=name), "pencil", permission="core.role.edit", primary=True)
    return render_record(
        title=ROLE_TITLES.get(name, name),
        subtitle=name,
        actions=[] if name in ROLE_TITLES else [edit],
        panels=[facts_panel("Allows", facts, place="main")],
    )


@blueprint.route("/roles/new", methods=["GET", "POST"])
@requires("core.role.edit")
def new_role() -> Answer:
    """The form of a new role."""

    def save(data: dict[str, Any]) -> str:
        return url_for("bezant_people.role", name=people.save_role(**data).name)

    return render_form(
        RoleBody(), title="New role", noun="role", save=save, cancel=url_for("bezant_people.roles"), done="The role is saved."
    )


@blueprint.route("/roles/<name>/edit", methods=["GET", "POST"])
@requires("core.role.edit")
def edit_role(name: str) -> Answer:
    """The form of a role of the deployment's own."""
    found = session.scalar(select(Role).where(Role.name == name)) or abort(404)
    back = url_for("bezant_people.role", name=name)

    def save(data: dict[str, Any]) -> str:
        people.save_role(**{**data, "name": name})
        return back

    values = RoleSchema().dump(found)
    return render_form(
        RoleBody(exclude=("name",)), title=f"Edit {found.title}", noun="role", values=values, save=save, cancel=back, done="Saved."
    )


@blueprint.get("/api-keys")
@requires("core.api_key.view")
def api_keys() -> Answer:
    """Credentials of programs."""
    new = Step("New API key", lambda: url_for("bezant_people.new_key"), "plus", "core.api_key.edit")
    return render_list(replace(API_KEYS, record=lambda row: url_for("bezant_people.api_key", key_id=row["id"]), actions=(new,)))


@blueprint.route("/api-keys/new", methods=["GET", "POST"])
@requires("core.api_key.edit")
def new_key() -> Answer:
    """The form of a new key; the key itself is the answer, shown once."""

    def save(data: dict[str, Any]) -> Response:
        return _shown_once(keys.create_api_key(data["name"], data["permissions"], legal_entity_ids=data.get("legal_entity_ids")))

    return render_form(
        NewKeyBody(exclude=_left_out()), title="New API key", noun="API key", save=save, cancel=url_for("bezant_people.api_keys")
    )


@blueprint.get("/api-keys/<uuid:key_id>")
@requires("core.api_key.view")
def api_key(key_id: UUID) -> str:
    """One key."""
    row = keys.get_api_key(key_id)
    every = all_permissions()
    revoke = Action(
        "Revoke",
        url_for("bezant_people.revoke_key", key_id=row.id),
        "ban",
        "post",
        "core.api_key.edit",
        confirm="Stop this key from working?",
    )
    rotate = Action(
        "Rotate",
        url_for("bezant_people.rotate_key", key_id=row.id),
        "refresh",
        "post",
        "core.api_key.edit",
        confirm="Make a successor? This key works on for a day.",
    )
    return render_record(
        title=row.name,
        subtitle=f"{row.prefix}…",
        status=Status("revoked" if row.revoked_at else "active"),
        facts=[
            Fact("Sees", reach_names(row.legal_entity_ids)),
            Fact("Created", row.created_at),
            Fact("Expires", row.expires_at),
            Fact("Last used", row.last_used_at),
        ],
        actions=[] if row.revoked_at else [rotate, revoke],
        panels=[facts_panel("May", [Fact(p, every[p].title if p in every else "") for p in row.permissions], place="main")],
    )


@blueprint.post("/api-keys/<uuid:key_id>/revoke")
@requires("core.api_key.edit")
def revoke_key(key_id: UUID) -> Response:
    """Stops a key from working."""
    keys.revoke_api_key(key_id)
    say("The key no longer works.")
    return redirect(url_for("bezant_people.api_key", key_id=key_id), 303)


def _user_page(user_id: UUID, next_step: NextStep | None = None) -> str:
    found = people.get_user(user_id)
    own = factors.factors_of(found.id)
    link = Action("One-time link", url_for("bezant_people.make_link", user_id=found.id), "link", "post", "core.user.edit")
    edit = Action("Edit", url_for("bezant_people.edit_user", user_id=found.id), "pencil", permission="core.user.edit", primary=True)
    return render_record(
        title=found.name,
        subtitle=found.email,
        status=Status("active" if found.active else "inactive"),
        facts=[
            Fact("Roles", tuple(found.roles)),
            Fact("Sees", reach_names(found.legal_entity_ids)),
            Fact("Second factors", _titles(own)),
            Fact("Last signed in", found.last_login_at),
            Fact("Created", found.created_at),
        ],
        actions=[*_removal(found.id, own), link, edit],
        next_step=next_step,
        panels=[facts_panel("May", _allowed(found.roles), place="main")],
    )


def _left_out() -> tuple[str, ...]:
    """Where there are no legal entities, there is nothing to limit anybody to."""
    return () if legal_entities() else ("legal_entity_ids",)


def _titles(own: Sequence[FactorInfo]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(factor.method_title or factor.method for factor in own))


def _removal(user_id: UUID, own: Sequence[FactorInfo]) -> list[Action]:
    """Somebody else's factors are removed here; one's own under My security."""
    if not own or principal().id == user_id:
        return []
    url = url_for("bezant_people.remove_factors", user_id=user_id)
    ask = "Remove all their second factors and sign them out? Do so only if you are sure that it is them who asks."
    return [Action("Remove second factors", url, "shield", "post", "core.second_factor.remove", danger=True, confirm=ask)]


def _allowed(roles: list[str]) -> list[Fact]:
    every = all_permissions()
    return [Fact(name, every[name].title) for name in sorted(people.permissions_of(roles))]


@blueprint.post("/api-keys/<uuid:key_id>/rotate")
@requires("core.api_key.edit")
def rotate_key(key_id: UUID) -> Answer:
    """A successor with the same rights, shown once."""
    return _shown_once(keys.rotate_api_key(key_id))


def _shown_once(made: keys.NewApiKey) -> Response:
    """The answer that holds a key: it is never stored, not even in a cookie."""
    back = url_for("bezant_people.api_key", key_id=made.id)
    text = "Copy it now: it is kept as a hash and not shown again."
    return make_response(render_template("bezant/admin/once.html", title="API key", text=text, secret=made.key, back=back))
