"""Business time: what it is, and travelling forward in a rehearsal."""

from typing import Any

from flask import url_for
from marshmallow import fields

from bezant import clock, travel
from bezant.api.access import requires
from bezant.api.blueprint import ApiBlueprint
from bezant.api.fields import Instant, Uuid
from bezant.api.schema import Schema
from bezant.db.scope import Shared
from bezant.platform import setting

blueprint = ApiBlueprint(
    "clock", __name__, scope=Shared("business time is one for all of the deployment"), url_prefix="/clock", description="Business time."
)

ALL, NONE = "all", "none"


class JourneySchema(Schema):
    """A travel under way: its job, where it leads, and how many of its days are behind it."""

    job_id = Uuid()
    to = Instant()
    done = fields.Integer()
    total = fields.Integer()


class ClockSchema(Schema):
    """Business time, the machine's, whether the first may be moved here, and the travel under way."""

    now = Instant()
    system = Instant()
    travel = fields.Boolean()
    travelling = fields.Nested(JourneySchema, allow_none=True)


class Runs(fields.Field[Any]):
    """What may run on the way: ``all``, ``none``, or a list of names of jobs."""

    default_error_messages = {"not_runs": 'Write "all", "none", or a list of names of jobs.'}

    def _deserialize(self, value: Any, attr: str | None, data: Any, **_options: Any) -> Any:
        if value in (ALL, NONE) or (isinstance(value, list) and all(isinstance(name, str) for name in value)):
            return value
        raise self.make_error("not_runs")


class TravelSchema(Schema):
    """Where to move business time, and what may run on the way."""

    now = Instant(required=True)
    run = Runs(
        load_default=ALL, metadata={"oneOf": [{"enum": [ALL, NONE], "type": "string"}, {"items": {"type": "string"}, "type": "array"}]}
    )


@blueprint.route("")
@requires("core.clock.view")
@blueprint.response(200, ClockSchema)
def get_clock() -> dict[str, Any]:
    """What time it is."""
    return _reading()


@blueprint.route("", methods=["POST"])
@requires("core.clock.travel")
@blueprint.arguments(TravelSchema)
@blueprint.response(201, ClockSchema)
def move_clock(body: dict[str, Any]) -> Any:
    """Moves business time forward and runs what falls due on the way, in order, as a job (`Location`).

    `run` limits that to some jobs; `none` moves at once and runs nothing (200). Refused unless `clock.travel` is set, and where a
    plugin objects, as while a gateway is live.
    """
    if body["run"] == NONE:
        travel.skip_to(body["now"])
        return _reading(), 200
    job_id = travel.start_travel(body["now"], None if body["run"] == ALL else body["run"])
    return _reading(), 201, {"Location": url_for("jobs_api.get_job", job_id=job_id)}


def _reading() -> dict[str, Any]:
    return {"now": clock.now(), "system": clock.system(), "travel": setting("clock.travel"), "travelling": travel.journey()}
