"""``Idempotency-Key``: the repeat of a request has no second effect and gets the first final answer.

The key is stored in the business transaction, the answer with the outcome. Where an operation is one transaction, key, effect and
answer appear together or not at all. A *staged* operation (a payment) commits an attempt before it talks to a gateway:
the key comes with that first commit, the answer later; the repeat of one that never ended runs again once the lease is over,
and the service finds its attempt by its own key.
"""

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, cast
from uuid import UUID

from flask import Response, request
from sqlalchemy import Row, Table, delete, event, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import HTTPException

from bezant import clock
from bezant.api.body import parse_json
from bezant.api.models import DONE, RUNNING, IdempotencyKey
from bezant.api.problems import problem_response
from bezant.auth.context import principal
from bezant.db.model import session
from bezant.db.unit_of_work import after_commit, is_active, unit_of_work
from bezant.errors import BillingError, Conflict, Invalid, Problem
from bezant.ids import new_id

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
LONGEST = 255
KEPT = timedelta(hours=24)
KEPT_FOR_MONEY = timedelta(days=30)
LEASE = timedelta(seconds=90)
_KEPT_HEADERS = ("Content-Type", "Location", "ETag")
_KEYS = cast(Table, IdempotencyKey.__table__)
_NOT_FINAL = frozenset({401, 403, 412, 428, 429})
"""Refusals that say nothing about the operation: the repeat is judged anew."""

View = Callable[[], Response]


class KeyMissingError(BillingError):
    """A request that moves money came without a key."""

    code = "idempotency_key_missing"
    status = 400
    title = "Idempotency-Key is missing"


@dataclass(slots=True)
class Claim:
    """A key in use by the current request. ``stored`` once its row is committed."""

    credential: str
    route: str
    key: str
    request_hash: bytes
    kept: timedelta
    id: UUID = field(default_factory=new_id)
    stored: bool = False

    @property
    def identity(self) -> tuple[str, str, str]:
        """What makes a key unique."""
        return self.credential, self.route, self.key

    def row(self, state: str) -> dict[str, Any]:
        """The row to insert."""
        now = clock.system()
        fields = ("id", "credential", "route", "key", "request_hash")
        times = {"created_at": now, "leased_until": now + LEASE, "expires_at": now + self.kept}
        return {name: getattr(self, name) for name in fields} | times | {"state": state}


_running: set[tuple[str, str, str]] = set()
_running_lock = threading.Lock()
_pending: ContextVar[Claim | None] = ContextVar("bezant_idempotency_claim", default=None)


def run_once(view: View, *, required: bool, staged: bool) -> Response:
    """Runs a view, or replays its answer where the key was used before."""
    claim = _claim(required)
    if claim is None:
        return view()
    with _alone_in_process(claim):
        return _replay(claim) or (_run_staged if staged else _run_whole)(claim, view)


def forget_expired() -> int:
    """Deletes keys whose time is over; how many."""
    with unit_of_work():
        gone = session.execute(delete(IdempotencyKey).where(IdempotencyKey.expires_at < clock.system()))
    return int(gone.rowcount)  # type: ignore[attr-defined]


def _claim(required: bool) -> Claim | None:
    key = request.headers.get(HEADER, "").strip()
    if not key and required:
        message = f"This moves money: send an {HEADER} header with a text of your own, new for each operation, the same for its repeats."
        raise KeyMissingError(message)
    if not key:
        return None
    if len(key) > LONGEST or not key.isascii() or not key.isprintable():
        raise Invalid.field(HEADER, "bad_key", f"An {HEADER} has at most {LONGEST} printable ASCII characters.")
    who = principal()
    credential = f"{who.kind.value}:{who.id or who.name}"
    kept = KEPT_FOR_MONEY if required else KEPT
    return Claim(credential, f"{request.method} {request.path}"[:300], key, _hash_request(), kept)


def _hash_request() -> bytes:
    raw = request.get_data(cache=True)
    try:
        body = json.dumps(parse_json(raw), sort_keys=True, default=str).encode()
    except (ValueError, RecursionError):
        body = raw
    return hashlib.sha256(request.query_string + b"\0" + body).digest()


@contextmanager
def _alone_in_process(claim: Claim) -> Iterator[None]:
    with _running_lock:
        if claim.identity in _running:
            raise _still_running()
        _running.add(claim.identity)
    try:
        yield
    finally:
        with _running_lock:
            _running.discard(claim.identity)


def _replay(claim: Claim) -> Response | None:
    """The stored answer; None where there is no row, or where the operation may be resumed (the claim is then ``stored``)."""
    row = session.execute(select(_KEYS).where(_same(claim))).one_or_none()
    if row is None:
        return None
    if row.state == DONE and row.expires_at < clock.system():
        _drop(row.id)
        return None
    if row.request_hash != claim.request_hash:
        raise _reused()
    if row.state == RUNNING:
        _take_over(claim, row)
        return None
    response = Response(row.body or "", status=row.status, headers=row.headers or {})
    response.headers[REPLAYED] = "true"
    return response


