"""The tree of errors that Bezant raises on purpose. One place maps them to pages and to problem+json."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with some input: where it is, what it is, and what to do about it.

    ``field`` is a dotted path into the input (``lines.0.amount``), or empty where the whole is meant;
    ``code`` is stable and for machines, ``message`` names the cause and the remedy for people.
    """

    field: str
    code: str
    message: str


class BillingError(Exception):
    """Anything that Bezant refuses or cannot do, with a message that a person can act on."""

    code = "error"
    status = 500
    title = "Something went wrong"

    def __init__(self, message: str, *, code: str | None = None, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.problems = tuple(problems)


class NotFound(BillingError):
    """No such thing, or none that the caller may know of."""

    code = "not_found"
    status = 404
    title = "Not found"


class Conflict(BillingError):
    """The state of things forbids it: a duplicate, a stale version, an operation out of order."""

    code = "conflict"
    status = 409
    title = "Conflict"


class Stale(Conflict):
    """Somebody else changed the resource since it was read."""

    code = "stale"
    status = 412
    title = "Changed meanwhile"


class Denied(BillingError):
    """The principal lacks the permission."""

    code = "denied"
    status = 403
    title = "Not allowed"


class Unauthenticated(BillingError):
    """Nobody is signed in, or the credential is wrong."""

    code = "unauthenticated"
    status = 401
    title = "Sign in first"


class Throttled(BillingError):
    """Too many attempts; ``retry_after`` is in seconds."""

    code = "throttled"
    status = 429
    title = "Too many attempts"

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Invalid(BillingError):
    """Input that cannot be accepted; ``problems`` says field by field why. Nothing was changed."""

    code = "invalid"
    status = 422
    title = "Invalid input"

    def __init__(self, message: str = "", *, problems: Sequence[Problem] = (), code: str | None = None) -> None:
        super().__init__(message or "; ".join(p.message for p in problems), code=code, problems=problems)

    @classmethod
    def field(cls, field: str, code: str, message: str) -> "Invalid":
        """One problem at one field."""
        return cls(problems=[Problem(field, code, message)])


class PluginError(BillingError):
    """A plugin failed where its answer is needed; ``plugin`` names it."""

    code = "plugin_error"
    title = "A plugin failed"

    def __init__(self, plugin: str, message: str) -> None:
        super().__init__(f"plugin {plugin!r}: {message}")
        self.plugin = plugin


class ConfigurationError(BillingError):
    """The deployment is set up wrongly; the message says which key and what to write."""

    code = "configuration"
    title = "Wrong configuration"
