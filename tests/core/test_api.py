"""The REST foundation: who may call, errors as problems, repeats without a second effect, preconditions, limits, description."""

import threading
from datetime import timedelta
from typing import Any
from uuid import UUID

import marshmallow as ma
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from bezant import clock as clocks
from bezant.api.access import access_of
from bezant.api.idempotency import forget_expired
from bezant.api.models import IdempotencyKey
from bezant.api.setup import EXTENSION
from bezant.audit import AuditEntry, audit
from bezant.auth.permissions import all_permissions
from bezant.db.model import session
from bezant.db.scope import Shared
from bezant.db.unit_of_work import unit_of_work
from bezant.errors import BillingError, ConfigurationError, Conflict, Stale
from bezant.sdk.api import ApiBlueprint, Schema, Text, idempotent, if_match, public, requires
from bezant.sdk.values import new_id

pytestmark = [pytest.mark.plugins(), pytest.mark.settings({"server.public_url": "http://api.test"}), pytest.mark.usefixtures("endpoints")]
"""Settings of its own give this module applications of its own, to which it can add endpoints."""

MAY = "core.job.view"


class ThingSchema(Schema):
    name = Text(required=True, blank=False)


class KeptThingSchema(ThingSchema):
    id = ma.fields.String()
    version = ma.fields.Integer()


def keep(name: str) -> dict[str, Any]:
    """One effect, seen in the audit log."""
    with unit_of_work():
        thing = {"id": str(new_id()), "name": name, "version": 1}
        audit("test.thing.kept", "test.thing", thing["id"])
        if name == "refused":
            raise Conflict("Not that one.")
        return thing


def effects() -> int:
    return session.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.action == "test.thing.kept")) or 0


class Gateway:
    """What a staged operation talks to between its two commits; ``answers`` says how it behaves each time."""

    def __init__(self) -> None:
        self.answers: list[str] = []
        self.gate = threading.Event()
        self.reached = threading.Event()

    def call(self) -> None:
        answer = self.answers.pop(0) if self.answers else "ok"
        if answer == "wait":
            self.reached.set()
            assert self.gate.wait(10)
        if answer == "lost":
            raise BillingError("No answer came.")
        if answer == "declined":
            raise Conflict("Declined.")


GATEWAY = Gateway()


@pytest.fixture
def gateway() -> Gateway:
    """The gateway, behaving well unless told otherwise."""
    GATEWAY.answers.clear()
    GATEWAY.gate.clear()
    GATEWAY.reached.clear()
    return GATEWAY


@pytest.fixture
def endpoints(app: Flask) -> None:
    """A few endpoints of our own, added to each application before its first request."""
    if "things_api" not in app.blueprints:
        app.extensions[EXTENSION].add(things_blueprint())


