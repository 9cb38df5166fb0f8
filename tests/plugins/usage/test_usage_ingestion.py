"""Events come in once, are never edited, and each is told what became of it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from bezant.audit import AuditEntry
from bezant.db.model import session
from bezant.db.unit_of_work import unit_of_work
from bezant.outbox.tables import EventRow
from bezant.sdk.values import Invalid
from bezant_catalog.contracts import MetricFilter, NewMetric
from bezant_catalog.services import create_metric
from bezant_usage.contracts import EventOutcome, NewEvent
from bezant_usage.services import MAX_BATCH, explain, find_event, import_file, ingest, ingest_batch

pytestmark = [pytest.mark.plugins("usage"), pytest.mark.usefixtures("account")]

AT = datetime(2024, 5, 1, 12, tzinfo=UTC)


def event(name: str = "e1", **changes: object) -> NewEvent:
    values: dict[str, object] = {"type": "call", "at": AT, "account": "acme", "properties": {"minutes": 3}, **changes}
    return NewEvent(name, **values)  # type: ignore[arg-type]


def statuses(outcomes: Sequence[EventOutcome]) -> list[str]:
    return [one.status for one in outcomes]


def test_the_same_event_again_is_a_duplicate_and_other_content_a_conflict() -> None:
    assert statuses(ingest([event()])) == ["accepted"]
    again, other = ingest([event()])[0], ingest([event(properties={"minutes": 4})])[0]
    assert (again.status, other.status) == ("duplicate", "conflict")
    assert find_event("e1").event.properties["minutes"] == "3"


def test_a_batch_may_repeat_itself() -> None:
    assert statuses(ingest([event(), event(), event(at=AT + timedelta(seconds=1))])) == ["accepted", "duplicate", "conflict"]


def test_two_sources_may_use_the_same_transaction_id() -> None:
    assert statuses(ingest([event(), event(source="gateway")])) == ["accepted", "accepted"]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"account": "nobody"}, "unknown_account"),
        ({"account": None}, "no_subject"),
        ({"account": None, "subscription": "s1"}, "unknown_subscription"),
        ({"at": AT.replace(tzinfo=None)}, "bad_time"),
        ({"type": ""}, "bad_type"),
        ({"properties": {"a b": 1}}, "bad_property_name"),
        ({"properties": {"a": {"b": 1}}}, "bad_property"),
        ({"properties": {"a": 1.5}}, "bad_property"),
        ({"properties": {"a": Decimal("NaN")}}, "bad_property"),
        ({"properties": {"a": Decimal("1e999999999")}}, "bad_property"),
        ({"properties": {"a": Decimal("1e-999999999")}}, "bad_property"),
        ({"properties": {"local_hour": "3"}}, "reserved_property"),
        ({"deleted": True}, "deletes_nothing"),
        ({"replaces": "e0"}, "unknown_target"),
    ],
)
def test_a_bad_event_refuses_only_itself_and_says_why(wrong: Mapping[str, object], code: str) -> None:
    bad, good = ingest([event("bad", **wrong), event("good")])
    assert (bad.status, bad.code, good.status) == ("rejected", code, "accepted")
    assert explain("bad").steps[0].code == code


def test_what_was_refused_can_be_sent_again_once_the_cause_is_gone() -> None:
    assert ingest([event(type="")])[0].status == "rejected"
    assert ingest([event()])[0].status == "accepted"


def test_numbers_are_kept_exactly_and_plainly() -> None:
    ingest([event(properties={"a": Decimal("0.10"), "b": "1e3", "c": " .5", "d": True, "e": None, "f": "007", "g": 12})])
    kept = find_event("e1").event.properties
    assert {name: kept.get(name) for name in "abcdefg"} == {
        "a": "0.10",
        "b": "1000",
        "c": "0.5",
        "d": "true",
        "e": None,
        "f": "007",
        "g": "12",
    }


def test_the_local_hour_and_computed_fields_are_added_on_arrival() -> None:
    create_metric(
        NewMetric(code="volume", name="Volume", event_type="call", aggregation="sum", field="volume", expression="minutes * rate")
    )
    ingest([event(properties={"minutes": "3", "rate": "1.5"}), event("e2", properties={"minutes": "3"})])
    assert find_event("e1").event.properties == {"minutes": "3", "rate": "1.5", "local_hour": "14", "volume": "4.5"}
    assert "volume" not in find_event("e2").event.properties


@pytest.mark.parametrize(
    ("properties", "why"),
    [
        ({"minutes": "3,5"}, "minutes is '3,5', not a number, and metric talk takes its sum"),
        ({"minutes": True}, "minutes is 'true', not a number"),
        ({"minutes": "n/a", "kind": "video"}, None),  # the metric leaves videos out
        ({"minutes": ""}, None),
        ({}, None),
        ({"minutes": " 7 "}, None),
        ({"seconds": "ten", "kind": "voice"}, "cannot compute length as 'seconds * 2 if kind == \"voice\" else 0': 'ten' is text"),
        ({"seconds": 10, "kind": "voice"}, None),
        ({"kind": "voice"}, None),  # what is missing is no mistake
    ],
)
def test_a_value_that_a_metric_cannot_read_is_refused_and_what_is_missing_is_not(properties: Mapping[str, object], why: str | None) -> None:
    assert statuses(ingest([event("before", properties=properties)])) == ["accepted"]
    no_video = MetricFilter("kind", "ne", ("video",))
    create_metric(NewMetric("talk", "Talk", "sum", event_type="call", field="minutes", filters=(no_video,)))
    formula = 'seconds * 2 if kind == "voice" else 0'
    create_metric(NewMetric("length", "Length", "max", event_type="call", field="length", expression=formula))
    new, again, gone = ingest(
        [event("new", properties=properties), event("before", properties=properties), event("x", replaces="before", deleted=True)]
    )
    assert (again.status, gone.status) == ("duplicate", "accepted")
    if why is None:
        assert new.status == "accepted"
    else:
        assert (new.status, new.code) == ("rejected", "not_a_number")
        assert why in new.reason
        assert explain("new").steps[0].code == "not_a_number"


def test_corrections_form_a_chain(count_queries: Callable[[], AbstractContextManager[list[str]]]) -> None:
    ingest([event()])
    fixed = event("e2", properties={"minutes": 4}, replaces="e1")
    assert statuses(ingest([fixed, event("e3", properties={"minutes": 5}, replaces="e2")])) == ["accepted", "accepted"]
    late = ingest([event("e4", replaces="e1")])[0]
    assert (late.status, late.code) == ("rejected", "already_replaced")
    assert ingest([fixed])[0].status == "duplicate"
    assert [find_event(name).event.live for name in ("e1", "e2", "e3")] == [False, False, True]


def test_an_event_and_its_correction_may_come_in_one_batch_in_any_order() -> None:
    assert statuses(ingest([event("e2", properties={}, replaces="e1"), event("e1")])) == ["accepted", "accepted"]


def test_two_corrections_of_one_event_cannot_both_be_taken() -> None:
    ingest([event()])
    assert statuses(ingest([event("e2", replaces="e1"), event("e3", replaces="e1")])) == ["accepted", "rejected"]


def test_events_that_correct_each_other_are_refused() -> None:
    assert statuses(ingest([event("e1", replaces="e2"), event("e2", replaces="e1"), event("e3", replaces="e3")])) == ["rejected"] * 3


@pytest.mark.settings({"usage.max_age_days": 30})
def test_usage_that_is_too_old_is_refused_where_the_deployment_says_so() -> None:
    assert ingest([event()])[0].code == "too_old"


def test_a_batch_is_bounded() -> None:
    with pytest.raises(Invalid):
        ingest([event()] * (MAX_BATCH + 1))


def test_a_batch_costs_the_same_statements_whatever_its_size(count_queries: Callable[[], AbstractContextManager[list[str]]]) -> None:
    ingest_batch([event("settings are read once")])
    with count_queries() as few:
        ingest_batch([event("one")])
    with count_queries() as many:
        ingest_batch([event(f"n{n}", account=("acme", "other")[n % 2]) for n in range(500)])
    assert len(many) == len(few)


def test_events_cannot_be_edited_or_removed(app: Flask) -> None:
    ingest([event()])
    for statement in ("UPDATE usage_events SET type = 'x'", "DELETE FROM usage_events"):
        with pytest.raises(DBAPIError), unit_of_work():
            session.execute(text(statement))


def test_a_batch_is_audited_and_tells_which_accounts_and_times_it_touched(account: UUID) -> None:
    ingest([event(), event("e2", at=AT - timedelta(days=1)), event("e3", account="other"), event("bad", type="")])
    told = session.scalars(select(EventRow).where(EventRow.type == "usage.events.received", EventRow.aggregate_id == account)).one()
    assert (told.payload["count"], told.payload["earliest"]) == (2, "2024-04-30T12:00:00+00:00")
    entry = session.scalars(select(AuditEntry).where(AuditEntry.action == "usage.batch.ingested")).one()
    assert (entry.changes["accepted"], entry.changes["rejected"]) == (3, 1)


def test_a_correction_also_touches_the_time_of_what_it_corrects(account: UUID) -> None:
    ingest([event()])
    ingest([event("e2", at=AT + timedelta(days=3), replaces="e1")])
    told = session.scalars(select(EventRow).where(EventRow.type == "usage.events.received").order_by(EventRow.position.desc())).first()
    assert told is not None
    assert (told.payload["earliest"], told.payload["latest"]) == ("2024-05-01T12:00:00+00:00", "2024-05-04T12:00:00+00:00")


CSV = """transaction_id,type,at,account,minutes,note
a,call,2024-05-01T12:00:00Z,acme,3,
b,call,tomorrow,acme,3,
c,call,2024-05-01T12:00:00Z,nobody,3,x
"""
NDJSON = '{"transaction_id":"a","type":"call","at":"2024-05-01T12:00:00Z","account":"acme","properties":{"minutes":0.1}}\n\nnot json\n'
CLOUD = (
    '[{"specversion":"1.0","id":"a","source":"/meter","type":"call","time":"2024-05-01T12:00:00Z","subject":"acme","data":{"minutes":3}}]'
)


@pytest.mark.parametrize(("name", "content", "refused"), [("x.csv", CSV, [3, 4]), ("x.ndjson", NDJSON, [3]), ("x.json", CLOUD, [])])
def test_a_file_is_imported_and_what_is_refused_is_named_by_its_line(name: str, content: str, refused: list[int], tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_text(content)
    with (tmp_path / "errors").open("w+") as errors:
        imported = import_file(path, errors=errors)
        errors.seek(0)
        lines = list(_lines(errors))
    assert (imported.accepted, lines) == (1, refused)
    assert import_file(path).duplicate == 1


def _lines(errors: object) -> Iterator[int]:
    import json

    for line in errors:  # type: ignore[attr-defined]
        yield json.loads(line)["line"]


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    for name, content in (("x.json", b"{"), ("x.csv", b"a,b\n1,2\n"), ("x.ndjson", b"\xff\xfe"), ("x.csv.gz", b"no gzip"), ("x.txt", b"")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(Invalid):
            import_file(tmp_path / name)


def test_why_an_event_was_not_billed_is_answered_from_arrival_to_invoice() -> None:
    ingest([event("odd", properties={"minutes": "many"})])
    create_metric(NewMetric(code="minutes", name="Minutes", event_type="call", aggregation="sum", field="minutes"))
    ingest([event(), event("lost", type="fax"), event("e2", replaces="e1")])
    assert [step.code for step in explain("e2").steps] == ["received", "measured", "not_billed"]
    assert [step.code for step in explain("odd").steps] == ["received", "no_value", "not_billed"]
    assert [step.code for step in explain("lost").steps] == ["received", "no_metric", "not_billed"]
    assert [step.code for step in explain("e1").steps] == ["received", "replaced"]
    assert [step.code for step in explain("never").steps] == ["unknown"]
