"""The second factors of users: which there are, and taking them from somebody who is locked out."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select

from bezant.audit import audit
from bezant.auth.context import principal
from bezant.auth.events import SecondFactorRemoved
from bezant.auth.methods import Factor, Person, SecondFactorMethod
from bezant.auth.people import get_within_reach, sign_out_everywhere
from bezant.auth.recovery import forget_codes
from bezant.auth.tables import PendingSignIn, SecondFactor, User
from bezant.db.model import session
from bezant.errors import Conflict
from bezant.outbox import post_events
from bezant.platform import platform
from bezant.usecases import query, use_case


@dataclass(frozen=True, slots=True)
class FactorInfo:
    """A second factor as it is listed; without ``method_title`` its method is not installed now."""

    id: UUID
    method: str
    method_title: str
    label: str
    created_at: datetime
    last_used_at: datetime | None


def methods() -> Mapping[str, SecondFactorMethod]:
    """The methods of this installation by name, the platform's first."""
    return platform().second_factors


@query("core.user.view")
def factors_of(user_id: UUID) -> list[FactorInfo]:
    """The second factors of a user, the oldest first."""
    return [info(row) for row in confirmed(user_id)]


@use_case("core.second_factor.remove")
def remove_factors_of(user_id: UUID) -> int:
    """Takes all second factors and recovery codes from somebody else and signs them out everywhere; how many factors.

    Raises ``Conflict`` where there are none or they are one's own, ``Denied`` for somebody who may do or see more.
    """
    if principal().id == user_id:
        raise Conflict("These are your own: remove them under My security, which asks for your password.", code="own_factors")
    user = get_within_reach(user_id)
    rows = confirmed(lock_user(user.id).id)
    if not rows:
        raise Conflict(f"{user.name} has no second factor.", code="no_second_factor")
    session.execute(delete(SecondFactor).where(SecondFactor.user_id == user.id))
    forget_rest(user.id)
    sign_out_everywhere(user.id)
    audit("core.second_factor.removed", "core.user", user.id, {"methods": [row.method for row in rows]})
    post_events([SecondFactorRemoved(user.id, row.method) for row in rows])
    return len(rows)


def confirmed(user_id: UUID) -> list[SecondFactor]:
    """The rows of the factors that a user has set up, the oldest first, as they are in the database now."""
    wanted = select(SecondFactor).where(SecondFactor.user_id == user_id, SecondFactor.confirmed_at.is_not(None))
    return list(session.scalars(wanted.order_by(SecondFactor.id).execution_options(populate_existing=True)))


def lock_user(user_id: UUID) -> User:
    """The user, for whom everybody else who proves to be them waits until the end of the transaction."""
    locked = select(User).where(User.id == user_id).with_for_update(key_share=True).execution_options(populate_existing=True)
    return session.scalars(locked).one()


def forget_rest(user_id: UUID) -> None:
    """What a user without second factors has no use for: recovery codes and sign-ins half done. Needs a unit of work."""
    forget_codes(user_id)
    session.execute(delete(PendingSignIn).where(PendingSignIn.user_id == user_id))


def person_of(user: User) -> Person:
    """Who a user is to a method."""
    return Person(user.id, user.email, user.name)


def as_factor(row: SecondFactor) -> Factor:
    """What a method sees of a row."""
    return Factor(row.id, row.kept)


def info(row: SecondFactor) -> FactorInfo:
    """What people see of a row."""
    method = methods().get(row.method)
    return FactorInfo(row.id, row.method, method.title if method else "", row.label, row.created_at, row.last_used_at)
