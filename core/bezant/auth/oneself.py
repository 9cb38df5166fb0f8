"""What users change of their own sign-in: proof, once more, that it is really them, and their password."""

from dataclasses import dataclass
from datetime import timedelta

from bezant import clock
from bezant.audit import audit
from bezant.auth import throttle
from bezant.auth.context import PrincipalKind, principal
from bezant.auth.secrets import check_password, hash_password, password_matches
from bezant.auth.sessions import Place, renew, session_of, sign_out_elsewhere
from bezant.auth.tables import User
from bezant.db.model import session
from bezant.db.unit_of_work import unit_of_work
from bezant.errors import Denied, Invalid

FRESH = timedelta(minutes=15)
"""How new the session of somebody without a password has to be, who cannot prove by it that it is them."""


@dataclass(frozen=True, slots=True)
class Proof:
    """That it is really them: the password again. ``token`` is that of the session, ``place`` where it is used from."""

    password: str
    token: str
    place: Place


def myself() -> User:
    """The user who acts. Raises ``Denied`` for whoever is none: an API key, the system."""
    acting = principal()
    user = session.get(User, acting.id) if acting.kind is PrincipalKind.STAFF and acting.id else None
    if user is None:
        raise Denied("Only a user has second factors; sign in as one.")
    return user


def prove(proof: Proof) -> None:
    """Raises ``Invalid`` or ``Throttled`` unless the password is mine; who has none must have signed in just now, else ``Denied``."""
    user, guessed = myself(), f"again:{principal().id}"
    if not user.password_hash:
        if session_of(proof.token).created_at <= clock.system() - FRESH:
            raise Denied("You have no password, so sign in again for this: ask for a new one-time link.")
        return
    throttle.check_throttle(guessed, proof.place.address)
    if not password_matches(user.password_hash, proof.password):
        throttle.note_failure(guessed, proof.place.address)
        raise Invalid.field("password", "wrong", "This is not your password.")
    throttle.forget(guessed)


def change_password(new: str, proof: Proof) -> str:
    """Sets my password and signs me out everywhere else; the token of this session from now on. Second factors stay as they are."""
    prove(proof)
    check_password(new, email=myself().email, field="new_password")
    hashed = hash_password(new)
    with unit_of_work():
        user = myself()
        user.password_hash = hashed
        sign_out_elsewhere(proof.token)
        audit("core.user.password_set", "core.user", user.id)
        return renew(proof.token)
