"""What users do with their own second factors."""

from dataclasses import asdict, dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select

from bezant import clock
from bezant.audit import audit
from bezant.auth.events import SecondFactorAdded, SecondFactorRemoved
from bezant.auth.factors import FactorInfo, confirmed, forget_rest, info, lock_user, methods, person_of
from bezant.auth.methods import Answer, Prompt
from bezant.auth.oneself import Proof, myself, prove
from bezant.auth.recovery import new_codes
from bezant.auth.sessions import REQUIRED, renew, session_of, sign_out_elsewhere
from bezant.auth.tables import SecondFactor
from bezant.db.model import session
from bezant.db.unit_of_work import unit_of_work
from bezant.errors import Conflict, Invalid, NotFound
from bezant.ids import new_id
from bezant.outbox import post_events
from bezant.platform import setting

SET_UP_WITHIN = timedelta(minutes=30)
"""How long a factor may be begun and not confirmed."""


@dataclass(frozen=True, slots=True)
class Added:
    """A factor was set up. ``token`` is the session's from now on; ``codes`` are the recovery codes that come with the first factor."""

    token: str
    codes: tuple[str, ...]


def my_factors() -> list[FactorInfo]:
    """What I have set up, the oldest first."""
    return [info(row) for row in confirmed(myself().id)]


def begin(method: str) -> Prompt:
    """Begins to set up a factor; what I began before is dropped. Raises ``NotFound`` for a method that is not installed."""
    user = myself()
    if method not in methods():
        raise NotFound(f"There is no second factor {method!r} here.")
    prompt = methods()[method].begin(person_of(user))
    with unit_of_work():
        session.execute(delete(SecondFactor).where(SecondFactor.user_id == user.id, SecondFactor.confirmed_at.is_(None)))
        session.add(SecondFactor(id=new_id(), user_id=user.id, method=method, prompt=asdict(prompt), created_at=clock.system()))
    return prompt


def begun() -> tuple[str, Prompt]:
    """The method that I am setting up, and what it shows. Raises ``NotFound`` where there is none, or it was begun too long ago."""
    row = _begun(myself().id)
    return row.method, Prompt(**(row.prompt or {}))


def confirm(answer: Answer, label: str, proof: Proof) -> Added:
    """Finishes the set-up, if the answer shows that the factor works. Raises ``Invalid`` where it does not.

    With the first factor I am signed out everywhere else, and get recovery codes.
    """
    prove(proof)
    with unit_of_work():
        user = lock_user(myself().id)
        row, is_first = _begun(user.id), not confirmed(user.id)
        method = methods()[row.method]
        kept = method.confirm((row.prompt or {})["kept"], answer)
        if kept is None:
            raise Invalid.field("code", "wrong", "That is not right. Take the code that is shown now, and check the clock of the device.")
        row.kept, row.prompt, row.confirmed_at = dict(kept), None, clock.system()
        row.label = label.strip()[:60] or method.title
        session_of(proof.token).second_factor_at = clock.system()
        if is_first:
            sign_out_elsewhere(proof.token)
        audit("core.second_factor.added", "core.user", user.id, {"method": row.method})
        post_events([SecondFactorAdded(user.id, row.method)])
        return Added(renew(proof.token), new_codes(user.id) if is_first else ())


def remove(factor_id: UUID, proof: Proof) -> None:
    """Removes one of my factors. Raises ``Conflict`` for the last one where one is required."""
    _mine(factor_id)
    prove(proof)
    with unit_of_work():
        user = lock_user(myself().id)
        row, rest = _mine(factor_id), len(confirmed(user.id)) - 1
        if not rest and setting(REQUIRED):
            raise Conflict("Everybody here needs a second factor: add another before you remove this one.", code="second_factor_required")
        session.delete(row)
        if not rest:
            forget_rest(user.id)
        audit("core.second_factor.removed", "core.user", user.id, {"methods": [row.method]})
        post_events([SecondFactorRemoved(user.id, row.method)])


def renew_codes(proof: Proof) -> tuple[str, ...]:
    """New recovery codes, shown this one time; the old ones stop working."""
    prove(proof)
    with unit_of_work():
        user = lock_user(myself().id)
        if not confirmed(user.id):
            raise Conflict("Recovery codes stand in for a second factor: set one up first.", code="no_second_factor")
        audit("core.recovery_codes.made", "core.user", user.id)
        return new_codes(user.id)


def _begun(user_id: UUID) -> SecondFactor:
    wanted = select(SecondFactor).where(SecondFactor.user_id == user_id, SecondFactor.confirmed_at.is_(None))
    row = session.scalars(wanted.order_by(SecondFactor.id.desc()).execution_options(populate_existing=True)).first()
    if row is None or row.created_at <= clock.system() - SET_UP_WITHIN or row.method not in methods():
        raise NotFound("Nothing is being set up, or it was begun too long ago; begin again.")
    return row


def _mine(factor_id: UUID) -> SecondFactor:
    row = session.get(SecondFactor, factor_id)
    if row is None or row.user_id != myself().id or row.confirmed_at is None:
        raise NotFound("You have no such second factor.")
    return row
