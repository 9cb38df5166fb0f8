"""Business time: what it is, and moving it forward in a rehearsal."""

from datetime import datetime
from typing import Any

from marshmallow import fields

from bezant import clock
from bezant.api.access import requires
from bezant.api.blueprint import ApiBlueprint
from bezant.api.fields import Instant
from bezant.api.schema import Schema
from bezant.platform import setting
from bezant.stored import travel_to

blueprint = ApiBlueprint("clock", __name__, url_prefix="/clock", description="Business time.")


class ClockSchema(Schema):
    """Business time, the machine's, and whether the first may be moved here."""

    now = Instant()
    system = Instant()
    travel = fields.Boolean()


class TravelSchema(Schema):
    """Where to move business time."""

    now = Instant(required=True)


@blueprint.route("")
@requires("core.clock.view")
@blueprint.response(200, ClockSchema)
def get_clock() -> dict[str, Any]:
    """What time it is."""
    return _reading()


@blueprint.route("", methods=["POST"])
@requires("core.clock.travel")
@blueprint.arguments(TravelSchema)
@blueprint.response(200, ClockSchema)
def move_clock(body: dict[str, datetime]) -> dict[str, Any]:
    """Moves business time forward. Refused unless `clock.travel` is set."""
    travel_to(body["now"])
    return _reading()


def _reading() -> dict[str, Any]:
    return {"now": clock.now(), "system": clock.system(), "travel": setting("clock.travel")}
