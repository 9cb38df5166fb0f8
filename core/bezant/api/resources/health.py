"""Health: one word for probes, the parts for whoever may see them."""

from collections.abc import Sequence

from marshmallow import fields
from sqlalchemy import text

from bezant.api.access import public, requires
from bezant.api.blueprint import ApiBlueprint
from bezant.api.schema import Schema
from bezant.contributions import HealthCheck
from bezant.db.model import session
from bezant.db.scope import Shared
from bezant.hooks import each
from bezant.hookspecs import bezant_check_health
from bezant.platform import platform
from bezant.plugins.order import State

blueprint = ApiBlueprint(
    "health",
    __name__,
    scope=Shared("how parts of the deployment are, no records"),
    url_prefix="/health",
    description="Whether the deployment works.",
)

_RANK = {"ok": 0, "warn": 1, "bad": 2}


class HealthSchema(Schema):
    """The worst state of all parts: ok, warn or bad."""

    state = fields.String()


class CheckSchema(Schema):
    """One part."""

    name = fields.String()
    state = fields.String()
    message = fields.String()


class ChecksSchema(HealthSchema):
    """All parts."""

    checks = fields.List(fields.Nested(CheckSchema))


@blueprint.route("")
@public("probes of load balancers carry no key; the answer is one word")
@blueprint.response(200, HealthSchema)
def get_health() -> tuple[dict[str, str], int]:
    """One word; 503 when something is bad."""
    state = worst(all_checks())
    return {"state": state}, 503 if state == "bad" else 200


@blueprint.route("/checks")
@requires("core.health.view")
@blueprint.response(200, ChecksSchema)
def get_checks() -> dict[str, object]:
    """Every part with its state, the reason and the remedy."""
    checks = all_checks()
    return {"state": worst(checks), "checks": checks}


def all_checks() -> list[HealthCheck]:
    """The platform's own parts and those of the plugins."""
    return [_database(), _plugins(), *(check for answer in each(bezant_check_health) for check in answer.value)]


def worst(checks: Sequence[HealthCheck]) -> str:
    """The worst state among them."""
    return max((check.state for check in checks), key=lambda state: _RANK.get(state, 2), default="ok")


def _database() -> HealthCheck:
    try:
        session.execute(text("SELECT 1"))
    except Exception:  # whatever the driver raises: it does not answer
        session.rollback()
        return HealthCheck("database", "bad", "The database does not answer; see the log.")
    return HealthCheck("database", "ok")


def _plugins() -> HealthCheck:
    wrong = [p for p in platform().plugins.infos() if p.state not in (State.ACTIVE, State.DISABLED)]
    if not wrong:
        return HealthCheck("plugins", "ok")
    return HealthCheck("plugins", "warn", "; ".join(f"{p.name} is {p.state}: {p.reason}" for p in wrong))