@pytest.fixture
def things(app: Flask, api: FlaskClient, gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> FlaskClient:
    """A client of them; exceptions are answered, not raised."""
    monkeypatch.setattr(app, "testing", False)
    return api


def things_blueprint() -> ApiBlueprint:
    """Create, pay, edit, and one that is broken."""
    blueprint = ApiBlueprint("things", __name__, scope=Shared("nobody is limited here"), url_prefix="/things")

    @blueprint.route("", methods=["POST"])
    @requires(MAY)
    @blueprint.arguments(ThingSchema)
    @blueprint.response(201, KeptThingSchema)
    def create(body: dict[str, str]) -> dict[str, Any]:
        return keep(body["name"])

    @blueprint.route("/paid", methods=["POST"])
    @requires(MAY)
    @idempotent(required=True, staged=True)
    @blueprint.arguments(ThingSchema)
    @blueprint.response(201, KeptThingSchema)
    def pay(body: dict[str, str]) -> dict[str, Any]:
        attempt = keep(body["name"])
        GATEWAY.call()
        return attempt

    @blueprint.route("/<uuid:thing_id>", methods=["PATCH"])
    @requires(MAY)
    @blueprint.arguments(ThingSchema)
    @blueprint.response(200, KeptThingSchema)
    def edit(body: dict[str, str], thing_id: UUID) -> dict[str, Any]:
        if if_match() != 1:
            raise Stale("Read it again.")
        return {"id": str(thing_id), "name": body["name"], "version": 2}

    @blueprint.route("/broken")
    @public("for the test")
    def broken() -> None:
        raise ZeroDivisionError("secret")

    @blueprint.route("/twice/<kind>")
    @public("for the test")
    def refused(kind: str) -> None:
        raised = {"reference": "FOREIGN KEY constraint failed", "name": "UNIQUE constraint failed: t.a"}[kind]
        raise IntegrityError("INSERT", {}, Exception(raised))

    return blueprint


def post(client: FlaskClient, key: str | None, name: str = "a", path: str = "") -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(f"/api/v1/things{path}", json={"name": name}, headers=headers)


# --- who may call ---------------------------------------------------------------------------------------------------------


@pytest.mark.plugins("bundled")
def test_every_endpoint_declares_who_may_call_it(app: Flask) -> None:
    known = {"openapi_json", "api_docs.page"}
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/") and rule.endpoint not in known]
    terms = {rule.rule: access_of(app.view_functions[rule.endpoint]) for rule in rules}
    assert [path for path, access in terms.items() if not access.declared] == []
    assert {access.permission for access in terms.values() if access.permission} <= all_permissions().keys()


def test_an_endpoint_without_a_permission_cannot_be_registered() -> None:
    blueprint = ApiBlueprint("careless", __name__, scope=Shared("nobody is limited here"))
    with pytest.raises(ConfigurationError, match="declares no permission"):
        blueprint.route("/x")(lambda: None)


def test_a_key_is_needed(app: Flask) -> None:
    answer = app.test_client().get("/api/v1/jobs")
    assert (answer.status_code, answer.json["code"]) == (401, "unauthenticated")  # type: ignore[index]
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert app.test_client().get("/api/v1/jobs", headers={"Authorization": "Bearer bz_wrong"}).status_code == 401


def test_probes_need_no_key(app: Flask) -> None:
    assert app.test_client().get("/api/v1/health").json in ({"state": "ok"}, {"state": "warn"})


@pytest.mark.settings({"api.failure_limit": "3/minute"})
def test_guessing_keys_is_slowed_down(app: Flask) -> None:
    caller = app.test_client()
    codes = [caller.get("/api/v1/jobs", headers={"Authorization": f"Bearer bz_{n}"}).status_code for n in range(5)]
    assert codes == [401, 401, 401, 429, 429]


@pytest.mark.settings({"api.rate_limit": "2/minute"})
def test_requests_are_limited_and_say_what_is_left(api: FlaskClient) -> None:
    answers = [api.get("/api/v1/jobs") for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 429]
    assert answers[0].headers["RateLimit"].startswith('"default";r=1')
    assert answers[0].headers["RateLimit-Policy"] == '"default";q=2;w=60'
    assert int(answers[2].headers["Retry-After"]) >= 1


# --- errors ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/nothing", 404, "not_found"),
        ("DELETE", "/api/v1/jobs", 405, "method_not_allowed"),
        ("GET", "/api/v1/jobs/0199f3a0-1c2d-7e3f-8a4b-5c6d7e8f9a0b", 404, "not_found"),
        ("GET", "/api/v1/jobs?stat=x", 422, "invalid"),
        ("GET", "/api/v1/plugins/none", 404, "not_found"),
    ],
)
def test_errors_are_problems(api: FlaskClient, method: str, path: str, status: int, code: str) -> None:
    answer = api.open(path, method=method)
    assert (answer.status_code, answer.content_type) == (status, "application/problem+json")
    assert answer.json is not None
    assert (answer.json["status"], answer.json["code"]) == (status, code)
    assert set(answer.json) == {"type", "title", "status", "detail", "code", "errors"}


def test_405_names_the_methods_that_there_are(api: FlaskClient) -> None:
    assert "GET" in api.delete("/api/v1/jobs").headers["Allow"]


