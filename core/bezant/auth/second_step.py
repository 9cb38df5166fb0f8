"""The second step of signing in: after the password (or a one-time link) and before there is a session.

What is half done is a row on the server with a token of its own, which opens nothing but this step, for some minutes.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import timedelta
from uuid import UUID

import structlog
from sqlalchemy import delete, select

from bezant import clock
from bezant.audit import audit
from bezant.auth import throttle
from bezant.auth.context import SYSTEM, acting_as
from bezant.auth.events import RecoveryCodeUsed
from bezant.auth.factors import as_factor, confirmed, lock_user, methods, person_of
from bezant.auth.methods import RECOVERY, Answer, Prompt
from bezant.auth.recovery import codes_left, use_code
from bezant.auth.secrets import hash_token, new_token
from bezant.auth.sessions import Place, SignedIn, open_session
from bezant.auth.tables import PendingSignIn, SecondFactor, User
from bezant.db.model import session
from bezant.db.unit_of_work import unit_of_work
from bezant.errors import BillingError, Conflict, Unauthenticated
from bezant.ids import new_id
from bezant.outbox import post_events

LIFETIME = timedelta(minutes=10)
"""How long the second step may take."""

WRONG = "That is not right, or was used already. Codes of an app work once: wait for the next one."

_RECOVERY_PROMPT = Prompt(
    "Type one of the recovery codes that you kept. Each works once.", context={"label": "Recovery code", "long": True}
)
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class SecondStep:
    """A sign-in that waits for a second factor: the token by which the browser that began it goes on."""

    token: str
    user_id: UUID


@dataclass(frozen=True, slots=True)
class Asked:
    """What the page shows: the prompt of a method, and the other ways there are (name, title)."""

    method: str
    prompt: Prompt
    others: Sequence[tuple[str, str]]


def begin(user: User) -> SecondStep:
    """Asks for the factor that was used last. What took too long is forgotten meanwhile."""
    method, prompt = _ask(user, _preferred(user.id))
    token, now = new_token(), clock.system()
    with unit_of_work():
        session.execute(delete(PendingSignIn).where(PendingSignIn.expires_at <= now))
        row = PendingSignIn(id=new_id(), user_id=user.id, token_hash=hash_token(token), method=method, prompt=asdict(prompt))
        row.created_at, row.expires_at = now, now + LIFETIME
        session.add(row)
    return SecondStep(token, user.id)


def asked(token: str) -> Asked:
    """What somebody with this token is asked. Raises ``Unauthenticated`` where the time is over."""
    row = _pending(token)
    others = [(name, methods()[name].title) for name in _available(row.user_id) if name != row.method]
    if row.method != RECOVERY and codes_left(row.user_id)[0]:
        others.append((RECOVERY, "Recovery code"))
    return Asked(row.method, Prompt(**row.prompt), others)


def choose(token: str, method: str) -> None:
    """Asks for another factor instead. Raises ``Conflict`` for one that they do not have."""
    user_id = _pending(token).user_id
    if method not in (RECOVERY, *_available(user_id)):
        raise Conflict("You have not set up this factor here; choose another.", code="unknown_method")
    asked_for, prompt = _ask(session.get_one(User, user_id), method)
    with unit_of_work():
        row = _pending(token)
        row.method, row.prompt = asked_for, asdict(prompt)


def finish(token: str, answer: Answer, place: Place) -> SignedIn:
    """Opens the session, if the answer is right. Raises ``Unauthenticated`` or, after too many wrong ones, ``Throttled``.

    Everybody who proves to be the same user waits here for the one before: an answer lets in one of them.
    """
    with unit_of_work():
        user = lock_user(_pending(token).user_id)
        row, guessed = _pending(token), f"second-factor:{user.id}"
        throttle.check_throttle(guessed, place.address)
        right = user.active and _is_right(row, answer)
        if right:
            session.delete(row)
            throttle.forget(guessed)
            return open_session(user.id, place, second_factor=row.method)
        throttle.note_failure(guessed, place.address)
        with acting_as(SYSTEM):
            audit("core.user.second_factor_refused", "core.user", user.id, {"method": row.method})
    raise Unauthenticated(WRONG)


def _is_right(row: PendingSignIn, answer: Answer) -> bool:
    if row.method == RECOVERY:
        return _use_recovery_code(row.user_id, answer.get("code", ""))
    factors = {f.id: f for f in confirmed(row.user_id) if f.method == row.method}
    method = methods().get(row.method)
    if method is None or not factors:
        return False
    proven = method.verify([as_factor(f) for f in factors.values()], row.prompt["kept"], answer)
    if proven is None:
        return False
    factor = factors[proven.id]
    factor.kept, factor.last_used_at = dict(proven.kept), clock.system()
    return True


def _use_recovery_code(user_id: UUID, typed: str) -> bool:
    if not use_code(user_id, typed):
        return False
    left = codes_left(user_id)[0]
    with acting_as(SYSTEM):
        audit("core.recovery_code.used", "core.user", user_id, {"left": left})
    post_events([RecoveryCodeUsed(user_id, left)])
    return True


def _pending(token: str) -> PendingSignIn:
    wanted = select(PendingSignIn).where(PendingSignIn.token_hash == hash_token(token), PendingSignIn.expires_at > clock.system())
    row = session.scalar(wanted.execution_options(populate_existing=True))
    if row is None:
        raise Unauthenticated("Too much time has passed; sign in again.")
    return row


def _ask(user: User, method: str) -> tuple[str, Prompt]:
    """What a method asks. Where it cannot ask just now, a recovery code is asked for: nobody gets by without either."""
    if method == RECOVERY:
        return RECOVERY, _RECOVERY_PROMPT
    found = methods()[method]
    try:
        return method, found.challenge(person_of(user), [as_factor(f) for f in confirmed(user.id) if f.method == method])
    except BillingError as error:
        reason = error.message
    except Exception:
        _log.exception("second factor cannot be asked for", method=method)
        reason = f"{found.title} does not work just now."
    return RECOVERY, Prompt(f"{reason} Type a recovery code, or choose another way.", context=_RECOVERY_PROMPT.context)


def _preferred(user_id: UUID) -> str:
    return next(iter(_available(user_id)), RECOVERY)


def _available(user_id: UUID) -> list[str]:
    """The methods of which the user has a factor and that are installed, the last used first."""
    rows = sorted(confirmed(user_id), key=_last_used, reverse=True)
    return list(dict.fromkeys(row.method for row in rows if row.method in methods()))


def _last_used(row: SecondFactor) -> float:
    at = row.last_used_at or row.confirmed_at or row.created_at
    return at.timestamp()
