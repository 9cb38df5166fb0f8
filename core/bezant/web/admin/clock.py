"""The page of business time, and the form by which it travels."""

from typing import Any

from flask import Blueprint, url_for

from bezant import clock, travel
from bezant.api.fields import Instant
from bezant.api.schema import Schema
from bezant.errors import BillingError
from bezant.web.answers import Answer
from bezant.web.forms import render_form
from bezant.web.parts import Action, Fact, NextStep
from bezant.web.permissions import requires
from bezant.web.record import render_record

blueprint = Blueprint("bezant_clock", __name__, url_prefix="/admin/clock")


class Destination(Schema):
    """Where to travel."""

    now = Instant(
        required=True,
        metadata={
            "label": "Travel to",
            "hint": "In your time zone. What falls due on the way is billed and collected, in order. There is no way back.",
        },
    )


@blueprint.get("")
@requires("core.clock.view")
def show() -> str:
    """What time it is, and the travel under way."""
    refusal, journey = _refusal(), travel.journey()
    facts = [Fact("Business time", clock.now()), Fact("The machine's", clock.system())]
    if journey is not None:
        facts += [Fact("Travelling to", journey.to), Fact("Days travelled", f"{journey.done} of {journey.total}")]
    return render_record(
        title="Clock",
        subtitle="Business time decides what is due; sessions, leases and signatures go by the machine's.",
        facts=facts,
        actions=_actions(journey, allowed=not refusal),
        next_step=NextStep("It stands with the machine's.", refusal, icon="info-circle") if refusal else None,
    )


@blueprint.route("/travel", methods=["GET", "POST"])
@requires("core.clock.travel")
def depart() -> Answer:
    """The form of a travel."""

    def save(data: dict[str, Any]) -> str:
        travel.start_travel(data["now"])
        return url_for("bezant_clock.show")

    return render_form(
        Destination(),
        title="Travel",
        noun="travel",
        submit="Travel",
        save=save,
        values={"now": clock.now().isoformat()},
        cancel=url_for("bezant_clock.show"),
        done="Business time is on its way.",
    )


def _refusal() -> str:
    """Why business time stays where it is; empty where it may travel."""
    try:
        travel.check_allowed()
    except BillingError as error:
        return error.message
    return ""


def _actions(journey: travel.Journey | None, *, allowed: bool) -> list[Action]:
    if journey is not None:
        return [Action("Follow the travel", url_for("bezant_admin.job", job_id=journey.job_id), "eye", permission="core.job.view")]
    go = Action("Travel", url_for("bezant_clock.depart"), "player-skip-forward", permission="core.clock.travel", primary=True)
    return [go] if allowed else []
