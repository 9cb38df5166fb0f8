"""What is told of people."""

from dataclasses import dataclass
from typing import ClassVar

from bezant.events import DomainEvent


@dataclass(frozen=True, slots=True)
class SecondFactorAdded(DomainEvent):
    """A user set up a second factor; the aggregate is the user."""

    type: ClassVar[str] = "core.second_factor.added"

    method: str


@dataclass(frozen=True, slots=True)
class SecondFactorRemoved(DomainEvent):
    """A second factor was removed, by its user or by somebody who may; the aggregate is the user."""

    type: ClassVar[str] = "core.second_factor.removed"

    method: str


@dataclass(frozen=True, slots=True)
class RecoveryCodeUsed(DomainEvent):
    """A user signed in with a recovery code; the aggregate is the user, ``left`` the number of codes that still work."""

    type: ClassVar[str] = "core.recovery_code.used"

    left: int