def test_bodies_that_cannot_be_read(things: FlaskClient) -> None:
    malformed = things.post("/api/v1/things", data="{", content_type="application/json")
    assert (malformed.status_code, malformed.json["errors"][0]["code"]) == (400, "malformed_json")
    assert things.post("/api/v1/things", data="name=a", content_type="application/x-www-form-urlencoded").status_code == 415


def test_what_is_wrong_is_said_field_by_field(things: FlaskClient) -> None:
    answer = things.post("/api/v1/things", json={"nam": "a"})
    assert answer.status_code == 422
    assert {(e["field"], e["code"]) for e in answer.json["errors"]} == {("nam", "unknown_field"), ("name", "required")}


def test_what_only_the_database_refuses_is_no_server_error(things: FlaskClient) -> None:
    answers = [things.get(f"/api/v1/things/twice/{kind}") for kind in ("reference", "name")]
    assert [(one.status_code, one.json["code"]) for one in answers] == [(422, "unknown_reference"), (409, "taken")]


def test_an_unexpected_error_tells_nothing_of_its_cause(things: FlaskClient) -> None:
    answer = things.get("/api/v1/things/broken")
    assert (answer.status_code, answer.json["code"]) == (500, "internal")
    assert "secret" not in answer.text


# --- answers --------------------------------------------------------------------------------------------------------------


def test_what_was_created_has_a_location_and_a_version(things: FlaskClient) -> None:
    answer = post(things, None)
    assert answer.headers["Location"].endswith(f"/api/v1/things/{answer.json['id']}")
    assert answer.headers["ETag"] == '"1"'


def test_an_edit_names_the_version_it_is_based_on(things: FlaskClient) -> None:
    path = f"/api/v1/things/{new_id()}"
    assert things.patch(path, json={"name": "b"}).status_code == 428
    assert things.patch(path, json={"name": "b"}, headers={"If-Match": '"0"'}).status_code == 412
    assert things.patch(path, json={"name": "b"}, headers={"If-Match": "W/1"}).status_code == 422
    edited = things.patch(path, json={"name": "b"}, headers={"If-Match": '"1"'})
    assert (edited.status_code, edited.headers["ETag"]) == (200, '"2"')


# --- repeats --------------------------------------------------------------------------------------------------------------


def test_a_repeat_gets_the_first_answer_and_has_no_second_effect(things: FlaskClient) -> None:
    first, again = post(things, "k1"), post(things, "k1")
    assert (again.status_code, again.json, again.headers["Location"]) == (201, first.json, first.headers["Location"])
    assert (first.headers.get("Idempotency-Replayed"), again.headers["Idempotency-Replayed"]) == (None, "true")
    assert effects() == 1


def test_without_a_key_each_request_is_its_own(things: FlaskClient) -> None:
    assert post(things, None).json["id"] != post(things, None).json["id"]
    assert effects() == 2


def test_a_key_belongs_to_one_request(things: FlaskClient) -> None:
    post(things, "k1")
    other = post(things, "k1", "b")
    assert (other.status_code, other.json["code"]) == (422, "idempotency_key_reused")
    assert effects() == 1


def test_the_order_of_names_in_a_body_makes_no_other_request(things: FlaskClient) -> None:
    body = '{"name": "a"}'
    for text in (body, f" {body} "):
        answer = things.post("/api/v1/things", data=text, content_type="application/json", headers={"Idempotency-Key": "k1"})
        assert answer.status_code == 201
    assert effects() == 1


def test_a_refusal_is_replayed_too(things: FlaskClient) -> None:
    first, again = post(things, "k1", "refused"), post(things, "k1", "refused")
    assert (first.status_code, again.status_code, again.json) == (409, 409, first.json)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert effects() == 0


def test_what_moves_money_insists_on_a_key(things: FlaskClient) -> None:
    answer = post(things, None, path="/paid")
    assert (answer.status_code, answer.json["code"]) == (400, "idempotency_key_missing")
    assert post(things, "k" * 256, path="/paid").status_code == 422


