"""The unit of work: all or nothing, and nothing outside it."""

import threading

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from bezant.auth.people import NewUser, change_user, create_user
from bezant.auth.tables import User
from bezant.db.model import db, session
from bezant.db.triggers import install_triggers, missing_triggers
from bezant.db.unit_of_work import after_commit, before_commit, savepoint, unit_of_work
from bezant.errors import Stale
from bezant.ids import new_id
from bezant.stored import StoredValue

pytestmark = [pytest.mark.plugins(), pytest.mark.usefixtures("as_system")]


def keys() -> list[str]:
    return list(session.scalars(select(StoredValue.key).order_by(StoredValue.key)))


def put(key: str) -> None:
    session.add(StoredValue(key=key, value=1))
    session.flush()


def test_the_outermost_commits() -> None:
    with unit_of_work():
        with unit_of_work():
            put("a")
        put("b")

    session.expire_all()
    assert keys() == ["a", "b"]


def test_an_exception_undoes_everything() -> None:
    with pytest.raises(ZeroDivisionError), unit_of_work():
        put("a")
        with unit_of_work():
            put("b")
        raise ZeroDivisionError

    assert keys() == []


def test_swallowing_the_failure_of_a_nested_one_does_not_save_the_rest() -> None:
    with pytest.raises(RuntimeError, match="swallowed"), unit_of_work():
        put("a")
        try:
            with unit_of_work():
                put("b")
                raise ZeroDivisionError
        except ZeroDivisionError:
            pass

    assert keys() == []


def test_a_savepoint_may_fail_alone() -> None:
    told: list[str] = []
    with unit_of_work():
        put("a")
        with pytest.raises(ZeroDivisionError), savepoint():
            put("b")
            after_commit("b", lambda: told.append("b"))
            raise ZeroDivisionError

    assert keys() == ["a"] and told == []


def test_callbacks_run_once_in_their_place() -> None:
    told: list[str] = []
    with unit_of_work():
        for _ in range(2):
            before_commit("before", lambda: told.append("before"))
            after_commit("after", lambda: told.append("after"))
        told.append("inside")

    assert told == ["inside", "before", "after"]


def test_the_database_refuses_writes_outside() -> None:
    with pytest.raises(DBAPIError):
        session.execute(text("DELETE FROM core_values"))
    session.rollback()


def test_somebody_elses_change_is_noticed() -> None:
    user_id = create_user(NewUser("ada@example.com", "Ada", ("administrator",))).id
    with pytest.raises(Stale):
        change_user(user_id, version=7, name="Ada Byron")

    with pytest.raises(Stale), unit_of_work():
        user = session.get_one(User, user_id)
        session.execute(text("UPDATE core_users SET version = version + 1"))
        user.name = "Countess"
    assert session.scalars(select(User.name)).one() == "Ada"


def test_writers_wait_for_each_other(app: Flask) -> None:
    def write(key: str) -> None:
        with app.app_context(), unit_of_work():
            put(key)

    threads = [threading.Thread(target=write, args=(f"k{i}",)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(keys()) == 8


def test_a_trigger_that_was_lost_is_noticed_and_restored(app: Flask) -> None:
    from bezant.db.engine import writing

    table = db.metadata.tables["core_events"]
    with writing(), db.engine.begin() as connection:
        name = connection.execute(text(_ONE_TRIGGER[connection.dialect.name])).scalar_one()
        on = " ON core_events" if connection.dialect.name == "postgresql" else ""
        connection.execute(text(f"DROP TRIGGER {name}{on}"))
    with db.engine.connect() as connection:
        assert missing_triggers(connection, [table]) == [name]
    with writing(), db.engine.begin() as connection:
        install_triggers(connection, [table])
        assert missing_triggers(connection, [table]) == []


_ONE_TRIGGER = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'core_events' LIMIT 1",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE tgrelid = 'core_events'::regclass AND NOT tgisinternal LIMIT 1",
}


def test_ids_grow_and_never_repeat() -> None:
    made = [new_id() for _ in range(10_000)]

    assert made == sorted(made) and len(set(made)) == len(made)
    assert {i.version for i in made} == {7}
