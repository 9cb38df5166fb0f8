"""What a deployment says about payments."""

from collections.abc import Callable
from datetime import timedelta

from bezant.sdk.services import setting
from bezant_payments.contracts import TransactionState
from bezant_payments.domain.ladder import Ladder, parse_ladder

LEASE = timedelta(minutes=5)
"""How long a call may take before its attempt counts as left by a crash (system time)."""


def ladder(key: str) -> Ladder:
    """A list of waits. Raises ``Invalid`` where the configuration is none."""
    written = setting(key)
    return parse_ladder(written if isinstance(written, list | tuple) else [str(written)], key)


_CHECKS = {TransactionState.UNKNOWN: "payments.unknown_checks", TransactionState.PENDING: "payments.pending_checks"}


def checks() -> Callable[[TransactionState], Ladder]:
    """The ladder of reconciliation of a state; empty for those that are final."""
    ladders = {state: ladder(key) for state, key in _CHECKS.items()}
    return lambda state: ladders.get(state, ())


def page_size() -> int:
    """How many attempts are written, made and booked together."""
    return max(1, min(1000, int(str(setting("payments.page_size")))))


def parallel_calls() -> int:
    """How many calls are made at the same time."""
    return max(1, min(32, int(str(setting("payments.parallel_calls")))))
