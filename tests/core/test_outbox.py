"""Domain events: delivered after the commit, at least once, and a failure blocks only its own aggregate."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import select, update

from bezant import clock, outbox
from bezant.db.model import session
from bezant.db.unit_of_work import unit_of_work
from bezant.events import DomainEvent, EventHandler
from bezant.ids import new_id
from bezant.outbox.delivery import TRIES, redrive
from bezant.outbox.tables import DEAD, EventRow, FailureRow
from bezant.platform import platform

pytestmark = [pytest.mark.plugins(), pytest.mark.usefixtures("as_system")]


@dataclass(frozen=True, slots=True)
class Happened(DomainEvent):
    type: ClassVar[str] = "test.thing.happened"
    number: int = 0


class Listener:
    """Remembers what it was told; refuses the numbers in ``bad``."""

    def __init__(self) -> None:
        self.heard: list[int] = []
        self.bad: set[int] = set()

    def __call__(self, events: Sequence[DomainEvent]) -> None:
        numbers = [e.number for e in events if isinstance(e, Happened)]
        if self.bad & set(numbers):
            raise RuntimeError("not today")
        self.heard += numbers


@pytest.fixture
def listener() -> Listener:
    made = Listener()
    platform().add_handlers([EventHandler("test.listener", (Happened,), made)])
    outbox.sync_cursors()
    return made


def post(*numbers: int, aggregate: UUID | None = None) -> None:
    with unit_of_work():
        outbox.post_events([Happened(aggregate or new_id(), n) for n in numbers])


def retry_now() -> None:
    with unit_of_work():
        session.execute(update(FailureRow).values(next_attempt_at=clock.system()))
    outbox.deliver_all()


def test_events_arrive_in_order_and_once(listener: Listener) -> None:
    post(*range(1200))

    assert outbox.deliver_all() == 1200
    assert outbox.deliver_all() == 0
    assert listener.heard == list(range(1200))


def test_an_event_of_a_transaction_that_fails_is_never_told(listener: Listener) -> None:
    with pytest.raises(ZeroDivisionError), unit_of_work():
        outbox.post_events([Happened(new_id(), 1)])
        raise ZeroDivisionError
    outbox.deliver_all()

    assert listener.heard == []


def test_a_handler_that_is_new_starts_today() -> None:
    post(1)
    late = Listener()
    platform().add_handlers([EventHandler("test.late", (Happened,), late)])
    outbox.sync_cursors()
    post(2)
    outbox.deliver_all()

    assert late.heard == [2]


def test_a_failure_blocks_its_own_aggregate_and_nobody_else(listener: Listener) -> None:
    sick, well = new_id(), new_id()
    listener.bad = {1}
    post(1, aggregate=sick)
    post(2, aggregate=well)
    post(3, aggregate=sick)
    outbox.deliver_all()
    assert listener.heard == [2]

    listener.bad = set()
    retry_now()
    retry_now()

    assert listener.heard == [2, 1, 3]


def test_what_fails_for_good_becomes_a_dead_letter_that_can_be_redriven(listener: Listener) -> None:
    listener.bad = {1}
    post(1)
    outbox.deliver_all()
    for _ in range(TRIES):
        retry_now()
    letter = session.scalars(select(FailureRow)).one()
    assert letter.state == DEAD and "not today" in letter.error

    listener.bad = set()
    redrive(letter.id)
    outbox.deliver_all()

    assert listener.heard == [1]
    assert session.scalars(select(FailureRow)).all() == []


def test_a_handlers_writes_and_its_progress_are_one_transaction(listener: Listener) -> None:
    def write_and_fail(events: Sequence[DomainEvent]) -> None:
        outbox.post_events([Happened(new_id(), 99)])
        raise RuntimeError

    platform().add_handlers([EventHandler("test.writer", (Happened,), write_and_fail)])
    outbox.sync_cursors()
    post(1)
    outbox.deliver_all()

    assert [row.payload["number"] for row in session.scalars(select(EventRow))] == [1]


@pytest.mark.only_on("postgresql")
def test_an_event_that_commits_late_is_not_passed_over(app: Flask, listener: Listener) -> None:
    posted, may_commit = threading.Event(), threading.Event()

    def slow() -> None:
        with app.app_context(), unit_of_work():
            outbox.post_events([Happened(new_id(), 1)])
            posted.set()
            may_commit.wait(30)

    writer = threading.Thread(target=slow)
    writer.start()
    posted.wait(30)
    post(2)
    outbox.deliver_all()
    assert listener.heard == []

    may_commit.set()
    writer.join()
    outbox.deliver_all()
    assert listener.heard == [1, 2]


@pytest.mark.parametrize("statement", ["UPDATE core_events SET type = 'x'", "DELETE FROM core_events"])
def test_events_cannot_be_edited(statement: str) -> None:
    from sqlalchemy import text
    from sqlalchemy.exc import IntegrityError

    post(1)
    with pytest.raises(IntegrityError, match="append-only"), unit_of_work():
        session.execute(text(statement))


def test_delivering_costs_the_same_however_many_events(listener: Listener, count_queries: Callable[..., object]) -> None:
    def cost(events: int) -> int:
        post(*range(events))
        with count_queries() as statements:  # type: ignore[attr-defined]
            outbox.deliver_all()
        return len(statements)

    cost(1)
    assert cost(3) == cost(300)