def test_a_staged_operation_is_replayed_like_any_other(things: FlaskClient) -> None:
    first, again = post(things, "k1", path="/paid"), post(things, "k1", path="/paid")
    assert (first.status_code, again.json, effects()) == (201, first.json, 1)


def test_after_a_lost_answer_the_repeat_finishes_the_operation(things: FlaskClient, gateway: Gateway) -> None:
    gateway.answers = ["lost"]
    assert post(things, "k1", path="/paid").status_code == 500
    assert post(things, "k1", path="/paid").status_code == 201
    assert post(things, "k1", path="/paid").headers["Idempotency-Replayed"] == "true"


def test_the_refusal_of_a_staged_operation_is_final(things: FlaskClient, gateway: Gateway) -> None:
    gateway.answers = ["declined"]
    assert [post(things, "k1", path="/paid").status_code for _ in range(2)] == [409, 409]


def test_while_the_first_request_runs_the_repeat_is_told_so(app: Flask, things: FlaskClient, gateway: Gateway) -> None:
    gateway.answers = ["wait"]
    authorization = things.environ_base["HTTP_AUTHORIZATION"]
    answers: list[int] = []

    def first() -> None:
        caller = app.test_client()
        caller.environ_base["HTTP_AUTHORIZATION"] = authorization
        with app.app_context():
            answers.append(post(caller, "k1", path="/paid").status_code)

    thread = threading.Thread(target=first)
    thread.start()
    assert gateway.reached.wait(10)
    busy = post(things, "k1", path="/paid")
    gateway.gate.set()
    thread.join()
    assert (busy.status_code, busy.json["code"], answers) == (409, "idempotency_in_progress", [201])
    assert effects() == 1


def test_an_operation_whose_process_died_can_be_taken_over_after_its_lease(things: FlaskClient) -> None:
    post(things, "k1", path="/paid")
    with unit_of_work():
        session.execute(update(IdempotencyKey).values(state="running", leased_until=clocks.system() + timedelta(seconds=60)))
    assert post(things, "k1", path="/paid").status_code == 409
    with unit_of_work():
        session.execute(update(IdempotencyKey).values(leased_until=clocks.system() - timedelta(seconds=1)))
    assert post(things, "k1", path="/paid").status_code == 201


def test_keys_are_forgotten_when_their_time_is_over(things: FlaskClient) -> None:
    post(things, "k1")
    assert forget_expired() == 0
    with unit_of_work():
        session.execute(update(IdempotencyKey).values(expires_at=clocks.system() - timedelta(seconds=1)))
    assert forget_expired() == 1


# --- description ----------------------------------------------------------------------------------------------------------


def test_the_description_is_openapi_3_1(api: FlaskClient) -> None:
    described = api.get("/api/v1/openapi.json").json
    assert described is not None
    assert described["openapi"] == "3.1.0"
    assert described["components"]["securitySchemes"]["api_key"]["scheme"] == "bearer"
    jobs = described["paths"]["/api/v1/jobs"]["get"]
    assert {"limit", "after", "sort", "state.in"} <= {p["name"] for p in jobs["parameters"]}
    retry = described["paths"]["/api/v1/jobs/{job_id}/retry"]["post"]
    assert "Idempotency-Key" in {p["name"] for p in retry["parameters"]}


def test_the_page_of_the_api_needs_nothing_from_elsewhere(app: Flask) -> None:
    page = app.test_client().get("/api/docs")
    assert page.status_code == 200
    assert "http://" not in page.text
    assert "https://" not in page.text
    assert "'unsafe-inline'" not in page.headers["Content-Security-Policy"]


# --- the platform's own resources -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["plugins", "jobs", "domain-events", "domain-events/failures", "audit", "health/checks", "clock"])
def test_the_platforms_resources_answer(api: FlaskClient, path: str) -> None:
    assert api.get(f"/api/v1/{path}").status_code == 200
