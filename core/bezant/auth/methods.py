"""Second factors as plain values: what is kept of one, what somebody is shown, and what a method implements."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

FACTOR_NAME = re.compile("[a-z][a-z0-9_]{0,31}")
RECOVERY = "recovery_code"
"""What stands in the place of a method where a recovery code is asked for."""

CODE_INPUT = "bezant/auth/code.html"
"""Template of a prompt that is answered by typing a code: the answer is ``{"code": …}``."""

Answer = Mapping[str, str]
"""What was sent from the form around a prompt, by the names of its inputs."""


@dataclass(frozen=True, slots=True)
class Person:
    """Whose factor it is."""

    id: UUID
    email: str
    name: str


@dataclass(frozen=True, slots=True)
class Factor:
    """Something that a person has set up. ``kept`` is what its method needs to check an answer: JSON values, shown to nobody."""

    id: UUID
    kept: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Prompt:
    """What somebody is shown who has to answer. JSON values only: it is stored until the answer comes.

    ``text`` is a sentence or two. ``template`` draws the inputs inside a form of the platform's, and gets this prompt as ``prompt``; left
    out, a code is asked for. ``context`` is for the template; ``kept`` stays on the server and comes back with the answer (the
    random text of a challenge, the hash of a code that was sent).
    """

    text: str
    template: str = CODE_INPUT
    context: Mapping[str, Any] = field(default_factory=dict)
    kept: Mapping[str, Any] = field(default_factory=dict)


class SecondFactorMethod(Protocol):
    """A way to prove, beyond a password, that it is really them: codes of an app, a security key, a message.

    ``begin`` and ``challenge`` are called outside any transaction, may use the network, and say ``Throttled`` or another
    ``BillingError`` where they cannot; limit there what costs money. ``confirm`` and ``verify`` are called inside the
    transaction that lets in, one at a time for each person, and must not use the network. An exception lets nobody in.
    """

    @property
    def name(self) -> str:
        """The key, stored with every factor: at most 32 lower-case letters, digits and ``_``. Never change it."""

    @property
    def title(self) -> str:
        """What people call it: "Authenticator app"."""

    @property
    def summary(self) -> str:
        """One sentence for whoever chooses among methods."""

    def begin(self, person: Person) -> Prompt:
        """Begins to set up a factor: what to show, what to keep until it is confirmed."""

    def confirm(self, kept: Mapping[str, Any], answer: Answer) -> Mapping[str, Any] | None:
        """What is kept of the new factor, if the answer proves that it works; else ``None``. ``kept`` is that of the prompt."""

    def challenge(self, person: Person, factors: Sequence[Factor]) -> Prompt:
        """What somebody who is signing in is shown. ``factors`` are all that they have of this method, at least one."""

    def verify(self, factors: Sequence[Factor], kept: Mapping[str, Any], answer: Answer) -> Factor | None:
        """The factor that the answer proves, with what is to be kept of it from now on (so that no code works twice); else ``None``."""