def _drop(row_id: UUID) -> None:
    with unit_of_work():
        session.execute(delete(IdempotencyKey).where(IdempotencyKey.id == row_id))


def _take_over(claim: Claim, row: Row[Any]) -> None:
    now = clock.system()
    if row.leased_until > now:
        raise _still_running()
    with unit_of_work():
        mine = update(IdempotencyKey).where(IdempotencyKey.id == row.id, IdempotencyKey.leased_until == row.leased_until)
        if session.execute(mine.values(leased_until=now + LEASE)).rowcount != 1:  # type: ignore[attr-defined]
            raise _still_running()
    claim.id, claim.stored = row.id, True


def _run_whole(claim: Claim, view: View) -> Response:
    try:
        with unit_of_work():
            _insert_alone(claim)
            response = view()
            _store(claim, response)
    except _AnsweredMeanwhileError:
        answer = _replay(claim)
        if answer is None:
            raise _still_running() from None
        return answer
    except (BillingError, HTTPException, IntegrityError) as error:
        return _keep_refusal(claim, error)
    return response


class _AnsweredMeanwhileError(Exception):
    """Another process finished the same request between our look and our insert."""


def _insert_alone(claim: Claim) -> None:
    if session.get_bind().dialect.name == "postgresql":
        lock = func.pg_try_advisory_xact_lock(func.hashtextextended("\n".join(claim.identity), 0))
        if not session.execute(select(lock)).scalar_one():
            raise _still_running()
        statement: Any = postgresql.insert(_KEYS).on_conflict_do_nothing()
    else:
        statement = sqlite.insert(_KEYS).on_conflict_do_nothing()
    inserted = session.execute(statement.values(**claim.row(RUNNING)).returning(_KEYS.c.id)).one_or_none()
    if inserted is None:
        raise _AnsweredMeanwhileError


def _run_staged(claim: Claim, view: View) -> Response:
    token = _pending.set(None if claim.stored else claim)
    try:
        response = view()
    except IntegrityError as error:
        if not claim.stored and "core_idempotency_keys" in str(error.orig):
            raise _still_running() from error
        raise
    except (BillingError, HTTPException) as error:
        _pending.set(None)
        return _keep_refusal(claim, error)
    except BaseException:
        _pending.set(None)
        _release(claim)
        raise
    finally:
        _pending.reset(token)
    with unit_of_work():
        _keep(claim, response)
    return response


@event.listens_for(session, "before_commit")
def _store_with_attempt(_session: object) -> None:
    """The first writing commit of a staged operation takes its key along."""
    claim = _pending.get()
    if claim is None or not is_active():
        return
    _pending.set(None)
    session.execute(insert(_KEYS).values(**claim.row(RUNNING)))
    after_commit(f"idempotency:{claim.id}", lambda: setattr(claim, "stored", True))


def _keep_refusal(claim: Claim, error: BillingError | HTTPException | IntegrityError) -> Response:
    """Stores a final refusal after what it refused was rolled back; anything else is left to be repeated."""
    response = problem_response(error)
    if isinstance(error, Conflict) and error.code == "idempotency_in_progress":
        return response
    if response.status_code >= 500 or response.status_code in _NOT_FINAL:
        _release(claim)
        return response
    with unit_of_work():
        _keep(claim, response)
    return response


def _keep(claim: Claim, response: Response) -> None:
    if not claim.stored:
        session.execute(insert(_KEYS).values(**claim.row(RUNNING)))
    _store(claim, response)


def _store(claim: Claim, response: Response) -> None:
    headers = {name: response.headers[name] for name in _KEPT_HEADERS if name in response.headers}
    answer = {"state": DONE, "status": response.status_code, "headers": headers, "body": response.get_data(as_text=True)}
    session.execute(update(IdempotencyKey).where(IdempotencyKey.id == claim.id).values(**answer))


def _release(claim: Claim) -> None:
    """Ends the lease of an operation whose outcome is open, so that the repeat may finish it at once."""
    if claim.stored:
        with unit_of_work():
            mine = update(IdempotencyKey).where(IdempotencyKey.id == claim.id, IdempotencyKey.state == RUNNING)
            session.execute(mine.values(leased_until=clock.system()))


def _same(claim: Claim) -> Any:
    return (IdempotencyKey.credential == claim.credential) & (IdempotencyKey.route == claim.route) & (IdempotencyKey.key == claim.key)


def _reused() -> Invalid:
    code, message = "idempotency_key_reused", "This key was used for another request; take a new key for a new operation."
    return Invalid(problems=[Problem(HEADER, code, message)], code=code)


def _still_running() -> Conflict:
    return Conflict("The first request with this key is still running; repeat in a moment.", code="idempotency_in_progress")
