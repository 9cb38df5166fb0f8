"""Making a file in the background: the page that was asked for is opened once more, by whom it was asked for, and its list kept.

The address holds the whole state of a list, and the view says what it is narrowed to; so neither has to be written down anew.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from typing import IO
from uuid import UUID

from flask import Flask, current_app, request

from bezant.auth.context import acting_as
from bezant.auth.people import get_user, principal_of
from bezant.errors import Conflict, Denied, NotFound
from bezant.exports.store import find_export, forget_old, keep
from bezant.jobs.model import Schedule, job
from bezant.jobs.queue import progress
from bezant.lists import ListQuery, ListSpec, count, export
from bezant.serving import public_url

_carry: ContextVar[Callable[[ListSpec, ListQuery, str], None] | None] = ContextVar("bezant_export", default=None)


@job("core.export_list", title="Export a list")
def make_file(export_id: str) -> dict[str, int]:
    """Makes and keeps a file; repeated after a crash, it begins anew. Who may no longer see the list gets none."""
    asked = find_export(UUID(export_id))
    if asked is None:
        raise NotFound("The file is no longer wanted.")
    user = get_user(asked.user_id)
    if not user.active:
        raise Denied(f"{user.name} is switched off.")
    result: dict[str, int] = {}

    def carry(spec: ListSpec, query: ListQuery, form: str) -> None:
        with _file(spec, query, form) as content, _apart():
            result["bytes"] = keep(asked.id, content)

    token = _carry.set(carry)
    try:
        with _apart(), acting_as(principal_of(user)):
            _open(asked.path)
    finally:
        _carry.reset(token)
    if not result:
        raise Conflict(f"The page {asked.path} holds no list.")
    return result


def is_background() -> bool:
    """Whether a page is opened to keep its list."""
    return _carry.get() is not None


def carry_out(spec: ListSpec, query: ListQuery, form: str) -> None:
    """Keeps the list of a page that is opened for it."""
    carry = _carry.get()
    assert carry is not None
    carry(spec, query, form)


@job("core.forget_exports", title="Forget files whose time is over")
def forget_exports() -> dict[str, int]:
    """Deletes files older than a day; how many."""
    return {"forgotten": forget_old()}


@contextmanager
def _file(spec: ListSpec, query: ListQuery, form: str) -> Iterator[IO[bytes]]:
    total = count(spec, query, at_most=1_000_000_000).number

    def tell(rows: int) -> None:
        with _apart():
            progress(rows, total, "rows written")

    with export(spec, query, form, tell) as content:
        yield content


@contextmanager
def _apart() -> Iterator[None]:
    """A session of its own: writing here does not end what is being read there."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    with app.app_context():
        yield


def _open(path: str) -> None:
    """Calls the view of an address as a request would, for whoever acts here."""
    with current_app.test_request_context(path, base_url=public_url()):
        if request.endpoint is None:
            raise NotFound(f"There is no page {request.path}.")
        current_app.view_functions[request.endpoint](**(request.view_args or {}))


EXPORT_JOBS = (make_file, forget_exports)
EXPORT_SCHEDULES = (Schedule("core.forget_exports", forget_exports, every=timedelta(hours=1)),)
